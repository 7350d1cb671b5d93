/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reading half of recordings. Nothing in a file is trusted. */
#include "recording.h"
#include "codec.h"
#include "crc32.h"
#include "nearest.h"
#include "recording_format.h"
#include "variant.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (64 * 1024)
#define PARAMS_MAX 64

struct VrRecording {
    FILE *file;
    char *text; /* of the header; cut into strings */
    VrRecordingInfo info;
    VrParam params[PARAMS_MAX];
    uint64_t offset; /* of the chunk at hand, or of the next */
    size_t chunk_bytes; /* of the chunk at hand, header included */
    VrCodec codec;
    size_t fill, at; /* bytes in the chunk, bytes decoded */
    uint32_t events_left;
    bool ended;
    char damage[256];
    char outcome[1024];
    uint8_t chunk[VR_CHUNK_MAX];
};

/* --- header --- */

static bool parse_param(VrRecording *r, char *rest, VrError *err)
{
    char *space = strchr(rest, ' ');

    if (!space || !r->info.type || r->info.variant.count == PARAMS_MAX) {
        return vr_error_set(err, VR_ERR_USAGE, "bad parameter line '%s'",
                            rest);
    }
    *space = '=';
    if (!vr_variant_parse(r->info.type, rest,
                          &r->params[r->info.variant.count], err)) {
        return false;
    }
    r->info.variant.count++;
    return true;
}

static const char *type_name_at(const void *opaque, size_t index)
{
    const VrBlockType *type = vr_block_type_at(index);

    (void)opaque;
    return type ? type->name : NULL;
}

static bool parse_line(VrRecording *r, char *line, VrError *err)
{
    char hint[256];

    if (!strncmp(line, "block ", 6)) {
        r->info.type = vr_block_type_find(line + 6);
        return r->info.type ||
               vr_error_set(err, VR_ERR_USAGE, "no block '%s'; %s", line + 6,
                            vr_nearest(line + 6, type_name_at, NULL, hint,
                                       sizeof(hint)));
    }
    if (!strncmp(line, "backend ", 8)) {
        r->info.backend = line + 8;
        return true;
    }
    if (!strncmp(line, "param ", 6)) {
        return parse_param(r, line + 6, err);
    }
    return vr_error_set(err, VR_ERR_USAGE, "unknown line '%s'", line);
}

static bool parse_text(VrRecording *r, VrError *err)
{
    char *save = NULL;

    for (char *line = strtok_r(r->text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        if (!parse_line(r, line, err)) {
            return false;
        }
    }
    if (!r->info.type || !r->info.backend) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "its header names no block or no backend");
    }
    return true;
}

static bool read_header(VrRecording *r, VrError *err)
{
    VrRecordingHeader h;
    uint32_t crc;

    if (fread(&h, 1, sizeof(h), r->file) != sizeof(h) ||
        memcmp(h.magic, VR_RECORDING_MAGIC, sizeof(h.magic)) != 0) {
        return vr_error_set(err, VR_ERR_USAGE, "not a recording");
    }
    if (h.version != VR_RECORDING_VERSION) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "version %u; this program reads version %u",
                            h.version, VR_RECORDING_VERSION);
    }
    r->text = h.text_size <= TEXT_MAX ? calloc(1, h.text_size + 1) : NULL;
    if (!r->text ||
        fread(r->text, 1, h.text_size, r->file) != h.text_size) {
        return vr_error_set(err, VR_ERR_USAGE, "its header is cut off");
    }
    crc = vr_crc32(0, &h, VR_RECORDING_HEADER_CRC_BYTES);
    crc = vr_crc32(crc, r->text, h.text_size);
    if (crc != h.crc || h.reserved != 0) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "its header is damaged (checksum)");
    }
    r->offset = sizeof(h) + h.text_size;
    r->info.variant.params = r->params;
    return parse_text(r, err);
}

VrRecording *vr_recording_open(const char *path, VrError *err)
{
    VrRecording *r = calloc(1, sizeof(*r));
    VrError why;

    if (!r) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "out of memory for a recording");
        return NULL;
    }
    r->file = fopen(path, "rb");
    if (!r->file) {
        vr_error_set(err, VR_ERR_USAGE, "cannot open recording '%s': %s",
                     path, strerror(errno));
        free(r);
        return NULL;
    }
    if (!read_header(r, &why)) {
        vr_error_set(err, why.code, "recording '%s': %.400s", path, why.text);
        vr_recording_close(r);
        return NULL;
    }
    return r;
}

