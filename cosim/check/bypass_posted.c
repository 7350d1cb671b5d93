/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts of assigned devices, posted into a vCPU that runs. */
#include "bypass_view.h"
#include "domains.h"
#include "ir_view.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_BYPASS_POSTED
#define LEAST_DIRECT 50 /* per cent of those that came into the guest */

enum { SINGLES = 1, PACED, BURSTS, NIC };

static VrVerdict *wrong(const char *what, uint64_t is, uint64_t right)
{
    return vr_verdict_new(VR_VERDICT_FAIL, "%s: %" G_GUINT64_FORMAT ", not %"
                          G_GUINT64_FORMAT, what, is, right);
}

/* Each has the descriptor to itself: one post, notification and delivery. */
static VrVerdict *judge_each(const VrRun *run, const VrBypassTally *t,
                             const char *key)
{
    int64_t fired;
    VrVerdict *v = vr_need_fact(run, SCENARIO, key, &fired);
    const uint64_t right = v ? 0 : fired;

    if (v) {
        return v;
    }
    if (t->posts != right) {
        return wrong("posts of single interrupts", t->posts, right);
    }
    /* The host may have something to do on that CPU now and then. */
    if (t->active + t->suppressed != right) {
        return wrong("notifications of single interrupts", t->active,
                     right - t->suppressed);
    }
    if (t->delivered != right) {
        return wrong("deliveries of single interrupts", t->delivered, right);
    }
    return NULL;
}

static VrVerdict *judge_singles(const VrRun *run, const VrBypassTally *t)
{
    VrVerdict *v = judge_each(run, t, "singles");

    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "singles_in_time", "singles",
                                  "single interrupts did not arrive in time");
    if (!v && t->direct + t->aside < t->in_guest) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GUINT64_FORMAT " posts "
                           "into the running guest %" G_GUINT64_FORMAT " were "
                           "delivered without a VM exit", t->in_guest,
                           t->direct);
    }
    return v;
}

static VrVerdict *judge_nic(const VrRun *run, const VrBypassTally *t)
{
    VrVerdict *v = vr_ir_facts_equal(run, SCENARIO, "nic_posted_entries",
                                     "nic_entries", "entries of the NIC are "
                                     "not in the posted format");

    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "nic_received", "nic",
                                  "interrupts of the NIC are missing");
    return v ? v : judge_each(run, t, "nic");
}

static VrVerdict *judge_storms(const VrRun *run, const VrBypass *b)
{
    int64_t paced, bursts;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "paced", &paced);

    v = v ? v : vr_need_fact(run, SCENARIO, "bursts", &bursts);
    if (v) {
        return v;
    }
    if ((uint64_t)(paced + bursts) < run->stress_asked) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT
                              " interrupts were fired, %" G_GUINT64_FORMAT
                              " asked for", paced + bursts, run->stress_asked);
    }
    if (b->round[PACED].posts != (uint64_t)paced) {
        return wrong("posts at a steady pace", b->round[PACED].posts, paced);
    }
    if (b->round[BURSTS].posts != (uint64_t)bursts) {
        return wrong("posts in bursts", b->round[BURSTS].posts, bursts);
    }
    if (bursts > 8 && b->round[BURSTS].coalesced == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no post was coalesced");
    }
    return NULL;
}

/* What has to have happened for the run to say anything. */
static VrVerdict *judge_inside(const VrBypassTally *t)
{
    if (t->in_guest == 0 || t->processed == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no interrupt was posted while "
                              "the vCPU was in the guest");
    }
    if (t->direct * 100 < t->in_guest * LEAST_DIRECT) {
        return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GUINT64_FORMAT
                              " posts into the running guest only %"
                              G_GUINT64_FORMAT " were delivered without a VM "
                              "exit", t->in_guest, t->direct);
    }
    return NULL;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    const VrBypassLook look = { .scenario = SCENARIO, .quiet = true };
    const VrBypassTally *t;
    VrBypass b;
    VrVerdict *v = vr_bypass_view(run, slice, &look, &b);

    t = &b.all;
    v = v ? v : vr_bypass_rules(run, slice, &b);
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "host_irqs", 0,
                              "the host handled interrupts that are posted");
    v = v ? v : judge_singles(run, &b.round[SINGLES]);
    v = v ? v : judge_storms(run, &b);
    v = v ? v : judge_nic(run, &b.round[NIC]);
    v = v ? v : vr_bypass_none_lost(run, SCENARIO, &b);
    v = v ? v : judge_inside(t);
    if (v) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GUINT64_FORMAT " posts, %"
                          G_GUINT64_FORMAT " delivered, %" G_GUINT64_FORMAT
                          " coalesced; %" G_GUINT64_FORMAT " notifications; %"
                          G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " into the "
                          "running guest without a VM exit", t->posts,
                          t->delivered, t->coalesced + t->merged, t->active,
                          t->direct, t->in_guest);
}

const VrCheck vr_check_bypass_posted = {
    .id = "x86.bypass.posted",
    .section = "Intel VT-d, \"Interrupt Posting\"; Intel SDM vol. 3, "
               "\"Posted-Interrupt Processing\"",
    .title = "interrupts of assigned devices reach a running guest by its "
             "descriptor, without a VM exit; none is lost",
    .scenario = SCENARIO,
    .needs_block = true,
    .judge = judge,
};
