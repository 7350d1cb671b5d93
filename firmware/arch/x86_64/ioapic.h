/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * I/O APICs, found through ACPI's MADT (ACPI Specification, 5.2.12; Intel
 * 82093AA datasheet), and sources of interrupts on their pins.
 */
#ifndef FW_IOAPIC_H
#define FW_IOAPIC_H

#include "fw.h"

#define IOAPIC_RTE_LOW     (1ull << 13)  /* active low */
#define IOAPIC_RTE_IRR     (1ull << 14)  /* Remote IRR, read only */
#define IOAPIC_RTE_LEVEL   (1ull << 15)
#define IOAPIC_RTE_MASKED  (1ull << 16)

typedef struct IoApic {
    uint8_t id;              /* as the DMAR's enumeration id */
    uint32_t gsi_base;
    volatile uint32_t *registers;
} IoApic;

/* The n-th one */
bool ioapic_find(unsigned n, IoApic *io);
/* The one, and its pin, that an ISA IRQ arrives at */
bool ioapic_of_isa(unsigned irq, IoApic *io, unsigned *pin);
unsigned ioapic_pins(const IoApic *io);
uint64_t ioapic_rte(const IoApic *io, unsigned pin);
void ioapic_set_rte(const IoApic *io, unsigned pin, uint64_t rte);
void ioapic_mask_all(void);

/* The 8254's channel 0 on ISA IRQ 0, mode 0: the line goes low now and high
 * when `us` microseconds (at most 50,000) have passed, and stays so. */
void pit_fire_after(unsigned us);
/* The line goes low, and stays so for 54 milliseconds. */
void pit_line_low(void);

#endif
