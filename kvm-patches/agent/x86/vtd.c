/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vtd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

#define UNIT "/sys/class/iommu/dmar0/intel-iommu/"
#define PAGE 4096u
#define IRTE_SIZE 16u

static void *map_physical(uint64_t address, size_t size, int flags)
{
    int fd = open("/dev/mem", O_RDWR | O_CLOEXEC | flags);
    void *map;

    if (fd < 0) {
        return NULL;
    }
    map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, address);
    close(fd);
    return map == MAP_FAILED ? NULL : map;
}

bool vr_vtd_open(VrVtd *v)
{
    char text[32];
    uint64_t irta;

    *v = (VrVtd){ 0 };
    if (!vr_file_read(UNIT "address", text, sizeof(text))) {
        return false;
    }
    v->regs = map_physical(strtoull(text, NULL, 16), PAGE, O_SYNC);
    if (!v->regs) {
        return false;
    }
    /* IRTA_REG: address 63:12, EIME 11, S 3:0 */
    irta = vr_vtd_read64(v, VR_VTD_IRTA);
    if (irta >> 12 == 0) {
        errno = ENODEV;
        return false;
    }
    v->entries = 2u << (irta & 0xf);
    v->table = map_physical(irta & ~UINT64_C(0xfff),
                            (size_t)v->entries * IRTE_SIZE, 0);
    return v->table != NULL;
}

uint32_t vr_vtd_read32(const VrVtd *v, unsigned offset)
{
    return *(volatile uint32_t *)(v->regs + offset);
}

uint64_t vr_vtd_read64(const VrVtd *v, unsigned offset)
{
    return *(volatile uint64_t *)(v->regs + offset);
}

void vr_vtd_write32(const VrVtd *v, unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(v->regs + offset) = value;
}

VrIrte *vr_vtd_irte(const VrVtd *v, unsigned index)
{
    return index < v->entries ? (VrIrte *)(v->table + index * IRTE_SIZE)
                              : NULL;
}

/*
 * Handle in address bits 19:5 and 2, and with SHV (bit 3) the subhandle in data
 * bits 15:0 on top.
 */
VrIrte *vr_vtd_irte_of(const VrVtd *v, uint32_t address, uint32_t data)
{
    unsigned index = (address >> 5 & 0x7fff) | (address >> 2 & 1) << 15;

    if (address & 8) {
        index += data & 0xffff;
    }
    return address & 0x10 ? vr_vtd_irte(v, index) : NULL;
}

uint64_t vr_irte_descriptor(const VrIrte *e)
{
    return (e->high & UINT64_C(0xffffffff00000000)) |
           (e->low >> 38 & 0x3ffffff) << 6;
}

VrPid *vr_vtd_map_pid(uint64_t address)
{
    uint8_t *page = map_physical(address & ~(uint64_t)(PAGE - 1), PAGE, 0);

    return page ? (VrPid *)(page + (address & (PAGE - 1))) : NULL;
}

void vr_vtd_unmap_pid(VrPid *pid)
{
    if (pid) {
        munmap((void *)((uintptr_t)pid & ~(uintptr_t)(PAGE - 1)), PAGE);
    }
}

void vr_vtd_close(VrVtd *v)
{
    if (v->regs) {
        munmap((void *)v->regs, PAGE);
    }
    if (v->table) {
        munmap(v->table, (size_t)v->entries * IRTE_SIZE);
    }
    *v = (VrVtd){ 0 };
}
