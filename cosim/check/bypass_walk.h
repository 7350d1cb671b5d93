/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside bypass_view.c: the state of a walk over the trace, and its two halves,
 * what the unit does (bypass_unit.c) and what processors do (bypass_cpu.c).
 */
#ifndef VIRELAY_CHECK_BYPASS_WALK_H
#define VIRELAY_CHECK_BYPASS_WALK_H

#include "bypass_view.h"

#define VR_BYPASS_CPUS 64
#define VR_BYPASS_DEVICE_VECTORS 64
#define VR_BYPASS_WAITS 16 /* the unit keeps 8 */

#define VR_PID_ON 1u
#define VR_PID_SN 2u

/* A bit for each of the 256 vectors */
typedef struct VrVectors {
    uint64_t word[4];
} VrVectors;

typedef struct VrBypassVcpu {
    uint64_t descriptor;
    VrVectors pir, virr;
    VrVectors direct; /* posted into the running guest, no VM exit since */
    int cpu;          /* it is in the guest there, plus 1; 0: in the host */
} VrBypassVcpu;

typedef struct VrBypassCpu {
    /* What the last VM entry found */
    uint64_t descriptor, control;
    uint8_t nv;
    VrVectors pir, virr;
    bool entering; /* its records are still coming */
    size_t entering_at;
    int inside; /* the vCPU that is in the guest here, plus 1; 0: none */
} VrBypassCpu;

/* A vector of the device, and where the guest wants it */
typedef struct VrBypassRoute {
    uint64_t now;  /* vCPU << 8 | vector, or 0 */
    uint64_t next; /* where posts go already, before the mark; or 0 */
    size_t next_at;
} VrBypassRoute;

/* A request on its way through the unit */
typedef struct VrBypassRequest {
    bool own;   /* the device's */
    int vector; /* of the device, plus 1; or 0 */
} VrBypassRequest;

typedef struct VrBypassWalk {
    const VrRun *run;
    VrBypassLook look;
    VrBypass *b;
    VrBypassTally *t; /* of this round */
    uint16_t source;
    bool eime;
    size_t end;
    unsigned vcpus;
    VrBypassVcpu vcpu[VR_BYPASS_MAX_VCPUS];
    VrBypassCpu cpu[VR_BYPASS_CPUS];
    VrBypassRoute route[VR_BYPASS_DEVICE_VECTORS];
    uint8_t nv;        /* of the last VM entry's VMCS */
    unsigned entering; /* CPUs whose VM entry's records are still coming */
    int fired;    /* the device's vector of the request that comes, plus 1 */
    VrBypassRequest waits[VR_BYPASS_WAITS]; /* accepted, in order of arrival */
    unsigned waiting;
    bool timed;   /* the unit delays what it does */
    int notifies; /* the vCPU whose ON was set last, plus 1 */
} VrBypassWalk;

static inline VrVectors vr_vectors_mine(const uint64_t word[4])
{
    return (VrVectors){ {
        0,
        word[1] & UINT64_MAX << (VR_BYPASS_FIRST_VECTOR - 64),
        word[2],
        word[3] & UINT64_MAX >> (255 - VR_BYPASS_LAST_VECTOR),
    } };
}

static_assert(VR_BYPASS_FIRST_VECTOR >= 64 && VR_BYPASS_FIRST_VECTOR < 128 &&
              VR_BYPASS_LAST_VECTOR >= 192, "vr_vectors_mine()");

static inline bool vr_vector_is_mine(unsigned vector)
{
    return vector >= VR_BYPASS_FIRST_VECTOR && vector <= VR_BYPASS_LAST_VECTOR;
}

static inline bool vr_vectors_has(const VrVectors *v, unsigned vector)
{
    return v->word[vector / 64] >> vector % 64 & 1;
}

static inline void vr_vectors_set(VrVectors *v, unsigned vector, bool on)
{
    const uint64_t bit = UINT64_C(1) << vector % 64;

    v->word[vector / 64] = on ? v->word[vector / 64] | bit
                              : v->word[vector / 64] & ~bit;
}

static inline unsigned vr_vectors_count(const VrVectors *v)
{
    unsigned n = 0;

    for (unsigned i = 0; i < 4; i++) {
        n += __builtin_popcountll(v->word[i]);
    }
    return n;
}

/* Only the first one counts. */
static inline void vr_bypass_broken(VrBypassWalk *w, size_t at,
                                    const char *rule)
{
    if (!w->b->broken) {
        w->b->broken = rule;
        w->b->broken_at = at;
    }
}

/* bypass_unit.c */
void vr_bypass_see_unit(VrBypassWalk *w, const VrTraceRec *r, size_t i);
/* bypass_cpu.c */
void vr_bypass_see_cpu(VrBypassWalk *w, const VrTraceRec *r, size_t i);
/* No more records of VM entries come: they are as they are. */
void vr_bypass_entered(VrBypassWalk *w);
void vr_bypass_walk_end(VrBypassWalk *w);

#endif
