/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The writing half of the trace. One trace a process, any number of threads. */
#include "trace.h"
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_RECORDS 4096

bool vr_trace_on;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* All below is guarded by the lock. */
static int trace_fd = -1;
static int trace_errno; /* of the first failed write; then nothing is written */
static char *trace_path;
static uint64_t (*clock_ns)(void);
static uint64_t last_time;
static void (*observer)(const VrTraceRec *rec);
static VrTraceRec buffer[BUFFER_RECORDS];
static size_t fill;

/* Set with the lock held; vr_trace() looks at it without. */
static void set_on(bool on)
{
    __atomic_store_n(&vr_trace_on, on, __ATOMIC_RELAXED);
}

/* 0, or errno */
static int write_whole(int fd, const void *buf, size_t len)
{
    const uint8_t *p = buf;

    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n > 0) {
            p += n;
            len -= n;
        } else if (n == 0 || errno != EINTR) {
            return n == 0 ? EIO : errno;
        }
    }
    return 0;
}

static void write_all(const void *buf, size_t len)
{
    if (!trace_errno) {
        trace_errno = write_whole(trace_fd, buf, len);
    }
}

static void flush_locked(void)
{
    if (trace_fd >= 0) {
        write_all(buffer, fill * sizeof(buffer[0]));
    }
    fill = 0;
}

static int write_header(int fd)
{
    char schema[VR_TRACE_SCHEMA_MAX];
    VrTraceHeader h = { .record_size = sizeof(VrTraceRec) };
    int failed;

    memcpy(h.magic, VR_TRACE_MAGIC, sizeof(h.magic));
    h.schema_size = vr_trace_schema_text(schema);
    h.header_size = sizeof(h) + h.schema_size;
    failed = write_whole(fd, &h, sizeof(h));
    return failed ? failed : write_whole(fd, schema, h.schema_size);
}

static bool open_locked(const char *path, VrError *err)
{
    static bool at_exit;

    if (trace_fd >= 0) {
        return vr_error_set(err, VR_ERR_USAGE, "cannot open trace '%s': "
                            "'%s' is still open", path, trace_path);
    }
    trace_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (trace_fd < 0) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT,
                            "cannot create trace '%s': %s", path,
                            strerror(errno));
    }
    trace_path = strdup(path);
    last_time = 0;
    fill = 0;
    trace_errno = write_header(trace_fd);
    if (!at_exit) {
        /* A process that ends without close keeps what it wrote. */
        at_exit = atexit(vr_trace_flush) == 0;
    }
    set_on(true);
    return true;
}

bool vr_trace_open(const char *path, VrError *err)
{
    bool ok;

    pthread_mutex_lock(&lock);
    ok = open_locked(path, err);
    pthread_mutex_unlock(&lock);
    return ok;
}

void vr_trace_flush(void)
{
    pthread_mutex_lock(&lock);
    flush_locked();
    pthread_mutex_unlock(&lock);
}

void vr_trace_stop(void)
{
    pthread_mutex_lock(&lock);
    set_on(false);
    pthread_mutex_unlock(&lock);
}

static bool close_locked(VrError *err)
{
    bool ok = true;

    set_on(observer != NULL);
    if (trace_fd < 0) {
        return true;
    }
    flush_locked();
    if (close(trace_fd) != 0 && !trace_errno) {
        trace_errno = errno;
    }
    trace_fd = -1;
    if (trace_errno) {
        ok = vr_error_set(err, VR_ERR_ENVIRONMENT,
                          "trace '%s' is incomplete: %s; make room and run "
                          "again", trace_path ? trace_path : "?",
                          strerror(trace_errno));
    }
    free(trace_path);
    trace_path = NULL;
    return ok;
}

bool vr_trace_close(VrError *err)
{
    bool ok;

    pthread_mutex_lock(&lock);
    ok = close_locked(err);
    pthread_mutex_unlock(&lock);
    return ok;
}

void vr_trace_set_clock(uint64_t (*now_ns)(void))
{
    pthread_mutex_lock(&lock);
    clock_ns = now_ns;
    pthread_mutex_unlock(&lock);
}

void vr_trace_observe(void (*who)(const VrTraceRec *rec))
{
    pthread_mutex_lock(&lock);
    observer = who;
    set_on(who || trace_fd >= 0);
    pthread_mutex_unlock(&lock);
}

static void keep(const VrTraceRec *rec)
{
    buffer[fill++] = *rec;
    if (fill == BUFFER_RECORDS) {
        flush_locked();
    }
}

static void append(VrTraceRec *rec)
{
    pthread_mutex_lock(&lock);
    if (vr_trace_on) {
        last_time = clock_ns ? clock_ns() : last_time;
        rec->time = last_time;
        if (trace_fd >= 0) {
            keep(rec);
        }
        if (observer) {
            observer(rec);
        }
    }
    pthread_mutex_unlock(&lock);
}

bool vr_trace_save(const char *path, const VrTraceRec *recs, size_t count,
                   VrError *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int failed = fd < 0 ? errno : write_header(fd);

    if (!failed) {
        failed = write_whole(fd, recs, count * sizeof(*recs));
    }
    if (fd >= 0 && close(fd) != 0 && !failed) {
        failed = errno;
    }
    return !failed ||
           vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot write trace '%s': %s",
                        path, strerror(failed));
}

void vr_trace_write(VrTraceKind kind, unsigned cpu, uint32_t id, uint64_t a0,
                    uint64_t a1, uint64_t a2, uint64_t a3)
{
    VrTraceRec rec = {
        .kind = kind, .cpu = cpu, .id = id, .arg = { a0, a1, a2, a3 },
    };

    append(&rec);
}

void vr_trace_block_event(void *opaque, const VrEvent *e)
{
    VrTraceRec rec = {
        .kind = vr_event_is_stimulus(e) ? VR_TRACE_BLOCK_STIM
                                        : VR_TRACE_BLOCK_EFF,
        .cpu = (uintptr_t)opaque,
        .size = e->size,
        .id = e->id,
        .arg = { e->addr, e->data[0], e->kind, e->attr },
    };

    if (!vr_trace_is_on()) {
        return;
    }
    append(&rec);
    if (e->kind == VR_EFF_MEM_CAS ||
        ((e->kind == VR_EFF_MEM_READ || e->kind == VR_EFF_MEM_WRITE) &&
         e->size > 8)) {
        rec.kind = VR_TRACE_BLOCK_MEM;
        rec.id = 0;
        rec.arg[0] = e->data[1];
        rec.arg[1] = e->data2[0];
        rec.arg[2] = e->old[0];
        rec.arg[3] = 0;
        append(&rec);
    }
}
