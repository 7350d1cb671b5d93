/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EOI virtualization, EOI-exit bitmap, self-IPIs by the APIC-access page */
#include "apicv.h"

#define MSR_X2APIC_EOI 0x80b

GUEST(eoi_wrmsr, "wrmsr");
GUEST(eoi_store, "mov %esi, (%rdi)");

static void eoi_by_msr(void)
{
    guest_regs.rcx = MSR_X2APIC_EOI;
    guest_regs.rax = 0;
    guest_regs.rdx = 0;
}

FW_CASE(eoi_msr, "vmx.apicv.eoi-msr", "SDM 3C, 30.1.4 EOI Virtualization",
        "WRMSR of 80BH ends the interrupt in service; the next becomes SVI")
{
    APICV_NEED(apicv_delivery(false));
    apicv_in_service(0x42);
    apicv_in_service(0x71);
    eoi_by_msr();
    RUNS(eoi_wrmsr);
    FW_CHECK(!apicv_is_set(APIC_ISR, 0x71), "VISR is still set");
    FW_EQUAL(apicv_svi(), 0x42);
    FW_EQUAL(*apicv_register(APIC_PPR), 0x40);
    eoi_by_msr();
    RUNS(eoi_wrmsr);
    FW_EQUAL(apicv_svi(), 0);
    FW_EQUAL(*apicv_register(APIC_PPR), 0);
    FW_EQUAL(apicv_count(APIC_ISR), 0);
}

FW_CASE(eoi_page, "vmx.apicv.eoi-page",
        "SDM 3C, 30.1.4, 30.4.3.2 APIC-Write Emulation",
        "So does a write of offset 0B0H, which leaves VEOI 0")
{
    APICV_NEED(apicv_delivery(true));
    apicv_in_service(0x42);
    guest_regs.rsi = 0x1234;
    EXPECT_VIRTUALIZED(eoi_store, APIC_EOI);
    FW_EQUAL(apicv_svi(), 0);
    FW_EQUAL(apicv_count(APIC_ISR), 0);
    FW_EQUAL(*apicv_register(APIC_EOI), 0);
}

FW_CASE(eoi_tpr, "vmx.apicv.eoi-tpr", "SDM 3C, 30.1.3, 30.1.4",
        "After EOI VPPR is not below VTPR")
{
    APICV_NEED(apicv_delivery(false));
    *apicv_register(APIC_TPR) = 0x63;
    apicv_in_service(0x71);
    eoi_by_msr();
    RUNS(eoi_wrmsr);
    FW_EQUAL(*apicv_register(APIC_PPR), 0x63);
}

FW_CASE(eoi_delivers, "vmx.apicv.eoi-delivers", "SDM 3C, 30.1.4, 30.2.1",
        "EOI lets the next virtual interrupt come")
{
    VmxRun run;

    APICV_NEED(apicv_delivery(false));
    event_idt(0x51);
    apicv_in_service(0x71);
    apicv_request(0x51);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    eoi_by_msr();
    run = event_run(guest_eoi_wrmsr);
    EXPECT_DELIVERED(run, guest_eoi_wrmsr_end);
    FW_EQUAL(apicv_svi(), 0x51);
    FW_CHECK(!apicv_is_set(APIC_ISR, 0x71), "VISR is still set");
}

FW_CASE(eoi_exit, "vmx.apicv.eoi-exit", "SDM 3C, 30.1.4, 25.6.8",
        "A vector of the EOI-exit bitmap exits after EOI")
{
    static const uint8_t vectors[] = { 0x10, 0x3f, 0x65, 0xa5, 0xff };
    unsigned i;

    APICV_NEED(apicv_delivery(false));
    for (i = 0; i < FW_ARRAY_SIZE(vectors) && !fw_case_ended(); i++) {
        uint8_t v = vectors[i];

        apicv_in_service(v);
        vmwrite(VMCS_EOI_EXIT_BITMAP0 + v / 64 * 2, 1ull << v % 64);
        eoi_by_msr();
        EXPECT_TRAP_EXIT(eoi_wrmsr, EXIT_VEOI, v);
        FW_EQUAL(apicv_svi(), 0);
        FW_EQUAL(apicv_count(APIC_ISR), 0);
        vmwrite(VMCS_EOI_EXIT_BITMAP0 + v / 64 * 2, ~(1ull << v % 64));
        apicv_in_service(v);
        eoi_by_msr();
        RUNS(eoi_wrmsr);
    }
}

