/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets of `virelay fuzz` that are no block. */
#ifndef VIRELAY_CLI_FUZZ_TARGET_H
#define VIRELAY_CLI_FUZZ_TARGET_H

#include "../cli.h"

typedef struct VrFuzzTarget {
    gint64 count, seed;
    bool sanitize;
    const char *out, *json;  /* or NULL */
} VrFuzzTarget;

/* The exit code */
int vr_fuzz_target_vmx(const VrCommand *self, const VrFuzzTarget *t);

#endif
