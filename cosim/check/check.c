/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include "domains.h"
#include "view.h"

static const VrCheck *const checks[] = {
    &vr_check_arm64_boot,
    &vr_check_tdir_asym_deactivate,
    &vr_check_tdir_set_on_all_vcpus,
    &vr_check_tdir_cleared_when_idle,
    &vr_check_tdir_broadcast_kick,
    &vr_check_tdir_eoimode0,
    &vr_check_tdir_lr_overflow,
    &vr_check_tdir_edge_and_level,
    &vr_check_tdir_stress,
    &vr_check_x86_boot,
    &vr_check_ir_remapped,
    &vr_check_ir_compat_blocked,
    &vr_check_ir_sid,
    &vr_check_ir_invalidation,
    &vr_check_pi_posted_msi,
    &vr_check_pi_affinity,
    &vr_check_pi_storm,
    &vr_check_bypass_posted,
    &vr_check_bypass_halted,
    &vr_check_bypass_preempted,
    &vr_check_bypass_migrate,
    &vr_check_bypass_affinity,
    &vr_check_bypass_multicast,
    &vr_check_count_nv_on_block,
    &vr_check_count_first_irq_kick,
    &vr_check_count_race,
    &vr_check_count_error_path,
    &vr_check_irqbypass_scaling_x86,
    &vr_check_irqbypass_collision_x86,
    &vr_check_irqbypass_order,
    &vr_check_irqbypass_refcount,
    &vr_check_irqbypass_scaling_arm64,
    &vr_check_irqbypass_collision_arm64,
    &vr_check_ioapic_stale_eoi,
    &vr_check_ioapic_stale_eoi_two_vectors,
    &vr_check_apicv_self_ipi_cost,
    &vr_check_apicv_entry_invariant,
    &vr_check_vmx_params,
    &vr_check_svm_params,
    &vr_check_vmx_selftests,
#define VR_L2_CHECK(cpu, size, apic) &vr_check_##cpu##_l2_boot_##size##_##apic,
    VR_L2_CHECKS(VR_L2_CHECK)
#undef VR_L2_CHECK
};

const VrCheck *vr_check_at(size_t index)
{
    return index < G_N_ELEMENTS(checks) ? checks[index] : NULL;
}

const VrCheck *vr_check_find(const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (g_strcmp0(checks[i]->id, id) == 0) {
            return checks[i];
        }
    }
    return NULL;
}

bool vr_check_matches(const VrCheck *check, char *const *globs)
{
    for (; *globs; globs++) {
        if (g_pattern_match_simple(*globs, check->id)) {
            return true;
        }
    }
    return false;
}

static VrVerdict *report_is_cut(const VrRun *run, const char *name)
{
    const VrReport *r = run->report;
    const char *crash = vr_report_crash(r);
    const char *last = vr_report_last_line(r);
    VrVerdict *v;

    if (!vr_report_started(r)) {
        v = vr_verdict_new(VR_VERDICT_ERROR,
                           "the agent's report is missing: the host did not "
                           "come up to its init program");
    } else if (vr_report_done(r)) {
        v = vr_verdict_new(VR_VERDICT_ERROR,
                           "the report has no result of scenario %s: it was "
                           "not asked for, or the agent does not know it",
                           name);
    } else {
        v = vr_verdict_new(VR_VERDICT_ERROR,
                           "the report ends before the result of scenario %s",
                           name);
    }
    if (crash) {
        vr_verdict_note(v, "console: %s", crash);
    }
    if (*last && g_strcmp0(crash, last) != 0) {
        vr_verdict_note(v, "last line of the console: %s", last);
    }
    return v;
}

/* A guest that hangs often waits for what a lost DIR write left active. */
static VrVerdict *hung(const VrRun *run, const VrSlice *slice,
                       const char *name, const char *text)
{
    VrVerdict *v = vr_verdict_new(VR_VERDICT_FAIL, "scenario %s hung: the "
                                  "guest did not answer in time%s%s", name,
                                  *text ? ": " : "", text);
    VrTally t = vr_tally(run, slice->range);

    if (t.dirs_unmatched) {
        vr_verdict_note(v, "%" G_GUINT64_FORMAT " DIR writes did not trap and "
                        "matched no list register; the first:",
                        t.dirs_unmatched);
        vr_verdict_add(v, run, t.first_unmatched);
    }
    vr_verdict_add(v, run, slice->range.end - 1);
    return v;
}

/* Whether the run has what a judgement needs; NULL if it has. */
static VrVerdict *why_not_judged(const VrRun *run, const VrSlice *slice,
                                 const char *name)
{
    const char *text;
    VrResult result = vr_report_result(run->report, name, &text);
    int64_t timeout;

    if (result == VR_RESULT_MISSING) {
        return report_is_cut(run, name);
    }
    if (result == VR_RESULT_SKIP) {
        return vr_verdict_new(VR_VERDICT_NOT_APPLICABLE,
                              "the agent skipped scenario %s: %s", name,
                              *text ? text : "no reason given");
    }
    if (!run->records) {
        return vr_verdict_new(VR_VERDICT_ERROR,
                              "the run has no trace; record one (virelay run "
                              "--trace)");
    }
    if (slice->begun == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR,
                              "the trace has no marks of scenario %s%s%s",
                              name, *text ? ": " : "", text);
    }
    if (slice->begun > 1) {
        return vr_verdict_new(VR_VERDICT_ERROR,
                              "scenario %s begins %u times in the trace", name,
                              slice->begun);
    }
    if (!slice->ended) {
        return vr_verdict_new(VR_VERDICT_ERROR,
                              "the trace ends inside scenario %s (%zu records,"
                              " %zu bytes of a cut one)", name, run->count,
                              run->cut_bytes);
    }
    if (vr_report_fact(run->report, name, "timeout", &timeout) && timeout) {
        return hung(run, slice, name, text);
    }
    return NULL;
}

/* A check about VMX on a host that has none, by what the host says itself. */
static VrVerdict *other_cpu(const VrCheck *check, const VrRun *run,
                            const char *name)
{
    int64_t there;

    if (!check->cpu ||
        !vr_report_fact(run->report, name, check->cpu, &there) || there) {
        return NULL;
    }
    return vr_verdict_new(VR_VERDICT_NOT_APPLICABLE, "the host's CPU does not "
                          "have %s", check->cpu);
}

/* A check about a block, on a machine whose unit the agent used, but as none. */
static VrVerdict *no_block(const VrCheck *check, const VrRun *run,
                           const char *name)
{
    int64_t source;

    if (!check->needs_block || run->has_block ||
        !vr_report_fact(run->report, name, "source", &source)) {
        return NULL;
    }
    return vr_verdict_new(VR_VERDICT_NOT_APPLICABLE, "the remapping unit is "
                          "QEMU's own, whose decisions are not in the trace");
}

VrVerdict *vr_check_judge(const VrCheck *check, const VrRun *run)
{
    const VrSlice *slice = &run->slices[check->scenario];
    const char *name = vr_scenario_name(check->scenario);
    VrVerdict *v = other_cpu(check, run, name);

    v = v ? v : why_not_judged(run, slice, name);
    v = v ? v : no_block(check, run, name);
    return v ? v : check->judge(run, slice);
}
