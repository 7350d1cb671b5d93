/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay-irqgen: its state, and what its parts do for each other. All run
 * with the BQL, but for irqgen_request_trigger().
 */
#ifndef HW_VIRELAY_IRQGEN_INTERNAL_H
#define HW_VIRELAY_IRQGEN_INTERNAL_H

#include "hw/pci/pci_device.h"
#include "qemu/timer.h"
#include "hw/virelay/irqgen.h"
#include "virelay-include/trace/irqgen.h"

OBJECT_DECLARE_TYPE(VirelayIrqgen, VirelayIrqgenClass, VIRELAY_IRQGEN)

/* What a shot does: the channel's registers from VECTOR to MSG_DATA. */
#define IRQGEN_CONFIG_FIRST VR_IRQGEN_CH_VECTOR
#define IRQGEN_CONFIG_END (VR_IRQGEN_CH_MSG_DATA + 4)
#define IRQGEN_CONFIG_WORDS ((IRQGEN_CONFIG_END - IRQGEN_CONFIG_FIRST) / 4)

enum {
    IRQGEN_IDLE,
    IRQGEN_ARMED,
    IRQGEN_RUNNING,
};

typedef struct IrqgenChannel {
    VirelayIrqgen *dev;
    QEMUTimer timer; /* the next tick, or the rest of this one */
    uint32_t config[IRQGEN_CONFIG_WORDS];
    uint32_t shot[IRQGEN_CONFIG_WORDS]; /* latched when started or armed */
    uint8_t state;
    bool triggered;       /* the shot was started by a trigger */
    uint32_t sticky;      /* RW1C bits of STATUS */
    uint64_t index;       /* interrupts of the shot so far */
    uint32_t tick_left;   /* interrupts left of the tick at due, never 0 */
    int64_t due;
    uint32_t triggers_lost;
    uint64_t seq;
    uint64_t fired;
    uint64_t masked;
    uint64_t dropped;
    uint64_t dma_errors;
    uint32_t pending;     /* triggers not yet taken; atomic */
} IrqgenChannel;

struct VirelayIrqgen {
    PCIDevice parent_obj;
    MemoryRegion regs;
    MemoryRegion msix;
    QEMUTimer trigger_timer;
    IrqgenChannel channels[VR_IRQGEN_NUM_CHANNELS];
    uint32_t status;
    uint32_t requester;
    uint64_t msg_addr;
    uint64_t messages;
    uint64_t msg_errors;
    bool sending; /* registers are not to be written meanwhile */
    bool in_shot; /* the message being sent is in the trace already */
    unsigned number;
    uint16_t msix_vectors;
    uint8_t msi_vectors;
};

struct VirelayIrqgenClass {
    PCIDeviceClass parent_class;
    DeviceRealize parent_realize;
};

/* --- irqgen.c --- */

/* All of it but what PCI itself resets. */
void irqgen_reset(VirelayIrqgen *s);

/* --- irqgen_regs.c --- */

extern const MemoryRegionOps irqgen_reg_ops;

/* --- irqgen_fire.c --- */

uint32_t irqgen_mode(VirelayIrqgen *s);
uint64_t irqgen_left(const IrqgenChannel *ch);
void irqgen_control(IrqgenChannel *ch, uint32_t bits);
void irqgen_reset_channel(IrqgenChannel *ch);
/* Send what MSI, MSI-X or a raw register ask for. */
void irqgen_send(PCIDevice *dev, MSIMessage msg);
void irqgen_tick(void *channel);
void irqgen_take_trigger(IrqgenChannel *ch);
/* Those that irqgen_request_trigger() has left. */
void irqgen_take_triggers(void *dev);
/* From any thread. */
void irqgen_request_trigger(VirelayIrqgen *s, unsigned channel);

#endif
