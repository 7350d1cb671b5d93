/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an interrupt that a vCPU sends itself costs under APICv: nothing of the
 * host's where the CPU virtualizes it, and else little more than the VM exit of
 * the write that sends it.
 */
#include "domains.h"
#include "ir_view.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_APICV_SELF_IPI
#define VECTOR 0x50
#define NOPS 100

/* SDM 3D, "VMX Basic Exit Reasons" */
#define EXIT_WRMSR 32
#define EXIT_APIC_ACCESS 44
#define EXIT_APIC_WRITE 56

typedef struct Way {
    const char *name;
    unsigned round;
    const char *alone; /* the same write, which interrupts nobody */
    unsigned share;    /* at most 1/share of its cost on top; 0: no VM exit */
    const char *words;
} Way;

/*
 * Linux 6.12: the shorthand costs 1/1500 more than the write to nobody, and its
 * own id, on the fast path, 1/4 more. With KVM_REQ_EVENT it is 1/6, and 8/9.
 */
static const Way ways[] = {
    { "icr_self", 1, "icr_others", 12, "by ICR's self shorthand" },
    { "icr_id", 2, "icr_nobody", 2, "by ICR, to its own id" },
    { "self_msr", 3, NULL, 0, "by x2APIC's SELF IPI register" },
    { "xapic_self", 6, NULL, 0, "by xAPIC's ICR, with the self shorthand" },
};

static VrVerdict *need(const VrRun *run, const char *name, const char *what,
                       int64_t *value)
{
    g_autofree char *key = g_strdup_printf("%s_%s", name, what);

    return vr_need_fact(run, SCENARIO, key, value);
}

static VrVerdict *judge_count(const VrRun *run, const Way *way, int64_t *sent)
{
    int64_t received;
    VrVerdict *v = need(run, way->name, "sent", sent);

    v = v ? v : need(run, way->name, "received", &received);
    if (!v && *sent <= 0) {
        v = vr_verdict_new(VR_VERDICT_ERROR, "no interrupt was sent %s",
                           way->words);
    } else if (!v && received != *sent) {
        v = vr_verdict_new(VR_VERDICT_FAIL, "%s: of %" G_GINT64_FORMAT
                           " interrupts %" G_GINT64_FORMAT " arrived",
                           way->words, *sent, received);
    }
    return v;
}

/* Whether the CPU came out because of a write to the APIC. */
static bool is_apic_exit(const VrTraceRec *rec)
{
    return rec->id == EXIT_WRMSR || rec->id == EXIT_APIC_ACCESS ||
           rec->id == EXIT_APIC_WRITE;
}

/*
 * All are delivered virtually, and if so meant, without VM exits. What a VM
 * entry injects is one of them whose delivery met an EPT violation.
 */
static VrVerdict *judge_trace(const VrRun *run, const VrSlice *slice,
                              const Way *way, int64_t sent)
{
    uint64_t virtually = 0;
    VrRange range;
    VrVerdict *v = vr_ir_round(run, slice, way->round, &range);

    for (size_t i = range.begin; !v && i < range.end; i++) {
        const uint16_t kind = vr_run_kind(run, i);
        const VrTraceRec rec = vr_run_rec(run, i);

        virtually += kind == VR_TRACE_VMX_VIRQ && rec.id == VECTOR;
        if (!way->share && kind == VR_TRACE_VMX_EXIT && is_apic_exit(&rec)) {
            v = vr_verdict_new(VR_VERDICT_FAIL, "%s: a VM exit, though the "
                               "CPU virtualizes it", way->words);
            vr_verdict_add(v, run, i);
        }
    }
    if (!v && virtually != (uint64_t)sent) {
        v = vr_verdict_new(VR_VERDICT_ERROR, "%s: of %" G_GINT64_FORMAT
                           " interrupts %" G_GUINT64_FORMAT " were delivered "
                           "virtually in the trace", way->words, sent,
                           virtually);
    }
    return v;
}

static VrVerdict *judge_cost(const VrRun *run, const Way *way, GString *costs)
{
    int64_t cost, alone, nops;
    VrVerdict *v = need(run, way->name, "least", &cost);

    v = v ? v : need(run, way->alone, "least", &alone);
    v = v ? v : vr_need_fact(run, SCENARIO, "nops_least", &nops);
    if (v) {
        return v;
    }
    if (cost <= 0 || alone <= 0 || nops <= 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%s: nothing was measured",
                              way->words);
    }
    g_string_append_printf(costs, "%s%s %" G_GINT64_FORMAT " instructions, %"
                           G_GINT64_FORMAT " of them the write",
                           costs->len ? "; " : "", way->words,
                           cost * NOPS / nops, alone * NOPS / nops);
    if ((cost - alone) * way->share > alone) {
        return vr_verdict_new(VR_VERDICT_FAIL, "an interrupt costs too much "
                              "on top of the write: %s; at most 1/%u of it "
                              "is right", costs->str, way->share);
    }
    return NULL;
}

