/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VM's vGICv3, seen from user space: registers by device attributes
 * (Documentation/virt/kvm/devices/arm-vgic-v3.rst), interrupts by
 * KVM_IRQ_LINE. Registers can only be accessed while every vCPU is parked.
 */
#ifndef VR_AGENT_GIC_H
#define VR_AGENT_GIC_H

#include "vm.h"

#define VR_GIC_DEFAULT_PRIORITY 0xa0

/* Creates the vGICv3 after the vCPUs: all SGIs and SPIs enabled, level. */
bool vr_gic_create(VrVm *vm);

/* GICD_ICFGR: edge or level. */
bool vr_gic_set_edge(VrVm *vm, uint32_t intid, bool edge);

/* GICD_IPRIORITYR */
bool vr_gic_set_priority(VrVm *vm, uint32_t intid, uint8_t priority);

/* GICD_IROUTER: the vCPU with this index. */
bool vr_gic_set_target(VrVm *vm, uint32_t intid, unsigned vcpu);

/* GICD_ISACTIVER and GICD_ISPENDR, of INTIDs 32 to 95; bit n: INTID 32 + n */
bool vr_gic_read_active(VrVm *vm, uint64_t *active);
bool vr_gic_read_pending(VrVm *vm, uint64_t *pending);

/* GICD_ICACTIVER */
bool vr_gic_clear_active(VrVm *vm, uint32_t intid);

/* KVM_IRQ_LINE; for an edge interrupt, each call with level 1 is one edge. */
bool vr_gic_irq_line(VrVm *vm, uint32_t intid, bool level);

#endif
