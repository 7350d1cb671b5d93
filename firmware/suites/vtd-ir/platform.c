/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The board's own sources: the I/O APIC's timer pin, the HPET's messages */
#include "hpet.h"
#include "ioapic.h"
#include "vtd.h"

#define INDEX 0x133

static IoApic io;
static unsigned pin;
static uint16_t ioapic_sid;
static volatile unsigned served;       /* level-triggered interrupts */

/* VT-d 5.1.5.1: the entry's vector and trigger mode are the pin's too. */
static uint64_t rte(unsigned index, int vector, uint64_t flags)
{
    return (uint64_t)(index & 0x7fff) << 49 | 1ull << 48
        | (index >> 15 & 1) << 11 | flags | vector;
}

static bool find_timer_pin(void)
{
    DmarScope scope;

    if (!ioapic_of_isa(0, &io, &pin)
        || !dmar_find_scope(&vtd.dmar, DMAR_SCOPE_IOAPIC, io.id, &scope)) {
        return false;
    }
    ioapic_sid = scope.source_id;
    return true;
}

#define NEED_PIN()                                                        \
    do {                                                                  \
        if (!find_timer_pin()) {                                          \
            FW_SKIP("no timer on an I/O APIC of this unit");              \
        }                                                                 \
    } while (0)

static void serve_twice(uint64_t us)
{
    uint64_t end = hal_ticks() + us * hal_ticks_per_us();

    pit_fire_after(500);
    while (served < 2 && hal_ticks() < end) {
        cpu_relax();
    }
    settle();
}

static void fire_pin(void)
{
    pit_fire_after(500);
    wait_for_anything();
}

FW_CASE(ioapic_edge, "vtd.ioapic.edge",
        "VT-d 5.1.5.1 I/OxAPIC Programming",
        "The timer's pin in remappable format: to each processor")
{
    NEED_PIN();
    for (int cpu = 0; cpu < hal_cpu_count() && !fw_case_ended(); cpu++) {
        irte_set(INDEX, irte_remapped(cpu, VECTOR));
        ioapic_set_rte(&io, pin, rte(INDEX, VECTOR, 0));
        fire_pin();
        EXPECT_DELIVERED(cpu, VECTOR);
        ioapic_set_rte(&io, pin, IOAPIC_RTE_MASKED);
    }
}

FW_CASE(ioapic_index_high, "vtd.ioapic.index-high",
        "VT-d 5.1.5.1 I/OxAPIC Programming",
        "Bit 15 of the index is the pin's bit 11")
{
    NEED_PIN();
    FW_REQUIRE(vtd_set_table((uint64_t)vtd_table, 15, vtd.eime), "no table");
    irte_set(0x8005, irte_remapped(0, VECTOR));
    irte_set(5, irte_remapped(0, VECTOR + 1));
    ioapic_set_rte(&io, pin, rte(0x8005, VECTOR, 0));
    fire_pin();
    EXPECT_DELIVERED(0, VECTOR);
    irte_set(0x8005, (Irte) { 0 });
}

FW_CASE(ioapic_source, "vtd.ioapic.source-id",
        "VT-d 8.3.1 Device Scope Structure",
        "The I/O APIC's source-id is the one of its scope")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_PIN();
    e.hi |= IRTE_SVT(1) | IRTE_SID(ioapic_sid);
    irte_set(INDEX, e);
    ioapic_set_rte(&io, pin, rte(INDEX, VECTOR, 0));
    fire_pin();
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(ioapic_source_other, "vtd.ioapic.source-id-other",
        "VT-d 5.1.1 Identification of Origination of Interrupt Requests",
        "An entry that is another's does not serve the I/O APIC")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_PIN();
    e.hi |= IRTE_SVT(1) | IRTE_SID(ioapic_sid ^ 0x100);
    irte_set(INDEX, e);
    ioapic_set_rte(&io, pin, rte(INDEX, VECTOR, 0));
    fire_pin();
    EXPECT_NOTHING();
    EXPECT_FAULT_OF(ioapic_sid, FR_SOURCE, INDEX);
}

