/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building kernels of the catalogue, or the user's, with build-kernel. */
#ifndef VIRELAY_CLI_KERNEL_BUILD_H
#define VIRELAY_CLI_KERNEL_BUILD_H

#include <glib.h>

#include "catalogue.h"

/* Where the image of a kernel is, or will be. NULL with *err. */
char *vr_kernel_image_path(const VrKernel *k, VrError *err);

/* A step among others, for the progress. */
typedef struct VrBuildStep {
    unsigned number, total;
    gint64 began_us; /* of the whole command */
} VrBuildStep;

/*
 * Build a kernel if it is not there as asked for: from the tarball of Linux
 * that ./virelay fetched, or from @linux_dir. Returns the image's path (to
 * free), or NULL with *err. Interrupted: NULL, and vr_signals_caught().
 */
char *vr_kernel_build(const VrKernel *k, const char *linux_dir,
                      const VrBuildStep *step, VrError *err);

/*
 * Build the kernel's own tests of KVM, for x86, if they are not there. Returns
 * the path of their archive for an initrd (to free), or NULL with *err.
 * Interrupted: NULL, and vr_signals_caught().
 */
char *vr_selftests_build(gint64 began_us, VrError *err);

/*
 * Build libvirelay.so with a patch on the RTL, named for the mutant. Returns the
 * folder that it is in, to free; NULL with *err.
 */
char *vr_library_build(const char *name, const char *patch,
                       const VrBuildStep *step, VrError *err);

#endif
