/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reset values, writable bits and read-only registers. */
#include "rig.h"

static const struct {
    uint32_t offset;
    uint32_t reset;
    uint32_t after_ones; /* Secure, after writing all ones */
} registers[] = {
    { CTLR, 0, 0x07000000 },
    { IIDR, 0x43b, 0x43b },
    { TYPER, 0x20, 0x20 },
    { TYPER + 4, 0, 0 },
    { WAKER, 0x6, 0x6 },
    { IGROUPR0, 0, 0xffffffff },
    { ISENABLER0, 0, 0xffffffff },
    { ISPENDR0, 0, 0xffffffff },
    { ISACTIVER0, 0, 0xffffffff },
    { IPRIORITYR + 0x00, 0, 0xffffffff },
    { IPRIORITYR + 0x1c, 0, 0xffffffff },
    { ICFGR0, 0xaaaaaaaa, 0xaaaaaaaa },
    { ICFGR1, 0, 0xaaaaaaaa },
    { IGRPMODR0, 0, 0xffffffff },
    { NSACR, 0, 0xffffffff },
};

#define NUM (sizeof(registers) / sizeof(registers[0]))

static void check_reset(void)
{
    for (unsigned i = 0; i < NUM; i++) {
        check_at(__FILE__, __LINE__,
                 rd(registers[i].offset, S) == registers[i].reset,
                 "reset value at 0x%05x is 0x%08llx, want 0x%08x",
                 registers[i].offset,
                 (unsigned long long)rd(registers[i].offset, S),
                 registers[i].reset);
    }
}

static void test_reset_values(void)
{
    check_reset();
    EQ(rd(STATUSR, S), 0);
    EQ(rd(ICENABLER0, S), 0);
    EQ(rd(ICPENDR0, S), 0);
    EQ(rd(ICACTIVER0, S), 0);
    EFFECTS("");
}

static void write_ones(void)
{
    for (unsigned i = 0; i < NUM; i++) {
        wr(registers[i].offset, S, 0xffffffff);
    }
}

static void test_writable_bits(void)
{
    write_ones();
    for (unsigned i = 0; i < NUM; i++) {
        EQ(rd(registers[i].offset, S), registers[i].after_ones);
    }
    for (unsigned i = 0; i < NUM; i++) {
        wr(registers[i].offset, S, 0);
    }
    EQ(rd(CTLR, S), 0);
    EQ(rd(IGROUPR0, S), 0);
    EQ(rd(ISENABLER0, S), 0xffffffff); /* 0 has no effect */
    EQ(rd(ISPENDR0, S), 0xffffffff);
    EQ(rd(ISACTIVER0, S), 0xffffffff);
    EQ(rd(IPRIORITYR, S), 0);
    EQ(rd(ICFGR0, S), 0xaaaaaaaa);
    EQ(rd(ICFGR1, S), 0);
    EQ(rd(IGRPMODR0, S), 0);
    EQ(rd(NSACR, S), 0);
}

static void test_reset_restores(void)
{
    wire(VR_GICR_WIRE_GICD_CTLR, ALL_GROUPS);
    write_ones();
    forget();
    vr_block_reset(block);
    check_reset();
    EQ(rd(STATUSR, S), 0);
    EFFECTS("DPG = 0x0");
}

static void test_set_clear_pairs(void)
{
    static const struct {
        uint32_t set, clear;
    } pairs[] = {
        { ISENABLER0, ICENABLER0 },
        { ISPENDR0, ICPENDR0 },
        { ISACTIVER0, ICACTIVER0 },
    };

    for (unsigned i = 0; i < 3; i++) {
        wr(pairs[i].set, S, 0x80010005);
        wr(pairs[i].set, S, 0x00020000);
        EQ(rd(pairs[i].set, S), 0x80030005);
        EQ(rd(pairs[i].clear, S), 0x80030005);
        wr(pairs[i].clear, S, 0x80000001);
        EQ(rd(pairs[i].set, S), 0x00030004);
        EQ(rd(pairs[i].clear, S), 0x00030004);
    }
}

