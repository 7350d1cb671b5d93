/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines that run firmware images. */
#ifndef VIRELAY_CLI_FIRMWARE_MACHINE_H
#define VIRELAY_CLI_FIRMWARE_MACHINE_H

#include "firmware.h"

typedef struct VrFirmwareMachine {
    const char *name;
    const char *suffix;      /* of the image that it boots: ".elf", ".img" */
    /*
     * Arguments that boot @image with its serial port in the file @console;
     * files of the machine's own go to @dir. NULL with *err.
     */
    GPtrArray *(*command)(const VrFirmwareSpec *spec, const char *image,
                          const char *dir, const char *console, VrError *err);
} VrFirmwareMachine;

/* NULL with *err that names the machines. */
const VrFirmwareMachine *vr_firmware_machine(const char *name, VrError *err);

#endif
