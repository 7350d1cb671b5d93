/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export.h"
#include "export_file.h"
#include "schema.h"

#include <inttypes.h>
#include <stdlib.h>

typedef struct JsonExport {
    VrTraceExport parent;
    VrExportFile file;
    bool any;
} JsonExport;

static bool json_record(VrTraceExport *x, const VrTraceRec *rec, VrError *err)
{
    JsonExport *j = (JsonExport *)x;
    FILE *f = j->file.stream;

    fprintf(f, "%s\n    {\"time\": %" PRIu64 ", \"kind\": ", j->any ? "," : "",
            rec->time);
    j->any = true;
    vr_export_kind(f, rec);
    if (rec->cpu == VR_TRACE_NO_CPU) {
        fputs(", \"cpu\": null", f);
    } else {
        fprintf(f, ", \"cpu\": %u", rec->cpu);
    }
    fputs(", ", f);
    vr_export_fields(f, rec);
    fputc('}', f);
    return vr_export_file_check(&j->file, err);
}

static bool json_close(VrTraceExport *x, VrError *err)
{
    JsonExport *j = (JsonExport *)x;
    bool ok;

    fputs("\n  ]\n}\n", j->file.stream);
    ok = vr_export_file_close(&j->file, err);
    free(j);
    return ok;
}

VrTraceExport *vr_trace_export_json(const char *path, VrError *err)
{
    JsonExport *j = calloc(1, sizeof(*j));

    if (!j || !vr_export_file_open(&j->file, path, err)) {
        free(j);
        return NULL;
    }
    j->parent.record = json_record;
    j->parent.close = json_close;
    fputs("{\n  \"records\": [", j->file.stream);
    return &j->parent;
}
