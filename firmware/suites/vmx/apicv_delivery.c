/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual interrupts: evaluation and delivery */
#include "apicv.h"

#define VECTOR 0x51
#define REAL_VECTOR 0xd1
#define MSR_X2APIC_TPR 0x808

GUEST(vid_cr8, "mov %rsi, %cr8");
GUEST(vid_wrmsr, "wrmsr");
GUEST(vid_store, "mov %esi, (%rdi)");

/* A guest with interrupts enabled, for which one virtual interrupt waits */
static bool requested(bool page)
{
    if (!apicv_delivery(page)) {
        return false;
    }
    event_idt(VECTOR);
    apicv_request(VECTOR);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    return true;
}

/* The guest comes to its end, and the request is still there. */
static void expect_waits(const char *file, int line)
{
    VmxRun run = event_run(ev_nops);

    expect_exit(file, line, &run, EXIT_VMCALL);
    if (run.rip != (uint64_t)ev_nops + 3) {
        fw_fail(file, line, "no delivery", "VMCALL at 0x%lx", run.rip);
    }
    if (!apicv_is_set(APIC_IRR, VECTOR) || apicv_svi() == VECTOR) {
        fw_fail(file, line, "no delivery", "VIRR or SVI changed");
    }
}
#define EXPECT_WAITS() expect_waits(__FILE__, __LINE__)

FW_CASE(vid_deliver, "vmx.apicv.vid-deliver",
        "SDM 3C, 30.2.2 Virtual-Interrupt Delivery",
        "At VM entry a virtual interrupt goes from VIRR into service")
{
    VmxRun run;

    APICV_NEED(requested(false));
    apicv_request(0x33);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(event_stack(2) & RFLAGS_IF, RFLAGS_IF);
    FW_EQUAL(vmread(VMCS_GUEST_RFLAGS) & RFLAGS_IF, 0);
    FW_CHECK(!apicv_is_set(APIC_IRR, VECTOR), "VIRR is still set");
    FW_CHECK(apicv_is_set(APIC_ISR, VECTOR), "VISR is not set");
    FW_EQUAL(apicv_svi(), VECTOR);
    FW_EQUAL(apicv_rvi(), 0x33);
    FW_EQUAL(*apicv_register(APIC_PPR), VECTOR & 0xf0);
    FW_EQUAL(run.idt_info & INTR_VALID, 0);
}

FW_CASE(vid_rvi_0, "vmx.apicv.vid-rvi-0",
        "SDM 3C, 30.2.2 Virtual-Interrupt Delivery",
        "After the last request is delivered RVI is 0")
{
    VmxRun run;

    APICV_NEED(requested(false));
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(apicv_rvi(), 0);
    FW_EQUAL(apicv_count(APIC_IRR), 0);
}

FW_CASE(vid_class, "vmx.apicv.vid-class",
        "SDM 3C, 30.2.1 Evaluation of Pending Virtual Interrupts",
        "The class of RVI must be above that of VPPR")
{
    VmxRun run;

    APICV_NEED(requested(false));
    *apicv_register(APIC_TPR) = 0x50;
    EXPECT_WAITS();
    *apicv_register(APIC_TPR) = 0x4f;
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
}

FW_CASE(vid_in_service, "vmx.apicv.vid-in-service",
        "SDM 3C, 30.2.1 Evaluation of Pending Virtual Interrupts",
        "An interrupt in service of the same class holds it back")
{
    APICV_NEED(requested(false));
    apicv_in_service(0x50);
    EXPECT_WAITS();
    FW_EQUAL(apicv_svi(), 0x50);
}

FW_CASE(vid_only_rvi, "vmx.apicv.vid-only-rvi",
        "SDM 3C, 30.2.1 Evaluation of Pending Virtual Interrupts",
        "Bits of VIRR alone, with RVI 0, are no virtual interrupt")
{
    APICV_NEED(requested(false));
    vmwrite(VMCS_GUEST_INTR_STATUS, 0);
    EXPECT_WAITS();
}

