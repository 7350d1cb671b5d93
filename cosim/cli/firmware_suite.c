/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firmware_suite.h"

#include <string.h>

#include "env.h"
#include "machine_arch.h"

static const VrFirmwareSuite suites[] = {
    { "vmx", NULL },
    { "vtd-ir", "vtd-ir" },
};

const VrFirmwareSuite *vr_firmware_suite(const char *name, VrError *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
        if (strcmp(suites[i].name, name) == 0) {
            return &suites[i];
        }
    }
    vr_error_set(err, VR_ERR_USAGE,
                 "no such suite: '%s'; there are vmx and vtd-ir", name);
    return NULL;
}

static void add_property(GPtrArray *argv, const char *name, const char *value)
{
    char **last = (char **)&argv->pdata[argv->len - 1];
    char *longer = g_strconcat(*last, ",", name, value, NULL);

    g_free(*last);
    *last = longer;
}

/*
 * The unit, an HPET that sends messages, and, behind a port so that its bus is
 * not the first one, the device that interrupts on demand.
 */
static void add_remapping_unit(GPtrArray *argv, const VrFirmwareSpec *spec)
{
    vr_argv_add_all(argv, "-global hpet.msi=on -device");
    vr_argv_add(argv, "intel-iommu,intremap=on,eim=on,x-scalable-mode=on");
    if (strcmp(spec->backend, "builtin") != 0) {
        add_property(argv, "ir=", spec->backend);
    }
    if (spec->variant) {
        add_property(argv, "ir-variant=", spec->variant);
    }
    if (spec->unit) {
        add_property(argv, spec->unit, "");
    }
    vr_argv_add_all(argv, "-device pcie-root-port,id=root-port "
                    "-device virelay-irqgen,bus=root-port");
}

void vr_firmware_add_devices(GPtrArray *argv, const VrFirmwareSpec *spec)
{
    if (spec->backend) {
        add_remapping_unit(argv, spec);
    }
}
