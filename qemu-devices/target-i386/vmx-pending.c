/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instruction boundaries in non-root operation: which event comes first, and
 * what becomes of it (SDM 3A, "Prioritization of Concurrent Events"; 3C,
 * 26.2, 27.7).
 *
 * CPU_INTERRUPT_VMX is set in interrupt_request as long as a condition that
 * only VMX knows may come true at a later boundary: a window that is asked for,
 * an interrupt that the guest has not enabled yet. It says "look", no more.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/exec-all.h"
#include "accel/tcg/internal-common.h"
#include "exec/translation-block.h"
#include "hw/i386/apic_internal.h"
#include "qemu/main-loop.h"
#include "tcg/helper-tcg.h"

/* In the order of priorities */
typedef enum VMXEvent {
    EVENT_NONE,
    EVENT_APIC_WRITE,
    EVENT_POLL,
    EVENT_SIPI,
    EVENT_MACHINE_CHECK,
    EVENT_TPR_THRESHOLD,
    EVENT_EOI_EXIT,
    EVENT_SMI,
    EVENT_INIT,
    EVENT_MTF,
    EVENT_DEBUG,
    EVENT_PREEMPTION_TIMER,
    EVENT_NMI_WINDOW,
    EVENT_NMI,
    EVENT_INTERRUPT_WINDOW,
    EVENT_VIRTUAL_INTERRUPT,
    EVENT_EXTERNAL_INTERRUPT,
} VMXEvent;

#define WATCHED_CONTROLS (VMX_CPU_BASED_VIRTUAL_INTR_PENDING \
                          | VMX_CPU_BASED_VIRTUAL_NMI_PENDING \
                          | VMX_CPU_BASED_MONITOR_TRAP_FLAG)
#define WATCHED_REQUESTS (CPU_INTERRUPT_POLL | CPU_INTERRUPT_SIPI \
                          | CPU_INTERRUPT_SMI | CPU_INTERRUPT_MCE \
                          | CPU_INTERRUPT_INIT | CPU_INTERRUPT_NMI \
                          | CPU_INTERRUPT_HARD)

void vmx_event_raise(VMXState *vmx, uint32_t pending)
{
    CPUState *cs = CPU(vmx->cpu);
    bool can_do_io = cs->neg.can_do_io;

    qatomic_or(&vmx->pending, pending);
    BQL_LOCK_GUARD();
    if (qemu_cpu_is_self(cs)) {
        /* Only the loop of this processor is told, no device: that is no I/O
         * in the sense of instruction counting. */
        cs->neg.can_do_io = true;
        cpu_interrupt(cs, CPU_INTERRUPT_VMX);
        cs->neg.can_do_io = can_do_io;
    } else {
        cpu_interrupt(cs, CPU_INTERRUPT_VMX);
    }
}

/* A condition may come true without a further call of vmx_event_raise(). */
bool vmx_events_watched(const VMXState *vmx)
{
    return (vmx->proc & WATCHED_CONTROLS) || vmx->pending_dbg
        || qatomic_read(&vmx->pending);
}

/* What even a processor in shutdown state takes, up to NMIs */
static VMXEvent next_high(const CPUX86State *env, int request,
                          uint32_t pending)
{
    const VMXState *vmx = env->vmx;
    bool shutdown = vmx->activity == VMX_ACTIVITY_SHUTDOWN;
    uint32_t blocking;

    if (request & CPU_INTERRUPT_MCE) {
        return EVENT_MACHINE_CHECK;
    }
    /* 27.7.7: ahead of SMIs, INIT signals and lower priority events */
    if (!shutdown && (pending & VMX_PEND_TPR_THRESHOLD)) {
        return EVENT_TPR_THRESHOLD;
    }
    if (!shutdown && (pending & VMX_PEND_EOI_EXIT)) {
        return EVENT_EOI_EXIT;
    }
    if ((request & CPU_INTERRUPT_SMI) && !(env->hflags & HF_SMM_MASK)) {
        return EVENT_SMI;
    }
    if ((request & CPU_INTERRUPT_INIT) || (pending & VMX_PEND_INIT)) {
        return EVENT_INIT;
    }
    if (!shutdown && (pending & VMX_PEND_MTF)) {
        return EVENT_MTF;
    }
    blocking = vmx_blocking(env);
    if (!shutdown && (vmx->pending_dbg & VMX_PENDING_DBG_VALID)
        && !(blocking & VMX_BLOCKING_MOV_SS)) {
        return EVENT_DEBUG;
    }
    if (pending & VMX_PEND_PREEMPTION_TIMER) {
        return EVENT_PREEMPTION_TIMER;
    }
    if (blocking) {
        return EVENT_NONE;
    }
    if ((vmx->proc & VMX_CPU_BASED_VIRTUAL_NMI_PENDING)
        && !vmx->virtual_nmi_blocking) {
        return EVENT_NMI_WINDOW;
    }
    if ((request & CPU_INTERRUPT_NMI) && !(env->hflags2 & HF2_NMI_MASK)) {
        return EVENT_NMI;
    }
    return EVENT_NONE;
}

