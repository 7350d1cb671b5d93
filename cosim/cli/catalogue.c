/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalogue.h"

#include <string.h>

#include "check.h"
#include "env.h"
#include "nearest.h"
#include "sweep_expected.h"

static const char *const kind_names[] = {
    [VR_KERNEL_BASE] = "base",
    [VR_KERNEL_SERIES] = "series",
    [VR_KERNEL_MUTANT] = "mutant",
    [VR_KERNEL_OPTION] = "option",
    [VR_KERNEL_OWN] = "own",
};

static const char *const known_keys[] = {
    "kind", "arch", "description", "config", "on-top-of", "patches",
    "caught-by", "expect-fail", "append", "checks", "cpu", "unit", "alias",
    "sweep", "sweep-fails", "stress", NULL,
};

typedef struct Loader {
    GKeyFile *file;
    const char *path;
    char *dir;
    VrError *err;
} Loader;

const char *vr_kernel_kind_name(VrKernelKind kind)
{
    return kind_names[kind];
}

static const char *string_at(const void *opaque, size_t index)
{
    return ((const char *const *)opaque)[index];
}

static const char *kernel_name_at(const void *opaque, size_t index)
{
    const GPtrArray *kernels = opaque;

    return index < kernels->len
               ? ((const VrKernel *)kernels->pdata[index])->name
               : NULL;
}

static const char *check_id_at(const void *opaque, size_t index)
{
    const VrCheck *check = vr_check_at(index);

    (void)opaque;
    return check ? check->id : NULL;
}

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
    g_auto(GStrv) keys = g_key_file_get_keys(l->file, group, NULL, NULL);
    char hint[256];

    for (char **key = keys; key && *key; key++) {
        if (!g_strv_contains(known_keys, *key)) {
            return wrong(l, group, "no key '%s'; %s", *key,
                         vr_nearest(*key, string_at, known_keys, hint,
                                    sizeof(hint)));
        }
    }
    return true;
}

static char *get(const Loader *l, const char *group, const char *key)
{
    return g_key_file_get_string(l->file, group, key, NULL);
}

/* The list's values, without empty ones; never NULL. */
static char **get_list(const Loader *l, const char *group, const char *key)
{
    g_auto(GStrv) raw =
        g_key_file_get_string_list(l->file, group, key, NULL, NULL);
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();

    for (char **s = raw; s && *s; s++) {
        if (*g_strstrip(*s)) {
            g_strv_builder_add(list, *s);
        }
    }
    return g_strv_builder_end(list);
}

static bool get_checks(const Loader *l, const char *group, const char *key,
                       char ***list)
{
    char hint[256];

    *list = get_list(l, group, key);
    for (char **id = *list; *id; id++) {
        if (!vr_check_find(*id)) {
            return wrong(l, group, "%s: no check '%s'; %s", key, *id,
                         vr_nearest(*id, check_id_at, NULL, hint,
                                    sizeof(hint)));
        }
    }
    return true;
}

static bool add_file(const Loader *l, const char *group, const char *name,
                     char **path)
{
    *path = g_path_is_absolute(name) ? g_strdup(name)
                                     : g_build_filename(l->dir, name, NULL);
    if (!g_file_test(*path, G_FILE_TEST_IS_REGULAR)) {
        return wrong(l, group, "the file '%s' is not there", *path);
    }
    return true;
}

static bool get_kind(const Loader *l, const char *group, VrKernel *k)
{
    g_autofree char *kind = get(l, group, "kind");

    for (int i = VR_KERNEL_BASE; i <= VR_KERNEL_OPTION; i++) {
        if (g_strcmp0(kind, kind_names[i]) == 0) {
            k->kind = i;
            return true;
        }
    }
    return wrong(l, group, "kind has to be base, series, mutant or option, not "
                 "'%s'",
                 kind ? kind : "");
}

/* The patches of what it stands on; groups above in the file only. */
static bool add_lower(const Loader *l, VrCatalogue *c, VrKernel *k)
{
    k->on_top_of = get(l, k->name, "on-top-of");
    if (!k->on_top_of || !*k->on_top_of) {
        g_clear_pointer(&k->on_top_of, g_free);
        return true;
    }
    for (guint i = 0; i < c->kernels->len; i++) {
        const VrKernel *lower = c->kernels->pdata[i];

        if (strcmp(lower->name, k->on_top_of) == 0) {
            for (guint p = 0; p < lower->patches->len; p++) {
                g_ptr_array_add(k->patches,
                                g_strdup(lower->patches->pdata[p]));
            }
            return true;
        }
    }
    return wrong(l, k->name, "on-top-of: no kernel '%s' above it in the file",
                 k->on_top_of);
}

