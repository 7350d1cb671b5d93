/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Irqfds as customers of the kernel's irqbypass manager, on any architecture:
 * VMs with an interrupt controller in the kernel and no vCPU, and eventfds that
 * nobody signals.
 */
#ifndef VR_AGENT_IRQBYPASS_H
#define VR_AGENT_IRQBYPASS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent.h"

/*
 * A VM that takes irqfds, without vCPUs; its fd, or -1 with the outcome set.
 * The architecture's own.
 */
int vr_irqfd_vm(VrContext *ctx, int kvm);
/*
 * Why KVM does not register its irqfds with irqbypass on this machine; NULL: it
 * does. The architecture's own.
 */
const char *vr_irqfd_no_bypass(void);

/* KVM_IRQFD for this GSI; 0, or the error number. */
int vr_irqfd_assign(int vm, int event, uint32_t gsi, bool assign);

/*
 * What the N-th registration costs, in instructions, for N = 1, 2, 4, ... up to
 * VR_IRQFD_LARGEST: facts "cost_N", and "registered". Feeds the watchdog of
 * this scenario.
 */
#define VR_IRQFD_LARGEST 16384u
void vr_irqbypass_scaling(VrContext *ctx, unsigned scenario);

/*
 * Second users of eventfds, in the same VM and in another, before and after the
 * first has gone, over many eventfds, and over those that take the places of
 * freed ones: the facts of irqbypass-collision.c. False: not as it should be;
 * the manager may hold on to what is freed.
 */
bool vr_irqbypass_collision(VrContext *ctx);

#endif
