/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pins of the block "gicv3-redist": one GICv3 redistributor (SGIs and PPIs),
 * between the distributor, the PPI wires, the bus and one CPU interface.
 *
 * What the registers mean is in the manual (Arm IHI 0069, chapter "Programmers'
 * Model", GICR_* registers, RD_base frame at 0x00000 and SGI_base frame at
 * 0x10000), and is not repeated here. This page fixes what the manual leaves
 * to the implementation or does not state bit by bit: the pins, the handshake
 * of the message cut line (named after the GIC Stream Protocol, an appendix of
 * IHI 0069; its packet encodings are not claimed), and the order contract.
 *
 * Scope: INTIDs 0 to 31. No LPIs, no NMIs, no extended PPIs, no MPAM.
 */
#ifndef VIRELAY_GICV3_REDIST_H
#define VIRELAY_GICV3_REDIST_H

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const VrBlockType vr_gicv3_redist_type;

#define VR_GICR_FRAME_SIZE 0x20000u

/* Interrupt groups, as carried by messages. */
enum {
    VR_GIC_G0 = 0,
    VR_GIC_G1NS = 1,
    VR_GIC_G1S = 2,
};

/*
 * Input wires (VR_STIM_WIRE.id). Any other wire is ignored.
 * 16..31: PPI level (bit 0 of data).
 * GICD_CTLR: the distributor's state as the redistributor sees it, in
 *   GICD_CTLR's Secure layout: EnableGrp0 bit 0, EnableGrp1NS bit 1,
 *   EnableGrp1S bit 2, DS bit 6; other bits are ignored.
 * Input wires are 0 after create and keep their level over RESET. A level
 * that does not change is no stimulus to an edge-triggered interrupt.
 */
#define VR_GICR_WIRE_PPI_FIRST 16
#define VR_GICR_WIRE_PPI_LAST 31
#define VR_GICR_WIRE_GICD_CTLR 32

/*
 * Output wires (VR_EFF_WIRE.id), emitted only when the level changes; 0 after
 * create.
 * WAKE_REQUEST: 1 while GICR_WAKER.ChildrenAsleep is 1 and some interrupt is
 *   pending, enabled, not active and of a group that the distributor enables
 *   (the CPU interface's group enables do not matter: it sleeps).
 * DPG: GICR_CTLR.{DPG1S,DPG1NS,DPG0} as bits 2:0.
 */
#define VR_GICR_WIRE_WAKE_REQUEST 0
#define VR_GICR_WIRE_DPG 1

/*
 * Messages from the CPU interface (VR_STIM_MSG.id); addr and data as below.
 * Bits not named are ignored. Unknown opcodes are ignored, without effects.
 */
enum {
    /* The PE acknowledged the interrupt. addr = INTID. Answer: ACTIVATE_ACK */
    VR_GICR_ACTIVATE = 1,
    /* The CPU interface gives the interrupt back. addr = INTID. No answer. */
    VR_GICR_RELEASE = 2,
    /* Answer to CLEAR. addr = INTID of the CLEAR (not checked). */
    VR_GICR_CLEAR_ACK = 3,
    /*
     * addr = INTID; data bits 2:0 = the groups that the PE may deactivate
     * (1 << VR_GIC_G*). Answer: DEACTIVATE_ACK. The interrupt is deactivated
     * if INTID < 32 and its present group is among them.
     */
    VR_GICR_DEACTIVATE = 4,
    /*
     * A write of ICC_SGI0R/SGI1R/ASGI1R, to be routed by the distributor's
     * network: passed on unchanged (addr, data) as NET_SGI, and answered with
     * GENERATE_SGI_ACK.
     */
    VR_GICR_GENERATE_SGI = 5,
    /*
     * addr = identifier; identifier 0: data = the CPU interface's physical
     * group enables (1 << VR_GIC_G*). 0 after reset. Other identifiers change
     * nothing. Answer: UPSTREAM_CONTROL_ACK.
     */
    VR_GICR_UPSTREAM_CONTROL = 6,
    /* Answer to DOWNSTREAM_CONTROL. Changes nothing. */
    VR_GICR_DOWNSTREAM_CONTROL_ACK = 7,
    /* Answer to QUIESCE. Ignored unless a QUIESCE waits for it. */
    VR_GICR_QUIESCE_ACK = 8,
    /*
     * From the network, at a target of an SGI: addr = INTID (above 15:
     * ignored), data bits 1:0 = group asked for (VR_GIC_G*; 3: ignored),
     * bit 2 = 1 if generated from Non-secure state. The manual's rules for
     * SGI forwarding (GICR_NSACR, group and GICD_CTLR.DS) apply here.
     */
    VR_GICR_SGI = 9,
};

/*
 * Messages to the CPU interface and the network (VR_EFF_MSG.id).
 */
enum {
    /* addr = INTID, data = priority (bits 7:0, Secure view) | group << 8 */
    VR_GICR_SET = 1,
    VR_GICR_CLEAR = 2,                /* addr = INTID */
    VR_GICR_ACTIVATE_ACK = 3,         /* addr = INTID of the ACTIVATE */
    VR_GICR_DEACTIVATE_ACK = 4,       /* addr = INTID of the DEACTIVATE */
    VR_GICR_GENERATE_SGI_ACK = 5,     /* addr = 0 */
    VR_GICR_UPSTREAM_CONTROL_ACK = 6, /* addr = identifier */
    VR_GICR_DOWNSTREAM_CONTROL = 7,   /* addr = 0, data bit 0 = DS */
    VR_GICR_QUIESCE = 8,              /* addr = 0 */
    VR_GICR_NET_SGI = 9,              /* addr, data of the GENERATE_SGI */
};

