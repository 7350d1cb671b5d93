/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LR_OVERFLOW: more SPIs active at once than there are list registers. Part A
 * (round 1): EOImode 1, DIR in another order, half of it on vCPU 1. Part B
 * (round 2): EOImode 0, nested by priority, EOIed innermost first.
 */
#include "guestctl.h"
#include "scenarios.h"

#define VCPUS 2
#define SPIS_A 12
#define STEP_A 5 /* without a common divisor with SPIS_A: visits each once */
#define SPIS_B 8
#define PRIORITY_B 0xd0 /* of the first; each that follows is higher */
#define MAX_TIMEOUTS 2

typedef struct Part {
    unsigned acked;
    uint64_t still_active;
    bool timeout;
} Part;

static uint64_t spis_mask(unsigned count)
{
    return (UINT64_C(1) << count) - 1;
}

static bool all_edge(VrVm *vm, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!vr_gic_set_edge(vm, VR_GUEST_FIRST_SPI + i, true)) {
            return false;
        }
    }
    return true;
}

/* Injects one after the other until too many were not taken. */
static void activate_all(VrVm *vm, Part *part)
{
    const VrGuestVcpu *guest = &vm->shared->vcpu[0];
    unsigned timeouts = 0;

    for (unsigned i = 0; i < SPIS_A && timeouts < MAX_TIMEOUTS; i++) {
        uint32_t intid = VR_GUEST_FIRST_SPI + i;

        if (!vr_guest_inject(vm, intid) ||
            !vr_guest_wait_count(vm, &guest->eois[intid], 1)) {
            timeouts++;
            part->timeout = true;
        }
    }
    part->acked = __atomic_load_n(&guest->spi_acks, __ATOMIC_ACQUIRE);
}

static bool deactivate_all(VrVm *vm)
{
    const VrGuestVcpu *guest = &vm->shared->vcpu[0];

    for (unsigned i = 0; i < SPIS_A; i++) {
        uint32_t intid = VR_GUEST_FIRST_SPI + i * STEP_A % SPIS_A;

        if (__atomic_load_n(&guest->eois[intid], __ATOMIC_ACQUIRE) &&
            !vr_guest_dir(vm, i % VCPUS, intid)) {
            return false;
        }
    }
    return true;
}

static void part_a(VrContext *ctx, Part *part)
{
    VrVm vm;

    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    if (vr_guest_open(ctx, &vm, VCPUS, 1, 0, VR_IDLE_SPIN) &&
        all_edge(&vm, SPIS_A) && vr_guest_start(&vm)) {
        activate_all(&vm, part);
        if (deactivate_all(&vm)) {
            vr_guest_retire_all(&vm, spis_mask(SPIS_A), &part->still_active);
        }
    }
    part->timeout |= vr_guest_close(ctx, &vm);
    vr_mark(VR_MARK_ROUND_END, 1);
}

static bool prepare_b(VrVm *vm)
{
    if (!all_edge(vm, SPIS_B)) {
        return false;
    }
    for (unsigned i = 0; i < SPIS_B; i++) {
        if (!vr_gic_set_priority(vm, VR_GUEST_FIRST_SPI + i,
                                 PRIORITY_B - 0x10 * i)) {
            return false;
        }
    }
    return vr_guest_start(vm);
}

static void nest(VrVm *vm, Part *part)
{
    const VrGuestVcpu *guest = &vm->shared->vcpu[0];

    for (unsigned i = 0; i < SPIS_B && !part->timeout; i++) {
        uint32_t intid = VR_GUEST_FIRST_SPI + i;

        part->timeout = !vr_guest_inject(vm, intid) ||
                        !vr_guest_wait_count(vm, &guest->acks[intid], 1);
    }
    part->acked = __atomic_load_n(&guest->spi_acks, __ATOMIC_ACQUIRE);
    /* Those that were not taken in time must not be stuck when they are. */
    vr_guest_remove_gate(vm, 0);
    part->timeout |= !vr_guest_wait_count(vm, &guest->spi_eois, part->acked);
}

static void part_b(VrContext *ctx, Part *part)
{
    VrVm vm;

    vr_mark(VR_MARK_ROUND_BEGIN, 2);
    if (vr_guest_open(ctx, &vm, VCPUS, 0, VR_POLICY_GATE | VR_POLICY_NEST,
                      VR_IDLE_SPIN) &&
        prepare_b(&vm)) {
        nest(&vm, part);
        vr_guest_retire_all(&vm, spis_mask(SPIS_B), &part->still_active);
    }
    part->timeout |= vr_guest_close(ctx, &vm);
    vr_mark(VR_MARK_ROUND_END, 2);
}

void vr_scenario_LR_OVERFLOW(VrContext *ctx)
{
    Part a = { 0 };
    Part b = { 0 };
    unsigned a_active;
    unsigned b_active;

    part_a(ctx, &a);
    if (ctx->outcome != VR_OUTCOME_SKIP) {
        part_b(ctx, &b);
    }
    a_active = __builtin_popcountll(a.still_active);
    b_active = __builtin_popcountll(b.still_active);
    if (a.acked != SPIS_A || a_active || b.acked != SPIS_B || b_active ||
        a.timeout || b.timeout) {
        vr_fail(ctx, "part A: %u of %u taken, %u still active; "
                "part B: %u of %u taken, %u still active", a.acked, SPIS_A,
                a_active, b.acked, SPIS_B, b_active);
    }
    vr_fact(ctx, "a_acked", a.acked);
    vr_fact(ctx, "a_still_active", a_active);
    vr_fact(ctx, "b_acked", b.acked);
    vr_fact(ctx, "b_still_active", b_active);
    vr_fact(ctx, "timeout", a.timeout || b.timeout);
}
