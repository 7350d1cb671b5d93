/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stimuli for gicv3-redist: register accesses, legal and illegal; wires; and a
 * CPU interface that reacts to what the block sends, late and sometimes wrong.
 * Biased towards states in which interrupts are presented.
 */
#include "fuzz.h"
#include "gicv3_redist.h"

#include <string.h>

#define HELD_MAX 4

#define GICR_CTLR 0x00000
#define GICR_WAKER 0x00014
#define GICR_IGROUPR0 0x10080
#define GICR_ISENABLER0 0x10100
#define GICR_IPRIORITYR 0x10400
#define WAKER_PROCESSOR_SLEEP 0x2

typedef struct State {
    bool started;
    unsigned boot; /* step of the start-up sequence; 0: it is over */
    bool asleep;
    uint32_t held[HELD_MAX]; /* INTIDs that were SET and not given back */
    unsigned held_count;
    uint32_t active[32]; /* acknowledged, to be deactivated */
    unsigned active_count;
    bool clear_waits, quiesce_waits, downstream_waits;
    uint32_t clear_id;
} State;

typedef struct Reg {
    uint32_t offset;
    uint16_t span;   /* bytes that the register, or array of them, takes */
    uint16_t weight;
} Reg;

static const Reg regs[] = {
    { GICR_CTLR, 4, 4 },        { 0x00004, 4, 1 }, /* IIDR */
    { 0x00008, 8, 2 },          { 0x00010, 4, 4 }, /* TYPER, STATUSR */
    { GICR_WAKER, 4, 1 },       { 0x00018, 8, 1 }, /* MPAMIDR, PARTIDR */
    { 0x00040, 16, 1 },         { 0x00070, 16, 1 }, /* LPI registers */
    { 0x000a0, 0x24, 1 },       { 0x0ffd0, 48, 2 }, /* INV*, SYNCR; ID */
    { GICR_IGROUPR0, 4, 8 },    { 0x10084, 8, 1 },
    { GICR_ISENABLER0, 4, 14 }, { 0x10104, 8, 1 },
    { 0x10180, 4, 5 },          { 0x10184, 8, 1 }, /* ICENABLER */
    { 0x10200, 4, 20 },         { 0x10204, 8, 1 }, /* ISPENDR */
    { 0x10280, 4, 8 },          { 0x10284, 8, 1 }, /* ICPENDR */
    { 0x10300, 4, 4 },          { 0x10304, 8, 1 }, /* ISACTIVER */
    { 0x10380, 4, 10 },         { 0x10384, 8, 1 }, /* ICACTIVER */
    { GICR_IPRIORITYR, 32, 16 }, { 0x10420, 64, 1 },
    { 0x10c00, 8, 6 },          { 0x10c08, 16, 1 }, /* ICFGR */
    { 0x10d00, 4, 8 },          { 0x10d04, 8, 1 }, /* IGRPMODR */
    { 0x10e00, 4, 4 },          { 0x10f80, 12, 1 }, /* NSACR, INMIR */
};

static uint16_t security(VrRng *rng)
{
    return vr_rng_permille(rng, 600) ? VR_ATTR_SECURE : 0;
}

/* Few bits, many bits, or any. */
static uint64_t value(VrRng *rng)
{
    uint64_t v = vr_rng_next(rng);

    switch (vr_rng_below(rng, 8)) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    case 2:
        return v & vr_rng_next(rng) & vr_rng_next(rng);
    case 3:
        return v | vr_rng_next(rng) | vr_rng_next(rng);
    case 4:
        return v;
    default:
        return UINT64_C(1) << (v & 31);
    }
}

/* Few priorities, so that some are equal. */
static uint64_t priorities(VrRng *rng)
{
    uint64_t v = vr_rng_next(rng);

    return vr_rng_permille(rng, 700) ? v & 0xc8c8c8c8 : v;
}

static void set_write(VrEvent *e, uint64_t addr, unsigned size, uint16_t attr,
                      uint64_t data)
{
    e->kind = VR_STIM_WRITE;
    e->size = size;
    e->attr = attr;
    e->addr = addr;
    e->data[0] = size < 8 ? data & ((UINT64_C(1) << 8 * size) - 1) : data;
}

static void set_msg(VrEvent *e, uint32_t opcode, uint64_t addr, uint64_t data)
{
    e->kind = VR_STIM_MSG;
    e->id = opcode;
    e->addr = addr;
    e->data[0] = data;
}

