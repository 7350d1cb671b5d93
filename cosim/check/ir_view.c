/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ir_view.h"

#include "view.h"
#include "vtd_ir.h"

#define IRTE_SIZE 16
#define IRTA_ADDRESS (~UINT64_C(0xfff))
#define IRTA_EIME (1u << 11)
#define PID_SIZE 64
#define PID_CONTROL 32
#define PID_ON 1
#define PID_SN 2
#define STATUS_SIZE 4 /* bytes that a wait descriptor writes */
#define IN_FLIGHT 8   /* at most, where the unit delays */

/* A fault recording register, and its parts as Linux reads them */
#define FRCD_SIZE 16
#define FRCD_REASON 12
#define FRCD_LAST (VR_VTD_FRCD_REG + 8 * FRCD_SIZE)

typedef struct Walk {
    const VrRun *run;
    VrIrLook look;
    VrIrTally t;
    uint64_t irta;      /* IRTA_REG, or 0 */
    uint64_t entry;     /* of the last request of the device, or 0 */
    uint64_t reading;   /* register that is being read */
    bool fired;         /* the device has just said that it sends one */
    bool warm_up;       /* still before the range: nothing is judged */
    uint64_t pending;   /* requests accepted that have not landed */
    bool foreign;       /* the last stimulus is a request to be blocked */
    GQueue expected;    /* of notifications: NV | NDST << 32 */
} Walk;

static void broken(Walk *w, size_t at, const char *rule)
{
    if (!w->t.broken && !w->warm_up) {
        w->t.broken = rule;
        w->t.broken_at = at;
    }
}

static void land(Walk *w)
{
    w->pending -= w->pending > 0;
}

/* Bits 19:5 and 2 of the address, with SHV (bit 3) plus the subhandle. */
static unsigned index_of(uint64_t address, uint64_t data)
{
    unsigned index = (address >> 5 & 0x7fff) | (address >> 2 & 1) << 15;

    return address & 8 ? index + (data & 0xffff) : index;
}

static void see_request(Walk *w, const VrTraceRec *r)
{
    const uint64_t address = r->arg[0], data = r->arg[1];
    const uint16_t source = data >> 32;
    const bool own = source == w->look.source;
    const bool remappable = address & 0x10;

    w->entry = 0;
    if (!remappable) {
        w->t.compat++;
        w->foreign = !w->look.compat;
        return;
    }
    if (own && w->irta) {
        w->entry = (w->irta & IRTA_ADDRESS) +
                   IRTE_SIZE * index_of(address, data);
    }
    if (w->look.blocked && w->fired && !own) {
        w->t.foreign++;
        w->foreign = true;
        return;
    }
    w->t.requests++;
    w->pending++;
}

static void see_stimulus(Walk *w, const VrTraceRec *r)
{
    w->foreign = false;
    switch (r->arg[2]) {
    case VR_STIM_MSG:
        if (r->id == VR_VTD_REQUEST) {
            see_request(w, r);
            w->fired = false;
        }
        break;
    case VR_STIM_READ:
        w->reading = r->arg[0];
        break;
    case VR_STIM_TIME:
        w->t.timed = true;
        break;
    }
}

static void see_data(Walk *w, const VrTraceRec *r)
{
    const uint64_t at = w->reading;

    if (at == VR_VTD_IRTA_REG && r->size == 8) {
        w->irta = r->arg[1];
    } else if (at >= VR_VTD_FRCD_REG && at < FRCD_LAST && r->size == 4 &&
               at % FRCD_SIZE == FRCD_REASON && r->arg[1] >> 31 & 1 &&
               (r->arg[1] & 0xff) < VR_IR_REASONS) {
        w->t.faults[r->arg[1] & 0xff]++;
    }
}

