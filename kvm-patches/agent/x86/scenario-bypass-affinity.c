/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BYPASS_AFFINITY: while all vectors fire at a steady pace, the guest's choice
 * of vector and vCPU for one after the other changes.
 */
#include "bypass.h"
#include "clock.h"
#include "scenarios.h"
#include "testdev.h"
#include "watchdog.h"

#define VCPUS 3u
#define SHARE 10u /* of vr.stress: one in so many */
#define PACE (20 * VR_US)
#define STAY (40 * VR_US)
#define CHOICES 8u /* the guest's vectors for one of the device's */
#define PATIENCE (20 * VR_MS)

/* Neither vCPU nor vector is the one before. */
static bool change(VrBypass *b, unsigned number)
{
    unsigned vector = number % VR_BYPASS_VECTORS;
    unsigned turn = number / VR_BYPASS_VECTORS + 1;

    return vr_bypass_route(b, vector, (turn + vector) % VCPUS,
                           VR_BYPASS_VECTOR + vector * CHOICES +
                           turn % CHOICES);
}

static void play(VrBypass *b)
{
    uint64_t count = b->ctx->params->stress / SHARE + 1;
    uint64_t end = vr_now() + vr_patient(b->ctx, 2 * (PATIENCE + count * PACE));
    const VrShot shot = {
        .vectors = VR_BYPASS_VECTORS, .count = count, .delay = VR_US,
        .period = vr_patient(b->ctx, PACE),
    };
    uint64_t before = vr_bypass_received(b);
    uint64_t fired = vr_rig_channel(&b->rig, 0, VR_IRQGEN_CH_FIRED);
    uint64_t host = vr_bypass_host_irqs(b);
    unsigned changes = 0;
    bool settled;

    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    vr_rig_start(&b->rig, 0, &shot);
    while (vr_rig_channel(&b->rig, 0, VR_IRQGEN_CH_LEFT) && vr_now() < end &&
           change(b, changes)) {
        changes++;
        vr_sleep(vr_patient(b->ctx, STAY));
    }
    settled = vr_bypass_settle(b);
    vr_mark(VR_MARK_ROUND_END, 1);
    vr_fact(b->ctx, "fired",
            vr_rig_channel(&b->rig, 0, VR_IRQGEN_CH_FIRED) - fired);
    vr_fact(b->ctx, "received", vr_bypass_received(b) - before);
    vr_fact(b->ctx, "changes", changes);
    vr_fact(b->ctx, "host_irqs", vr_bypass_host_irqs(b) - host);
    vr_fact(b->ctx, "settled", settled);
}

void vr_scenario_BYPASS_AFFINITY(VrContext *ctx)
{
    bool ready;
    VrBypass b;

    vr_watchdog_arm(VR_SCENARIO_BYPASS_AFFINITY, vr_bypass_limit(ctx));
    ready = vr_bypass_open(&b, ctx, VCPUS);
    for (unsigned i = 0; i < VR_BYPASS_VECTORS && ready; i++) {
        ready = vr_bypass_route(&b, i, i % VCPUS,
                                VR_BYPASS_VECTOR + i * CHOICES);
    }
    if (ready) {
        play(&b);
    }
    vr_bypass_close(&b);
}
