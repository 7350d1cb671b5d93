/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of `virelay bench` that have a file of their own. */
#ifndef VIRELAY_CLI_BENCH_H
#define VIRELAY_CLI_BENCH_H

#include "cli.h"

/* What is left of the arguments is @name alone; else *err says what is too much. */
bool vr_bench_is_all(const char *name, int argc, char **argv, VrError *err);

/* bench vmexit; as VrCommand's run. */
int vr_bench_vmexit(const VrCommand *self, int argc, char **argv);
/* bench irqbypass; likewise. */
int vr_bench_irqbypass(const VrCommand *self, int argc, char **argv);
/* bench sweep; likewise. */
int vr_bench_sweep(const VrCommand *self, int argc, char **argv);
/* bench vtd; likewise. */
int vr_bench_vtd(const VrCommand *self, int argc, char **argv);

#endif
