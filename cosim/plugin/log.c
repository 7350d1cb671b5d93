/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#define RING 8192u
#define PATH_SIZE 4096
#define MAX_TRACES 64

static FILE *points;
static const char *folder;
static VrTraceRec ring[RING];
static uint64_t written;
static uint64_t begin; /* of the point before this one */
static uint64_t here;  /* of this one */
static unsigned traces;
static uint64_t count;
static struct timespec began;

bool vr_log_open(const char *where)
{
    char path[PATH_SIZE];

    folder = where;
    snprintf(path, sizeof(path), "%s/points.txt", folder);
    points = fopen(path, "ae");
    if (!points) {
        fprintf(stderr, "sweep: cannot write '%s': %s\n", path,
                strerror(errno));
        return false;
    }
    setvbuf(points, NULL, _IOLBF, 0);
    return true;
}

void vr_log_record(const VrTraceRec *rec)
{
    ring[written++ % RING] = *rec;
}

void vr_log_next(void)
{
    if (began.tv_sec == 0) {
        clock_gettime(CLOCK_MONOTONIC, &began);
    }
    begin = here;
    here = written;
}

static void save_trace(uint64_t k)
{
    static VrTraceRec copy[RING];
    uint64_t from = written - begin > RING ? written - RING : begin;
    char path[PATH_SIZE];
    VrError err;

    for (uint64_t i = from; i < written; i++) {
        copy[i - from] = ring[i % RING];
    }
    snprintf(path, sizeof(path), "%s/point-%" PRIu64 ".vrt", folder, k);
    if (traces++ < MAX_TRACES &&
        !vr_trace_save(path, copy, written - from, &err)) {
        fprintf(stderr, "sweep: %s\n", err.text);
    }
}

void vr_log_point(const VrPoint *p, VrPointVerdict verdict, const char *why)
{
    static const char *const words[] = {
        [VR_POINT_PASS] = "pass", [VR_POINT_FAIL] = "fail",
        [VR_POINT_AGAIN] = "again",
    };

    count++;
    vr_trace(VR_TRACE_SWEEP_POINT, p->cpu, p->k, verdict, p->pc, p->latency,
             p->released);
    fprintf(points, "point %" PRIu64 " %s 0x%" PRIx64 " %u %" PRIu64 " %c%c %s"
            "\n", p->k, words[verdict], p->pc, p->cpu, p->latency,
            p->released ? 'r' : '-', p->pushed ? 'p' : '-', why);
    if (verdict == VR_POINT_FAIL) {
        save_trace(p->k);
    }
}

static const char *const ends[] = {
#define VR_SWEEP_END(number, name, word, complete, means) [number] = word,
#include "sweep_ends.def"
#undef VR_SWEEP_END
};

void vr_log_end(VrSweepEnd how, VrSweepEvent event, uint64_t k,
                const char *text)
{
    vr_trace(VR_TRACE_SWEEP_END, VR_TRACE_NO_CPU, how, k, event, 0, 0);
    fprintf(points, "end %s %" PRIu64 " %s\n", ends[how], k, text);
}

void vr_log_open_point(const VrPoint *p)
{
    fprintf(points, "end %s %" PRIu64 " 0x%" PRIx64 "\n",
            ends[VR_SWEEP_END_OPEN], p->k, p->pc);
    save_trace(p->k);
}

/* Wall time, without the boot: not the same in each run, so a file apart. */
static void write_speed(void)
{
    char path[PATH_SIZE];
    struct timespec now;
    FILE *f;

    snprintf(path, sizeof(path), "%s/speed.txt", folder);
    f = fopen(path, "we");
    if (f) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        fprintf(f, "%" PRIu64 " points in %.6f s\n", count,
                (now.tv_sec - began.tv_sec) +
                (now.tv_nsec - began.tv_nsec) / 1e9);
        fclose(f);
    }
}

void vr_log_close(void)
{
    if (began.tv_sec) {
        write_speed();
    }
    if (points && fclose(points) != 0) {
        fprintf(stderr, "sweep: points.txt: %s\n", strerror(errno));
    }
    points = NULL;
}
