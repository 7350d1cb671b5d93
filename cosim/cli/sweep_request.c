/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>

#include "sweep_plan.h"

#define FILE_NAME "sweep.ini"
#define GROUP "sweep"

static const struct {
    const char *key;
    size_t offset;
} texts[] = {
    { "arch", offsetof(VrSweepRequest, arch) },
    { "kernel", offsetof(VrSweepRequest, kernel) },
    { "vmlinux", offsetof(VrSweepRequest, symbols) },
    { "window", offsetof(VrSweepRequest, windows) },
    { "fire", offsetof(VrSweepRequest, events) },
    { "check", offsetof(VrSweepRequest, check) },
    { "load", offsetof(VrSweepRequest, load) },
    { "backend", offsetof(VrSweepRequest, backend) },
    { "append", offsetof(VrSweepRequest, append) },
};

static char **text_at(VrSweepRequest *r, size_t index)
{
    return (char **)((char *)r + texts[index].offset);
}

void vr_sweep_request_clear(VrSweepRequest *r)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_clear_pointer(text_at(r, i), g_free);
    }
}

bool vr_sweep_request_save(const VrSweepRequest *r, const char *folder,
                           VrError *err)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, FILE_NAME, NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        const char *value = *text_at((VrSweepRequest *)r, i);

        if (value) {
            g_key_file_set_string(file, GROUP, texts[i].key, value);
        }
    }
    g_key_file_set_integer(file, GROUP, "vcpu", r->vcpu);
    g_key_file_set_integer(file, GROUP, "timeout", r->timeout);
    g_key_file_set_integer(file, GROUP, "skip", r->skip);
    g_key_file_set_int64(file, GROUP, "from", r->first);
    g_key_file_set_int64(file, GROUP, "to", r->last);
    g_key_file_set_int64(file, GROUP, "repeat", r->repeat);
    return g_key_file_save_to_file(file, path, &error) ||
           vr_error_set(err, VR_ERR_ENVIRONMENT, "%s", error->message);
}

bool vr_sweep_request_load(VrSweepRequest *r, const char *folder, VrError *err)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = g_build_filename(folder, FILE_NAME, NULL);

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL)) {
        return vr_error_set(err, VR_ERR_USAGE, "--resume: '%s' is not the folder"
                            " of a sweep: there is no " FILE_NAME " in it",
                            folder);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        *text_at(r, i) = g_key_file_get_string(file, GROUP, texts[i].key, NULL);
    }
    r->vcpu = g_key_file_get_integer(file, GROUP, "vcpu", NULL);
    r->timeout = g_key_file_get_integer(file, GROUP, "timeout", NULL);
    r->skip = g_key_file_get_integer(file, GROUP, "skip", NULL);
    r->first = g_key_file_get_int64(file, GROUP, "from", NULL);
    r->last = g_key_file_get_int64(file, GROUP, "to", NULL);
    r->repeat = g_key_file_get_int64(file, GROUP, "repeat", NULL);
    if (!r->arch || !r->kernel || r->first < 1 || r->timeout < 1) {
        return vr_error_set(err, VR_ERR_USAGE, "--resume: '%s' is damaged", path);
    }
    return true;
}
