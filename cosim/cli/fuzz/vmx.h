/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzing of the processor's VMX: the firmware image vmxfuzz enters random and
 * mutated VMCSs in a machine, which may reset (an entry can wreck the image's
 * own state) and is started again then. What counts as a failure is QEMU's:
 * that it crashes, asserts, hangs, or that a sanitizer speaks up.
 */
#ifndef VIRELAY_CLI_FUZZ_VMX_H
#define VIRELAY_CLI_FUZZ_VMX_H

#include <glib.h>

#include "block.h"

typedef struct VrFuzzVmxOptions {
    uint64_t count, seed;   /* entries */
    bool sanitize;          /* the QEMU with ASan and UBSan */
    const char *dir;        /* consoles and logs */
} VrFuzzVmxOptions;

typedef struct VrFuzzVmxResult {
    uint64_t entries;       /* done, in thousands: what the image reported */
    unsigned boots;
    bool failed, interrupted;
    uint64_t failed_seed;   /* of the machine that failed */
    char *what;             /* how it ended, and QEMU's last words; or NULL */
} VrFuzzVmxResult;

/* False with *err where the machine cannot be run at all. */
bool vr_fuzz_vmx(const VrFuzzVmxOptions *o, VrFuzzVmxResult *r, VrError *err);

#endif
