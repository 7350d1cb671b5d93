/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the glue of vtd-ir. */
#ifndef HW_VIRELAY_VTD_IR_INTERNAL_H
#define HW_VIRELAY_VTD_IR_INTERNAL_H

#include "qemu/timer.h"
#include "hw/i386/intel_iommu.h"
#include "block.h"
#include "virelay-include/block/vtd_ir.h"

/*
 * More faults than the block has records: what does not fit here would have
 * been lost to the overflow of the fault log.
 */
#define VIRELAY_VTD_FAULTS 16

typedef struct VirelayVtdFault {
    uint64_t lo, hi;
} VirelayVtdFault;

/* The glue at one remapping unit. */
struct VirelayVtdIr {
    IntelIOMMUState *s;
    VrBlock *block;
    bool delays; /* the variant has a delay: requests need the time */
    bool applying;

    /* What follows from effects, until vr_block_apply() has returned */
    uint64_t desc[4]; /* a descriptor for the DMA side */
    bool desc_high;   /* its upper half came */
    bool desc_waits;

    /* The wire TIMER, and what runs at its time */
    uint64_t due;
    QEMUTimer *timer;

    /* Faults that have not reached the block */
    QemuMutex fault_lock; /* protects the next two */
    VirelayVtdFault faults[VIRELAY_VTD_FAULTS];
    unsigned fault_count;
    QEMUBH *fault_bh;

    /* Saved state of the block, while it is saved or loaded */
    uint8_t *state;
    uint32_t state_size;
    uint32_t state_crc;
    Error *migration_blocker;
};

/* vtd_ir_pins.c: the block's end of messages and wires, and its memory */
extern const VrHost virelay_vtd_ir_host;

/* Apply a stimulus and all that follows from it. */
void virelay_vtd_ir_apply(VirelayVtdIr *vr, const VrEvent *stim,
                          VrReply *reply);
void virelay_vtd_ir_timer(void *opaque);
void virelay_vtd_ir_fault_bh(void *opaque);
/* Make the timer run at vr->due. */
void virelay_vtd_ir_arm(VirelayVtdIr *vr);

/* vtd_ir_memory.c: VrHost's memory; the opaque is not used */
bool virelay_vtd_ir_mem_read(void *opaque, uint64_t addr, void *buf,
                             size_t len);
bool virelay_vtd_ir_mem_write(void *opaque, uint64_t addr, const void *buf,
                              size_t len);
bool virelay_vtd_ir_mem_cas(void *opaque, uint64_t addr, const void *expected,
                            const void *desired, void *found, size_t size);

#endif
