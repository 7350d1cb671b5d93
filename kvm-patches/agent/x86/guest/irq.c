/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The local APIC, and the handler: what it does is the vector's policy. */
#include "guest.h"

#define MSR_APIC_BASE 0x1b
#define APIC_BASE_EXTD (1u << 10)
#define MSR_X2APIC 0x800
#define APIC_MMIO 0xfee00000u

#define SVR_ENABLE (1u << 8)
#define LVT_MASKED (1u << 16)

void vr_guest_interrupt(VrGuestVcpu *me, uint32_t vector,
                        const uint64_t *frame);

static uint64_t rdmsr(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
    return (uint64_t)high << 32 | low;
}

static void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value),
                     "d"((uint32_t)(value >> 32)) : "memory");
}

/*
 * An APIC in memory is written by a plain MOV from EAX, which KVM's emulator
 * and an APIC-access exit both understand.
 */
static void mmio_write(uint32_t reg, uint32_t value)
{
    __asm__ volatile("movl %0, (%1)" : : "a"(value),
                     "r"((uint64_t)APIC_MMIO + reg) : "memory");
}

void apic_write(const VrGuestVcpu *me, uint32_t reg, uint32_t value)
{
    if (me->x2apic) {
        wrmsr(MSR_X2APIC + (reg >> 4), value);
    } else {
        mmio_write(reg, value);
    }
}

void apic_write_icr(const VrGuestVcpu *me, uint64_t value)
{
    if (me->x2apic) {
        wrmsr(MSR_X2APIC + (APIC_ICR >> 4), value);
    } else {
        mmio_write(APIC_ICR_HIGH, value >> 32);
        mmio_write(APIC_ICR, value);
    }
}

uint64_t icr_to(const VrGuestVcpu *me, uint8_t vector, uint32_t apic_id)
{
    return (uint64_t)apic_id << (me->x2apic ? 32 : 56) | ICR_ASSERT | vector;
}

void apic_init(const VrGuestVcpu *me)
{
    if (me->x2apic) {
        wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_EXTD);
    } else {
        mmio_write(APIC_DFR, 0xffffffff); /* flat */
        mmio_write(APIC_LDR, 1u << (24 + me->index));
    }
    apic_write(me, APIC_SVR, SVR_ENABLE | VR_GUEST_SPURIOUS_VECTOR);
    apic_write(me, APIC_LVT_LINT0, LVT_MASKED);
    apic_write(me, APIC_LVT_LINT1, LVT_MASKED);
}

/* frame: error code, RIP, CS, RFLAGS, RSP, SS */
static void panic(VrGuestVcpu *me, uint32_t vector, const uint64_t *frame)
{
    __asm__ volatile("mov %%cr2, %0" : "=r"(me->panic_cr2));
    me->panic_error = frame[0];
    me->panic_rip = frame[1];
    for (;;) {
        out(VR_GUEST_PORT_PANIC, vector);
    }
}

static void note(VrGuestVcpu *me, uint32_t vector)
{
    VrGuestReceipt *receipt = &me->ring[me->total % VR_GUEST_RING];

    receipt->tsc = rdtsc();
    receipt->vector = vector;
    receipt->number = me->total;
    store(&me->total, me->total + 1);
    store(&me->received[vector], me->received[vector] + 1);
}

static void wait_for_agent(VrGuestVcpu *me, uint32_t vector)
{
    if (load(&me->policy[vector]) & VR_VECTOR_NEST) {
        irq_enable();
    }
    while (load(&me->policy[vector]) & VR_VECTOR_WAIT) {
        store(&me->progress, me->progress + 1);
        relax();
    }
    irq_disable();
}

void vr_guest_interrupt(VrGuestVcpu *me, uint32_t vector,
                        const uint64_t *frame)
{
    uint32_t policy = load(&me->policy[vector]);

    if (vector == VR_GUEST_NMI) {
        note(me, vector);
        return;
    }
    if (vector < VR_GUEST_FIRST_VECTOR) {
        panic(me, vector, frame);
    }
    if (vector == VR_GUEST_SPURIOUS_VECTOR) {
        store(&me->spurious, me->spurious + 1);
        return;
    }
    note(me, vector);
    if (policy & VR_VECTOR_CALL) {
        out(VR_GUEST_PORT_VECTOR, vector);
    }
    if (policy & VR_VECTOR_WAIT) {
        wait_for_agent(me, vector);
    }
    if (!(policy & VR_VECTOR_NO_EOI)) {
        apic_write(me, APIC_EOI, 0);
    }
}
