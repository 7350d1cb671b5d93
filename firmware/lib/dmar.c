/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acpi.h"
#include "dmar.h"
#include "pci.h"

/* Offsets in the table, in a unit's structure, and in a scope */
#define TABLE_WIDTH 36
#define TABLE_FLAGS 37
#define TABLE_FIRST 48
#define UNIT_TYPE   0
#define UNIT_FLAGS  4
#define UNIT_SEGMENT 6
#define UNIT_BASE   8
#define UNIT_SCOPES 16
#define SCOPE_LENGTH 1
#define SCOPE_ID    4
#define SCOPE_BUS   5
#define SCOPE_PATH  6

static const uint8_t *table(void)
{
    return (const uint8_t *)acpi_table("DMAR", 0);
}

static unsigned word(const uint8_t *p)
{
    return p[0] | p[1] << 8;
}

bool dmar_flags(uint8_t *flags, uint8_t *address_width)
{
    const uint8_t *t = table();

    if (t) {
        *flags = t[TABLE_FLAGS];
        *address_width = t[TABLE_WIDTH] + 1;
    }
    return t;
}

bool dmar_unit(unsigned n, DmarUnit *unit)
{
    const uint8_t *t = table(), *s, *end;

    if (!t) {
        return false;
    }
    end = t + ((const AcpiHeader *)t)->length;
    for (s = t + TABLE_FIRST; end - s >= 4 && word(s + 2) >= 4
         && word(s + 2) <= end - s; s += word(s + 2)) {
        if (word(s + UNIT_TYPE) == 0 && word(s + 2) >= UNIT_SCOPES
            && n-- == 0) {
            memcpy(&unit->base, s + UNIT_BASE, 8);
            unit->segment = word(s + UNIT_SEGMENT);
            unit->flags = s[UNIT_FLAGS];
            unit->structure = s;
            return true;
        }
    }
    return false;
}

/* Down the path: each bridge's secondary bus is the next element's bus. */
static uint16_t path_end(const uint8_t *s)
{
    unsigned bus = s[SCOPE_BUS], at = SCOPE_PATH;

    for (;; at += 2) {
        uint16_t bdf = bus << 8 | (s[at] & 31) << 3 | (s[at + 1] & 7);

        if (at + 4 > s[SCOPE_LENGTH]) {
            return bdf;
        }
        bus = hal_pci_read(bdf, PCI_SECONDARY_BUS, 1);
    }
}

bool dmar_scope(const DmarUnit *unit, unsigned n, DmarScope *scope)
{
    const uint8_t *end = unit->structure + word(unit->structure + 2), *s;

    for (s = unit->structure + UNIT_SCOPES; end - s >= SCOPE_PATH + 2
         && s[SCOPE_LENGTH] >= SCOPE_PATH + 2 && s[SCOPE_LENGTH] <= end - s;
         s += s[SCOPE_LENGTH]) {
        if (n-- == 0) {
            *scope = (DmarScope) {
                .type = s[0], .enumeration_id = s[SCOPE_ID],
                .source_id = path_end(s),
            };
            return true;
        }
    }
    return false;
}

bool dmar_find_scope(const DmarUnit *unit, uint8_t type, int enumeration_id,
                     DmarScope *scope)
{
    unsigned n;

    for (n = 0; dmar_scope(unit, n, scope); n++) {
        if (scope->type == type && (enumeration_id < 0
            || scope->enumeration_id == enumeration_id)) {
            return true;
        }
    }
    return false;
}

/* Below a bridge that is in the scope */
static bool below(uint16_t bridge, uint16_t source_id)
{
    unsigned bus = source_id >> 8;

    return bus >= hal_pci_read(bridge, PCI_SECONDARY_BUS, 1)
        && bus <= hal_pci_read(bridge, PCI_SUBORDINATE_BUS, 1);
}

bool dmar_covers(const DmarUnit *unit, uint16_t source_id)
{
    DmarScope s;
    unsigned n;

    if (unit->flags & DRHD_INCLUDE_PCI_ALL) {
        return true;
    }
    for (n = 0; dmar_scope(unit, n, &s); n++) {
        if ((s.type == DMAR_SCOPE_ENDPOINT && s.source_id == source_id)
            || (s.type == DMAR_SCOPE_BRIDGE && below(s.source_id,
                                                     source_id))) {
            return true;
        }
    }
    return false;
}
