/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace: the record of a run, a stream of fixed-size records.
 *
 * File: one VrTraceHeader, the schema as text (one line a kind, so that a
 * file explains itself to a later reader), then VrTraceRec until the end of
 * the file. All little-endian. A file that was cut is readable up to the last
 * whole record.
 *
 * Writing is cheap: one test when the trace is off, a copy into a buffer when
 * it is on. Any thread may write; records are in the order of the calls.
 */
#ifndef VIRELAY_TRACE_H
#define VIRELAY_TRACE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VR_TRACE_MAGIC "VRTRACE1"
#define VR_TRACE_MAX_CPUS 64

typedef struct VrTraceHeader {
    char magic[8];
    uint16_t header_size; /* bytes from the file's start to the first record */
    uint16_t record_size; /* sizeof(VrTraceRec) */
    uint32_t schema_size; /* bytes of schema text, at offset 32 */
    uint64_t flags;       /* 0 */
    uint64_t reserved;    /* 0 */
} VrTraceHeader;

static_assert(sizeof(VrTraceHeader) == 32, "on-disk structure");

typedef struct VrTraceRec {
    uint64_t time; /* virtual time, nanoseconds */
    uint16_t kind; /* VrTraceKind */
    uint8_t cpu;   /* physical CPU, or instance of a block; 0xff: none */
    uint8_t size;  /* block events: VrEvent.size */
    uint32_t id;   /* what the kind says */
    uint64_t arg[4];
} VrTraceRec;

static_assert(sizeof(VrTraceRec) == 48, "on-disk structure");

#define VR_TRACE_NO_CPU 0xff

/* Kinds, with the meaning of id and arg[]: trace_schema.def. */
typedef enum VrTraceKind {
#define VR_TRACE_KIND(value, name, id, a0, a1, a2, a3) VR_TRACE_##name = value,
#include "trace_schema.def"
#undef VR_TRACE_KIND
} VrTraceKind;

/* --- writing --- */

extern bool vr_trace_on; /* written under the writer's lock only */

static inline bool vr_trace_is_on(void)
{
    return __atomic_load_n(&vr_trace_on, __ATOMIC_RELAXED);
}

/* One trace a process. False with *err where the file cannot be made. */
bool vr_trace_open(const char *path, VrError *err);
/* Flush and close. False with *err if something could not be written. */
bool vr_trace_close(VrError *err);
void vr_trace_flush(void);
/* Take no more records; the file stays open until vr_trace_close(). */
void vr_trace_stop(void);
/*
 * Where virtual time comes from. Without a clock (NULL, or not yet set) a
 * record has the time of the one before it, the first one 0.
 */
void vr_trace_set_clock(uint64_t (*now_ns)(void));
/*
 * Who sees each record when it is written, whether or not a file is open; NULL:
 * nobody. It is called with the writer's lock held and must not write itself.
 */
void vr_trace_observe(void (*observer)(const VrTraceRec *rec));
/* Write these records as a trace of their own. False with *err. */
bool vr_trace_save(const char *path, const VrTraceRec *recs, size_t count,
                   VrError *err);

void vr_trace_write(VrTraceKind kind, unsigned cpu, uint32_t id, uint64_t a0,
                    uint64_t a1, uint64_t a2, uint64_t a3);

static inline void vr_trace(VrTraceKind kind, unsigned cpu, uint32_t id,
                            uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
    if (__builtin_expect(vr_trace_is_on(), 0)) {
        vr_trace_write(kind, cpu, id, a0, a1, a2, a3);
    }
}

/* A VrObserver that writes a block's events; opaque: (void *)instance. */
void vr_trace_block_event(void *opaque, const VrEvent *e);

/* --- reading --- */

typedef struct VrTraceReader VrTraceReader;

VrTraceReader *vr_trace_reader_open(const char *path, VrError *err);
/*
 * Next record; false at the end. A cut file ends at its last whole record:
 * vr_trace_reader_truncated() then tells how many bytes were left over.
 */
bool vr_trace_reader_next(VrTraceReader *r, VrTraceRec *rec);
size_t vr_trace_reader_truncated(const VrTraceReader *r);
void vr_trace_reader_close(VrTraceReader *r);

/* Name of a kind ("ICH_WRITE"), or NULL. */
const char *vr_trace_kind_name(uint16_t kind);
/* Kind of a name, or 0. */
uint16_t vr_trace_kind_from_name(const char *name);
/* One line of text without newline. Never overflows. */
void vr_trace_format(const VrTraceRec *rec, char *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif
