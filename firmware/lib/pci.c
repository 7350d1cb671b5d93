/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pci.h"

#define MULTI_FUNCTION   0x80
#define HAS_CAPABILITIES 0x10
#define BAR_IO           0x1
#define BAR_64           0x4
#define BAR_TYPE         0x6

#define MSI_CONTROL      2
#define MSI_ENABLE       0x0001
#define MSI_MULTIPLE     0x0070
#define MSI_64           0x0080

#define MSIX_CONTROL     2
#define MSIX_TABLE       4
#define MSIX_PBA         8
#define MSIX_MASK_ALL    0x4000
#define MSIX_ENABLE      0x8000
#define MSIX_ENTRY       4      /* in words */

bool pci_present(uint16_t bdf)
{
    return hal_pci_read(bdf, PCI_VENDOR, 2) != 0xffff;
}

bool pci_find(uint16_t vendor, uint16_t device, unsigned n, uint16_t *bdf)
{
    unsigned at;

    for (at = 0; at < 0x10000; at++) {
        if (!pci_present(at)) {
            at |= at & 7 ? 0 : 7;
            continue;
        }
        if (hal_pci_read(at, PCI_VENDOR, 2) == vendor
            && hal_pci_read(at, PCI_DEVICE, 2) == device && n-- == 0) {
            *bdf = at;
            return true;
        }
        if (!(at & 7)
            && !(hal_pci_read(at, PCI_HEADER_TYPE, 1) & MULTI_FUNCTION)) {
            at |= 7;
        }
    }
    return false;
}

unsigned pci_capability(uint16_t bdf, uint8_t id)
{
    unsigned at, patience = 48;

    if (!(hal_pci_read(bdf, PCI_STATUS, 2) & HAS_CAPABILITIES)) {
        return 0;
    }
    at = hal_pci_read(bdf, PCI_CAPABILITIES, 1) & 0xfc;
    while (at && patience-- && hal_pci_read(bdf, at, 1) != id) {
        at = hal_pci_read(bdf, at + 1, 1) & 0xfc;
    }
    return patience == (unsigned)-1 ? 0 : at;
}

uint64_t pci_bar(uint16_t bdf, unsigned n)
{
    uint32_t low = hal_pci_read(bdf, PCI_BAR0 + 4 * n, 4);
    uint64_t high = 0;

    if (low & BAR_IO) {
        return 0;
    }
    if ((low & BAR_TYPE) == BAR_64) {
        high = hal_pci_read(bdf, PCI_BAR0 + 4 * n + 4, 4);
    }
    return high << 32 | (low & ~15u);
}

void pci_command(uint16_t bdf, uint16_t set, uint16_t clear)
{
    uint16_t command = hal_pci_read(bdf, PCI_COMMAND, 2);

    hal_pci_write(bdf, PCI_COMMAND, 2, (command | set) & ~clear);
}

bool pci_msi_set(uint16_t bdf, uint64_t address, uint16_t data)
{
    unsigned cap = pci_capability(bdf, PCI_CAP_MSI);
    bool wide;

    if (!cap) {
        return false;
    }
    wide = hal_pci_read(bdf, cap + MSI_CONTROL, 2) & MSI_64;
    hal_pci_write(bdf, cap + 4, 4, address);
    if (wide) {
        hal_pci_write(bdf, cap + 8, 4, address >> 32);
    }
    hal_pci_write(bdf, cap + (wide ? 12 : 8), 2, data);
    return true;
}

bool pci_msi_enable(uint16_t bdf, unsigned vectors)
{
    unsigned cap = pci_capability(bdf, PCI_CAP_MSI), control, log2 = 0;

    if (!cap) {
        return false;
    }
    while (vectors > 1u << log2) {
        log2++;
    }
    control = hal_pci_read(bdf, cap + MSI_CONTROL, 2)
        & ~(MSI_ENABLE | MSI_MULTIPLE);
    if (log2 > (control >> 1 & 7)) {
        return false;
    }
    hal_pci_write(bdf, cap + MSI_CONTROL, 2, control | log2 << 4
                  | (vectors ? MSI_ENABLE : 0));
    return true;
}

static volatile uint32_t *msix_area(uint16_t bdf, unsigned at, size_t size)
{
    uint32_t where = hal_pci_read(bdf, at, 4);
    uint64_t bar = pci_bar(bdf, where & 7);

    return bar ? hal_map(bar + (where & ~7u), size) : NULL;
}

bool pci_msix_open(uint16_t bdf, PciMsix *msix)
{
    unsigned cap = pci_capability(bdf, PCI_CAP_MSIX);

    if (!cap) {
        return false;
    }
    msix->bdf = bdf;
    msix->capability = cap;
    msix->vectors = (hal_pci_read(bdf, cap + MSIX_CONTROL, 2) & 0x7ff) + 1;
    msix->table = msix_area(bdf, cap + MSIX_TABLE, msix->vectors * 16);
    msix->pba = msix_area(bdf, cap + MSIX_PBA, (msix->vectors + 63) / 64 * 8);
    return msix->table && msix->pba;
}

void pci_msix_set(const PciMsix *msix, unsigned n, uint64_t address,
                  uint32_t data)
{
    volatile uint32_t *entry = msix->table + n * MSIX_ENTRY;

    entry[0] = address;
    entry[1] = address >> 32;
    entry[2] = data;
}

void pci_msix_mask(const PciMsix *msix, unsigned n, bool masked)
{
    msix->table[n * MSIX_ENTRY + 3] = masked;
}

bool pci_msix_pending(const PciMsix *msix, unsigned n)
{
    return msix->pba[n / 32] >> n % 32 & 1;
}

void pci_msix_enable(const PciMsix *msix, bool on, bool mask_all)
{
    unsigned at = msix->capability + MSIX_CONTROL;
    uint16_t control = hal_pci_read(msix->bdf, at, 2)
        & ~(MSIX_ENABLE | MSIX_MASK_ALL);

    hal_pci_write(msix->bdf, at, 2, control | (on ? MSIX_ENABLE : 0)
                  | (mask_all ? MSIX_MASK_ALL : 0));
}
