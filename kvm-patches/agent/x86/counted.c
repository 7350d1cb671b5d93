/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "counted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define FIRST_VECTOR 0x60
#define SETTLE (2 * VR_MS) /* far more than a vCPU polls before it blocks */
#define STEADY (VR_MS / 2)
#define LOOKS 20
/*
 * 100 ms after a vCPU has entered its guest KVM may kick all of them, to have them
 * see one clock (KVMCLOCK_UPDATE_DELAY); what is counted begins after that.
 */
#define CLOCKS_UPDATED (120 * VR_MS)

uint8_t vr_counted_vector(unsigned vector)
{
    return FIRST_VECTOR + vector;
}

static void fact(const VrCounted *c, const char *phase, const char *what,
                 long long value)
{
    char key[40];

    snprintf(key, sizeof(key), "%s_%s", phase, what);
    vr_fact(c->ctx, key, value);
}

/* How often a thread has left its CPU by itself: each block is one. */
static unsigned long switches_of(const VrGuest *guest, unsigned vcpu)
{
    static const char field[] = "\nvoluntary_ctxt_switches:";
    char path[48], text[4096];
    const char *at = NULL;

    snprintf(path, sizeof(path), "/proc/self/task/%d/status",
             atomic_load(&guest->vm.vcpu[vcpu].tid));
    if (vr_file_read(path, text, sizeof(text))) {
        at = strstr(text, field);
    }
    return at ? strtoul(at + sizeof(field) - 1, NULL, 10) : 0;
}

/*
 * A thread is "sleeping" a little before it leaves its CPU, which counts: it is
 * blocked if it sleeps and its count stays the same.
 */
static bool wait_blocked(VrCounted *c, unsigned vcpu)
{
    for (unsigned i = 0; i < LOOKS; i++) {
        unsigned long switches = switches_of(&c->guest, vcpu);

        vr_sleep(STEADY);
        if (!vr_guest_wait_blocked(&c->guest, vcpu)) {
            return false;
        }
        if (switches_of(&c->guest, vcpu) == switches) {
            return true;
        }
    }
    return false;
}

bool vr_counted_settle(VrCounted *c)
{
    vr_sleep(vr_patient(c->ctx, SETTLE));
    for (unsigned i = 0; i < VR_COUNTED_VCPUS; i++) {
        if (!wait_blocked(c, i)) {
            vr_fail(c->ctx, "vCPU %u does not block", i);
            return false;
        }
    }
    return true;
}

bool vr_counted_reblock(VrCounted *c)
{
    for (unsigned i = 0; i < VR_COUNTED_VCPUS; i++) {
        const struct kvm_msi wake = vr_guest_msi(i, VR_GUEST_WAKE_VECTOR);
        uint32_t received = vr_guest_received(&c->guest, i,
                                              VR_GUEST_WAKE_VECTOR);

        if (!vr_guest_signal_msi(&c->guest, &wake)) {
            return false;
        }
        if (!vr_guest_wait_received(&c->guest, i, VR_GUEST_WAKE_VECTOR,
                                    received + 1, c->guest.patience)) {
            vr_fail(c->ctx, "vCPU %u is not woken by an interrupt of KVM", i);
            return false;
        }
    }
    return vr_counted_settle(c);
}

void vr_counted_nv(VrCounted *c, const char *phase)
{
    unsigned wakeup = 0, active = 0;

    for (unsigned i = 0; i < VR_COUNTED_VCPUS; i++) {
        const unsigned nv = VR_PID_NV(c->pid[i]->control);

        wakeup += nv == VR_POSTED_INTR_WAKEUP_VECTOR;
        active += nv == VR_POSTED_INTR_VECTOR;
    }
    fact(c, phase, "wakeup", wakeup);
    fact(c, phase, "active", active);
}

bool vr_counted_join(VrCounted *c, unsigned vector)
{
    return vr_irqfd_join(&c->guest.vm, c->rig.event[vector], vector);
}

bool vr_counted_part(VrCounted *c, unsigned vector)
{
    return vr_irqfd_part(&c->guest.vm, c->rig.event[vector], vector);
}

