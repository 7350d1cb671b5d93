/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view.h"

bool vr_find(const VrRun *run, VrRange range, VrTraceKind kind, int cpu,
             size_t *at)
{
    for (size_t i = range.begin; i < range.end; i++) {
        if (vr_run_kind(run, i) == kind &&
            (cpu < 0 || vr_run_rec(run, i).cpu == cpu)) {
            *at = i;
            return true;
        }
    }
    return false;
}

bool vr_find_last(const VrRun *run, VrRange range, VrTraceKind kind, int cpu,
                  size_t *at)
{
    for (size_t i = range.end; i > range.begin; i--) {
        if (vr_run_kind(run, i - 1) == kind &&
            (cpu < 0 || vr_run_rec(run, i - 1).cpu == cpu)) {
            *at = i - 1;
            return true;
        }
    }
    return false;
}

bool vr_find_id(const VrRun *run, VrRange range, VrTraceKind kind,
                uint32_t id, size_t *at)
{
    for (size_t i = range.begin; i < range.end; i++) {
        if (vr_run_kind(run, i) == kind && vr_run_rec(run, i).id == id) {
            *at = i;
            return true;
        }
    }
    return false;
}

bool vr_find_mark(const VrRun *run, VrRange range, uint32_t mark, size_t *at)
{
    return vr_find_id(run, range, VR_TRACE_MARK, mark, at);
}

bool vr_find_mark_of(const VrRun *run, VrRange range, uint32_t mark,
                     uint64_t value, size_t *at)
{
    while (vr_find_mark(run, range, mark, at)) {
        if (vr_run_rec(run, *at).arg[0] == value) {
            return true;
        }
        range.begin = *at + 1;
    }
    return false;
}

VrVcpus vr_vcpus(const VrRun *run, const VrSlice *slice)
{
    VrVcpus vcpus = { .count = 0 };
    VrRange range = slice->range;
    size_t at;

    for (unsigned v = 0; v < VR_MAX_VCPUS; v++) {
        vcpus.pcpu[v] = -1;
    }
    while (vr_find_mark(run, range, VR_MARK_VCPU_ON_PCPU, &at)) {
        uint64_t value = vr_run_rec(run, at).arg[0];
        unsigned vcpu = value & 0xffff;

        if (vcpu < VR_MAX_VCPUS) {
            vcpus.pcpu[vcpu] = value >> 16 & 0xff;
        }
        range.begin = at + 1;
    }
    while (vcpus.count < VR_MAX_VCPUS && vcpus.pcpu[vcpus.count] >= 0) {
        vcpus.count++;
    }
    return vcpus;
}

bool vr_next_round(const VrRun *run, const VrSlice *slice, size_t *at,
                   VrRound *round)
{
    VrRange rest = { MAX(*at, slice->range.begin), slice->range.end };
    size_t begin, end, next;

    if (!vr_find_mark(run, rest, VR_MARK_ROUND_BEGIN, &begin)) {
        return false;
    }
    rest.begin = begin + 1;
    if (vr_find_mark(run, rest, VR_MARK_ROUND_BEGIN, &next)) {
        rest.end = next;
    }
    round->number = vr_run_rec(run, begin).arg[0];
    round->ended = vr_find_mark(run, rest, VR_MARK_ROUND_END, &end);
    round->range = (VrRange){ begin, round->ended ? end + 1 : rest.end };
    *at = round->range.end;
    return true;
}

static VrVerdict *unended_round(void)
{
    return vr_verdict_new(VR_VERDICT_ERROR, "the round has no end mark");
}

