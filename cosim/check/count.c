/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM counts the interrupts that may bypass it: blocked vCPUs are notified by
 * the wakeup vector while there is one, and not otherwise, and are kicked when
 * the first one comes.
 */
#include "domains.h"
#include "ir_view.h"
#include "view.h"
#include "vtd_ir.h"

#define WAKEUP_VECTOR 0xf1 /* POSTED_INTR_WAKEUP_VECTOR */

typedef struct Rule {
    const char *fact;
    int each; /* its value, by vCPU; EXACTLY + n: as it is */
    const char *broken;
} Rule;

enum { NONE = 0, ALL = 1, EXACTLY = 10 };

static VrVerdict *judge_rule(const VrRun *run, VrScenario scenario,
                             const Rule *rule, int64_t vcpus)
{
    const int64_t want = rule->each >= EXACTLY ? rule->each - EXACTLY
                                               : rule->each * vcpus;
    int64_t value;
    VrVerdict *v = vr_need_fact(run, scenario, rule->fact, &value);

    if (v || value == want) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "%s: %s is %" G_GINT64_FORMAT
                          ", not %" G_GINT64_FORMAT, rule->broken, rule->fact,
                          value, want);
}

static VrVerdict *judge_rules(const VrRun *run, VrScenario scenario,
                              const Rule *rules, size_t count)
{
    int64_t vcpus;
    VrVerdict *v = vr_need_fact(run, scenario, "vcpus", &vcpus);

    if (!v && vcpus <= 0) {
        v = vr_verdict_new(VR_VERDICT_ERROR, "no vCPU was looked at");
    }
    for (size_t i = 0; i < count && !v; i++) {
        v = judge_rule(run, scenario, &rules[i], vcpus);
    }
    return v;
}

/* --- NV when a vCPU blocks --- */

#define BLOCK VR_SCENARIO_COUNT_BLOCK

static const Rule nv_rules[] = {
    { "plain_paired_wakeup", ALL, "an interrupt may bypass KVM, and it would "
      "not wake a blocked vCPU" },
    { "plain_parted_active", ALL, "no interrupt may bypass KVM, and blocked "
      "vCPUs have the wakeup vector" },
    { "file_active", ALL, "a device is assigned, none of its interrupts may "
      "bypass KVM, and blocked vCPUs have the wakeup vector" },
    { "first_wakeup", ALL, "the first interrupt that may bypass KVM came, and "
      "it would not wake a blocked vCPU" },
    { "more_wakeup", ALL, "several interrupts may bypass KVM, and they would "
      "not wake a blocked vCPU" },
    { "one_left_wakeup", ALL, "all but one have gone, and it would not wake a "
      "blocked vCPU" },
    { "none_left_active", ALL, "the last one has gone, and blocked vCPUs have "
      "the wakeup vector" },
    { "again_wakeup", ALL, "the first came again, and it would not wake a "
      "blocked vCPU" },
    { "gone_active", ALL, "the device has gone, and blocked vCPUs have the "
      "wakeup vector" },
    { "handled", NONE, "the host handled interrupts that were posted" },
};

/* What the unit sent to wake the vCPUs. */
static uint64_t wakeups(const VrRun *run, VrRange range)
{
    uint64_t count = 0;

    for (size_t i = range.begin; i < range.end; i++) {
        VrTraceRec r;

        if (vr_run_kind(run, i) == VR_TRACE_BLOCK_EFF) {
            r = vr_run_rec(run, i);
            count += r.arg[2] == VR_EFF_MSG && r.id == VR_VTD_NOTIFY &&
                     (r.arg[1] & 0xff) == WAKEUP_VECTOR;
        }
    }
    return count;
}

static VrVerdict *judge_nv(const VrRun *run, const VrSlice *slice)
{
    int64_t fired;
    uint64_t sent;
    VrVerdict *v = judge_rules(run, BLOCK, nv_rules, G_N_ELEMENTS(nv_rules));

    v = v ? v : vr_ir_facts_equal(run, BLOCK, "woken", "fired",
                                  "posted interrupts did not wake blocked "
                                  "vCPUs");
    v = v ? v : vr_need_fact(run, BLOCK, "fired", &fired);
    if (v) {
        return v;
    }
    sent = wakeups(run, slice->range);
    if (fired <= 0 || sent != (uint64_t)fired) {
        return vr_verdict_new(fired > 0 ? VR_VERDICT_FAIL : VR_VERDICT_ERROR,
                              "%" G_GINT64_FORMAT " interrupts to blocked "
                              "vCPUs, and the unit sent %" G_GUINT64_FORMAT
                              " notifications with the wakeup vector", fired,
                              sent);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "blocked vCPUs have the wakeup "
                          "vector while an interrupt may bypass KVM, and only "
                          "then; it woke them %" G_GUINT64_FORMAT " times",
                          sent);
}

