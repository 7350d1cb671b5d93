/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every check on a run that holds, on runs with one flaw each, and on runs
 * that did not exercise its subject.
 */
#include <string.h>
#include <unistd.h>

#include "../view.h"
#include "synth.h"

/* Writes the scenario of a check, with the named flaw (NULL: none). */
typedef void (*Script)(Synth *s, const char *flaw);

typedef struct Case {
    const char *check;
    Script script;
    const char *flaw;
    VrOutcome outcome;
    const char *reason; /* has to be part of the verdict's reason */
} Case;

static bool is(const char *flaw, const char *name)
{
    return g_strcmp0(flaw, name) == 0;
}

static void finish(Synth *s, VrScenario scenario)
{
    g_autofree char *line =
        g_strdup_printf("ok %d %s", scenario, vr_scenario_name(scenario));

    synth_mark(VR_MARK_SCENARIO_END, scenario);
    synth_line(s, line);
    synth_fact(s, "RUN", "done", 1);
}

/* --- arm64.boot --- */

static void boot(Synth *s, const char *flaw)
{
    int vcpus = is(flaw, "vcpu-dead") ? 14 : 15;

    synth_scenario(VR_SCENARIO_BOOT, 4);
    for (int i = 0; i < vcpus && !is(flaw, "silent"); i++) {
        synth_entry(i % 4, false);
        synth_ack(i % 4, 1, 0);
        synth_ack(i % 4, 40 + i, 0);
    }
    synth_fact(s, "BOOT", "vms_ok", is(flaw, "vm-dead") ? 3 : 4);
    if (!is(flaw, "no-fact")) {
        synth_fact(s, "BOOT", "vcpus_ok", vcpus);
    }
    finish(s, VR_SCENARIO_BOOT);
    if (is(flaw, "no-end")) {
        g_string_truncate(s->console, strstr(s->console->str, "# fact RUN") -
                                          s->console->str);
    }
}

/* --- arm64.tdir.asym-deactivate --- */

static void asym_round(const char *flaw, unsigned r, bool bad)
{
    uint32_t intid = 40 + r;

    synth_mark(VR_MARK_ROUND_BEGIN, r);
    if (!is(flaw, "no-inject")) {
        synth_mark(VR_MARK_INJECT, intid);
    }
    if (!(bad && is(flaw, "not-acked"))) {
        synth_ack(bad && is(flaw, "acked-elsewhere") ? 2 : 0, intid, 0);
        if (!(bad && is(flaw, "no-eoi"))) {
            synth_eoi(0, intid, 0);
        }
    }
    if (!(bad && is(flaw, "no-dir-mark"))) {
        synth_mark(VR_MARK_DIR, intid);
    }
    if (bad && (is(flaw, "untrapped") || is(flaw, "guessed"))) {
        synth_dir(1, intid, -1);
    } else if (bad && is(flaw, "wrong-cpu")) {
        synth_dir_trap(0);
    } else if (bad && is(flaw, "other-trap")) {
        synth_trap(1, VR_SYSREG(3, 0, 12, 11, 5), true);
    } else if (bad && is(flaw, "read-trap")) {
        synth_trap(1, VR_SYSREG_ICC_DIR_EL1, false);
    } else {
        synth_dir_trap(1);
    }
    if (!(bad && (is(flaw, "untrapped") || is(flaw, "trapped-active")))) {
        synth_mark(VR_MARK_RETIRED, intid);
    }
    if (!is(flaw, "no-round-end")) {
        synth_mark(VR_MARK_ROUND_END, r);
    }
}

static void asym(Synth *s, const char *flaw)
{
    int still = is(flaw, "untrapped") || is(flaw, "trapped-active");

    synth_scenario(VR_SCENARIO_ASYM_DEACTIVATE, is(flaw, "one-vcpu") ? 1 : 2);
    for (unsigned r = 0; r < 4 && !is(flaw, "no-rounds"); r++) {
        asym_round(flaw, r, r == 2);
    }
    synth_fact(s, "ASYM_DEACTIVATE", "rounds", 4);
    synth_fact(s, "ASYM_DEACTIVATE", "deactivated",
               is(flaw, "report-differs") ? 3 : 4 - still);
    synth_fact(s, "ASYM_DEACTIVATE", "still_active", still);
    finish(s, VR_SCENARIO_ASYM_DEACTIVATE);
}

