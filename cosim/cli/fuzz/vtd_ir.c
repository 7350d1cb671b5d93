/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stimuli for vtd-ir: a driver that sets the unit up, requests of devices,
 * CPUs that change the table, the descriptors and the queue, also while the
 * unit works on them; all of it wrong now and then. What is in memory is
 * drawn in vtd_ir_structs.c.
 */
#include "vtd_ir.h"

#include <string.h>

#define GCMD_QIE (1u << 26)
#define GCMD_IRE (1u << 25)
#define GCMD_SIRTP (1u << 24)
#define GCMD_CFI (1u << 23)
#define FSTS_CLEAR 0x73 /* PFO, PPF (read-only), IQE, ICE, ITE */
#define EIME (1u << 11)
#define DW (1u << 11)
#define IM (1u << 31)

#define TIME_MAX (1ull << 62)

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

static void set_msg(VrEvent *e, uint32_t id, uint64_t addr, uint64_t data)
{
    e->kind = VR_STIM_MSG;
    e->id = id;
    e->addr = addr;
    e->data[0] = data;
}

static void set_cpu(VrEvent *e, uint32_t id, uint64_t addr, uint64_t a,
                    uint64_t b)
{
    e->kind = VR_FUZZ_CPU;
    e->id = id;
    e->addr = addr;
    e->data[0] = a;
    e->data[1] = b;
}

/* The next place in the plan. A plan that is full loses its last item. */
static VrEvent *plan(VtdState *s)
{
    VrEvent *e = &s->plan[s->plan_end < VTD_PLAN ? s->plan_end : VTD_PLAN - 1];

    if (s->plan_end < VTD_PLAN) {
        s->plan_end++;
    }
    memset(e, 0, sizeof(*e));
    return e;
}

static void plan_write(VtdState *s, uint64_t addr, unsigned size,
                       uint64_t data)
{
    set_write(plan(s), addr, size, data);
}

static void plan_read(VtdState *s, uint64_t addr, unsigned size)
{
    set_read(plan(s), addr, size);
}

static void plan_store(VtdState *s, uint64_t addr, const uint64_t *w)
{
    VrEvent *e = plan(s);

    set_cpu(e, VR_FUZZ_STORE, addr, w[0], w[1]);
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
    plan_write(s, VR_VTD_IQA_REG, 8,
               s->queue | (s->wide ? DW : 0) | s->queue_size);
    s->tail = 0;
    plan_write(s, VR_VTD_IQT_REG, 8, 0);
}

static void plan_irta(VtdState *s, VrRng *rng)
{
    static const uint8_t sizes[] = { 7, 7, 7, 7, 8, 8, 5, 0, 15 };

    s->table = s->memory.base + VTD_TABLE;
    s->table_size = sizes[vr_rng_below(rng, sizeof(sizes))];
    s->eime = s->eim && vr_rng_permille(rng, 500);
    if (vr_rng_permille(rng, 40)) {
        s->table = vr_rng_next(rng) & ~0xfffull;
    }
    plan_write(s, VR_VTD_IRTA_REG, 8,
               s->table | (s->eime ? EIME : 0) | s->table_size);
}

/* What the driver wants to be on, most of the time. */
static uint32_t commands(VrRng *rng)
{
    return GCMD_QIE | GCMD_IRE | (vr_rng_permille(rng, 400) ? GCMD_CFI : 0);
}

static void plan_events(VtdState *s, VrRng *rng)
{
    plan_write(s, VR_VTD_FEADDR_REG, 4, 0xfee00000 | vr_rng_next(rng) >> 44);
    plan_write(s, VR_VTD_FEDATA_REG, 4, vr_rng_next(rng) >> 40);
    plan_write(s, VR_VTD_FEUADDR_REG, 4, vr_rng_next(rng));
    plan_write(s, VR_VTD_FECTL_REG, 4, vr_rng_permille(rng, 850) ? 0 : IM);
    plan_write(s, VR_VTD_IEADDR_REG, 8, vr_rng_next(rng));
    plan_write(s, VR_VTD_IEDATA_REG, 4, vr_rng_next(rng) >> 40);
    plan_write(s, VR_VTD_IECTL_REG, 4, vr_rng_permille(rng, 850) ? 0 : IM);
}

