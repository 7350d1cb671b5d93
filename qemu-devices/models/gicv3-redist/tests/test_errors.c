/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reserved locations, wrong sizes, and GICR_STATUSR. */
#include "rig.h"

#define RRD 1u
#define WRD 2u
#define WROD 8u

static void expect(uint16_t attr, uint32_t want, uint64_t offset,
                   unsigned size)
{
    uint64_t got = rd(STATUSR, attr);

    check_at(__FILE__, __LINE__, got == want,
             "STATUSR is 0x%llx, want 0x%x, after %u bytes at 0x%llx",
             (unsigned long long)got, want, size, (unsigned long long)offset);
    EQ(rd(STATUSR, attr ^ VR_ATTR_SECURE), 0);
    wr(STATUSR, attr, 0xf);
    EQ(rd(STATUSR, attr), 0);
}

static void check_reserved(uint64_t offset, unsigned size)
{
    for (unsigned attr = NS; attr <= S; attr++) {
        EQ(rd_size(offset, size, attr), 0);
        expect(attr, RRD, offset, size);
        wr_size(offset, size, attr, UINT64_MAX);
        expect(attr, WRD, offset, size);
    }
}

static void test_offsets(void)
{
    static const uint64_t offsets[] = {
        0x20, 0x38, 0x50, 0x80, 0xa8, 0xb8, 0xc4, 0x100, 0xffc, 0x1000,
        0xc000, 0xf000, 0xffcc, 0x10000, 0x1007c, 0x1008c, 0x1010c, 0x1018c,
        0x10460, 0x10bfc, 0x10c18, 0x10d0c, 0x10dfc, 0x10e04, 0x10f8c,
        0x11000, 0x1ffd0, 0x1fffc, 0x20000, 0x100000014, 0xfffffffffffffffc,
    };

    for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        check_reserved(offsets[i], 4);
    }
}

static void test_sizes(void)
{
    static const uint64_t words[] = {
        CTLR, IIDR, TYPER, STATUSR, WAKER, IGROUPR0, ISENABLER0, ICENABLER0,
        ISPENDR0, ICPENDR0, ISACTIVER0, ICACTIVER0, ICFGR0, ICFGR1,
        IGRPMODR0, NSACR, 0xffd0, 0xc0, 0x10084, 0x10f80,
    };

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        check_reserved(words[i], 1);
        check_reserved(words[i], 2);
        if (words[i] != TYPER) {
            check_reserved(words[i], 8);
        }
    }
    check_reserved(IPRIORITYR, 2);
    check_reserved(IPRIORITYR, 8);
    check_reserved(0x10420, 8);
    check_reserved(IPRIORITYR, 3);
    check_reserved(IPRIORITYR, 5);
    check_reserved(TYPER, 12);
    check_reserved(TYPER, 0);
    check_reserved(TYPER, 3);
    check_reserved(TYPER, 16);
    check_reserved(TYPER, 255);
    EQ(rd(IGROUPR0, S), 0);
    EQ(rd(ISENABLER0, S), 0);
}

static void test_alignment(void)
{
    check_reserved(TYPER + 4, 8);
    check_reserved(0x44, 8);
    check_reserved(ISENABLER0 + 1, 4);
    check_reserved(ISENABLER0 + 2, 4);
    check_reserved(IPRIORITYR + 3, 4);
    check_reserved(TYPER + 1, 8);
}

static void test_read_only(void)
{
    static const struct {
        uint32_t offset;
        unsigned size;
    } ro[] = {
        { IIDR, 4 }, { TYPER, 4 }, { TYPER + 4, 4 }, { TYPER, 8 },
        { 0xffd0, 4 }, { 0xffe8, 4 }, { 0xfffc, 4 },
    };

    for (unsigned i = 0; i < sizeof(ro) / sizeof(ro[0]); i++) {
        for (unsigned attr = NS; attr <= S; attr++) {
            wr_size(ro[i].offset, ro[i].size, attr, 0);
            expect(attr, WROD, ro[i].offset, ro[i].size);
        }
    }
    wr(ICFGR0, S, 0); /* not among the read-only registers that report */
    wr(0xc0, S, 1);
    EQ(rd(STATUSR, S), 0);
}

static void test_write_one_to_clear(void)
{
    rd(0x20, S);
    wr(0x20, S, 0);
    wr(IIDR, S, 0);
    EQ(rd(STATUSR, S), RRD | WRD | WROD);
    wr(STATUSR, S, 0);
    EQ(rd(STATUSR, S), RRD | WRD | WROD);
    wr(STATUSR, S, 0xfffffff0 | WRD);
    EQ(rd(STATUSR, S), RRD | WROD);
    wr(STATUSR, NS, 0xf); /* the other copy */
    EQ(rd(STATUSR, S), RRD | WROD);
}

static void test_banks(void)
{
    rd(0x20, NS);
    wr(IIDR, S, 0);
    EQ(rd(STATUSR, NS), RRD);
    EQ(rd(STATUSR, S), WROD);
    wire(VR_GICR_WIRE_GICD_CTLR, DS); /* the Secure copy is used */
    EQ(rd(STATUSR, NS), WROD);
    wr(0x20, NS, 0);
    EQ(rd(STATUSR, S), WROD | WRD);
    wr(STATUSR, NS, WROD);
    wire(VR_GICR_WIRE_GICD_CTLR, 0);
    EQ(rd(STATUSR, NS), RRD);
    EQ(rd(STATUSR, S), WRD);
}

static void test_reset(void)
{
    rd(0x20, S);
    rd(0x20, NS);
    vr_block_reset(block);
    EQ(rd(STATUSR, S), 0);
    EQ(rd(STATUSR, NS), 0);
}

static void test_absent(void)
{
    rig_variant("statusr", 0);
    rd(0x20, S);
    rd(0x20, NS);
    wr(IIDR, S, 0);
    wr(STATUSR, S, 0xf);
    EQ(rd(STATUSR, S), 0);
    EQ(rd(STATUSR, NS), 0);
}

const Test error_tests[] = {
    { "reserved offsets, \"The GIC Redistributor register map\", "
      "\"GICR_STATUSR\"", test_offsets },
    { "wrong sizes, \"Access to the GIC registers\"", test_sizes },
    { "wrong alignment, \"Access to the GIC registers\"", test_alignment },
    { "writes to read-only registers, \"GICR_STATUSR\"", test_read_only },
    { "STATUSR is write one to clear, \"GICR_STATUSR\"",
      test_write_one_to_clear },
    { "STATUSR is banked, \"GICR_STATUSR\"", test_banks },
    { "reset clears both copies, \"GICR_STATUSR\"", test_reset },
    { "STATUSR is optional, \"GICR_STATUSR\"", test_absent },
    { NULL, NULL },
};
