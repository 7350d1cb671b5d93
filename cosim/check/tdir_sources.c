/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edge and level, by ioctl and by irqfd: deactivated from another vCPU. */
#include "domains.h"
#include "view.h"

static const char *const sources[] = {
    "edge_line", "edge_irqfd", "level_line", "level_refire", "level_resample",
};

static VrVerdict *judge_source(const VrRun *run, const char *key, int64_t each)
{
    int64_t right;
    VrVerdict *v = vr_need_fact(run, VR_SCENARIO_EDGE_LEVEL, key, &right);

    if (v || right == each) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "%s: %" G_GINT64_FORMAT " of %"
                          G_GINT64_FORMAT " handled right", key, right, each);
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    VrTally t = vr_tally(run, slice->range);
    const uint64_t dirs = t.dir_traps + t.dirs_matched;
    uint64_t least;
    int64_t each;
    VrVerdict *v = vr_need_fact(run, VR_SCENARIO_EDGE_LEVEL, "each", &each);

    if (v) {
        return v;
    }
    if (each <= 0 || t.spi_acks == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the scenario did nothing: %"
                              G_GINT64_FORMAT " of each, %" G_GUINT64_FORMAT
                              " SPIs acknowledged", each, t.spi_acks);
    }
    for (size_t i = 0; !v && i < G_N_ELEMENTS(sources); i++) {
        v = judge_source(run, sources[i], each);
    }
    if (t.dirs_unmatched) {
        if (!v || v->outcome != VR_VERDICT_FAIL) {
            vr_verdict_free(v);
            v = vr_verdict_new(VR_VERDICT_FAIL, "%" G_GUINT64_FORMAT " DIR "
                               "writes did not trap and matched no list "
                               "register", t.dirs_unmatched);
        }
        vr_verdict_add(v, run, t.first_unmatched);
    }
    if (v) {
        return v;
    }
    /* A level that stays high fires twice. */
    least = (uint64_t)each * (G_N_ELEMENTS(sources) + 1);
    if (t.spi_acks < least || dirs < least) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: %" G_GUINT64_FORMAT " SPIs "
                              "acknowledged and %" G_GUINT64_FORMAT
                              " deactivated, %" G_GUINT64_FORMAT " expected",
                              t.spi_acks, dirs, least);
    }
    v = vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " of each of %zu "
                       "kinds, %" G_GUINT64_FORMAT " by a trapped DIR", each,
                       G_N_ELEMENTS(sources), t.dir_traps);
    if (t.dir_traps) {
        vr_verdict_add(v, run, t.first_dir_trap);
    }
    return v;
}

const VrCheck vr_check_tdir_edge_and_level = {
    .id = "arm64.tdir.edge-and-level",
    .section = "Arm IHI 0069, \"ICH_LR<n>_EL2\": State, EOI; \"ICV_DIR_EL1\"",
    .title = "edge and level SPIs, by ioctl and by irqfd, fire once a cause "
             "when deactivated from another vCPU",
    .scenario = VR_SCENARIO_EDGE_LEVEL,
    .judge = judge,
};
