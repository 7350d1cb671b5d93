/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay-irqgen: shots, triggers, and the messages they send. */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/bswap.h"
#include "qemu/log.h"
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "hw/virelay/irqgen_internal.h"
#include "virelay-include/trace/trace.h"

#define FOREVER UINT64_MAX
#define TIME_LIMIT (1ULL << 62)

static uint32_t shot32(const IrqgenChannel *ch, unsigned reg)
{
    return ch->shot[(reg - IRQGEN_CONFIG_FIRST) / 4];
}

static uint64_t shot64(const IrqgenChannel *ch, unsigned reg)
{
    return shot32(ch, reg) | (uint64_t)shot32(ch, reg + 4) << 32;
}

static unsigned number_of(const IrqgenChannel *ch)
{
    return ch - ch->dev->channels;
}

static uint32_t burst_of(const IrqgenChannel *ch)
{
    return MAX(shot32(ch, VR_IRQGEN_CH_BURST), 1);
}

uint64_t irqgen_left(const IrqgenChannel *ch)
{
    uint64_t count = shot64(ch, VR_IRQGEN_CH_COUNT);

    if (ch->state != IRQGEN_RUNNING) {
        return 0;
    }
    return count == FOREVER ? FOREVER : count - ch->index;
}

uint32_t irqgen_mode(VirelayIrqgen *s)
{
    PCIDevice *dev = PCI_DEVICE(s);

    if (msix_present(dev) && msix_enabled(dev)) {
        return VR_IRQGEN_MODE_MSIX;
    }
    return msi_enabled(dev) ? VR_IRQGEN_MODE_MSI : VR_IRQGEN_MODE_NONE;
}

static uint16_t requester_of(VirelayIrqgen *s)
{
    return s->requester & VR_IRQGEN_REQUESTER_OVERRIDE ?
           s->requester & 0xffff : pci_requester_id(PCI_DEVICE(s));
}

/* An unmasked vector may be sent while another message is on its way. */
void irqgen_send(PCIDevice *dev, MSIMessage msg)
{
    VirelayIrqgen *s = VIRELAY_IRQGEN(dev);
    MemTxAttrs attrs = { .requester_id = requester_of(s) };
    bool nested = s->sending;
    MemTxResult result;

    s->messages++;
    if (!s->in_shot) {
        vr_trace(VR_TRACE_IRQGEN_MSG, s->number, msg.data, msg.address,
                 attrs.requester_id, 0, 0);
    }
    s->in_shot = false;
    s->sending = true;
    address_space_stl_le(&dev->bus_master_as, msg.address & ~3ULL, msg.data,
                         attrs, &result);
    s->sending = nested;
    if (result != MEMTX_OK) {
        s->msg_errors++;
        s->status |= VR_IRQGEN_STATUS_MSG_ERROR;
    }
}

/* --- one interrupt --- */

typedef struct Fire {
    uint32_t vector;
    int outcome;
    bool raw;
    MSIMessage msg;
} Fire;

static void lost(IrqgenChannel *ch, Fire *f, uint32_t why)
{
    f->outcome = VR_IRQGEN_LOST;
    f->msg.address = 0;
    ch->sticky |= why;
}

static void aim_msix(IrqgenChannel *ch, Fire *f)
{
    PCIDevice *dev = PCI_DEVICE(ch->dev);

    if (f->vector >= dev->msix_entries_nr) {
        lost(ch, f, VR_IRQGEN_CH_STATUS_BAD_VECTOR);
    } else if (msix_is_masked(dev, f->vector)) {
        f->outcome = VR_IRQGEN_PENDED;
    } else {
        f->msg = msix_get_message(dev, f->vector);
    }
}

static void aim_msi(IrqgenChannel *ch, Fire *f)
{
    PCIDevice *dev = PCI_DEVICE(ch->dev);

    if (f->vector >= msi_nr_vectors_allocated(dev)) {
        lost(ch, f, VR_IRQGEN_CH_STATUS_BAD_VECTOR);
    } else if (msi_is_masked(dev, f->vector)) {
        f->outcome = VR_IRQGEN_PENDED;
    } else {
        f->msg = msi_get_message(dev, f->vector);
    }
}

