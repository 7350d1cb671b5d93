/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While an SPI is in flight, every vCPU of the VM has to run with
 * ICH_HCR_EL2.TDIR = 1, since any of them may deactivate it. Two rules: the
 * bit is there, and a vCPU that was already in the guest is fetched out of it
 * by an IPI to get the bit.
 */
#include "domains.h"
#include "view.h"

static bool entry_has_tdir(const VrRun *run, size_t at)
{
    return vr_run_rec(run, at).arg[2] & VR_ICH_HCR_TDIR;
}

static VrVerdict *want_vcpus(const VrVcpus *vcpus)
{
    if (vcpus->count >= 2) {
        return NULL;
    }
    return vr_verdict_new(VR_VERDICT_ERROR,
                          "the trace shows %u vCPUs; the rule needs two",
                          vcpus->count);
}

/* --- set on all vCPUs --- */

static VrVerdict *judge_settled(const VrRun *run, const VrSlice *slice,
                                const VrRound *round, void *opaque)
{
    VrVcpus vcpus = vr_vcpus(run, slice);
    VrVerdict *v = want_vcpus(&vcpus);
    size_t *example = opaque;
    size_t held, settled, entry;
    VrRange range;

    if (v) {
        return v;
    }
    if (!vr_find_mark(run, round->range, VR_MARK_HELD, &held)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no SPI was held");
    }
    range = (VrRange){ held, round->range.end };
    if (!vr_find_mark(run, range, VR_MARK_SETTLED, &settled)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the vCPUs did not settle");
    }
    range.end = settled;
    for (unsigned i = 0; i < vcpus.count; i++) {
        if (!vr_find_last(run, range, VR_TRACE_VM_ENTRY, vcpus.pcpu[i],
                          &entry)) {
            return vr_verdict_new(VR_VERDICT_ERROR, "vCPU %u (CPU %d) did not "
                                  "enter the guest again", i, vcpus.pcpu[i]);
        }
        if (!entry_has_tdir(run, entry)) {
            v = vr_verdict_new(VR_VERDICT_FAIL, "vCPU %u (CPU %d) runs with "
                               "TDIR = 0 while an SPI is in flight", i,
                               vcpus.pcpu[i]);
            vr_verdict_add(v, run, held);
            vr_verdict_add(v, run, entry);
            vr_verdict_add(v, run, settled);
            return v;
        }
        *example = entry;
    }
    return NULL;
}

static VrVerdict *judge_set(const VrRun *run, const VrSlice *slice)
{
    size_t example = 0;
    unsigned rounds;
    VrVerdict *v = vr_judge_rounds(run, slice, judge_settled, &example,
                                   &rounds);

    if (v) {
        return v;
    }
    v = vr_verdict_new(VR_VERDICT_PASS, "TDIR = 1 on all %u vCPUs with an SPI "
                       "in flight, in %u rounds", vr_vcpus(run, slice).count,
                       rounds);
    vr_verdict_add(v, run, example);
    return v;
}

const VrCheck vr_check_tdir_set_on_all_vcpus = {
    .id = "arm64.tdir.set-on-all-vcpus",
    .section = "Arm IHI 0069, \"ICH_HCR_EL2, Interrupt Controller Hyp Control "
               "Register\": TDIR",
    .title = "while an SPI is in flight every vCPU enters the guest with TDIR "
             "= 1",
    .scenario = VR_SCENARIO_BROADCAST,
    .judge = judge_set,
};

/* --- broadcast kick --- */

typedef struct KickSums {
    unsigned kicks;
    unsigned judged[VR_MAX_VCPUS]; /* rounds that found the vCPU in the guest */
    size_t example;
} KickSums;

/* What happened on one CPU between the injection and HELD. */
typedef struct Kick {
    bool left;    /* by an IRQ */
    bool sgi;     /* and the host acknowledged an SGI then */
    bool entered; /* and the guest was entered again */
    size_t exit_at, sgi_at, entry_at;
} Kick;

static Kick find_kick(const VrRun *run, VrRange range, int pcpu)
{
    Kick k = { 0 };

    for (size_t i = range.begin; i < range.end && !(k.sgi && k.entered); i++) {
        VrTraceRec rec = vr_run_rec(run, i);

        if (rec.cpu != pcpu) {
            continue;
        }
        if (rec.kind == VR_TRACE_VM_EXIT) {
            k = (Kick){ .left = rec.id == 1, .exit_at = i };
        } else if (rec.kind == VR_TRACE_ICC_ACK && k.left &&
                   rec.id < VR_SGI_LIMIT) {
            k.sgi = true;
            k.sgi_at = i;
        } else if (rec.kind == VR_TRACE_VM_ENTRY) {
            k.entered = true;
            k.entry_at = i;
        }
    }
    return k;
}

