/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks about EOIs that come out and about APICv, on runs that hold, on
 * runs with one flaw each, and on empty ones. What holds for every check is in
 * test_checks.c.
 */
#include <string.h>

#include "../view.h"
#include "synth.h"

typedef struct Case {
    const char *check;
    const char *flaw; /* of the trace, or "key=value", "key": left out */
    VrOutcome outcome;
    const char *reason; /* has to be part of the verdict's reason */
} Case;

#define EXIT_WRMSR 32
#define EXIT_EOI 45

static bool is(const Case *c, const char *flaw)
{
    return g_strcmp0(c->flaw, flaw) == 0;
}

static void add_facts(Synth *s, const Case *c, VrScenario scenario,
                      const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, " ", 0);
    g_auto(GStrv) flaw = g_strsplit(c->flaw ? c->flaw : "", "=", 2);

    for (char **w = list; *w; w++) {
        g_auto(GStrv) parts = g_strsplit(*w, "=", 2);
        const char *value =
            g_strcmp0(flaw[0], parts[0]) == 0 ? flaw[1] : parts[1];

        if (value) {
            synth_fact(s, vr_scenario_name(scenario), parts[0],
                       g_ascii_strtoll(value, NULL, 10));
        }
    }
}

static void finish(Synth *s, VrScenario scenario)
{
    g_autofree char *line = g_strdup_printf("ok %d %s", scenario,
                                            vr_scenario_name(scenario));

    synth_mark(VR_MARK_SCENARIO_END, scenario);
    synth_line(s, line);
    synth_fact(s, "RUN", "done", 1);
}

static void eoi(uint8_t vector, bool exits)
{
    vr_trace(VR_TRACE_VMX_VEOI, 0, vector, 0, exits, 0, 0x1000);
    if (exits) {
        vr_trace(VR_TRACE_VMX_EXIT, 0, EXIT_EOI, 0x10000, vector, 0, 0x1000);
    }
}

#define LATER 3

static void eois_of(const Case *c, uint8_t vector)
{
    for (int i = 0; i < 1 + LATER - is(c, "fewer"); i++) {
        eoi(vector, i == (is(c, "late") ? 1 : 0) ||
                    (i == 2 && (is(c, "bitmap") ||
                                (is(c, "bitmap-b") && vector == 0x71))));
    }
}

static void part(const Case *c, unsigned round, bool two)
{
    synth_mark(VR_MARK_ROUND_BEGIN, round);
    if (!is(c, "apicv=0")) {
        eois_of(c, 0x61);
    }
    if (two) {
        eois_of(c, 0x71);
    }
    synth_mark(VR_MARK_ROUND_END, round);
}

#define PART(name, pin) \
    " " name "_sent_" pin "=3 " name "_received_" pin "=3 " name "_eois_" pin \
    "=1"

static void stale(Synth *s, const Case *c)
{
    const VrScenario scenario = VR_SCENARIO_IOAPIC_STALE_EOI;

    synth_scenario(scenario, 2);
    part(c, 1, false);
    if (!is(c, "one-part")) {
        part(c, 2, false);
    }
    add_facts(s, c, scenario, "vmx=1 apicv=1 x2apic_target=1 xapic_target=1 "
              "few_least=100 many_least=110 measured=20" PART("x2apic", "a")
              PART("xapic", "a"));
    finish(s, scenario);
}

static void two(Synth *s, const Case *c)
{
    const VrScenario scenario = VR_SCENARIO_IOAPIC_STALE_TWO;

    synth_scenario(scenario, 2);
    part(c, 1, true);
    part(c, 2, true);
    add_facts(s, c, scenario, "vmx=1 apicv=1 nested_target=1 pending_target=1"
              PART("nested", "a") PART("nested", "b") PART("pending", "a")
              PART("pending", "b"));
    finish(s, scenario);
}

static void interrupts(const Case *c, unsigned round)
{
    synth_mark(VR_MARK_ROUND_BEGIN, round);
    for (int i = 0; i < 3 - is(c, "not-virtual"); i++) {
        if (round < 3 || (round == 3 && is(c, "msr-exit")) ||
            (round == 6 && is(c, "xapic-exit"))) {
            vr_trace(VR_TRACE_VMX_EXIT, 0, EXIT_WRMSR, 0x10000, 0, 0, 0x1000);
        }
        vr_trace(VR_TRACE_VMX_VIRQ, 0, 0x50, 0, 0x50, 0, 0x1000);
    }
    synth_mark(VR_MARK_ROUND_END, round);
}

static void load(const Case *c)
{
    synth_mark(VR_MARK_ROUND_BEGIN, 7);
    if (!is(c, "no-entries")) {
        vr_trace(VR_TRACE_VMX_ENTRY, 0, 1, 0x10000, 0, 0, 0x1000);
        vr_trace(VR_TRACE_VMX_PID, 0, 0xf2, 0xf20000, 0x2000, 0, 0x1000);
    }
    if (!is(c, "no-posts")) {
        vr_trace(VR_TRACE_VMX_PI, 0, 0xf2, 0xf20001, 0xf20000, 0x2000, 0x1000);
    }
    synth_mark(VR_MARK_ROUND_END, 7);
}