bool vr_counted_before(VrCounted *c)
{
    vr_sleep(CLOCKS_UPDATED);
    if (!vr_counted_settle(c)) {
        return false;
    }
    for (unsigned i = 0; i < VR_COUNTED_VCPUS; i++) {
        c->switches[i] = switches_of(&c->guest, i);
    }
    return true;
}

bool vr_counted_kicks(VrCounted *c, const char *phase)
{
    unsigned long least = ~0ul, most = 0;

    if (!vr_counted_settle(c)) {
        return false;
    }
    for (unsigned i = 0; i < VR_COUNTED_VCPUS; i++) {
        unsigned long kicks = switches_of(&c->guest, i) - c->switches[i];

        least = kicks < least ? kicks : least;
        most = kicks > most ? kicks : most;
    }
    fact(c, phase, "least", least);
    fact(c, phase, "most", most);
    return true;
}

/* --- opening --- */

static bool open_guest(VrCounted *c)
{
    const VrGuestConfig config = { .vcpus = VR_COUNTED_VCPUS, .x2apic = true };

    c->has_guest = true;
    if (!vr_guest_create(&c->guest, c->ctx, &config) ||
        !vr_guest_start(&c->guest)) {
        return false;
    }
    vr_msis_init(&c->msis, &c->guest.vm);
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        const VrMsi msi = vr_msi_physical(i % VR_COUNTED_VCPUS, VR_MSI_FIXED,
                                          vr_counted_vector(i));

        if (!vr_msis_set(&c->msis, i, msi)) {
            return false;
        }
    }
    for (unsigned i = 0; i < VR_COUNTED_VCPUS; i++) {
        if (!vr_guest_idle(&c->guest, i, VR_IDLE_HLT)) {
            return false;
        }
    }
    return vr_counted_settle(c);
}

/* A posted entry tells where the vCPU's descriptor is. */
static bool find_descriptors(VrCounted *c)
{
    for (unsigned i = 0; i < VR_COUNTED_VCPUS; i++) {
        const VrIrte *e = c->rig.irte[i];

        if (!(e->low & VR_IRTE_PST)) {
            vr_fail(c->ctx, "vector %u is joined and its entry does not post",
                    i);
            return false;
        }
        c->pid[i] = vr_rig_pid(&c->rig, i);
        if (!c->pid[i]) {
            return false;
        }
    }
    return true;
}

static bool pair_once(VrCounted *c)
{
    if (!vr_counted_before(c) || !vr_counted_join(c, 0) ||
        !vr_counted_kicks(c, "plain_first")) {
        return false;
    }
    if (!vr_counted_before(c) || !vr_counted_join(c, 1) ||
        !vr_counted_kicks(c, "plain_second") || !find_descriptors(c)) {
        return false;
    }
    vr_counted_nv(c, "plain_paired");
    if (!vr_counted_part(c, 0) || !vr_counted_part(c, 1) ||
        !vr_counted_reblock(c)) {
        return false;
    }
    vr_counted_nv(c, "plain_parted");
    return true;
}

bool vr_counted_open(VrCounted *c, VrContext *ctx)
{
    const char *why;

    *c = (VrCounted){ .ctx = ctx, .assigned.kvm_vfio = -1 };
    if (!vr_rig_open(&c->rig, ctx)) {
        return false;
    }
    why = vr_posting_obstacle(&c->rig.vtd);
    if (why) {
        vr_skip(ctx, "%s", why);
        return false;
    }
    vr_fact(ctx, "vcpus", VR_COUNTED_VCPUS);
    return open_guest(c) && pair_once(c);
}

void vr_counted_close(VrCounted *c)
{
    for (unsigned i = 0; i < VR_COUNTED_VCPUS; i++) {
        vr_vtd_unmap_pid(c->pid[i]);
    }
    vr_assigned_detach(&c->assigned);
    if (c->has_guest && !vr_guest_destroy(&c->guest)) {
        vr_fail(c->ctx, "the VM does not stop");
    }
    vr_rig_close(&c->rig);
}