/* Whether a CPU is in the guest when the record @at is written. */
static bool in_guest(const VrRun *run, VrRange before, int pcpu)
{
    for (size_t i = before.end; i > before.begin; i--) {
        uint16_t kind = vr_run_kind(run, i - 1);

        if ((kind == VR_TRACE_VM_ENTRY || kind == VR_TRACE_VM_EXIT) &&
            vr_run_rec(run, i - 1).cpu == pcpu) {
            return kind == VR_TRACE_VM_ENTRY;
        }
    }
    return false;
}

static VrVerdict *judge_kick(const VrRun *run, VrRange window, unsigned vcpu,
                             int pcpu, KickSums *sums)
{
    Kick k = find_kick(run, window, pcpu);
    VrVerdict *v;

    if (k.sgi && k.entered && entry_has_tdir(run, k.entry_at)) {
        sums->kicks++;
        sums->example = k.sgi_at;
        return NULL;
    }
    if (k.sgi && k.entered) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "vCPU %u (CPU %d) was kicked and "
                           "entered the guest again with TDIR = 0", vcpu,
                           pcpu);
    } else if (k.sgi) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "vCPU %u (CPU %d) was kicked and "
                           "did not enter the guest again", vcpu, pcpu);
    } else {
        v = vr_verdict_new(VR_VERDICT_FAIL, "no IPI fetched vCPU %u (CPU %d) "
                           "out of the guest", vcpu, pcpu);
    }
    vr_verdict_add(v, run, window.begin);
    if (k.left) {
        vr_verdict_add(v, run, k.exit_at);
    }
    if (k.sgi) {
        vr_verdict_add(v, run, k.sgi_at);
    }
    if (k.entered) {
        vr_verdict_add(v, run, k.entry_at);
    }
    vr_verdict_add(v, run, window.end);
    return v;
}

static VrVerdict *judge_kick_round(const VrRun *run, const VrSlice *slice,
                                   const VrRound *round, void *opaque)
{
    VrVcpus vcpus = vr_vcpus(run, slice);
    VrVerdict *v = want_vcpus(&vcpus);
    KickSums *sums = opaque;
    VrRange window;
    size_t ack;
    int taker;

    if (v) {
        return v;
    }
    if (!vr_find_mark(run, round->range, VR_MARK_INJECT, &window.begin) ||
        !vr_find_mark(run, round->range, VR_MARK_HELD, &window.end) ||
        window.end < window.begin) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no SPI was injected and held");
    }
    if (!vr_find_id(run, window, VR_TRACE_ICV_ACK,
                    vr_run_rec(run, window.begin).arg[0], &ack)) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "the SPI was not acknowledged");
        vr_verdict_add(v, run, window.begin);
        return v;
    }
    taker = vr_run_rec(run, ack).cpu;
    for (unsigned i = 0; i < vcpus.count; i++) {
        VrRange before = { slice->range.begin, window.begin };

        if (vcpus.pcpu[i] == taker ||
            !in_guest(run, before, vcpus.pcpu[i])) {
            continue;
        }
        sums->judged[i]++;
        v = judge_kick(run, window, i, vcpus.pcpu[i], sums);
        if (v) {
            return v;
        }
    }
    return NULL;
}

/* Every vCPU but the one that takes the SPIs has to have been a subject. */
static VrVerdict *want_subjects(const VrVcpus *vcpus, const KickSums *sums)
{
    unsigned subjects = 0;

    for (unsigned i = 0; i < vcpus->count; i++) {
        subjects += sums->judged[i] > 0;
    }
    if (subjects + 1 >= vcpus->count) {
        return NULL;
    }
    return vr_verdict_new(VR_VERDICT_ERROR, "only %u of %u vCPUs were ever in "
                          "the guest when another one got its SPI", subjects,
                          vcpus->count);
}

static VrVerdict *judge_broadcast(const VrRun *run, const VrSlice *slice)
{
    VrVcpus vcpus = vr_vcpus(run, slice);
    KickSums sums = { 0 };
    unsigned rounds;
    VrVerdict *v = vr_judge_rounds(run, slice, judge_kick_round, &sums,
                                   &rounds);

    v = v ? v : want_subjects(&vcpus, &sums);
    if (v) {
        return v;
    }
    v = vr_verdict_new(VR_VERDICT_PASS, "%u kicks in %u rounds, each vCPU came "
                       "back with TDIR = 1", sums.kicks, rounds);
    vr_verdict_add(v, run, sums.example);
    return v;
}

const VrCheck vr_check_tdir_broadcast_kick = {
    .id = "arm64.tdir.broadcast-kick",
    .section = "Arm IHI 0069, \"ICH_HCR_EL2, Interrupt Controller Hyp Control "
               "Register\": TDIR",
    .title = "the first SPI in flight fetches every other vCPU out of the "
             "guest, which it re-enters with TDIR = 1",
    .scenario = VR_SCENARIO_BROADCAST,
    .judge = judge_broadcast,
};
