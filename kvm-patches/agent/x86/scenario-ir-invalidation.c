/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IR_INVALIDATION, of vector 0. Round 1: the kernel moves it, so it changes the
 * entry and invalidates it; it has to arrive where it was moved to. Round 2:
 * the entry is in use; its P is cleared in memory behind the kernel's back,
 * without an invalidation; a unit that retains entries goes on with the old
 * one. Round 3: the same, right after the kernel has invalidated it: the unit
 * has to read the entry, and to block the interrupt.
 */
#include "clock.h"
#include "interrupts.h"
#include "rig.h"
#include "scenarios.h"
#include "testdev.h"

#define MOVES 20
#define SHOTS 10
#define ARRIVAL_TIME (2 * VR_MS)

static bool move_round(VrContext *ctx, VrRig *rig)
{
    const unsigned cpus = ctx->vcpu_pcpus > 1 ? ctx->vcpu_pcpus : 2;
    unsigned right = 0, handled = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    for (unsigned i = 0; i < MOVES; i++) {
        unsigned cpu = (i + 1) % cpus;
        uint64_t before;

        if (!vr_rig_move(rig, 0, cpu)) {
            return false;
        }
        before = vr_rig_on_cpu(rig, 0, cpu);
        handled += vr_rig_one(rig, 0);
        right += vr_rig_on_cpu(rig, 0, cpu) == before + 1;
    }
    vr_mark(VR_MARK_ROUND_END, 1);
    vr_fact(ctx, "moves", MOVES);
    vr_fact(ctx, "moved_handled", handled);
    vr_fact(ctx, "moved_right", right);
    return true;
}

/* Clears P in memory, fires, restores the entry; how many arrived. */
static uint64_t fire_without_p(VrRig *rig)
{
    VrIrte *irte = rig->irte[0];
    uint64_t low = irte->low, before = vr_rig_handled(rig);

    irte->low = low & ~VR_IRTE_P;
    for (unsigned i = 0; i < SHOTS; i++) {
        const VrShot shot = { .count = 1 };

        vr_rig_start(rig, 0, &shot);
        vr_sleep(ARRIVAL_TIME);
    }
    irte->low = low;
    return vr_rig_handled(rig) - before;
}

static void stale_round(VrContext *ctx, VrRig *rig)
{
    unsigned first = vr_rig_one(rig, 0); /* the entry is read by now */

    vr_mark(VR_MARK_ROUND_BEGIN, 2);
    vr_fact(ctx, "stale_arrived", fire_without_p(rig));
    vr_mark(VR_MARK_ROUND_END, 2);
    vr_fact(ctx, "stale", SHOTS);
    vr_fact(ctx, "stale_first", first);
}

static bool fresh_round(VrContext *ctx, VrRig *rig)
{
    vr_mark(VR_MARK_ROUND_BEGIN, 3);
    if (!vr_rig_move(rig, 0, 0)) {
        return false;
    }
    vr_fact(ctx, "fresh_arrived", fire_without_p(rig));
    vr_mark(VR_MARK_ROUND_END, 3);
    vr_fact(ctx, "fresh", SHOTS);
    vr_fact(ctx, "restored", vr_rig_one(rig, 0));
    return true;
}

void vr_scenario_IR_INVALIDATION(VrContext *ctx)
{
    VrRig rig;

    if (vr_rig_open(&rig, ctx) && move_round(ctx, &rig)) {
        stale_round(ctx, &rig);
        fresh_round(ctx, &rig);
    }
    vr_rig_close(&rig);
}
