/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver of the generator of vtd-ir: sets the unit up, fills the queue,
 * and takes care of faults and errors; as items in the plan.
 */
#include "vtd_ir.h"

#include <string.h>

#define FSTS_CLEAR 0x73 /* PFO, PPF (read-only), IQE, ICE, ITE */
#define IM (1u << 31)

/* --- items --- */

static void set_write(VrEvent *e, uint64_t addr, unsigned size, uint64_t data)
{
    e->kind = VR_STIM_WRITE;
    e->size = size;
    e->addr = addr;
    e->data[0] = size >= 8 ? data : data & ((1ull << size * 8) - 1);
}

static void set_read(VrEvent *e, uint64_t addr, unsigned size)
{
    e->kind = VR_STIM_READ;
    e->size = size;
    e->addr = addr;
}

void vtd_set_msg(VrEvent *e, uint32_t id, uint64_t addr, uint64_t data)
{
    e->kind = VR_STIM_MSG;
    e->id = id;
    e->addr = addr;
    e->data[0] = data;
}

void vtd_set_cpu(VrEvent *e, uint32_t id, uint64_t addr, uint64_t a,
                    uint64_t b)
{
    e->kind = VR_FUZZ_CPU;
    e->id = id;
    e->addr = addr;
    e->data[0] = a;
    e->data[1] = b;
}

VrEvent *vtd_plan(VtdState *s)
{
    VrEvent *e = &s->plan[s->plan_end < VTD_PLAN ? s->plan_end : VTD_PLAN - 1];

    if (s->plan_end < VTD_PLAN) {
        s->plan_end++;
    }
    memset(e, 0, sizeof(*e));
    return e;
}

void vtd_plan_write(VtdState *s, uint64_t addr, unsigned size,
                       uint64_t data)
{
    set_write(vtd_plan(s), addr, size, data);
}

void vtd_plan_read(VtdState *s, uint64_t addr, unsigned size)
{
    set_read(vtd_plan(s), addr, size);
}

void vtd_plan_store(VtdState *s, uint64_t addr, const uint64_t *w)
{
    VrEvent *e = vtd_plan(s);

    vtd_set_cpu(e, VR_FUZZ_STORE, addr, w[0], w[1]);
    e->size = 16;
}

/* --- the driver: setting up, the queue --- */

static unsigned width(const VtdState *s)
{
    return s->wide ? 32 : 16;
}

static uint32_t queue_bytes(const VtdState *s)
{
    return 0x1000u << s->queue_size;
}

static void plan_iqa(VtdState *s, VrRng *rng)
{
    uint32_t n = vr_rng_below(rng, 100);

    s->queue = s->memory.base + VTD_QUEUE;
    s->wide = s->dw && vr_rng_permille(rng, 400);
    s->queue_size = n < 75 ? 0 : n < 90 ? 1 : vr_rng_below(rng, 8);
    if (n >= 97) {
        s->queue = vr_rng_next(rng) & ~0xfffull;
    }
    vtd_plan_write(s, VR_VTD_IQA_REG, 8,
               s->queue | (s->wide ? IQA_DW : 0) | s->queue_size);
    s->tail = 0;
    vtd_plan_write(s, VR_VTD_IQT_REG, 8, 0);
}

void vtd_plan_irta(VtdState *s, VrRng *rng)
{
    static const uint8_t sizes[] = { 7, 7, 7, 7, 8, 8, 5, 0, 15 };

    s->table = s->memory.base + VTD_TABLE;
    s->table_size = sizes[vr_rng_below(rng, sizeof(sizes))];
    s->eime = s->eim && vr_rng_permille(rng, 500);
    if (vr_rng_permille(rng, 40)) {
        s->table = vr_rng_next(rng) & ~0xfffull;
    }
    vtd_plan_write(s, VR_VTD_IRTA_REG, 8,
               s->table | (s->eime ? IRTA_EIME : 0) | s->table_size);
}

/* What the driver wants to be on, most of the time. */
uint32_t vtd_commands(VrRng *rng)
{
    return GCMD_QIE | GCMD_IRE | (vr_rng_permille(rng, 400) ? GCMD_CFI : 0);
}

void vtd_plan_events(VtdState *s, VrRng *rng)
{
    vtd_plan_write(s, VR_VTD_FEADDR_REG, 4,
                   0xfee00000 | vr_rng_next(rng) >> 44);
    vtd_plan_write(s, VR_VTD_FEDATA_REG, 4, vr_rng_next(rng) >> 40);
    vtd_plan_write(s, VR_VTD_FEUADDR_REG, 4, vr_rng_next(rng));
    vtd_plan_write(s, VR_VTD_FECTL_REG, 4,
                   vr_rng_permille(rng, 850) ? 0 : IM);
    vtd_plan_write(s, VR_VTD_IEADDR_REG, 8, vr_rng_next(rng));
    vtd_plan_write(s, VR_VTD_IEDATA_REG, 4, vr_rng_next(rng) >> 40);
    vtd_plan_write(s, VR_VTD_IECTL_REG, 4,
                   vr_rng_permille(rng, 850) ? 0 : IM);
}

