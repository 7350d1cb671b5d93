/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BYPASS_MULTICAST: MSIs that cannot be posted, as no one vCPU is their
 * destination, or as they are not plain interrupts; each is followed by one
 * that can. Rounds 1, 2, 3: to all, to two by a logical destination, as NMI. 4:
 * to any one of two, which the kernel may post to the one that it chooses. 5:
 * what comes after each of them.
 */
#include "bypass.h"
#include "clock.h"
#include "scenarios.h"
#include "testdev.h"

#define VCPUS 2u
#define SHOTS 10u
#define VECTOR 0x70u
#define PATIENCE (20 * VR_MS)

enum { ROUND_ALL = 1, ROUND_SEVERAL, ROUND_NMI, ROUND_LOWEST, ROUND_BACK };

/* No route of this one is marked: where the others go, the kernel decides. */
#define DEVICE_VECTOR 1u

static const struct {
    const char *entries, *fired, *received, *host_irqs;
    unsigned copies; /* of each that are received */
} names[] = {
    [ROUND_ALL] = { "all_posted", "all", "all_received", "all_host", VCPUS },
    [ROUND_SEVERAL] = { "several_posted", "several", "several_received",
                        "several_host", VCPUS },
    [ROUND_NMI] = { "nmi_posted", "nmi", "nmi_received", "nmi_host", 1 },
    [ROUND_LOWEST] = { "lowest_posted", "lowest", "lowest_received",
                       "lowest_host", 1 },
    [ROUND_BACK] = { "back_posted", "back", "back_received", "back_host", 1 },
};

static VrMsi msi_of(unsigned round)
{
    switch (round) {
    case ROUND_ALL:
        return vr_msi_physical(0xff, VR_MSI_FIXED, VECTOR);
    case ROUND_SEVERAL:
        return vr_msi_logical(3, VR_MSI_FIXED, VECTOR);
    case ROUND_LOWEST:
        return vr_msi_logical(3, VR_MSI_LOWEST, VECTOR);
    case ROUND_NMI:
        return vr_msi_physical(0, VR_MSI_NMI, VR_GUEST_NMI);
    default:
        return vr_msi_physical(1, VR_MSI_FIXED, VECTOR);
    }
}

static uint64_t received(const VrBypass *b, unsigned round)
{
    return round == ROUND_NMI ? vr_guest_received(&b->guest, 0, VR_GUEST_NMI)
                              : vr_bypass_received(b);
}

static void wait_for(const VrBypass *b, unsigned round, uint64_t count)
{
    uint64_t end = vr_now() + vr_patient(b->ctx, PATIENCE);

    while (received(b, round) < count && vr_now() < end) {
        vr_sleep(VR_WAIT_STEP);
    }
}

typedef struct Sums {
    uint64_t posted, fired, received, host;
} Sums;

static bool play_part(VrBypass *b, unsigned round, Sums *s)
{
    const VrShot shot = { .vector = DEVICE_VECTOR, .count = 1 };
    uint64_t before = received(b, round);
    uint64_t host = vr_bypass_host_irqs(b);

    if (!vr_bypass_route_msi(b, DEVICE_VECTOR, msi_of(round))) {
        return false;
    }
    s->posted += vr_bypass_is_posted(b, DEVICE_VECTOR);
    vr_mark(VR_MARK_ROUND_BEGIN, round);
    for (unsigned i = 1; i <= SHOTS; i++) {
        vr_rig_start(&b->rig, 0, &shot);
        wait_for(b, round, before + i * names[round].copies);
    }
    vr_bypass_settle(b);
    vr_mark(VR_MARK_ROUND_END, round);
    s->fired += SHOTS;
    s->received += received(b, round) - before;
    s->host += vr_bypass_host_irqs(b) - host;
    return true;
}

static void report(const VrBypass *b, unsigned round, const Sums *s)
{
    vr_fact(b->ctx, names[round].entries, s->posted);
    vr_fact(b->ctx, names[round].fired, s->fired);
    vr_fact(b->ctx, names[round].received, s->received);
    vr_fact(b->ctx, names[round].host_irqs, s->host);
}

static void play(VrBypass *b)
{
    unsigned changes = 0;
    Sums back = { 0 };

    for (unsigned round = ROUND_ALL; round < ROUND_BACK; round++) {
        Sums s = { 0 };

        if (!play_part(b, round, &s) || !play_part(b, ROUND_BACK, &back)) {
            return;
        }
        report(b, round, &s);
        changes++;
    }
    vr_fact(b->ctx, "back_changes", changes);
    report(b, ROUND_BACK, &back);
}

void vr_scenario_BYPASS_MULTICAST(VrContext *ctx)
{
    VrBypass b;

    if (vr_bypass_open(&b, ctx, VCPUS)) {
        play(&b);
    }
    vr_bypass_close(&b);
}
