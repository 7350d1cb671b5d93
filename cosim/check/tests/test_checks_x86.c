/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The x86 checks on a run that holds, and on runs with one flaw each. What
 * holds for every check is in test_checks.c.
 */
#include <string.h>

#include "../view.h"
#include "synth.h"

typedef void (*Script)(Synth *s, const char *flaw);

typedef struct Case {
    const char *check;
    Script script;
    const char *flaw; /* NULL: none */
    VrOutcome outcome;
    const char *reason; /* has to be part of the verdict's reason */
} Case;

static bool is(const char *flaw, const char *name)
{
    return g_strcmp0(flaw, name) == 0;
}

static void finish(Synth *s, VrScenario scenario, const char *why)
{
    g_autofree char *line =
        why ? g_strdup_printf("not ok %d %s # %s", scenario,
                              vr_scenario_name(scenario), why)
            : g_strdup_printf("ok %d %s", scenario,
                              vr_scenario_name(scenario));

    synth_mark(VR_MARK_SCENARIO_END, scenario);
    synth_line(s, line);
}

/* --- x86.boot --- */

static void boot(Synth *s, const char *flaw)
{
    static const struct {
        const char *key;
        int right;
    } facts[] = {
        { "vms_ok", 2 }, { "port_writes", 100 }, { "port_reads", 100 },
        { "echo", 100 }, { "ticks", 5 }, { "ticks_counted", 5 },
    };
    bool dead = is(flaw, "vms_ok");

    synth_scenario(VR_SCENARIO_X86_BOOT, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (!(i == 3 && is(flaw, "no-fact"))) {
            synth_fact(s, "X86_BOOT", facts[i].key,
                       facts[i].right - is(flaw, facts[i].key) +
                           2 * (i > 3 && is(flaw, "more-ticks")));
        }
    }
    synth_fact(s, "X86_BOOT", "timeout", is(flaw, "hung"));
    finish(s, VR_SCENARIO_X86_BOOT, dead ? "round 2: exit reason 9" : NULL);
    if (!is(flaw, "no-end")) {
        synth_fact(s, "RUN", "done", 1);
    }
}

/* --- x86.vmx.params --- */

static void params(Synth *s, const char *flaw)
{
    static const char *const names[] = {
        "enable_apicv", "ept", "vpid", "unrestricted_guest", "flexpriority",
        "preemption_timer",
    };
    const bool ept_off = is(flaw, "ept-off") || is(flaw, "ept-still-on");

    synth_scenario(VR_SCENARIO_X86_PARAMS, 0);
    synth_fact(s, "X86_PARAMS", "vmx", !is(flaw, "svm"));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        bool off = is(flaw, names[i]) ||
                   (is(flaw, "ept-off") && (i == 1 || i == 3)) ||
                   (is(flaw, "ept-still-on") && i == 3) ||
                   (is(flaw, "vpid-off") && i == 2);

        if (!(is(flaw, "no-fact") && i == 2)) {
            synth_fact(s, "X86_PARAMS", names[i], !off);
        }
    }
    if (ept_off) {
        synth_fact(s, "X86_PARAMS", "ept.off", 1);
    }
    if (is(flaw, "vpid-off")) {
        synth_fact(s, "X86_PARAMS", "vpid.off", 1);
    }
    finish(s, VR_SCENARIO_X86_PARAMS,
           is(flaw, "no-kvm") ? "there is no /dev/kvm" : NULL);
    synth_fact(s, "RUN", "done", 1);
}

/* --- x86.vmx.l2-boot, x86.svm.l2-boot --- */

static void l2(Synth *s, const char *flaw)
{
    const VrScenario scenario = VR_SCENARIO_L2_4_X2APIC;
    const char *name = vr_scenario_name(scenario);
    const bool vmx = !is(flaw, "svm") && !is(flaw, "svm-hung");
    const bool bad = is(flaw, "round-wrong");

    synth_scenario(scenario, 4);
    for (int i = 0; i < 3 && vmx && !is(flaw, "no-entries"); i++) {
        vr_trace(VR_TRACE_VMX_ENTRY, i, 1, 0x1000, 0, 0, 0x2000);
    }
    if (is(flaw, "lost-post")) {
        vr_trace(VR_TRACE_VMX_PI_LOST, 1, 0xf2, 1, 0x3000, 0x1000, 0x2000);
    }
    synth_fact(s, name, "vmx", vmx);
    synth_fact(s, name, "svm", !vmx);
    if (!is(flaw, "no-fact")) {
        synth_fact(s, name, "asked", is(flaw, "nothing") ? 0 : 3);
    }
    synth_fact(s, name, "rounds",
               is(flaw, "nothing") ? 0 : is(flaw, "stopped") ? 2 : 3);
    synth_fact(s, name, "right",
               is(flaw, "nothing") ? 0 : is(flaw, "stopped") || bad ? 2 : 3);
    synth_fact(s, name, "timeout", is(flaw, "hung") || is(flaw, "svm-hung"));
    finish(s, scenario, bad ? "round 3: L2 reset itself"
                            : is(flaw, "hung") ? "round 3: L2 hung" : NULL);
    synth_fact(s, "RUN", "done", 1);
}

/* --- x86.vmx.selftests --- */

