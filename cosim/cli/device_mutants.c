/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device_mutants.h"

#include <string.h>

#include "check.h"
#include "env.h"
#include "nearest.h"

#define FILE_NAME "rtl-models/mutants.ini"

typedef struct Loader {
    GKeyFile *file;
    char *path;
    const VrCatalogue *catalogue;
    VrError *err;
} Loader;

static bool wrong(const Loader *l, const char *group, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);

static bool wrong(const Loader *l, const char *group, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    return vr_error_set(l->err, VR_ERR_USAGE, "%s: [%s]: %s", l->path, group,
                        text);
}

static bool check_keys(const Loader *l, const char *group)
{
    static const char *const known[] = {
        "kernel", "description", "variant", "caught-by", "expect-fail", NULL,
    };
    g_auto(GStrv) keys = g_key_file_get_keys(l->file, group, NULL, NULL);

    for (char **key = keys; key && *key; key++) {
        if (!g_strv_contains(known, *key)) {
            return wrong(l, group, "no key '%s'", *key);
        }
    }
    return true;
}

static bool get_checks(const Loader *l, const char *group, const char *key,
                       char ***list)
{
    g_strfreev(*list);
    *list = g_key_file_get_string_list(l->file, group, key, NULL, NULL);
    if (!*list) {
        *list = g_new0(char *, 1);
    }
    for (char **id = *list; *id; id++) {
        if (!vr_check_find(*id)) {
            return wrong(l, group, "%s: no check '%s'", key, *id);
        }
    }
    return true;
}

/* All that a machine needs to run the kernel, taken from the catalogue's. */
static bool take_kernel(const Loader *l, VrKernel *m)
{
    g_autofree char *name =
        g_key_file_get_string(l->file, m->name, "kernel", NULL);
    const VrKernel *k;
    VrError err;

    if (!name) {
        return wrong(l, m->name, "the key 'kernel' is missing");
    }
    k = vr_catalogue_find(l->catalogue, name, &err);
    if (!k) {
        return wrong(l, m->name, "kernel: %.300s", err.text);
    }
    m->image = g_strdup(k->name);
    m->arch = g_strdup(k->arch);
    m->config = g_strdup(k->config);
    m->append = g_strdup(k->append);
    m->checks = g_strdupv(k->checks);
    m->cpu = g_strdup(k->cpu);
    m->unit = k->unit;
    for (guint i = 0; i < k->patches->len; i++) {
        g_ptr_array_add(m->patches, g_strdup(k->patches->pdata[i]));
    }
    return true;
}

static bool load_one(const Loader *l, VrKernel *m)
{
    g_autofree char *dir = g_path_get_dirname(l->path);
    g_autofree char *file = g_strconcat(m->name, ".patch", NULL);

    m->kind = VR_KERNEL_MUTANT;
    m->stress = VR_STRESS_OF_MUTANTS;
    m->description =
        g_key_file_get_string(l->file, m->name, "description", NULL);
    m->variant = g_key_file_get_string(l->file, m->name, "variant", NULL);
    m->device_patch = g_build_filename(dir, "mutants", file, NULL);
    if (!check_keys(l, m->name) || !take_kernel(l, m) ||
        !get_checks(l, m->name, "caught-by", &m->caught_by) ||
        !get_checks(l, m->name, "expect-fail", &m->expect_fail)) {
        return false;
    }
    if (!*m->caught_by) {
        return wrong(l, m->name, "a mutant needs the key 'caught-by'");
    }
    return g_file_test(m->device_patch, G_FILE_TEST_IS_REGULAR) ||
           wrong(l, m->name, "the file '%s' is not there", m->device_patch);
}

static GPtrArray *load_all(const VrCatalogue *catalogue, VrError *err)
{
    g_autofree char *path = vr_env_root(FILE_NAME, err);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GPtrArray) all =
        g_ptr_array_new_with_free_func((GDestroyNotify)vr_kernel_free);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) groups = NULL;
    const Loader l = { file, path, catalogue, err };

    if (!path) {
        return NULL;
    }
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error)) {
        vr_error_set(err, VR_ERR_USAGE, "'%s': %s", path, error->message);
        return NULL;
    }
    groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        VrKernel *m = vr_kernel_own(*group, NULL);

        g_ptr_array_add(all, m);
        if (!load_one(&l, m)) {
            return NULL;
        }
    }
    return g_steal_pointer(&all);
}

static const char *name_at(const void *opaque, size_t index)
{
    const GPtrArray *all = opaque;

    return index < all->len ? ((const VrKernel *)all->pdata[index])->name
                            : index == all->len ? "all" : NULL;
}

static bool knows(const GPtrArray *all, const char *name)
{
    for (size_t i = 0; name_at(all, i); i++) {
        if (strcmp(name_at(all, i), name) == 0) {
            return true;
        }
    }
    return false;
}

GPtrArray *vr_device_mutants(const VrCatalogue *catalogue, const char *list,
                             const char *arch, VrError *err)
{
    g_auto(GStrv) words = g_strsplit(list, ",", 0);
    g_autoptr(GPtrArray) all = load_all(catalogue, err);
    char hint[256];

    if (!all) {
        return NULL;
    }
    for (char **w = words; *w; w++) {
        if (!knows(all, g_strstrip(*w))) {
            vr_error_set(err, VR_ERR_USAGE, "no device mutant '%s'; %s", *w,
                         vr_nearest(*w, name_at, all, hint, sizeof(hint)));
            return NULL;
        }
    }
    for (guint i = all->len; i > 0; i--) {
        const VrKernel *m = all->pdata[i - 1];

        if ((arch && strcmp(m->arch, arch) != 0) ||
            !(g_strv_contains((const char *const *)words, "all") ||
              g_strv_contains((const char *const *)words, m->name))) {
            g_ptr_array_remove_index(all, i - 1);
        }
    }
    if (all->len == 0) {
        vr_error_set(err, VR_ERR_USAGE, "there is no device mutant '%s' for "
                     "%s", list, arch ? arch : "any architecture");
        return NULL;
    }
    return g_steal_pointer(&all);
}
