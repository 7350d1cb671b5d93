/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PCI function that VFIO gives to this program. */
#ifndef VR_AGENT_X86_VFIO_H
#define VR_AGENT_X86_VFIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pci.h"

#define VR_VFIO_ERROR_SIZE 200

typedef struct VrVfio {
    int container, group, device;
    char error[VR_VFIO_ERROR_SIZE];
} VrVfio;

#define VR_VFIO_CLOSED ((VrVfio){ .container = -1, .group = -1, .device = -1 })

/*
 * Binds the function to vfio-pci, whatever had it, opens it and lets it master the bus. False:
 * v->error says why; vr_vfio_close() is to be called nevertheless.
 */
bool vr_vfio_open(VrVfio *v, const VrPci *pci);
/* Maps one of its BARs; NULL: v->error. */
volatile void *vr_vfio_map_bar(VrVfio *v, unsigned bar, size_t size);
/* Lets the device reach this memory, at the IOVA. */
bool vr_vfio_map_dma(VrVfio *v, void *memory, size_t size, uint64_t iova);
/* Switches MSI-X on, with an eventfd a vector; count 0: off. */
bool vr_vfio_set_msix(VrVfio *v, const int *events, unsigned count);
/* One vector of those that are on: another eventfd, or none (-1). */
bool vr_vfio_set_vector(VrVfio *v, unsigned vector, int event);
void vr_vfio_close(VrVfio *v);
/* After that: binds the function to the driver that it would have had. */
void vr_vfio_give_back(const VrPci *pci);

#endif
