/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A synthetic run: a trace and a console written line by line, then loaded
 * and judged like a real one.
 */
#ifndef VIRELAY_CHECK_SYNTH_H
#define VIRELAY_CHECK_SYNTH_H

#include "../check.h"

typedef struct Synth {
    char *dir;
    char *trace;
    char *console_path;
    GString *console;
    uint64_t stress_asked;
    bool no_trace;
} Synth;

Synth *synth_new(void);
/* Closes the trace if it is open, removes the files. */
void synth_free(Synth *s);

void synth_scenario(VrScenario scenario, unsigned vcpus);
void synth_mark(uint32_t mark, uint64_t value);
void synth_entry(unsigned cpu, bool tdir);
void synth_exit_irq(unsigned cpu);
/* A trapped access: VR_SYSREG(...). */
void synth_trap(unsigned cpu, uint32_t sysreg, bool write);
void synth_dir_trap(unsigned cpu);
void synth_icc_ack(unsigned cpu, uint32_t intid);
void synth_ack(unsigned cpu, uint32_t intid, int lr);
void synth_eoi(unsigned cpu, uint32_t intid, int lr);
void synth_dir(unsigned cpu, uint32_t intid, int lr);

void synth_fact(Synth *s, const char *scenario, const char *key,
                int64_t value);
/* "ok 1 BOOT", "not ok 2 STRESS # why". */
void synth_line(Synth *s, const char *line);

/* Write out, load, judge. */
VrVerdict *synth_judge(Synth *s, const char *check_id);

#endif
