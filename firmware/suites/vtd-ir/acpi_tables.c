/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ACPI says of the unit, and the machine's clocks */
#include "ioapic.h"
#include "pmtimer.h"
#include "vtd.h"

FW_CASE(acpi_dmar, "vtd.acpi.dmar", "VT-d 8.1 DMA Remapping Reporting Structure",
        "The table offers interrupt remapping and does not forbid x2APIC mode")
{
    uint8_t flags = 0, width = 0;

    FW_REQUIRE(dmar_flags(&flags, &width), "no DMAR");
    FW_CHECK(flags & DMAR_INTR_REMAP, "flags are 0x%x", flags);
    if (vtd.ecap & ECAP_EIM) {
        FW_CHECK(!(flags & DMAR_X2APIC_OPT_OUT), "flags are 0x%x", flags);
    }
    FW_CHECK(width >= 32 && width <= 64, "host address width %u", width);
}

/* An I/O APIC in the scope of any unit */
static bool in_a_scope(const IoApic *io)
{
    DmarUnit unit;
    DmarScope scope;

    for (unsigned n = 0; dmar_unit(n, &unit); n++) {
        if (dmar_find_scope(&unit, DMAR_SCOPE_IOAPIC, io->id, &scope)) {
            return true;
        }
    }
    return false;
}

FW_CASE(acpi_ioapic_scope, "vtd.acpi.ioapic-scope",
        "VT-d 8.3.1 Device Scope Structure",
        "Each I/O APIC is in the scope of a unit")
{
    IoApic io;
    unsigned n;

    for (n = 0; ioapic_find(n, &io); n++) {
        FW_CHECK(in_a_scope(&io), "I/O APIC %u is in no scope", io.id);
    }
    FW_CHECK(n > 0, "the MADT has no I/O APIC");
}

FW_CASE(acpi_device_scope, "vtd.acpi.device-scope",
        "VT-d 8.3.1 Device Scope Structure",
        "The device that fires interrupts is in the unit's scope")
{
    NEED_DEVICE();
    FW_CHECK(dmar_covers(&vtd.dmar, device_id()), "source-id 0x%x",
             device_id());
}

/* Microseconds of 2,000 by our clock, by the other one */
static uint64_t measure(void)
{
    uint32_t start = pm_timer_read();

    hal_delay_us(2000);
    return ((pm_timer_read() - start) & 0xffffff) * 1000000ull / PM_TIMER_HZ;
}

FW_CASE(acpi_clocks, "vtd.acpi.clocks",
        "ACPI 4.8.3.3 Power Management Timer",
        "The clock that the cases wait by is right, by another one")
{
    uint64_t least = ~0ull;

    if (!pm_timer_found()) {
        FW_SKIP("no power management timer");
    }
    /* An emulator may stand still between two readings, but not each time. */
    for (int i = 0; i < 100 && least > 2500; i++) {
        uint64_t us = measure();

        least = us < least ? us : least;
    }
    FW_CHECK(least > 1500 && least <= 2500, "2000 us are %lu us", least);
}
