/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay bench vtd: what a backend of the remapping unit costs under a storm
 * of interrupts. The agent's PI_STORM, on the Linux host, with interrupts
 * remapped by QEMU's own unit and posted by ours. Each backend runs a long and
 * a short storm in turn: what lies between the two is the storm's, without
 * the boot.
 *
 * Wall time is the machine's, guest instructions are counted by the machine
 * (icount) from the storm's start to its last interrupt.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "boot.h"
#include "kernel_build.h"
#include "options.h"
#include "progress.h"
#include "report.h"
#include "runfolder.h"
#include "signals.h"

#define KERNEL "x86-posted-msi"
#define SCENARIO "PI_STORM"
#define MAX_REPEAT 100
#define MAX_COUNT 10000000
#define MIN_COUNT 1000
#define SHORT 100 /* the short storm has one of so many interrupts */
#define TARGET 2.0

static const char *const backends[] = { "builtin", "model", "rtl", "lockstep" };

#define BACKENDS G_N_ELEMENTS(backends)

enum { LONG_STORM, SHORT_STORM, STORMS };

/* Of one backend; the best of the repeats */
typedef struct Figures {
    double seconds[STORMS];
    int64_t instructions[STORMS], fired[STORMS], handled[STORMS];
} Figures;

typedef struct Bench {
    const VrCommand *self;
    const VrKernel *kernel;
    char *image;
    gint repeat;
    gint64 count;
    Figures figures[BACKENDS];
} Bench;

static bool fact(const VrReport *report, const char *key, int64_t *value,
                 VrError *err)
{
    if (vr_report_fact(report, SCENARIO, key, value) && *value > 0) {
        return true;
    }
    return vr_error_set(err, VR_ERR_VERDICT, "the agent did not report %s",
                        key);
}

/* QEMU's own unit cannot post; ours must have, or the storm was another one. */
static bool posted_as_due(const VrReport *report, size_t backend, VrError *err)
{
    int64_t posting = -1;

    if (vr_report_fact(report, SCENARIO, "posting", &posting) &&
        posting == (backend != 0)) {
        return true;
    }
    return vr_error_set(err, VR_ERR_VERDICT, "on %s the host reports posting "
                        "%" G_GINT64_FORMAT, backends[backend], posting);
}

static bool take_figures(Figures *f, int storm, const VrReport *report,
                         VrError *err)
{
    int64_t left = -1;

    if (vr_report_fact(report, SCENARIO, "left", &left) && left != 0) {
        return vr_error_set(err, VR_ERR_VERDICT, "%" G_GINT64_FORMAT
                            " descriptors were left with interrupts", left);
    }
    return fact(report, "instructions", &f->instructions[storm], err) &&
           fact(report, "fired", &f->fired[storm], err) &&
           fact(report, "handled", &f->handled[storm], err);
}

static bool check_report(Bench *b, size_t backend, int storm,
                         const char *console, VrError *err)
{
    g_autoptr(GError) error = NULL;
    VrReport *report = vr_report_load(console, &error);
    const char *why = "";
    bool ok;

    if (!report) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "%s", error->message);
    }
    ok = vr_report_result(report, SCENARIO, &why) == VR_RESULT_OK &&
         vr_report_done(report);
    if (!ok) {
        vr_error_set(err, VR_ERR_VERDICT, "on %s the agent did not come to a "
                     "good end: %.160s; last line of its console: %.200s",
                     backends[backend], why, vr_report_last_line(report));
    }
    ok = ok && posted_as_due(report, backend, err) &&
         take_figures(&b->figures[backend], storm, report, err);
    vr_report_free(report);
    return ok;
}

static bool run_machine(Bench *b, const VrMachineSpec *spec, size_t backend,
                        int storm, VrRunFolder *folder, VrError *err)
{
    g_autofree char *console = vr_run_folder_file(folder, "console.txt");
    VrMachine *m = vr_machine_start(spec, folder->partial, err);
    double *best = &b->figures[backend].seconds[storm];
    g_autofree char *trouble = NULL;
    double seconds;
    bool ok;

    if (!m) {
        return false;
    }
    ok = vr_machine_wait(m);
    trouble = ok ? vr_machine_explain(m) : NULL;
    seconds = vr_machine_seconds(m);
    *best = *best && *best < seconds ? *best : seconds;
    vr_machine_free(m);
    if (!ok) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "interrupted");
    }
    if (trouble) {
        return vr_error_set(err, VR_ERR_VERDICT, "on %s: %.400s",
                            backends[backend], trouble);
    }
    return check_report(b, backend, storm, console, err);
}

static bool run_once(Bench *b, size_t backend, int storm, VrError *err)
{
    VrRunFolder *folder = vr_run_folder_new("bench", NULL, err);
    VrMachineSpec spec;
    bool ok;

    if (!folder) {
        return false;
    }
    vr_machine_defaults(&spec, "x86");
    spec.kernel = b->image;
    spec.append = b->kernel->append;
    spec.unit = true;
    spec.backend = backends[backend];
    spec.scenarios = SCENARIO;
    spec.stress = storm == LONG_STORM ? b->count : b->count / SHORT;
    spec.trace = false;
    spec.no_record = true;
    ok = run_machine(b, &spec, backend, storm, folder, err);
    vr_run_folder_discard(folder);
    vr_run_folder_free(folder);
    return ok;
}

