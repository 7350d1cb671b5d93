/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols of a kernel: from its vmlinux, or from its System.map; and source
 * lines, where a vmlinux has DWARF.
 */
#ifndef VIRELAY_CLI_SYMBOLS_H
#define VIRELAY_CLI_SYMBOLS_H

#include <glib.h>

#include "block.h"

typedef struct VrSymbols VrSymbols;

/* An ELF file or a System.map, told apart by what is in it. NULL with *err. */
VrSymbols *vr_symbols_load(const char *path, VrError *err);
void vr_symbols_free(VrSymbols *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VrSymbols, vr_symbols_free)

/*
 * Where to find those of an image: IMAGE.vmlinux, IMAGE.map, or vmlinux or
 * System.map in its folder, or three folders above it, as in a kernel's tree. To free; NULL with
 * *err.
 */
char *vr_symbols_beside(const char *image, VrError *err);

/* The address of a function; false: there is none of that name. */
bool vr_symbols_find(const VrSymbols *s, const char *name, uint64_t *address);
/* The name of the one with this index, in the order of addresses; or NULL. */
const char *vr_symbols_name(const VrSymbols *s, size_t index);
/* "name+0x12", or a number; to free. */
char *vr_symbols_at(const VrSymbols *s, uint64_t address);
/* As vr_dwarf_line() and vr_dwarf_inlined_at() of dwarf_names.h; to free. NULL:
 * not known. */
char *vr_symbols_line(const VrSymbols *s, uint64_t address);
char *vr_symbols_inlined_at(const VrSymbols *s, uint64_t address);
/*
 * The function into which one of this name is inlined, by DWARF; to free. NULL:
 * none, or it is not known.
 */
char *vr_symbols_inlined(const VrSymbols *s, const char *name);

#endif
