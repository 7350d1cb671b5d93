/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model's state as bytes: a header with the variant, then VtdDynamic as it
 * is in memory; all hosts that we build for are little-endian.
 */
#include <errno.h>

#include "vtd_ir_state.h"

#define STATE_MAGIC "VRVT"
#define STATE_VERSION 1

typedef struct Header {
    char magic[4];
    uint32_t version;
    uint32_t size; /* of what follows */
    uint32_t flags, mhmv, frcd_count, sets, ways;
    uint64_t delay, notify_delay;
} Header;

static Header header_of(const VtdIr *s)
{
    return (Header){
        .magic = STATE_MAGIC, .version = STATE_VERSION, .size = sizeof(s->d),
        .flags = s->pi | s->eim << 1 | s->esirtps << 2 | s->dw << 3
            | s->round_robin << 4,
        .mhmv = s->mhmv, .frcd_count = s->frcd_count,
        .sets = s->sets, .ways = s->ways,
        .delay = s->delay, .notify_delay = s->notify_delay,
    };
}

int64_t vtd_save(const VrBlock *b, void *buf, size_t cap)
{
    const VtdIr *s = (const VtdIr *)b;
    const Header h = header_of(s);

    if (cap >= sizeof(h) + sizeof(s->d)) {
        memcpy(buf, &h, sizeof(h));
        memcpy((uint8_t *)buf + sizeof(h), &s->d, sizeof(s->d));
    }
    return sizeof(h) + sizeof(s->d);
}

static bool queues_valid(const VtdIr *s, const VtdDynamic *d)
{
    if (d->pending_head >= VTD_PENDING_MAX || d->notify_head >= VTD_PENDING_MAX
        || d->pending_count > (s->delay ? VTD_PENDING_MAX : 0)
        || d->notify_count > (s->notify_delay ? VTD_PENDING_MAX : 0)) {
        return false;
    }
    for (unsigned i = 0; i < VTD_PENDING_MAX; i++) {
        if (d->pending[i].kind > VTD_LANDS_POSTED || d->pending[i].eime > 1) {
            return false;
        }
    }
    return true;
}

static bool cache_valid(const VtdIr *s, const VtdDynamic *d)
{
    for (unsigned i = 0; i < VTD_SETS_MAX; i++) {
        const VtdSet *set = &d->set[i];

        if (set->valid >> s->ways || (set->next && set->next >= s->ways)
            || (i >= s->sets && set->valid)) {
            return false;
        }
    }
    return true;
}

/* Bits that no sequence of stimuli can set */
static bool registers_valid(const VtdIr *s, const VtdDynamic *d)
{
    static const struct { uint16_t offset; uint32_t possible; } status[] = {
        { VR_VTD_GSTS_REG, GCMD_CFI | GCMD_SIRTP | GCMD_IRE | GCMD_QIE },
        { VR_VTD_FSTS_REG, FSTS_EVENTS | FSTS_FRI_MASK },
        { VR_VTD_FECTL_REG, ECTL_IM | ECTL_IP },
        { VR_VTD_IECTL_REG, ECTL_IM | ECTL_IP },
        { VR_VTD_IQH_REG, IQ_POINTER },
        { VR_VTD_ICS_REG, ICS_IWC },
        { VR_VTD_IQERCD_REG, 0xf },
        { VR_VTD_IQERCD_REG + 4, 0xffffffff },
        { VR_VTD_CAP_REG, 0xffffffff },
        { VR_VTD_CAP_REG + 4, 0xffffffff },
        { VR_VTD_ECAP_REG, 0xffffffff },
    };
    uint32_t possible[VTD_REG_SPACE / 4];

    memcpy(possible, s->write, sizeof(possible));
    for (size_t i = 0; i < sizeof(status) / sizeof(status[0]); i++) {
        possible[status[i].offset / 4] = status[i].possible;
    }
    for (unsigned i = 0; i < VTD_REG_SPACE / 4; i++) {
        if (d->reg[i] & ~possible[i]) {
            return false;
        }
    }
    return !memcmp(&d->reg[VR_VTD_CAP_REG / 4], &s->d.reg[VR_VTD_CAP_REG / 4],
                   16);
}

static uint32_t reg(const VtdDynamic *d, unsigned offset)
{
    return d->reg[offset / 4];
}

/* What follows from other parts of the state */
static bool consistent(const VtdIr *s, const VtdDynamic *d)
{
    uint32_t fsts = reg(d, VR_VTD_FSTS_REG);
    uint32_t fectl = reg(d, VR_VTD_FECTL_REG);
    uint32_t iectl = reg(d, VR_VTD_IECTL_REG);
    bool fault = false;

    for (unsigned i = 0; i < s->frcd_count; i++) {
        fault |= d->frcd[i][1] >> 63;
    }
    return fault == !!(fsts & FSTS_PPF)
        && (!(fectl & ECTL_IP) || ((fectl & ECTL_IM) && (fsts & FSTS_EVENTS)))
        && (!(iectl & ECTL_IP)
            || ((iectl & ECTL_IM) && reg(d, VR_VTD_ICS_REG)))
        && ((reg(d, VR_VTD_GSTS_REG) & GCMD_QIE)
            || (!d->dma_waits && !reg(d, VR_VTD_IQH_REG)))
        && d->timer == vtd_earliest_due(d);
}

int vtd_load(VrBlock *b, const void *buf, size_t len)
{
    VtdIr *s = (VtdIr *)b;
    const Header expected = header_of(s);
    VtdDynamic d;

    if (len != sizeof(expected) + sizeof(d)
        || memcmp(buf, &expected, sizeof(expected)) != 0) {
        return -EINVAL;
    }
    memcpy(&d, (const uint8_t *)buf + sizeof(expected), sizeof(d));
    if (!queues_valid(s, &d) || !cache_valid(s, &d) || !registers_valid(s, &d)
        || d.next_frcd >= s->frcd_count || d.eime > s->eim || d.dma_waits > 1
        || d.entries > 0x10000 || (d.root & 0xfff) || !consistent(s, &d)) {
        return -EINVAL;
    }
    s->d = d;
    return 0;
}
