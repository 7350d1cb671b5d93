/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acpi.h"

typedef struct Rsdp {
    char signature[8];       /* "RSD PTR " */
    uint8_t checksum;        /* of the first 20 bytes */
    char oem_id[6];
    uint8_t revision;        /* 2 and later: the rest is there */
    uint32_t rsdt;
    uint32_t length;
    uint64_t xsdt;
    uint8_t extended_checksum, reserved[3];
} __attribute__((packed)) Rsdp;

#define RSDP_FIRST_PART 20

static uint8_t sum(const void *p, size_t n)
{
    const uint8_t *byte = p;
    uint8_t s = 0;

    while (n--) {
        s += *byte++;
    }
    return s;
}

bool acpi_is_rsdp(const void *p)
{
    return !memcmp(p, "RSD PTR ", 8) && sum(p, RSDP_FIRST_PART) == 0;
}

static const AcpiHeader *map_table(uint64_t address)
{
    const AcpiHeader *h = hal_map(address, sizeof(*h));

    return h ? hal_map(address, h->length) : NULL;
}

/* The root table and how wide its pointers are */
static const AcpiHeader *root_table(unsigned *width)
{
    static uint64_t address;
    const Rsdp *rsdp;

    if (!address) {
        address = hal_acpi_rsdp();
    }
    rsdp = address ? hal_map(address, sizeof(*rsdp)) : NULL;
    if (!rsdp) {
        return NULL;
    }
    *width = rsdp->revision >= 2 && rsdp->xsdt ? 8 : 4;
    return map_table(*width == 8 ? rsdp->xsdt : rsdp->rsdt);
}

static bool is_table(const AcpiHeader *h, const char signature[4])
{
    return h && !memcmp(h->signature, signature, 4)
        && h->length >= sizeof(*h) && sum(h, h->length) == 0;
}

const AcpiHeader *acpi_table(const char signature[4], unsigned n)
{
    unsigned width, at;
    const AcpiHeader *root = root_table(&width);

    for (at = sizeof(*root); root && at + width <= root->length;
         at += width) {
        uint64_t address = 0;
        const AcpiHeader *h;

        memcpy(&address, (const char *)root + at, width);
        h = map_table(address);
        if (is_table(h, signature) && n-- == 0) {
            return h;
        }
    }
    return NULL;
}

const uint8_t *acpi_entry(const AcpiHeader *table, unsigned first,
                          const uint8_t *at)
{
    const uint8_t *end = (const uint8_t *)table + table->length;
    const uint8_t *next = at ? at + at[1] : (const uint8_t *)table + first;

    if (end - next < 2 || next[1] < 2 || next[1] > end - next) {
        return NULL;
    }
    return next;
}
