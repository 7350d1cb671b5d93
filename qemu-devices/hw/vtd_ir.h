/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intel-iommu's interrupt side served by a block: what QEMU's own files call.
 *
 * Where IntelIOMMUState.vr is set, interrupt requests, the invalidation queue,
 * the fault log and the events of both are the block's; translation of DMA,
 * its caches and its registers stay QEMU's. See cosim/block/vtd_ir.h for the
 * pins. The fields of IntelIOMMUState that belong to interrupts and to the
 * queue are then not used.
 *
 * With the BQL, where nothing else is said: it is what serialises the block.
 */
#ifndef HW_VIRELAY_VTD_IR_H
#define HW_VIRELAY_VTD_IR_H

#include "exec/memory.h"
#include "hw/i386/intel_iommu.h"

/* Size of the register page where a block serves it: up to 8 fault records */
#define VIRELAY_VTD_IR_REG_SIZE 0x1000

/*
 * Create the block that the property "ir" asks for; nothing for "builtin".
 * False with *errp set for an unknown name or variant, or for a unit or a
 * machine that the block does not fit.
 */
bool virelay_vtd_ir_realize(IntelIOMMUState *s, Error **errp);

/* After the unit's own reset; nothing without a block. */
void virelay_vtd_ir_reset(IntelIOMMUState *s);

/* Subsection of the unit's state, and what follows its load. */
extern const VMStateDescription vmstate_virelay_vtd_ir;
bool virelay_vtd_ir_post_load(IntelIOMMUState *s);

/* The register page; the opaque is the IntelIOMMUState. */
extern const MemoryRegionOps virelay_vtd_ir_ops;

/* A device's write of 4 bytes to an address in the interrupt range. */
void virelay_vtd_ir_request(IntelIOMMUState *s, uint64_t address,
                            uint32_t data, uint16_t sid);

/* X86IOMMUClass.hpet_msi */
bool virelay_vtd_ir_hpet_msi(X86IOMMUState *iommu, MSIMessage *msg);

/*
 * A fault of DMA, as FRCD_REG has it (bits 63:0, 127:64). From any thread,
 * with any lock: it reaches the block when virelay_vtd_ir_settle() is called
 * with the BQL, with the next stimulus, or from the main loop.
 */
void virelay_vtd_ir_dma_fault(IntelIOMMUState *s, uint64_t lo, uint64_t hi);

/*
 * Hand over what waits, if the thread has the BQL; without locks of the unit.
 * Nothing without a block.
 */
void virelay_vtd_ir_settle(IntelIOMMUState *s);

#endif
