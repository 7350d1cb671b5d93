/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What irqbypass.h asks of arm64: VMs with a vGICv3 and no vCPU. */
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest/shared.h"
#include "irqbypass.h"
#include "report.h"

static bool set_attr(int gic, uint32_t group, uint64_t attr, void *value)
{
    struct kvm_device_attr device = {
        .group = group, .attr = attr, .addr = (uintptr_t)value,
    };

    return ioctl(gic, KVM_SET_DEVICE_ATTR, &device) == 0;
}

static bool add_vgic(int vm)
{
    struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
    uint32_t irqs = VR_GUEST_MAX_INTID;
    uint64_t dist = VR_GUEST_GICD_BASE, redist = VR_GUEST_GICR_BASE;
    bool ok;

    if (ioctl(vm, KVM_CREATE_DEVICE, &device)) {
        return false;
    }
    ok = set_attr(device.fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &irqs) &&
         set_attr(device.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
                  KVM_VGIC_V3_ADDR_TYPE_DIST, &dist) &&
         set_attr(device.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
                  KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist) &&
         set_attr(device.fd, KVM_DEV_ARM_VGIC_GRP_CTRL,
                  KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
    close(device.fd);
    return ok;
}

int vr_irqfd_vm(VrContext *ctx, int kvm)
{
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);

    if (vm < 0 || !add_vgic(vm)) {
        vr_fail(ctx, "%s", vr_error_text(vm < 0 ? "KVM_CREATE_VM" : "vGICv3",
                                         errno));
        if (vm >= 0) {
            close(vm);
        }
        return -1;
    }
    return vm;
}

const char *vr_irqfd_no_bypass(void)
{
    return NULL;
}
