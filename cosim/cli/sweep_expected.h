/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sweeps have to break on a kernel, as the catalogue says it: a list of
 * "WINDOW LOAD EVENT[,EVENT...]", each known to sweep_names.c. On a base or a
 * series all else has to pass; on a mutant nothing is known of it.
 */
#ifndef VIRELAY_CLI_SWEEP_EXPECTED_H
#define VIRELAY_CLI_SWEEP_EXPECTED_H

#include "sweep.h"

/* False with *err: one of them is not a sweep of this architecture. */
bool vr_sweep_expected_check(char *const *list, const char *arch, VrError *err);
/* Whether the list has the job's window, load and event. */
bool vr_sweep_expected(char *const *list, const VrSweepJob *job);
/*
 * Whether a job that is done came out as it has to: as expected, or, where
 * nothing is, without a point that failed.
 */
bool vr_sweep_as_expected(const VrSweepJob *job);

#endif
