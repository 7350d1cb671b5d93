/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The APIC-access page */
#include "apicv.h"
#include "paging.h"

GUEST(read8, "mov (%rdi), %sil");
GUEST(read32, "mov (%rdi), %esi");
GUEST(read64, "mov (%rdi), %rsi");
GUEST(write8, "mov %sil, (%rdi)");
GUEST(write32, "mov %esi, (%rdi)");
GUEST(write64, "mov %rsi, (%rdi)");
GUEST(fetch, "jmp *%rdi");
GUEST(or32, "or %esi, (%rdi)");
GUEST(rep_stos, "rep stosl");
GUEST(push, "mov %rdi, %rsp; 1: ud2");

FW_CASE(access_off, "vmx.apicv.access-off", "SDM 3C, 30.4",
        "Without the control the page is memory like other")
{
    APICV_NEED(apicv_tpr_shadow());
    *(uint32_t *)(apicv_access_page() + APIC_TPR) = 0x12345678;
    EXPECT_VIRTUALIZED(read32, APIC_TPR);
    FW_EQUAL(guest_regs.rsi, 0x12345678);
}

FW_CASE(access_no_shadow_read, "vmx.apicv.access-no-tpr-shadow-read",
        "SDM 3C, 30.4.2 Virtualizing Reads from the APIC-Access Page",
        "Without TPR shadow every read exits")
{
    APICV_NEED(apicv_access());
    EXPECT_ACCESS_EXIT(read32, ACCESS_READ, APIC_TPR);
    EXPECT_ACCESS_EXIT(read32, ACCESS_READ, 0);
    EXPECT_ACCESS_EXIT(read8, ACCESS_READ, 0xfff);
}

FW_CASE(access_no_shadow_write, "vmx.apicv.access-no-tpr-shadow-write",
        "SDM 3C, 30.4.3 Virtualizing Writes to the APIC-Access Page",
        "Without TPR shadow every write exits and writes nothing")
{
    APICV_NEED(apicv_access());
    guest_regs.rsi = 0x55;
    EXPECT_ACCESS_EXIT(write32, ACCESS_WRITE, APIC_TPR);
    FW_EQUAL(*(uint32_t *)(apicv_access_page() + APIC_TPR), 0);
    EXPECT_ACCESS_EXIT(write8, ACCESS_WRITE, 0xfff);
}

FW_CASE(access_fetch, "vmx.apicv.access-fetch",
        "SDM 3C, 30.4.1, 28.2.1",
        "An instruction fetch exits, at the offset that was fetched")
{
    VmxRun run;

    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    guest_regs.rdi = apicv_access_page() + APIC_TPR;
    run = event_run(guest_fetch);
    EXPECT_EXIT(run, EXIT_APIC_ACCESS);
    FW_EQUAL(run.qualification & 0xffff, ACCESS_FETCH << 12 | APIC_TPR);
    FW_EQUAL(run.rip, guest_regs.rdi);
}

FW_CASE(access_read_tpr, "vmx.apicv.access-read-tpr",
        "SDM 3C, 30.4.2 Virtualizing Reads from the APIC-Access Page",
        "A read of offset 080H reads the virtual-APIC page")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    *apicv_register(APIC_TPR) = 0xcafe1256;
    EXPECT_VIRTUALIZED(read32, APIC_TPR);
    FW_EQUAL(guest_regs.rsi, 0xcafe1256);
    guest_regs.rsi = 0;
    EXPECT_VIRTUALIZED(read8, APIC_TPR);
    FW_EQUAL(guest_regs.rsi, 0x56);
}

FW_CASE(access_read_others, "vmx.apicv.access-read-others",
        "SDM 3C, 30.4.2 Virtualizing Reads from the APIC-Access Page",
        "Without APIC-register virtualization reads of other offsets exit")
{
    unsigned offset;

    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    for (offset = 0; offset < 0x1000 && !fw_case_ended(); offset += 0x10) {
        if (offset != APIC_TPR) {
            EXPECT_ACCESS_EXIT(read32, ACCESS_READ, offset);
        }
    }
}