static void set_wire(VrEvent *e, uint32_t wire, uint64_t level)
{
    e->kind = VR_STIM_WIRE;
    e->id = wire;
    e->data[0] = level;
}

static const Reg *pick_reg(VrRng *rng)
{
    static unsigned total;
    uint32_t n;
    size_t i = 0;

    if (total == 0) {
        for (size_t k = 0; k < G_N_ELEMENTS(regs); k++) {
            total += regs[k].weight;
        }
    }
    for (n = vr_rng_below(rng, total); n >= regs[i].weight; i++) {
        n -= regs[i].weight;
    }
    return &regs[i];
}

static void legal_access(State *s, VrRng *rng, VrEvent *e)
{
    const Reg *reg = pick_reg(rng);
    uint64_t addr = reg->offset + vr_rng_below(rng, reg->span / 4) * 4;
    unsigned size = 4;

    if (reg->offset == GICR_IPRIORITYR && vr_rng_permille(rng, 500)) {
        size = 1;
        addr += vr_rng_below(rng, 4);
    } else if (reg->offset < 0x100 && reg->span >= 8 && addr % 8 == 0 &&
               vr_rng_permille(rng, 500)) {
        size = 8;
    }
    if (vr_rng_permille(rng, 350)) {
        e->kind = VR_STIM_READ;
        e->size = size;
        e->attr = security(rng);
        e->addr = addr;
        return;
    }
    set_write(e, addr, size, security(rng),
              reg->offset == GICR_IPRIORITYR ? priorities(rng) : value(rng));
    if (addr == GICR_WAKER && (e->attr & VR_ATTR_SECURE)) {
        s->asleep = e->data[0] & WAKER_PROCESSOR_SLEEP;
    }
}

static void illegal_access(VrRng *rng, VrEvent *e)
{
    static const uint8_t sizes[] = { 1, 2, 4, 8, 1, 2, 4, 8, 0, 3, 16, 255 };
    unsigned size = sizes[vr_rng_below(rng, sizeof(sizes))];
    uint64_t addr;

    switch (vr_rng_below(rng, 8)) {
    case 0: /* anywhere in 64 bits */
        addr = vr_rng_next(rng);
        break;
    case 1: /* just beyond the frame */
        addr = VR_GICR_FRAME_SIZE - 8 + vr_rng_below(rng, 64);
        break;
    case 2: /* anywhere in the frame */
        addr = vr_rng_below(rng, VR_GICR_FRAME_SIZE);
        break;
    default: /* near a register, of any alignment */
        addr = pick_reg(rng)->offset + vr_rng_below(rng, 16);
        break;
    }
    if (vr_rng_permille(rng, 500)) {
        e->kind = VR_STIM_READ;
        e->size = size;
        e->attr = security(rng);
        e->addr = addr;
    } else if (size <= 8) {
        set_write(e, addr, size, security(rng), value(rng));
    } else {
        set_write(e, addr, size, security(rng), vr_rng_next(rng));
    }
}

static void any_wire(VrRng *rng, VrEvent *e)
{
    static const uint32_t ctlr[] = { 0x7, 0x47, 0x7, 0x47, 0x3, 0x5, 0x6,
                                     0x43, 0x1, 0x0, 0x40 };
    uint32_t wire = VR_GICR_WIRE_PPI_FIRST + vr_rng_below(rng, 16);

    if (vr_rng_permille(rng, 800)) {
        set_wire(e, wire, vr_rng_permille(rng, 600));
    } else if (vr_rng_permille(rng, 700)) {
        set_wire(e, VR_GICR_WIRE_GICD_CTLR,
                 ctlr[vr_rng_below(rng, G_N_ELEMENTS(ctlr))]);
    } else if (vr_rng_permille(rng, 500)) {
        set_wire(e, VR_GICR_WIRE_GICD_CTLR, value(rng));
    } else {
        set_wire(e, vr_rng_permille(rng, 500) ? vr_rng_below(rng, 40)
                                              : vr_rng_next(rng),
                 value(rng));
    }
}

static void any_msg(VrRng *rng, VrEvent *e)
{
    uint32_t opcode = vr_rng_below(rng, 12);
    uint64_t addr = vr_rng_below(rng, 40);

    if (vr_rng_permille(rng, 100)) {
        opcode = vr_rng_next(rng);
    }
    if (vr_rng_permille(rng, 100)) {
        addr = vr_rng_next(rng);
    }
    set_msg(e, opcode, addr, value(rng));
}

