/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table's size, and indexes beyond it */
#include "vtd.h"

FW_CASE(size_last, "vtd.size.last",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 21h",
        "The last entry is there, the next one is a fault")
{
    NEED_DEVICE();
    irte_set(TABLE_ENTRIES - 1, irte_remapped(0, VECTOR));
    fire(TABLE_ENTRIES - 1);
    EXPECT_DELIVERED(0, VECTOR);
    fire(TABLE_ENTRIES);
    EXPECT_BLOCKED(FR_INDEX, TABLE_ENTRIES);
}

FW_CASE(size_each, "vtd.size.each",
        "VT-d 11.4, Interrupt Remapping Table Address Register: S",
        "Each size from 2 to 65,536 entries: last one and next one")
{
    NEED_DEVICE();
    for (unsigned s = 0; s < 16 && !fw_case_ended(); s++) {
        unsigned entries = 2u << s;

        FW_REQUIRE(vtd_set_table((uint64_t)vtd_table, s, vtd.eime),
                   "no table of size %u", s);
        irte_set(entries - 1, irte_remapped(0, VECTOR));
        fire(entries - 1);
        EXPECT_DELIVERED(0, VECTOR);
        if (s < 15) {
            irte_set(entries, irte_remapped(0, VECTOR + 1));
            fire(entries);
            EXPECT_BLOCKED(FR_INDEX, entries);
            irte_set(entries, (Irte) { 0 });
        }
        irte_set(entries - 1, (Irte) { 0 });
    }
}

FW_CASE(size_far, "vtd.size.far-beyond",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 21h",
        "The greatest handle at the smallest table")
{
    NEED_DEVICE();
    FW_REQUIRE(vtd_set_table((uint64_t)vtd_table, 0, vtd.eime), "no table");
    fire(0xffff);
    EXPECT_BLOCKED(FR_INDEX, 0xffff);
}

FW_CASE(size_no_memory, "vtd.size.reads-nothing-beyond",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 21h",
        "An entry beyond the table is not used, though it lies in memory and"
        " has FPD set")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    FW_REQUIRE(vtd_set_table((uint64_t)vtd_table, 3, vtd.eime), "no table");
    e.lo |= IRTE_FPD;
    irte_set(16, e);
    fire(16);
    EXPECT_BLOCKED(FR_INDEX, 16);
}

FW_CASE(size_offset, "vtd.size.page",
        "VT-d 11.4, Interrupt Remapping Table Address Register: IRTA",
        "The table may begin at any page")
{
    NEED_DEVICE();
    for (unsigned page = 1; page < 4 && !fw_case_ended(); page++) {
        FW_REQUIRE(vtd_set_table((uint64_t)&vtd_table[256 * page], 7,
                                 vtd.eime), "no table");
        irte_set(256 * page + 5, irte_remapped(0, VECTOR + page));
        /* The index is counted from there. */
        iec_invalidate(5, 0);
        fire(5);
        EXPECT_DELIVERED(0, VECTOR + page);
    }
}
