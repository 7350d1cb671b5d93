/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux comes up as a guest: all its CPUs, their APICs in the mode asked for,
 * their timers and the interrupts between them, in every round.
 */
#include "domains.h"
#include "view.h"

static uint64_t count_kind(const VrRun *run, VrRange range, VrTraceKind kind)
{
    uint64_t count = 0;

    for (size_t i = range.begin; i < range.end; i++) {
        count += vr_run_kind(run, i) == kind;
    }
    return count;
}

static VrVerdict *judge_rounds(const VrRun *run, VrScenario scenario,
                               int64_t *rounds)
{
    int64_t asked, right;
    const char *why;
    VrVerdict *v = vr_need_fact(run, scenario, "asked", &asked);

    v = v ? v : vr_need_fact(run, scenario, "rounds", rounds);
    v = v ? v : vr_need_fact(run, scenario, "right", &right);
    if (v) {
        return v;
    }
    if (right == asked && *rounds == asked && asked > 0) {
        return NULL;
    }
    vr_report_result(run->report, vr_scenario_name(scenario), &why);
    return vr_verdict_new(right < *rounds ? VR_VERDICT_FAIL : VR_VERDICT_ERROR,
                          "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rounds "
                          "right, %" G_GINT64_FORMAT " asked for: %s", right,
                          *rounds, asked, why);
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice, bool vmx)
{
    unsigned scenario = vr_run_rec(run, slice->range.begin).arg[0];
    uint64_t entries = count_kind(run, slice->range, VR_TRACE_VMX_ENTRY);
    int64_t rounds;
    VrVerdict *v = judge_rounds(run, scenario, &rounds);
    size_t lost;

    if (v) {
        return v;
    }
    if (vmx && entries == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: no VM entry in the trace");
    }
    if (vr_find(run, slice->range, VR_TRACE_VMX_PI_LOST, -1, &lost)) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "a VM entry found a posted "
                           "interrupt without its notification");
        vr_verdict_add(v, run, lost);
        return v;
    }
    return vmx ? vr_verdict_new(VR_VERDICT_PASS, "rounds: %" G_GINT64_FORMAT
                                ", VM entries: %" G_GUINT64_FORMAT, rounds,
                                entries)
               : vr_verdict_new(VR_VERDICT_PASS, "rounds: %" G_GINT64_FORMAT,
                                rounds);
}

static VrVerdict *judge_vmx(const VrRun *run, const VrSlice *slice)
{
    return judge(run, slice, true);
}

static VrVerdict *judge_svm(const VrRun *run, const VrSlice *slice)
{
    return judge(run, slice, false);
}

#define SECTION_vmx "Intel SDM 3C, \"VM Entries\", \"VM Exits\", \"APIC " \
                    "Virtualization and Virtual Interrupts\""
#define SECTION_svm "AMD APM 2, \"Secure Virtual Machine\""
#define SCENARIO_xapic(size) VR_SCENARIO_L2_##size##_XAPIC
#define SCENARIO_x2apic(size) VR_SCENARIO_L2_##size##_X2APIC
#define APIC_xapic "xAPIC"
#define APIC_x2apic "x2APIC"

#define VR_L2_CHECK(cpu_, size, apic) \
    const VrCheck vr_check_##cpu_##_l2_boot_##size##_##apic = { \
        .id = "x86." #cpu_ ".l2-boot." #size "." #apic, \
        .section = SECTION_##cpu_, \
        .title = "Linux comes up as L2 in every round; vCPUs: " #size ", " \
                 APIC_##apic, \
        .scenario = SCENARIO_##apic(size), \
        .cpu = #cpu_, \
        .judge = judge_##cpu_, \
    };
VR_L2_CHECKS(VR_L2_CHECK)
#undef VR_L2_CHECK
