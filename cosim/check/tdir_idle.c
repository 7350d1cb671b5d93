/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trap costs an exit a DIR write. Once no SPI is in flight it has to be
 * off again: a guest that deactivates SGIs must not exit for it.
 */
#include "domains.h"
#include "view.h"

typedef struct Sums {
    unsigned dirs; /* untrapped DIR writes of SGIs, in idle phases */
    size_t example;
} Sums;

static VrVerdict *fail_at(const VrRun *run, size_t idle, size_t at,
                          const char *what)
{
    VrVerdict *v = vr_verdict_new(VR_VERDICT_FAIL, "no SPI is in flight, and "
                                  "%s (CPU %u)", what, vr_run_rec(run, at).cpu);

    vr_verdict_add(v, run, MIN(idle, at));
    vr_verdict_add(v, run, MAX(idle, at));
    return v;
}

/* Every vCPU entered the guest before the idle phase without TDIR. */
static VrVerdict *judge_before(const VrRun *run, const VrVcpus *vcpus,
                               VrRange before)
{
    for (unsigned i = 0; i < vcpus->count; i++) {
        size_t entry;

        if (!vr_find_last(run, before, VR_TRACE_VM_ENTRY, vcpus->pcpu[i],
                          &entry)) {
            return vr_verdict_new(VR_VERDICT_ERROR, "vCPU %u did not enter the "
                                  "guest before the idle phase", i);
        }
        if (vr_run_rec(run, entry).arg[2] & VR_ICH_HCR_TDIR) {
            return fail_at(run, before.end, entry,
                           "a vCPU runs with TDIR = 1");
        }
    }
    return NULL;
}

static VrVerdict *judge_during(const VrRun *run, VrRange idle,
                               unsigned *dirs_of_cpu, Sums *sums)
{
    for (size_t i = idle.begin; i < idle.end; i++) {
        VrTraceRec rec = vr_run_rec(run, i);

        if (rec.kind == VR_TRACE_VM_ENTRY &&
            (rec.arg[2] & VR_ICH_HCR_TDIR)) {
            return fail_at(run, idle.begin, i,
                           "a vCPU enters the guest with TDIR = 1");
        }
        if (vr_is_dir_trap(&rec)) {
            return fail_at(run, idle.begin, i, "a DIR write traps");
        }
        if (rec.kind != VR_TRACE_ICV_DIR || rec.id >= VR_SGI_LIMIT) {
            continue;
        }
        if ((int64_t)rec.arg[1] < 0) {
            return fail_at(run, idle.begin, i,
                           "an SGI's DIR write matched no list register");
        }
        dirs_of_cpu[rec.cpu]++;
        sums->dirs++;
        sums->example = i;
    }
    return NULL;
}

static VrVerdict *judge_round(const VrRun *run, const VrSlice *slice,
                              const VrRound *round, void *opaque)
{
    VrVcpus vcpus = vr_vcpus(run, slice);
    unsigned dirs_of_cpu[256] = { 0 };
    VrRange before = round->range;
    VrRange idle = round->range;
    VrVerdict *v;

    if (vcpus.count == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the trace shows no vCPU");
    }
    if (!vr_find_mark(run, round->range, VR_MARK_IDLE, &idle.begin)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no idle phase");
    }
    before.end = idle.begin;
    if (vr_tally(run, before).spi_acks == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no SPI was taken before the "
                              "idle phase");
    }
    v = judge_before(run, &vcpus, before);
    v = v ? v : judge_during(run, idle, dirs_of_cpu, opaque);
    for (unsigned i = 0; !v && i < vcpus.count; i++) {
        if (dirs_of_cpu[vcpus.pcpu[i]] == 0) {
            v = vr_verdict_new(VR_VERDICT_ERROR, "vCPU %u (CPU %d) wrote no "
                               "DIR in the idle phase", i, vcpus.pcpu[i]);
        }
    }
    return v;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    Sums sums = { 0 };
    unsigned rounds;
    VrVerdict *v = vr_judge_rounds(run, slice, judge_round, &sums, &rounds);
    int64_t told, sgis;

    v = v ? v : vr_need_fact(run, VR_SCENARIO_IDLE, "rounds", &told);
    v = v ? v : vr_need_fact(run, VR_SCENARIO_IDLE, "sgis", &sgis);
    if (v) {
        return v;
    }
    if (told != rounds || sgis != sums.dirs) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: %" G_GINT64_FORMAT " and %u rounds, %"
                              G_GINT64_FORMAT " SGIs and %u of their DIR "
                              "writes", told, rounds, sgis, sums.dirs);
    }
    v = vr_verdict_new(VR_VERDICT_PASS, "%u SGIs deactivated without a trap in "
                       "%u idle phases after SPIs", sums.dirs, rounds);
    vr_verdict_add(v, run, sums.example);
    return v;
}

const VrCheck vr_check_tdir_cleared_when_idle = {
    .id = "arm64.tdir.cleared-when-idle",
    .section = "Arm IHI 0069, \"ICH_HCR_EL2, Interrupt Controller Hyp Control "
               "Register\": TDIR",
    .title = "once no SPI is in flight vCPUs run with TDIR = 0 and DIR does "
             "not trap",
    .scenario = VR_SCENARIO_IDLE,
    .judge = judge,
};
