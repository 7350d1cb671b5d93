/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes in at the cut line, and the sleep handshake.
 */
#include "gicv3_redist_state.h"

static bool gicr_holds(const GicrHeld *held, uint64_t intid)
{
    return held->held && held->intid == intid;
}

/* Forget what is held of this INTID, superseded first; false if nothing is. */
static bool gicr_give_back(GicrState *s, uint64_t intid)
{
    GicrHeld *held = &s->superseded;

    if (!gicr_holds(held, intid)) {
        held = &s->current;
        if (!gicr_holds(held, intid)) {
            return false;
        }
    }
    *held = (GicrHeld) { 0 };
    return true;
}

static void gicr_activate(GicrState *s, uint64_t intid)
{
    if (gicr_give_back(s, intid)) {
        s->active |= 1u << intid;
        s->latch &= ~(1u << intid);
    }
    vr_emit_msg(&s->parent, VR_GICR_ACTIVATE_ACK, intid, 0);
}

static void gicr_deactivate(GicrState *s, uint64_t intid, uint64_t groups)
{
    if (intid < GICR_NUM_IRQ && (groups >> gicr_group(s, intid) & 1)) {
        s->active &= ~(1u << intid);
    }
    vr_emit_msg(&s->parent, VR_GICR_DEACTIVATE_ACK, intid, 0);
}

static void gicr_clear_ack(GicrState *s)
{
    if (s->clear_waits) {
        s->clear_waits = false;
        s->current = (GicrHeld) { 0 };
    }
}

static void gicr_quiesce_ack(GicrState *s)
{
    if (s->quiesce_waits) {
        s->quiesce_waits = false;
        s->waker |= GICR_WAKER_CHILDREN_ASLEEP;
        s->current = (GicrHeld) { 0 };
        s->superseded = (GicrHeld) { 0 };
        s->clear_waits = false;
    }
}

static void gicr_upstream_control(GicrState *s, uint64_t id, uint64_t data)
{
    if (id == 0) {
        s->cpu_groups = data & GICD_CTLR_GROUPS;
    }
    vr_emit_msg(&s->parent, VR_GICR_UPSTREAM_CONTROL_ACK, id, 0);
}

/* 0b11 is reserved; the manual recommends to treat it as 0b10. */
static unsigned gicr_ns_access(const GicrState *s, unsigned intid)
{
    return s->nsacr >> intid * 2 & 3;
}

/*
 * Arm IHI 0069, "Use of control registers for SGI forwarding": the tables for
 * Non-secure and for Secure accesses. @asked is the group of the register that
 * was written, as seen from the Security state that wrote it.
 */
static bool gicr_sgi_allowed(const GicrState *s, unsigned intid,
                             unsigned asked, bool nonsecure)
{
    unsigned group = gicr_group(s, intid);

    if (gicr_ds(s)) {
        /* One Security state: every register reaches Group 0. */
        return group == VR_GIC_G0 || asked == VR_GIC_G1NS;
    }
    if (!nonsecure) {
        return asked == group;
    }
    switch (group) {
    case VR_GIC_G0:
        return gicr_ns_access(s, intid) >= 1;
    case VR_GIC_G1S:
        return asked != VR_GIC_G0 && gicr_ns_access(s, intid) >= 2;
    default:
        return asked == VR_GIC_G1NS;
    }
}

static void gicr_sgi(GicrState *s, uint64_t intid, uint64_t data)
{
    unsigned asked = data & 3;

    if (intid < GICR_NUM_SGI && asked <= VR_GIC_G1S &&
        gicr_sgi_allowed(s, intid, asked, data & 4)) {
        s->latch |= 1u << intid;
    }
}

void gicr_message(GicrState *s, const VrEvent *msg)
{
    switch (msg->id) {
    case VR_GICR_ACTIVATE:
        gicr_activate(s, msg->addr);
        break;
    case VR_GICR_RELEASE:
        gicr_give_back(s, msg->addr);
        break;
    case VR_GICR_CLEAR_ACK:
        gicr_clear_ack(s);
        break;
    case VR_GICR_DEACTIVATE:
        gicr_deactivate(s, msg->addr, msg->data[0]);
        break;
    case VR_GICR_GENERATE_SGI:
        vr_emit_msg(&s->parent, VR_GICR_NET_SGI, msg->addr, msg->data[0]);
        vr_emit_msg(&s->parent, VR_GICR_GENERATE_SGI_ACK, 0, 0);
        break;
    case VR_GICR_UPSTREAM_CONTROL:
        gicr_upstream_control(s, msg->addr, msg->data[0]);
        break;
    case VR_GICR_QUIESCE_ACK:
        gicr_quiesce_ack(s);
        break;
    case VR_GICR_SGI:
        gicr_sgi(s, msg->addr, msg->data[0]);
        break;
    default: /* DOWNSTREAM_CONTROL_ACK, too, changes nothing */
        break;
    }
}

static void gicr_ppi(GicrState *s, uint32_t intid, bool level)
{
    uint32_t bit = 1u << intid;

    if (!level) {
        s->wires &= ~bit;
    } else if (!(s->wires & bit)) {
        s->wires |= bit;
        s->latch |= bit & s->edge;
    }
}

static void gicr_distributor(GicrState *s, uint32_t gicd_ctlr)
{
    bool ds = gicr_ds(s);

    s->gicd_ctlr = gicd_ctlr & GICD_CTLR_KNOWN;
    if (gicr_ds(s) != ds) {
        vr_emit_msg(&s->parent, VR_GICR_DOWNSTREAM_CONTROL, 0, gicr_ds(s));
    }
}

void gicr_wire(GicrState *s, uint32_t wire, uint64_t value)
{
    if (wire >= VR_GICR_WIRE_PPI_FIRST && wire <= VR_GICR_WIRE_PPI_LAST) {
        gicr_ppi(s, wire, value & 1);
    } else if (wire == VR_GICR_WIRE_GICD_CTLR) {
        gicr_distributor(s, value);
    }
}

/* GICR_WAKER.ProcessorSleep has changed to @sleep. */
void gicr_set_processor_sleep(GicrState *s, bool sleep)
{
    if (sleep) {
        if (s->cpu_groups) {
            vr_guest_error(&s->parent, "GICR_WAKER: ProcessorSleep set while "
                           "the CPU interface enables groups (UNPREDICTABLE)");
        }
        s->quiesce_waits = true;
        vr_emit_msg(&s->parent, VR_GICR_QUIESCE, 0, 0);
        return;
    }
    if (!(s->waker & GICR_WAKER_CHILDREN_ASLEEP)) {
        vr_guest_error(&s->parent, "GICR_WAKER: ProcessorSleep cleared before "
                       "ChildrenAsleep was 1 (UNPREDICTABLE)");
    }
    s->waker &= ~GICR_WAKER_CHILDREN_ASLEEP;
    s->quiesce_waits = false;
}
