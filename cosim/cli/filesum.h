/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a file was, for the records. */
#ifndef VIRELAY_CLI_FILESUM_H
#define VIRELAY_CLI_FILESUM_H

#include "block.h"

/*
 * SHA-256 of a file in hex, or NULL with *err. Free with g_free. It is remembered
 * for as long as the file's size, times and inode stay: each run's manifest
 * names the same QEMU, and to read that takes half as long as a short run.
 */
char *vr_file_sha256(const char *path, VrError *err);

#endif
