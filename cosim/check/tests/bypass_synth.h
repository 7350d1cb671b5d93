/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What test_checks_bypass.c writes its runs with: the remapping unit, which
 * posts into the descriptors of two vCPUs, and the processors that run them.
 */
#ifndef VIRELAY_CHECK_BYPASS_SYNTH_H
#define VIRELAY_CHECK_BYPASS_SYNTH_H

#include "synth.h"
#include "vtd_ir.h"

#define SOURCE 0x0008u
#define NIC_SOURCE 0x0100u
#define ADDRESS 0xfee003b0u
#define PID0 UINT64_C(0x1000b80)
#define PID1 UINT64_C(0x1000bc0)
#define VMCS UINT64_C(0x2000) /* of vCPU 0 */
#define NV UINT64_C(0xf2)
#define WAKEUP UINT64_C(0xf1)
#define ON 1u
#define SN 2u
#define VECTOR 0x50u
#define EXTERNAL 1u
#define EPT_VIOLATION 48u
#define HLT 12u
#define TIMER 0x800000ecu

/* The flaw of a run, by its name; NULL: none */
bool is(const char *flaw, const char *name);

/* --- the unit --- */

void message(uint8_t kind, uint32_t id, uint64_t addr, uint64_t data);
/* The device's vector */
void request(unsigned vector);
void cas(uint64_t address, uint64_t before, uint64_t after);
/* Of a vector, in its word of PIR */
uint64_t bit(unsigned vector);
/* A descriptor's control word */
uint64_t control(unsigned cpu, uint64_t nv, uint64_t flags);
void set_pir(uint64_t pid, uint64_t before, unsigned vector);
/* Sets ON and notifies, if that is due. */
void set_on(uint64_t pid, uint64_t before);
/* The device's vector n, as the guest's VECTOR + n, with nothing in PIR */
void post(unsigned n, uint64_t pid, uint64_t control_word);

/* --- the processors --- */

typedef struct Entry {
    unsigned cpu;
    uint64_t pid, control;
    uint64_t pir, virr; /* of vectors 64 to 127 */
} Entry;

void enter_with(const Entry *e);
void enter_virr(unsigned cpu, uint64_t pid, uint64_t control_word,
                uint64_t virr);
void enter(unsigned cpu, uint64_t pid, uint64_t control_word);
void leave(unsigned cpu, uint32_t reason, uint64_t info);
/* Posted-interrupt processing for vCPU 0 takes these of 64 to 127. */
void process(unsigned cpu, uint64_t pir);
void deliver(unsigned cpu, unsigned vector);

/* --- the run --- */

/* "key=value key=value"; a flaw by a fact's name: one off; "-key": missing */
void facts(Synth *s, VrScenario n, const char *flaw, const char *list);
void begin(Synth *s, VrScenario n, const char *flaw, unsigned vcpus);
void finish(Synth *s, VrScenario n, const char *flaw, int64_t received);
void round_of(unsigned number);
void round_ends(unsigned number);

#endif