/* Maskable interrupts of all kinds, where nothing blocks but RFLAGS.IF */
static VMXEvent next_maskable(const CPUX86State *env, int request,
                              uint32_t pending)
{
    const VMXState *vmx = env->vmx;
    bool enabled = env->eflags & IF_MASK;

    if (enabled && (vmx->proc & VMX_CPU_BASED_VIRTUAL_INTR_PENDING)) {
        return EVENT_INTERRUPT_WINDOW;
    }
    if (enabled && (pending & VMX_PEND_VIRTUAL_INTERRUPT)) {
        return EVENT_VIRTUAL_INTERRUPT;
    }
    if ((request & CPU_INTERRUPT_HARD)
        && (enabled || (vmx->pin & VMX_PIN_BASED_EXT_INTR_MASK))) {
        return EVENT_EXTERNAL_INTERRUPT;
    }
    return EVENT_NONE;
}

static VMXEvent next_event(const CPUX86State *env, int request)
{
    const VMXState *vmx = env->vmx;
    uint32_t pending = qatomic_read(&vmx->pending);
    VMXEvent event;

    if (!(request & WATCHED_REQUESTS) && !pending && !vmx->pending_dbg
        && !(vmx->proc & WATCHED_CONTROLS)) {
        return EVENT_NONE;
    }
    if (pending & VMX_PEND_APIC_WRITE) {
        return EVENT_APIC_WRITE;
    }
    if (request & CPU_INTERRUPT_POLL) {
        return EVENT_POLL;
    }
    if (request & CPU_INTERRUPT_SIPI) {
        return EVENT_SIPI;
    }
    if (vmx->activity == VMX_ACTIVITY_WAIT_SIPI) {
        return EVENT_NONE;
    }
    event = next_high(env, request, pending);
    if (event != EVENT_NONE || vmx->activity == VMX_ACTIVITY_SHUTDOWN
        || vmx_blocking(env)) {
        return event;
    }
    return next_maskable(env, request, pending);
}

int vmx_pending_interrupt(CPUState *cs, int interrupt_request)
{
    return next_event(cpu_env(cs), interrupt_request) != EVENT_NONE
        ? CPU_INTERRUPT_VMX : 0;
}

/* What becomes of each event. All return true where a VM exit was made. -- */

static bool exit_reason(CPUX86State *env, VMXExitReason reason,
                        uint64_t qualification)
{
    VMXExit exit = { .reason = reason, .qualification = qualification };

    vmx_exit_now(env, &exit);
    return true;
}

static bool exit_interrupt(CPUX86State *env, VMXExitReason reason,
                           uint32_t info)
{
    VMXExit exit = { .reason = reason, .intr_info = info };

    vmx_exit_now(env, &exit);
    return true;
}

/* The trap-like event is over, whether or not it leads to an exit. */
uint32_t vmx_event_taken(VMXState *vmx, uint32_t pending)
{
    return qatomic_fetch_and(&vmx->pending, ~pending) & pending;
}

static void deliver(CPUX86State *env, uint32_t info)
{
    VMXState *vmx = env->vmx;
    int vector = info & 0xff;

    if (vmx->proc & VMX_CPU_BASED_MONITOR_TRAP_FLAG) {
        qatomic_or(&vmx->pending, VMX_PEND_MTF);
    }
    vmx_delivery_known(env, VMX_INTR_VALID | info, 0, 0);
    do_interrupt_x86_hardirq(env, vector, 1);
}

static bool take_apic_write(CPUX86State *env)
{
    if (vmx_apic_write_emulation(env)) {
        return exit_reason(env, VMX_EXIT_APIC_WRITE,
                           env->vmx->apic_exit_qualification);
    }
    vmx_event_taken(env->vmx, VMX_PEND_APIC_WRITE);
    return false;
}

