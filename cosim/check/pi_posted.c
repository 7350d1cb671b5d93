/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts arrive through posted-interrupt descriptors. */
#include "domains.h"
#include "ir_view.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_PI_POSTED

enum {
    SINGLES = 1, BURSTS, PIR_BY_HAND, SUPPRESSED, URGENT, NICS, ROUNDS = NICS,
};

static VrVerdict *judge_facts(const VrRun *run)
{
    VrVerdict *v = vr_ir_facts_equal(run, SCENARIO, "singles_handled",
                                     "singles", "single interrupts are "
                                     "missing");

    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "pir_both", "pir",
                                  "PIR was not empty and ON clear, and the "
                                  "next interrupt notified nobody");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "sn_early", 0,
                              "interrupts arrived although SN was set");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "sn_on", 0,
                              "ON was set although SN was");
    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "sn_both", "sn",
                                  "what came while SN was set is missing");
    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "urgent_handled", "urgent",
                                  "urgent interrupts are missing");
    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "frames_arrived", "frames",
                                  "frames between the NICs are missing");
    return v;
}

static VrVerdict *judge_round(const VrRun *run, const VrSlice *slice,
                              uint64_t number, VrIrTally *t)
{
    const VrIrLook look = { .urgent = number == URGENT };
    VrRange range;
    VrVerdict *v = vr_ir_round(run, slice, number, &range);

    if (v) {
        return v;
    }
    *t = vr_ir_tally(run, range, &look);
    v = vr_ir_rules(run, t);
    if (v) {
        vr_verdict_note(v, "in round %" G_GUINT64_FORMAT, number);
    }
    return v ? v : vr_ir_all_landed(t);
}

static VrVerdict *judge_bursts(const VrRun *run, const VrIrTally *t)
{
    int64_t bursts, size, handled;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "bursts", &bursts);

    v = v ? v : vr_need_fact(run, SCENARIO, "burst_size", &size);
    v = v ? v : vr_need_fact(run, SCENARIO, "bursts_handled", &handled);
    if (v) {
        return v;
    }
    if (handled != bursts * size || t->posts < (uint64_t)handled) {
        return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GINT64_FORMAT
                              " interrupts in bursts %" G_GUINT64_FORMAT
                              " were posted and %" G_GINT64_FORMAT " handled",
                              bursts * size, t->posts, handled);
    }
    /* The rule is judged at each update; this is what comes of it. */
    if (t->notifies < (uint64_t)bursts || t->coalesced == 0 ||
        t->notifies + t->coalesced != t->posts) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT " bursts: %"
                              G_GUINT64_FORMAT " posts, %" G_GUINT64_FORMAT
                              " notifications, %" G_GUINT64_FORMAT
                              " coalesced", bursts, t->posts, t->notifies,
                              t->coalesced);
    }
    return NULL;
}

/* Each by hand has to be in the trace as the agent says that it was made. */
static VrVerdict *judge_by_hand(const VrRun *run, const VrIrTally *t)
{
    int64_t sn;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "sn", &sn);

    if (!v && (sn == 0 || t[SUPPRESSED].suppressed != (uint64_t)sn)) {
        v = vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT " interrupts "
                           "under SN in the report, %" G_GUINT64_FORMAT
                           " in the trace", sn, t[SUPPRESSED].suppressed);
    }
    if (!v && t[URGENT].suppressed == 0) {
        v = vr_verdict_new(VR_VERDICT_ERROR, "no urgent interrupt met SN in "
                           "the trace");
    }
    return v;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    VrIrTally t[ROUNDS + 1] = { 0 };
    uint64_t posts = 0, notifies = 0;
    int64_t pmn;
    VrVerdict *v = NULL;

    for (unsigned i = 1; i <= ROUNDS && !v; i++) {
        v = judge_round(run, slice, i, &t[i]);
        posts += t[i].posts;
        notifies += t[i].notifies;
    }
    v = v ? v : judge_facts(run);
    v = v ? v : judge_bursts(run, &t[BURSTS]);
    v = v ? v : judge_by_hand(run, t);
    v = v ? v : vr_need_fact(run, SCENARIO, "bursts_pmn", &pmn);
    if (v) {
        return v;
    }
    if (t[SINGLES].posts == 0 || t[NICS].posts == 0 || pmn == 0) {
        return vr_verdict_new(VR_VERDICT_FAIL, "interrupts are not posted: %"
                              G_GUINT64_FORMAT " of virelay-irqgen, %"
                              G_GUINT64_FORMAT " of the NICs, PMN rose by %"
                              G_GINT64_FORMAT, t[SINGLES].posts, t[NICS].posts,
                              pmn);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GUINT64_FORMAT " interrupts "
                          "posted by %" G_GUINT64_FORMAT " notifications; in "
                          "bursts %" G_GUINT64_FORMAT " by %" G_GUINT64_FORMAT
                          ", PMN +%" G_GINT64_FORMAT, posts, notifies,
                          t[BURSTS].posts, t[BURSTS].notifies, pmn);
}

const VrCheck vr_check_pi_posted_msi = {
    .id = "x86.pi.posted-msi",
    .section = "Intel VT-d, \"Interrupt Posting\"; \"Posted Interrupt "
               "Descriptor\"",
    .title = "each interrupt arrives through its descriptor; ON, SN and URG "
             "decide about the notification, one for a burst",
    .scenario = SCENARIO,
    .needs_block = true,
    .judge = judge,
};
