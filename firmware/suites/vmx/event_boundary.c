/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instruction boundaries: windows, NMIs, external interrupts, the monitor trap
 * flag */
#include "event.h"

#define VECTOR 0x51
#define ICR_ASSERT (1u << 14)
#define ICR_NMI    (4u << 8)

/* Without a shorthand, which knows fixed interrupts only */
static void send_self(uint32_t icr)
{
    x86_apic_ipi(x86_apic_id(), ICR_ASSERT | icr);
}

/* Interrupts that are pending reach the host's counter. */
static void let_interrupts_in(void)
{
    asm volatile("sti; nop; nop; cli" : : : "memory");
}

/* Windows ---------------------------------------------------------------- */

FW_CASE(interrupt_window, "vmx.event.interrupt-window", "SDM 3C, 27.7.5",
        "The interrupt-window exit comes before the first instruction if IF"
        " is 1")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_INTR_WINDOW);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_INTR_WINDOW);
    FW_EQUAL(run.rip, ev_nops);
}

FW_CASE(interrupt_window_sti, "vmx.event.interrupt-window-sti",
        "SDM 3C, 26.2, 25.4.2",
        "After STI the window opens one instruction later")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_INTR_WINDOW);
    run = event_run(ev_sti);
    EXPECT_EXIT(run, EXIT_INTR_WINDOW);
    FW_EQUAL(run.rip, ev_sti + 2);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), 0);
}

FW_CASE(interrupt_window_blocked, "vmx.event.interrupt-window-blocked",
        "SDM 3C, 27.7.5",
        "Blocking by STI or MOV SS at VM entry holds for one instruction")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_INTR_WINDOW);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_INTR_WINDOW);
    FW_EQUAL(run.rip, ev_nops + 1);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_INTR_WINDOW);
    FW_EQUAL(run.rip, ev_nops + 1);
}

FW_CASE(interrupt_window_injected, "vmx.event.interrupt-window-injection",
        "SDM 3C, 27.7.5", "An injected event goes before the window")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_INTR_WINDOW);
    event_idt(VEC_UD);
    event_gate(VEC_UD, ev_handler, GATE_INTERRUPT | 0x100);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    event_inject(INTR_HW_EXC | VEC_UD, 0, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_INTR_WINDOW);
    FW_EQUAL(run.rip, ev_handler);
}

FW_CASE(saved_blocking, "vmx.event.saved-blocking", "SDM 3C, 28.3.4",
        "An exit right after STI or MOV SS saves that blocking")
{
    VmxRun run;

    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    run = event_run(ev_handler);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_MOV_SS);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    run = event_run(ev_handler);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_STI);
}

FW_CASE(nmi_window, "vmx.event.nmi-window", "SDM 3C, 27.7.6",
        "The NMI-window exit waits for the end of virtual-NMI blocking")
{
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_NMI | PIN_VIRTUAL_NMI);
    VMX_NEED(CTL_PROC, PROC_NMI_WINDOW);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_NMI_WINDOW);
    FW_EQUAL(run.rip, ev_nops);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_NMI_WINDOW);
    FW_EQUAL(run.rip, ev_nops + 1);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_NMI);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
}

FW_CASE(nmi_window_iret, "vmx.event.nmi-window-iret", "SDM 3C, 26.3, 27.7.6",
        "The NMI window opens after the guest's IRET")
{
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_NMI | PIN_VIRTUAL_NMI);
    VMX_NEED(CTL_PROC, PROC_NMI_WINDOW);
    event_idt(VEC_NMI);
    event_inject(INTR_NMI | VEC_NMI, 0, 0);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
    vmwrite(VMCS_GUEST_RIP, (uint64_t)ev_iret);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_NMI_WINDOW);
    FW_EQUAL(run.rip, ev_nops);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), 0);
}

/* NMIs ------------------------------------------------------------------- */

