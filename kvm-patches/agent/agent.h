/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the common part of the agent and the scenarios agree on. */
#ifndef VR_AGENT_AGENT_H
#define VR_AGENT_AGENT_H

#include <stdint.h>

#include "params.h"

typedef enum VrOutcome {
    VR_OUTCOME_OK,     /* carried out, and right as far as software sees */
    VR_OUTCOME_NOT_OK, /* could not be carried out, or came out wrong */
    VR_OUTCOME_SKIP,   /* this machine or kernel cannot do it */
} VrOutcome;

typedef struct VrContext {
    const VrParams *params;
    const char *scenario; /* name of the one that runs, for facts */
    unsigned vcpu_pcpus;  /* CPUs 0 to vcpu_pcpus - 1 run vCPUs */
    unsigned control_pcpu;
    VrOutcome outcome;
    char why[200]; /* unless OK */
} VrContext;

typedef struct VrScenarioOps {
    unsigned number;
    const char *name;
    void (*run)(VrContext *ctx);
    uint64_t limit; /* virtual time after which the watchdog ends the run */
} VrScenarioOps;

/* The scenarios of this architecture; ends with a NULL name. */
extern const VrScenarioOps vr_scenarios[];

/*
 * Called first, with the kernel's command line. An architecture whose agent is
 * also init of its own guest (L2) does that guest's part here, and then does
 * not return.
 */
void vr_arch_begin(const char *cmdline);

/* "# fact SCENARIO key value" */
void vr_fact(const VrContext *ctx, const char *key, long long value);

/* Sets the outcome and why; the first call of a scenario counts. */
void vr_fail(VrContext *ctx, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void vr_skip(VrContext *ctx, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Scales a time that is right with the default patience. */
uint64_t vr_patient(const VrContext *ctx, uint64_t ns);

/* Binds the calling thread to one CPU; false: errno says why. */
bool vr_pin(unsigned pcpu);
/* Lets it go to any CPU again. */
void vr_unpin(void);

#endif