static void plan_setup(VtdState *s, VrRng *rng)
{
    uint32_t command = commands(rng);

    plan_iqa(s, rng);
    plan_irta(s, rng);
    plan_write(s, VR_VTD_GCMD_REG, 4, GCMD_SIRTP);
    plan_events(s, rng);
    plan_write(s, VR_VTD_GCMD_REG, 4, GCMD_QIE);
    plan_write(s, VR_VTD_GCMD_REG, 4, command);
}

static void plan_descriptor(VtdState *s, uint64_t at, const uint64_t w[4])
{
    plan_store(s, s->queue + at, w);
    if (s->wide) {
        plan_store(s, s->queue + at + 16, w + 2);
    }
}

static void advance_tail(VtdState *s)
{
    s->tail += width(s);
    if (s->tail >= queue_bytes(s)) {
        s->tail = 0;
    }
}

static void plan_tail(VtdState *s)
{
    plan_write(s, VR_VTD_IQT_REG, 8, s->tail);
}

/* One to three descriptors, and the tail behind them. */
static void submit(VtdState *s, VrRng *rng)
{
    unsigned count = 1 + (vr_rng_below(rng, 8) >= 5) +
                     (vr_rng_below(rng, 8) == 7);
    uint64_t w[4];

    for (unsigned i = 0; i < count; i++) {
        vtd_draw_descriptor(s, rng, w);
        plan_descriptor(s, s->tail, w);
        advance_tail(s);
    }
    plan_tail(s);
}

/* Where no descriptor is, or many that are old. */
static void odd_tail(VtdState *s, VrRng *rng)
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
    plan_write(s, VR_VTD_IQT_REG, vr_rng_permille(rng, 800) ? 8 : 4, tail);
}

/* --- the driver: faults and errors --- */

static void plan_fault_records(VtdState *s, VrRng *rng)
{
    unsigned first = vr_rng_below(rng, 8);
    unsigned count = 1 + vr_rng_below(rng, 8);

    for (unsigned i = 0; i < count; i++) {
        uint64_t frcd = VR_VTD_FRCD_REG + 16 * ((first + i) % 8);

        plan_read(s, frcd + 8, 8);
        if (vr_rng_permille(rng, 900)) {
            plan_write(s, frcd + 12, 4, 1u << 31);
        }
        if (vr_rng_permille(rng, 200)) {
            plan_read(s, frcd, 8);
        }
    }
}

/* Replace the descriptor that the queue stands at, and go on. */
static void plan_queue_repair(VtdState *s, VrRng *rng)
{
    uint64_t w[4];

    if (vr_rng_permille(rng, 300)) { /* or begin anew */
        plan_write(s, VR_VTD_GCMD_REG, 4, GCMD_IRE);
        plan_iqa(s, rng);
        plan_write(s, VR_VTD_FSTS_REG, 4, FSTS_CLEAR);
        plan_write(s, VR_VTD_GCMD_REG, 4, GCMD_QIE | GCMD_IRE);
        return;
    }
    vtd_good_wait(s, rng, w);
    plan_descriptor(s, s->head & ~(uint64_t)(width(s) - 1), w);
    s->tail = (s->head & ~(uint64_t)(width(s) - 1)) % queue_bytes(s);
    advance_tail(s);
    plan_tail(s);
    plan_write(s, VR_VTD_FSTS_REG, 4, FSTS_CLEAR);
}

static void service(VtdState *s, VrRng *rng)
{
    plan_read(s, VR_VTD_FSTS_REG, 4);
    plan_read(s, VR_VTD_IQERCD_REG, 8);
    plan_read(s, VR_VTD_IQH_REG, 8);
    if (vr_rng_permille(rng, 600)) {
        plan_fault_records(s, rng);
    }
    if (vr_rng_permille(rng, 700)) {
        plan_queue_repair(s, rng);
    }
    plan_read(s, VR_VTD_ICS_REG, 4);
    plan_write(s, VR_VTD_ICS_REG, 4, 1);
}

