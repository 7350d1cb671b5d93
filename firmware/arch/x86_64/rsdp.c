/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a PC has its RSDP (ACPI Specification, 5.2.5.1 "Finding the RSDP on IA-PC
 * Systems"): on a 16-byte boundary in the first KiB of the EBDA or in the BIOS
 * area. Firmware without a BIOS area leaves it in memory that its map calls
 * ACPI's, which a multiboot loader passes on (Multiboot Specification, 3.3).
 */
#include "acpi.h"
#include "x86.h"

#define BOOT_MAGIC   0x2badb002
#define EBDA_SEGMENT 0x40e
#define BIOS_START   0xe0000
#define BIOS_END     0x100000

/* Multiboot information */
#define INFO_FLAGS      0
#define INFO_MMAP_SIZE  44
#define INFO_MMAP       48
#define INFO_HAS_MMAP   (1u << 6)
#define MEMORY_ACPI     3
#define MEMORY_ACPI_NVS 4

extern uint32_t boot_magic, boot_information;

static uint64_t search(uint64_t from, uint64_t to)
{
    for (uint64_t at = (from + 15) & ~15ull; at + 36 <= to; at += 16) {
        if (acpi_is_rsdp((const void *)at)) {
            return at;
        }
    }
    return 0;
}

static uint64_t search_memory_map(void)
{
    const char *info = (const char *)(uint64_t)boot_information, *at, *end;

    if (boot_magic != BOOT_MAGIC
        || !(*(const uint32_t *)(info + INFO_FLAGS) & INFO_HAS_MMAP)) {
        return 0;
    }
    at = (const char *)(uint64_t)*(const uint32_t *)(info + INFO_MMAP);
    end = at + *(const uint32_t *)(info + INFO_MMAP_SIZE);
    while (at + 24 <= end) {
        struct {
            uint32_t size;
            uint64_t base, length;
            uint32_t type;
        } __attribute__((packed)) range;
        uint64_t found = 0;

        memcpy(&range, at, sizeof(range));
        if ((range.type == MEMORY_ACPI || range.type == MEMORY_ACPI_NVS)
            && hal_map(range.base, range.length)) {
            found = search(range.base, range.base + range.length);
        }
        if (found) {
            return found;
        }
        at += range.size + 4;
    }
    return 0;
}

uint64_t hal_acpi_rsdp(void)
{
    const volatile uint16_t *segment = hal_map(EBDA_SEGMENT, 2);
    uint64_t ebda = (uint64_t)*segment << 4, found;

    found = ebda >= 0x80000 ? search(ebda, ebda + 1024) : 0;
    found = found ? found : search(BIOS_START, BIOS_END);
    return found ? found : search_memory_map();
}
