/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replay: feed a recording's stimuli to a fresh block, serve its memory
 * accesses from the recorded effects, and compare what it does with what was
 * recorded, under the block type's order contract.
 */
#ifndef VIRELAY_REPLAY_H
#define VIRELAY_REPLAY_H

#include "lockstep.h"
#include "recording.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct VrReplayOptions {
    const char *backend; /* NULL: the recorded one */
    const char *waves;   /* NULL, or a file for vr_block_waves() */
    uint64_t until;      /* stop after this stimulus; 0: at the end */
    /* Sees stimuli and the block's effects; may be NULL. */
    VrObserver observer;
    void *opaque;
} VrReplayOptions;

#define VR_REPLAY_CONTEXT 64

typedef struct VrReplayResult {
    uint64_t stimuli, effects;
    uint64_t reorderings; /* against the recording */
    VrLockstepStats lockstep; /* zero where the backend is no lockstep */
    bool diverged;   /* from the recording, or the backend hung */
    bool mismatched; /* DUT from reference */
    /* The first of either: its stimulus, counted from 1, and one line. */
    uint64_t stimulus;
    char text[1024];
    VrEvent context[VR_REPLAY_CONTEXT]; /* events before it, oldest first */
    size_t context_count;
    char damage[256];   /* empty: the recording is whole */
    char outcome[1024]; /* kept by the recording's writer, or empty */
} VrReplayResult;

/*
 * False with *err if the block cannot be created or has no waves. A difference
 * is no error: it is in the result. The recording is read to its end, or to
 * the first difference.
 */
bool vr_replay(VrRecording *recording, const VrReplayOptions *options,
               VrReplayResult *result, VrError *err);

#ifdef __cplusplus
}
#endif

#endif
