/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lockstep: two backends of one block type, stimulus by stimulus.
 *
 * The DUT drives the host. The reference is its shadow: what memory answers it
 * comes from the log of the DUT's accesses for the same stimulus, and what it
 * does is compared, never performed. Effects, data and error responses among
 * them, are compared under the block type's order contract.
 *
 * Created by vr_block_create() with the backend "lockstep:DUT:REFERENCE";
 * "lockstep" alone is "lockstep:rtl:model".
 */
#ifndef VIRELAY_LOCKSTEP_H
#define VIRELAY_LOCKSTEP_H

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Counted since create; 64 bits. */
typedef struct VrLockstepStats {
    uint64_t stimuli;     /* applied, the mismatching one included */
    uint64_t effects;     /* of the DUT, data and errors included */
    uint64_t reorderings; /* stimuli with a legal reordering of effects */
    uint64_t mismatches;  /* stimuli with a difference */
} VrLockstepStats;

/*
 * The first difference in the effects of one stimulus. Valid in the call. Where
 * one of the two hangs (its apply returned false), dut and ref are both NULL,
 * the text names it, and the lockstep stops even with keep_going.
 */
typedef struct VrMismatch {
    uint64_t stimulus;  /* number of the stimulus; the first one is 1 */
    VrEvent stim;
    const VrEvent *dut; /* NULL: the reference did something the DUT did not */
    const VrEvent *ref; /* NULL: the DUT did something the reference did not */
    const char *text;   /* one line: all of the above, in the manual's names */
    /* The events just before, oldest first; the last is the stimulus. */
    const VrEvent *context;
    size_t context_count;
} VrMismatch;

typedef void (*VrMismatchFn)(void *opaque, const VrMismatch *m);

typedef struct VrLockstepOptions {
    bool keep_going; /* false: stop, vr_block_apply() returns false for ever */
    VrMismatchFn on_mismatch; /* may be NULL; must not apply stimuli */
    void *opaque;
} VrLockstepOptions;

/* False if the block is no lockstep. Options are copied. */
bool vr_lockstep_configure(VrBlock *b, const VrLockstepOptions *options);
/* NULL if the block is no lockstep. Lives as long as the block. */
const VrLockstepStats *vr_lockstep_stats(const VrBlock *b);

/*
 * Write "stimulus N (DESCRIPTION): NAME_A: EFFECT; NAME_B: EFFECT" into buf.
 * a or b may be NULL: "nothing". Never overflows.
 */
void vr_difference_text(const VrBlockType *type, uint64_t number,
                        const VrEvent *stim, const char *name_a,
                        const VrEvent *a, const char *name_b,
                        const VrEvent *b, char *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif
