/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay-irqgen: its registers, as virelay-include/trace/irqgen.h has them. */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "hw/pci/msi.h"
#include "hw/virelay/irqgen_internal.h"

#define REG_VERSION 1
#define CHANNEL_SIZE (VR_IRQGEN_CHANNEL(1) - VR_IRQGEN_CHANNEL(0))

typedef uint64_t (*RegRead)(VirelayIrqgen *s, IrqgenChannel *ch);
typedef void (*RegWrite)(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value);

/* A channel's register with neither function is a part of its config. */
typedef struct IrqgenReg {
    hwaddr offset;
    unsigned size;
    RegRead read;
    RegWrite write;
} IrqgenReg;

/* --- the function's --- */

static uint64_t read_id(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return VR_IRQGEN_ID_VALUE;
}

static uint64_t read_version(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return REG_VERSION;
}

static uint64_t read_channels(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return VR_IRQGEN_NUM_CHANNELS;
}

static uint64_t read_vectors(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return s->msix_vectors | (uint32_t)s->msi_vectors << 16;
}

static uint64_t read_mode(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return irqgen_mode(s);
}

static uint64_t read_status(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return s->status;
}

static void write_status(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    s->status &= ~value;
}

static void write_ctrl(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    if (value & VR_IRQGEN_CTRL_RESET) {
        irqgen_reset(s);
    }
}

static uint64_t read_requester(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return s->requester;
}

static void write_requester(VirelayIrqgen *s, IrqgenChannel *ch,
                            uint64_t value)
{
    s->requester = value & (VR_IRQGEN_REQUESTER_OVERRIDE | 0xffff);
}

static void control_many(VirelayIrqgen *s, uint64_t mask, uint32_t bits)
{
    unsigned i;

    for (i = 0; i < VR_IRQGEN_NUM_CHANNELS; i++) {
        if (mask & (1u << i)) {
            irqgen_control(&s->channels[i], bits);
        }
    }
}

static void write_start(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    control_many(s, value, VR_IRQGEN_CH_CTRL_START);
}

static void write_arm(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    control_many(s, value, VR_IRQGEN_CH_CTRL_ARM);
}

static void write_stop(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    control_many(s, value, VR_IRQGEN_CH_CTRL_STOP);
}

static void write_trigger(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    unsigned i;

    for (i = 0; i < VR_IRQGEN_NUM_CHANNELS; i++) {
        if (value & (1u << i)) {
            irqgen_take_trigger(&s->channels[i]);
        }
    }
}

static uint64_t read_msg_addr(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return s->msg_addr;
}

static void write_msg_addr(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    s->msg_addr = value & ~3ULL;
}

static void write_msg_data(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    MSIMessage msg = { .address = s->msg_addr, .data = value };

    irqgen_send(PCI_DEVICE(s), msg);
}

static uint64_t read_messages(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return s->messages;
}

static uint64_t read_msg_errors(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return s->msg_errors;
}

