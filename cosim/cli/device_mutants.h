/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device mutants: RTL that is broken on purpose, which a machine has to notice.
 * rtl-models/mutants.ini lists them; a group is a mutant:
 *
 *   [vtd-ir-on-not-set]      its patch is mutants/vtd-ir-on-not-set.patch
 *   kernel = x86-posted-msi  that it runs, of the catalogue
 *   description = one line
 *   variant = delay=1000     of the block; may be missing
 *   caught-by = check;...    what has to fail
 *   expect-fail = check;...  what may fail, too
 *
 * Each comes as a VrKernel of its own, so that it is run and judged like one.
 */
#ifndef VIRELAY_CLI_DEVICE_MUTANTS_H
#define VIRELAY_CLI_DEVICE_MUTANTS_H

#include "catalogue.h"

/*
 * Those that @list names ("all", or names with commas), for one architecture
 * (all, for NULL). An array of VrKernel that frees them; NULL with *err.
 */
GPtrArray *vr_device_mutants(const VrCatalogue *catalogue, const char *list,
                             const char *arch, VrError *err);
#endif
