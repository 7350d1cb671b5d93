/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm-gicv3's redistributors served by blocks: what QEMU's own files call.
 *
 * A CPU whose redistributor (SGIs and PPIs) is a block has GICv3CPUState.vr
 * set; its gicr_* fields, but for gicr_typer, are then not used. The glue is
 * the CPU interface's end of the message cut line and the distributor's
 * network for SGIs; see cosim/block/gicv3_redist.h for the pins.
 *
 * Everything here runs with the BQL.
 */
#ifndef HW_VIRELAY_GICV3_REDIST_H
#define HW_VIRELAY_GICV3_REDIST_H

#include "exec/memattrs.h"
#include "hw/intc/arm_gicv3_common.h"

/*
 * Create the blocks that the property "redist" asks for; nothing for
 * "builtin". False with *errp set for an unknown name, or for a GIC with
 * features that the block does not have.
 */
bool virelay_redist_realize(GICv3State *s, Error **errp);

/* After the GIC's own reset; nothing if no block serves it. */
void virelay_redist_reset(GICv3State *s);

/* Subsection of a CPU's state, and what follows the load of all of them. */
extern const VMStateDescription vmstate_virelay_redist;
bool virelay_redist_post_load(GICv3State *s);

/* Register accesses; @offset is from RD_base. */
MemTxResult virelay_redist_read(GICv3CPUState *cs, hwaddr offset,
                                uint64_t *data, unsigned size,
                                MemTxAttrs attrs);
MemTxResult virelay_redist_write(GICv3CPUState *cs, hwaddr offset,
                                 uint64_t data, unsigned size,
                                 MemTxAttrs attrs);

/* A PPI's wire is at this level. */
void virelay_redist_set_irq(GICv3CPUState *cs, int irq, int level);

/* GICD_CTLR was written; nothing if no block serves the GIC. */
void virelay_redist_gicd_ctlr(GICv3State *s);

/* An ICC_IGRPEN* register was written or reset; nothing without a block. */
void virelay_redist_igrpen(GICv3CPUState *cs);

/*
 * The PE acknowledged @irq, which is the presented interrupt. Presents the
 * next one and updates the CPU interface's outputs.
 */
void virelay_redist_activate(GICv3CPUState *cs, int irq);

/*
 * The PE deactivates @irq, if its group is in @groups (bits 1 << GICV3_G*).
 * Whether it is, only the block knows.
 */
void virelay_redist_deactivate(GICv3CPUState *cs, int irq, uint32_t groups);

/* Groups that a write of ICC_DIR_EL1 may deactivate in the present state. */
uint32_t virelay_redist_dir_groups(GICv3CPUState *cs);

/* A write of ICC_SGI0R_EL1, ICC_SGI1R_EL1 or ICC_ASGI1R_EL1. */
void virelay_redist_generate_sgi(GICv3CPUState *cs, uint64_t value, int grp,
                                 bool ns);

/* The interrupt that the block presents to the CPU interface, or NULL. */
const PendingIrq *virelay_redist_presented(const GICv3CPUState *cs);

#endif