FW_CASE(eoi_exit_page, "vmx.apicv.eoi-exit-page",
        "SDM 3C, 30.1.4, 30.4.3.2",
        "The same for a write to the APIC-access page")
{
    APICV_NEED(apicv_delivery(true));
    apicv_in_service(0x42);
    vmwrite(VMCS_EOI_EXIT_BITMAP1, 1ull << (0x42 - 64));
    guest_regs.rdi = apicv_access_page() + APIC_EOI;
    EXPECT_TRAP_EXIT(eoi_store, EXIT_VEOI, 0x42);
}

FW_CASE(eoi_exit_pending, "vmx.apicv.eoi-exit-pending",
        "SDM 3C, 30.1.4, 30.2.1",
        "A request waits through that exit for the next VM entry")
{
    VmxRun run;

    APICV_NEED(apicv_delivery(false));
    event_idt(0x51);
    apicv_in_service(0x71);
    apicv_request(0x51);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_EOI_EXIT_BITMAP1, 1ull << (0x71 - 64));
    eoi_by_msr();
    EXPECT_TRAP_EXIT(eoi_wrmsr, EXIT_VEOI, 0x71);
    FW_EQUAL(apicv_rvi(), 0x51);
    run = vm_continue();
    EXPECT_DELIVERED(run, guest_eoi_wrmsr_end);
}

FW_CASE(icr_self, "vmx.apicv.icr-self",
        "SDM 3C, 30.4.3.2, 30.1.5 Self-IPI Virtualization",
        "A write of ICR with shorthand self requests a virtual interrupt")
{
    APICV_NEED(apicv_delivery(true));
    guest_regs.rsi = ICR_SELF | 0x61;
    EXPECT_VIRTUALIZED(eoi_store, APIC_ICR);
    FW_EQUAL(apicv_rvi(), 0x61);
    FW_CHECK(apicv_is_set(APIC_IRR, 0x61), "VIRR[0x61] is 0");
    guest_regs.rsi = ICR_SELF | 1 << 14 | 0x42;
    EXPECT_VIRTUALIZED(eoi_store, APIC_ICR);
    FW_EQUAL(apicv_rvi(), 0x61);
    FW_CHECK(apicv_is_set(APIC_IRR, 0x42), "VIRR[0x42] is 0");
    FW_EQUAL(*apicv_register(APIC_ICR), ICR_SELF | 1 << 14 | 0x42);
}

FW_CASE(icr_self_delivers, "vmx.apicv.icr-self-delivers",
        "SDM 3C, 30.1.5, 30.2.1",
        "It is delivered after the write")
{
    VmxRun run;

    APICV_NEED(apicv_delivery(true));
    event_idt(0x61);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    guest_regs.rdi = apicv_access_page() + APIC_ICR;
    guest_regs.rsi = ICR_SELF | 0x61;
    run = event_run(guest_eoi_store);
    EXPECT_DELIVERED(run, guest_eoi_store_end);
}

FW_CASE(icr_exits, "vmx.apicv.icr-exits",
        "SDM 3C, 30.4.3.2, 30.4.3.3 APIC-Write VM Exits",
        "Every other write of ICR is followed by an APIC-write VM exit")
{
    static const uint32_t values[] = {
        0x61,                       /* no shorthand */
        2 << 18 | 0x61,             /* all including self */
        3 << 18 | 0x61,             /* all excluding self */
        ICR_SELF | 0x0f,            /* vector below 16 */
        ICR_SELF | 1 << 8 | 0x61,   /* lowest priority */
        ICR_SELF | 4 << 8 | 0x61,   /* NMI */
        ICR_SELF | 1 << 12 | 0x61,  /* delivery status */
        ICR_SELF | 1 << 13 | 0x61,  /* reserved */
        ICR_SELF | 1 << 15 | 0x61,  /* level-triggered */
        ICR_SELF | 1 << 16 | 0x61,  /* reserved */
        ICR_SELF | 1u << 31 | 0x61, /* reserved */
    };
    unsigned i;

    APICV_NEED(apicv_delivery(true));
    for (i = 0; i < FW_ARRAY_SIZE(values); i++) {
        guest_regs.rdi = apicv_access_page() + APIC_ICR;
        guest_regs.rsi = values[i];
        EXPECT_TRAP_EXIT(eoi_store, EXIT_APIC_WRITE, APIC_ICR);
        FW_EQUAL(*apicv_register(APIC_ICR), values[i]);
        FW_EQUAL(apicv_rvi(), 0);
    }
}

FW_CASE(eoi_without_delivery, "vmx.apicv.eoi-without-delivery",
        "SDM 3C, 30.4.3.1",
        "Without virtual-interrupt delivery EOI and ICR exit as accesses")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    EXPECT_ACCESS_EXIT(eoi_store, ACCESS_WRITE, APIC_EOI);
    EXPECT_ACCESS_EXIT(eoi_store, ACCESS_WRITE, APIC_ICR);
}
