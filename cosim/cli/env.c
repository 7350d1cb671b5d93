/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "env.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

const char *vr_env_need(const char *name, VrError *err)
{
    const char *value = g_getenv(name);

    if (!value || !*value) {
        vr_error_set(err, VR_ERR_ENVIRONMENT,
                     "%s is not set; start this command through ./virelay, "
                     "which sets it", name);
        return NULL;
    }
    return value;
}

static char *below_of(const char *variable, const char *below, VrError *err)
{
    const char *dir = vr_env_need(variable, err);

    return dir ? g_build_filename(dir, below, NULL) : NULL;
}

char *vr_env_root(const char *below, VrError *err)
{
    return below_of("VIRELAY_ROOT", below, err);
}

char *vr_env_build(const char *below, VrError *err)
{
    return below_of("VIRELAY_BUILD", below, err);
}

/* QEMU calls the architectures by other names. */
static const struct {
    const char *name, *qemu;
} archs[] = {
    { "arm64", "aarch64" },
    { "x86", "x86_64" },
};

static const char *qemu_name(const char *arch)
{
    for (size_t i = 0; i < G_N_ELEMENTS(archs); i++) {
        if (strcmp(archs[i].name, arch) == 0) {
            return archs[i].qemu;
        }
    }
    return NULL;
}

bool vr_env_check_arch(const char *arch, VrError *err)
{
    return qemu_name(arch) ||
           vr_error_set(err, VR_ERR_USAGE, "no architecture '%s'; known: "
                        "arm64, x86", arch);
}

void vr_env_add_firmware(GPtrArray *argv)
{
    static const char *const folders[] = {
        "/usr/share/seabios", "/usr/share/qemu", "/usr/share/qemu-efi-aarch64",
    };
    g_autofree char *own = vr_env_build("qemu/build/pc-bios", NULL);

    if (own && g_file_test(own, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(argv, g_strdup("-L"));
        g_ptr_array_add(argv, g_strdup(own));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        if (g_file_test(folders[i], G_FILE_TEST_IS_DIR)) {
            g_ptr_array_add(argv, g_strdup("-L"));
            g_ptr_array_add(argv, g_strdup(folders[i]));
        }
    }
}

char *vr_env_qemu(const char *arch, VrError *err)
{
    const char *given = g_getenv("VIRELAY_QEMU");
    g_autofree char *name = NULL;
    g_autofree char *path = NULL;

    if (!vr_env_check_arch(arch, err)) {
        return NULL;
    }
    name = g_strdup_printf("qemu/build/qemu-system-%s", qemu_name(arch));
    path = given && *given ? g_strdup(given) : vr_env_build(name, err);
    if (path && access(path, X_OK) != 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT,
                     "QEMU is not built ('%s' is not there); ./virelay setup "
                     "builds it", path);
        return NULL;
    }
    return g_steal_pointer(&path);
}

char *vr_env_agent(const char *arch, VrError *err)
{
    const char *given = g_getenv("VIRELAY_AGENT");
    g_autofree char *name = g_strdup_printf("ours/agent-%s.cpio", arch);
    g_autofree char *path = given && *given ? g_strdup(given)
                                            : vr_env_build(name, err);

    if (path && access(path, R_OK) != 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT,
                     "the agent is not built ('%s' is not there); ./virelay "
                     "setup builds it", path);
        return NULL;
    }
    return g_steal_pointer(&path);
}
