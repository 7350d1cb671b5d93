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
#define VR_LONG_STEP (2 * VR_MS)

/* Makes this process's sleeps exact. Called once, before other threads. */
void vr_clock_init(void);

uint64_t vr_now(void);

/* Sleeps in steps of VR_WAIT_STEP, for ns at least. */
void vr_sleep(uint64_t ns);

/* Sleeps until done(opaque) is true, or for ns; returns what it said last. */
bool vr_wait(bool (*done)(void *opaque), void *opaque, uint64_t ns);

/*
 * The same for what takes many milliseconds, and is not disturbed by a CPU that
 * looks: a step of VR_WAIT_STEP is fewer instructions than a look.
 */
bool vr_wait_long(bool (*done)(void *opaque), void *opaque, uint64_t ns);

#endif
