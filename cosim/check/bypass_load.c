/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Posting under load: vCPUs that are preempted, or that migrate. */
#include "bypass_view.h"
#include "domains.h"
#include "ir_view.h"
#include "view.h"

#define SHARE 10u /* of what was asked for: one in so many is fired */

/* What both have in common. */
static VrVerdict *judge_load(const VrRun *run, const VrSlice *slice,
                             VrScenario scenario, bool quiet, VrBypass *b)
{
    const VrBypassLook look = { .scenario = scenario, .quiet = quiet };
    int64_t fired;
    VrVerdict *v = vr_bypass_view(run, slice, &look, b);

    v = v ? v : vr_need_fact(run, scenario, "fired", &fired);
    v = v ? v : vr_bypass_rules(run, slice, b);
    v = v ? v : vr_ir_fact_is(run, scenario, "settled", 1,
                              "posts stay behind in a descriptor");
    v = v ? v : vr_bypass_none_lost(run, scenario, b);
    if (v) {
        return v;
    }
    if ((uint64_t)fired < run->stress_asked / SHARE) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT
                              " interrupts were fired, %" G_GUINT64_FORMAT
                              " asked for", fired, run->stress_asked / SHARE);
    }
    if (b->round[1].posts != (uint64_t)fired) {
        return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GINT64_FORMAT
                              " interrupts %" G_GUINT64_FORMAT " were posted",
                              fired, b->round[1].posts);
    }
    return NULL;
}

/* --- preempted --- */

static VrVerdict *judge_preempted(const VrRun *run, const VrSlice *slice)
{
    const VrBypassTally *t;
    int64_t preemptions;
    VrBypass b;
    VrVerdict *v = judge_load(run, slice, VR_SCENARIO_BYPASS_PREEMPTED, true,
                              &b);

    t = &b.round[1];
    v = v ? v : vr_need_fact(run, VR_SCENARIO_BYPASS_PREEMPTED, "preemptions",
                             &preemptions);
    if (v) {
        return v;
    }
    if (preemptions == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the vCPU was never preempted");
    }
    if (t->suppressed == 0) {
        return vr_verdict_new(VR_VERDICT_FAIL, "the vCPU was preempted %"
                              G_GINT64_FORMAT " times, and no post found SN "
                              "set", preemptions);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " preemptions, %"
                          G_GUINT64_FORMAT " posts, %" G_GUINT64_FORMAT
                          " under SN, %" G_GUINT64_FORMAT " delivered, %"
                          G_GUINT64_FORMAT " coalesced", preemptions, t->posts,
                          t->suppressed, t->delivered,
                          t->coalesced + t->merged);
}

const VrCheck vr_check_bypass_preempted = {
    .id = "x86.bypass.preempted",
    .section = "Intel VT-d, \"Posted Interrupt Descriptor\", SN",
    .title = "nobody is notified of posts for a preempted vCPU, and all are "
             "there when it runs again",
    .scenario = VR_SCENARIO_BYPASS_PREEMPTED,
    .needs_block = true,
    .judge = judge_preempted,
};

/* --- migrate --- */

static VrVerdict *judge_migrate(const VrRun *run, const VrSlice *slice)
{
    const VrBypassTally *t;
    int64_t moves;
    VrBypass b;
    VrVerdict *v = judge_load(run, slice, VR_SCENARIO_BYPASS_MIGRATE, true, &b);

    t = &b.round[1];
    v = v ? v : vr_need_fact(run, VR_SCENARIO_BYPASS_MIGRATE, "moves", &moves);
    if (v) {
        return v;
    }
    if (moves == 0 || __builtin_popcount(b.cpus) < 2 || t->in_guest == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the vCPU moved %"
                              G_GINT64_FORMAT " times and ran on %d CPUs",
                              moves, __builtin_popcount(b.cpus));
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " moves over %d "
                          "CPUs, %" G_GUINT64_FORMAT " posts, %"
                          G_GUINT64_FORMAT " delivered, %" G_GUINT64_FORMAT
                          " coalesced", moves, __builtin_popcount(b.cpus),
                          t->posts, t->delivered, t->coalesced + t->merged);
}

const VrCheck vr_check_bypass_migrate = {
    .id = "x86.bypass.migrate",
    .section = "Intel VT-d, \"Posted Interrupt Descriptor\", NDST",
    .title = "NDST follows a vCPU from CPU to CPU under load; none is lost",
    .scenario = VR_SCENARIO_BYPASS_MIGRATE,
    .needs_block = true,
    .judge = judge_migrate,
};
