/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fuzzer: segments of random stimuli, each to a fresh block with a
 * variant of its own, all drawn from one seed.
 */
#ifndef VIRELAY_FUZZ_H
#define VIRELAY_FUZZ_H

#include "cli.h"
#include "memory.h"
#include "rng.h"

/* Something that a run ought to have seen, or it reached nothing. */
typedef struct VrFuzzGoal {
    const char *name;
    uint8_t kind; /* VrEventKind; VR_FUZZ_SEEN: counted by the generator */
    int32_t id;   /* VrEvent.id, or -1: any; index of VrFuzzGenerator.seen */
    bool required;
} VrFuzzGoal;

#define VR_FUZZ_SEEN 0
#define VR_FUZZ_GOALS_MAX 96

/*
 * What makes stimuli for one block type, and reacts to its effects. All that it
 * does follows from the random numbers, the variant and the effects.
 */
typedef struct VrFuzzGenerator {
    const char *block;
    size_t state_size; /* zeroed at the start of a segment */
    uint64_t segment;  /* stimuli of one, if not told; 0: 20000 */
    uint64_t goals_from; /* stimuli that must reach the goals; 0: 10000 */
    /* Draw a parameter in its own way, and return true; may be NULL. */
    bool (*draw)(VrRng *rng, const VrParamSpec *spec, uint64_t *value);
    /* Draw the first memory; may be NULL. */
    void (*begin)(void *state, VrRng *rng, const VrBlockType *type,
                  const VrVariant *variant);
    /* The memory below the block, part of the state; NULL: it has none. */
    VrFuzzMemory *(*memory)(void *state);
    /*
     * The next item: a stimulus, or VR_FUZZ_CPU. It must not change memory,
     * which only items and the block do.
     */
    void (*next)(void *state, VrRng *rng, VrEvent *item);
    void (*effect)(void *state, const VrEvent *effect);
    /* Counters of VR_FUZZ_SEEN goals in the state; NULL: it has none. */
    const uint64_t *(*seen)(const void *state);
    const VrFuzzGoal *goals;
    size_t goal_count;
} VrFuzzGenerator;

extern const VrFuzzGenerator vr_fuzz_gicv3_redist;
extern const VrFuzzGenerator vr_fuzz_vtd_ir;

/* NULL with *err if the block has no generator. */
const VrFuzzGenerator *vr_fuzz_generator(const VrBlockType *type,
                                         VrError *err);

typedef struct VrFuzzOptions {
    const VrBlockType *type;
    const VrFuzzGenerator *generator; /* of that type */
    const char *backend;
    VrVariant fixed; /* parameters that are not drawn */
    uint64_t seed, count;
    uint64_t segment;        /* stimuli a segment; 0: the generator's */
    uint64_t max_mismatches; /* stop after so many */
    const char *out;         /* parent folder of what a mismatch leaves */
} VrFuzzOptions;

typedef struct VrFuzzResult {
    uint64_t stimuli, effects, reorderings, mismatches, segments;
    double seconds;
    char sha256[65]; /* over variants and digests of all segments */
    uint64_t goals[VR_FUZZ_GOALS_MAX]; /* how often each was seen */
    /*
     * Two for every mismatch: as it was found, and shortened. Paths (*.vrr)
     * and what differs in each; of char *, owned.
     */
    GPtrArray *recordings;
    GPtrArray *texts;
} VrFuzzResult;

/*
 * False with *err if a block cannot be created or a recording cannot be
 * written, or with VR_ERR_VERDICT if a backend on its own hangs. A mismatch
 * is no error. Free the result either way.
 */
bool vr_fuzz_run(const VrFuzzOptions *options, VrFuzzResult *result,
                 VrError *err);
void vr_fuzz_result_free(VrFuzzResult *result);

/*
 * The first required goal that was not seen, or NULL. A run of fewer stimuli
 * than the generator needs for its goals need not have seen anything.
 */
const VrFuzzGoal *vr_fuzz_missed(const VrFuzzOptions *options,
                                 const VrFuzzResult *result);

#endif