/* --- arm64.tdir.set-on-all-vcpus, arm64.tdir.broadcast-kick --- */

static void broadcast_kick(const char *flaw, unsigned cpu, bool bad)
{
    if (bad && is(flaw, "no-kick")) {
        return;
    }
    synth_exit_irq(cpu);
    synth_icc_ack(cpu, bad && is(flaw, "ppi-not-sgi") ? 30 : 1);
    if (!(bad && is(flaw, "stays-out"))) {
        synth_entry(cpu, !(bad && is(flaw, "kick-without-tdir")));
    }
}

static void broadcast_round(const char *flaw, unsigned r, bool bad)
{
    synth_mark(VR_MARK_ROUND_BEGIN, r);
    synth_mark(VR_MARK_INJECT, 50);
    if (bad && is(flaw, "not-acked")) {
        synth_entry(0, true);
    } else {
        synth_ack(0, 50, 0);
    }
    for (unsigned cpu = 1; cpu < 4; cpu++) {
        broadcast_kick(flaw, cpu, bad && cpu == 3);
    }
    synth_eoi(0, 50, 0);
    if (!is(flaw, "no-held")) {
        synth_mark(VR_MARK_HELD, r);
    }
    for (unsigned cpu = 0; cpu < 4; cpu++) {
        if (bad && cpu == 2 && is(flaw, "no-reentry")) {
            continue;
        }
        synth_exit_irq(cpu);
        synth_entry(cpu, !(bad && cpu == 2 && is(flaw, "tdir-missing")));
    }
    if (!is(flaw, "no-settled")) {
        synth_mark(VR_MARK_SETTLED, r);
    }
    synth_dir_trap(0);
    for (unsigned cpu = 0; cpu < 4; cpu++) {
        synth_exit_irq(cpu);
        synth_entry(cpu, false);
    }
    synth_mark(VR_MARK_ROUND_END, r);
}

static void broadcast(Synth *s, const char *flaw)
{
    synth_scenario(VR_SCENARIO_BROADCAST, is(flaw, "one-vcpu") ? 1 : 4);
    for (unsigned cpu = 0; cpu < 4; cpu++) {
        synth_entry(cpu, false);
        if (is(flaw, "never-inside")) {
            synth_exit_irq(cpu);
        }
    }
    for (unsigned r = 0; r < 3; r++) {
        if (is(flaw, "no-rounds") || (r > 0 && is(flaw, "never-inside"))) {
            break;
        }
        broadcast_round(flaw, r, r == 1);
    }
    finish(s, VR_SCENARIO_BROADCAST);
}

/* --- arm64.tdir.cleared-when-idle --- */

static unsigned idle_phase(const char *flaw, bool bad)
{
    unsigned sgis = 0;

    for (unsigned cpu = 0; cpu < 4; cpu++) {
        if (bad && cpu == 1 && is(flaw, "no-dirs")) {
            continue;
        }
        synth_ack(cpu, 3, 0);
        synth_eoi(cpu, 3, 0);
        if (bad && cpu == 1 && is(flaw, "trap")) {
            synth_dir_trap(cpu);
        } else if (bad && cpu == 1 && is(flaw, "unmatched")) {
            synth_dir(cpu, 3, -1);
        } else {
            synth_dir(cpu, 3, 0);
        }
        sgis++;
    }
    if (bad && is(flaw, "entry-with-tdir")) {
        synth_entry(2, true);
    }
    return sgis;
}

static void idle(Synth *s, const char *flaw)
{
    unsigned sgis = 0;

    synth_scenario(VR_SCENARIO_IDLE, is(flaw, "no-vcpus") ? 0 : 4);
    for (unsigned r = 0; r < 3 && !is(flaw, "no-rounds"); r++) {
        synth_mark(VR_MARK_ROUND_BEGIN, r);
        for (unsigned cpu = 0; cpu < 4; cpu++) {
            synth_entry(cpu, true);
            if (!is(flaw, "no-spis")) {
                synth_ack(cpu, 40 + cpu, 0);
            }
            synth_dir_trap(cpu);
            synth_entry(cpu, r == 1 && cpu == 3 && is(flaw, "stays-set"));
        }
        if (!is(flaw, "no-idle-mark")) {
            synth_mark(VR_MARK_IDLE, 4);
        }
        sgis += idle_phase(flaw, r == 1);
        synth_mark(VR_MARK_ROUND_END, r);
    }
    synth_fact(s, "IDLE", "rounds", 3);
    synth_fact(s, "IDLE", "sgis", is(flaw, "report-differs") ? 99 : sgis);
    finish(s, VR_SCENARIO_IDLE);
}

