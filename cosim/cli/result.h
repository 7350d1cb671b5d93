/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came out of one kernel: verdicts, and whether they were expected. */
#ifndef VIRELAY_CLI_RESULT_H
#define VIRELAY_CLI_RESULT_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "catalogue.h"
#include "check.h"

typedef enum VrExpectation {
    VR_EXPECT_PASS,
    VR_EXPECT_FAIL,
    VR_EXPECT_EITHER, /* a mutant may break more than what must catch it */
    VR_EXPECT_NOT_APPLICABLE, /* the check is about another kind of CPU */
    VR_EXPECT_IF_APPLICABLE,  /* the CPU is one that we do not know */
} VrExpectation;

/*
 * @cpu: of the machine, "vmx", "svm", another name, or NULL. @backend: on QEMU's
 * own remapping unit, whose decisions cannot be seen and which has no cache, a
 * kernel's mistakes go unnoticed.
 */
VrExpectation vr_expectation(const VrKernel *k, const VrCheck *check,
                             const char *cpu, const char *backend);
bool vr_expectation_met(VrExpectation expected, VrOutcome outcome);
/* "pass", "fail", "pass or fail", ... */
const char *vr_expectation_name(VrExpectation expected);

typedef struct VrRow {
    const VrCheck *check;
    VrVerdict *verdict;
    VrExpectation expected;
    /*
     * The run's mode leaves nothing to judge (no icount; no symbols of the
     * user's own kernel): expected else, and then not applicable.
     */
    bool ruled_out;
    VrExpectation otherwise;
    bool met;
} VrRow;

typedef struct VrResultSet {
    const VrKernel *kernel; /* borrowed */
    char *backend;
    char *variant; /* NULL: the default */
    char *cpu;     /* NULL: the architecture has one only */
    char *image_sha256; /* or NULL */
    char *folder;       /* of the run, or NULL */
    char *trouble;      /* how the machine ended, if not well */
    char *no_sweep;     /* why it could not sweep what a check judges, or NULL */
    bool icount;        /* as machines are, unless said otherwise */
    double seconds;
    GPtrArray *rows;    /* of VrRow, in the checks' order */
    unsigned unexpected;
} VrResultSet;

VrResultSet *vr_result_new(const VrKernel *kernel, const char *backend,
                           const char *variant, const char *cpu);
void vr_result_free(VrResultSet *r);
/* The row of a check; NULL if it was not judged. */
const VrRow *vr_result_row(const VrResultSet *r, const VrCheck *check);
/*
 * Judge a run's files, or, where @trouble says why there is no whole run,
 * judge what there is of it and put the reason into the verdicts.
 * @fatal: no check can be judged, all are errors.
 */
void vr_result_judge(VrResultSet *r, const GPtrArray *checks,
                     const char *console, const char *trace, uint64_t stress,
                     const char *trouble, bool fatal);

/* How many of several results' verdicts the mode rules out; of them, those that
 * would have to fail. */
typedef struct VrRuledOut {
    unsigned count, failures;
} VrRuledOut;
VrRuledOut vr_results_ruled_out(const GPtrArray *results);

/* Array of {kernel, check, backend, variant, verdict, expected, ...}. */
void vr_result_add_json(const VrResultSet *r, JsonArray *verdicts);
/* The whole of several results, as one object. */
JsonNode *vr_results_json(const GPtrArray *results, double seconds);

#endif
