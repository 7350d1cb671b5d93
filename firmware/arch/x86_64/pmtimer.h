/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The power management timer (ACPI Specification, 4.8.3.3): a second clock */
#ifndef FW_PMTIMER_H
#define FW_PMTIMER_H

#include "fw.h"

#define PM_TIMER_HZ 3579545ull

/* False: the machine has none. */
bool pm_timer_found(void);
/* It counts at PM_TIMER_HZ, modulo 2^24. */
uint32_t pm_timer_read(void);

#endif
