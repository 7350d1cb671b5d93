/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BYPASS_MIGRATE: interrupts come at a steady pace to vCPU 0, whose thread is
 * sent from CPU to CPU.
 */
#include "bypass.h"
#include "clock.h"
#include "scenarios.h"
#include "testdev.h"
#include "watchdog.h"

#define SHARE 10u /* of vr.stress: one in so many */
#define PACE (15 * VR_US)
#define STAY (150 * VR_US)
#define PATIENCE (20 * VR_MS)

static void play(VrBypass *b)
{
    const unsigned cpus = b->ctx->vcpu_pcpus;
    uint64_t count = b->ctx->params->stress / SHARE + 1;
    uint64_t end = vr_now() + vr_patient(b->ctx, PATIENCE + count * PACE);
    const VrShot shot = {
        .vectors = VR_BYPASS_VECTORS, .count = count, .delay = VR_US,
        .period = vr_patient(b->ctx, PACE),
    };
    uint64_t before = vr_bypass_received(b);
    uint64_t fired = vr_rig_channel(&b->rig, 0, VR_IRQGEN_CH_FIRED);
    unsigned moves = 0;
    bool settled;

    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    vr_rig_start(&b->rig, 0, &shot);
    while (vr_rig_channel(&b->rig, 0, VR_IRQGEN_CH_LEFT) && vr_now() < end) {
        moves += vr_guest_move(&b->guest, 0, (moves + 1) % cpus);
        vr_sleep(vr_patient(b->ctx, STAY));
    }
    settled = vr_bypass_settle(b);
    vr_mark(VR_MARK_ROUND_END, 1);
    vr_fact(b->ctx, "fired",
            vr_rig_channel(&b->rig, 0, VR_IRQGEN_CH_FIRED) - fired);
    vr_fact(b->ctx, "received", vr_bypass_received(b) - before);
    vr_fact(b->ctx, "moves", moves);
    vr_fact(b->ctx, "settled", settled);
}

void vr_scenario_BYPASS_MIGRATE(VrContext *ctx)
{
    VrBypass b;

    vr_watchdog_arm(VR_SCENARIO_BYPASS_MIGRATE, vr_bypass_limit(ctx));
    if (ctx->vcpu_pcpus < 2) {
        vr_skip(ctx, "a vCPU needs two CPUs to move between");
        return;
    }
    if (vr_bypass_open(&b, ctx, 1) &&
        vr_guest_idle(&b.guest, 0, VR_IDLE_BUSY)) {
        play(&b);
    }
    vr_bypass_close(&b);
}
