/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model's state as bytes, little-endian:
 *
 *   "VRVT", version, the variant; then the members of VtdDynamic in order,
 *   normalised: queues begin with their oldest member, what is not in use is
 *   0, and the order of use of a set's ways is 1 (oldest), 2, ...
 *
 * What follows from the rest is not saved: what TIMER was last, and the clock
 * of uses. What load accepts is a state that stimuli can bring about, and it
 * saves as it was.
 */
#include <errno.h>

#include "vtd_ir_state.h"

#define STATE_MAGIC 0x54565256u /* "VRVT" */
#define STATE_VERSION 3u

/* --- bytes in and out --- */

typedef struct Stream {
    uint8_t *out;      /* saving; NULL: only count */
    const uint8_t *in; /* loading */
    size_t used;
} Stream;

static void put(Stream *t, uint64_t value, unsigned size)
{
    for (unsigned i = 0; t->out && i < size; i++) {
        t->out[t->used + i] = value >> i * 8;
    }
}

static uint64_t get(const Stream *t, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++) {
        value |= (uint64_t)t->in[t->used + i] << i * 8;
    }
    return value;
}

static void item8(Stream *t, uint8_t *value)
{
    if (t->in) {
        *value = get(t, 1);
    } else {
        put(t, *value, 1);
    }
    t->used += 1;
}

static void item16(Stream *t, uint16_t *value)
{
    if (t->in) {
        *value = get(t, 2);
    } else {
        put(t, *value, 2);
    }
    t->used += 2;
}

static void item32(Stream *t, uint32_t *value)
{
    if (t->in) {
        *value = get(t, 4);
    } else {
        put(t, *value, 4);
    }
    t->used += 4;
}

static void item64(Stream *t, uint64_t *value)
{
    if (t->in) {
        *value = get(t, 8);
    } else {
        put(t, *value, 8);
    }
    t->used += 8;
}

/* --- the layout, for both directions --- */

static void put_variant(Stream *t, const VtdIr *s)
{
    const uint32_t words[] = {
        STATE_MAGIC, STATE_VERSION,
        s->pi | s->eim << 1 | s->esirtps << 2 | s->dw << 3 |
            s->round_robin << 4,
        s->mhmv, s->frcd_count, s->sets, s->ways, s->cas_tries, s->delay,
        s->notify_delay,
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        put(t, words[i], 4);
        t->used += 4;
    }
}

static void walk_queues(Stream *t, VtdDynamic *d)
{
    item8(t, &d->pending_count);
    item8(t, &d->notify_count);
    for (unsigned i = 0; i < VTD_PENDING_MAX; i++) {
        VtdPending *p = &d->pending[i];

        item64(t, &p->due);
        item64(t, &p->addr);
        item64(t, &p->data);
        item64(t, &p->irte.lo);
        item64(t, &p->irte.hi);
        item16(t, &p->index);
        item16(t, &p->sid);
        item8(t, &p->kind);
        item8(t, &p->eime);
    }
    for (unsigned i = 0; i < VTD_PENDING_MAX; i++) {
        item64(t, &d->notify[i].due);
        item32(t, &d->notify[i].destination);
        item32(t, &d->notify[i].vector);
    }
}

static void walk_cache(Stream *t, VtdDynamic *d)
{
    for (unsigned i = 0; i < VTD_SETS_MAX; i++) {
        VtdSet *set = &d->set[i];

        item8(t, &set->valid);
        item8(t, &set->next);
        for (unsigned way = 0; way < VTD_WAYS_MAX; way++) {
            uint8_t order = set->used[way];

            item8(t, &order);
            set->used[way] = order;
            item16(t, &set->index[way]);
            item64(t, &set->irte[way].lo);
            item64(t, &set->irte[way].hi);
        }
    }
}