/* --- CPUs --- */

static void rewrite_entry(VtdState *s, VrRng *rng)
{
    uint32_t index = vtd_draw_index(s, rng);
    uint64_t w[4];

    vtd_draw_irte(s, rng, w);
    plan_store(s, s->table + 16ull * index, w);
    if (vr_rng_permille(rng, 550)) {
        vtd_iec_invalidation(index, vr_rng_permille(rng, 200), w);
        plan_descriptor(s, s->tail, w);
        advance_tail(s);
        if (vr_rng_permille(rng, 700)) {
            vtd_good_wait(s, rng, w);
            plan_descriptor(s, s->tail, w);
            advance_tail(s);
        }
        plan_tail(s);
    }
}

static uint64_t some_pid(const VtdState *s, VrRng *rng)
{
    return vr_rng_permille(rng, 400) ? s->last_pid
                                     : vtd_draw_pid_address(s, rng);
}

/* A CPU takes the posted vectors: ON first, then the PIR. */
static void harvest(VtdState *s, VrRng *rng, uint64_t pid)
{
    set_cpu(plan(s), VR_FUZZ_UPDATE, pid + 32, ~1ull, 0);
    if (vr_rng_permille(rng, 600)) {
        set_cpu(plan(s), VR_FUZZ_UPDATE, pid + 8 * vr_rng_below(rng, 4), 0, 0);
    }
}

/* What a CPU changes in the control word: keep and toggle of an update. */
static void control_change(VrRng *rng, uint64_t *keep, uint64_t *toggle)
{
    static const uint64_t fields[] = {
        1, 1, 2, 2, 3, 0xff0000, 0xff0000000000, ~0ull << 32, 0x1fff4,
    };
    uint64_t field = fields[vr_rng_below(rng, G_N_ELEMENTS(fields))];

    *keep = ~field;
    *toggle = vr_rng_next(rng) & field;
}

static void change_pid(VtdState *s, VrRng *rng)
{
    uint64_t pid = some_pid(s, rng);
    uint64_t w[8], keep, toggle;

    if (vr_rng_permille(rng, 400)) {
        harvest(s, rng, pid);
    } else if (vr_rng_permille(rng, 700)) {
        control_change(rng, &keep, &toggle);
        set_cpu(plan(s), VR_FUZZ_UPDATE, pid + 32, keep, toggle);
    } else {
        vtd_draw_pid(s, rng, w);
        for (unsigned i = 0; i < 4; i++) {
            plan_store(s, pid + 16 * i, w + 2 * i);
        }
    }
}

/* A CPU changes what the unit is about to compare. */
static void plan_race(VtdState *s, VrRng *rng)
{
    static const uint32_t often[] = { 1022, 1023, 1024, 1025, 2048 };
    VrEvent *e = plan(s);
    uint64_t keep, toggle;

    control_change(rng, &keep, &toggle);
    if (vr_rng_permille(rng, 300)) { /* another vector */
        keep = ~0ull;
        toggle = 1ull << vr_rng_below(rng, 64);
    }
    set_cpu(e, VR_FUZZ_RACE, 0, keep, toggle);
    e->data2[0] = 1 + (vr_rng_below(rng, 4) == 0) * vr_rng_below(rng, 6);
    e->data2[1] = vr_rng_below(rng, 3);
    if (vr_rng_below(rng, 400) == 0) { /* another value every time */
        set_cpu(e, VR_FUZZ_RACE, 0, ~0ull, 1ull << vr_rng_below(rng, 64));
        e->data2[0] = often[vr_rng_below(rng, G_N_ELEMENTS(often))];
    }
}

