/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions that the guest uses, and its local APIC. */
#ifndef VR_X86_GUEST_GUEST_H
#define VR_X86_GUEST_GUEST_H

#include <stdbool.h>

#include "shared.h"

#define load(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

/* Offsets of registers: SDM 3A, "Local APIC Register Address Map" */
#define APIC_EOI 0xb0
#define APIC_LDR 0xd0
#define APIC_DFR 0xe0
#define APIC_SVR 0xf0
#define APIC_ICR 0x300
#define APIC_ICR_HIGH 0x310
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_SELF_IPI 0x3f0 /* of x2APIC only */

#define ICR_ASSERT (1u << 14)
#define ICR_SELF (1u << 18)

static inline void irq_enable(void)
{
    __asm__ volatile("sti" ::: "memory");
}

static inline void irq_disable(void)
{
    __asm__ volatile("cli" ::: "memory");
}

/* Interrupts are taken only after HLT has begun. */
static inline void irq_enable_and_halt(void)
{
    __asm__ volatile("sti\n\thlt" ::: "memory");
}

static inline void out(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "d"(port) : "memory");
}

static inline uint64_t rdtsc(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/*
 * Waits for an instant, without an exit: turns are longer than the gap of
 * pause-loop exiting. QEMU's TCG, where it executes all CPUs in one thread,
 * goes on with the next CPU at PAUSE: once in a while this lets the others on,
 * but each time would make virtual time stand almost still.
 */
static inline void relax(void)
{
    for (int i = 0; i < 100; i++) {
        __asm__ volatile("nop" ::: "memory");
    }
    __asm__ volatile("pause" ::: "memory");
}

/* irq.c */
void apic_init(const VrGuestVcpu *me);
void apic_write(const VrGuestVcpu *me, uint32_t reg, uint32_t value);
void apic_write_icr(const VrGuestVcpu *me, uint64_t value);
/* ICR of a fixed, edge-triggered interrupt to one APIC. */
uint64_t icr_to(const VrGuestVcpu *me, uint8_t vector, uint32_t apic_id);

#endif
