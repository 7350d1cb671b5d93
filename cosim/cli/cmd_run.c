/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay run: boot one host with one kernel and one backend. */
#include <stdio.h>

#include "boot.h"
#include "cli.h"
#include "env.h"
#include "kernel_build.h"
#include "options.h"
#include "progress.h"
#include "signals.h"
#include "table.h"

#define DEFAULT_KERNEL "base"

typedef struct Arguments {
    char *kernel, *kernel_name, *arch, *backend, *scenarios, *append, *out;
    char **variant;
    char *variant_joined;
    gint cpus, mem, timeout;
    gint64 stress, seed;
    gboolean trace, icount, record;
} Arguments;

static void free_arguments(Arguments *a)
{
    g_free(a->kernel);
    g_free(a->kernel_name);
    g_free(a->arch);
    g_free(a->backend);
    g_strfreev(a->variant);
    g_free(a->variant_joined);
    g_free(a->scenarios);
    g_free(a->append);
    g_free(a->out);
}

static bool check_arguments(Arguments *a, int argc, char **argv,
                            VrError *err)
{
    if (argc > 1) {
        return vr_error_set(err, VR_ERR_USAGE, "'%s' is too much; options "
                            "only", argv[1]);
    }
    if (a->kernel && a->kernel_name) {
        return vr_error_set(err, VR_ERR_USAGE, "--kernel and --kernel-name "
                            "exclude each other");
    }
    return vr_option_backend(a->backend, err) &&
           vr_option_variant(a->variant, a->backend, &a->variant_joined,
                             err) &&
           vr_option_range("--cpus", a->cpus, 1, 8, err) &&
           vr_option_range("--mem", a->mem, 64, 8192, err) &&
           vr_option_range("--timeout", a->timeout, 1, 86400, err) &&
           vr_option_range("--stress", a->stress, 1, 100000000, err) &&
           vr_option_range("--seed", a->seed, 0, G_MAXINT32, err);
}

/* The image of the catalogue's kernel, built if it is not there. */
static char *image_of(const VrKernel *k, const Arguments *a, VrError *err)
{
    const VrBuildStep step = { 1, 1, g_get_monotonic_time() };

    return a->kernel ? g_strdup(a->kernel)
                     : vr_kernel_build(k, NULL, &step, err);
}

static bool wait_for(VrBoot *boot, const VrKernel *k, gint64 began)
{
    g_autofree char *text = g_strdup_printf("%s runs", k->name);

    while (!vr_boot_poll(boot)) {
        if (vr_signals_caught()) {
            return false;
        }
        vr_progress_tick(began, text);
        g_usleep(5000);
    }
    return true;
}

/* A QEMU that ends before the host wrote a byte could not even start. */
static VrErrorCode code_of(const VrBoot *boot, const VrResultSet *r)
{
    g_autofree char *console = g_build_filename(r->folder, "console.txt", NULL);
    g_autofree char *text = NULL;

    if (vr_boot_end(boot) == VR_END_FAILED &&
        (!g_file_get_contents(console, &text, NULL, NULL) || !*text)) {
        return VR_ERR_ENVIRONMENT;
    }
    return VR_ERR_VERDICT;
}

/* Without a trace: what the agent says itself. False if it did not finish. */
static bool print_report(const VrResultSet *r, const char *scenarios)
{
    static const char *const words[] = {
        [VR_RESULT_MISSING] = "missing", [VR_RESULT_OK] = "ok",
        [VR_RESULT_NOT_OK] = "not ok", [VR_RESULT_SKIP] = "skipped",
    };
    g_autofree char *console = g_build_filename(r->folder, "console.txt", NULL);
    g_auto(GStrv) names = g_strsplit(scenarios, ",", 0);
    VrReport *report = vr_report_load(console, NULL);
    bool done = report && vr_report_done(report);

    printf("no trace, no verdicts; the agent's own results:\n");
    for (char **name = names; report && *name; name++) {
        const char *text;
        VrResult result = vr_report_result(report, *name, &text);

        printf("  %-8s %-16s %s\n", words[result], *name, text);
    }
    vr_report_free(report);
    return done;
}

static int conclude(const VrCommand *self, const VrBoot *boot,
                    const VrResultSet *r, const VrMachineSpec *machine)
{
    const VrMachineEnd end = vr_boot_end(boot);
    bool done = true;

    if (end == VR_END_MISMATCH) {
        vr_boot_print_mismatch(stdout, r->folder);
    } else if (!machine->trace) {
        done = print_report(r, machine->scenarios);
    } else {
        vr_verdicts_print(stdout, r);
    }
    printf("%s: %.1f s\n", r->folder, r->seconds);
    if (end != VR_END_CLEAN) {
        return vr_cli_error(self, code_of(boot, r), "%s", r->trouble);
    }
    if (!done) {
        return vr_cli_error(self, VR_ERR_VERDICT, "the agent did not come to "
                            "its end; see %s/console.txt", r->folder);
    }
    return r->unexpected ? VR_EXIT_VERDICT : VR_EXIT_OK;
}

static int run_boot(const VrCommand *self, const VrBootOrder *order)
{
    VrError err;
    gint64 began = g_get_monotonic_time();
    VrBoot *boot = vr_boot_start(order, &err);
    VrResultSet *r;
    int ret;

    if (!boot) {
        return vr_cli_fail(self, &err);
    }
    if (!wait_for(boot, order->kernel, began)) {
        vr_boot_free(boot);
        return vr_cli_error(self, VR_EXIT_INTERRUPTED, "interrupted; nothing "
                            "of the run is left");
    }
    r = vr_boot_finish(boot, &err);
    ret = r ? conclude(self, boot, r, &order->machine)
            : vr_cli_fail(self, &err);
    vr_result_free(r);
    vr_boot_free(boot);
    return ret;
}

