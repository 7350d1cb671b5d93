/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manifest.json of a run: the versions and checksums of all that took part. */
#ifndef VIRELAY_CLI_MANIFEST_H
#define VIRELAY_CLI_MANIFEST_H

#include "catalogue.h"
#include "machine.h"

typedef struct VrManifest {
    const VrKernel *kernel;
    const VrMachineSpec *machine;
    const char *image_sha256;
    const char *partial_dir, *final_dir; /* the command line names the latter */
    int qemu_status;
    double seconds;
} VrManifest;

/* Write it to @path. */
bool vr_manifest_write(const VrManifest *m, const char *path, VrError *err);

#endif
