/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/interrupts and /proc/irq: what the kernel says of its interrupts. */
#ifndef VR_AGENT_X86_INTERRUPTS_H
#define VR_AGENT_X86_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#define VR_MAX_CPUS 16

typedef struct VrInterrupt {
    int irq; /* Linux's number, or -1 for a row with a name ("PMN") */
    uint64_t count[VR_MAX_CPUS];
    uint64_t sum;
} VrInterrupt;

/* The row whose label is @label ("PMN"); false: there is none. */
bool vr_interrupt_row(const char *label, VrInterrupt *row);
/* The first row that contains this text ("vfio-msix[0](0000:00:03.0)"). */
bool vr_interrupt_named(const char *text, VrInterrupt *row);
/* The sum over all rows that contain this text. */
uint64_t vr_interrupts_sum(const char *text);

/* Puts the rows that contain this text on the console, as they are. */
void vr_interrupts_show(const char *text);

/*
 * Moves an interrupt to one CPU. False: errno; EBUSY while the kernel has not
 * yet cleaned up after the move before.
 */
bool vr_interrupt_move(int irq, unsigned cpu);
/* Whether the move has been made: the kernel may put it off. */
bool vr_interrupt_is_on(int irq, unsigned cpu);

#endif
