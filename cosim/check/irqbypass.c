/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's irqbypass manager: what registrations cost, who is refused. */
#include "domains.h"
#include "ir_view.h"
#include "view.h"

/* --- scaling --- */

#define LARGEST 16384
#define SIZES 15
#define FLAT 2 /* times what the first costs */

static VrVerdict *fetch_costs(const VrRun *run, VrScenario scenario,
                              int64_t cost[SIZES])
{
    VrVerdict *v = NULL;

    for (unsigned i = 0; i < SIZES && !v; i++) {
        g_autofree char *key = g_strdup_printf("cost_%u", 1u << i);

        v = vr_need_fact(run, scenario, key, &cost[i]);
        if (!v && cost[i] <= 0) {
            v = vr_verdict_new(VR_VERDICT_ERROR, "%s is %" G_GINT64_FORMAT
                               ": nothing was measured", key, cost[i]);
        }
    }
    return v;
}

static VrVerdict *judge_scaling(const VrRun *run, VrScenario scenario)
{
    int64_t cost[SIZES], registered;
    unsigned worst = 0;
    VrVerdict *v = vr_need_fact(run, scenario, "registered", &registered);

    v = v ? v : fetch_costs(run, scenario, cost);
    if (v) {
        return v;
    }
    if (registered != LARGEST - 1) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT " irqfds "
                              "were registered, not %d", registered,
                              LARGEST - 1);
    }
    for (unsigned i = 0; i < SIZES; i++) {
        worst = cost[i] > cost[worst] ? i : worst;
    }
    if (cost[worst] <= FLAT * cost[0]) {
        v = vr_verdict_new(VR_VERDICT_PASS, "the 1st irqfd costs %"
                           G_GINT64_FORMAT " instructions, the %dth %"
                           G_GINT64_FORMAT, cost[0], LARGEST,
                           cost[SIZES - 1]);
    } else {
        v = vr_verdict_new(VR_VERDICT_FAIL, "the %uth irqfd costs %"
                           G_GINT64_FORMAT " instructions, %.1f times the "
                           "first", 1u << worst, cost[worst],
                           (double)cost[worst] / cost[0]);
    }
    for (unsigned i = 0; i < SIZES; i++) {
        vr_verdict_note(v, "irqfd %u: %" G_GINT64_FORMAT " instructions",
                        1u << i, cost[i]);
    }
    return v;
}

/* --- collision --- */

typedef struct Rule {
    const char *fact;
    bool all; /* of the tokens, or none */
    const char *broken;
} Rule;

static const Rule rules[] = {
    { "failed", false, "calls that had to succeed failed" },
    { "first_refused", false, "the first users of eventfds were refused" },
    { "same_vm_busy", true, "a second irqfd of the same VM was not refused by "
                            "EBUSY" },
    { "second_refused", true, "another VM's registration was not refused" },
    { "still_refused", true, "another VM got in when one that had been refused "
                             "went away" },
    { "moved_refused", false, "the first user has gone, and another was "
                              "refused" },
    { "back_refused", true, "the first user came back in, though another has "
                            "the eventfd" },
    { "freed_refused", false, "new eventfds were refused in place of freed "
                              "ones" },
};

static VrVerdict *judge_rule(const VrRun *run, VrScenario scenario,
                             const Rule *rule, int64_t tokens)
{
    const int64_t want = rule->all ? tokens : 0;
    int64_t value;
    VrVerdict *v = vr_need_fact(run, scenario, rule->fact, &value);

    if (v || value == want) {
        return v;
    }
    return vr_verdict_new(VR_VERDICT_FAIL, "%s: %s %" G_GINT64_FORMAT ", of %"
                          G_GINT64_FORMAT " eventfds; %" G_GINT64_FORMAT
                          " is right", rule->broken, rule->fact, value, tokens,
                          want);
}

static VrVerdict *judge_collision(const VrRun *run, VrScenario scenario)
{
    int64_t tokens, lost;
    VrVerdict *v = vr_need_fact(run, scenario, "tokens", &tokens);

    v = v ? v : vr_need_fact(run, scenario, "log_lost", &lost);
    if (v) {
        return v;
    }
    if (tokens <= 0 || lost) {
        return vr_verdict_new(VR_VERDICT_ERROR, lost ? "messages of the "
                              "kernel's log were lost"
                              : "no eventfd was registered");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rules) && !v; i++) {
        v = judge_rule(run, scenario, &rules[i], tokens);
    }
    return v ? v : vr_verdict_new(VR_VERDICT_PASS, "%" G_GINT64_FORMAT
                                  " eventfds: one user each, and the next when "
                                  "it has gone", tokens);
}

/* --- both architectures --- */

/* On x86, KVM knows of irqbypass under VMX, and where a block posts. */
#define CHECKS(ARCH, CPU, BLOCK, SCALING, PAIRS) \
    static VrVerdict *scaling_##ARCH(const VrRun *run, const VrSlice *slice) \
    { \
        (void)slice; \
        return judge_scaling(run, SCALING); \
    } \
    static VrVerdict *collision_##ARCH(const VrRun *run, const VrSlice *slice) \
    { \
        (void)slice; \
        return judge_collision(run, PAIRS); \
    } \
    const VrCheck vr_check_irqbypass_scaling_##ARCH = { \
        .id = #ARCH ".irqbypass.scaling", \
        .section = "Linux, Documentation/virt/kvm/api.rst, \"KVM_IRQFD\"", \
        .title = "the 16384th irqfd costs no more than twice what the first " \
                 "one costs, in instructions", \
        .scenario = SCALING, \
        .cpu = CPU, \
        .needs_block = BLOCK, \
        .needs_icount = true, \
        .judge = scaling_##ARCH, \
    }; \
    const VrCheck vr_check_irqbypass_collision_##ARCH = { \
        .id = #ARCH ".irqbypass.collision", \
        .section = "Linux, Documentation/virt/kvm/api.rst, \"KVM_IRQFD\"; " \
                   "include/linux/irqbypass.h, \"Theory of operation\"", \
        .title = "an eventfd has one user at a time, whatever others share " \
                 "its place in memory or had it before", \
        .scenario = PAIRS, \
        .cpu = CPU, \
        .needs_block = BLOCK, \
        .judge = collision_##ARCH, \
    };

CHECKS(x86, "vmx", true, VR_SCENARIO_IRQBYPASS_SCALING,
       VR_SCENARIO_IRQBYPASS_PAIRS)
CHECKS(arm64, NULL, false, VR_SCENARIO_IRQBYPASS_SCALING_ARM,
       VR_SCENARIO_IRQBYPASS_PAIRS_ARM)
