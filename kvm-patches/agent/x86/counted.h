/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VM whose vCPUs halt, with vectors of virelay-irqgen to join to it: what KVM
 * does to a blocked vCPU when interrupts that may bypass it come and go. Seen
 * from outside: NV of the vCPU's posted-interrupt descriptor, and how often its
 * thread was woken.
 */
#ifndef VR_AGENT_X86_COUNTED_H
#define VR_AGENT_X86_COUNTED_H

#include "assigned.h"
#include "guestctl.h"
#include "rig.h"

#define VR_COUNTED_VCPUS 2

/* As Linux numbers them: arch/x86/include/asm/irq_vectors.h */
#define VR_POSTED_INTR_VECTOR 0xf2
#define VR_POSTED_INTR_WAKEUP_VECTOR 0xf1

typedef struct VrCounted {
    VrContext *ctx;
    VrRig rig;
    VrGuest guest;
    VrMsis msis;
    VrAssigned assigned;
    VrPid *pid[VR_COUNTED_VCPUS];
    unsigned long switches[VR_COUNTED_VCPUS];
    bool has_guest;
} VrCounted;

/*
 * Opens all; the vCPUs halt, and have been paired once, with vectors 0 and 1.
 * False: the outcome is set; close it nevertheless. Facts, as phase "plain":
 * what the first and the second join did to a VM without an assigned device.
 */
bool vr_counted_open(VrCounted *c, VrContext *ctx);
void vr_counted_close(VrCounted *c);

/* The vector goes to vCPU @vector modulo their number, once it is joined. */
uint8_t vr_counted_vector(unsigned vector);

/* Wakes each vCPU by an interrupt, and waits until it has halted again. */
bool vr_counted_reblock(VrCounted *c);
/* Waits until all vCPUs are blocked and nothing moves any more. */
bool vr_counted_settle(VrCounted *c);
/* Facts PHASE_wakeup and PHASE_active: vCPUs whose descriptor has this NV. */
void vr_counted_nv(VrCounted *c, const char *phase);

bool vr_counted_join(VrCounted *c, unsigned vector);
bool vr_counted_part(VrCounted *c, unsigned vector);

/*
 * What follows is something that may wake blocked vCPUs; it begins when nothing else
 * does any more ...
 */
bool vr_counted_before(VrCounted *c);
/* ... which it did so often: facts PHASE_least and PHASE_most, of the vCPUs. */
bool vr_counted_kicks(VrCounted *c, const char *phase);

#endif
