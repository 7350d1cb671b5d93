/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay bench vmexit: what VM exits cost on our VMX and on QEMU's own SVM.
 * The same host kernel, agent and guest loops (X86_BENCH) on each in turn,
 * interleaved over the repeats, so that what else the machine does hits both
 * alike; of each figure the best repeat counts. Times are the host's own clock,
 * which without icount is the wall's.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "boot.h"
#include "env.h"
#include "kernel_build.h"
#include "options.h"
#include "progress.h"
#include "report.h"
#include "runfolder.h"
#include "signals.h"

#define KERNEL "x86-base"
#define SCENARIO "X86_BENCH"
#define MAX_REPEAT 100
#define MAX_COUNT 1000000
#define CPUS 3 /* two run vCPUs, one the agent */

enum { VMX, SVM, SIDES };

static const char *const sides[SIDES] = { "vmx", "svm" };

/* A fact of the agent's, with the target of VMX's rate against SVM's */
static const struct {
    const char *name, *fact, *what;
    double target;
} exits[] = {
    { "cpuid", "cpuid_ns", "CPUID", 1.5 },
    { "port", "port_ns", "OUT to user space", 1.0 },
    { "msr", "msr_ns", "RDMSR IA32_APIC_BASE", 1.5 },
    { "mmio", "mmio_ns", "MMIO read to user space", 1.0 },
    { "fault", "fault_ns", "first touch of a page", 1.0 },
    { "hlt", "hlt_ns", "2 HLTs, each woken by IPI", 1.0 },
    { "ipi", "ipi_ns", "IPI to a running vCPU", 1.0 },
};

/* Loops without exits: L2's rate against L1's */
static const struct {
    const char *name, *l1, *l2, *what;
} loops[] = {
    { "compute", "compute_l1_ps", "compute_l2_ps", "computing" },
    { "walk", "walk_l1_ps", "walk_l2_ps", "walking memory" },
};

#define LOOP_TARGET 0.95
#define EXITS G_N_ELEMENTS(exits)
#define LOOPS G_N_ELEMENTS(loops)

typedef struct Bench {
    const VrCommand *self;
    char *image;
    gint repeat;
    gint64 count;
    int64_t exit_ns[EXITS][SIDES]; /* the best; 0: not yet */
    double loop_ratio[LOOPS][SIDES]; /* the best pair of one boot */
    int64_t loop_ps[LOOPS][SIDES][2]; /* of that pair: L1, L2 */
} Bench;

static bool fact(const VrReport *report, const char *key, int64_t *value,
                 VrError *err)
{
    if (vr_report_fact(report, SCENARIO, key, value) && *value > 0) {
        return true;
    }
    return vr_error_set(err, VR_ERR_VERDICT, "the agent did not measure %s",
                        key);
}

static bool take_figures(Bench *b, int side, const VrReport *report,
                         VrError *err)
{
    int64_t value, l1, l2;

    for (size_t i = 0; i < EXITS; i++) {
        int64_t *best = &b->exit_ns[i][side];

        if (!fact(report, exits[i].fact, &value, err)) {
            return false;
        }
        *best = *best && *best < value ? *best : value;
    }
    for (size_t i = 0; i < LOOPS; i++) {
        if (!fact(report, loops[i].l1, &l1, err) ||
            !fact(report, loops[i].l2, &l2, err)) {
            return false;
        }
        if ((double)l1 / l2 > b->loop_ratio[i][side]) {
            b->loop_ratio[i][side] = (double)l1 / l2;
            b->loop_ps[i][side][0] = l1;
            b->loop_ps[i][side][1] = l2;
        }
    }
    return true;
}

static bool check_report(Bench *b, int side, const char *console, VrError *err)
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
                     sides[side], why, vr_report_last_line(report));
    }
    ok = ok && take_figures(b, side, report, err);
    vr_report_free(report);
    return ok;
}

static bool run_machine(Bench *b, const VrMachineSpec *spec, int side,
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
        return vr_error_set(err, VR_ERR_VERDICT, "on %s: %.400s", sides[side],
                            trouble);
    }
    return check_report(b, side, console, err);
}

static bool run_once(Bench *b, int side, VrError *err)
{
    VrRunFolder *folder = vr_run_folder_new("bench", NULL, err);
    VrMachineSpec spec;
    bool ok;

    if (!folder) {
        return false;
    }
    vr_machine_defaults(&spec, "x86");
    vr_machine_settle(&spec);
    spec.kernel = b->image;
    spec.cpu = sides[side];
    spec.cpus = CPUS;
    spec.scenarios = SCENARIO;
    spec.stress = b->count;
    spec.icount = false;
    spec.trace = false;
    ok = run_machine(b, &spec, side, folder, err);
    vr_run_folder_discard(folder);
    vr_run_folder_free(folder);
    return ok;
}

