/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats of interrupt requests. */
#include "rig.h"

#define REMAPPABLE 0xfee00010ull
#define SHV 0x8ull

static void test_handle(void)
{
    set_table(EIME | 15); /* 65,536 entries */
    gcmd_set(IRE);
    for (unsigned bit = 0; bit < 16; bit++) {
        entry(1u << bit, remapped(0x20 + bit, bit), 0);
        request(1u << bit);
    }
    EFFECTS("REMAPPED vector 0x20 fixed physical edge to 0x0; "
            "REMAPPED vector 0x21 fixed physical edge to 0x1; "
            "REMAPPED vector 0x22 fixed physical edge to 0x2; "
            "REMAPPED vector 0x23 fixed physical edge to 0x3; "
            "REMAPPED vector 0x24 fixed physical edge to 0x4; "
            "REMAPPED vector 0x25 fixed physical edge to 0x5; "
            "REMAPPED vector 0x26 fixed physical edge to 0x6; "
            "REMAPPED vector 0x27 fixed physical edge to 0x7; "
            "REMAPPED vector 0x28 fixed physical edge to 0x8; "
            "REMAPPED vector 0x29 fixed physical edge to 0x9; "
            "REMAPPED vector 0x2a fixed physical edge to 0xa; "
            "REMAPPED vector 0x2b fixed physical edge to 0xb; "
            "REMAPPED vector 0x2c fixed physical edge to 0xc; "
            "REMAPPED vector 0x2d fixed physical edge to 0xd; "
            "REMAPPED vector 0x2e fixed physical edge to 0xe; "
            "REMAPPED vector 0x2f fixed physical edge to 0xf");
    READS("READ16 0x100010; READ16 0x100020; READ16 0x100040; "
          "READ16 0x100080; READ16 0x100100; READ16 0x100200; "
          "READ16 0x100400; READ16 0x100800; READ16 0x101000; "
          "READ16 0x102000; READ16 0x104000; READ16 0x108000; "
          "READ16 0x110000; READ16 0x120000; READ16 0x140000; "
          "READ16 0x180000");
}

static void test_subhandle(void)
{
    remapping_on();
    entry(0x25, remapped(0x55, 1), 0);
    device_writes(REMAPPABLE | SHV | 0x20 << 5, 5);
    EFFECTS("REMAPPED vector 0x55 fixed physical edge to 0x1");
    READS("READ16 0x100250");
    entry(0xff, remapped(0x56, 2), 0);
    device_writes(REMAPPABLE | SHV, 0xff);
    EFFECTS("REMAPPED vector 0x56 fixed physical edge to 0x2");
    device_writes(REMAPPABLE | SHV | 0xff << 5, 1);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 0x100);
    device_writes(REMAPPABLE | SHV, 0x8000);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 0x8000);
}

/* Handle and subhandle make 17 bits; a record has room for 16 of them. */
static void test_index_of_17_bits(void)
{
    set_table(EIME | 15);
    gcmd_set(IRE);
    entry(0, remapped(0x40, 0), 0);
    entry(0xffff, remapped(0x41, 1), 0);
    device_writes(REMAPPABLE | SHV | 0x7fff << 5 | 1 << 2, 0);
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x1");
    device_writes(REMAPPABLE | SHV | 0x7fff << 5 | 1 << 2, 1);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 0);
    device_writes(REMAPPABLE | SHV | 0x7fff << 5 | 1 << 2, 0xffff);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 0xfffe);
    READS("READ16 0x1ffff0");
}

static void test_subhandle_reserved(void)
{
    remapping_on();
    entry(5, remapped(0x55, 1), 0);
    for (unsigned bit = 16; bit < 32; bit++) {
        device_writes(REMAPPABLE | SHV, 1u << bit | 5);
        FAULT(VR_VTD_FR_IR_REQ_RSVD, 0);
    }
    READS("");
    device_writes(REMAPPABLE | 5 << 5, 0xffffffff); /* ignored: SHV = 0 */
    EFFECTS("REMAPPED vector 0x55 fixed physical edge to 0x1");
    NO_FAULT();
}

static void test_ignored_bits(void)
{
    remapping_on();
    entry(5, remapped(0x55, 1), 0);
    device_writes(REMAPPABLE | 5 << 5 | 3, 0); /* address bits 1:0 */
    msg(VR_VTD_REQUEST, REMAPPABLE | 5 << 5, 0xffff000000000000);
    EFFECTS("REMAPPED vector 0x55 fixed physical edge to 0x1; "
            "REMAPPED vector 0x55 fixed physical edge to 0x1");
}

