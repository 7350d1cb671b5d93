/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay trace: look at a run's trace, or export it. */
#include "cli.h"
#include "export.h"
#include "nearest.h"
#include "schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Arguments {
    char *kinds, *json, *sqlite, *perfetto;
    char *id_text;
    gint64 from, to;
    gint cpu;
    gboolean count;
} Arguments;

typedef struct Filter {
    bool all_kinds;
    bool kind[G_MAXUINT16 + 1];
    gint64 cpu, id; /* -1: any */
    guint64 from, to;
} Filter;

#define ANY_CPU (-1)
#define MAX_EXPORTS 3

typedef struct Run {
    Filter filter;
    VrTraceExport *exports[MAX_EXPORTS];
    unsigned export_count;
    bool print;
    guint64 counts[G_MAXUINT16 + 1];
    guint64 total;
} Run;

static const char *kind_name_at(const void *opaque, size_t index)
{
    const VrTraceSchema *s = vr_trace_schema_at(index);

    (void)opaque;
    return s ? s->name : NULL;
}

static bool parse_kinds(Filter *f, const char *list, VrError *err)
{
    g_auto(GStrv) names = list ? g_strsplit(list, ",", -1) : NULL;
    char hint[400];

    f->all_kinds = !names;
    if (names && !*names) {
        return vr_error_set(err, VR_ERR_USAGE, "--kind is empty; give names as "
                            "in --kind ICH_LR,ICV_DIR");
    }
    for (char **name = names; name && *name; name++) {
        g_autofree char *upper = g_ascii_strup(g_strstrip(*name), -1);
        uint16_t kind = vr_trace_kind_from_name(upper);

        if (kind == 0) {
            return vr_error_set(err, VR_ERR_USAGE,
                                "no kind of record '%s'; %s", *name,
                                vr_nearest(upper, kind_name_at, NULL, hint,
                                           sizeof(hint)));
        }
        f->kind[kind] = true;
    }
    return true;
}

static bool parse_filter(const Arguments *a, Filter *f, VrError *err)
{
    f->cpu = a->cpu;
    f->from = a->from;
    f->to = a->to;
    f->id = -1;
    if (a->from < 0 || a->to < 0) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "--from and --to are nanoseconds from 0 on");
    }
    if (a->from > a->to) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "--from %" G_GINT64_FORMAT " is after --to %"
                            G_GINT64_FORMAT, a->from, a->to);
    }
    if (a->cpu < ANY_CPU || a->cpu > G_MAXUINT8) {
        return vr_error_set(err, VR_ERR_USAGE, "--cpu %d: CPUs and instances "
                            "are 0 to %d", a->cpu, G_MAXUINT8 - 1);
    }
    if (a->id_text) {
        char *end;

        f->id = strtoll(a->id_text, &end, 0);
        if (end == a->id_text || *end || f->id < 0 || f->id > G_MAXUINT32) {
            return vr_error_set(err, VR_ERR_USAGE,
                                "--id %s: not a number of 32 bits",
                                a->id_text);
        }
    }
    return parse_kinds(f, a->kinds, err);
}

static bool wanted(const Filter *f, const VrTraceRec *rec)
{
    return (f->all_kinds || f->kind[rec->kind]) &&
           (f->cpu < 0 || rec->cpu == f->cpu) &&
           (f->id < 0 || rec->id == f->id) &&
           rec->time >= f->from && rec->time <= f->to;
}

static bool take(Run *run, const VrTraceRec *rec, VrError *err)
{
    char line[512];

    run->counts[rec->kind]++;
    run->total++;
    if (run->print) {
        vr_trace_format(rec, line, sizeof(line));
        if (puts(line) < 0) {
            return vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot write to "
                                "standard output: %s", strerror(errno));
        }
    }
    for (unsigned i = 0; i < run->export_count; i++) {
        if (!run->exports[i]->record(run->exports[i], rec, err)) {
            return false;
        }
    }
    return true;
}

static bool read_all(Run *run, VrTraceReader *reader, VrError *err)
{
    VrTraceRec rec;

    while (vr_trace_reader_next(reader, &rec)) {
        if (wanted(&run->filter, &rec) && !take(run, &rec, err)) {
            return false;
        }
    }
    return true;
}

static void print_counts(const Run *run)
{
    const VrTraceSchema *s;
    guint64 known = 0;

    for (size_t i = 0; (s = vr_trace_schema_at(i)) != NULL; i++) {
        if (run->counts[s->kind] > 0) {
            printf("%12" G_GUINT64_FORMAT " %s\n", run->counts[s->kind],
                   s->name);
            known += run->counts[s->kind];
        }
    }
    if (known < run->total) {
        printf("%12" G_GUINT64_FORMAT " of kinds that this program does not "
               "know\n", run->total - known);
    }
    printf("%12" G_GUINT64_FORMAT " in all\n", run->total);
}

static JsonNode *counts_json(const Run *run)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    JsonObject *root = json_object_new();
    JsonObject *counts = json_object_new();
    const VrTraceSchema *s;

    for (size_t i = 0; (s = vr_trace_schema_at(i)) != NULL; i++) {
        if (run->counts[s->kind] > 0) {
            vr_json_uint(counts, s->name, run->counts[s->kind]);
        }
    }
    json_object_set_object_member(root, "counts", counts);
    vr_json_uint(root, "total", run->total);
    json_node_take_object(node, root);
    return node;
}

static bool add_export(Run *run, VrTraceExport *x)
{
    if (x) {
        run->exports[run->export_count++] = x;
    }
    return x != NULL;
}