static Fire aim(IrqgenChannel *ch, uint32_t mode)
{
    uint32_t vectors = MAX(shot32(ch, VR_IRQGEN_CH_VECTORS), 1);
    Fire f = {
        .vector = shot32(ch, VR_IRQGEN_CH_VECTOR) + ch->index % vectors,
        .outcome = VR_IRQGEN_SENT,
    };

    if (shot32(ch, VR_IRQGEN_CH_FLAGS) & VR_IRQGEN_CH_FLAGS_RAW) {
        f.raw = true;
        f.msg.address = shot64(ch, VR_IRQGEN_CH_MSG_ADDR);
        f.msg.data = shot32(ch, VR_IRQGEN_CH_MSG_DATA);
        f.vector = f.msg.data;
    } else if (mode == VR_IRQGEN_MODE_MSIX) {
        aim_msix(ch, &f);
    } else if (mode == VR_IRQGEN_MODE_MSI) {
        aim_msi(ch, &f);
    } else {
        lost(ch, &f, VR_IRQGEN_CH_STATUS_DISABLED);
    }
    return f;
}

static void write_record(IrqgenChannel *ch, const Fire *f, uint64_t index,
                         int64_t now)
{
    PCIDevice *dev = PCI_DEVICE(ch->dev);
    /* Devices' registers are out of reach, the own ones among them. */
    MemTxAttrs attrs = { .memory = 1, .requester_id = pci_requester_id(dev) };
    uint32_t flags = shot32(ch, VR_IRQGEN_CH_FLAGS);
    uint32_t slots = shot32(ch, VR_IRQGEN_CH_DMA_SLOTS);
    uint64_t slot = slots ? index % slots : index;
    uint64_t addr = shot64(ch, VR_IRQGEN_CH_DMA_ADDR) +
                    slot * shot32(ch, VR_IRQGEN_CH_DMA_STRIDE);
    uint8_t record[VR_IRQGEN_RECORD_SIZE];
    bool whole = flags & VR_IRQGEN_CH_FLAGS_DMA_RECORD;

    if (!(flags & (VR_IRQGEN_CH_FLAGS_DMA_SEQ |
                   VR_IRQGEN_CH_FLAGS_DMA_RECORD))) {
        return;
    }
    stq_le_p(record, ch->seq);
    stq_le_p(record + 8, now);
    stl_le_p(record + 16, f->vector);
    stl_le_p(record + 20, number_of(ch));
    stq_le_p(record + 24, index);
    if (pci_dma_rw(dev, addr, record, whole ? sizeof(record) : 8,
                   DMA_DIRECTION_FROM_DEVICE, attrs) != MEMTX_OK) {
        ch->dma_errors++;
        ch->sticky |= VR_IRQGEN_CH_STATUS_DMA_ERROR;
        qemu_log_mask(LOG_GUEST_ERROR, "virelay-irqgen: channel %u cannot "
                      "write its record at 0x%" PRIx64 "\n", number_of(ch),
                      addr);
    }
}

static void deliver(VirelayIrqgen *s, const Fire *f, uint32_t mode)
{
    PCIDevice *dev = PCI_DEVICE(s);

    s->in_shot = f->outcome == VR_IRQGEN_SENT;
    if (f->raw) {
        irqgen_send(dev, f->msg);
    } else if (f->outcome == VR_IRQGEN_LOST) {
        return;
    } else if (mode == VR_IRQGEN_MODE_MSIX) {
        msix_notify(dev, f->vector);
    } else {
        msi_notify(dev, f->vector);
    }
    s->in_shot = false;
}

static void count(IrqgenChannel *ch, const Fire *f)
{
    ch->fired += f->outcome == VR_IRQGEN_SENT;
    ch->masked += f->outcome == VR_IRQGEN_PENDED;
    ch->dropped += f->outcome == VR_IRQGEN_LOST;
}

/*
 * A message may have any effect, the reset of this device among them, so the
 * channel is up to date before it is sent.
 */
static void fire(IrqgenChannel *ch, int64_t now)
{
    uint32_t mode = irqgen_mode(ch->dev);
    Fire f = aim(ch, mode);
    uint64_t index = ch->index++;

    ch->seq++;
    count(ch, &f);
    if (--ch->tick_left == 0) {
        ch->tick_left = burst_of(ch);
        ch->due += shot64(ch, VR_IRQGEN_CH_PERIOD);
    }
    vr_trace(VR_TRACE_IRQGEN, ch->dev->number, f.vector, ch->seq,
             number_of(ch), f.outcome, f.msg.address);
    write_record(ch, &f, index, now);
    deliver(ch->dev, &f, mode);
}

/* --- shots --- */

static void finish(IrqgenChannel *ch)
{
    uint32_t flags = shot32(ch, VR_IRQGEN_CH_FLAGS);

    ch->state = ch->triggered && flags & VR_IRQGEN_CH_FLAGS_REARM ?
                IRQGEN_ARMED : IRQGEN_IDLE;
    ch->sticky |= VR_IRQGEN_CH_STATUS_DONE;
}

