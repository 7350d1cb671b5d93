/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "irqfd.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "report.h"

bool vr_irqfd_open(VrVm *vm, VrIrqfd *irqfd, uint32_t intid, bool resample)
{
    struct kvm_irqfd args;

    irqfd->resample = -1;
    irqfd->trigger = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (resample) {
        irqfd->resample = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    }
    if (irqfd->trigger < 0 || (resample && irqfd->resample < 0)) {
        vr_vm_error(vm, "%s", vr_error_text("eventfd", errno));
        return false;
    }
    args = (struct kvm_irqfd){
        .fd = irqfd->trigger,
        /* The default routing: GSI n is SPI n, INTID 32 + n. */
        .gsi = intid - VR_GUEST_FIRST_SPI,
        .flags = resample ? KVM_IRQFD_FLAG_RESAMPLE : 0,
        .resamplefd = resample ? irqfd->resample : 0,
    };
    return vr_vm_ioctl(vm, vm->fd, KVM_IRQFD, &args, "KVM_IRQFD");
}

void vr_irqfd_close(VrIrqfd *irqfd)
{
    if (irqfd->trigger >= 0) {
        close(irqfd->trigger);
    }
    if (irqfd->resample >= 0) {
        close(irqfd->resample);
    }
}

bool vr_irqfd_trigger(VrVm *vm, const VrIrqfd *irqfd)
{
    if (eventfd_write(irqfd->trigger, 1)) {
        vr_vm_error(vm, "%s", vr_error_text("eventfd_write", errno));
        return false;
    }
    return true;
}

uint64_t vr_irqfd_resamples(const VrIrqfd *irqfd)
{
    eventfd_t count;

    return eventfd_read(irqfd->resample, &count) ? 0 : count;
}
