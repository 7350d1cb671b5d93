/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks about irqbypass, on runs that hold, on runs with one flaw each,
 * and on empty ones. What holds for every check is in test_checks.c.
 */
#include "../view.h"
#include "cases.h"
#include "vtd_ir.h"

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

/* As often as ORDER_FACTS says; not at all where the unit is QEMU's own. */
static void two_posts(const char *flaw)
{
    for (int i = 0; i < 2 && g_strcmp0(flaw, "unit") != 0; i++) {
        post();
    }
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
    "source=8 rounds=15 looks=9 wrong=0 posted=2 remapped=3 lost=0 astray=0 " \
    "warnings=0"
#define ORDER \
    "x86.irqbypass.order", VR_SCENARIO_IRQBYPASS_PAIRS, ORDER_FACTS
#define REFCOUNT \
    "x86.irqbypass.refcount", VR_SCENARIO_IRQBYPASS_REFCOUNT, \
    "before=1 registered=16 with=1 after=1"
#define PASS VR_VERDICT_PASS
#define FAIL VR_VERDICT_FAIL
#define ERROR VR_VERDICT_ERROR
#define NONE VR_VERDICT_NOT_APPLICABLE

static const Case cases[] = {
    { SCALING, NULL, PASS, "the 16384th 1350", NULL },
    { SCALING, "cost_16384=2800", PASS, "the 16384th 2800", NULL },
    { SCALING, "cost_16384=2801", FAIL, "the 16384th irqfd costs 2801", NULL },
    { SCALING, "cost_2048=116026", FAIL, "82.9 times", NULL },
    { SCALING, "cost_1=0", ERROR, "nothing was measured", NULL },
    { SCALING, "cost_512", ERROR, "'cost_512'", NULL },
    { SCALING, "registered=100", ERROR, "100 irqfds", NULL },
    { SCALING_ARM, NULL, PASS, "the 16384th 1350", NULL },
    { SCALING_ARM, "cost_16384=115643", FAIL, "82.6 times", NULL },
    { "x86.irqbypass.scaling", VR_SCENARIO_IRQBYPASS_SCALING, "", NULL, ERROR,
      "'registered'", NULL },
    { COLLISION, NULL, PASS, "9 eventfds", NULL },
    { COLLISION, "tokens=0", ERROR, "no eventfd", NULL },
    { COLLISION, "log_lost=1", ERROR, "lost", NULL },
    { COLLISION, "failed=1", FAIL, "had to succeed", NULL },
    { COLLISION, "first_refused=1", FAIL, "first users", NULL },
    { COLLISION, "same_vm_busy=8", FAIL, "same VM", NULL },
    { COLLISION, "second_refused=8", FAIL, "another VM's", NULL },
    { COLLISION, "still_refused=0", FAIL, "got in", NULL },
    { COLLISION, "moved_refused=9", FAIL, "has gone", NULL },
    { COLLISION, "back_refused=8", FAIL, "came back", NULL },
    { COLLISION, "freed_refused=1", FAIL, "freed", NULL },
    { COLLISION, "back_refused", ERROR, "'back_refused'", NULL },
    { COLLISION_ARM, NULL, PASS, "9 eventfds", NULL },
    { COLLISION_ARM, "still_refused=0", FAIL, "got in", NULL },
    { "arm64.irqbypass.collision", VR_SCENARIO_IRQBYPASS_PAIRS_ARM, "", NULL,
      ERROR, "'tokens'", NULL },
    { ORDER, NULL, PASS, "2 interrupts posted, 3 remapped", two_posts },
    { ORDER, "wrong=1", FAIL, "there is no pair", two_posts },
    { ORDER, "lost=1", FAIL, "lost", two_posts },
    { ORDER, "astray=1", FAIL, "the host handled", two_posts },
    { ORDER, "warnings=1", FAIL, "warned", two_posts },
    { ORDER, "posted=3", FAIL, "the unit posted 2", two_posts },
    { "x86.irqbypass.order", VR_SCENARIO_IRQBYPASS_PAIRS, "unsafe=0",
      "unsafe=1", FAIL, "paired safely", NULL },
    { ORDER, "unit", NONE, "QEMU's own", two_posts },
    { ORDER, "rounds=14", ERROR, "14 of 15 rounds", two_posts },
    { ORDER, "looks=0", ERROR, "0 looks", two_posts },
    { ORDER, "remapped", ERROR, "'remapped'", two_posts },
    { "x86.irqbypass.order", VR_SCENARIO_IRQBYPASS_PAIRS, "", NULL, ERROR,
      "'wrong'", NULL },
    { REFCOUNT, NULL, PASS, "1 references, with and without 16", NULL },
    { REFCOUNT, "with=17", FAIL, "with 16 irqfds 17", NULL },
    { REFCOUNT, "after=2", FAIL, "after them 2", NULL },
    { REFCOUNT, "before=0", ERROR, "0 references before", NULL },
    { REFCOUNT, "registered=0", ERROR, "0 irqfds", NULL },
    { REFCOUNT, "with", ERROR, "'with'", NULL },
    { "x86.irqbypass.refcount", VR_SCENARIO_IRQBYPASS_REFCOUNT, "", NULL, ERROR,
      "'before'", NULL },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cases_add("checks-irqbypass", cases, G_N_ELEMENTS(cases));
    return g_test_run();
}
