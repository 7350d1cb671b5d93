/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exporters: what turns records into another file, one record at a time.
 */
#ifndef VIRELAY_TRACE_EXPORT_H
#define VIRELAY_TRACE_EXPORT_H

#include "trace.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct VrTraceExport VrTraceExport;

struct VrTraceExport {
    /* False with *err if the record cannot be written. */
    bool (*record)(VrTraceExport *x, const VrTraceRec *rec, VrError *err);
    /* Finish the file and free. False with *err if it is not whole. */
    bool (*close)(VrTraceExport *x, VrError *err);
};

/*
 * SQLite: table record(seq, time_ns, kind, name, cpu, size, id, arg0..arg3),
 * cpu NULL where there is none; one view a kind, named after it, with the
 * schema's field names as columns. Values are SQLite's signed 64-bit integers.
 * An existing file is replaced. NULL with *err.
 */
VrTraceExport *vr_trace_export_sqlite(const char *path, VrError *err);

/*
 * A timeline for Perfetto or chrome://tracing (Chrome's JSON trace events):
 * a track a CPU with slices "guest" from VM_ENTRY to VM_EXIT, a track of
 * scenarios and marks, and every other record as an instant event. A JSON
 * object. "-" is standard output. NULL with *err.
 */
VrTraceExport *vr_trace_export_timeline(const char *path, VrError *err);

/*
 * JSON: {"records": [{"time", "kind", "cpu", fields by name...}]}; cpu null
 * where there is none; 64-bit values above 2^53 as "0x..." text. "-" is
 * standard output. NULL with *err.
 */
VrTraceExport *vr_trace_export_json(const char *path, VrError *err);

#ifdef __cplusplus
}
#endif

#endif