static void network_msg(VrRng *rng, VrEvent *e)
{
    if (vr_rng_permille(rng, 700)) {
        set_msg(e, VR_GICR_SGI, vr_rng_below(rng, 17), vr_rng_below(rng, 8));
    } else {
        set_msg(e, VR_GICR_GENERATE_SGI, vr_rng_next(rng), vr_rng_next(rng));
    }
}

static void upstream_control(VrRng *rng, VrEvent *e)
{
    uint64_t id = vr_rng_permille(rng, 900) ? 0 : vr_rng_below(rng, 4);

    set_msg(e, VR_GICR_UPSTREAM_CONTROL, id,
            vr_rng_permille(rng, 800) ? 7 : vr_rng_next(rng));
}

static uint32_t take(uint32_t *list, unsigned *count, unsigned index)
{
    uint32_t id = list[index];

    list[index] = list[--*count];
    return id;
}

/* Acknowledge or give back something that was SET. */
static void give_back(State *s, VrRng *rng, VrEvent *e)
{
    uint32_t id = take(s->held, &s->held_count,
                       vr_rng_below(rng, s->held_count));

    if (vr_rng_permille(rng, 700)) {
        set_msg(e, VR_GICR_ACTIVATE, id, 0);
        if (s->active_count < G_N_ELEMENTS(s->active)) {
            s->active[s->active_count++] = id;
        }
    } else {
        set_msg(e, VR_GICR_RELEASE, id, 0);
    }
}

/* What the CPU interface owes; false if nothing. */
static bool react(State *s, VrRng *rng, VrEvent *e)
{
    if (s->downstream_waits && vr_rng_permille(rng, 500)) {
        s->downstream_waits = false;
        set_msg(e, VR_GICR_DOWNSTREAM_CONTROL_ACK, 0, 0);
    } else if (s->quiesce_waits && vr_rng_permille(rng, 300)) {
        s->quiesce_waits = false;
        s->held_count = 0;
        s->clear_waits = false;
        set_msg(e, VR_GICR_QUIESCE_ACK, 0, 0);
    } else if (s->clear_waits && vr_rng_permille(rng, 500)) {
        s->clear_waits = false;
        set_msg(e, VR_GICR_CLEAR_ACK, s->clear_id, 0);
    } else if (s->held_count > 0 && vr_rng_permille(rng, 600)) {
        give_back(s, rng, e);
    } else if (s->active_count > 0) {
        set_msg(e, VR_GICR_DEACTIVATE,
                take(s->active, &s->active_count,
                     vr_rng_below(rng, s->active_count)),
                vr_rng_permille(rng, 850) ? 7 : vr_rng_next(rng));
    } else {
        return false;
    }
    return true;
}

/* What firmware does first; without it little happens. */
static void boot(State *s, VrRng *rng, VrEvent *e)
{
    switch (s->boot++) {
    case 1:
        set_wire(e, VR_GICR_WIRE_GICD_CTLR,
                 vr_rng_permille(rng, 500) ? 0x7 : 0x47);
        break;
    case 2:
        s->asleep = false;
        set_write(e, GICR_WAKER, 4, VR_ATTR_SECURE, 0);
        break;
    case 3:
        set_msg(e, VR_GICR_UPSTREAM_CONTROL, 0, 7);
        break;
    case 4:
        set_write(e, GICR_IGROUPR0, 4, VR_ATTR_SECURE, vr_rng_next(rng));
        break;
    default:
        s->boot = 0;
        set_write(e, GICR_ISENABLER0, 4, VR_ATTR_SECURE, vr_rng_next(rng));
        break;
    }
}

static void random_stimulus(State *s, VrRng *rng, VrEvent *e)
{
    uint32_t n = vr_rng_below(rng, 1000);

    if (n < 580) {
        legal_access(s, rng, e);
    } else if (n < 650) {
        illegal_access(rng, e);
    } else if (n < 850) {
        any_wire(rng, e);
    } else if (n < 880) {
        any_msg(rng, e);
    } else if (n < 950) {
        network_msg(rng, e);
    } else if (n < 990) {
        upstream_control(rng, e);
    } else {
        e->kind = VR_STIM_TIME;
        e->data[0] = vr_rng_next(rng) >> 20;
    }
}

