/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine of `virelay conform`: builds kernels, boots them, judges. */
#ifndef VIRELAY_CLI_CONFORM_H
#define VIRELAY_CLI_CONFORM_H

#include "cli.h"
#include "machine.h"
#include "result.h"

typedef struct VrConform {
    const GPtrArray *kernels; /* of VrKernel */
    const GPtrArray *checks;  /* of VrCheck */
    const char *image;        /* the user's own image, or NULL: build */
    const char *linux_dir;    /* the user's own tree, or NULL: ours */
    /*
     * All but architecture, kernel, scenarios; without a CPU the machine's own,
     * without stress the kernel's.
     */
    VrMachineSpec machine;
    unsigned jobs;            /* machines at once */
    bool keep_going;          /* past a kernel that cannot be built */
    bool keep_traces;         /* also of runs without a surprise */
    gint64 began_us;
    char *selftests;          /* the engine's own: their archive, or NULL */
    GPtrArray *results; /* out: of VrResultSet, in the kernels' order */
    gint64 built_us;    /* out: when all kernels were there */
} VrConform;

/*
 * Do it. Returns VR_EXIT_OK with all results, or the exit code that stopped
 * it, its message already printed.
 */
int vr_conform(const VrCommand *self, VrConform *c);

#endif
