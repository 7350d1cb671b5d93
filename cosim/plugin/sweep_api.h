/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU's plugin interface does not offer and a sweep needs: QEMU exports
 * these functions (qemu-devices/hw/sweep.c), and the plugin cosim/plugin/ finds
 * them in the QEMU that loads it.
 *
 * All of it needs icount and one TCG thread. Every callback runs in that
 * thread; times are virtual, in nanoseconds.
 */
#ifndef VIRELAY_SWEEP_API_H
#define VIRELAY_SWEEP_API_H

#include <stdbool.h>
#include <stdint.h>

#include "../trace/trace.h"

typedef struct VrSweepOps {
    /* How many instructions the CPU may execute next; INT64_MAX: any number. */
    int64_t (*limit)(unsigned cpu);
    /* It has executed that many more. */
    void (*executed)(unsigned cpu, int64_t count);
    /*
     * It stands between two instructions. This, and what follows, with the
     * lock of the machine: devices may be driven.
     */
    void (*stopped)(unsigned cpu);
    /* The time of virelay_sweep_timer() has come. */
    void (*timeout)(void);
    /* Registers of the test device (VR_TESTDEV_SWEEP_* of marks.h). */
    uint64_t (*read)(unsigned cpu, unsigned reg);
    void (*write)(unsigned cpu, unsigned reg, uint64_t value);
    /* Each record of the trace, whether or not it is written to a file. */
    void (*record)(const VrTraceRec *rec);
} VrSweepOps;

/*
 * Once, from the plugin's qemu_plugin_install(). False: there is no icount, or
 * somebody else sweeps. The structure stays the caller's.
 */
bool virelay_sweep_attach(const VrSweepOps *ops);

/*
 * From a callback of the plugin interface on an instruction (with
 * QEMU_PLUGIN_CB_R_REGS or more; @ra: __builtin_return_address(0) of the
 * callback): stop the CPU before it. stopped() follows; when the CPU goes on,
 * the same callback comes again. Does not return.
 */
void virelay_sweep_leave(uintptr_t ra) __attribute__((noreturn));

/*
 * The CPU that executes. With one TCG thread the index that the plugin
 * interface gives to a callback is that of the CPU for which the block was
 * translated first.
 */
unsigned virelay_sweep_cpu(void);
/* End the CPU's turn before its next block: limit() is asked again. */
void virelay_sweep_turn(unsigned cpu);
/* A parked CPU executes nothing and takes no interrupt. */
void virelay_sweep_park(unsigned cpu, bool parked);
/* The CPU halts at its next block, as by HLT or WFI; it wakes by an interrupt
 * or by virelay_sweep_wake(). */
void virelay_sweep_halt(unsigned cpu);
void virelay_sweep_wake(unsigned cpu);

/* Of a CPU that is stopped, or in a callback as virelay_sweep_leave() needs. */
uint64_t virelay_sweep_pc(unsigned cpu);
/* Its stack pointer. */
uint64_t virelay_sweep_sp(unsigned cpu);
/* Before the first instruction of a function: where it will return to, with
 * which stack pointer. False: the stack cannot be read. */
bool virelay_sweep_frame(unsigned cpu, uint64_t *ret, uint64_t *sp);
/* Every block is translated anew; in stopped() only. */
void virelay_sweep_retranslate(void);

uint64_t virelay_sweep_now(void);
/* Calls timeout() at this time; UINT64_MAX: not at all. */
void virelay_sweep_timer(uint64_t at);
/* virelay-irqgen: the armed channel fires now. False: no such channel. */
bool virelay_sweep_fire(unsigned channel);
/* How long an entry with ON and without a notification is suspected only. */
void virelay_sweep_patience(uint64_t ns);
/* Ends the machine with this exit status. */
void virelay_sweep_end(int status);

#endif