FW_CASE(nmi_exit, "vmx.event.nmi-exit", "SDM 3C, 26.2, 28.2.2",
        "An NMI exits with NMI exiting, and NMIs are blocked in the host")
{
    VmxRun run;
    uint64_t before;

    event_guard();
    VMX_NEED(CTL_PIN, PIN_NMI);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_NMI);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    /* Blocked now: the NMI stays pending until a VM entry unblocks it. */
    before = x86_interrupt_count(VEC_NMI);
    send_self(ICR_NMI);
    hal_delay_us(100);
    FW_EQUAL(x86_interrupt_count(VEC_NMI), before);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, 0);
    run = event_run(ev_spin);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_NMI | VEC_NMI);
    FW_EQUAL(run.rip, ev_spin);
    send_self(ICR_NMI);
    hal_delay_us(100);
    FW_EQUAL(x86_interrupt_count(VEC_NMI), before);
    event_unblock_nmis();
    hal_delay_us(100);
    FW_EQUAL(x86_interrupt_count(VEC_NMI), before + 1);
}

FW_CASE(nmi_delivered, "vmx.event.nmi-delivered", "SDM 3C, 26.2",
        "Without NMI exiting an NMI goes through the guest's IDT")
{
    VmxRun run;

    event_guard();
    if (!vmx_may_clear(CTL_PIN, PIN_NMI)) {
        FW_SKIP("NMI exiting is always on");
    }
    event_idt(VEC_NMI);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_NMI);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    send_self(ICR_NMI);
    hal_delay_us(100);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, 0);
    run = event_run(ev_spin);
    EXPECT_DELIVERED(run, ev_spin);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_NMI);
    event_unblock_nmis();
}

FW_CASE(nmi_unblocking, "vmx.event.nmi-unblocking-due-to-iret",
        "SDM 3C, 28.2.3", "A fault of IRET says that it has unblocked NMIs")
{
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_NMI | PIN_VIRTUAL_NMI);
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_PF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_NMI);
    vmwrite(VMCS_GUEST_RIP, (uint64_t)ev_iret);
    vmwrite(VMCS_GUEST_RSP, 1ull << 40);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_HW_EXC | INTR_ERROR_CODE
             | INTR_NMI_UNBLOCKING | VEC_PF);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), 0);
    vmwrite(VMCS_GUEST_RIP, (uint64_t)ev_iret);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info & INTR_NMI_UNBLOCKING, 0);
}

FW_CASE(nmi_unblocking_ept, "vmx.event.nmi-unblocking-ept", "SDM 3C, 28.2.1",
        "An EPT violation of IRET says so in its exit qualification")
{
    uint64_t stack = (uint64_t)scratch(10);
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_NMI | PIN_VIRTUAL_NMI);
    if (!ept_enable()) {
        FW_SKIP("EPT is not offered");
    }
    *ept_entry(stack) = 0;
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_NMI);
    vmwrite(VMCS_GUEST_RIP, (uint64_t)ev_iret);
    vmwrite(VMCS_GUEST_RSP, stack);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_EPT_VIOLATION);
    FW_EQUAL(run.qualification & 1 << 12, 1 << 12);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), 0);
}

/* External interrupts ---------------------------------------------------- */

FW_CASE(external_exit, "vmx.event.external-interrupt", "SDM 3C, 26.2, 28.2.2",
        "An external interrupt exits whatever IF is; it stays pending")
{
    VmxRun run;

    event_guard();
    VMX_NEED(CTL_PIN, PIN_EXT_INTR);
    send_self(VECTOR);
    run = event_run(ev_spin);
    EXPECT_EXIT(run, EXIT_EXTINT);
    FW_EQUAL(run.intr_info & INTR_VALID, 0);
    FW_EQUAL(x86_interrupt_count(VECTOR), 0);
    let_interrupts_in();
    FW_EQUAL(x86_interrupt_count(VECTOR), 1);
}

FW_CASE(external_acknowledge, "vmx.event.external-interrupt-acknowledge",
        "SDM 3C, 28.2.2", "Acknowledge interrupt on exit gives the vector")
{
    VmxRun run;

    event_guard();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    VMX_NEED(CTL_PIN, PIN_EXT_INTR);
    VMX_NEED(CTL_EXIT, EXIT_ACK_INTR);
    send_self(VECTOR);
    run = event_run(ev_spin);
    EXPECT_EXIT(run, EXIT_EXTINT);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_EXTERNAL | VECTOR);
    let_interrupts_in();
    FW_EQUAL(x86_interrupt_count(VECTOR), 0);
    x86_apic_eoi();
}

