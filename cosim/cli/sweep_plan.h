/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sweep was asked for, and the jobs that follow from it. */
#ifndef VIRELAY_CLI_SWEEP_PLAN_H
#define VIRELAY_CLI_SWEEP_PLAN_H

#include "sweep.h"

/* As the user says it; kept in the run's folder, to go on from there. */
typedef struct VrSweepRequest {
    char *arch, *kernel, *symbols, *windows, *events, *check, *load;
    char *backend, *append;
    gint vcpu, timeout, skip; /* skip -1: what suits the window */
    gint64 first, last, repeat;
} VrSweepRequest;

void vr_sweep_request_clear(VrSweepRequest *r);
/* sweep.ini of a folder. */
bool vr_sweep_request_save(const VrSweepRequest *r, const char *folder,
                           VrError *err);
bool vr_sweep_request_load(VrSweepRequest *r, const char *folder, VrError *err);

/*
 * The jobs, each with a folder of its own in @folder; kernels are built. NULL
 * with *err.
 */
GPtrArray *vr_sweep_plan(const VrSweepRequest *r, const char *folder,
                         VrError *err);

#endif
