/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was accepted, until it lands: delays, and the posting of an interrupt
 * (5.2.3 "Interrupt-Posting Hardware Operation"; "Posted Interrupt
 * Descriptor").
 */
#include "vtd_ir_state.h"

/* The quadword of the descriptor at byte 32 */
#define PID_CONTROL 32
#define PID_ON (1ull << 0)
#define PID_SN (1ull << 1)
#define PID_CONTROL_RSVD 0x00000000ff00fffcull
#define PID_NDST_XAPIC_RSVD 0xffff00ff00000000ull

static void send(VtdIr *s, const VtdNotification *n)
{
    vr_emit_msg(&s->parent, VR_VTD_NOTIFY, n->destination, n->vector);
}

static void send_oldest(VtdIr *s)
{
    VtdNotification n = s->d.notify[s->d.notify_head];

    s->d.notify_head = (s->d.notify_head + 1) % VTD_PENDING_MAX;
    s->d.notify_count--;
    send(s, &n);
}

static void notify(VtdIr *s, uint64_t control, bool eime, uint64_t delay)
{
    uint32_t ndst = control >> 32;
    const VtdNotification n = {
        .due = s->d.now + delay,
        .destination = eime ? ndst : ndst >> 8 & 0xff,
        .vector = control >> 16 & 0xff,
    };

    if (delay == 0) {
        send(s, &n);
        return;
    }
    if (s->d.notify_count == VTD_PENDING_MAX) {
        send_oldest(s);
    }
    s->d.notify[(s->d.notify_head + s->d.notify_count) % VTD_PENDING_MAX] = n;
    s->d.notify_count++;
}

typedef uint64_t (*Change)(uint64_t value, uint64_t arg);

static uint64_t set_bits(uint64_t value, uint64_t bits)
{
    return value | bits;
}

static bool wants_notification(uint64_t control, uint64_t urgent)
{
    return !(control & PID_ON) && (urgent || !(control & PID_SN));
}

static uint64_t set_on(uint64_t control, uint64_t urgent)
{
    return wants_notification(control, urgent) ? control | PID_ON : control;
}

/* Change a quadword atomically; *value: what is there before, as it is known
 * and then as it was. False where memory refuses, or never holds still. */
static bool update(VtdIr *s, uint64_t addr, uint64_t *value, Change change,
                   uint64_t arg)
{
    for (unsigned i = 0; i < s->cas_tries; i++) {
        uint64_t desired = change(*value, arg), found;

        if (!vr_emit_mem_cas(&s->parent, addr, value, &desired, &found, 8)) {
            return false;
        }
        if (found == *value) {
            return true;
        }
        *value = found;
    }
    return false;
}

/* The fault, or 0 */
static unsigned post(VtdIr *s, const VtdPending *p, uint64_t delay)
{
    uint64_t pid = (p->irte.lo >> 38 & 0x3ffffff) << 6
        | p->irte.hi >> 32 << 32;
    unsigned vector = p->irte.lo >> 16 & 0xff;
    uint64_t urgent = p->irte.lo & IRTE_URG;
    uint64_t pir_at = pid + vector / 64 * 8;
    uint64_t pir, half[2], last[2], control;
    bool ok;

    ok = vr_emit_mem_read(&s->parent, pir_at, &pir, sizeof(pir));
    ok &= vr_emit_mem_read(&s->parent, pid + PID_CONTROL, half, sizeof(half));
    ok &= vr_emit_mem_read(&s->parent, pid + 48, last, sizeof(last));
    if (!ok) {
        return VR_VTD_FR_IR_PID_ACCESS;
    }
    control = half[0];
    if ((control & PID_CONTROL_RSVD) || half[1] || last[0] || last[1]
        || (!p->eime && (control & PID_NDST_XAPIC_RSVD))) {
        return VR_VTD_FR_IR_PID_RSVD;
    }
    if (!update(s, pir_at, &pir, set_bits, 1ull << vector % 64)
        || !update(s, pid + PID_CONTROL, &control, set_on, urgent)) {
        return VR_VTD_FR_IR_PID_ACCESS;
    }
    if (wants_notification(control, urgent)) {
        notify(s, control, p->eime, delay);
    }
    return 0;
}

static void land(VtdIr *s, const VtdPending *p, uint64_t notify_delay)
{
    unsigned reason;

    switch (p->kind) {
    case VTD_LANDS_PASS:
        vr_emit_msg(&s->parent, VR_VTD_PASS, p->addr, p->data);
        break;
    case VTD_LANDS_REMAPPED:
        vr_emit_msg(&s->parent, VR_VTD_REMAPPED, p->addr, p->data);
        break;
    case VTD_LANDS_POSTED:
        reason = post(s, p, notify_delay);
        if (reason && !(p->irte.lo & IRTE_FPD)) {
            vtd_fault(s, reason, p->index, p->sid);
        }
        break;
    }
}

static void land_oldest(VtdIr *s, uint64_t notify_delay)
{
    VtdPending p = s->d.pending[s->d.pending_head];

    s->d.pending_head = (s->d.pending_head + 1) % VTD_PENDING_MAX;
    s->d.pending_count--;
    land(s, &p, notify_delay);
}

void vtd_accept(VtdIr *s, const VtdPending *p)
{
    VtdPending *slot;

    if (s->delay == 0) {
        land(s, p, s->notify_delay);
        return;
    }
    if (s->d.pending_count == VTD_PENDING_MAX) {
        land_oldest(s, s->notify_delay);
    }
    slot = &s->d.pending[(s->d.pending_head + s->d.pending_count)
                         % VTD_PENDING_MAX];
    *slot = *p;
    slot->due = s->d.now + s->delay;
    s->d.pending_count++;
}

void vtd_time(VtdIr *s, uint64_t now)
{
    if (now <= s->d.now) {
        return;
    }
    s->d.now = now;
    while (s->d.notify_count && s->d.notify[s->d.notify_head].due <= now) {
        send_oldest(s);
    }
    while (s->d.pending_count && s->d.pending[s->d.pending_head].due <= now) {
        land_oldest(s, s->notify_delay);
    }
}

void vtd_drain(VtdIr *s)
{
    while (s->d.notify_count) {
        send_oldest(s);
    }
    while (s->d.pending_count) {
        land_oldest(s, 0);
    }
}

uint64_t vtd_earliest_due(const VtdDynamic *d)
{
    uint64_t due = 0;

    if (d->pending_count) {
        due = d->pending[d->pending_head].due;
    }
    if (d->notify_count
        && (!due || d->notify[d->notify_head].due < due)) {
        due = d->notify[d->notify_head].due;
    }
    return due;
}

void vtd_timer_update(VtdIr *s)
{
    uint64_t timer = vtd_earliest_due(&s->d);

    if (timer != s->d.timer) {
        s->d.timer = timer;
        vr_emit_wire(&s->parent, VR_VTD_WIRE_TIMER, timer);
    }
}
