/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stock NIC, Intel's 82576, given to this program by VFIO, whose MSI-X
 * vectors fire when its interrupt causes are set by software. Registers: Intel
 * 82576EB Gigabit Ethernet Controller Datasheet, "Interrupt Registers".
 */
#ifndef VR_AGENT_X86_IGB_H
#define VR_AGENT_X86_IGB_H

#include "pci.h"
#include "vfio.h"
#include "vtd.h"

#define VR_IGB_VECTORS 4

typedef struct VrIgb {
    VrPci pci;
    VrVfio vfio;
    volatile uint8_t *regs;
    volatile uint8_t *msix; /* the MSI-X table */
    int event[VR_IGB_VECTORS];
} VrIgb;

/*
 * Takes the first one from its driver. False: igb->vfio.error says why;
 * vr_igb_close() is to be called nevertheless, and gives it back.
 */
bool vr_igb_open(VrIgb *igb);
/* Sets the cause of this vector: the NIC fires it, now. */
void vr_igb_fire(VrIgb *igb, unsigned vector);
/* The remapping table's entry of a vector; NULL: it has none. */
VrIrte *vr_igb_irte(const VrIgb *igb, const VrVtd *vtd, unsigned vector);
void vr_igb_close(VrIgb *igb);

#endif
