/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks about remapped and posted interrupts, on a run that holds, and on
 * runs with one flaw each. What holds for every check is in test_checks.c.
 */
#include <string.h>

#include "../view.h"
#include "irqgen.h"
#include "synth.h"
#include "vtd_ir.h"

#define SOURCE 0x0008u
#define TABLE UINT64_C(0x300000)
#define EIME 0x800u
#define INDEX 0x1du
#define ADDRESS (0xfee00010u | INDEX << 5)
#define PID UINT64_C(0x1f028c80)
#define NV UINT64_C(0xeb)
#define CPU UINT64_C(2)
#define CONTROL (CPU << 32 | NV << 16)
#define ON 1
#define SN 2

typedef void (*Script)(Synth *s, const char *flaw);

typedef struct Case {
    const char *check;
    Script script;
    const char *flaw; /* NULL: none */
    VrOutcome outcome;
    const char *reason; /* has to be part of the verdict's reason */
} Case;

static bool is(const char *flaw, const char *name)
{
    return g_strcmp0(flaw, name) == 0;
}

/* --- block events --- */

static bool silent; /* the unit is QEMU's own */

static void event(const VrEvent *e)
{
    if (!silent) {
        vr_trace_block_event(NULL, e);
    }
}

static void message(uint8_t kind, uint32_t id, uint64_t addr, uint64_t data)
{
    event(&(VrEvent){ .kind = kind, .id = id, .addr = addr, .data = { data } });
}

static void read_register(uint64_t offset, uint8_t size, uint64_t value)
{
    event(&(VrEvent){ .kind = VR_STIM_READ, .addr = offset, .size = size });
    event(&(VrEvent){ .kind = VR_EFF_DATA, .addr = offset, .size = size,
                      .data = { value } });
}

static void fired(uint64_t address)
{
    vr_trace(VR_TRACE_IRQGEN, 0, 0, 1, 0, VR_IRQGEN_SENT, address);
}

static void request(uint16_t source, uint64_t address)
{
    fired(address);
    message(VR_STIM_MSG, VR_VTD_REQUEST, address, (uint64_t)source << 32);
}

static void read_entry(void)
{
    event(&(VrEvent){ .kind = VR_EFF_MEM_READ, .size = 16,
                      .addr = TABLE + 16 * INDEX, .data = { 0x8001, 0 } });
}

static void cas(uint64_t address, uint64_t before, uint64_t after,
                uint64_t found)
{
    event(&(VrEvent){ .kind = VR_EFF_MEM_CAS, .size = 8, .addr = address,
                      .data = { before }, .data2 = { after },
                      .old = { found } });
}

static void set_pir(uint64_t before)
{
    cas(PID, before, before | UINT64_C(1) << 37, before);
}

static void notify(uint64_t destination)
{
    message(VR_EFF_MSG, VR_VTD_NOTIFY, destination, NV);
}

static void wait_done(void)
{
    event(&(VrEvent){ .kind = VR_EFF_MEM_WRITE, .size = 4, .addr = 0x15d000,
                      .data = { 2 } });
}

/* One that is posted as it should be. */
static void post(uint64_t control)
{
    const bool notifies = !(control & (ON | SN));

    request(SOURCE, ADDRESS);
    set_pir(0);
    cas(PID + 32, control, notifies ? control | ON : control, control);
    if (notifies) {
        notify(CPU);
    }
}

static void log_fault(unsigned reason)
{
    read_register(VR_VTD_FRCD_REG + 12, 4, UINT64_C(1) << 31 | reason);
}

static void begin(VrScenario scenario)
{
    synth_scenario(scenario, 0);
    read_register(VR_VTD_IRTA_REG, 8, TABLE | EIME | 0xf);
}

static void facts(Synth *s, VrScenario scenario, const char *flaw,
                  const char *list)
{
    g_auto(GStrv) words = g_strsplit(list, " ", 0);

    synth_fact(s, vr_scenario_name(scenario), "source", SOURCE);
    for (char **w = words; *w; w++) {
        g_auto(GStrv) parts = g_strsplit(*w, "=", 2);
        int64_t value = g_ascii_strtoll(parts[1], NULL, 10);

        /* A flaw by a fact's name: it is one off, or missing. */
        if (flaw && flaw[0] == '-' && is(flaw + 1, parts[0])) {
            continue;
        }
        synth_fact(s, vr_scenario_name(scenario), parts[0],
                   is(flaw, parts[0]) ? value ? value - 1 : 1 : value);
    }
}