/* --- arm64.tdir.eoimode0 --- */

static void eoimode0(Synth *s, const char *flaw)
{
    unsigned count = is(flaw, "nothing") || is(flaw, "none-taken") ? 0 : 20;

    synth_scenario(VR_SCENARIO_EOIMODE0, 4);
    synth_trap(0, VR_SYSREG(3, 0, 12, 12, 5), true); /* ICC_SRE_EL1 */
    for (unsigned i = 0; i < count; i++) {
        synth_ack(i % 4, 32 + i, 0);
        if (!(i == 7 && is(flaw, "no-eoi"))) {
            synth_eoi(i % 4, 32 + i, 0);
        }
        synth_trap(i % 4, VR_SYSREG(3, 0, 12, 11, 5), true); /* SGI1R */
        synth_ack(i % 4, 2, 0);
        synth_eoi(i % 4, 2, 0);
    }
    if (is(flaw, "iar-trap")) {
        synth_trap(1, VR_SYSREG(3, 0, 12, 12, 0), false);
    } else if (is(flaw, "pmr-trap")) {
        synth_trap(1, VR_SYSREG(3, 0, 4, 6, 0), true);
    } else if (is(flaw, "wrote-dir")) {
        synth_dir(1, 40, 0);
    } else if (is(flaw, "dir-trap")) {
        synth_dir_trap(1);
    }
    synth_fact(s, "EOIMODE0", "injected", is(flaw, "nothing") ? 0 : 20);
    synth_fact(s, "EOIMODE0", "acked",
               is(flaw, "lost") ? 19 : is(flaw, "none-taken") ? 0 : 20);
    synth_fact(s, "EOIMODE0", "still_active", is(flaw, "active") ? 1 : 0);
    if (is(flaw, "report-differs")) {
        synth_ack(0, 60, 0);
        synth_eoi(0, 60, 0);
    }
    finish(s, VR_SCENARIO_EOIMODE0);
}

/* --- arm64.tdir.lr-overflow --- */

static void overflow_a(const char *flaw)
{
    unsigned count = is(flaw, "a-small") ? 3 : 12;

    synth_mark(VR_MARK_ROUND_BEGIN, 1);
    for (unsigned i = 0; i < count; i++) {
        synth_ack(0, 40 + i, i % 4);
        synth_eoi(0, 40 + i, i % 4);
    }
    for (unsigned i = 0; i < count; i++) {
        if (i == 5 && is(flaw, "a-untrapped")) {
            synth_dir(1, 40 + i, -1);
        } else if (i != 6 || !is(flaw, "a-missing-dir")) {
            synth_dir_trap(i & 1);
        }
    }
    synth_mark(VR_MARK_ROUND_END, 1);
}

static void overflow_b(const char *flaw)
{
    unsigned count = is(flaw, "b-small") ? 2 : 8;

    synth_mark(VR_MARK_ROUND_BEGIN, 2);
    for (unsigned i = 0; i < count; i++) {
        synth_ack(0, 60 + i, i % 4);
    }
    for (unsigned i = count; i > 0; i--) {
        if (i != 3 || !is(flaw, "b-missing-eoi")) {
            synth_eoi(0, 60 + i - 1, i > 4 ? 0 : -1);
        }
    }
    synth_mark(VR_MARK_ROUND_END, 2);
}

static void overflow(Synth *s, const char *flaw)
{
    synth_scenario(VR_SCENARIO_LR_OVERFLOW, 2);
    if (!is(flaw, "no-rounds")) {
        overflow_a(flaw);
        if (!is(flaw, "one-part")) {
            overflow_b(flaw);
        }
    }
    synth_fact(s, "LR_OVERFLOW", "a_acked", is(flaw, "a-differs") ? 11 : 12);
    synth_fact(s, "LR_OVERFLOW", "a_still_active", is(flaw, "a-active"));
    synth_fact(s, "LR_OVERFLOW", "b_acked", is(flaw, "b-differs") ? 7 : 8);
    synth_fact(s, "LR_OVERFLOW", "b_still_active", is(flaw, "b-active"));
    finish(s, VR_SCENARIO_LR_OVERFLOW);
}

