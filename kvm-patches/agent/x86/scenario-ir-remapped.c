/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IR_REMAPPED: round 1 fires each vector of virelay-irqgen many times, one
 * after the other; round 2 sends frames between two NICs.
 */
#include "clock.h"
#include "nic.h"
#include "rig.h"
#include "scenarios.h"
#include "testdev.h"

#define SHOTS 50
#define FRAMES 40

static void fire_all(VrContext *ctx, VrRig *rig)
{
    uint64_t fired = 0, handled = 0, wrong_dma = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    for (unsigned i = 0; i < SHOTS * VR_RIG_VECTORS; i++) {
        const VrShot shot = {
            .vector = i % VR_RIG_VECTORS, .count = 1,
            .flags = VR_IRQGEN_CH_FLAGS_DMA_SEQ,
        };

        fired++;
        handled += vr_rig_fire(rig, &shot);
        /* What the device wrote before its interrupt is there with it. */
        wrong_dma += rig->dma[0] != fired;
    }
    vr_mark(VR_MARK_ROUND_END, 1);
    vr_fact(ctx, "fired", fired);
    vr_fact(ctx, "handled", handled);
    vr_fact(ctx, "wrong_dma", wrong_dma);
    vr_fact(ctx, "dma_errors",
            vr_rig_channel(rig, 0, VR_IRQGEN_CH_DMA_ERRORS));
    if (handled != fired || wrong_dma) {
        vr_fail(ctx, "%llu of %llu interrupts handled, %llu without their data",
                (unsigned long long)handled, (unsigned long long)fired,
                (unsigned long long)wrong_dma);
    }
}

static void use_nics(VrContext *ctx)
{
    VrNics nics;
    unsigned arrived = 0;
    uint64_t before;

    vr_mark(VR_MARK_ROUND_BEGIN, 2);
    if (vr_nics_open(&nics)) {
        before = vr_nics_interrupts(&nics);
        arrived = vr_nics_exchange(&nics, FRAMES);
        vr_fact(ctx, "nic_interrupts", vr_nics_interrupts(&nics) - before);
    } else {
        vr_fail(ctx, "NICs: %s", nics.error);
    }
    vr_mark(VR_MARK_ROUND_END, 2);
    vr_fact(ctx, "frames", FRAMES);
    vr_fact(ctx, "frames_arrived", arrived);
    if (arrived != FRAMES) {
        vr_fail(ctx, "%u of %u frames arrived", arrived, FRAMES);
    }
    vr_nics_close(&nics);
}

void vr_scenario_IR_REMAPPED(VrContext *ctx)
{
    VrRig rig;

    if (vr_rig_open(&rig, ctx)) {
        vr_fact(ctx, "ires", !!(vr_vtd_read32(&rig.vtd, VR_VTD_GSTS) &
                                VR_GSTS_IRES));
        fire_all(ctx, &rig);
        use_nics(ctx);
    }
    vr_rig_close(&rig);
}
