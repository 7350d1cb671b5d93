/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VM entries and exits, and what processors do with posted interrupts. */
#include "bypass_walk.h"

#define EXTERNAL_INTERRUPT 1u /* basic exit reason */

/* --- VM entry --- */

/* NDST as the local APIC's id; in xAPIC mode bits 15:8 */
static uint32_t destination(const VrBypassWalk *w, uint64_t control)
{
    const uint32_t ndst = control >> 32;

    return w->eime ? ndst : ndst >> 8 & 0xff;
}

static void judge_descriptor(VrBypassWalk *w, unsigned cpu, size_t i)
{
    const VrBypassCpu *c = &w->cpu[cpu];

    if (c->control & VR_PID_SN) {
        vr_bypass_broken(w, i, "SN is set at a VM entry");
    } else if (destination(w, c->control) != cpu) {
        vr_bypass_broken(w, i, "NDST is not the CPU of a VM entry");
    } else if ((c->control >> 16 & 0xff) != c->nv) {
        vr_bypass_broken(w, i, "NV of the descriptor is not the VMCS's at a VM "
                               "entry");
    }
    if (vr_vectors_count(&c->pir) && !(c->control & VR_PID_ON)) {
        vr_bypass_broken(w, i, "PIR is not empty at a VM entry, and ON is "
                               "clear: nobody is told of it");
    }
}

/*
 * What was in PIR has moved to VIRR or is still there; nothing may vanish, and
 * without the VMM's own posts nothing may appear.
 */
static void account(VrBypassWalk *w, VrBypassVcpu *v, const VrBypassCpu *c,
                    size_t i)
{
    VrVectors merged, vanished, appeared;

    for (unsigned k = 0; k < 4; k++) {
        const uint64_t taken = v->pir.word[k] & ~c->pir.word[k];
        const uint64_t virr = v->virr.word[k] | taken;

        merged.word[k] = taken & v->virr.word[k];
        vanished.word[k] = virr & ~c->virr.word[k];
        appeared.word[k] = (c->pir.word[k] & ~v->pir.word[k]) |
                           (c->virr.word[k] & ~virr);
    }
    w->t->merged += vr_vectors_count(&merged);
    w->t->software += vr_vectors_count(&appeared);
    if (vr_vectors_count(&vanished)) {
        vr_bypass_broken(w, i, "a request vanished before a VM entry");
    }
    if (vr_vectors_count(&appeared) && !w->look.software) {
        vr_bypass_broken(w, i, "a request that the unit did not post appeared "
                               "before a VM entry");
    }
    v->pir = c->pir;
    v->virr = c->virr;
}

/* The records of the entry are complete. */
static void enter(VrBypassWalk *w, unsigned cpu)
{
    VrBypassCpu *c = &w->cpu[cpu];

    c->entering = false;
    w->entering--;
    for (unsigned n = 0; n < w->vcpus; n++) {
        VrBypassVcpu *v = &w->vcpu[n];

        if (v->descriptor == c->descriptor) {
            v->cpu = cpu + 1;
            c->inside = n + 1;
            w->b->cpus |= 1u << cpu % 32;
            w->t->entries++;
            judge_descriptor(w, cpu, c->entering_at);
            account(w, v, c, c->entering_at);
        }
    }
}

/* VMX_PID is the first of them. */
static void begin_entry(VrBypassWalk *w, VrBypassCpu *c, const VrTraceRec *r,
                        size_t i)
{
    *c = (VrBypassCpu){
        .nv = r->id, .control = r->arg[0], .descriptor = r->arg[1],
        .entering = true, .entering_at = i,
    };
    w->nv = r->id;
    w->entering++;
}

/* --- in the guest --- */

static void leave(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    VrBypassCpu *c = &w->cpu[r->cpu % VR_BYPASS_CPUS];
    VrBypassVcpu *v;
    bool external;

    if (!c->inside) {
        return;
    }
    v = &w->vcpu[c->inside - 1];
    external = r->id == EXTERNAL_INTERRUPT;
    if (external && (r->arg[2] & 0xff) == (c->control >> 16 & 0xff)) {
        vr_bypass_broken(w, i, "the notification of a post caused a VM exit");
    } else if (vr_vectors_count(&v->direct)) {
        w->t->aside++;
        if (w->look.quiet && w->t != &w->b->round[0] && !external) {
            vr_bypass_broken(w, i, "a VM exit between a post and its delivery");
        }
    }
    v->direct = (VrVectors){ 0 };
    v->cpu = 0;
    c->inside = 0;
}

