/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory below a fuzzed block, and the CPUs that change it.
 *
 * It is small, begins at an address that the generator chooses (it may wrap
 * at 2^64), and refuses what lies outside, and lines that were told to refuse.
 * Everything that changes it is either an access of the block, or an item in
 * the generator's stream of events. So the same first memory and the same items
 * give the same answers again, whatever stimuli are left out, and a failing
 * run can be repeated and shortened: see rig.h.
 */
#ifndef VIRELAY_FUZZ_MEMORY_H
#define VIRELAY_FUZZ_MEMORY_H

#include "block.h"

/*
 * VrEvent.kind of an item that is no stimulus: the CPUs' side. It reaches no
 * block and no recording. VrEvent.id says what it does:
 */
#define VR_FUZZ_CPU 0x7f
enum {
    VR_FUZZ_STORE = 1, /* size (8 or 16) bytes of data to addr */
    VR_FUZZ_UPDATE,    /* 8 bytes at addr: (old & data[0]) ^ data[1] */
    /*
     * During what follows: data2[0] times, after data2[1] CASs that are left
     * alone, do UPDATE to the bytes that a CAS is about to compare.
     */
    VR_FUZZ_RACE,
    VR_FUZZ_REFUSE, /* the line of addr: data[0] of VrFuzzRefuse */
};

typedef enum VrFuzzRefuse {
    VR_FUZZ_REFUSE_NONE,
    VR_FUZZ_REFUSE_WRITES, /* and CAS */
    VR_FUZZ_REFUSE_ALL,
} VrFuzzRefuse;

#define VR_FUZZ_MEMORY_SIZE 0x8000
#define VR_FUZZ_LINE 64

typedef struct VrFuzzMemory {
    uint64_t base;
    uint64_t race_keep, race_toggle;
    uint64_t race_times, race_skip;
    uint8_t refuse[VR_FUZZ_MEMORY_SIZE / VR_FUZZ_LINE];
    uint8_t bytes[VR_FUZZ_MEMORY_SIZE];
} VrFuzzMemory;

/* The memory as a block sees it; opaque: VrFuzzMemory. */
extern const VrHost vr_fuzz_memory_host;

/* Perform an item. Addresses outside of the memory: nothing happens. */
void vr_fuzz_memory_cpu(VrFuzzMemory *m, const VrEvent *item);

/* Where @len bytes at @addr are; NULL if not all of them are inside. */
uint8_t *vr_fuzz_memory_at(VrFuzzMemory *m, uint64_t addr, size_t len);

/* 8 bytes as a number; 0 outside. */
uint64_t vr_fuzz_memory_word(VrFuzzMemory *m, uint64_t addr);

#endif