static void finish(Synth *s, VrScenario scenario)
{
    g_autofree char *line =
        g_strdup_printf("ok %d %s", scenario, vr_scenario_name(scenario));

    synth_mark(VR_MARK_SCENARIO_END, scenario);
    synth_line(s, line);
    synth_fact(s, "RUN", "done", 1);
}

/* --- x86.ir.remapped --- */

static void remapped(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_IR_REMAPPED;

    silent = is(flaw, "builtin") || is(flaw, "builtin-compat");
    begin(n);
    for (int i = 0; i < 3; i++) {
        uint64_t address = i == 1 && (is(flaw, "compat") ||
                                      is(flaw, "builtin-compat"))
                               ? 0xfee00000 : ADDRESS;

        request(SOURCE, address);
        if (!(i == 2 && is(flaw, "vanishes"))) {
            message(VR_EFF_MSG, i == 1 && is(flaw, "passes") ? VR_VTD_PASS
                                                             : VR_VTD_REMAPPED,
                    1, 0x24);
        }
    }
    facts(s, n, flaw, "ires=1 fired=3 handled=3 wrong_dma=0 dma_errors=0 "
                      "frames=4 frames_arrived=4 nic_interrupts=9");
    finish(s, n);
}

/* --- x86.ir.compat-blocked --- */

static void compat(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_IR_COMPAT;
    const bool xapic = is(flaw, "xapic") || is(flaw, "xapic-blocked");

    silent = is(flaw, "builtin");
    begin(n);
    for (unsigned round = 1; round <= 2; round++) {
        synth_mark(VR_MARK_ROUND_BEGIN, round);
        for (int i = 0; i < 2; i++) {
            if (i == 0 || !is(flaw, "fewer")) {
                request(SOURCE, 0xfee01000);
            }
            if ((i == 1 && round == 1 && is(flaw, "passes")) ||
                (round == 2 && is(flaw, "passes-eime")) ||
                (round == 2 && is(flaw, "xapic"))) {
                message(VR_EFF_MSG, VR_VTD_PASS, 0xfee01000, 0x24);
            }
        }
        synth_mark(VR_MARK_ROUND_END, round);
    }
    if (!is(flaw, "no-fault")) {
        log_fault(is(flaw, "other-fault") ? 0x26 : 0x25);
    }
    facts(s, n, flaw,
          is(flaw, "xapic") ? "eime=0 messages=2 before=1 arrived=0 "
                              "arrived_cfis=2 after=1"
          : xapic           ? "eime=0 messages=2 before=1 arrived=0 "
                              "arrived_cfis=0 after=1"
                            : "eime=1 messages=2 before=1 arrived=0 "
                              "arrived_cfis=0 after=1");
    finish(s, n);
}

/* --- x86.ir.sid --- */

static void sid(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_IR_SID;

    silent = is(flaw, "builtin");
    begin(n);
    for (int i = 0; i < 5; i++) {
        if (i != 4 || !is(flaw, "fewer")) {
            request(SOURCE ^ 0x100, ADDRESS);
        }
        if (i == 2 && is(flaw, "remapped")) {
            message(VR_EFF_MSG, VR_VTD_REMAPPED, 1, 0x24);
        } else if (i == 2 && is(flaw, "posted")) {
            set_pir(0);
        }
        post(CONTROL);
    }
    if (!is(flaw, "no-fault")) {
        log_fault(VR_VTD_FR_IR_SID_ERR);
    }
    facts(s, n, flaw, "foreign=2 foreign_arrived=0 own=5 own_arrived=5 "
                      "overflow=3 overflow_arrived=0 pfo=1 log_emptied=1");
    finish(s, n);
}

/* --- x86.ir.invalidation --- */

static void invalidation(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_IR_INVALIDATION;

    silent = is(flaw, "builtin");
    begin(n);
    for (unsigned round = 1; round <= 3; round++) {
        synth_mark(VR_MARK_ROUND_BEGIN, round);
        for (int i = 0; i < 2; i++) {
            request(SOURCE, ADDRESS);
            if ((round == 1 && !(i == 1 && is(flaw, "not-read"))) ||
                (round == 2 && is(flaw, "read-again")) ||
                (round == 3 && !is(flaw, "stays"))) {
                read_entry();
            }
        }
        synth_mark(VR_MARK_ROUND_END, round);
    }
    facts(s, n, flaw, "moves=2 moved_handled=2 moved_right=2 stale=2 "
                      "stale_first=1 stale_arrived=2 fresh=2 fresh_arrived=0 "
                      "restored=1");
    finish(s, n);
}

