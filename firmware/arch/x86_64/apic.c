/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The local APIC (SDM 3A, ch. 11), x2APIC mode where the processor has it */
#include "x86.h"

#define APIC_BASE_ENABLE (1ull << 11)
#define APIC_BASE_X2APIC (1ull << 10)
#define APIC_PAGE        0xfee00000ull
#define APIC_ID          0x20
#define APIC_TPR         0x80
#define APIC_EOI         0xb0
#define APIC_SVR         0xf0
#define APIC_ICR         0x300
#define APIC_ICR2        0x310
#define APIC_ICR_PENDING (1u << 12)

static bool in_x2apic(void)
{
    return rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC;
}

bool x86_x2apic_supported(void)
{
    uint32_t r[4];

    cpuid(1, 0, r);
    return r[2] & 1u << 21;
}

uint32_t x86_apic_read(unsigned offset)
{
    if (in_x2apic()) {
        return rdmsr(0x800 + (offset >> 4));
    }
    return *(volatile uint32_t *)(APIC_PAGE + offset);
}

void x86_apic_write(unsigned offset, uint32_t val)
{
    if (in_x2apic()) {
        wrmsr(0x800 + (offset >> 4), val);
    } else {
        *(volatile uint32_t *)(APIC_PAGE + offset) = val;
    }
}

void x86_apic_eoi(void)
{
    x86_apic_write(APIC_EOI, 0);
}

uint32_t x86_apic_id(void)
{
    uint32_t id = x86_apic_read(APIC_ID);

    return in_x2apic() ? id : id >> 24;
}

void x86_apic_ipi(uint32_t apic_id, uint32_t icr)
{
    if (in_x2apic()) {
        wrmsr(0x830, (uint64_t)apic_id << 32 | icr);
        return;
    }
    while (x86_apic_read(APIC_ICR) & APIC_ICR_PENDING) {
        cpu_relax();
    }
    x86_apic_write(APIC_ICR2, apic_id << 24);
    x86_apic_write(APIC_ICR, icr);
}

static void software_enable(void)
{
    x86_apic_write(APIC_SVR, 0x1ff);
    x86_apic_write(APIC_TPR, 0);
}

void x86_apic_init(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

    wrmsr(MSR_APIC_BASE, base);
    if (x86_x2apic_supported()) {
        wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
    }
    software_enable();
}

bool x86_apic_is_x2apic(void)
{
    return in_x2apic();
}

/* From x2APIC to xAPIC mode the way is through the disabled state (SDM 3A,
 * 11.12.5 "x2APIC State Transitions"). */
void x86_apic_mode(bool x2apic)
{
    uint64_t base = rdmsr(MSR_APIC_BASE)
        & ~(APIC_BASE_ENABLE | APIC_BASE_X2APIC);

    if (in_x2apic() != x2apic) {
        if (!x2apic) {
            wrmsr(MSR_APIC_BASE, base);
        }
        wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
        if (x2apic) {
            wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE | APIC_BASE_X2APIC);
        }
    }
    software_enable();
}
