/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that a command starts and watches. It gets a process group of its
 * own, and dies with the command.
 */
#ifndef VIRELAY_CLI_CHILD_H
#define VIRELAY_CLI_CHILD_H

#include <glib.h>

#include "block.h"

typedef struct VrChild VrChild;

/*
 * Start @argv (NULL-terminated) with stdin empty and both outputs appended to
 * @log_path. NULL with *err.
 */
VrChild *vr_child_start(char *const *argv, const char *log_path, VrError *err);
/* Whether it has ended; never waits. */
bool vr_child_ended(VrChild *c);
/* After its end: exit status, or 128 + signal. */
int vr_child_status(const VrChild *c);
/* Seconds from start to end, or until now. */
double vr_child_seconds(const VrChild *c);
/* Ask it to end; after 5 s it is killed. Returns when it has ended. */
void vr_child_stop(VrChild *c);
/* Stops it if it runs. */
void vr_child_free(VrChild *c);

/* The last lines of a log that are not empty, at most @lines; "" if none. */
char *vr_log_tail(const char *path, unsigned lines);

#endif
