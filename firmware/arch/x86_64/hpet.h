/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The HPET, found through ACPI (IA-PC HPET Specification 1.0a) */
#ifndef FW_HPET_H
#define FW_HPET_H

#include "fw.h"

typedef struct Hpet {
    volatile uint64_t *registers;
    uint8_t number;          /* as the DMAR's enumeration id */
    unsigned timers;
} Hpet;

bool hpet_find(Hpet *hpet);
/* Can a timer send its interrupt as a message (2.3.9.2.3 "FSB mapping")? */
bool hpet_can_message(const Hpet *hpet, unsigned timer);
/* One such interrupt after `us` microseconds */
void hpet_message_after(const Hpet *hpet, unsigned timer, uint32_t address,
                        uint32_t data, unsigned us);
void hpet_stop(const Hpet *hpet);

#endif
