/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schema.h"

#include <stdio.h>
#include <string.h>

static const VrTraceSchema schema[] = {
#define VR_TRACE_KIND(value, name, id, a0, a1, a2, a3) \
    { value, #name, { id, a0, a1, a2, a3 } },
#include "trace_schema.def"
#undef VR_TRACE_KIND
};

#define SCHEMA_COUNT (sizeof(schema) / sizeof(schema[0]))

const VrTraceSchema *vr_trace_schema_at(size_t index)
{
    return index < SCHEMA_COUNT ? &schema[index] : NULL;
}

const VrTraceSchema *vr_trace_schema_find(uint16_t kind)
{
    for (size_t i = 0; i < SCHEMA_COUNT; i++) {
        if (schema[i].kind == kind) {
            return &schema[i];
        }
    }
    return NULL;
}

const char *vr_trace_kind_name(uint16_t kind)
{
    const VrTraceSchema *s = vr_trace_schema_find(kind);

    return s ? s->name : NULL;
}

uint16_t vr_trace_kind_from_name(const char *name)
{
    for (size_t i = 0; i < SCHEMA_COUNT; i++) {
        if (!strcmp(schema[i].name, name)) {
            return schema[i].kind;
        }
    }
    return 0;
}

const char *vr_trace_scenario_name(uint64_t number)
{
    switch (number) {
#define VR_SCENARIO(number_, name, arch, doc) \
    case number_: \
        return #name;
#include "scenarios.def"
#undef VR_SCENARIO
    default:
        return NULL;
    }
}

size_t vr_trace_schema_text(char buf[VR_TRACE_SCHEMA_MAX])
{
    static const char *const slots[] = { "id", "arg0", "arg1", "arg2",
                                         "arg3" };
    size_t used = 0;

    for (size_t i = 0; i < SCHEMA_COUNT; i++) {
        used += snprintf(buf + used, VR_TRACE_SCHEMA_MAX - used, "0x%04x %s",
                         schema[i].kind, schema[i].name);
        for (unsigned f = 0; f < 5; f++) {
            if (schema[i].field[f][0]) {
                used += snprintf(buf + used, VR_TRACE_SCHEMA_MAX - used,
                                 " %s=%s", slots[f], schema[i].field[f]);
            }
        }
        used += snprintf(buf + used, VR_TRACE_SCHEMA_MAX - used, "\n");
        assert(used < VR_TRACE_SCHEMA_MAX);
    }
    return used;
}
