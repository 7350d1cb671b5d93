/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's report: what the host's init program wrote to the console, as
 * KTAP lines and "# fact SCENARIO key integer" lines. Other lines (the
 * kernel's) are skipped; of them only the first that tells of a crash and the
 * last are kept, to explain a report that was cut.
 */
#ifndef VIRELAY_CHECK_REPORT_H
#define VIRELAY_CHECK_REPORT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct VrReport VrReport;

typedef enum VrResult {
    VR_RESULT_MISSING, /* no line: not asked for, or the report was cut */
    VR_RESULT_OK,
    VR_RESULT_NOT_OK,
    VR_RESULT_SKIP,
} VrResult;

/* Parse a console's text. Never fails: what is not there is missing. */
VrReport *vr_report_parse(const char *text, gsize len);
/* NULL with an error if the file cannot be read. */
VrReport *vr_report_load(const char *path, GError **error);
void vr_report_free(VrReport *r);

/* Result of a scenario; *text (borrowed, never NULL) says why, if not OK. */
VrResult vr_report_result(const VrReport *r, const char *scenario,
                          const char **text);
/* Value of a fact; false if the report does not have it. */
bool vr_report_fact(const VrReport *r, const char *scenario, const char *key,
                    int64_t *value);
/* The agent began its report. */
bool vr_report_started(const VrReport *r);
/* The agent came to its end ("# fact RUN done 1"). */
bool vr_report_done(const VrReport *r);
/* First console line of a crash ("Kernel panic ..."), or NULL. */
const char *vr_report_crash(const VrReport *r);
/* Last line that is not empty, or "". */
const char *vr_report_last_line(const VrReport *r);

#endif
