/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * More interrupts active at once than there are list registers. EOImode 1:
 * deactivated in another order, partly from another vCPU. EOImode 0: nested,
 * the innermost EOIed first.
 */
#include "domains.h"
#include "view.h"

#define PART_A 1
#define PART_B 2

/* SPIs acknowledged before the first of them is let go. */
static unsigned active_at_once(const VrRun *run, VrRange range, bool eoi_ends)
{
    unsigned count = 0;

    for (size_t i = range.begin; i < range.end; i++) {
        VrTraceRec rec = vr_run_rec(run, i);

        if (rec.kind == VR_TRACE_ICV_ACK && vr_is_spi(rec.id)) {
            count++;
        } else if (vr_is_dir_trap(&rec) || rec.kind == VR_TRACE_ICV_DIR ||
                   (eoi_ends && rec.kind == VR_TRACE_ICV_EOI)) {
            break;
        }
    }
    return count;
}

static VrVerdict *no_overflow(unsigned active, uint32_t list_registers)
{
    if (list_registers > 0 && active > list_registers) {
        return NULL;
    }
    return vr_verdict_new(VR_VERDICT_ERROR, "no overflow: %u interrupts active "
                          "at once, %u list registers in use", active,
                          list_registers);
}

static VrVerdict *judge_a(const VrRun *run, VrRange range)
{
    VrTally t = vr_tally(run, range);
    int64_t still_active, acked;
    VrVerdict *v = no_overflow(active_at_once(run, range, false),
                               t.list_registers);

    v = v ? v : vr_need_fact(run, VR_SCENARIO_LR_OVERFLOW, "a_still_active",
                             &still_active);
    v = v ? v : vr_need_fact(run, VR_SCENARIO_LR_OVERFLOW, "a_acked", &acked);
    if (v) {
        return v;
    }
    if (t.dirs_unmatched) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "%" G_GUINT64_FORMAT " DIR writes "
                           "did not trap and matched no list register",
                           t.dirs_unmatched);
        vr_verdict_add(v, run, t.first_unmatched);
        return v;
    }
    if (still_active != 0) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT " of %"
                              G_GUINT64_FORMAT " SPIs stay active after DIR",
                              still_active, t.spi_acks);
    }
    if ((uint64_t)acked != t.spi_acks ||
        t.dir_traps + t.dirs_matched != t.spi_acks) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: %" G_GINT64_FORMAT " and %"
                              G_GUINT64_FORMAT " acknowledged, %"
                              G_GUINT64_FORMAT " DIR writes trapped and %"
                              G_GUINT64_FORMAT " not", acked, t.spi_acks,
                              t.dir_traps, t.dirs_matched);
    }
    return NULL;
}

static VrVerdict *judge_b(const VrRun *run, VrRange range)
{
    VrTally t = vr_tally(run, range);
    int64_t still_active, acked;
    VrVerdict *v = no_overflow(active_at_once(run, range, true),
                               t.list_registers);

    v = v ? v : vr_need_fact(run, VR_SCENARIO_LR_OVERFLOW, "b_still_active",
                             &still_active);
    v = v ? v : vr_need_fact(run, VR_SCENARIO_LR_OVERFLOW, "b_acked", &acked);
    if (v) {
        return v;
    }
    if (still_active != 0 || t.spi_eois != t.spi_acks) {
        return vr_verdict_new(VR_VERDICT_FAIL, "nested in EOImode 0: %"
                              G_GUINT64_FORMAT " acknowledged, %"
                              G_GUINT64_FORMAT " EOIed, %" G_GINT64_FORMAT
                              " stay active", t.spi_acks, t.spi_eois,
                              still_active);
    }
    if ((uint64_t)acked != t.spi_acks) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: %" G_GINT64_FORMAT " and %"
                              G_GUINT64_FORMAT " nested interrupts "
                              "acknowledged", acked, t.spi_acks);
    }
    return NULL;
}

static VrVerdict *judge_part(const VrRun *run, const VrSlice *slice,
                             const VrRound *round, void *opaque)
{
    unsigned *parts = opaque;

    (void)slice;
    if (round->number != PART_A && round->number != PART_B) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the scenario has two parts");
    }
    *parts |= 1u << round->number;
    return round->number == PART_A ? judge_a(run, round->range)
                                   : judge_b(run, round->range);
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    unsigned parts = 0, rounds;
    VrVerdict *v = vr_judge_rounds(run, slice, judge_part, &parts, &rounds);
    VrTally t;

    if (v) {
        return v;
    }
    if (parts != (1u << PART_A | 1u << PART_B)) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the trace has only one of the "
                              "scenario's two parts");
    }
    t = vr_tally(run, slice->range);
    v = vr_verdict_new(VR_VERDICT_PASS, "%" G_GUINT64_FORMAT " SPIs retired "
                       "beyond %u list registers, %" G_GUINT64_FORMAT
                       " by a trapped DIR", t.spi_acks, t.list_registers,
                       t.dir_traps);
    if (t.dir_traps) {
        vr_verdict_add(v, run, t.first_dir_trap);
    }
    return v;
}

const VrCheck vr_check_tdir_lr_overflow = {
    .id = "arm64.tdir.lr-overflow",
    .section = "Arm IHI 0069, \"ICH_HCR_EL2\": EOIcount, TDIR; \"List register "
               "usage\"",
    .title = "interrupts that are active outside the list registers are "
             "deactivated, by DIR and by EOI",
    .scenario = VR_SCENARIO_LR_OVERFLOW,
    .judge = judge,
};