static void process(VrBypassWalk *w, VrBypassVcpu *v, const VrTraceRec *r,
                    size_t i)
{
    const VrVectors taken = vr_vectors_mine(r->arg);
    VrVectors merged, missed, appeared;

    for (unsigned k = 0; k < 4; k++) {
        merged.word[k] = taken.word[k] & v->virr.word[k];
        missed.word[k] = v->pir.word[k] & ~taken.word[k];
        appeared.word[k] = taken.word[k] & ~v->pir.word[k];
        v->virr.word[k] |= taken.word[k];
        v->pir.word[k] = 0;
    }
    w->t->merged += vr_vectors_count(&merged);
    w->t->software += vr_vectors_count(&appeared);
    if (vr_vectors_count(&missed)) {
        vr_bypass_broken(w, i, "posted-interrupt processing did not find a "
                               "request that was posted");
    }
    if (vr_vectors_count(&appeared) && !w->look.software) {
        vr_bypass_broken(w, i, "posted-interrupt processing found a request "
                               "that the unit did not post");
    }
}

static void deliver(VrBypassWalk *w, VrBypassVcpu *v, unsigned vector,
                    size_t i)
{
    if (!vr_vector_is_mine(vector)) {
        return;
    }
    w->t->delivered++;
    if (!vr_vectors_has(&v->virr, vector)) {
        vr_bypass_broken(w, i, "an interrupt was delivered that nobody posted");
    }
    w->t->direct += vr_vectors_has(&v->direct, vector);
    vr_vectors_set(&v->direct, vector, false);
    vr_vectors_set(&v->virr, vector, false);
}

static void see_inside(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    const VrBypassCpu *c = &w->cpu[r->cpu % VR_BYPASS_CPUS];
    VrBypassVcpu *v;

    if (!c->inside) {
        return;
    }
    v = &w->vcpu[c->inside - 1];
    switch (r->kind) {
    case VR_TRACE_VMX_PI:
        w->t->processed++;
        break;
    case VR_TRACE_VMX_PI_PIR:
        process(w, v, r, i);
        break;
    case VR_TRACE_VMX_VIRQ:
        deliver(w, v, r->id & 0xff, i);
        break;
    }
}

/* It is written when the notification should have come long ago. */
static void see_lost(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    for (unsigned n = 0; n < w->vcpus; n++) {
        if (w->vcpu[n].descriptor == r->arg[1]) {
            vr_bypass_broken(w, i, "a VM entry with ON set, whose notification "
                                   "is lost");
        }
    }
}

void vr_bypass_entered(VrBypassWalk *w)
{
    for (unsigned cpu = 0; w->entering && cpu < VR_BYPASS_CPUS; cpu++) {
        if (w->cpu[cpu].entering) {
            enter(w, cpu);
        }
    }
}

void vr_bypass_see_cpu(VrBypassWalk *w, const VrTraceRec *r, size_t i)
{
    const unsigned cpu = r->cpu % VR_BYPASS_CPUS;
    VrBypassCpu *c = &w->cpu[cpu];

    switch (r->kind) {
    case VR_TRACE_VMX_PID:
        begin_entry(w, c, r, i);
        return;
    case VR_TRACE_VMX_PID_PIR:
        c->pir = vr_vectors_mine(r->arg);
        return;
    case VR_TRACE_VMX_VIRR:
        c->virr = vr_vectors_mine(r->arg);
        return;
    case VR_TRACE_VMX_PI_LOST:
        see_lost(w, r, i);
        return;
    }
    if (c->entering) {
        enter(w, cpu);
    }
    if (r->kind == VR_TRACE_VMX_EXIT) {
        leave(w, r, i);
    } else {
        see_inside(w, r, i);
    }
}

void vr_bypass_walk_end(VrBypassWalk *w)
{
    for (unsigned n = 0; n < w->vcpus; n++) {
        w->b->left += vr_vectors_count(&w->vcpu[n].pir) +
                      vr_vectors_count(&w->vcpu[n].virr);
    }
    for (unsigned d = 0; d < VR_BYPASS_DEVICE_VECTORS; d++) {
        if (w->route[d].next) {
            vr_bypass_broken(w, w->route[d].next_at, "interrupts went where "
                             "the guest never wanted them");
        }
    }
}
