/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the exporters to text files share. */
#ifndef VIRELAY_EXPORT_FILE_H
#define VIRELAY_EXPORT_FILE_H

#include "trace.h"

#include <stdio.h>

typedef struct VrExportFile {
    FILE *stream;
    const char *path; /* borrowed */
} VrExportFile;

/* "-" is standard output, which close only flushes. */
bool vr_export_file_open(VrExportFile *f, const char *path, VrError *err);
/* False with *err if something could not be written. */
bool vr_export_file_check(const VrExportFile *f, VrError *err);
bool vr_export_file_close(VrExportFile *f, VrError *err);

/* The kind's name as a JSON string. */
void vr_export_kind(FILE *f, const VrTraceRec *rec);
/* The record's fields as members of a JSON object, without braces. */
void vr_export_fields(FILE *f, const VrTraceRec *rec);

#endif
