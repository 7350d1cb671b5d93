/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random stimuli over a random table, queue and descriptors. */
#ifndef VIRELAY_VTD_TEST_RANDOM_H
#define VIRELAY_VTD_TEST_RANDOM_H

#include <stdint.h>

extern uint64_t random_now; /* the last TIME */

void random_seed(uint32_t value);
uint32_t random_below(uint32_t n);
/* Entries 0 to 31, descriptors, a queue of 256 descriptors */
void random_memory(uint32_t seed);
void random_stimulus(void);

#endif
