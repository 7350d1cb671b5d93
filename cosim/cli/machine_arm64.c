/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's virt board with a GICv3 whose redistributors are ours. */
#include <string.h>

#include "env.h"
#include "machine_arch.h"

static void add_machine(GPtrArray *argv, const VrMachineSpec *spec)
{
    vr_argv_add_all(argv, "-M virt,virtualization=on,gic-version=3,its=off,"
                          "dtb-randomness=off -cpu max,pauth-impdef=on");
    if (strcmp(spec->backend, "builtin") != 0) {
        vr_argv_add(argv, "-global");
        vr_argv_add(argv, "arm-gicv3.redist=%s", spec->backend);
    }
    if (spec->variant) {
        vr_argv_add(argv, "-global");
        vr_argv_add(argv, "arm-gicv3.redist-variant=%s", spec->variant);
    }
}

static char *initrd(const VrMachineSpec *spec, const char *dir, VrError *err)
{
    (void)dir;
    return vr_env_agent(spec->arch, err);
}

const VrMachineArch vr_machine_arm64 = {
    .name = "arm64",
    .block = "gicv3-redist",
    .backend = "lockstep",
    .command_line = "console=ttyAMA0 panic=-1",
    .icount_shift = 0,
    .add_machine = add_machine,
    .initrd = initrd,
};
