/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One boot of one kernel, from an image to a run folder with verdicts: what
 * `run` does once and `conform` for each kernel.
 */
#ifndef VIRELAY_CLI_BOOT_H
#define VIRELAY_CLI_BOOT_H

#include <stdio.h>

#include "machine.h"
#include "result.h"

typedef struct VrBoot VrBoot;

typedef struct VrBootOrder {
    const VrKernel *kernel;
    VrMachineSpec machine;
    const GPtrArray *checks; /* judged afterwards */
    const char *name;        /* of the folder, after the time */
    const char *out;         /* or the folder's path */
    bool drop_trace;         /* when every verdict is as expected */
} VrBootOrder;

/* Start. All that @order points to is borrowed until the end. NULL: *err. */
VrBoot *vr_boot_start(const VrBootOrder *order, VrError *err);
/* True once the machine has ended. */
bool vr_boot_poll(VrBoot *b);
/*
 * After the end: judge, write verdicts.json, report.txt and the manifest, and
 * give the folder its name. NULL with *err where something cannot be written.
 */
VrResultSet *vr_boot_finish(VrBoot *b, VrError *err);
/* A file of the run's folder, by its present path; to free. */
char *vr_boot_file(const VrBoot *b, const char *name);
/* How it ended. */
VrMachineEnd vr_boot_end(const VrBoot *b);
/* Frees; a boot that was not finished leaves nothing behind. */
void vr_boot_free(VrBoot *b);

/*
 * After a mismatch: what it was, and the command that replays it. Borrows the
 * folder's path.
 */
void vr_boot_print_mismatch(FILE *f, const char *folder);

#endif
