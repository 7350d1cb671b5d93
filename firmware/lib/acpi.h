/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ACPI tables (ACPI Specification, ch. 5 "ACPI Software Programming Model").
 * The pointers stay valid; the tables are the machine's own memory.
 */
#ifndef FW_ACPI_H
#define FW_ACPI_H

#include "fw.h"

typedef struct AcpiHeader {
    char signature[4];
    uint32_t length;         /* of the whole table, bytes */
    uint8_t revision, checksum;
    char oem_id[6], oem_table_id[8];
    uint32_t oem_revision, creator_id, creator_revision;
} __attribute__((packed)) AcpiHeader;

/*
 * The n-th table (from 0) with this signature, of those that the XSDT, or the
 * RSDT without one, lists and whose checksum is right; NULL: there is none.
 */
const AcpiHeader *acpi_table(const char signature[4], unsigned n);

/* Does p look like an RSDP? For the architecture's search. */
bool acpi_is_rsdp(const void *p);

/* Structures with a type and a length of one byte each, as in the MADT: the
 * next one after `at` (NULL: the first, at `first` bytes into the table) */
const uint8_t *acpi_entry(const AcpiHeader *table, unsigned first,
                          const uint8_t *at);

#endif
