/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PI_AFFINITY: shots of one interrupt of each vector, while the kernel moves
 * one vector after the other to the next CPU. A shot is over when all of it was
 * handled; what does not come in time is lost.
 */
#include <errno.h>

#include "clock.h"
#include "interrupts.h"
#include "marks.h"
#include "rig.h"
#include "scenarios.h"
#include "watchdog.h"

#define STEP (20 * VR_US)  /* between the interrupts of a shot */
#define GIVE_UP 5          /* shots with losses */
#define LIMIT (10 * VR_MS) /* for one interrupt, for the watchdog */

typedef struct Counts {
    uint64_t fired, lost, doubled, moves, refused;
    unsigned bad_shots;
} Counts;

static void play(VrRig *rig, Counts *c, uint64_t shots)
{
    const unsigned cpus = rig->ctx->vcpu_pcpus;
    uint64_t before = vr_rig_handled(rig);
    const VrShot shot = {
        .vectors = VR_RIG_VECTORS, .count = VR_RIG_VECTORS, .delay = STEP,
        .period = STEP,
    };

    for (uint64_t i = 0; i < shots && c->bad_shots < GIVE_UP; i++) {
        uint64_t after;

        vr_rig_start(rig, 0, &shot);
        if (vr_interrupt_move(rig->irq[i % VR_RIG_VECTORS],
                              (i / VR_RIG_VECTORS + i) % cpus)) {
            c->moves++;
        } else {
            c->refused++;
        }
        vr_rig_wait(rig, before + shot.count, VR_RIG_PATIENCE);
        after = vr_rig_handled(rig);
        c->fired += shot.count;
        if (after < before + shot.count) {
            c->lost += before + shot.count - after;
            c->bad_shots++;
        } else {
            c->doubled += after - before - shot.count;
        }
        before = after;
    }
}

void vr_scenario_PI_AFFINITY(VrContext *ctx)
{
    uint64_t shots = (ctx->params->stress + VR_RIG_VECTORS - 1) /
                     VR_RIG_VECTORS;
    Counts c = { 0 };
    VrRig rig;

    vr_watchdog_arm(VR_SCENARIO_PI_AFFINITY,
                    vr_patient(ctx, ctx->params->stress * LIMIT));
    if (vr_rig_open(&rig, ctx)) {
        play(&rig, &c, shots);
        vr_fact(ctx, "fired", c.fired);
        vr_fact(ctx, "lost", c.lost);
        vr_fact(ctx, "doubled", c.doubled);
        vr_fact(ctx, "moves", c.moves);
        vr_fact(ctx, "refused", c.refused);
        if (c.lost || c.doubled) {
            vr_fail(ctx, "%llu of %llu interrupts lost, %llu doubled",
                    (unsigned long long)c.lost, (unsigned long long)c.fired,
                    (unsigned long long)c.doubled);
        }
    }
    vr_rig_close(&rig);
}
