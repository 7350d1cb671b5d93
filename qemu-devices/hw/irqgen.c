/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay-irqgen: the PCIe function that fires interrupts on demand; what it
 * is to PCI, to the monitor and to plugins, and how it is saved.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/lockable.h"
#include "qemu/module.h"
#include "qemu/thread.h"
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "hw/pci/pcie.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "hw/virelay/irqgen_internal.h"

#define MAX_DEVICES 16

/* Who gets a trigger from a plugin, which may come from any thread. */
static QemuMutex devices_lock;
static VirelayIrqgen *devices[MAX_DEVICES];

static bool enlist(VirelayIrqgen *s)
{
    unsigned i;

    QEMU_LOCK_GUARD(&devices_lock);
    for (i = 0; i < MAX_DEVICES; i++) {
        if (!devices[i]) {
            devices[i] = s;
            s->number = i;
            return true;
        }
    }
    return false;
}

static void delist(VirelayIrqgen *s)
{
    QEMU_LOCK_GUARD(&devices_lock);
    devices[s->number] = NULL;
}

/* The device that has this channel, or NULL. With the lock. */
static VirelayIrqgen *device_of(unsigned channel)
{
    unsigned number = channel / VR_IRQGEN_NUM_CHANNELS;

    return number < MAX_DEVICES ? devices[number] : NULL;
}

bool virelay_irqgen_trigger(unsigned channel)
{
    VirelayIrqgen *s;

    QEMU_LOCK_GUARD(&devices_lock);
    s = device_of(channel);
    if (s) {
        irqgen_request_trigger(s, channel % VR_IRQGEN_NUM_CHANNELS);
    }
    return s;
}

bool virelay_irqgen_fire(unsigned channel)
{
    VirelayIrqgen *s;

    WITH_QEMU_LOCK_GUARD(&devices_lock) {
        s = device_of(channel);
    }
    if (s) {
        irqgen_take_trigger(&s->channels[channel % VR_IRQGEN_NUM_CHANNELS]);
    }
    return s;
}

/* --- the monitor --- */

static void set_trigger(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    VirelayIrqgen *s = VIRELAY_IRQGEN(obj);
    uint32_t channel;

    if (!visit_type_uint32(v, name, &channel, errp)) {
        return;
    }
    if (channel >= VR_IRQGEN_NUM_CHANNELS) {
        error_setg(errp, "there is no channel %u; the last one is %u", channel,
                   VR_IRQGEN_NUM_CHANNELS - 1);
    } else if (!qdev_is_realized(DEVICE(obj))) {
        error_setg(errp, "a trigger needs a device that is in the machine");
    } else if (s->channels[channel].state != IRQGEN_ARMED) {
        error_setg(errp, "channel %u is not armed: its guest writes ARM first",
                   channel);
    } else {
        irqgen_request_trigger(s, channel);
    }
}

static void get_fired(Object *obj, Visitor *v, const char *name,
                      void *opaque, Error **errp)
{
    VirelayIrqgen *s = VIRELAY_IRQGEN(obj);
    uint64_t sum = 0;
    unsigned i;

    for (i = 0; i < VR_IRQGEN_NUM_CHANNELS; i++) {
        sum += s->channels[i].fired;
    }
    visit_type_uint64(v, name, &sum, errp);
}

/* --- PCI --- */

void irqgen_reset(VirelayIrqgen *s)
{
    unsigned i;

    timer_del(&s->trigger_timer);
    for (i = 0; i < VR_IRQGEN_NUM_CHANNELS; i++) {
        irqgen_reset_channel(&s->channels[i]);
    }
    s->status = 0;
    s->requester = 0;
    s->msg_addr = 0;
    s->messages = 0;
    s->msg_errors = 0;
}

static void irqgen_reset_hold(Object *obj, ResetType type)
{
    irqgen_reset(VIRELAY_IRQGEN(obj));
}

static void irqgen_write_config(PCIDevice *dev, uint32_t addr, uint32_t value,
                                int len)
{
    pci_default_write_config(dev, addr, value, len);
    pcie_cap_flr_write_config(dev, addr, value, len);
}

