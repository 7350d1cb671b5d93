/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sweep inside QEMU: who sweeps is a TCG plugin, which calls the functions
 * of virelay-include/plugin/sweep_api.h; the rest of QEMU calls these.
 */
#ifndef HW_VIRELAY_SWEEP_H
#define HW_VIRELAY_SWEEP_H

#include "hw/core/cpu.h"

/* Registers VR_TESTDEV_SWEEP_* of the test device; 0 where nobody sweeps. */
uint64_t virelay_sweep_read(unsigned reg);
void virelay_sweep_write(unsigned reg, uint64_t value);

/*
 * How long a posted-interrupt descriptor with ON set may be without its
 * notification at a VM entry, ns.
 */
extern int64_t virelay_posted_patience;

/* sweep_target.c: registers, and the caller's frame by the calling convention
 * that Linux has on this architecture */
uint64_t virelay_sweep_stack(CPUState *cpu);
bool virelay_sweep_caller(CPUState *cpu, uint64_t *ret, uint64_t *sp);

#endif
