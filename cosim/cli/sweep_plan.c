/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep_plan.h"

#include <errno.h>
#include <string.h>

#include "catalogue.h"
#include "kernel_build.h"
#include "kernel_image.h"
#include "sweep_expected.h"

/* An image with what belongs to it. */
typedef struct Kernel {
    char *name, *image, *symbols, *append, *cpu;
    char **fails; /* what sweeps have to break, or NULL: nothing is expected */
    bool only_fails; /* only those: it is a mutant */
} Kernel;

static void free_kernel(gpointer opaque)
{
    Kernel *k = opaque;

    g_free(k->name);
    g_free(k->image);
    g_free(k->symbols);
    g_free(k->append);
    g_free(k->cpu);
    g_strfreev(k->fails);
    g_free(k);
}

/* --- kernels --- */

static bool find_symbols(Kernel *k, const VrSweepRequest *r, VrError *err)
{
    k->symbols = r->symbols ? g_strdup(r->symbols)
                            : vr_symbols_beside(k->image, err);
    return k->symbols != NULL;
}

static bool add_own(GPtrArray *kernels, const VrSweepRequest *r, VrError *err)
{
    Kernel *k = g_new0(Kernel, 1);

    g_ptr_array_add(kernels, k);
    k->name = g_strdup(r->kernel);
    k->image = g_strdup(r->kernel);
    return vr_kernel_image_check(k->image, r->arch, err) &&
           find_symbols(k, r, err);
}

/*
 * Of a set of kernels it is known what breaks, if they are swept as usual. Who
 * names a kernel asks what breaks on it.
 */
static bool is_compared(const VrSweepRequest *r, const VrKernel *k)
{
    return !vr_kernel_is_named(k, r->kernel) && r->first == 1 && !r->last &&
           r->skip < 0 && r->vcpu == 0 && !r->append;
}

static bool add_ours(GPtrArray *kernels, const VrSweepRequest *r,
                     const VrKernel *one, unsigned number, unsigned total,
                     VrError *err)
{
    const VrBuildStep step = { number, total, g_get_monotonic_time() };
    Kernel *k = g_new0(Kernel, 1);

    g_ptr_array_add(kernels, k);
    k->name = g_strdup(one->name);
    k->append = g_strdup(one->append);
    k->cpu = g_strdup(one->cpu);
    k->fails = is_compared(r, one) ? g_strdupv(one->sweep_fails) : NULL;
    k->only_fails = k->fails && one->kind == VR_KERNEL_MUTANT;
    k->image = vr_kernel_build(one, NULL, &step, err);
    return k->image && find_symbols(k, r, err);
}

/* Without the mutants of a set that no sweep is known to break. */
static GPtrArray *select_ours(const VrCatalogue *catalogue,
                              const VrSweepRequest *r, VrError *err)
{
    g_autoptr(GPtrArray) all =
        vr_catalogue_select(catalogue, r->kernel, r->arch, err);
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();

    for (guint i = 0; all && i < all->len; i++) {
        const VrKernel *k = all->pdata[i];

        if (k->kind != VR_KERNEL_MUTANT || *k->sweep_fails ||
            vr_kernel_is_named(k, r->kernel)) {
            g_ptr_array_add(chosen, all->pdata[i]);
        }
    }
    if (all && chosen->len == 0) {
        vr_error_set(err, VR_ERR_USAGE, "--kernel %s: no sweep is known to break "
                     "any of these (sweep-fails in kernels.ini); name one",
                     r->kernel);
        return NULL;
    }
    return all ? g_steal_pointer(&chosen) : NULL;
}

