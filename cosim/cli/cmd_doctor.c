/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay doctor, the part that only the built command knows: blocks and their
 * backends, checks, kernels. ./virelay doctor tells the rest.
 */
#include <stdio.h>

#include "catalogue.h"
#include "check.h"
#include "cli.h"
#include "kernel_build.h"

static void print_blocks(void)
{
    const VrBlockType *type;

    for (size_t i = 0; (type = vr_block_type_at(i)); i++) {
        printf("block %s (%s):", type->name, type->manual);
        for (size_t b = 0; vr_backend_name_at(type, b); b++) {
            printf(" %s", vr_backend_name_at(type, b));
        }
        putchar('\n');
    }
}

static bool print_kernels(VrError *err)
{
    g_autoptr(VrCatalogue) c = vr_catalogue_load_ours(err);
    unsigned built = 0;

    if (!c) {
        return false;
    }
    for (guint i = 0; i < c->kernels->len; i++) {
        const VrKernel *k = c->kernels->pdata[i];
        g_autofree char *image = vr_kernel_image_path(k, err);

        if (!image) {
            return false;
        }
        built += g_file_test(image, G_FILE_TEST_IS_REGULAR);
    }
    printf("kernels: %u in the catalogue, %u built\n", c->kernels->len, built);
    return true;
}

static int cmd_doctor(const VrCommand *self, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);
    size_t checks = 0;
    VrError err;

    if (ret >= 0) {
        return ret;
    }
    if (argc > 1) {
        return vr_cli_error(self, VR_ERR_USAGE, "takes no argument, but got "
                            "'%s'", argv[1]);
    }
    print_blocks();
    while (vr_check_at(checks)) {
        checks++;
    }
    printf("checks: %zu\n", checks);
    return print_kernels(&err) ? VR_EXIT_OK : vr_cli_fail(self, &err);
}

VR_COMMAND(doctor, "doctor", "Blocks, backends, checks and kernels", "[--help]",
           cmd_doctor)
