/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BYPASS_PREEMPTED: vCPU 0 runs, on a CPU on which a thread of higher priority
 * is busy now and then, while interrupts come at a steady pace.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "bypass.h"
#include "clock.h"
#include "report.h"
#include "scenarios.h"
#include "testdev.h"
#include "watchdog.h"

#define SHARE 10u /* of vr.stress: one in so many, */
#define LEAST 600u /* but enough to meet a preemption */
/* Slowly enough that some come when ON is clear and SN is set. */
#define BURST 3
#define PACE (150 * VR_US)
#define BUSY (70 * VR_US)
#define PAUSED (130 * VR_US)
#define PATIENCE (20 * VR_MS)

typedef struct Rival {
    pthread_t thread;
    unsigned pcpu;
    _Atomic bool stop;
    _Atomic unsigned turns;
    int error;
} Rival;

static void be_busy(uint64_t ns)
{
    uint64_t end = vr_now() + ns;

    while (vr_now() < end) {
    }
}

static void *rival(void *opaque)
{
    const struct sched_param first = { .sched_priority = 1 };
    const struct timespec pause = { .tv_nsec = PAUSED };
    Rival *r = opaque;

    if (!vr_pin(r->pcpu) || sched_setscheduler(0, SCHED_FIFO, &first)) {
        r->error = errno;
        return NULL;
    }
    while (!atomic_load(&r->stop)) {
        be_busy(BUSY);
        atomic_fetch_add(&r->turns, 1);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void load(VrBypass *b)
{
    uint64_t asked = b->ctx->params->stress / SHARE + 1;
    uint64_t count = asked > LEAST ? asked : LEAST;
    const VrShot shot = {
        .vectors = VR_BYPASS_VECTORS, .count = count, .delay = VR_US,
        .period = vr_patient(b->ctx, PACE), .burst = BURST,
    };
    uint64_t before = vr_bypass_received(b);
    bool settled;

    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    vr_rig_start(&b->rig, 0, &shot);
    settled = vr_bypass_wait_fired(b, 0, PATIENCE + count * PACE) &&
              vr_bypass_settle(b);
    vr_mark(VR_MARK_ROUND_END, 1);
    vr_fact(b->ctx, "fired", count);
    vr_fact(b->ctx, "received", vr_bypass_received(b) - before);
    vr_fact(b->ctx, "settled", settled);
}

static void play(VrBypass *b)
{
    Rival r = { .pcpu = b->guest.vm.vcpu[0].pcpu };
    int err = pthread_create(&r.thread, NULL, rival, &r);

    if (err) {
        vr_fail(b->ctx, "%s", vr_error_text("pthread_create", err));
        return;
    }
    load(b);
    atomic_store(&r.stop, true);
    pthread_join(r.thread, NULL);
    vr_fact(b->ctx, "preemptions", atomic_load(&r.turns));
    if (r.error) {
        vr_fail(b->ctx, "%s", vr_error_text("SCHED_FIFO", r.error));
    }
}

void vr_scenario_BYPASS_PREEMPTED(VrContext *ctx)
{
    VrBypass b;

    vr_watchdog_arm(VR_SCENARIO_BYPASS_PREEMPTED, vr_bypass_limit(ctx));
    if (vr_bypass_open(&b, ctx, 1) &&
        vr_guest_idle(&b.guest, 0, VR_IDLE_BUSY)) {
        play(&b);
    }
    vr_bypass_close(&b);
}
