/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PI_STORM: four channels, each with two vectors on a CPU of their own, fire
 * faster than the kernel handles. Interrupts of a vector may be coalesced, but
 * none of the last ones may stay behind: in the end all descriptors are empty,
 * and every vector still arrives.
 */
#include "clock.h"
#include "interrupts.h"
#include "rig.h"
#include "scenarios.h"
#include "testdev.h"

#define CHANNELS 4
#define PER_CHANNEL (VR_RIG_VECTORS / CHANNELS)
#define PERIOD (50 * VR_US)
#define BURST 4
#define SETTLE (5 * VR_MS)
#define LIMIT (30 * VR_SEC)

static void start_all(VrRig *rig, uint64_t each)
{
    for (unsigned i = 0; i < CHANNELS; i++) {
        const VrShot shot = {
            .vector = i * PER_CHANNEL, .vectors = PER_CHANNEL, .count = each,
            .delay = (i + 1) * VR_US, .period = PERIOD, .burst = BURST,
        };

        vr_rig_start(rig, i, &shot);
    }
}

static bool all_fired(void *opaque)
{
    const VrRig *rig = opaque;

    for (unsigned i = 0; i < CHANNELS; i++) {
        if (vr_rig_channel(rig, i, VR_IRQGEN_CH_LEFT)) {
            return false;
        }
    }
    return true;
}

static uint64_t count_fired(const VrRig *rig)
{
    uint64_t fired = 0;

    for (unsigned i = 0; i < CHANNELS; i++) {
        fired += vr_rig_channel(rig, i, VR_IRQGEN_CH_FIRED);
    }
    return fired;
}

/* Descriptors with something left in them */
static unsigned count_left(VrRig *rig)
{
    unsigned left = 0;

    for (unsigned i = 0; i < VR_RIG_VECTORS && rig->posting; i++) {
        VrPid *pid = vr_rig_pid(rig, i);

        if (pid) {
            left += (pid->pir[0] | pid->pir[1] | pid->pir[2] | pid->pir[3] |
                     (pid->control & VR_PID_ON)) != 0;
        }
        vr_vtd_unmap_pid(pid);
    }
    return left;
}

static void play(VrContext *ctx, VrRig *rig)
{
    uint64_t each = ctx->params->stress / CHANNELS;
    uint64_t begin = vr_testdev_instructions();
    unsigned silent = 0, after = 0;
    bool done;

    start_all(rig, each);
    done = vr_wait(all_fired, rig, vr_patient(ctx, LIMIT));
    vr_fact(ctx, "instructions", vr_testdev_instructions() - begin);
    vr_sleep(SETTLE);
    vr_fact(ctx, "left", count_left(rig));
    vr_fact(ctx, "fired", count_fired(rig));
    vr_fact(ctx, "handled", vr_rig_handled(rig));
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        silent += rig->handled[i] == 0;
    }
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        after += vr_rig_one(rig, i);
    }
    vr_fact(ctx, "silent", silent);
    vr_fact(ctx, "vectors", VR_RIG_VECTORS);
    vr_fact(ctx, "after", after);
    vr_fact(ctx, "all_fired", done);
}

void vr_scenario_PI_STORM(VrContext *ctx)
{
    bool ready;
    VrRig rig;

    ready = vr_rig_open(&rig, ctx);
    for (unsigned i = 0; i < VR_RIG_VECTORS && ready; i++) {
        ready = vr_rig_move(&rig, i, i / PER_CHANNEL % ctx->vcpu_pcpus);
    }
    if (ready) {
        play(ctx, &rig);
    }
    vr_rig_close(&rig);
}
