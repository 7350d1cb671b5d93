/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the unit has to block: compatibility format, foreign source-ids. */
#include "domains.h"
#include "ir_view.h"
#include "view.h"
#include "vtd_ir.h"

static VrVerdict *tally(const VrRun *run, VrRange range, VrScenario scenario,
                        bool compat, VrIrTally *t)
{
    VrIrLook look = { .blocked = true, .compat = compat };
    int64_t source;
    VrVerdict *v = vr_need_fact(run, scenario, "source", &source);

    if (v) {
        return v;
    }
    look.source = source;
    *t = vr_ir_tally(run, range, &look);
    return vr_ir_rules(run, t);
}

static VrVerdict *not_logged(unsigned reason)
{
    return vr_verdict_new(VR_VERDICT_FAIL, "the kernel read no fault %02xh in "
                          "the fault recording registers", reason);
}

/* --- compatibility format --- */

#define COMPAT VR_SCENARIO_IR_COMPAT

static VrVerdict *judge_compat_facts(const VrRun *run, bool eime)
{
    VrVerdict *v = vr_ir_fact_is(run, COMPAT, "before", 1, "the device's own "
                                 "interrupt does not arrive");

    v = v ? v : vr_ir_fact_is(run, COMPAT, "arrived", 0, "messages in the "
                              "compatibility format arrived with CFIS = 0");
    if (!v && eime) {
        v = vr_ir_fact_is(run, COMPAT, "arrived_cfis", 0, "messages in the "
                          "compatibility format arrived with EIME = 1");
    } else if (!v) {
        v = vr_ir_facts_equal(run, COMPAT, "arrived_cfis", "messages",
                              "messages in the compatibility format are "
                              "missing with CFIS = 1 and EIME = 0");
    }
    return v ? v : vr_ir_fact_is(run, COMPAT, "after", 1, "the device's own "
                                 "interrupt does not arrive any more");
}

static VrVerdict *judge_compat_round(const VrRun *run, const VrSlice *slice,
                                     unsigned round, bool passes)
{
    VrIrTally t;
    int64_t messages;
    VrRange range;
    VrVerdict *v = vr_need_fact(run, COMPAT, "messages", &messages);

    v = v ? v : vr_ir_round(run, slice, round, &range);
    v = v ? v : tally(run, range, COMPAT, passes, &t);
    if (v) {
        return v;
    }
    if (t.compat != (uint64_t)messages || !messages) {
        return vr_verdict_new(VR_VERDICT_ERROR, "round %u: %" G_GINT64_FORMAT
                              " messages in the report, %" G_GUINT64_FORMAT
                              " in the trace", round, messages, t.compat);
    }
    if (t.passed != (passes ? t.compat : 0)) {
        return vr_verdict_new(VR_VERDICT_FAIL, "round %u: of %"
                              G_GUINT64_FORMAT " requests in the compatibility "
                              "format %" G_GUINT64_FORMAT " passed", round,
                              t.compat, t.passed);
    }
    return NULL;
}

static VrVerdict *judge_compat(const VrRun *run, const VrSlice *slice)
{
    const VrIrLook look = { .blocked = true };
    int64_t eime;
    uint64_t logged;
    VrVerdict *v = vr_need_fact(run, COMPAT, "eime", &eime);

    v = v ? v : judge_compat_facts(run, eime);
    v = v ? v : judge_compat_round(run, slice, 1, false);
    v = v ? v : judge_compat_round(run, slice, 2, !eime);
    if (v) {
        return v;
    }
    logged = vr_ir_tally(run, slice->range, &look)
                 .faults[VR_VTD_FR_IR_REQ_COMPAT];
    if (!logged) {
        return not_logged(VR_VTD_FR_IR_REQ_COMPAT);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "blocked with CFIS = 0, and %s with "
                          "CFIS = 1 as EIME is %d; fault 25h read %"
                          G_GUINT64_FORMAT " times", eime ? "blocked"
                          : "let through", (int)eime, logged);
}

const VrCheck vr_check_ir_compat_blocked = {
    .id = "x86.ir.compat-blocked",
    .section = "Intel VT-d, \"Interrupt Requests in Compatibility Format\"; "
               "\"Global Status Register\", CFIS",
    .title = "requests in the compatibility format are blocked and logged "
             "(fault 25h), unless CFIS is set and EIME is not",
    .scenario = COMPAT,
    .needs_block = true,
    .judge = judge_compat,
};

/* --- source-ids --- */

#define SID VR_SCENARIO_IR_SID

static VrVerdict *judge_sid_facts(const VrRun *run)
{
    VrVerdict *v = vr_ir_fact_is(run, SID, "foreign_arrived", 0, "interrupts "
                                 "under another source-id arrived");

    v = v ? v : vr_ir_facts_equal(run, SID, "own_arrived", "own",
                                  "interrupts under the own source-id are "
                                  "missing");
    v = v ? v : vr_ir_fact_is(run, SID, "overflow_arrived", 0, "interrupts "
                              "under another source-id arrived in a burst");
    v = v ? v : vr_ir_fact_is(run, SID, "pfo", 1, "more faults than the log "
                              "holds did not set PFO");
    v = v ? v : vr_ir_fact_is(run, SID, "log_emptied", 1, "the kernel did not "
                              "see the faults when their event was unmasked");
    return v;
}

static VrVerdict *judge_sid(const VrRun *run, const VrSlice *slice)
{
    VrIrTally t = { 0 };
    int64_t foreign, overflow;
    VrVerdict *v = vr_need_fact(run, SID, "foreign", &foreign);

    v = v ? v : vr_need_fact(run, SID, "overflow", &overflow);
    v = v ? v : judge_sid_facts(run);
    v = v ? v : tally(run, slice->range, SID, false, &t);
    if (v) {
        return v;
    }
    if (t.foreign != (uint64_t)(foreign + overflow) || !foreign) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT " requests "
                              "under another source-id in the report, %"
                              G_GUINT64_FORMAT " in the trace",
                              foreign + overflow, t.foreign);
    }
    if (!t.faults[VR_VTD_FR_IR_SID_ERR]) {
        return not_logged(VR_VTD_FR_IR_SID_ERR);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GUINT64_FORMAT " requests "
                          "under another source-id blocked, fault 26h read %"
                          G_GUINT64_FORMAT " times; the fault log overflows "
                          "into PFO", t.foreign,
                          t.faults[VR_VTD_FR_IR_SID_ERR]);
}

const VrCheck vr_check_ir_sid = {
    .id = "x86.ir.sid",
    .section = "Intel VT-d, \"Interrupt Remapping Table Entry\", SVT, SQ and "
               "SID; \"Fault Status Register\", PFO",
    .title = "requests under another device's source-id are blocked and logged "
             "(fault 26h); faults that find no room set PFO",
    .scenario = SID,
    .needs_block = true,
    .judge = judge_sid,
};
