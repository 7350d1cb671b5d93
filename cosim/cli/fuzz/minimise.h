/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fewer items that still end in the same kind of mismatch: removes ever
 * smaller runs of items as long as lockstep still finds one between the same
 * effects, or in the same register. What CPUs do to memory is an item like a
 * stimulus, see rig.h.
 */
#ifndef VIRELAY_MINIMISE_H
#define VIRELAY_MINIMISE_H

#include "rig.h"

/*
 * @items: GArray of VrEvent that ends in a mismatch of the run on a lockstep;
 * shortened in place. Effort is bounded by a number of items, not by time, so
 * that the outcome is the same on every machine.
 */
void vr_minimise(const VrFuzzRun *run, GArray *items);

#endif
