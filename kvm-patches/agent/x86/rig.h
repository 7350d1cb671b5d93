/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rig of the scenarios about remapped and posted interrupts: virelay-irqgen
 * given to this program by VFIO, with an eventfd for each of its first vectors;
 * what Linux calls these interrupts; and the remapping unit behind its back.
 *
 * Where the machine lacks a part of it, opening it skips the scenario.
 */
#ifndef VR_AGENT_X86_RIG_H
#define VR_AGENT_X86_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "agent.h"
#include "irqgen.h"
#include "pci.h"
#include "vfio.h"
#include "vtd.h"

#define VR_RIG_VECTORS 8
#define VR_RIG_PATIENCE UINT64_C(20000000) /* ns, for one interrupt */
#define VR_RIG_IOVA UINT64_C(0x10000000)   /* of the DMA area */
#define VR_RIG_DMA_SIZE 4096u

typedef struct VrRig {
    VrContext *ctx;
    VrPci pci;
    VrVfio vfio;
    VrVtd vtd;
    volatile uint8_t *regs;
    volatile uint8_t *msix; /* the MSI-X table */
    uint64_t *dma;          /* VR_RIG_DMA_SIZE bytes at VR_RIG_IOVA */
    int event[VR_RIG_VECTORS];
    uint64_t handled[VR_RIG_VECTORS]; /* counted by the eventfds */
    int irq[VR_RIG_VECTORS];          /* Linux's numbers */
    VrIrte *irte[VR_RIG_VECTORS];
    bool posting; /* entries are posted ones */
} VrRig;

/* What a shot of channel 0 fires; the rest is 0. */
typedef struct VrShot {
    unsigned vector, vectors;
    uint64_t count, delay, period;
    uint32_t burst, flags;
    uint64_t message; /* with FLAGS.RAW: the address */
    uint32_t data;
} VrShot;

/* False: the scenario is skipped or has failed; close it nevertheless. */
bool vr_rig_open(VrRig *rig, VrContext *ctx);
void vr_rig_close(VrRig *rig);

/*
 * MSI-X on again, with the eventfds that are there, after it was off: what
 * Linux calls the interrupts may have changed. False: vfio.error.
 */
bool vr_rig_vectors_on(VrRig *rig);
/* One more eventfd in a vector's place; the old one is not closed. */
bool vr_rig_new_event(VrRig *rig, unsigned vector);

/* Starts a shot of a channel. With no delay, it fires before this returns. */
void vr_rig_start(VrRig *rig, unsigned channel, const VrShot *shot);
uint64_t vr_rig_channel(const VrRig *rig, unsigned channel, unsigned reg);

/* The interrupts handled so far, of all vectors. */
uint64_t vr_rig_handled(VrRig *rig);
/* Waits until there are that many; false: not in time. */
bool vr_rig_wait(VrRig *rig, uint64_t handled, uint64_t ns);
/* Fires one interrupt of this vector, now; false: it was not handled. */
bool vr_rig_one(VrRig *rig, unsigned vector);
/* Fires a shot at once and says how many of it were handled in time. */
uint64_t vr_rig_fire(VrRig *rig, const VrShot *shot);

/*
 * As vr_interrupt_move(), but waits while the kernel is busy, and fires what it
 * takes for a move that is put off.
 */
bool vr_rig_move(VrRig *rig, unsigned vector, unsigned cpu);
/* How many interrupts of a vector this CPU handled, as the kernel counts. */
uint64_t vr_rig_on_cpu(const VrRig *rig, unsigned vector, unsigned cpu);
/* The descriptor that a posted entry points to; NULL: the scenario failed. */
VrPid *vr_rig_pid(VrRig *rig, unsigned vector);

/* Messages carry this source-id; VR_RIG_OWN: the function's own. */
#define VR_RIG_OWN UINT32_MAX
void vr_rig_source(VrRig *rig, uint32_t source);

#endif