static void change_refusal(VtdState *s, VrRng *rng)
{
    uint64_t line = VR_FUZZ_LINE * vr_rng_below(rng, VR_FUZZ_MEMORY_SIZE /
                                                         VR_FUZZ_LINE);
    uint64_t how = vr_rng_permille(rng, 700) ? VR_FUZZ_REFUSE_NONE
                                             : 1 + vr_rng_below(rng, 2);

    set_cpu(plan(s), VR_FUZZ_REFUSE, s->memory.base + line, how, 0);
}

/* --- devices --- */

static uint64_t request_address(VrRng *rng, uint32_t handle, bool shv)
{
    uint64_t address = 0xfee00010 | (handle & 0x7fff) << 5 |
                       (handle >> 15 & 1) << 2 | (shv ? 8 : 0) |
                       vr_rng_below(rng, 4);
    uint32_t n = vr_rng_below(rng, 256);

    if (n < 3) { /* compatibility format */
        address &= ~0x10ull;
    } else if (n == 3) { /* elsewhere */
        address ^= 1ull << (20 + vr_rng_below(rng, 44));
    } else if (n == 4) {
        address = vr_rng_next(rng);
    }
    return address;
}

static void request(VtdState *s, VrRng *rng)
{
    uint32_t index = vtd_draw_index(s, rng);
    bool shv = vr_rng_permille(rng, 250);
    uint32_t subhandle = 0;
    uint64_t w[2], data, at = s->table + 16ull * index;
    VrEvent *e;

    if (shv) {
        subhandle = vr_rng_below(rng, index + 1);
        if (index - subhandle > 0xffff || subhandle > 0xffff) {
            subhandle = index & 0xffff;
        }
    }
    w[0] = vr_fuzz_memory_word(&s->memory, at);
    w[1] = vr_fuzz_memory_word(&s->memory, at + 8);
    data = shv ? subhandle : vr_rng_next(rng) & 0xffffffff;
    if (shv && vr_rng_below(rng, 64) == 0) {
        data |= vr_rng_next(rng) & 0xffff0000;
    }
    data |= (uint64_t)vtd_draw_source(s, rng, w) << 32;
    data |= vr_rng_permille(rng, 20) ? vr_rng_next(rng) << 48 : 0;
    if (vr_rng_permille(rng, 150)) {
        plan_race(s, rng);
    }
    e = plan(s);
    set_msg(e, VR_VTD_REQUEST, request_address(rng, index - subhandle, shv),
            data);
}

static void dma_side(VtdState *s, VrRng *rng)
{
    static const uint8_t iqei[] = { 0, 3, 4, 4, 8, 9, 10, 12, 15 };
    uint64_t data = vr_rng_next(rng) & ~0xffull;
    uint32_t n = vr_rng_below(rng, 100);

    s->dma_waits = false;
    data |= iqei[vr_rng_below(rng, sizeof(iqei))] << 4;
    data |= n < 75 ? 0 : n < 94 ? 1 + vr_rng_below(rng, 3)
                                : vr_rng_below(rng, 16);
    set_msg(plan(s), VR_VTD_DMA_DESC_DONE,
            vr_rng_permille(rng, 900) ? 0 : vr_rng_next(rng), data);
}

/* --- registers --- */

static const uint16_t regs[] = {
    VR_VTD_CAP_REG, VR_VTD_ECAP_REG, VR_VTD_GCMD_REG, VR_VTD_GSTS_REG,
    VR_VTD_FSTS_REG, VR_VTD_FECTL_REG, VR_VTD_FEDATA_REG, VR_VTD_FEADDR_REG,
    VR_VTD_FEUADDR_REG, VR_VTD_IQH_REG, VR_VTD_IQT_REG, VR_VTD_IQA_REG,
    VR_VTD_ICS_REG, VR_VTD_IECTL_REG, VR_VTD_IEDATA_REG, VR_VTD_IEADDR_REG,
    VR_VTD_IEUADDR_REG, VR_VTD_IQERCD_REG, VR_VTD_IRTA_REG,
};