/* --- arm64.tdir.edge-and-level --- */

static void sources(Synth *s, const char *flaw)
{
    static const char *const keys[] = { "edge_line", "edge_irqfd",
                                        "level_line", "level_refire",
                                        "level_resample" };
    unsigned count = is(flaw, "nothing") ? 0 : is(flaw, "few") ? 20 : 24;

    synth_scenario(VR_SCENARIO_EDGE_LEVEL, 2);
    for (unsigned i = 0; i < count; i++) {
        synth_ack(0, 40 + i, 0);
        synth_eoi(0, 40 + i, 0);
        if (i == 9 && is(flaw, "untrapped")) {
            synth_dir(1, 40 + i, -1);
        } else {
            synth_dir_trap(1);
        }
    }
    synth_fact(s, "EDGE_LEVEL", "each", is(flaw, "nothing") ? 0 : 4);
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (is(flaw, "nothing")) {
            synth_fact(s, "EDGE_LEVEL", keys[i], 0);
        } else if (!(i == 2 && is(flaw, "no-fact"))) {
            synth_fact(s, "EDGE_LEVEL", keys[i], is(flaw, keys[i]) ? 3 : 4);
        }
    }
    finish(s, VR_SCENARIO_EDGE_LEVEL);
}

/* --- arm64.tdir.stress --- */

static void stress(Synth *s, const char *flaw)
{
    int count = is(flaw, "nothing") ? 0 : 1000;

    s->stress_asked = is(flaw, "nothing") ? 0 :
                      is(flaw, "fewer-than-asked") ? 2000 : 1000;
    synth_scenario(VR_SCENARIO_STRESS, 4);
    for (int i = 0; i < count; i++) {
        synth_ack(i % 4, 40 + i % 24, 0);
        if (i == 500 && is(flaw, "twice")) {
            synth_ack(i % 4, 40 + i % 24, 0);
        }
        synth_eoi(i % 4, 40 + i % 24, 0);
        if (!(i == 600 && is(flaw, "trace-lacks-dir"))) {
            synth_dir_trap((i + 1) % 4);
        }
    }
    synth_fact(s, "STRESS", "injected", count);
    synth_fact(s, "STRESS", "acked", is(flaw, "not-acked") ? 999 : count);
    synth_fact(s, "STRESS", "deactivated", is(flaw, "active") ? 999 : count);
    synth_fact(s, "STRESS", "lost", is(flaw, "lost"));
    synth_fact(s, "STRESS", "doubled", is(flaw, "doubled"));
    synth_fact(s, "STRESS", "timeout", is(flaw, "hung"));
    finish(s, VR_SCENARIO_STRESS);
}

/* --- what holds for every check --- */

/* The numbers have gaps. */
static bool next_scenario(unsigned *i)
{
    while (*i < VR_SCENARIO_LIMIT && !vr_scenario_name(*i)) {
        ++*i;
    }
    return *i < VR_SCENARIO_LIMIT;
}

static void nothing_at_all(Synth *s, const char *flaw)
{
    if (is(flaw, "no-agent")) {
        g_string_assign(s->console, "[ 0.1] Kernel panic - not syncing\n");
    } else if (is(flaw, "no-result")) {
        synth_fact(s, "RUN", "done", 1);
    } else if (is(flaw, "skipped")) {
        for (unsigned i = 1; next_scenario(&i); i++) {
            g_autofree char *line = g_strdup_printf(
                "ok %u %s # SKIP no /dev/kvm", i, vr_scenario_name(i));

            synth_line(s, line);
        }
    } else if (is(flaw, "no-marks") || is(flaw, "twice") ||
               is(flaw, "unended") || is(flaw, "no-trace")) {
        for (unsigned i = 1; next_scenario(&i); i++) {
            g_autofree char *line =
                g_strdup_printf("ok %u %s", i, vr_scenario_name(i));

            synth_line(s, line);
            if (!is(flaw, "no-marks")) {
                synth_mark(VR_MARK_SCENARIO_BEGIN, i);
            }
            if (is(flaw, "twice")) {
                synth_mark(VR_MARK_SCENARIO_END, i);
                synth_mark(VR_MARK_SCENARIO_BEGIN, i);
            }
        }
        s->no_trace = is(flaw, "no-trace");
    } else if (is(flaw, "empty-scenario")) {
        for (unsigned i = 1; next_scenario(&i); i++) {
            synth_scenario(i, 4);
            finish(s, i);
        }
    }
}

