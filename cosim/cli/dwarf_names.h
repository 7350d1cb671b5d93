/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Three questions to DWARF. */
#ifndef VIRELAY_CLI_DWARF_NAMES_H
#define VIRELAY_CLI_DWARF_NAMES_H

#include <elfutils/libdw.h>
#include <stdint.h>

/*
 * "file.c:12", to free; NULL: not known. The file is named from the folder of
 * the compilation, or from the root.
 */
char *vr_dwarf_line(Dwarf *dwarf, uint64_t address);
/*
 * How the code there came into its function: "g inlined at file.c:12, h inlined
 * at other.c:3", from the innermost outwards; to free. NULL: it is its own, or
 * that is not known.
 */
char *vr_dwarf_inlined_at(Dwarf *dwarf, uint64_t address);
/* A function into which @name is inlined, to free; NULL: none. */
char *vr_dwarf_inlined(Dwarf *dwarf, const char *name);

#endif
