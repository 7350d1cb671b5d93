/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Model of the block "gicv3-redist": state and the functions on it.
 *
 * Source: Arm IHI 0069, chapter "Programmers' Model", GICR_* registers, and
 * the pins header gicv3_redist.h of the block contract.
 *
 * Every function that changes what an interrupt is (pending, enabled, ...)
 * leaves it to its caller to run gicr_update() once, at the end of the
 * stimulus.
 */
#ifndef VIRELAY_MODEL_GICV3_REDIST_STATE_H
#define VIRELAY_MODEL_GICV3_REDIST_STATE_H

#include "backend.h"
#include "gicv3_redist.h" /* the pins */

#define GICR_NUM_IRQ 32
#define GICR_NUM_SGI 16
#define GICR_PPI_MASK 0xffff0000u

#define GICD_CTLR_GROUPS 0x07u
#define GICD_CTLR_DS 0x40u
#define GICD_CTLR_KNOWN (GICD_CTLR_GROUPS | GICD_CTLR_DS)

#define GICR_CTLR_RWP (1u << 3)
#define GICR_CTLR_DPG_SHIFT 24
#define GICR_CTLR_DPG (7u << GICR_CTLR_DPG_SHIFT)

#define GICR_WAKER_PROCESSOR_SLEEP (1u << 1)
#define GICR_WAKER_CHILDREN_ASLEEP (1u << 2)

#define GICR_STATUSR_RRD (1u << 0)
#define GICR_STATUSR_WRD (1u << 1)
#define GICR_STATUSR_WROD (1u << 3)
#define GICR_STATUSR_KNOWN 0xfu

/* The choices of the variant, in the form that the model uses. */
typedef struct GicrVariant {
    uint32_t affinity;
    uint32_t iidr;
    uint16_t processor_number;
    bool last;
    uint8_t prio_bits;
    uint8_t prio_mask; /* implemented bits of a priority byte */
    bool icfgr1_writable;
    bool dpg;
    bool statusr;
} GicrVariant;

/* An interrupt that was SET; all fields are 0 while nothing is held. */
typedef struct GicrHeld {
    bool held;
    uint8_t intid;
    uint8_t prio;
    uint8_t group;
} GicrHeld;

typedef struct GicrState {
    VrBlock parent;
    GicrVariant v;

    /* Input wires; kept over reset. */
    uint32_t wires;     /* level of PPI n in bit n */
    uint32_t gicd_ctlr; /* GICD_CTLR_KNOWN */

    /* Registers, as the Secure view has them. */
    uint32_t iidr;
    uint32_t typer[2];
    uint32_t ctlr;       /* DPG bits only */
    uint32_t statusr[2]; /* Secure (and DS = 1), Non-secure */
    uint32_t waker;
    uint32_t igroup;
    uint32_t igrpmod;
    uint32_t enable;
    uint32_t latch; /* pending by an edge, a message or GICR_ISPENDR0 */
    uint32_t active;
    uint32_t icfgr[2];
    uint32_t nsacr;
    uint8_t prio[GICR_NUM_IRQ];

    /* The cut line. */
    uint8_t cpu_groups; /* enables of the CPU interface, 1 << VR_GIC_G* */
    GicrHeld current;
    GicrHeld superseded;
    bool clear_waits;
    bool quiesce_waits;

    /* Functions of the above, kept to be fast and to see changes. */
    uint32_t edge; /* edge-triggered interrupts, bit n for INTID n */
    bool wake_request;
    uint8_t dpg_out;
} GicrState;

static inline GicrState *gicr_from_block(VrBlock *b)
{
    return (GicrState *)b;
}

static inline bool gicr_ds(const GicrState *s)
{
    return s->gicd_ctlr & GICD_CTLR_DS;
}

/* Interrupts that read as pending. */
static inline uint32_t gicr_pending(const GicrState *s)
{
    return s->latch | (s->wires & ~s->edge);
}

/* Interrupts of the groups in @groups (1 << VR_GIC_G*). */
uint32_t gicr_in_groups(const GicrState *s, unsigned groups);
/* VR_GIC_G* of an interrupt. */
unsigned gicr_group(const GicrState *s, unsigned intid);

/* Registers and handshake as after reset; emits nothing. */
void gicr_reset(GicrState *s);
/* GicrState.edge after a change of an ICFGR. */
void gicr_derive_edge(GicrState *s);
/* Recompute what is kept as a function of other state; emits nothing. */
void gicr_derive(GicrState *s);
/* True if the handshake would send something now. */
bool gicr_would_send(const GicrState *s);
/* After a mutation: output wires, then at most one SET or CLEAR. */
void gicr_update(GicrState *s);

/* gicv3_redist_access.c: one register access, without gicr_update(). */
uint64_t gicr_read(GicrState *s, uint64_t offset, unsigned size,
                   uint16_t attr);
void gicr_write(GicrState *s, uint64_t offset, unsigned size, uint16_t attr,
                uint64_t value);

/* gicv3_redist_msg.c: messages and wires, without gicr_update(). */
void gicr_message(GicrState *s, const VrEvent *msg);
void gicr_wire(GicrState *s, uint32_t wire, uint64_t value);
void gicr_set_processor_sleep(GicrState *s, bool sleep);

/* gicv3_redist_save.c: as vr_block_save() and vr_block_load(). */
int64_t gicr_save(const GicrState *s, void *buf, size_t cap);
int gicr_load(GicrState *s, const void *buf, size_t len);

#endif
