/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SWEEP_PI, SWEEP_PAIR: a vCPU comes by the swept window in rounds,
 * until the plugin says that the sweep is over. Facts: rounds.
 */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "cpu.h"
#include "pci.h"
#include "scenarios.h"
#include "sweep.h"
#include "testdev.h"
#include "watchdog.h"

#define STEP (500 * VR_MS)   /* in which a guest has to come round */
#define LIMIT (60 * VR_SEC)  /* of all else */
#define SWEEP_TURNS 10000    /* about 400 us at 16 ns an instruction */
#define INTRUDED_TURNS 4000  /* longer than it takes the intruder to come */
#define HALT_POLL "/sys/module/kvm/parameters/halt_poll_ns"

static bool halt_others(VrSweep *s)
{
    for (unsigned i = 0; i < s->guest.vm.vcpus; i++) {
        if (i != s->vcpu && !vr_guest_idle(&s->guest, i, VR_IDLE_HLT)) {
            return false;
        }
    }
    return true;
}

static bool create(VrSweep *s)
{
    static const unsigned pcpu[] = { 0, 1, 2, 3 };
    const unsigned least = s->event == VR_SWEEP_IPI ? 2 : 1;
    const VrGuestConfig config = {
        .vcpus = s->vcpu + 1 > least ? s->vcpu + 1 : least, .x2apic = true,
        .split_irqchip = true, .pcpu = pcpu, .on_call = vr_sweep_round,
        .on_signal = vr_sweep_signal, .opaque = s,
    };

    /* A vCPU that halts is to be scheduled out, not to poll. */
    vr_file_write(HALT_POLL, "0");
    if (!vr_guest_create(&s->guest, s->ctx, &config)) {
        return false;
    }
    s->guest.vcpu[s->vcpu]->sweep_turns = SWEEP_TURNS;
    if (s->load == VR_SWEEP_LOAD_PREEMPT) {
        s->guest.vcpu[s->vcpu]->sweep_least = INTRUDED_TURNS;
    }
    return vr_sweep_assign(s) && vr_guest_start(&s->guest) && halt_others(s);
}

/* The vCPU's thread posts s->end; a guest that hangs has no more rounds. */
static void wait_for_end(VrSweep *s)
{
    uint64_t before;
    struct timespec until;

    do {
        before = atomic_load(&s->rounds);
        vr_watchdog_arm(s->event == VR_SWEEP_PAIR ? VR_SCENARIO_SWEEP_PAIR
                                                  : VR_SCENARIO_SWEEP_PI,
                        LIMIT);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += STEP;
        until.tv_sec += until.tv_nsec / VR_SEC;
        until.tv_nsec %= VR_SEC;
        if (sem_timedwait(&s->end, &until) == 0) {
            return;
        }
    } while (atomic_load(&s->rounds) != before);
    vr_sweep_write(VR_TESTDEV_SWEEP_END, VR_SWEEP_STUCK);
    vr_fail(s->ctx, "the guest does not come round any more");
}

static void play(VrSweep *s)
{
    VrGuestVcpu *page = s->guest.vcpu[s->vcpu];

    if (!vr_sweep_start_actor(s) ||
        (s->load == VR_SWEEP_LOAD_PREEMPT && !vr_sweep_start_intruder(s))) {
        return;
    }
    vr_sweep_write(VR_TESTDEV_SWEEP_VECTOR, VR_SWEEP_VECTOR);
    page->due[1] = page->total;
    s->load_received = vr_guest_received(&s->guest, s->vcpu, VR_SWEEP_LOAD_VECTOR);
    __atomic_store_n(&page->idle, s->load == VR_SWEEP_LOAD_HALT
                     ? VR_IDLE_SWEEP_HLT : VR_IDLE_SWEEP, __ATOMIC_RELEASE);
    wait_for_end(s);
    vr_sweep_join(s);
    vr_fact(s->ctx, "rounds", atomic_load(&s->rounds));
}

static void sweep(VrContext *ctx)
{
    uint64_t info = vr_sweep_read(VR_TESTDEV_SWEEP_INFO);
    VrSweep s = {
        .ctx = ctx, .event = info & 0xff, .load = info >> 8 & 0xff,
        .vcpu = info >> 16 & 0xff,
    };

    if (!info) {
        vr_skip(ctx, "nothing sweeps: QEMU has no plugin that does");
        return;
    }
    if (!vr_cpu_has_vmx()) {
        vr_skip(ctx, "the CPU has no VMX");
        return;
    }
    sem_init(&s.end, 0, 0);
    sem_init(&s.intrude, 0, 0);
    if (create(&s)) {
        play(&s);
    }
    vr_guest_stop(&s.guest);
    vr_sweep_unassign(&s);
    vr_guest_destroy(&s.guest);
    if (s.has_timer) {
        timer_delete(s.timer);
    }
}

void vr_scenario_SWEEP_PI(VrContext *ctx)
{
    sweep(ctx);
}

void vr_scenario_SWEEP_PAIR(VrContext *ctx)
{
    sweep(ctx);
}
