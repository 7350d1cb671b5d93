/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <gio/gio.h>

static const struct {
    const char *name, *arch;
} scenarios[VR_SCENARIO_LIMIT] = {
#define VR_SCENARIO(number, name, arch, doc) [number] = { #name, #arch },
#include "../trace/scenarios.def"
#undef VR_SCENARIO
};

const char *vr_scenario_name(unsigned scenario)
{
    return scenario < VR_SCENARIO_LIMIT ? scenarios[scenario].name : NULL;
}

const char *vr_scenario_arch(unsigned scenario)
{
    return scenario < VR_SCENARIO_LIMIT ? scenarios[scenario].arch : NULL;
}

unsigned vr_scenario_from_name(const char *name)
{
    for (unsigned i = 0; i < VR_SCENARIO_LIMIT; i++) {
        if (g_strcmp0(scenarios[i].name, name) == 0) {
            return i;
        }
    }
    return 0;
}

/* The reader knows the header's rules; it is asked before the mapping. */
static bool looks_like_trace(const char *path, GError **error)
{
    VrError err = { 0 };
    VrTraceReader *reader = vr_trace_reader_open(path, &err);

    if (!reader) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s",
                    err.text);
        return false;
    }
    vr_trace_reader_close(reader);
    return true;
}

static bool map_trace(VrRun *run, const char *path, GError **error)
{
    VrTraceHeader header = { 0 };
    gsize len;

    if (!looks_like_trace(path, error)) {
        return false;
    }
    run->map = g_mapped_file_new(path, FALSE, error);
    if (!run->map) {
        return false;
    }
    len = g_mapped_file_get_length(run->map);
    if (len >= sizeof(header)) {
        memcpy(&header, g_mapped_file_get_contents(run->map), sizeof(header));
    }
    if (len < sizeof(header) || header.header_size > len ||
        header.record_size != sizeof(VrTraceRec)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "'%s' is a trace of another version, or was cut inside "
                    "its header; record the run again", path);
        return false;
    }
    len -= header.header_size;
    run->records = g_mapped_file_get_contents(run->map) + header.header_size;
    run->count = len / sizeof(VrTraceRec);
    run->cut_bytes = len % sizeof(VrTraceRec);
    return true;
}

static void find_slices(VrRun *run)
{
    for (size_t i = 0; i < run->count; i++) {
        VrTraceRec rec;
        VrSlice *slice;

        run->has_block |= vr_run_kind(run, i) == VR_TRACE_BLOCK_STIM;
        if (vr_run_kind(run, i) != VR_TRACE_MARK) {
            continue;
        }
        rec = vr_run_rec(run, i);
        if (rec.arg[0] >= VR_SCENARIO_LIMIT) {
            continue;
        }
        slice = &run->slices[rec.arg[0]];
        if (rec.id == VR_MARK_SCENARIO_BEGIN) {
            if (slice->begun++ == 0) {
                slice->range = (VrRange){ i, run->count };
            }
        } else if (rec.id == VR_MARK_SCENARIO_END && slice->begun == 1 &&
                   !slice->ended) {
            slice->range.end = i + 1;
            slice->ended = true;
        }
    }
}

VrRun *vr_run_load(const char *console_path, const char *trace_path,
                   uint64_t stress_asked, GError **error)
{
    g_autoptr(VrRun) run = g_new0(VrRun, 1);

    run->stress_asked = stress_asked;
    run->report = vr_report_load(console_path, error);
    if (!run->report) {
        return NULL;
    }
    if (trace_path) {
        if (!map_trace(run, trace_path, error)) {
            return NULL;
        }
        find_slices(run);
    }
    return g_steal_pointer(&run);
}

void vr_run_free(VrRun *run)
{
    if (!run) {
        return;
    }
    vr_report_free(run->report);
    if (run->map) {
        g_mapped_file_unref(run->map);
    }
    g_free(run);
}
