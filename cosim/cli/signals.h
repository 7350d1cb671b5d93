/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ctrl-C: a command that started other programs ends them, removes what is
 * half done, and ends with VR_EXIT_INTERRUPTED.
 */
#ifndef VIRELAY_CLI_SIGNALS_H
#define VIRELAY_CLI_SIGNALS_H

#include <stdbool.h>

#define VR_EXIT_INTERRUPTED 130

/* From now on SIGINT, SIGTERM and SIGHUP only set a flag. */
void vr_signals_catch(void);
bool vr_signals_caught(void);

#endif
