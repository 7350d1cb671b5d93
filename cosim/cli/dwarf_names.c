/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dwarf_names.h"

#include <dwarf.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* --- lines --- */

/*
 * A file as it is called in its tree: compilers name it from the folder in
 * which they ran, through others.
 */
static char *tidy(const char *path, Dwarf_Die *unit)
{
    Dwarf_Attribute attribute;
    const char *folder =
        dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
    g_autofree char *top = g_canonicalize_filename(folder ? folder : "/", "/");
    g_autofree char *file = g_canonicalize_filename(path, "/");
    size_t len = strlen(top);

    if (len > 1 && strncmp(file, top, len) == 0 && file[len] == '/') {
        return g_strdup(file + len + 1);
    }
    return g_strdup(g_path_is_absolute(path) ? file : file + 1);
}

char *vr_dwarf_line(Dwarf *dwarf, uint64_t address)
{
    g_autofree char *name = NULL;
    Dwarf_Die unit;
    Dwarf_Line *line;
    const char *file;
    int number;

    if (!dwarf_addrdie(dwarf, address, &unit) ||
        !(line = dwarf_getsrc_die(&unit, address)) ||
        !(file = dwarf_linesrc(line, NULL, NULL)) ||
        dwarf_lineno(line, &number) != 0) {
        return NULL;
    }
    name = tidy(file, &unit);
    return g_strdup_printf("%s:%d", name, number);
}

/* --- what is inlined where --- */

static bool number_of(Dwarf_Die *die, unsigned name, Dwarf_Word *value)
{
    Dwarf_Attribute attribute;

    return dwarf_formudata(dwarf_attr(die, name, &attribute), value) == 0;
}

static void add_call(GString *text, Dwarf_Die *die, Dwarf_Die *unit)
{
    Dwarf_Files *files;
    Dwarf_Word file, line;
    size_t count;
    const char *path, *function = dwarf_diename(die);
    g_autofree char *name = NULL;

    if (function && number_of(die, DW_AT_call_file, &file) &&
        number_of(die, DW_AT_call_line, &line) &&
        dwarf_getsrcfiles(unit, &files, &count) == 0 &&
        (path = dwarf_filesrc(files, file, NULL, NULL))) {
        name = tidy(path, unit);
        g_string_append_printf(text, "%s%s inlined at %s:%u",
                               text->len ? ", " : "", function, name,
                               (unsigned)line);
    }
}

/* The innermost one that contains the address: a function, or its copy. */
static bool function_at(Dwarf_Die *unit, uint64_t address, Dwarf_Die *function)
{
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes(unit, address, &scopes);
    bool found = false;

    for (int i = 0; i < count && !found; i++) {
        int tag = dwarf_tag(&scopes[i]);

        found = tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram;
        if (found) {
            *function = scopes[i];
        }
    }
    free(scopes);
    return found;
}

char *vr_dwarf_inlined_at(Dwarf *dwarf, uint64_t address)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Dwarf_Die unit, function, *around = NULL;
    int count;

    if (!dwarf_addrdie(dwarf, address, &unit) ||
        !function_at(&unit, address, &function)) {
        return NULL;
    }
    count = dwarf_getscopes_die(&function, &around);
    for (int i = 0; i < count; i++) {
        if (dwarf_tag(&around[i]) == DW_TAG_inlined_subroutine) {
            add_call(text, &around[i], &unit);
        }
    }
    free(around);
    return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
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
