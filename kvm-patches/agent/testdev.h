/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test device, through which the agent writes marks into the trace and
 * ends the machine; its registers are described in cosim/trace/marks.h. Where
 * the machine has none, marks are dropped.
 */
#ifndef VR_AGENT_TESTDEV_H
#define VR_AGENT_TESTDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "marks.h"

/* Finds the device in sysfs and maps it; false: there is none. */
bool vr_testdev_open(void);

/* Writes a mark (VR_MARK_*) with its value. */
void vr_mark(uint32_t mark, uint64_t value);

/*
 * Instructions that all CPUs have executed; 0 where the machine does not count
 * them, or has no device.
 */
uint64_t vr_testdev_instructions(void);

/* A register of the sweep, VR_TESTDEV_SWEEP_*; without a device it reads 0. */
uint64_t vr_sweep_read(unsigned reg);
void vr_sweep_write(unsigned reg, uint64_t value);

/* Ends the machine with this status; returns only if there is no device. */
void vr_testdev_exit(uint32_t status);

#endif
