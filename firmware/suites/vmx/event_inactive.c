/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inactive states, INIT, SIPI; what another processor sends */
#include "event.h"

#define VECTOR 0x52
#define OTHER 1
#define LATER_US 2000
#define PATIENCE_US 5000000
#define FOR_NOTHING_US 100000
#define ICR_ASSERT (1u << 14)
#define ICR_SMI    (2u << 8)
#define ICR_NMI    (4u << 8)
#define ICR_INIT   (5u << 8)
#define ICR_SIPI   (6u << 8)

typedef struct Message {
    uint32_t apic_id, icr;
} Message;

static void send_later(void *arg)
{
    const Message *message = arg;

    hal_delay_us(LATER_US);
    x86_apic_ipi(message->apic_id, message->icr);
}

/* Enter while the other processor is about to send. */
static VmxRun run_and_receive(const char *guest, uint32_t icr)
{
    Message message = { x86_apic_id(), ICR_ASSERT | icr };
    VmxRun run;

    hal_run_on(OTHER, send_later, &message);
    run = event_run(guest);
    FW_CHECK(hal_wait(OTHER, PATIENCE_US), "the other CPU does not return");
    return run;
}

#define NEED_OTHER()                                                      \
    do {                                                                  \
        if (hal_cpu_count() < 2) {                                        \
            FW_SKIP("one CPU only");                                      \
        }                                                                 \
    } while (0)
#define NEED_ACTIVITY(n)                                                  \
    do {                                                                  \
        if (!(rdmsr(MSR_VMX_MISC) & 1u << (5 + (n)))) {                   \
            FW_SKIP("activity state " #n " is not offered");              \
        }                                                                 \
        vmwrite(VMCS_GUEST_ACTIVITY_STATE, n);                            \
    } while (0)

FW_CASE(running_external, "vmx.event.running-external", "SDM 3C, 26.2",
        "An interrupt from another CPU exits from a running guest")
{
    VmxRun run;

    NEED_OTHER();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    VMX_NEED(CTL_PIN, PIN_EXT_INTR);
    VMX_NEED(CTL_EXIT, EXIT_ACK_INTR);
    event_guard();
    run = run_and_receive(ev_spin, VECTOR);
    EXPECT_EXIT(run, EXIT_EXTINT);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_EXTERNAL | VECTOR);
    x86_apic_eoi();
}

FW_CASE(running_nmi, "vmx.event.running-nmi", "SDM 3C, 26.2",
        "An NMI from another CPU exits from a running guest")
{
    VmxRun run;

    NEED_OTHER();
    VMX_NEED(CTL_PIN, PIN_NMI);
    event_guard();
    run = run_and_receive(ev_spin, ICR_NMI);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_NMI | VEC_NMI);
    event_unblock_nmis();
}

FW_CASE(hlt_external, "vmx.event.hlt-external", "SDM 3C, 28.1",
        "An interrupt exits from HLT, which the guest executed")
{
    VmxRun run;

    NEED_OTHER();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    VMX_NEED(CTL_PIN, PIN_EXT_INTR);
    VMX_NEED(CTL_EXIT, EXIT_ACK_INTR);
    vmclr(VMCS_PROC_CTLS, PROC_HLT);
    event_guard();
    run = run_and_receive(ev_hlt, VECTOR);
    EXPECT_EXIT(run, EXIT_EXTINT);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_EXTERNAL | VECTOR);
    FW_EQUAL(run.rip, ev_hlt + 1);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
    x86_apic_eoi();
}

FW_CASE(hlt_nmi, "vmx.event.hlt-nmi", "SDM 3C, 25.4.2, 28.1",
        "An NMI exits from the HLT state that VM entry has set")
{
    VmxRun run;

    NEED_OTHER();
    NEED_ACTIVITY(ACTIVITY_HLT);
    VMX_NEED(CTL_PIN, PIN_NMI);
    event_guard();
    run = run_and_receive(ev_nops, ICR_NMI);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_NMI | VEC_NMI);
    FW_EQUAL(run.rip, ev_nops);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
    event_unblock_nmis();
}

