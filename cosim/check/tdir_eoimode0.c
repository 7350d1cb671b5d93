/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EOImode 0: an EOI deactivates. A guest that never writes DIR must not pay
 * for the trap of DIR: no access to its CPU interface exits, but those that
 * generate SGIs.
 */
#include "domains.h"
#include "view.h"

#define ICC_SGI1R_EL1 VR_SYSREG(3, 0, 12, 11, 5)
#define ICC_ASGI1R_EL1 VR_SYSREG(3, 0, 12, 11, 6)
#define ICC_SGI0R_EL1 VR_SYSREG(3, 0, 12, 11, 7)
/* Its trap belongs to ICC_SRE_EL2.Enable, not to ICH_HCR_EL2. */
#define ICC_SRE_EL1 VR_SYSREG(3, 0, 12, 12, 5)
#define ICC_PMR_EL1 VR_SYSREG(3, 0, 4, 6, 0)

/* A trapped access to ICC_* that ICH_HCR_EL2 asked for. */
static bool is_unwanted_trap(const VrTraceRec *rec)
{
    uint32_t reg;
    bool write;

    if (!vr_sysreg_trap(rec, &reg, &write)) {
        return false;
    }
    switch (reg) {
    case ICC_SGI1R_EL1:
    case ICC_ASGI1R_EL1:
    case ICC_SGI0R_EL1:
    case ICC_SRE_EL1:
        return false;
    case ICC_PMR_EL1:
        return true;
    default:
        /* S3_0_C12_C8_* to S3_0_C12_C12_*: the ICC registers of EL1 */
        return reg >= VR_SYSREG(3, 0, 12, 8, 0) &&
               reg <= VR_SYSREG(3, 0, 12, 12, 7);
    }
}

static VrVerdict *judge_events(const VrRun *run, VrRange range)
{
    for (size_t i = range.begin; i < range.end; i++) {
        VrTraceRec rec = vr_run_rec(run, i);
        VrVerdict *v;

        if (vr_is_dir_trap(&rec) || rec.kind == VR_TRACE_ICV_DIR) {
            v = vr_verdict_new(VR_VERDICT_ERROR, "the guest wrote DIR: the run "
                               "was not in EOImode 0");
        } else if (is_unwanted_trap(&rec)) {
            v = vr_verdict_new(VR_VERDICT_FAIL, "an access to the CPU "
                               "interface trapped (CPU %u)", rec.cpu);
        } else {
            continue;
        }
        vr_verdict_add(v, run, i);
        return v;
    }
    return NULL;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    const VrScenario s = VR_SCENARIO_EOIMODE0;
    VrTally t = vr_tally(run, slice->range);
    int64_t injected, acked, still_active;
    VrVerdict *v;

    if (t.spi_acks == 0 || t.sgi_acks == 0) {
        v = vr_need_fact(run, s, "injected", &injected);
        if (!v && injected > 0) {
            return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT
                                  " interrupts injected, %" G_GUINT64_FORMAT
                                  " SPIs and %" G_GUINT64_FORMAT " SGIs "
                                  "acknowledged", injected, t.spi_acks,
                                  t.sgi_acks);
        }
        vr_verdict_free(v);
        return vr_verdict_new(VR_VERDICT_ERROR, "the guest took no SPI or no "
                              "SGI");
    }
    v = judge_events(run, slice->range);
    v = v ? v : vr_need_fact(run, s, "injected", &injected);
    v = v ? v : vr_need_fact(run, s, "acked", &acked);
    v = v ? v : vr_need_fact(run, s, "still_active", &still_active);
    if (v) {
        return v;
    }
    if (acked != injected || still_active != 0 || t.spi_eois != t.spi_acks ||
        t.sgi_eois != t.sgi_acks) {
        return vr_verdict_new(VR_VERDICT_FAIL, "not all retired: %"
                              G_GINT64_FORMAT " injected, %" G_GINT64_FORMAT
                              " acknowledged, %" G_GINT64_FORMAT " still "
                              "active; %" G_GUINT64_FORMAT " acknowledges and %"
                              G_GUINT64_FORMAT " EOIs in the trace", injected,
                              acked, still_active, t.spi_acks + t.sgi_acks,
                              t.spi_eois + t.sgi_eois);
    }
    if ((uint64_t)acked != t.spi_acks &&
        (uint64_t)acked != t.spi_acks + t.sgi_acks) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: %" G_GINT64_FORMAT " acknowledged; %"
                              G_GUINT64_FORMAT " SPIs and %" G_GUINT64_FORMAT
                              " SGIs in the trace", acked, t.spi_acks,
                              t.sgi_acks);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GUINT64_FORMAT " SPIs and %"
                          G_GUINT64_FORMAT " SGIs retired by EOI alone, no "
                          "access trapped", t.spi_acks, t.sgi_acks);
}

const VrCheck vr_check_tdir_eoimode0 = {
    .id = "arm64.tdir.eoimode0",
    .section = "Arm IHI 0069, \"ICC_CTLR_EL1\": EOImode; \"ICH_HCR_EL2\": "
               "TDIR, TALL0, TALL1, TC",
    .title = "with EOImode 0 an EOI deactivates, and no access to the CPU "
             "interface traps",
    .scenario = VR_SCENARIO_EOIMODE0,
    .judge = judge,
};