static int run(const VrCommand *self, Arguments *a)
{
    g_autofree char *scenarios = NULL;
    g_autofree char *image = NULL;
    g_autoptr(VrCatalogue) catalogue = NULL;
    g_autoptr(GPtrArray) checks = NULL;
    g_autoptr(VrKernel) own = vr_kernel_own("own", a->arch);
    const VrKernel *kernel = own;
    VrBootOrder order = { .out = a->out };
    VrError err;

    scenarios = vr_option_scenarios(a->scenarios, &err);
    if (!scenarios) {
        return vr_cli_fail(self, &err);
    }
    if (!a->kernel) {
        catalogue = vr_catalogue_load_ours(&err);
        kernel = catalogue ? vr_catalogue_find(catalogue, a->kernel_name
                                               ? a->kernel_name
                                               : DEFAULT_KERNEL, &err) : NULL;
    }
    image = kernel ? image_of(kernel, a, &err) : NULL;
    if (!image) {
        int ret = vr_cli_fail(self, &err);

        return vr_signals_caught() ? VR_EXIT_INTERRUPTED : ret;
    }
    checks = a->trace ? vr_option_checks_of(scenarios) : g_ptr_array_new();
    vr_machine_defaults(&order.machine);
    order.kernel = kernel;
    order.checks = checks;
    order.name = kernel->name;
    order.machine.arch = a->arch;
    order.machine.kernel = image;
    order.machine.backend = a->backend;
    order.machine.variant = a->variant_joined;
    order.machine.scenarios = scenarios;
    order.machine.append = a->append;
    order.machine.cpus = a->cpus;
    order.machine.mem_mib = a->mem;
    order.machine.timeout_s = a->timeout;
    order.machine.stress = a->stress;
    order.machine.seed = a->seed;
    order.machine.icount = a->icount;
    order.machine.trace = a->trace;
    order.machine.record = a->record;
    return run_boot(self, &order);
}

static int parse(const VrCommand *self, Arguments *a, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        { "kernel", 'k', 0, G_OPTION_ARG_FILENAME, &a->kernel,
          "An image of your own", "FILE" },
        { "kernel-name", 'n', 0, G_OPTION_ARG_STRING, &a->kernel_name,
          "A kernel of the catalogue (" DEFAULT_KERNEL ")", "NAME" },
        { "arch", 0, 0, G_OPTION_ARG_STRING, &a->arch, "arm64", "ARCH" },
        { "backend", 'b', 0, G_OPTION_ARG_STRING, &a->backend,
          "builtin, model, rtl, lockstep or lockstep:DUT:REFERENCE "
          "(lockstep)", "B" },
        { "variant", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a->variant,
          "A parameter of the redistributors; may be repeated", "NAME=VALUE" },
        { "cpus", 0, 0, G_OPTION_ARG_INT, &a->cpus, "Physical CPUs (5)", "N" },
        { "mem", 0, 0, G_OPTION_ARG_INT, &a->mem, "Memory in MiB (512)", "N" },
        { "scenarios", 's', 0, G_OPTION_ARG_STRING, &a->scenarios,
          "What the agent does: BOOT,STRESS,... (all)", "LIST" },
        { "stress", 0, 0, G_OPTION_ARG_INT64, &a->stress,
          "SPIs of the scenario STRESS (100000)", "N" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &a->seed,
          "Seed of the agent and of QEMU (1)", "N" },
        { "append", 0, 0, G_OPTION_ARG_STRING, &a->append,
          "More of the host's command line", "TEXT" },
        { "trace", 0, 0, G_OPTION_ARG_NONE, &a->trace,
          "Write a trace (the default)", NULL },
        { "no-trace", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &a->trace,
          "Write none; nothing is judged then", NULL },
        { "record", 0, 0, G_OPTION_ARG_NONE, &a->record,
          "Record every block's stimuli (lockstep always does)", NULL },
        { "icount", 0, 0, G_OPTION_ARG_NONE, &a->icount,
          "Time by instructions, one thread (the default)", NULL },
        { "no-icount", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE,
          &a->icount, "Time by the clock, a thread a CPU", NULL },
        { "out", 'o', 0, G_OPTION_ARG_FILENAME, &a->out,
          "The run's folder (one named by the time)", "DIR" },
        { "timeout", 0, 0, G_OPTION_ARG_INT, &a->timeout,
          "End the machine after S seconds (900)", "S" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };

    return vr_cli_parse(self, entries, argc, argv);
}

static int cmd_run(const VrCommand *self, int argc, char **argv)
{
    Arguments a = {
        .cpus = 5, .mem = 512, .timeout = 900, .stress = 100000, .seed = 1,
        .trace = TRUE, .icount = TRUE,
    };
    int ret = parse(self, &a, &argc, &argv);
    VrError err;

    if (ret < 0) {
        vr_option_default(&a.arch, "arm64");
        vr_option_default(&a.backend, "lockstep");
        vr_signals_catch();
        ret = vr_env_check_arch(a.arch, &err) &&
                      check_arguments(&a, argc, argv, &err)
                  ? run(self, &a)
                  : vr_cli_fail(self, &err);
    }
    free_arguments(&a);
    return ret;
}

VR_COMMAND(run, "run", "Boot one host with one kernel and one backend",
           "[--kernel FILE | --kernel-name NAME] [--backend B] "
           "[--scenarios LIST] [OPTION...]", cmd_run)
