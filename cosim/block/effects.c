/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "effects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 32
#define KEPT_CAP 65536 /* a log that once had more gives its memory back */

static void *grown(void *p, size_t count, size_t size)
{
    void *q = reallocarray(p, count, size);

    if (!q) {
        fprintf(stderr, "virelay: out of memory for %zu effects\n", count);
        abort();
    }
    return q;
}

static void grow(VrEffects *log)
{
    log->cap = log->cap ? log->cap * 2 : FIRST_CAP;
    log->events = grown(log->events, log->cap, sizeof(*log->events));
    log->served = grown(log->served, log->cap, sizeof(*log->served));
    log->paired = grown(log->paired, log->cap, sizeof(*log->paired));
}

void vr_effects_push(VrEffects *log, const VrEvent *e)
{
    if (log->count == log->cap) {
        grow(log);
    }
    log->events[log->count] = *e;
    log->served[log->count] = e->kind < VR_EFF_MEM_READ;
    log->count++;
}

void vr_effects_free(VrEffects *log)
{
    free(log->events);
    free(log->served);
    free(log->paired);
    memset(log, 0, sizeof(*log));
}

void vr_effects_clear(VrEffects *log)
{
    if (log->cap > KEPT_CAP) {
        vr_effects_free(log);
    }
    log->count = 0;
    log->first_unserved = 0;
}

static const VrEvent *serve(VrEffects *log, VrEventKind kind, uint64_t addr,
                            size_t len)
{
    while (log->first_unserved < log->count &&
           log->served[log->first_unserved]) {
        log->first_unserved++;
    }
    for (size_t i = log->first_unserved; i < log->count; i++) {
        const VrEvent *e = &log->events[i];

        if (!log->served[i] && e->kind == kind && e->addr == addr &&
            e->size == len) {
            log->served[i] = true;
            return e;
        }
    }
    return NULL;
}

static bool succeeded(const VrEvent *e)
{
    return !e || !(e->attr & VR_ATTR_FAULT);
}

bool vr_effects_serve_read(VrEffects *log, uint64_t addr, void *buf,
                           size_t len)
{
    const VrEvent *e = serve(log, VR_EFF_MEM_READ, addr, len);

    if (e) {
        memcpy(buf, e->data, len);
    } else {
        memset(buf, 0, len);
    }
    return succeeded(e);
}

bool vr_effects_serve_write(VrEffects *log, uint64_t addr, size_t len)
{
    return succeeded(serve(log, VR_EFF_MEM_WRITE, addr, len));
}

bool vr_effects_serve_cas(VrEffects *log, uint64_t addr, void *found,
                          size_t size)
{
    const VrEvent *e = serve(log, VR_EFF_MEM_CAS, addr, size);

    if (e) {
        memcpy(found, e->old, size);
    } else {
        memset(found, 0, size);
    }
    return succeeded(e);
}

static bool same(const VrEvent *a, const VrEvent *b)
{
    return !memcmp(a, b, sizeof(*a));
}

/*
 * The first effect of @log, of that class, that has no partner yet. All before
 * *from have one.
 */
static VrEvent *next_unpaired(const VrBlockType *type, VrEffects *log,
                              unsigned order_class, size_t *from)
{
    while (*from < log->count && log->paired[*from]) {
        (*from)++;
    }
    for (size_t i = *from; i < log->count; i++) {
        if (!log->paired[i] &&
            type->order_class(&log->events[i]) == order_class) {
            log->paired[i] = true;
            return &log->events[i];
        }
    }
    return NULL;
}

static VrEffectsDiff compare_by_class(const VrBlockType *type, VrEffects *a,
                                      VrEffects *b)
{
    VrEffectsDiff diff = { .differ = true };
    size_t from = 0;

    for (size_t i = 0; i < b->count; i++) {
        b->paired[i] = false;
    }
    for (size_t i = 0; i < a->count; i++) {
        diff.a = &a->events[i];
        diff.b = next_unpaired(type, b, type->order_class(diff.a), &from);
        if (!diff.b || !same(diff.a, diff.b)) {
            return diff;
        }
    }
    diff.a = NULL;
    for (size_t i = 0; i < b->count; i++) {
        if (!b->paired[i]) {
            diff.b = &b->events[i];
            return diff;
        }
    }
    return (VrEffectsDiff){ .reordered = true };
}

VrEffectsDiff vr_effects_compare(const VrBlockType *type, VrEffects *a,
                                 VrEffects *b)
{
    if (a->count == b->count &&
        (a->count == 0 ||
         !memcmp(a->events, b->events, a->count * sizeof(VrEvent)))) {
        return (VrEffectsDiff){ .differ = false };
    }
    return compare_by_class(type, a, b);
}
