/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks, what the device sends, and what the unit makes of it. */
#include <string.h>

#include "bypass_walk.h"
#include "irqgen.h"
#include "vtd_ir.h"

#define PID_SIZE 64
#define PID_CONTROL 32

static uint64_t place(unsigned vcpu, unsigned vector)
{
    return vcpu << 8 | vector;
}

static void see_mark(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    const uint64_t value = r->arg[0];
    VrBypassRoute *route;

    switch (r->id) {
    case VR_MARK_ROUND_BEGIN:
        w->t = &w->b->round[value < VR_BYPASS_ROUNDS ? value : 0];
        break;
    case VR_MARK_ROUND_END:
        w->t = &w->b->round[0];
        break;
    case VR_MARK_ROUTED:
        route = &w->route[value % VR_BYPASS_DEVICE_VECTORS];
        route->now = place(value >> 16 & 0xff, value >> 24 & 0xff);
        if (route->next && route->next != route->now) {
            vr_bypass_broken(w, i, "interrupts went where the guest never "
                                   "wanted them");
        }
        route->next = 0;
        break;
    }
}

static void see_stimulus(VrBypassWalk *w, const VrTraceRec *r)
{
    VrBypassRequest *q;

    w->timed |= r->arg[2] == VR_STIM_TIME;
    if (r->arg[2] != VR_STIM_MSG || r->id != VR_VTD_REQUEST) {
        return;
    }
    /* One that was not accepted never lands. */
    if (!w->timed || w->waiting == VR_BYPASS_WAITS) {
        w->waiting = 0;
    }
    q = &w->waits[w->waiting++];
    q->own = (r->arg[1] >> 32 & 0xffff) == w->source;
    q->vector = q->own ? w->fired : 0;
    w->fired = 0;
}

/* Requests land in order. */
static VrBypassRequest land(VrBypassWalk *w)
{
    const VrBypassRequest first = w->waiting ? w->waits[0]
                                             : (VrBypassRequest){ false, 0 };

    if (w->waiting) {
        w->waiting--;
        memmove(w->waits, w->waits + 1, w->waiting * sizeof(w->waits[0]));
    }
    return first;
}

/* Posts may go to the new place before the mark says so, and not back. */
static void judge_place(VrBypassWalk *w, int from, unsigned vcpu,
                        unsigned vector, size_t i)
{
    VrBypassRoute *route;
    uint64_t here = place(vcpu, vector);

    if (!from || from > VR_BYPASS_DEVICE_VECTORS) {
        return;
    }
    route = &w->route[from - 1];
    if (!route->now || (!route->next && here == route->now) ||
        here == route->next) {
        return;
    }
    if (route->next) {
        vr_bypass_broken(w, i, "an interrupt went to its old place after one "
                               "had gone to the new one");
    }
    route->next = here;
    route->next_at = i;
}

/* The VMM has emptied PIR since: the request is in VIRR. */
static void taken_unseen(VrBypassWalk *w, VrBypassVcpu *v, unsigned vector,
                         size_t i)
{
    if (v->cpu) {
        vr_bypass_broken(w, i, "a request vanished from PIR while its vCPU was "
                               "in the guest");
    }
    w->t->merged += vr_vectors_has(&v->virr, vector);
    vr_vectors_set(&v->virr, vector, true);
    vr_vectors_set(&v->pir, vector, false);
}

static void see_pir(VrBypassWalk *w, unsigned vcpu, const VrTraceRec *cas,
                    uint64_t after, int from, size_t i)
{
    VrBypassVcpu *v = &w->vcpu[vcpu];
    const uint64_t before = cas->arg[1];
    const unsigned word = cas->arg[0] % PID_SIZE / 8;
    unsigned bit = 0;
    bool was;

    w->t->posts++;
    if (before == after) {
        /* Which one it was is not seen: PIR as a whole did not change. */
        w->t->coalesced++;
        return;
    }
    bit = word * 64 + __builtin_ctzll(before ^ after);
    if (!vr_vector_is_mine(bit)) {
        vr_bypass_broken(w, i, "a vector was posted that no device was given");
        return;
    }
    judge_place(w, from, vcpu, bit, i);
    was = vr_vectors_has(&v->pir, bit);
    if (was) {
        taken_unseen(w, v, bit, i);
    }
    vr_vectors_set(&v->pir, bit, true);
    if (v->cpu) {
        w->t->in_guest++;
        vr_vectors_set(&v->direct, bit, true);
    }
}