static bool open_exports(Run *run, const Arguments *a, VrError *err)
{
    return (!a->sqlite ||
            add_export(run, vr_trace_export_sqlite(a->sqlite, err))) &&
           (!a->perfetto ||
            add_export(run, vr_trace_export_timeline(a->perfetto, err))) &&
           (!a->json || a->count ||
            add_export(run, vr_trace_export_json(a->json, err)));
}

static bool close_exports(Run *run, VrError *err)
{
    bool ok = true;

    for (unsigned i = 0; i < run->export_count; i++) {
        VrError why;

        if (!run->exports[i]->close(run->exports[i], &why) && ok) {
            *err = why;
            ok = false;
        }
    }
    return ok;
}

static bool process(Run *run, const Arguments *a, VrTraceReader *reader,
                    VrError *err)
{
    VrError late;
    bool ok;

    run->print = !a->count && !a->json && !a->sqlite && !a->perfetto;
    ok = open_exports(run, a, err) && read_all(run, reader, err);
    if (!close_exports(run, &late) && ok) {
        *err = late;
        ok = false;
    }
    if (ok && a->count && a->json) {
        return vr_cli_write_json(counts_json(run), a->json, err);
    }
    if (ok && a->count) {
        print_counts(run);
    }
    return ok;
}

static bool is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

/* What is written is not the trace itself, nor two things at one place. */
static bool check_outputs(const Arguments *a, const char *trace, VrError *err)
{
    const char *const out[] = { a->json, a->sqlite, a->perfetto };

    for (size_t i = 0; i < G_N_ELEMENTS(out); i++) {
        if (!vr_cli_distinct(trace, out[i], err)) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (out[i] && out[k] && !strcmp(out[i], out[k])) {
                return vr_error_set(err, VR_ERR_USAGE, "two exports to '%s'; "
                                    "give each a file of its own", out[i]);
            }
        }
    }
    if (is_stdout(a->sqlite)) {
        return vr_error_set(err, VR_ERR_USAGE, "--sqlite needs a file; a "
                            "database cannot go to standard output");
    }
    if (a->count && !a->json && is_stdout(a->perfetto)) {
        return vr_error_set(err, VR_ERR_USAGE, "--count prints to standard "
                            "output; give --perfetto a file");
    }
    return true;
}

static int run_trace(const VrCommand *self, const Arguments *a,
                     const char *path)
{
    g_autofree Run *run = g_new0(Run, 1);
    VrTraceReader *reader;
    size_t left_over;
    VrError err;
    bool ok;

    if (!parse_filter(a, &run->filter, &err) ||
        !check_outputs(a, path, &err)) {
        return vr_cli_fail(self, &err);
    }
    reader = vr_trace_reader_open(path, &err);
    if (!reader) {
        return vr_cli_fail(self, &err);
    }
    ok = process(run, a, reader, &err);
    left_over = vr_trace_reader_truncated(reader);
    vr_trace_reader_close(reader);
    if (left_over > 0) {
        vr_cli_error(self, VR_ERR_NONE, "trace '%s' was cut: its last %zu "
                     "bytes are no whole record; all before them was read",
                     path, left_over);
    }
    return ok ? VR_EXIT_OK : vr_cli_fail(self, &err);
}

static void free_arguments(Arguments *a)
{
    g_free(a->kinds);
    g_free(a->id_text);
    g_free(a->json);
    g_free(a->sqlite);
    g_free(a->perfetto);
}

static int cmd_trace(const VrCommand *self, int argc, char **argv)
{
    Arguments a = { .cpu = ANY_CPU, .to = G_MAXINT64 };
    const GOptionEntry entries[] = {
        { "kind", 'k', 0, G_OPTION_ARG_STRING, &a.kinds,
          "Only records of these kinds", "NAME[,NAME]" },
        { "cpu", 'c', 0, G_OPTION_ARG_INT, &a.cpu,
          "Only records of this CPU, or block instance", "N" },
        { "id", 0, 0, G_OPTION_ARG_STRING, &a.id_text,
          "Only records with this id (an INTID, a mark, ...)", "N" },
        { "from", 0, 0, G_OPTION_ARG_INT64, &a.from,
          "Not before this virtual time, nanoseconds", "NS" },
        { "to", 0, 0, G_OPTION_ARG_INT64, &a.to,
          "Not after this virtual time, nanoseconds", "NS" },
        { "count", 0, 0, G_OPTION_ARG_NONE, &a.count,
          "Count the records of each kind", NULL },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &a.json,
          "Write JSON; - is standard output", "FILE" },
        { "sqlite", 0, 0, G_OPTION_ARG_FILENAME, &a.sqlite,
          "Write a SQLite database", "FILE" },
        { "perfetto", 0, 0, G_OPTION_ARG_FILENAME, &a.perfetto,
          "Write a timeline for Perfetto or chrome://tracing", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);

    if (ret < 0 && argc != 2) {
        ret = vr_cli_error(self, VR_ERR_USAGE, "give one trace; usage: "
                           "virelay trace %s", self->usage);
    }
    if (ret < 0) {
        ret = run_trace(self, &a, argv[1]);
    }
    free_arguments(&a);
    return ret;
}

VR_COMMAND(trace, "trace", "Print, filter, count or export a run's trace",
           "FILE [--kind NAME[,NAME]] [--cpu N] [--id N] [--from NS] "
           "[--to NS] [--count] [--json FILE|-] [--sqlite FILE] "
           "[--perfetto FILE]", cmd_trace)