static void see_message(Walk *w, const VrTraceRec *r, size_t i)
{
    switch (r->id) {
    case VR_VTD_PASS:
        land(w);
        w->t.passed++;
        break;
    case VR_VTD_REMAPPED:
        land(w);
        w->t.remapped++;
        break;
    case VR_VTD_NOTIFY:
        w->t.notifies++;
        if (g_queue_is_empty(&w->expected)) {
            broken(w, i, "a notification without ON going from 0 to 1");
        } else {
            g_autofree uint64_t *want = g_queue_pop_head(&w->expected);

            if (*want != (r->arg[0] << 32 | (r->arg[1] & 0xff))) {
                broken(w, i, "a notification that is not NV to NDST of its "
                             "descriptor");
            }
        }
        break;
    default:
        return;
    }
    if (w->foreign && r->id != VR_VTD_NOTIFY) {
        broken(w, i, "a request that has to be blocked was delivered");
    }
}

static void see_pir(Walk *w, uint64_t before, uint64_t after, size_t i)
{
    if ((after & before) != before) {
        broken(w, i, "an update of PIR clears a bit");
    } else if (__builtin_popcountll(after ^ before) > 1) {
        broken(w, i, "an update of PIR sets more than its bit");
    }
    land(w);
    w->t.posts++;
    if (w->foreign) {
        broken(w, i, "a request that has to be blocked was posted");
    }
}

/* As a NOTIFY message has it: vector in the low word, destination above. */
static uint64_t notification_of(const Walk *w, uint64_t control)
{
    const bool xapic = w->irta && !(w->irta & IRTA_EIME);
    const uint64_t ndst = control >> 32;

    return (control >> 16 & 0xff) | (xapic ? ndst >> 8 & 0xff : ndst) << 32;
}

static void see_control(Walk *w, uint64_t before, uint64_t after, size_t i)
{
    const bool on = before & PID_ON, sn = before & PID_SN;
    const bool notify = !on && (w->warm_up ? after & PID_ON
                                           : w->look.urgent || !sn);
    const uint64_t right = notify ? before | PID_ON : before;

    w->t.coalesced += on;
    w->t.suppressed += sn && !on;
    if (after != right) {
        broken(w, i, notify ? "ON was clear and nothing suppressed the "
                              "notification, but ON was not set"
                     : on ? "ON was set, and the control word changed"
                          : "SN was set, and the control word changed");
    }
    if (notify) {
        uint64_t want = notification_of(w, before);

        g_queue_push_tail(&w->expected, g_memdup2(&want, sizeof(want)));
    }
}

/* The record behind a MEM_CAS has what was desired and what was found. */
static bool more_of(const Walk *w, size_t i, size_t end, uint8_t cpu,
                    VrTraceRec *more)
{
    for (size_t j = i + 1; j < end && j < i + 64; j++) {
        if (vr_run_kind(w->run, j) == VR_TRACE_BLOCK_MEM) {
            *more = vr_run_rec(w->run, j);
            if (more->cpu == cpu) {
                return true;
            }
        }
    }
    return false;
}

static void see_cas(Walk *w, const VrTraceRec *r, size_t i, size_t end)
{
    VrTraceRec more;

    if (!more_of(w, i, end, r->cpu, &more) || r->arg[3] & VR_ATTR_FAULT) {
        return;
    }
    if (more.arg[2] != r->arg[1]) {
        w->t.raced++;
    } else if (r->arg[0] % PID_SIZE < PID_CONTROL) {
        see_pir(w, r->arg[1], more.arg[1], i);
    } else {
        see_control(w, r->arg[1], more.arg[1], i);
    }
}

static void see_write(Walk *w, const VrTraceRec *r, size_t i)
{
    if (r->size != STATUS_SIZE) {
        broken(w, i, "memory written by a plain write where an atomic update "
                     "is due");
        return;
    }
    w->t.waits++;
    if (!w->look.blocked && w->pending) {
        broken(w, i, "a wait completed before an interrupt that was accepted "
                     "earlier landed");
    }
    w->pending = 0;
}

static void see_effect(Walk *w, const VrTraceRec *r, size_t i, size_t end)
{
    switch (r->arg[2]) {
    case VR_EFF_DATA:
        see_data(w, r);
        break;
    case VR_EFF_MSG:
        see_message(w, r, i);
        break;
    case VR_EFF_MEM_READ:
        w->t.entry_reads += r->size == IRTE_SIZE && r->arg[0] == w->entry;
        break;
    case VR_EFF_MEM_CAS:
        see_cas(w, r, i, end);
        break;
    case VR_EFF_MEM_WRITE:
        see_write(w, r, i);
        break;
    }
}

