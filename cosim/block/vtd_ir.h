/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pins of the block "vtd-ir": the interrupt side of one VT-d remapping unit,
 * between the devices' interrupt requests, the register page, memory, and the
 * local APICs; and towards the DMA side of the same unit.
 *
 * What registers, table entries, descriptors and faults mean is in the manual
 * (Intel Virtualization Technology for Directed I/O, architecture
 * specification: chapter 5 "Interrupt Remapping and Interrupt Posting", 6.5
 * "Invalidation of Translation Caches", chapter 7 faults, chapter 9 structures,
 * chapter 11 (10 in older issues) registers) and is not repeated
 * here. This page fixes what the manual leaves to the implementation, and the
 * pins.
 *
 * Scope: interrupt requests, the invalidation queue, the fault log and the
 * events of both. DMA translation and its invalidation are another unit's.
 */
#ifndef VIRELAY_VTD_IR_H
#define VIRELAY_VTD_IR_H

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const VrBlockType vr_vtd_ir_type;

/* Register offsets, bytes from the base of the register page. */
enum {
    VR_VTD_CAP_REG = 0x08,
    VR_VTD_ECAP_REG = 0x10,
    VR_VTD_GCMD_REG = 0x18,
    VR_VTD_GSTS_REG = 0x1c,
    VR_VTD_FSTS_REG = 0x34,
    VR_VTD_FECTL_REG = 0x38,
    VR_VTD_FEDATA_REG = 0x3c,
    VR_VTD_FEADDR_REG = 0x40,
    VR_VTD_FEUADDR_REG = 0x44,
    VR_VTD_IQH_REG = 0x80,
    VR_VTD_IQT_REG = 0x88,
    VR_VTD_IQA_REG = 0x90,
    VR_VTD_ICS_REG = 0x9c,
    VR_VTD_IECTL_REG = 0xa0,
    VR_VTD_IEDATA_REG = 0xa4,
    VR_VTD_IEADDR_REG = 0xa8,
    VR_VTD_IEUADDR_REG = 0xac,
    VR_VTD_IQERCD_REG = 0xb0,
    VR_VTD_IRTA_REG = 0xb8,
    VR_VTD_FRCD_REG = 0x220, /* 16 bytes each, "frcd" of them */
};

/* Faults of interrupt requests: FRCD_REG.FR. */
enum {
    VR_VTD_FR_IR_REQ_RSVD = 0x20,
    VR_VTD_FR_IR_INDEX_OVER = 0x21,
    VR_VTD_FR_IR_ENTRY_P = 0x22,
    VR_VTD_FR_IR_ROOT_INVAL = 0x23,
    VR_VTD_FR_IR_IRTE_RSVD = 0x24,
    VR_VTD_FR_IR_REQ_COMPAT = 0x25,
    VR_VTD_FR_IR_SID_ERR = 0x26,
    VR_VTD_FR_IR_PID_ACCESS = 0x27,
    VR_VTD_FR_IR_PID_RSVD = 0x28,
};

/* IQERCD_REG.IQEI */
enum {
    VR_VTD_IQEI_TAIL = 1,       /* IQT_REG is outside the queue */
    VR_VTD_IQEI_FETCH = 2,      /* the descriptor could not be read */
    VR_VTD_IQEI_TYPE = 3,       /* unknown descriptor type */
    VR_VTD_IQEI_RESERVED = 4,   /* reserved field set */
    VR_VTD_IQEI_WIDTH = 5,      /* IQA_REG.DW does not fit */
    VR_VTD_IQEI_TAIL_ALIGN = 6, /* IQT_REG is not aligned to the width */
};

/*
 * Messages in (VR_STIM_MSG.id). Unknown opcodes are ignored, without effects.
 */
enum {
    /*
     * An interrupt request. addr = address of the write, 64 bits; data: bits
     * 31:0 = data of the write, bits 47:32 = source-id (bus 15:8, device 7:3,
     * function 2:0), other bits ignored.
     */
    VR_VTD_REQUEST = 1,
    /*
     * The DMA side ends the oldest DMA_DESC. Ignored unless one waits.
     * data bits 3:0: 0 done; 1 error, IQE with IQEI = bits 7:4; 2 time-out,
     * ITE with ITESID = bits 31:16; 3 completion error, ICE with ICESID = bits
     * 31:16; other values: as 0.
     */
    VR_VTD_DMA_DESC_DONE = 2,
    /*
     * The DMA side reports a fault, to be recorded: addr = bits 63:0 of the
     * FRCD_REG, data = its bits 127:64; F is ignored and recorded as 1.
     */
    VR_VTD_DMA_FAULT = 3,
};

