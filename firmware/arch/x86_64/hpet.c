/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acpi.h"
#include "hpet.h"

#define TABLE_BASE   44      /* bytes into the table */
#define TABLE_NUMBER 52

/* Registers, in 64-bit words */
#define REG_CAPABILITIES  0
#define REG_CONFIGURATION 2
#define REG_COUNTER       30
#define REG_TIMER(n)      (32 + 4 * (n))
#define REG_COMPARATOR(n) (33 + 4 * (n))
#define REG_MESSAGE(n)    (34 + 4 * (n))

#define ENABLE            (1ull << 0)
#define TIMER_INTERRUPT   (1ull << 2)
#define TIMER_MESSAGE     (1ull << 14)
#define TIMER_CAN_MESSAGE (1ull << 15)
#define FEMTOSECONDS_PER_US 1000000000ull

bool hpet_find(Hpet *hpet)
{
    const AcpiHeader *table = acpi_table("HPET", 0);
    uint64_t base;

    if (!table || table->length < TABLE_NUMBER + 1) {
        return false;
    }
    memcpy(&base, (const char *)table + TABLE_BASE, 8);
    hpet->number = ((const uint8_t *)table)[TABLE_NUMBER];
    hpet->registers = hal_map(base, 1024);
    if (hpet->registers) {
        hpet->timers = (hpet->registers[REG_CAPABILITIES] >> 8 & 31) + 1;
    }
    return hpet->registers;
}

bool hpet_can_message(const Hpet *hpet, unsigned timer)
{
    return hpet->registers[REG_TIMER(timer)] & TIMER_CAN_MESSAGE;
}

void hpet_message_after(const Hpet *hpet, unsigned timer, uint32_t address,
                        uint32_t data, unsigned us)
{
    volatile uint64_t *r = hpet->registers;
    uint64_t period = r[REG_CAPABILITIES] >> 32;

    r[REG_TIMER(timer)] = 0;
    r[REG_MESSAGE(timer)] = (uint64_t)address << 32 | data;
    r[REG_CONFIGURATION] |= ENABLE;
    r[REG_COMPARATOR(timer)] = r[REG_COUNTER]
        + us * FEMTOSECONDS_PER_US / period;
    r[REG_TIMER(timer)] = TIMER_INTERRUPT | TIMER_MESSAGE;
}

void hpet_stop(const Hpet *hpet)
{
    hpet->registers[REG_CONFIGURATION] &= ~ENABLE;
    for (unsigned n = 0; n < hpet->timers; n++) {
        hpet->registers[REG_TIMER(n)] = 0;
    }
}
