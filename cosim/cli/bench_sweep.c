/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay bench sweep: interleavings a second. Whole sweeps of a window, again
 * and again in one machine; the time is that of the points, without the boot.
 * QEMU executes all CPUs in one thread, so it is one core's.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "options.h"
#include "progress.h"
#include "runfolder.h"
#include "signals.h"
#include "sweep_plan.h"

#define MAX_COUNT 1000000
#define MAX_REPEAT 100
#define TARGET_X86 2000.0

static const struct {
    const char *arch, *kernel, *window, *event, *load, *what;
    double target; /* points a second; 0: none */
} rows[] = {
    { "x86", "x86-base", "vcpu_enter_guest", "msi", "exit",
      "a device's interrupt", TARGET_X86 },
    { "x86", "x86-base", "vcpu_enter_guest", "post", "exit",
      "another CPU posts meanwhile", TARGET_X86 },
    { "x86", "x86-base", "vmx_vcpu_pi_put", "msi", "halt",
      "a blocked vCPU is woken",
      0 },
    { "arm64", "arm64-tdir", "kvm_vgic_flush_hwstate..__guest_enter", "spi",
      "exit", "another CPU injects meanwhile", 0 },
};

#define ROWS G_N_ELEMENTS(rows)

typedef struct Bench {
    const VrCommand *self;
    gint repeat;
    gint64 count;
    double best[ROWS]; /* points a second */
    uint64_t points[ROWS];
} Bench;

/* "N points in S s" */
static bool read_speed(const VrSweepJob *job, uint64_t *points, double *seconds,
                       VrError *err)
{
    g_autofree char *path = g_build_filename(job->folder, "speed.txt", NULL);
    g_autofree char *text = NULL;
    char *end;

    if (!job->done || !g_file_get_contents(path, &text, NULL, NULL)) {
        return vr_error_set(err, VR_ERR_VERDICT, "%s, %s: %s", job->window,
                            vr_sweep_event_name(job->event), job->reason);
    }
    *points = g_ascii_strtoull(text, &end, 10);
    *seconds = g_str_has_prefix(end, " points in ")
                   ? g_ascii_strtod(end + strlen(" points in "), NULL) : 0;
    return (*points && *seconds > 0) ||
           vr_error_set(err, VR_ERR_VERDICT, "'%s' is damaged", path);
}

static VrSweepRequest request_of(size_t row)
{
    return (VrSweepRequest){
        .arch = g_strdup(rows[row].arch), .kernel = g_strdup(rows[row].kernel),
        .windows = g_strdup(rows[row].window),
        .events = g_strdup(rows[row].event), .backend = g_strdup("model"),
        .timeout = 900, .first = 1, .skip = -1,
        .load = g_strdup(rows[row].load),
    };
}

static bool measure(Bench *b, size_t row, const char *folder, VrError *err)
{
    VrSweepRequest request = request_of(row);
    g_autoptr(GPtrArray) jobs = vr_sweep_plan(&request, folder, err);
    const VrSweepOptions options = {
        .arch = rows[row].arch, .backend = "model",
        .cpu = strcmp(rows[row].arch, "x86") == 0 ? "vmx" : NULL,
        .first = 1, .repeat = G_MAXINT64, .most = b->count, .timeout = 900,
    };
    double seconds = 0;
    bool ok = jobs && vr_sweep_run(jobs->pdata[0], &options, err) &&
              read_speed(jobs->pdata[0], &b->points[row], &seconds, err);

    if (ok) {
        b->best[row] = MAX(b->best[row], b->points[row] / seconds);
    }
    vr_sweep_request_clear(&request);
    return ok;
}

static bool run_once(Bench *b, size_t row, VrError *err)
{
    VrRunFolder *folder = vr_run_folder_new("bench", NULL, err);
    bool ok = folder && measure(b, row, folder->partial, err);

    if (folder) {
        vr_run_folder_discard(folder);
        vr_run_folder_free(folder);
    }
    return ok;
}

static bool run_all(Bench *b, VrError *err)
{
    gint64 began = g_get_monotonic_time();

    for (int round = 0; round < b->repeat; round++) {
        for (size_t row = 0; row < ROWS; row++) {
            if (!run_once(b, row, err)) {
                return false;
            }
            vr_progress_line(began, "%d/%d %s, %s, %s: %.0f a second",
                             round + 1, b->repeat, rows[row].arch,
                             rows[row].window, rows[row].event, b->best[row]);
        }
    }
    return true;
}

static JsonNode *conclude(const Bench *b, FILE *out)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *all = json_object_new();
    JsonArray *list = json_array_new();

    fprintf(out, "%-6s %-38s %-6s %8s %15s %8s  %s\n", "arch", "window",
            "event", "points", "interleavings/s", "target", "");
    for (size_t i = 0; i < ROWS; i++) {
        JsonObject *one = json_object_new();
        const bool met = b->best[i] >= rows[i].target;

        fprintf(out, "%-6s %-38s %-6s %8" G_GUINT64_FORMAT " %15.0f %8.0f  %s%s"
                "\n", rows[i].arch, rows[i].window, rows[i].event,
                b->points[i], b->best[i], rows[i].target, rows[i].what,
                met ? "" : " (below the target)");
        json_object_set_string_member(one, "arch", rows[i].arch);
        json_object_set_string_member(one, "window", rows[i].window);
        json_object_set_string_member(one, "event", rows[i].event);
        vr_json_uint(one, "points", b->points[i]);
        json_object_set_double_member(one, "per_second", b->best[i]);
        json_object_set_double_member(one, "target", rows[i].target);
        json_object_set_boolean_member(one, "met", met);
        json_array_add_object_element(list, one);
    }
    json_object_set_string_member(all, "bench", "sweep");
    json_object_set_int_member(all, "repeat", b->repeat);
    json_object_set_array_member(all, "sweeps", list);
    json_node_take_object(root, all);
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

static bool check_arguments(const Bench *b, int argc, char **argv, VrError *err)
{
    return vr_bench_is_all("sweep", argc, argv, err) &&
           vr_option_range("--repeat", b->repeat, 1, MAX_REPEAT, err) &&
           vr_option_range("--count", b->count, 100, MAX_COUNT, err);
}

int vr_bench_sweep(const VrCommand *self, int argc, char **argv)
{
    g_autofree char *json = NULL;
    Bench b = { .self = self, .repeat = 1, .count = 10000 };
    const GOptionEntry entries[] = {
        { "repeat", 'r', 0, G_OPTION_ARG_INT, &b.repeat,
          "Times that each is measured; the best counts (1)", "N" },
        { "count", 0, 0, G_OPTION_ARG_INT64, &b.count,
          "Points of each (10000)", "N" },
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
    return check_arguments(&b, argc, argv, &err) ? run(&b, json)
                                                 : vr_cli_fail(self, &err);
}
