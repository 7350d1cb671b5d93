/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * STRESS: many SPIs in flight at once, each acknowledged and EOIed on a
 * pseudo-random vCPU and deactivated on another one. An SPI is injected again
 * as soon as a vCPU has written DIR for it. See guest/stress.c for its part.
 */
#include "guestctl.h"
#include "scenarios.h"
#include "watchdog.h"

#define VCPUS 4
#define IN_FLIGHT 24
#define ALL_SPIS ((UINT64_C(1) << IN_FLIGHT) - 1)
#define REROUTE_SHIFT 3 /* one SPI in eight gets a new target after its DIR */
#define LOOK_STEP (10 * VR_US)
#define STRESS_LIMIT (60 * VR_SEC)
#define REARM_PERIOD 10000

typedef struct Stress {
    const VrContext *ctx;
    VrVm *vm;
    uint32_t total;
    uint32_t injected;
    uint64_t out; /* injected, DIR not yet written; bit n: INTID 32 + n */
    uint64_t since[IN_FLIGHT]; /* when it was injected */
    bool stalled;
} Stress;

typedef struct Sums {
    uint64_t acked;
    uint64_t dirs;
    uint64_t doubled;
} Sums;

/* splitmix64: seeds that are near each other give unlike streams. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool prepare(VrVm *vm, uint64_t seed)
{
    vm->shared->reroute_shift = REROUTE_SHIFT;
    for (unsigned v = 0; v < VCPUS; v++) {
        vm->shared->vcpu[v].random = next_random(&seed) | 1;
    }
    for (unsigned i = 0; i < IN_FLIGHT; i++) {
        if (!vr_gic_set_edge(vm, VR_GUEST_FIRST_SPI + i, true) ||
            !vr_gic_set_target(vm, VR_GUEST_FIRST_SPI + i,
                               next_random(&seed) % VCPUS)) {
            return false;
        }
    }
    return vr_guest_start(vm);
}

static bool inject(Stress *s, unsigned n, uint64_t now)
{
    s->injected++;
    s->out |= UINT64_C(1) << n;
    s->since[n] = now;
    __atomic_fetch_or(&s->vm->shared->injected, UINT64_C(1) << n,
                      __ATOMIC_ACQ_REL);
    if (s->injected % REARM_PERIOD == 0) {
        vr_watchdog_arm(VR_SCENARIO_STRESS,
                        vr_patient(s->ctx, STRESS_LIMIT));
    }
    return vr_guest_inject(s->vm, VR_GUEST_FIRST_SPI + n);
}

/* Injects those in spis as long as there are some left to inject. */
static bool inject_all(Stress *s, uint64_t spis)
{
    uint64_t now = vr_now();

    for (unsigned n = 0; n < IN_FLIGHT && s->injected < s->total; n++) {
        if (spis >> n & 1 && !inject(s, n, now)) {
            return false;
        }
    }
    return true;
}

/* Takes note of the SPIs for which DIR was written meanwhile. */
static uint64_t collect(Stress *s)
{
    uint64_t done = __atomic_exchange_n(&s->vm->shared->done, 0,
                                        __ATOMIC_ACQ_REL);

    for (uint64_t bits = done; bits; bits &= bits - 1) {
        vr_mark(VR_MARK_RETIRED,
                VR_GUEST_FIRST_SPI + __builtin_ctzll(bits));
    }
    s->out &= ~done;
    return done;
}

static bool is_stalled(const Stress *s)
{
    uint64_t now = vr_now();

    for (uint64_t bits = s->out; bits; bits &= bits - 1) {
        if (now - s->since[__builtin_ctzll(bits)] > s->vm->patience) {
            return true;
        }
    }
    return false;
}

/* Until all are done; or one was not for too long: then nothing new. */
static void run(Stress *s)
{
    uint64_t done = ALL_SPIS;

    while (!s->vm->has_error) {
        if (done && !inject_all(s, done)) {
            return;
        }
        if (!s->out) {
            return;
        }
        vr_sleep(LOOK_STEP);
        done = collect(s);
        if (!done && is_stalled(s)) {
            s->stalled = true;
            return;
        }
    }
}

/*
 * Of the active SPIs, those for which DIR was written since they became
 * active. An SPI that is out, and whose injection was taken note of, became
 * active by it and has not come to its DIR.
 */
static uint64_t stuck(const Stress *s, uint64_t active)
{
    return active & ALL_SPIS & ~(s->out & ~s->vm->shared->injected);
}

static Sums sum_up(const VrVm *vm)
{
    Sums sums = { 0 };

    for (unsigned v = 0; v < VCPUS; v++) {
        const VrGuestVcpu *guest = &vm->shared->vcpu[v];

        sums.acked += guest->spi_acks;
        sums.dirs += guest->dirs;
        sums.doubled += guest->doubled + guest->strayed;
    }
    return sums;
}

void vr_scenario_STRESS(VrContext *ctx)
{
    VrVm vm;
    Stress s = { .ctx = ctx, .vm = &vm, .total = ctx->params->stress };
    Sums sums = { 0 };
    uint64_t active = 0;
    uint64_t lost;
    uint64_t deactivated;
    bool timeout;

    if (vr_guest_open(ctx, &vm, VCPUS, 1, VR_POLICY_HAND_OVER,
                      VR_IDLE_SPIN) &&
        prepare(&vm, ctx->params->seed)) {
        run(&s);
        if (vr_vm_park(&vm) && vr_gic_read_active(&vm, &active)) {
            collect(&s);
            active = stuck(&s, active);
        }
        sums = sum_up(&vm);
    }
    timeout = vr_guest_close(ctx, &vm) || s.stalled;
    lost = s.injected > sums.acked ? s.injected - sums.acked : 0;
    deactivated = sums.dirs - __builtin_popcountll(active);
    if (sums.acked != s.total || deactivated != s.total || sums.doubled ||
        timeout) {
        vr_fail(ctx, "%u of %u SPIs injected, %llu acknowledged, %llu "
                "deactivated", s.injected, s.total,
                (unsigned long long)sums.acked,
                (unsigned long long)deactivated);
    }
    vr_fact(ctx, "injected", s.injected);
    vr_fact(ctx, "acked", sums.acked);
    vr_fact(ctx, "deactivated", deactivated);
    vr_fact(ctx, "lost", lost);
    vr_fact(ctx, "doubled", sums.doubled);
    vr_fact(ctx, "still_active", __builtin_popcountll(active));
    vr_fact(ctx, "timeout", timeout);
}
