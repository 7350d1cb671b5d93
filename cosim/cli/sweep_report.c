/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "cli.h"
#include "outfile.h"
#include "sweep_expected.h"

#define SHOWN 12 /* failures of a sweep that were not expected, in print */

char *vr_sweep_command(const VrSweepJob *job, const VrSweepOptions *o,
                       uint64_t k)
{
    g_autofree char *kernel = g_shell_quote(job->kernel);
    g_autofree char *symbols = g_shell_quote(job->symbols);
    g_autofree char *append = g_shell_quote(o->append ? o->append : "");
    const bool own = strcmp(job->kernel, job->image) == 0;

    return g_strdup_printf("./virelay sweep --arch %s --kernel %s%s%s --window "
                           "%s --fire %s --load %s --skip %u --vcpu %d --backend "
                           "%s%s%s --from %" PRIu64 " --to %" PRIu64, o->arch, kernel,
                           own ? " --vmlinux " : "", own ? symbols : "",
                           job->window,
                           vr_sweep_event_name(job->event),
                           vr_sweep_load_name(job->load), job->skip, o->vcpu,
                           o->backend, o->append ? " --append " : "",
                           o->append ? append : "", k, k);
}

/* The name in the table: of a file without its folders. */
static char *short_name(const VrSweepJob *job)
{
    return g_path_get_basename(job->kernel);
}

static double rate(const VrSweepJob *job)
{
    return job->seconds > 0 ? job->points / job->seconds : 0;
}

/* In words, where kernels.ini says what has to come out; else "". */
static const char *comparison(const VrSweepJob *job)
{
    if (job->expected == VR_SWEEP_EXPECT_NOTHING) {
        return "";
    }
    if (vr_sweep_as_expected(job)) {
        return job->verdict == VR_SWEEP_FAIL ? "broken, as expected"
                                             : "as expected";
    }
    return job->expected == VR_SWEEP_EXPECT_FAIL
               ? "NOT AS EXPECTED: it has to break"
               : "NOT AS EXPECTED: it has to pass";
}

static void print_row(FILE *f, const VrSweepJob *job)
{
    g_autofree char *kernel = short_name(job);
    const char *said = comparison(job);

    fprintf(f, "%-28s %-38s %-6s %-5s %7" PRIu64 " %7" PRIu64 " %8" PRIu64
            "  %-14s %5.1f s%s%s\n", kernel, job->window,
            vr_sweep_event_name(job->event), vr_sweep_load_name(job->load),
            job->points, job->failed, job->released,
            vr_sweep_verdict_name(job->verdict), job->seconds,
            *said ? "  " : "", said);
}

static char *trace_of(const VrSweepJob *job, const VrSweepFailure *x)
{
    g_autofree char *name = g_strdup_printf("point-%" PRIu64 ".vrt", x->k);
    g_autofree char *path = g_build_filename(job->folder, name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path)
                                                 : NULL;
}

/* Once for all points that follow each other on it. */
static void print_line(FILE *f, const VrSweepFailure *x,
                       const VrSweepFailure *before)
{
    if (x->line && (!before || g_strcmp0(x->line, before->line) != 0 ||
                    g_strcmp0(x->inlined, before->inlined) != 0)) {
        fprintf(f, "  %s%s%s\n", x->line, x->inlined ? ", " : "",
                x->inlined ? x->inlined : "");
    }
}