void vtd_plan_setup(VtdState *s, VrRng *rng)
{
    uint32_t command = vtd_commands(rng);

    plan_iqa(s, rng);
    vtd_plan_irta(s, rng);
    vtd_plan_write(s, VR_VTD_GCMD_REG, 4, GCMD_SIRTP);
    vtd_plan_events(s, rng);
    vtd_plan_write(s, VR_VTD_GCMD_REG, 4, GCMD_QIE);
    vtd_plan_write(s, VR_VTD_GCMD_REG, 4, command);
}

void vtd_plan_descriptor(VtdState *s, uint64_t at, const uint64_t w[4])
{
    vtd_plan_store(s, s->queue + at, w);
    if (s->wide) {
        vtd_plan_store(s, s->queue + at + 16, w + 2);
    }
}

void vtd_advance_tail(VtdState *s)
{
    s->tail += width(s);
    if (s->tail >= queue_bytes(s)) {
        s->tail = 0;
    }
}

void vtd_plan_tail(VtdState *s)
{
    vtd_plan_write(s, VR_VTD_IQT_REG, 8, s->tail);
}

/* One to three descriptors, and the tail behind them. */
void vtd_submit(VtdState *s, VrRng *rng)
{
    unsigned count = 1 + (vr_rng_below(rng, 8) >= 5) +
                     (vr_rng_below(rng, 8) == 7);
    uint64_t w[4];

    for (unsigned i = 0; i < count; i++) {
        vtd_draw_descriptor(s, rng, w);
        vtd_plan_descriptor(s, s->tail, w);
        vtd_advance_tail(s);
    }
    vtd_plan_tail(s);
}

/* Where no descriptor is, or many that are old. */
void vtd_odd_tail(VtdState *s, VrRng *rng)
{
    uint64_t tail;

    switch (vr_rng_below(rng, 4)) {
    case 0: /* beyond the queue */
        tail = queue_bytes(s) + 16 * vr_rng_below(rng, 64);
        break;
    case 1: /* any, with bits that do not count */
        tail = vr_rng_next(rng);
        break;
    case 2: /* not aligned to wide descriptors */
        tail = s->tail ^ 16;
        break;
    default: /* further than descriptors were written */
        tail = s->tail + 16 * vr_rng_below(rng, 24);
        break;
    }
    vtd_plan_write(s, VR_VTD_IQT_REG, vr_rng_permille(rng, 800) ? 8 : 4, tail);
}

/* --- the driver: faults and errors --- */

static void plan_fault_records(VtdState *s, VrRng *rng)
{
    unsigned first = vr_rng_below(rng, 8);
    unsigned count = 1 + vr_rng_below(rng, 8);

    for (unsigned i = 0; i < count; i++) {
        uint64_t frcd = VR_VTD_FRCD_REG + 16 * ((first + i) % 8);

        vtd_plan_read(s, frcd + 8, 8);
        if (vr_rng_permille(rng, 900)) {
            vtd_plan_write(s, frcd + 12, 4, 1u << 31);
        }
        if (vr_rng_permille(rng, 200)) {
            vtd_plan_read(s, frcd, 8);
        }
    }
}

/* Replace the descriptor that the queue stands at, and go on. */
static void plan_queue_repair(VtdState *s, VrRng *rng)
{
    uint64_t w[4];

    if (vr_rng_permille(rng, 300)) { /* or begin anew */
        vtd_plan_write(s, VR_VTD_GCMD_REG, 4, GCMD_IRE);
        plan_iqa(s, rng);
        vtd_plan_write(s, VR_VTD_FSTS_REG, 4, FSTS_CLEAR);
        vtd_plan_write(s, VR_VTD_GCMD_REG, 4, GCMD_QIE | GCMD_IRE);
        return;
    }
    vtd_good_wait(s, rng, w);
    vtd_plan_descriptor(s, s->head & ~(uint64_t)(width(s) - 1), w);
    s->tail = (s->head & ~(uint64_t)(width(s) - 1)) % queue_bytes(s);
    vtd_advance_tail(s);
    vtd_plan_tail(s);
    vtd_plan_write(s, VR_VTD_FSTS_REG, 4, FSTS_CLEAR);
}

void vtd_service(VtdState *s, VrRng *rng)
{
    vtd_plan_read(s, VR_VTD_FSTS_REG, 4);
    vtd_plan_read(s, VR_VTD_IQERCD_REG, 8);
    vtd_plan_read(s, VR_VTD_IQH_REG, 8);
    if (vr_rng_permille(rng, 600)) {
        plan_fault_records(s, rng);
    }
    if (vr_rng_permille(rng, 700)) {
        plan_queue_repair(s, rng);
    }
    vtd_plan_read(s, VR_VTD_ICS_REG, 4);
    vtd_plan_write(s, VR_VTD_ICS_REG, 4, 1);
}
