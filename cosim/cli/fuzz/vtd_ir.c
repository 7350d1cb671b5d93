/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stimuli for vtd-ir: a driver that sets the unit up, requests of devices,
 * CPUs that change the table, the descriptors and the queue, also while the
 * unit works on them; all of it wrong now and then. What is in memory is
 * drawn in vtd_ir_structs.c.
 */
#include "vtd_ir.h"

#include <string.h>

/* --- CPUs --- */

static void rewrite_entry(VtdState *s, VrRng *rng)
{
    uint32_t index = vtd_draw_index(s, rng);
    uint64_t w[4];

    vtd_draw_irte(s, rng, w);
    vtd_plan_store(s, s->table + 16ull * index, w);
    if (vr_rng_permille(rng, 550)) {
        vtd_iec_invalidation(index, vr_rng_permille(rng, 200), w);
        vtd_plan_descriptor(s, s->tail, w);
        vtd_advance_tail(s);
        if (vr_rng_permille(rng, 700)) {
            vtd_good_wait(s, rng, w);
            vtd_plan_descriptor(s, s->tail, w);
            vtd_advance_tail(s);
        }
        vtd_plan_tail(s);
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
    vtd_set_cpu(vtd_plan(s), VR_FUZZ_UPDATE, pid + 32, ~1ull, 0);
    if (vr_rng_permille(rng, 600)) {
        vtd_set_cpu(vtd_plan(s), VR_FUZZ_UPDATE,
                    pid + 8 * vr_rng_below(rng, 4), 0, 0);
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
        vtd_set_cpu(vtd_plan(s), VR_FUZZ_UPDATE, pid + 32, keep, toggle);
    } else {
        vtd_draw_pid(s, rng, w);
        for (unsigned i = 0; i < 4; i++) {
            vtd_plan_store(s, pid + 16 * i, w + 2 * i);
        }
    }
}

/* A CPU changes what the unit is about to compare. */
static void plan_race(VtdState *s, VrRng *rng)
{
    VrEvent *e = vtd_plan(s);
    uint64_t keep, toggle;

    control_change(rng, &keep, &toggle);
    if (vr_rng_permille(rng, 300)) { /* another vector */
        keep = ~0ull;
        toggle = 1ull << vr_rng_below(rng, 64);
    }
    vtd_set_cpu(e, VR_FUZZ_RACE, 0, keep, toggle);
    e->data2[0] = 1 + (vr_rng_below(rng, 4) == 0) * vr_rng_below(rng, 6);
    e->data2[1] = vr_rng_below(rng, 3);
    if (vr_rng_below(rng, 400) == 0) { /* another value every time */
        vtd_set_cpu(e, VR_FUZZ_RACE, 0, ~0ull, 1ull << vr_rng_below(rng, 64));
        e->data2[0] = vtd_draw_long_race(s, rng);
    }
}

static void change_refusal(VtdState *s, VrRng *rng)
{
    uint64_t line = VR_FUZZ_LINE * vr_rng_below(rng, VR_FUZZ_MEMORY_SIZE /
                                                         VR_FUZZ_LINE);
    uint64_t how = vr_rng_permille(rng, 700) ? VR_FUZZ_REFUSE_NONE
                                             : 1 + vr_rng_below(rng, 2);

    vtd_set_cpu(vtd_plan(s), VR_FUZZ_REFUSE, s->memory.base + line, how, 0);
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
    e = vtd_plan(s);
    vtd_set_msg(e, VR_VTD_REQUEST, request_address(rng, index - subhandle, shv),
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
    vtd_set_msg(vtd_plan(s), VR_VTD_DMA_DESC_DONE,
            vr_rng_permille(rng, 900) ? 0 : vr_rng_next(rng), data);
}

/* --- time and the rest --- */

static void pass_time(VtdState *s, VrRng *rng)
{
    VrEvent *e = vtd_plan(s);
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
    if (r >> 56 == 0) { /* near the end of time */
        e->data[0] = -(r >> 8 & 0x7fffffff);
    }
    s->now = MAX(s->now, e->data[0]);
}

static void odd_stimulus(VtdState *s, VrRng *rng)
{
    VrEvent *e = vtd_plan(s);

    switch (vr_rng_below(rng, 4)) {
    case 0:
        e->kind = VR_STIM_WIRE;
        e->id = vr_rng_below(rng, 3);
        e->data[0] = vr_rng_next(rng);
        break;
    case 1: /* no such message */
        vtd_set_msg(e, vr_rng_permille(rng, 500) ? 4 + vr_rng_below(rng, 12)
                                             : vr_rng_next(rng) & ~3ull,
                vr_rng_next(rng), vr_rng_next(rng));
        break;
    default:
        vtd_set_msg(e, VR_VTD_DMA_FAULT, vr_rng_next(rng), vr_rng_next(rng));
        break;
    }
}

static void reset(VtdState *s, VrRng *rng)
{
    if (s->started) {
        vtd_plan(s)->kind = VR_STIM_RESET;
    }
    s->started = true;
    s->now = 0;
    s->dma_waits = false;
    s->head = 0;
    if (vr_rng_permille(rng, 950)) {
        vtd_plan_setup(s, rng);
    }
}

/* In 1024ths, up to and with each. */
static void plan_more(VtdState *s, VrRng *rng)
{
    uint32_t n = vr_rng_below(rng, 1024);

    if (n < 560) {
        request(s, rng);
    } else if (n < 660) {
        vtd_submit(s, rng);
    } else if (n < 720) {
        pass_time(s, rng);
    } else if (n < 770) {
        vtd_any_read(s, rng);
    } else if (n < 830) {
        vtd_any_write(s, rng);
    } else if (n < 850) {
        vtd_odd_access(s, rng);
    } else if (n < 870) {
        vtd_service(s, rng);
    } else if (n < 905) {
        rewrite_entry(s, rng);
    } else if (n < 1000) {
        change_pid(s, rng);
    } else if (n < 1008) {
        vtd_odd_tail(s, rng);
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
    .draw = vtd_draw_param,
    .begin = vtd_begin,
    .memory = memory,
    .next = next,
    .effect = vtd_effect,
    .seen = seen,
    .goals = vtd_goals,
    .goal_count = VTD_GOAL_COUNT,
};