#define SENT(name) " " name "_sent=3 " name "_received=3"

static void apicv(Synth *s, const Case *c)
{
    const VrScenario scenario = VR_SCENARIO_APICV_SELF_IPI;

    synth_scenario(scenario, 1);
    for (unsigned round = 1; round < 7; round++) {
        interrupts(c, round);
    }
    if (!is(c, "no-load")) {
        load(c);
    }
    add_facts(s, c, scenario, "vmx=1 apicv=1 counted=1 nops_least=1600 "
              "icr_self_least=24400 icr_others_least=24384 icr_id_least=18784 "
              "icr_nobody_least=14880" SENT("icr_self") SENT("icr_id")
              SENT("self_msr") SENT("xapic_self") SENT("load"));
    finish(s, scenario);
    if (is(c, "lost")) {
        vr_trace(VR_TRACE_VMX_PI_LOST, 1, 0xf2, 1, 0x2000, 0x10000, 0x1000);
    }
}

#define STALE "x86.ioapic.stale-eoi"
#define TWO "x86.ioapic.stale-eoi-two-vectors"
#define COST "x86.apicv.self-ipi-cost"
#define ENTRY "x86.apicv.entry-invariant"
#define PASS VR_VERDICT_PASS
#define FAIL VR_VERDICT_FAIL
#define ERROR VR_VERDICT_ERROR
#define NONE VR_VERDICT_NOT_APPLICABLE

static const Case cases[] = {
    { STALE, NULL, PASS, "so says the EOI-exit bitmap" },
    { STALE, "apicv=0", PASS, "then none" },
    { STALE, "x2apic_eois_a=4", FAIL, "3 of 3 of the same vector" },
    { STALE, "xapic_eois_a=2", FAIL, "xapic: after the EOI" },
    { STALE, "x2apic_eois_a=0", FAIL, "did not come out" },
    { STALE, "x2apic_received_a=2", FAIL, "2 arrived" },
    { STALE, "xapic_target=0", FAIL, "new target" },
    { STALE, "bitmap", FAIL, "2 met the EOI-exit bitmap" },
    { STALE, "late", FAIL, "the first alone is right" },
    { STALE, "many_least=151", FAIL, "routes scanned" },
    { STALE, "many_least=150", PASS, "then none" },
    { STALE, "measured=0", ERROR, "nothing was measured" },
    { STALE, "x2apic_sent_a=0", ERROR, "no interrupt" },
    { STALE, "fewer", ERROR, "the trace has 3 EOIs" },
    { STALE, "one-part", ERROR, "round 2" },
    { STALE, "apicv", ERROR, "'apicv'" },
    { TWO, NULL, PASS, "one EOI of each vector" },
    { TWO, "nested_eois_a=4", FAIL, "nested: after the EOI" },
    { TWO, "pending_eois_b=4", FAIL, "same vector, 0x71" },
    { TWO, "pending_eois_b=0", FAIL, "vector 0x71, did not" },
    { TWO, "bitmap-b", FAIL, "vector 0x71 2 met" },
    { TWO, "pending_target=0", FAIL, "new target" },
    { TWO, "nested_sent_b=0", ERROR, "no interrupt" },
    { TWO, "pending_eois_a", ERROR, "'pending_eois_a'" },
    { COST, NULL, PASS, "shorthand 1525 instructions, 1524 of them" },
    { COST, "apicv=0", NONE, "does not use APICv" },
    { COST, "counted=0", NONE, "icount" },
    { COST, "counted", ERROR, "'counted'" },
    { COST, "vmx=0", NONE, "does not have vmx" },
    { COST, "icr_self_least=26416", PASS, "1651" },
    { COST, "icr_self_least=26417", FAIL, "1/12" },
    { COST, "icr_id_least=28080", FAIL, "1/2" },
    { COST, "icr_id_received=2", FAIL, "2 arrived" },
    { COST, "msr-exit", FAIL, "SELF IPI register: a VM exit" },
    { COST, "xapic-exit", FAIL, "xAPIC's ICR, with the self shorthand: a VM" },
    { COST, "not-virtual", ERROR, "delivered virtually" },
    { COST, "nops_least=0", ERROR, "nothing was measured" },
    { COST, "self_msr_sent=0", ERROR, "no interrupt" },
    { ENTRY, NULL, PASS, "1 notifications processed" },
    { ENTRY, "apicv=0", NONE, "does not use APICv" },
    { ENTRY, "lost", FAIL, "in flight: 1" },
    { ENTRY, "load_received=2", FAIL, "2 arrived" },
    { ENTRY, "no-entries", ERROR, "0 VM entries" },
    { ENTRY, "no-posts", ERROR, "0 notifications" },
    { ENTRY, "no-load", ERROR, "round 7" },
};

static void test_case(gconstpointer data)
{
    const Case *c = data;
    Synth *s = synth_new();
    VrVerdict *v;

    if (strcmp(c->check, STALE) == 0) {
        stale(s, c);
    } else if (strcmp(c->check, TWO) == 0) {
        two(s, c);
    } else {
        apicv(s, c);
    }
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
            "/checks-apic/%s/%s", cases[i].check,
            cases[i].flaw ? cases[i].flaw : "holds");

        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
