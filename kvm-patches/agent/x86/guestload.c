/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long mode from the first instruction on (Intel SDM 3A, "Protected-Mode Memory
 * Management", "Paging", "Interrupt and Exception Handling"): the first GiB and
 * the fourth, which has the APICs, mapped as they are.
 */
#include "guestload.h"

#include <string.h>

#define CR0_PE (1u << 0)
#define CR0_ET (1u << 4)
#define CR0_NE (1u << 5)
#define CR0_PG (1u << 31)
#define CR4_PAE (1u << 5)
#define EFER_LME (1u << 8)
#define EFER_LMA (1u << 10)
#define PTE_TABLE 0x63ull    /* present, writable, accessed, dirty */
#define PTE_LARGE 0xe3ull    /* and a page of 2 MiB */
#define PTE_UNCACHED 0x18ull /* PCD, PWT */
#define GATE_INTERRUPT 0x8e  /* present, 64-bit interrupt gate */
#define DESCRIPTOR_CODE 0x00af9b000000ffffull /* 64-bit, DPL 0 */
#define DESCRIPTOR_DATA 0x00cf93000000ffffull

#define TURNS_PER_MS 1000 /* with QEMU's icount shift 4 it is about half that */

extern const uint8_t vr_guest_image[], vr_guest_image_end[];

static void write_page_tables(uint8_t *memory)
{
    uint64_t *pml4 = (uint64_t *)(memory + VR_GUEST_PML4);
    uint64_t *pdpt = (uint64_t *)(memory + VR_GUEST_PDPT);
    uint64_t *low = (uint64_t *)(memory + VR_GUEST_PD_LOW);
    uint64_t *apic = (uint64_t *)(memory + VR_GUEST_PD_APIC);

    pml4[0] = VR_GUEST_PDPT | PTE_TABLE;
    pdpt[0] = VR_GUEST_PD_LOW | PTE_TABLE;
    pdpt[3] = VR_GUEST_PD_APIC | PTE_TABLE;
    for (uint64_t i = 0; i < 512; i++) {
        low[i] = i << 21 | PTE_LARGE;
        apic[i] = UINT64_C(3) << 30 | i << 21 | PTE_LARGE | PTE_UNCACHED;
    }
}

static void write_descriptor_tables(uint8_t *memory)
{
    const uint64_t gdt[] = { 0, DESCRIPTOR_CODE, DESCRIPTOR_DATA };
    uint64_t *idt = (uint64_t *)(memory + VR_GUEST_IDT);

    memcpy(memory + VR_GUEST_GDT, gdt, sizeof(gdt));
    for (uint64_t i = 0; i < 256; i++) {
        uint64_t stub = VR_GUEST_CODE_BASE + i * VR_GUEST_STUB_SIZE;

        idt[2 * i] = (stub & 0xffff) | VR_GUEST_CS << 16 |
                     (uint64_t)GATE_INTERRUPT << 40 | (stub >> 16) << 48;
    }
}

static uint64_t page_address(unsigned vcpu)
{
    return VR_GUEST_SHARED_BASE + (uint64_t)vcpu * VR_GUEST_SHARED_SIZE;
}

void vr_guest_load(VrGuest *guest, bool x2apic)
{
    uint8_t *memory = guest->vm.memory;

    write_page_tables(memory);
    write_descriptor_tables(memory);
    memcpy(memory + VR_GUEST_CODE_BASE, vr_guest_image,
           (uintptr_t)vr_guest_image_end - (uintptr_t)vr_guest_image);
    for (unsigned i = 0; i < guest->vm.vcpus; i++) {
        VrGuestVcpu *page = (VrGuestVcpu *)(memory + page_address(i));

        page->self = page_address(i);
        page->index = i;
        page->x2apic = x2apic;
        page->patience = guest->ctx->params->patience * TURNS_PER_MS;
        guest->vcpu[i] = page;
    }
}

static void set_segments(struct kvm_sregs *sregs, unsigned vcpu)
{
    const struct kvm_segment data = {
        .limit = 0xffffffff, .selector = VR_GUEST_SS, .type = 3, .present = 1,
        .db = 1, .s = 1, .g = 1,
    };

    sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
    sregs->gs.base = page_address(vcpu);
    sregs->cs = data;
    sregs->cs.selector = VR_GUEST_CS;
    sregs->cs.type = 11;
    sregs->cs.db = 0;
    sregs->cs.l = 1;
    sregs->gdt.base = VR_GUEST_GDT;
    sregs->gdt.limit = 3 * 8 - 1;
    sregs->idt.base = VR_GUEST_IDT;
    sregs->idt.limit = 0xfff;
}

bool vr_guest_set_entry(VrGuest *guest, unsigned vcpu)
{
    struct kvm_regs regs = {
        .rip = VR_GUEST_ENTRY, .rflags = 2,
        .rsp = VR_GUEST_STACKS + (vcpu + 1) * VR_GUEST_STACK_SIZE,
    };
    struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };
    struct kvm_sregs sregs;
    VrVm *vm = &guest->vm;
    int fd = vm->vcpu[vcpu].fd;

    if (!vr_vm_ioctl(vm, fd, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS")) {
        return false;
    }
    set_segments(&sregs, vcpu);
    sregs.cr3 = VR_GUEST_PML4;
    sregs.cr4 = CR4_PAE;
    sregs.cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG;
    sregs.efer = EFER_LME | EFER_LMA;
    return vr_vm_ioctl(vm, fd, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS") &&
           vr_vm_ioctl(vm, fd, KVM_SET_REGS, &regs, "KVM_SET_REGS") &&
           vr_vm_ioctl(vm, fd, KVM_SET_MP_STATE, &state, "KVM_SET_MP_STATE");
}
