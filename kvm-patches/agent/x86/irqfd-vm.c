/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What irqbypass.h asks of x86: VMs with local APICs in the kernel, no vCPU. */
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "assigned.h"
#include "irqbypass.h"
#include "report.h"
#include "vtd.h"

#define IOAPIC_PINS 24

int vr_irqfd_vm(VrContext *ctx, int kvm)
{
    struct kvm_enable_cap split = {
        .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { IOAPIC_PINS },
    };
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);

    if (vm < 0 || ioctl(vm, KVM_ENABLE_CAP, &split)) {
        vr_fail(ctx, "%s", vr_error_text(vm < 0 ? "KVM_CREATE_VM"
                                                : "KVM_CAP_SPLIT_IRQCHIP",
                                         errno));
        if (vm >= 0) {
            close(vm);
        }
        return -1;
    }
    return vm;
}

/* kvm_arch_has_irq_bypass(): posting by the CPUs and by all remapping units. */
const char *vr_irqfd_no_bypass(void)
{
    const char *why = "there is no remapping unit with an interrupt table";
    VrVtd vtd;

    if (vr_vtd_open(&vtd)) {
        why = vr_posting_obstacle(&vtd);
    }
    vr_vtd_close(&vtd);
    return why;
}
