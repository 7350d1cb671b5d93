/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent writes into the trace through the test device, so that a
 * check knows which part of a run it looks at. Shared by agent and checks.
 *
 * The test device is a PCI function (vendor 0x1b36, device 0x11e0, class
 * 0xff00 "unclassified") with one 4 KiB memory BAR 0:
 *   0x00  RO 32  ID: 0x56524c59 ("VRLY")
 *   0x04  RO 32  version: 1
 *   0x08  WO 64  MARK_VALUE: value of the next mark
 *   0x10  WO 32  MARK: write a MARK record with this id and MARK_VALUE
 *   0x18  WO 32  EXIT: end the machine; QEMU's exit status is the low 8 bits
 *   0x20  RO 64  TIME: virtual time, nanoseconds
 *   0x28  RO 64  INSTRUCTIONS: executed by all CPUs since the start, where the
 *                machine counts them (icount); else 0
 *   0x40 to 0x70: the sweep, below
 * Accesses of other sizes or offsets read 0 and are ignored.
 */
#ifndef VIRELAY_MARKS_H
#define VIRELAY_MARKS_H

#define VR_TESTDEV_VENDOR 0x1b36
#define VR_TESTDEV_DEVICE 0x11e0
#define VR_TESTDEV_ID 0x56524c59u
#define VR_TESTDEV_REG_ID 0x00
#define VR_TESTDEV_REG_VERSION 0x04
#define VR_TESTDEV_REG_MARK_VALUE 0x08
#define VR_TESTDEV_REG_MARK 0x10
#define VR_TESTDEV_REG_EXIT 0x18
#define VR_TESTDEV_REG_TIME 0x20
#define VR_TESTDEV_REG_INSTRUCTIONS 0x28

/*
 * The sweep: what the agent and the plugin (cosim/plugin) that fires an event
 * at each instruction of a window tell each other. All of 64 bits; without a
 * plugin they read 0.
 *
 * INFO    RO  the event (VrSweepEvent) in bits 7:0, the load (VrSweepLoad) in
 *             15:8, the vCPU in 23:16; 0: nobody sweeps
 * VECTOR  WO  what the event's interrupt is to the guest: vector or INTID
 * END     WO  the vCPU has come round: how many of the event's interrupts the
 *             guest's handler has had since the point began in bits 15:0, how
 *             many of the load's are missing in 31:16; VR_SWEEP_OVERDUE: the
 *             guest has waited in vain for one that was due; VR_SWEEP_STUCK:
 *             the agent gives up
 * NEXT    RO  what follows: VR_SWEEP_POINT, a point begins; VR_SWEEP_AGAIN,
 *             once more round before this one is judged; VR_SWEEP_OVER. With
 *             VR_SWEEP_FAILED: the point that ended has failed
 * ORDER   RO  what another CPU has to do now: an event, or VR_SWEEP_QUIT. There
 *             is nothing: 0, and the CPU that reads it halts until an interrupt
 *             or an order comes
 * DONE    WO  it has been done
 * WAKE    WO  in so many ns the agent will end the vCPU's halt
 */
#define VR_TESTDEV_SWEEP_INFO 0x40
#define VR_TESTDEV_SWEEP_VECTOR 0x48
#define VR_TESTDEV_SWEEP_NEXT 0x50
#define VR_TESTDEV_SWEEP_END 0x58
#define VR_TESTDEV_SWEEP_ORDER 0x60
#define VR_TESTDEV_SWEEP_DONE 0x68
#define VR_TESTDEV_SWEEP_WAKE 0x70
#define VR_TESTDEV_SWEEP_FIRST VR_TESTDEV_SWEEP_INFO
#define VR_TESTDEV_SWEEP_LAST VR_TESTDEV_SWEEP_WAKE

#define VR_SWEEP_OVER 0
#define VR_SWEEP_POINT 1
#define VR_SWEEP_AGAIN 2
#define VR_SWEEP_FAILED 0x100 /* with it: the point before this one failed */
#define VR_SWEEP_STUCK (UINT64_C(1) << 32)
#define VR_SWEEP_OVERDUE (UINT64_C(1) << 33)
#define VR_SWEEP_QUIT 0xff

