/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first interrupt that may bypass KVM comes while a vCPU is on its way out,
 * before each instruction of the function that chooses the vCPU's notification
 * vector. The sweep judges each point (cosim/plugin/point.c); here it is judged
 * whether there was a whole one, and what came of it.
 */
#include "domains.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_SWEEP_PAIR
#define SHOWN 8 /* points that failed, in the evidence */

typedef struct Sweep {
    uint64_t count[VR_POINT_AGAIN + 1];
    uint64_t gaps; /* instructions of the window without a point */
    bool ended;
    VrTraceRec end;
} Sweep;

/* What comes next is about this instruction. */
static void reach(Sweep *s, uint64_t k, uint64_t *next)
{
    s->gaps += k > *next ? k - *next : 0;
    *next = k + 1;
}

static Sweep look(const VrRun *run, VrRange range)
{
    Sweep s = { 0 };
    uint64_t next = 1;

    for (size_t i = range.begin; i < range.end; i++) {
        const uint16_t kind = vr_run_kind(run, i);
        VrTraceRec rec;

        if (kind != VR_TRACE_SWEEP_POINT && kind != VR_TRACE_SWEEP_END) {
            continue;
        }
        rec = vr_run_rec(run, i);
        if (kind == VR_TRACE_SWEEP_END) {
            s.ended = true;
            s.end = rec;
            reach(&s, rec.arg[0], &next);
        } else if (rec.arg[0] <= VR_POINT_AGAIN) {
            s.count[rec.arg[0]]++;
            reach(&s, rec.id, &next);
        }
    }
    return s;
}

static uint64_t points(const Sweep *s)
{
    return s->count[VR_POINT_PASS] + s->count[VR_POINT_FAIL] +
           s->count[VR_POINT_AGAIN];
}

static VrVerdict *fail(const VrRun *run, VrRange range, const Sweep *s)
{
    VrVerdict *v = vr_verdict_new(
        VR_VERDICT_FAIL, "an interrupt is lost if the first one that may "
        "bypass KVM comes before one of %" G_GUINT64_FORMAT " of %"
        G_GUINT64_FORMAT " instructions", s->count[VR_POINT_FAIL], points(s));
    unsigned shown = 0;

    for (size_t i = range.begin; i < range.end && shown < SHOWN; i++) {
        if (vr_run_kind(run, i) == VR_TRACE_SWEEP_POINT &&
            vr_run_rec(run, i).arg[0] == VR_POINT_FAIL) {
            vr_verdict_add(v, run, i);
            shown++;
        }
    }
    vr_verdict_note(v, "what went wrong: sweep/points.txt of the run; the "
                    "instructions by name: virelay sweep --window "
                    "vmx_vcpu_pi_put --fire pair");
    return v;
}

static const struct {
    const char *means;
    bool complete;
} ends[] = {
#define VR_SWEEP_END(number, name, word, complete, means) \
    [number] = { means, complete },
#include "sweep_ends.def"
#undef VR_SWEEP_END
};

/* Why nothing follows from a sweep without a failure; NULL: it was whole. */
static char *why_not_whole(const VrRun *run, const Sweep *s)
{
    const char *said;

    if (!s->ended || s->end.id >= VR_SWEEP_ENDS) {
        vr_report_result(run->report, vr_scenario_name(SCENARIO), &said);
        return g_strdup_printf("the sweep did not come to its end%s%s",
                               *said ? ": " : "", said);
    }
    if (!ends[s->end.id].complete) {
        return g_strdup_printf("at point %" G_GUINT64_FORMAT ": %s",
                               s->end.arg[0], ends[s->end.id].means);
    }
    if (s->end.arg[1] != VR_SWEEP_PAIR) {
        return g_strdup("another event was swept");
    }
    if (s->count[VR_POINT_PASS] <= s->count[VR_POINT_AGAIN]) {
        return g_strdup("no point was swept, or most of them prove nothing");
    }
    return s->end.id == VR_SWEEP_END_CLOSED && s->gaps == 0
               ? NULL : g_strdup("only a part of the window was swept");
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    const Sweep s = look(run, slice->range);
    g_autofree char *why = NULL;

    if (s.count[VR_POINT_FAIL]) {
        return fail(run, slice->range, &s);
    }
    why = why_not_whole(run, &s);
    if (why) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%s", why);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "paired before each of %"
                          G_GUINT64_FORMAT " instructions, and its interrupt "
                          "woke the vCPU; %" G_GUINT64_FORMAT " of them prove "
                          "nothing", points(&s), s.count[VR_POINT_AGAIN]);
}

const VrCheck vr_check_count_race = {
    .id = "x86.count.race",
    .section = "Linux, arch/x86/kvm/vmx/posted_intr.c, vmx_vcpu_pi_put(), "
               "KVM_REQ_UNBLOCK when the first interrupt may bypass KVM",
    .title = "the first interrupt that may bypass KVM wakes a vCPU, at "
             "whichever instruction of its way out it comes",
    .scenario = SCENARIO,
    .cpu = "vmx",
    .needs_block = true,
    .needs_icount = true,
    .judge = judge,
};