static bool add_patches(const Loader *l, VrKernel *k)
{
    g_auto(GStrv) names = get_list(l, k->name, "patches");

    for (char **name = names; *name; name++) {
        char *path = NULL;
        bool ok = add_file(l, k->name, *name, &path);

        g_ptr_array_add(k->patches, path);
        if (!ok) {
            return false;
        }
    }
    return true;
}

/* Every glob has to match a check: a typing error would judge nothing. */
static bool get_globs(const Loader *l, VrKernel *k)
{
    k->checks = get_list(l, k->name, "checks");
    for (char **glob = k->checks; *glob; glob++) {
        char *const one[] = { *glob, NULL };
        bool matches = false;

        for (size_t i = 0; vr_check_at(i) && !matches; i++) {
            matches = vr_check_matches(vr_check_at(i), one);
        }
        if (!matches) {
            return wrong(l, k->name, "checks: '%s' matches no check", *glob);
        }
    }
    return true;
}

static bool get_unit(const Loader *l, VrKernel *k)
{
    g_autofree char *unit = get(l, k->name, "unit");

    k->unit = g_strcmp0(unit, "yes") == 0;
    if (unit && (!k->unit || strcmp(k->arch, "x86") != 0)) {
        return wrong(l, k->name, "unit has to be 'yes', for arch=x86, or left "
                     "out");
    }
    return true;
}

static bool get_stress(const Loader *l, VrKernel *k)
{
    g_autofree char *stress = get(l, k->name, "stress");
    guint64 n;

    k->stress = k->kind == VR_KERNEL_MUTANT ? VR_STRESS_OF_MUTANTS : VR_STRESS;
    if (!stress) {
        return true;
    }
    if (!g_ascii_string_to_unsigned(stress, 10, 1, 100000000, &n, NULL)) {
        return wrong(l, k->name, "stress has to be a number from 1 to "
                     "100000000");
    }
    k->stress = n;
    return true;
}

static bool get_cpu(const Loader *l, VrKernel *k)
{
    k->cpu = get(l, k->name, "cpu");
    if (k->cpu && (strcmp(k->arch, "x86") != 0 ||
                   (strcmp(k->cpu, "vmx") != 0 && strcmp(k->cpu, "svm") != 0))) {
        return wrong(l, k->name, "cpu has to be 'vmx' or 'svm', for arch=x86, "
                     "or left out");
    }
    return true;
}

static bool get_sweep(const Loader *l, VrKernel *k)
{
    g_autofree char *sweep = get(l, k->name, "sweep");
    VrError err;

    k->sweep_fails = get_list(l, k->name, "sweep-fails");
    if (!vr_sweep_expected_check(k->sweep_fails, k->arch, &err)) {
        return wrong(l, k->name, "sweep-fails: %s", err.text);
    }
    k->sweep = g_strcmp0(sweep, "yes") == 0;
    if (sweep && (!k->sweep || k->kind != VR_KERNEL_MUTANT ||
                  *k->caught_by)) {
        return wrong(l, k->name, "sweep has to be 'yes', for a mutant without "
                     "caught-by, or left out");
    }
    if (k->sweep && !*k->sweep_fails) {
        return wrong(l, k->name, "with 'sweep', the key 'sweep-fails' has to say "
                     "which ones break");
    }
    return true;
}

/* A word has to mean one kernel. */
static bool check_names(const Loader *l, const VrCatalogue *c,
                        const VrKernel *k)
{
    const char *const names[] = { k->name, k->alias };

    for (size_t n = 0; n < G_N_ELEMENTS(names) && names[n]; n++) {
        if (!*names[n] || strpbrk(names[n], "/ \t,:") || *names[n] == '.') {
            return wrong(l, k->name, "a kernel's name is a folder's name too: "
                         "no '/', ',', ':', blank or leading '.', in an alias "
                         "neither");
        }
        for (guint i = 0; i < c->kernels->len; i++) {
            const VrKernel *other = c->kernels->pdata[i];

            if (vr_kernel_is_called(other, names[n])) {
                return wrong(l, k->name, "'%s' is the kernel [%s] already",
                             names[n], other->name);
            }
        }
    }
    return true;
}