typedef enum VrSweepEvent {
    VR_SWEEP_NONE,
    VR_SWEEP_MSI,   /* the device sends an interrupt */
    VR_SWEEP_POST,  /* another CPU has KVM send one (KVM_SIGNAL_MSI) */
    VR_SWEEP_IPI,   /* another vCPU sends one */
    VR_SWEEP_IRQFD, /* another CPU signals an irqfd */
    VR_SWEEP_PAIR,  /* another CPU has irqbypass pair the device, which then
                       sends an interrupt */
    VR_SWEEP_SPI,   /* arm64: another CPU makes an SPI pending */
    VR_SWEEP_EVENTS,
} VrSweepEvent;

typedef enum VrSweepLoad {
    VR_SWEEP_LOAD_EXIT, /* the vCPU exits to the agent and enters again */
    VR_SWEEP_LOAD_HALT, /* it halts, and is woken */
    VR_SWEEP_LOAD_PENDING, /* it enters with an interrupt posted before */
    VR_SWEEP_LOAD_PREEMPT, /* while it runs in the guest, another thread takes
                              its CPU for a moment */
    VR_SWEEP_LOAD_POST, /* another CPU has KVM send it an interrupt */
    VR_SWEEP_LOADS,
} VrSweepLoad;

/* What is made of a point, and how the sweep ends: records of the trace. */
typedef enum VrPointVerdict {
    VR_POINT_PASS,
    VR_POINT_FAIL,
    VR_POINT_AGAIN, /* something else came between: the point proves nothing */
} VrPointVerdict;

typedef enum VrSweepEnd {
#define VR_SWEEP_END(number, name, word, complete, means) \
    VR_SWEEP_END_##name = number,
#include "sweep_ends.def"
#undef VR_SWEEP_END
    VR_SWEEP_ENDS,
} VrSweepEnd;

/*
 * Marks. A scenario is one thing that the agent makes a VM do; its number is
 * the value of the SCENARIO marks and is listed in scenarios.def.
 */
enum {
    /* value: VrScenario. All between the two belongs to it. */
    VR_MARK_SCENARIO_BEGIN = 1,
    VR_MARK_SCENARIO_END = 2,
    /* value: vcpu | pcpu << 16: this vCPU is pinned to this CPU */
    VR_MARK_VCPU_ON_PCPU = 3,
    /* value: round number; one repetition inside a scenario */
    VR_MARK_ROUND_BEGIN = 4,
    VR_MARK_ROUND_END = 5,
    /* value: INTID; the agent is about to make this interrupt pending */
    VR_MARK_INJECT = 6,
    /* value: INTID; the agent saw that the guest is done with it */
    VR_MARK_RETIRED = 7,
    /* value: number of vCPUs; nothing is in flight, every vCPU re-entered */
    VR_MARK_IDLE = 8,
    /* value: vCPU; the guest's vCPU is known to spin inside the guest */
    VR_MARK_IN_GUEST = 9,
    /*
     * value: round. The SPI is active and not yet deactivated, and the agent
     * has waited long enough for a broadcast kick to have landed; until here
     * the agent has not disturbed any other vCPU.
     */
    VR_MARK_HELD = 10,
    /* value: round. After HELD the agent made every vCPU exit and re-enter. */
    VR_MARK_SETTLED = 11,
    /* value: INTID; a vCPU was told to write DIR for it now */
    VR_MARK_DIR = 12,
    /*
     * value: the device's vector | vCPU << 16 | the guest's vector << 24. From
     * here on each interrupt of that vector belongs there.
     */
    VR_MARK_ROUTED = 13,
};

typedef enum VrScenario {
#define VR_SCENARIO(number, name, arch, doc) VR_SCENARIO_##name = number,
#include "scenarios.def"
#undef VR_SCENARIO
} VrScenario;

#endif