static void print_failures(FILE *f, const VrSweepJob *job,
                           const VrSweepOptions *o)
{
    const VrSweepFailure *first = job->failures->pdata[0];
    g_autofree char *command = vr_sweep_command(job, o, first->k);
    g_autofree char *trace = trace_of(job, first);

    const guint shown = vr_sweep_as_expected(job) ? 1 : SHOWN;

    fprintf(f, "\n%s, %s, %s: an invariant breaks at %" PRIu64 " of %"
            PRIu64 " instructions\n", job->kernel, job->window,
            vr_sweep_event_name(job->event), job->failed, job->points);
    for (guint i = 0; i < job->failures->len && i < shown; i++) {
        const VrSweepFailure *x = job->failures->pdata[i];

        print_line(f, x, i ? job->failures->pdata[i - 1] : NULL);
        fprintf(f, "  %6" PRIu64 "  %-40s %s\n", x->k, x->place, x->why);
    }
    if (job->failures->len > shown) {
        const VrSweepFailure *last =
            job->failures->pdata[job->failures->len - 1];

        fprintf(f, "  ...     and %" PRIu64 " more, up to %" PRIu64 " %s\n",
                job->failed - shown, last->k, last->place);
    }
    if (trace) {
        fprintf(f, "  the trace around it:\n    ./virelay trace %s\n", trace);
    }
    fprintf(f, "  the first of them again:\n    %s\n", command);
}

void vr_sweep_print(FILE *f, const GPtrArray *jobs, const VrSweepOptions *o)
{
    fprintf(f, "%-28s %-38s %-6s %-5s %7s %7s %8s  %-14s\n", "kernel", "window",
            "event", "load", "points", "failed", "released", "verdict");
    for (guint i = 0; i < jobs->len; i++) {
        print_row(f, jobs->pdata[i]);
    }
    for (guint i = 0; i < jobs->len; i++) {
        const VrSweepJob *job = jobs->pdata[i];

        if (job->failures->len) {
            print_failures(f, job, o);
        }
        if (*job->reason) {
            fprintf(f, "\n%s, %s, %s: %s\n  see %s\n", job->kernel, job->window,
                    vr_sweep_event_name(job->event), job->reason, job->folder);
        }
        if (job->note && i + 1 == jobs->len) {
            fprintf(f, "\nnote: %s\n", job->note);
        }
    }
}

static JsonNode *failure_json(const VrSweepJob *job, const VrSweepFailure *x,
                              const VrSweepOptions *o)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    JsonObject *one = json_object_new();
    g_autofree char *command = vr_sweep_command(job, o, x->k);
    g_autofree char *trace = trace_of(job, x);

    vr_json_uint(one, "k", x->k);
    vr_json_hex(one, "pc", x->pc);
    json_object_set_string_member(one, "place", x->place);
    if (x->line) {
        vr_json_text(one, "line", x->line);
    }
    if (x->inlined) {
        vr_json_text(one, "inlined", x->inlined);
    }
    vr_json_uint(one, "latency_ns", x->latency);
    vr_json_text(one, "why", x->why);
    if (trace) {
        vr_json_text(one, "trace", trace);
    }
    vr_json_text(one, "command", command);
    json_node_take_object(node, one);
    return node;
}

static JsonNode *job_json(const VrSweepJob *job, const VrSweepOptions *o)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    JsonObject *one = json_object_new();
    JsonArray *failures = json_array_new();
    g_autofree char *check = vr_sweep_check_id(o->arch, job->event);

    vr_json_text(one, "kernel", job->kernel);
    json_object_set_string_member(one, "check", check);
    vr_json_text(one, "window", job->window);
    json_object_set_string_member(one, "event",
                                  vr_sweep_event_name(job->event));
    json_object_set_string_member(one, "load", vr_sweep_load_name(job->load));
    json_object_set_string_member(one, "verdict",
                                  job->verdict == VR_SWEEP_FAIL ? "fail" :
                                  vr_sweep_verdict_name(job->verdict));
    if (job->expected != VR_SWEEP_EXPECT_NOTHING) {
        json_object_set_string_member(one, "expected",
                                      job->expected == VR_SWEEP_EXPECT_FAIL
                                          ? "fail" : "pass");
    }
    json_object_set_boolean_member(one, "as_expected",
                                   vr_sweep_as_expected(job));
    vr_json_text(one, "reason", job->reason);
    if (job->note) {
        vr_json_text(one, "note", job->note);
    }
    vr_json_uint(one, "points", job->points);
    vr_json_uint(one, "failed", job->failed);
    vr_json_uint(one, "released", job->released);
    json_object_set_double_member(one, "seconds", job->seconds);
    json_object_set_double_member(one, "points_per_second", rate(job));
    vr_json_text(one, "folder", job->folder);
    for (guint i = 0; i < job->failures->len; i++) {
        json_array_add_element(failures,
                               failure_json(job, job->failures->pdata[i], o));
    }
    json_object_set_array_member(one, "failures", failures);
    json_node_take_object(node, one);
    return node;
}

