/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GCMD_REG: table pointer, enable, compatibility format, queue. */
#include "rig.h"

#define ENTRY0 "REMAPPED vector 0x40 fixed physical edge to 0x1"

static void test_status(void)
{
    gcmd_set(SIRTP);
    EQ(rd(VR_VTD_GSTS_REG), SIRTP);
    gcmd_set(IRE);
    EQ(rd(VR_VTD_GSTS_REG), SIRTP | IRE);
    gcmd_set(CFI);
    EQ(rd(VR_VTD_GSTS_REG), SIRTP | IRE | CFI);
    gcmd_set(QIE);
    EQ(rd(VR_VTD_GSTS_REG), SIRTP | IRE | CFI | QIE);
    gcmd_clear(IRE);
    EQ(rd(VR_VTD_GSTS_REG), SIRTP | CFI | QIE);
    gcmd_clear(CFI | QIE);
    EQ(rd(VR_VTD_GSTS_REG), SIRTP);
    EQ(rd(VR_VTD_GCMD_REG), 0);
    EFFECTS("");
}

/* All at once, and commands of the DMA side that are another unit's. */
static void test_together(void)
{
    entry(0, remapped(0x40, 1), 0);
    wr8(VR_VTD_IRTA_REG, TABLE | EIME);
    wr(VR_VTD_GCMD_REG, 0xffffffff);
    EQ(rd(VR_VTD_GSTS_REG), QIE | IRE | SIRTP | CFI);
    request(0);
    EFFECTS(ENTRY0);
    wr(VR_VTD_GCMD_REG, 0xf87fffff); /* none of ours: off */
    EQ(rd(VR_VTD_GSTS_REG), SIRTP);
}

static void test_disabled_passes(void)
{
    set_table(EIME | 7);
    forget();
    device_writes(0xfee00018, 0x12345678);
    EFFECTS("PASS 0xfee00018 = 0x12345678");
    device_writes(0x123456789abcdef0, 7);
    EFFECTS("PASS 0x123456789abcdef0 = 0x00000007");
    device_writes(0xfee01000, 0x41);
    EFFECTS("PASS 0xfee01000 = 0x00000041");
    READS("");
    NO_FAULT();
}

/* Only what SIRTP latched is used, size and EIME as well as the address. */
static void test_latched(void)
{
    entry(0, remapped(0x40, 1), 0);
    entry(3, remapped(0x43, 0xabcd0000), 0);
    set_table(EIME | 1); /* 4 entries */
    gcmd_set(IRE);
    wr8(VR_VTD_IRTA_REG, 0x700000);
    request(3);
    EFFECTS("REMAPPED vector 0x43 fixed physical edge to 0xabcd0000");
    READS("READ16 0x100030");
    request(4);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 4);
    gcmd_set(0);
    request(0);
    EFFECTS(ENTRY0);
    gcmd_set(SIRTP); /* now: nothing is there */
    EFFECTS("");
    request(0);
    READS("READ16 0x100000; READ16 0x700000 refused");
    FAULT(VR_VTD_FR_IR_ROOT_INVAL, 0);
    request(2);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 2);
}

static void test_before_first(void)
{
    wr8(VR_VTD_IRTA_REG, TABLE | EIME | 15);
    gcmd_set(IRE);
    request(0);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 0);
    READS("");
}

static void cached_entry_changes(uint64_t esirtps)
{
    rig_variant("esirtps", esirtps);
    entry(0, remapped(0x40, 1), 0);
    remapping_on();
    request(0);
    entry(0, remapped(0x41, 2), 0);
    request(0);
    EFFECTS(ENTRY0 "; " ENTRY0);
    READS("READ16 0x100000");
    gcmd_set(SIRTP);
    request(0);
}

static void test_sirtp_invalidates(void)
{
    cached_entry_changes(1);
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x2");
    READS("READ16 0x100000");
}

static void test_sirtp_without_esirtps(void)
{
    cached_entry_changes(0);
    EFFECTS(ENTRY0);
    READS("");
}

/* Disabled and enabled again: neither table nor cache is forgotten. */
static void test_ire_keeps(void)
{
    entry(0, remapped(0x40, 1), 0);
    remapping_on();
    request(0);
    gcmd_clear(IRE);
    request(0);
    gcmd_set(IRE);
    entry(0, 0, 0);
    request(0);
    EFFECTS(ENTRY0 "; PASS 0xfee00010 = 0x00000000; " ENTRY0);
    READS("READ16 0x100000");
}

static void test_sirtp_while_enabled(void)
{
    entry(0, remapped(0x40, 1), 0);
    remapping_on();
    wr8(VR_VTD_IRTA_REG, 0x200000 | EIME);
    poke(0x200000, remapped(0x50, 5));
    gcmd_set(SIRTP);
    EQ(rd(VR_VTD_GSTS_REG), SIRTP | IRE);
    request(0);
    EFFECTS("REMAPPED vector 0x50 fixed physical edge to 0x5");
}

/* An address that wraps beyond 2^64 is an address like any other. */
static void test_table_wraps(void)
{
    wr8(VR_VTD_IRTA_REG, 0xfffffffffffff000 | EIME | 15);
    gcmd_set(SIRTP);
    gcmd_set(IRE);
    poke(0, remapped(0x51, 6));
    request(0x100);
    EFFECTS("REMAPPED vector 0x51 fixed physical edge to 0x6");
    READS("READ16 0x0");
    request(0xff);
    READS("READ16 0xfffffffffffffff0 refused");
    FAULT(VR_VTD_FR_IR_ROOT_INVAL, 0xff);
}

const Test command_tests[] = {
    { "each command and its status, 11.4 \"Global Command Register\"",
      test_status },
    { "commands together, 11.4 \"Global Command Register\"", test_together },
    { "IRES = 0: nothing is remapped, 5.1.4 \"Interrupt-Remapping Hardware "
      "Operation\"", test_disabled_passes },
    { "SIRTP latches IRTA_REG, 11.4 \"Interrupt Remapping Table Address "
      "Register\"", test_latched },
    { "no table before the first SIRTP, 11.4 \"Interrupt Remapping Table "
      "Address Register\"", test_before_first },
    { "ESIRTPS = 1: SIRTP invalidates the cache, 11.4 \"Global Command "
      "Register\"", test_sirtp_invalidates },
    { "ESIRTPS = 0: SIRTP leaves the cache, 11.4 \"Global Command "
      "Register\"", test_sirtp_without_esirtps },
    { "IRE off and on, 11.4 \"Global Command Register\"", test_ire_keeps },
    { "SIRTP while enabled, 11.4 \"Global Command Register\"",
      test_sirtp_while_enabled },
    { "a table that wraps, 11.4 \"Interrupt Remapping Table Address "
      "Register\"", test_table_wraps },
    { NULL, NULL },
};
