/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's memory map, and the memory that guest and agent share: how the
 * agent tells the guest's vCPUs what to do and sees what they did, without an
 * exit. Every field has one writer, or is only changed by atomic operations.
 */
#ifndef VR_GUEST_SHARED_H
#define VR_GUEST_SHARED_H

#define VR_GUEST_GICD_BASE 0x08000000
#define VR_GUEST_GICR_BASE 0x080a0000
#define VR_GUEST_CODE_BASE 0x40000000
#define VR_GUEST_CODE_SIZE 0x00100000
#define VR_GUEST_SHARED_BASE 0x50000000
#define VR_GUEST_SHARED_SIZE 0x00010000
/* Nothing is mapped here: a write ends the vCPU's run with an MMIO exit. */
#define VR_GUEST_PANIC_BASE 0x60000000
#define VR_GUEST_ROUND_BASE 0x60001000 /* nor here: VR_IDLE_SWEEP */
#define VR_GUEST_SWEEP_TURNS 4000

#define VR_GUEST_MAX_VCPUS 8
#define VR_GUEST_MAX_INTID 96 /* SPIs in use: INTIDs 32 to 95 */
#define VR_GUEST_FIRST_SPI 32

#ifndef __ASSEMBLER__

#include <stdint.h>

/* What a vCPU is asked to do in its main loop; see VrGuestVcpu.request. */
typedef enum VrGuestCommand {
    VR_CMD_NONE,
    VR_CMD_DIR,         /* arg0: INTID to deactivate */
    VR_CMD_SGI,         /* arg0: value for ICC_SGI1R_EL1 */
    VR_CMD_SELF_SGIS,   /* arg0: INTID, arg1: how many, one after the other */
    VR_CMD_SET_EOIMODE, /* arg0: ICC_CTLR_EL1.EOImode */
} VrGuestCommand;

/* What a vCPU does with an SPI; SGIs are always completed at once. */
enum {
    /* after IAR, wait until VrGuestVcpu.gate has reached this SPI's turn */
    VR_POLICY_GATE = 1,
    /* while waiting at the gate, take interrupts of higher priority */
    VR_POLICY_NEST = 2,
    /* after EOIR, write DIR (not with VR_POLICY_HAND_OVER) */
    VR_POLICY_DIR = 4,
    /* after EOIR, have another, pseudo-random vCPU write DIR */
    VR_POLICY_HAND_OVER = 8,
};

/* What a vCPU does when it has nothing to do. */
enum {
    VR_IDLE_SPIN, /* counts in VrGuestVcpu.spins */
    VR_IDLE_WFI,
    /*
     * Comes out by a write to VR_GUEST_ROUND_BASE; then, as soon as vCPU arg0
     * has EOIed as many SPIs as are due, writes DIR for SPI arg1.
     */
    VR_IDLE_SWEEP,
};

typedef struct VrGuestVcpu {
    /* Written by the agent; a new value of request makes the command start. */
    uint32_t request;
    uint32_t command;
    uint64_t arg0;
    uint64_t arg1;
    uint32_t policy;
    uint32_t idle;
    uint32_t gate; /* SPIs that may pass, of all acknowledged by this vCPU */
    uint32_t sweep_seen; /* the guest's: EOIs that were followed by a DIR */

    /* Written by the guest */
    uint32_t completed; /* request of the last command done */
    uint32_t online;    /* 1: interrupts are enabled */
    uint64_t spins;
    uint32_t spi_acks; /* SPIs acknowledged, whatever their number */
    uint32_t spi_eois;
    uint32_t sgi_acks;
    uint32_t spurious;
    uint32_t doubled; /* STRESS: SPIs acknowledged that nobody had injected */
    uint32_t strayed; /* STRESS: SPIs handed over that were handed over */
    uint64_t dirs;    /* STRESS: DIR writes */
    uint64_t panic_esr;
    uint64_t panic_elr;
    uint64_t panic_far;
    uint64_t random; /* state of the generator; the seed is the agent's */
    uint32_t acks[VR_GUEST_MAX_INTID];
    uint32_t eois[VR_GUEST_MAX_INTID];

    /* Atomic: STRESS, SPIs to deactivate; bit n: INTID 32 + n */
    uint64_t inbox;
    uint64_t pad1[7];
} VrGuestVcpu;

typedef struct VrGuestShared {
    /* Written by the agent before the guest runs */
    uint32_t vcpus;
    uint32_t eoimode;
    /* STRESS: after DIR, give one SPI in 2^n a new IROUTER; 0: never */
    uint32_t reroute_shift;
    uint32_t due; /* VR_IDLE_SWEEP: SPIs that the agent has injected */
    uint32_t pad[12];

    /* Atomic: STRESS; bit n: INTID 32 + n */
    uint64_t injected; /* set by the agent, cleared by acknowledge */
    uint64_t pad_a[7];
    uint64_t done; /* set after DIR, cleared by the agent */
    uint64_t pad_b[7];

    VrGuestVcpu vcpu[VR_GUEST_MAX_VCPUS];
} VrGuestShared;

_Static_assert(sizeof(VrGuestShared) <= VR_GUEST_SHARED_SIZE,
               "the shared memory is too small");

#endif
#endif
