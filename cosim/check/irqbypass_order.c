/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs of irqbypass, by what the remapping unit does with the interrupts. */
#include "domains.h"
#include "ir_view.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_IRQBYPASS_PAIRS
#define ROUNDS 15

/* After a collision that came out wrong the agent plays no pairs. */
static VrVerdict *judge_safe(const VrRun *run)
{
    int64_t unsafe;

    if (vr_report_fact(run->report, vr_scenario_name(SCENARIO), "unsafe",
                       &unsafe) && unsafe) {
        return vr_verdict_new(VR_VERDICT_FAIL, "eventfds have other users than "
                              "they should (x86.irqbypass.collision), and "
                              "nothing could be paired safely");
    }
    return NULL;
}

static VrVerdict *judge_facts(const VrRun *run)
{
    VrVerdict *v = judge_safe(run);

    v = v ? v : vr_ir_fact_is(run, SCENARIO, "wrong", 0,
                              "entries of the remapping table post though "
                              "there is no pair, or the other way");

    v = v ? v : vr_ir_fact_is(run, SCENARIO, "lost", 0,
                              "interrupts were lost");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "astray", 0,
                              "the host handled interrupts that were posted, "
                              "or not those that were not");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "warnings", 0,
                              "the kernel warned");
    return v;
}

static VrVerdict *judge_amounts(const VrRun *run, int64_t *looks,
                                int64_t *posted, int64_t *remapped)
{
    int64_t rounds;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "rounds", &rounds);

    v = v ? v : vr_need_fact(run, SCENARIO, "looks", looks);
    v = v ? v : vr_need_fact(run, SCENARIO, "posted", posted);
    v = v ? v : vr_need_fact(run, SCENARIO, "remapped", remapped);
    if (v) {
        return v;
    }
    if (rounds != ROUNDS || *looks <= 0 || *posted <= 0 || *remapped <= 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT " of %d "
                              "rounds were played, with %" G_GINT64_FORMAT
                              " looks at entries, %" G_GINT64_FORMAT
                              " posted interrupts, %" G_GINT64_FORMAT
                              " others", rounds, ROUNDS, *looks, *posted,
                              *remapped);
    }
    return NULL;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    const VrIrLook look = { 0 };
    const VrIrTally t = vr_ir_tally(run, slice->range, &look);
    int64_t looks, posted, remapped;
    const char *why;
    VrVerdict *v = judge_facts(run);

    v = v ? v : judge_amounts(run, &looks, &posted, &remapped);
    v = v ? v : vr_ir_rules(run, &t);
    if (!v && t.posts != (uint64_t)posted) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT " interrupts "
                           "met entries that post, and the unit posted %"
                           G_GUINT64_FORMAT, posted, t.posts);
    }
    if (v) {
        vr_report_result(run->report, vr_scenario_name(SCENARIO), &why);
        vr_verdict_note(v, "the agent: %s", *why ? why : "ok");
        return v;
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " looks at "
                          "entries; %" G_GUINT64_FORMAT " interrupts posted, %"
                          G_GINT64_FORMAT " remapped, none lost", looks,
                          t.posts, remapped);
}

const VrCheck vr_check_irqbypass_order = {
    .id = "x86.irqbypass.order",
    .section = "Linux, include/linux/irqbypass.h, \"Theory of operation\"; "
               "Intel VT-d, \"Interrupt Posting\"",
    .title = "a producer and a consumer of one eventfd are a pair, in "
             "whichever order they come and go, and nothing else is",
    .scenario = SCENARIO,
    .cpu = "vmx",
    .needs_block = true,
    .judge = judge,
};
