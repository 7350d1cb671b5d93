/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ASYM_DEACTIVATE: EOImode 1, an SPI is acknowledged and EOIed on vCPU 0, and
 * vCPU 1 writes DIR.
 */
#include "guestctl.h"
#include "scenarios.h"

#define VCPUS 4
#define ROUNDS 16
#define MAX_TIMEOUTS 3

typedef struct Counts {
    unsigned rounds;
    unsigned acked;
    unsigned deactivated;
    unsigned still_active;
    unsigned timeouts;
} Counts;

static bool prepare(VrVm *vm)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (!vr_gic_set_edge(vm, VR_GUEST_FIRST_SPI + i, true)) {
            return false;
        }
    }
    return vr_guest_start(vm) && vr_guest_wait_spinning(vm);
}

/* false: the VM cannot go on. */
static bool one_round(VrVm *vm, unsigned round, Counts *counts)
{
    uint32_t intid = VR_GUEST_FIRST_SPI + round - 1;
    bool active;

    vr_mark(VR_MARK_ROUND_BEGIN, round);
    if (!vr_guest_inject(vm, intid)) {
        return false;
    }
    if (vr_guest_wait_count(vm, &vm->shared->vcpu[0].eois[intid], 1)) {
        counts->acked++;
        if (!vr_guest_dir(vm, 1, intid) ||
            !vr_guest_retire(vm, intid, &active)) {
            return false;
        }
        counts->deactivated += !active;
        counts->still_active += active;
    } else {
        counts->timeouts++;
    }
    counts->rounds++;
    vr_mark(VR_MARK_ROUND_END, round);
    return !vm->has_error;
}

void vr_scenario_ASYM_DEACTIVATE(VrContext *ctx)
{
    VrVm vm;
    Counts counts = { 0 };
    bool timeout;

    if (vr_guest_open(ctx, &vm, VCPUS, 1, 0, VR_IDLE_SPIN) && prepare(&vm)) {
        for (unsigned r = 1; r <= ROUNDS && counts.timeouts < MAX_TIMEOUTS;
             r++) {
            if (!one_round(&vm, r, &counts)) {
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
    vr_fact(ctx, "still_active", counts.still_active);
    vr_fact(ctx, "timeout", timeout);
}
