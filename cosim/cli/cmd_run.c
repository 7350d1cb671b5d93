/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay run: boot one host with one kernel and one backend. */
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "cli.h"
#include "env.h"
#include "kernel_build.h"
#include "options.h"
#include "progress.h"
#include "signals.h"
#include "table.h"

#define DEFAULT_KERNEL_arm64 "base"
#define DEFAULT_KERNEL_x86 "x86-base"

typedef struct Arguments {
    char *kernel, *kernel_name, *arch, *backend, *scenarios, *append, *out;
    char *cpu, *l2, *l2_apic;
    char **variant;
    char *variant_joined;
    gint cpus, mem, timeout, l2_cpus, l2_rounds;
    gint64 stress, seed;
    gboolean trace, icount, record, console;
    bool backend_given; /* one of ours, by name */
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
    g_free(a->cpu);
    g_free(a->l2);
    g_free(a->l2_apic);
    g_free(a->out);
}

/* --l2 and what goes with it, as one scenario. */
static bool check_l2(Arguments *a, VrError *err)
{
    const bool x2apic = g_strcmp0(a->l2_apic, "x2apic") == 0;

    if (!a->l2) {
        return (!a->l2_apic && !a->l2_cpus) ||
               vr_error_set(err, VR_ERR_USAGE, "--l2-cpus and --l2-apic need "
                            "--l2 linux");
    }
    if (strcmp(a->l2, "linux") != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "no guest '%s' for --l2; known: "
                            "linux", a->l2);
    }
    if (strcmp(a->arch, "x86") != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "--l2 needs --arch x86");
    }
    if (a->scenarios) {
        return vr_error_set(err, VR_ERR_USAGE, "--l2 is a scenario; it does "
                            "not go with --scenarios");
    }
    if (a->l2_apic && !x2apic && strcmp(a->l2_apic, "xapic") != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "no mode '%s' for --l2-apic; "
                            "known: xapic, x2apic", a->l2_apic);
    }
    a->l2_cpus = a->l2_cpus ? a->l2_cpus : 1;
    if (a->l2_cpus != 1 && a->l2_cpus != 2 && a->l2_cpus != 4) {
        return vr_error_set(err, VR_ERR_USAGE, "--l2-cpus has to be 1, 2 or 4, "
                            "not %d", a->l2_cpus);
    }
    a->scenarios = g_strdup_printf("L2_%d_%s", a->l2_cpus,
                                   x2apic ? "X2APIC" : "XAPIC");
    return true;
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
    a->console |= a->l2 != NULL;
    a->backend_given = a->backend && strcmp(a->backend, "builtin") != 0;
    return check_l2(a, err) &&
           vr_machine_choose(a->arch, &a->backend, &a->cpu, err) &&
           vr_option_backend(a->backend, vr_machine_block(a->arch), err) &&
           vr_option_range("--l2-rounds", a->l2_rounds, 1, 10000, err) &&
           vr_option_variant(a->variant, a->backend, vr_machine_block(a->arch),
                             &a->variant_joined, err) &&
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

/* What the console got since the last call; *console is NULL at first. */
static void show_console(const VrBoot *boot, FILE **console)
{
    char buf[4096];
    size_t len;

    if (!*console) {
        g_autofree char *path = vr_boot_file(boot, "console.txt");

        *console = fopen(path, "re");
        if (!*console) {
            return;
        }
    }
    clearerr(*console);
    while ((len = fread(buf, 1, sizeof(buf), *console)) > 0) {
        fwrite(buf, 1, len, stdout);
    }
    fflush(stdout);
}

