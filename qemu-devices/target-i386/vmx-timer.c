/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMX-preemption timer (SDM 3C, 26.5.1, "VMX-Preemption Timer").
 *
 * It counts down by one whenever bit MISC[4:0] of the time-stamp counter
 * changes. A timer of the virtual clock wakes us up; whether the time has come
 * is always judged by the time-stamp counter itself, so that a guess at the
 * relation of the two clocks costs at most an early wake-up. The timer of the
 * virtual clock stays armed across VM exits, since the next VM entry usually
 * wants a later deadline.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"

/* Ticks of the TSC a nanosecond at most, until enough time has passed to
 * measure; too much only means that we wake up too early. */
#define FASTEST_TICKS_PER_NS 8
#define ENOUGH_NS_TO_MEASURE 1000000
#define LONGEST_WAIT_NS (INT64_MAX / 4)

static unsigned rate_shift(const VMXState *vmx)
{
    return vmx->caps.misc & MSR_VMX_MISC_PREEMPTION_TIMER_SHIFT_MASK;
}

static uint64_t tsc_now(const VMXState *vmx)
{
    return cpu_get_tsc(&vmx->cpu->env) + vmx->tsc_adjust;
}

static uint64_t ticks_left(const VMXState *vmx)
{
    uint64_t deadline = qatomic_read(&vmx->timer_deadline_tsc);
    uint64_t now = tsc_now(vmx);

    return deadline > now ? deadline - now : 0;
}

static int64_t ticks_to_ns(VMXState *vmx, uint64_t ticks)
{
    int64_t ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - vmx->timer_base_ns;
    int64_t passed = cpu_get_tsc(&vmx->cpu->env) - vmx->timer_base_tsc;
    double wait;

    if (ns < ENOUGH_NS_TO_MEASURE || passed <= 0) {
        wait = (double)ticks / FASTEST_TICKS_PER_NS;
    } else {
        wait = (double)ticks * ns / passed;
    }
    return wait < (double)LONGEST_WAIT_NS ? (int64_t)wait : LONGEST_WAIT_NS;
}

static void expired(void *opaque);

static void create(VMXState *vmx)
{
    vmx->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, vmx);
    vmx->timer_base_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    vmx->timer_base_tsc = cpu_get_tsc(&vmx->cpu->env);
}

static void set_timer(VMXState *vmx, uint64_t deadline)
{
    uint64_t now = tsc_now(vmx);
    uint64_t left = deadline > now ? deadline - now : 0;

    qatomic_set(&vmx->timer_armed_tsc, deadline);
    timer_mod(vmx->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + 1
              + ticks_to_ns(vmx, left));
}

/* On the thread of the processor, after timer_deadline_tsc is set */
static void arm(VMXState *vmx)
{
    uint64_t deadline = vmx->timer_deadline_tsc;

    if (!vmx->timer) {
        create(vmx);
    }
    if (!timer_pending(vmx->timer)
        || qatomic_read(&vmx->timer_armed_tsc) > deadline) {
        set_timer(vmx, deadline);
    }
}

/* On the thread of the main loop. A call that is late, because the processor
 * has left non-root operation meanwhile, does no harm: whoever takes the event
 * looks at the TSC once more. */
static void expired(void *opaque)
{
    VMXState *vmx = opaque;
    uint64_t deadline;

    if (!qatomic_read(&vmx->timer_active)) {
        return;
    }
    if (!ticks_left(vmx)) {
        vmx_event_raise(vmx, VMX_PEND_PREEMPTION_TIMER);
        return;
    }
    /* The processor may be setting another deadline: the last one counts. */
    do {
        deadline = qatomic_read(&vmx->timer_deadline_tsc);
        set_timer(vmx, deadline);
    } while (deadline != qatomic_read(&vmx->timer_deadline_tsc));
}

void vmx_timer_loaded(VMXState *vmx)
{
    if (vmx->timer) {
        timer_free(vmx->timer);
        vmx->timer = NULL;
    }
    if (vmx->timer_active) {
        vmx_event_raise(vmx, VMX_PEND_PREEMPTION_TIMER);
    }
}

void vmx_timer_start(VMXState *vmx)
{
    unsigned shift = rate_shift(vmx);
    uint64_t value = (uint32_t)vmx->field[VMCS_PREEMPTION_TIMER_VALUE];
    uint64_t now;

    if (!(vmx->pin & VMX_PIN_BASED_VMX_PREEMPTION_TIMER)) {
        return;
    }
    now = tsc_now(vmx);
    qatomic_set(&vmx->timer_deadline_tsc, ((now >> shift) + value) << shift);
    qatomic_set(&vmx->timer_active, true);
    if (vmx->timer_deadline_tsc > now) {
        arm(vmx);
    } else {
        vmx_event_raise(vmx, VMX_PEND_PREEMPTION_TIMER);
    }
}

bool vmx_timer_expired(VMXState *vmx)
{
    if (vmx->timer_active && !ticks_left(vmx)) {
        return true;
    }
    qatomic_and(&vmx->pending, ~VMX_PEND_PREEMPTION_TIMER);
    if (vmx->timer_active) {
        arm(vmx);
    }
    return false;
}

uint32_t vmx_timer_value(const VMXState *vmx)
{
    unsigned shift = rate_shift(vmx);
    uint64_t end = vmx->timer_deadline_tsc >> shift;
    uint64_t now = tsc_now(vmx) >> shift;

    return end > now ? end - now : 0;
}

void vmx_timer_stop(VMXState *vmx)
{
    if (!vmx->timer_active) {
        return;
    }
    qatomic_set(&vmx->timer_active, false);
    if (vmx->field[VMCS_EXIT_CTLS] & VMX_VM_EXIT_SAVE_VMX_PREEMPTION_TIMER) {
        vmx->field[VMCS_PREEMPTION_TIMER_VALUE] = vmx_timer_value(vmx);
    }
}
