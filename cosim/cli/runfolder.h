/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder of a run. While the run goes on it is NAME.partial; it gets its
 * name when everything in it is written, so that a folder without ".partial"
 * is a whole run.
 *
 *   manifest.json  what took part: versions, checksums, command line, seed
 *   console.txt    the host's console, with the agent's report
 *   qemu.log       what QEMU itself said
 *   trace.vrt      the trace
 *   initrd.img     x86: the agent and the kernel of L2
 *   recording/     recordings of the blocks
 *   sweep/         what a sweep left that a check judges
 *   verdicts.json, report.txt
 */
#ifndef VIRELAY_CLI_RUNFOLDER_H
#define VIRELAY_CLI_RUNFOLDER_H

#include <glib.h>

#include "block.h"

typedef struct VrRunFolder {
    char *partial; /* where files are put now */
    char *path;    /* its name once it is whole */
    bool whole;
} VrRunFolder;

/*
 * A new folder, TIME-@name below the folder of runs, or @out if not NULL
 * (which must not exist, or be empty). NULL with *err.
 */
VrRunFolder *vr_run_folder_new(const char *name, const char *out,
                               VrError *err);
/* A file in it, by its present path. */
char *vr_run_folder_file(const VrRunFolder *f, const char *name);
/* Give it its name. */
bool vr_run_folder_finish(VrRunFolder *f, VrError *err);
/* Remove it and all that is in it. */
void vr_run_folder_discard(VrRunFolder *f);
void vr_run_folder_free(VrRunFolder *f);

#endif
