/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Result files: what a user names with --json, --junit. */
#ifndef VIRELAY_CLI_OUTFILE_H
#define VIRELAY_CLI_OUTFILE_H

#include "block.h"

/*
 * Write @text to @path. A file appears whole or not at all; a device, a pipe
 * or a symbolic link is written to, never replaced. False with *err.
 */
bool vr_out_write(const char *path, const char *text, VrError *err);

#endif