FW_CASE(vid_ppr, "vmx.apicv.vid-ppr", "SDM 3C, 30.1.3 PPR Virtualization",
        "VM entry makes VPPR of VTPR and SVI")
{
    static const struct {
        uint8_t tpr, svi, ppr;
    } examples[] = {
        { 0x15, 0x62, 0x60 }, { 0x6a, 0x62, 0x6a }, { 0x75, 0x62, 0x75 },
        { 0x00, 0x00, 0x00 }, { 0x5f, 0x62, 0x60 }, { 0x0f, 0x00, 0x0f },
    };
    unsigned i;
    VmxRun run;

    APICV_NEED(apicv_delivery(false));
    for (i = 0; i < FW_ARRAY_SIZE(examples); i++) {
        *apicv_register(APIC_TPR) = examples[i].tpr;
        *apicv_register(APIC_PPR) = 0xffffffff;
        vmwrite(VMCS_GUEST_INTR_STATUS, examples[i].svi << 8);
        run = event_run(ev_nops);
        EXPECT_EXIT(run, EXIT_VMCALL);
        FW_EQUAL(*apicv_register(APIC_PPR), examples[i].ppr);
    }
}

FW_CASE(vid_if, "vmx.apicv.vid-if",
        "SDM 3C, 30.2.2 Virtual-Interrupt Delivery",
        "RFLAGS.IF holds it back; it comes after the instruction behind STI")
{
    VmxRun run;

    APICV_NEED(requested(false));
    vmclr(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    EXPECT_WAITS();
    run = event_run(ev_sti);
    EXPECT_DELIVERED(run, ev_sti + 2);
}

FW_CASE(vid_blocking, "vmx.apicv.vid-blocking",
        "SDM 3C, 30.2.2 Virtual-Interrupt Delivery",
        "Blocking by STI and by MOV SS hold it back for one instruction")
{
    VmxRun run;

    APICV_NEED(requested(false));
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops + 1);
    vmwrite(VMCS_GUEST_INTR_STATUS, 0);
    apicv_request(VECTOR);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops + 1);
}

FW_CASE(vid_hlt, "vmx.apicv.vid-hlt",
        "SDM 3C, 30.2.2 Virtual-Interrupt Delivery",
        "It wakes the processor from the HLT state")
{
    VmxRun run;

    APICV_NEED(requested(false));
    if (!(rdmsr(MSR_VMX_MISC) & 1 << 6)) {
        FW_SKIP("activity state HLT is not offered");
    }
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_ACTIVE);
}

FW_CASE(vid_hlt_waits, "vmx.apicv.vid-hlt-waits",
        "SDM 3C, 30.2.1 Evaluation of Pending Virtual Interrupts",
        "One that is not recognized does not wake it")
{
    VmxRun run;

    APICV_NEED(requested(false));
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    *apicv_register(APIC_TPR) = 0x60;
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, 50000);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TIMER);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
    FW_EQUAL(apicv_rvi(), VECTOR);
}

FW_CASE(vid_window, "vmx.apicv.vid-interrupt-window",
        "SDM 3C, 30.2.1 Evaluation of Pending Virtual Interrupts",
        "Interrupt-window exiting exits in its place")
{
    VmxRun run;

    APICV_NEED(requested(false));
    VMX_NEED(CTL_PROC, PROC_INTR_WINDOW);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_INTR_WINDOW);
    FW_EQUAL(run.rip, (uint64_t)ev_nops);
    FW_EQUAL(apicv_rvi(), VECTOR);
    vmclr(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    EXPECT_WAITS();
}

