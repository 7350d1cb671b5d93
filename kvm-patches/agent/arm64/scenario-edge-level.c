/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EDGE_LEVEL: SPIs by every way that user space has to raise them, taken on
 * vCPU 0 and deactivated on vCPU 1.
 */
#include "guestctl.h"
#include "irqfd.h"
#include "scenarios.h"

#define VCPUS 2
#define EACH 20
#define MAX_TIMEOUTS 3

typedef enum Kind {
    EDGE_LINE,
    EDGE_IRQFD,
    LEVEL_LINE,
    LEVEL_REFIRE,
    LEVEL_RESAMPLE,
    KINDS,
} Kind;

static const char *const fact_names[KINDS] = {
    "edge_line", "edge_irqfd", "level_line", "level_refire", "level_resample",
};

typedef struct Counts {
    unsigned right[KINDS];
    unsigned timeouts;
    unsigned resamples;
} Counts;

typedef struct Source {
    VrVm *vm;
    Kind kind;
    uint32_t intid;
    VrIrqfd irqfd;
} Source;

static uint32_t load_acks(const Source *s)
{
    return __atomic_load_n(&s->vm->shared->vcpu[0].acks[s->intid],
                           __ATOMIC_ACQUIRE);
}

static uint32_t load_eois(const Source *s)
{
    return __atomic_load_n(&s->vm->shared->vcpu[0].eois[s->intid],
                           __ATOMIC_ACQUIRE);
}

static bool raise_source(Source *s)
{
    switch (s->kind) {
    case EDGE_LINE:
        return vr_guest_inject(s->vm, s->intid) &&
               vr_gic_irq_line(s->vm, s->intid, false);
    case EDGE_IRQFD:
    case LEVEL_RESAMPLE:
        vr_mark(VR_MARK_INJECT, s->intid);
        return vr_irqfd_trigger(s->vm, &s->irqfd);
    default:
        return vr_guest_inject(s->vm, s->intid);
    }
}

/* Waits for the next acknowledge, lowers the line if asked to, and for EOI. */
static bool take(Source *s, uint32_t acks, uint32_t eois, bool lower)
{
    const VrGuestVcpu *guest = &s->vm->shared->vcpu[0];
    bool acked = vr_guest_wait_count(s->vm, &guest->acks[s->intid], acks + 1);

    if (lower && !vr_gic_irq_line(s->vm, s->intid, false)) {
        return false;
    }
    vr_guest_open_gate(s->vm, 0);
    return acked && vr_guest_wait_count(s->vm, &guest->eois[s->intid],
                                        eois + 1);
}

typedef struct ResampleWait {
    const VrIrqfd *irqfd;
    uint64_t seen;
} ResampleWait;

static bool resampled(void *opaque)
{
    ResampleWait *wait = opaque;

    wait->seen += vr_irqfd_resamples(wait->irqfd);
    return wait->seen > 0;
}

static bool wait_resample(const Source *s, Counts *counts, ResampleWait *wait)
{
    if (!vr_wait(resampled, wait, s->vm->patience)) {
        counts->timeouts++;
        return false;
    }
    return true;
}

/*
 * One interrupt of this source, from the line's rise to the guest's DIR; with
 * LEVEL_REFIRE two, of which the second is due to the line being high still.
 */
static bool take_and_deactivate(Source *s, Counts *counts, uint32_t acks)
{
    uint32_t eois = load_eois(s);

    if (!raise_source(s) ||
        !take(s, acks, eois, s->kind == LEVEL_LINE)) {
        counts->timeouts++;
        return false;
    }
    if (!vr_guest_dir(s->vm, 1, s->intid)) {
        return false;
    }
    if (s->kind != LEVEL_REFIRE) {
        return true;
    }
    if (!take(s, acks + 1, eois + 1, true)) {
        counts->timeouts++;
        return false;
    }
    return vr_guest_dir(s->vm, 1, s->intid);
}

static bool one_right(Source *s, Counts *counts)
{
    unsigned expected = s->kind == LEVEL_REFIRE ? 2 : 1;
    uint32_t acks = load_acks(s);
    ResampleWait resample = { .irqfd = &s->irqfd };
    bool right = take_and_deactivate(s, counts, acks);
    bool active = true;

    if (right && s->kind == LEVEL_RESAMPLE) {
        right = wait_resample(s, counts, &resample);
    }
    if (!vr_guest_retire(s->vm, s->intid, &active)) {
        return false;
    }
    if (s->kind == LEVEL_RESAMPLE) {
        resampled(&resample); /* one too many would have come by now */
        counts->resamples += resample.seen;
        right &= resample.seen == 1;
    }
    return right && !active && load_acks(s) == acks + expected;
}

static void run_kind(VrContext *ctx, Kind kind, Counts *counts)
{
    bool irqfd = kind == EDGE_IRQFD || kind == LEVEL_RESAMPLE;
    VrVm vm;
    Source s = { &vm, kind, VR_GUEST_FIRST_SPI + kind, { -1, -1 } };
    unsigned timeouts = counts->timeouts;

    vr_mark(VR_MARK_ROUND_BEGIN, kind + 1);
    if (vr_guest_open(ctx, &vm, VCPUS, 1, VR_POLICY_GATE, VR_IDLE_SPIN) &&
        vr_gic_set_edge(&vm, s.intid, kind <= EDGE_IRQFD) &&
        (!irqfd || vr_irqfd_open(&vm, &s.irqfd, s.intid,
                                 kind == LEVEL_RESAMPLE)) &&
        vr_guest_start(&vm)) {
        for (unsigned i = 0; i < EACH && !vm.has_error &&
             counts->timeouts < timeouts + MAX_TIMEOUTS; i++) {
            counts->right[kind] += one_right(&s, counts);
        }
    }
    vr_irqfd_close(&s.irqfd);
    counts->timeouts += vr_guest_close(ctx, &vm);
    vr_mark(VR_MARK_ROUND_END, kind + 1);
}

void vr_scenario_EDGE_LEVEL(VrContext *ctx)
{
    Counts counts = { 0 };

    for (Kind k = 0; k < KINDS && ctx->outcome != VR_OUTCOME_SKIP; k++) {
        run_kind(ctx, k, &counts);
        if (counts.right[k] != EACH) {
            vr_fail(ctx, "%s: %u of %u right", fact_names[k], counts.right[k],
                    EACH);
        }
    }
    vr_fact(ctx, "each", EACH);
    for (Kind k = 0; k < KINDS; k++) {
        vr_fact(ctx, fact_names[k], counts.right[k]);
    }
    vr_fact(ctx, "resamples", counts.resamples);
    vr_fact(ctx, "timeout", counts.timeouts > 0);
}
