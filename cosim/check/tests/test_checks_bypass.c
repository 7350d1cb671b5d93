/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks about posting into guests, on a run that holds, and on runs with
 * one flaw each. What holds for every check is in test_checks.c.
 */
#include <string.h>

#include "bypass_synth.h"

typedef void (*Script)(Synth *s, const char *flaw);

typedef struct Case {
    const char *check;
    Script script;
    const char *flaw; /* NULL: none */
    VrOutcome outcome;
    const char *reason; /* has to be part of the verdict's reason */
} Case;

/* --- x86.bypass.posted --- */

/* One to the running guest as it should be, and each way in which it is not. */
static void single(const char *flaw)
{
    const unsigned v = VECTOR;

    if (is(flaw, "not-posted")) {
        request(0);
        message(VR_EFF_MSG, VR_VTD_REMAPPED, 1, 0x24);
        return;
    }
    request(0);
    set_pir(PID0, 0, is(flaw, "foreign-vector") ? 0x48 : v);
    if (is(flaw, "on-not-set")) {
        cas(PID0 + 32, control(1, NV, 0), control(1, NV, 0));
    } else if (is(flaw, "elsewhere")) {
        set_on(PID0, control(2, NV, 0));
    } else if (is(flaw, "other-vector")) {
        set_on(PID0, control(1, WAKEUP, 0));
    } else {
        set_on(PID0, control(1, NV, 0));
    }
    if (is(flaw, "notification-exits")) {
        leave(1, EXTERNAL, 0x80000000 | NV);
        enter_virr(1, PID0, control(1, NV, 0), bit(v));
    } else if (is(flaw, "exit-between")) {
        leave(1, EPT_VIOLATION, 0);
        enter_virr(1, PID0, control(1, NV, 0), bit(v));
    } else if (is(flaw, "timer-between")) {
        leave(1, EXTERNAL, TIMER);
        enter_virr(1, PID0, control(1, NV, 0), bit(v));
    } else {
        process(1, is(flaw, "not-found") ? 0
                   : is(flaw, "found-more") ? bit(v) | bit(v + 1) : bit(v));
    }
    if (!is(flaw, "undelivered")) {
        deliver(1, v);
    }
    if (is(flaw, "twice")) {
        deliver(1, v);
    }
}

/* The host has the vCPU for a moment, in which one is posted. */
static void in_host(const char *flaw)
{
    Entry e = {
        .cpu = 1, .pid = PID0, .control = control(1, NV, 0),
        .virr = bit(VECTOR + 1),
    };

    leave(1, EXTERNAL, TIMER);
    post(1, PID0, control(1, NV, 0));
    if (is(flaw, "sn-at-entry")) {
        e.control |= SN;
    } else if (is(flaw, "ndst-at-entry")) {
        e.control = control(2, NV, 0);
    } else if (is(flaw, "nv-at-entry")) {
        e.control = control(1, WAKEUP, 0);
    } else if (is(flaw, "vanishes")) {
        e.virr = 0;
    } else if (is(flaw, "appears")) {
        e.virr |= bit(VECTOR + 2);
    } else if (is(flaw, "on-clear") || is(flaw, "still-in-pir")) {
        e.pir = e.virr;
        e.virr = 0;
        e.control |= is(flaw, "still-in-pir") ? ON : 0;
    }
    enter_with(&e);
    if (is(flaw, "still-in-pir")) {
        process(1, e.pir);
    }
    if (is(flaw, "lost")) {
        vr_trace(VR_TRACE_VMX_PI_LOST, 1, NV, control(1, NV, ON), PID0, 0x1000,
                 VMCS);
    }
    deliver(1, VECTOR + 1);
}