FW_CASE(vid_external, "vmx.apicv.vid-before-external",
        "SDM 3C, 30.2.2 Virtual-Interrupt Delivery",
        "It is delivered before an external interrupt exits")
{
    VmxRun run;

    APICV_NEED(requested(false));
    VMX_NEED(CTL_EXIT, EXIT_ACK_INTR);
    apicv_real_interrupt(REAL_VECTOR);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXTINT);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_EXTERNAL | REAL_VECTOR);
    FW_EQUAL(run.rip, (uint64_t)ev_handler);
    FW_EQUAL(apicv_svi(), VECTOR);
    x86_apic_eoi();
}

FW_CASE(vid_exit, "vmx.apicv.vid-exit-in-delivery",
        "SDM 3C, 30.2.2, 28.2.4",
        "An exit during its delivery reports an external interrupt")
{
    VmxRun run;

    APICV_NEED(requested(false));
    event_gate(VECTOR, ev_handler, GATE_ABSENT);
    vmwrite(VMCS_EXCEPTION_BITMAP, 1 << VEC_NP);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_EXTERNAL | VECTOR);
    FW_EQUAL(run.rip, (uint64_t)ev_nops);
    FW_EQUAL(apicv_svi(), VECTOR);
    FW_EQUAL(apicv_rvi(), 0);
}

FW_CASE(vid_cr8, "vmx.apicv.vid-cr8",
        "SDM 3C, 30.1.2, 30.2.1",
        "MOV to CR8 that lowers VTPR lets it come, after the instruction")
{
    VmxRun run;

    APICV_NEED(requested(false));
    *apicv_register(APIC_TPR) = 0x70;
    guest_regs.rsi = 5;
    RUNS(vid_cr8);
    FW_EQUAL(*apicv_register(APIC_PPR), 0x50);
    guest_regs.rsi = 4;
    run = event_run(guest_vid_cr8);
    EXPECT_DELIVERED(run, guest_vid_cr8_end);
}

FW_CASE(vid_wrmsr, "vmx.apicv.vid-wrmsr",
        "SDM 3C, 30.1.2, 30.2.1",
        "So does WRMSR of 808H")
{
    VmxRun run;

    APICV_NEED(requested(false));
    *apicv_register(APIC_TPR) = 0x70;
    guest_regs.rcx = MSR_X2APIC_TPR;
    guest_regs.rax = 0x40;
    run = event_run(guest_vid_wrmsr);
    EXPECT_DELIVERED(run, guest_vid_wrmsr_end);
}

FW_CASE(vid_page, "vmx.apicv.vid-page-write",
        "SDM 3C, 30.1.2, 30.2.1, 30.4.3.2",
        "So does a write of offset 080H of the APIC-access page")
{
    VmxRun run;

    APICV_NEED(requested(true));
    *apicv_register(APIC_TPR) = 0x70;
    guest_regs.rdi = apicv_access_page() + APIC_TPR;
    guest_regs.rsi = 0x40;
    run = event_run(guest_vid_store);
    EXPECT_DELIVERED(run, guest_vid_store_end);
}

FW_CASE(vid_memory, "vmx.apicv.vid-memory",
        "SDM 3C, 30.2.1 Evaluation of Pending Virtual Interrupts",
        "VTPR changed as memory makes nothing be evaluated")
{
    APICV_NEED(requested(false));
    *apicv_register(APIC_TPR) = 0x70;
    guest_regs.rdi = (uint64_t)apicv_register(APIC_TPR);
    guest_regs.rsi = 0;
    RUNS(vid_store);
    FW_EQUAL(*apicv_register(APIC_TPR), 0);
    FW_EQUAL(apicv_rvi(), VECTOR);
}

FW_CASE(vid_injected, "vmx.apicv.vid-after-injection",
        "SDM 3C, 27.6, 30.2.2",
        "An injected event is delivered first")
{
    VmxRun run;

    APICV_NEED(requested(false));
    event_gate(0x80, ev_sti, GATE_INTERRUPT);
    event_inject(INTR_EXTERNAL | 0x80, 0, 0);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_sti + 2);
}
