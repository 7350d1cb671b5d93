/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual time, in nanoseconds of CLOCK_MONOTONIC, and bounded waits. Waits
 * sleep in small steps: under QEMU's icount one host thread executes all CPUs
 * in turn, and a CPU that spins takes the others' time.
 */
#ifndef VR_AGENT_CLOCK_H
#define VR_AGENT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define VR_US UINT64_C(1000)
#define VR_MS UINT64_C(1000000)
#define VR_SEC UINT64_C(1000000000)
#define VR_WAIT_STEP (20 * VR_US)

/* Makes this process's sleeps exact. Called once, before other threads. */
void vr_clock_init(void);

uint64_t vr_now(void);

/* Sleeps in steps of VR_WAIT_STEP, for ns at least. */
void vr_sleep(uint64_t ns);

/* Sleeps until done(opaque) is true, or for ns; returns what it said last. */
bool vr_wait(bool (*done)(void *opaque), void *opaque, uint64_t ns);

#endif
