/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of cases about checks that judge facts: a run whose facts hold, and
 * runs in which one of them is another, or missing.
 */
#ifndef VIRELAY_CHECK_CASES_H
#define VIRELAY_CHECK_CASES_H

#include "synth.h"

typedef struct Case {
    const char *check;
    VrScenario scenario;
    const char *facts; /* "key=value key=value ..." */
    const char *flaw;  /* "key=value" instead, or "key": left out; or NULL */
    VrOutcome outcome;
    const char *reason; /* has to be part of the verdict's reason */
    /* What is in the trace; may see a flaw that is not about a fact. Or NULL */
    void (*trace)(const char *flaw);
} Case;

/* Adds "/PREFIX/CHECK/FLAW" for each. */
void cases_add(const char *prefix, const Case *cases, size_t count);

#endif
