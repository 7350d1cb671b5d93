/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The invalidation queue (6.5.2 Queued Invalidation Interface): the two
 * descriptors that are of interrupts, and the hand-over of the others.
 */
#include "vtd_ir_state.h"

#define IEC_G (1ull << 4)
#define IEC_RSVD 0xffff000007ffffe0ull
#define WAIT_IF (1ull << 4)
#define WAIT_SW (1ull << 5)
#define WAIT_RSVD 0x00000000ffffff80ull
#define WAIT_RSVD_HI 3ull

enum {
    DESC_CONTEXT = 1,
    DESC_IOTLB = 2,
    DESC_DEVICE_TLB = 3,
    DESC_IEC = 4,
    DESC_WAIT = 5,
    DESC_PASID_IOTLB = 6,
    DESC_PASID_CACHE = 7,
    DESC_PASID_DEVICE_TLB = 8,
};

static void queue_error(VtdIr *s, unsigned iqei)
{
    uint32_t *iqercd = vtd_reg(s, VR_VTD_IQERCD_REG);

    *iqercd = (*iqercd & ~0xfu) | iqei;
    vtd_fsts_set(s, FSTS_IQE);
}

static bool wide(const VtdIr *s)
{
    return s->d.reg[VR_VTD_IQA_REG / 4] & IQA_DW;
}

static uint32_t queue_size(const VtdIr *s)
{
    return 0x1000u << (s->d.reg[VR_VTD_IQA_REG / 4] & IQA_QS);
}

static void advance(VtdIr *s)
{
    uint32_t *head = vtd_reg(s, VR_VTD_IQH_REG);

    *head += wide(s) ? 32 : 16;
    if (*head >= queue_size(s)) {
        *head = 0;
    }
}

/* IQEI, or 0 */
static unsigned invalidate_entries(VtdIr *s, const uint64_t *d)
{
    unsigned im = d[0] >> 27 & 0x1f;
    uint16_t iidx = d[0] >> 32;

    if ((d[0] & IEC_RSVD) || d[1] || d[2] || d[3]) {
        return VR_VTD_IQEI_RESERVED;
    }
    if (!(d[0] & IEC_G)) {
        vtd_iec_flush(s);
        return 0;
    }
    if (im > s->mhmv) {
        return VR_VTD_IQEI_RESERVED;
    }
    vtd_iec_flush_masked(s, iidx, im);
    return 0;
}

static unsigned wait(VtdIr *s, const uint64_t *d)
{
    uint32_t data = d[0] >> 32;

    if ((d[0] & WAIT_RSVD) || (d[1] & WAIT_RSVD_HI) || d[2] || d[3]) {
        return VR_VTD_IQEI_RESERVED;
    }
    vtd_drain(s);
    if ((d[0] & WAIT_SW)
        && !vr_emit_mem_write(&s->parent, d[1], &data, sizeof(data))) {
        vr_guest_error(&s->parent, "a wait descriptor's status address 0x%llx "
                       "cannot be written", (unsigned long long)d[1]);
    }
    if (d[0] & WAIT_IF) {
        vtd_completion(s);
    }
    return 0;
}

static void hand_over(VtdIr *s, const uint64_t *d)
{
    if (wide(s)) {
        vr_emit_msg(&s->parent, VR_VTD_DMA_DESC_HIGH, d[2], d[3]);
    }
    s->d.dma_waits = true;
    vr_emit_msg(&s->parent, VR_VTD_DMA_DESC, d[0], d[1]);
}

/* One descriptor; IQEI, or 0 */
static unsigned work(VtdIr *s, const uint64_t *d)
{
    unsigned iqei;

    switch ((d[0] & 0xf) | (d[0] >> 9 & 7) << 4) {
    case DESC_IEC:
        iqei = invalidate_entries(s, d);
        break;
    case DESC_WAIT:
        iqei = wait(s, d);
        break;
    case DESC_CONTEXT:
    case DESC_IOTLB:
    case DESC_DEVICE_TLB:
    case DESC_PASID_IOTLB:
    case DESC_PASID_CACHE:
    case DESC_PASID_DEVICE_TLB:
        hand_over(s, d);
        return 0;
    default:
        return VR_VTD_IQEI_TYPE;
    }
    if (!iqei) {
        advance(s);
    }
    return iqei;
}

static unsigned fetch_and_work(VtdIr *s)
{
    uint32_t head = *vtd_reg(s, VR_VTD_IQH_REG);
    uint32_t tail = *vtd_reg(s, VR_VTD_IQT_REG);
    uint64_t addr = (vtd_reg64(s, VR_VTD_IQA_REG) & ~0xfffull) + head;
    uint64_t d[4] = { 0 };

    if (tail >= queue_size(s)) {
        return VR_VTD_IQEI_TAIL;
    }
    if (wide(s) && tail % 32) {
        return VR_VTD_IQEI_TAIL_ALIGN;
    }
    if (!vr_emit_mem_read(&s->parent, addr, d, wide(s) ? 32 : 16)) {
        return VR_VTD_IQEI_FETCH;
    }
    return work(s, d);
}

void vtd_invq_run(VtdIr *s)
{
    uint32_t *head = vtd_reg(s, VR_VTD_IQH_REG);
    const uint32_t *tail = vtd_reg(s, VR_VTD_IQT_REG);
    const uint32_t *fsts = vtd_reg(s, VR_VTD_FSTS_REG);

    while ((*vtd_reg(s, VR_VTD_GSTS_REG) & GCMD_QIE) && !s->d.dma_waits
           && !(*fsts & (FSTS_IQE | FSTS_ITE))) {
        unsigned iqei;

        if (wide(s)) {
            *head &= ~0x10u;
        }
        if (*head == *tail) {
            break;
        }
        iqei = fetch_and_work(s);
        if (iqei) {
            queue_error(s, iqei);
        }
    }
}

void vtd_invq_disable(VtdIr *s)
{
    *vtd_reg(s, VR_VTD_IQH_REG) = 0;
    s->d.dma_waits = false;
}

void vtd_invq_dma_done(VtdIr *s, uint64_t data)
{
    uint32_t *sids = vtd_reg(s, VR_VTD_IQERCD_REG + 4); /* ICESID:ITESID */
    uint32_t fsts = *vtd_reg(s, VR_VTD_FSTS_REG);
    uint16_t sid = data >> 16;

    if (!s->d.dma_waits) {
        return;
    }
    s->d.dma_waits = false;
    switch (data & 0xf) {
    case 1:
        queue_error(s, data >> 4 & 0xf);
        return;
    case 2:
        *sids = (*sids & 0xffff0000) | sid;
        advance(s);
        vtd_fsts_set(s, FSTS_ITE);
        return;
    case 3:
        /* Of several only the first is told (IQERCD_REG.ICESID). */
        if (!(fsts & FSTS_ICE)) {
            *sids = (*sids & 0xffff) | (uint32_t)sid << 16;
        }
        advance(s);
        vtd_fsts_set(s, FSTS_ICE);
        return;
    default:
        advance(s);
        return;
    }
}