/*
 * The handshake.
 *
 * An interrupt is a candidate if it is pending (latch, or level-sensitive with
 * its wire high), enabled, not active, and its group is enabled both by the
 * distributor (GICD_CTLR wire) and by the CPU interface (UPSTREAM_CONTROL).
 * The best candidate has the lowest priority value; among equals the lowest
 * INTID (the manual leaves this choice open).
 *
 * The block remembers up to two interrupts that it has SET and not got back:
 * `current`, and `superseded`, which a later SET overtook; and whether a CLEAR
 * of `current` waits for its CLEAR_ACK. After each stimulus, unless
 * GICR_WAKER.ProcessorSleep is 1, it does the first of these that applies,
 * and only that one, once:
 *   1. `superseded` is held, or a CLEAR waits: nothing.
 *   2. `current` is held and is no longer a candidate, or its priority or
 *      group is no longer what its SET said: send CLEAR; a CLEAR now waits.
 *   3. there is a best candidate, and either no `current` is held, or the best
 *      candidate's priority value is strictly lower than current's: send SET;
 *      `current`, if held, becomes `superseded`; the candidate is `current`.
 *
 * Received:
 *   ACTIVATE of current or superseded: the interrupt becomes active, its
 *     pending latch is cleared (also if it was no longer pending), and it is
 *     held no longer. Of anything else: answered, changes nothing.
 *   RELEASE of current or superseded: held no longer. Else: ignored.
 *   (superseded is looked at first, for both.)
 *   CLEAR_ACK: if a CLEAR waits, it waits no longer and current, if still
 *     held, is held no longer. Else: ignored. A current that was ACTIVATEd or
 *     RELEASEd in the meantime leaves the CLEAR waiting.
 *   Both current and superseded can be the same INTID; a candidate that is
 *     held as superseded may not arise, since rule 1 forbids a SET then.
 *
 * DOWNSTREAM_CONTROL is sent when the DS bit of the GICD_CTLR wire changes.
 *
 * Sleep: a write that sets ProcessorSleep (0 to 1) sends QUIESCE. Its
 * QUIESCE_ACK sets ChildrenAsleep, and drops current, superseded and a waiting
 * CLEAR. Until then ACTIVATE, RELEASE and CLEAR_ACK still count. A write that
 * clears ProcessorSleep clears ChildrenAsleep at once and cancels a QUIESCE
 * that waits; what was held is held on. GICR_WAKER's IMPLEMENTATION DEFINED
 * bits are RES0.
 *
 * RESET: registers take their reset values, ProcessorSleep = ChildrenAsleep =
 * 1, the CPU interface's enables are 0, nothing is held, no QUIESCE and no
 * CLEAR waits. No message is sent; output wires that change are emitted.
 * Create leaves the block in the same state. Time stimuli do nothing.
 *
 * Registers, where the manual leaves room:
 *   - Every 32-bit register takes 32-bit accesses; GICR_IPRIORITYR<n> bytes
 *     too; GICR_TYPER 64-bit accesses and its 32-bit halves. Any other size,
 *     and a misaligned access, is an access to a reserved location.
 *   - A reserved location is RAZ/WI, with an OK response (no VR_EFF_ERROR),
 *     and is reported in GICR_STATUSR (RRD, WRD) as the manual says, in the
 *     copy of the access's Security state while DS is 0. Registers of features
 *     out of scope (SETLPIR, CLRLPIR, PROPBASER, PENDBASER, INVLPIR, INVALLR,
 *     SYNCR, MPAMIDR, PARTIDR, INMIR0, and the extended PPI registers
 *     IGROUPR<1-2>E ... IGRPMODR<1-2>E, INMIR<1-2>E at their offsets, and
 *     IPRIORITYR<8-23>E) are RES0 with 32-bit (for PROPBASER, PENDBASER,
 *     SETLPIR, CLRLPIR, INVLPIR and INVALLR also 64-bit, IPRIORITYR also
 *     byte) accesses, and are not reserved locations. A register that exists
 *     but is RAZ/WI to this Security state is not a reserved location either.
 *   - Read-only registers ignore writes and report WROD: IIDR, TYPER, the
 *     identification registers. SYNCR is RES0 here and reports nothing.
 *   - GICR_CTLR.RWP reads 1 while a CLEAR waits; UWP reads 0; EnableLPIs,
 *     CES, IR are RES0.
 *   - Identification registers 0xFFD0-0xFFFC, one 32-bit word each, in order:
 *     44 00 00 00 93 B4 3B 00 0D F0 05 B1 (hexadecimal).
 *   - GICR_TYPER: Affinity_Value, Last, Processor_Number and DPGS from the
 *     variant; all else 0.
 *   - While DS is 1 every access has the Secure view (there is one state), and
 *     GICR_IGRPMODR0 and GICR_NSACR are RAZ/WI and take no part in grouping;
 *     what they held before is kept. While DS is 1 the copy of GICR_STATUSR
 *     that is used is the Secure one.
 *   - GICR_NSACR has two bits an SGI (0-15).
 *   - Unimplemented low priority bits are RAZ/WI. A Non-secure access while DS
 *     is 0 sees and writes the manual's Non-secure view.
 *
 * Order contract: SET and CLEAR keep their order; acknowledgements keep
 * theirs; DOWNSTREAM_CONTROL and QUIESCE theirs; each wire its own; NET_SGI
 * its own. Between these classes the effects of one stimulus may swap.
 */

#ifdef __cplusplus
}
#endif

#endif
