/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pairs.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "clock.h"
#include "interrupts.h"
#include "report.h"

#define MEMORY_SIZE 0x10000u
#define FIRST_VECTOR 0x40
#define PATIENCE (20 * VR_MS)
#define SHOWN 5 /* wrong entries that are described */
#define APIC_SPIV 0xf0
#define APIC_SPIV_ENABLED 0x1ff
#define APIC_IRR 0x200

/* --- opening --- */

bool vr_pairs_open_vm(VrPairs *p)
{
    const VrVmConfig config = {
        .vcpus = VR_PAIRS_VCPUS, .memory_size = MEMORY_SIZE, .irqchip = true,
    };
    bool ok = vr_vm_create(&p->vm, p->ctx, &config);

    p->has_vm = true;
    memset(p->pid, 0, sizeof(p->pid));
    vr_msis_init(&p->msis, &p->vm);
    for (unsigned i = 0; i < VR_RIG_VECTORS && ok; i++) {
        const VrPairRoute route = { i % VR_PAIRS_VCPUS, FIRST_VECTOR + i };

        ok = vr_pairs_route(p, i, route);
    }
    if (!ok) {
        vr_fail(p->ctx, "%s", p->vm.error);
    }
    return ok;
}

void vr_pairs_close_vm(VrPairs *p)
{
    if (p->has_vm) {
        vr_vm_destroy(&p->vm);
    }
    p->has_vm = false;
    memset(p->joined, 0, sizeof(p->joined));
}

bool vr_pairs_open(VrPairs *p, VrContext *ctx)
{
    *p = (VrPairs){ .ctx = ctx };
    return vr_rig_open(&p->rig, ctx) && vr_pairs_open_vm(p);
}

void vr_pairs_close(VrPairs *p)
{
    vr_rig_close(&p->rig);
    vr_pairs_close_vm(p);
}

/* --- pairing --- */

static bool done(VrPairs *p, bool ok, const char *text)
{
    if (!ok) {
        vr_fail(p->ctx, "round %u: %s", p->round, text);
    }
    return ok;
}

bool vr_pairs_on(VrPairs *p, unsigned vector)
{
    return done(p, vr_vfio_set_vector(&p->rig.vfio, vector,
                                      p->rig.event[vector]),
                p->rig.vfio.error);
}

bool vr_pairs_off(VrPairs *p, unsigned vector)
{
    return done(p, vr_vfio_set_vector(&p->rig.vfio, vector, -1),
                p->rig.vfio.error);
}

bool vr_pairs_join(VrPairs *p, unsigned vector)
{
    p->joined[vector] = true;
    return done(p, vr_irqfd_join(&p->vm, p->rig.event[vector], vector),
                p->vm.error);
}

bool vr_pairs_part(VrPairs *p, unsigned vector)
{
    p->joined[vector] = false;
    return done(p, vr_irqfd_part(&p->vm, p->rig.event[vector], vector),
                p->vm.error);
}

bool vr_pairs_join_all(VrPairs *p)
{
    for (unsigned i = 0; i < VR_RIG_VECTORS; i++) {
        if (!vr_pairs_join(p, i)) {
            return false;
        }
        vr_pairs_see_posted(p, i);
    }
    return true;
}

bool vr_pairs_send(VrPairs *p, unsigned vector, VrMsi msi)
{
    return done(p, vr_msis_set(&p->msis, vector, msi), p->vm.error);
}

bool vr_pairs_route(VrPairs *p, unsigned vector, VrPairRoute route)
{
    p->route[vector] = route;
    return vr_pairs_send(p, vector, vr_msi_physical(route.vcpu, VR_MSI_FIXED,
                                                    route.vector));
}

/* --- looking --- */

static bool is_posted(const VrPairs *p, unsigned vector)
{
    const uint64_t low = p->rig.irte[vector]->low;

    return low & VR_IRTE_P && low & VR_IRTE_PST;
}

/* Each vCPU has one descriptor, its own. */
static bool is_descriptor_of(VrPairs *p, uint64_t address, unsigned vcpu)
{
    for (unsigned i = 0; i < VR_PAIRS_VCPUS; i++) {
        if (i != vcpu && p->pid[i] == address) {
            return false;
        }
    }
    if (!p->pid[vcpu]) {
        p->pid[vcpu] = address;
    }
    return p->pid[vcpu] == address;
}

