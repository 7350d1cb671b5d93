/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device of VFIO given to a VM, as VMMs do it: the VM learns of the device's
 * file, each MSI-X vector has a GSI with the MSI that the guest chose, and an
 * irqfd joins the vector's eventfd to it. From there KVM's irqbypass may let
 * the remapping unit post the vector into the guest.
 *
 * linux/kvm.h: KVM_DEV_TYPE_VFIO, KVM_SET_GSI_ROUTING, KVM_IRQFD.
 */
#ifndef VR_AGENT_X86_ASSIGNED_H
#define VR_AGENT_X86_ASSIGNED_H

#include <stdbool.h>
#include <stdint.h>

#include "vfio.h"
#include "vm.h"
#include "vtd.h"

#define VR_ASSIGNED_MAX 4u
#define VR_MSIS 32u
#define VR_MSI_FIRST_GSI 24u /* those below are the I/O APIC's */

/* An MSI as the guest wrote it: address bits 31:0, data. 0, 0: none */
typedef struct VrMsi {
    uint32_t address, data;
} VrMsi;

/* Delivery modes: Intel SDM vol. 3, "Message Data Register Format" */
#define VR_MSI_FIXED 0u
#define VR_MSI_LOWEST 1u
#define VR_MSI_NMI 4u

/* To one APIC id, 8 bits; 255: to all. */
static inline VrMsi vr_msi_physical(unsigned apic, unsigned mode,
                                    unsigned vector)
{
    return (VrMsi){ 0xfee00000u | apic << 12, mode << 8 | vector };
}

/* To a logical destination, 8 bits; of lowest priority with the hint RH. */
static inline VrMsi vr_msi_logical(unsigned destination, unsigned mode,
                                   unsigned vector)
{
    const uint32_t hint = mode == VR_MSI_LOWEST ? 8 : 0;

    return (VrMsi){ 0xfee00004u | hint | destination << 12,
                    mode << 8 | vector };
}

/* The GSIs of a VM; its devices share them. */
typedef struct VrMsis {
    VrVm *vm;
    VrMsi msi[VR_MSIS];
} VrMsis;

void vr_msis_init(VrMsis *m, VrVm *vm);
/* Routes GSI VR_MSI_FIRST_GSI + @index; false: an error of the VM. */
bool vr_msis_set(VrMsis *m, unsigned index, VrMsi msi);

/* Devices of a VM, which has one VrAssigned at most. */
typedef struct VrAssigned {
    VrVm *vm;
    int kvm_vfio; /* the VM's device of KVM_DEV_TYPE_VFIO, or -1 */
    unsigned count;
    int file[VR_ASSIGNED_MAX]; /* those that the VM knows; borrowed */
} VrAssigned;

#define VR_ASSIGNED_NONE ((VrAssigned){ .kvm_vfio = -1 })

/* Tells the VM of the device. False: an error of the VM; detach it anyway. */
bool vr_assigned_attach(VrAssigned *a, VrVm *vm, const VrVfio *vfio);
/* And of another one. */
bool vr_assigned_add(VrAssigned *a, const VrVfio *vfio);
/* What it was told last is taken back; the device's irqfds are gone by then. */
bool vr_assigned_remove(VrAssigned *a);
/* All of it. */
void vr_assigned_detach(VrAssigned *a);

/* Joins an eventfd to a GSI, or parts them; false: an error of the VM. */
bool vr_irqfd_join(VrVm *vm, int event, unsigned index);
bool vr_irqfd_part(VrVm *vm, int event, unsigned index);

/*
 * Why the kernel cannot post a device's interrupts into a guest of kvm_intel;
 * NULL: it can. CAP_REG.PI, kvm_intel.enable_apicv, intremap=nopost.
 */
const char *vr_posting_obstacle(const VrVtd *vtd);

#endif
