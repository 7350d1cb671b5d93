/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chrome's JSON trace events, which Perfetto reads: "B"/"E" begin and end a
 * slice, "i" is an instant, "M" names a track; ts is in microseconds.
 */
#include "export.h"
#include "export_file.h"
#include "marks.h"
#include "schema.h"

#include <inttypes.h>
#include <stdlib.h>

#define PROCESS 1
#define TRACK_MARKS 1000

typedef struct Timeline {
    VrTraceExport parent;
    VrExportFile file;
    bool any;
    bool named[256];    /* the CPU's track has a name */
    bool in_guest[256]; /* a slice is open on it */
    unsigned scenarios; /* slices open on the track of marks */
    uint64_t last;      /* time of the last record */
} Timeline;

static void begin_event(Timeline *t, const char *phase, unsigned track,
                        uint64_t ns)
{
    fprintf(t->file.stream,
            "%s\n{\"ph\": \"%s\", \"pid\": %d, \"tid\": %u, "
            "\"ts\": %" PRIu64 ".%03u", t->any ? "," : "", phase, PROCESS,
            track, ns / 1000, (unsigned)(ns % 1000));
    t->any = true;
}

static void name_track(Timeline *t, unsigned track, const char *prefix,
                       int number)
{
    FILE *f = t->file.stream;

    begin_event(t, "M", track, 0);
    fprintf(f, ", \"name\": \"thread_name\", \"args\": {\"name\": \"%s",
            prefix);
    if (number >= 0) {
        fprintf(f, " %d", number);
    }
    fputs("\"}}", f);
}

static void end_slice(Timeline *t, unsigned track, uint64_t ns)
{
    begin_event(t, "E", track, ns);
    fputc('}', t->file.stream);
}

static void put_args(Timeline *t, const VrTraceRec *rec)
{
    fputs(", \"args\": {", t->file.stream);
    vr_export_fields(t->file.stream, rec);
    fputs("}}", t->file.stream);
}

static void begin_slice(Timeline *t, unsigned track, const char *name,
                        const VrTraceRec *rec)
{
    begin_event(t, "B", track, rec->time);
    fprintf(t->file.stream, ", \"name\": \"%s\"", name);
    put_args(t, rec);
}

static void instant(Timeline *t, unsigned track, const VrTraceRec *rec)
{
    begin_event(t, "i", track, rec->time);
    fputs(", \"s\": \"t\", \"name\": ", t->file.stream);
    vr_export_kind(t->file.stream, rec);
    put_args(t, rec);
}

static void put_mark(Timeline *t, const VrTraceRec *rec)
{
    if (rec->id == VR_MARK_SCENARIO_BEGIN) {
        const char *name = vr_trace_scenario_name(rec->arg[0]);

        t->scenarios++;
        begin_slice(t, TRACK_MARKS, name ? name : "scenario", rec);
    } else if (rec->id == VR_MARK_SCENARIO_END && t->scenarios > 0) {
        t->scenarios--;
        end_slice(t, TRACK_MARKS, rec->time);
    } else {
        instant(t, TRACK_MARKS, rec);
    }
}

/* A slice that was not seen to end, or to begin, is not drawn across. */
static void put_guest(Timeline *t, const VrTraceRec *rec)
{
    bool entry = rec->kind == VR_TRACE_VM_ENTRY;

    if (t->in_guest[rec->cpu]) {
        end_slice(t, rec->cpu, rec->time);
    }
    t->in_guest[rec->cpu] = entry;
    if (entry) {
        begin_slice(t, rec->cpu, "guest", rec);
    } else {
        instant(t, rec->cpu, rec);
    }
}

static bool timeline_record(VrTraceExport *x, const VrTraceRec *rec,
                            VrError *err)
{
    Timeline *t = (Timeline *)x;

    t->last = rec->time;
    if (rec->kind == VR_TRACE_MARK || rec->cpu == VR_TRACE_NO_CPU) {
        if (rec->kind == VR_TRACE_MARK) {
            put_mark(t, rec);
        } else {
            instant(t, TRACK_MARKS, rec);
        }
        return vr_export_file_check(&t->file, err);
    }
    if (!t->named[rec->cpu]) {
        t->named[rec->cpu] = true;
        name_track(t, rec->cpu, "CPU", rec->cpu);
    }
    if (rec->kind == VR_TRACE_VM_ENTRY || rec->kind == VR_TRACE_VM_EXIT) {
        put_guest(t, rec);
    } else {
        instant(t, rec->cpu, rec);
    }
    return vr_export_file_check(&t->file, err);
}

static bool timeline_close(VrTraceExport *x, VrError *err)
{
    Timeline *t = (Timeline *)x;
    bool ok;

    for (unsigned cpu = 0; cpu < 256; cpu++) {
        if (t->in_guest[cpu]) {
            end_slice(t, cpu, t->last);
        }
    }
    for (; t->scenarios > 0; t->scenarios--) {
        end_slice(t, TRACK_MARKS, t->last);
    }
    fputs("\n], \"displayTimeUnit\": \"ns\"}\n", t->file.stream);
    ok = vr_export_file_close(&t->file, err);
    free(t);
    return ok;
}

VrTraceExport *vr_trace_export_timeline(const char *path, VrError *err)
{
    Timeline *t = calloc(1, sizeof(*t));

    if (!t || !vr_export_file_open(&t->file, path, err)) {
        free(t);
        return NULL;
    }
    t->parent.record = timeline_record;
    t->parent.close = timeline_close;
    fputs("{\"traceEvents\": [", t->file.stream);
    name_track(t, TRACK_MARKS, "scenarios and marks", -1);
    return &t->parent;
}
