/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of a firmware image on a machine, and what its cases said. The image is
 * started again after a case that hung or crashed, and goes on with the next.
 */
#ifndef VIRELAY_CLI_FIRMWARE_H
#define VIRELAY_CLI_FIRMWARE_H

#include <glib.h>

#include "block.h"

typedef enum VrCaseResult {
    VR_CASE_PASS,
    VR_CASE_FAIL,
    VR_CASE_SKIP,
    VR_CASE_HUNG,    /* said nothing more, or the machine ended in it */
} VrCaseResult;

typedef struct VrFirmwareCase {
    char *id;
    char *section, *title;   /* only after a list */
    VrCaseResult result;
    char *text;              /* diagnostics, or why it was skipped */
    const char *known;       /* why this machine, or backend, differs; or NULL */
} VrFirmwareCase;

typedef struct VrFirmwareSpec {
    const char *suite;
    const char *machine;     /* "qemu", "bochs" */
    const char *backend;     /* of the block that the suite is about, or NULL */
    const char *variant;     /* "NAME=VALUE:...", or NULL */
    const char *unit;        /* more properties of QEMU's intel-iommu, or NULL */
    const char *cpu;         /* QEMU: "vmx" or a model; NULL: the default */
    const char *glob;        /* cases */
    const char *qemu;        /* another QEMU than ours, or NULL */
    unsigned cpus;
    unsigned case_timeout_s; /* without output: the case hangs */
    bool list;               /* only list the cases */
} VrFirmwareSpec;

/*
 * Run in @dir (console.txt and the machine's own log are left there). The
 * cases in their order, of VrFirmwareCase; NULL with *err where the machine
 * could not be started, or the suite cannot run on it.
 */
GPtrArray *vr_firmware_run(const VrFirmwareSpec *spec, const char *dir,
                           VrError *err);

/*
 * A copy in @dir of a suite's image ("vmx", ".elf"), with options in it. Its
 * path, to free; NULL with *err.
 */
char *vr_firmware_image(const char *suite, const char *suffix, const char *dir,
                        const char *options, VrError *err);

/* A result as the machine's list of known differences has it */
bool vr_firmware_expected(const VrFirmwareCase *c);
const char *vr_case_result_name(VrCaseResult r);

#endif
