/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EOIMODE0: EOI deactivates, DIR is never written; SPIs and SGIs. */
#include "guestctl.h"
#include "scenarios.h"

#define VCPUS 4
#define SPIS 200
#define SGIS 50
#define SGI_INTID 5
#define MAX_TIMEOUTS 3

typedef struct Counts {
    unsigned injected;
    unsigned timeouts;
    uint64_t still_active;
} Counts;

/* One edge and one level SPI for each vCPU. */
static uint32_t edge_spi(unsigned vcpu)
{
    return VR_GUEST_FIRST_SPI + vcpu;
}

static uint32_t level_spi(unsigned vcpu)
{
    return VR_GUEST_FIRST_SPI + VCPUS + vcpu;
}

static bool prepare(VrVm *vm)
{
    for (unsigned v = 0; v < VCPUS; v++) {
        if (!vr_gic_set_target(vm, edge_spi(v), v) ||
            !vr_gic_set_target(vm, level_spi(v), v) ||
            !vr_gic_set_edge(vm, edge_spi(v), true)) {
            return false;
        }
    }
    return vr_guest_start(vm);
}

static void send_spis(VrVm *vm, Counts *counts)
{
    for (unsigned i = 0; i < SPIS && counts->timeouts < MAX_TIMEOUTS &&
         !vm->has_error; i++) {
        unsigned vcpu = i % VCPUS;
        bool level = i / VCPUS % 2;

        counts->injected++;
        if (level ? !vr_guest_inject_level(vm, vcpu, level_spi(vcpu)) :
                    !vr_guest_inject_edge(vm, vcpu, edge_spi(vcpu))) {
            counts->timeouts++;
        }
    }
}

static void send_sgis(VrVm *vm, Counts *counts)
{
    for (unsigned i = 0; i < SGIS && counts->timeouts < MAX_TIMEOUTS &&
         !vm->has_error; i++) {
        unsigned from = i % VCPUS;
        unsigned to = (i + i / VCPUS) % VCPUS;
        const uint32_t *acks = &vm->shared->vcpu[to].sgi_acks;
        uint32_t before = *acks;
        uint64_t value = (uint64_t)SGI_INTID << 24 | UINT64_C(1) << to;

        if (!vr_guest_command(vm, from, VR_CMD_SGI, value, 0) ||
            !vr_guest_wait_count(vm, acks, before + 1)) {
            counts->timeouts++;
        }
    }
}

static unsigned sum_acks(const VrVm *vm, bool sgis)
{
    unsigned sum = 0;

    for (unsigned v = 0; v < vm->vcpus; v++) {
        const VrGuestVcpu *guest = &vm->shared->vcpu[v];

        sum += sgis ? guest->sgi_acks : guest->spi_acks;
    }
    return sum;
}

void vr_scenario_EOIMODE0(VrContext *ctx)
{
    VrVm vm;
    Counts counts = { 0 };
    unsigned acked = 0;
    unsigned sgis = 0;
    bool timeout;

    if (vr_guest_open(ctx, &vm, VCPUS, 0, VR_POLICY_GATE, VR_IDLE_SPIN) &&
        prepare(&vm)) {
        send_spis(&vm, &counts);
        send_sgis(&vm, &counts);
        vr_guest_retire_all(&vm, (UINT64_C(1) << 2 * VCPUS) - 1,
                            &counts.still_active);
        acked = sum_acks(&vm, false);
        sgis = sum_acks(&vm, true);
    }
    timeout = vr_guest_close(ctx, &vm) || counts.timeouts;
    if (acked != SPIS || sgis != SGIS || counts.still_active) {
        vr_fail(ctx, "%u of %u SPIs, %u of %u SGIs, %d still active", acked,
                SPIS, sgis, SGIS, __builtin_popcountll(counts.still_active));
    }
    vr_fact(ctx, "injected", counts.injected);
    vr_fact(ctx, "acked", acked);
    vr_fact(ctx, "sgis", sgis);
    vr_fact(ctx, "still_active", __builtin_popcountll(counts.still_active));
    vr_fact(ctx, "timeout", timeout);
}