FW_CASE(external_delivered, "vmx.event.external-interrupt-delivered",
        "SDM 3C, 26.2",
        "Without external-interrupt exiting IF decides and the guest's IDT is"
        " used")
{
    VmxRun run;

    event_guard();
    event_idt(VECTOR);
    send_self(VECTOR);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(run.rip, ev_nops + 3);
    run = event_run(ev_sti);
    EXPECT_DELIVERED(run, ev_sti + 2);
    x86_apic_eoi();
}

FW_CASE(external_hlt, "vmx.event.external-interrupt-hlt",
        "SDM 3C, 28.1, 28.3.4",
        "An external interrupt that exits from HLT leaves the activity state")
{
    VmxRun run;

    event_guard();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    VMX_NEED(CTL_PIN, PIN_EXT_INTR);
    send_self(VECTOR);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, 0);
    if (!(rdmsr(MSR_VMX_MISC) & 1u << 6)) {
        FW_SKIP("the HLT activity state is not offered");
    }
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXTINT);
    FW_EQUAL(run.rip, ev_nops);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
    let_interrupts_in();
}

FW_CASE(hlt_wakes, "vmx.event.hlt-wakes", "SDM 3C, 25.4.2, 26.1.3",
        "HLT in the guest ends with an interrupt that is delivered")
{
    VmxRun run;

    event_guard();
    vmclr(VMCS_PROC_CTLS, PROC_HLT);
    event_idt(VECTOR);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    send_self(VECTOR);
    run = event_run(ev_hlt);
    EXPECT_DELIVERED(run, ev_hlt + 1);
    x86_apic_eoi();
}

/* The monitor trap flag -------------------------------------------------- */

FW_CASE(mtf_step, "vmx.event.mtf-step", "SDM 3C, 26.5.2",
        "The monitor trap flag exits after each instruction")
{
    VmxRun run;
    int i;

    VMX_NEED(CTL_PROC, PROC_MTF);
    run = event_run(ev_nops);
    for (i = 1; i <= 3; i++) {
        EXPECT_EXIT(run, EXIT_MTF);
        FW_EQUAL(run.rip, ev_nops + i);
        run = vm_continue();
    }
    EXPECT_EXIT(run, EXIT_VMCALL);
}

FW_CASE(mtf_rep, "vmx.event.mtf-rep", "SDM 3C, 26.5.2",
        "The monitor trap flag exits after each iteration of REP")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_MTF);
    guest_regs.rdi = (uint64_t)scratch(11);
    guest_regs.rcx = 3;
    run = event_run(ev_rep);
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(guest_regs.rcx, 2);
    FW_EQUAL(run.rip, ev_rep);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(guest_regs.rcx, 1);
}

FW_CASE(mtf_fault, "vmx.event.mtf-fault", "SDM 3C, 26.5.2",
        "After a fault the MTF exit comes before the handler")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_MTF);
    event_idt(VEC_UD);
    run = event_run(ev_ud2);
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(run.rip, ev_handler);
    FW_EQUAL(event_stack(0), ev_ud2);
    run = event_run(ev_int80);
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(run.rip, ev_stray);
}

FW_CASE(mtf_inject, "vmx.event.mtf-injection", "SDM 3C, 26.5.2",
        "After an injected event the MTF exit comes before the handler")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_MTF);
    event_idt(VEC_UD);
    event_inject(INTR_HW_EXC | VEC_UD, 0, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(run.rip, ev_handler);
    FW_EQUAL(event_stack(0), ev_nops);
}

FW_CASE(mtf_interrupt, "vmx.event.mtf-interrupt", "SDM 3C, 26.5.2",
        "An interrupt that is delivered first counts as the step")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_MTF);
    event_idt(VECTOR);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    send_self(VECTOR);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(run.rip, ev_handler);
    FW_EQUAL(event_stack(0), ev_nops);
    x86_apic_eoi();
}

FW_CASE(mtf_hlt, "vmx.event.mtf-hlt", "SDM 3C, 26.5.2",
        "The MTF exit after HLT saves the HLT state")
{
    VmxRun run;

    event_guard();
    VMX_NEED(CTL_PROC, PROC_MTF);
    vmclr(VMCS_PROC_CTLS, PROC_HLT);
    run = event_run(ev_hlt);
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(run.rip, ev_hlt + 1);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
}

FW_CASE(mtf_exit, "vmx.event.mtf-other-exit", "SDM 3C, 26.5.2",
        "No MTF exit follows an instruction that exits itself")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_MTF);
    run = event_run(ev_handler);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(run.rip, ev_handler);
}
