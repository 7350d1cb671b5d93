/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source-id verification: SVT, SQ and SID of an entry. */
#include "rig.h"

static void expect(uint16_t sid, bool allowed)
{
    request_from(sid, 0);
    if (allowed) {
        NO_FAULT();
        EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x1");
    } else {
        fault_at(__FILE__, __LINE__, VR_VTD_FR_IR_SID_ERR, 0, sid);
        EFFECTS("");
    }
    forget();
}

static void start(uint64_t hi)
{
    rig_variants(NULL, 0);
    entry(0, remapped(0x41, 1), hi);
    remapping_on();
}

static void test_no_verification(void)
{
    for (unsigned sq = 0; sq < 4; sq++) {
        start(SVT(0) | SQ(sq) | SID);
        expect(SID, true);
        expect(0x0000, true);
        expect(0xffff, true);
        expect(SID ^ 0x8000, true);
    }
}

/* SVT 1: SQ leaves out none, the highest, the two highest, or all three bits
 * of the function. */
static void test_source_qualifier(void)
{
    static const uint16_t left_out[] = { 0, 4, 6, 7 };
    static const uint16_t sids[] = { 0x00fa, 0x0000, 0xffff, 0xa55d };

    for (unsigned sq = 0; sq < 4; sq++) {
        for (unsigned i = 0; i < 4; i++) {
            start(SVT(1) | SQ(sq) | sids[i]);
            expect(sids[i], true);
            for (unsigned bit = 0; bit < 16; bit++) {
                expect(sids[i] ^ 1u << bit, left_out[sq] >> bit & 1);
            }
            for (unsigned function = 0; function < 8; function++) {
                expect(sids[i] ^ function, !(function & ~left_out[sq]));
            }
        }
    }
}

/* SVT 2: the bus is from SID bits 15:8 to SID bits 7:0, both included; device
 * and function, and SQ, are not looked at. */
static void test_bus_range(void)
{
    for (unsigned sq = 0; sq < 4; sq++) {
        start(SVT(2) | SQ(sq) | 0x2040);
        expect(0x1fff, false);
        expect(0x2000, true);
        expect(0x20ff, true);
        expect(0x3012, true);
        expect(0x4000, true);
        expect(0x40ff, true);
        expect(0x4100, false);
        expect(0x0000, false);
        expect(0xffff, false);
    }
}

static void test_bus_range_edges(void)
{
    start(SVT(2) | 0x00ff);
    expect(0x0000, true);
    expect(0xffff, true);
    start(SVT(2) | 0x7f7f);
    expect(0x7eff, false);
    expect(0x7f00, true);
    expect(0x8000, false);
    start(SVT(2) | 0x8001); /* no bus is in it */
    expect(0x8000, false);
    expect(0x0100, false);
    expect(0x4000, false);
    start(SVT(2) | 0xff00);
    expect(0xff00, false);
    expect(0x0000, false);
}

static void test_posted(void)
{
    remapping_on();
    descriptor(PID, NV(0xf2) | NDST(3));
    entry_posted(0, 0x41, PID, 0);
    poke(TABLE + 8, peek(TABLE + 8) | SVT(1) | SQ(1) | SID);
    request_from(SID ^ 4, 0);
    NO_FAULT();
    EQ(peek(PID + 8), 2);
    forget();
    request_from(SID ^ 1, 0);
    fault_at(__FILE__, __LINE__, VR_VTD_FR_IR_SID_ERR, 0, SID ^ 1);
    EFFECTS("");
    READS(""); /* not of the descriptor */
}

static void test_fpd(void)
{
    entry(0, remapped(0x41, 1) | FPD, SVT(1) | SID);
    remapping_on();
    request_from(SID + 1, 0);
    NO_FAULT();
    EFFECTS("");
    READS("READ16 0x100000");
}

/* An entry that one requester must not use is cached for the others. */
static void test_cached(void)
{
    entry(0, remapped(0x41, 1), SVT(1) | SID);
    remapping_on();
    request_from(SID + 1, 0);
    fault_at(__FILE__, __LINE__, VR_VTD_FR_IR_SID_ERR, 0, SID + 1);
    entry(0, 0, 0);
    request(0);
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x1");
    request_from(SID + 1, 0);
    fault_at(__FILE__, __LINE__, VR_VTD_FR_IR_SID_ERR, 0, SID + 1);
    READS("READ16 0x100000");
}

const Test source_tests[] = {
    { "SVT 0: no verification, \"Interrupt Remapping Table Entry (IRTE)\", SVT",
      test_no_verification },
    { "SVT 1: all forms of SQ, \"Interrupt Remapping Table Entry (IRTE)\", SQ",
      test_source_qualifier },
    { "SVT 2: bus range, \"Interrupt Remapping Table Entry (IRTE)\", SVT",
      test_bus_range },
    { "SVT 2: edges of the range, \"Interrupt Remapping Table Entry (IRTE)\", "
      "SVT",
      test_bus_range_edges },
    { "of a posted entry, \"Interrupt Remapping Table Entry (IRTE)\", SVT",
      test_posted },
    { "FPD, 5.1.4.1 \"Interrupt Remapping Fault Conditions\"", test_fpd },
    { "judged at each request, \"Interrupt Entry Cache\"", test_cached },
    { NULL, NULL },
};
