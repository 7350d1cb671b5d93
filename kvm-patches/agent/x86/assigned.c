/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "assigned.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cpu.h"
#include "pci.h"

void vr_msis_init(VrMsis *m, VrVm *vm)
{
    *m = (VrMsis){ .vm = vm };
}

bool vr_msis_set(VrMsis *m, unsigned index, VrMsi msi)
{
    uint64_t buf[(sizeof(struct kvm_irq_routing) +
                  VR_MSIS * sizeof(struct kvm_irq_routing_entry)) /
                 sizeof(uint64_t) + 1];
    struct kvm_irq_routing *table = (struct kvm_irq_routing *)buf;

    memset(buf, 0, sizeof(buf));
    m->msi[index] = msi;
    for (unsigned i = 0; i < VR_MSIS; i++) {
        if (m->msi[i].address) {
            table->entries[table->nr++] = (struct kvm_irq_routing_entry){
                .gsi = VR_MSI_FIRST_GSI + i,
                .type = KVM_IRQ_ROUTING_MSI,
                .u.msi = { .address_lo = m->msi[i].address,
                           .data = m->msi[i].data },
            };
        }
    }
    return vr_vm_ioctl(m->vm, m->vm->fd, KVM_SET_GSI_ROUTING, table,
                       "KVM_SET_GSI_ROUTING");
}

static bool tell(const VrAssigned *a, uint32_t what, int file)
{
    int32_t fd = file;
    struct kvm_device_attr attr = {
        .group = KVM_DEV_VFIO_GROUP, .attr = what, .addr = (uintptr_t)&fd,
    };

    return vr_vm_ioctl(a->vm, a->kvm_vfio, KVM_SET_DEVICE_ATTR, &attr,
                       "KVM_DEV_VFIO_GROUP");
}

bool vr_assigned_attach(VrAssigned *a, VrVm *vm, const VrVfio *vfio)
{
    struct kvm_create_device device = { .type = KVM_DEV_TYPE_VFIO };

    *a = (VrAssigned){ .vm = vm, .kvm_vfio = -1 };
    if (!vr_vm_ioctl(vm, vm->fd, KVM_CREATE_DEVICE, &device,
                     "KVM_CREATE_DEVICE of VFIO")) {
        return false;
    }
    a->kvm_vfio = device.fd;
    return vr_assigned_add(a, vfio);
}

bool vr_assigned_add(VrAssigned *a, const VrVfio *vfio)
{
    if (a->count == VR_ASSIGNED_MAX) {
        vr_vm_error(a->vm, "more than %u devices for a VM", VR_ASSIGNED_MAX);
        return false;
    }
    if (!tell(a, KVM_DEV_VFIO_GROUP_ADD, vfio->group)) {
        return false;
    }
    a->file[a->count++] = vfio->group;
    return true;
}

bool vr_assigned_remove(VrAssigned *a)
{
    return a->count && tell(a, KVM_DEV_VFIO_GROUP_DEL, a->file[--a->count]);
}

void vr_assigned_detach(VrAssigned *a)
{
    while (vr_assigned_remove(a)) {
    }
    if (a->kvm_vfio >= 0) {
        close(a->kvm_vfio);
    }
    *a = VR_ASSIGNED_NONE;
}

static bool irqfd(VrVm *vm, int event, unsigned index, uint32_t flags)
{
    struct kvm_irqfd order = {
        .fd = event, .gsi = VR_MSI_FIRST_GSI + index, .flags = flags,
    };

    return vr_vm_ioctl(vm, vm->fd, KVM_IRQFD, &order, "KVM_IRQFD");
}

bool vr_irqfd_join(VrVm *vm, int event, unsigned index)
{
    return irqfd(vm, event, index, 0);
}

bool vr_irqfd_part(VrVm *vm, int event, unsigned index)
{
    return irqfd(vm, event, index, KVM_IRQFD_FLAG_DEASSIGN);
}

const char *vr_posting_obstacle(const VrVtd *vtd)
{
    char text[1024];

    if (!(vr_vtd_read64(vtd, VR_VTD_CAP) & VR_CAP_PI)) {
        return "the remapping unit does not post (CAP_REG.PI is 0)";
    }
    if (!vr_cpu_has_vmx() ||
        !vr_file_read("/sys/module/kvm_intel/parameters/enable_apicv", text,
                      sizeof(text))) {
        return "the host has no VMX, or no kvm_intel";
    }
    if (text[0] != 'Y') {
        return "kvm_intel runs without APICv (enable_apicv=0)";
    }
    if (vr_file_read("/proc/cmdline", text, sizeof(text)) &&
        strstr(text, "nopost")) {
        return "the kernel is told not to post (intremap=nopost)";
    }
    return NULL;
}
