/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay conform: verdicts on our kernels, or on the user's. */
#include <stdio.h>
#include <string.h>

#include "conform.h"
#include "device_mutants.h"
#include "env.h"
#include "junit.h"
#include "kernel_image.h"
#include "options.h"
#include "progress.h"
#include "signals.h"
#include "table.h"

#define DEFAULT_SET "base,series,mutants,options"
#define DEFAULT_BACKEND "lockstep"
#define NOT_GIVEN (-1)
#define OWN_CONFIG "kvm-patches/configs/%s.config"

static const char *const every_arch[] = { "arm64", "x86" };

typedef struct Arguments {
    char *arch; /* NULL: every architecture */
    char *kernel_set, *backend, *check, *kernel, *linux_dir, *config;
    char *cpu, *device_mutant;
    char **patches, **variant;
    char *variant_joined;
    char *junit, *json;
    gboolean keep_going, keep_traces, icount;
    gint64 stress, seed;
    gint jobs, timeout, l2_rounds;
} Arguments;

static void free_arguments(Arguments *a)
{
    g_free(a->arch);
    g_free(a->kernel_set);
    g_free(a->backend);
    g_free(a->cpu);
    g_free(a->device_mutant);
    g_strfreev(a->variant);
    g_free(a->variant_joined);
    g_free(a->check);
    g_free(a->kernel);
    g_free(a->linux_dir);
    g_free(a->config);
    g_strfreev(a->patches);
    g_free(a->junit);
    g_free(a->json);
}

static bool check_exclusive(const Arguments *a, VrError *err)
{
    if (a->kernel && (a->linux_dir || a->patches || a->config)) {
        return vr_error_set(err, VR_ERR_USAGE, "--kernel is an image that is "
                            "built already; --linux, --patch and --config do "
                            "not go with it");
    }
    if (a->patches && !a->linux_dir) {
        return vr_error_set(err, VR_ERR_USAGE, "--patch needs --linux DIR, the "
                            "tree that it applies to");
    }
    if (a->config && !a->linux_dir) {
        return vr_error_set(err, VR_ERR_USAGE, "--config needs --linux DIR");
    }
    if (a->device_mutant && (a->kernel_set || a->kernel || a->linux_dir)) {
        return vr_error_set(err, VR_ERR_USAGE, "--device-mutant says itself "
                            "which kernel runs; --kernel-set, --kernel and "
                            "--linux do not go with it");
    }
    if (a->device_mutant && a->backend && strcmp(a->backend, "rtl") != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "--device-mutant is about the "
                            "backend 'rtl', not '%s'", a->backend);
    }
    if (a->kernel_set && (a->kernel || a->linux_dir)) {
        return vr_error_set(err, VR_ERR_USAGE, "--kernel-set chooses from our "
                            "kernels; it does not go with one of your own");
    }
    return true;
}

static bool check_file(const char *option, const char *path, VrError *err)
{
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ||
           vr_error_set(err, VR_ERR_USAGE, "%s '%s' is not a file", option,
                        path);
}

/* Where a result goes has to be writable before an hour of work, not after. */
static bool check_output(const char *option, const char *path, VrError *err)
{
    g_autofree char *dir = path ? g_path_get_dirname(path) : NULL;

    if (!path || strcmp(path, "-") == 0) {
        return true;
    }
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        return vr_error_set(err, VR_ERR_USAGE, "%s '%s' is a folder", option,
                            path);
    }
    return g_file_test(dir, G_FILE_TEST_IS_DIR) ||
           vr_error_set(err, VR_ERR_USAGE, "%s: there is no folder '%s'",
                        option, dir);
}

/* What is about one architecture says which. */
static bool check_arch(Arguments *a, VrError *err)
{
    VrError not_x86;

    if (a->arch) {
        return vr_env_check_arch(a->arch, err);
    }
    if (a->kernel) {
        bool x86 = vr_kernel_image_check(a->kernel, "x86", &not_x86);

        vr_option_default(&a->arch, x86 ? "x86" : "arm64");
    } else if (a->cpu) {
        vr_option_default(&a->arch, "x86");
    } else if (a->variant) {
        return vr_error_set(err, VR_ERR_USAGE, "--variant is about one block; "
                            "name it by --arch arm64 (%s) or --arch x86 (%s)",
                            vr_machine_block("arm64"), vr_machine_block("x86"));
    }
    return true;
}

static bool is_chosen(const Arguments *a, const char *arch)
{
    return !a->arch || strcmp(a->arch, arch) == 0;
}

