/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IR_COMPAT: messages in the compatibility format, to the very CPU and vector
 * that an interrupt of the device has. If one passes, that interrupt's handler
 * runs. Round 1: as the kernel has set it up, with CFIS = 0. Round 2: with CFIS
 * = 1, which lets them pass if EIME is 0 (local APICs in xAPIC mode), and does
 * not if EIME is 1.
 */
#include "clock.h"
#include "interrupts.h"
#include "rig.h"
#include "scenarios.h"
#include "testdev.h"

#define MESSAGES 16
#define ARRIVAL_TIME (2 * VR_MS)
#define MSI_ADDRESS 0xfee00000u
#define CPU 1 /* also its APIC id */

/* How many of them arrived */
static uint64_t send(VrRig *rig)
{
    uint64_t before = vr_rig_handled(rig);

    for (unsigned i = 0; i < MESSAGES; i++) {
        const VrShot shot = {
            .count = 1, .flags = VR_IRQGEN_CH_FLAGS_RAW,
            .message = MSI_ADDRESS | CPU << 12,
            .data = vr_irte_vector(rig->irte[0]),
        };

        vr_rig_start(rig, 0, &shot);
        vr_sleep(ARRIVAL_TIME);
    }
    return vr_rig_handled(rig) - before;
}

/* A command keeps what GSTS_REG says is on, without what works only once. */
static void set_cfi(VrRig *rig, bool on)
{
    uint32_t state = vr_vtd_read32(&rig->vtd, VR_VTD_GSTS) & VR_GSTS_KEPT;

    vr_vtd_write32(&rig->vtd, VR_VTD_GCMD, on ? state | VR_GSTS_CFIS
                                              : state & ~VR_GSTS_CFIS);
}

static void play(VrContext *ctx, VrRig *rig)
{
    vr_fact(ctx, "before", vr_rig_one(rig, 0));
    vr_fact(ctx, "eime", !!(vr_vtd_read64(&rig->vtd, VR_VTD_IRTA) &
                            VR_IRTA_EIME));
    vr_fact(ctx, "messages", MESSAGES);
    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    vr_fact(ctx, "arrived", send(rig));
    vr_mark(VR_MARK_ROUND_END, 1);
    set_cfi(rig, true);
    vr_mark(VR_MARK_ROUND_BEGIN, 2);
    vr_fact(ctx, "arrived_cfis", send(rig));
    vr_mark(VR_MARK_ROUND_END, 2);
    set_cfi(rig, false);
    vr_fact(ctx, "after", vr_rig_one(rig, 0));
}

void vr_scenario_IR_COMPAT(VrContext *ctx)
{
    VrRig rig;

    if (vr_rig_open(&rig, ctx) && vr_rig_move(&rig, 0, CPU)) {
        play(ctx, &rig);
    }
    vr_rig_close(&rig);
}