static void burst(const char *flaw)
{
    const uint64_t v = bit(VECTOR + 2);

    post(2, PID0, control(1, NV, 0));
    if (is(flaw, "pir-empties")) {
        request(2);
        set_pir(PID0, 0, VECTOR + 2);
        set_on(PID0, control(1, NV, ON));
    } else {
        request(2);
        set_pir(PID0, v, VECTOR + 2);
        set_on(PID0, control(1, NV, ON));
    }
    if (is(flaw, "timer-between")) {
        leave(1, EXTERNAL, TIMER);
        enter_virr(1, PID0, control(1, NV, 0), v);
    } else {
        process(1, v);
    }
    if (is(flaw, "merged")) {
        post(2, PID0, control(1, NV, 0));
        process(1, v);
    }
    deliver(1, VECTOR + 2);
}

static void nic(const char *flaw)
{
    message(VR_STIM_MSG, VR_VTD_REQUEST, ADDRESS, (uint64_t)NIC_SOURCE << 32);
    if (is(flaw, "nic-remapped")) {
        message(VR_EFF_MSG, VR_VTD_REMAPPED, 1, 0x24);
        return;
    }
    set_pir(PID0, 0, 0x60);
    set_on(PID0, control(1, NV, 0));
    process(1, bit(0x60));
    deliver(1, 0x60);
}

static void posted(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_BYPASS_POSTED;

    begin(s, n, flaw, 1);
    enter(1, PID0, control(1, NV, 0));
    round_of(1);
    single(flaw);
    round_ends(1);
    round_of(2);
    in_host(flaw);
    round_ends(2);
    round_of(3);
    burst(flaw);
    round_ends(3);
    round_of(4);
    nic(flaw);
    round_ends(4);
    facts(s, n, flaw, "singles=1 singles_in_time=1 host_irqs=0 paced=1 "
                      "bursts=2 nic=1 nic_received=1 nic_entries=4 "
                      "nic_posted_entries=4");
    finish(s, n, flaw, 4);
}

/* All of it while the vCPU is in the host */
static void never_inside(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_BYPASS_POSTED;

    begin(s, n, flaw, 1);
    enter(1, PID0, control(1, NV, 0));
    leave(1, EXTERNAL, TIMER);
    for (unsigned i = 1; i <= 4; i++) {
        round_of(i);
        if (i == 4) {
            message(VR_STIM_MSG, VR_VTD_REQUEST, ADDRESS,
                    (uint64_t)NIC_SOURCE << 32);
            set_pir(PID0, 0, VECTOR);
            set_on(PID0, control(1, NV, 0));
        } else {
            post(0, PID0, control(1, NV, 0));
        }
        enter_virr(1, PID0, control(1, NV, 0), bit(VECTOR));
        deliver(1, VECTOR);
        leave(1, EXTERNAL, TIMER);
        round_ends(i);
    }
    facts(s, n, flaw, "singles=1 singles_in_time=1 host_irqs=0 paced=1 "
                      "bursts=1 nic=1 nic_received=1 nic_entries=4 "
                      "nic_posted_entries=4");
    finish(s, n, flaw, 4);
}

/* --- x86.bypass.halted --- */

static void halted(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_BYPASS_HALTED;

    begin(s, n, flaw, 2);
    enter(1, PID0, control(1, NV, 0));
    leave(1, HLT, 0);
    for (unsigned i = 1; i <= 2; i++) {
        const bool flawed = i == 2;

        round_of(i);
        post(0, PID0, control(1, flawed && is(flaw, "active-vector") ? NV
                                                                     : WAKEUP,
                              0));
        if (flawed && is(flaw, "sleeps")) {
            round_ends(i);
            break;
        }
        enter_virr(1, PID0,
                   control(1, flawed && is(flaw, "nv-stays") ? WAKEUP : NV, 0),
                   bit(VECTOR));
        deliver(1, VECTOR);
        leave(1, HLT, 0);
        if (flawed && is(flaw, "again")) {
            post(1, PID0, control(1, WAKEUP, 0));
            enter_virr(1, PID0, control(1, NV, 0), bit(VECTOR + 1));
            deliver(1, VECTOR + 1);
            leave(1, HLT, 0);
        }
        round_ends(i);
    }
    facts(s, n, flaw, "rounds=2 blocked=2 armed=2 in_time=2 wakeups=2");
    finish(s, n, flaw, is(flaw, "again") ? 3 : is(flaw, "sleeps") ? 1 : 2);
}

