/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * APICV_SELF_IPI: a vCPU interrupts itself COUNT times in each round.
 *   1  x2APIC: ICR, with the self shorthand
 *   2  x2APIC: ICR, with its own id
 *   3  x2APIC: the SELF IPI register
 *   4  x2APIC: ICR, to an APIC that does not exist: what the write costs alone,
 *      on KVM's fast path
 *   5  x2APIC: ICR, to all others, of which there are none: the same, on the
 *      way that the self shorthand takes
 *   6  xAPIC: ICR, with the self shorthand
 *   7  x2APIC: two vCPUs interrupt each other and move between CPUs meanwhile
 * Each has the facts sent, received and missing, and of rounds 1 to 6 least and
 * all, in ticks of the TSC; nops_least is that of 100 instructions, and counted
 * is 1 where time is counted by instructions.
 */
#include <stdio.h>

#include "clock.h"
#include "guestctl.h"
#include "scenarios.h"
#include "testdev.h"

#define COUNT 200u
#define LOAD_COUNT 500u
#define MOVES 20u
#define MOVE_PERIOD (2 * VR_MS)
#define VECTOR 0x50
#define ROUND_LIMIT (3 * VR_SEC)
#define NOBODY 0x77u /* an APIC id */

#define ICR_OTHERS (3u << 18)

enum { SHORTHAND = 1, OWN_ID, MSR, NOBODYS, OTHERS, XAPIC, LOAD };

static const char *const names[] = {
    [SHORTHAND] = "icr_self", [OWN_ID] = "icr_id", [MSR] = "self_msr",
    [NOBODYS] = "icr_nobody", [OTHERS] = "icr_others",
    [XAPIC] = "xapic_self", [LOAD] = "load",
};

static void fact(const VrGuest *guest, unsigned round, const char *what,
                 uint64_t value)
{
    char key[40];

    snprintf(key, sizeof(key), "%s_%s", names[round], what);
    vr_fact(guest->ctx, key, value);
}

static void report(const VrGuest *guest, unsigned round, const uint64_t *sent,
                   const uint32_t *received)
{
    uint64_t all_sent = 0, missing = 0;
    uint32_t all_received = 0;

    for (unsigned i = 0; i < guest->vm.vcpus; i++) {
        all_sent += guest->vcpu[i]->sent - sent[i];
        missing += guest->vcpu[i]->missing;
        all_received += vr_guest_received(guest, i, VECTOR) - received[i];
    }
    fact(guest, round, "sent", all_sent);
    fact(guest, round, "received", all_received);
    fact(guest, round, "missing", missing);
}

static void report_ticks(const VrGuest *guest, unsigned round)
{
    fact(guest, round, "least", guest->vcpu[0]->ticks_least);
    fact(guest, round, "all", guest->vcpu[0]->ticks_all);
}

static bool tell(VrGuest *guest, unsigned round)
{
    switch (round) {
    case SHORTHAND:
    case XAPIC:
        return vr_guest_tell(guest, 0, VR_CMD_SELF_IPI, VECTOR, COUNT,
                             VR_SELF_ICR, 0);
    case OWN_ID:
        return vr_guest_tell(guest, 0, VR_CMD_SELF_IPI, VECTOR, COUNT,
                             VR_SELF_ICR_ID, 0);
    case MSR:
        return vr_guest_tell(guest, 0, VR_CMD_SELF_IPI, VECTOR, COUNT,
                             VR_SELF_MSR, 0);
    case NOBODYS:
        return vr_guest_tell(guest, 0, VR_CMD_ICR,
                             (uint64_t)NOBODY << 32 | VECTOR, COUNT, 0, 0);
    case OTHERS:
        return vr_guest_tell(guest, 0, VR_CMD_ICR, ICR_OTHERS | VECTOR, COUNT,
                             0, 0);
    default: /* LOAD: vCPU 0 waits for each that vCPU 1 receives */
        return vr_guest_tell(guest, 0, VR_CMD_IPI, VECTOR, 1, LOAD_COUNT, 2) &&
               vr_guest_tell(guest, 1, VR_CMD_IPI, VECTOR, 0, LOAD_COUNT, 1);
    }
}

/* Each vCPU goes round the CPUs, in its own direction. */
static void move_about(VrGuest *guest)
{
    unsigned pcpus = guest->ctx->vcpu_pcpus;

    for (unsigned i = 1; i <= MOVES; i++) {
        vr_sleep(MOVE_PERIOD);
        vr_guest_move(guest, 0, i % pcpus);
        vr_guest_move(guest, 1, (pcpus + 1 - i % pcpus) % pcpus);
    }
}

static bool play(VrGuest *guest, unsigned round)
{
    uint64_t sent[VR_GUEST_MAX_VCPUS];
    uint32_t received[VR_GUEST_MAX_VCPUS];
    bool ok;

    for (unsigned i = 0; i < guest->vm.vcpus; i++) {
        sent[i] = guest->vcpu[i]->sent;
        received[i] = vr_guest_received(guest, i, VECTOR);
    }
    vr_mark(VR_MARK_ROUND_BEGIN, round);
    ok = tell(guest, round);
    if (ok && round == LOAD) {
        move_about(guest);
    }
    for (unsigned i = 0; ok && i < guest->vm.vcpus; i++) {
        ok = vr_guest_wait_done(guest, i, vr_patient(guest->ctx, ROUND_LIMIT));
    }
    vr_mark(VR_MARK_ROUND_END, round);
    report(guest, round, sent, received);
    if (round != LOAD) {
        report_ticks(guest, round);
    }
    return ok;
}

static bool measure_nops(VrGuest *guest)
{
    bool ok = vr_guest_order(guest, 0, VR_CMD_NOPS, COUNT, 0, 0, 0);

    vr_fact(guest->ctx, "nops_least", guest->vcpu[0]->ticks_least);
    return ok;
}

/* In one VM, with the APICs in one mode; false: something hung. */
static bool play_rounds(VrContext *ctx, bool x2apic, unsigned vcpus,
                        const unsigned *rounds)
{
    const VrGuestConfig config = { .vcpus = vcpus, .x2apic = x2apic };
    VrGuest guest;
    bool ok = vr_guest_create(&guest, ctx, &config) && vr_guest_start(&guest);

    if (ok && *rounds == SHORTHAND) {
        ok = measure_nops(&guest);
    }
    for (; ok && *rounds; rounds++) {
        ok = play(&guest, *rounds);
    }
    return vr_guest_destroy(&guest) && ok;
}

void vr_scenario_APICV_SELF_IPI(VrContext *ctx)
{
    static const unsigned alone[] = {
        SHORTHAND, OWN_ID, MSR, NOBODYS, OTHERS, 0,
    };
    static const unsigned xapic[] = { XAPIC, 0 };
    static const unsigned load[] = { LOAD, 0 };
    bool ok;

    vr_guest_host_facts(ctx);
    vr_fact(ctx, "counted", vr_testdev_instructions() != 0);
    ok = play_rounds(ctx, true, 1, alone) &&
         play_rounds(ctx, false, 1, xapic) && play_rounds(ctx, true, 2, load);
    if (ctx->outcome != VR_OUTCOME_SKIP) {
        vr_fact(ctx, "timeout", !ok);
    }
}
