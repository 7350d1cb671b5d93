/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bypass_synth.h"

#include "../view.h"
#include "irqgen.h"

#define TABLE UINT64_C(0x300000)
#define EIME 0x800u

bool is(const char *flaw, const char *name)
{
    return g_strcmp0(flaw, name) == 0;
}

/* The unit is QEMU's own. */
static bool silent;

/* --- the unit --- */

static void event(const VrEvent *e)
{
    if (!silent) {
        vr_trace_block_event(NULL, e);
    }
}

void message(uint8_t kind, uint32_t id, uint64_t addr, uint64_t data)
{
    event(&(VrEvent){ .kind = kind, .id = id, .addr = addr, .data = { data } });
}

void request(unsigned vector)
{
    vr_trace(VR_TRACE_IRQGEN, 0, vector, 1, 0, VR_IRQGEN_SENT, ADDRESS);
    message(VR_STIM_MSG, VR_VTD_REQUEST, ADDRESS, (uint64_t)SOURCE << 32);
}

void cas(uint64_t address, uint64_t before, uint64_t after)
{
    event(&(VrEvent){ .kind = VR_EFF_MEM_CAS, .size = 8, .addr = address,
                      .data = { before }, .data2 = { after },
                      .old = { before } });
}

uint64_t bit(unsigned vector)
{
    return UINT64_C(1) << vector % 64;
}

uint64_t control(unsigned cpu, uint64_t nv, uint64_t flags)
{
    return (uint64_t)cpu << 32 | nv << 16 | flags;
}

void set_pir(uint64_t pid, uint64_t before, unsigned vector)
{
    cas(pid + vector / 64 * 8, before, before | bit(vector));
}

void set_on(uint64_t pid, uint64_t before)
{
    const bool notifies = !(before & (ON | SN));

    cas(pid + 32, before, notifies ? before | ON : before);
    if (notifies) {
        message(VR_EFF_MSG, VR_VTD_NOTIFY, before >> 32, before >> 16 & 0xff);
    }
}

void post(unsigned n, uint64_t pid, uint64_t control_word)
{
    request(n);
    set_pir(pid, 0, VECTOR + n);
    set_on(pid, control_word);
}

/* --- the processor --- */

void enter_with(const Entry *e)
{
    const uint64_t vmcs = e->pid == PID1 ? VMCS + 0x1000 : VMCS;

    vr_trace(VR_TRACE_VMX_ENTRY, e->cpu, 1, 0x1000, 0, 0, vmcs);
    vr_trace(VR_TRACE_VMX_PID, e->cpu, NV, e->control, e->pid, 0, vmcs);
    if (e->pir) {
        vr_trace(VR_TRACE_VMX_PID_PIR, e->cpu, 0, 0, e->pir, 0, 0);
    }
    if (e->virr) {
        vr_trace(VR_TRACE_VMX_VIRR, e->cpu, 0, 0, e->virr, 0, 0);
    }
}

void enter_virr(unsigned cpu, uint64_t pid, uint64_t control_word,
                       uint64_t virr)
{
    const Entry e = {
        .cpu = cpu, .pid = pid, .control = control_word, .virr = virr,
    };

    enter_with(&e);
}

void enter(unsigned cpu, uint64_t pid, uint64_t control_word)
{
    enter_virr(cpu, pid, control_word, 0);
}

void leave(unsigned cpu, uint32_t reason, uint64_t info)
{
    vr_trace(VR_TRACE_VMX_EXIT, cpu, reason, 0x1000, 0, info, VMCS);
}

void process(unsigned cpu, uint64_t pir)
{
    vr_trace(VR_TRACE_VMX_PI, cpu, NV, control(cpu, NV, ON),
             control(cpu, NV, 0), PID0, VMCS);
    vr_trace(VR_TRACE_VMX_PI_PIR, cpu, NV, 0, pir, 0, 0);
}

void deliver(unsigned cpu, unsigned vector)
{
    vr_trace(VR_TRACE_VMX_VIRQ, cpu, vector, 0, vector, 0, VMCS);
}

/* --- what all have in common --- */

static void fact(Synth *s, VrScenario n, const char *flaw, const char *key,
                 int64_t value)
{
    /* A flaw by a fact's name: it is one off, or missing. */
    if (flaw && flaw[0] == '-' && is(flaw + 1, key)) {
        return;
    }
    synth_fact(s, vr_scenario_name(n), key,
               is(flaw, key) ? value ? value - 1 : 1 : value);
}

void facts(Synth *s, VrScenario n, const char *flaw, const char *list)
{
    g_auto(GStrv) words = g_strsplit(list, " ", 0);

    for (char **w = words; *w; w++) {
        g_auto(GStrv) parts = g_strsplit(*w, "=", 2);

        fact(s, n, flaw, parts[0], g_ascii_strtoll(parts[1], NULL, 0));
    }
}

void begin(Synth *s, VrScenario n, const char *flaw, unsigned vcpus)
{
    silent = is(flaw, "builtin");
    s->stress_asked = is(flaw, "asked-more") ? 1000 : 2;
    synth_scenario(n, vcpus);
    event(&(VrEvent){ .kind = VR_STIM_READ, .addr = VR_VTD_IRTA_REG,
                      .size = 8 });
    event(&(VrEvent){ .kind = VR_EFF_DATA, .addr = VR_VTD_IRTA_REG, .size = 8,
                      .data = { TABLE | EIME | 0xf } });
    facts(s, n, flaw, "source=8 eime=1 entries=8 posted_entries=8");
    if (!is(flaw, "no-pid")) {
        synth_fact(s, vr_scenario_name(n), "pid0", PID0);
        if (vcpus > 1) {
            synth_fact(s, vr_scenario_name(n), "pid1",
                       is(flaw, "same-pid") ? PID0 : PID1);
        }
    }
}

void finish(Synth *s, VrScenario n, const char *flaw, int64_t received)
{
    g_autofree char *line = g_strdup_printf("ok %d %s", n, vr_scenario_name(n));

    fact(s, n, flaw, "received_all", received);
    synth_mark(VR_MARK_SCENARIO_END, n);
    synth_line(s, line);
    synth_fact(s, "RUN", "done", 1);
}

void round_of(unsigned number)
{
    synth_mark(VR_MARK_ROUND_BEGIN, number);
}

void round_ends(unsigned number)
{
    synth_mark(VR_MARK_ROUND_END, number);
}
