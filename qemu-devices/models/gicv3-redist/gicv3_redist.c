/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups, candidates, and what follows from a change of state: the output
 * wires and the SET and CLEAR messages.
 */
#include <string.h>

#include "gicv3_redist_state.h"
#include "gicv3_redist_regs.h"

/* Arm IHI 0069, GICR_IGRPMODR0: the table of group modifier and group. */
uint32_t gicr_in_groups(const GicrState *s, unsigned groups)
{
    uint32_t secure_g1 = gicr_ds(s) ? 0 : ~s->igroup & s->igrpmod;
    uint32_t mask = 0;

    if (groups & (1u << VR_GIC_G0)) {
        mask |= ~s->igroup & ~secure_g1;
    }
    if (groups & (1u << VR_GIC_G1NS)) {
        mask |= s->igroup;
    }
    if (groups & (1u << VR_GIC_G1S)) {
        mask |= secure_g1;
    }
    return mask;
}

unsigned gicr_group(const GicrState *s, unsigned intid)
{
    uint32_t bit = 1u << intid;

    if (s->igroup & bit) {
        return VR_GIC_G1NS;
    }
    if (!gicr_ds(s) && (s->igrpmod & bit)) {
        return VR_GIC_G1S;
    }
    return VR_GIC_G0;
}

/* Pending, enabled and not active; the groups are still to be looked at. */
static uint32_t gicr_ready(const GicrState *s)
{
    return gicr_pending(s) & s->enable & ~s->active;
}

static uint32_t gicr_candidates(const GicrState *s, uint32_t ready)
{
    return ready & gicr_in_groups(s, s->gicd_ctlr & s->cpu_groups);
}

/* The best of @candidates, which are not none. */
static unsigned gicr_best(const GicrState *s, uint32_t candidates)
{
    unsigned best = __builtin_ctz(candidates);

    for (candidates &= candidates - 1; candidates;
         candidates &= candidates - 1) {
        unsigned intid = __builtin_ctz(candidates);

        if (s->prio[intid] < s->prio[best]) {
            best = intid;
        }
    }
    return best;
}

/* Is the SET of current still true? */
static bool gicr_current_stands(const GicrState *s, uint32_t candidates)
{
    const GicrHeld *cur = &s->current;

    return (candidates >> cur->intid & 1) &&
           s->prio[cur->intid] == cur->prio &&
           gicr_group(s, cur->intid) == cur->group;
}

typedef enum GicrAction {
    GICR_SEND_NOTHING,
    GICR_SEND_CLEAR,
    GICR_SEND_SET,
} GicrAction;

/* The handshake's rules 1 to 3; *intid is what to SET. */
static GicrAction gicr_decide(const GicrState *s, uint32_t ready,
                              unsigned *intid)
{
    uint32_t candidates;

    if ((s->waker & GICR_WAKER_PROCESSOR_SLEEP) || s->superseded.held ||
        s->clear_waits) {
        return GICR_SEND_NOTHING;
    }
    candidates = gicr_candidates(s, ready);
    if (s->current.held && !gicr_current_stands(s, candidates)) {
        return GICR_SEND_CLEAR;
    }
    if (candidates == 0) {
        return GICR_SEND_NOTHING;
    }
    *intid = gicr_best(s, candidates);
    if (s->current.held && s->prio[*intid] >= s->current.prio) {
        return GICR_SEND_NOTHING;
    }
    return GICR_SEND_SET;
}

static bool gicr_wants_wake(const GicrState *s, uint32_t ready)
{
    return (s->waker & GICR_WAKER_CHILDREN_ASLEEP) && ready &&
           (ready & gicr_in_groups(s, s->gicd_ctlr & GICD_CTLR_GROUPS));
}

static void gicr_update_wires(GicrState *s, uint32_t ready)
{
    bool wake = gicr_wants_wake(s, ready);
    uint8_t dpg = s->ctlr >> GICR_CTLR_DPG_SHIFT;

    if (wake != s->wake_request) {
        s->wake_request = wake;
        vr_emit_wire(&s->parent, VR_GICR_WIRE_WAKE_REQUEST, wake);
    }
    if (dpg != s->dpg_out) {
        s->dpg_out = dpg;
        vr_emit_wire(&s->parent, VR_GICR_WIRE_DPG, dpg);
    }
}

static void gicr_send_set(GicrState *s, unsigned intid)
{
    s->superseded = s->current;
    s->current = (GicrHeld) {
        .held = true,
        .intid = intid,
        .prio = s->prio[intid],
        .group = gicr_group(s, intid),
    };
    vr_emit_msg(&s->parent, VR_GICR_SET, intid,
                s->current.prio | (uint64_t)s->current.group << 8);
}

bool gicr_would_send(const GicrState *s)
{
    unsigned intid;

    return gicr_decide(s, gicr_ready(s), &intid) != GICR_SEND_NOTHING;
}

void gicr_update(GicrState *s)
{
    uint32_t ready = gicr_ready(s);
    unsigned intid;

    gicr_update_wires(s, ready);
    switch (gicr_decide(s, ready, &intid)) {
    case GICR_SEND_NOTHING:
        break;
    case GICR_SEND_CLEAR:
        s->clear_waits = true;
        vr_emit_msg(&s->parent, VR_GICR_CLEAR, s->current.intid, 0);
        break;
    case GICR_SEND_SET:
        gicr_send_set(s, intid);
        break;
    }
}

/* Bits 1, 3, 5, ... of an ICFGR, packed. */
static uint32_t gicr_pack_odd_bits(uint32_t x)
{
    x = x >> 1 & 0x55555555;
    x = (x | x >> 1) & 0x33333333;
    x = (x | x >> 2) & 0x0f0f0f0f;
    x = (x | x >> 4) & 0x00ff00ff;
    return (x | x >> 8) & 0xffff;
}

void gicr_derive_edge(GicrState *s)
{
    s->edge = gicr_pack_odd_bits(s->icfgr[0]) |
              gicr_pack_odd_bits(s->icfgr[1]) << 16;
}

void gicr_derive(GicrState *s)
{
    gicr_derive_edge(s);
    s->wake_request = gicr_wants_wake(s, gicr_ready(s));
    s->dpg_out = s->ctlr >> GICR_CTLR_DPG_SHIFT;
}

static void gicr_reset_registers(GicrState *s)
{
    const GicrReg *reg;

    for (unsigned i = 0; (reg = gicr_reg_at(i)); i++) {
        if (reg->storage && reg->kind != GICR_KIND_RO) {
            for (unsigned w = 0; w < reg->words; w++) {
                memcpy((char *)s + reg->storage + w * 4, &reg->reset, 4);
            }
        }
    }
    s->statusr[1] = s->statusr[0]; /* the Non-secure copy */
}

void gicr_reset(GicrState *s)
{
    gicr_reset_registers(s);
    s->iidr = s->v.iidr;
    s->typer[0] = (uint32_t)s->v.processor_number << 8 |
                  (uint32_t)s->v.dpg << 5 | (uint32_t)s->v.last << 4;
    s->typer[1] = s->v.affinity;
    s->cpu_groups = 0;
    s->current = (GicrHeld) { 0 };
    s->superseded = (GicrHeld) { 0 };
    s->clear_waits = false;
    s->quiesce_waits = false;
    gicr_derive_edge(s);
}