VrVerdict *vr_judge_rounds(const VrRun *run, const VrSlice *slice,
                           VrRoundJudge judge, void *opaque, unsigned *count)
{
    g_autoptr(VrVerdict) first = NULL;
    uint64_t number = 0;
    unsigned bad = 0;
    size_t at = slice->range.begin;
    VrRound round;

    *count = 0;
    while (vr_next_round(run, slice, &at, &round)) {
        VrVerdict *v = round.ended ? judge(run, slice, &round, opaque)
                                   : unended_round();

        (*count)++;
        if (!v) {
            continue;
        }
        bad++;
        if (!first || (first->outcome == VR_VERDICT_ERROR &&
                       v->outcome == VR_VERDICT_FAIL)) {
            vr_verdict_free(first);
            first = v;
            number = round.number;
        } else {
            vr_verdict_free(v);
        }
    }
    if (*count == 0) {
        return vr_verdict_new(VR_VERDICT_ERROR,
                              "the trace has no round of the scenario");
    }
    if (first) {
        char *reason = g_strdup_printf("round %" G_GUINT64_FORMAT
                                       ": %s (%u of %u rounds)", number,
                                       first->reason, bad, *count);

        g_free(first->reason);
        first->reason = reason;
    }
    return g_steal_pointer(&first);
}

VrVerdict *vr_need_fact(const VrRun *run, VrScenario scenario,
                        const char *key, int64_t *value)
{
    const char *name = vr_scenario_name(scenario);

    if (vr_report_fact(run->report, name, key, value)) {
        return NULL;
    }
    return vr_verdict_new(VR_VERDICT_ERROR,
                          "the report lacks the fact '%s' of scenario %s",
                          key, name);
}

bool vr_sysreg_trap(const VrTraceRec *rec, uint32_t *sysreg, bool *write)
{
    uint32_t iss = rec->arg[1] & 0x1ffffff;

    if (rec->kind != VR_TRACE_VM_EXIT || rec->id != 0 ||
        (rec->arg[1] >> 26 & 0x3f) != 0x18) {
        return false;
    }
    *sysreg = VR_SYSREG(iss >> 20 & 3, iss >> 14 & 7, iss >> 10 & 0xf,
                        iss >> 1 & 0xf, iss >> 17 & 7);
    *write = !(iss & 1);
    return true;
}

bool vr_is_dir_trap(const VrTraceRec *rec)
{
    uint32_t sysreg;
    bool write;

    return vr_sysreg_trap(rec, &sysreg, &write) && write &&
           sysreg == VR_SYSREG_ICC_DIR_EL1;
}

static void tally_dir(VrTally *t, const VrTraceRec *rec, size_t at)
{
    if ((int64_t)rec->arg[1] >= 0) {
        t->dirs_matched++;
    } else if (t->dirs_unmatched++ == 0) {
        t->first_unmatched = at;
    }
}

static void tally_ack(VrTally *t, const VrTraceRec *rec)
{
    if (vr_is_spi(rec->id)) {
        t->spi_acks++;
    } else if (rec->id < VR_SGI_LIMIT) {
        t->sgi_acks++;
    }
    if (rec->arg[1] < 16 && rec->arg[1] >= t->list_registers) {
        t->list_registers = rec->arg[1] + 1;
    }
}

VrTally vr_tally(const VrRun *run, VrRange range)
{
    VrTally t = { 0 };

    for (size_t i = range.begin; i < range.end; i++) {
        VrTraceRec rec = vr_run_rec(run, i);

        switch (rec.kind) {
        case VR_TRACE_VM_ENTRY:
            t.entries++;
            break;
        case VR_TRACE_VM_EXIT:
            t.exits++;
            if (vr_is_dir_trap(&rec) && t.dir_traps++ == 0) {
                t.first_dir_trap = i;
            }
            break;
        case VR_TRACE_ICV_ACK:
            tally_ack(&t, &rec);
            break;
        case VR_TRACE_ICV_EOI:
            t.spi_eois += vr_is_spi(rec.id);
            t.sgi_eois += rec.id < VR_SGI_LIMIT;
            break;
        case VR_TRACE_ICV_DIR:
            tally_dir(&t, &rec, i);
            break;
        }
    }
    return t;
}
