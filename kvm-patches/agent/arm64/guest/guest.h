/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VR_GUEST_GUEST_H
#define VR_GUEST_GUEST_H

#include <stdbool.h>

#include "shared.h"
#include "sysreg.h"

#define shared ((VrGuestShared *)(uintptr_t)VR_GUEST_SHARED_BASE)

#define load(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

/* This vCPU's index; its part of the shared memory. */
static inline uint32_t guest_vcpu(void)
{
    return read_sysreg(tpidr_el1);
}

static inline VrGuestVcpu *guest_me(void)
{
    return &shared->vcpu[guest_vcpu()];
}

/* Pseudo-random number (xorshift64); one stream for each vCPU. */
uint32_t guest_random(VrGuestVcpu *me);

/* STRESS: gives an acknowledged and EOIed SPI to another vCPU. */
void guest_hand_over(VrGuestVcpu *me, uint32_t intid);

/* STRESS: deactivates what others handed over; false: there was nothing. */
bool guest_drain_inbox(VrGuestVcpu *me);

/* STRESS: counts an acknowledge of an SPI that was not injected. */
void guest_note_ack(VrGuestVcpu *me, uint32_t intid);

/* One round of VR_IDLE_SWEEP. */
void guest_sweep(VrGuestVcpu *me);

#endif
