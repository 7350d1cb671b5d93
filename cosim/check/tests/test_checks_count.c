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
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cases_add("checks-count", cases, G_N_ELEMENTS(cases));
    return g_test_run();
}