static bool check_backend(Arguments *a, VrError *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(every_arch); i++) {
        g_autofree char *cpu = g_strdup(a->cpu);
        const char *arch = every_arch[i];

        if (is_chosen(a, arch) &&
            (!vr_machine_choose(arch, &a->backend, &cpu, err) ||
             !vr_option_backend(a->backend, vr_machine_block(arch), err))) {
            return false;
        }
    }
    return !a->variant ||
           vr_option_variant(a->variant, a->backend, vr_machine_block(a->arch),
                             &a->variant_joined, err);
}

static bool check_arguments(Arguments *a, int argc, char **argv,
                            VrError *err)
{
    if (argc > 1) {
        return vr_error_set(err, VR_ERR_USAGE, "'%s' is too much; options "
                            "only", argv[1]);
    }
    if (!check_exclusive(a, err) || !check_arch(a, err)) {
        return false;
    }
    vr_option_default(&a->backend, a->device_mutant ? "rtl" : DEFAULT_BACKEND);
    if (!check_backend(a, err)) {
        return false;
    }
    if (a->kernel && !vr_kernel_image_check(a->kernel, a->arch, err)) {
        return false;
    }
    if (a->linux_dir && !g_file_test(a->linux_dir, G_FILE_TEST_IS_DIR)) {
        return vr_error_set(err, VR_ERR_USAGE, "--linux '%s' is not a folder",
                            a->linux_dir);
    }
    for (char **p = a->patches; p && *p; p++) {
        if (!check_file("--patch", *p, err)) {
            return false;
        }
    }
    if (a->config && !check_file("--config", a->config, err)) {
        return false;
    }
    if (a->junit && strcmp(a->junit, "-") == 0) {
        return vr_error_set(err, VR_ERR_USAGE, "--junit needs a file");
    }
    return check_output("--junit", a->junit, err) &&
           check_output("--json", a->json, err) &&
           vr_option_range("--jobs", a->jobs, 1, 64, err) &&
           vr_option_range("--l2-rounds", a->l2_rounds, 1, 10000, err) &&
           vr_option_range("--timeout", a->timeout, 1, 86400, err) &&
           (a->stress == NOT_GIVEN ||
            vr_option_range("--stress", a->stress, 1, 100000000, err)) &&
           vr_option_range("--seed", a->seed, 0, G_MAXINT32, err);
}

/* The user's own kernel, as a catalogue of one. */
static bool make_own(const Arguments *a, VrKernel *own, VrError *err)
{
    for (char **p = a->patches; p && *p; p++) {
        g_ptr_array_add(own->patches, g_canonicalize_filename(*p, NULL));
    }
    if (a->linux_dir) {
        g_autofree char *ours = g_strdup_printf(OWN_CONFIG, own->arch);

        own->config = a->config ? g_canonicalize_filename(a->config, NULL)
                                : vr_env_root(ours, err);
        return own->config != NULL;
    }
    return true;
}

static unsigned count_unexpected(const GPtrArray *results, unsigned *verdicts)
{
    unsigned unexpected = 0;

    *verdicts = 0;
    for (guint i = 0; i < results->len; i++) {
        const VrResultSet *r = results->pdata[i];

        unexpected += r->unexpected;
        *verdicts += r->rows->len;
    }
    return unexpected;
}

static int conclude(const VrCommand *self, const Arguments *a,
                    const VrConform *c)
{
    FILE *out = g_strcmp0(a->json, "-") == 0 ? stderr : stdout;
    double seconds =
        (double)(g_get_monotonic_time() - c->began_us) / G_USEC_PER_SEC;
    unsigned verdicts, unexpected = count_unexpected(c->results, &verdicts);
    VrError err;

    vr_table_print(out, c->results);
    vr_surprises_print(out, c->results);
    vr_ruled_out_print(out, c->results);
    vr_times_print(out, c->results,
                   (double)(c->built_us - c->began_us) / G_USEC_PER_SEC);
    fprintf(out, "\n%u verdicts on %u kernels, backend %s: %u not as expected",
            verdicts, c->results->len, a->backend, unexpected);
    vr_ruled_out_count(out, c->results);
    fprintf(out, " (%.1f s)\n", seconds);
    if (a->junit && !vr_junit_write(c->results, seconds, a->junit, &err)) {
        return vr_cli_fail(self, &err);
    }
    if (a->json && !vr_cli_write_json(vr_results_json(c->results, seconds),
                                      a->json, &err)) {
        return vr_cli_fail(self, &err);
    }
    return unexpected ? VR_EXIT_VERDICT : VR_EXIT_OK;
}

