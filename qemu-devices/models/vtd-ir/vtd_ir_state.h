/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State of the model of the block "vtd-ir", and what its files share. */
#ifndef VTD_IR_STATE_H
#define VTD_IR_STATE_H

#include <string.h>

#include "backend.h"
#include "vtd_ir.h"

#define VTD_REG_SPACE 0xc0  /* bytes of registers below the fault records */
#define VTD_FRCD_MAX 8
#define VTD_SETS_MAX 16
#define VTD_WAYS_MAX 8
#define VTD_PENDING_MAX 8

/* CAP_REG, upper half */
#define CAP_NFR_SHIFT (40 - 32)
#define CAP_PI (1u << (59 - 32))
#define CAP_ESIRTPS (1u << (62 - 32))
/* CAP_REG, lower half */
#define CAP_FRO_SHIFT 24
/* ECAP_REG, lower half */
#define ECAP_QI (1u << 1)
#define ECAP_IR (1u << 3)
#define ECAP_EIM (1u << 4)
#define ECAP_MHMV_SHIFT 20
/* GCMD_REG; GSTS_REG has the status of each command in the same place */
#define GCMD_CFI (1u << 23)
#define GCMD_SIRTP (1u << 24)
#define GCMD_IRE (1u << 25)
#define GCMD_QIE (1u << 26)
/* FSTS_REG */
#define FSTS_PFO (1u << 0)
#define FSTS_PPF (1u << 1)
#define FSTS_IQE (1u << 4)
#define FSTS_ICE (1u << 5)
#define FSTS_ITE (1u << 6)
#define FSTS_FRI_SHIFT 8
#define FSTS_FRI_MASK (0xffu << FSTS_FRI_SHIFT)
#define FSTS_EVENTS (FSTS_PFO | FSTS_PPF | FSTS_IQE | FSTS_ICE | FSTS_ITE)
/* FECTL_REG, IECTL_REG */
#define ECTL_IM (1u << 31)
#define ECTL_IP (1u << 30)
/* ICS_REG */
#define ICS_IWC (1u << 0)
/* IQA_REG, lower half */
#define IQA_QS 7u
#define IQA_DW (1u << 11)
#define IQ_POINTER 0x7fff0u /* IQH_REG, IQT_REG */
/* IRTA_REG, lower half */
#define IRTA_S 0xfu
#define IRTA_EIME (1u << 11)

/* Interrupt remapping table entry, two little-endian quadwords */
typedef struct VtdIrte {
    uint64_t lo, hi;
} VtdIrte;

#define IRTE_P (1ull << 0)
#define IRTE_FPD (1ull << 1)
#define IRTE_URG (1ull << 14)
#define IRTE_IM_POSTED (1ull << 15)

enum { VTD_LANDS_PASS, VTD_LANDS_REMAPPED, VTD_LANDS_POSTED };

/* An accepted request, until it lands */
typedef struct VtdPending {
    uint64_t due;
    uint64_t addr, data; /* of the message, unless posted */
    VtdIrte irte;        /* posted */
    uint16_t index, sid; /* posted: for a fault record */
    uint8_t kind;
    uint8_t eime;
    uint16_t unused;
} VtdPending;

typedef struct VtdNotification {
    uint64_t due;
    uint32_t destination, vector;
} VtdNotification;

typedef struct VtdSet {
    uint64_t used[VTD_WAYS_MAX]; /* when, by VtdDynamic.clock */
    VtdIrte irte[VTD_WAYS_MAX];
    uint16_t index[VTD_WAYS_MAX];
    uint8_t valid; /* a bit each way */
    uint8_t next;  /* round-robin: the way to replace */
    uint8_t unused[6];
} VtdSet;