const VrRecordingInfo *vr_recording_info(const VrRecording *r)
{
    return &r->info;
}

/* --- chunks --- */

static bool damaged(VrRecording *r, const char *what)
{
    snprintf(r->damage, sizeof(r->damage),
             "%s at offset %" PRIu64 "; what comes before it is intact", what,
             r->offset);
    r->ended = true;
    return false;
}

static void read_outcome(VrRecording *r)
{
    char *line;

    r->chunk[r->fill < VR_CHUNK_MAX ? r->fill : VR_CHUNK_MAX - 1] = '\0';
    line = strstr((char *)r->chunk, "\noutcome ");
    if (line) {
        line += strlen("\noutcome ");
        snprintf(r->outcome, sizeof(r->outcome), "%.*s",
                 (int)strcspn(line, "\n"), line);
    }
    for (char *c = r->outcome; *c; c++) {
        /* It will be printed, so a terminal must not obey it. */
        if ((unsigned char)*c < ' ' || *c == '\177') {
            *c = '?';
        }
    }
}

static bool end_of_file(VrRecording *r)
{
    if (fgetc(r->file) != EOF) {
        r->offset += sizeof(VrChunkHeader) + r->fill;
        return damaged(r, "more data after the end");
    }
    r->ended = true;
    return false;
}

/* The next chunk of events; false at the end or the damage. */
static bool read_chunk(VrRecording *r)
{
    VrChunkHeader h;
    size_t n = fread(&h, 1, sizeof(h), r->file);
    uint32_t crc;

    if (n == 0) {
        return damaged(r, ferror(r->file) ? "read error"
                                          : "cut off: no end mark");
    }
    if (n < sizeof(h)) {
        return damaged(r, "cut off inside a chunk's header");
    }
    if ((memcmp(h.magic, VR_CHUNK_EVENTS, sizeof(h.magic)) != 0 &&
         memcmp(h.magic, VR_CHUNK_END, sizeof(h.magic)) != 0) ||
        h.size > VR_CHUNK_MAX) {
        return damaged(r, "damaged chunk header");
    }
    r->fill = fread(r->chunk, 1, h.size, r->file);
    if (r->fill < h.size) {
        return damaged(r, "cut off inside a chunk");
    }
    crc = vr_crc32(0, &h, VR_CHUNK_HEADER_CRC_BYTES);
    if (vr_crc32(crc, r->chunk, h.size) != h.crc) {
        return damaged(r, "wrong checksum of the chunk");
    }
    if (!memcmp(h.magic, VR_CHUNK_END, sizeof(h.magic))) {
        read_outcome(r);
        return end_of_file(r);
    }
    r->chunk_bytes = sizeof(h) + h.size;
    r->at = 0;
    r->events_left = h.events;
    memset(&r->codec, 0, sizeof(r->codec));
    return true;
}

bool vr_recording_next(VrRecording *r, VrEvent *e)
{
    size_t n;

    while (!r->ended && r->at == r->fill) {
        if (r->events_left > 0) {
            return damaged(r, "too few events in the chunk");
        }
        r->offset += r->chunk_bytes;
        r->chunk_bytes = 0;
        r->fill = r->at = 0;
        read_chunk(r);
    }
    if (r->ended) {
        return false;
    }
    n = vr_decode(&r->codec, r->chunk + r->at, r->fill - r->at, e);
    if (n == 0 || r->events_left == 0) {
        return damaged(r, "a chunk with a right checksum that holds no "
                          "events of this version");
    }
    r->at += n;
    r->events_left--;
    return true;
}

const char *vr_recording_damage(const VrRecording *r)
{
    return r->damage[0] ? r->damage : NULL;
}

const char *vr_recording_outcome(const VrRecording *r)
{
    return r->outcome[0] ? r->outcome : NULL;
}

void vr_recording_close(VrRecording *r)
{
    if (r) {
        fclose(r->file);
        free(r->text);
        free(r);
    }
}
