/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IR_SID: round 1 fires vectors under other devices' source-ids, then under its
 * own. Round 2 masks the fault event and fires more of them than any unit has
 * fault recording registers; then lets the kernel see what happened.
 */
#include "clock.h"
#include "rig.h"
#include "scenarios.h"
#include "testdev.h"

#define ARRIVAL_TIME (2 * VR_MS)
#define OVERFLOW 40

/* Each differs from the own one: in function, device, bus, everything. */
static const uint16_t others[] = { 0x0001, 0x0008, 0x0100, 0xffff };

#define OTHERS (sizeof(others) / sizeof(others[0]))

static void under_others(VrContext *ctx, VrRig *rig)
{
    uint64_t before = vr_rig_handled(rig);
    uint64_t arrived;
    unsigned right = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    for (unsigned i = 0; i < OTHERS * VR_RIG_VECTORS; i++) {
        const VrShot shot = { .vector = i / OTHERS, .count = 1 };

        vr_rig_source(rig, rig->pci.source ^ others[i % OTHERS]);
        vr_rig_start(rig, 0, &shot);
        vr_sleep(ARRIVAL_TIME);
    }
    vr_rig_source(rig, VR_RIG_OWN);
    arrived = vr_rig_handled(rig) - before;
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        right += vr_rig_one(rig, i);
    }
    vr_mark(VR_MARK_ROUND_END, 1);
    vr_fact(ctx, "foreign", OTHERS * VR_RIG_VECTORS);
    vr_fact(ctx, "foreign_arrived", arrived);
    vr_fact(ctx, "own", VR_RIG_VECTORS);
    vr_fact(ctx, "own_arrived", right);
}

static bool log_is_empty(void *opaque)
{
    return !(vr_vtd_read32(opaque, VR_VTD_FSTS) & (VR_FSTS_PPF | VR_FSTS_PFO));
}

static void overflow(VrContext *ctx, VrRig *rig)
{
    uint32_t fectl = vr_vtd_read32(&rig->vtd, VR_VTD_FECTL);
    const VrShot shot = { .count = OVERFLOW, .burst = OVERFLOW };
    uint64_t before = vr_rig_handled(rig);
    uint32_t fsts;

    vr_mark(VR_MARK_ROUND_BEGIN, 2);
    vr_vtd_write32(&rig->vtd, VR_VTD_FECTL, fectl | VR_FECTL_IM);
    vr_rig_source(rig, rig->pci.source ^ others[0]);
    vr_rig_start(rig, 0, &shot);
    vr_sleep(ARRIVAL_TIME);
    vr_rig_source(rig, VR_RIG_OWN);
    fsts = vr_vtd_read32(&rig->vtd, VR_VTD_FSTS);
    vr_vtd_write32(&rig->vtd, VR_VTD_FECTL, fectl & ~VR_FECTL_IM);
    vr_fact(ctx, "log_emptied", vr_wait(log_is_empty, &rig->vtd,
                                        vr_patient(ctx, 200 * VR_MS)));
    vr_mark(VR_MARK_ROUND_END, 2);
    vr_fact(ctx, "overflow", OVERFLOW);
    vr_fact(ctx, "overflow_arrived", vr_rig_handled(rig) - before);
    vr_fact(ctx, "pfo", !!(fsts & VR_FSTS_PFO));
}

void vr_scenario_IR_SID(VrContext *ctx)
{
    VrRig rig;

    if (vr_rig_open(&rig, ctx)) {
        under_others(ctx, &rig);
        overflow(ctx, &rig);
    }
    vr_rig_close(&rig);
}
