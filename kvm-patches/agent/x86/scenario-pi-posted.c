/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PI_POSTED, all vectors on one CPU. Round 1: single interrupts. 2: bursts, all
 * vectors at once. 3: a PIR bit is there already, without ON, as after a
 * handler's race; another interrupt has to notify for both. 4: SN is set, and
 * nothing is notified; it is cleared, and the next interrupt brings both. 5: SN
 * is set and the entry says URG: notified nevertheless. 6: the NICs.
 */
#include "clock.h"
#include "interrupts.h"
#include "nic.h"
#include "rig.h"
#include "scenarios.h"
#include "testdev.h"

#define SINGLES 40
#define BURSTS 20
#define HANDS 10 /* of each kind that is set by hand */
#define FRAMES 20
#define CPU 2
#define OTHER_CPU 3
#define ARRIVAL_TIME (2 * VR_MS)

static uint64_t notifications(void)
{
    VrInterrupt row;

    return vr_interrupt_row("PMN", &row) ? row.sum : 0;
}

static void show_interrupts(const VrRig *rig)
{
    vr_interrupts_show("CPU0");
    vr_interrupts_show(rig->pci.name);
    vr_interrupts_show("PMN:");
}

static bool move_all(VrRig *rig, unsigned cpu)
{
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        if (!vr_rig_move(rig, i, cpu)) {
            return false;
        }
    }
    return true;
}

static void singles(VrContext *ctx, VrRig *rig)
{
    uint64_t before = notifications();
    unsigned handled = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, 1);
    for (unsigned i = 0; i < SINGLES; i++) {
        handled += vr_rig_one(rig, i % VR_RIG_VECTORS);
    }
    vr_mark(VR_MARK_ROUND_END, 1);
    vr_fact(ctx, "singles", SINGLES);
    vr_fact(ctx, "singles_handled", handled);
    vr_fact(ctx, "singles_pmn", notifications() - before);
}

static void bursts(VrContext *ctx, VrRig *rig)
{
    const VrShot shot = {
        .vectors = VR_RIG_VECTORS, .count = VR_RIG_VECTORS,
        .burst = VR_RIG_VECTORS,
    };
    uint64_t before = notifications();
    unsigned handled = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, 2);
    for (unsigned i = 0; i < BURSTS; i++) {
        handled += vr_rig_fire(rig, &shot);
    }
    vr_mark(VR_MARK_ROUND_END, 2);
    vr_fact(ctx, "bursts", BURSTS);
    vr_fact(ctx, "burst_size", VR_RIG_VECTORS);
    vr_fact(ctx, "bursts_handled", handled);
    vr_fact(ctx, "bursts_pmn", notifications() - before);
}

static void set_pir(VrPid *pid, unsigned vector)
{
    __atomic_fetch_or(&pid->pir[vector / 64], UINT64_C(1) << vector % 64,
                      __ATOMIC_SEQ_CST);
}

static void pir_by_hand(VrContext *ctx, VrRig *rig, VrPid *pid)
{
    const VrShot shot = { .vector = 1, .count = 1 };
    unsigned both = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, 3);
    for (unsigned i = 0; i < HANDS; i++) {
        uint64_t before = vr_rig_handled(rig);

        set_pir(pid, vr_irte_vector(rig->irte[0]));
        vr_rig_start(rig, 0, &shot);
        both += vr_rig_wait(rig, before + 2, VR_RIG_PATIENCE);
        /* Whatever is left behind is not to be counted by the next one. */
        vr_rig_one(rig, 2);
        vr_rig_handled(rig);
    }
    vr_mark(VR_MARK_ROUND_END, 3);
    vr_fact(ctx, "pir", HANDS);
    vr_fact(ctx, "pir_both", both);
}