static bool load_kernel(const Loader *l, VrCatalogue *c, VrKernel *k)
{
    g_autofree char *config = get(l, k->name, "config");

    k->arch = get(l, k->name, "arch");
    k->description = get(l, k->name, "description");
    k->append = get(l, k->name, "append");
    k->alias = get(l, k->name, "alias");
    if (!check_keys(l, k->name) || !get_kind(l, k->name, k)) {
        return false;
    }
    if (!k->arch || !config) {
        return wrong(l, k->name, "the key '%s' is missing",
                     k->arch ? "config" : "arch");
    }
    if (!k->description) {
        k->description = g_strdup("");
    }
    if (!check_names(l, c, k) || !add_file(l, k->name, config, &k->config) || !add_lower(l, c, k) ||
        !add_patches(l, k) ||
        !get_checks(l, k->name, "caught-by", &k->caught_by) ||
        !get_checks(l, k->name, "expect-fail", &k->expect_fail) ||
        !get_globs(l, k) || !get_unit(l, k) || !get_cpu(l, k) ||
        !get_stress(l, k) ||
        !get_sweep(l, k)) {
        return false;
    }
    if (k->kind == VR_KERNEL_MUTANT && !*k->caught_by && !k->sweep) {
        return wrong(l, k->name, "a mutant needs the key 'caught-by', or "
                     "'sweep'");
    }
    return true;
}

VrCatalogue *vr_catalogue_load(const char *path, VrError *err)
{
    g_autoptr(VrCatalogue) c = g_new0(VrCatalogue, 1);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *dir = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) groups = NULL;
    const Loader l = { .file = file, .path = path, .dir = dir, .err = err };

    c->kernels = g_ptr_array_new_with_free_func((GDestroyNotify)vr_kernel_free);
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error)) {
        vr_error_set(err, VR_ERR_USAGE, "the catalogue of kernels '%s': %s",
                     path, error->message);
        return NULL;
    }
    groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        VrKernel *k = vr_kernel_own(*group, NULL);
        bool ok = load_kernel(&l, c, k);

        g_ptr_array_add(c->kernels, k);
        if (!ok) {
            return NULL;
        }
    }
    if (c->kernels->len == 0) {
        vr_error_set(err, VR_ERR_USAGE, "the catalogue '%s' has no kernel",
                     path);
        return NULL;
    }
    return g_steal_pointer(&c);
}

VrCatalogue *vr_catalogue_load_ours(VrError *err)
{
    g_autofree char *path = vr_env_root("kvm-patches/kernels.ini", err);

    return path ? vr_catalogue_load(path, err) : NULL;
}

void vr_catalogue_free(VrCatalogue *c)
{
    if (c) {
        g_ptr_array_free(c->kernels, TRUE);
        g_free(c);
    }
}

bool vr_kernel_is_called(const VrKernel *k, const char *word)
{
    const char *kind = kind_names[k->kind];
    const size_t len = strlen(kind);

    if (strncmp(word, kind, len) == 0 && word[len] == ':') {
        word += len + 1;
    }
    return strcmp(k->name, word) == 0 || g_strcmp0(k->alias, word) == 0;
}

const VrKernel *vr_catalogue_find(const VrCatalogue *c, const char *name,
                                  VrError *err)
{
    char hint[256];

    for (guint i = 0; i < c->kernels->len; i++) {
        const VrKernel *k = c->kernels->pdata[i];

        if (vr_kernel_is_called(k, name)) {
            return k;
        }
    }
    vr_error_set(err, VR_ERR_USAGE, "no kernel '%s'; %s", name,
                 vr_nearest(name, kernel_name_at, c->kernels, hint,
                            sizeof(hint)));
    return NULL;
}

/* "mutants" and "mutant", but "series" alone. */
static bool is_kind(const char *word, VrKernelKind kind)
{
    const char *name = kind_names[kind];
    size_t len = strlen(name);

    return strncmp(word, name, len) == 0 &&
           (word[len] == '\0' || strcmp(word + len, "s") == 0);
}

static bool is_any_kind(const char *word)
{
    for (int i = VR_KERNEL_BASE; i <= VR_KERNEL_OPTION; i++) {
        if (is_kind(word, i)) {
            return true;
        }
    }
    return false;
}