/* --- x86.bypass.preempted, x86.bypass.migrate --- */

static void preempted(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_BYPASS_PREEMPTED;
    const uint64_t sn = is(flaw, "never-sn") ? 0 : SN;
    Entry e = {
        .cpu = 1, .pid = PID0, .control = control(1, NV, 0),
        .virr = bit(VECTOR),
    };

    begin(s, n, flaw, 1);
    enter(1, PID0, control(1, NV, 0));
    round_of(1);
    leave(1, EXTERNAL, TIMER);
    post(0, PID0, control(1, NV, sn));
    if (is(flaw, "sn-stays")) {
        e.control |= SN;
    } else if (is(flaw, "not-looked-at")) {
        e.pir = e.virr;
        e.virr = 0;
    } else if (is(flaw, "vanishes")) {
        e.virr = 0;
    }
    enter_with(&e);
    if (!is(flaw, "left")) {
        deliver(1, VECTOR);
    }
    post(1, PID0, control(1, NV, 0));
    if (is(flaw, "exit-between")) {
        leave(1, EPT_VIOLATION, 0);
        enter_virr(1, PID0, control(1, NV, 0), bit(VECTOR + 1));
    } else {
        process(1, bit(VECTOR + 1));
    }
    deliver(1, VECTOR + 1);
    round_ends(1);
    facts(s, n, flaw, "fired=2 settled=1");
    synth_fact(s, vr_scenario_name(n), "preemptions",
               is(flaw, "no-rival") ? 0 : 7);
    finish(s, n, flaw, is(flaw, "left") ? 1 : 2);
}

static void migrate(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_BYPASS_MIGRATE;
    const unsigned other = is(flaw, "stays") ? 1 : 2;

    begin(s, n, flaw, 1);
    enter(1, PID0, control(1, NV, 0));
    round_of(1);
    post(0, PID0, control(1, NV, 0));
    process(1, bit(VECTOR));
    deliver(1, VECTOR);
    leave(1, EXTERNAL, TIMER);
    enter(other, PID0, control(is(flaw, "ndst-stays") ? 1 : other, NV, 0));
    post(1, PID0, control(is(flaw, "old-cpu") ? 1 : other, NV, 0));
    process(other, bit(VECTOR + 1));
    if (!is(flaw, "left")) {
        deliver(other, VECTOR + 1);
    }
    round_ends(1);
    facts(s, n, flaw, "fired=2 settled=1 moves=1");
    finish(s, n, flaw, is(flaw, "left") ? 1 : 2);
}

/* --- x86.bypass.affinity --- */

static void routed(unsigned vector, unsigned vcpu, unsigned as)
{
    synth_mark(VR_MARK_ROUTED, vector | vcpu << 16 | (uint64_t)as << 24);
}

static void one_to(unsigned vcpu, unsigned vector)
{
    const uint64_t pid = vcpu ? PID1 : PID0;

    request(0);
    set_pir(pid, 0, vector);
    set_on(pid, control(vcpu, NV, 0));
    vr_trace(VR_TRACE_VMX_PI, vcpu, NV, control(vcpu, NV, ON),
             control(vcpu, NV, 0), pid, VMCS);
    vr_trace(VR_TRACE_VMX_PI_PIR, vcpu, NV, 0, bit(vector), 0, 0);
    deliver(vcpu, vector);
}

