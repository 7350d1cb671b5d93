/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay qemu: QEMU with our devices, with arguments of the user's own. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "env.h"

static int cmd_qemu(const VrCommand *self, int argc, char **argv)
{
    g_autofree char *arch = NULL;
    const GOptionEntry entries[] = {
        { "arch", 0, 0, G_OPTION_ARG_STRING, &arch, "arm64 (the default) or x86",
          "ARCH" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autoptr(GPtrArray) command = g_ptr_array_new();
    int ret = vr_cli_parse(self, entries, &argc, &argv);
    char *qemu;
    VrError err;

    if (ret >= 0) {
        return ret;
    }
    qemu = vr_env_qemu(arch ? arch : "arm64", &err);
    if (!qemu) {
        return vr_cli_fail(self, &err);
    }
    g_ptr_array_add(command, qemu);
    vr_env_add_firmware(command);
    for (int i = 1; i < argc; i++) {
        if (i > 1 || strcmp(argv[i], "--") != 0) {
            g_ptr_array_add(command, argv[i]);
        }
    }
    g_ptr_array_add(command, NULL);
    execv(qemu, (char **)command->pdata);
    return vr_cli_error(self, VR_ERR_ENVIRONMENT, "cannot start '%s': %s",
                        qemu, strerror(errno));
}

VR_COMMAND(qemu, "qemu", "QEMU with our devices, with arguments of your own",
           "[--arch ARCH] -- ARGUMENT...", cmd_qemu)
