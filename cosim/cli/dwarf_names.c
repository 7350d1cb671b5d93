/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dwarf_names.h"

#include <dwarf.h>
#include <glib.h>
#include <string.h>

char *vr_dwarf_line(Dwarf *dwarf, uint64_t address)
{
    Dwarf_Die cu;
    Dwarf_Line *line;
    const char *file;
    int number;

    if (!dwarf_addrdie(dwarf, address, &cu) ||
        !(line = dwarf_getsrc_die(&cu, address)) ||
        !(file = dwarf_linesrc(line, NULL, NULL)) ||
        dwarf_lineno(line, &number) != 0) {
        return NULL;
    }
    return g_strdup_printf("%s:%d", file, number);
}

static bool is_inlined(Dwarf_Die *die, const char *name)
{
    Dwarf_Attribute attribute;
    Dwarf_Die origin;
    const char *called;

    return dwarf_tag(die) == DW_TAG_inlined_subroutine &&
           dwarf_attr(die, DW_AT_abstract_origin, &attribute) &&
           dwarf_formref_die(&attribute, &origin) &&
           (called = dwarf_diename(&origin)) && strcmp(called, name) == 0;
}

static bool has_inlined(Dwarf_Die *parent, const char *name)
{
    Dwarf_Die child;

    if (dwarf_child(parent, &child) != 0) {
        return false;
    }
    do {
        if (is_inlined(&child, name) || has_inlined(&child, name)) {
            return true;
        }
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
}

static char *search_unit(Dwarf_Die *unit, const char *name)
{
    Dwarf_Die child;

    if (dwarf_child(unit, &child) != 0) {
        return NULL;
    }
    do {
        if (dwarf_tag(&child) == DW_TAG_subprogram &&
            dwarf_diename(&child) && has_inlined(&child, name)) {
            return g_strdup(dwarf_diename(&child));
        }
    } while (dwarf_siblingof(&child, &child) == 0);
    return NULL;
}

char *vr_dwarf_inlined(Dwarf *dwarf, const char *name)
{
    Dwarf_Off offset = 0, next;
    size_t header;

    while (dwarf_nextcu(dwarf, offset, &next, &header, NULL, NULL, NULL) == 0) {
        Dwarf_Die unit;
        char *found;

        if (dwarf_offdie(dwarf, offset + header, &unit) &&
            (found = search_unit(&unit, name))) {
            return found;
        }
        offset = next;
    }
    return NULL;
}