/* Messages out (VR_EFF_MSG.id). */
enum {
    /* Not remapped. addr, data = bits 31:0 of the REQUEST's data. */
    VR_VTD_PASS = 1,
    /*
     * To the local APICs. addr = destination: the 8-bit APIC id or logical
     * destination while EIME = 0, all 32 bits of DST while EIME = 1. data: V
     * bits 7:0, DLM bits 10:8, DM bit 11, RH bit 12, TM bit 15, else 0.
     */
    VR_VTD_REMAPPED = 2,
    /*
     * The notification of a posted interrupt: edge, fixed, physical. addr =
     * APIC id from NDST (bits 15:8 of it while EIME = 0, all 32 while EIME =
     * 1); data = NV.
     */
    VR_VTD_NOTIFY = 3,
    /*
     * An event of the unit itself, never remapped. addr = UADDR:ADDR, data =
     * DATA of the event's registers. Fault event, invalidation completion
     * event.
     */
    VR_VTD_FAULT_EVENT = 4,
    VR_VTD_COMPLETION_EVENT = 5,
    /*
     * A descriptor for the DMA side: addr = bits 63:0, data = bits 127:64.
     * With 256-bit descriptors DMA_DESC_HIGH (bits 191:128, 255:192) comes
     * just before it. The queue stands still until DMA_DESC_DONE.
     */
    VR_VTD_DMA_DESC_HIGH = 6,
    VR_VTD_DMA_DESC = 7,
};

/*
 * Output wire (VR_EFF_WIRE.id), emitted when its value changes. There are no
 * input wires; any is ignored.
 * TIMER: the virtual time, in nanoseconds, at which something pending is due:
 *   the host shall apply TIME then, or later. 0: nothing is pending. Emitted
 *   once at the end of a stimulus, if it then differs from what was emitted
 *   last (0 after create).
 */
#define VR_VTD_WIRE_TIMER 0