bool vr_kernel_is_named(const VrKernel *k, const char *set)
{
    g_auto(GStrv) words = g_strsplit(set, ",", 0);

    for (char **w = words; *w; w++) {
        if (!is_any_kind(g_strstrip(*w)) && vr_kernel_is_called(k, *w)) {
            return true;
        }
    }
    return false;
}

static bool word_selects(const char *word, const VrKernel *k)
{
    return vr_kernel_is_called(k, word) || is_kind(word, k->kind);
}

static const char *plural(VrKernelKind kind)
{
    return kind == VR_KERNEL_MUTANT   ? "mutants"
           : kind == VR_KERNEL_OPTION ? "options"
                                      : kind_names[kind];
}

static bool check_word(const VrCatalogue *c, const char *word, VrError *err)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    char hint[256];

    for (int i = VR_KERNEL_BASE; i <= VR_KERNEL_OPTION; i++) {
        if (is_kind(word, i)) {
            return true;
        }
        g_ptr_array_add(known, (char *)plural(i));
    }
    for (guint i = 0; i < c->kernels->len; i++) {
        const VrKernel *k = c->kernels->pdata[i];

        if (vr_kernel_is_called(k, word)) {
            return true;
        }
        g_ptr_array_add(known, k->name);
    }
    g_ptr_array_add(known, NULL);
    return vr_error_set(err, VR_ERR_USAGE, "no kernel set or kernel '%s'; %s",
                        word, vr_nearest(word, string_at, known->pdata, hint,
                                         sizeof(hint)));
}

GPtrArray *vr_catalogue_select(const VrCatalogue *c, const char *set,
                               const char *arch, VrError *err)
{
    g_auto(GStrv) words = g_strsplit(set, ",", 0);
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();

    for (char **w = words; *w; w++) {
        if (!check_word(c, g_strstrip(*w), err)) {
            return NULL;
        }
    }
    for (guint i = 0; i < c->kernels->len; i++) {
        VrKernel *k = c->kernels->pdata[i];

        if (arch && strcmp(k->arch, arch) != 0) {
            continue;
        }
        for (char **w = words; *w; w++) {
            if (word_selects(*w, k)) {
                g_ptr_array_add(chosen, k);
                break;
            }
        }
    }
    if (chosen->len == 0) {
        vr_error_set(err, VR_ERR_USAGE, "the kernel set '%s' has no kernel for "
                     "%s; 'virelay kernels' lists them", set,
                     arch ? arch : "any architecture");
        return NULL;
    }
    return g_steal_pointer(&chosen);
}

GPtrArray *vr_kernel_checks(const VrKernel *k, const GPtrArray *checks)
{
    GPtrArray *chosen = g_ptr_array_new();

    for (guint i = 0; i < checks->len; i++) {
        const VrCheck *check = checks->pdata[i];

        if (strcmp(vr_scenario_arch(check->scenario), k->arch) == 0 &&
            (!*k->checks || vr_check_matches(check, k->checks))) {
            g_ptr_array_add(chosen, checks->pdata[i]);
        }
    }
    return chosen;
}

VrKernel *vr_kernel_own(const char *name, const char *arch)
{
    VrKernel *k = g_new0(VrKernel, 1);

    k->name = g_strdup(name);
    k->kind = VR_KERNEL_OWN;
    k->stress = VR_STRESS;
    k->arch = g_strdup(arch);
    k->patches = g_ptr_array_new_with_free_func(g_free);
    if (arch) {
        k->description = g_strdup("");
        k->caught_by = g_new0(char *, 1);
        k->expect_fail = g_new0(char *, 1);
        k->sweep_fails = g_new0(char *, 1);
        k->checks = g_new0(char *, 1);
    }
    return k;
}

void vr_kernel_free(VrKernel *k)
{
    if (!k) {
        return;
    }
    g_free(k->name);
    g_free(k->alias);
    g_free(k->arch);
    g_free(k->description);
    g_free(k->config);
    g_free(k->on_top_of);
    g_ptr_array_free(k->patches, TRUE);
    g_strfreev(k->caught_by);
    g_strfreev(k->expect_fail);
    g_strfreev(k->sweep_fails);
    g_free(k->append);
    g_strfreev(k->checks);
    g_free(k->image);
    g_free(k->device_patch);
    g_free(k->variant);
    g_free(k->cpu);
    g_free(k);
}