static void look(VrPairs *p, unsigned vector, bool right, const char *wanted)
{
    const VrIrte *e = p->rig.irte[vector];

    p->looks++;
    if (right) {
        return;
    }
    if (p->wrong++ < SHOWN) {
        vr_report_diag("round %u: vector %u: the entry %#llx %#llx is not %s",
                       p->round, vector, (unsigned long long)e->high,
                       (unsigned long long)e->low, wanted);
    }
}

void vr_pairs_see_posted(VrPairs *p, unsigned vector)
{
    const VrIrte *e = p->rig.irte[vector];
    const VrPairRoute *route = &p->route[vector];

    look(p, vector, is_posted(p, vector) &&
         vr_irte_vector(e) == route->vector &&
         is_descriptor_of(p, vr_irte_descriptor(e), route->vcpu), "posted");
}

void vr_pairs_see_remapped(VrPairs *p, unsigned vector)
{
    look(p, vector, p->rig.irte[vector]->low & VR_IRTE_P &&
         !is_posted(p, vector), "remapped");
}

void vr_pairs_see_off(VrPairs *p, unsigned vector)
{
    look(p, vector, !is_posted(p, vector), "off");
}

void vr_pairs_wait_remapped(VrPairs *p, unsigned vector)
{
    uint64_t end = vr_now() + vr_patient(p->ctx, PATIENCE);

    while (is_posted(p, vector) && vr_now() < end) {
        vr_sleep(VR_WAIT_STEP);
    }
    vr_pairs_see_remapped(p, vector);
}

/* --- firing --- */

static uint32_t *apic_register(struct kvm_lapic_state *apic, unsigned offset)
{
    return (uint32_t *)(apic->regs + offset);
}

/* Of a vCPU that does not run; its local APIC takes interrupts. */
static bool empty_irr(VrPairs *p, unsigned vcpu)
{
    const int fd = p->vm.vcpu[vcpu].fd;
    struct kvm_lapic_state apic;

    if (ioctl(fd, KVM_GET_LAPIC, &apic)) {
        return false;
    }
    *apic_register(&apic, APIC_SPIV) = APIC_SPIV_ENABLED;
    for (unsigned i = 0; i < 8; i++) {
        *apic_register(&apic, APIC_IRR + 16 * i) = 0;
    }
    return ioctl(fd, KVM_SET_LAPIC, &apic) == 0;
}

static bool in_irr(VrPairs *p, const VrPairRoute *route)
{
    struct kvm_lapic_state apic;

    return ioctl(p->vm.vcpu[route->vcpu].fd, KVM_GET_LAPIC, &apic) == 0 &&
           *apic_register(&apic, APIC_IRR + route->vector / 32 * 16) >>
                   route->vector % 32 & 1;
}

static bool wait_irr(VrPairs *p, const VrPairRoute *route)
{
    uint64_t end = vr_now() + vr_patient(p->ctx, PATIENCE);

    while (!in_irr(p, route)) {
        if (vr_now() >= end) {
            return false;
        }
        vr_sleep(VR_WAIT_STEP);
    }
    return true;
}

static uint64_t host_handled(const VrPairs *p, unsigned vector)
{
    VrInterrupt row;
    char text[64];

    snprintf(text, sizeof(text), "vfio-msix[%u](%s)", vector,
             p->rig.pci.name);
    return vr_interrupt_named(text, &row) ? row.sum : 0;
}

void vr_pairs_fire_as(VrPairs *p, unsigned vector, unsigned as)
{
    const VrShot shot = { .vector = vector, .count = 1 };
    const bool posts = is_posted(p, vector);
    uint64_t host = host_handled(p, vector);
    uint64_t handled = vr_rig_handled(&p->rig);
    bool arrived;

    if (p->joined[as] && !empty_irr(p, p->route[as].vcpu)) {
        vr_fail(p->ctx, "round %u: a local APIC cannot be set", p->round);
        return;
    }
    vr_rig_start(&p->rig, 0, &shot);
    arrived = p->joined[as] ? wait_irr(p, &p->route[as])
                            : vr_rig_wait(&p->rig, handled + 1, PATIENCE);
    host = host_handled(p, vector) - host;
    if (posts) {
        p->posted++;
    } else {
        p->remapped++;
    }
    p->lost += !arrived;
    p->astray += host != !posts;
    if (!arrived || host != !posts) {
        vr_report_diag("round %u: vector %u, %s: %s, handled by the host %llu "
                       "times", p->round, vector, posts ? "posted" : "remapped",
                       arrived ? "arrived" : "lost", (unsigned long long)host);
    }
}
