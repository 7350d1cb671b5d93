/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block with a generator's memory below it: what the fuzzer's run, the
 * recording of a failing run, and its shortening have in common.
 *
 * A run is its variant, the random state from which the generator drew the
 * first memory, and the list of items: stimuli, and what CPUs did to memory
 * before or during each (VR_FUZZ_CPU). It is shortened by leaving out items of
 * either sort and running the rest against the memory itself, not against
 * recorded answers: those would be another run's as soon as something is left
 * out. What the shortened run then saw is recorded as with any run, so that a
 * recording needs no memory to be replayed.
 */
#ifndef VIRELAY_FUZZ_RIG_H
#define VIRELAY_FUZZ_RIG_H

#include "fuzz.h"

typedef struct VrFuzzRun {
    const VrBlockType *type;
    const char *backend;
    const VrFuzzGenerator *generator;
    VrVariant variant;
    VrRng first; /* as it was before VrFuzzGenerator.begin */
} VrFuzzRun;

typedef struct VrFuzzRig {
    const VrFuzzGenerator *generator;
    void *state;
    VrFuzzMemory *memory; /* in the state, or NULL */
    VrBlock *block;
    VrRng rng; /* for what follows */
} VrFuzzRig;

/* @rig: zeroed, or closed before. False with *err, and the rig is closed. */
bool vr_fuzz_rig_open(VrFuzzRig *rig, const VrFuzzRun *run, VrError *err);
void vr_fuzz_rig_close(VrFuzzRig *rig);

/* Apply a stimulus or perform a CPU's item. False if the block stopped. */
bool vr_fuzz_rig_apply(VrFuzzRig *rig, const VrEvent *item);

/* Frees the state too, which close keeps for the next run. */
void vr_fuzz_rig_free(VrFuzzRig *rig);

#endif
