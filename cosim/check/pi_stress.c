/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many interrupts: while they are moved, and as fast as they come. */
#include "domains.h"
#include "ir_view.h"
#include "view.h"

static VrVerdict *judge_block(const VrRun *run, const VrSlice *slice,
                              VrIrTally *t)
{
    const VrIrLook look = { 0 };
    VrVerdict *v;

    *t = (VrIrTally){ 0 };
    if (!run->has_block) {
        return NULL;
    }
    *t = vr_ir_tally(run, slice->range, &look);
    v = vr_ir_rules(run, t);
    return v ? v : vr_ir_all_landed(t);
}

static VrVerdict *judge_fired(const VrRun *run, VrScenario scenario,
                              int64_t *fired)
{
    VrVerdict *v = vr_need_fact(run, scenario, "fired", fired);

    if (v || (uint64_t)*fired >= run->stress_asked) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT " interrupts "
                          "were fired, %" G_GUINT64_FORMAT " asked for",
                          *fired, run->stress_asked);
}

/* --- affinity --- */

#define AFFINITY VR_SCENARIO_PI_AFFINITY
#define LEAST_MOVES 100
#define SHOTS_A_MOVE 100

static VrVerdict *judge_affinity(const VrRun *run, const VrSlice *slice)
{
    int64_t fired, moves;
    VrIrTally t;
    VrVerdict *v = vr_ir_fact_is(run, AFFINITY, "lost", 0,
                                 "interrupts were lost");

    v = v ? v : vr_ir_fact_is(run, AFFINITY, "doubled", 0,
                              "interrupts were doubled");
    v = v ? v : judge_block(run, slice, &t);
    v = v ? v : judge_fired(run, AFFINITY, &fired);
    v = v ? v : vr_need_fact(run, AFFINITY, "moves", &moves);
    if (v) {
        return v;
    }
    if (moves < MIN(LEAST_MOVES, fired / SHOTS_A_MOVE)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the kernel made %"
                              G_GINT64_FORMAT " moves only", moves);
    }
    if (!run->has_block) {
        return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT
                              " interrupts, %" G_GINT64_FORMAT " moves, none "
                              "lost, none doubled", fired, moves);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " interrupts, %"
                          G_GINT64_FORMAT " moves, none lost, none doubled; %"
                          G_GUINT64_FORMAT " posts, %" G_GUINT64_FORMAT
                          " remapped, %" G_GUINT64_FORMAT " waits", fired,
                          moves, t.posts, t.remapped, t.waits);
}

const VrCheck vr_check_pi_affinity = {
    .id = "x86.pi.affinity",
    .section = "Intel VT-d, \"Interrupt Entry Cache Invalidate Descriptor\"; "
               "\"Invalidation Wait Descriptor\"",
    .title = "interrupts that the kernel moves between CPUs: none lost, none "
             "doubled; a wait completes behind what was accepted before it",
    .scenario = AFFINITY,
    .judge = judge_affinity,
};

/* --- storm --- */

#define STORM VR_SCENARIO_PI_STORM

static VrVerdict *judge_storm_facts(const VrRun *run)
{
    VrVerdict *v = vr_ir_fact_is(run, STORM, "all_fired", 1,
                                 "the storm did not end in time");

    v = v ? v : vr_ir_fact_is(run, STORM, "left", 0,
                              "descriptors have interrupts in them that "
                              "nobody was notified of");
    v = v ? v : vr_ir_fact_is(run, STORM, "silent", 0,
                              "vectors never arrived");
    v = v ? v : vr_ir_facts_equal(run, STORM, "after", "vectors",
                                  "vectors do not arrive any more");
    return v;
}

static VrVerdict *judge_storm(const VrRun *run, const VrSlice *slice)
{
    int64_t fired, handled;
    VrIrTally t;
    VrVerdict *v = judge_storm_facts(run);

    v = v ? v : judge_block(run, slice, &t);
    v = v ? v : judge_fired(run, STORM, &fired);
    v = v ? v : vr_need_fact(run, STORM, "handled", &handled);
    if (v) {
        return v;
    }
    if (handled == 0 || handled > fired) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT
                              " interrupts were fired and %" G_GINT64_FORMAT
                              " handled", fired, handled);
    }
    if (!run->has_block) {
        return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT
                              " interrupts fired, handled by %"
                              G_GINT64_FORMAT " calls", fired, handled);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " interrupts "
                          "fired, handled by %" G_GINT64_FORMAT " calls; %"
                          G_GUINT64_FORMAT " posts, %" G_GUINT64_FORMAT
                          " notifications, %" G_GUINT64_FORMAT " coalesced",
                          fired, handled, t.posts, t.notifies, t.coalesced);
}

const VrCheck vr_check_pi_storm = {
    .id = "x86.pi.storm",
    .section = "Intel VT-d, \"Interrupt Posting\"; \"Posted Interrupt "
               "Descriptor\", ON",
    .title = "interrupts as fast as they come: each set of ON notifies once, "
             "and nothing is left behind in a descriptor",
    .scenario = STORM,
    .judge = judge_storm,
};
