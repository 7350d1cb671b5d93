/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the redistributor's glue. */
#ifndef HW_VIRELAY_GICV3_REDIST_INTERNAL_H
#define HW_VIRELAY_GICV3_REDIST_INTERNAL_H

#include "hw/intc/arm_gicv3_common.h"
#include "block.h"
#include "virelay-include/block/gicv3_redist.h"

/* A stimulus has few messages in answer; see the handshake. */
#define VIRELAY_QUEUE_SIZE 8

/* The glue at one redistributor. */
struct VirelayRedist {
    GICv3CPUState *cs;
    VrBlock *block;
    unsigned instance;

    /* The CPU interface's end of the cut line */
    bool held; /* the block SET `presented`, and has not got it back */
    PendingIrq presented;
    uint32_t upstream; /* group enables that the block was last told */
    uint32_t ppi;      /* levels of the PPI wires */

    /* What follows from effects, until vr_block_apply() has returned */
    VrEvent queue[VIRELAY_QUEUE_SIZE];
    unsigned queue_head, queue_count;
    bool generating; /* a GENERATE_SGI is being applied */
    bool changed;    /* the CPU interface has to look again */

    /* Saved state of the block, while it is saved or loaded */
    uint8_t *state;
    uint32_t state_size;
};

extern const VrHost virelay_redist_host;

/* Apply a stimulus and all that follows from it. */
void virelay_redist_apply(VirelayRedist *vr, const VrEvent *stim,
                          VrReply *reply);
void virelay_redist_message(VirelayRedist *vr, uint32_t opcode, uint64_t addr,
                            uint64_t data);
void virelay_redist_wire(VirelayRedist *vr, uint32_t wire, uint64_t level);

/* Bits 1 << GICV3_G* as bits 1 << VR_GIC_G*, for this CPU. */
uint32_t virelay_redist_groups(const GICv3CPUState *cs, uint32_t groups);

#endif