static bool run_all(Bench *b, VrError *err)
{
    gint64 began = g_get_monotonic_time();

    for (int round = 0; round < b->repeat; round++) {
        for (size_t i = 0; i < BACKENDS; i++) {
            for (int storm = 0; storm < STORMS; storm++) {
                if (!run_once(b, i, storm, err)) {
                    return false;
                }
            }
            vr_progress_line(began, "%d/%d %s: %.2f s, of which %.2f s are not "
                             "the storm", round + 1, b->repeat, backends[i],
                             b->figures[i].seconds[LONG_STORM],
                             b->figures[i].seconds[SHORT_STORM]);
        }
    }
    return true;
}

/* Of one interrupt, without what comes with a machine anyway */
static double ns_each(const Figures *f)
{
    return (f->seconds[LONG_STORM] - f->seconds[SHORT_STORM]) * 1e9 /
           (f->fired[LONG_STORM] - f->fired[SHORT_STORM]);
}

static double instructions_each(const Figures *f)
{
    return (double)(f->instructions[LONG_STORM] -
                    f->instructions[SHORT_STORM]) /
           (f->fired[LONG_STORM] - f->fired[SHORT_STORM]);
}

static JsonNode *conclude(const Bench *b, FILE *out)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *o = json_object_new(), *ratios = json_object_new();
    JsonObject *all = json_object_new();
    const Figures *base = &b->figures[0];

    fprintf(out, "%-10s %8s %8s %8s %14s %10s\n", "storm", "wall", "ns each",
            "guest", "instructions", "handled");
    for (size_t i = 0; i < BACKENDS; i++) {
        const Figures *f = &b->figures[i];
        double wall = ns_each(f) / ns_each(base);
        double guest = instructions_each(f) / instructions_each(base);
        g_autofree char *storm = g_strdup_printf("storm.%s", backends[i]);
        g_autofree char *insns = g_strdup_printf("instructions.%s",
                                                 backends[i]);
        JsonObject *one = json_object_new();

        fprintf(out, "%-10s %6.2f x %8.0f %6.2f x %14.0f %10" G_GINT64_FORMAT
                "%s\n", backends[i], wall, ns_each(f), guest,
                instructions_each(f), f->handled[LONG_STORM],
                wall > TARGET ? "  above 2 x" : "");
        json_object_set_double_member(ratios, storm, wall);
        json_object_set_double_member(ratios, insns, guest);
        json_object_set_double_member(one, "ns_each", ns_each(f));
        json_object_set_double_member(one, "instructions_each",
                                      instructions_each(f));
        json_object_set_int_member(one, "fired", f->fired[LONG_STORM]);
        json_object_set_int_member(one, "handled",
                                   f->handled[LONG_STORM]);
        json_object_set_object_member(all, backends[i], one);
    }
    json_object_set_string_member(o, "bench", "vtd");
    json_object_set_int_member(o, "repeat", b->repeat);
    json_object_set_int_member(o, "count", b->count);
    json_object_set_object_member(o, "ratios", ratios);
    json_object_set_object_member(o, "backends", all);
    json_node_take_object(root, o);
    return root;
}

/* On a busy machine a short storm may come out as the longer one. */
static bool measurable(const Bench *b, VrError *err)
{
    for (size_t i = 0; i < BACKENDS; i++) {
        if (ns_each(&b->figures[i]) <= 0) {
            return vr_error_set(err, VR_ERR_ENVIRONMENT, "on %s the storm is "
                                "lost in the machine's noise; give a larger "
                                "--count or --repeat", backends[i]);
        }
    }
    return true;
}

static int run(Bench *b, const char *json)
{
    JsonNode *root;
    VrError err;

    if (!run_all(b, &err) || !measurable(b, &err)) {
        int ret = vr_cli_fail(b->self, &err);

        return vr_signals_caught() ? VR_EXIT_INTERRUPTED : ret;
    }
    root = conclude(b, g_strcmp0(json, "-") == 0 ? stderr : stdout);
    if (!json) {
        json_node_unref(root);
    } else if (!vr_cli_write_json(root, json, &err)) {
        return vr_cli_fail(b->self, &err);
    }
    return VR_EXIT_OK;
}

static int prepare_and_run(Bench *b, const char *json)
{
    VrError err;
    g_autoptr(VrCatalogue) catalogue = vr_catalogue_load_ours(&err);
    const VrBuildStep step = { 1, 1, g_get_monotonic_time() };

    b->kernel = catalogue ? vr_catalogue_find(catalogue, KERNEL, &err) : NULL;
    b->image = b->kernel ? vr_kernel_build(b->kernel, NULL, &step, &err) : NULL;
    return b->image ? run(b, json) : vr_cli_fail(b->self, &err);
}

static bool check_arguments(const Bench *b, int argc, char **argv, VrError *err)
{
    return vr_bench_is_all("vtd", argc, argv, err) &&
           vr_option_range("--repeat", b->repeat, 1, MAX_REPEAT, err) &&
           vr_option_range("--count", b->count, MIN_COUNT, MAX_COUNT, err);
}

int vr_bench_vtd(const VrCommand *self, int argc, char **argv)
{
    g_autofree char *json = NULL;
    Bench b = { .self = self, .repeat = 3, .count = 1000000 };
    const GOptionEntry entries[] = {
        { "repeat", 'r', 0, G_OPTION_ARG_INT, &b.repeat,
          "Times that each machine runs; the best counts (3)", "N" },
        { "count", 0, 0, G_OPTION_ARG_INT64, &b.count,
          "Interrupts of the storm (1000000)", "N" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &json,
          "Write the figures as JSON; - is standard output", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    VrError err;
    int ret = vr_cli_parse(self, entries, &argc, &argv);

    if (ret >= 0) {
        return ret;
    }
    vr_signals_catch();
    ret = check_arguments(&b, argc, argv, &err) ? prepare_and_run(&b, json)
                                                : vr_cli_fail(self, &err);
    g_free(b.image);
    return ret;
}
