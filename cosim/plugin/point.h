/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is seen of one point, and what is made of it. */
#ifndef VIRELAY_PLUGIN_POINT_H
#define VIRELAY_PLUGIN_POINT_H

#include "sweep.h"

typedef struct VrPoint {
    uint64_t k;
    uint64_t pc;       /* of the k-th instruction */
    uint64_t fired_at; /* when the event was complete */
    uint64_t latency;  /* until its first delivery */
    uint64_t wake_at;  /* when the agent would have ended the halt; 0: not */
    unsigned cpu;      /* the one in the window */
    unsigned received; /* by the guest's handler */
    unsigned missing;  /* of the load's interrupts */
    unsigned delivered;
    unsigned lost;     /* VMX_PI_LOST records */
    unsigned sent, dropped; /* what the device did */
    unsigned ignored;  /* arm64: DIR writes that deactivated nothing */
    bool fired;        /* the event is complete */
    bool entered;      /* there was a VM entry since */
    bool pushed;       /* and an exit before the delivery */
    bool released;     /* the CPU had to go on before the event was complete */
    bool overdue;      /* the guest has waited in vain */
} VrPoint;

/* Takes note of a record of the trace. */
void vr_point_note(VrPoint *p, const VrTraceRec *rec, uint64_t vector);
/* *why: one line, a literal. */
VrPointVerdict vr_point_judge(const VrPoint *p, const VrSweepConfig *config,
                              const char **why);

#endif
