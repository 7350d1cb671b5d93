/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts of an assigned device for a vCPU that is blocked in HLT. */
#include "bypass_view.h"
#include "domains.h"
#include "ir_view.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_BYPASS_HALTED

/*
 * The unit's notifications are judged round by round. The host counts those
 * that it sends itself, too: a vCPU that was woken and is preempted before it
 * has left its loop of waiting arms the wakeup again, and finds ON set.
 */
static VrVerdict *judge_wakeups(const VrRun *run)
{
    int64_t wakeups, rounds;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "wakeups", &wakeups);

    v = v ? v : vr_need_fact(run, SCENARIO, "rounds", &rounds);
    if (v || wakeups >= rounds) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "the host got %" G_GINT64_FORMAT
                          " wakeup interrupts for %" G_GINT64_FORMAT
                          " interrupts to blocked vCPUs", wakeups, rounds);
}

static VrVerdict *judge_facts(const VrRun *run)
{
    VrVerdict *v = vr_ir_facts_equal(run, SCENARIO, "blocked", "rounds",
                                     "the vCPU did not block");

    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "armed", "rounds",
                                  "NV is not the wakeup vector of a blocked "
                                  "vCPU");
    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "in_time", "rounds",
                                  "a blocked vCPU was not woken");
    return v ? v : judge_wakeups(run);
}

static VrVerdict *judge_round(const VrBypassTally *t, unsigned number)
{
    if (t->posts != 1 || t->wakeups != 1 || t->active || t->delivered != 1) {
        return vr_verdict_new(VR_VERDICT_FAIL, "round %u: %" G_GUINT64_FORMAT
                              " posts, %" G_GUINT64_FORMAT " notifications by "
                              "the wakeup vector, %" G_GUINT64_FORMAT " by the "
                              "active one, %" G_GUINT64_FORMAT " deliveries; "
                              "it should be one, one, none and one", number,
                              t->posts, t->wakeups, t->active, t->delivered);
    }
    return NULL;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    const VrBypassLook look = { .scenario = SCENARIO };
    int64_t rounds;
    VrBypass b;
    VrVerdict *v = vr_bypass_view(run, slice, &look, &b);

    v = v ? v : vr_need_fact(run, SCENARIO, "rounds", &rounds);
    v = v ? v : judge_facts(run);
    v = v ? v : vr_bypass_rules(run, slice, &b);
    for (unsigned i = 1; !v && i <= rounds && i < VR_BYPASS_ROUNDS; i++) {
        v = judge_round(&b.round[i], i);
    }
    v = v ? v : vr_bypass_none_lost(run, SCENARIO, &b);
    if (v) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " times blocked "
                          "with the wakeup vector as NV, woken once and "
                          "delivered", rounds);
}

const VrCheck vr_check_bypass_halted = {
    .id = "x86.bypass.halted",
    .section = "Intel VT-d, \"Posted Interrupt Descriptor\", NV; "
               "\"Using Interrupt Posting for Virtual Interrupt Delivery\"",
    .title = "an interrupt of an assigned device wakes a vCPU in HLT, once, "
             "and is delivered",
    .scenario = SCENARIO,
    .needs_block = true,
    .judge = judge,
};