static void affinity(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_BYPASS_AFFINITY;

    begin(s, n, flaw, 2);
    enter(0, PID0, control(0, NV, 0));
    enter(1, PID1, control(1, NV, 0));
    routed(0, 0, VECTOR);
    round_of(1);
    one_to(0, VECTOR);
    one_to(1, VECTOR + 1); /* just before the mark says so */
    if (is(flaw, "goes-back")) {
        one_to(0, VECTOR);
    } else if (is(flaw, "unmarked")) {
        round_ends(1);
        facts(s, n, flaw, "fired=2 changes=1 settled=1");
        finish(s, n, flaw, 2);
        return;
    }
    routed(0, 1, is(flaw, "elsewhere") ? VECTOR + 2 : VECTOR + 1);
    if (is(flaw, "stale")) {
        one_to(0, VECTOR);
    } else if (is(flaw, "remapped")) {
        request(0);
        message(VR_EFF_MSG, VR_VTD_REMAPPED, 1, 0x24);
    } else {
        one_to(1, VECTOR + 1);
    }
    round_ends(1);
    facts(s, n, flaw, is(flaw, "goes-back") ? "fired=4 changes=1 settled=1"
                                            : "fired=3 changes=1 settled=1");
    finish(s, n, flaw, is(flaw, "goes-back") ? 4
                       : is(flaw, "remapped") ? 2 : 3);
}

/* --- x86.bypass.multicast --- */

static void not_posted(unsigned vcpus, bool flawed)
{
    request(1);
    if (flawed) {
        set_pir(PID0, 0, 0x70);
        set_on(PID0, control(0, NV, 0));
        process(0, bit(0x70));
        deliver(0, 0x70);
        return;
    }
    message(VR_EFF_MSG, VR_VTD_REMAPPED, 1, 0x24);
    for (unsigned i = 0; i < vcpus; i++) {
        vr_trace(VR_TRACE_VMX_PI, i, NV, control(i, NV, ON), control(i, NV, 0),
                 i ? PID1 : PID0, VMCS);
        vr_trace(VR_TRACE_VMX_PI_PIR, i, NV, 0, bit(0x70), 0, 0);
        deliver(i, 0x70);
    }
}

static void multicast(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_BYPASS_MULTICAST;

    begin(s, n, flaw, 2);
    enter(0, PID0, control(0, NV, 0));
    enter(1, PID1, control(1, NV, 0));
    for (unsigned i = 1; i <= 4; i++) {
        round_of(i);
        if (i < 3) {
            not_posted(2, (i == 1 && is(flaw, "all-posted")) ||
                          (i == 2 && is(flaw, "several-posted")));
        } else if (i == 4 && is(flaw, "lowest-lost")) {
            message(VR_STIM_MSG, VR_VTD_REQUEST, ADDRESS, 0);
            message(VR_EFF_MSG, VR_VTD_REMAPPED, 1, 0x24);
        } else if (i == 4) {
            not_posted(1, false);
        }
        round_ends(i);
        round_of(5);
        if (i == 2 && is(flaw, "not-back")) {
            not_posted(1, false);
        } else {
            one_to(1, 0x70);
        }
        round_ends(5);
    }
    facts(s, n, flaw, "all_posted=0 all=1 all_received=2 all_host=1 "
                      "several_posted=0 several=1 several_received=2 "
                      "several_host=1 nmi_posted=0 nmi=0 nmi_received=0 "
                      "nmi_host=0 lowest=1 lowest_received=1 back_posted=4 "
                      "back_changes=4 back=4 back_received=4 back_host=0");
    finish(s, n, flaw, 9);
}

#define POSTED "x86.bypass.posted"
#define HALTED "x86.bypass.halted"
#define PREEMPTED "x86.bypass.preempted"
#define MIGRATE "x86.bypass.migrate"
#define AFFINITY "x86.bypass.affinity"
#define MULTICAST "x86.bypass.multicast"
#define PASS VR_VERDICT_PASS
#define FAIL VR_VERDICT_FAIL
#define ERROR VR_VERDICT_ERROR
#define NONE VR_VERDICT_NOT_APPLICABLE

