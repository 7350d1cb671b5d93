/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table by which L2 finds its CPUs and interrupts: Intel, "MultiProcessor
 * Specification", version 1.4, chapter 4.
 */
#ifndef VR_AGENT_X86_MPTABLE_H
#define VR_AGENT_X86_MPTABLE_H

#include <stdint.h>

/* Where the floating pointer structure is searched for, among other places. */
#define VR_MPTABLE_BASE 0xf0000u

/* Writes the table for CPUs with APIC IDs 0 to @cpus - 1. */
void vr_mptable_write(uint8_t *memory, unsigned cpus);

#endif
