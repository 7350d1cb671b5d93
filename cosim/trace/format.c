/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as text, for people. */
#include "marks.h"
#include "schema.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Fields that are counts or numbers of things; all others are hexadecimal. */
static const char *const decimal_fields[] = {
    "code", "deactivated", "eoicount_moved", "group", "instance", "intid",
    "level", "lr", "mark", "n", "stimuli", "type", "vmid",
};

static const char *const mark_names[] = {
    [VR_MARK_SCENARIO_BEGIN] = "SCENARIO_BEGIN",
    [VR_MARK_SCENARIO_END] = "SCENARIO_END",
    [VR_MARK_VCPU_ON_PCPU] = "VCPU_ON_PCPU",
    [VR_MARK_ROUND_BEGIN] = "ROUND_BEGIN",
    [VR_MARK_ROUND_END] = "ROUND_END",
    [VR_MARK_INJECT] = "INJECT",
    [VR_MARK_RETIRED] = "RETIRED",
    [VR_MARK_IDLE] = "IDLE",
    [VR_MARK_IN_GUEST] = "IN_GUEST",
    [VR_MARK_HELD] = "HELD",
    [VR_MARK_SETTLED] = "SETTLED",
    [VR_MARK_DIR] = "DIR",
};

static const char *event_kind_name(uint64_t kind)
{
    switch (kind) {
    case VR_STIM_RESET:
        return "reset";
    case VR_STIM_READ:
        return "read";
    case VR_STIM_WRITE:
        return "write";
    case VR_STIM_MSG:
    case VR_EFF_MSG:
        return "message";
    case VR_STIM_WIRE:
    case VR_EFF_WIRE:
        return "wire";
    case VR_STIM_TIME:
        return "time";
    case VR_EFF_DATA:
        return "data";
    case VR_EFF_ERROR:
        return "error";
    case VR_EFF_MEM_READ:
        return "memory-read";
    case VR_EFF_MEM_WRITE:
        return "memory-write";
    case VR_EFF_MEM_CAS:
        return "memory-cas";
    default:
        return NULL;
    }
}

typedef struct Line {
    char *buf;
    size_t len, used;
} Line;

static void add(Line *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void add(Line *l, const char *fmt, ...)
{
    va_list ap;
    int n;

    if (l->used >= l->len) {
        return;
    }
    va_start(ap, fmt);
    n = vsnprintf(l->buf + l->used, l->len - l->used, fmt, ap);
    va_end(ap);
    l->used += n > 0 ? n : 0;
}

static bool is_decimal(const char *field)
{
    for (size_t i = 0;
         i < sizeof(decimal_fields) / sizeof(decimal_fields[0]); i++) {
        if (!strcmp(decimal_fields[i], field)) {
            return true;
        }
    }
    return false;
}

static void add_field(Line *l, const char *name, uint64_t value)
{
    if (is_decimal(name)) {
        add(l, " %s=%" PRId64, name, (int64_t)value);
    } else {
        add(l, " %s=0x%" PRIx64, name, value);
    }
}

static void add_mark(Line *l, const VrTraceRec *rec)
{
    const char *name = NULL;

    if (rec->id < sizeof(mark_names) / sizeof(mark_names[0])) {
        name = mark_names[rec->id];
    }
    if (!name) {
        add(l, " mark=%u value=%" PRIu64, rec->id, rec->arg[0]);
        return;
    }
    add(l, " %s", name);
    if (rec->id == VR_MARK_VCPU_ON_PCPU) {
        add(l, " vcpu=%" PRIu64 " pcpu=%" PRIu64, rec->arg[0] & 0xffff,
            rec->arg[0] >> 16);
        return;
    }
    add(l, " value=%" PRIu64, rec->arg[0]);
    if (rec->id <= VR_MARK_SCENARIO_END &&
        vr_trace_scenario_name(rec->arg[0])) {
        add(l, " (%s)", vr_trace_scenario_name(rec->arg[0]));
    }
}

static void add_block_event(Line *l, const VrTraceRec *rec)
{
    const char *name = event_kind_name(rec->arg[2]);

    if (name) {
        add(l, " %s", name);
    } else {
        add(l, " kind=0x%" PRIx64, rec->arg[2]);
    }
    if (rec->size) {
        add(l, " size=%u", rec->size);
    }
    add(l, " id=%u addr=0x%" PRIx64 " data=0x%" PRIx64, rec->id, rec->arg[0],
        rec->arg[1]);
    if (rec->arg[3]) {
        add(l, " attr=0x%" PRIx64, rec->arg[3]);
    }
}

static void add_fields(Line *l, const VrTraceRec *rec)
{
    const VrTraceSchema *s = vr_trace_schema_find(rec->kind);

    for (unsigned i = 0; s && i < 5; i++) {
        if (s->field[i][0]) {
            add_field(l, s->field[i], vr_trace_field(rec, i));
        }
    }
    if (!s) {
        add(l, " id=%u args=0x%" PRIx64 ",0x%" PRIx64 ",0x%" PRIx64
            ",0x%" PRIx64, rec->id, rec->arg[0], rec->arg[1], rec->arg[2],
            rec->arg[3]);
    }
}

void vr_trace_format(const VrTraceRec *rec, char *buf, size_t len)
{
    const char *name = vr_trace_kind_name(rec->kind);
    Line l = { buf, len, 0 };

    if (len == 0) {
        return;
    }
    add(&l, "%15" PRIu64, rec->time);
    if (rec->cpu == VR_TRACE_NO_CPU) {
        add(&l, "  -");
    } else {
        add(&l, " %2u", rec->cpu);
    }
    if (name) {
        add(&l, " %-13s", name);
    } else {
        add(&l, " KIND_0x%04x  ", rec->kind);
    }
    switch (rec->kind) {
    case VR_TRACE_MARK:
        add_mark(&l, rec);
        break;
    case VR_TRACE_BLOCK_STIM:
    case VR_TRACE_BLOCK_EFF:
        add_block_event(&l, rec);
        break;
    default:
        add_fields(&l, rec);
        break;
    }
}
