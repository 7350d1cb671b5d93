/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "igb.h"

#include <errno.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"

#define INTEL 0x8086
#define IGB_82576 0x10c9

#define MMIO_BAR 0
#define MMIO_SIZE 0x20000u
#define MSIX_BAR 3
#define MSIX_SIZE 0x4000u
#define MSIX_ENTRY 16

#define GPIE 0x1514 /* general purpose interrupt enable */
#define GPIE_MULTIPLE_MSIX (1u << 4)
#define EICS 0x1520 /* extended interrupt cause set */
#define EIMS 0x1524 /* mask set */
#define EIAC 0x152c /* auto clear: a cause ends when its message is sent */
#define ALL_VECTORS ((1u << VR_IGB_VECTORS) - 1)

static void write_register(VrIgb *igb, unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(igb->regs + offset) = value;
}

static bool open_events(VrIgb *igb)
{
    for (unsigned i = 0; i < VR_IGB_VECTORS; i++) {
        igb->event[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (igb->event[i] < 0) {
            snprintf(igb->vfio.error, sizeof(igb->vfio.error), "%s",
                     vr_error_text("eventfd", errno));
            return false;
        }
    }
    return vr_vfio_set_msix(&igb->vfio, igb->event, VR_IGB_VECTORS);
}

bool vr_igb_open(VrIgb *igb)
{
    *igb = (VrIgb){ .vfio = VR_VFIO_CLOSED };
    for (unsigned i = 0; i < VR_IGB_VECTORS; i++) {
        igb->event[i] = -1;
    }
    if (!vr_pci_find(INTEL, IGB_82576, &igb->pci, 1)) {
        snprintf(igb->vfio.error, sizeof(igb->vfio.error),
                 "the machine has no 82576");
        return false;
    }
    if (!vr_vfio_open(&igb->vfio, &igb->pci)) {
        return false;
    }
    igb->regs = vr_vfio_map_bar(&igb->vfio, MMIO_BAR, MMIO_SIZE);
    if (!igb->regs) {
        return false;
    }
    igb->msix = vr_vfio_map_bar(&igb->vfio, MSIX_BAR, MSIX_SIZE);
    if (!igb->msix || !open_events(igb)) {
        return false;
    }
    write_register(igb, GPIE, GPIE_MULTIPLE_MSIX);
    write_register(igb, EIAC, ALL_VECTORS);
    write_register(igb, EIMS, ALL_VECTORS);
    return true;
}

void vr_igb_fire(VrIgb *igb, unsigned vector)
{
    write_register(igb, EICS, 1u << vector);
}

VrIrte *vr_igb_irte(const VrIgb *igb, const VrVtd *vtd, unsigned vector)
{
    volatile uint32_t *entry =
        (volatile uint32_t *)(igb->msix + vector * MSIX_ENTRY);

    return vr_vtd_irte_of(vtd, entry[0], entry[2]);
}

void vr_igb_close(VrIgb *igb)
{
    if (igb->msix) {
        vr_vfio_set_msix(&igb->vfio, NULL, 0);
        munmap((void *)igb->msix, MSIX_SIZE);
    }
    if (igb->regs) {
        munmap((void *)igb->regs, MMIO_SIZE);
    }
    vr_vfio_close(&igb->vfio);
    for (unsigned i = 0; i < VR_IGB_VECTORS; i++) {
        if (igb->event[i] >= 0) {
            close(igb->event[i]);
        }
    }
    if (igb->pci.name[0]) {
        vr_vfio_give_back(&igb->pci);
    }
}
