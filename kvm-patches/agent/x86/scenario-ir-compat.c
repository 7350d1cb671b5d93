/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IR_COMPAT: messages in the compatibility format, to the very CPU and vector
 * that an interrupt of the device has. If one passes, that interrupt's handler
 * runs.
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

void vr_scenario_IR_COMPAT(VrContext *ctx)
{
    uint64_t before;
    VrRig rig;

    if (!vr_rig_open(&rig, ctx) || !vr_rig_move(&rig, 0, CPU) ||
        !vr_rig_one(&rig, 0)) {
        vr_fail(ctx, "an interrupt of the device does not arrive");
        vr_rig_close(&rig);
        return;
    }
    before = vr_rig_handled(&rig);
    vr_fact(ctx, "cfis", !!(vr_vtd_read32(&rig.vtd, VR_VTD_GSTS) &
                            VR_GSTS_CFIS));
    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    for (unsigned i = 0; i < MESSAGES; i++) {
        const VrShot shot = {
            .count = 1, .flags = VR_IRQGEN_CH_FLAGS_RAW,
            .message = MSI_ADDRESS | CPU << 12,
            .data = vr_irte_vector(rig.irte[0]),
        };

        vr_rig_start(&rig, 0, &shot);
        vr_sleep(ARRIVAL_TIME);
    }
    vr_mark(VR_MARK_ROUND_END, 1);
    vr_fact(ctx, "messages", MESSAGES);
    vr_fact(ctx, "arrived", vr_rig_handled(&rig) - before);
    vr_fact(ctx, "after", vr_rig_one(&rig, 0));
    vr_rig_close(&rig);
}
