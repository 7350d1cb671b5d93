/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a remapping unit did in a part of the trace, by the events of its block
 * (cosim/block/vtd_ir.h), and the rules of posting that hold at every event.
 */
#ifndef VIRELAY_CHECK_IR_VIEW_H
#define VIRELAY_CHECK_IR_VIEW_H

#include "check.h"

#define VR_IR_REASONS 0x30

typedef struct VrIrTally {
    uint64_t requests;  /* in the remappable format */
    uint64_t compat;    /* in the compatibility format */
    uint64_t foreign;   /* of the device's, under another source-id */
    uint64_t remapped;  /* sent to local APICs */
    uint64_t passed;    /* not remapped */
    uint64_t posts;     /* PIR bits set */
    uint64_t notifies;  /* notifications */
    uint64_t coalesced; /* posts that found ON set */
    uint64_t suppressed; /* posts that found SN set, and ON clear */
    uint64_t raced;     /* updates that found another value */
    uint64_t waits;     /* status writes of wait descriptors */
    uint64_t entry_reads; /* reads of the device's table entries */
    /* From fault recording registers that the kernel read */
    uint64_t faults[VR_IR_REASONS];
    bool timed;         /* the unit delays what it does */
    uint64_t before;    /* then: requests that were in flight before */
    const char *broken; /* the first rule that was broken, or NULL */
    size_t broken_at;
} VrIrTally;

typedef struct VrIrLook {
    uint16_t source; /* of the device; other sources are others' */
    bool blocked;    /* requests are meant to be blocked; nothing is paired */
    bool compat;     /* the compatibility format is let through */
    bool urgent;     /* the device's entries are urgent */
} VrIrLook;

VrIrTally vr_ir_tally(const VrRun *run, VrRange range, const VrIrLook *look);

/* FAIL with the broken rule and its record; NULL if all rules held. */
VrVerdict *vr_ir_rules(const VrRun *run, const VrIrTally *t);
/* FAIL unless all requests landed, as remapped or posted; NULL if they did. */
VrVerdict *vr_ir_all_landed(const VrIrTally *t);

/* The part between the marks of one round; an error verdict if it is not. */
VrVerdict *vr_ir_round(const VrRun *run, const VrSlice *slice,
                       uint64_t number, VrRange *range);
/* FAIL unless the fact has this value; ERROR if it is missing. */
VrVerdict *vr_ir_fact_is(const VrRun *run, VrScenario scenario,
                         const char *key, int64_t value, const char *meaning);
/* The same, with another fact's value. */
VrVerdict *vr_ir_facts_equal(const VrRun *run, VrScenario scenario,
                             const char *key, const char *as,
                             const char *meaning);

#endif
