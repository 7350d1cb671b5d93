/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The generator of vtd-ir, between its files: vtd_ir.c chooses what happens
 * next, vtd_ir_driver.c and vtd_ir_regs.c do what a driver does, right or
 * wrong, vtd_ir_structs.c draws what is in memory, vtd_ir_seen.c watches the
 * effects and counts the goals.
 */
#ifndef VIRELAY_FUZZ_VTD_IR_H
#define VIRELAY_FUZZ_VTD_IR_H

#include "fuzz.h"
#include "../../block/vtd_ir.h"

/* Where things are, from the start of the memory. */
#define VTD_TABLE 0x0000 /* interrupt remapping table */
#define VTD_TABLE_ENTRIES 512
#define VTD_QUEUE 0x2000
#define VTD_PIDS 0x4000
#define VTD_PID_COUNT 64
#define VTD_STATUS 0x6000 /* what wait descriptors write */

#define VTD_HOT 8 /* indices, and descriptors, that most traffic uses */
#define VTD_PLAN 48

/* Counters of what only the generator can tell. */
typedef enum VtdSeen {
    SEEN_FR_20, /* fault reasons, as read from a FRCD_REG, in order */
    SEEN_FR_28 = SEEN_FR_20 + 8,
    SEEN_IQEI_0, /* IQERCD_REG.IQEI, as read while IQE was set */
    SEEN_IQEI_15 = SEEN_IQEI_0 + 15,
    SEEN_PFO, /* of FSTS_REG, as read */
    SEEN_PPF,
    SEEN_IQE,
    SEEN_ICE,
    SEEN_ITE,
    SEEN_DESC_0, /* DMA_DESC of type 0.. */
    SEEN_DESC_15 = SEEN_DESC_0 + 15,
    SEEN_READ_REFUSED,
    SEEN_WRITE_REFUSED,
    SEEN_CAS_REFUSED,
    SEEN_PIR_RACE,     /* a CAS that found another value, of a PIR word */
    SEEN_CONTROL_RACE, /* and of ON, SN, NV, NDST */
    SEEN_CAS_GIVEN_UP, /* "cas-tries" of them in a row */
    SEEN_CACHE_HIT,
    SEEN_CACHE_STALE,   /* a hit whose entry is another one in memory now */
    SEEN_CACHE_REFETCH, /* replaced: read again without an invalidation */
    SEEN_POSTED_QUIET,  /* a descriptor's update without a notification */
    SEEN_COUNT,
} VtdSeen;

/* What was last read of a table's entry. */
typedef struct VtdFetched {
    /* It was good, and nothing may have invalidated it, if it is this one. */
    uint32_t epoch;
    uint64_t w[2]; /* as last read */
} VtdFetched;

typedef struct VtdState {
    VrFuzzMemory memory;
    /* the variant */
    bool pi, eim, dw, cache, immediate;
    unsigned mhmv, frcd, cas_tries;
    /* items that are to come first */
    VrEvent plan[VTD_PLAN];
    unsigned plan_at, plan_end;
    bool started;
    /* what the driver knows of the hardware */
    uint64_t table, queue; /* addresses */
    unsigned table_size, queue_size; /* S, QS */
    bool eime, wide;
    uint32_t tail;
    uint64_t now, due;
    bool dma_waits;
    uint64_t head; /* IQH_REG, as last read */
    uint64_t last_pid; /* of the last CAS */
    bool notified;     /* a CPU owes an answer to it */
    uint16_t hot_index[VTD_HOT];
    /* for the goals */
    uint64_t seen[SEEN_COUNT];
    unsigned lost_cas; /* in a row */
    bool request;      /* the stimulus at hand is one that looks up: */
    uint32_t index;
    bool fetched_now;
    uint32_t epoch; /* a new one after what may invalidate; 0: none yet */
    VtdFetched fetched[VTD_TABLE_ENTRIES];
} VtdState;

/* --- vtd_ir_structs.c --- */

bool vtd_draw_param(VrRng *rng, const VrParamSpec *spec, uint64_t *value);
/* How often a CPU changes the word that is compared: about the limit. */
uint32_t vtd_draw_long_race(const VtdState *s, VrRng *rng);
void vtd_begin(void *opaque, VrRng *rng, const VrBlockType *type,
               const VrVariant *variant);
void vtd_draw_irte(const VtdState *s, VrRng *rng, uint64_t w[2]);
void vtd_draw_pid(const VtdState *s, VrRng *rng, uint64_t w[8]);
uint64_t vtd_draw_pid_address(const VtdState *s, VrRng *rng);
/* Four words; the upper two count only in 256-bit descriptors. */
void vtd_draw_descriptor(const VtdState *s, VrRng *rng, uint64_t w[4]);
/* A good one that writes its status. */
void vtd_good_wait(const VtdState *s, VrRng *rng, uint64_t w[4]);
/* An IEC invalidation of @index alone, or with @global of all. */
void vtd_iec_invalidation(uint32_t index, bool global, uint64_t w[4]);
/* A source-id that @w, an IRTE, lets pass, most of the time. */
uint32_t vtd_draw_source(const VtdState *s, VrRng *rng, const uint64_t w[2]);
uint32_t vtd_draw_index(const VtdState *s, VrRng *rng);

/* --- vtd_ir_driver.c: items at the end of the plan --- */

#define GCMD_QIE (1u << 26)
#define GCMD_IRE (1u << 25)
#define GCMD_SIRTP (1u << 24)
#define GCMD_CFI (1u << 23)
#define IRTA_EIME (1u << 11)
#define IQA_DW (1u << 11)

void vtd_set_msg(VrEvent *e, uint32_t id, uint64_t addr, uint64_t data);
void vtd_set_cpu(VrEvent *e, uint32_t id, uint64_t addr, uint64_t a,
                 uint64_t b);
/* A zeroed item. A plan that is full loses its last one. */
VrEvent *vtd_plan(VtdState *s);
void vtd_plan_write(VtdState *s, uint64_t addr, unsigned size, uint64_t data);
void vtd_plan_read(VtdState *s, uint64_t addr, unsigned size);
/* 16 bytes, by a CPU */
void vtd_plan_store(VtdState *s, uint64_t addr, const uint64_t *w);
void vtd_plan_irta(VtdState *s, VrRng *rng);
void vtd_plan_events(VtdState *s, VrRng *rng);
void vtd_plan_setup(VtdState *s, VrRng *rng);
void vtd_plan_descriptor(VtdState *s, uint64_t at, const uint64_t w[4]);
void vtd_advance_tail(VtdState *s);
void vtd_plan_tail(VtdState *s);
void vtd_submit(VtdState *s, VrRng *rng);
void vtd_odd_tail(VtdState *s, VrRng *rng);
void vtd_service(VtdState *s, VrRng *rng);
/* What the driver wants GCMD_REG to be, most of the time. */
uint32_t vtd_commands(VrRng *rng);

/* --- vtd_ir_regs.c --- */

void vtd_any_read(VtdState *s, VrRng *rng);
void vtd_any_write(VtdState *s, VrRng *rng);
void vtd_odd_access(VtdState *s, VrRng *rng);

/* --- vtd_ir_seen.c --- */

#define VTD_GOAL_COUNT 58

extern const VrFuzzGoal vtd_goals[VTD_GOAL_COUNT];

void vtd_effect(void *opaque, const VrEvent *e);
/* Before every stimulus: what the one before it was for the goals. */
void vtd_note_stimulus(VtdState *s, const VrEvent *stim);

#endif
