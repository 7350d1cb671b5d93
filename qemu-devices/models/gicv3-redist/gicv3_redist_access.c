/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Register accesses: the table's masks, the views of the Security states, and
 * what single registers do beyond them.
 */
#include "gicv3_redist_regs.h"
#include "gicv3_redist_state.h"

static GicrView gicr_view(const GicrState *s, uint16_t attr)
{
    if (gicr_ds(s)) {
        return GICR_VIEW_DS;
    }
    return attr & VR_ATTR_SECURE ? GICR_VIEW_S : GICR_VIEW_NS;
}

static void gicr_report(GicrState *s, GicrView view, uint32_t bit)
{
    if (s->v.statusr) {
        s->statusr[view == GICR_VIEW_NS] |= bit;
    }
}

static void gicr_reserved(GicrState *s, GicrView view, uint32_t bit,
                          uint64_t offset, unsigned size)
{
    gicr_report(s, view, bit);
    vr_guest_error(&s->parent,
                   "redistributor: %u-byte %s at offset 0x%llx reaches no "
                   "register", size,
                   bit == GICR_STATUSR_RRD ? "read" : "write",
                   (unsigned long long)offset);
}

/* Bit n of a 16-bit value to bits 2n and 2n + 1. */
static uint32_t gicr_spread_pairs(uint32_t x)
{
    x &= 0xffff;
    x = (x | x << 8) & 0x00ff00ff;
    x = (x | x << 4) & 0x0f0f0f0f;
    x = (x | x << 2) & 0x33333333;
    x = (x | x << 1) & 0x55555555;
    return x | x << 1;
}

/*
 * The bits of an interrupt's register that are not RAZ/WI: to Non-secure
 * accesses only those of Non-secure interrupts. GICR_NSACR plays no part here;
 * it is about SGIs only.
 */
static uint32_t gicr_field_mask(const GicrState *s, const GicrReg *reg,
                                GicrView view)
{
    if (view != GICR_VIEW_NS) {
        return 0xffffffffu;
    }
    switch (reg->field_width) {
    case 1:
        return s->igroup;
    case 2:
        return gicr_spread_pairs(s->igroup >> reg->first_intid);
    default:
        return 0xffffffffu;
    }
}

/* What the variant leaves writable of a register. */
static uint32_t gicr_variant_mask(const GicrState *s, const GicrReg *reg)
{
    bool implemented = true;

    switch (reg->hook) {
    case GICR_HOOK_CTLR:
        implemented = s->v.dpg;
        break;
    case GICR_HOOK_STATUSR:
        implemented = s->v.statusr;
        break;
    case GICR_HOOK_ICFGR1:
        implemented = s->v.icfgr1_writable;
        break;
    default:
        break;
    }
    return implemented ? 0xffffffffu : 0;
}

static uint32_t *gicr_storage(GicrState *s, const GicrReg *reg, unsigned word,
                              GicrView view)
{
    if (reg->storage == 0) {
        return NULL;
    }
    if (reg->hook == GICR_HOOK_STATUSR) {
        word = view == GICR_VIEW_NS;
    }
    return (uint32_t *)(void *)((char *)s + reg->storage) + word;
}

static uint32_t gicr_read_word(GicrState *s, const GicrReg *reg,
                               unsigned word, GicrView view)
{
    const uint32_t *storage = gicr_storage(s, reg, word, view);
    uint32_t value = storage ? *storage : reg->reset;

    if (reg->hook == GICR_HOOK_PENDR) {
        value = gicr_pending(s);
    } else if (reg->hook == GICR_HOOK_CTLR && s->clear_waits) {
        value |= GICR_CTLR_RWP;
    }
    return value & reg->read[view] & gicr_field_mask(s, reg, view);
}

/*
 * Arm IHI 0069, "Software accesses of interrupt priority": a Non-secure access
 * sees the lower half of the priorities, of Non-secure interrupts only.
 */