const VrCheck vr_check_count_nv_on_block = {
    .id = "x86.count.nv-on-block",
    .section = "Intel VT-d, \"Posted Interrupt Descriptor\", NV; Linux, "
               "arch/x86/kvm/vmx/posted_intr.c, vmx_vcpu_pi_put()",
    .title = "a blocked vCPU has the wakeup vector in its descriptor while an "
             "interrupt may bypass KVM, and only then",
    .scenario = BLOCK,
    .cpu = "vmx",
    .needs_block = true,
    .judge = judge_nv,
};

/* --- the kick --- */

static const Rule kick_rules[] = {
    { "plain_first_least", EXACTLY + 1, "the first interrupt that may bypass "
      "KVM does not kick each blocked vCPU" },
    { "plain_first_most", EXACTLY + 1, "the first interrupt that may bypass "
      "KVM kicks a blocked vCPU more than once" },
    { "plain_second_most", EXACTLY, "the second one kicks blocked vCPUs" },
    { "first_least", EXACTLY + 1, "the first interrupt of an assigned device "
      "that may bypass KVM does not kick each blocked vCPU" },
    { "first_most", EXACTLY + 1, "the first interrupt of an assigned device "
      "kicks a blocked vCPU more than once" },
    { "more_most", EXACTLY, "those after the first kick blocked vCPUs" },
    { "again_least", EXACTLY + 1, "all went, and the next first one does not "
      "kick each blocked vCPU" },
    { "again_most", EXACTLY + 1, "all went, and the next first one kicks a "
      "blocked vCPU more than once" },
    { "file_most", EXACTLY, "a device that is assigned kicks blocked vCPUs, "
      "though none of its interrupts may bypass KVM" },
};

static VrVerdict *judge_kick(const VrRun *run, const VrSlice *slice)
{
    VrVerdict *v = judge_rules(run, BLOCK, kick_rules,
                               G_N_ELEMENTS(kick_rules));

    (void)slice;
    return v ? v : vr_verdict_new(VR_VERDICT_PASS, "each blocked vCPU was "
                                  "kicked once by the first interrupt that may "
                                  "bypass KVM, three times over, and by no "
                                  "other");
}

const VrCheck vr_check_count_first_irq_kick = {
    .id = "x86.count.first-irq-kick",
    .section = "Linux, arch/x86/kvm/vmx/posted_intr.c, KVM_REQ_UNBLOCK when "
               "the first interrupt may bypass KVM",
    .title = "the first interrupt that may bypass KVM kicks each blocked vCPU "
             "once, and no other does",
    .scenario = BLOCK,
    .cpu = "vmx",
    .needs_block = true,
    .judge = judge_kick,
};

/* --- errors --- */

#define ERRORS VR_SCENARIO_COUNT_ERROR

static const Rule error_rules[] = {
    { "refused_active", ALL, "an interrupt was refused to bypass KVM, and "
      "counts" },
    { "left_active", ALL, "all have gone that were refused, and the count is "
      "not back at 0" },
    { "after_least", EXACTLY + 1, "after errors, the first interrupt that may "
      "bypass KVM does not kick each blocked vCPU" },
    { "after_most", EXACTLY + 1, "after errors, the first interrupt that may "
      "bypass KVM kicks a blocked vCPU more than once" },
    { "after_wakeup", ALL, "after errors, an interrupt may bypass KVM and "
      "would not wake a blocked vCPU" },
    { "end_active", ALL, "no interrupt may bypass KVM, and blocked vCPUs have "
      "the wakeup vector" },
};

static VrVerdict *judge_errors(const VrRun *run, const VrSlice *slice)
{
    int64_t asked, refused;
    VrVerdict *v = vr_need_fact(run, ERRORS, "asked", &asked);

    (void)slice;
    v = v ? v : vr_need_fact(run, ERRORS, "refused", &refused);
    if (!v && (asked <= 0 || refused != asked)) {
        v = vr_verdict_new(VR_VERDICT_ERROR, "of %" G_GINT64_FORMAT " entries "
                           "%" G_GINT64_FORMAT " were refused", asked,
                           refused);
    }
    v = v ? v : vr_ir_facts_equal(run, ERRORS, "received", "asked",
                                  "interrupts that may not bypass KVM did not "
                                  "arrive through it");
    v = v ? v : judge_rules(run, ERRORS, error_rules,
                            G_N_ELEMENTS(error_rules));
    return v ? v : vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT
                                  " interrupts refused, and none of them "
                                  "counts", refused);
}

const VrCheck vr_check_count_error_path = {
    .id = "x86.count.error-path",
    .section = "Linux, arch/x86/kvm/x86.c, kvm_arch_irq_bypass_add_producer()",
    .title = "an interrupt that is refused to bypass KVM arrives through it, "
             "and does not count",
    .scenario = ERRORS,
    .cpu = "vmx",
    .needs_block = true,
    .judge = judge_errors,
};
