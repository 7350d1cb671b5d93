/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Posted-interrupt processing, with a notification that waits at VM entry */
#include "apicv.h"

#define VECTOR 0x51
#define OTHER_VECTOR 0xd1

/* Of the preemption timer: far more than a loaded emulator needs to get to the
 * notification, which has the lower priority */
#define HLT_TICKS 30000000

static void post(int vector)
{
    apicv_descriptor()[vector / 64] |= 1ull << vector % 64;
    apicv_descriptor()[PID_CONTROL] |= PID_ON;
}

/* One request is posted and notified; the guest would take interrupts. */
static bool posted(void)
{
    if (!apicv_posted()) {
        return false;
    }
    event_idt(VECTOR);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    post(VECTOR);
    apicv_real_interrupt(NOTIFICATION);
    return true;
}

static void expect_processed(const char *file, int line)
{
    unsigned word = NOTIFICATION / 32 * 16;
    int i;

    if (apicv_descriptor()[PID_CONTROL] & PID_ON) {
        fw_fail(file, line, "posted-interrupt processing", "ON is still set");
    }
    for (i = 0; i < 4; i++) {
        if (apicv_descriptor()[i]) {
            fw_fail(file, line, "posted-interrupt processing",
                    "PIR word %d is 0x%lx", i, apicv_descriptor()[i]);
        }
    }
    if ((x86_apic_read(APIC_IRR + word) | x86_apic_read(APIC_ISR + word))
        >> NOTIFICATION % 32 & 1) {
        fw_fail(file, line, "posted-interrupt processing",
                "the notification is still in the local APIC");
    }
}
#define EXPECT_PROCESSED() expect_processed(__FILE__, __LINE__)

FW_CASE(posted_deliver, "vmx.posted.deliver",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "A posted request is delivered without an exit")
{
    VmxRun run;

    APICV_NEED(posted());
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
    EXPECT_PROCESSED();
    FW_EQUAL(apicv_svi(), VECTOR);
    FW_EQUAL(apicv_rvi(), 0);
}

FW_CASE(posted_if, "vmx.posted.if",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "RFLAGS.IF does not hold back the processing")
{
    VmxRun run;

    APICV_NEED(posted());
    vmclr(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(run.rip, (uint64_t)ev_nops + 3);
    EXPECT_PROCESSED();
    FW_EQUAL(apicv_rvi(), VECTOR);
    FW_CHECK(apicv_is_set(APIC_IRR, VECTOR), "VIRR is not set");
    run = event_run(ev_sti);
    EXPECT_DELIVERED(run, ev_sti + 2);
}

FW_CASE(posted_blocking, "vmx.posted.blocking",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "Blocking by STI holds it back as it does external interrupts")
{
    VmxRun run;

    APICV_NEED(posted());
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops + 1);
    EXPECT_PROCESSED();
}

FW_CASE(posted_twice, "vmx.posted.twice",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "EOI was sent: a second notification is processed too")
{
    VmxRun run;

    APICV_NEED(posted());
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
    post(0x62);
    apicv_real_interrupt(NOTIFICATION);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    EXPECT_PROCESSED();
    FW_EQUAL(apicv_rvi(), 0x62);
}

FW_CASE(posted_other_vector, "vmx.posted.other-vector",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "An interrupt of another vector exits and leaves the descriptor alone")
{
    VmxRun run;

    APICV_NEED(apicv_posted());
    post(VECTOR);
    apicv_real_interrupt(OTHER_VECTOR);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXTINT);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_EXTERNAL | OTHER_VECTOR);
    FW_EQUAL(apicv_descriptor()[PID_CONTROL], PID_ON);
    FW_EQUAL(apicv_descriptor()[VECTOR / 64], 1ull << VECTOR % 64);
    x86_apic_eoi();
}

FW_CASE(posted_not_notified, "vmx.posted.not-notified",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "VM entry itself does not look at the descriptor")
{
    VmxRun run;

    APICV_NEED(apicv_posted());
    post(VECTOR);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(run.rip, (uint64_t)ev_nops + 3);
    FW_EQUAL(apicv_descriptor()[PID_CONTROL], PID_ON);
    FW_EQUAL(apicv_descriptor()[VECTOR / 64], 1ull << VECTOR % 64);
    FW_EQUAL(apicv_rvi(), 0);
}

