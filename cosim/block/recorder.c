/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The writing half of recordings. */
#include "recording.h"
#include "codec.h"
#include "crc32.h"
#include "recording_format.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 4096

struct VrRecorder {
    int fd;
    char *path;
    int error; /* errno of the first failed write; then nothing is written */
    uint64_t written;
    uint64_t stimuli, effects;
    char outcome[1024];
    VrCodec codec;
    uint32_t events; /* in the chunk */
    size_t fill;     /* bytes of payload */
    uint8_t chunk[sizeof(VrChunkHeader) + VR_CHUNK_MAX];
};

static void write_all(VrRecorder *rec, const void *buf, size_t len)
{
    const uint8_t *p = buf;

    while (len > 0 && !rec->error) {
        ssize_t n = write(rec->fd, p, len);

        if (n > 0) {
            p += n;
            len -= n;
            rec->written += n;
        } else if (n == 0 || errno != EINTR) {
            rec->error = n == 0 ? EIO : errno;
        }
    }
}

static void write_chunk(VrRecorder *rec, const char *magic)
{
    VrChunkHeader h = { .size = rec->fill, .events = rec->events };

    memcpy(h.magic, magic, sizeof(h.magic));
    h.crc = vr_crc32(0, &h, VR_CHUNK_HEADER_CRC_BYTES);
    h.crc = vr_crc32(h.crc, rec->chunk + sizeof(h), rec->fill);
    memcpy(rec->chunk, &h, sizeof(h));
    write_all(rec, rec->chunk, sizeof(h) + rec->fill);
    rec->fill = 0;
    rec->events = 0;
    memset(&rec->codec, 0, sizeof(rec->codec));
}

void vr_recorder_event(void *opaque, const VrEvent *e)
{
    VrRecorder *rec = opaque;

    rec->fill += vr_encode(&rec->codec, e,
                           rec->chunk + sizeof(VrChunkHeader) + rec->fill);
    rec->events++;
    if (vr_event_is_stimulus(e)) {
        rec->stimuli++;
    } else {
        rec->effects++;
    }
    if (rec->fill >= VR_CHUNK_PAYLOAD) {
        write_chunk(rec, VR_CHUNK_EVENTS);
    }
}

void vr_recorder_flush(VrRecorder *rec)
{
    if (rec->events > 0) {
        write_chunk(rec, VR_CHUNK_EVENTS);
    }
}

void vr_recorder_set_outcome(VrRecorder *rec, const char *text)
{
    if (rec->outcome[0]) {
        return;
    }
    snprintf(rec->outcome, sizeof(rec->outcome), "%s", text);
    for (char *c = rec->outcome; *c; c++) {
        if (*c == '\n' || *c == '\r') {
            *c = ' ';
        }
    }
}

/* --- header and end --- */

static bool add_line(char text[TEXT_MAX], size_t *used, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool add_line(char text[TEXT_MAX], size_t *used, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text + *used, TEXT_MAX - *used, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= TEXT_MAX - *used) {
        return false;
    }
    *used += n;
    return true;
}

static void write_header(VrRecorder *rec, const VrBlockType *type,
                         const char *backend, const VrVariant *variant)
{
    VrRecordingHeader h = { .version = VR_RECORDING_VERSION };
    char text[TEXT_MAX];
    size_t used = 0;
    bool ok = add_line(text, &used, "block %s\nbackend %s\n", type->name,
                       backend);

    for (size_t i = 0; i < type->param_count; i++) {
        const char *name = type->params[i].name;

        ok &= add_line(text, &used, "param %s 0x%" PRIx64 "\n", name,
                       vr_variant_get(type, variant, name));
    }
    if (!ok) {
        rec->error = ENAMETOOLONG;
        return;
    }
    memcpy(h.magic, VR_RECORDING_MAGIC, sizeof(h.magic));
    h.text_size = used;
    h.crc = vr_crc32(0, &h, VR_RECORDING_HEADER_CRC_BYTES);
    h.crc = vr_crc32(h.crc, text, used);
    write_all(rec, &h, sizeof(h));
    write_all(rec, text, used);
}

static void write_end(VrRecorder *rec)
{
    char *text = (char *)rec->chunk + sizeof(VrChunkHeader);
    int n = snprintf(text, VR_CHUNK_PAYLOAD,
                     "stimuli %" PRIu64 "\neffects %" PRIu64 "\n%s%s%s",
                     rec->stimuli, rec->effects,
                     rec->outcome[0] ? "outcome " : "", rec->outcome,
                     rec->outcome[0] ? "\n" : "");

    rec->fill = n;
    write_chunk(rec, VR_CHUNK_END);
}

VrRecorder *vr_recorder_open(const char *path, const VrBlockType *type,
                             const char *backend, const VrVariant *variant,
                             VrError *err)
{
    VrRecorder *rec = calloc(1, sizeof(*rec));

    if (!rec || !(rec->path = strdup(path))) {
        free(rec);
        vr_error_set(err, VR_ERR_ENVIRONMENT, "out of memory for a recorder");
        return NULL;
    }
    rec->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (rec->fd < 0) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create recording "
                     "'%s': %s", path, strerror(errno));
        free(rec->path);
        free(rec);
        return NULL;
    }
    write_header(rec, type, backend, variant);
    return rec;
}

bool vr_recorder_close(VrRecorder *rec, VrError *err)
{
    bool ok;

    if (!rec) {
        return true;
    }
    vr_recorder_flush(rec);
    write_end(rec);
    if (close(rec->fd) != 0 && !rec->error) {
        rec->error = errno;
    }
    ok = rec->error == 0;
    if (!ok) {
        vr_error_set(err, VR_ERR_ENVIRONMENT,
                     "recording '%s' is incomplete: %s after %" PRIu64
                     " bytes; make room and run again", rec->path,
                     strerror(rec->error), rec->written);
    }
    free(rec->path);
    free(rec);
    return ok;
}