/* --- x86.pi.posted-msi --- */

static void posted(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_PI_POSTED;

    silent = is(flaw, "builtin");
    begin(n);
    for (unsigned round = 1; round <= 6; round++) {
        synth_mark(VR_MARK_ROUND_BEGIN, round);
        switch (round) {
        case 2: /* bursts: two, of two */
            for (int i = 0; i < 2; i++) {
                post(CONTROL);
                if (is(flaw, "second-notifies")) {
                    request(SOURCE, ADDRESS);
                    set_pir(0);
                    cas(PID + 32, CONTROL | ON, CONTROL | ON, CONTROL | ON);
                    notify(CPU);
                } else {
                    post(is(flaw, "not-coalesced") ? CONTROL : CONTROL | ON);
                }
            }
            break;
        case 3:
            request(SOURCE, ADDRESS);
            set_pir(is(flaw, "clears") ? 0 : 2);
            if (is(flaw, "suppressed")) {
                cas(PID + 32, CONTROL, CONTROL, CONTROL);
            } else {
                cas(PID + 32, CONTROL, CONTROL | ON, CONTROL);
                notify(CPU);
            }
            break;
        case 4: /* SN */
            request(SOURCE, ADDRESS);
            set_pir(0);
            if (is(flaw, "sn-ignored")) {
                cas(PID + 32, CONTROL | SN, CONTROL | SN | ON, CONTROL | SN);
                notify(CPU);
            } else {
                cas(PID + 32, is(flaw, "no-sn") ? CONTROL | ON : CONTROL | SN,
                    is(flaw, "no-sn") ? CONTROL | ON : CONTROL | SN,
                    is(flaw, "no-sn") ? CONTROL | ON : CONTROL | SN);
            }
            break;
        case 5: /* URG */
            request(SOURCE, ADDRESS);
            set_pir(0);
            if (is(flaw, "urg-ignored")) {
                cas(PID + 32, CONTROL | SN, CONTROL | SN, CONTROL | SN);
            } else {
                cas(PID + 32, CONTROL | SN, CONTROL | SN | ON, CONTROL | SN);
                notify(CPU);
            }
            break;
        default:
            request(SOURCE, ADDRESS);
            if (round == 6 && is(flaw, "nic-remapped")) {
                message(VR_EFF_MSG, VR_VTD_REMAPPED, 2, 0x25);
                break;
            }
            if (is(flaw, "raced")) {
                cas(PID, 0, 4, 8);
            }
            if (is(flaw, "plain-write")) {
                event(&(VrEvent){ .kind = VR_EFF_MEM_WRITE, .size = 8,
                                  .addr = PID, .data = { 4 } });
            } else if (is(flaw, "two-bits")) {
                cas(PID, 0, 6, 0);
            } else if (is(flaw, "loses-bit")) {
                cas(PID, 1, 4, 1);
            } else {
                set_pir(0);
            }
            cas(PID + 32, CONTROL, is(flaw, "on-not-set") ? CONTROL
                                                          : CONTROL | ON,
                CONTROL);
            if (!is(flaw, "no-notify")) {
                notify(is(flaw, "elsewhere") ? CPU + 1 : CPU);
            }
        }
        synth_mark(VR_MARK_ROUND_END, round);
    }
    facts(s, n, flaw, "singles=1 singles_handled=1 bursts=2 burst_size=2 "
                      "bursts_handled=4 bursts_pmn=2 pir=1 pir_both=1 sn=1 "
                      "sn_early=0 sn_on=0 sn_both=1 urgent=1 "
                      "urgent_handled=1 frames=2 frames_arrived=2");
    finish(s, n);
}

/* --- x86.pi.affinity, x86.pi.storm --- */

static void affinity(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_PI_AFFINITY;

    s->stress_asked = is(flaw, "asked-more") ? 4 : 3;
    silent = is(flaw, "builtin");
    begin(n);
    for (int i = 0; i < 3; i++) {
        if (i == 1 && is(flaw, "overtakes")) {
            request(SOURCE, ADDRESS);
            wait_done();
            set_pir(0);
            cas(PID + 32, CONTROL, CONTROL | ON, CONTROL);
            notify(CPU);
        } else if (i == 1 && is(flaw, "vanishes")) {
            request(SOURCE, ADDRESS);
        } else {
            post(CONTROL);
        }
    }
    if (!is(flaw, "vanishes")) {
        wait_done();
    }
    facts(s, n, flaw, "fired=3 lost=0 doubled=0 moves=2 refused=0");
    finish(s, n);
}