static void run(IrqgenChannel *ch, int64_t now)
{
    unsigned budget = VR_IRQGEN_CHUNK;

    while (ch->state == IRQGEN_RUNNING && ch->due <= now && budget) {
        fire(ch, now);
        budget--;
        if (ch->state == IRQGEN_RUNNING && irqgen_left(ch) == 0) {
            finish(ch);
        }
    }
    if (ch->state == IRQGEN_RUNNING) {
        timer_mod_ns(&ch->timer, budget ? ch->due :
                     MAX(ch->due, now + VR_IRQGEN_CHUNK_NS));
    }
}

void irqgen_tick(void *opaque)
{
    run(opaque, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

static void begin(IrqgenChannel *ch, bool triggered)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    ch->state = IRQGEN_RUNNING;
    ch->triggered = triggered;
    ch->index = 0;
    ch->tick_left = burst_of(ch);
    ch->due = now + shot64(ch, VR_IRQGEN_CH_DELAY);
    run(ch, now);
}

static bool config_good(const IrqgenChannel *ch)
{
    return shot64(ch, VR_IRQGEN_CH_COUNT) != 0 &&
           shot64(ch, VR_IRQGEN_CH_DELAY) < TIME_LIMIT &&
           shot64(ch, VR_IRQGEN_CH_PERIOD) < TIME_LIMIT &&
           !(shot32(ch, VR_IRQGEN_CH_FLAGS) & ~VR_IRQGEN_CH_FLAGS_ALL);
}

static void refuse(IrqgenChannel *ch, uint32_t why, const char *text)
{
    ch->sticky |= why;
    qemu_log_mask(LOG_GUEST_ERROR, "virelay-irqgen: channel %u %s\n",
                  number_of(ch), text);
}

static bool latch(IrqgenChannel *ch)
{
    if (ch->state != IRQGEN_IDLE) {
        refuse(ch, VR_IRQGEN_CH_STATUS_BUSY, "is armed or runs: stop it "
               "first");
        return false;
    }
    memcpy(ch->shot, ch->config, sizeof(ch->shot));
    if (!config_good(ch)) {
        refuse(ch, VR_IRQGEN_CH_STATUS_BAD_CONFIG, "cannot start: COUNT is 0, "
               "DELAY or PERIOD 2^62 or more, or FLAGS unknown");
        return false;
    }
    return true;
}

static void stop(IrqgenChannel *ch)
{
    ch->state = IRQGEN_IDLE;
    timer_del(&ch->timer);
}

void irqgen_control(IrqgenChannel *ch, uint32_t bits)
{
    if (bits & VR_IRQGEN_CH_CTRL_RESET) {
        irqgen_reset_channel(ch);
        return;
    }
    if (bits & VR_IRQGEN_CH_CTRL_STOP) {
        stop(ch);
    }
    if (!(bits & (VR_IRQGEN_CH_CTRL_START | VR_IRQGEN_CH_CTRL_ARM)) ||
        !latch(ch)) {
        return;
    }
    if (bits & VR_IRQGEN_CH_CTRL_START) {
        begin(ch, false);
    } else {
        ch->state = IRQGEN_ARMED;
    }
}

void irqgen_reset_channel(IrqgenChannel *ch)
{
    stop(ch);
    memset(ch->config, 0, sizeof(ch->config));
    memset(ch->shot, 0, sizeof(ch->shot));
    ch->triggered = false;
    ch->sticky = 0;
    ch->index = 0;
    ch->tick_left = 1;
    ch->due = 0;
    ch->triggers_lost = 0;
    ch->seq = 0;
    ch->fired = 0;
    ch->masked = 0;
    ch->dropped = 0;
    ch->dma_errors = 0;
    qatomic_set(&ch->pending, 0);
}

/* --- triggers --- */

/*
 * A plugin calls in the middle of an instruction block, where time cannot be
 * asked for: the timer is long due and brings the CPU out of the block.
 */
void irqgen_request_trigger(VirelayIrqgen *s, unsigned channel)
{
    qatomic_inc(&s->channels[channel].pending);
    timer_mod_ns(&s->trigger_timer, 0);
}

void irqgen_take_trigger(IrqgenChannel *ch)
{
    if (ch->state == IRQGEN_ARMED) {
        begin(ch, true);
        return;
    }
    ch->triggers_lost++;
    refuse(ch, VR_IRQGEN_CH_STATUS_TRIGGER_LOST, "is not armed: its trigger "
           "is lost");
}

void irqgen_take_triggers(void *opaque)
{
    VirelayIrqgen *s = opaque;
    unsigned i;

    for (i = 0; i < VR_IRQGEN_NUM_CHANNELS; i++) {
        uint32_t n = qatomic_xchg(&s->channels[i].pending, 0);

        while (n--) {
            irqgen_take_trigger(&s->channels[i]);
        }
    }
}
