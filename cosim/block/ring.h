/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last events, for a report's context. */
#ifndef VIRELAY_RING_H
#define VIRELAY_RING_H

#include "block.h"

#include <string.h>

#define VR_RING_SIZE 64 /* a power of two */

typedef struct VrRing {
    VrEvent events[VR_RING_SIZE];
    uint64_t count; /* ever pushed */
} VrRing;

static inline void vr_ring_push(VrRing *ring, const VrEvent *e)
{
    ring->events[ring->count++ % VR_RING_SIZE] = *e;
}

/* Copy out, oldest first; returns how many. */
static inline size_t vr_ring_copy(const VrRing *ring,
                                  VrEvent out[VR_RING_SIZE])
{
    size_t n = ring->count < VR_RING_SIZE ? ring->count : VR_RING_SIZE;

    for (size_t i = 0; i < n; i++) {
        out[i] = ring->events[(ring->count - n + i) % VR_RING_SIZE];
    }
    return n;
}

#endif
