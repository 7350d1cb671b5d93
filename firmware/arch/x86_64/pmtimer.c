/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acpi.h"
#include "pmtimer.h"
#include "x86.h"

#define FADT_PM_TIMER 76     /* port, 4 bytes */
#define COUNTER_MASK  0xffffff

static uint16_t timer_port(void)
{
    static bool looked;
    static uint32_t port;

    if (!looked) {
        const AcpiHeader *fadt = acpi_table("FACP", 0);

        looked = true;
        if (fadt && fadt->length >= FADT_PM_TIMER + 4) {
            memcpy(&port, (const char *)fadt + FADT_PM_TIMER, 4);
        }
    }
    return port;
}

bool pm_timer_found(void)
{
    return timer_port();
}

uint32_t pm_timer_read(void)
{
    return inl(timer_port()) & COUNTER_MASK;
}