static bool add_msix(VirelayIrqgen *s, Error **errp)
{
    PCIDevice *dev = PCI_DEVICE(s);
    unsigned i;

    memory_region_init(&s->msix, OBJECT(s), "virelay-irqgen-msix",
                       VR_IRQGEN_MSIX_SIZE);
    pci_register_bar(dev, VR_IRQGEN_MSIX_BAR, PCI_BASE_ADDRESS_SPACE_MEMORY,
                     &s->msix);
    if (msix_init(dev, s->msix_vectors, &s->msix, VR_IRQGEN_MSIX_BAR,
                  VR_IRQGEN_MSIX_TABLE, &s->msix, VR_IRQGEN_MSIX_BAR,
                  VR_IRQGEN_MSIX_PBA, 0, errp)) {
        return false;
    }
    for (i = 0; i < s->msix_vectors; i++) {
        msix_vector_use(dev, i);
    }
    return true;
}

static void irqgen_exit(PCIDevice *dev)
{
    VirelayIrqgen *s = VIRELAY_IRQGEN(dev);
    unsigned i;

    delist(s);
    timer_del(&s->trigger_timer);
    for (i = 0; i < VR_IRQGEN_NUM_CHANNELS; i++) {
        timer_del(&s->channels[i].timer);
    }
    if (msix_present(dev)) {
        msix_uninit(dev, &s->msix, &s->msix);
    }
    msi_uninit(dev);
    pcie_cap_exit(dev);
}

static bool add_capabilities(VirelayIrqgen *s, Error **errp)
{
    PCIDevice *dev = PCI_DEVICE(s);
    int pos = pcie_endpoint_cap_init(dev, 0);

    if (pos < 0) {
        error_setg_errno(errp, -pos, "no PCI Express capability");
        return false;
    }
    pcie_cap_flr_init(dev);
    if (s->msi_vectors && msi_init(dev, 0, s->msi_vectors, true, true, errp)) {
        return false;
    }
    return !s->msix_vectors || add_msix(s, errp);
}

static bool check_properties(VirelayIrqgen *s, Error **errp)
{
    if (!pci_bus_is_express(pci_get_bus(PCI_DEVICE(s)))) {
        error_setg(errp, "virelay-irqgen needs a PCI Express bus: bus=pcie.0, "
                   "or that of a pcie-root-port");
        return false;
    }
    if (s->msi_vectors > VR_IRQGEN_NUM_MSI ||
        (s->msi_vectors & (s->msi_vectors - 1))) {
        error_setg(errp, "msi-vectors=%u is none of 0, 1, 2, 4, 8, 16, 32",
                   s->msi_vectors);
        return false;
    }
    if (s->msix_vectors > VR_IRQGEN_NUM_MSIX) {
        error_setg(errp, "msix-vectors=%u is more than %u", s->msix_vectors,
                   VR_IRQGEN_NUM_MSIX);
        return false;
    }
    return true;
}

static void irqgen_realize(PCIDevice *dev, Error **errp)
{
    VirelayIrqgen *s = VIRELAY_IRQGEN(dev);

    if (!check_properties(s, errp)) {
        return;
    }
    if (!enlist(s)) {
        error_setg(errp, "there are %u of virelay-irqgen already",
                   MAX_DEVICES);
        return;
    }
    memory_region_init_io(&s->regs, OBJECT(s), &irqgen_reg_ops, s,
                          TYPE_VIRELAY_IRQGEN, VR_IRQGEN_REG_SIZE);
    pci_register_bar(dev, VR_IRQGEN_REG_BAR, PCI_BASE_ADDRESS_SPACE_MEMORY,
                     &s->regs);
    if (!add_capabilities(s, errp)) {
        irqgen_exit(dev);
    }
}

/* PCI's own realize has the last word on who sends messages. */
static void irqgen_device_realize(DeviceState *qdev, Error **errp)
{
    VirelayIrqgenClass *klass = VIRELAY_IRQGEN_GET_CLASS(qdev);
    ERRP_GUARD();

    klass->parent_realize(qdev, errp);
    if (!*errp) {
        PCI_DEVICE(qdev)->msi_trigger = irqgen_send;
    }
}

static void irqgen_init(Object *obj)
{
    VirelayIrqgen *s = VIRELAY_IRQGEN(obj);
    unsigned i;

    timer_init_ns(&s->trigger_timer, QEMU_CLOCK_VIRTUAL, irqgen_take_triggers,
                  s);
    for (i = 0; i < VR_IRQGEN_NUM_CHANNELS; i++) {
        s->channels[i].dev = s;
        timer_init_ns(&s->channels[i].timer, QEMU_CLOCK_VIRTUAL, irqgen_tick,
                      &s->channels[i]);
    }
}

