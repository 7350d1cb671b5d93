/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results as text: a table of kernels by checks, and what was not expected. */
#ifndef VIRELAY_CLI_TABLE_H
#define VIRELAY_CLI_TABLE_H

#include <stdio.h>

#include "result.h"

/* @results: of VrResultSet. A table for each architecture. */
void vr_table_print(FILE *f, const GPtrArray *results);
/* Where the time went; @built: seconds until all kernels were there. */
void vr_times_print(FILE *f, const GPtrArray *results, double built);
/* What the mode of the runs rules out: each check, with the reason. */
void vr_ruled_out_print(FILE *f, const GPtrArray *results);
/* ", N not applicable in this mode, ..."; nothing if there are none. */
void vr_ruled_out_count(FILE *f, const GPtrArray *results);
/* Each verdict that was not expected, with its reason and evidence. */
void vr_surprises_print(FILE *f, const GPtrArray *results);
/* Every verdict of one run, one a line. */
void vr_verdicts_print(FILE *f, const VrResultSet *r);

#endif
