/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setting the table, switching remapping on and off */
#include "vtd.h"

static Irte other_table[4] FW_ALIGNED(4096);

/* Vector of entry 0: VECTOR in our table, VECTOR + 1 in the other one */
static void two_tables(void)
{
    irte_set(0, irte_remapped(0, VECTOR));
    memset(other_table, 0, sizeof(other_table));
    other_table[0] = irte_remapped(0, VECTOR + 1);
}

static void write_irta(const Irte *table, unsigned size)
{
    vtd_write64(VTD_IRTA, (uint64_t)table | (vtd.eime ? IRTA_EIME : 0) | size);
}

FW_CASE(enable_remaps, "vtd.enable.remaps", "VT-d 5.1 Interrupt Remapping",
        "A request is delivered as its entry says")
{
    NEED_DEVICE();
    irte_set(7, irte_remapped(0, VECTOR));
    fire(7);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(enable_off, "vtd.enable.off",
        "VT-d 11.4, Global Command Register: IRE",
        "With remapping off requests pass as they are")
{
    NEED_DEVICE();
    FW_REQUIRE(vtd_command(G_IR, false), "IRES stays");
    fire_message(0xfee00000 | (x86_cpu_apic_id(0) & 0xff) << 12, VECTOR);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(enable_toggle, "vtd.enable.toggle",
        "VT-d 11.4, Global Command Register: IRE",
        "Remapping goes off and on again with the same table")
{
    NEED_DEVICE();
    irte_set(3, irte_remapped(0, VECTOR));
    for (int i = 0; i < 3; i++) {
        FW_REQUIRE(vtd_command(G_IR, false), "IRES stays");
        FW_REQUIRE(vtd_command(G_IR, true), "IRES does not come");
        fire(3);
        EXPECT_DELIVERED(0, VECTOR);
    }
}

FW_CASE(enable_latch, "vtd.enable.latch",
        "VT-d 11.4, Global Command Register: SIRTP",
        "What is written to IRTA_REG has no effect before the command")
{
    NEED_DEVICE();
    two_tables();
    write_irta(other_table, 0);
    iec_invalidate_all();
    fire(0);
    EXPECT_DELIVERED(0, VECTOR);
    FW_REQUIRE(vtd_set(G_IRTP), "IRTPS is not set");
    iec_invalidate_all();
    fire(0);
    EXPECT_DELIVERED(0, VECTOR + 1);
}

FW_CASE(enable_latch_size, "vtd.enable.latch-size",
        "VT-d 11.4, Global Command Register: SIRTP",
        "The size is latched with the address")
{
    NEED_DEVICE();
    irte_set(100, irte_remapped(0, VECTOR));
    write_irta(vtd_table, 0);
    iec_invalidate_all();
    fire(100);
    EXPECT_DELIVERED(0, VECTOR);
    FW_REQUIRE(vtd_set(G_IRTP), "IRTPS is not set");
    iec_invalidate_all();
    fire(100);
    EXPECT_BLOCKED(FR_INDEX, 100);
}

FW_CASE(enable_latch_eime, "vtd.enable.latch-eime",
        "VT-d 11.4, Interrupt Remapping Table Address Register: EIME",
        "EIME is latched with the address: DST keeps its format until then")
{
    NEED_DEVICE();
    NEED_X2APIC();
    NEED_CPUS(2);
    irte_set(1, irte_remapped(1, VECTOR));
    vtd_write64(VTD_IRTA, (uint64_t)vtd_table | TABLE_SIZE);
    iec_invalidate_all();
    fire(1);
    EXPECT_DELIVERED(1, VECTOR);
}

FW_CASE(enable_switch, "vtd.enable.switch",
        "VT-d 11.4, Global Command Register: SIRTP",
        "The table is changed while remapping is on")
{
    NEED_DEVICE();
    two_tables();
    fire(0);
    EXPECT_DELIVERED(0, VECTOR);
    write_irta(other_table, 0);
    FW_REQUIRE(vtd_set(G_IRTP), "IRTPS is not set");
    iec_invalidate_all();
    fire(0);
    EXPECT_DELIVERED(0, VECTOR + 1);
}

FW_CASE(enable_esirtps, "vtd.enable.esirtps",
        "VT-d 11.4, Capability Register: ESIRTPS",
        "The command invalidates the entry cache where that is promised")
{
    NEED_DEVICE();
    if (!(vtd.cap & CAP_ESIRTPS)) {
        FW_SKIP("CAP_REG.ESIRTPS is 0: software has to invalidate");
    }
    two_tables();
    fire(0);
    EXPECT_DELIVERED(0, VECTOR);
    write_irta(other_table, 0);
    FW_REQUIRE(vtd_set(G_IRTP), "IRTPS is not set");
    fire(0);
    EXPECT_DELIVERED(0, VECTOR + 1);
}

FW_CASE(enable_others_stay, "vtd.enable.others-stay",
        "VT-d 11.4, Global Command Register",
        "Commands leave each other's state alone")
{
    NEED_DEVICE();
    irte_set(0, irte_remapped(0, VECTOR));
    FW_REQUIRE(vtd_command(G_CFI, true), "CFIS does not come");
    FW_EQUAL(vtd_read(VTD_GSTS) & (G_QI | G_IR), G_QI | G_IR);
    FW_REQUIRE(vtd_command(G_CFI, false), "CFIS stays");
    FW_EQUAL(vtd_read(VTD_GSTS) & (G_QI | G_IR), G_QI | G_IR);
    FW_CHECK(queue_sync(), "the queue stopped");
    fire(0);
    EXPECT_DELIVERED(0, VECTOR);
}
