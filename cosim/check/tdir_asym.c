/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EOImode 1: an SPI that was acknowledged on one vCPU may be deactivated from
 * another. The list register is the other vCPU's, so the hardware alone
 * cannot: the write has to reach the hypervisor, which has to do it.
 */
#include "domains.h"
#include "view.h"

typedef struct Sums {
    unsigned trapped;
    unsigned retired;
    unsigned still_active;
    size_t first_trap, first_retired; /* valid if the sums are not 0 */
} Sums;

/* The marks and events of a round that come before the DIR. */
typedef struct Prelude {
    uint32_t intid;
    size_t ack, eoi, dir_mark;
    int writer; /* pCPU of vCPU 1 */
} Prelude;

static VrVerdict *find_ack(const VrRun *run, VrRange range, Prelude *p,
                           int taker)
{
    VrVerdict *v;
    size_t at;

    if (!vr_find_mark(run, range, VR_MARK_INJECT, &at)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no SPI was injected");
    }
    p->intid = vr_run_rec(run, at).arg[0];
    range.begin = at;
    if (!vr_find_id(run, range, VR_TRACE_ICV_ACK, p->intid, &p->ack)) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "SPI %u was injected and never "
                           "acknowledged", p->intid);
        vr_verdict_add(v, run, at);
        return v;
    }
    if (vr_run_rec(run, p->ack).cpu != taker) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "SPI %u was acknowledged on "
                           "another CPU than that of vCPU 0 (CPU %d)",
                           p->intid, taker);
        vr_verdict_add(v, run, p->ack);
        return v;
    }
    return NULL;
}

static VrVerdict *find_prelude(const VrRun *run, const VrSlice *slice,
                               const VrRound *round, Prelude *p)
{
    VrVcpus vcpus = vr_vcpus(run, slice);
    VrRange range = round->range;
    VrVerdict *v;

    if (vcpus.count < 2 || vcpus.pcpu[0] == vcpus.pcpu[1]) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the trace does not show two "
                              "vCPUs, each on a CPU of its own");
    }
    p->writer = vcpus.pcpu[1];
    v = find_ack(run, range, p, vcpus.pcpu[0]);
    if (v) {
        return v;
    }
    range.begin = p->ack;
    if (!vr_find_mark_of(run, range, VR_MARK_DIR, p->intid, &p->dir_mark)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no vCPU was told to "
                              "deactivate SPI %u", p->intid);
    }
    range.end = p->dir_mark;
    if (!vr_find_id(run, range, VR_TRACE_ICV_EOI, p->intid, &p->eoi)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "SPI %u was not EOIed before "
                              "its deactivation", p->intid);
    }
    return NULL;
}

/* How vCPU 1's DIR went: a trap, or an untrapped write. */
static bool find_dir(const VrRun *run, VrRange range, const Prelude *p,
                     size_t *at)
{
    for (size_t i = range.begin; i < range.end; i++) {
        VrTraceRec rec = vr_run_rec(run, i);

        if (rec.cpu == p->writer &&
            (vr_is_dir_trap(&rec) ||
             (rec.kind == VR_TRACE_ICV_DIR && rec.id == p->intid))) {
            *at = i;
            return true;
        }
    }
    return false;
}

static VrVerdict *failed(const VrRun *run, const Prelude *p, size_t dir,
                         const char *what)
{
    VrVerdict *v = vr_verdict_new(VR_VERDICT_FAIL, "SPI %u, acknowledged on "
                                  "vCPU 0: %s", p->intid, what);

    vr_verdict_add(v, run, p->ack);
    vr_verdict_add(v, run, p->eoi);
    vr_verdict_add(v, run, p->dir_mark);
    vr_verdict_add(v, run, dir);
    return v;
}

static VrVerdict *judge_round(const VrRun *run, const VrSlice *slice,
                              const VrRound *round, void *opaque)
{
    Sums *sums = opaque;
    Prelude p = { 0 };
    VrVerdict *v = find_prelude(run, slice, round, &p);
    VrRange range = { p.dir_mark, round->range.end };
    size_t dir, retired;
    bool is_retired, trapped;

    if (v) {
        return v;
    }
    is_retired = vr_find_mark_of(run, range, VR_MARK_RETIRED, p.intid,
                                 &retired);
    if (is_retired) {
        range.end = retired;
    }
    if (!find_dir(run, range, &p, &dir)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "vCPU 1 (CPU %d) did not "
                              "write DIR for SPI %u", p.writer, p.intid);
    }
    trapped = vr_run_kind(run, dir) == VR_TRACE_VM_EXIT;
    if (!is_retired) {
        sums->still_active++;
        return failed(run, &p, dir,
                      trapped ? "DIR on vCPU 1 trapped, and it stays active"
                              : "DIR on vCPU 1 did not trap and matched no "
                                "list register; it stays active");
    }
    if (sums->retired++ == 0) {
        sums->first_retired = retired;
    }
    if (trapped) {
        if (sums->trapped++ == 0) {
            sums->first_trap = dir;
        }
        return NULL;
    }
    if ((int64_t)vr_run_rec(run, dir).arg[1] < 0) {
        return failed(run, &p, dir, "DIR on vCPU 1 did not trap and matched "
                      "no list register; it was deactivated by other means");
    }
    return NULL;
}

/* The report has to tell the same story. */
static VrVerdict *compare(const VrRun *run, const Sums *sums, unsigned rounds)
{
    const VrScenario s = VR_SCENARIO_ASYM_DEACTIVATE;
    int64_t told_rounds, deactivated, still_active;
    VrVerdict *v = vr_need_fact(run, s, "rounds", &told_rounds);

    v = v ? v : vr_need_fact(run, s, "deactivated", &deactivated);
    v = v ? v : vr_need_fact(run, s, "still_active", &still_active);
    if (v) {
        return v;
    }
    if (told_rounds != rounds || deactivated != sums->retired ||
        still_active != sums->still_active) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: %" G_GINT64_FORMAT " and %u rounds, %"
                              G_GINT64_FORMAT " and %u deactivated, %"
                              G_GINT64_FORMAT " and %u still active",
                              told_rounds, rounds, deactivated, sums->retired,
                              still_active, sums->still_active);
    }
    return NULL;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    Sums sums = { 0 };
    unsigned rounds;
    VrVerdict *v = vr_judge_rounds(run, slice, judge_round, &sums, &rounds);

    v = v ? v : compare(run, &sums, rounds);
    if (v) {
        return v;
    }
    v = vr_verdict_new(VR_VERDICT_PASS, "%u of %u SPIs deactivated from the "
                       "other vCPU, %u by a trapped DIR", sums.retired, rounds,
                       sums.trapped);
    if (sums.trapped) {
        vr_verdict_add(v, run, sums.first_trap);
    }
    vr_verdict_add(v, run, sums.first_retired);
    return v;
}

const VrCheck vr_check_tdir_asym_deactivate = {
    .id = "arm64.tdir.asym-deactivate",
    .section = "Arm IHI 0069, \"ICH_HCR_EL2, Interrupt Controller Hyp Control "
               "Register\": TDIR; \"ICV_DIR_EL1\"",
    .title = "an SPI acknowledged on one vCPU is deactivated by a DIR write "
             "on another",
    .scenario = VR_SCENARIO_ASYM_DEACTIVATE,
    .judge = judge,
};