static bool wait_for(VrBoot *boot, const VrBootOrder *order, gint64 began)
{
    g_autofree char *text = g_strdup_printf("%s runs", order->kernel->name);
    const bool show = order->machine.console;
    FILE *console = NULL;
    bool ended, caught;

    do {
        ended = vr_boot_poll(boot);
        caught = vr_signals_caught();
        if (show) {
            show_console(boot, &console);
        } else if (!ended) {
            vr_progress_tick(began, text);
        }
        if (!ended) {
            g_usleep(5000);
        }
    } while (!ended && !caught);
    if (console) {
        fclose(console);
    }
    return ended;
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
    if (!wait_for(boot, order, began)) {
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

static GPtrArray *judged(const VrKernel *kernel, const char *scenarios,
                         const char *cpu)
{
    g_autoptr(GPtrArray) all = vr_option_checks_of(scenarios);
    g_autoptr(GPtrArray) here = vr_option_checks_for(all, cpu);

    return vr_kernel_checks(kernel, here);
}

static const VrKernel *find_kernel(const VrCatalogue *catalogue,
                                   const Arguments *a, VrError *err)
{
    const char *name = a->kernel_name ? a->kernel_name
                       : strcmp(a->arch, "x86") == 0 ? DEFAULT_KERNEL_x86
                                                     : DEFAULT_KERNEL_arm64;
    const VrKernel *k = vr_catalogue_find(catalogue, name, err);

    if (k && strcmp(k->arch, a->arch) != 0) {
        vr_error_set(err, VR_ERR_USAGE, "the kernel '%s' is one of %s; add "
                     "--arch %s", name, k->arch, k->arch);
        return NULL;
    }
    return k;
}

/* The kernel's own words on the command line, then the user's. */
static char *join_append(const VrKernel *k, const Arguments *a)
{
    return g_strjoin(" ", k->append ? k->append : "",
                     a->append ? a->append : "", NULL);
}

/* What the arguments say of the machine by themselves. */
static VrMachineSpec machine_of(const Arguments *a)
{
    VrMachineSpec m;

    vr_machine_defaults(&m, a->arch);
    m.backend = a->backend;
    m.variant = a->variant_joined;
    m.cpu = a->cpu;
    m.console = a->console;
    m.l2_rounds = a->l2_rounds;
    m.cpus = a->cpus;
    m.mem_mib = a->mem;
    m.timeout_s = a->timeout;
    m.stress = a->stress;
    m.seed = a->seed;
    m.icount = a->icount;
    m.trace = a->trace;
    m.record = a->record;
    return m;
}

static int failed(const VrCommand *self, const VrError *err)
{
    int ret = vr_cli_fail(self, err);

    return vr_signals_caught() ? VR_EXIT_INTERRUPTED : ret;
}

/* What has to be built: the image, and the kernel's tests if asked for. */
static bool build(const VrKernel *k, const Arguments *a, const char *scenarios,
                  char **image, char **selftests, VrError *err)
{
    *image = image_of(k, a, err);
    if (!*image) {
        return false;
    }
    if (strstr(scenarios, vr_scenario_name(VR_SCENARIO_X86_SELFTESTS))) {
        *selftests = vr_selftests_build(g_get_monotonic_time(), err);
        return *selftests != NULL;
    }
    return true;
}

/* Those asked for; or what the kernel's own checks need; or all. */
static char *choose_scenarios(const VrKernel *kernel, const Arguments *a,
                              VrError *err)
{
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(GPtrArray) checks = NULL;

    if (a->scenarios || !*kernel->checks) {
        return vr_option_scenarios(a->scenarios, a->arch, err);
    }
    all = vr_option_checks(NULL, a->arch, err);
    checks = all ? vr_kernel_checks(kernel, all) : NULL;
    return checks ? vr_option_scenarios_of(checks) : NULL;
}

/* A backend that was asked for has to have something to serve. */
static bool wants_unit(const VrKernel *kernel, const Arguments *a,
                       const char *scenarios)
{
    return strcmp(a->arch, "x86") == 0 &&
           (kernel->unit || vr_option_wants_unit(scenarios) ||
            a->backend_given);
}

static int run(const VrCommand *self, Arguments *a)
{
    g_autofree char *scenarios = NULL;
    g_autofree char *image = NULL;
    g_autofree char *append = NULL;
    g_autofree char *selftests = NULL;
    g_autoptr(VrCatalogue) catalogue = NULL;
    g_autoptr(GPtrArray) checks = NULL;
    g_autoptr(VrKernel) own = vr_kernel_own("own", a->arch);
    const VrKernel *kernel = own;
    VrBootOrder order = { .out = a->out, .machine = machine_of(a) };
    VrError err;

    if (!a->kernel) {
        catalogue = vr_catalogue_load_ours(&err);
        kernel = catalogue ? find_kernel(catalogue, a, &err) : NULL;
    }
    scenarios = kernel ? choose_scenarios(kernel, a, &err) : NULL;
    if (!scenarios || !build(kernel, a, scenarios, &image, &selftests, &err)) {
        return failed(self, &err);
    }
    if (kernel->cpu) {
        order.machine.cpu = kernel->cpu;
    }
    checks = a->trace ? judged(kernel, scenarios, order.machine.cpu)
                      : g_ptr_array_new();
    append = g_strstrip(join_append(kernel, a));
    order.kernel = kernel;
    order.checks = checks;
    order.name = kernel->name;
    order.machine.kernel = image;
    order.machine.scenarios = scenarios;
    order.machine.unit = wants_unit(kernel, a, scenarios);
    order.machine.append = append;
    vr_machine_settle(&order.machine);
    order.machine.selftests = selftests;
    return run_boot(self, &order);
}

static int parse(const VrCommand *self, Arguments *a, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        { "kernel", 'k', 0, G_OPTION_ARG_FILENAME, &a->kernel,
          "An image of your own", "FILE" },
        { "kernel-name", 'n', 0, G_OPTION_ARG_STRING, &a->kernel_name,
          "A kernel of the catalogue (" DEFAULT_KERNEL_arm64 ", "
          DEFAULT_KERNEL_x86 ")", "NAME" },
        { "arch", 0, 0, G_OPTION_ARG_STRING, &a->arch, "arm64 (the default) "
          "or x86", "ARCH" },
        { "cpu", 0, 0, G_OPTION_ARG_STRING, &a->cpu,
          "x86: vmx (the default), svm, or a model as QEMU's -cpu", "CPU" },
        { "l2", 0, 0, G_OPTION_ARG_STRING, &a->l2,
          "x86: boot the host's kernel as its guest; shows the console",
          "linux" },
        { "l2-cpus", 0, 0, G_OPTION_ARG_INT, &a->l2_cpus,
          "Its vCPUs: 1, 2 or 4 (1)", "N" },
        { "l2-apic", 0, 0, G_OPTION_ARG_STRING, &a->l2_apic,
          "xapic (the default) or x2apic", "MODE" },
        { "l2-rounds", 0, 0, G_OPTION_ARG_INT, &a->l2_rounds,
          "How often each L2 boots (1)", "N" },
        { "backend", 'b', 0, G_OPTION_ARG_STRING, &a->backend,
          "Of the redistributors, or of x86's remapping unit: builtin, model, "
          "rtl, lockstep or lockstep:DUT:REFERENCE (lockstep; of x86 without "
          "a scenario of the unit: builtin)", "B" },
        { "variant", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a->variant,
          "A parameter of the block; may be repeated", "NAME=VALUE" },
        { "cpus", 0, 0, G_OPTION_ARG_INT, &a->cpus, "Physical CPUs (5)", "N" },
        { "mem", 0, 0, G_OPTION_ARG_INT, &a->mem, "Memory in MiB (512)", "N" },
        { "scenarios", 's', 0, G_OPTION_ARG_STRING, &a->scenarios,
          "What the agent does: BOOT,STRESS,... (all)", "LIST" },
        { "stress", 0, 0, G_OPTION_ARG_INT64, &a->stress,
          "Interrupts of STRESS, PI_AFFINITY, PI_STORM (100000)", "N" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &a->seed,
          "Seed of the agent and of QEMU (1)", "N" },
        { "append", 0, 0, G_OPTION_ARG_STRING, &a->append,
          "More of the host's command line", "TEXT" },
        { "console", 0, 0, G_OPTION_ARG_NONE, &a->console,
          "Show the console, with all that the kernel says", NULL },
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
        .trace = TRUE, .icount = TRUE, .l2_rounds = 1,
    };
    int ret = parse(self, &a, &argc, &argv);
    VrError err;

    if (ret < 0) {
        vr_option_default(&a.arch, "arm64");
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
