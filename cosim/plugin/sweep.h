/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sweep of a window: an event before its k-th instruction, for each k in
 * turn, while the agent makes a CPU come by again and again.
 *
 * A point goes NEXT - FROM - k-1 instructions - event - TO - END. Its judgement
 * needs no trace: what it is made of passes by as records.
 */
#ifndef VIRELAY_PLUGIN_SWEEP_H
#define VIRELAY_PLUGIN_SWEEP_H

#include <stdio.h>

#include "marks.h"
#include "sweep_api.h"

#define VR_SWEEP_ANY_CPU UINT32_MAX
#define VR_SWEEP_MAX_RETURNS 16

typedef struct VrSweepConfig {
    uint64_t from, to;    /* addresses */
    bool to_return;       /* the window ends when the function returns */
    unsigned cpu;         /* or VR_SWEEP_ANY_CPU */
    VrSweepEvent event;
    VrSweepLoad load;
    unsigned vcpu;        /* for the agent */
    uint64_t skip;        /* times that a point's CPU passes FROM before it counts */
    uint64_t first, last; /* the points; counted from 1 */
    uint64_t repeat;      /* how often all is swept */
    uint64_t most;        /* points in all */
    uint64_t latency;     /* ns from the event to its delivery, at most */
    uint64_t prompt;      /* likewise, of a vCPU that halts and is woken for it */
    uint64_t park;        /* ns that a CPU is parked, at most */
    uint64_t settle;      /* ns from a pairing to the interrupt that follows */
    uint64_t patience;    /* virelay_sweep_patience() */
    char *folder;         /* for points.txt and the traces of failed points */
} VrSweepConfig;

/* False: the folder cannot be written, and it has been said. */
bool vr_sweep_start(const VrSweepConfig *config);
/* What is left to be written, is. */
void vr_sweep_finish(void);

/* The CPU is before FROM. True: stop it there (virelay_sweep_leave()). */
bool vr_sweep_at_from(unsigned cpu);
/* It is before TO, or before an address that the function may return to. */
void vr_sweep_at_to(unsigned cpu, uint64_t address);
/* Whether the window may end at this address. */
bool vr_sweep_ends_at(uint64_t address);

extern const VrSweepOps vr_sweep_ops;

#endif
