/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress on stderr: one line a step, with the elapsed time. On a terminal
 * the running step is shown with a clock. Quiet with VIRELAY_QUIET=1.
 */
#ifndef VIRELAY_CLI_PROGRESS_H
#define VIRELAY_CLI_PROGRESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* "0:07", "12:40" */
char *vr_elapsed(gint64 since_us);

/* A line that stays: "[0:07] text". */
void vr_progress_line(gint64 began_us, const char *fmt, ...)
    G_GNUC_PRINTF(2, 3);
/* A line that the next one replaces; only on a terminal. */
void vr_progress_tick(gint64 began_us, const char *text);
/* Wipe that line, before something else is written to the terminal. */
void vr_progress_clear(void);

/* Whether a stream takes colour: a terminal, and NO_COLOR is not set. */
bool vr_colour(FILE *f);

#endif
