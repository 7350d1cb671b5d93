/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The effects of one stimulus as a log: to serve a second block's memory
 * accesses from, and to compare two blocks' effects under the order contract.
 * Used by lockstep and by replay.
 */
#ifndef VIRELAY_EFFECTS_H
#define VIRELAY_EFFECTS_H

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct VrEffects {
    VrEvent *events;
    bool *served; /* by vr_effects_serve_*, or no memory access */
    bool *paired; /* scratch of vr_effects_compare */
    size_t first_unserved; /* all before it are served, or are no access */
    size_t count, cap;
} VrEffects;

/* A zeroed VrEffects is empty and valid. */
void vr_effects_push(VrEffects *log, const VrEvent *e);
/* Memory for a usual number of effects is kept. */
void vr_effects_clear(VrEffects *log);
void vr_effects_free(VrEffects *log);

/*
 * Answer a memory access as the log's first not yet served access of the same
 * kind, address and size was answered. An access that the log does not have
 * reads zero and succeeds; comparing the effects then shows it. Return: what
 * the host answered.
 */
bool vr_effects_serve_read(VrEffects *log, uint64_t addr, void *buf,
                           size_t len);
bool vr_effects_serve_write(VrEffects *log, uint64_t addr, size_t len);
bool vr_effects_serve_cas(VrEffects *log, uint64_t addr, void *found,
                          size_t size);

/* The outcome of a comparison. */
typedef struct VrEffectsDiff {
    bool differ;
    bool reordered; /* equal, but classes were interleaved in another way */
    /* The first difference. NULL: that side has no effect to pair with. */
    const VrEvent *a, *b;
} VrEffectsDiff;

/*
 * Compare under type->order_class: the sequences of each class must be equal.
 * Pointers in the result live until either log changes.
 */
VrEffectsDiff vr_effects_compare(const VrBlockType *type, VrEffects *a,
                                 VrEffects *b);

#ifdef __cplusplus
}
#endif

#endif
