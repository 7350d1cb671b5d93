/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reading half of the trace. Nothing in a file is trusted. */
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct VrTraceReader {
    FILE *file;
    size_t left_over; /* bytes of an incomplete record at the end */
};

static bool read_header(FILE *file, VrError *err)
{
    VrTraceHeader h;

    if (fread(&h, 1, sizeof(h), file) != sizeof(h) ||
        memcmp(h.magic, VR_TRACE_MAGIC, sizeof(h.magic)) != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "not a trace (no \"%s\" at "
                            "its start)", VR_TRACE_MAGIC);
    }
    if (h.record_size != sizeof(VrTraceRec)) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "its records have %u bytes; this program reads "
                            "records of %zu", h.record_size,
                            sizeof(VrTraceRec));
    }
    if (h.header_size < sizeof(h) ||
        h.schema_size != h.header_size - sizeof(h) || h.flags != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "its header is damaged");
    }
    for (uint32_t i = 0; i < h.schema_size; i++) {
        if (fgetc(file) == EOF) {
            return vr_error_set(err, VR_ERR_USAGE,
                                "its header is cut off: %u of %u bytes",
                                (unsigned)sizeof(h) + i, h.header_size);
        }
    }
    return true;
}

VrTraceReader *vr_trace_reader_open(const char *path, VrError *err)
{
    VrTraceReader *r = calloc(1, sizeof(*r));
    VrError why;

    if (!r) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "out of memory for a trace");
        return NULL;
    }
    r->file = fopen(path, "rb");
    if (!r->file) {
        vr_error_set(err, VR_ERR_USAGE, "cannot open trace '%s': %s", path,
                     strerror(errno));
        free(r);
        return NULL;
    }
    if (!read_header(r->file, &why)) {
        vr_error_set(err, why.code, "trace '%s': %.400s", path, why.text);
        vr_trace_reader_close(r);
        return NULL;
    }
    return r;
}

bool vr_trace_reader_next(VrTraceReader *r, VrTraceRec *rec)
{
    size_t n = fread(rec, 1, sizeof(*rec), r->file);

    if (n < sizeof(*rec)) {
        r->left_over += n;
        return false;
    }
    return true;
}

size_t vr_trace_reader_truncated(const VrTraceReader *r)
{
    return r->left_over;
}

void vr_trace_reader_close(VrTraceReader *r)
{
    if (r) {
        fclose(r->file);
        free(r);
    }
}