/* What is not asked for by name has to be about this machine's CPU. */
static GPtrArray *choose_checks(const Arguments *a, VrError *err)
{
    g_autoptr(GPtrArray) checks = vr_option_checks(a->check, a->arch, err);

    if (!checks || a->check) {
        return g_steal_pointer(&checks);
    }
    return vr_option_checks_for(checks, a->cpu ? a->cpu
                                               : vr_machine_cpu("x86"));
}

static void free_kernel(gpointer kernel)
{
    vr_kernel_free(kernel);
}

static bool add_own(GPtrArray *kernels, const Arguments *a, const char *arch,
                    const char *name, VrKernel **made, VrError *err)
{
    *made = vr_kernel_own(name, arch);
    g_ptr_array_add(kernels, *made);
    return make_own(a, *made, err);
}

/* On x86 the user's kernel runs three times. */
static const struct {
    const char *name, *checks;
    const char *append; /* or NULL: a machine without a remapping unit */
} own_x86[] = {
    { "own-x86", "x86.boot;x86.vmx.*;x86.svm.*;x86.ioapic.*;x86.apicv.*",
      NULL },
    /* It posts the interrupts of its own devices, or those of guests'. */
    { "own-x86-posted-msi", "x86.boot;x86.ir.*;x86.pi.*",
      "intremap=posted_msi" },
    { "own-x86-bypass", "x86.boot;x86.bypass.*;x86.count.nv-on-block;"
                        "x86.count.first-irq-kick;x86.count.race;"
                        "x86.irqbypass.scaling;"
                        "x86.irqbypass.collision;x86.irqbypass.order",
      "intel_iommu=on" },
};

static bool add_own_x86(GPtrArray *kernels, const Arguments *a, VrError *err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(own_x86); i++) {
        VrKernel *own;

        if (!add_own(kernels, a, "x86", own_x86[i].name, &own, err)) {
            return false;
        }
        g_strfreev(own->checks);
        own->checks = g_strsplit(own_x86[i].checks, ";", 0);
        own->append = g_strdup(own_x86[i].append);
        own->unit = own_x86[i].append != NULL;
    }
    return true;
}

/* The user's own kernels, to free. */
static GPtrArray *own_kernels(const Arguments *a, VrError *err)
{
    g_autoptr(GPtrArray) kernels = g_ptr_array_new_with_free_func(free_kernel);
    VrKernel *own;

    if (is_chosen(a, "arm64") &&
        !add_own(kernels, a, "arm64", "own-arm64", &own, err)) {
        return NULL;
    }
    if (is_chosen(a, "x86") && !add_own_x86(kernels, a, err)) {
        return NULL;
    }
    return g_steal_pointer(&kernels);
}

static GPtrArray *choose_kernels(const VrCatalogue *catalogue,
                                 const Arguments *a, VrError *err)
{
    if (a->device_mutant) {
        return vr_device_mutants(catalogue, a->device_mutant, a->arch, err);
    }
    return vr_catalogue_select(catalogue, a->kernel_set ? a->kernel_set
                                                        : DEFAULT_SET,
                               a->arch, err);
}

static int run(const VrCommand *self, const Arguments *a)
{
    g_autoptr(VrCatalogue) catalogue = NULL;
    g_autoptr(GPtrArray) kernels = NULL;
    g_autoptr(GPtrArray) checks = NULL;
    VrConform c = { .began_us = g_get_monotonic_time() };
    VrError err;
    int ret;

    checks = choose_checks(a, &err);
    if (!checks) {
        return vr_cli_fail(self, &err);
    }
    if (a->kernel || a->linux_dir) {
        kernels = own_kernels(a, &err);
    } else {
        catalogue = vr_catalogue_load_ours(&err);
        kernels = catalogue ? choose_kernels(catalogue, a, &err) : NULL;
    }
    if (!kernels) {
        return vr_cli_fail(self, &err);
    }
    vr_machine_defaults(&c.machine, every_arch[0]);
    c.machine.backend = a->backend;
    c.machine.cpu = a->cpu;
    c.machine.variant = a->variant_joined;
    c.machine.l2_rounds = a->l2_rounds;
    c.machine.icount = a->icount;
    c.machine.stress = a->stress == NOT_GIVEN ? 0 : a->stress;
    c.machine.seed = a->seed;
    c.machine.timeout_s = a->timeout;
    c.kernels = kernels;
    c.checks = checks;
    c.image = a->kernel;
    c.linux_dir = a->linux_dir;
    c.jobs = a->jobs;
    c.keep_going = a->keep_going;
    c.keep_traces = a->keep_traces;
    ret = vr_conform(self, &c);
    if (ret == VR_EXIT_OK) {
        ret = conclude(self, a, &c);
        g_ptr_array_unref(c.results);
    }
    return ret;
}