/* A register's own address, or the upper half of one of 8 bytes. */
static uint64_t reg_address(VrRng *rng)
{
    if (vr_rng_permille(rng, 250)) {
        return VR_VTD_FRCD_REG + 4 * vr_rng_below(rng, 36);
    }
    return regs[vr_rng_below(rng, G_N_ELEMENTS(regs))] +
           (vr_rng_permille(rng, 200) ? 4 : 0);
}

static void any_read(VtdState *s, VrRng *rng)
{
    uint64_t addr = reg_address(rng);

    plan_read(s, addr, addr % 8 == 0 && vr_rng_permille(rng, 400) ? 8 : 4);
}

/* What a driver writes, or anything. */
static uint64_t reg_value(VtdState *s, VrRng *rng, uint64_t addr)
{
    uint64_t r = vr_rng_next(rng);

    switch (addr) {
    case VR_VTD_GCMD_REG:
        return r >> 60 ? commands(rng) | ((r & 15) ? 0 : GCMD_SIRTP)
                       : r;
    case VR_VTD_FECTL_REG:
    case VR_VTD_IECTL_REG:
        return r & (r >> 32 & 3 ? 0x7fffffff : ~0ull);
    case VR_VTD_IQT_REG:
        return r & 63 ? s->tail : r;
    case VR_VTD_IQA_REG:
        return s->queue | (s->wide ? DW : 0) | (r & 31 ? s->queue_size : r & 7);
    case VR_VTD_IRTA_REG:
        return r & 7 ? s->table | (s->eime ? EIME : 0) | s->table_size : r;
    default:
        return vr_rng_permille(rng, 300) ? 0 : r;
    }
}

static void any_write(VtdState *s, VrRng *rng)
{
    uint64_t addr = reg_address(rng);
    unsigned size = addr % 8 == 0 && vr_rng_permille(rng, 500) ? 8 : 4;

    if (vr_rng_permille(rng, 60)) {
        plan_events(s, rng);
    } else if (vr_rng_permille(rng, 30)) {
        plan_irta(s, rng);
        plan_write(s, VR_VTD_GCMD_REG, 4, commands(rng) | GCMD_SIRTP);
    } else {
        plan_write(s, addr, size, reg_value(s, rng, addr));
    }
}

/* Of any size, at any place. */
static void odd_access(VtdState *s, VrRng *rng)
{
    static const uint8_t sizes[] = { 0, 1, 1, 2, 2, 3, 4, 4, 8, 8, 16, 255 };
    unsigned size = sizes[vr_rng_below(rng, sizeof(sizes))];
    uint64_t addr;

    switch (vr_rng_below(rng, 8)) {
    case 0: /* anywhere in 64 bits */
        addr = vr_rng_next(rng);
        break;
    case 1: /* the page's end, and just beyond */
        addr = 0xff0 + vr_rng_below(rng, 32);
        break;
    case 2: /* anywhere in the page */
        addr = vr_rng_below(rng, 0x1000);
        break;
    case 3: /* a register, but for bits above the page */
        addr = reg_address(rng) | 1ull << (12 + vr_rng_below(rng, 52));
        break;
    default: /* near a register, of any alignment */
        addr = reg_address(rng) + vr_rng_below(rng, 8);
        break;
    }
    if (vr_rng_permille(rng, 500)) {
        plan_read(s, addr, size);
    } else {
        plan_write(s, addr, size, vr_rng_next(rng));
    }
}

/* --- time and the rest --- */

static void pass_time(VtdState *s, VrRng *rng)
{
    VrEvent *e = plan(s);
    uint64_t due = s->due ? s->due : s->now;
    uint64_t r = vr_rng_next(rng);

    e->kind = VR_STIM_TIME;
    switch (r & 15) {
    case 0:
        e->data[0] = due - 1;
        break;
    case 1:
        e->data[0] = due + (r >> 8 & 0xffffff);
        break;
    case 2: /* back */
        e->data[0] = s->now - (r >> 8 & 0xff);
        break;
    case 3:
    case 4:
    case 5:
        e->data[0] = s->now + (r >> 8 & 0xff);
        break;
    case 6:
        e->data[0] = s->now + (r >> 8 & 0xffffffff);
        break;
    default:
        e->data[0] = due;
        break;
    }
    if (e->data[0] > TIME_MAX) {
        e->data[0] = s->now;
    }
    s->now = MAX(s->now, e->data[0]);
}

