/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Producers and consumers of irqbypass: the vectors of virelay-irqgen, and
 * irqfds of a VM whose vCPUs do not run. Whether the two are a pair is seen in
 * the remapping table, whose entry posts into the vCPU's descriptor or does
 * not; whether interrupts arrive, in the vCPU's IRR.
 */
#ifndef VR_AGENT_X86_PAIRS_H
#define VR_AGENT_X86_PAIRS_H

#include "assigned.h"
#include "rig.h"
#include "vm.h"

#define VR_PAIRS_VCPUS 2

/* Where the interrupts of a vector go in the VM. */
typedef struct VrPairRoute {
    unsigned vcpu, vector;
} VrPairRoute;

typedef struct VrPairs {
    VrContext *ctx;
    VrRig rig;
    VrVm vm;
    VrMsis msis;
    bool has_vm;
    unsigned round;
    VrPairRoute route[VR_RIG_VECTORS];
    bool joined[VR_RIG_VECTORS];       /* there is an irqfd */
    uint64_t pid[VR_PAIRS_VCPUS];      /* descriptors, once seen */
    /* Looks at an entry, and how many were not as expected. */
    unsigned looks, wrong;
    /* Interrupts: through posted entries, through remapped ones; of both those
     * that did not arrive, and those that the host handled and should not
     * have, or the other way. */
    unsigned posted, remapped, lost, astray;
} VrPairs;

/* False: the outcome is set; close it nevertheless. */
bool vr_pairs_open(VrPairs *p, VrContext *ctx);
void vr_pairs_close(VrPairs *p);

/* The VM by itself. */
bool vr_pairs_open_vm(VrPairs *p);
void vr_pairs_close_vm(VrPairs *p);

/* Producers: a vector has its eventfd, or none. */
bool vr_pairs_on(VrPairs *p, unsigned vector);
bool vr_pairs_off(VrPairs *p, unsigned vector);
/* Consumers: irqfds. */
bool vr_pairs_join(VrPairs *p, unsigned vector);
bool vr_pairs_part(VrPairs *p, unsigned vector);
bool vr_pairs_join_all(VrPairs *p);

/* Another MSI; one that cannot be posted is not kept as the route. */
bool vr_pairs_route(VrPairs *p, unsigned vector, VrPairRoute route);
bool vr_pairs_send(VrPairs *p, unsigned vector, VrMsi msi);

/* The entry posts into the route's vCPU, with its vector; or counts a wrong. */
void vr_pairs_see_posted(VrPairs *p, unsigned vector);
/* The entry is there and does not post. */
void vr_pairs_see_remapped(VrPairs *p, unsigned vector);
/* The same, when that may take a while. */
void vr_pairs_wait_remapped(VrPairs *p, unsigned vector);
/* The entry does not post; it may not be there. */
void vr_pairs_see_off(VrPairs *p, unsigned vector);

/*
 * Fires one interrupt of a vector and waits for it: in the IRR of @as's route
 * if that vector has an irqfd, else at the eventfd. As the entry was when it
 * was fired, the host has handled it or has not.
 */
void vr_pairs_fire_as(VrPairs *p, unsigned vector, unsigned as);
static inline void vr_pairs_fire(VrPairs *p, unsigned vector)
{
    vr_pairs_fire_as(p, vector, vector);
}

#endif
