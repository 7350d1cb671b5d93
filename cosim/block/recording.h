/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings: the events of one block from create on, as a file. Live runs,
 * fuzz corpora and regressions are all this format.
 *
 * File, little-endian: header, chunks of about 4 KiB, end chunk.
 *   header  0 "VRRECORD"; 8 u32 version (1); 12 u32 bytes of text;
 *           16 u64 flags (0); 24 u32 CRC-32 of bytes 0-23 and the text;
 *           28 u32 0; 32 text, one line each:
 *             block NAME / backend NAME[:DUT:REFERENCE] / param NAME VALUE
 *   chunk   0 "VREV"; 4 u32 bytes of payload; 8 u32 events in it;
 *           12 u32 CRC-32 of bytes 0-11 and the payload; 16 payload: events
 *           as codec.h writes them, its state zero at the chunk's start
 *   end     as a chunk with "VREN"; payload is text, one line each:
 *             stimuli N / effects N / outcome TEXT
 * Every parameter of the block is recorded, defaults too, so that a recording
 * means the same when a default changes.
 */
#ifndef VIRELAY_RECORDING_H
#define VIRELAY_RECORDING_H

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- writing --- */

typedef struct VrRecorder VrRecorder;

/*
 * Create the file. @backend: as given to vr_block_create(). Attach with
 * vr_block_observe(block, vr_recorder_event, recorder) before the first
 * stimulus; the recorder must outlive the block or its last stimulus.
 * NULL with *err if the file cannot be made.
 */
VrRecorder *vr_recorder_open(const char *path, const VrBlockType *type,
                             const char *backend, const VrVariant *variant,
                             VrError *err);

/* A VrObserver; opaque is the recorder. Buffered; errors are kept for close. */
void vr_recorder_event(void *opaque, const VrEvent *e);

/* Write what is buffered, so that it survives this process. */
void vr_recorder_flush(VrRecorder *rec);

/*
 * Keep one line on how the run went ("mismatch: ..."), for the reader. The
 * first call counts, since a replay stops at the first mismatch too. Line
 * breaks become spaces. Copied.
 */
void vr_recorder_set_outcome(VrRecorder *rec, const char *text);

/*
 * Finish the file and free the recorder (NULL: nothing, true). False with *err
 * if anything could not be written since open; the file then ends at the last
 * whole chunk that could.
 */
bool vr_recorder_close(VrRecorder *rec, VrError *err);

/* --- reading --- */

typedef struct VrRecording VrRecording;

typedef struct VrRecordingInfo {
    const VrBlockType *type;
    const char *backend;
    VrVariant variant;
} VrRecordingInfo;

/*
 * NULL with *err if the file cannot be read, its header is damaged, or it is
 * of a block, parameter or version that is not known here.
 */
VrRecording *vr_recording_open(const char *path, VrError *err);

/* Strings and array live until close. */
const VrRecordingInfo *vr_recording_info(const VrRecording *r);

/* Next event; false at the end or at the damage. */
bool vr_recording_next(VrRecording *r, VrEvent *e);

/*
 * After next returned false: NULL if the recording is whole, else what is
 * wrong and at which offset of the file. Lives until close.
 */
const char *vr_recording_damage(const VrRecording *r);

/* The outcome kept by the writer, or NULL. Known after the last event. */
const char *vr_recording_outcome(const VrRecording *r);

void vr_recording_close(VrRecording *r); /* NULL is ignored */

#ifdef __cplusplus
}
#endif

#endif
