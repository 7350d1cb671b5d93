/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay bench redist: what a backend of the redistributor costs. The same
 * boot and the same storm of interrupts on each backend in turn, interleaved
 * over the repeats, so that what else the machine does hits all alike; printed
 * as ratios of wall time to QEMU's own device.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "boot.h"
#include "cli.h"
#include "env.h"
#include "kernel_build.h"
#include "options.h"
#include "progress.h"
#include "report.h"
#include "runfolder.h"
#include "signals.h"

#define KERNEL "arm64-tdir"
#define MAX_REPEAT 100

static const char *const backends[] = { "builtin", "model", "rtl", "lockstep" };

static const struct {
    const char *label, *scenarios;
} loads[] = {
    { "boot", "BOOT" },
    { "storm", "STRESS" },
};

#define FIRST_OURS 1
#define LOADS G_N_ELEMENTS(loads)
#define BACKENDS G_N_ELEMENTS(backends)

typedef struct Bench {
    const VrCommand *self;
    char *image;
    gint repeat;
    gint64 stress;
    double seconds[LOADS][BACKENDS][MAX_REPEAT];
    int64_t virtual_us[LOADS][BACKENDS]; /* the guest's time; 0: not yet */
    bool differs[LOADS];                 /* between backends, or repeats */
} Bench;

bool vr_bench_is_all(const char *name, int argc, char **argv, VrError *err)
{
    if (argc == 2 && strcmp(argv[1], name) == 0) {
        return true;
    }
    return vr_error_set(err, VR_ERR_USAGE, "bench %s takes no '%s'", name,
                        argc > 2 ? argv[2] : "");
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, count, sizeof(*values), by_value);
    return count % 2 ? values[count / 2]
                     : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* The run's virtual time, by the agent's own clock. */
static bool check_report(Bench *b, size_t load, size_t backend,
                         const char *console, VrError *err)
{
    g_autoptr(GError) error = NULL;
    VrReport *report = vr_report_load(console, &error);
    int64_t virtual_us = 0;
    bool ok;

    if (!report) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "%s", error->message);
    }
    ok = vr_report_result(report, loads[load].scenarios, NULL) ==
             VR_RESULT_OK &&
         vr_report_done(report) &&
         vr_report_fact(report, loads[load].scenarios, "virtual_us",
                        &virtual_us);
    if (!ok) {
        vr_error_set(err, VR_ERR_VERDICT, "%s on %s: the agent did not come to "
                     "a good end; last line of its console: %.200s",
                     loads[load].label, backends[backend],
                     vr_report_last_line(report));
    }
    vr_report_free(report);
    if (b->virtual_us[load][backend] &&
        b->virtual_us[load][backend] != virtual_us) {
        b->differs[load] = true;
    }
    b->virtual_us[load][backend] = virtual_us;
    return ok;
}

static bool run_machine(Bench *b, const VrMachineSpec *spec, size_t load,
                        size_t backend, int round, VrRunFolder *folder,
                        VrError *err)
{
    g_autofree char *console = vr_run_folder_file(folder, "console.txt");
    VrMachine *m = vr_machine_start(spec, folder->partial, err);
    g_autofree char *trouble = NULL;
    bool ok;

    if (!m) {
        return false;
    }
    ok = vr_machine_wait(m);
    trouble = ok ? vr_machine_explain(m) : NULL;
    b->seconds[load][backend][round] = vr_machine_seconds(m);
    vr_machine_free(m);
    if (!ok) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "interrupted");
    }
    if (trouble) {
        return vr_error_set(err, VR_ERR_VERDICT, "%s on %s: %.400s",
                            loads[load].label, backends[backend], trouble);
    }
    return check_report(b, load, backend, console, err);
}

static bool run_once(Bench *b, size_t load, size_t backend, int round,
                     VrError *err)
{
    VrRunFolder *folder = vr_run_folder_new("bench", NULL, err);
    VrMachineSpec spec;
    bool ok;

    if (!folder) {
        return false;
    }
    vr_machine_defaults(&spec, "arm64");
    spec.kernel = b->image;
    spec.backend = backends[backend];
    spec.scenarios = loads[load].scenarios;
    spec.stress = b->stress;
    spec.trace = false;
    spec.no_record = true;
    ok = run_machine(b, &spec, load, backend, round, folder, err);
    vr_run_folder_discard(folder);
    vr_run_folder_free(folder);
    return ok;
}

static bool run_all(Bench *b, VrError *err)
{
    gint64 began = g_get_monotonic_time();

    for (int round = 0; round < b->repeat; round++) {
        for (size_t load = 0; load < LOADS; load++) {
            for (size_t i = 0; i < BACKENDS; i++) {
                if (!run_once(b, load, i, round, err)) {
                    return false;
                }
                vr_progress_line(began, "%d/%d %s.%s %.2f s", round + 1,
                                 b->repeat, loads[load].label, backends[i],
                                 b->seconds[load][i][round]);
            }
        }
    }
    return true;
}

