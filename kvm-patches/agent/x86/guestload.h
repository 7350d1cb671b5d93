/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the 64-bit guest comes into its memory; guestctl.h is what uses it. */
#ifndef VR_AGENT_X86_GUESTLOAD_H
#define VR_AGENT_X86_GUESTLOAD_H

#include "guestctl.h"

/* Writes tables, payload and pages into the VM's memory. */
void vr_guest_load(VrGuest *guest, bool x2apic);
/* The state in which a vCPU begins. */
bool vr_guest_set_entry(VrGuest *guest, unsigned vcpu);

#endif