static uint8_t gicr_read_priority(const GicrState *s, unsigned intid,
                                  GicrView view)
{
    if (view != GICR_VIEW_NS) {
        return s->prio[intid];
    }
    return s->igroup >> intid & 1 ? s->prio[intid] << 1 : 0;
}

static void gicr_write_priority(GicrState *s, unsigned intid, GicrView view,
                                uint8_t value)
{
    if (view == GICR_VIEW_NS) {
        if (!(s->igroup >> intid & 1)) {
            return;
        }
        value = 0x80 | value >> 1;
    }
    s->prio[intid] = value & s->v.prio_mask;
}

uint64_t gicr_read(GicrState *s, uint64_t offset, unsigned size,
                   uint16_t attr)
{
    GicrView view = gicr_view(s, attr);
    const GicrReg *reg = gicr_reg_find(offset, size);
    unsigned byte;
    uint64_t value = 0;

    if (!reg) {
        gicr_reserved(s, view, GICR_STATUSR_RRD, offset, size);
        return 0;
    }
    byte = offset - reg->offset;
    if (reg->kind == GICR_KIND_PRIORITY) {
        for (unsigned i = 0; i < size; i++) {
            value |= (uint64_t)gicr_read_priority(s, byte + i, view) << i * 8;
        }
        return value;
    }
    value = gicr_read_word(s, reg, byte / 4, view);
    if (size == 8) {
        value |= (uint64_t)gicr_read_word(s, reg, byte / 4 + 1, view) << 32;
    }
    return value;
}

/* What follows from a change of a register, other than gicr_update(). */
static void gicr_written(GicrState *s, const GicrReg *reg, uint32_t old,
                         uint32_t new)
{
    if (reg->hook == GICR_HOOK_WAKER && old != new) {
        gicr_set_processor_sleep(s, new & GICR_WAKER_PROCESSOR_SLEEP);
    } else if (reg->hook == GICR_HOOK_ICFGR1 && old != new) {
        uint32_t edge = s->edge;

        gicr_derive_edge(s);
        if ((s->edge ^ edge) & s->enable) {
            vr_guest_error(&s->parent, "GICR_ICFGR1: trigger type of an "
                           "enabled interrupt changed (UNPREDICTABLE)");
        }
    }
}

static void gicr_write_word(GicrState *s, const GicrReg *reg, unsigned word,
                            GicrView view, uint32_t value)
{
    uint32_t mask = reg->write[view] & gicr_field_mask(s, reg, view) &
                    gicr_variant_mask(s, reg);
    uint32_t *storage = gicr_storage(s, reg, word, view);
    uint32_t old = *storage;

    switch (reg->kind) {
    case GICR_KIND_RW:
        *storage = (old & ~mask) | (value & mask);
        break;
    case GICR_KIND_W1S:
        *storage = old | (value & mask);
        break;
    case GICR_KIND_W1C:
        *storage = old & ~(value & mask);
        break;
    }
    gicr_written(s, reg, old, *storage);
}

void gicr_write(GicrState *s, uint64_t offset, unsigned size, uint16_t attr,
                uint64_t value)
{
    GicrView view = gicr_view(s, attr);
    const GicrReg *reg = gicr_reg_find(offset, size);
    unsigned byte;

    if (!reg) {
        gicr_reserved(s, view, GICR_STATUSR_WRD, offset, size);
        return;
    }
    byte = offset - reg->offset;
    switch (reg->kind) {
    case GICR_KIND_RES0:
        break;
    case GICR_KIND_RO:
        gicr_report(s, view, GICR_STATUSR_WROD);
        break;
    case GICR_KIND_PRIORITY:
        for (unsigned i = 0; i < size; i++) {
            gicr_write_priority(s, byte + i, view, value >> i * 8);
        }
        break;
    default:
        gicr_write_word(s, reg, byte / 4, view, value);
        break;
    }
}
