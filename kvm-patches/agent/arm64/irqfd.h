/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An SPI's line driven by eventfds (KVM_IRQFD). */
#ifndef VR_AGENT_IRQFD_H
#define VR_AGENT_IRQFD_H

#include "vm.h"

typedef struct VrIrqfd {
    int trigger;
    int resample; /* -1: edge, else the line stays high until resampled */
} VrIrqfd;

/* Connects; vr_irqfd_close() is to be called in any case. */
bool vr_irqfd_open(VrVm *vm, VrIrqfd *irqfd, uint32_t intid, bool resample);
void vr_irqfd_close(VrIrqfd *irqfd);

bool vr_irqfd_trigger(VrVm *vm, const VrIrqfd *irqfd);

/* How often KVM said that the line was lowered, since the last call. */
uint64_t vr_irqfd_resamples(const VrIrqfd *irqfd);

#endif
