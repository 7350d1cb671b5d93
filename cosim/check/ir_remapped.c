/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every interrupt of a device goes through the table, and arrives. */
#include "domains.h"
#include "ir_view.h"
#include "irqgen.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_IR_REMAPPED
#define FORMAT_REMAPPABLE 0x10

/* What the device sent, which the trace has with any backend. */
static VrVerdict *judge_messages(const VrRun *run, const VrSlice *slice,
                                 uint64_t *sent)
{
    *sent = 0;
    for (size_t i = slice->range.begin; i < slice->range.end; i++) {
        VrTraceRec r;

        if (vr_run_kind(run, i) != VR_TRACE_IRQGEN) {
            continue;
        }
        r = vr_run_rec(run, i);
        if (r.arg[2] != VR_IRQGEN_SENT) {
            continue;
        }
        (*sent)++;
        if (!(r.arg[3] & FORMAT_REMAPPABLE)) {
            VrVerdict *v = vr_verdict_new(VR_VERDICT_FAIL, "a message is in "
                                          "the compatibility format");

            vr_verdict_add(v, run, i);
            return v;
        }
    }
    return NULL;
}

static VrVerdict *judge_facts(const VrRun *run)
{
    VrVerdict *v = vr_ir_fact_is(run, SCENARIO, "ires", 1,
                                 "interrupt remapping is not on");

    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "handled", "fired",
                                  "interrupts of virelay-irqgen are missing");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "wrong_dma", 0,
                              "interrupts came before what the device wrote");
    v = v ? v : vr_ir_fact_is(run, SCENARIO, "dma_errors", 0,
                              "the device could not write");
    v = v ? v : vr_ir_facts_equal(run, SCENARIO, "frames_arrived", "frames",
                                  "frames between the NICs are missing");
    return v;
}

static VrVerdict *judge_block(const VrRun *run, const VrSlice *slice,
                              VrIrTally *t)
{
    const VrIrLook look = { 0 };
    VrVerdict *v;

    *t = vr_ir_tally(run, slice->range, &look);
    v = vr_ir_rules(run, t);
    if (!v && t->compat) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "%" G_GUINT64_FORMAT " requests "
                           "are in the compatibility format", t->compat);
    }
    return v ? v : vr_ir_all_landed(t);
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    VrIrTally t = { 0 };
    int64_t fired, nic;
    uint64_t sent;
    VrVerdict *v = judge_facts(run);

    v = v ? v : vr_need_fact(run, SCENARIO, "fired", &fired);
    v = v ? v : vr_need_fact(run, SCENARIO, "nic_interrupts", &nic);
    v = v ? v : judge_messages(run, slice, &sent);
    if (!v && run->has_block) {
        v = judge_block(run, slice, &t);
    }
    if (v) {
        return v;
    }
    if (sent != (uint64_t)fired || sent == 0 || nic == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report has %"
                              G_GINT64_FORMAT " interrupts of virelay-irqgen "
                              "and %" G_GINT64_FORMAT " of the NICs, the trace "
                              "%" G_GUINT64_FORMAT " messages", fired, nic,
                              sent);
    }
    if (!run->has_block) {
        return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT
                              " interrupts of virelay-irqgen and %"
                              G_GINT64_FORMAT " of two NICs handled, all in "
                              "the remappable format", fired, nic);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GUINT64_FORMAT " requests: %"
                          G_GUINT64_FORMAT " remapped, %" G_GUINT64_FORMAT
                          " posted; %" G_GINT64_FORMAT " of virelay-irqgen and "
                          "%" G_GINT64_FORMAT " of two NICs handled",
                          t.requests, t.remapped, t.posts, fired, nic);
}

const VrCheck vr_check_ir_remapped = {
    .id = "x86.ir.remapped",
    .section = "Intel VT-d, \"Interrupt Requests in Remappable Format\"; "
               "\"Interrupt Remapping Table Entry\"",
    .title = "interrupts of devices go through the remapping table and arrive, "
             "behind what was written before them",
    .scenario = SCENARIO,
    .judge = judge,
};
