/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EOIs that KVM intercepts for an I/O APIC. One is needed: that of the
 * interrupt in flight when its route changed. Those of later interrupts of the
 * vector on the old vCPU are nobody's.
 */
#include "domains.h"
#include "ir_view.h"
#include "view.h"

#define EXIT_EOI 45 /* SDM 3D, "VMX Basic Exit Reasons": virtualized EOI */

typedef struct Part {
    const char *name;
    unsigned round;
} Part;

typedef struct Pin {
    char name;
    uint8_t vector;
} Pin;

static const Pin pins[] = { { 'a', 0x61 }, { 'b', 0x71 } };

static VrVerdict *need(const VrRun *run, VrScenario scenario, const Part *part,
                       const char *what, const Pin *pin, int64_t *value)
{
    g_autofree char *key = pin ? g_strdup_printf("%s_%s_%c", part->name, what,
                                                 pin->name)
                               : g_strdup_printf("%s_%s", part->name, what);

    return vr_need_fact(run, scenario, key, value);
}

static VrVerdict *wrong_eois(const Part *part, const Pin *pin, int64_t eois,
                             int64_t later)
{
    if (eois < 1) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%s: the EOI of the interrupt "
                              "in flight, vector %#x, did not come out",
                              part->name, pin->vector);
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "%s: after the EOI of the interrupt "
                          "in flight %" G_GINT64_FORMAT " of %"
                          G_GINT64_FORMAT " of the same vector, %#x, came "
                          "out", part->name, eois - 1, later, pin->vector);
}

static VrVerdict *judge_report(const VrRun *run, VrScenario scenario,
                               const Part *part, const Pin *pin,
                               int64_t *sent)
{
    int64_t received, eois;
    VrVerdict *v = need(run, scenario, part, "sent", pin, sent);

    v = v ? v : need(run, scenario, part, "received", pin, &received);
    v = v ? v : need(run, scenario, part, "eois", pin, &eois);
    if (v) {
        return v;
    }
    if (*sent <= 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%s: no interrupt of the "
                              "vector was sent after the one in flight",
                              part->name);
    }
    if (received != *sent) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%s: of %" G_GINT64_FORMAT
                              " later interrupts %" G_GINT64_FORMAT
                              " arrived", part->name, *sent, received);
    }
    return eois == 1 ? NULL : wrong_eois(part, pin, eois, *sent);
}

typedef struct Eois {
    uint64_t all;     /* EOIs that the CPU virtualized */
    uint64_t exiting; /* of them, those that had to exit */
    bool first;       /* the first of them had to */
    uint64_t exits;
    size_t last_exit;
} Eois;

static Eois count_eois(const VrRun *run, VrRange range, uint8_t vector)
{
    Eois eois = { 0 };

    for (size_t i = range.begin; i < range.end; i++) {
        const uint16_t kind = vr_run_kind(run, i);
        const VrTraceRec rec = vr_run_rec(run, i);

        if (kind == VR_TRACE_VMX_VEOI && rec.id == vector) {
            eois.first |= eois.all == 0 && rec.arg[1];
            eois.all++;
            eois.exiting += rec.arg[1] != 0;
        } else if (kind == VR_TRACE_VMX_EXIT && rec.id == EXIT_EOI &&
                   rec.arg[1] == vector) {
            eois.exits++;
            eois.last_exit = i;
        }
    }
    return eois;
}

/* With APICv, the CPU's own account of the same. */
static VrVerdict *judge_trace(const VrRun *run, VrRange range,
                              const Part *part, const Pin *pin, int64_t sent)
{
    const Eois eois = count_eois(run, range, pin->vector);

    if (eois.all != (uint64_t)sent + 1) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%s: the trace has %"
                              G_GUINT64_FORMAT " EOIs of vector %#x, the "
                              "report %" G_GINT64_FORMAT, part->name, eois.all,
                              pin->vector, sent + 1);
    }
    if (!eois.first || eois.exiting != 1 || eois.exits != 1) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%s: of the EOIs of vector %#x "
                              "%" G_GUINT64_FORMAT " met the EOI-exit bitmap, "
                              "%" G_GUINT64_FORMAT " led to VM exits; the "
                              "first alone is right", part->name, pin->vector,
                              eois.exiting, eois.exits);
    }
    return NULL;
}

/* The record that tells best, of a verdict by the report. */
static void add_exit(VrVerdict *v, const VrRun *run, VrRange range,
                     const Pin *pin)
{
    const Eois eois = count_eois(run, range, pin->vector);

    if (eois.exits > 1) {
        vr_verdict_note(v, "the last of %" G_GUINT64_FORMAT " VM exits:",
                        eois.exits);
        vr_verdict_add(v, run, eois.last_exit);
    }
}

