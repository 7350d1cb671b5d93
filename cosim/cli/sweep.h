/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sweeps of windows of a kernel: what is asked for, and what came out. */
#ifndef VIRELAY_CLI_SWEEP_H
#define VIRELAY_CLI_SWEEP_H

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "machine.h"
#include "marks.h"
#include "symbols.h"

typedef enum VrSweepVerdict {
    VR_SWEEP_PASS,
    VR_SWEEP_FAIL,           /* a point broke an invariant */
    VR_SWEEP_NOT_APPLICABLE, /* this kernel or machine cannot do it */
    VR_SWEEP_ERROR,          /* the sweep did not come to its end */
    VR_SWEEP_VERDICTS,
} VrSweepVerdict;

/* What kernels.ini says of a whole sweep. */
typedef enum VrSweepExpected {
    VR_SWEEP_EXPECT_NOTHING, /* or does not: a point that fails is a failure */
    VR_SWEEP_EXPECT_PASS,
    VR_SWEEP_EXPECT_FAIL,
} VrSweepExpected;

/* A point that failed. */
typedef struct VrSweepFailure {
    uint64_t k, pc, latency;
    char *place; /* symbol+offset */
    char *line;  /* "file.c:12", or NULL */
    char *inlined; /* "f inlined at file.c:12", or NULL */
    char *why;
} VrSweepFailure;

/* One window with one event on one kernel. */
typedef struct VrSweepJob {
    char *kernel;  /* the name to ask for it by */
    char *image;
    char *symbols; /* path */
    char *append;  /* of the kernel's command line, or NULL */
    char *cpu;     /* x86: of its machine; NULL: vmx */
    char *window;  /* as asked for */
    char *note;    /* about the window, or NULL */
    uint64_t from, to;
    bool to_return;
    VrSweepEvent event;
    VrSweepLoad load;
    unsigned skip; /* times that it comes by the window first */
    VrSweepExpected expected;
    char *folder;
    /* What came out */
    VrSweepVerdict verdict;
    char *reason;
    uint64_t points, failed, again, released;
    GPtrArray *failures; /* of VrSweepFailure; the first VR_SWEEP_KEPT */
    double seconds;      /* of wall time, without the boot if known */
    bool done;
} VrSweepJob;

#define VR_SWEEP_KEPT 1000
/* CPUs of the machine: vCPU and peer, and the agent's own */
#define VR_SWEEP_CPUS_X86 3

typedef struct VrSweepOptions {
    const char *arch, *backend, *cpu;
    const char *append; /* the user's, which the jobs' have in them; or NULL */
    gint vcpu;
    gint64 first, last; /* last 0: the window's end */
    gint64 repeat;
    gint64 most; /* points in all; 0: no matter how many */
    gint timeout;
    bool console;
} VrSweepOptions;

/* --- sweep_names.c --- */

const char *vr_sweep_event_name(VrSweepEvent event);
const char *vr_sweep_load_name(VrSweepLoad load);
const char *vr_sweep_verdict_name(VrSweepVerdict verdict);
/* False with *err: no such one, or not one of this architecture. */
bool vr_sweep_event(const char *name, const char *arch, VrSweepEvent *event,
                    VrError *err);
bool vr_sweep_load(const char *name, VrSweepLoad *load, VrError *err);
/* "x86.sweep.msi", to free. */
char *vr_sweep_check_id(const char *arch, VrSweepEvent event);

/* A window that is known, and how it is swept. */
typedef struct VrSweepUsual {
    const char *arch, *window;
    VrSweepLoad load;
    unsigned skip;
    VrSweepEvent events[5]; /* VR_SWEEP_NONE at the end */
} VrSweepUsual;

/* All of them; window is NULL at the end. */
extern const VrSweepUsual vr_sweep_usual[];
/* Whether both begin at the same place. */
bool vr_sweep_same_window(const VrSweepUsual *usual, const char *window);

/* --- sweep_window.c --- */

/*
 * "FROM..TO" or "FROM", each a function with an offset or without. False with
 * *err where one is not a function of the image.
 */
bool vr_sweep_window(const VrSymbols *symbols, VrSweepJob *job, VrError *err);

/* --- sweep_job.c --- */

VrSweepJob *vr_sweep_job_new(void);
void vr_sweep_job_free(gpointer job);
/* The plugin with its options, to free. NULL with *err. */
char *vr_sweep_plugin(const VrSweepJob *job, const VrSweepOptions *o,
                      VrError *err);
/*
 * Its machine, in job->folder, which may have points of an earlier run. NULL
 * with *err where it cannot be started. Whoever has polled it to its end
 * finishes it, which judges; who does not want to wait abandons it.
 */
typedef struct VrSweepRun VrSweepRun;
VrSweepRun *vr_sweep_start(VrSweepJob *job, const VrSweepOptions *o,
                           VrError *err);
bool vr_sweep_poll(VrSweepRun *run);
void vr_sweep_finish(VrSweepRun *run);
void vr_sweep_abandon(VrSweepRun *run);
/*
 * All of that. False with *err where it cannot be started; interrupted: false,
 * and vr_signals_caught().
 */
bool vr_sweep_run(VrSweepJob *job, const VrSweepOptions *options, VrError *err);
/*
 * What the plugin's points.txt says; as vr_sweep_run() judges. @trouble: how the
 * machine ended badly, "" if it did not, NULL if nothing is known of its end.
 */
void vr_sweep_judge(VrSweepJob *job, const VrSymbols *symbols,
                    const char *console, const char *trouble);

/* --- sweep_check.c --- */

/* Whether there is one among the scenarios that a check judges. */
bool vr_sweep_is_asked(const char *scenarios);
/*
 * For a machine that plays it: the plugin with its options, to free; it leaves
 * what it finds in @folder/sweep, and in the trace. NULL with *err, which says
 * why this machine cannot.
 */
char *vr_sweep_check_plugin(const VrMachineSpec *spec, const char *folder,
                            VrError *err);

/* --- sweep_report.c --- */

void vr_sweep_print(FILE *f, const GPtrArray *jobs, const VrSweepOptions *o);
/* The command that plays one point again, to free. */
char *vr_sweep_command(const VrSweepJob *job, const VrSweepOptions *o,
                       uint64_t k);
JsonNode *vr_sweep_json(const GPtrArray *jobs, const VrSweepOptions *o,
                        double seconds);
bool vr_sweep_junit(const GPtrArray *jobs, const VrSweepOptions *o,
                    double seconds, const char *path, VrError *err);

#endif