FW_CASE(access_read_shape, "vmx.apicv.access-read-shape",
        "SDM 3C, 30.4.2 Virtualizing Reads from the APIC-Access Page",
        "Reads of more than 32 bits or beyond the first 4 bytes exit")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    EXPECT_ACCESS_EXIT(read64, ACCESS_READ, APIC_TPR);
    EXPECT_ACCESS_EXIT(read8, ACCESS_READ, APIC_TPR + 4);
    EXPECT_ACCESS_EXIT(read32, ACCESS_READ, APIC_TPR + 2);
}

FW_CASE(access_write_tpr, "vmx.apicv.access-write-tpr",
        "SDM 3C, 30.4.3.2 APIC-Write Emulation",
        "A write of offset 080H is a write of VTPR, whose bytes 3:1 stay 0")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    guest_regs.rsi = 0x12345678;
    EXPECT_VIRTUALIZED(write32, APIC_TPR);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x78);
    guest_regs.rsi = 0x3c;
    EXPECT_VIRTUALIZED(write8, APIC_TPR);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x3c);
    FW_EQUAL(*(uint32_t *)(apicv_access_page() + APIC_TPR), 0);
}

FW_CASE(access_write_threshold, "vmx.apicv.access-write-threshold",
        "SDM 3C, 30.1.2 TPR Virtualization",
        "A write of less than the TPR threshold is followed by an exit")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    *apicv_register(APIC_TPR) = 0x70;
    vmwrite(VMCS_TPR_THRESHOLD, 5);
    guest_regs.rdi = apicv_access_page() + APIC_TPR;
    guest_regs.rsi = 0x4f;
    EXPECT_TRAP_EXIT(write32, EXIT_TPR_THRESHOLD, 0);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x4f);
}

FW_CASE(access_write_others, "vmx.apicv.access-write-others",
        "SDM 3C, 30.4.3.1",
        "Without further virtualization writes of other offsets exit")
{
    unsigned offset;

    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    guest_regs.rsi = 0xff;
    for (offset = 0; offset < 0x1000 && !fw_case_ended(); offset += 0x10) {
        if (offset != APIC_TPR) {
            EXPECT_ACCESS_EXIT(write32, ACCESS_WRITE, offset);
            FW_EQUAL(*apicv_register(offset), 0);
        }
    }
}

FW_CASE(access_write_shape, "vmx.apicv.access-write-shape",
        "SDM 3C, 30.4.3.1",
        "Writes of more than 32 bits or beyond the first 4 bytes exit")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    EXPECT_ACCESS_EXIT(write64, ACCESS_WRITE, APIC_TPR);
    EXPECT_ACCESS_EXIT(write8, ACCESS_WRITE, APIC_TPR + 4);
    EXPECT_ACCESS_EXIT(write32, ACCESS_WRITE, APIC_TPR + 2);
}

FW_CASE(access_modify, "vmx.apicv.access-modify",
        "SDM 3C, 30.4.2, 30.4.3",
        "An instruction that reads and writes VTPR does both on the page")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    *apicv_register(APIC_TPR) = 0x41;
    guest_regs.rsi = 0x0a;
    EXPECT_VIRTUALIZED(or32, APIC_TPR);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x4b);
}

FW_CASE(access_string, "vmx.apicv.access-string",
        "SDM 3C, 30.4.3, 28.1",
        "A string instruction exits at the iteration that is not virtualized")
{
    VmxRun run;

    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    guest_regs.rdi = apicv_access_page() + APIC_TPR;
    guest_regs.rcx = 3;
    guest_regs.rax = 0x66;
    run = event_run(guest_rep_stos);
    EXPECT_EXIT(run, EXIT_APIC_ACCESS);
    FW_EQUAL(run.qualification & 0xffff, ACCESS_WRITE << 12 | (APIC_TPR + 4));
    FW_EQUAL(run.rip, (uint64_t)guest_rep_stos);
    FW_EQUAL(guest_regs.rcx, 2);
    FW_EQUAL(guest_regs.rdi, apicv_access_page() + APIC_TPR + 4);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x66);
}

