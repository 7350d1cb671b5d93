/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fewer stimuli that still end in the same kind of mismatch: removes ever
 * smaller runs of stimuli as long as lockstep still finds one between the same
 * effects, or in the same register.
 */
#ifndef VIRELAY_MINIMISE_H
#define VIRELAY_MINIMISE_H

#include "cli.h"

/*
 * @stimuli: GArray of VrEvent that ends in a mismatch on the lockstep
 * @backend; shortened in place. Effort is bounded by a number of stimuli, not
 * by time, so that the outcome is the same on every machine.
 */
void vr_minimise(const VrBlockType *type, const char *backend,
                 const VrVariant *variant, GArray *stimuli);

#endif
