/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test device: how the agent writes marks into the trace and ends the
 * machine. Its registers are documented in virelay-include/trace/marks.h.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "hw/core/cpu.h"
#include "hw/pci/pci_device.h"
#include "migration/vmstate.h"
#include "system/cpu-timers.h"
#include "hw/virelay/run.h"
#include "hw/virelay/sweep.h"
#include "virelay-include/trace/marks.h"
#include "virelay-include/trace/trace.h"

#define TYPE_VIRELAY_TEST "virelay-test"
OBJECT_DECLARE_SIMPLE_TYPE(VirelayTest, VIRELAY_TEST)

#define TESTDEV_BAR_SIZE 4096
#define TESTDEV_VERSION 1

struct VirelayTest {
    PCIDevice parent_obj;
    MemoryRegion bar;
    uint64_t mark_value;
};

typedef struct TestReg {
    const char *name;
    hwaddr offset;
    unsigned size;
    uint64_t (*read)(VirelayTest *t);
    void (*write)(VirelayTest *t, uint64_t value);
} TestReg;

static unsigned writing_cpu(void)
{
    return current_cpu ? current_cpu->cpu_index : VR_TRACE_NO_CPU;
}

static uint64_t read_id(VirelayTest *t)
{
    return VR_TESTDEV_ID;
}

static uint64_t read_version(VirelayTest *t)
{
    return TESTDEV_VERSION;
}

static uint64_t read_time(VirelayTest *t)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static uint64_t read_instructions(VirelayTest *t)
{
    return icount_enabled() ? icount_get_raw() : 0;
}

static void write_mark_value(VirelayTest *t, uint64_t value)
{
    t->mark_value = value;
}

static void write_mark(VirelayTest *t, uint64_t value)
{
    vr_trace(VR_TRACE_MARK, writing_cpu(), value, t->mark_value, 0, 0, 0);
}

static void write_exit(VirelayTest *t, uint64_t value)
{
    virelay_run_end(value & 0xff);
}

static bool is_sweep(hwaddr offset, unsigned size)
{
    return size == 8 && offset % 8 == 0 && offset >= VR_TESTDEV_SWEEP_FIRST &&
           offset <= VR_TESTDEV_SWEEP_LAST;
}

static const TestReg test_regs[] = {
    { "ID", VR_TESTDEV_REG_ID, 4, read_id, NULL },
    { "VERSION", VR_TESTDEV_REG_VERSION, 4, read_version, NULL },
    { "MARK_VALUE", VR_TESTDEV_REG_MARK_VALUE, 8, NULL, write_mark_value },
    { "MARK", VR_TESTDEV_REG_MARK, 4, NULL, write_mark },
    { "EXIT", VR_TESTDEV_REG_EXIT, 4, NULL, write_exit },
    { "TIME", VR_TESTDEV_REG_TIME, 8, read_time, NULL },
    { "INSTRUCTIONS", VR_TESTDEV_REG_INSTRUCTIONS, 8, read_instructions, NULL },
};

static const TestReg *find_reg(hwaddr offset, unsigned size)
{
    size_t i;

    for (i = 0; i < ARRAY_SIZE(test_regs); i++) {
        if (test_regs[i].offset == offset && test_regs[i].size == size) {
            return &test_regs[i];
        }
    }
    return NULL;
}

static uint64_t bar_read(void *opaque, hwaddr offset, unsigned size)
{
    const TestReg *reg = find_reg(offset, size);

    if (is_sweep(offset, size)) {
        return virelay_sweep_read(offset);
    }
    if (!reg || !reg->read) {
        qemu_log_mask(LOG_GUEST_ERROR, "virelay-test: read of %u bytes at 0x%"
                      HWADDR_PRIx " (%s)\n", size, offset,
                      reg ? reg->name : "no register");
        return 0;
    }
    return reg->read(opaque);
}

static void bar_write(void *opaque, hwaddr offset, uint64_t value,
                      unsigned size)
{
    const TestReg *reg = find_reg(offset, size);

    if (is_sweep(offset, size)) {
        virelay_sweep_write(offset, value);
        return;
    }
    if (!reg || !reg->write) {
        qemu_log_mask(LOG_GUEST_ERROR, "virelay-test: write of %u bytes at 0x%"
                      HWADDR_PRIx " (%s)\n", size, offset,
                      reg ? reg->name : "no register");
        return;
    }
    reg->write(opaque, value);
}

static const MemoryRegionOps bar_ops = {
    .read = bar_read,
    .write = bar_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

static void test_realize(PCIDevice *dev, Error **errp)
{
    VirelayTest *t = VIRELAY_TEST(dev);

    memory_region_init_io(&t->bar, OBJECT(t), &bar_ops, t, TYPE_VIRELAY_TEST,
                          TESTDEV_BAR_SIZE);
    pci_register_bar(dev, 0, PCI_BASE_ADDRESS_SPACE_MEMORY, &t->bar);
}

static void test_reset(Object *obj, ResetType type)
{
    VIRELAY_TEST(obj)->mark_value = 0;
}

static const VMStateDescription vmstate_test = {
    .name = TYPE_VIRELAY_TEST,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, VirelayTest),
        VMSTATE_UINT64(mark_value, VirelayTest),
        VMSTATE_END_OF_LIST()
    }
};

static void test_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    pc->realize = test_realize;
    pc->vendor_id = VR_TESTDEV_VENDOR;
    pc->device_id = VR_TESTDEV_DEVICE;
    pc->class_id = PCI_CLASS_OTHERS;
    pc->revision = TESTDEV_VERSION;
    rc->phases.hold = test_reset;
    dc->vmsd = &vmstate_test;
    dc->desc = "Virelay: marks in the trace, end of the machine";
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo test_info = {
    .name = TYPE_VIRELAY_TEST,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(VirelayTest),
    .class_init = test_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    },
};

static void test_register_types(void)
{
    type_register_static(&test_info);
}

type_init(test_register_types)