/* The state after create and after RESET. */
static void forget(State *s, VrRng *rng)
{
    memset(s, 0, sizeof(*s));
    s->started = true;
    s->asleep = true;
    s->boot = vr_rng_permille(rng, 800);
}

static void next(void *opaque, VrRng *rng, VrEvent *e)
{
    State *s = opaque;

    memset(e, 0, sizeof(*e));
    if (!s->started) {
        forget(s, rng);
    }
    if (s->boot > 0) {
        boot(s, rng, e);
    } else if (vr_rng_below(rng, 4000) == 0) {
        forget(s, rng);
        e->kind = VR_STIM_RESET;
    } else if (s->asleep && vr_rng_permille(rng, 80)) {
        s->asleep = false;
        set_write(e, GICR_WAKER, 4, VR_ATTR_SECURE, 0);
    } else if (!vr_rng_permille(rng, 350) || !react(s, rng, e)) {
        random_stimulus(s, rng, e);
    }
}

static void effect(void *opaque, const VrEvent *e)
{
    State *s = opaque;

    if (e->kind != VR_EFF_MSG) {
        return;
    }
    switch (e->id) {
    case VR_GICR_SET:
        if (s->held_count < HELD_MAX) {
            s->held[s->held_count++] = e->addr;
        }
        break;
    case VR_GICR_CLEAR:
        s->clear_waits = true;
        s->clear_id = e->addr;
        break;
    case VR_GICR_QUIESCE:
        s->quiesce_waits = true;
        break;
    case VR_GICR_DOWNSTREAM_CONTROL:
        s->downstream_waits = true;
        break;
    default:
        break;
    }
}

static const VrFuzzGoal goals[] = {
    { "reset", VR_STIM_RESET, -1, false },
    { "read", VR_STIM_READ, -1, true },
    { "write", VR_STIM_WRITE, -1, true },
    { "message", VR_STIM_MSG, -1, true },
    { "wire", VR_STIM_WIRE, -1, true },
    { "time", VR_STIM_TIME, -1, false },
    { "ACTIVATE", VR_STIM_MSG, VR_GICR_ACTIVATE, true },
    { "RELEASE", VR_STIM_MSG, VR_GICR_RELEASE, true },
    { "CLEAR_ACK", VR_STIM_MSG, VR_GICR_CLEAR_ACK, true },
    { "DEACTIVATE", VR_STIM_MSG, VR_GICR_DEACTIVATE, true },
    { "QUIESCE_ACK", VR_STIM_MSG, VR_GICR_QUIESCE_ACK, true },
    { "SGI", VR_STIM_MSG, VR_GICR_SGI, true },
    { "data", VR_EFF_DATA, -1, true },
    { "error", VR_EFF_ERROR, -1, false },
    { "SET", VR_EFF_MSG, VR_GICR_SET, true },
    { "CLEAR", VR_EFF_MSG, VR_GICR_CLEAR, true },
    { "ACTIVATE_ACK", VR_EFF_MSG, VR_GICR_ACTIVATE_ACK, true },
    { "DEACTIVATE_ACK", VR_EFF_MSG, VR_GICR_DEACTIVATE_ACK, true },
    { "GENERATE_SGI_ACK", VR_EFF_MSG, VR_GICR_GENERATE_SGI_ACK, true },
    { "UPSTREAM_CONTROL_ACK", VR_EFF_MSG, VR_GICR_UPSTREAM_CONTROL_ACK, true },
    { "DOWNSTREAM_CONTROL", VR_EFF_MSG, VR_GICR_DOWNSTREAM_CONTROL, true },
    { "QUIESCE", VR_EFF_MSG, VR_GICR_QUIESCE, true },
    { "NET_SGI", VR_EFF_MSG, VR_GICR_NET_SGI, true },
    { "WAKE_REQUEST", VR_EFF_WIRE, VR_GICR_WIRE_WAKE_REQUEST, true },
    { "DPG", VR_EFF_WIRE, VR_GICR_WIRE_DPG, false },
};

G_STATIC_ASSERT(G_N_ELEMENTS(goals) <= VR_FUZZ_GOALS_MAX);

const VrFuzzGenerator vr_fuzz_gicv3_redist = {
    .block = "gicv3-redist",
    .state_size = sizeof(State),
    .next = next,
    .effect = effect,
    .goals = goals,
    .goal_count = G_N_ELEMENTS(goals),
};