static const struct {
    const char *flaw;
    VrOutcome outcome;
    const char *reason;
} common[] = {
    { "no-agent", VR_VERDICT_ERROR, "report is missing" },
    { "cut-report", VR_VERDICT_ERROR, "ends before the result" },
    { "no-result", VR_VERDICT_ERROR, "has no result" },
    { "skipped", VR_VERDICT_NOT_APPLICABLE, "no /dev/kvm" },
    { "no-trace", VR_VERDICT_ERROR, "no trace" },
    { "no-marks", VR_VERDICT_ERROR, "no marks" },
    { "twice", VR_VERDICT_ERROR, "2 times" },
    { "unended", VR_VERDICT_ERROR, "ends inside" },
    { "empty-scenario", VR_VERDICT_ERROR, "" },
};

#define ASYM "arm64.tdir.asym-deactivate"
#define SET "arm64.tdir.set-on-all-vcpus"
#define KICK "arm64.tdir.broadcast-kick"
#define IDLE "arm64.tdir.cleared-when-idle"
#define EOI0 "arm64.tdir.eoimode0"
#define OVER "arm64.tdir.lr-overflow"
#define EDGE "arm64.tdir.edge-and-level"
#define STRESS "arm64.tdir.stress"
#define PASS VR_VERDICT_PASS
#define FAIL VR_VERDICT_FAIL
#define ERROR VR_VERDICT_ERROR