static GPtrArray *choose_kernels(const VrSweepRequest *r, VrError *err)
{
    g_autoptr(GPtrArray) kernels = g_ptr_array_new_with_free_func(free_kernel);
    g_autoptr(VrCatalogue) catalogue = NULL;
    g_autoptr(GPtrArray) ours = NULL;

    if (strchr(r->kernel, '/') ||
        g_file_test(r->kernel, G_FILE_TEST_IS_REGULAR)) {
        return add_own(kernels, r, err) ? g_steal_pointer(&kernels) : NULL;
    }
    catalogue = vr_catalogue_load_ours(err);
    if (!catalogue) {
        return NULL;
    }
    ours = select_ours(catalogue, r, err);
    for (guint i = 0; ours && i < ours->len; i++) {
        if (!add_ours(kernels, r, ours->pdata[i], i + 1, ours->len, err)) {
            return NULL;
        }
    }
    return ours ? g_steal_pointer(&kernels) : NULL;
}

/* --- jobs --- */

static bool name_folder(VrSweepJob *job, const char *folder, guint number,
                        VrError *err)
{
    g_autofree char *name =
        g_strdup_printf("%02u-%s", number, vr_sweep_event_name(job->event));

    job->folder = g_build_filename(folder, name, NULL);
    return g_mkdir_with_parents(job->folder, 0755) == 0 ||
           vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s",
                        job->folder, strerror(errno));
}

/* The other CPU cannot carry out an event while it is the one in the window. */
static bool check_load(const VrSweepJob *job, VrError *err)
{
    return job->load != VR_SWEEP_LOAD_POST || job->event == VR_SWEEP_MSI ||
           vr_error_set(err, VR_ERR_USAGE, "--load post takes --fire msi only: "
                        "the CPU that would carry out '%s' is the one in the "
                        "window", vr_sweep_event_name(job->event));
}

static VrSweepExpected expected_of(const Kernel *k, const VrSweepJob *job,
                                   const VrSweepUsual *usual)
{
    if (!k->fails || !usual || strcmp(usual->window, job->window) != 0) {
        return VR_SWEEP_EXPECT_NOTHING;
    }
    return vr_sweep_expected(k->fails, job) ? VR_SWEEP_EXPECT_FAIL
                                            : VR_SWEEP_EXPECT_PASS;
}

static bool add_job(GPtrArray *jobs, const Kernel *k, const char *window,
                    VrSweepEvent event, const VrSweepUsual *usual,
                    const VrSweepRequest *r, const char *folder, VrError *err)
{
    g_autoptr(VrSymbols) symbols = NULL;
    VrSweepJob *job = vr_sweep_job_new();

    job->kernel = g_strdup(k->name);
    job->image = g_strdup(k->image);
    job->symbols = g_strdup(k->symbols);
    job->append = g_strjoin(" ", k->append ? k->append : "",
                            r->append ? r->append : "", NULL);
    job->cpu = g_strdup(k->cpu);
    job->window = g_strdup(window);
    job->event = event;
    job->load = usual ? usual->load : VR_SWEEP_LOAD_EXIT;
    job->skip = r->skip >= 0 ? (unsigned)r->skip : usual ? usual->skip : 0;
    job->expected = expected_of(k, job, usual);
    if (k->only_fails && job->expected != VR_SWEEP_EXPECT_FAIL) {
        vr_sweep_job_free(job);
        return true;
    }
    g_ptr_array_add(jobs, job);
    symbols = vr_symbols_load(k->symbols, err);
    return symbols &&
           (!r->load || vr_sweep_load(r->load, &job->load, err)) &&
           check_load(job, err) && vr_sweep_window(symbols, job, err) &&
           name_folder(job, folder, jobs->len, err);
}

static bool is_named(const char *list, const char *name)
{
    g_auto(GStrv) words = g_strsplit(list, ",", 0);

    return g_strv_contains((const char *const *)words, name);
}

static bool is_asked_for(const VrSweepRequest *r, const VrSweepUsual *usual,
                         VrSweepEvent event)
{
    g_autofree char *id = vr_sweep_check_id(r->arch, event);

    return (!r->check || g_pattern_match_simple(r->check, id)) &&
           (!r->events || is_named(r->events, vr_sweep_event_name(event))) &&
           (!r->load ||
            strcmp(r->load, vr_sweep_load_name(usual->load)) == 0);
}

