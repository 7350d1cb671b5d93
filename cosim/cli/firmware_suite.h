/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bare-metal suites, and what a machine needs for each. */
#ifndef VIRELAY_CLI_FIRMWARE_SUITE_H
#define VIRELAY_CLI_FIRMWARE_SUITE_H

#include "firmware.h"

typedef struct VrFirmwareSuite {
    const char *name;
    const char *block;       /* type of the block that it is about, or NULL */
} VrFirmwareSuite;

/* NULL with *err that names the suites. */
const VrFirmwareSuite *vr_firmware_suite(const char *name, VrError *err);

/* Add what QEMU has beyond a PC for the suite of @spec. */
void vr_firmware_add_devices(GPtrArray *argv, const VrFirmwareSpec *spec);

#endif