/* The first time the line stays high. */
static void serve_level(FwFrame *frame)
{
    if (++served >= 2) {
        pit_line_low();
    }
    x86_apic_eoi();
}

FW_CASE(ioapic_level, "vtd.ioapic.level",
        "VT-d 5.1.5.1 I/OxAPIC Programming",
        "Level-triggered: again after EOI while the line is high, then Remote"
        " IRR is clear")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_PIN();
    e.lo |= IRTE_TM;
    irte_set(INDEX, e);
    served = 0;
    x86_set_handler(VECTOR, serve_level);
    ioapic_set_rte(&io, pin, rte(INDEX, VECTOR, IOAPIC_RTE_LEVEL));
    serve_twice(1000000);
    FW_EQUAL(served, 2);
    FW_CHECK(!(ioapic_rte(&io, pin) & IOAPIC_RTE_IRR), "Remote IRR is set");
    served = 1;
    serve_twice(1000000);
    FW_EQUAL(served, 2);
    x86_set_handler(VECTOR, NULL);
    EXPECT_NO_FAULT();
}

FW_CASE(ioapic_posted, "vtd.ioapic.posted",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "The timer's pin through a posted entry")
{
    NEED_PIN();
    NEED_POSTING();
    pid_init(&pids[0], 0);
    irte_set(INDEX, irte_posted(&pids[0], VECTOR));
    ioapic_set_rte(&io, pin, rte(INDEX, VECTOR, 0));
    fire_pin();
    EXPECT_DELIVERED(0, NOTIFICATION);
    EXPECT_PIR(&pids[0], VECTOR);
}

FW_CASE(ioapic_not_present, "vtd.ioapic.not-present",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 22h",
        "A pin whose entry is not present is blocked and recorded")
{
    NEED_PIN();
    ioapic_set_rte(&io, pin, rte(INDEX, VECTOR, 0));
    fire_pin();
    EXPECT_NOTHING();
    EXPECT_FAULT_OF(ioapic_sid, FR_NOT_PRESENT, INDEX);
}

/* HPET ------------------------------------------------------------------------------ */

static Hpet hpet;
static DmarScope hpet_scope;

static bool find_hpet(void)
{
    return hpet_find(&hpet) && hpet_can_message(&hpet, 0)
        && dmar_find_scope(&vtd.dmar, DMAR_SCOPE_HPET, hpet.number,
                           &hpet_scope);
}

#define NEED_HPET()                                                       \
    do {                                                                  \
        if (!find_hpet()) {                                               \
            FW_SKIP("no HPET in the unit's scope that sends messages");   \
        }                                                                 \
    } while (0)

static void fire_hpet(void)
{
    hpet_message_after(&hpet, 0, request(INDEX, true), 0, 500);
    wait_for_anything();
    hpet_stop(&hpet);
}

FW_CASE(hpet_remapped, "vtd.hpet.remapped",
        "VT-d 5.1.5 Programming Interrupt Sources To Generate Remappable"
        " Interrupts",
        "The HPET's message, its source-id verified")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_HPET();
    e.hi |= IRTE_SVT(1) | IRTE_SID(hpet_scope.source_id);
    irte_set(INDEX, e);
    fire_hpet();
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(hpet_source, "vtd.hpet.source-id-other",
        "VT-d 5.1.1 Identification of Origination of Interrupt Requests",
        "An entry that is another's does not serve the HPET")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_HPET();
    e.hi |= IRTE_SVT(1) | IRTE_SID(hpet_scope.source_id ^ 8);
    irte_set(INDEX, e);
    fire_hpet();
    EXPECT_NOTHING();
    EXPECT_FAULT_OF(hpet_scope.source_id, FR_SOURCE, INDEX);
}

FW_CASE(hpet_posted, "vtd.hpet.posted",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "The HPET's message through a posted entry")
{
    NEED_HPET();
    NEED_POSTING();
    pid_init(&pids[0], 0);
    irte_set(INDEX, irte_posted(&pids[0], 0x66));
    fire_hpet();
    EXPECT_DELIVERED(0, NOTIFICATION);
    EXPECT_PIR(&pids[0], 0x66);
}
