/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM finds in the CPU all that it can use: each parameter reads Y, but those
 * that the command line switches off, and what needs them, read N.
 */
#include "domains.h"
#include "view.h"

typedef struct Parameter {
    const char *name;
    const char *needs; /* off if that is off, or NULL */
} Parameter;

/* As kvm_intel's and kvm_amd's descriptions of their parameters say. */
static const Parameter intel[] = {
    { "enable_apicv", NULL }, { "ept", NULL }, { "vpid", NULL },
    { "unrestricted_guest", "ept" }, { "flexpriority", NULL },
    { "preemption_timer", NULL },
};

static const Parameter amd[] = { { "npt", NULL }, { "vgif", NULL } };

static bool is_off(const VrRun *run, const char *name)
{
    g_autofree char *key = g_strconcat(name, ".off", NULL);
    int64_t off;

    return vr_report_fact(run->report, "X86_PARAMS", key, &off) && off;
}

static VrVerdict *judge_one(const VrRun *run, const Parameter *p,
                            GString *off)
{
    bool asked = is_off(run, p->name);
    bool want = !asked && !(p->needs && is_off(run, p->needs));
    int64_t value;
    VrVerdict *v;

    v = vr_need_fact(run, VR_SCENARIO_X86_PARAMS, p->name, &value);
    if (v) {
        return v;
    }
    if (asked) {
        g_string_append_printf(off, "%s%s", off->len ? ", " : "", p->name);
    }
    if (!!value == want) {
        return NULL;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "%s reads %s; %s", p->name,
                          value ? "Y" : "N",
                          want ? "KVM did not find in the CPU what it needs"
                               : "the command line switches it off");
}

static VrVerdict *judge(const VrRun *run, const Parameter *parameters,
                        size_t count)
{
    g_autoptr(GString) off = g_string_new(NULL);
    VrVerdict *v = NULL;
    const char *why;

    if (vr_report_result(run->report, "X86_PARAMS", &why) !=
        VR_RESULT_OK) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%s", why);
    }
    for (size_t i = 0; i < count && !v; i++) {
        v = judge_one(run, &parameters[i], off);
    }
    if (v) {
        return v;
    }
    return off->len ? vr_verdict_new(VR_VERDICT_PASS, "off as asked: %s; the "
                                     "others of %zu read Y", off->str, count)
                    : vr_verdict_new(VR_VERDICT_PASS, "all %zu read Y", count);
}

static VrVerdict *judge_intel(const VrRun *run, const VrSlice *slice)
{
    (void)slice;
    return judge(run, intel, G_N_ELEMENTS(intel));
}

static VrVerdict *judge_amd(const VrRun *run, const VrSlice *slice)
{
    (void)slice;
    return judge(run, amd, G_N_ELEMENTS(amd));
}

const VrCheck vr_check_vmx_params = {
    .id = "x86.vmx.params",
    .section = "Intel SDM 3D, appendix A, \"VMX Capability Reporting "
               "Facility\"",
    .title = "enable_apicv, ept, vpid, unrestricted_guest, flexpriority and "
             "preemption_timer read Y, unless switched off",
    .scenario = VR_SCENARIO_X86_PARAMS,
    .cpu = "vmx",
    .judge = judge_intel,
};

const VrCheck vr_check_svm_params = {
    .id = "x86.svm.params",
    .section = "AMD APM 3, appendix E, \"Function 8000_000Ah\"",
    .title = "npt and vgif read Y, unless switched off",
    .scenario = VR_SCENARIO_X86_PARAMS,
    .cpu = "svm",
    .judge = judge_amd,
};
