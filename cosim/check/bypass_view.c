/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bypass_view.h"

#include "bypass_walk.h"
#include "ir_view.h"
#include "irqgen.h"
#include "view.h"
#include "vtd_ir.h"

static VrVerdict *need_descriptors(const VrRun *run, VrScenario scenario,
                                   VrBypassWalk *w)
{
    const char *name = vr_scenario_name(scenario);
    int64_t value;

    for (unsigned i = 0; i < VR_BYPASS_MAX_VCPUS; i++) {
        g_autofree char *key = g_strdup_printf("pid%u", i);

        if (!vr_report_fact(run->report, name, key, &value)) {
            break;
        }
        for (unsigned k = 0; k < w->vcpus; k++) {
            if (w->vcpu[k].descriptor == (uint64_t)value) {
                return vr_verdict_new(VR_VERDICT_FAIL, "routes to vCPU %u and "
                                      "to vCPU %u have the same descriptor", k,
                                      i);
            }
        }
        w->vcpu[w->vcpus++].descriptor = value;
    }
    if (w->vcpus == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report does not say where "
                              "the descriptors of scenario %s are", name);
    }
    return NULL;
}

static void see(VrBypassWalk *w, size_t i)
{
    VrTraceRec r;

    switch (vr_run_kind(w->run, i)) {
    case VR_TRACE_MARK:
    case VR_TRACE_IRQGEN:
    case VR_TRACE_BLOCK_STIM:
    case VR_TRACE_BLOCK_EFF:
        r = vr_run_rec(w->run, i);
        vr_bypass_entered(w);
        vr_bypass_see_unit(w, &r, i);
        break;
    case VR_TRACE_VMX_EXIT:
    case VR_TRACE_VMX_VIRQ:
    case VR_TRACE_VMX_PI:
    case VR_TRACE_VMX_PI_PIR:
    case VR_TRACE_VMX_PI_LOST:
    case VR_TRACE_VMX_PID:
    case VR_TRACE_VMX_PID_PIR:
    case VR_TRACE_VMX_VIRR:
        r = vr_run_rec(w->run, i);
        vr_bypass_see_cpu(w, &r, i);
        break;
    }
}

static void add_up(VrBypass *b)
{
    uint64_t *sum = (uint64_t *)&b->all;

    for (unsigned i = 0; i < VR_BYPASS_ROUNDS; i++) {
        const uint64_t *one = (const uint64_t *)&b->round[i];

        for (size_t k = 0; k < sizeof(b->all) / sizeof(*sum); k++) {
            sum[k] += one[k];
        }
    }
}

VrVerdict *vr_bypass_view(const VrRun *run, const VrSlice *slice,
                          const VrBypassLook *look, VrBypass *b)
{
    VrBypassWalk w = { .run = run, .look = *look, .b = b };
    int64_t entries, posted, source, eime;
    VrVerdict *v = vr_need_fact(run, look->scenario, "entries", &entries);

    *b = (VrBypass){ 0 };
    v = v ? v : vr_need_fact(run, look->scenario, "posted_entries", &posted);
    v = v ? v : vr_need_fact(run, look->scenario, "source", &source);
    v = v ? v : vr_need_fact(run, look->scenario, "eime", &eime);
    if (v) {
        return v;
    }
    if (posted != entries) {
        return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GINT64_FORMAT
                              " entries of the device %" G_GINT64_FORMAT
                              " are in the posted format", entries, posted);
    }
    v = need_descriptors(run, look->scenario, &w);
    if (v) {
        return v;
    }
    w.source = source;
    w.eime = eime;
    w.end = slice->range.end;
    w.t = &b->round[0];
    for (size_t i = slice->range.begin; i < slice->range.end; i++) {
        see(&w, i);
    }
    vr_bypass_walk_end(&w);
    add_up(b);
    if (b->all.posts == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no interrupt was posted");
    }
    return NULL;
}

VrVerdict *vr_bypass_rules(const VrRun *run, const VrSlice *slice,
                           const VrBypass *b)
{
    const VrIrLook look = { 0 };
    VrIrTally t;
    VrVerdict *v;

    if (b->broken) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "%s", b->broken);
        vr_verdict_add(v, run, b->broken_at);
        return v;
    }
    t = vr_ir_tally(run, slice->range, &look);
    v = vr_ir_rules(run, &t);
    return v ? v : vr_ir_all_landed(&t);
}

VrVerdict *vr_bypass_none_lost(const VrRun *run, VrScenario scenario,
                               const VrBypass *b)
{
    const VrBypassTally *t = &b->all;
    int64_t received;
    VrVerdict *v = vr_need_fact(run, scenario, "received_all", &received);

    if (v) {
        return v;
    }
    if (b->left || t->posts + t->software !=
                       t->delivered + t->coalesced + t->merged) {
        return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GUINT64_FORMAT
                              " posts %" G_GUINT64_FORMAT " were delivered and"
                              " %" G_GUINT64_FORMAT " coalesced; %" G_GUINT64_FORMAT
                              " requests were left in the end",
                              t->posts + t->software, t->delivered,
                              t->coalesced + t->merged, b->left);
    }
    if (t->delivered != (uint64_t)received) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GUINT64_FORMAT
                              " interrupts were delivered, and the guest's "
                              "handler ran %" G_GINT64_FORMAT " times",
                              t->delivered, received);
    }
    return NULL;
}