/* What is known of the window, as far as it is asked for. */
static bool add_usual(GPtrArray *jobs, const Kernel *k, const char *window,
                      const VrSweepRequest *r, const char *folder,
                      VrError *err)
{
    for (const VrSweepUsual *usual = vr_sweep_usual; usual->window; usual++) {
        const VrSweepEvent *event = usual->events;

        if (strcmp(usual->arch, r->arch) != 0 ||
            !vr_sweep_same_window(usual, window)) {
            continue;
        }
        for (; *event != VR_SWEEP_NONE; event++) {
            if (is_asked_for(r, usual, *event) &&
                !add_job(jobs, k, window, *event, usual, r, folder, err)) {
                return false;
            }
        }
    }
    return true;
}

/* The events that were named, and are unusual in this window. */
static bool add_named(GPtrArray *jobs, const Kernel *k, const char *window,
                      const VrSweepRequest *r, const char *folder, guint before,
                      VrError *err)
{
    g_auto(GStrv) words = g_strsplit(r->events, ",", 0);
    guint after = jobs->len;

    for (char **word = words; *word; word++) {
        VrSweepEvent event;
        bool there = false;

        if (!vr_sweep_event(*word, r->arch, &event, err)) {
            return false;
        }
        for (guint i = before; i < after; i++) {
            const VrSweepJob *job = jobs->pdata[i];

            there |= job->event == event;
        }
        if (!there &&
            !add_job(jobs, k, window, event, NULL, r, folder, err)) {
            return false;
        }
    }
    return true;
}

static bool add_window(GPtrArray *jobs, const Kernel *k, const char *window,
                       const VrSweepRequest *r, const char *folder,
                       VrError *err)
{
    const VrSweepEvent first =
        strcmp(r->arch, "arm64") == 0 ? VR_SWEEP_SPI : VR_SWEEP_MSI;
    guint before = jobs->len;

    if (!add_usual(jobs, k, window, r, folder, err)) {
        return false;
    }
    if (r->events) {
        return add_named(jobs, k, window, r, folder, before, err);
    }
    /* A window of the user's own */
    return jobs->len > before || r->check || k->only_fails ||
           add_job(jobs, k, window, first, NULL, r, folder, err);
}

/* Those that are swept where none is named. */
static char *known_windows(const char *arch)
{
    g_autoptr(GString) list = g_string_new(NULL);
    const char *last = "";

    for (const VrSweepUsual *usual = vr_sweep_usual; usual->window; usual++) {
        if (strcmp(usual->arch, arch) == 0 &&
            strcmp(usual->window, last) != 0) {
            g_string_append_printf(list, "%s%s", list->len ? "," : "",
                                   usual->window);
            last = usual->window;
        }
    }
    return g_string_free(g_steal_pointer(&list), FALSE);
}

static bool add_kernel(GPtrArray *jobs, const Kernel *k,
                       const VrSweepRequest *r, const char *folder,
                       VrError *err)
{
    g_autofree char *list = r->windows ? g_strdup(r->windows)
                                       : known_windows(r->arch);
    g_auto(GStrv) windows = g_strsplit(list, ",", 0);

    for (char **window = windows; *window; window++) {
        if (!add_window(jobs, k, *window, r, folder, err)) {
            return false;
        }
    }
    return true;
}

GPtrArray *vr_sweep_plan(const VrSweepRequest *r, const char *folder,
                         VrError *err)
{
    g_autoptr(GPtrArray) kernels = choose_kernels(r, err);
    g_autoptr(GPtrArray) jobs =
        g_ptr_array_new_with_free_func(vr_sweep_job_free);

    for (guint i = 0; kernels && i < kernels->len; i++) {
        if (!add_kernel(jobs, kernels->pdata[i], r, folder, err)) {
            return NULL;
        }
    }
    if (kernels && jobs->len == 0) {
        vr_error_set(err, VR_ERR_USAGE, "nothing is left to sweep: --check "
                     "and --load have to suit the window (checks are "
                     "%s.sweep.EVENT); of a set's mutants, only what breaks "
                     "them is swept (sweep-fails in kernels.ini)", r->arch);
        return NULL;
    }
    return kernels ? g_steal_pointer(&jobs) : NULL;
}
