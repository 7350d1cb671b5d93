/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export_file.h"
#include "schema.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

bool vr_export_file_open(VrExportFile *f, const char *path, VrError *err)
{
    f->path = path;
    f->stream = strcmp(path, "-") ? fopen(path, "w") : stdout;
    return f->stream ||
           vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s",
                        path, strerror(errno));
}

bool vr_export_file_check(const VrExportFile *f, VrError *err)
{
    return !ferror(f->stream) ||
           vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot write '%s': %s",
                        f->path, strerror(errno));
}

bool vr_export_file_close(VrExportFile *f, VrError *err)
{
    bool ok = !ferror(f->stream);

    ok &= f->stream == stdout ? fflush(stdout) == 0 : fclose(f->stream) == 0;
    return ok || vr_error_set(err, VR_ERR_ENVIRONMENT,
                              "'%s' is incomplete: %s; make room and run "
                              "again", f->path, strerror(errno));
}

void vr_export_kind(FILE *f, const VrTraceRec *rec)
{
    const char *name = vr_trace_kind_name(rec->kind);

    if (name) {
        fprintf(f, "\"%s\"", name);
    } else {
        fprintf(f, "\"KIND_0x%04x\"", rec->kind);
    }
}

/* Numbers that every reader of JSON keeps exact, else text. */
static void put_value(FILE *f, const char *name, uint64_t value)
{
    if (value <= UINT64_C(1) << 53) {
        fprintf(f, "\"%s\": %" PRIu64, name, value);
    } else {
        fprintf(f, "\"%s\": \"0x%" PRIx64 "\"", name, value);
    }
}

void vr_export_fields(FILE *f, const VrTraceRec *rec)
{
    static const char *const unnamed[] = { "id", "arg0", "arg1", "arg2",
                                           "arg3" };
    const VrTraceSchema *s = vr_trace_schema_find(rec->kind);
    const char *separator = "";

    for (unsigned i = 0; i < 5; i++) {
        const char *name = s ? s->field[i] : unnamed[i];

        /* The block events' "kind" would hide the record's. */
        if (name[0]) {
            fputs(separator, f);
            put_value(f, strcmp(name, "kind") ? name : "event",
                      vr_trace_field(rec, i));
            separator = ", ";
        }
    }
    fputs(separator, f);
    put_value(f, "size", rec->size);
}