static bool take_sipi(CPUX86State *env)
{
    X86CPU *cpu = env_archcpu(env);

    cpu_reset_interrupt(CPU(cpu), CPU_INTERRUPT_SIPI);
    if (env->vmx->activity != VMX_ACTIVITY_WAIT_SIPI) {
        return false;
    }
    return exit_reason(env, VMX_EXIT_SIPI,
                       APIC_COMMON(cpu->apic_state)->sipi_vector & 0xff);
}

static bool take_machine_check(CPUX86State *env)
{
    const uint32_t info = VMX_INTR_TYPE_HW_EXCEPTION | EXCP12_MCHK;

    env_cpu(env)->interrupt_request &= ~CPU_INTERRUPT_MCE;
    if (vmcs_read(env, VMCS_EXCEPTION_BITMAP) & (1u << EXCP12_MCHK)) {
        return exit_interrupt(env, VMX_EXIT_EXCEPTION_NMI,
                              VMX_INTR_VALID | info);
    }
    deliver(env, info);
    return false;
}

static bool take_init(CPUX86State *env)
{
    cpu_reset_interrupt(env_cpu(env), CPU_INTERRUPT_INIT);
    vmx_event_taken(env->vmx, VMX_PEND_INIT);
    return exit_reason(env, VMX_EXIT_INIT, 0);
}

static bool take_debug(CPUX86State *env)
{
    if (env->vmx->proc & VMX_CPU_BASED_MONITOR_TRAP_FLAG) {
        qatomic_or(&env->vmx->pending, VMX_PEND_MTF);
    }
    return vmx_debug_deliver(env);
}

static bool take_preemption_timer(CPUX86State *env)
{
    return vmx_timer_expired(env->vmx)
        && exit_reason(env, VMX_EXIT_PREEMPTION_TIMER, 0);
}

static bool take_nmi(CPUX86State *env)
{
    const uint32_t info = VMX_INTR_TYPE_NMI | EXCP02_NMI;

    env_cpu(env)->interrupt_request &= ~CPU_INTERRUPT_NMI;
    if (env->vmx->pin & VMX_PIN_BASED_NMI_EXITING) {
        exit_interrupt(env, VMX_EXIT_EXCEPTION_NMI, VMX_INTR_VALID | info);
        env->hflags2 |= HF2_NMI_MASK;
        return true;
    }
    env->hflags2 |= HF2_NMI_MASK;
    deliver(env, info);
    return false;
}

static bool take_virtual_interrupt(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    vmx_event_taken(vmx, VMX_PEND_VIRTUAL_INTERRUPT);
    if (vmx->proc & VMX_CPU_BASED_MONITOR_TRAP_FLAG) {
        qatomic_or(&vmx->pending, VMX_PEND_MTF);
    }
    vmx->activity = VMX_ACTIVITY_ACTIVE;
    vmx_deliver_virtual_interrupt(env);
    return false;
}

/* 26.2, "External interrupts"; with posted-interrupt processing 30.6 */
static bool take_external_interrupt(CPUX86State *env)
{
    CPUState *cs = env_cpu(env);
    VMXState *vmx = env->vmx;
    int vector = -1;

    if (!(vmx->pin & VMX_PIN_BASED_EXT_INTR_MASK)) {
        cs->interrupt_request &= ~CPU_INTERRUPT_HARD;
        vector = cpu_get_pic_interrupt(env);
        if (vector >= 0) {
            deliver(env, VMX_INTR_TYPE_EXTERNAL | vector);
        }
        return false;
    }
    if (!(vmcs_read(env, VMCS_EXIT_CTLS) & VMX_VM_EXIT_ACK_INTR_ON_EXIT)) {
        return exit_reason(env, VMX_EXIT_EXTERNAL_INTERRUPT, 0);
    }
    cs->interrupt_request &= ~CPU_INTERRUPT_HARD;
    if (vmx->pin & VMX_PIN_BASED_POSTED_INTR) {
        if (vmx_posted_interrupt(env, &vector)) {
            return false;
        }
    } else {
        vector = cpu_get_pic_interrupt(env);
    }
    return vector >= 0
        && exit_interrupt(env, VMX_EXIT_EXTERNAL_INTERRUPT,
                          VMX_INTR_VALID | VMX_INTR_TYPE_EXTERNAL | vector);
}

