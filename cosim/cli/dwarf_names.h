/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two questions to DWARF. */
#ifndef VIRELAY_CLI_DWARF_NAMES_H
#define VIRELAY_CLI_DWARF_NAMES_H

#include <elfutils/libdw.h>
#include <stdint.h>

/* "file.c:12", to free; NULL: not known. */
char *vr_dwarf_line(Dwarf *dwarf, uint64_t address);
/* A function into which @name is inlined, to free; NULL: none. */
char *vr_dwarf_inlined(Dwarf *dwarf, const char *name);

#endif
