/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks about KVM's count of interrupts that may bypass it, on runs that
 * hold, on runs with one flaw each, and on empty ones.
 */
#include "../view.h"
#include "cases.h"
#include "vtd_ir.h"

/* The unit wakes a vCPU, four times. */
static void wakeups(const char *flaw)
{
    for (int i = 0; i < 4 && g_strcmp0(flaw, "unit") != 0; i++) {
        const bool other = i == 3 && g_strcmp0(flaw, "other-vector") == 0;

        vr_trace_block_event(NULL, &(VrEvent){
            .kind = VR_STIM_MSG, .id = VR_VTD_REQUEST, .addr = 0xfee00010,
        });
        vr_trace_block_event(NULL, &(VrEvent){
            .kind = VR_EFF_MSG, .id = VR_VTD_NOTIFY, .addr = 1,
            .data = { other ? 0xf2 : 0xf1 },
        });
    }
}

#define NV_FACTS \
    "source=8 vcpus=2 plain_paired_wakeup=2 plain_parted_active=2 " \
    "file_active=2 first_wakeup=2 more_wakeup=2 one_left_wakeup=2 " \
    "none_left_active=2 again_wakeup=2 gone_active=2 fired=4 woken=4 handled=0"
#define KICK_FACTS \
    "vcpus=2 plain_first_least=1 plain_first_most=1 plain_second_most=0 " \
    "first_least=1 first_most=1 more_most=0 again_least=1 again_most=1 " \
    "file_most=0"
#define ERROR_FACTS \
    "vcpus=2 asked=6 refused=6 received=6 refused_active=2 left_active=2 " \
    "after_least=1 after_most=1 after_wakeup=2 end_active=2"

#define NV "x86.count.nv-on-block", VR_SCENARIO_COUNT_BLOCK
#define KICK "x86.count.first-irq-kick", VR_SCENARIO_COUNT_BLOCK
#define ERRORS "x86.count.error-path", VR_SCENARIO_COUNT_ERROR
#define PASS VR_VERDICT_PASS
#define FAIL VR_VERDICT_FAIL
#define ERROR VR_VERDICT_ERROR
#define NONE VR_VERDICT_NOT_APPLICABLE

/* --- the sweep --- */

#define WINDOW 37u
#define FROM 0xffffffff81000000u

static VrPointVerdict verdict_of(const char *flaw, unsigned k)
{
    if (g_strcmp0(flaw, "a-point-fails") == 0 && k == 32) {
        return VR_POINT_FAIL;
    }
    if (g_strcmp0(flaw, "nothing-proved") == 0 ||
        (g_strcmp0(flaw, "little-proved") == 0 && k > WINDOW / 2) ||
        (g_strcmp0(flaw, "one-proves-nothing") == 0 && k == 5)) {
        return VR_POINT_AGAIN;
    }
    return VR_POINT_PASS;
}

static bool is_left_out(const char *flaw, unsigned k)
{
    return g_strcmp0(flaw, "no-point") == 0 ||
           (g_strcmp0(flaw, "not-from-the-first") == 0 && k == 1) ||
           (g_strcmp0(flaw, "one-left-out") == 0 && k == 20) ||
           (g_strcmp0(flaw, "not-to-the-last") == 0 && k == WINDOW);
}

static VrSweepEnd end_of(const char *flaw)
{
    static const struct {
        const char *flaw;
        VrSweepEnd end;
    } ends[] = {
        { "never-opens", VR_SWEEP_END_UNOPENED },
        { "never-closes", VR_SWEEP_END_UNCLOSED },
        { "never-fires", VR_SWEEP_END_UNFIRED },
        { "silent-device", VR_SWEEP_END_SILENT },
        { "empty-window", VR_SWEEP_END_EMPTY },
        { "guest-hangs", VR_SWEEP_END_STUCK },
        { "only-a-part", VR_SWEEP_END_DONE },
        { "an-end-that-is-none", VR_SWEEP_ENDS },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (g_strcmp0(flaw, ends[i].flaw) == 0) {
            return ends[i].end;
        }
    }
    return VR_SWEEP_END_CLOSED;
}

/* An event before each instruction of the window. */
static void sweep(const char *flaw)
{
    const VrSweepEvent event =
        g_strcmp0(flaw, "another-event") == 0 ? VR_SWEEP_MSI : VR_SWEEP_PAIR;

    for (unsigned k = 1; k <= WINDOW; k++) {
        if (!is_left_out(flaw, k)) {
            vr_trace(VR_TRACE_SWEEP_POINT, 0, k, verdict_of(flaw, k), FROM + k,
                     1000, 0);
        }
    }
    if (g_strcmp0(flaw, "no-end") != 0) {
        vr_trace(VR_TRACE_SWEEP_END, VR_TRACE_NO_CPU, end_of(flaw), WINDOW + 1,
                 event, 0, 0);
    }
}

#define RACE_CASE(flaw, outcome, reason) \
    { "x86.count.race", VR_SCENARIO_SWEEP_PAIR, "rounds=50", flaw, outcome, \
      reason, sweep }