static void odd_stimulus(VtdState *s, VrRng *rng)
{
    VrEvent *e = plan(s);

    switch (vr_rng_below(rng, 4)) {
    case 0:
        e->kind = VR_STIM_WIRE;
        e->id = vr_rng_below(rng, 3);
        e->data[0] = vr_rng_next(rng);
        break;
    case 1: /* no such message */
        set_msg(e, vr_rng_permille(rng, 500) ? 4 + vr_rng_below(rng, 12)
                                             : vr_rng_next(rng) & ~3ull,
                vr_rng_next(rng), vr_rng_next(rng));
        break;
    default:
        set_msg(e, VR_VTD_DMA_FAULT, vr_rng_next(rng), vr_rng_next(rng));
        break;
    }
}

static void reset(VtdState *s, VrRng *rng)
{
    if (s->started) {
        plan(s)->kind = VR_STIM_RESET;
    }
    s->started = true;
    s->now = 0;
    s->dma_waits = false;
    s->head = 0;
    if (vr_rng_permille(rng, 950)) {
        plan_setup(s, rng);
    }
}

/* In 1024ths, up to and with each. */
static void plan_more(VtdState *s, VrRng *rng)
{
    uint32_t n = vr_rng_below(rng, 1024);

    if (n < 560) {
        request(s, rng);
    } else if (n < 660) {
        submit(s, rng);
    } else if (n < 720) {
        pass_time(s, rng);
    } else if (n < 770) {
        any_read(s, rng);
    } else if (n < 830) {
        any_write(s, rng);
    } else if (n < 850) {
        odd_access(s, rng);
    } else if (n < 870) {
        service(s, rng);
    } else if (n < 905) {
        rewrite_entry(s, rng);
    } else if (n < 1000) {
        change_pid(s, rng);
    } else if (n < 1008) {
        odd_tail(s, rng);
    } else if (n < 1014) {
        change_refusal(s, rng);
    } else if (n < 1023) {
        odd_stimulus(s, rng);
    } else {
        reset(s, rng);
    }
}

static void refill(VtdState *s, VrRng *rng)
{
    s->plan_at = 0;
    s->plan_end = 0;
    if (!s->started) {
        reset(s, rng);
    } else if (s->dma_waits && vr_rng_permille(rng, 400)) {
        dma_side(s, rng);
    } else if (s->notified && vr_rng_permille(rng, 500)) {
        s->notified = false;
        harvest(s, rng, s->last_pid);
    } else {
        plan_more(s, rng);
    }
}

static void next(void *opaque, VrRng *rng, VrEvent *item)
{
    VtdState *s = opaque;

    while (s->plan_at == s->plan_end) {
        refill(s, rng);
    }
    *item = s->plan[s->plan_at++];
    if (item->kind != VR_FUZZ_CPU) {
        vtd_note_stimulus(s, item);
    }
}

static VrFuzzMemory *memory(void *opaque)
{
    VtdState *s = opaque;

    return &s->memory;
}

static const uint64_t *seen(const void *opaque)
{
    const VtdState *s = opaque;

    return s->seen;
}

const VrFuzzGenerator vr_fuzz_vtd_ir = {
    .block = "vtd-ir",
    .state_size = sizeof(VtdState),
    .segment = 2000,
    .goals_from = 300000,
    .begin = vtd_begin,
    .memory = memory,
    .next = next,
    .effect = vtd_effect,
    .seen = seen,
    .goals = vtd_goals,
    .goal_count = VTD_GOAL_COUNT,
};