static void storm(Synth *s, const char *flaw)
{
    const VrScenario n = VR_SCENARIO_PI_STORM;

    s->stress_asked = 3;
    silent = is(flaw, "builtin");
    begin(n);
    post(CONTROL);
    post(CONTROL | ON);
    if (is(flaw, "twice")) {
        notify(CPU);
    }
    post(is(flaw, "suppressed") ? CONTROL | SN : CONTROL);
    if (is(flaw, "no-cas")) {
        request(SOURCE, ADDRESS);
    }
    facts(s, n, flaw, "fired=3 handled=2 left=0 silent=0 vectors=8 after=8 "
                      "all_fired=1");
    finish(s, n);
}

#define REMAPPED "x86.ir.remapped"
#define COMPAT "x86.ir.compat-blocked"
#define SID "x86.ir.sid"
#define INVALIDATION "x86.ir.invalidation"
#define POSTED "x86.pi.posted-msi"
#define AFFINITY "x86.pi.affinity"
#define STORM "x86.pi.storm"
#define PASS VR_VERDICT_PASS
#define FAIL VR_VERDICT_FAIL
#define ERROR VR_VERDICT_ERROR
#define NONE VR_VERDICT_NOT_APPLICABLE

static const Case cases[] = {
    { REMAPPED, remapped, NULL, PASS, "3 requests: 3 remapped" },
    { REMAPPED, remapped, "handled", FAIL, "handled is 2, not 3" },
    { REMAPPED, remapped, "wrong_dma", FAIL, "before what the device wrote" },
    { REMAPPED, remapped, "frames_arrived", FAIL, "frames" },
    { REMAPPED, remapped, "ires", FAIL, "not on" },
    { REMAPPED, remapped, "passes", FAIL, "passed" },
    { REMAPPED, remapped, "vanishes", FAIL, "of 3 requests 2" },
    { REMAPPED, remapped, "compat", FAIL, "compatibility format" },
    { REMAPPED, remapped, "fired", FAIL, "not 2" },
    { REMAPPED, remapped, "-nic_interrupts", ERROR, "'nic_interrupts'" },
    { REMAPPED, remapped, "builtin", PASS, "all in the remappable format" },
    { REMAPPED, remapped, "builtin-compat", FAIL, "compatibility format" },
    { COMPAT, compat, NULL, PASS, "blocked with CFIS = 1 as EIME is 1" },
    { COMPAT, compat, "xapic", PASS, "let through with CFIS = 1" },
    { COMPAT, compat, "xapic-blocked", FAIL, "missing with CFIS = 1" },
    { COMPAT, compat, "arrived", FAIL, "arrived with CFIS = 0" },
    { COMPAT, compat, "arrived_cfis", FAIL, "arrived with EIME = 1" },
    { COMPAT, compat, "passes", FAIL, "has to be blocked was delivered" },
    { COMPAT, compat, "passes-eime", FAIL, "has to be blocked was delivered" },
    { COMPAT, compat, "before", FAIL, "own interrupt" },
    { COMPAT, compat, "after", FAIL, "any more" },
    { COMPAT, compat, "no-fault", FAIL, "no fault 25h" },
    { COMPAT, compat, "other-fault", FAIL, "no fault 25h" },
    { COMPAT, compat, "fewer", ERROR, "1 in the trace" },
    { COMPAT, compat, "builtin", NONE, "QEMU's own" },
    { SID, sid, NULL, PASS, "5 requests" },
    { SID, sid, "remapped", FAIL, "has to be blocked was delivered" },
    { SID, sid, "posted", FAIL, "has to be blocked was posted" },
    { SID, sid, "foreign_arrived", FAIL, "another source-id arrived" },
    { SID, sid, "own_arrived", FAIL, "own source-id are missing" },
    { SID, sid, "overflow_arrived", FAIL, "in a burst" },
    { SID, sid, "pfo", FAIL, "PFO" },
    { SID, sid, "log_emptied", FAIL, "unmasked" },
    { SID, sid, "no-fault", FAIL, "no fault 26h" },
    { SID, sid, "fewer", ERROR, "4 in the trace" },
    { SID, sid, "builtin", NONE, "QEMU's own" },
    { INVALIDATION, invalidation, NULL, PASS, "2 changes took effect" },
    { INVALIDATION, invalidation, "moved_handled", FAIL, "are missing" },
    { INVALIDATION, invalidation, "moved_right", FAIL, "not take effect" },
    { INVALIDATION, invalidation, "stale_arrived", FAIL, "without an" },
    { INVALIDATION, invalidation, "fresh_arrived", FAIL, "still in use" },
    { INVALIDATION, invalidation, "restored", FAIL, "restored" },
    { INVALIDATION, invalidation, "not-read", FAIL, "1 times for 2" },
    { INVALIDATION, invalidation, "read-again", FAIL, "again although" },
    { INVALIDATION, invalidation, "stays", FAIL, "0 times after the last" },
    { INVALIDATION, invalidation, "-moves", ERROR, "'moves'" },
    { INVALIDATION, invalidation, "builtin", NONE, "QEMU's own" },
    { POSTED, posted, NULL, PASS, "in bursts 4 by 2" },
    { POSTED, posted, "raced", PASS, "in bursts 4 by 2" },
    { POSTED, posted, "on-not-set", FAIL, "ON was not set" },
    { POSTED, posted, "no-notify", FAIL, "no notification followed" },
    { POSTED, posted, "elsewhere", FAIL, "not NV to NDST" },
    { POSTED, posted, "second-notifies", FAIL, "without ON going" },
    { POSTED, posted, "not-coalesced", FAIL, "0 coalesced" },
    { POSTED, posted, "suppressed", FAIL, "ON was not set" },
    { POSTED, posted, "pir_both", FAIL, "notified nobody" },
    { POSTED, posted, "sn-ignored", FAIL, "SN was set" },
    { POSTED, posted, "sn_early", FAIL, "although SN" },
    { POSTED, posted, "sn_both", FAIL, "while SN was set" },
    { POSTED, posted, "urg-ignored", FAIL, "ON was not set" },
    { POSTED, posted, "urgent_handled", FAIL, "urgent" },
    { POSTED, posted, "plain-write", FAIL, "plain write" },
    { POSTED, posted, "two-bits", FAIL, "more than its bit" },
    { POSTED, posted, "loses-bit", FAIL, "clears a bit" },
    { POSTED, posted, "singles_handled", FAIL, "single interrupts" },
    { POSTED, posted, "bursts_handled", FAIL, "3 handled" },
    { POSTED, posted, "nic-remapped", FAIL, "not posted" },
    { POSTED, posted, "no-sn", ERROR, "under SN" },
    { POSTED, posted, "-bursts_pmn", ERROR, "'bursts_pmn'" },
    { POSTED, posted, "builtin", NONE, "QEMU's own" },
    { AFFINITY, affinity, NULL, PASS, "3 posts" },
    { AFFINITY, affinity, "lost", FAIL, "lost" },
    { AFFINITY, affinity, "doubled", FAIL, "doubled" },
    { AFFINITY, affinity, "overtakes", FAIL, "a wait completed before" },
    { AFFINITY, affinity, "vanishes", FAIL, "of 3 requests" },
    { AFFINITY, affinity, "asked-more", ERROR, "4 asked for" },
    { AFFINITY, affinity, "builtin", PASS, "none lost" },
    { STORM, storm, NULL, PASS, "3 posts, 2 notifications, 1 coalesced" },
    { STORM, storm, "left", FAIL, "notified of" },
    { STORM, storm, "silent", FAIL, "never arrived" },
    { STORM, storm, "after", FAIL, "any more" },
    { STORM, storm, "all_fired", FAIL, "in time" },
    { STORM, storm, "twice", FAIL, "without ON going" },
    { STORM, storm, "no-cas", FAIL, "of 4 requests" },
    { STORM, storm, "builtin", PASS, "3 interrupts fired" },
};

static void test_case(gconstpointer data)
{
    const Case *c = data;
    Synth *s = synth_new();
    VrVerdict *v;

    silent = false;
    c->script(s, c->flaw);
    v = synth_judge(s, c->check);
    g_test_message("%s: %s", vr_outcome_name(v->outcome), v->reason);
    g_assert_cmpstr(vr_outcome_name(v->outcome), ==,
                    vr_outcome_name(c->outcome));
    g_assert_nonnull(strstr(v->reason, c->reason));
    vr_verdict_free(v);
    synth_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf(
            "/checks-ir/%s/%s", cases[i].check,
            cases[i].flaw ? cases[i].flaw : "holds");

        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