static void suppress(VrContext *ctx, VrRig *rig, VrPid *pid)
{
    const VrShot shot = { .vector = 0, .count = 1 };
    unsigned early = 0, both = 0, on = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, 4);
    for (unsigned i = 0; i < HANDS; i++) {
        uint64_t before = vr_rig_handled(rig);

        __atomic_fetch_or(&pid->control, VR_PID_SN, __ATOMIC_SEQ_CST);
        vr_rig_start(rig, 0, &shot);
        vr_sleep(ARRIVAL_TIME);
        early += vr_rig_handled(rig) - before;
        on += pid->control & VR_PID_ON;
        __atomic_fetch_and(&pid->control, ~VR_PID_SN, __ATOMIC_SEQ_CST);
        vr_rig_one(rig, 1);
        both += vr_rig_wait(rig, before + 2, VR_RIG_PATIENCE);
    }
    vr_mark(VR_MARK_ROUND_END, 4);
    vr_fact(ctx, "sn", HANDS);
    vr_fact(ctx, "sn_early", early);
    vr_fact(ctx, "sn_on", on);
    vr_fact(ctx, "sn_both", both);
}

/*
 * The kernel knows nothing of URG. It is set in memory right after a move has
 * invalidated the entry, before the unit reads it again.
 */
static void urgent(VrContext *ctx, VrRig *rig)
{
    unsigned handled = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, 5);
    for (unsigned i = 0; i < HANDS; i++) {
        VrPid *pid;

        if (!vr_rig_move(rig, 0, i % 2 ? CPU : OTHER_CPU)) {
            return;
        }
        pid = vr_rig_pid(rig, 0);
        if (!pid) {
            return;
        }
        __atomic_fetch_or(&rig->irte[0]->low, VR_IRTE_URG, __ATOMIC_SEQ_CST);
        __atomic_fetch_or(&pid->control, VR_PID_SN, __ATOMIC_SEQ_CST);
        handled += vr_rig_one(rig, 0);
        __atomic_fetch_and(&pid->control, ~VR_PID_SN, __ATOMIC_SEQ_CST);
        vr_vtd_unmap_pid(pid);
    }
    vr_mark(VR_MARK_ROUND_END, 5);
    vr_fact(ctx, "urgent", HANDS);
    vr_fact(ctx, "urgent_handled", handled);
    vr_rig_move(rig, 0, CPU);
    vr_rig_one(rig, 0);
}

static void use_nics(VrContext *ctx)
{
    uint64_t before = notifications();
    VrNics nics;

    vr_mark(VR_MARK_ROUND_BEGIN, 6);
    if (vr_nics_open(&nics)) {
        vr_fact(ctx, "frames_arrived", vr_nics_exchange(&nics, FRAMES));
    } else {
        vr_fail(ctx, "NICs: %s", nics.error);
    }
    vr_mark(VR_MARK_ROUND_END, 6);
    vr_fact(ctx, "frames", FRAMES);
    vr_fact(ctx, "frames_pmn", notifications() - before);
    vr_nics_close(&nics);
}

static void by_hand(VrContext *ctx, VrRig *rig)
{
    VrPid *pid = vr_rig_pid(rig, 0);

    if (pid) {
        pir_by_hand(ctx, rig, pid);
        suppress(ctx, rig, pid);
        urgent(ctx, rig);
    }
    vr_vtd_unmap_pid(pid);
}

void vr_scenario_PI_POSTED(VrContext *ctx)
{
    VrRig rig;

    if (vr_rig_open(&rig, ctx) && !rig.posting) {
        vr_skip(ctx, "the kernel does not post its interrupts: the unit cannot,"
                " or the command line lacks intremap=posted_msi");
    } else if (ctx->outcome == VR_OUTCOME_OK && move_all(&rig, CPU)) {
        show_interrupts(&rig);
        singles(ctx, &rig);
        bursts(ctx, &rig);
        show_interrupts(&rig);
        by_hand(ctx, &rig);
        use_nics(ctx);
        vr_interrupts_show("eth");
        show_interrupts(&rig);
    }
    vr_rig_close(&rig);
}