FW_CASE(shutdown_external, "vmx.event.shutdown-external", "SDM 3C, 25.4.2",
        "External interrupts do not leave shutdown")
{
    VmxRun run;

    NEED_OTHER();
    NEED_ACTIVITY(ACTIVITY_SHUTDOWN);
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER | PIN_EXT_INTR);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, event_timer_units(FOR_NOTHING_US));
    run = run_and_receive(ev_nops, VECTOR);
    EXPECT_EXIT(run, EXIT_TIMER);
    asm volatile("sti; nop; nop; cli");
}

FW_CASE(shutdown_nmi, "vmx.event.shutdown-nmi", "SDM 3C, 25.4.2",
        "An NMI leaves shutdown")
{
    VmxRun run;

    NEED_OTHER();
    NEED_ACTIVITY(ACTIVITY_SHUTDOWN);
    VMX_NEED(CTL_PIN, PIN_NMI);
    event_guard();
    run = run_and_receive(ev_nops, ICR_NMI);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_NMI | VEC_NMI);
    event_unblock_nmis();
}

FW_CASE(sipi, "vmx.event.sipi", "SDM 3C, 26.2, 28.2.1",
        "A start-up IPI exits from the wait-for-SIPI state with its vector")
{
    VmxRun run;

    NEED_OTHER();
    NEED_ACTIVITY(ACTIVITY_WAIT_SIPI);
    event_guard();
    run = run_and_receive(ev_nops, ICR_SIPI | 0x9a);
    EXPECT_EXIT(run, EXIT_SIPI);
    FW_EQUAL(run.qualification, 0x9a);
    FW_EQUAL(run.rip, ev_nops);
}

FW_CASE(sipi_dropped, "vmx.event.sipi-dropped", "SDM 3C, 26.2",
        "A start-up IPI to a running guest does nothing")
{
    VmxRun run;

    NEED_OTHER();
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, event_timer_units(FOR_NOTHING_US));
    run = run_and_receive(ev_spin, ICR_SIPI | 0x9a);
    EXPECT_EXIT(run, EXIT_TIMER);
}

FW_CASE(init_exit, "vmx.event.init", "SDM 3C, 26.2",
        "INIT exits from a running guest, reason 3")
{
    VmxRun run;

    NEED_OTHER();
    event_guard();
    run = run_and_receive(ev_spin, ICR_INIT);
    EXPECT_EXIT(run, EXIT_INIT);
}

FW_CASE(init_hlt, "vmx.event.init-hlt", "SDM 3C, 25.4.2, 26.2",
        "INIT exits from the HLT state")
{
    VmxRun run;

    NEED_OTHER();
    NEED_ACTIVITY(ACTIVITY_HLT);
    event_guard();
    run = run_and_receive(ev_nops, ICR_INIT);
    EXPECT_EXIT(run, EXIT_INIT);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
}

FW_CASE(init_blocked, "vmx.event.init-blocked", "SDM 3C, 24.8, 27.3.1.5",
        "INIT is blocked in VMX root operation and exits after VM entry")
{
    Message message = { x86_apic_id(), ICR_ASSERT | ICR_INIT };
    VmxRun run;

    NEED_OTHER();
    event_guard();
    hal_run_on(OTHER, send_later, &message);
    FW_REQUIRE(hal_wait(OTHER, PATIENCE_US), "the other CPU does not return");
    hal_delay_us(1000);
    run = event_run(ev_spin);
    EXPECT_EXIT(run, EXIT_INIT);
    FW_EQUAL(run.rip, ev_spin);
}

/* The handler is that of the machine's firmware; it returns by RSM. */
FW_CASE(smi, "vmx.event.smi", "SDM 3C, 32.14",
        "An SMI is no exit: RSM goes on in the guest")
{
    VmxRun run;

    NEED_OTHER();
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, event_timer_units(FOR_NOTHING_US));
    guest_regs.rbx = 0x5a5a;
    run = run_and_receive(ev_spin, ICR_SMI);
    EXPECT_EXIT(run, EXIT_TIMER);
    FW_EQUAL(guest_regs.rbx, 0x5a5a);
}
