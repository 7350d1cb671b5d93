/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_build.h"

#include <glib/gstdio.h>
#include <stdio.h>

#include "child.h"
#include "env.h"
#include "progress.h"
#include "signals.h"

char *vr_kernel_image_path(const VrKernel *k, VrError *err)
{
    g_autofree char *below =
        g_strdup_printf("kernels/%s/Image", k->image ? k->image : k->name);

    return vr_env_build(below, err);
}

static void add(GPtrArray *argv, const char *option, const char *value)
{
    g_ptr_array_add(argv, g_strdup(option));
    g_ptr_array_add(argv, g_strdup(value));
}

static GPtrArray *build_command(const VrKernel *k, const char *linux_dir,
                                const char *image, VrError *err)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *script = vr_env_root("kvm-patches/build-kernel", err);
    g_autofree char *work = vr_env_build("linux", err);
    const char *cache = vr_env_need("VIRELAY_CACHE", err);
    const char *jobs = g_getenv("VIRELAY_JOBS");
    const char *linux_source =
        linux_dir ? linux_dir : vr_env_need("VIRELAY_LINUX_TARBALL", err);

    if (!script || !work || !cache || !linux_source) {
        return NULL;
    }
    g_ptr_array_add(argv, g_steal_pointer(&script));
    add(argv, "--arch", k->arch);
    add(argv, "--linux", linux_source);
    add(argv, "--config", k->config);
    for (guint i = 0; i < k->patches->len; i++) {
        add(argv, "--patch", k->patches->pdata[i]);
    }
    add(argv, "--work", work);
    add(argv, "--cache", cache);
    add(argv, "--out", image);
    if (jobs && *jobs) {
        add(argv, "--jobs", jobs);
    }
    g_ptr_array_add(argv, NULL);
    return g_steal_pointer(&argv);
}

/* Wait with a clock; false if interrupted. */
static bool watch(VrChild *child, const char *text, const VrBuildStep *step)
{
    while (!vr_child_ended(child)) {
        if (vr_signals_caught()) {
            vr_child_stop(child);
            return false;
        }
        vr_progress_tick(step->began_us, text);
        g_usleep(2000);
    }
    return true;
}

/* What build-kernel says while all is well. */
static bool is_progress(const char *line)
{
    static const char *const words[] = { "copying ", "unpacking ", "building ",
                                         "waiting ", "warning: " };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *text = g_strconcat("build-kernel: ", words[i], NULL);

        if (g_str_has_prefix(line, text)) {
            return true;
        }
    }
    return false;
}

/* The error is the first thing that went wrong; stderr gets all of it. */
static bool explain(const char *what, int status, const char *log,
                    VrError *err)
{
    g_autofree char *tail = vr_log_tail(log, 8);
    g_auto(GStrv) lines = g_strsplit(tail, "\n", 0);
    char **line = lines;

    while (*line && is_progress(*line)) {
        line++;
    }
    for (char **rest = line; *rest; rest++) {
        fprintf(stderr, "%s\n", *rest);
    }
    return vr_error_set(err, status == 2 ? VR_ERR_USAGE : VR_ERR_ENVIRONMENT,
                        "%s could not be built: %.400s", what,
                        *line ? *line : "nothing was said");
}

static bool run_build(const char *what, GPtrArray *argv, const char *log,
                      const VrBuildStep *step, VrError *err)
{
    VrChild *child = vr_child_start((char *const *)argv->pdata, log, err);
    bool ok;

    if (!child) {
        return false;
    }
    ok = watch(child, what, step);
    if (!ok) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "interrupted");
    } else if (vr_child_status(child) != 0) {
        ok = explain(what, vr_child_status(child), log, err);
    }
    vr_child_free(child);
    return ok;
}