/*
 * A request is worked on at once when it arrives, in this order:
 *   1. GSTS.IRES = 0: accepted as PASS, whatever the address.
 *   2. Address bits 63:20 are not 0xFEE: fault 20h, index 0.
 *   3. Interrupt format bit 4 = 0 (compatibility): fault 25h, index 0, if the
 *      latched EIME is 1 or GSTS.CFIS is 0; else accepted as PASS.
 *   4. SHV = 1 and data bits 31:16 are not 0: fault 20h, index 0. (With SHV = 0
 *      data is ignored.) Address bits 1:0 are ignored.
 *   5. interrupt_index = handle (+ subhandle if SHV), 17 bits. Not below the
 *      latched table size (0 before the first SIRTP): fault 21h. A fault record's
 *      index is bits 15:0.
 *   6. Entry from the interrupt entry cache, or one MEM_READ of 16 bytes at
 *      IRTA + 16 * index (mod 2^64). Read refused: fault 23h.
 *   7. P = 0: fault 22h. Reserved bits: fault 24h; both unless FPD. An entry
 *      with either fault is not cached; any other that was read is.
 *      Reserved is what the manual says for the format that bit 15 selects,
 *      and: bit 15 while "pi" is 0 (the other fields are then checked as of
 *      the remapped format); SVT = 3; DLM 3 and 6 (remapped); and while EIME
 *      = 0, DST bits other than 15:8 of it (remapped).
 *   8. Source-id check: fault 26h unless FPD.
 *   9. Accepted: as remapped or as posted.
 *
 * An accepted request (PASS included) lands "delay" nanoseconds later, in
 * order of arrival; at once if "delay" is 0. At most 8 wait: when another one
 * comes, the oldest lands first. What a request does when it lands was decided
 * when it was accepted (entry and EIME).
 *
 * Landing of a posted interrupt with vector v:
 *   a. MEM_READ of 8 bytes at PID + 8 * (v / 64); of 16 bytes at PID + 32; of
 *      16 bytes at PID + 48. Any of them refused (all three are tried): fault
 *      27h unless FPD; nothing is written.
 *   b. Reserved bits of the descriptor: PID bits 271:258, 287:280, 511:320;
 *      and while EIME = 0, NDST bits 31:16 and 7:0. Set: fault 28h unless FPD;
 *      nothing is written. Judged by what step a read, and only then.
 *   c. MEM_CAS of 8 bytes at PID + 8 * (v / 64): sets PIR[v]. Expected is what
 *      was read; where another value is found, again with that one. Performed
 *      also if PIR[v] was set.
 *   d. MEM_CAS of 8 bytes at PID + 32: sets ON if X, and leaves it as it is if
 *      not X = !ON && (URG || !SN); again with what was found, X being
 *      computed anew, where that was another value. Performed also if it
 *      changes nothing, so that ON and SN are judged after PIR[v] is visible.
 *   e. If X: NOTIFY with NV and NDST of what step d wrote; "notify-delay"
 *      nanoseconds later, at once if it is 0. At most 8 wait: when another one
 *      comes, the oldest is sent first.
 *   A CAS that is refused, or that found another value "cas-tries" times (of one
 *   word, in a row): fault 27h unless FPD, and no further step. The manual has no
 *   such bound, but a stimulus has to end; the default is never reached by CPUs.
 *   The manual's one atomic step is two here, since no host has an atomic
 *   update of 64 bytes; docs/decisions.md says what can be seen of it.
 *
 * Time: TIME with a later time than the last one (0 after create and RESET)
 * makes it the present; another is ignored. What is due is what was pending
 * and whose due time (the present when it was accepted, or updated, plus the
 * delay) is not later than the present: first all notifications that are due,
 * in order, then all requests that are due, in order. TIMER is the earliest due
 * time of anything pending. The host's times stay below 2^63, so that no due
 * time wraps; one that does is taken modulo 2^64, and compared as a number.
 *
 * Drain: everything pending happens at once: first the pending notifications
 * in order, then the requests in order (their notifications without delay).
 * A drain precedes the status write of a wait descriptor (its event too, and
 * when it has neither), and GCMD_REG's SIRTP and changes of IRE and CFI. An
 * invalidation of the interrupt entry cache drains nothing: what was accepted
 * keeps its entry, and only the wait behind it makes that visible.
 *
 * Interrupt entry cache: 2^"iec-sets" sets of "iec-ways" ways; the set of an
 * entry is its index modulo the sets. A new entry takes the lowest-numbered
 * invalid way, else replaces: the least recently used one (a hit and a fill
 * are uses), or with policy 1 the one at the set's pointer, which starts at way
 * 0 and advances, modulo the ways, each time it was used to replace. Entries
 * stay until they are replaced or invalidated; RESET invalidates all. An
 * invalidation leaves pointers and order of use alone. A hit uses the cached
 * 128 bits as they were read; they were checked then (step 7) and are not
 * checked again.
 *
 * Registers: an aligned access of 4 bytes; one of 8 bytes is two of 4 bytes,
 * lower address first. Other sizes, and a misaligned access, read 0 or are
 * ignored, with an OK response. So are locations not listed above, and
 * FRCD_REG beyond "frcd". Nothing ends with VR_EFF_ERROR. Reserved bits read 0.
 *   - CAP_REG reads PI, ESIRTPS, NFR, FRO (0x22); ECAP_REG reads QI, IR, EIM,
 *     MHMV; all other bits 0.
 *   - GCMD_REG reads 0. A write acts on, in this order: QIE (if it differs
 *     from QIES), SIRTP (if 1), CFI (if it differs from CFIS), IRE (if it
 *     differs from IRES); other bits are ignored. GSTS_REG reads QIES, IRES,
 *     IRTPS, CFIS; other bits 0. Each command is complete when the write ends.
 *   - IRTA_REG: 63:12, EIME (RsvdZ while "eim" is 0), S. SIRTP latches it, and
 *     while "esirtps" is 1 invalidates the interrupt entry cache; only what
 *     was latched is used.
 *   - IQT_REG: bits 18:4. IQA_REG: 63:12, DW (RsvdZ while "dw" is 0), QS. IQA_REG
 *     is used as it stands. IQH_REG is 0 while QIES = 0.
 *   - FEDATA_REG, IEDATA_REG: bits 15:0. FEADDR_REG, IEADDR_REG: 31:2.
 *     FEUADDR_REG, IEUADDR_REG: all, RsvdZ while "eim" is 0.
 *   - FSTS_REG: PFO, PPF, IQE, ICE, ITE, FRI; PRO and advanced logging are
 *     not implemented. FRI is set when PPF goes from 0 to 1. IQERCD_REG keeps
 *     its fields until the next error of the same kind; an ICE while ICE is 1
 *     leaves ICESID.
 *   - ICS_REG: IWC. IP of FECTL_REG and IECTL_REG is read-only.
 *
 * Fault log: a record goes to the next FRCD_REG in turn, beginning with 0
 * after reset, and only then (the manual: also while TES and IES are both 0; of
 * these the block has only IES, as IRES); faults are not collapsed. If PFO is 1,
 * it is dropped; if that register's F is 1, PFO is set and it is dropped. Of an
 * interrupt fault: FI bits 63:48 = index, SID, FR; the rest 0. PPF is the OR of
 * all F. Registers other than F (write 1 to clear) are read-only. A dropped
 * request has no other effect than its fault.
 *
 * Fault event: setting PPF (0 to 1), IQE, ICE or ITE is an interrupt condition
 * if PFO, PPF, IQE, ICE and ITE were all 0 before. PFO alone is none. The
 * condition sends FAULT_EVENT if IM = 0, else sets IP. Clearing IM sends it and
 * clears IP, if IP. IP is cleared when PFO, PPF, IQE, ICE and ITE are all 0.
 * Completion event: likewise, with IWC as the only status field.
 *
 * Invalidation queue: worked on at the end of each stimulus, while QIES = 1,
 * IQE = ITE = 0, no DMA_DESC waits and IQH differs from IQT (with DW = 1, bit 4
 * of IQH is first cleared):
 *   - IQT at or beyond the queue's size (2^(QS + 12) bytes): IQE, IQEI 1. DW = 1
 *     and IQT bit 4 set: IQE, IQEI 6 (judged after 1).
 *   - The descriptor is read with MEM_READ of 16 bytes at IQA + IQH (mod 2^64),
 *     and with DW = 1 of the next 16 bytes; either refused (both are tried): IQE,
 *     IQEI 2.
 *   - Type: bits 3:0, with bits 11:9 as bits 6:4. 4: interrupt entry cache
 *     invalidation; 5: wait; 1, 2, 3, 6, 7, 8: DMA_DESC; others: IQE, IQEI 3.
 *   - Types 4 and 5: a reserved bit set (bits 255:128 included; PD of a wait,
 *     since page requests are not implemented): IQE, IQEI 4. IM greater than
 *     "mhmv" with G = 1 (index-selective): IQE, IQEI 4. With G = 0 (global) IM
 *     and IIDX are ignored.
 *   - Wait: drain; with SW, MEM_WRITE of 4 bytes (STDATA) at STADDR << 2,
 *     whether refused or not; with IF, IWC and the completion event. FN changes
 *     nothing: each descriptor is complete before the next one is read.
 *   - IQH advances past each descriptor that ended without IQE, wrapping at
 *     the queue's size; after ICE and ITE it has advanced too. An IQH at or
 *     beyond the size (QS was made smaller) wraps to 0 when it advances.
 *   - QIE cleared: QIES = 0, IQH = 0; a DMA_DESC that waits is forgotten.
 *   - IQE, ITE stop the queue until software clears them in FSTS_REG.
 *   One stimulus works on 32,768 descriptors at most: IQH reaches IQT.
 *
 * RESET: registers take their reset values (0, but IM = 1 in FECTL_REG and
 * IECTL_REG), nothing is latched, cached or pending, the present is 0. TIMER is
 * emitted if it changes. Create leaves the block in the same state.
 *
 * Order contract: messages, MEM_WRITE and MEM_CAS keep their order among each
 * other; MEM_READ keep theirs; each wire its own. Between these classes the
 * effects of one stimulus may swap.
 */

#ifdef __cplusplus
}
#endif

#endif
