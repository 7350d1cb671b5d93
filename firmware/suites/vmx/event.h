/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cases of events share: an IDT whose gates lead straight back to the
 * host, so that what a delivery left on the guest's stack can be looked at.
 */
#ifndef SUITE_VMX_EVENT_H
#define SUITE_VMX_EVENT_H

#include "vmx.h"

/* Exit qualification of #DB, and pending debug exceptions */
#define DBG_B0      (1ull << 0)
#define DBG_ENABLED (1ull << 12)
#define DBG_BD      (1ull << 13)
#define DBG_BS      (1ull << 14)

#define INTR_NMI_UNBLOCKING (1u << 12)

/* Guests (event_guest.S). Each name is the address of its first instruction;
 * names with _end bound code that is copied, others mark instructions. */
extern char ev_nops[], ev_ud2[], ev_int3[], ev_int_n3[], ev_int1[],
    ev_int80[], ev_load_ds[], ev_div0[], ev_sti[], ev_mov_ss[], ev_rep[],
    ev_iret[], ev_hlt[], ev_spin[], ev_get_dr7[], ev_store[],
    ev_mov_ss_load[], ev_handler[], ev_stray[];
extern char ev32_into[], ev32_jmp[], ev32_call[], ev32_iret[], ev32_int80[],
    ev32_nop[], ev16_nop[], ev16_nop_end[],
    ev16_int80[], ev16_int80_end[];

/* The guest's IDT: the gate of `vector` leads to ev_handler, all others to
 * ev_stray. More gates: event_gate(). */
void event_idt(int vector);
void event_gate(int vector, const char *handler, uint16_t type);
#define GATE_INTERRUPT 0x8e00
#define GATE_ABSENT    0x0e00
/* 32-bit gates (8 bytes), for guests outside IA-32e mode */
void event_idt32(int vector, const char *handler);
void event_task_gate32(int vector, uint16_t tss);

/* Enter at an address with the guest's stack; RIP of the exit relative to it */
VmxRun event_run(const char *start);
/* The n-th 8 bytes on the guest's stack */
uint64_t event_stack(int n);

/* Expect that ev_handler was reached with this frame on the stack. */
#define EXPECT_DELIVERED(run, rip)                                        \
    expect_delivered(__FILE__, __LINE__, &(run), 0, (uint64_t)(rip))
#define EXPECT_DELIVERED_ERROR(run, error, rip)                           \
    do {                                                                  \
        expect_delivered(__FILE__, __LINE__, &(run), 1, (uint64_t)(rip)); \
        FW_EQUAL(event_stack(0), error);                                  \
    } while (0)
void expect_delivered(const char *file, int line, const VmxRun *run,
                      int above, uint64_t rip);

/* The next entry injects; len: of the instruction, for software events */
void event_inject(uint32_t info, uint32_t error, uint32_t len);

/* A guest that waits in vain is left by the preemption timer, where there is
 * one. */
#define EVENT_GUARD_US 2000000
void event_guard(void);
/* Microseconds in units of the preemption timer */
uint32_t event_timer_units(uint64_t us);

/* NMIs are unblocked: IRET in the host */
void event_unblock_nmis(void);

#endif