char *vr_kernel_build(const VrKernel *k, const char *linux_dir,
                      const VrBuildStep *step, VrError *err)
{
    g_autofree char *image = vr_kernel_image_path(k, err);
    g_autoptr(GPtrArray) argv = NULL;
    g_autofree char *dir = NULL;
    g_autofree char *log = NULL;
    g_autofree char *what = NULL;
    gint64 began = g_get_monotonic_time();
    double seconds;

    if (!image) {
        return NULL;
    }
    argv = build_command(k, linux_dir, image, err);
    if (!argv) {
        return NULL;
    }
    dir = g_path_get_dirname(image);
    log = g_build_filename(dir, "build.log", NULL);
    if (g_mkdir_with_parents(dir, 0755) != 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s'", dir);
        return NULL;
    }
    g_unlink(log);
    what = g_strdup_printf("kernel %u/%u %s", step->number, step->total,
                           k->name);
    if (!run_build(what, argv, log, step, err)) {
        return NULL;
    }
    seconds = (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
    vr_progress_line(step->began_us, "kernel %u/%u %-24s ready (%.1f s)",
                     step->number, step->total, k->name, seconds);
    return g_steal_pointer(&image);
}

static GPtrArray *selftests_command(const char *archive, VrError *err)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *script = vr_env_root("kvm-patches/build-selftests", err);
    g_autofree char *list = vr_env_root("cosim/check/x86_selftests.def", err);
    g_autofree char *work = vr_env_build("selftests", err);
    const char *cache = vr_env_need("VIRELAY_CACHE", err);
    const char *jobs = g_getenv("VIRELAY_JOBS");
    const char *linux_source = vr_env_need("VIRELAY_LINUX_TARBALL", err);

    if (!script || !list || !work || !cache || !linux_source) {
        return NULL;
    }
    g_ptr_array_add(argv, g_steal_pointer(&script));
    add(argv, "--linux", linux_source);
    add(argv, "--list", list);
    add(argv, "--work", work);
    add(argv, "--cache", cache);
    add(argv, "--out", archive);
    if (jobs && *jobs) {
        add(argv, "--jobs", jobs);
    }
    g_ptr_array_add(argv, NULL);
    return g_steal_pointer(&argv);
}

char *vr_selftests_build(gint64 began_us, VrError *err)
{
    const VrBuildStep step = { 1, 1, began_us };
    g_autofree char *dir = vr_env_build("selftests", err);
    g_autofree char *archive = vr_env_build("selftests/x86.cpio", err);
    g_autofree char *log = vr_env_build("selftests/make.log", err);
    g_autoptr(GPtrArray) argv = NULL;

    argv = log ? selftests_command(archive, err) : NULL;
    if (!argv) {
        return NULL;
    }
    if (g_mkdir_with_parents(dir, 0755) != 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s'", dir);
        return NULL;
    }
    return run_build("the kernel's tests of KVM", argv, log, &step, err)
               ? g_steal_pointer(&archive)
               : NULL;
}

static GPtrArray *library_command(const char *patch, const char *dir,
                                  VrError *err)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *script = vr_env_root("rtl-models/build-mutant", err);
    g_autofree char *work = vr_env_build("device-mutants/tree", err);
    const char *jobs = g_getenv("VIRELAY_JOBS");

    if (!script || !work) {
        return NULL;
    }
    g_ptr_array_add(argv, g_steal_pointer(&script));
    add(argv, "--patch", patch);
    add(argv, "--work", work);
    add(argv, "--out", dir);
    if (jobs && *jobs) {
        add(argv, "--jobs", jobs);
    }
    g_ptr_array_add(argv, NULL);
    return g_steal_pointer(&argv);
}

char *vr_library_build(const char *name, const char *patch,
                       const VrBuildStep *step, VrError *err)
{
    g_autofree char *below = g_strdup_printf("device-mutants/%s", name);
    g_autofree char *dir = vr_env_build(below, err);
    g_autofree char *log = dir ? g_build_filename(dir, "make.log", NULL) : NULL;
    g_autofree char *what = g_strdup_printf("device mutant %u/%u %s",
                                            step->number, step->total, name);
    g_autoptr(GPtrArray) argv = NULL;
    gint64 began = g_get_monotonic_time();

    argv = dir ? library_command(patch, dir, err) : NULL;
    if (!argv) {
        return NULL;
    }
    if (g_mkdir_with_parents(dir, 0755) != 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s'", dir);
        return NULL;
    }
    g_unlink(log);
    if (!run_build(what, argv, log, step, err)) {
        return NULL;
    }
    vr_progress_line(step->began_us, "device mutant %u/%u %-32s ready (%.1f s)",
                     step->number, step->total, name,
                     (double)(g_get_monotonic_time() - began) /
                         G_USEC_PER_SEC);
    return g_steal_pointer(&dir);
}