static uint64_t read_time(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static const IrqgenReg function_regs[] = {
    { VR_IRQGEN_ID, 4, read_id },
    { VR_IRQGEN_VERSION, 4, read_version },
    { VR_IRQGEN_CHANNELS, 4, read_channels },
    { VR_IRQGEN_VECTORS, 4, read_vectors },
    { VR_IRQGEN_MODE, 4, read_mode },
    { VR_IRQGEN_STATUS, 4, read_status, write_status },
    { VR_IRQGEN_CTRL, 4, NULL, write_ctrl },
    { VR_IRQGEN_REQUESTER, 4, read_requester, write_requester },
    { VR_IRQGEN_START, 4, NULL, write_start },
    { VR_IRQGEN_ARM, 4, NULL, write_arm },
    { VR_IRQGEN_STOP, 4, NULL, write_stop },
    { VR_IRQGEN_TRIGGER, 4, NULL, write_trigger },
    { VR_IRQGEN_MSG_ADDR, 8, read_msg_addr, write_msg_addr },
    { VR_IRQGEN_MSG_DATA, 4, NULL, write_msg_data },
    { VR_IRQGEN_MESSAGES, 8, read_messages },
    { VR_IRQGEN_MSG_ERRORS, 8, read_msg_errors },
    { VR_IRQGEN_TIME, 8, read_time },
};

/* --- a channel's --- */

static void write_ch_ctrl(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    irqgen_control(ch, value);
}

static uint64_t read_ch_status(VirelayIrqgen *s, IrqgenChannel *ch)
{
    uint32_t state = 0;

    if (ch->state == IRQGEN_RUNNING) {
        state = VR_IRQGEN_CH_STATUS_RUNNING;
    } else if (ch->state == IRQGEN_ARMED) {
        state = VR_IRQGEN_CH_STATUS_ARMED;
    }
    return ch->sticky | state;
}

static void write_ch_status(VirelayIrqgen *s, IrqgenChannel *ch,
                            uint64_t value)
{
    ch->sticky &= ~value;
}

static uint64_t read_triggers_lost(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return ch->triggers_lost;
}

static uint64_t read_seq(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return ch->seq;
}

static void write_seq(VirelayIrqgen *s, IrqgenChannel *ch, uint64_t value)
{
    ch->seq = value;
}

static uint64_t read_fired(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return ch->fired;
}

static uint64_t read_masked(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return ch->masked;
}

static uint64_t read_dropped(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return ch->dropped;
}

static uint64_t read_dma_errors(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return ch->dma_errors;
}

static uint64_t read_left(VirelayIrqgen *s, IrqgenChannel *ch)
{
    return irqgen_left(ch);
}

static const IrqgenReg channel_regs[] = {
    { VR_IRQGEN_CH_CTRL, 4, NULL, write_ch_ctrl },
    { VR_IRQGEN_CH_STATUS, 4, read_ch_status, write_ch_status },
    { VR_IRQGEN_CH_VECTOR, 4 },
    { VR_IRQGEN_CH_VECTORS, 4 },
    { VR_IRQGEN_CH_COUNT, 8 },
    { VR_IRQGEN_CH_DELAY, 8 },
    { VR_IRQGEN_CH_PERIOD, 8 },
    { VR_IRQGEN_CH_BURST, 4 },
    { VR_IRQGEN_CH_FLAGS, 4 },
    { VR_IRQGEN_CH_DMA_ADDR, 8 },
    { VR_IRQGEN_CH_DMA_STRIDE, 4 },
    { VR_IRQGEN_CH_DMA_SLOTS, 4 },
    { VR_IRQGEN_CH_MSG_ADDR, 8 },
    { VR_IRQGEN_CH_MSG_DATA, 4 },
    { VR_IRQGEN_CH_TRIGGERS_LOST, 4, read_triggers_lost },
    { VR_IRQGEN_CH_SEQ, 8, read_seq, write_seq },
    { VR_IRQGEN_CH_FIRED, 8, read_fired },
    { VR_IRQGEN_CH_MASKED, 8, read_masked },
    { VR_IRQGEN_CH_DROPPED, 8, read_dropped },
    { VR_IRQGEN_CH_DMA_ERRORS, 8, read_dma_errors },
    { VR_IRQGEN_CH_LEFT, 8, read_left },
};

/* --- accesses --- */

/* An access that meets a register: all of it, or a half of one of 8 bytes. */
typedef struct Access {
    const IrqgenReg *reg;
    IrqgenChannel *ch;
    unsigned shift;
    unsigned bits;
} Access;

static const IrqgenReg *find(const IrqgenReg *regs, size_t count,
                             hwaddr offset, unsigned size)
{
    size_t i;

    for (i = 0; i < count; i++) {
        hwaddr into = offset - regs[i].offset;

        if (into < regs[i].size && into + size <= regs[i].size) {
            return &regs[i];
        }
    }
    return NULL;
}

static bool decode(VirelayIrqgen *s, hwaddr offset, unsigned size, Access *a)
{
    hwaddr channel = (offset - VR_IRQGEN_CHANNEL(0)) / CHANNEL_SIZE;

    if ((size != 4 && size != 8) || offset % size) {
        return false;
    }
    if (offset < VR_IRQGEN_CHANNEL(0)) {
        a->ch = NULL;
        a->reg = find(function_regs, ARRAY_SIZE(function_regs), offset, size);
    } else if (channel < VR_IRQGEN_NUM_CHANNELS) {
        a->ch = &s->channels[channel];
        offset %= CHANNEL_SIZE;
        a->reg = find(channel_regs, ARRAY_SIZE(channel_regs), offset, size);
    } else {
        return false;
    }
    if (!a->reg) {
        return false;
    }
    a->shift = (offset - a->reg->offset) * 8;
    a->bits = size * 8;
    return true;
}

static void bad_access(VirelayIrqgen *s, const char *what, hwaddr offset,
                       unsigned size)
{
    s->status |= VR_IRQGEN_STATUS_BAD_ACCESS;
    qemu_log_mask(LOG_GUEST_ERROR, "virelay-irqgen: %s of %u bytes at 0x%"
                  HWADDR_PRIx " is ignored\n", what, size, offset);
}

static uint32_t *config_of(const Access *a)
{
    return &a->ch->config[(a->reg->offset - IRQGEN_CONFIG_FIRST) / 4];
}

static bool is_config(const Access *a)
{
    return !a->reg->read && !a->reg->write;
}

static uint64_t reg_value(VirelayIrqgen *s, const Access *a)
{
    const uint32_t *config;

    if (!is_config(a)) {
        return a->reg->read ? a->reg->read(s, a->ch) : 0;
    }
    config = config_of(a);
    return a->reg->size == 8 ? config[0] | (uint64_t)config[1] << 32 :
           config[0];
}

static void set_reg_value(VirelayIrqgen *s, const Access *a, uint64_t value)
{
    uint32_t *config;

    if (!is_config(a)) {
        a->reg->write(s, a->ch, value);
        return;
    }
    config = config_of(a);
    config[0] = value;
    if (a->reg->size == 8) {
        config[1] = value >> 32;
    }
}

static uint64_t reg_read(void *opaque, hwaddr offset, unsigned size)
{
    VirelayIrqgen *s = opaque;
    Access a;

    if (!decode(s, offset, size, &a) || !(is_config(&a) || a.reg->read)) {
        bad_access(s, "a read", offset, size);
        return 0;
    }
    return extract64(reg_value(s, &a), a.shift, a.bits);
}

/* A message of this device's own must not start or stop what sends it. */
static void reg_write(void *opaque, hwaddr offset, uint64_t value,
                      unsigned size)
{
    VirelayIrqgen *s = opaque;
    Access a;

    if (s->sending || !decode(s, offset, size, &a) ||
        !(is_config(&a) || a.reg->write)) {
        bad_access(s, "a write", offset, size);
        return;
    }
    if (a.bits < a.reg->size * 8) {
        value = deposit64(reg_value(s, &a), a.shift, a.bits, value);
    }
    set_reg_value(s, &a, value);
}

const MemoryRegionOps irqgen_reg_ops = {
    .read = reg_read,
    .write = reg_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};