FW_CASE(access_delivery, "vmx.apicv.access-delivery",
        "SDM 3C, 28.2.1, 28.2.4",
        "An access during event delivery exits with IDT-vectoring information")
{
    VmxRun run;

    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    event_idt(VEC_UD);
    guest_regs.rdi = apicv_access_page() + 0x800;
    run = event_run(guest_push);
    EXPECT_EXIT(run, EXIT_APIC_ACCESS);
    FW_EQUAL(run.qualification & 0xf000, ACCESS_DELIVERY << 12);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_HW_EXC | VEC_UD);
}

FW_CASE(access_delivery_injected, "vmx.apicv.access-delivery-injected",
        "SDM 3C, 28.2.1, 28.2.4",
        "So does one during the delivery of an injected event")
{
    VmxRun run;

    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    event_idt(0x50);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    event_inject(INTR_EXTERNAL | 0x50, 0, 0);
    vmwrite(VMCS_GUEST_IDTR_BASE, apicv_access_page());
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_APIC_ACCESS);
    FW_EQUAL(run.qualification & 0xf000, ACCESS_DELIVERY << 12);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_EXTERNAL | 0x50);
    FW_EQUAL(run.rip, (uint64_t)ev_nops);
}

FW_CASE(access_ept, "vmx.apicv.access-ept", "SDM 3C, 30.4, 30.4.1",
        "With EPT it is the host-physical address that counts")
{
    APICV_NEED(apicv_tpr_shadow());
    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    APICV_NEED(vmx_set(CTL_PROC2, PROC2_APIC_ACCESS));
    vmwrite(VMCS_APIC_ACCESS_ADDR, (uint64_t)window_page(0));
    *apicv_register(APIC_TPR) = 0x5a;
    guest_regs.rdi = WINDOW_LINEAR + APIC_TPR;
    RUNS(read32);
    FW_EQUAL(guest_regs.rsi, 0x5a);
    guest_regs.rdi = WINDOW_LINEAR;
    EXPECT_FAULT_EXIT(read32, EXIT_APIC_ACCESS, ACCESS_READ << 12);
}

FW_CASE(access_ept_violation, "vmx.apicv.access-ept-violation",
        "SDM 3C, 30.4.1 Priority of APIC-Access VM Exits",
        "An EPT violation comes before the APIC-access VM exit")
{
    VmxRun run;

    APICV_NEED(apicv_tpr_shadow());
    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    APICV_NEED(vmx_set(CTL_PROC2, PROC2_APIC_ACCESS));
    vmwrite(VMCS_APIC_ACCESS_ADDR, (uint64_t)window_page(0));
    *window_ept_entry(1, 0) &= ~EPT_W;
    ept_invalidate();
    guest_regs.rdi = WINDOW_LINEAR + APIC_TPR;
    run = event_run(guest_write32);
    EXPECT_EXIT(run, EXIT_EPT_VIOLATION);
}

FW_CASE(access_page_fault, "vmx.apicv.access-page-fault",
        "SDM 3C, 30.4.1 Priority of APIC-Access VM Exits",
        "A page fault comes before the APIC-access VM exit")
{
    APICV_NEED(apicv_tpr_shadow());
    window_setup();
    APICV_NEED(vmx_set(CTL_PROC2, PROC2_APIC_ACCESS));
    vmwrite(VMCS_APIC_ACCESS_ADDR, (uint64_t)window_page(0));
    *window_entry(1, 0) &= ~PTE_P;
    guest_regs.rdi = WINDOW_LINEAR;
    FAULTS(read32, VEC_PF);
}

FW_CASE(access_guest_physical, "vmx.apicv.access-guest-physical",
        "SDM 3C, 30.4.6.1 Guest-Physical Accesses to the APIC-Access Page",
        "A page walk that reads the APIC-access page by way of EPT exits")
{
    VmxRun run;

    APICV_NEED(apicv_tpr_shadow());
    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    APICV_NEED(vmx_set(CTL_PROC2, PROC2_APIC_ACCESS));
    vmwrite(VMCS_APIC_ACCESS_ADDR, *window_ept_of_table(2) & ~0xfffull);
    guest_regs.rdi = WINDOW_LINEAR;
    run = event_run(guest_read32);
    EXPECT_EXIT(run, EXIT_APIC_ACCESS);
    FW_EQUAL(run.qualification >> 12 & 0xf, ACCESS_PHYSICAL);
}