static void see_control(VrBypassWalk *w, unsigned vcpu, uint64_t before,
                        uint64_t after)
{
    w->t->suppressed += (before & (VR_PID_SN | VR_PID_ON)) == VR_PID_SN;
    w->notifies = after & ~before & VR_PID_ON ? vcpu + 1 : 0;
}

/* The record behind a MEM_CAS has what was desired and what was found. */
static bool more_of(const VrBypassWalk *w, size_t i, uint8_t instance,
                    VrTraceRec *more)
{
    for (size_t j = i + 1; j < w->end && j < i + 16; j++) {
        if (vr_run_kind(w->run, j) == VR_TRACE_BLOCK_MEM) {
            *more = vr_run_rec(w->run, j);
            if (more->cpu == instance) {
                return true;
            }
        }
    }
    return false;
}

static void see_cas(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    const uint64_t descriptor = r->arg[0] & ~(uint64_t)(PID_SIZE - 1);
    const bool pir = r->arg[0] % PID_SIZE < PID_CONTROL;
    VrTraceRec more;
    VrBypassRequest from = { false, 0 };

    if (!more_of(w, i, r->cpu, &more) || r->arg[3] & VR_ATTR_FAULT ||
        more.arg[2] != r->arg[1]) {
        return;
    }
    if (pir) {
        from = land(w);
    }
    for (unsigned n = 0; n < w->vcpus; n++) {
        if (w->vcpu[n].descriptor != descriptor) {
            continue;
        }
        if (pir) {
            see_pir(w, n, r, more.arg[1], from.vector, i);
        } else {
            see_control(w, n, r->arg[1], more.arg[1]);
        }
        return;
    }
    w->t->remapped += from.own; /* the host has its own posted, too */
}

static void see_notify(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    const VrBypassVcpu *v;
    const VrBypassCpu *c;

    if (!w->notifies) {
        return;
    }
    v = &w->vcpu[w->notifies - 1];
    w->notifies = 0;
    if (!v->cpu) {
        /* In the host: by which vector tells whether it is to be woken. */
        if ((r->arg[1] & 0xff) == w->nv) {
            w->t->active++;
        } else {
            w->t->wakeups++;
        }
        return;
    }
    c = &w->cpu[v->cpu - 1];
    w->t->active++;
    if (r->arg[0] != (uint64_t)v->cpu - 1) {
        vr_bypass_broken(w, i, "a notification for a vCPU that is in the guest "
                               "goes to another CPU");
    } else if ((r->arg[1] & 0xff) != c->nv) {
        vr_bypass_broken(w, i, "a notification for a vCPU that is in the guest "
                               "does not have the VMCS's vector");
    }
}

static void see_effect(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    switch (r->arg[2]) {
    case VR_EFF_MEM_CAS:
        see_cas(w, r, i);
        break;
    case VR_EFF_MSG:
        if (r->id == VR_VTD_NOTIFY) {
            see_notify(w, r, i);
        } else if (r->id == VR_VTD_REMAPPED || r->id == VR_VTD_PASS) {
            w->t->remapped += land(w).own;
        }
        break;
    }
}

void vr_bypass_see_unit(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    switch (r->kind) {
    case VR_TRACE_MARK:
        see_mark(w, r, i);
        break;
    case VR_TRACE_IRQGEN:
        w->fired = r->arg[2] == VR_IRQGEN_SENT ? (int)r->id + 1 : 0;
        break;
    case VR_TRACE_BLOCK_STIM:
        see_stimulus(w, r);
        break;
    case VR_TRACE_BLOCK_EFF:
        see_effect(w, r, i);
        break;
    }
}
