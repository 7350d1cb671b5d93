/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bypass.h"

#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "interrupts.h"
#include "testdev.h"

#define PATIENCE (20 * VR_MS) /* for one interrupt */
#define LIMIT (60 * VR_SEC)
#define LIMIT_OF_ONE (100 * VR_US) /* interrupt, of vr.stress */
#define SETTLE_STEP (100 * VR_US)
#define SETTLE_STEPS 100u
#define SETTLED 5u /* steps without a change */

static bool fail_vm(VrBypass *b)
{
    vr_fail(b->ctx, "%s", b->guest.vm.error);
    return false;
}

uint64_t vr_bypass_limit(const VrContext *ctx)
{
    return vr_patient(ctx, LIMIT + ctx->params->stress * LIMIT_OF_ONE);
}

/* --- opening --- */

static bool open_device(VrBypass *b)
{
    const char *obstacle;

    if (access("/sys/bus/pci/drivers/vfio-pci", F_OK)) {
        vr_skip(b->ctx, "the kernel has no VFIO for PCI functions");
        return false;
    }
    if (!vr_rig_open(&b->rig, b->ctx)) {
        return false;
    }
    obstacle = vr_posting_obstacle(&b->rig.vtd);
    if (obstacle) {
        vr_skip(b->ctx, "%s", obstacle);
        return false;
    }
    for (unsigned i = 0; i < VR_BYPASS_VECTORS; i++) {
        b->host_pid[i] = b->rig.posting
                             ? vr_irte_descriptor(b->rig.irte[i]) : UINT64_MAX;
    }
    vr_fact(b->ctx, "eime", !!(vr_vtd_read64(&b->rig.vtd, VR_VTD_IRTA) &
                               VR_IRTA_EIME));
    return true;
}

static bool join_all(VrBypass *b)
{
    for (unsigned i = 0; i < VR_BYPASS_VECTORS; i++) {
        if (!vr_msis_set(&b->msis, i, vr_msi_physical(0, VR_MSI_FIXED,
                                                      VR_BYPASS_VECTOR + i)) ||
            !vr_irqfd_join(&b->guest.vm, b->rig.event[i], i)) {
            return fail_vm(b);
        }
    }
    return true;
}

/*
 * Routes vector 0 to one vCPU after the other, looks where its entry points to,
 * and fires it, so that what the guest's handler needs is mapped. A kernel that
 * does not post has the facts posted_entries 0, no pidN.
 */
static bool find_descriptors(VrBypass *b)
{
    unsigned posted = 0;

    for (unsigned i = 0; i < VR_BYPASS_VECTORS; i++) {
        posted += vr_bypass_is_posted(b, i);
    }
    vr_fact(b->ctx, "entries", VR_BYPASS_VECTORS);
    vr_fact(b->ctx, "posted_entries", posted);
    for (unsigned i = b->vcpus; i-- > 0 && posted;) {
        char key[] = "pid0";

        if (!vr_bypass_route(b, 0, i, VR_BYPASS_VECTOR)) {
            return false;
        }
        b->pid[i] = vr_rig_pid(&b->rig, 0);
        if (!b->pid[i]) {
            return false;
        }
        key[3] += i;
        vr_fact(b->ctx, key, vr_irte_descriptor(b->rig.irte[0]));
        vr_bypass_fire(b, 0);
    }
    return true;
}

bool vr_bypass_open(VrBypass *b, VrContext *ctx, unsigned vcpus)
{
    const VrGuestConfig config = { .vcpus = vcpus, .x2apic = true };

    memset(b, 0, sizeof(*b));
    b->ctx = ctx;
    b->vcpus = vcpus;
    b->assigned = VR_ASSIGNED_NONE;
    b->rig.vfio = VR_VFIO_CLOSED;
    if (!open_device(b)) {
        return false;
    }
    b->created = true;
    if (!vr_guest_create(&b->guest, ctx, &config) ||
        !vr_guest_start(&b->guest)) {
        return false;
    }
    vr_msis_init(&b->msis, &b->guest.vm);
    if (!vr_assigned_attach(&b->assigned, &b->guest.vm, &b->rig.vfio)) {
        return fail_vm(b);
    }
    return join_all(b) && find_descriptors(b);
}

