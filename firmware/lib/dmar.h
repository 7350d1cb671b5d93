/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DMAR table: VT-d specification, ch. 8 "BIOS Considerations", 8.1 "DMA
 * Remapping Reporting Structure" and 8.3 "DMA Remapping Hardware Unit
 * Definition Structure".
 */
#ifndef FW_DMAR_H
#define FW_DMAR_H

#include "fw.h"

#define DMAR_INTR_REMAP     0x1   /* of dmar_flags() */
#define DMAR_X2APIC_OPT_OUT 0x2

#define DRHD_INCLUDE_PCI_ALL 0x1  /* of DmarUnit.flags */

enum {
    DMAR_SCOPE_ENDPOINT = 1, DMAR_SCOPE_BRIDGE = 2, DMAR_SCOPE_IOAPIC = 3,
    DMAR_SCOPE_HPET = 4,
};

typedef struct DmarUnit {
    uint64_t base;           /* of its registers */
    uint16_t segment;
    uint8_t flags;
    const uint8_t *structure;
} DmarUnit;

typedef struct DmarScope {
    uint8_t type;
    uint8_t enumeration_id;  /* I/O APIC: its APIC id; HPET: its number */
    uint16_t source_id;      /* of the device at the end of the path */
} DmarScope;

/* False: there is no DMAR table. */
bool dmar_flags(uint8_t *flags, uint8_t *address_width);
/* The n-th unit, scope; false: there are fewer. */
bool dmar_unit(unsigned n, DmarUnit *unit);
bool dmar_scope(const DmarUnit *unit, unsigned n, DmarScope *scope);
/* The first scope of a type, with this enumeration id unless it is negative */
bool dmar_find_scope(const DmarUnit *unit, uint8_t type, int enumeration_id,
                     DmarScope *scope);
/* Is a PCI function in the unit's scope? */
bool dmar_covers(const DmarUnit *unit, uint16_t source_id);

#endif
