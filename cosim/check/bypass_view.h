/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of an interrupt into a guest, over the trace: what the remapping unit
 * posts into the descriptors of vCPUs, joined with what processors take from
 * there and deliver. Each request is accounted for, from PIR over VIRR to its
 * delivery, also where the VMM moves it itself: VM entries show what it left.
 *
 * Intel VT-d, "Interrupt Posting"; Intel SDM vol. 3, "Posted-Interrupt
 * Processing", "Virtual-Interrupt Delivery".
 */
#ifndef VIRELAY_CHECK_BYPASS_VIEW_H
#define VIRELAY_CHECK_BYPASS_VIEW_H

#include "check.h"

#define VR_BYPASS_ROUNDS 64
#define VR_BYPASS_MAX_VCPUS 4

/* Vectors of the guest that devices are given */
#define VR_BYPASS_FIRST_VECTOR 0x50
#define VR_BYPASS_LAST_VECTOR 0xdf

typedef struct VrBypassTally {
    uint64_t posts;      /* of the unit, into the vCPUs' descriptors */
    uint64_t coalesced;  /* of these: the bit in PIR was set already */
    uint64_t merged;     /* taken from PIR, the bit in VIRR was set already */
    uint64_t software;   /* requests that the VMM posted or injected */
    uint64_t delivered;  /* virtual interrupts */
    uint64_t in_guest;   /* posts that set a bit while the vCPU was inside */
    uint64_t direct;     /* of these: delivered without a VM exit in between */
    uint64_t aside;      /* VM exits in between, for the host's interrupts */
    uint64_t processed;  /* posted-interrupt processing */
    uint64_t active;     /* notifications with the active vector */
    uint64_t wakeups;    /* with another one */
    uint64_t suppressed; /* posts that found SN set and ON clear */
    uint64_t remapped;   /* the device's, that went to the host */
    uint64_t entries;    /* VM entries of the vCPUs */
} VrBypassTally;

typedef struct VrBypassLook {
    VrScenario scenario;
    /*
     * In rounds, the vCPUs do nothing that needs a VM exit: none comes between
     * a post into a running guest and its delivery, but for the host's
     * interrupts.
     */
    bool quiet;
    bool software; /* some interrupts go through the host and the VMM */
} VrBypassLook;

typedef struct VrBypass {
    VrBypassTally all;
    VrBypassTally round[VR_BYPASS_ROUNDS]; /* 0: outside of rounds */
    uint64_t left;      /* requests that were not delivered in the end */
    uint32_t cpus;      /* bit n: a vCPU entered on CPU n */
    const char *broken; /* the first rule that was broken, or NULL */
    size_t broken_at;
} VrBypass;

/*
 * Joins a scenario's part of the trace. An error verdict if the report lacks
 * facts, FAIL if the device's entries are not posted ones, or not to the vCPU
 * that they are routed to; else NULL.
 */
VrVerdict *vr_bypass_view(const VrRun *run, const VrSlice *slice,
                          const VrBypassLook *look, VrBypass *b);

/* FAIL with the broken rule, of the unit or of the way; NULL: all held. */
VrVerdict *vr_bypass_rules(const VrRun *run, const VrSlice *slice,
                           const VrBypass *b);
/*
 * FAIL unless each post was delivered, or coalesced with one that was, and the
 * guest received as many as were delivered (the fact received_all).
 */
VrVerdict *vr_bypass_none_lost(const VrRun *run, VrScenario scenario,
                               const VrBypass *b);

#endif
