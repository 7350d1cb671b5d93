/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BROADCAST: while all vCPUs spin in the guest without exits, vCPU 0 takes a
 * level SPI and holds it active for a while, then deactivates it.
 */
#include "guestctl.h"
#include "scenarios.h"

#define VCPUS 4
#define ROUNDS 20
#define MAX_TIMEOUTS 3
#define HOLD_TIME (300 * VR_US)

typedef struct Counts {
    unsigned rounds;
    unsigned acked;
    unsigned deactivated;
    unsigned timeouts;
} Counts;

static bool see_all_in_guest(VrVm *vm)
{
    if (!vr_guest_wait_spinning(vm)) {
        return false;
    }
    for (unsigned i = 0; i < vm->vcpus; i++) {
        vr_mark(VR_MARK_IN_GUEST, i);
    }
    return true;
}

/* Holds the active SPI, settles, deactivates. false: the VM cannot go on. */
static bool hold_and_retire(VrVm *vm, unsigned round, uint32_t intid,
                            uint64_t hold, Counts *counts)
{
    bool active;

    vr_sleep(hold);
    vr_mark(VR_MARK_HELD, round);
    if (!vr_guest_bounce(vm)) {
        return false;
    }
    vr_mark(VR_MARK_SETTLED, round);
    if (!vr_guest_dir(vm, 0, intid) || !vr_guest_retire(vm, intid, &active)) {
        return false;
    }
    counts->deactivated += !active;
    return true;
}

static bool one_round(VrVm *vm, unsigned round, uint64_t hold, Counts *counts)
{
    uint32_t intid = VR_GUEST_FIRST_SPI + round - 1;

    if (!see_all_in_guest(vm)) {
        return false;
    }
    vr_mark(VR_MARK_ROUND_BEGIN, round);
    if (vr_guest_inject_level(vm, 0, intid)) {
        counts->acked++;
        if (!hold_and_retire(vm, round, intid, hold, counts)) {
            return false;
        }
    } else {
        counts->timeouts++;
    }
    counts->rounds++;
    vr_mark(VR_MARK_ROUND_END, round);
    return !vm->has_error;
}

void vr_scenario_BROADCAST(VrContext *ctx)
{
    VrVm vm;
    Counts counts = { 0 };
    bool timeout;

    if (vr_guest_open(ctx, &vm, VCPUS, 1, VR_POLICY_GATE, VR_IDLE_SPIN) &&
        vr_guest_start(&vm)) {
        for (unsigned r = 1; r <= ROUNDS && counts.timeouts < MAX_TIMEOUTS;
             r++) {
            if (!one_round(&vm, r, vr_patient(ctx, HOLD_TIME), &counts)) {
                break;
            }
        }
    }
    timeout = vr_guest_close(ctx, &vm) || counts.timeouts;
    if (counts.deactivated != ROUNDS) {
        vr_fail(ctx, "%u of %u SPIs deactivated", counts.deactivated, ROUNDS);
    }
    vr_fact(ctx, "rounds", counts.rounds);
    vr_fact(ctx, "acked", counts.acked);
    vr_fact(ctx, "deactivated", counts.deactivated);
    vr_fact(ctx, "timeout", timeout);
}
