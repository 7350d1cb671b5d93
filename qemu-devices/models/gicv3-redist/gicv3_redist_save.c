/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saved state: a fixed layout, little-endian, with the variant in front. What
 * load accepts is a state that the block can be in, and saves as it was.
 *
 *   0  "VRGR", version (4 bytes each)
 *   8  affinity, iidr (4 each), processor-number (2), last, prio-bits,
 *      icfgr1-writable, dpg, statusr (1 each), 0
 *  24  PPI wires, GICD_CTLR wire, CTLR, STATUSR S and NS, WAKER, IGROUPR0,
 *      IGRPMODR0, enables, pending latches, active, ICFGR1, NSACR (4 each)
 *  76  32 priorities
 * 108  current, superseded: held, INTID, priority, group (1 each)
 * 116  groups of the CPU interface, CLEAR waits, QUIESCE waits, 0
 */
#include <errno.h>
#include <string.h>

#include "gicv3_redist_state.h"

#define SAVE_MAGIC 0x52475256u /* "VRGR" */
#define SAVE_VERSION 1u
#define SAVE_SIZE 120

static uint8_t *put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        *p++ = v >> i * 8;
    }
    return p;
}

static uint32_t get32(const uint8_t **p)
{
    uint32_t v = 0;

    for (int i = 0; i < 4; i++) {
        v |= (uint32_t)*(*p)++ << i * 8;
    }
    return v;
}

static uint8_t *put_variant(uint8_t *p, const GicrVariant *v)
{
    p = put32(p, SAVE_MAGIC);
    p = put32(p, SAVE_VERSION);
    p = put32(p, v->affinity);
    p = put32(p, v->iidr);
    *p++ = v->processor_number & 0xff;
    *p++ = v->processor_number >> 8;
    *p++ = v->last;
    *p++ = v->prio_bits;
    *p++ = v->icfgr1_writable;
    *p++ = v->dpg;
    *p++ = v->statusr;
    *p++ = 0;
    return p;
}

static uint8_t *put_held(uint8_t *p, const GicrHeld *h)
{
    *p++ = h->held;
    *p++ = h->intid;
    *p++ = h->prio;
    *p++ = h->group;
    return p;
}

int64_t gicr_save(const GicrState *s, void *buf, size_t cap)
{
    uint8_t *p = buf;

    if (cap < SAVE_SIZE) {
        return SAVE_SIZE;
    }
    p = put_variant(p, &s->v);
    p = put32(p, s->wires);
    p = put32(p, s->gicd_ctlr);
    p = put32(p, s->ctlr);
    p = put32(p, s->statusr[0]);
    p = put32(p, s->statusr[1]);
    p = put32(p, s->waker);
    p = put32(p, s->igroup);
    p = put32(p, s->igrpmod);
    p = put32(p, s->enable);
    p = put32(p, s->latch);
    p = put32(p, s->active);
    p = put32(p, s->icfgr[1]);
    p = put32(p, s->nsacr);
    memcpy(p, s->prio, GICR_NUM_IRQ);
    p += GICR_NUM_IRQ;
    p = put_held(p, &s->current);
    p = put_held(p, &s->superseded);
    *p++ = s->cpu_groups;
    *p++ = s->clear_waits;
    *p++ = s->quiesce_waits;
    *p++ = 0;
    assert(p - (uint8_t *)buf == SAVE_SIZE);
    return SAVE_SIZE;
}

static bool get_bool(const uint8_t **p, bool *ok)
{
    uint8_t v = *(*p)++;

    *ok &= v <= 1;
    return v == 1;
}

static GicrHeld get_held(const uint8_t **p, bool *ok)
{
    GicrHeld h = { 0 };

    h.held = get_bool(p, ok);
    h.intid = *(*p)++;
    h.prio = *(*p)++;
    h.group = *(*p)++;
    return h;
}

static bool held_is_valid(const GicrState *s, const GicrHeld *h)
{
    if (!h->held) {
        return h->intid == 0 && h->prio == 0 && h->group == 0;
    }
    return h->intid < GICR_NUM_IRQ && !(h->prio & ~s->v.prio_mask) &&
           h->group <= VR_GIC_G1S;
}

static bool registers_are_valid(const GicrState *s)
{
    uint32_t dpg = s->v.dpg ? GICR_CTLR_DPG : 0;
    uint32_t statusr = s->v.statusr ? GICR_STATUSR_KNOWN : 0;
    uint32_t icfgr1 = s->v.icfgr1_writable ? 0xaaaaaaaau : 0;

    for (int i = 0; i < GICR_NUM_IRQ; i++) {
        if (s->prio[i] & ~s->v.prio_mask) {
            return false;
        }
    }
    return !(s->wires & ~GICR_PPI_MASK) &&
           !(s->gicd_ctlr & ~GICD_CTLR_KNOWN) && !(s->ctlr & ~dpg) &&
           !(s->statusr[0] & ~statusr) && !(s->statusr[1] & ~statusr) &&
           !(s->icfgr[1] & ~icfgr1);
}

/* Sleep, and what may be held in which phase of it. */
static bool handshake_is_valid(const GicrState *s)
{
    bool sleep = s->waker & GICR_WAKER_PROCESSOR_SLEEP;
    bool asleep = s->waker & GICR_WAKER_CHILDREN_ASLEEP;
    bool holds = s->current.held || s->superseded.held || s->clear_waits;

    if ((s->waker & ~(GICR_WAKER_PROCESSOR_SLEEP |
                      GICR_WAKER_CHILDREN_ASLEEP)) ||
        (s->cpu_groups & ~GICD_CTLR_GROUPS)) {
        return false;
    }
    if ((asleep && (!sleep || holds)) ||
        s->quiesce_waits != (sleep && !asleep) ||
        (s->superseded.held && s->clear_waits)) {
        return false;
    }
    return held_is_valid(s, &s->current) &&
           held_is_valid(s, &s->superseded) && !gicr_would_send(s);
}

int gicr_load(GicrState *s, const void *buf, size_t len)
{
    uint8_t head[SAVE_SIZE];
    GicrState n = *s;
    const uint8_t *p = buf;
    size_t head_len = put_variant(head, &s->v) - head;
    bool ok = true;

    if (len != SAVE_SIZE || memcmp(p, head, head_len) != 0) {
        return -EINVAL;
    }
    p += head_len;
    n.wires = get32(&p);
    n.gicd_ctlr = get32(&p);
    n.ctlr = get32(&p);
    n.statusr[0] = get32(&p);
    n.statusr[1] = get32(&p);
    n.waker = get32(&p);
    n.igroup = get32(&p);
    n.igrpmod = get32(&p);
    n.enable = get32(&p);
    n.latch = get32(&p);
    n.active = get32(&p);
    n.icfgr[1] = get32(&p);
    n.nsacr = get32(&p);
    memcpy(n.prio, p, GICR_NUM_IRQ);
    p += GICR_NUM_IRQ;
    n.current = get_held(&p, &ok);
    n.superseded = get_held(&p, &ok);
    n.cpu_groups = *p++;
    n.clear_waits = get_bool(&p, &ok);
    n.quiesce_waits = get_bool(&p, &ok);
    ok &= *p++ == 0;
    gicr_derive(&n);
    if (!ok || !registers_are_valid(&n) || !handshake_is_valid(&n)) {
        return -EINVAL;
    }
    *s = n;
    return 0;
}
