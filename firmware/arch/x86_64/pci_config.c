/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration space: through memory where ACPI's MCFG says so (PCI Express
 * Base Specification, 7.2.2 "Enhanced Configuration Access Mechanism"), else by
 * ports CF8h and CFCh (PCI Local Bus Specification 3.0, 3.2.2.3.2).
 */
#include "acpi.h"
#include "x86.h"

#define MCFG_FIRST 44
#define ADDRESS_PORT 0xcf8
#define DATA_PORT    0xcfc

typedef struct McfgEntry {
    uint64_t base;
    uint16_t segment;
    uint8_t first_bus, last_bus;
    uint32_t reserved;
} __attribute__((packed)) McfgEntry;

static McfgEntry ecam;

static void find_ecam(void)
{
    const AcpiHeader *mcfg = acpi_table("MCFG", 0);
    unsigned at;

    for (at = MCFG_FIRST; mcfg && at + sizeof(ecam) <= mcfg->length;
         at += sizeof(ecam)) {
        memcpy(&ecam, (const char *)mcfg + at, sizeof(ecam));
        if (ecam.segment == 0) {
            return;
        }
    }
    ecam.base = 0;
}

static volatile void *in_memory(uint16_t bdf, unsigned offset)
{
    static bool looked;

    if (!looked) {
        looked = true;
        find_ecam();
    }
    if (!ecam.base || bdf >> 8 < ecam.first_bus || bdf >> 8 > ecam.last_bus) {
        return NULL;
    }
    return hal_map(ecam.base + ((uint64_t)bdf << 12) + offset, 4);
}

static uint16_t by_port(uint16_t bdf, unsigned offset)
{
    outl(ADDRESS_PORT, 0x80000000 | bdf << 8 | (offset & 0xfc));
    return DATA_PORT + (offset & 3);
}

uint32_t hal_pci_read(uint16_t bdf, unsigned offset, unsigned size)
{
    volatile void *p = in_memory(bdf, offset);
    uint16_t port = 0;

    if (!p) {
        if (offset >= 256) {
            return ~0u;
        }
        port = by_port(bdf, offset);
    }
    switch (size) {
    case 1:
        return p ? *(volatile uint8_t *)p : inb(port);
    case 2:
        return p ? *(volatile uint16_t *)p : inw(port);
    default:
        return p ? *(volatile uint32_t *)p : inl(port);
    }
}

static void write_memory(volatile void *p, unsigned size, uint32_t v)
{
    switch (size) {
    case 1:
        *(volatile uint8_t *)p = v;
        break;
    case 2:
        *(volatile uint16_t *)p = v;
        break;
    default:
        *(volatile uint32_t *)p = v;
    }
}

static void write_port(uint16_t port, unsigned size, uint32_t v)
{
    switch (size) {
    case 1:
        outb(port, v);
        break;
    case 2:
        outw(port, v);
        break;
    default:
        outl(port, v);
    }
}

void hal_pci_write(uint16_t bdf, unsigned offset, unsigned size, uint32_t v)
{
    volatile void *p = in_memory(bdf, offset);

    if (p) {
        write_memory(p, size, v);
    } else if (offset < 256) {
        write_port(by_port(bdf, offset), size, v);
    }
}
