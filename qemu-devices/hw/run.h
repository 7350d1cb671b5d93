/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run: what -object virelay-run opens, and how a run ends.
 *
 * All functions may be called with no virelay-run object; they then do what is
 * left to do without one.
 */
#ifndef HW_VIRELAY_RUN_H
#define HW_VIRELAY_RUN_H

#include "block.h"

#define TYPE_VIRELAY_RUN "virelay-run"

/* QEMU's exit status after a lockstep mismatch that stopped the machine. */
#define VR_EXIT_MISMATCH 70

/*
 * End the machine: QEMU's exit status will be @code. The first call counts.
 * May be called from a vCPU's thread or from the main loop, with the BQL.
 */
void virelay_run_end(int code);

/* How a block was created, for its recording. Borrowed during the call. */
typedef struct VirelayBlockOrigin {
    const char *backend;
    const VrVariant *variant;
    unsigned instance; /* numbers the blocks of a type, from 0 */
} VirelayBlockOrigin;

/*
 * Follow a block from before its first stimulus until QEMU exits: its events
 * go to the trace and to a recording, and a mismatch of a lockstep is reported
 * on stderr, in the trace and in the recording's folder, and ends the machine
 * with VR_EXIT_MISMATCH or not as on-mismatch says. Returns false with *errp
 * set where a recording cannot be made.
 */
bool virelay_run_attach(VrBlock *block, const VirelayBlockOrigin *origin,
                        Error **errp);

#endif
