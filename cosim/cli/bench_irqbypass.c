/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay bench irqbypass: what the registration of the N-th irqfd costs, on a
 * kernel before and on one after a series, as a table and as a plot. The
 * figures are the agent's, in instructions counted by the machine (icount):
 * the same on every machine that this runs on.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "kernel_build.h"
#include "machine.h"
#include "options.h"
#include "outfile.h"
#include "plot.h"
#include "progress.h"
#include "report.h"
#include "runfolder.h"
#include "signals.h"

#define SIZES 15 /* N: 1, 2, 4, ... 16384 */

enum { BEFORE, AFTER, KERNELS };

static const struct {
    const char *arch, *kernel[KERNELS], *scenario, *backend;
} machines[] = {
    { "x86", { "x86-bypass", "x86-irqbypass" }, "IRQBYPASS_SCALING", "model" },
    { "arm64", { "base", "arm64-irqbypass" }, "IRQBYPASS_SCALING_ARM",
      "builtin" },
};

typedef struct Bench {
    const VrCommand *self;
    size_t machine;
    char *arch, *name[KERNELS], *plot, *json;
    const VrKernel *kernel[KERNELS];
    char *image[KERNELS];
    gint64 cost[KERNELS][SIZES];
} Bench;

static bool take_costs(Bench *b, int which, const VrReport *report,
                       VrError *err)
{
    const char *scenario = machines[b->machine].scenario;

    for (unsigned i = 0; i < SIZES; i++) {
        g_autofree char *key = g_strdup_printf("cost_%u", 1u << i);
        int64_t value = 0;

        if (!vr_report_fact(report, scenario, key, &value) || value <= 0) {
            return vr_error_set(err, VR_ERR_VERDICT, "on %s the agent did not "
                                "report %s", b->name[which], key);
        }
        b->cost[which][i] = value;
    }
    return true;
}

static bool read_report(Bench *b, int which, const char *console, VrError *err)
{
    const char *scenario = machines[b->machine].scenario;
    g_autoptr(GError) error = NULL;
    VrReport *report = vr_report_load(console, &error);
    const char *why = "";
    bool ok;

    if (!report) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "%s", error->message);
    }
    ok = vr_report_result(report, scenario, &why) == VR_RESULT_OK &&
         vr_report_done(report);
    if (!ok) {
        vr_error_set(err, VR_ERR_VERDICT, "on %s the agent did not come to a "
                     "good end: %.160s; last line of its console: %.200s",
                     b->name[which], why, vr_report_last_line(report));
    }
    ok = ok && take_costs(b, which, report, err);
    vr_report_free(report);
    return ok;
}

static bool run_machine(Bench *b, const VrMachineSpec *spec, int which,
                        VrRunFolder *folder, VrError *err)
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
    vr_machine_free(m);
    if (!ok) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "interrupted");
    }
    if (trouble) {
        return vr_error_set(err, VR_ERR_VERDICT, "on %s: %.400s",
                            b->name[which], trouble);
    }
    return read_report(b, which, console, err);
}

static bool run_one(Bench *b, int which, VrError *err)
{
    VrRunFolder *folder = vr_run_folder_new("bench", NULL, err);
    VrMachineSpec spec;
    bool ok;

    if (!folder) {
        return false;
    }
    vr_machine_defaults(&spec, b->arch);
    spec.kernel = b->image[which];
    spec.append = b->kernel[which]->append;
    spec.unit = b->kernel[which]->unit;
    spec.backend = machines[b->machine].backend;
    spec.scenarios = machines[b->machine].scenario;
    spec.trace = false;
    spec.no_record = true;
    ok = run_machine(b, &spec, which, folder, err);
    vr_run_folder_discard(folder);
    vr_run_folder_free(folder);
    return ok;
}

static void print_table(const Bench *b, FILE *out)
{
    fprintf(out, "%-8s %20s %20s\n", "irqfd", b->name[BEFORE], b->name[AFTER]);
    for (unsigned i = 0; i < SIZES; i++) {
        fprintf(out, "%-8u %20" G_GINT64_FORMAT " %20" G_GINT64_FORMAT "\n",
                1u << i, b->cost[BEFORE][i], b->cost[AFTER][i]);
    }
    fprintf(out, "last to first: %.1f before, %.1f after\n",
            (double)b->cost[BEFORE][SIZES - 1] / b->cost[BEFORE][0],
            (double)b->cost[AFTER][SIZES - 1] / b->cost[AFTER][0]);
}

static bool write_plot(const Bench *b, VrError *err)
{
    const VrCurve curves[] = {
        { b->name[BEFORE], b->cost[BEFORE] },
        { b->name[AFTER], b->cost[AFTER] },
    };
    g_autofree char *title = g_strdup_printf(
        "%s: what the N-th KVM_IRQFD of a host costs", b->arch);
    const VrPlot plot = {
        .title = title, .x_label = "N", .y_label = "instructions",
        .points = SIZES, .curves = curves, .curve_count = KERNELS,
    };
    g_autofree char *svg = vr_plot_svg(&plot);

    return vr_out_write(b->plot, svg, err);
}

