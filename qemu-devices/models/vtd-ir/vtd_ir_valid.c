/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a saved state is one that stimuli can bring about: each rule of the
 * pins that holds between two stimuli.
 */
#include "vtd_ir_state.h"

#define FRCD_F (1ull << 63)
#define REMAPPED_DATA 0x9fffu /* V, DLM, DM, RH, TM */

static uint32_t reg(const VtdDynamic *d, unsigned offset)
{
    return d->reg[offset / 4];
}

/* Bits that a register can have */
static bool registers_valid(const VtdIr *s, const VtdDynamic *d)
{
    static const struct {
        uint16_t offset;
        uint32_t possible;
    } status[] = {
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

static bool table_valid(const VtdIr *s, const VtdDynamic *d)
{
    if (!(reg(d, VR_VTD_GSTS_REG) & GCMD_SIRTP)) {
        return d->root == 0 && d->entries == 0 && d->eime == 0;
    }
    return !(d->root & 0xfff) && d->eime <= s->eim && d->entries >= 2 &&
           d->entries <= 0x10000 && !(d->entries & (d->entries - 1));
}

/* An event is pending only while it is masked and has a reason. */
static bool event_valid(uint32_t control, uint32_t reasons)
{
    return !(control & ECTL_IP) || ((control & ECTL_IM) && reasons);
}

static bool log_valid(const VtdIr *s, const VtdDynamic *d)
{
    uint32_t fsts = reg(d, VR_VTD_FSTS_REG);
    bool any = false;

    for (unsigned i = 0; i < VTD_FRCD_MAX; i++) {
        if (i >= s->frcd_count && (d->frcd[i][0] || d->frcd[i][1])) {
            return false;
        }
        any |= (d->frcd[i][1] & FRCD_F) != 0;
    }
    return d->next_frcd < s->frcd_count &&
           (fsts & FSTS_FRI_MASK) >> FSTS_FRI_SHIFT < s->frcd_count &&
           any == ((fsts & FSTS_PPF) != 0) &&
           event_valid(reg(d, VR_VTD_FECTL_REG), fsts & FSTS_EVENTS) &&
           event_valid(reg(d, VR_VTD_IECTL_REG), reg(d, VR_VTD_ICS_REG));
}

/* The queue is off, stopped, waiting, or has nothing left to do. */
static bool queue_valid(const VtdDynamic *d)
{
    bool stopped = reg(d, VR_VTD_FSTS_REG) & (FSTS_IQE | FSTS_ITE);
    uint32_t head = reg(d, VR_VTD_IQH_REG);

    if (!(reg(d, VR_VTD_GSTS_REG) & GCMD_QIE)) {
        return head == 0 && !d->dma_waits;
    }
    if (stopped || d->dma_waits) {
        return d->dma_waits <= 1 && !(stopped && d->dma_waits);
    }
    return head == reg(d, VR_VTD_IQT_REG) &&
           !((reg(d, VR_VTD_IQA_REG) & IQA_DW) && (head & 0x10));
}

static bool request_valid(const VtdIr *s, const VtdDynamic *d,
                          const VtdPending *p)
{
    bool ires = reg(d, VR_VTD_GSTS_REG) & GCMD_IRE;
    bool cfis = reg(d, VR_VTD_GSTS_REG) & GCMD_CFI;
    unsigned dlm = p->data >> 8 & 7;

    switch (p->kind) {
    case VTD_LANDS_PASS:
        return (!ires || (!d->eime && cfis)) && p->data <= UINT32_MAX &&
               !p->eime && !p->index && !p->sid && !p->irte.lo && !p->irte.hi;
    case VTD_LANDS_REMAPPED:
        return ires && p->eime == d->eime && !p->irte.lo && !p->irte.hi &&
               p->addr <= (p->eime ? UINT32_MAX : 0xff) &&
               !(p->data & ~(uint64_t)REMAPPED_DATA) && dlm != 3 && dlm != 6;
    case VTD_LANDS_POSTED:
        return ires && p->eime == d->eime && !p->addr && !p->data &&
               (p->irte.lo & IRTE_IM_POSTED) &&
               vtd_irte_usable(s, &p->irte, p->eime);
    default:
        return false;
    }
}

/* Due times are later than the present, and in the order of arrival. */
static bool requests_valid(const VtdIr *s, const VtdDynamic *d)
{
    uint64_t earliest = d->now + 1;

    if (d->pending_count > (s->delay ? VTD_PENDING_MAX : 0)) {
        return false;
    }
    for (unsigned i = 0; i < d->pending_count; i++) {
        const VtdPending *p = &d->pending[i];

        if (p->due < earliest || p->due - d->now > s->delay ||
            !request_valid(s, d, p)) {
            return false;
        }
        earliest = p->due;
    }
    return true;
}

static bool notifications_valid(const VtdIr *s, const VtdDynamic *d)
{
    uint64_t earliest = d->now + 1;

    if (d->notify_count > (s->notify_delay ? VTD_PENDING_MAX : 0) ||
        (d->notify_count && (!s->pi ||
                             !(reg(d, VR_VTD_GSTS_REG) & GCMD_IRE)))) {
        return false;
    }
    for (unsigned i = 0; i < d->notify_count; i++) {
        const VtdNotification *n = &d->notify[i];

        if (n->due < earliest || n->due - d->now > s->notify_delay ||
            n->vector > 0xff || (!d->eime && n->destination > 0xff)) {
            return false;
        }
        earliest = n->due;
    }
    return true;
}

/* Once in the set, in the right set, and such that it would be cached */
static bool way_valid(const VtdIr *s, const VtdDynamic *d, unsigned set_number,
                      unsigned way)
{
    const VtdSet *set = &d->set[set_number];
    uint16_t index = set->index[way];

    for (unsigned other = 0; other < way; other++) {
        if ((set->valid >> other & 1) && set->index[other] == index) {
            return false;
        }
    }
    return (index & (s->sets - 1)) == set_number &&
           (!s->esirtps || index < d->entries) &&
           vtd_irte_usable(s, &set->irte[way], s->eim);
}

static bool set_valid(const VtdIr *s, const VtdDynamic *d, unsigned number)
{
    const VtdSet *set = &d->set[number];

    if (set->valid >> s->ways || (number >= s->sets && set->valid) ||
        (set->valid && d->entries == 0) ||
        (set->next && (!s->round_robin || set->next >= s->ways ||
                       number >= s->sets))) {
        return false;
    }
    for (unsigned way = 0; way < s->ways; way++) {
        if ((set->valid >> way & 1) && !way_valid(s, d, number, way)) {
            return false;
        }
    }
    return true;
}

bool vtd_state_valid(const VtdIr *s, const VtdDynamic *d)
{
    for (unsigned i = 0; i < VTD_SETS_MAX; i++) {
        if (!set_valid(s, d, i)) {
            return false;
        }
    }
    return registers_valid(s, d) && table_valid(s, d) && log_valid(s, d) &&
           queue_valid(d) && requests_valid(s, d) &&
           notifications_valid(s, d);
}