static const Case cases[] = {
    { "arm64.boot", boot, NULL, PASS, "4 VMs with 15 vCPUs" },
    { "arm64.boot", boot, "vcpu-dead", FAIL, "14 of 15 vCPUs" },
    { "arm64.boot", boot, "vm-dead", FAIL, "3 of 4 VMs" },
    { "arm64.boot", boot, "silent", ERROR, "disagree" },
    { "arm64.boot", boot, "no-fact", ERROR, "'vcpus_ok'" },
    { "arm64.boot", boot, "no-end", ERROR, "power-off" },
    { ASYM, asym, NULL, PASS, "4 of 4 SPIs" },
    { ASYM, asym, "untrapped", FAIL, "did not trap and matched no" },
    { ASYM, asym, "guessed", FAIL, "by other means" },
    { ASYM, asym, "trapped-active", FAIL, "trapped, and it stays active" },
    { ASYM, asym, "not-acked", FAIL, "never acknowledged" },
    { ASYM, asym, "acked-elsewhere", FAIL, "another CPU" },
    { ASYM, asym, "wrong-cpu", ERROR, "did not write DIR" },
    { ASYM, asym, "other-trap", ERROR, "did not write DIR" },
    { ASYM, asym, "read-trap", ERROR, "did not write DIR" },
    { ASYM, asym, "no-eoi", ERROR, "was not EOIed" },
    { ASYM, asym, "no-dir-mark", ERROR, "no vCPU was told" },
    { ASYM, asym, "no-inject", ERROR, "no SPI was injected" },
    { ASYM, asym, "no-round-end", ERROR, "no end mark" },
    { ASYM, asym, "no-rounds", ERROR, "no round" },
    { ASYM, asym, "one-vcpu", ERROR, "two vCPUs" },
    { ASYM, asym, "report-differs", ERROR, "disagree" },
    { SET, broadcast, NULL, PASS, "all 4 vCPUs" },
    { SET, broadcast, "tdir-missing", FAIL, "vCPU 2 (CPU 2) runs with" },
    { SET, broadcast, "no-reentry", ERROR, "did not enter" },
    { SET, broadcast, "no-held", ERROR, "held" },
    { SET, broadcast, "no-settled", ERROR, "settle" },
    { SET, broadcast, "no-rounds", ERROR, "no round" },
    { SET, broadcast, "one-vcpu", ERROR, "needs two" },
    { KICK, broadcast, NULL, PASS, "9 kicks in 3 rounds" },
    { KICK, broadcast, "no-kick", FAIL, "round 1: no IPI fetched vCPU 3" },
    { KICK, broadcast, "ppi-not-sgi", FAIL, "no IPI" },
    { KICK, broadcast, "stays-out", FAIL, "did not enter" },
    { KICK, broadcast, "kick-without-tdir", FAIL, "with TDIR = 0" },
    { KICK, broadcast, "not-acked", FAIL, "not acknowledged" },
    { KICK, broadcast, "never-inside", ERROR, "ever in the guest" },
    { KICK, broadcast, "no-held", ERROR, "injected and held" },
    { KICK, broadcast, "no-rounds", ERROR, "no round" },
    { KICK, broadcast, "one-vcpu", ERROR, "needs two" },
    { IDLE, idle, NULL, PASS, "12 SGIs" },
    { IDLE, idle, "trap", FAIL, "a DIR write traps" },
    { IDLE, idle, "unmatched", FAIL, "matched no list register" },
    { IDLE, idle, "entry-with-tdir", FAIL, "enters the guest with TDIR" },
    { IDLE, idle, "stays-set", FAIL, "runs with TDIR = 1" },
    { IDLE, idle, "no-dirs", ERROR, "wrote no DIR" },
    { IDLE, idle, "no-spis", ERROR, "no SPI" },
    { IDLE, idle, "no-idle-mark", ERROR, "no idle phase" },
    { IDLE, idle, "no-rounds", ERROR, "no round" },
    { IDLE, idle, "no-vcpus", ERROR, "no vCPU" },
    { IDLE, idle, "report-differs", ERROR, "disagree" },
    { EOI0, eoimode0, NULL, PASS, "20 SPIs and 20 SGIs" },
    { EOI0, eoimode0, "iar-trap", FAIL, "trapped" },
    { EOI0, eoimode0, "pmr-trap", FAIL, "trapped" },
    { EOI0, eoimode0, "no-eoi", FAIL, "not all retired" },
    { EOI0, eoimode0, "lost", FAIL, "not all retired" },
    { EOI0, eoimode0, "active", FAIL, "not all retired" },
    { EOI0, eoimode0, "none-taken", FAIL, "0 SPIs" },
    { EOI0, eoimode0, "wrote-dir", ERROR, "wrote DIR" },
    { EOI0, eoimode0, "dir-trap", ERROR, "wrote DIR" },
    { EOI0, eoimode0, "nothing", ERROR, "no SPI" },
    { EOI0, eoimode0, "report-differs", ERROR, "disagree" },
    { OVER, overflow, NULL, PASS, "20 SPIs retired beyond 4" },
    { OVER, overflow, "a-untrapped", FAIL, "matched no list register" },
    { OVER, overflow, "a-active", FAIL, "stay active after DIR" },
    { OVER, overflow, "b-active", FAIL, "1 stay active" },
    { OVER, overflow, "b-missing-eoi", FAIL, "7 EOIed" },
    { OVER, overflow, "a-small", ERROR, "no overflow" },
    { OVER, overflow, "b-small", ERROR, "no overflow" },
    { OVER, overflow, "a-missing-dir", ERROR, "disagree" },
    { OVER, overflow, "a-differs", ERROR, "disagree" },
    { OVER, overflow, "b-differs", ERROR, "disagree" },
    { OVER, overflow, "one-part", ERROR, "only one" },
    { OVER, overflow, "no-rounds", ERROR, "no round" },
    { EDGE, sources, NULL, PASS, "4 of each of 5" },
    { EDGE, sources, "edge_line", FAIL, "edge_line: 3 of 4" },
    { EDGE, sources, "edge_irqfd", FAIL, "edge_irqfd: 3 of 4" },
    { EDGE, sources, "level_line", FAIL, "level_line: 3 of 4" },
    { EDGE, sources, "level_refire", FAIL, "level_refire: 3 of 4" },
    { EDGE, sources, "level_resample", FAIL, "level_resample: 3 of 4" },
    { EDGE, sources, "untrapped", FAIL, "1 DIR writes did not trap" },
    { EDGE, sources, "no-fact", ERROR, "'level_line'" },
    { EDGE, sources, "few", ERROR, "disagree" },
    { EDGE, sources, "nothing", ERROR, "did nothing" },
    { STRESS, stress, NULL, PASS, "1000 SPIs, none lost" },
    { STRESS, stress, "lost", FAIL, "1 lost" },
    { STRESS, stress, "doubled", FAIL, "1 doubled" },
    { STRESS, stress, "not-acked", FAIL, "999 acknowledged" },
    { STRESS, stress, "active", FAIL, "999 deactivated" },
    { STRESS, stress, "twice", FAIL, "acknowledged twice" },
    { STRESS, stress, "hung", FAIL, "hung" },
    { STRESS, stress, "trace-lacks-dir", ERROR, "disagree" },
    { STRESS, stress, "fewer-than-asked", ERROR, "2000 SPIs were asked" },
    { STRESS, stress, "nothing", ERROR, "0 injected" },
};