static bool run_all(Bench *b, VrError *err)
{
    gint64 began = g_get_monotonic_time();

    for (int round = 0; round < b->repeat; round++) {
        for (int i = 0; i < SIDES; i++) {
            /* Neither always follows the other. */
            int side = (round + i) % SIDES;

            if (!run_once(b, side, err)) {
                return false;
            }
            vr_progress_line(began, "%d/%d %s: CPUID takes %" G_GINT64_FORMAT
                             " ns at best", round + 1, b->repeat, sides[side],
                             b->exit_ns[0][side]);
        }
    }
    return true;
}

static const char *below(bool met)
{
    return met ? "" : "  below";
}

static JsonObject *conclude_exits(const Bench *b, FILE *out, unsigned *missed)
{
    JsonObject *all = json_object_new();

    fprintf(out, "%-8s %-26s %12s %12s %8s %8s\n", "exit", "", "VMX/s", "SVM/s",
            "VMX/SVM", "target");
    for (size_t i = 0; i < EXITS; i++) {
        JsonObject *o = json_object_new();
        double vmx = 1e9 / b->exit_ns[i][VMX], svm = 1e9 / b->exit_ns[i][SVM];
        bool met = vmx / svm >= exits[i].target;

        *missed += !met;
        fprintf(out, "%-8s %-26s %12.0f %12.0f %6.2f x %6.2f x%s\n",
                exits[i].name, exits[i].what, vmx, svm, vmx / svm,
                exits[i].target, below(met));
        json_object_set_int_member(o, "vmx_ns", b->exit_ns[i][VMX]);
        json_object_set_int_member(o, "svm_ns", b->exit_ns[i][SVM]);
        json_object_set_double_member(o, "ratio", vmx / svm);
        json_object_set_double_member(o, "target", exits[i].target);
        json_object_set_boolean_member(o, "met", met);
        json_object_set_object_member(all, exits[i].name, o);
    }
    return all;
}

/* SVM's own ratio is there to compare; the target is VMX's. */
static JsonObject *conclude_loops(const Bench *b, FILE *out, unsigned *missed)
{
    JsonObject *all = json_object_new();

    fprintf(out, "%-8s %-26s %12s %12s %8s %8s\n", "loop", "", "L1 ps", "L2 ps",
            "L2/L1", "target");
    for (size_t i = 0; i < LOOPS; i++) {
        JsonObject *o = json_object_new();
        bool met = b->loop_ratio[i][VMX] >= LOOP_TARGET;

        *missed += !met;
        for (int side = 0; side < SIDES; side++) {
            g_autofree char *what =
                g_strdup_printf("%s, %s", loops[i].what, sides[side]);
            g_autofree char *ratio =
                g_strdup_printf("%s_ratio", sides[side]);

            fprintf(out, "%-8s %-26s %12" G_GINT64_FORMAT " %12"
                    G_GINT64_FORMAT " %6.2f x", loops[i].name, what,
                    b->loop_ps[i][side][0], b->loop_ps[i][side][1],
                    b->loop_ratio[i][side]);
            fprintf(out, side == VMX ? " %6.2f x%s\n" : "\n", LOOP_TARGET,
                    below(met));
            json_object_set_double_member(o, ratio, b->loop_ratio[i][side]);
        }
        json_object_set_int_member(o, "l1_ps", b->loop_ps[i][VMX][0]);
        json_object_set_int_member(o, "l2_ps", b->loop_ps[i][VMX][1]);
        json_object_set_double_member(o, "target", LOOP_TARGET);
        json_object_set_boolean_member(o, "met", met);
        json_object_set_object_member(all, loops[i].name, o);
    }
    return all;
}

static JsonNode *conclude(const Bench *b, FILE *out)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *o = json_object_new();
    unsigned missed = 0;

    json_object_set_string_member(o, "bench", "vmexit");
    json_object_set_int_member(o, "repeat", b->repeat);
    json_object_set_int_member(o, "count", b->count);
    json_object_set_object_member(o, "exits", conclude_exits(b, out, &missed));
    json_object_set_object_member(o, "loops", conclude_loops(b, out, &missed));
    json_object_set_int_member(o, "below_target", missed);
    json_node_take_object(root, o);
    return root;
}

static int run(Bench *b, const char *json)
{
    JsonNode *root;
    VrError err;

    if (!run_all(b, &err)) {
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
    return vr_bench_is_all("vmexit", argc, argv, err) &&
           vr_option_range("--repeat", b->repeat, 1, MAX_REPEAT, err) &&
           vr_option_range("--count", b->count, 1, MAX_COUNT, err);
}

int vr_bench_vmexit(const VrCommand *self, int argc, char **argv)
{
    g_autofree char *json = NULL;
    Bench b = { .self = self, .repeat = 3, .count = 20000 };
    const GOptionEntry entries[] = {
        { "repeat", 'r', 0, G_OPTION_ARG_INT, &b.repeat,
          "Times that each machine boots; the best counts (3)", "N" },
        { "count", 0, 0, G_OPTION_ARG_INT64, &b.count,
          "VM exits of each kind (20000)", "N" },
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
    ret = check_arguments(&b, argc, argv, &err) && prepare(&b, &err)
              ? run(&b, json)
              : vr_cli_fail(self, &err);
    g_free(b.image);
    return ret;
}
