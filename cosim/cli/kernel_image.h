/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a file is a kernel that can be booted, told before it is. */
#ifndef VIRELAY_CLI_KERNEL_IMAGE_H
#define VIRELAY_CLI_KERNEL_IMAGE_H

#include "block.h"

/*
 * For "arm64" an Image (Documentation/arch/arm64/booting.rst), also gzipped; for
 * "x86" a bzImage (Documentation/arch/x86/boot.rst). False
 * with *err (VR_ERR_USAGE) that says what the file is instead.
 */
bool vr_kernel_image_check(const char *path, const char *arch, VrError *err);

#endif
