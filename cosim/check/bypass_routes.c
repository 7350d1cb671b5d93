/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's choice of vector and vCPU, and what of it can be posted. */
#include "bypass_view.h"
#include "domains.h"
#include "ir_view.h"
#include "view.h"

/* --- affinity --- */

#define AFFINITY VR_SCENARIO_BYPASS_AFFINITY
#define SHARE 10u /* of what was asked for: one in so many is fired */

static VrVerdict *judge_affinity(const VrRun *run, const VrSlice *slice)
{
    const VrBypassLook look = { .scenario = AFFINITY };
    const VrBypassTally *t;
    int64_t fired, changes;
    VrBypass b;
    VrVerdict *v = vr_bypass_view(run, slice, &look, &b);

    t = &b.round[1];
    v = v ? v : vr_need_fact(run, AFFINITY, "fired", &fired);
    v = v ? v : vr_need_fact(run, AFFINITY, "changes", &changes);
    v = v ? v : vr_bypass_rules(run, slice, &b);
    v = v ? v : vr_ir_fact_is(run, AFFINITY, "settled", 1,
                              "posts stay behind in a descriptor");
    v = v ? v : vr_bypass_none_lost(run, AFFINITY, &b);
    if (v) {
        return v;
    }
    if (changes == 0 || (uint64_t)fired < run->stress_asked / SHARE) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT
                              " interrupts were fired and %" G_GINT64_FORMAT
                              " changes made", fired, changes);
    }
    if (t->posts != (uint64_t)fired || t->remapped) {
        return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GINT64_FORMAT
                              " interrupts %" G_GUINT64_FORMAT " were posted "
                              "and %" G_GUINT64_FORMAT " remapped", fired,
                              t->posts, t->remapped);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT " changes of "
                          "vector and vCPU, %" G_GUINT64_FORMAT " posts, each "
                          "to its place, %" G_GUINT64_FORMAT " delivered, %"
                          G_GUINT64_FORMAT " coalesced", changes, t->posts,
                          t->delivered, t->coalesced + t->merged);
}

const VrCheck vr_check_bypass_affinity = {
    .id = "x86.bypass.affinity",
    .section = "Intel VT-d, \"Interrupt Remapping Table Entry for Posted "
               "Interrupts\"; \"Interrupt Entry Cache Invalidate Descriptor\"",
    .title = "the guest changes vector and vCPU under load: each post goes to "
             "its last choice; none is lost",
    .scenario = AFFINITY,
    .needs_block = true,
    .judge = judge_affinity,
};

/* --- multicast --- */

#define MULTICAST VR_SCENARIO_BYPASS_MULTICAST

enum { ALL = 1, SEVERAL, NMI, LOWEST, BACK };

/* Facts: entries in the posted format, fired, received, handled by the host */
typedef struct Part {
    const char *posted, *fired, *received, *host;
    unsigned copies;
} Part;

static const Part parts[] = {
    [ALL] = { "all_posted", "all", "all_received", "all_host", 2 },
    [SEVERAL] = { "several_posted", "several", "several_received",
                  "several_host", 2 },
    [NMI] = { "nmi_posted", "nmi", "nmi_received", "nmi_host", 1 },
    [LOWEST] = { "lowest_posted", "lowest", "lowest_received", "lowest_host",
                 1 },
    [BACK] = { "back_posted", "back", "back_received", "back_host", 1 },
};

static VrVerdict *judge_received(const VrRun *run, const Part *p,
                                 int64_t *fired)
{
    int64_t received;
    VrVerdict *v = vr_need_fact(run, MULTICAST, p->fired, fired);

    v = v ? v : vr_need_fact(run, MULTICAST, p->received, &received);
    if (v || received == *fired * p->copies) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GINT64_FORMAT " interrupts"
                          ", for %u vCPUs each, %s is %" G_GINT64_FORMAT, *fired,
                          p->copies, p->received, received);
}

static VrVerdict *judge_fallback(const VrRun *run, const VrBypass *b,
                                 unsigned round)
{
    const VrBypassTally *t = &b->round[round];
    const Part *p = &parts[round];
    int64_t fired;
    VrVerdict *v = vr_ir_fact_is(run, MULTICAST, p->posted, 0,
                                 "the entry of an interrupt that cannot be "
                                 "posted is in the posted format");

    v = v ? v : judge_received(run, p, &fired);
    v = v ? v : vr_ir_facts_equal(run, MULTICAST, p->host, p->fired,
                                  "the host did not handle each");
    if (v || (t->posts == 0 && t->remapped == (uint64_t)fired)) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "round %u: of %" G_GINT64_FORMAT
                          " interrupts that cannot be posted %" G_GUINT64_FORMAT
                          " were remapped and %" G_GUINT64_FORMAT " posted",
                          round, fired, t->remapped, t->posts);
}

/* One vCPU, which the kernel chooses: posted or not, it arrives once. */
static VrVerdict *judge_lowest(const VrRun *run, const VrBypass *b)
{
    const VrBypassTally *t = &b->round[LOWEST];
    int64_t fired;
    VrVerdict *v = judge_received(run, &parts[LOWEST], &fired);

    if (v || t->posts + t->remapped == (uint64_t)fired) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GINT64_FORMAT
                          " interrupts by lowest priority %" G_GUINT64_FORMAT
                          " were posted and %" G_GUINT64_FORMAT " remapped",
                          fired, t->posts, t->remapped);
}

static VrVerdict *judge_back(const VrRun *run, const VrBypass *b)
{
    const VrBypassTally *t = &b->round[BACK];
    int64_t fired;
    VrVerdict *v = vr_ir_facts_equal(run, MULTICAST, "back_posted",
                                     "back_changes", "the entry does not come "
                                     "back to the posted format");

    v = v ? v : vr_ir_fact_is(run, MULTICAST, "back_host", 0,
                              "the host handled interrupts that are posted");
    v = v ? v : judge_received(run, &parts[BACK], &fired);
    if (v || (t->posts == (uint64_t)fired && t->remapped == 0)) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "of %" G_GINT64_FORMAT
                          " interrupts that can be posted %" G_GUINT64_FORMAT
                          " were remapped", fired, t->remapped);
}

static VrVerdict *judge_multicast(const VrRun *run, const VrSlice *slice)
{
    const VrBypassLook look = { .scenario = MULTICAST, .software = true };
    VrBypass b;
    VrVerdict *v = vr_bypass_view(run, slice, &look, &b);

    v = v ? v : judge_fallback(run, &b, ALL);
    v = v ? v : judge_fallback(run, &b, SEVERAL);
    v = v ? v : judge_fallback(run, &b, NMI);
    v = v ? v : judge_lowest(run, &b);
    v = v ? v : judge_back(run, &b);
    v = v ? v : vr_bypass_rules(run, slice, &b);
    v = v ? v : vr_bypass_none_lost(run, MULTICAST, &b);
    if (v) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%" G_GUINT64_FORMAT " for several "
                          "vCPUs remapped, %" G_GUINT64_FORMAT " for one "
                          "posted again", b.all.remapped, b.round[BACK].posts);
}

const VrCheck vr_check_bypass_multicast = {
    .id = "x86.bypass.multicast",
    .section = "Intel VT-d, \"Interrupt Posting\"; Intel SDM vol. 3, "
               "\"Message Signalled Interrupts\"",
    .title = "what cannot be posted goes through the host, arrives everywhere, "
             "and comes back to posting",
    .scenario = MULTICAST,
    .needs_block = true,
    .judge = judge_multicast,
};
