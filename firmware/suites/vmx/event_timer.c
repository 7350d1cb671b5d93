/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VMX-preemption timer */
#include "event.h"

#define A_WHILE_US 2000

static unsigned rate(void)
{
    return rdmsr(MSR_VMX_MISC) & 31;
}

FW_CASE(timer_zero, "vmx.event.timer-zero", "SDM 3C, 26.5.1, 27.7.4",
        "A timer value of 0 exits before the first instruction")
{
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TIMER);
    FW_EQUAL(run.rip, ev_nops);
}

FW_CASE(timer_inject, "vmx.event.timer-after-injection", "SDM 3C, 27.7.4",
        "The timer's exit follows an injected event")
{
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, 0);
    event_idt(VEC_UD);
    event_inject(INTR_HW_EXC | VEC_UD, 0, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TIMER);
    FW_EQUAL(run.rip, ev_handler);
    FW_EQUAL(event_stack(0), ev_nops);
}

FW_CASE(timer_debug, "vmx.event.timer-after-debug", "SDM 3C, 26.5.1",
        "A pending debug exception comes before the timer's exit")
{
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, 0);
    vmset(VMCS_EXCEPTION_BITMAP, 1u << VEC_DB);
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_BS);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info & 0xff, VEC_DB);
}

FW_CASE(timer_window, "vmx.event.timer-before-window", "SDM 3C, 26.5.1",
        "The timer's exit comes before the interrupt window")
{
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    VMX_NEED(CTL_PROC, PROC_INTR_WINDOW);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TIMER);
}

/* The exit is not before its time by the guest's TSC. */
static void expect_timer(const char *guest, uint32_t activity)
{
    uint32_t units = event_timer_units(A_WHILE_US);
    uint64_t start = rdtsc();
    VmxRun run;

    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, units);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, activity);
    run = event_run(guest);
    EXPECT_EXIT(run, EXIT_TIMER);
    FW_CHECK(rdtsc() - start >= (uint64_t)(units - 1) << rate(),
             "%lu ticks are too few for %u units", rdtsc() - start, units);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), activity);
}

FW_CASE(timer_runs, "vmx.event.timer-counts", "SDM 3C, 26.5.1",
        "The timer exits when the TSC has gone far enough")
{
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    expect_timer(ev_spin, ACTIVITY_ACTIVE);
    FW_EQUAL(vmread(VMCS_PREEMPTION_TIMER_VALUE),
             event_timer_units(A_WHILE_US));
}

FW_CASE(timer_hlt, "vmx.event.timer-hlt", "SDM 3C, 26.5.1",
        "The timer counts in the HLT state and in shutdown")
{
    uint64_t misc = rdmsr(MSR_VMX_MISC);

    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    if (!(misc & 1u << 6)) {
        FW_SKIP("the HLT activity state is not offered");
    }
    expect_timer(ev_nops, ACTIVITY_HLT);
    if (misc & 1u << 7) {
        expect_timer(ev_nops, ACTIVITY_SHUTDOWN);
    }
}

FW_CASE(timer_save, "vmx.event.timer-saved", "SDM 3C, 28.3.4, 26.5.1",
        "The value is saved if the VM-exit control says so; 0 after the"
        " timer's own exit")
{
    const uint32_t units = 1u << 30;
    uint32_t left;
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    VMX_NEED(CTL_EXIT, EXIT_SAVE_TIMER);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, units);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    left = vmread(VMCS_PREEMPTION_TIMER_VALUE);
    FW_CHECK(left <= units && left > units - (1u << 28), "0x%x units left",
             left);
    expect_timer(ev_spin, ACTIVITY_ACTIVE);
    FW_EQUAL(vmread(VMCS_PREEMPTION_TIMER_VALUE), 0);
}

FW_CASE(timer_kept, "vmx.event.timer-not-saved", "SDM 3C, 28.3.4",
        "Without the control the field stays as it is")
{
    const uint32_t units = 1u << 30;
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    vmclr(VMCS_EXIT_CTLS, EXIT_SAVE_TIMER);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, units);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(vmread(VMCS_PREEMPTION_TIMER_VALUE), units);
}