JsonNode *vr_sweep_json(const GPtrArray *jobs, const VrSweepOptions *o,
                        double seconds)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *all = json_object_new();
    JsonArray *sweeps = json_array_new();

    json_object_set_string_member(all, "arch", o->arch);
    json_object_set_string_member(all, "backend", o->backend);
    json_object_set_double_member(all, "seconds", seconds);
    for (guint i = 0; i < jobs->len; i++) {
        json_array_add_element(sweeps, job_json(jobs->pdata[i], o));
    }
    json_object_set_array_member(all, "sweeps", sweeps);
    json_node_take_object(root, all);
    return root;
}

static bool is_failure(const VrSweepJob *job)
{
    return job->verdict != VR_SWEEP_ERROR && !vr_sweep_as_expected(job);
}

/* What is as expected has nothing to add, except why it was not done. */
static char *junit_outcome(const VrSweepJob *job)
{
    const VrSweepFailure *first =
        job->failures->len ? job->failures->pdata[0] : NULL;

    if (is_failure(job)) {
        return g_markup_printf_escaped("    <failure message=\"points failed: "
                                       "%u\">%s%s%s</failure>\n",
                                       (unsigned)job->failed,
                                       first ? first->place : comparison(job),
                                       first ? ": " : "",
                                       first ? first->why : "");
    }
    if (job->verdict == VR_SWEEP_ERROR ||
        job->verdict == VR_SWEEP_NOT_APPLICABLE) {
        return g_markup_printf_escaped("    <%s message=\"%s\"/>\n",
                                       job->verdict == VR_SWEEP_ERROR
                                           ? "error" : "skipped",
                                       job->reason);
    }
    return g_strdup("");
}

static void junit_case(GString *xml, const VrSweepJob *job,
                       const VrSweepOptions *o)
{
    g_autofree char *check = vr_sweep_check_id(o->arch, job->event);
    g_autofree char *outcome = junit_outcome(job);
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    char *text;

    g_ascii_formatd(number, sizeof(number), "%.3f", job->seconds);
    text = g_markup_printf_escaped("  <testcase classname=\"%s\" name=\"%s "
                                   "%s\" time=\"%s\">\n", job->kernel, check,
                                   job->window, number);
    g_string_append_printf(xml, "%s%s  </testcase>\n", text, outcome);
    g_free(text);
}

bool vr_sweep_junit(const GPtrArray *jobs, const VrSweepOptions *o,
                    double seconds, const char *path, VrError *err)
{
    g_autoptr(GString) xml = g_string_new("<?xml version=\"1.0\" encoding="
                                          "\"UTF-8\"?>\n");
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    unsigned failures = 0, errors = 0;

    for (guint i = 0; i < jobs->len; i++) {
        const VrSweepJob *job = jobs->pdata[i];

        failures += is_failure(job);
        errors += job->verdict == VR_SWEEP_ERROR;
    }
    g_ascii_formatd(number, sizeof(number), "%.3f", seconds);
    g_string_append_printf(xml, "<testsuite name=\"virelay sweep\" tests=\"%u\""
                           " failures=\"%u\" errors=\"%u\" time=\"%s\">\n",
                           jobs->len, failures, errors, number);
    for (guint i = 0; i < jobs->len; i++) {
        junit_case(xml, jobs->pdata[i], o);
    }
    g_string_append(xml, "</testsuite>\n");
    return vr_out_write(path, xml->str, err);
}
