/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The 64-bit guest's memory map, its ports, and the memory that guest and agent
 * share: a page for each vCPU, by which the agent tells it what to do and sees
 * what it did, without an exit. Every field has one writer.
 */
#ifndef VR_X86_GUEST_SHARED_H
#define VR_X86_GUEST_SHARED_H

#define VR_GUEST_MEMORY_SIZE 0x200000

/* Made by the agent */
#define VR_GUEST_PML4 0x1000
#define VR_GUEST_PDPT 0x2000
#define VR_GUEST_PD_LOW 0x3000  /* the first GiB */
#define VR_GUEST_PD_APIC 0x4000 /* the fourth, not cached */
#define VR_GUEST_GDT 0x5000
#define VR_GUEST_IDT 0x6000

/* The payload: 256 entry points of interrupts, then that of a vCPU */
#define VR_GUEST_CODE_BASE 0x10000
#define VR_GUEST_CODE_SIZE 0x10000
#define VR_GUEST_STUB_SIZE 16
#define VR_GUEST_ENTRY (VR_GUEST_CODE_BASE + 256 * VR_GUEST_STUB_SIZE)

#define VR_GUEST_STACKS 0x40000 /* each vCPU's, one above the other */
#define VR_GUEST_STACK_SIZE 0x4000
#define VR_GUEST_SHARED_BASE 0x100000
#define VR_GUEST_SHARED_SIZE 0x1000 /* of a vCPU */

#define VR_GUEST_CS 0x08
#define VR_GUEST_SS 0x10

/* Ports: an OUT of four bytes ends KVM_RUN. */
#define VR_GUEST_PORT_DONE 0x710   /* the guest ends the VM; value: status */
#define VR_GUEST_PORT_PANIC 0x714  /* an exception; value: its vector */
#define VR_GUEST_PORT_CALL 0x718   /* VR_IDLE_CALL; value: progress */
#define VR_GUEST_PORT_VECTOR 0x71c /* VR_VECTOR_CALL; value: the vector */

#define VR_GUEST_MAX_VCPUS 4
#define VR_GUEST_RING 64 /* a power of 2 */

#define VR_GUEST_NMI 2 /* counted as the others are; is never EOIed */
#define VR_GUEST_FIRST_VECTOR 32
#define VR_GUEST_WAKE_VECTOR 0x21     /* the agent's, to end a HLT */
#define VR_GUEST_SPURIOUS_VECTOR 0xff /* of the APIC; is never EOIed */

#ifndef __ASSEMBLER__

#include <stdint.h>

/* What a vCPU is told to do once; see VrGuestVcpu.request. */
typedef enum VrGuestCommand {
    VR_CMD_NONE,
    /*
     * arg[0]: vector, arg[1]: how many, arg[2]: VrGuestSelf. One after the
     * other, each awaited; those that do not come are counted in missing.
     * ticks_* say how long each took, by the TSC.
     */
    VR_CMD_SELF_IPI,
    /*
     * arg[0]: vector, arg[1]: APIC id, arg[2]: how many, arg[3]: the vCPU that
     * has to have received one before the next is sent, plus 1; 0: none has.
     */
    VR_CMD_IPI,
    VR_CMD_EOI,  /* arg[0]: how many EOIs; ticks_* */
    VR_CMD_ICR,  /* arg[0]: the value to write, arg[1]: how often; ticks_* */
    VR_CMD_NOPS, /* arg[0]: how many times 100 NOPs; ticks_* of 100 */
    VR_CMD_DONE, /* arg[0]: status. Ends the VM. */
} VrGuestCommand;

typedef enum VrGuestSelf {
    VR_SELF_ICR,    /* ICR, the self shorthand */
    VR_SELF_ICR_ID, /* ICR, its own APIC id */
    VR_SELF_MSR,    /* x2APIC's SELF IPI register */
} VrGuestSelf;

/* What a vCPU does while it has nothing to do; each turn counts in progress. */
typedef enum VrGuestIdle {
    VR_IDLE_SPIN, /* in the guest, with a PAUSE now and then */
    VR_IDLE_BUSY, /* the same without PAUSE */
    VR_IDLE_HLT,  /* STI; HLT. Hears of a request by an interrupt only. */
    VR_IDLE_CALL, /* OUT to VR_GUEST_PORT_CALL */
    VR_IDLE_HOLD, /* spins with interrupts disabled */
    /*
     * As VR_IDLE_CALL, and then spins until total is the sum of due[], for
     * sweep_turns at most.
     */
    VR_IDLE_SWEEP,
    VR_IDLE_SWEEP_HLT, /* the same, but halts first */
} VrGuestIdle;

/* What the handler of a vector does, beyond counting; 0: it EOIs. */
enum {
    /* comes out by VR_GUEST_PORT_VECTOR before the EOI */
    VR_VECTOR_CALL = 1,
    /* waits before the EOI until this bit is cleared; counts in progress */
    VR_VECTOR_WAIT = 2,
    /* meanwhile interrupts are enabled: those of higher priority nest */
    VR_VECTOR_NEST = 4,
    /* returns without EOI, which is left to VR_CMD_EOI */
    VR_VECTOR_NO_EOI = 8,
};

typedef struct VrGuestReceipt {
    uint64_t tsc;
    uint32_t vector;
    uint32_t number; /* of all that this vCPU received, from 0 on */
} VrGuestReceipt;

typedef struct VrGuestVcpu {
    /* Written by the agent before the guest runs */
    uint64_t self; /* this structure's address in the guest: GS:0 */
    uint32_t index;
    uint32_t x2apic;
    uint32_t patience; /* turns until an interrupt that one sent is given up */
    uint32_t pad0;

    /* Written by the agent; a new value of request makes the command start. */
    uint32_t request;
    uint32_t command;
    uint64_t arg[4];
    uint32_t idle;
    uint32_t pad1;

    /* Written by the guest */
    uint32_t online;    /* 1: the APIC is on, interrupts are enabled */
    uint32_t completed; /* request of the last command done */
    uint32_t idling;    /* what of VrGuestIdle it does, plus 1 */
    uint32_t total;     /* interrupts received, whatever their vector */
    uint64_t progress;
    uint64_t spurious;
    uint64_t sent; /* by VR_CMD_SELF_IPI and VR_CMD_IPI */
    uint64_t missing;
    uint64_t ticks_least; /* of the last command that has them */
    uint64_t ticks_all;
    uint64_t panic_rip;
    uint64_t panic_error;
    uint64_t panic_cr2;
    uint32_t received[256];

    /* Written by the agent: VR_VECTOR_* */
    uint8_t policy[256];

    uint64_t overdue; /* VR_IDLE_SWEEP: times that it waited in vain */

    /* VR_IDLE_SWEEP: [0] written by a device, the rest by the agent */
    uint64_t due[2];
    uint64_t sweep_turns;
    uint64_t sweep_least; /* turns that it spins in any case */

    /* Written by the guest: the last ones, by their number */
    VrGuestReceipt ring[VR_GUEST_RING];
} VrGuestVcpu;

_Static_assert(sizeof(VrGuestVcpu) <= VR_GUEST_SHARED_SIZE,
               "a vCPU's page is too small");

#endif
#endif
