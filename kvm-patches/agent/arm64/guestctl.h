/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scenarios do with a VM and the payload in it. All waits are bounded
 * (vm->patience); false: the time was over, or the VM is broken (vm->error, if
 * has_error).
 */
#ifndef VR_AGENT_GUESTCTL_H
#define VR_AGENT_GUESTCTL_H

#include "clock.h"
#include "gic.h"
#include "testdev.h"
#include "vm.h"

/*
 * Creates a VM whose vCPUs have this policy and way to idle (shared.h), marks
 * where they run. Where there is no KVM, the scenario is skipped. The caller
 * calls vr_guest_close() in any case.
 */
bool vr_guest_open(VrContext *ctx, VrVm *vm, unsigned vcpus, unsigned eoimode,
                   uint32_t policy, uint32_t idle);

/* Lets the vCPUs run, from their entry, and waits until all are online. */
bool vr_guest_start(VrVm *vm);

/*
 * Destroys the VM, and makes an error of it the scenario's failure.
 * Returns whether something did not answer in time.
 */
bool vr_guest_close(VrContext *ctx, VrVm *vm);

/* Waits until each vCPU was seen to spin in the guest. */
bool vr_guest_wait_spinning(VrVm *vm);

/* Makes every vCPU exit and re-enter, and waits until all spin again. */
bool vr_guest_bounce(VrVm *vm);

/* Has a vCPU execute a VR_CMD_*, and waits until it is done. */
bool vr_guest_command(VrVm *vm, unsigned vcpu, uint32_t command,
                      uint64_t arg0, uint64_t arg1);

/* Waits until a counter of the guest's has reached value. */
bool vr_guest_wait_count(VrVm *vm, const uint32_t *counter, uint32_t value);

/* Lets the SPIs that a vCPU has acknowledged until now pass its gate. */
void vr_guest_open_gate(VrVm *vm, unsigned vcpu);

/* Lets all SPIs pass its gate from now on. */
void vr_guest_remove_gate(VrVm *vm, unsigned vcpu);

/* Marks, and makes an interrupt pending by KVM_IRQ_LINE, level 1. */
bool vr_guest_inject(VrVm *vm, uint32_t intid);

/*
 * Injects an SPI that is level sensitive and goes to this vCPU, whose policy
 * has VR_POLICY_GATE: lowers the line once it is acknowledged, waits for EOI
 * (and DIR, if the policy has it).
 */
bool vr_guest_inject_level(VrVm *vm, unsigned vcpu, uint32_t intid);

/* The same for an edge SPI. */
bool vr_guest_inject_edge(VrVm *vm, unsigned vcpu, uint32_t intid);

/* Marks, and has a vCPU write DIR. */
bool vr_guest_dir(VrVm *vm, unsigned vcpu, uint32_t intid);

/*
 * Reads whether an SPI is active, with all vCPUs parked meanwhile. An inactive
 * one is marked as retired; an active one is made inactive, to go on. Leaves
 * the vCPUs running, seen to spin.
 */
bool vr_guest_retire(VrVm *vm, uint32_t intid, bool *active);

/* The same for all SPIs in intids (bit n: INTID 32 + n); gives the active. */
bool vr_guest_retire_all(VrVm *vm, uint64_t intids, uint64_t *active);

#endif