static void selftests(Synth *s, const char *flaw)
{
#define WANT_PASS 0
#define WANT_SKIP 4
#define WANT_FAIL 254
    static const struct {
        const char *name;
        int status;
    } tests[] = {
#define SELFTEST(name, want, why) { #name, WANT_##want },
#include "../x86_selftests.def"
#undef SELFTEST
    };

    synth_scenario(VR_SCENARIO_X86_SELFTESTS, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        const bool fails = is(tests[i].name, "vmx_msrs_test") &&
                           is(flaw, "fails");
        const bool passes = is(tests[i].name, "monitor_mwait_test") &&
                            is(flaw, "passes");
        const bool skips = is(tests[i].name, "smm_test") && is(flaw, "skips");

        if (is(tests[i].name, "state_test") && is(flaw, "no-fact")) {
            continue;
        }
        synth_fact(s, "X86_SELFTESTS", tests[i].name,
                   fails ? 124 : passes ? 0 : skips ? 4 : tests[i].status);
    }
    finish(s, VR_SCENARIO_X86_SELFTESTS, NULL);
    synth_fact(s, "RUN", "done", 1);
}

#define SELFTESTS "x86.vmx.selftests"
#define BOOT "x86.boot"
#define PARAMS "x86.vmx.params"
#define L2 "x86.vmx.l2-boot.4.x2apic"
#define L2_SVM "x86.svm.l2-boot.4.x2apic"
#define PASS VR_VERDICT_PASS
#define FAIL VR_VERDICT_FAIL
#define ERROR VR_VERDICT_ERROR
#define NONE VR_VERDICT_NOT_APPLICABLE

static const Case cases[] = {
    { BOOT, boot, NULL, PASS, "5 timer interrupts" },
    { BOOT, boot, "more-ticks", PASS, "7 timer interrupts" },
    { BOOT, boot, "vms_ok", FAIL, "1 of 2 VMs worked: round 2" },
    { BOOT, boot, "port_writes", FAIL, "99 port writes" },
    { BOOT, boot, "port_reads", FAIL, "99 reads" },
    { BOOT, boot, "echo", FAIL, "read 99" },
    { BOOT, boot, "ticks", FAIL, "4 timer interrupts" },
    { BOOT, boot, "ticks_counted", FAIL, "counted 4" },
    { BOOT, boot, "hung", FAIL, "hung" },
    { BOOT, boot, "no-fact", ERROR, "'echo'" },
    { BOOT, boot, "no-end", ERROR, "power-off" },
    { PARAMS, params, NULL, PASS, "all 6 read Y" },
    { PARAMS, params, "enable_apicv", FAIL, "enable_apicv reads N" },
    { PARAMS, params, "preemption_timer", FAIL, "preemption_timer reads N" },
    { PARAMS, params, "vpid-off", PASS, "off as asked: vpid" },
    { PARAMS, params, "ept-off", PASS, "off as asked: ept" },
    { PARAMS, params, "ept-still-on", FAIL, "ept reads Y" },
    { PARAMS, params, "no-kvm", FAIL, "no /dev/kvm" },
    { PARAMS, params, "no-fact", ERROR, "'vpid'" },
    { PARAMS, params, "svm", NONE, "does not have vmx" },
    { SELFTESTS, selftests, NULL, PASS, "as expected" },
    { SELFTESTS, selftests, "fails", FAIL, "vmx_msrs_test: exit status 124" },
    { SELFTESTS, selftests, "passes", FAIL, "expected: fail" },
    { SELFTESTS, selftests, "skips", FAIL, "smm_test: exit status 4" },
    { SELFTESTS, selftests, "no-fact", ERROR, "'state_test'" },
    { L2, l2, NULL, PASS, "rounds: 3, VM entries: 3" },
    { L2, l2, "round-wrong", FAIL, "2 of 3 rounds right" },
    { L2, l2, "hung", FAIL, "round 3: L2 hung" },
    { L2, l2, "lost-post", FAIL, "without its notification" },
    { L2, l2, "stopped", ERROR, "3 asked for" },
    { L2, l2, "nothing", ERROR, "0 asked for" },
    { L2, l2, "no-entries", ERROR, "no VM entry" },
    { L2, l2, "no-fact", ERROR, "'asked'" },
    { L2, l2, "svm", NONE, "does not have vmx" },
    { L2, l2, "svm-hung", NONE, "does not have vmx" },
    { L2_SVM, l2, "svm", PASS, "rounds: 3" },
    { L2_SVM, l2, "svm-hung", FAIL, "hung" },
    { L2_SVM, l2, NULL, NONE, "does not have svm" },
};

static void test_case(gconstpointer data)
{
    const Case *c = data;
    Synth *s = synth_new();
    VrVerdict *v;

    c->script(s, c->flaw);
    v = synth_judge(s, c->check);
    g_test_message("%s: %s", vr_outcome_name(v->outcome), v->reason);
    g_assert_cmpstr(vr_outcome_name(v->outcome), ==,
                    vr_outcome_name(c->outcome));
    g_assert_nonnull(strstr(v->reason, c->reason));
    vr_verdict_free(v);
    synth_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf(
            "/checks-x86/%s/%s", cases[i].check,
            cases[i].flaw ? cases[i].flaw : "holds");

        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