static VrVerdict *judge_part(const VrRun *run, const VrSlice *slice,
                             VrScenario scenario, const Part *part,
                             unsigned count, bool apicv)
{
    int64_t sent, target;
    VrRange range;
    VrVerdict *v = vr_ir_round(run, slice, part->round, &range);

    for (unsigned i = 0; i < count && !v; i++) {
        v = judge_report(run, scenario, part, &pins[i], &sent);
        if (v) {
            add_exit(v, run, range, &pins[i]);
        } else if (apicv) {
            v = judge_trace(run, range, part, &pins[i], sent);
        }
    }
    v = v ? v : need(run, scenario, part, "target", NULL, &target);
    if (!v && target != 1) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "%s: the EOI of an interrupt at "
                           "the route's new target came out %"
                           G_GINT64_FORMAT " times, not once", part->name,
                           target);
    }
    return v;
}

static VrVerdict *judge_parts(const VrRun *run, const VrSlice *slice,
                              VrScenario scenario, const Part *parts,
                              unsigned count, bool *apicv)
{
    int64_t value;
    VrVerdict *v = vr_need_fact(run, scenario, "apicv", &value);

    *apicv = !v && value;
    for (unsigned i = 0; i < 2 && !v; i++) {
        v = judge_part(run, slice, scenario, &parts[i], count, *apicv);
    }
    return v;
}

/* An EOI that is rightly intercepted costs the same, with many routes too. */
static VrVerdict *judge_cost(const VrRun *run)
{
    const VrScenario scenario = VR_SCENARIO_IOAPIC_STALE_EOI;
    int64_t few, many, measured;
    VrVerdict *v = vr_need_fact(run, scenario, "few_least", &few);

    v = v ? v : vr_need_fact(run, scenario, "many_least", &many);
    v = v ? v : vr_need_fact(run, scenario, "measured", &measured);
    if (v) {
        return v;
    }
    if (measured <= 0 || few <= 0 || many <= 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "no EOI of a route that stays "
                              "came out: nothing was measured");
    }
    if (many * 2 > few * 3) {
        return vr_verdict_new(VR_VERDICT_FAIL, "an EOI of a route that stays "
                              "takes %" G_GINT64_FORMAT " ticks with few "
                              "routes and %" G_GINT64_FORMAT " with many: each "
                              "EOI has the routes scanned", few, many);
    }
    return NULL;
}

static VrVerdict *judge_one(const VrRun *run, const VrSlice *slice)
{
    static const Part parts[] = { { "x2apic", 1 }, { "xapic", 2 } };
    bool apicv;
    VrVerdict *v = judge_parts(run, slice, VR_SCENARIO_IOAPIC_STALE_EOI, parts,
                               1, &apicv);

    v = v ? v : judge_cost(run);
    return v ? v : vr_verdict_new(VR_VERDICT_PASS, "one EOI came out, then "
                                  "none%s", apicv ? "; so says the EOI-exit "
                                                    "bitmap" : "");
}

static VrVerdict *judge_two(const VrRun *run, const VrSlice *slice)
{
    static const Part parts[] = { { "nested", 1 }, { "pending", 2 } };
    bool apicv;
    VrVerdict *v = judge_parts(run, slice, VR_SCENARIO_IOAPIC_STALE_TWO, parts,
                               2, &apicv);

    return v ? v : vr_verdict_new(VR_VERDICT_PASS, "one EOI of each vector "
                                  "came out, then none%s",
                                  apicv ? "; so says the EOI-exit bitmap"
                                        : "");
}

const VrCheck vr_check_ioapic_stale_eoi = {
    .id = "x86.ioapic.stale-eoi",
    .section = "Linux, Documentation/virt/kvm/api.rst, "
               "\"KVM_CAP_SPLIT_IRQCHIP\"; Intel SDM 3C, \"EOI "
               "Virtualization\"",
    .title = "of a vector whose route has changed, only the EOI of the "
             "interrupt in flight is intercepted",
    .scenario = VR_SCENARIO_IOAPIC_STALE_EOI,
    .judge = judge_one,
};

const VrCheck vr_check_ioapic_stale_eoi_two_vectors = {
    .id = "x86.ioapic.stale-eoi-two-vectors",
    .section = "Linux, Documentation/virt/kvm/api.rst, "
               "\"KVM_CAP_SPLIT_IRQCHIP\"; Intel SDM 3C, \"EOI "
               "Virtualization\"",
    .title = "the same for two in flight at once, nested or one behind the "
             "other: each EOI is intercepted once",
    .scenario = VR_SCENARIO_IOAPIC_STALE_TWO,
    .judge = judge_two,
};
