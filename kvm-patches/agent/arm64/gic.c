/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gic.h"

#define GICD_CTLR 0x0000
#define GICD_IGROUPR 0x0080
#define GICD_ISENABLER 0x0100
#define GICD_ISPENDR 0x0200
#define GICD_ISACTIVER 0x0300
#define GICD_ICACTIVER 0x0380
#define GICD_IPRIORITYR 0x0400
#define GICD_ICFGR 0x0c00
#define GICD_IROUTER 0x6000
#define GICD_CTLR_ENABLE_GRP1 (1u << 1)
#define GICD_CTLR_ARE (1u << 4)

#define GICR_SGI_BASE 0x10000

#define ALL_SGIS 0xffffu

static bool device_attr(VrVm *vm, uint32_t group, uint64_t attr, void *value,
                        bool set, const char *what)
{
    struct kvm_device_attr device = {
        .group = group,
        .attr = attr,
        .addr = (uintptr_t)value,
    };

    return vr_vm_ioctl(vm, vm->gic_fd,
                       set ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR,
                       &device, what);
}

static bool dist_write(VrVm *vm, uint32_t offset, uint32_t value)
{
    return device_attr(vm, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, offset, &value,
                       true, "KVM_SET_DEVICE_ATTR GICD register");
}

static bool dist_read(VrVm *vm, uint32_t offset, uint32_t *value)
{
    return device_attr(vm, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, offset, value,
                       false, "KVM_GET_DEVICE_ATTR GICD register");
}

static bool redist_write(VrVm *vm, unsigned vcpu, uint32_t offset,
                         uint32_t value)
{
    /* The attribute's upper half is the MPIDR; KVM puts the index in Aff0. */
    uint64_t attr = (uint64_t)vcpu << KVM_DEV_ARM_VGIC_V3_MPIDR_SHIFT |
                    (GICR_SGI_BASE + offset);

    return device_attr(vm, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, attr, &value,
                       true, "KVM_SET_DEVICE_ATTR GICR register");
}

static bool set_address(VrVm *vm, uint64_t type, uint64_t address)
{
    return device_attr(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, type, &address, true,
                       "KVM_SET_DEVICE_ATTR vGICv3 address");
}

static bool create_device(VrVm *vm)
{
    struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
    uint32_t irqs = VR_GUEST_MAX_INTID;

    if (!vr_vm_ioctl(vm, vm->fd, KVM_CREATE_DEVICE, &device,
                     "KVM_CREATE_DEVICE vGICv3")) {
        return false;
    }
    vm->gic_fd = device.fd;
    return device_attr(vm, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &irqs, true,
                       "KVM_SET_DEVICE_ATTR vGICv3 NR_IRQS") &&
           set_address(vm, KVM_VGIC_V3_ADDR_TYPE_DIST, VR_GUEST_GICD_BASE) &&
           set_address(vm, KVM_VGIC_V3_ADDR_TYPE_REDIST, VR_GUEST_GICR_BASE) &&
           device_attr(vm, KVM_DEV_ARM_VGIC_GRP_CTRL,
                       KVM_DEV_ARM_VGIC_CTRL_INIT, NULL, true,
                       "KVM_SET_DEVICE_ATTR vGICv3 CTRL_INIT");
}

static bool init_redist(VrVm *vm, unsigned vcpu)
{
    bool ok = redist_write(vm, vcpu, GICD_IGROUPR, ~0u);

    for (unsigned i = 0; ok && i < 16; i += 4) {
        ok = redist_write(vm, vcpu, GICD_IPRIORITYR + i,
                          VR_GIC_DEFAULT_PRIORITY * 0x01010101u);
    }
    return ok && redist_write(vm, vcpu, GICD_ISENABLER, ALL_SGIS);
}

static bool init_dist(VrVm *vm)
{
    bool ok = true;

    for (uint32_t i = VR_GUEST_FIRST_SPI; ok && i < VR_GUEST_MAX_INTID;
         i += 4) {
        ok = dist_write(vm, GICD_IPRIORITYR + i,
                        VR_GIC_DEFAULT_PRIORITY * 0x01010101u);
    }
    for (uint32_t i = VR_GUEST_FIRST_SPI; ok && i < VR_GUEST_MAX_INTID;
         i += 32) {
        ok = dist_write(vm, GICD_IGROUPR + i / 8, ~0u) &&
             dist_write(vm, GICD_ISENABLER + i / 8, ~0u);
    }
    return ok && dist_write(vm, GICD_CTLR,
                            GICD_CTLR_ENABLE_GRP1 | GICD_CTLR_ARE);
}

bool vr_gic_create(VrVm *vm)
{
    if (!create_device(vm)) {
        return false;
    }
    for (unsigned i = 0; i < vm->vcpus; i++) {
        if (!init_redist(vm, i)) {
            return false;
        }
    }
    return init_dist(vm);
}

bool vr_gic_set_edge(VrVm *vm, uint32_t intid, bool edge)
{
    uint32_t offset = GICD_ICFGR + intid / 16 * 4;
    uint32_t bit = 2u << (intid % 16 * 2);
    uint32_t value;

    return dist_read(vm, offset, &value) &&
           dist_write(vm, offset, edge ? value | bit : value & ~bit);
}

bool vr_gic_set_priority(VrVm *vm, uint32_t intid, uint8_t priority)
{
    uint32_t offset = GICD_IPRIORITYR + (intid & ~3u);
    unsigned shift = intid % 4 * 8;
    uint32_t value;

    return dist_read(vm, offset, &value) &&
           dist_write(vm, offset, (value & ~(0xffu << shift)) |
                                      (uint32_t)priority << shift);
}

bool vr_gic_set_target(VrVm *vm, uint32_t intid, unsigned vcpu)
{
    return dist_write(vm, GICD_IROUTER + 8 * intid, vcpu);
}

static bool read_bits(VrVm *vm, uint32_t offset, uint64_t *bits)
{
    uint32_t low;
    uint32_t high;

    if (!dist_read(vm, offset + 4, &low) || !dist_read(vm, offset + 8, &high)) {
        return false;
    }
    *bits = low | (uint64_t)high << 32;
    return true;
}

bool vr_gic_read_active(VrVm *vm, uint64_t *active)
{
    return read_bits(vm, GICD_ISACTIVER, active);
}

bool vr_gic_read_pending(VrVm *vm, uint64_t *pending)
{
    return read_bits(vm, GICD_ISPENDR, pending);
}

bool vr_gic_clear_active(VrVm *vm, uint32_t intid)
{
    return dist_write(vm, GICD_ICACTIVER + intid / 32 * 4, 1u << intid % 32);
}

bool vr_gic_irq_line(VrVm *vm, uint32_t intid, bool level)
{
    struct kvm_irq_level line = {
        .irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | intid,
        .level = level,
    };

    return vr_vm_ioctl(vm, vm->fd, KVM_IRQ_LINE, &line, "KVM_IRQ_LINE");
}