static void expect(const VrVerdict *v, VrOutcome outcome, const char *reason)
{
    g_test_message("%s: %s", vr_outcome_name(v->outcome), v->reason);
    g_assert_cmpstr(vr_outcome_name(v->outcome), ==, vr_outcome_name(outcome));
    g_assert_nonnull(strstr(v->reason, reason));
    g_assert_null(strchr(v->reason, '\n'));
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    Synth *s = synth_new();
    VrVerdict *v;

    c->script(s, c->flaw);
    v = synth_judge(s, c->check);
    expect(v, c->outcome, c->reason);
    vr_verdict_free(v);
    synth_free(s);
}

static void test_common(gconstpointer data)
{
    const VrCheck *check = data;

    for (size_t i = 0; i < G_N_ELEMENTS(common); i++) {
        Synth *s = synth_new();
        VrVerdict *v;

        g_test_message("%s", common[i].flaw);
        nothing_at_all(s, common[i].flaw);
        v = synth_judge(s, check->id);
        expect(v, common[i].outcome, common[i].reason);
        vr_verdict_free(v);
        synth_free(s);
    }
}

/* A failure names the events that decided it. */
static void test_evidence(void)
{
    Synth *s = synth_new();
    VrVerdict *v;

    asym(s, "untrapped");
    v = synth_judge(s, ASYM);
    g_assert_cmpuint(v->evidence->len, ==, 4);
    for (unsigned i = 0; i < v->evidence->len; i++) {
        g_assert_cmpint(*(char *)v->evidence->pdata[i], ==, '#');
    }
    vr_verdict_free(v);
    synth_free(s);
}

/* A trace that was cut inside a record is judged up to the cut. */
static void test_cut_trace(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    g_autoptr(VrRun) run = NULL;
    Synth *s = synth_new();
    VrVerdict *v;
    gsize len;

    asym(s, NULL);
    v = synth_judge(s, ASYM);
    g_assert_cmpint(v->outcome, ==, VR_VERDICT_PASS);
    vr_verdict_free(v);
    g_assert_true(g_file_get_contents(s->trace, &text, &len, &error));
    g_assert_cmpint(truncate(s->trace, len - 5), ==, 0);
    run = vr_run_load(s->console_path, s->trace, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(run->cut_bytes, ==, sizeof(VrTraceRec) - 5);
    v = vr_check_judge(vr_check_find(ASYM), run);
    expect(v, VR_VERDICT_ERROR, "ends inside");
    vr_verdict_free(v);
    synth_free(s);
}

static void test_bad_files(void)
{
    g_autoptr(GError) error = NULL;
    Synth *s = synth_new();

    vr_trace_close(NULL);
    g_assert_null(vr_run_load(s->console_path, s->trace, 0, &error));
    g_assert_nonnull(strstr(error->message, "console.txt"));
    g_clear_error(&error);
    g_file_set_contents(s->console_path, "", -1, NULL);
    g_file_set_contents(s->trace, "not a trace at all, by far", -1, NULL);
    g_assert_null(vr_run_load(s->console_path, s->trace, 0, &error));
    g_assert_nonnull(strstr(error->message, "trace.vrt"));
    synth_free(s);
}

int main(int argc, char **argv)
{
    const VrCheck *check;

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf(
            "/checks/%s/%s", cases[i].check,
            cases[i].flaw ? cases[i].flaw : "holds");

        g_test_add_data_func(path, &cases[i], test_case);
    }
    for (size_t i = 0; (check = vr_check_at(i)); i++) {
        g_autofree char *path = g_strdup_printf("/checks/%s/common",
                                                check->id);

        g_test_add_data_func(path, check, test_common);
    }
    g_test_add_func("/checks/evidence", test_evidence);
    g_test_add_func("/checks/cut-trace", test_cut_trace);
    g_test_add_func("/checks/bad-files", test_bad_files);
    return g_test_run();
}
