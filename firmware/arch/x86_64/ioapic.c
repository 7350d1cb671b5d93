/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acpi.h"
#include "ioapic.h"
#include "x86.h"

#define MADT_FIRST    44
#define MADT_IOAPIC   1
#define MADT_OVERRIDE 2

#define REG_SELECT 0     /* in words */
#define REG_WINDOW 4
#define REG_VERSION 1
#define REG_RTE(pin) (0x10 + 2 * (pin))

#define PIT_CHANNEL0 0x40
#define PIT_CONTROL  0x43
#define PIT_HZ       1193182ull

bool ioapic_find(unsigned n, IoApic *io)
{
    const AcpiHeader *madt = acpi_table("APIC", 0);
    const uint8_t *e = madt ? acpi_entry(madt, MADT_FIRST, NULL) : NULL;
    uint32_t address;

    for (; e; e = acpi_entry(madt, MADT_FIRST, e)) {
        if (e[0] == MADT_IOAPIC && e[1] >= 12 && n-- == 0) {
            memcpy(&address, e + 4, 4);
            memcpy(&io->gsi_base, e + 8, 4);
            io->id = e[2];
            io->registers = hal_map(address, 0x20);
            return io->registers;
        }
    }
    return false;
}

/* The global system interrupt of an ISA IRQ */
static uint32_t isa_gsi(unsigned irq)
{
    const AcpiHeader *madt = acpi_table("APIC", 0);
    const uint8_t *e = madt ? acpi_entry(madt, MADT_FIRST, NULL) : NULL;
    uint32_t gsi = irq;

    for (; e; e = acpi_entry(madt, MADT_FIRST, e)) {
        if (e[0] == MADT_OVERRIDE && e[1] >= 10 && e[3] == irq) {
            memcpy(&gsi, e + 4, 4);
        }
    }
    return gsi;
}

static uint32_t read_register(const IoApic *io, unsigned number)
{
    io->registers[REG_SELECT] = number;
    return io->registers[REG_WINDOW];
}

static void write_register(const IoApic *io, unsigned number, uint32_t v)
{
    io->registers[REG_SELECT] = number;
    io->registers[REG_WINDOW] = v;
}

unsigned ioapic_pins(const IoApic *io)
{
    return (read_register(io, REG_VERSION) >> 16 & 0xff) + 1;
}

bool ioapic_of_isa(unsigned irq, IoApic *io, unsigned *pin)
{
    uint32_t gsi = isa_gsi(irq);
    unsigned n;

    for (n = 0; ioapic_find(n, io); n++) {
        if (gsi >= io->gsi_base && gsi - io->gsi_base < ioapic_pins(io)) {
            *pin = gsi - io->gsi_base;
            return true;
        }
    }
    return false;
}

uint64_t ioapic_rte(const IoApic *io, unsigned pin)
{
    uint64_t low = read_register(io, REG_RTE(pin));

    return low | (uint64_t)read_register(io, REG_RTE(pin) + 1) << 32;
}

void ioapic_set_rte(const IoApic *io, unsigned pin, uint64_t rte)
{
    write_register(io, REG_RTE(pin), IOAPIC_RTE_MASKED);
    write_register(io, REG_RTE(pin) + 1, rte >> 32);
    write_register(io, REG_RTE(pin), rte);
}

void ioapic_mask_all(void)
{
    IoApic io;

    for (unsigned n = 0; ioapic_find(n, &io); n++) {
        for (unsigned pin = 0; pin < ioapic_pins(&io); pin++) {
            ioapic_set_rte(&io, pin, IOAPIC_RTE_MASKED);
        }
    }
}

/* Mode 0: the line is low from here until the count has run down. */
static void load_count(unsigned count)
{
    outb(PIT_CONTROL, 0x30);
    outb(PIT_CHANNEL0, count & 0xff);
    outb(PIT_CHANNEL0, count >> 8);
}

void pit_line_low(void)
{
    load_count(0xffff);
}

void pit_fire_after(unsigned us)
{
    load_count(us * PIT_HZ / 1000000 + 1);
}
