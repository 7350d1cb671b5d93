/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm.h"

#include <string.h>
#include <sys/ioctl.h>

#include "report.h"

/* Offsets in the local APIC's page: SDM 3A, "Local APIC Register Address Map" */
#define APIC_TPR 0x80
#define APIC_PPR 0xa0
#define APIC_ISR 0x100
#define APIC_IRR 0x200
#define APIC_LVT_TIMER 0x320
#define APIC_TIMER_COUNT 0x390

static uint32_t apic_word(const struct kvm_lapic_state *apic, unsigned offset)
{
    uint32_t word;

    memcpy(&word, apic->regs + offset, sizeof(word));
    return word;
}

/* The highest vector of ISR or IRR, or -1. */
static int highest(const struct kvm_lapic_state *apic, unsigned offset)
{
    for (int i = 7; i >= 0; i--) {
        uint32_t word = apic_word(apic, offset + 0x10 * i);

        if (word) {
            return 32 * i + 31 - __builtin_clz(word);
        }
    }
    return -1;
}

static void say_registers(const VrVcpu *vcpu)
{
    struct kvm_regs regs;
    struct kvm_sregs sregs;
    struct kvm_mp_state mp = { 0 };

    if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) ||
        ioctl(vcpu->fd, KVM_GET_SREGS, &sregs)) {
        vr_report_diag("  vCPU %u: its registers cannot be read", vcpu->index);
        return;
    }
    ioctl(vcpu->fd, KVM_GET_MP_STATE, &mp);
    vr_report_diag("  vCPU %u: RIP %#llx CS %#x RFLAGS %#llx RSP %#llx CR0 "
                   "%#llx CR3 %#llx CR4 %#llx EFER %#llx", vcpu->index,
                   regs.rip, sregs.cs.selector, regs.rflags, regs.rsp,
                   sregs.cr0, sregs.cr3, sregs.cr4, sregs.efer);
    vr_report_diag("  vCPU %u: mp_state %u, %llu exits to the agent, the last "
                   "for reason %u", vcpu->index, mp.mp_state,
                   (unsigned long long)vcpu->exits, vcpu->run->exit_reason);
}

static void say_interrupts(const VrVcpu *vcpu)
{
    struct kvm_lapic_state apic;
    struct kvm_vcpu_events events;

    if (ioctl(vcpu->fd, KVM_GET_LAPIC, &apic) == 0) {
        vr_report_diag("  vCPU %u: APIC: TPR %#x PPR %#x, highest in service "
                       "%d, requested %d; timer %#x, count %u", vcpu->index,
                       apic_word(&apic, APIC_TPR), apic_word(&apic, APIC_PPR),
                       highest(&apic, APIC_ISR), highest(&apic, APIC_IRR),
                       apic_word(&apic, APIC_LVT_TIMER),
                       apic_word(&apic, APIC_TIMER_COUNT));
    }
    if (ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events) == 0) {
        vr_report_diag("  vCPU %u: exception %u/%u interrupt %u/%u shadow %u "
                       "NMI %u/%u", vcpu->index, events.exception.injected,
                       events.exception.nr, events.interrupt.injected,
                       events.interrupt.nr, events.interrupt.shadow,
                       events.nmi.injected, events.nmi.pending);
    }
}

void vr_vm_diagnose(VrVm *vm)
{
    for (unsigned i = 0; i < vm->vcpus; i++) {
        say_registers(&vm->vcpu[i]);
        say_interrupts(&vm->vcpu[i]);
    }
}
