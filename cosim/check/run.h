/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run, loaded to be judged: the trace (mapped, not copied: a stress run has
 * ten million records) and the agent's report.
 */
#ifndef VIRELAY_CHECK_RUN_H
#define VIRELAY_CHECK_RUN_H

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "../trace/marks.h"
#include "../trace/trace.h"
#include "report.h"

#define VR_SCENARIO_LIMIT 64

/* Records begin <= i < end of the trace. */
typedef struct VrRange {
    size_t begin, end;
} VrRange;

/* The part of a trace that belongs to a scenario. */
typedef struct VrSlice {
    VrRange range;  /* from SCENARIO_BEGIN to SCENARIO_END, both included */
    unsigned begun; /* SCENARIO_BEGIN marks seen */
    bool ended;     /* SCENARIO_END seen */
} VrSlice;

typedef struct VrRun {
    VrReport *report;
    GMappedFile *map;
    const char *records; /* NULL: the run has no trace */
    size_t count;
    size_t cut_bytes;      /* left over after the last whole record */
    bool has_block;        /* a block's stimuli are in the trace */
    uint64_t stress_asked; /* interrupts that were asked for (--stress) */
    VrSlice slices[VR_SCENARIO_LIMIT];
} VrRun;

/*
 * @trace_path: NULL for a run without a trace.
 * NULL with an error where a file cannot be read or is not a trace.
 */
VrRun *vr_run_load(const char *console_path, const char *trace_path,
                   uint64_t stress_asked, GError **error);
void vr_run_free(VrRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VrRun, vr_run_free)

static inline VrTraceRec vr_run_rec(const VrRun *run, size_t i)
{
    VrTraceRec rec;

    memcpy(&rec, run->records + i * sizeof(rec), sizeof(rec));
    return rec;
}

/* Kind alone, for scans that skip most records. */
static inline uint16_t vr_run_kind(const VrRun *run, size_t i)
{
    uint16_t kind;

    memcpy(&kind,
           run->records + i * sizeof(VrTraceRec) + offsetof(VrTraceRec, kind),
           sizeof(kind));
    return kind;
}

/* "ASYM_DEACTIVATE" of VR_SCENARIO_ASYM_DEACTIVATE; NULL if unknown. */
const char *vr_scenario_name(unsigned scenario);
/* "arm64" of VR_SCENARIO_ASYM_DEACTIVATE; NULL if unknown. */
const char *vr_scenario_arch(unsigned scenario);
/* 0 if unknown. */
unsigned vr_scenario_from_name(const char *name);

#endif