static const Case cases[] = {
    { POSTED, posted, NULL, PASS, "5 posts, 4 delivered, 1 coalesced" },
    { POSTED, posted, "merged", FAIL, "posts in bursts: 3, not 2" },
    { POSTED, posted, "still-in-pir", PASS, "5 posts, 4 delivered" },
    { POSTED, posted, "timer-between", FAIL, "only 1 were delivered" },
    { POSTED, posted, "posted_entries", FAIL, "7 are in the posted format" },
    { POSTED, posted, "no-pid", ERROR, "where the descriptors" },
    { POSTED, posted, "not-posted", FAIL, "interrupts: 0, not 1" },
    { POSTED, posted, "foreign-vector", FAIL, "no device was given" },
    { POSTED, posted, "on-not-set", FAIL, "ON was not set" },
    { POSTED, posted, "elsewhere", FAIL, "goes to another CPU" },
    { POSTED, posted, "other-vector", FAIL, "the VMCS's vector" },
    { POSTED, posted, "notification-exits", FAIL, "caused a VM exit" },
    { POSTED, posted, "exit-between", FAIL, "between a post and its delivery" },
    { POSTED, posted, "not-found", FAIL, "did not find" },
    { POSTED, posted, "found-more", FAIL, "the unit did not post" },
    { POSTED, posted, "undelivered", FAIL, "vanished before" },
    { POSTED, posted, "twice", FAIL, "nobody posted" },
    { POSTED, posted, "sn-at-entry", FAIL, "SN is set" },
    { POSTED, posted, "ndst-at-entry", FAIL, "NDST is not" },
    { POSTED, posted, "nv-at-entry", FAIL, "NV of the descriptor" },
    { POSTED, posted, "vanishes", FAIL, "vanished before" },
    { POSTED, posted, "appears", FAIL, "appeared before" },
    { POSTED, posted, "on-clear", FAIL, "ON is clear" },
    { POSTED, posted, "lost", FAIL, "notification is lost" },
    { POSTED, posted, "pir-empties", FAIL, "vanished from PIR" },
    { POSTED, posted, "nic-remapped", FAIL, "posts of single interrupts" },
    { POSTED, posted, "nic_posted_entries", FAIL, "entries of the NIC" },
    { POSTED, posted, "nic_received", FAIL, "of the NIC are missing" },
    { POSTED, posted, "received_all", FAIL, "handler ran 3 times" },
    { POSTED, posted, "singles_in_time", FAIL, "in time" },
    { POSTED, posted, "host_irqs", FAIL, "the host handled" },
    { POSTED, posted, "paced", FAIL, "at a steady pace: 1, not 0" },
    { POSTED, posted, "asked-more", ERROR, "1000 asked for" },
    { POSTED, posted, "-received_all", ERROR, "'received_all'" },
    { POSTED, posted, "builtin", NONE, "QEMU's own" },
    { POSTED, never_inside, "never-inside", ERROR, "while the vCPU was in" },
    { HALTED, halted, NULL, PASS, "2 times blocked" },
    { HALTED, halted, "armed", FAIL, "not the wakeup vector" },
    { HALTED, halted, "blocked", FAIL, "did not block" },
    { HALTED, halted, "in_time", FAIL, "was not woken" },
    { HALTED, halted, "wakeups", FAIL, "1 wakeup interrupts for 2" },
    { HALTED, halted, "active-vector", FAIL, "1 by the active one" },
    { HALTED, halted, "again", FAIL, "2 posts" },
    { HALTED, halted, "sleeps", FAIL, "0 deliveries" },
    { HALTED, halted, "nv-stays", FAIL, "NV of the descriptor" },
    { HALTED, halted, "same-pid", FAIL, "the same descriptor" },
    { HALTED, halted, "received_all", FAIL, "handler ran 1 times" },
    { HALTED, halted, "builtin", NONE, "QEMU's own" },
    { PREEMPTED, preempted, NULL, PASS, "2 posts, 1 under SN" },
    { PREEMPTED, preempted, "never-sn", FAIL, "no post found SN" },
    { PREEMPTED, preempted, "sn-stays", FAIL, "SN is set" },
    { PREEMPTED, preempted, "not-looked-at", FAIL, "ON is clear" },
    { PREEMPTED, preempted, "vanishes", FAIL, "vanished" },
    { PREEMPTED, preempted, "left", FAIL, "1 requests were left" },
    { PREEMPTED, preempted, "exit-between", FAIL, "a VM exit between" },
    { PREEMPTED, preempted, "settled", FAIL, "stay behind" },
    { PREEMPTED, preempted, "fired", FAIL, "of 1 interrupts 2" },
    { PREEMPTED, preempted, "no-rival", ERROR, "never preempted" },
    { PREEMPTED, preempted, "asked-more", ERROR, "asked for" },
    { PREEMPTED, preempted, "builtin", NONE, "QEMU's own" },
    { MIGRATE, migrate, NULL, PASS, "1 moves over 2 CPUs, 2 posts" },
    { MIGRATE, migrate, "ndst-stays", FAIL, "NDST is not" },
    { MIGRATE, migrate, "old-cpu", FAIL, "goes to another CPU" },
    { MIGRATE, migrate, "left", FAIL, "1 requests were left" },
    { MIGRATE, migrate, "settled", FAIL, "stay behind" },
    { MIGRATE, migrate, "stays", ERROR, "ran on 1 CPUs" },
    { MIGRATE, migrate, "moves", ERROR, "moved 0 times" },
    { MIGRATE, migrate, "builtin", NONE, "QEMU's own" },
    { AFFINITY, affinity, NULL, PASS, "3 posts, each to its place" },
    { AFFINITY, affinity, "stale", FAIL, "never wanted them" },
    { AFFINITY, affinity, "elsewhere", FAIL, "never wanted them" },
    { AFFINITY, affinity, "goes-back", FAIL, "its old place" },
    { AFFINITY, affinity, "unmarked", FAIL, "never wanted them" },
    { AFFINITY, affinity, "remapped", FAIL, "1 remapped" },
    { AFFINITY, affinity, "settled", FAIL, "stay behind" },
    { AFFINITY, affinity, "same-pid", FAIL, "the same descriptor" },
    { AFFINITY, affinity, "received_all", FAIL, "handler ran 2 times" },
    { AFFINITY, affinity, "changes", ERROR, "0 changes" },
    { AFFINITY, affinity, "builtin", NONE, "QEMU's own" },
    { MULTICAST, multicast, NULL, PASS, "3 for several vCPUs remapped" },
    { MULTICAST, multicast, "all_posted", FAIL, "cannot be posted is in" },
    { MULTICAST, multicast, "nmi_posted", FAIL, "cannot be posted is in" },
    { MULTICAST, multicast, "all_received", FAIL, "all_received is 1" },
    { MULTICAST, multicast, "several_host", FAIL, "did not handle each" },
    { MULTICAST, multicast, "all-posted", FAIL, "round 1: of 1" },
    { MULTICAST, multicast, "several-posted", FAIL, "round 2: of 1" },
    { MULTICAST, multicast, "lowest_received", FAIL, "lowest_received is 0" },
    { MULTICAST, multicast, "lowest-lost", FAIL, "by lowest priority" },
    { MULTICAST, multicast, "not-back", FAIL, "1 were remapped" },
    { MULTICAST, multicast, "back_posted", FAIL, "does not come back" },
    { MULTICAST, multicast, "back_host", FAIL, "the host handled" },
    { MULTICAST, multicast, "-back", ERROR, "'back'" },
    { MULTICAST, multicast, "builtin", NONE, "QEMU's own" },
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
            "/checks-bypass/%s/%s", cases[i].check,
            cases[i].flaw ? cases[i].flaw : "holds");

        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
