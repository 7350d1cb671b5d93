/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IDLE: once all SPIs are retired and every vCPU has re-entered the guest,
 * each vCPU handles SGIs, DIR included, with no SPI in flight.
 */
#include "guestctl.h"
#include "scenarios.h"

#define VCPUS 4
#define ROUNDS 3
#define LEVELS 2 /* of each vCPU; one edge SPI follows them */
#define SPIS_OF_VCPU (LEVELS + 1)
#define ALL_SPIS ((UINT64_C(1) << (VCPUS * SPIS_OF_VCPU)) - 1)
#define SGI_INTID 3
#define SGIS 10

typedef struct Counts {
    unsigned rounds;
    unsigned spis;
    unsigned sgis;
    unsigned still_active;
    bool timeout;
} Counts;

static uint32_t spi_of(unsigned vcpu, unsigned n)
{
    return VR_GUEST_FIRST_SPI + vcpu * SPIS_OF_VCPU + n;
}

static bool prepare(VrVm *vm)
{
    for (unsigned v = 0; v < VCPUS; v++) {
        for (unsigned n = 0; n < SPIS_OF_VCPU; n++) {
            if (!vr_gic_set_target(vm, spi_of(v, n), v) ||
                !vr_gic_set_edge(vm, spi_of(v, n), n == LEVELS)) {
                return false;
            }
        }
    }
    return vr_guest_start(vm);
}

static bool handle_spis(VrVm *vm, unsigned vcpu, Counts *counts)
{
    for (unsigned n = 0; n < LEVELS; n++) {
        if (!vr_guest_inject_level(vm, vcpu, spi_of(vcpu, n))) {
            return false;
        }
        counts->spis++;
    }
    if (!vr_guest_inject_edge(vm, vcpu, spi_of(vcpu, LEVELS))) {
        return false;
    }
    counts->spis++;
    return true;
}

static bool handle_sgis(VrVm *vm, unsigned vcpu, Counts *counts)
{
    const uint32_t *acks = &vm->shared->vcpu[vcpu].sgi_acks;
    uint32_t before = *acks;
    bool done = vr_guest_command(vm, vcpu, VR_CMD_SELF_SGIS, SGI_INTID, SGIS);

    counts->sgis += __atomic_load_n(acks, __ATOMIC_ACQUIRE) - before;
    return done;
}

static bool one_round(VrVm *vm, unsigned round, Counts *counts)
{
    uint64_t active;

    vr_mark(VR_MARK_ROUND_BEGIN, round);
    for (unsigned v = 0; v < VCPUS; v++) {
        if (!handle_spis(vm, v, counts)) {
            return false;
        }
    }
    /* Parks and resumes all, too: every vCPU re-enters after the last SPI. */
    if (!vr_guest_retire_all(vm, ALL_SPIS, &active)) {
        return false;
    }
    counts->still_active += __builtin_popcountll(active);
    if (active) {
        return true; /* not idle: nothing to be seen in this round */
    }
    vr_mark(VR_MARK_IDLE, VCPUS);
    for (unsigned v = 0; v < VCPUS; v++) {
        if (!handle_sgis(vm, v, counts)) {
            return false;
        }
    }
    vr_mark(VR_MARK_ROUND_END, round);
    counts->rounds++;
    return true;
}

void vr_scenario_IDLE(VrContext *ctx)
{
    VrVm vm;
    Counts counts = { 0 };

    if (vr_guest_open(ctx, &vm, VCPUS, 1, VR_POLICY_GATE | VR_POLICY_DIR,
                      VR_IDLE_SPIN) &&
        prepare(&vm)) {
        for (unsigned r = 1; r <= ROUNDS && !counts.timeout; r++) {
            counts.timeout = !one_round(&vm, r, &counts);
        }
    }
    counts.timeout |= vr_guest_close(ctx, &vm);
    if (counts.rounds != ROUNDS || counts.sgis != ROUNDS * VCPUS * SGIS) {
        vr_fail(ctx, "%u of %u rounds, %u of %u SGIs", counts.rounds, ROUNDS,
                counts.sgis, ROUNDS * VCPUS * SGIS);
    }
    vr_fact(ctx, "rounds", counts.rounds);
    vr_fact(ctx, "spis", counts.spis);
    vr_fact(ctx, "sgis", counts.sgis);
    vr_fact(ctx, "still_active", counts.still_active);
    vr_fact(ctx, "timeout", counts.timeout);
}