static void test_identification(void)
{
    static const uint8_t want[] = {
        0x44, 0x00, 0x00, 0x00, 0x93, 0xb4, 0x3b, 0x00, 0x0d, 0xf0, 0x05, 0xb1,
    };

    for (unsigned i = 0; i < sizeof(want); i++) {
        EQ(rd(0xffd0 + 4 * i, NS), want[i]);
        wr(0xffd0 + 4 * i, S, 0xffffffff);
        EQ(rd(0xffd0 + 4 * i, S), want[i]);
    }
}

static void test_typer(void)
{
    rig_variant("affinity", 0x01020304);
    EQ(rd_size(TYPER, 8, NS), 0x0102030400000020);
    EQ(rd(TYPER, NS), 0x20);
    EQ(rd(TYPER + 4, NS), 0x01020304);
    rig_variant("processor-number", 0xabcd);
    EQ(rd_size(TYPER, 8, S), 0xabcd20);
    rig_variant("last", 1);
    EQ(rd_size(TYPER, 8, S), 0x30);
    rig_variant("dpg", 0);
    EQ(rd_size(TYPER, 8, S), 0);
    rig_variant("iidr", 0x1234043b);
    EQ(rd(IIDR, NS), 0x1234043b);
}

static void test_dpg(void)
{
    wr(CTLR, S, 1u << 24);
    EFFECTS("DPG = 0x1");
    wr(CTLR, S, 1u << 25);
    EFFECTS("DPG = 0x2");
    wr(CTLR, S, 1u << 26);
    EFFECTS("DPG = 0x4");
    wr(CTLR, S, 1u << 26);
    EFFECTS("");
    rig_variant("dpg", 0);
    wr(CTLR, S, 0xffffffff);
    EQ(rd(CTLR, S), 0);
    EFFECTS("");
}

/* Out of scope: no LPIs, no extended PPIs, no NMIs, no MPAM. */
static void test_res0(void)
{
    static const struct {
        uint32_t offset;
        unsigned words, sizes;
    } absent[] = {
        { 0x18, 2, 4 }, { 0x40, 4, 12 }, { 0x70, 4, 12 }, { 0xa0, 2, 12 },
        { 0xb0, 2, 12 }, { 0xc0, 1, 4 }, { 0x10084, 2, 4 },
        { 0x10104, 2, 4 }, { 0x10184, 2, 4 }, { 0x10204, 2, 4 },
        { 0x10284, 2, 4 }, { 0x10304, 2, 4 }, { 0x10384, 2, 4 },
        { 0x10420, 16, 5 }, { 0x10c08, 4, 4 }, { 0x10d04, 2, 4 },
        { 0x10f80, 3, 4 },
    };

    for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        for (unsigned size = 1; size <= 8; size *= 2) {
            if (!(absent[i].sizes & size)) {
                continue;
            }
            for (unsigned at = 0; at < absent[i].words * 4; at += size) {
                wr_size(absent[i].offset + at, size, S, UINT64_MAX);
                EQ(rd_size(absent[i].offset + at, size, S), 0);
                EQ(rd_size(absent[i].offset + at, size, NS), 0);
            }
        }
    }
    EQ(rd(STATUSR, S), 0);
    EQ(rd(STATUSR, NS), 0);
    EFFECTS("");
}

const Test register_tests[] = {
    { "reset values of every register, \"GICR_* register descriptions\"",
      test_reset_values },
    { "writable bits of every register, \"GICR_* register descriptions\"",
      test_writable_bits },
    { "reset restores registers, \"GICR_* register descriptions\"",
      test_reset_restores },
    { "set and clear registers are one state, \"GICR_ISENABLER0\", "
      "\"GICR_ISPENDR0\", \"GICR_ISACTIVER0\"", test_set_clear_pairs },
    { "identification registers, \"Identification registers\"",
      test_identification },
    { "TYPER and IIDR from the variant, \"GICR_TYPER\", \"GICR_IIDR\"",
      test_typer },
    { "DPG bits and wire, \"GICR_CTLR\"", test_dpg },
    { "registers of absent features are RES0, \"The GIC Redistributor "
      "register map\"", test_res0 },
    { NULL, NULL },
};
