/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests in compatibility format while remapping is on */
#include "ioapic.h"
#include "vtd.h"

static uint64_t compatible(int cpu)
{
    return 0xfee00000 | (x86_cpu_apic_id(cpu) & 0xff) << 12;
}

FW_CASE(compat_blocked, "vtd.compat.blocked",
        "VT-d 5.1.2.1 Interrupt Requests in Compatibility Format",
        "xAPIC mode, CFIS 0: blocked")
{
    NEED_DEVICE();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    fire_message(compatible(0), VECTOR);
    EXPECT_BLOCKED(FR_COMPATIBILITY, ANY_INDEX);
}

FW_CASE(compat_passes, "vtd.compat.passes",
        "VT-d 5.1.2.1 Interrupt Requests in Compatibility Format",
        "xAPIC mode, CFIS 1: passes unremapped")
{
    NEED_DEVICE();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    FW_REQUIRE(vtd_command(G_CFI, true), "CFIS does not come");
    fire_message(compatible(0), VECTOR);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(compat_passes_others, "vtd.compat.passes-to-others",
        "VT-d 5.1.2.1 Interrupt Requests in Compatibility Format",
        "xAPIC mode, CFIS 1: to each processor, and remappable ones too")
{
    NEED_DEVICE();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    FW_REQUIRE(vtd_command(G_CFI, true), "CFIS does not come");
    irte_set(1, irte_remapped(0, VECTOR + 1));
    for (int cpu = 0; cpu < hal_cpu_count(); cpu++) {
        fire_message(compatible(cpu), VECTOR);
        EXPECT_DELIVERED(cpu, VECTOR);
    }
    fire(1);
    EXPECT_DELIVERED(0, VECTOR + 1);
}

FW_CASE(compat_back, "vtd.compat.blocked-again",
        "VT-d 11.4, Global Command Register: CFI",
        "CFI cleared: blocked again")
{
    NEED_DEVICE();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    FW_REQUIRE(vtd_command(G_CFI, true), "CFIS does not come");
    FW_REQUIRE(vtd_command(G_CFI, false), "CFIS stays");
    fire_message(compatible(0), VECTOR);
    EXPECT_BLOCKED(FR_COMPATIBILITY, ANY_INDEX);
}

FW_CASE(compat_eime, "vtd.compat.eime",
        "VT-d 5.1.2.1 Interrupt Requests in Compatibility Format",
        "x2APIC mode: blocked, whatever CFIS is")
{
    NEED_DEVICE();
    NEED_X2APIC();
    fire_message(compatible(0), VECTOR);
    EXPECT_BLOCKED(FR_COMPATIBILITY, ANY_INDEX);
    FW_REQUIRE(vtd_command(G_CFI, true), "CFIS does not come");
    fire_message(compatible(0), VECTOR);
    EXPECT_BLOCKED(FR_COMPATIBILITY, ANY_INDEX);
}

FW_CASE(compat_ioapic, "vtd.compat.ioapic",
        "VT-d 5.1.2.1 Interrupt Requests in Compatibility Format",
        "An I/O APIC's entry in compatibility format is blocked")
{
    unsigned pin;
    IoApic io;
    DmarScope scope;

    if (!ioapic_of_isa(0, &io, &pin)) {
        FW_SKIP("no I/O APIC with a timer on it");
    }
    if (!dmar_find_scope(&vtd.dmar, DMAR_SCOPE_IOAPIC, io.id, &scope)) {
        FW_SKIP("the I/O APIC is another unit's");
    }
    ioapic_set_rte(&io, pin, VECTOR
                   | (uint64_t)(x86_cpu_apic_id(0) & 0xff) << 56);
    pit_fire_after(1000);
    wait_for_anything();
    EXPECT_NOTHING();
    EXPECT_FAULT_OF(scope.source_id, FR_COMPATIBILITY, ANY_INDEX);
}