/* All that changes: no pointer, no padding, so that it can be compared. */
typedef struct VtdDynamic {
    uint32_t reg[VTD_REG_SPACE / 4]; /* by offset / 4 */
    uint64_t frcd[VTD_FRCD_MAX][2];
    uint64_t root;    /* latched by SIRTP: base of the table */
    uint32_t entries; /* latched: size of the table, 0 before the first */
    uint8_t eime;     /* latched */
    uint8_t next_frcd;
    uint8_t dma_waits; /* a DMA_DESC is out */
    uint8_t unused0;
    uint64_t now;
    uint64_t timer; /* as emitted last */
    uint64_t clock; /* counts uses of cache entries */
    VtdPending pending[VTD_PENDING_MAX];
    VtdNotification notify[VTD_PENDING_MAX];
    uint8_t pending_head, pending_count, notify_head, notify_count;
    uint32_t unused1;
    VtdSet set[VTD_SETS_MAX];
} VtdDynamic;

static_assert(sizeof(VtdPending) == 48, "no padding");
static_assert(sizeof(VtdSet) == 8 * 8 + 16 * 8 + 2 * 8 + 8, "no padding");

typedef struct VtdIr {
    VrBlock parent;
    /* the variant */
    bool pi, eim, esirtps, dw, round_robin;
    uint32_t mhmv, frcd_count, sets, ways, cas_tries;
    uint64_t delay, notify_delay;
    uint32_t write[VTD_REG_SPACE / 4]; /* writable bits, by offset / 4 */
    uint32_t w1c[VTD_REG_SPACE / 4];   /* write 1 to clear */
    VtdDynamic d;
} VtdIr;

static inline uint32_t *vtd_reg(VtdIr *s, unsigned offset)
{
    return &s->d.reg[offset / 4];
}

static inline uint64_t vtd_reg64(const VtdIr *s, unsigned offset)
{
    return s->d.reg[offset / 4] | (uint64_t)s->d.reg[offset / 4 + 1] << 32;
}

/* vtd_ir_regs.c */
void vtd_regs_init(VtdIr *s);
void vtd_regs_reset(VtdIr *s);
uint64_t vtd_regs_read(VtdIr *s, uint64_t addr, unsigned size);
void vtd_regs_write(VtdIr *s, uint64_t addr, unsigned size, uint64_t data);

/* vtd_ir_request.c */
void vtd_request(VtdIr *s, uint64_t addr, uint64_t data);
/* P is set, and no bit that is reserved with that EIME */
bool vtd_irte_usable(const VtdIr *s, const VtdIrte *e, bool eime);

/* vtd_ir_iec.c */
bool vtd_iec_lookup(VtdIr *s, uint16_t index, VtdIrte *irte);
void vtd_iec_fill(VtdIr *s, uint16_t index, const VtdIrte *irte);
void vtd_iec_flush(VtdIr *s);
/* Entries whose index is the same above the lowest @im bits */
void vtd_iec_flush_masked(VtdIr *s, uint16_t index, unsigned im);

/* vtd_ir_post.c: what was accepted, and when it lands */
void vtd_accept(VtdIr *s, const VtdPending *p);
void vtd_time(VtdIr *s, uint64_t now);
void vtd_drain(VtdIr *s);
/* 0: nothing is pending */
uint64_t vtd_earliest_due(const VtdDynamic *d);
void vtd_timer_update(VtdIr *s);

/* vtd_ir_invq.c */
void vtd_invq_run(VtdIr *s);
void vtd_invq_disable(VtdIr *s);
void vtd_invq_dma_done(VtdIr *s, uint64_t data);

/* vtd_ir_fault.c */
void vtd_fault_record(VtdIr *s, uint64_t lo, uint64_t hi);
void vtd_fault(VtdIr *s, unsigned reason, uint16_t index, uint16_t sid);
/* Set status bits of FSTS_REG, and raise the fault event if it is due. */
void vtd_fsts_set(VtdIr *s, uint32_t bits);
/* After bits of FSTS_REG, ICS_REG or a record's F were cleared */
void vtd_events_update(VtdIr *s);
/* After a write of FECTL_REG or IECTL_REG */
void vtd_events_unmask(VtdIr *s);
void vtd_completion(VtdIr *s);

/* vtd_ir_valid.c: whether a state in normal form can have come about */
bool vtd_state_valid(const VtdIr *s, const VtdDynamic *d);

/* vtd_ir_save.c */
int64_t vtd_save(const VrBlock *b, void *buf, size_t cap);
int vtd_load(VrBlock *b, const void *buf, size_t len);

#endif
