/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fault log ("Primary Fault Logging") and the unit's two events ("Fault
 * Events"; "Queued Invalidation Interface", the wait descriptor).
 */
#include "vtd_ir_state.h"

#define FRCD_F (1ull << 63)
#define FRCD_FR_SHIFT 32

/* Registers of an event follow each other: control, data, address, upper */
typedef struct Event {
    unsigned control;
    uint32_t opcode;
} Event;

static const Event fault_event = { VR_VTD_FECTL_REG, VR_VTD_FAULT_EVENT };
static const Event completion_event = {
    VR_VTD_IECTL_REG, VR_VTD_COMPLETION_EVENT,
};

static void send_if_unmasked(VtdIr *s, const Event *e)
{
    uint32_t *control = vtd_reg(s, e->control);

    if ((*control & (ECTL_IP | ECTL_IM)) == ECTL_IP) {
        *control &= ~ECTL_IP;
        vr_emit_msg(&s->parent, e->opcode, vtd_reg64(s, e->control + 8),
                    *vtd_reg(s, e->control + 4));
    }
}

static void raise_event(VtdIr *s, const Event *e)
{
    *vtd_reg(s, e->control) |= ECTL_IP;
    send_if_unmasked(s, e);
}

void vtd_events_unmask(VtdIr *s)
{
    send_if_unmasked(s, &fault_event);
    send_if_unmasked(s, &completion_event);
}

void vtd_fsts_set(VtdIr *s, uint32_t bits)
{
    uint32_t *fsts = vtd_reg(s, VR_VTD_FSTS_REG);
    bool first = !(*fsts & FSTS_EVENTS);

    *fsts |= bits;
    if (first && (bits & FSTS_EVENTS & ~FSTS_PFO)) {
        raise_event(s, &fault_event);
    }
}

static bool any_fault(const VtdIr *s)
{
    for (unsigned i = 0; i < s->frcd_count; i++) {
        if (s->d.frcd[i][1] & FRCD_F) {
            return true;
        }
    }
    return false;
}

void vtd_events_update(VtdIr *s)
{
    uint32_t *fsts = vtd_reg(s, VR_VTD_FSTS_REG);

    if (!any_fault(s)) {
        *fsts &= ~FSTS_PPF;
    }
    if (!(*fsts & FSTS_EVENTS)) {
        *vtd_reg(s, VR_VTD_FECTL_REG) &= ~ECTL_IP;
    }
    if (!(*vtd_reg(s, VR_VTD_ICS_REG) & ICS_IWC)) {
        *vtd_reg(s, VR_VTD_IECTL_REG) &= ~ECTL_IP;
    }
}

void vtd_fault_record(VtdIr *s, uint64_t lo, uint64_t hi)
{
    uint32_t *fsts = vtd_reg(s, VR_VTD_FSTS_REG);
    uint64_t *record = s->d.frcd[s->d.next_frcd];

    if (*fsts & FSTS_PFO) {
        return;
    }
    if (record[1] & FRCD_F) {
        vtd_fsts_set(s, FSTS_PFO);
        return;
    }
    record[0] = lo;
    record[1] = hi | FRCD_F;
    if (!(*fsts & FSTS_PPF)) {
        *fsts = (*fsts & ~FSTS_FRI_MASK)
            | (uint32_t)s->d.next_frcd << FSTS_FRI_SHIFT;
    }
    s->d.next_frcd = (s->d.next_frcd + 1) % s->frcd_count;
    vtd_fsts_set(s, FSTS_PPF);
}

void vtd_fault(VtdIr *s, unsigned reason, uint16_t index, uint16_t sid)
{
    vtd_fault_record(s, (uint64_t)index << 48,
                     (uint64_t)reason << FRCD_FR_SHIFT | sid);
}

void vtd_completion(VtdIr *s)
{
    uint32_t *ics = vtd_reg(s, VR_VTD_ICS_REG);

    if (!(*ics & ICS_IWC)) {
        *ics |= ICS_IWC;
        raise_event(s, &completion_event);
    }
}
