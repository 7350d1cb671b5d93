/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory below the block under test, as rig.c gives it to the block. */
#ifndef VIRELAY_VTD_TEST_RIG_MEMORY_H
#define VIRELAY_VTD_TEST_RIG_MEMORY_H

#include "block.h"

extern const VrHost rig_memory_host;

/* No memory, no refusals, no other CPU */
void rig_memory_clear(void);

#endif
