/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the scenarios about posting into a guest share: virelay-irqgen assigned
 * to a VM with the 64-bit guest in it, and the descriptors of its vCPUs.
 *
 * Where the machine or the kernel cannot post into a guest, opening it skips
 * the scenario with the reason.
 */
#ifndef VR_AGENT_X86_BYPASS_H
#define VR_AGENT_X86_BYPASS_H

#include "assigned.h"
#include "guestctl.h"
#include "rig.h"

#define VR_BYPASS_VECTOR 0x50 /* the guest's, of the device's vector 0 */
#define VR_BYPASS_LAST_VECTOR 0xdf
#define VR_BYPASS_VECTORS VR_RIG_VECTORS

typedef struct VrBypass {
    VrContext *ctx;
    VrRig rig;
    VrGuest guest;
    VrMsis msis;
    VrAssigned assigned;
    bool created; /* the guest */
    unsigned vcpus;
    VrPid *pid[VR_GUEST_MAX_VCPUS];
    /* Where the host has its own interrupts posted, if it has */
    uint64_t host_pid[VR_BYPASS_VECTORS];
} VrBypass;

/* Of a scenario whose load is vr.stress, for the watchdog */
uint64_t vr_bypass_limit(const VrContext *ctx);

/*
 * Runs a guest of so many vCPUs, which spin, with all vectors of the device
 * joined to it. False: skipped or failed; close it nevertheless.
 */
bool vr_bypass_open(VrBypass *b, VrContext *ctx, unsigned vcpus);
void vr_bypass_close(VrBypass *b);

/* To a vCPU, fixed, as this vector of the guest; marks it once it is so. */
bool vr_bypass_route(VrBypass *b, unsigned vector, unsigned vcpu,
                     unsigned as);
/* Any MSI; nothing is marked. */
bool vr_bypass_route_msi(VrBypass *b, unsigned vector, VrMsi msi);
/* Its entry is a posted one, into the guest. */
bool vr_bypass_is_posted(const VrBypass *b, unsigned vector);

/* Received by all vCPUs, of all vectors that devices are given. */
uint64_t vr_bypass_received(const VrBypass *b);
/* Waits until there are that many. */
bool vr_bypass_wait(VrBypass *b, uint64_t received, uint64_t ns);
/* Fires one interrupt of this vector, now; false: no vCPU received it. */
bool vr_bypass_fire(VrBypass *b, unsigned vector);
/* Waits until nothing is in the descriptors, and nothing more arrives. */
bool vr_bypass_settle(VrBypass *b);
/* Interrupts of the device that the host handled itself. */
uint64_t vr_bypass_host_irqs(const VrBypass *b);
/* Waits until a channel has fired all it had. */
bool vr_bypass_wait_fired(VrBypass *b, unsigned channel, uint64_t ns);

#endif
