/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupt requests: formats (5.1.2), the table (5.1.3) and its entries
 * ("Interrupt Remapping Table Entry"), source-id verification (the same, SVT
 * and SQ), faults (5.1.4.1 "Interrupt Remapping Fault Conditions").
 */
#include "vtd_ir_state.h"

#define REQUEST_SHV (1u << 3)
#define REQUEST_REMAPPABLE (1u << 4)

/* Reserved bits of each format, apart from those that depend on more */
#define REMAPPED_RSVD_LO 0x00000000ff007000ull
#define REMAPPED_RSVD_HI 0xfffffffffff00000ull
#define POSTED_RSVD_LO 0x0000003fff0030fcull
#define POSTED_RSVD_HI 0x00000000fff00000ull

static unsigned field(uint64_t value, unsigned shift, unsigned width)
{
    return value >> shift & ((1u << width) - 1);
}

/* VtdIrte.hi: the source-id and how it is verified */
static unsigned irte_sid(const VtdIrte *e)
{
    return field(e->hi, 0, 16);
}

static unsigned irte_sq(const VtdIrte *e)
{
    return field(e->hi, 16, 2);
}

static unsigned irte_svt(const VtdIrte *e)
{
    return field(e->hi, 18, 2);
}

static bool remapped_reserved(const VtdIrte *e, bool eime)
{
    unsigned dlm = field(e->lo, 5, 3);
    uint32_t dst = e->lo >> 32;

    return (e->lo & REMAPPED_RSVD_LO) || (e->hi & REMAPPED_RSVD_HI)
        || dlm == 3 || dlm == 6 || (!eime && (dst & 0xffff00ff));
}

static bool posted_reserved(const VtdIrte *e)
{
    return (e->lo & POSTED_RSVD_LO) || (e->hi & POSTED_RSVD_HI);
}

static bool entry_reserved(const VtdIr *s, const VtdIrte *e, bool eime)
{
    if (irte_svt(e) == 3) {
        return true;
    }
    if (e->lo & IRTE_IM_POSTED) {
        return !s->pi || posted_reserved(e);
    }
    return remapped_reserved(e, eime);
}

bool vtd_irte_usable(const VtdIr *s, const VtdIrte *e, bool eime)
{
    return (e->lo & IRTE_P) && !entry_reserved(s, e, eime);
}

static bool source_allowed(const VtdIrte *e, uint16_t sid)
{
    static const uint16_t compared[] = { 0xffff, 0xfffb, 0xfff9, 0xfff8 };
    unsigned bus = sid >> 8;

    switch (irte_svt(e)) {
    case 1:
        return !((irte_sid(e) ^ sid) & compared[irte_sq(e)]);
    case 2:
        return bus >= irte_sid(e) >> 8 && bus <= (irte_sid(e) & 0xff);
    default:
        return true;
    }
}

static void fault_unless_fpd(VtdIr *s, const VtdIrte *e, unsigned reason,
                             uint16_t index, uint16_t sid)
{
    if (!(e->lo & IRTE_FPD)) {
        vtd_fault(s, reason, index, sid);
    }
}

/* An entry that may be used: from the cache, or read, checked and cached */
static bool get_entry(VtdIr *s, uint16_t index, uint16_t sid, VtdIrte *e)
{
    if (vtd_iec_lookup(s, index, e)) {
        return true;
    }
    if (!vr_emit_mem_read(&s->parent, s->d.root + 16ull * index, e,
                          sizeof(*e))) {
        vtd_fault(s, VR_VTD_FR_IR_ROOT_INVAL, index, sid);
        return false;
    }
    if (!(e->lo & IRTE_P)) {
        fault_unless_fpd(s, e, VR_VTD_FR_IR_ENTRY_P, index, sid);
        return false;
    }
    if (entry_reserved(s, e, s->d.eime)) {
        fault_unless_fpd(s, e, VR_VTD_FR_IR_IRTE_RSVD, index, sid);
        return false;
    }
    vtd_iec_fill(s, index, e);
    return true;
}

static void accept_entry(VtdIr *s, const VtdIrte *e, uint16_t index,
                         uint16_t sid)
{
    VtdPending p = { .index = index, .sid = sid, .eime = s->d.eime };
    uint32_t dst = e->lo >> 32;

    if (e->lo & IRTE_IM_POSTED) {
        p.kind = VTD_LANDS_POSTED;
        p.irte = *e;
    } else {
        p.kind = VTD_LANDS_REMAPPED;
        p.addr = s->d.eime ? dst : dst >> 8 & 0xff;
        p.data = field(e->lo, 16, 8)         /* V */
            | field(e->lo, 5, 3) << 8        /* DLM */
            | field(e->lo, 2, 1) << 11       /* DM */
            | field(e->lo, 3, 1) << 12       /* RH */
            | field(e->lo, 4, 1) << 15;      /* TM */
    }
    vtd_accept(s, &p);
}

static void remappable(VtdIr *s, uint64_t addr, uint32_t data, uint16_t sid)
{
    uint32_t index = field(addr, 5, 15) | field(addr, 2, 1) << 15;
    VtdIrte e;

    if (addr & REQUEST_SHV) {
        if (data >> 16) {
            vtd_fault(s, VR_VTD_FR_IR_REQ_RSVD, 0, sid);
            return;
        }
        index += data;
    }
    if (index >= s->d.entries) {
        vtd_fault(s, VR_VTD_FR_IR_INDEX_OVER, index, sid);
        return;
    }
    if (!get_entry(s, index, sid, &e)) {
        return;
    }
    if (!source_allowed(&e, sid)) {
        fault_unless_fpd(s, &e, VR_VTD_FR_IR_SID_ERR, index, sid);
        return;
    }
    accept_entry(s, &e, index, sid);
}

void vtd_request(VtdIr *s, uint64_t addr, uint64_t data)
{
    uint32_t gsts = *vtd_reg(s, VR_VTD_GSTS_REG);
    uint16_t sid = data >> 32;
    const VtdPending pass = {
        .kind = VTD_LANDS_PASS, .addr = addr, .data = (uint32_t)data,
    };

    if (!(gsts & GCMD_IRE)) {
        vtd_accept(s, &pass);
    } else if (addr >> 20 != 0xfee) {
        vtd_fault(s, VR_VTD_FR_IR_REQ_RSVD, 0, sid);
    } else if (addr & REQUEST_REMAPPABLE) {
        remappable(s, addr, data, sid);
    } else if (s->d.eime || !(gsts & GCMD_CFI)) {
        vtd_fault(s, VR_VTD_FR_IR_REQ_COMPAT, 0, sid);
    } else {
        vtd_accept(s, &pass);
    }
}
