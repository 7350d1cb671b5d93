/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Initrds in cpio's "newc" format, of which Linux takes several in one file. */
#ifndef VIRELAY_CLI_NEWC_H
#define VIRELAY_CLI_NEWC_H

#include "block.h"

/*
 * Write to @out the archive @base (compressed or not), after it one that holds
 * the file @path as @name, if not NULL, and then the archives @more, which end
 * with NULL.
 * False with *err.
 */
bool vr_newc_join(const char *base, const char *name, const char *path,
                  const char *const *more, const char *out, VrError *err);

#endif