#define NV_CASE(flaw, outcome, reason) \
    { NV, NV_FACTS, flaw, outcome, reason, wakeups }
#define KICK_CASE(flaw, outcome, reason) \
    { KICK, KICK_FACTS, flaw, outcome, reason, NULL }
#define ERROR_CASE(flaw, outcome, reason) \
    { ERRORS, ERROR_FACTS, flaw, outcome, reason, NULL }

static const Case cases[] = {
    NV_CASE(NULL, PASS, "woke them 4 times"),
    NV_CASE("plain_paired_wakeup=1", FAIL, "would not wake"),
    NV_CASE("plain_parted_active=0", FAIL, "no interrupt may bypass"),
    NV_CASE("file_active=0", FAIL, "a device is assigned"),
    NV_CASE("first_wakeup=0", FAIL, "the first interrupt"),
    NV_CASE("more_wakeup=1", FAIL, "several"),
    NV_CASE("one_left_wakeup=0", FAIL, "all but one"),
    NV_CASE("none_left_active=0", FAIL, "the last one has gone"),
    NV_CASE("again_wakeup=0", FAIL, "came again"),
    NV_CASE("gone_active=0", FAIL, "the device has gone"),
    NV_CASE("handled=1", FAIL, "the host handled"),
    NV_CASE("woken=3", FAIL, "did not wake"),
    NV_CASE("other-vector", FAIL, "sent 3 notifications"),
    NV_CASE("unit", NONE, "QEMU's own"),
    NV_CASE("vcpus=0", ERROR, "no vCPU"),
    NV_CASE("again_wakeup", ERROR, "'again_wakeup'"),
    { NV, "", NULL, ERROR, "'vcpus'", NULL },
    KICK_CASE(NULL, PASS, "three times over"),
    KICK_CASE("plain_first_least=0", FAIL, "does not kick each"),
    KICK_CASE("plain_first_most=2", FAIL, "more than once"),
    KICK_CASE("plain_second_most=1", FAIL, "the second one"),
    KICK_CASE("first_least=0", FAIL, "of an assigned device"),
    KICK_CASE("first_most=2", FAIL, "more than once"),
    KICK_CASE("more_most=3", FAIL, "those after the first"),
    KICK_CASE("again_least=0", FAIL, "the next first one"),
    KICK_CASE("again_most=2", FAIL, "the next first one"),
    KICK_CASE("file_most=1", FAIL, "a device that is assigned"),
    KICK_CASE("vcpus=0", ERROR, "no vCPU"),
    KICK_CASE("more_most", ERROR, "'more_most'"),
    { KICK, "", NULL, ERROR, "'vcpus'", NULL },
    ERROR_CASE(NULL, PASS, "6 interrupts refused"),
    ERROR_CASE("refused_active=0", FAIL, "and counts"),
    ERROR_CASE("left_active=0", FAIL, "not back at 0"),
    ERROR_CASE("after_least=0", FAIL, "does not kick each"),
    ERROR_CASE("after_most=2", FAIL, "more than once"),
    ERROR_CASE("after_wakeup=0", FAIL, "would not wake"),
    ERROR_CASE("end_active=0", FAIL, "have the wakeup"),
    ERROR_CASE("received=5", FAIL, "did not arrive"),
    ERROR_CASE("refused=5", ERROR, "5 were refused"),
    ERROR_CASE("asked=0", ERROR, "of 0 entries"),
    ERROR_CASE("end_active", ERROR, "'end_active'"),
    { ERRORS, "", NULL, ERROR, "'asked'", NULL },
    RACE_CASE(NULL, PASS, "each of 37 instructions"),
    RACE_CASE("one-proves-nothing", PASS, "1 of them prove nothing"),
    RACE_CASE("a-point-fails", FAIL, "1 of 37 instructions"),
    RACE_CASE("nothing-proved", ERROR, "most of them prove nothing"),
    RACE_CASE("little-proved", ERROR, "most of them prove nothing"),
    RACE_CASE("no-point", ERROR, "no point was swept"),
    RACE_CASE("not-from-the-first", ERROR, "only a part"),
    RACE_CASE("one-left-out", ERROR, "only a part"),
    RACE_CASE("not-to-the-last", ERROR, "only a part"),
    RACE_CASE("only-a-part", ERROR, "only a part"),
    RACE_CASE("another-event", ERROR, "another event"),
    RACE_CASE("no-end", ERROR, "did not come to its end"),
    RACE_CASE("an-end-that-is-none", ERROR, "did not come to its end"),
    RACE_CASE("never-opens", ERROR, "first instruction"),
    RACE_CASE("never-closes", ERROR, "does not close"),
    RACE_CASE("never-fires", ERROR, "never fires"),
    RACE_CASE("silent-device", ERROR, "does not answer"),
    RACE_CASE("empty-window", ERROR, "is empty"),
    RACE_CASE("guest-hangs", ERROR, "come round"),
    { "x86.count.race", VR_SCENARIO_SWEEP_PAIR, "", NULL, ERROR,
      "did not come to its end", NULL },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cases_add("checks-count", cases, G_N_ELEMENTS(cases));
    return g_test_run();
}
