/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries stay in the interrupt entry cache until they are invalidated. */
#include "domains.h"
#include "ir_view.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_IR_INVALIDATION

static VrVerdict *judge_facts(const VrRun *run)
{
    VrVerdict *v = vr_ir_facts_equal(run, SCENARIO, "moved_handled", "moves",
                                     "interrupts that the kernel had moved "
                                     "are missing");

    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "moved_right", "moves",
                                  "entries that the kernel had changed did "
                                  "not take effect");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "stale_first", 1,
                              "the interrupt does not arrive");
    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "stale_arrived", "stale",
                                  "an entry that was changed without an "
                                  "invalidation took effect");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "fresh_arrived", 0,
                              "an entry that had been invalidated was still "
                              "in use");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "restored", 1,
                              "the restored entry is not used");
    return v;
}

static VrVerdict *count_reads(const VrRun *run, const VrSlice *slice,
                              uint64_t round, uint64_t *reads)
{
    VrIrLook look = { .blocked = true };
    int64_t source;
    VrRange range;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "source", &source);

    v = v ? v : vr_ir_round(run, slice, round, &range);
    if (!v) {
        VrIrTally t;

        look.source = source;
        t = vr_ir_tally(run, range, &look);
        *reads = t.entry_reads;
    }
    return v;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    uint64_t moved, stale, fresh;
    int64_t moves;
    VrVerdict *v = judge_facts(run);

    v = v ? v : vr_need_fact(run, SCENARIO, "moves", &moves);
    v = v ? v : count_reads(run, slice, 1, &moved);
    v = v ? v : count_reads(run, slice, 2, &stale);
    v = v ? v : count_reads(run, slice, 3, &fresh);
    if (v) {
        return v;
    }
    if (moves == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "nothing was moved");
    }
    if (moved < (uint64_t)moves || fresh == 0) {
        return vr_verdict_new(VR_VERDICT_FAIL, "the unit read the entry %"
                              G_GUINT64_FORMAT " times for %" G_GINT64_FORMAT
                              " invalidations, and %" G_GUINT64_FORMAT
                              " times after the last", moved, moves, fresh);
    }
    if (stale) {
        return vr_verdict_new(VR_VERDICT_FAIL, "the unit read the entry again "
                              "although nothing had invalidated it");
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " changes took "
                          "effect when invalidated; one without an "
                          "invalidation did not", moves);
}

const VrCheck vr_check_ir_invalidation = {
    .id = "x86.ir.invalidation",
    .section = "Intel VT-d, \"Caching of Remapping Structures\", interrupt "
               "entry cache; \"Interrupt Entry Cache Invalidate Descriptor\"",
    .title = "a table entry that was changed takes effect once it is "
             "invalidated, and not before",
    .scenario = SCENARIO,
    .needs_block = true,
    .judge = judge,
};