static void see_record(Walk *w, size_t i, size_t end)
{
    VrTraceRec r;

    switch (vr_run_kind(w->run, i)) {
    case VR_TRACE_IRQGEN:
        w->fired = true;
        break;
    case VR_TRACE_BLOCK_STIM:
        r = vr_run_rec(w->run, i);
        see_stimulus(w, &r);
        break;
    case VR_TRACE_BLOCK_EFF:
        r = vr_run_rec(w->run, i);
        see_effect(w, &r, i, end);
        break;
    }
}

/* What is before the range tells where the table is, and what is in flight. */
static void warm_up(Walk *w, size_t begin)
{
    w->warm_up = true;
    for (size_t i = 0; i < begin; i++) {
        see_record(w, i, begin);
    }
    w->warm_up = false;
    if (!w->t.timed) {
        w->pending = 0;
        g_queue_clear_full(&w->expected, g_free);
    }
    w->t = (VrIrTally){ .timed = w->t.timed, .before = w->pending };
}

VrIrTally vr_ir_tally(const VrRun *run, VrRange range, const VrIrLook *look)
{
    Walk w = { .run = run, .look = *look };

    g_queue_init(&w.expected);
    warm_up(&w, range.begin);
    for (size_t i = range.begin; i < range.end; i++) {
        see_record(&w, i, range.end);
    }
    if (!g_queue_is_empty(&w.expected) && !w.t.timed) {
        broken(&w, range.end - 1, "ON was set, and no notification followed");
    }
    g_queue_clear_full(&w.expected, g_free);
    return w.t;
}

VrVerdict *vr_ir_rules(const VrRun *run, const VrIrTally *t)
{
    VrVerdict *v;

    if (!t->broken) {
        return NULL;
    }
    v = vr_verdict_new(VR_VERDICT_FAIL, "%s", t->broken);
    vr_verdict_add(v, run, t->broken_at);
    return v;
}

VrVerdict *vr_ir_all_landed(const VrIrTally *t)
{
    const uint64_t allowed = t->timed ? IN_FLIGHT : 0;
    const uint64_t asked = t->requests + t->before;
    const uint64_t done = t->remapped + t->posts;

    if (t->passed) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GUINT64_FORMAT
                              " interrupts passed without being remapped",
                              t->passed);
    }
    if (done <= asked && asked - done <= allowed) {
        return NULL;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GUINT64_FORMAT " requests %"
                          G_GUINT64_FORMAT " were remapped and %"
                          G_GUINT64_FORMAT " posted", asked, t->remapped,
                          t->posts);
}

VrVerdict *vr_ir_round(const VrRun *run, const VrSlice *slice,
                       uint64_t number, VrRange *range)
{
    size_t at = slice->range.begin;
    VrRound round;

    while (vr_next_round(run, slice, &at, &round)) {
        if (round.number == number && round.ended) {
            *range = round.range;
            return NULL;
        }
    }
    return vr_verdict_new(VR_VERDICT_ERROR, "the trace has no whole round %"
                          G_GUINT64_FORMAT " of the scenario", number);
}

static VrVerdict *is_not(const char *key, int64_t is, int64_t right,
                         const char *meaning)
{
    return vr_verdict_new(VR_VERDICT_FAIL, "%s: %s is %" G_GINT64_FORMAT
                          ", not %" G_GINT64_FORMAT, meaning, key, is, right);
}

VrVerdict *vr_ir_fact_is(const VrRun *run, VrScenario scenario,
                         const char *key, int64_t value, const char *meaning)
{
    int64_t is;
    VrVerdict *v = vr_need_fact(run, scenario, key, &is);

    return v || is == value ? v : is_not(key, is, value, meaning);
}

VrVerdict *vr_ir_facts_equal(const VrRun *run, VrScenario scenario,
                             const char *key, const char *as,
                             const char *meaning)
{
    int64_t is, right;
    VrVerdict *v = vr_need_fact(run, scenario, key, &is);

    v = v ? v : vr_need_fact(run, scenario, as, &right);
    return v || is == right ? v : is_not(key, is, right, meaning);
}
