/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "synth.h"

#include <glib/gstdio.h>

#include "../view.h"

#define ICH_HCR_EN 1

Synth *synth_new(void)
{
    g_autoptr(GError) error = NULL;
    Synth *s = g_new0(Synth, 1);
    VrError err;

    s->dir = g_dir_make_tmp("virelay-check-XXXXXX", &error);
    g_assert_no_error(error);
    s->trace = g_build_filename(s->dir, "trace.vrt", NULL);
    s->console_path = g_build_filename(s->dir, "console.txt", NULL);
    s->console = g_string_new("[    0.000000] Booting Linux\nKTAP version 1\n"
                              "1..8\n");
    g_assert_true(vr_trace_open(s->trace, &err));
    return s;
}

void synth_free(Synth *s)
{
    if (vr_trace_on) {
        vr_trace_close(NULL);
    }
    g_unlink(s->trace);
    g_unlink(s->console_path);
    g_rmdir(s->dir);
    g_free(s->trace);
    g_free(s->console_path);
    g_free(s->dir);
    g_string_free(s->console, TRUE);
    g_free(s);
}

void synth_mark(uint32_t mark, uint64_t value)
{
    vr_trace(VR_TRACE_MARK, VR_TRACE_NO_CPU, mark, value, 0, 0, 0);
}

void synth_scenario(VrScenario scenario, unsigned vcpus)
{
    synth_mark(VR_MARK_SCENARIO_BEGIN, scenario);
    for (uint64_t v = 0; v < vcpus; v++) {
        synth_mark(VR_MARK_VCPU_ON_PCPU, v | v << 16);
    }
}

void synth_entry(unsigned cpu, bool tdir)
{
    vr_trace(VR_TRACE_VM_ENTRY, cpu, 0, 0x80000000, 0x3c5,
             ICH_HCR_EN | (tdir ? VR_ICH_HCR_TDIR : 0), 1);
}

void synth_exit_irq(unsigned cpu)
{
    vr_trace(VR_TRACE_VM_EXIT, cpu, 1, 0x80000000, 0, ICH_HCR_EN, 1);
}

void synth_trap(unsigned cpu, uint32_t sysreg, bool write)
{
    uint64_t esr = (uint64_t)0x18 << 26 | 1 << 25;

    esr |= (sysreg >> 14 & 3) << 20 | (sysreg & 7) << 17 |
           (sysreg >> 11 & 7) << 14 | (sysreg >> 7 & 0xf) << 10 |
           (sysreg >> 3 & 0xf) << 1 | !write;
    vr_trace(VR_TRACE_VM_EXIT, cpu, 0, 0x80000000, esr, ICH_HCR_EN, 1);
}

void synth_dir_trap(unsigned cpu)
{
    synth_trap(cpu, VR_SYSREG_ICC_DIR_EL1, true);
}

void synth_icc_ack(unsigned cpu, uint32_t intid)
{
    vr_trace(VR_TRACE_ICC_ACK, cpu, intid, 1, 0, 0, 0);
}

void synth_ack(unsigned cpu, uint32_t intid, int lr)
{
    vr_trace(VR_TRACE_ICV_ACK, cpu, intid, 1, (int64_t)lr, 0, 0);
}

void synth_eoi(unsigned cpu, uint32_t intid, int lr)
{
    vr_trace(VR_TRACE_ICV_EOI, cpu, intid, 1, (int64_t)lr, 0, 0);
}

void synth_dir(unsigned cpu, uint32_t intid, int lr)
{
    vr_trace(VR_TRACE_ICV_DIR, cpu, intid, 0, (int64_t)lr, lr < 0, lr >= 0);
}

void synth_fact(Synth *s, const char *scenario, const char *key,
                int64_t value)
{
    g_string_append_printf(s->console, "# fact %s %s %" G_GINT64_FORMAT "\r\n",
                           scenario, key, value);
}

void synth_line(Synth *s, const char *line)
{
    g_string_append_printf(s->console, "%s\n", line);
}

VrVerdict *synth_judge(Synth *s, const char *check_id)
{
    const VrCheck *check = vr_check_find(check_id);
    g_autoptr(GError) error = NULL;
    g_autoptr(VrRun) run = NULL;

    g_assert_nonnull(check);
    g_assert_true(vr_trace_close(NULL));
    g_file_set_contents(s->console_path, s->console->str, -1, &error);
    g_assert_no_error(error);
    run = vr_run_load(s->console_path, s->no_trace ? NULL : s->trace,
                      s->stress_asked, &error);
    g_assert_no_error(error);
    return vr_check_judge(check, run);
}