/* --- saved state --- */

/* A state that no device saved must not make this one divide by zero. */
static int channel_post_load(void *opaque, int version)
{
    const IrqgenChannel *ch = opaque;

    return ch->state <= IRQGEN_RUNNING && ch->tick_left ? 0 : -EINVAL;
}

static const VMStateDescription vmstate_channel = {
    .name = "virelay-irqgen/channel",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = channel_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_TIMER(timer, IrqgenChannel),
        VMSTATE_UINT32_ARRAY(config, IrqgenChannel, IRQGEN_CONFIG_WORDS),
        VMSTATE_UINT32_ARRAY(shot, IrqgenChannel, IRQGEN_CONFIG_WORDS),
        VMSTATE_UINT8(state, IrqgenChannel),
        VMSTATE_BOOL(triggered, IrqgenChannel),
        VMSTATE_UINT32(sticky, IrqgenChannel),
        VMSTATE_UINT64(index, IrqgenChannel),
        VMSTATE_UINT32(tick_left, IrqgenChannel),
        VMSTATE_INT64(due, IrqgenChannel),
        VMSTATE_UINT32(triggers_lost, IrqgenChannel),
        VMSTATE_UINT64(seq, IrqgenChannel),
        VMSTATE_UINT64(fired, IrqgenChannel),
        VMSTATE_UINT64(masked, IrqgenChannel),
        VMSTATE_UINT64(dropped, IrqgenChannel),
        VMSTATE_UINT64(dma_errors, IrqgenChannel),
        VMSTATE_UINT32(pending, IrqgenChannel),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_irqgen = {
    .name = TYPE_VIRELAY_IRQGEN,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, VirelayIrqgen),
        VMSTATE_MSIX(parent_obj, VirelayIrqgen),
        VMSTATE_TIMER(trigger_timer, VirelayIrqgen),
        VMSTATE_STRUCT_ARRAY(channels, VirelayIrqgen, VR_IRQGEN_NUM_CHANNELS,
                             1, vmstate_channel, IrqgenChannel),
        VMSTATE_UINT32(status, VirelayIrqgen),
        VMSTATE_UINT32(requester, VirelayIrqgen),
        VMSTATE_UINT64(msg_addr, VirelayIrqgen),
        VMSTATE_UINT64(messages, VirelayIrqgen),
        VMSTATE_UINT64(msg_errors, VirelayIrqgen),
        VMSTATE_END_OF_LIST()
    }
};

static const Property irqgen_properties[] = {
    DEFINE_PROP_UINT16("msix-vectors", VirelayIrqgen, msix_vectors,
                       VR_IRQGEN_NUM_MSIX),
    DEFINE_PROP_UINT8("msi-vectors", VirelayIrqgen, msi_vectors,
                      VR_IRQGEN_NUM_MSI),
};

static void irqgen_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    pc->realize = irqgen_realize;
    pc->exit = irqgen_exit;
    pc->config_write = irqgen_write_config;
    pc->vendor_id = VR_IRQGEN_VENDOR;
    pc->device_id = VR_IRQGEN_DEVICE;
    pc->class_id = VR_IRQGEN_CLASS;
    pc->revision = 1;
    rc->phases.hold = irqgen_reset_hold;
    device_class_set_parent_realize(dc, irqgen_device_realize,
                                    &VIRELAY_IRQGEN_CLASS(klass)->parent_realize);
    device_class_set_props(dc, irqgen_properties);
    dc->vmsd = &vmstate_irqgen;
    dc->desc = "Virelay: fires interrupts on demand";
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
    object_class_property_add(klass, "trigger", "uint32", NULL, set_trigger,
                              NULL, NULL);
    object_class_property_set_description(klass, "trigger",
                                          "Channel that gets its trigger");
    object_class_property_add(klass, "fired", "uint64", get_fired, NULL, NULL,
                              NULL);
    object_class_property_set_description(klass, "fired",
                                          "Interrupts sent by all channels");
}

static const TypeInfo irqgen_info = {
    .name = TYPE_VIRELAY_IRQGEN,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(VirelayIrqgen),
    .instance_init = irqgen_init,
    .class_size = sizeof(VirelayIrqgenClass),
    .class_init = irqgen_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_PCIE_DEVICE },
        { },
    },
};

static void irqgen_register_types(void)
{
    qemu_mutex_init(&devices_lock);
    type_register_static(&irqgen_info);
}

type_init(irqgen_register_types)