static void test_not_an_interrupt(void)
{
    static const uint64_t addresses[] = {
        0, 0x10, 0xfed00010, 0xfef00010, 0x7ee00010, 0x1fee00010,
        0x80000000fee00010, 0x100000000,
    };

    remapping_on();
    entry(0, remapped(0x55, 1), 0);
    gcmd_set(CFI);
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(uint64_t); i++) {
        device_writes(addresses[i], 0);
        FAULT(VR_VTD_FR_IR_REQ_RSVD, 0);
    }
    for (unsigned bit = 20; bit < 64; bit++) {
        device_writes(REMAPPABLE ^ 1ull << bit, 0);
        FAULT(VR_VTD_FR_IR_REQ_RSVD, 0);
    }
    EFFECTS("");
    READS("");
}

static void test_size(void)
{
    for (unsigned s = 0; s < 16; s++) {
        unsigned entries = 2u << s;

        rig_variants(NULL, 0);
        set_table(EIME | s);
        gcmd_set(IRE);
        entry(entries - 1, remapped(0x60 + s, s), 0);
        request(entries - 1);
        NO_FAULT();
        EQ(count(VR_EFF_MEM_READ, TABLE + 16 * (entries - 1)), 1);
        if (s < 15) {
            request(entries);
            FAULT(VR_VTD_FR_IR_INDEX_OVER, entries);
        }
    }
}

static void check_compatibility(bool eime, bool cfi, bool passes)
{
    rig_variants(NULL, 0);
    set_table((eime ? EIME : 0) | 7);
    gcmd_set(IRE | (cfi ? CFI : 0));
    device_writes(0xfee01008, 0x12340041);
    if (passes) {
        EFFECTS("PASS 0xfee01008 = 0x12340041");
        NO_FAULT();
    } else {
        EFFECTS("");
        FAULT(VR_VTD_FR_IR_REQ_COMPAT, 0);
    }
    READS("");
}

static void test_compatibility(void)
{
    check_compatibility(false, false, false);
    check_compatibility(false, true, true);
    check_compatibility(true, false, false);
    check_compatibility(true, true, false);
}

/* EIME as SIRTP latched it, not as IRTA_REG stands. */
static void test_compatibility_latched(void)
{
    set_table(7);
    gcmd_set(IRE | CFI);
    wr8(VR_VTD_IRTA_REG, TABLE | EIME | 7);
    device_writes(0xfee01000, 0x41);
    EFFECTS("PASS 0xfee01000 = 0x00000041");
    gcmd_set(SIRTP);
    device_writes(0xfee01000, 0x41);
    EFFECTS("");
    FAULT(VR_VTD_FR_IR_REQ_COMPAT, 0);
    wr8(VR_VTD_IRTA_REG, TABLE | 7);
    gcmd_set(SIRTP);
    gcmd_clear(CFI);
    device_writes(0xfee01000, 0x41);
    EFFECTS("");
    FAULT(VR_VTD_FR_IR_REQ_COMPAT, 0);
}

/* The source-id of a fault is the requester's. */
static void test_requesters(void)
{
    remapping_on();
    for (unsigned bit = 0; bit < 16; bit++) {
        request_from(1u << bit, 0x100);
        fault_at(__FILE__, __LINE__, VR_VTD_FR_IR_INDEX_OVER, 0x100,
                 1u << bit);
    }
}

const Test request_tests[] = {
    { "handle of 16 bits, 5.1.2.2 \"Interrupt Requests in Remappable "
      "Format\"", test_handle },
    { "subhandle, 5.1.2.2 \"Interrupt Requests in Remappable Format\"",
      test_subhandle },
    { "handle + subhandle beyond 16 bits, 5.1.2.2 \"Interrupt Requests in "
      "Remappable Format\"", test_index_of_17_bits },
    { "reserved bits of data, 5.1.2.2 \"Interrupt Requests in Remappable "
      "Format\"", test_subhandle_reserved },
    { "bits that are ignored, 5.1.2.2 \"Interrupt Requests in Remappable "
      "Format\"", test_ignored_bits },
    { "no interrupt address, 5.1.2 \"Interrupt Request Formats On Intel 64 "
      "Platforms\"", test_not_an_interrupt },
    { "each size of the table, 5.1.3 \"Interrupt Remapping Table\"",
      test_size },
    { "compatibility format by EIME and CFIS, 5.1.2.1 \"Interrupt Requests "
      "in Compatibility Format\"", test_compatibility },
    { "compatibility format by the latched EIME, 5.1.2.1 \"Interrupt "
      "Requests in Compatibility Format\"", test_compatibility_latched },
    { "the requester's source-id in a fault, 5.1.1 \"Identifying "
      "Origination of Interrupt Requests\"", test_requesters },
    { NULL, NULL },
};
