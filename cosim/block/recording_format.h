/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On-disk structures of a recording; see recording.h. Private to its files. */
#ifndef VIRELAY_RECORDING_FORMAT_H
#define VIRELAY_RECORDING_FORMAT_H

#include <assert.h>
#include <stdint.h>

#define VR_RECORDING_MAGIC "VRRECORD"
#define VR_RECORDING_VERSION 1
#define VR_CHUNK_EVENTS "VREV"
#define VR_CHUNK_END "VREN"
#define VR_CHUNK_PAYLOAD 4096 /* a chunk is closed when it has this much */
#define VR_CHUNK_MAX (2 * VR_CHUNK_PAYLOAD)

typedef struct VrRecordingHeader {
    char magic[8];
    uint32_t version;
    uint32_t text_size;
    uint64_t flags;
    uint32_t crc;
    uint32_t reserved;
} VrRecordingHeader;

static_assert(sizeof(VrRecordingHeader) == 32, "on-disk structure");
#define VR_RECORDING_HEADER_CRC_BYTES 24

typedef struct VrChunkHeader {
    char magic[4];
    uint32_t size;
    uint32_t events;
    uint32_t crc;
} VrChunkHeader;

static_assert(sizeof(VrChunkHeader) == 16, "on-disk structure");
#define VR_CHUNK_HEADER_CRC_BYTES 12

#endif
