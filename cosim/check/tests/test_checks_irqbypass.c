/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks about irqbypass, on runs that hold, on runs with one flaw each,
 * and on empty ones. What holds for every check is in test_checks.c.
 */
#include <string.h>

#include "../view.h"
#include "synth.h"
#include "vtd_ir.h"

typedef struct Case {
    const char *check;
    VrScenario scenario;
    const char *facts;
    const char *flaw; /* "key=value" instead, or "key": left out; or NULL */
    VrOutcome outcome;
    const char *reason; /* has to be part of the verdict's reason */
} Case;

/* Writes one fact "key=value", unless the flaw is about it. */
static void fact(Synth *s, const Case *c, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, "=", 2);
    g_auto(GStrv) flaw = g_strsplit(c->flaw ? c->flaw : "", "=", 2);
    const char *value = parts[1];

    if (g_strcmp0(flaw[0], parts[0]) == 0) {
        value = flaw[1];
    }
    if (value) {
        synth_fact(s, vr_scenario_name(c->scenario), parts[0],
                   g_ascii_strtoll(value, NULL, 10));
    }
}

/* The remapping unit sets a bit of a descriptor's PIR. */
static void post(void)
{
    vr_trace_block_event(NULL, &(VrEvent){
        .kind = VR_STIM_MSG, .id = VR_VTD_REQUEST, .addr = 0xfee00010,
    });
    vr_trace_block_event(NULL, &(VrEvent){
        .kind = VR_EFF_MEM_CAS, .size = 8, .addr = 0x1000, .data = { 0 },
        .data2 = { 2 }, .old = { 0 },
    });
}

static void script(Synth *s, const Case *c)
{
    g_auto(GStrv) words = g_strsplit(c->facts, " ", 0);
    g_autofree char *line = g_strdup_printf("ok %d %s", c->scenario,
                                            vr_scenario_name(c->scenario));

    synth_scenario(c->scenario, 0);
    for (int i = 0; i < 2 && !(c->flaw && strcmp(c->flaw, "unit") == 0); i++) {
        post();
    }
    for (char **w = words; *w && **w; w++) {
        fact(s, c, *w);
    }
    synth_mark(VR_MARK_SCENARIO_END, c->scenario);
    synth_line(s, line);
    synth_fact(s, "RUN", "done", 1);
}

#define FLAT_UP_TO_8192 \
    "cost_1=1400 cost_2=1300 cost_4=1300 cost_8=1300 cost_16=1300 " \
    "cost_32=1300 cost_64=1350 cost_128=1350 cost_256=1350 cost_512=1350 " \
    "cost_1024=1350 cost_2048=1350 cost_4096=1350 cost_8192=1350 "
#define COSTS FLAT_UP_TO_8192 "cost_16384=1350 registered=16383"
#define COLLISION_FACTS \
    "tokens=9 failed=0 first_refused=0 same_vm_busy=9 second_refused=9 " \
    "still_refused=9 moved_refused=0 back_refused=9 freed_refused=0 log_lost=0"

#define SCALING \
    "x86.irqbypass.scaling", VR_SCENARIO_IRQBYPASS_SCALING, COSTS
#define SCALING_ARM \
    "arm64.irqbypass.scaling", VR_SCENARIO_IRQBYPASS_SCALING_ARM, COSTS
#define COLLISION \
    "x86.irqbypass.collision", VR_SCENARIO_IRQBYPASS_PAIRS, COLLISION_FACTS
#define COLLISION_ARM \
    "arm64.irqbypass.collision", VR_SCENARIO_IRQBYPASS_PAIRS_ARM, \
    COLLISION_FACTS
#define ORDER_FACTS \
    "source=8 rounds=14 looks=9 wrong=0 posted=2 remapped=3 lost=0 astray=0 " \
    "warnings=0"
#define ORDER \
    "x86.irqbypass.order", VR_SCENARIO_IRQBYPASS_PAIRS, ORDER_FACTS
#define PASS VR_VERDICT_PASS
#define FAIL VR_VERDICT_FAIL
#define ERROR VR_VERDICT_ERROR
#define NONE VR_VERDICT_NOT_APPLICABLE

static const Case cases[] = {
    { SCALING, NULL, PASS, "the 16384th 1350" },
    { SCALING, "cost_16384=2800", PASS, "the 16384th 2800" },
    { SCALING, "cost_16384=2801", FAIL, "the 16384th irqfd costs 2801" },
    { SCALING, "cost_2048=116026", FAIL, "82.9 times" },
    { SCALING, "cost_1=0", ERROR, "nothing was measured" },
    { SCALING, "cost_512", ERROR, "'cost_512'" },
    { SCALING, "registered=100", ERROR, "100 irqfds" },
    { SCALING_ARM, NULL, PASS, "the 16384th 1350" },
    { SCALING_ARM, "cost_16384=115643", FAIL, "82.6 times" },
    { "x86.irqbypass.scaling", VR_SCENARIO_IRQBYPASS_SCALING, "", NULL, ERROR,
      "'registered'" },
    { COLLISION, NULL, PASS, "9 eventfds" },
    { COLLISION, "tokens=0", ERROR, "no eventfd" },
    { COLLISION, "log_lost=1", ERROR, "lost" },
    { COLLISION, "failed=1", FAIL, "had to succeed" },
    { COLLISION, "first_refused=1", FAIL, "first users" },
    { COLLISION, "same_vm_busy=8", FAIL, "same VM" },
    { COLLISION, "second_refused=8", FAIL, "another VM's" },
    { COLLISION, "still_refused=0", FAIL, "got in" },
    { COLLISION, "moved_refused=9", FAIL, "has gone" },
    { COLLISION, "back_refused=8", FAIL, "came back" },
    { COLLISION, "freed_refused=1", FAIL, "freed" },
    { COLLISION, "back_refused", ERROR, "'back_refused'" },
    { COLLISION_ARM, NULL, PASS, "9 eventfds" },
    { COLLISION_ARM, "still_refused=0", FAIL, "got in" },
    { "arm64.irqbypass.collision", VR_SCENARIO_IRQBYPASS_PAIRS_ARM, "", NULL,
      ERROR, "'tokens'" },
    { ORDER, NULL, PASS, "2 interrupts posted, 3 remapped" },
    { ORDER, "wrong=1", FAIL, "there is no pair" },
    { ORDER, "lost=1", FAIL, "lost" },
    { ORDER, "astray=1", FAIL, "the host handled" },
    { ORDER, "warnings=1", FAIL, "warned" },
    { ORDER, "posted=3", FAIL, "the unit posted 2" },
    { ORDER, "unit", NONE, "QEMU's own" },
    { ORDER, "rounds=13", ERROR, "13 of 14 rounds" },
    { ORDER, "looks=0", ERROR, "0 looks" },
    { ORDER, "remapped", ERROR, "'remapped'" },
    { "x86.irqbypass.order", VR_SCENARIO_IRQBYPASS_PAIRS, "", NULL, ERROR,
      "'wrong'" },
};

static void test_case(gconstpointer data)
{
    const Case *c = data;
    Synth *s = synth_new();
    VrVerdict *v;

    script(s, c);
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
            "/checks-irqbypass/%s/%s%s", cases[i].check,
            *cases[i].facts ? "" : "empty",
            cases[i].flaw ? cases[i].flaw : *cases[i].facts ? "holds" : "");

        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