/* RSM comes back to non-root operation, with the event state as it is. */
static bool take_smi(CPUX86State *env)
{
    env_cpu(env)->interrupt_request &= ~CPU_INTERRUPT_SMI;
    do_smm_enter(env_archcpu(env));
    return true;
}

static bool take_event(CPUX86State *env, VMXEvent event)
{
    X86CPU *cpu = env_archcpu(env);
    VMXState *vmx = env->vmx;

    switch (event) {
    case EVENT_APIC_WRITE:
        return take_apic_write(env);
    case EVENT_POLL:
        cpu_reset_interrupt(CPU(cpu), CPU_INTERRUPT_POLL);
        apic_poll_irq(cpu->apic_state);
        return false;
    case EVENT_SIPI:
        return take_sipi(env);
    case EVENT_SMI:
        return take_smi(env);
    case EVENT_MACHINE_CHECK:
        return take_machine_check(env);
    case EVENT_INIT:
        return take_init(env);
    case EVENT_TPR_THRESHOLD:
        vmx_event_taken(vmx, VMX_PEND_TPR_THRESHOLD);
        return exit_reason(env, VMX_EXIT_TPR_BELOW_THRESHOLD, 0);
    case EVENT_EOI_EXIT:
        vmx_event_taken(vmx, VMX_PEND_EOI_EXIT);
        return exit_reason(env, VMX_EXIT_VIRTUALIZED_EOI,
                           vmx->apic_exit_qualification);
    case EVENT_MTF:
        vmx_event_taken(vmx, VMX_PEND_MTF);
        return exit_reason(env, VMX_EXIT_MONITOR_TRAP_FLAG, 0);
    case EVENT_DEBUG:
        return take_debug(env);
    case EVENT_PREEMPTION_TIMER:
        return take_preemption_timer(env);
    case EVENT_NMI_WINDOW:
        return exit_reason(env, VMX_EXIT_NMI_WINDOW, 0);
    case EVENT_NMI:
        return take_nmi(env);
    case EVENT_INTERRUPT_WINDOW:
        return exit_reason(env, VMX_EXIT_INTERRUPT_WINDOW, 0);
    case EVENT_VIRTUAL_INTERRUPT:
        return take_virtual_interrupt(env);
    case EVENT_EXTERNAL_INTERRUPT:
        return take_external_interrupt(env);
    case EVENT_NONE:
        break;
    }
    return false;
}

/* Nothing was recognized that ends the inactive state: back to it. */
static G_NORETURN void stay_inactive(CPUState *cs)
{
    cs->halted = 1;
    cs->exception_index = EXCP_HLT;
    cpu_loop_exit(cs);
}

/*
 * 26.5.2: after one more instruction an MTF VM exit is pending. The
 * instruction runs in a block of its own, uninterruptibly, so that nothing
 * comes between; outside of instruction counting, where a block may be cut
 * short before it has run.
 */
static void step_one_instruction(CPUState *cs, VMXState *vmx)
{
    qatomic_or(&vmx->pending, VMX_PEND_MTF);
    cs->cflags_next_tb = (curr_cflags(cs) & ~CF_USE_ICOUNT & ~CF_COUNT_MASK)
        | CF_NO_GOTO_TB | CF_NO_GOTO_PTR | CF_SINGLE_STEP | CF_NOIRQ | 1;
}

/* Look again before the next instruction. */
static void look_again(CPUState *cs)
{
    if (qatomic_read(&cs->interrupt_request)) {
        qatomic_set(&cs->neg.icount_decr.u16.high, -1);
    }
}

bool vmx_exec_interrupt(CPUState *cs, int interrupt_request)
{
    CPUX86State *env = cpu_env(cs);
    VMXState *vmx = env->vmx;
    bool done = false;
    VMXEvent event;

    while ((event = next_event(env, cs->interrupt_request)) != EVENT_NONE) {
        done = true;
        if (take_event(env, event)) {
            look_again(cs);
            return true;
        }
    }
    if (!vmx_events_watched(vmx)) {
        cs->interrupt_request &= ~CPU_INTERRUPT_VMX;
    }
    if (vmx->activity != VMX_ACTIVITY_ACTIVE) {
        stay_inactive(cs);
    }
    if (vmx->proc & VMX_CPU_BASED_MONITOR_TRAP_FLAG) {
        step_one_instruction(cs, vmx);
        done = true;
    }
    return done;
}
