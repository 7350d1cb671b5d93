/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * COUNT_BLOCK: interrupts that may bypass KVM come to a VM whose vCPUs are
 * blocked, and go. COUNT_ERROR: they come, and the remapping unit's driver
 * refuses to post them. Facts are by phase, see counted.h.
 */
#include "clock.h"
#include "counted.h"
#include "scenarios.h"
#include "testdev.h"

#define REFUSE "/sys/module/irq_remapping/parameters/refuse_posting"
#define REFUSALS 3
#define VECTORS 4

/* --- COUNT_BLOCK --- */

/* The device is the VM's, and none of its interrupts is. */
static bool file_only(VrCounted *c)
{
    if (!vr_counted_before(c) ||
        !vr_assigned_attach(&c->assigned, &c->guest.vm, &c->rig.vfio) ||
        !vr_counted_kicks(c, "file") || !vr_counted_reblock(c)) {
        return false;
    }
    vr_counted_nv(c, "file");
    return true;
}

static bool first_and_more(VrCounted *c)
{
    if (!vr_counted_before(c) || !vr_counted_join(c, 0) ||
        !vr_counted_kicks(c, "first")) {
        return false;
    }
    vr_counted_nv(c, "first");
    if (!vr_counted_before(c)) {
        return false;
    }
    for (unsigned i = 1; i < VECTORS; i++) {
        if (!vr_counted_join(c, i)) {
            return false;
        }
    }
    if (!vr_counted_kicks(c, "more")) {
        return false;
    }
    vr_counted_nv(c, "more");
    return true;
}

/* Each vector wakes its vCPU, without the host's handler. */
static bool wake_by_each(VrCounted *c)
{
    uint64_t handled = vr_rig_handled(&c->rig);
    unsigned woken = 0;

    for (unsigned i = 0; i < VECTORS; i++) {
        const VrShot shot = { .vector = i, .count = 1 };
        const unsigned vcpu = i % VR_COUNTED_VCPUS;
        const uint8_t vector = vr_counted_vector(i);
        uint32_t received = vr_guest_received(&c->guest, vcpu, vector);

        vr_rig_start(&c->rig, 0, &shot);
        woken += vr_guest_wait_received(&c->guest, vcpu, vector, received + 1,
                                        c->guest.patience);
        if (!vr_counted_settle(c)) {
            return false;
        }
    }
    vr_fact(c->ctx, "fired", VECTORS);
    vr_fact(c->ctx, "woken", woken);
    vr_fact(c->ctx, "handled", vr_rig_handled(&c->rig) - handled);
    return true;
}

static bool all_but_one_go(VrCounted *c)
{
    for (unsigned i = 1; i < VECTORS; i++) {
        if (!vr_counted_part(c, i)) {
            return false;
        }
    }
    if (!vr_counted_reblock(c)) {
        return false;
    }
    vr_counted_nv(c, "one_left");
    return true;
}

static bool last_goes_and_comes(VrCounted *c)
{
    if (!vr_counted_part(c, 0) || !vr_counted_reblock(c)) {
        return false;
    }
    vr_counted_nv(c, "none_left");
    if (!vr_counted_before(c) || !vr_counted_join(c, 1) ||
        !vr_counted_kicks(c, "again")) {
        return false;
    }
    vr_counted_nv(c, "again");
    return vr_counted_part(c, 1);
}

static bool file_goes(VrCounted *c)
{
    vr_assigned_detach(&c->assigned);
    if (!vr_counted_reblock(c)) {
        return false;
    }
    vr_counted_nv(c, "gone");
    return true;
}

void vr_scenario_COUNT_BLOCK(VrContext *ctx)
{
    static VrCounted c;

    if (vr_counted_open(&c, ctx)) {
        bool ok = file_only(&c) && first_and_more(&c) && wake_by_each(&c) &&
                  all_but_one_go(&c) && last_goes_and_comes(&c) &&
                  file_goes(&c);

        vr_fact(ctx, "timeout", !ok);
    }
    vr_counted_close(&c);
}

/* --- COUNT_ERROR --- */

/* The attempt to pair fails; the irqfd works, through the host. */
static bool refuse_one(VrCounted *c, bool producer, unsigned *refused,
                       unsigned *received)
{
    const VrShot shot = { .count = 1 };
    const uint8_t vector = vr_counted_vector(0);
    uint32_t before = vr_guest_received(&c->guest, 0, vector);

    if ((producer && !vr_vfio_set_vector(&c->rig.vfio, 0, -1)) ||
        !vr_file_write(REFUSE, "1") || !vr_counted_join(c, 0) ||
        (producer &&
         !vr_vfio_set_vector(&c->rig.vfio, 0, c->rig.event[0]))) {
        return false;
    }
    *refused += !(c->rig.irte[0]->low & VR_IRTE_PST);
    vr_rig_start(&c->rig, 0, &shot);
    *received += vr_guest_wait_received(&c->guest, 0, vector, before + 1,
                                        c->guest.patience);
    return vr_counted_settle(c);
}

static bool refuse_some(VrCounted *c)
{
    unsigned refused = 0, received = 0;
    bool ok = true;

    for (unsigned i = 0; ok && i < 2 * REFUSALS; i++) {
        ok = refuse_one(c, i % 2, &refused, &received);
        if (ok && i == 0) {
            ok = vr_counted_reblock(c);
            vr_counted_nv(c, "refused");
        }
        ok = ok && vr_counted_part(c, 0);
    }
    vr_file_write(REFUSE, "0");
    vr_fact(c->ctx, "asked", 2 * REFUSALS);
    vr_fact(c->ctx, "refused", refused);
    vr_fact(c->ctx, "received", received);
    return ok;
}

/* One that is not refused counts as the first, and is the last to go. */
static bool pair_after(VrCounted *c)
{
    /* A producer that was refused comes back by itself only. */
    if (!vr_vfio_set_vector(&c->rig.vfio, 0, c->rig.event[0])) {
        return false;
    }
    if (!vr_counted_before(c) || !vr_counted_join(c, 0) ||
        !vr_counted_kicks(c, "after")) {
        return false;
    }
    vr_counted_nv(c, "after");
    if (!vr_counted_part(c, 0) || !vr_counted_reblock(c)) {
        return false;
    }
    vr_counted_nv(c, "end");
    return true;
}

static bool play_errors(VrCounted *c)
{
    if (!refuse_some(c) || !vr_counted_reblock(c)) {
        return false;
    }
    vr_counted_nv(c, "left");
    return pair_after(c);
}

void vr_scenario_COUNT_ERROR(VrContext *ctx)
{
    static VrCounted c;

    if (!vr_file_write(REFUSE, "0")) {
        vr_skip(ctx, "the kernel cannot be made to refuse a posted entry (%s)",
                REFUSE);
        return;
    }
    if (vr_counted_open(&c, ctx)) {
        vr_fact(ctx, "timeout", !play_errors(&c));
    }
    vr_counted_close(&c);
}