static JsonNode *conclude(Bench *b, FILE *out)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *o = json_object_new();
    JsonObject *ratios = json_object_new();
    JsonObject *medians = json_object_new();
    JsonObject *virtual_us = json_object_new();

    for (size_t load = 0; load < LOADS; load++) {
        double base = 0;

        for (size_t i = 0; i < BACKENDS; i++) {
            g_autofree char *label = g_strdup_printf("%s.%s", loads[load].label,
                                                     backends[i]);
            double m = median(b->seconds[load][i], b->repeat);

            base = i == 0 ? m : base;
            json_object_set_double_member(medians, label, m);
            json_object_set_double_member(ratios, label, m / base);
            json_object_set_int_member(virtual_us, label,
                                       b->virtual_us[load][i]);
            fprintf(out, "%-16s %6.2f x  %8.3f s  guest %" G_GINT64_FORMAT
                    " us\n", label, m / base, m, b->virtual_us[load][i]);
        }
    }
    json_object_set_string_member(o, "bench", "redist");
    json_object_set_int_member(o, "repeat", b->repeat);
    json_object_set_object_member(o, "ratios", ratios);
    json_object_set_object_member(o, "median_seconds", medians);
    json_object_set_object_member(o, "virtual_us", virtual_us);
    json_node_take_object(root, o);
    return root;
}

/*
 * Under icount the guest's time is its instructions. All of our backends have
 * to give the same run; QEMU's own device may differ from them in what the
 * manual leaves open, and then the guest's time says by how much.
 */
static bool same_work(Bench *b, FILE *out)
{
    bool same = true;

    for (size_t load = 0; load < LOADS; load++) {
        const int64_t *us = b->virtual_us[load];

        for (size_t i = FIRST_OURS + 1; i < BACKENDS; i++) {
            b->differs[load] |= us[i] != us[FIRST_OURS];
        }
        if (b->differs[load]) {
            fprintf(out, "%s: the guest did not execute the same number of "
                    "instructions each time, or on each of our backends\n",
                    loads[load].label);
            same = false;
        } else if (us[0] != us[FIRST_OURS]) {
            fprintf(out, "%s: on QEMU's own device the guest takes %.2f times "
                    "as long (virtual time)\n", loads[load].label,
                    (double)us[0] / us[FIRST_OURS]);
        }
    }
    return same;
}

static int run(Bench *b, const char *json)
{
    FILE *out = g_strcmp0(json, "-") == 0 ? stderr : stdout;
    JsonNode *root;
    VrError err;
    bool same;

    if (!run_all(b, &err)) {
        int ret = vr_cli_fail(b->self, &err);

        return vr_signals_caught() ? VR_EXIT_INTERRUPTED : ret;
    }
    root = conclude(b, out);
    same = same_work(b, out);
    json_object_set_boolean_member(json_node_get_object(root),
                                   "same_guest_instructions", same);
    if (!json) {
        json_node_unref(root);
    } else if (!vr_cli_write_json(root, json, &err)) {
        return vr_cli_fail(b->self, &err);
    }
    return same ? VR_EXIT_OK : VR_EXIT_VERDICT;
}

static bool prepare(Bench *b, VrError *err)
{
    g_autoptr(VrCatalogue) catalogue = vr_catalogue_load_ours(err);
    const VrBuildStep step = { 1, 1, g_get_monotonic_time() };
    const VrKernel *k =
        catalogue ? vr_catalogue_find(catalogue, KERNEL, err) : NULL;

    b->image = k ? vr_kernel_build(k, NULL, &step, err) : NULL;
    return b->image != NULL;
}

static bool check_arguments(const Bench *b, int argc, char **argv,
                            VrError *err)
{
    if (argc != 2 || strcmp(argv[1], "redist") != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "no bench '%s'; known: redist, "
                            "irqbypass, sweep, vmexit, vtd",
                            argc > 1 ? argv[1] : "");
    }
    return vr_option_range("--repeat", b->repeat, 1, MAX_REPEAT, err) &&
           vr_option_range("--stress", b->stress, 1, 1000000, err);
}

static int cmd_redist(const VrCommand *self, int argc, char **argv)
{
    g_autofree Bench *b = g_new0(Bench, 1);
    g_autofree char *json = NULL;
    const GOptionEntry entries[] = {
        { "repeat", 'r', 0, G_OPTION_ARG_INT, &b->repeat,
          "Times that all is run (5)", "N" },
        { "stress", 0, 0, G_OPTION_ARG_INT64, &b->stress,
          "SPIs of the storm (20000)", "N" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &json,
          "Write the figures as JSON; - is standard output", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    VrError err;
    int ret;

    b->self = self;
    b->repeat = 5;
    b->stress = 20000;
    ret = vr_cli_parse(self, entries, &argc, &argv);
    if (ret >= 0) {
        return ret;
    }
    vr_signals_catch();
    ret = check_arguments(b, argc, argv, &err) && prepare(b, &err)
              ? run(b, json)
              : vr_cli_fail(self, &err);
    g_free(b->image);
    return ret;
}

static int cmd_bench(const VrCommand *self, int argc, char **argv)
{
    const char *const *words = (const char *const *)argv;

    if (g_strv_contains(words, "redist")) {
        return cmd_redist(self, argc, argv);
    }
    if (g_strv_contains(words, "irqbypass")) {
        return vr_bench_irqbypass(self, argc, argv);
    }
    if (g_strv_contains(words, "sweep")) {
        return vr_bench_sweep(self, argc, argv);
    }
    if (g_strv_contains(words, "vmexit")) {
        return vr_bench_vmexit(self, argc, argv);
    }
    return g_strv_contains(words, "vtd") ? vr_bench_vtd(self, argc, argv)
                                         : cmd_redist(self, argc, argv);
}

VR_COMMAND(bench, "bench", "Measure what a backend, or a VM exit, costs",
           "redist|irqbypass|sweep|vmexit|vtd [--repeat N] [--json FILE|-] [OPTION...]",
           cmd_bench)
