/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vectors, delivery modes and trigger modes of remapped interrupts */
#include "vtd.h"

#define APIC_TMR 0x180

static volatile int trigger_mode;

/* The TMR bit of the interrupt that is being served: 1 for level */
static void look_at_tmr(FwFrame *frame)
{
    uint32_t word = x86_apic_read(APIC_TMR + frame->vector / 32 * 16);

    trigger_mode = word >> frame->vector % 32 & 1;
    x86_apic_eoi();
}

static void expect_trigger_mode(Irte e, int mode)
{
    uint64_t end = hal_ticks() + 1000000 * hal_ticks_per_us();

    trigger_mode = -1;
    x86_set_handler(VECTOR, look_at_tmr);
    irte_set(0, e);
    fire(0);
    while (trigger_mode < 0 && hal_ticks() < end) {
        cpu_relax();
    }
    settle();
    x86_set_handler(VECTOR, NULL);
    FW_EQUAL(trigger_mode, mode);
    EXPECT_NO_FAULT();
}

FW_CASE(delivery_vectors, "vtd.delivery.vectors",
        "VT-d 9.9 IRTE for Remapped Interrupts: V",
        "Each vector from 48 to 239")
{
    NEED_DEVICE();
    for (int v = 48; v < 240 && !fw_case_ended(); v++) {
        irte_set(0, irte_remapped(0, v));
        fire(0);
        EXPECT_DELIVERED(0, v);
    }
}

FW_CASE(delivery_edge, "vtd.delivery.edge",
        "VT-d 9.9 IRTE for Remapped Interrupts: TM",
        "TM 0: the local APIC takes it as edge-triggered")
{
    NEED_DEVICE();
    expect_trigger_mode(irte_remapped(0, VECTOR), 0);
}

FW_CASE(delivery_level, "vtd.delivery.level",
        "VT-d 9.9 IRTE for Remapped Interrupts: TM",
        "TM 1: the local APIC takes it as level-triggered")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    e.lo |= IRTE_TM;
    expect_trigger_mode(e, 1);
}

FW_CASE(delivery_lowest, "vtd.delivery.lowest-physical",
        "VT-d 9.9 IRTE for Remapped Interrupts: DLM",
        "Lowest priority in physical mode: the one that is addressed")
{
    NEED_DEVICE();
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        Irte e = irte_remapped(cpu, VECTOR);

        e.lo |= IRTE_DLM(DLM_LOWEST);
        irte_set(0, e);
        fire(0);
        EXPECT_DELIVERED(cpu, VECTOR);
    }
}

FW_CASE(delivery_nmi, "vtd.delivery.nmi",
        "VT-d 9.9 IRTE for Remapped Interrupts: DLM",
        "NMI: to the processor that is addressed, without its vector")
{
    NEED_DEVICE();
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        Irte e = irte_remapped(cpu, VECTOR);

        e.lo |= IRTE_DLM(DLM_NMI);
        irte_set(0, e);
        fire(0);
        EXPECT_DELIVERED(cpu, VEC_NMI);
    }
}

FW_CASE(delivery_data, "vtd.delivery.entry-decides",
        "VT-d 5.1.4 Interrupt-Remapping Hardware Operation",
        "Vector and mode come from the entry, not from the request")
{
    NEED_DEVICE();
    irte_set(0, irte_remapped(0, VECTOR));
    fire_message(request(0, false), (VECTOR + 1) | 4 << 8 | 1 << 15);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(delivery_available, "vtd.delivery.available",
        "VT-d 9.9 IRTE for Remapped Interrupts: AVAIL",
        "Software's own bits 11:8 change nothing")
{
    NEED_DEVICE();
    for (int bit = 8; bit < 12; bit++) {
        Irte e = irte_remapped(0, VECTOR);

        e.lo |= 1ull << bit;
        irte_set(0, e);
        fire(0);
        EXPECT_DELIVERED(0, VECTOR);
    }
}

FW_CASE(delivery_many, "vtd.delivery.many",
        "VT-d 5.1.4 Interrupt-Remapping Hardware Operation",
        "64 entries for 64 vectors, one after the other, none lost")
{
    NEED_DEVICE();
    for (int i = 0; i < 64; i++) {
        irte_write(i, irte_remapped(i % hal_cpu_count(), VECTOR + i));
    }
    iec_invalidate_all();
    for (int i = 0; i < 64; i++) {
        fire(i);
    }
    settle();
    for (int i = 0; i < 64 && !fw_case_ended(); i++) {
        FW_EQUAL(arrivals(i % hal_cpu_count(), VECTOR + i), 1);
    }
    EXPECT_NO_FAULT();
}
