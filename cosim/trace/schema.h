/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schema at run time: names of kinds and of their fields. */
#ifndef VIRELAY_TRACE_SCHEMA_H
#define VIRELAY_TRACE_SCHEMA_H

#include "trace.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct VrTraceSchema {
    uint16_t kind;
    const char *name;
    const char *field[5]; /* id, arg[0..3]; "" is unused */
} VrTraceSchema;

/* NULL past the end; in the order of trace_schema.def. */
const VrTraceSchema *vr_trace_schema_at(size_t index);
const VrTraceSchema *vr_trace_schema_find(uint16_t kind);

/* Name of a scenario ("BOOT"), the value of its marks; NULL if unknown. */
const char *vr_trace_scenario_name(uint64_t number);

/* Value of field[i] in a record. */
static inline uint64_t vr_trace_field(const VrTraceRec *rec, unsigned i)
{
    return i == 0 ? rec->id : rec->arg[i - 1];
}

#define VR_TRACE_SCHEMA_MAX 16384

/* The text that goes into a file's header; returns its bytes. */
size_t vr_trace_schema_text(char buf[VR_TRACE_SCHEMA_MAX]);

#ifdef __cplusplus
}
#endif

#endif