static JsonNode *as_json(const Bench *b)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *o = json_object_new(), *kernels = json_object_new();

    for (int which = 0; which < KERNELS; which++) {
        JsonObject *costs = json_object_new();

        for (unsigned i = 0; i < SIZES; i++) {
            g_autofree char *n = g_strdup_printf("%u", 1u << i);

            json_object_set_int_member(costs, n, b->cost[which][i]);
        }
        json_object_set_object_member(kernels, b->name[which], costs);
    }
    json_object_set_string_member(o, "bench", "irqbypass");
    json_object_set_string_member(o, "arch", b->arch);
    json_object_set_string_member(o, "before", b->name[BEFORE]);
    json_object_set_string_member(o, "after", b->name[AFTER]);
    json_object_set_object_member(o, "instructions", kernels);
    json_node_take_object(root, o);
    return root;
}

static bool conclude(const Bench *b, VrError *err)
{
    print_table(b, g_strcmp0(b->json, "-") == 0 ||
                   g_strcmp0(b->plot, "-") == 0 ? stderr : stdout);
    return (!b->plot || write_plot(b, err)) &&
           (!b->json || vr_cli_write_json(as_json(b), b->json, err));
}

static bool prepare(Bench *b, const VrCatalogue *catalogue, VrError *err)
{
    for (int which = 0; which < KERNELS; which++) {
        const VrBuildStep step = { which + 1, KERNELS, g_get_monotonic_time() };
        const VrKernel *k = vr_catalogue_find(catalogue, b->name[which], err);

        if (!k) {
            return false;
        }
        if (strcmp(k->arch, b->arch) != 0) {
            return vr_error_set(err, VR_ERR_USAGE, "the kernel '%s' is one of "
                                "%s; --arch is %s", k->name, k->arch, b->arch);
        }
        b->kernel[which] = k;
        b->image[which] = vr_kernel_build(k, NULL, &step, err);
        if (!b->image[which]) {
            return false;
        }
    }
    return true;
}

static bool choose(Bench *b, int argc, char **argv, VrError *err)
{
    if (!vr_bench_is_all("irqbypass", argc, argv, err)) {
        return false;
    }
    vr_option_default(&b->arch, machines[0].arch);
    for (b->machine = 0; b->machine < G_N_ELEMENTS(machines); b->machine++) {
        if (strcmp(machines[b->machine].arch, b->arch) == 0) {
            for (int which = 0; which < KERNELS; which++) {
                vr_option_default(&b->name[which],
                                  machines[b->machine].kernel[which]);
            }
            return true;
        }
    }
    return vr_error_set(err, VR_ERR_USAGE, "--arch: no '%s'; known: x86, arm64",
                        b->arch);
}

static int run(Bench *b, int argc, char **argv)
{
    g_autoptr(VrCatalogue) catalogue = NULL;
    VrError err;
    bool ok = choose(b, argc, argv, &err);

    catalogue = ok ? vr_catalogue_load_ours(&err) : NULL;
    ok = catalogue && prepare(b, catalogue, &err) &&
         run_one(b, BEFORE, &err) && run_one(b, AFTER, &err) &&
         conclude(b, &err);
    if (!ok) {
        int ret = vr_cli_fail(b->self, &err);

        return vr_signals_caught() ? VR_EXIT_INTERRUPTED : ret;
    }
    return VR_EXIT_OK;
}

int vr_bench_irqbypass(const VrCommand *self, int argc, char **argv)
{
    Bench b = { .self = self };
    const GOptionEntry entries[] = {
        { "arch", 0, 0, G_OPTION_ARG_STRING, &b.arch,
          "x86 or arm64 (x86)", "NAME" },
        { "before", 0, 0, G_OPTION_ARG_STRING, &b.name[BEFORE],
          "Kernel of the first curve (x86-bypass, base)", "NAME" },
        { "after", 0, 0, G_OPTION_ARG_STRING, &b.name[AFTER],
          "Kernel of the second curve (x86-irqbypass, arm64-irqbypass)",
          "NAME" },
        { "plot", 0, 0, G_OPTION_ARG_FILENAME, &b.plot,
          "Draw both curves, as SVG", "FILE" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &b.json,
          "Write the figures as JSON; - is standard output", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);

    if (ret < 0) {
        vr_signals_catch();
        ret = run(&b, argc, argv);
    }
    for (int which = 0; which < KERNELS; which++) {
        g_free(b.name[which]);
        g_free(b.image[which]);
    }
    g_free(b.arch);
    g_free(b.plot);
    g_free(b.json);
    return ret;
}
