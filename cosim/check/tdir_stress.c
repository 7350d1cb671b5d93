/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many SPIs, taken and deactivated on random vCPUs: none lost, none doubled. */
#include "domains.h"
#include "view.h"

typedef struct Told {
    int64_t injected, acked, deactivated, lost, doubled;
} Told;

static VrVerdict *get_facts(const VrRun *run, Told *told)
{
    const VrScenario s = VR_SCENARIO_STRESS;
    VrVerdict *v = vr_need_fact(run, s, "injected", &told->injected);

    v = v ? v : vr_need_fact(run, s, "acked", &told->acked);
    v = v ? v : vr_need_fact(run, s, "deactivated", &told->deactivated);
    v = v ? v : vr_need_fact(run, s, "lost", &told->lost);
    v = v ? v : vr_need_fact(run, s, "doubled", &told->doubled);
    return v;
}

/* An SPI that is acknowledged twice without an EOI between. */
static VrVerdict *find_double(const VrRun *run, VrRange range)
{
    g_autofree size_t *open = g_new0(size_t, VR_SPI_LIMIT);

    for (size_t i = range.begin; i < range.end; i++) {
        uint16_t kind = vr_run_kind(run, i);
        VrTraceRec rec;

        if (kind != VR_TRACE_ICV_ACK && kind != VR_TRACE_ICV_EOI) {
            continue;
        }
        rec = vr_run_rec(run, i);
        if (!vr_is_spi(rec.id)) {
            continue;
        }
        if (kind == VR_TRACE_ICV_EOI) {
            open[rec.id] = 0;
        } else if (open[rec.id]) {
            VrVerdict *v = vr_verdict_new(VR_VERDICT_FAIL, "SPI %u was "
                                          "acknowledged twice for one "
                                          "injection", rec.id);

            vr_verdict_add(v, run, open[rec.id]);
            vr_verdict_add(v, run, i);
            return v;
        } else {
            open[rec.id] = i;
        }
    }
    return NULL;
}

static VrVerdict *judge_told(const VrRun *run, const Told *told)
{
    if (told->lost || told->doubled || told->acked != told->injected ||
        told->deactivated != told->injected) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT " injected, "
                              "%" G_GINT64_FORMAT " acknowledged, %"
                              G_GINT64_FORMAT " deactivated, %" G_GINT64_FORMAT
                              " lost, %" G_GINT64_FORMAT " doubled",
                              told->injected, told->acked, told->deactivated,
                              told->lost, told->doubled);
    }
    if (told->injected <= 0 || (uint64_t)told->injected < run->stress_asked) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GUINT64_FORMAT " SPIs "
                              "were asked for, %" G_GINT64_FORMAT " injected",
                              run->stress_asked, told->injected);
    }
    return NULL;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    VrTally t = vr_tally(run, slice->range);
    const uint64_t dirs = t.dir_traps + t.dirs_matched;
    Told told;
    VrVerdict *v = get_facts(run, &told);

    v = v ? v : judge_told(run, &told);
    v = v ? v : find_double(run, slice->range);
    if (v && v->outcome == VR_VERDICT_FAIL && t.dirs_unmatched) {
        vr_verdict_add(v, run, t.first_unmatched);
    }
    if (v) {
        return v;
    }
    if (t.spi_acks != (uint64_t)told.acked ||
        dirs != (uint64_t)told.deactivated) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: %" G_GINT64_FORMAT " and %"
                              G_GUINT64_FORMAT " acknowledged, %"
                              G_GINT64_FORMAT " and %" G_GUINT64_FORMAT
                              " deactivated", told.acked, t.spi_acks,
                              told.deactivated, dirs);
    }
    v = vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " SPIs, none lost, "
                       "none doubled; %" G_GUINT64_FORMAT " by a trapped DIR",
                       told.acked, t.dir_traps);
    if (t.dir_traps) {
        vr_verdict_add(v, run, t.first_dir_trap);
    }
    return v;
}

const VrCheck vr_check_tdir_stress = {
    .id = "arm64.tdir.stress",
    .section = "Arm IHI 0069, \"Interrupt handling and prioritization\"; "
               "\"ICV_DIR_EL1\"",
    .title = "SPIs taken and deactivated on random vCPUs: none lost, none "
             "doubled",
    .scenario = VR_SCENARIO_STRESS,
    .judge = judge,
};