static int parse(const VrCommand *self, Arguments *a, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        { "arch", 0, 0, G_OPTION_ARG_STRING, &a->arch, "arm64 or x86 (both)",
          "ARCH" },
        { "cpu", 0, 0, G_OPTION_ARG_STRING, &a->cpu,
          "x86: vmx (the default), svm, or a model as QEMU's -cpu", "CPU" },
        { "kernel-set", 0, 0, G_OPTION_ARG_STRING, &a->kernel_set,
          "base, series, mutants, options, or kernels by name (all)",
          "LIST" },
        { "backend", 'b', 0, G_OPTION_ARG_STRING, &a->backend,
          "Of the redistributors, or of x86's remapping unit: builtin, model, "
          "rtl, lockstep or lockstep:DUT:REFERENCE (lockstep)",
          "B" },
        { "device-mutant", 0, 0, G_OPTION_ARG_STRING, &a->device_mutant,
          "Machines with RTL that is broken on purpose: all, or a list of "
          "names (rtl-models/mutants.ini)", "LIST" },
        { "variant", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a->variant,
          "A parameter of the block; may be repeated", "NAME=VALUE" },
        { "check", 'c', 0, G_OPTION_ARG_STRING, &a->check,
          "Only these checks: a list of globs", "GLOB" },
        { "kernel", 'k', 0, G_OPTION_ARG_FILENAME, &a->kernel,
          "An image of your own", "FILE" },
        { "linux", 0, 0, G_OPTION_ARG_FILENAME, &a->linux_dir,
          "A kernel tree of your own, to build", "DIR" },
        { "patch", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a->patches,
          "Applied to it first; repeat it, in order", "FILE" },
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &a->config,
          "Its configuration fragment (kvm-patches/configs/ARCH.config)",
          "FILE" },
        { "stress", 0, 0, G_OPTION_ARG_INT64, &a->stress,
          "Interrupts of a scenario under load (100000; of mutants, and of some "
          "other kernels, fewer)", "N" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &a->seed,
          "Seed of the agent and of QEMU (1)", "N" },
        { "l2-rounds", 0, 0, G_OPTION_ARG_INT, &a->l2_rounds,
          "x86: how often each L2 boots (1)", "N" },
        { "no-icount", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE,
          &a->icount, "Time by the clock, a thread a CPU", NULL },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &a->jobs,
          "Machines at once (all processors)", "N" },
        { "timeout", 0, 0, G_OPTION_ARG_INT, &a->timeout,
          "End a machine after S seconds (900)", "S" },
        { "keep-going", 0, 0, G_OPTION_ARG_NONE, &a->keep_going,
          "Go on past a kernel that cannot be built", NULL },
        { "keep-traces", 0, 0, G_OPTION_ARG_NONE, &a->keep_traces,
          "Keep traces and recordings of runs without a surprise, too", NULL },
        { "junit", 0, 0, G_OPTION_ARG_FILENAME, &a->junit,
          "Write the verdicts as JUnit XML", "FILE" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &a->json,
          "Write the verdicts as JSON; - is standard output", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };

    return vr_cli_parse(self, entries, argc, argv);
}

/* ./virelay takes --jobs itself, and hands it on in the environment. */
static int default_jobs(void)
{
    const char *given = g_getenv("VIRELAY_JOBS");
    gint64 jobs = given ? g_ascii_strtoll(given, NULL, 10) : 0;

    return CLAMP(jobs > 0 ? jobs : (gint64)g_get_num_processors(), 1, 64);
}

static int cmd_conform(const VrCommand *self, int argc, char **argv)
{
    Arguments a = {
        .stress = NOT_GIVEN, .seed = 1, .timeout = 900, .l2_rounds = 1,
        .jobs = default_jobs(), .icount = TRUE,
    };
    int ret = parse(self, &a, &argc, &argv);
    VrError err;

    if (ret < 0) {
        vr_signals_catch();
        ret = check_arguments(&a, argc, argv, &err) ? run(self, &a)
                                                    : vr_cli_fail(self, &err);
    }
    free_arguments(&a);
    return ret;
}

VR_COMMAND(conform, "conform",
           "Run the conformance checks on our kernels, or on yours",
           "[--kernel-set LIST] [--backend B] [--check GLOB] "
           "[--kernel FILE | --linux DIR [--patch FILE]...] [OPTION...]",
           cmd_conform)
