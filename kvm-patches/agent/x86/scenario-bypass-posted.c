/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BYPASS_POSTED: vCPU 0 runs in the guest all the time. Round 1: single
 * interrupts. 2: one after the other at a steady pace. 3: bursts that have one
 * vector twice, so that one of each is coalesced. 4: a stock NIC.
 */
#include "bypass.h"
#include "clock.h"
#include "igb.h"
#include "scenarios.h"
#include "testdev.h"
#include "watchdog.h"

#define SINGLES 64
#define PACE (5 * VR_US)
#define BURST (VR_BYPASS_VECTORS + 1)
#define BURST_PACE (25 * VR_US)
#define NIC_ROUNDS 20
#define NIC_VECTOR 0x60
#define PATIENCE (20 * VR_MS)

enum { ROUND_SINGLES = 1, ROUND_PACE, ROUND_BURSTS, ROUND_NIC };

static void singles(VrBypass *b)
{
    uint64_t before = vr_bypass_received(b);
    uint64_t host = vr_bypass_host_irqs(b);
    unsigned handled = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, ROUND_SINGLES);
    for (unsigned i = 0; i < SINGLES; i++) {
        handled += vr_bypass_fire(b, i % VR_BYPASS_VECTORS);
    }
    vr_bypass_settle(b);
    vr_mark(VR_MARK_ROUND_END, ROUND_SINGLES);
    vr_fact(b->ctx, "singles", SINGLES);
    vr_fact(b->ctx, "singles_in_time", handled);
    vr_fact(b->ctx, "singles_received", vr_bypass_received(b) - before);
    vr_fact(b->ctx, "host_irqs", vr_bypass_host_irqs(b) - host);
}

static void storm(VrBypass *b, unsigned round, const VrShot *shot)
{
    const char *fired = round == ROUND_PACE ? "paced" : "bursts";
    const char *received = round == ROUND_PACE ? "paced_received"
                                               : "bursts_received";
    uint64_t before = vr_bypass_received(b);

    vr_mark(VR_MARK_ROUND_BEGIN, round);
    vr_rig_start(&b->rig, 0, shot);
    if (!vr_bypass_wait_fired(b, 0, PATIENCE + shot->count * BURST_PACE) ||
        !vr_bypass_settle(b)) {
        vr_fail(b->ctx, "round %u does not come to rest", round);
    }
    vr_mark(VR_MARK_ROUND_END, round);
    vr_fact(b->ctx, fired, shot->count);
    vr_fact(b->ctx, received, vr_bypass_received(b) - before);
}

static void storms(VrBypass *b)
{
    uint64_t half = (b->ctx->params->stress + 1) / 2;
    const VrShot paced = {
        .vectors = VR_BYPASS_VECTORS, .count = half, .delay = VR_US,
        .period = vr_patient(b->ctx, PACE),
    };
    const VrShot bursts = {
        .vectors = VR_BYPASS_VECTORS, .count = half, .delay = VR_US,
        .period = vr_patient(b->ctx, BURST_PACE), .burst = BURST,
    };

    storm(b, ROUND_PACE, &paced);
    storm(b, ROUND_BURSTS, &bursts);
}

/* --- the NIC --- */

static bool join_nic(VrBypass *b, VrIgb *nic, unsigned *posted)
{
    for (unsigned i = 0; i < VR_IGB_VECTORS; i++) {
        VrIrte *entry;

        if (!vr_bypass_route_msi(b, VR_BYPASS_VECTORS + i,
                                 vr_msi_physical(0, VR_MSI_FIXED,
                                                 NIC_VECTOR + i)) ||
            !vr_irqfd_join(&b->guest.vm, nic->event[i],
                           VR_BYPASS_VECTORS + i)) {
            vr_fail(b->ctx, "%s", b->guest.vm.error);
            return false;
        }
        entry = vr_igb_irte(nic, &b->rig.vtd, i);
        *posted += entry && entry->low & VR_IRTE_PST;
    }
    return true;
}

static void fire_nic(VrBypass *b, VrIgb *nic)
{
    uint64_t before = vr_bypass_received(b);
    uint64_t next = before;

    vr_mark(VR_MARK_ROUND_BEGIN, ROUND_NIC);
    for (unsigned i = 0; i < NIC_ROUNDS * VR_IGB_VECTORS; i++) {
        vr_igb_fire(nic, i % VR_IGB_VECTORS);
        vr_bypass_wait(b, ++next, PATIENCE);
    }
    vr_bypass_settle(b);
    vr_mark(VR_MARK_ROUND_END, ROUND_NIC);
    vr_fact(b->ctx, "nic", NIC_ROUNDS * VR_IGB_VECTORS);
    vr_fact(b->ctx, "nic_received", vr_bypass_received(b) - before);
}

static void use_nic(VrBypass *b)
{
    unsigned posted = 0;
    VrIgb nic;

    if (!vr_igb_open(&nic)) {
        vr_fail(b->ctx, "the NIC %s: %s", nic.pci.name, nic.vfio.error);
    } else if (!vr_assigned_add(&b->assigned, &nic.vfio)) {
        vr_fail(b->ctx, "%s", b->guest.vm.error);
    } else {
        vr_fact(b->ctx, "nic_source", nic.pci.source);
        if (join_nic(b, &nic, &posted)) {
            fire_nic(b, &nic);
        }
        vr_fact(b->ctx, "nic_entries", VR_IGB_VECTORS);
        vr_fact(b->ctx, "nic_posted_entries", posted);
        for (unsigned i = 0; i < VR_IGB_VECTORS; i++) {
            vr_irqfd_part(&b->guest.vm, nic.event[i], VR_BYPASS_VECTORS + i);
        }
        vr_assigned_remove(&b->assigned);
    }
    vr_igb_close(&nic);
}

void vr_scenario_BYPASS_POSTED(VrContext *ctx)
{
    VrBypass b;

    vr_watchdog_arm(VR_SCENARIO_BYPASS_POSTED, vr_bypass_limit(ctx));
    if (vr_bypass_open(&b, ctx, 1) &&
        vr_guest_idle(&b.guest, 0, VR_IDLE_BUSY)) {
        singles(&b);
        storms(&b);
        use_nic(&b);
    }
    vr_bypass_close(&b);
}
