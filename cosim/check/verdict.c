/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

VrVerdict *vr_verdict_new(VrOutcome outcome, const char *fmt, ...)
{
    VrVerdict *v = g_new0(VrVerdict, 1);
    va_list ap;

    v->outcome = outcome;
    va_start(ap, fmt);
    v->reason = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    v->evidence = g_ptr_array_new_with_free_func(g_free);
    return v;
}

void vr_verdict_free(VrVerdict *v)
{
    if (!v) {
        return;
    }
    g_free(v->reason);
    g_ptr_array_free(v->evidence, TRUE);
    g_free(v);
}

void vr_verdict_add(VrVerdict *v, const VrRun *run, size_t index)
{
    VrTraceRec rec = vr_run_rec(run, index);
    char text[256];

    vr_trace_format(&rec, text, sizeof(text));
    g_ptr_array_add(v->evidence, g_strdup_printf("#%zu %s", index, text));
}

void vr_verdict_note(VrVerdict *v, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_ptr_array_add(v->evidence, g_strdup_vprintf(fmt, ap));
    va_end(ap);
}

const char *vr_outcome_name(VrOutcome outcome)
{
    static const char *const names[] = {
        [VR_VERDICT_PASS] = "pass",
        [VR_VERDICT_FAIL] = "fail",
        [VR_VERDICT_NOT_APPLICABLE] = "not-applicable",
        [VR_VERDICT_ERROR] = "error",
    };

    return names[outcome];
}