void vr_bypass_close(VrBypass *b)
{
    if (b->pid[0]) {
        vr_fact(b->ctx, "received_all", vr_bypass_received(b));
    }
    for (unsigned i = 0; i < VR_GUEST_MAX_VCPUS; i++) {
        vr_vtd_unmap_pid(b->pid[i]);
    }
    for (unsigned i = 0; i < VR_BYPASS_VECTORS && b->created; i++) {
        if (b->msis.msi[i].address) {
            vr_irqfd_part(&b->guest.vm, b->rig.event[i], i);
        }
    }
    vr_assigned_detach(&b->assigned);
    if (b->created) {
        vr_guest_destroy(&b->guest);
    }
    vr_rig_close(&b->rig);
}

/* --- routes --- */

bool vr_bypass_route_msi(VrBypass *b, unsigned vector, VrMsi msi)
{
    return vr_msis_set(&b->msis, vector, msi) || fail_vm(b);
}

bool vr_bypass_route(VrBypass *b, unsigned vector, unsigned vcpu, unsigned as)
{
    if (!vr_bypass_route_msi(b, vector,
                             vr_msi_physical(vcpu, VR_MSI_FIXED, as))) {
        return false;
    }
    vr_mark(VR_MARK_ROUTED, vector | vcpu << 16 | as << 24);
    return true;
}

bool vr_bypass_is_posted(const VrBypass *b, unsigned vector)
{
    const VrIrte *entry = b->rig.irte[vector];

    return (entry->low & VR_IRTE_PST) &&
           vr_irte_descriptor(entry) != b->host_pid[vector];
}

/* --- what arrives --- */

uint64_t vr_bypass_received(const VrBypass *b)
{
    uint64_t sum = 0;

    for (unsigned vcpu = 0; vcpu < b->vcpus; vcpu++) {
        for (unsigned v = VR_BYPASS_VECTOR; v <= VR_BYPASS_LAST_VECTOR; v++) {
            sum += vr_guest_received(&b->guest, vcpu, v);
        }
    }
    return sum;
}

bool vr_bypass_wait(VrBypass *b, uint64_t received, uint64_t ns)
{
    uint64_t end = vr_now() + vr_patient(b->ctx, ns);

    while (vr_bypass_received(b) < received) {
        if (vr_now() >= end) {
            return false;
        }
        vr_sleep(VR_WAIT_STEP);
    }
    return true;
}

bool vr_bypass_fire(VrBypass *b, unsigned vector)
{
    const VrShot shot = { .vector = vector, .count = 1 };
    uint64_t before = vr_bypass_received(b);

    vr_rig_start(&b->rig, 0, &shot);
    return vr_bypass_wait(b, before + 1, PATIENCE);
}

static bool is_empty(const VrPid *pid)
{
    return !pid || !(pid->pir[0] | pid->pir[1] | pid->pir[2] | pid->pir[3] |
                     (pid->control & VR_PID_ON));
}

bool vr_bypass_settle(VrBypass *b)
{
    uint64_t before = vr_bypass_received(b);
    unsigned quiet = 0;

    for (unsigned i = 0; i < SETTLE_STEPS && quiet < SETTLED; i++) {
        bool empty = true;
        uint64_t now;

        vr_sleep(vr_patient(b->ctx, SETTLE_STEP));
        for (unsigned vcpu = 0; vcpu < b->vcpus; vcpu++) {
            empty = empty && is_empty(b->pid[vcpu]);
        }
        now = vr_bypass_received(b);
        quiet = empty && now == before ? quiet + 1 : 0;
        before = now;
    }
    return quiet == SETTLED;
}

uint64_t vr_bypass_host_irqs(const VrBypass *b)
{
    return vr_interrupts_sum(b->rig.pci.name);
}

bool vr_bypass_wait_fired(VrBypass *b, unsigned channel, uint64_t ns)
{
    uint64_t end = vr_now() + vr_patient(b->ctx, ns);

    while (vr_rig_channel(&b->rig, channel, VR_IRQGEN_CH_LEFT)) {
        if (vr_now() >= end) {
            return false;
        }
        vr_sleep(200 * VR_US);
    }
    return true;
}
