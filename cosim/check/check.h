/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks and verdicts.
 *
 * A check is one rule, judged over the trace (the hardware's side) and the
 * agent's report (the software's side) of one run. A check that finds nothing
 * to judge gives an error, never a pass.
 */
#ifndef VIRELAY_CHECK_H
#define VIRELAY_CHECK_H

#include <glib.h>

#include "run.h"

typedef enum VrOutcome {
    VR_VERDICT_PASS,
    VR_VERDICT_FAIL,
    VR_VERDICT_NOT_APPLICABLE, /* the agent skipped the scenario, and why */
    VR_VERDICT_ERROR,          /* could not be judged, and why */
} VrOutcome;

typedef struct VrVerdict {
    VrOutcome outcome;
    char *reason;        /* one line */
    GPtrArray *evidence; /* of char *: the events that decided, one a line */
} VrVerdict;

typedef struct VrCheck {
    const char *id;      /* "arm64.tdir.asym-deactivate" */
    const char *section; /* the manual, and its section by title */
    const char *title;   /* the rule, one line */
    VrScenario scenario; /* what the agent has to do for it */
    /*
     * "vmx" or "svm" where it is about a host with that; the agent's fact of
     * this name tells, and where it is 0 the check is not applicable. Or NULL.
     */
    const char *cpu;
    /*
     * It is about what a block decides, which has to be in the trace; where the
     * device is QEMU's own, the check is not applicable.
     */
    bool needs_block;
    /*
     * It counts instructions, or has the machine stop between two of them: it
     * is not applicable where time is the wall's.
     */
    bool needs_icount;
    /* Called only with a whole slice and a result in the report. */
    VrVerdict *(*judge)(const VrRun *run, const VrSlice *slice);
} VrCheck;

/* Enumerate in a fixed order: NULL past the end. */
const VrCheck *vr_check_at(size_t index);
const VrCheck *vr_check_find(const char *id);

/* Whether the check's id matches a glob of the NULL-terminated list. */
bool vr_check_matches(const VrCheck *check, char *const *globs);

/* Judge one check. The verdict is the caller's, to free. */
VrVerdict *vr_check_judge(const VrCheck *check, const VrRun *run);

VrVerdict *vr_verdict_new(VrOutcome outcome, const char *fmt, ...)
    G_GNUC_PRINTF(2, 3);
void vr_verdict_free(VrVerdict *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VrVerdict, vr_verdict_free)
/* Add a record of the trace, or a line of text, to the evidence. */
void vr_verdict_add(VrVerdict *v, const VrRun *run, size_t index);
void vr_verdict_note(VrVerdict *v, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* "pass", "fail", "not-applicable", "error". */
const char *vr_outcome_name(VrOutcome outcome);

#endif