static void walk(Stream *t, VtdDynamic *d)
{
    for (unsigned i = 0; i < VTD_REG_SPACE / 4; i++) {
        item32(t, &d->reg[i]);
    }
    for (unsigned i = 0; i < VTD_FRCD_MAX; i++) {
        item64(t, &d->frcd[i][0]);
        item64(t, &d->frcd[i][1]);
    }
    item64(t, &d->root);
    item32(t, &d->entries);
    item8(t, &d->eime);
    item8(t, &d->next_frcd);
    item8(t, &d->dma_waits);
    item64(t, &d->now);
    walk_queues(t, d);
    walk_cache(t, d);
}

/* --- the normal form --- */

static void normalise_queues(const VtdDynamic *d, VtdDynamic *n)
{
    memset(n->pending, 0, sizeof(n->pending));
    memset(n->notify, 0, sizeof(n->notify));
    for (unsigned i = 0; i < d->pending_count; i++) {
        n->pending[i] = d->pending[(d->pending_head + i) % VTD_PENDING_MAX];
        n->pending[i].unused = 0;
    }
    for (unsigned i = 0; i < d->notify_count; i++) {
        n->notify[i] = d->notify[(d->notify_head + i) % VTD_PENDING_MAX];
    }
    n->pending_head = 0;
    n->notify_head = 0;
}

static unsigned order_of(const VtdSet *set, unsigned way)
{
    unsigned order = 1;

    for (unsigned i = 0; i < VTD_WAYS_MAX; i++) {
        if ((set->valid >> i & 1) &&
            (set->used[i] < set->used[way] ||
             (i < way && set->used[i] == set->used[way]))) {
            order++;
        }
    }
    return order;
}

/*
 * An invalid way is filled before one is replaced, so that its order of use is
 * of no consequence.
 */
static void normalise_set(const VtdSet *set, VtdSet *n)
{
    memset(n, 0, sizeof(*n));
    n->valid = set->valid;
    n->next = set->next;
    for (unsigned way = 0; way < VTD_WAYS_MAX; way++) {
        if (set->valid >> way & 1) {
            n->used[way] = order_of(set, way);
            n->irte[way] = set->irte[way];
            n->index[way] = set->index[way];
        }
    }
}

static void normalise(const VtdDynamic *d, VtdDynamic *n)
{
    *n = *d;
    n->timer = 0;
    n->clock = 0;
    normalise_queues(d, n);
    for (unsigned i = 0; i < VTD_SETS_MAX; i++) {
        normalise_set(&d->set[i], &n->set[i]);
    }
}

int64_t vtd_save(const VrBlock *b, void *buf, size_t cap)
{
    const VtdIr *s = (const VtdIr *)b;
    Stream count = { 0 }, out = { .out = buf };
    VtdDynamic n;

    normalise(&s->d, &n);
    put_variant(&count, s);
    walk(&count, &n);
    if (cap >= count.used) {
        put_variant(&out, s);
        walk(&out, &n);
    }
    return count.used;
}

static bool header_matches(const VtdIr *s, const uint8_t *buf, size_t len,
                           size_t *header_size)
{
    uint8_t expected[64] = { 0 };
    Stream header = { .out = expected }, count;
    VtdDynamic none;

    put_variant(&header, s);
    count = (Stream){ .used = header.used };
    memset(&none, 0, sizeof(none));
    walk(&count, &none);
    *header_size = header.used;
    return len == count.used && !memcmp(buf, expected, header.used);
}

int vtd_load(VrBlock *b, const void *buf, size_t len)
{
    VtdIr *s = (VtdIr *)b;
    VtdDynamic d, n;
    Stream in = { .in = buf };

    if (!header_matches(s, buf, len, &in.used)) {
        return -EINVAL;
    }
    memset(&d, 0, sizeof(d));
    walk(&in, &d);
    if (!vtd_state_valid(s, &d)) {
        return -EINVAL;
    }
    normalise(&d, &n);
    if (memcmp(&d, &n, sizeof(d)) != 0) {
        return -EINVAL;
    }
    d.clock = VTD_WAYS_MAX;
    d.timer = vtd_earliest_due(&d);
    s->d = d;
    return 0;
}
