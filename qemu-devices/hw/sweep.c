/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plugin that sweeps needs of QEMU: CPUs that stop between any two
 * instructions, that are parked and woken, and devices that act meanwhile.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "exec/cpu-common.h"
#include "exec/tb-flush.h"
#include "hw/core/cpu.h"
#include "system/cpu-steps.h"
#include "system/cpu-timers.h"
#include "hw/virelay/irqgen.h"
#include "hw/virelay/run.h"
#include "hw/virelay/sweep.h"
#include "virelay-include/trace/trace.h"
#include "virelay-include/plugin/sweep_api.h"

int64_t virelay_posted_patience = NANOSECONDS_PER_SECOND;

static const VrSweepOps *ops;
static QEMUTimer *timer;

/* --- what QEMU calls --- */

static int64_t limit(CPUState *cpu)
{
    return ops->limit(cpu->cpu_index);
}

static void executed(CPUState *cpu, int64_t count)
{
    ops->executed(cpu->cpu_index, count);
}

static void stopped(CPUState *cpu)
{
    ops->stopped(cpu->cpu_index);
}

static const CPUStepsOps steps = {
    .limit = limit,
    .executed = executed,
    .stopped = stopped,
};

static void timeout(void *opaque)
{
    ops->timeout();
}

uint64_t virelay_sweep_read(unsigned reg)
{
    return ops && current_cpu ? ops->read(current_cpu->cpu_index, reg) : 0;
}

void virelay_sweep_write(unsigned reg, uint64_t value)
{
    if (ops && current_cpu) {
        ops->write(current_cpu->cpu_index, reg, value);
    }
}

/* --- what the plugin calls --- */

static uint64_t virtual_time(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

bool virelay_sweep_attach(const VrSweepOps *who)
{
    if (ops || !icount_enabled()) {
        return false;
    }
    ops = who;
    cpu_steps = &steps;
    vr_trace_set_clock(virtual_time);
    vr_trace_observe(ops->record);
    return true;
}

void virelay_sweep_leave(uintptr_t ra)
{
    current_cpu->exception_index = EXCP_INTERRUPT;
    cpu_loop_exit_restore(current_cpu, ra);
}

unsigned virelay_sweep_cpu(void)
{
    return current_cpu->cpu_index;
}

void virelay_sweep_turn(unsigned cpu)
{
    cpu_exit(qemu_get_cpu(cpu));
}

void virelay_sweep_park(unsigned cpu, bool parked)
{
    CPUState *cs = qemu_get_cpu(cpu);

    cs->stopped = parked;
    if (!parked) {
        qemu_cpu_kick(cs);
    }
}

void virelay_sweep_halt(unsigned cpu)
{
    CPUState *cs = qemu_get_cpu(cpu);

    /* An interrupt that is pending would find it halted in the handler. */
    if (!cpu_has_work(cs)) {
        cs->halted = 1;
        cpu_exit(cs);
    }
}

void virelay_sweep_wake(unsigned cpu)
{
    CPUState *cs = qemu_get_cpu(cpu);

    cs->halted = 0;
    qemu_cpu_kick(cs);
}

uint64_t virelay_sweep_pc(unsigned cpu)
{
    CPUState *cs = qemu_get_cpu(cpu);

    return cs->cc->get_pc(cs);
}

uint64_t virelay_sweep_sp(unsigned cpu)
{
    return virelay_sweep_stack(qemu_get_cpu(cpu));
}

bool virelay_sweep_frame(unsigned cpu, uint64_t *ret, uint64_t *sp)
{
    return virelay_sweep_caller(qemu_get_cpu(cpu), ret, sp);
}

void virelay_sweep_retranslate(void)
{
    tb_flush(current_cpu);
}

uint64_t virelay_sweep_now(void)
{
    return virtual_time();
}

void virelay_sweep_timer(uint64_t at)
{
    if (!timer) {
        timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, timeout, NULL);
    }
    if (at == UINT64_MAX) {
        timer_del(timer);
    } else {
        timer_mod_ns(timer, at);
    }
}

bool virelay_sweep_fire(unsigned channel)
{
    return virelay_irqgen_fire(channel);
}

void virelay_sweep_patience(uint64_t ns)
{
    virelay_posted_patience = ns;
}

void virelay_sweep_end(int status)
{
    virelay_run_end(status);
}