static VrVerdict *not_applicable(const VrRun *run)
{
    int64_t apicv;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "apicv", &apicv);

    return v || apicv ? v : vr_verdict_new(VR_VERDICT_NOT_APPLICABLE, "KVM "
                                           "does not use APICv");
}

/* Without icount, time is the host's, which does other things too. */
static VrVerdict *not_counted(const VrRun *run)
{
    int64_t counted;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "counted", &counted);

    return v || counted ? v : vr_verdict_new(VR_VERDICT_NOT_APPLICABLE,
                                             "instructions are counted with "
                                             "icount only");
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    g_autoptr(GString) costs = g_string_new(NULL);
    VrVerdict *v = not_applicable(run);

    v = v ? v : not_counted(run);
    for (size_t i = 0; i < G_N_ELEMENTS(ways) && !v; i++) {
        int64_t sent = 0;

        v = judge_count(run, &ways[i], &sent);
        v = v ? v : judge_trace(run, slice, &ways[i], sent);
        if (!v && ways[i].share) {
            v = judge_cost(run, &ways[i], costs);
        }
    }
    return v ? v : vr_verdict_new(VR_VERDICT_PASS, "%s; without a VM exit "
                                  "where the CPU virtualizes it", costs->str);
}

const VrCheck vr_check_apicv_self_ipi_cost = {
    .id = "x86.apicv.self-ipi-cost",
    .section = "Intel SDM 3C, \"Virtualizing MSR-Based APIC Accesses\", "
               "\"Self-IPI Virtualization\"",
    .title = "an interrupt to oneself costs little more than the write that "
             "sends it, and no VM exit where the CPU virtualizes it",
    .scenario = SCENARIO,
    .cpu = "vmx",
    .needs_icount = true,
    .judge = judge,
};

/* --- what every VM entry has to hold --- */

#define LOAD_ROUND 7

static uint64_t count_kind(const VrRun *run, VrRange range, VrTraceKind kind)
{
    uint64_t count = 0;

    for (size_t i = range.begin; i < range.end; i++) {
        count += vr_run_kind(run, i) == kind;
    }
    return count;
}

/* Over the whole run, whatever else was asked of it. */
static VrVerdict *judge_lost(const VrRun *run)
{
    const VrRange all = { 0, run->count };
    VrVerdict *v;
    size_t at;

    if (!vr_find(run, all, VR_TRACE_VMX_PI_LOST, -1, &at)) {
        return NULL;
    }
    v = vr_verdict_new(VR_VERDICT_FAIL, "VM entries with ON set and SN clear, "
                       "whose notification was neither pending nor in "
                       "flight: %" G_GUINT64_FORMAT, count_kind(run, all,
                       VR_TRACE_VMX_PI_LOST));
    vr_verdict_add(v, run, at);
    return v;
}

static VrVerdict *judge_invariant(const VrRun *run, const VrSlice *slice)
{
    static const Way load = { .name = "load", .words = "under load" };
    uint64_t entries, processed, found;
    int64_t sent;
    VrRange range;
    VrVerdict *v = not_applicable(run);

    v = v ? v : judge_lost(run);
    v = v ? v : vr_ir_round(run, slice, LOAD_ROUND, &range);
    v = v ? v : judge_count(run, &load, &sent);
    if (v) {
        return v;
    }
    entries = count_kind(run, range, VR_TRACE_VMX_ENTRY);
    processed = count_kind(run, range, VR_TRACE_VMX_PI);
    found = count_kind(run, range, VR_TRACE_VMX_PID);
    if (!entries || !processed || !found) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the load's trace has %"
                              G_GUINT64_FORMAT " VM entries, %"
                              G_GUINT64_FORMAT " descriptors at them and %"
                              G_GUINT64_FORMAT " notifications processed",
                              entries, found, processed);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GUINT64_FORMAT " VM entries "
                          "in the whole run, none of which leaves a "
                          "notification behind; under load %"
                          G_GINT64_FORMAT " interrupts, %" G_GUINT64_FORMAT
                          " notifications processed",
                          count_kind(run, (VrRange){ 0, run->count },
                                     VR_TRACE_VMX_ENTRY), sent, processed);
}

const VrCheck vr_check_apicv_entry_invariant = {
    .id = "x86.apicv.entry-invariant",
    .section = "Intel SDM 3C, \"Posted-Interrupt Processing\"",
    .title = "at each VM entry, ON set and SN clear mean that the "
             "notification is pending or in flight",
    .scenario = SCENARIO,
    .cpu = "vmx",
    .judge = judge_invariant,
};
