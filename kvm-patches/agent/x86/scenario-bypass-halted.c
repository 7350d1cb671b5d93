/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BYPASS_HALTED: a round is one interrupt to vCPU 0, which is blocked in HLT;
 * vCPU 1 is blocked all the time, and nobody wakes it. In the second half of
 * the rounds both begin on the same CPU, so that they are on the same list of
 * those to be woken; and vCPU 0 goes to another CPU while it is blocked.
 */
#include "bypass.h"
#include "clock.h"
#include "interrupts.h"
#include "scenarios.h"
#include "testdev.h"

#define ROUNDS 40
#define WAKEUP_VECTOR 0xf1u /* of Linux, to wake a blocked vCPU */
#define ARMING_TIME VR_MS   /* from when its thread counts as asleep */
#define PATIENCE (20 * VR_MS)

static uint64_t wakeups(void)
{
    VrInterrupt row;

    return vr_interrupt_row("PIW", &row) ? row.sum : 0;
}

/* vCPUs block at once: KVM does not poll for what may come. */
static bool no_polling(VrBypass *b)
{
    struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL };

    return vr_vm_ioctl(&b->guest.vm, b->guest.vm.fd, KVM_ENABLE_CAP, &cap,
                       "KVM_CAP_HALT_POLL");
}

/*
 * vCPU 0 stays on the list of the CPU where it was blocked, and its thread wakes
 * on the next one.
 */
static void place(VrBypass *b, unsigned round)
{
    unsigned cpus = b->ctx->vcpu_pcpus;

    if (round == ROUNDS / 2 + 1) {
        vr_guest_move(&b->guest, 1, 0);
    }
    vr_guest_move(&b->guest, 0, round % cpus);
}

static bool is_armed(void *opaque)
{
    const VrBypass *b = opaque;

    return VR_PID_NV(b->pid[0]->control) == WAKEUP_VECTOR;
}

static void play(VrBypass *b)
{
    unsigned blocked = 0, armed = 0, handled = 0;
    uint64_t before = vr_bypass_received(b);
    uint64_t woken = wakeups();

    for (unsigned i = 1; i <= ROUNDS; i++) {
        const VrShot shot = { .vector = i % VR_BYPASS_VECTORS, .count = 1 };
        uint64_t next = vr_bypass_received(b) + 1;

        blocked += vr_guest_wait_blocked(&b->guest, 0);
        armed += vr_wait(is_armed, b, vr_patient(b->ctx, ARMING_TIME));
        if (i > ROUNDS / 2) {
            place(b, i);
        }
        vr_mark(VR_MARK_ROUND_BEGIN, i);
        vr_rig_start(&b->rig, 0, &shot);
        handled += vr_bypass_wait(b, next, PATIENCE);
        vr_guest_wait_blocked(&b->guest, 0);
        vr_mark(VR_MARK_ROUND_END, i);
    }
    vr_fact(b->ctx, "rounds", ROUNDS);
    vr_fact(b->ctx, "blocked", blocked);
    vr_fact(b->ctx, "armed", armed);
    vr_fact(b->ctx, "in_time", handled);
    vr_fact(b->ctx, "received", vr_bypass_received(b) - before);
    vr_fact(b->ctx, "wakeups", wakeups() - woken);
}

void vr_scenario_BYPASS_HALTED(VrContext *ctx)
{
    VrBypass b;

    if (vr_bypass_open(&b, ctx, 2) && no_polling(&b) &&
        vr_guest_idle(&b.guest, 0, VR_IDLE_HLT) &&
        vr_guest_idle(&b.guest, 1, VR_IDLE_HLT) && b.pid[0]) {
        play(&b);
    }
    vr_bypass_close(&b);
}