FW_CASE(posted_control, "vmx.posted.control",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "Only ON changes in the rest of the descriptor, whatever SN is")
{
    const uint64_t others = PID_SN | 0xf2ull << 16 | 0x12345678ull << 32;
    VmxRun run;

    APICV_NEED(posted());
    vmclr(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    apicv_descriptor()[PID_CONTROL] |= others;
    apicv_descriptor()[5] = ~0ull;
    apicv_descriptor()[7] = 0x7777;
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    EXPECT_PROCESSED();
    FW_EQUAL(apicv_descriptor()[PID_CONTROL], others);
    FW_EQUAL(apicv_descriptor()[5], ~0ull);
    FW_EQUAL(apicv_descriptor()[7], 0x7777);
    FW_EQUAL(apicv_rvi(), VECTOR);
}

FW_CASE(posted_rvi, "vmx.posted.rvi",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "RVI becomes the higher of itself and the requests")
{
    VmxRun run;

    APICV_NEED(posted());
    *apicv_register(APIC_TPR) = 0xf0;
    apicv_request(0x91);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    EXPECT_PROCESSED();
    FW_EQUAL(apicv_rvi(), 0x91);
    FW_CHECK(apicv_is_set(APIC_IRR, VECTOR), "VIRR is not set");
    FW_CHECK(apicv_is_set(APIC_IRR, 0x91), "VIRR[0x91] is lost");
}

FW_CASE(posted_empty, "vmx.posted.empty",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "A notification without requests is taken without a trace")
{
    VmxRun run;

    APICV_NEED(apicv_posted());
    apicv_real_interrupt(NOTIFICATION);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    EXPECT_PROCESSED();
    FW_EQUAL(apicv_rvi(), 0);
    FW_EQUAL(apicv_count(APIC_IRR), 0);
}

FW_CASE(posted_all, "vmx.posted.all-vectors",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "All 256 requests reach VIRR at once")
{
    int vector;
    VmxRun run;

    APICV_NEED(posted());
    vmclr(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    for (vector = 0; vector < 256; vector++) {
        post(vector);
    }
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    EXPECT_PROCESSED();
    FW_EQUAL(apicv_count(APIC_IRR), 256);
    FW_EQUAL(apicv_rvi(), 255);
}

FW_CASE(posted_hlt, "vmx.posted.hlt",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "A posted request wakes the processor from the HLT state")
{
    VmxRun run;

    APICV_NEED(posted());
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
    EXPECT_PROCESSED();
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_ACTIVE);
}

FW_CASE(posted_hlt_back, "vmx.posted.hlt-back",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "One that is not recognized is processed, and HLT goes on")
{
    VmxRun run;

    APICV_NEED(posted());
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    *apicv_register(APIC_TPR) = 0x60;
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, HLT_TICKS);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TIMER);
    EXPECT_PROCESSED();
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
    FW_EQUAL(apicv_rvi(), VECTOR);
}

FW_CASE(posted_hlt_masked, "vmx.posted.hlt-masked",
        "SDM 3C, 30.6, 30.2.2",
        "With RFLAGS.IF 0 it is processed, and HLT goes on")
{
    VmxRun run;

    APICV_NEED(posted());
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    vmclr(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, HLT_TICKS);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TIMER);
    EXPECT_PROCESSED();
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
    FW_EQUAL(apicv_rvi(), VECTOR);
}

FW_CASE(posted_window, "vmx.posted.interrupt-window",
        "SDM 3C, 30.6, 30.2.1",
        "With interrupt-window exiting it is processed, then the window exits")
{
    VmxRun run;

    APICV_NEED(posted());
    VMX_NEED(CTL_PROC, PROC_INTR_WINDOW);
    vmclr(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    run = event_run(ev_sti);
    EXPECT_EXIT(run, EXIT_INTR_WINDOW);
    FW_EQUAL(run.rip, (uint64_t)ev_sti + 2);
    EXPECT_PROCESSED();
    FW_EQUAL(apicv_rvi(), VECTOR);
}

FW_CASE(posted_spin, "vmx.posted.running",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "A notification that another processor sends reaches a running guest")
{
    VmxRun run;

    if (hal_cpu_count() < 2) {
        FW_SKIP("no other processor");
    }
    APICV_NEED(apicv_posted());
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    event_idt(VECTOR);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, ~0u);
    post(VECTOR);
    hal_run_on(1, apicv_notify_later, (void *)(uint64_t)x86_apic_id());
    run = event_run(ev_spin);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(run.rip, (uint64_t)ev_handler);
    EXPECT_PROCESSED();
    FW_CHECK(hal_wait(1, 1000000), "the other processor hangs");
}
