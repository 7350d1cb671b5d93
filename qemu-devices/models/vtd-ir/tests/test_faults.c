/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fault log: records in turn, overflow, FRI. */
#include "rig.h"

#define FSTS VR_VTD_FSTS_REG
#define F (1ull << 63)

static uint32_t record(unsigned n)
{
    return VR_VTD_FRCD_REG + 16 * n;
}

/* A fault whose index tells it from the others */
static void fault(unsigned i)
{
    request_from(i, 0x100 + i);
}

static uint64_t high(unsigned i)
{
    return F | (uint64_t)VR_VTD_FR_IR_INDEX_OVER << 32 | i;
}

static void start(unsigned frcd)
{
    rig_variant("frcd", frcd);
    remapping_on();
}

static void clear(unsigned n)
{
    wr(record(n) + 12, 1u << 31);
}

static void test_in_turn(void)
{
    start(8);
    for (unsigned i = 0; i < 8; i++) {
        fault(i);
        EQ(rd(FSTS), PPF);
    }
    for (unsigned i = 0; i < 8; i++) {
        EQ(rd8(record(i)), (0x100ull + i) << 48);
        EQ(rd8(record(i) + 8), high(i));
    }
}

static void test_words(void)
{
    start(8);
    request_from(0xabcd, 0x1234);
    EQ(rd(record(0)), 0);
    EQ(rd(record(0) + 4), 0x12340000);
    EQ(rd(record(0) + 8), 0xabcd);
    EQ(rd(record(0) + 12), 1u << 31 | VR_VTD_FR_IR_INDEX_OVER);
    EQ(rd8(record(0) + 4), 0); /* misaligned */
}

/* Other bits are read-only, F is cleared by 1 and by nothing else. */
static void test_clear(void)
{
    start(8);
    fault(0);
    for (unsigned i = 0; i < 4; i++) {
        wr(record(0) + 4 * i, i == 3 ? 0x7fffffff : 0xffffffff);
    }
    wr8(record(0), UINT64_MAX);
    wr8(record(0) + 8, 0);
    EQ(rd8(record(0)), 0x100ull << 48);
    EQ(rd8(record(0) + 8), high(0));
    EQ(rd(FSTS), PPF);
    wr(record(0) + 12, 1u << 31);
    EQ(rd8(record(0)), 0x100ull << 48); /* the rest stays */
    EQ(rd8(record(0) + 8), high(0) & ~F);
    EQ(rd(FSTS), 0);
    fault(1);
    wr8(record(1) + 8, F);
    EQ(rd8(record(1) + 8), high(1) & ~F);
    EQ(rd(FSTS) & PPF, 0);
}

/* PPF is the OR of all F, and cannot be written. */
static void test_ppf(void)
{
    start(8);
    for (unsigned i = 0; i < 3; i++) {
        fault(i);
    }
    wr(FSTS, 0xffffffff);
    EQ(rd(FSTS), PPF);
    clear(1);
    EQ(rd(FSTS), PPF);
    clear(0);
    EQ(rd(FSTS), PPF);
    clear(7); /* was not set */
    EQ(rd(FSTS), PPF);
    clear(2);
    EQ(rd(FSTS), 0);
}

/* FRI is the record with which PPF was set. */
static void test_fri(void)
{
    start(8);
    for (unsigned i = 0; i < 20; i++) {
        unsigned first = 2 * i % 8, second = (2 * i + 1) % 8;

        fault(1);
        EQ(rd(FSTS), PPF | first << 8);
        fault(2);
        EQ(rd(FSTS), PPF | first << 8);
        clear(first);
        EQ(rd(FSTS), PPF | first << 8);
        clear(second);
        EQ(rd(FSTS), first << 8);
    }
}

static void test_overflow(void)
{
    for (unsigned n = 1; n <= 8; n++) {
        start(n);
        for (unsigned i = 0; i < n; i++) {
            fault(i);
        }
        EQ(rd(FSTS), PPF);
        fault(n);
        EQ(rd(FSTS), PPF | PFO);
        for (unsigned i = 0; i < n; i++) {
            EQ(rd8(record(i) + 8), high(i)); /* nothing is overwritten */
        }
    }
}

/* While PFO is 1 nothing is recorded, even where there is room. */
static void test_overflow_stays(void)
{
    start(2);
    fault(0);
    fault(1);
    fault(2);
    clear(0);
    clear(1);
    EQ(rd(FSTS), PFO);
    fault(3);
    EQ(rd(FSTS), PFO);
    EQ(rd8(record(0) + 8), high(0) & ~F);
    EQ(rd8(record(1) + 8), high(1) & ~F);
    wr(FSTS, PFO);
    EQ(rd(FSTS), 0);
    fault(4);
    EQ(rd8(record(0) + 8), high(4)); /* in turn: the lost ones do not count */
    EQ(rd(FSTS), PPF);
}

/* The next in turn is looked at, not whichever is free. */
static void test_hole(void)
{
    start(3);
    fault(0);
    fault(1);
    fault(2);
    clear(1);
    fault(3);
    EQ(rd(FSTS), PPF | PFO);
    EQ(rd8(record(1) + 8), high(1) & ~F);
    clear(0);
    wr(FSTS, PFO);
    fault(4);
    EQ(rd8(record(0) + 8), high(4));
    fault(5);
    EQ(rd8(record(1) + 8), high(5));
    EQ(rd(FSTS), PPF);
    fault(6);
    EQ(rd(FSTS), PPF | PFO);
}

/* PFO cleared while the records are full is set again by the next one. */
static void test_overflow_again(void)
{
    start(1);
    fault(0);
    fault(1);
    wr(FSTS, PFO);
    EQ(rd(FSTS), PPF);
    fault(2);
    EQ(rd(FSTS), PPF | PFO);
}

/* The same fault of the same source is a record of its own each time. */
static void test_not_collapsed(void)
{
    start(8);
    for (unsigned i = 0; i < 8; i++) {
        fault(5);
        EQ(rd8(record(i) + 8), high(5));
    }
    EQ(rd(FSTS), PPF);
    fault(5);
    EQ(rd(FSTS), PPF | PFO);
}

/* Interrupts of good entries go on while the log overflows. */
static void test_overflow_harms_none(void)
{
    start(1);
    entry(0, remapped(0x40, 1), 0);
    fault(0);
    fault(1);
    request(0);
    EFFECTS("REMAPPED vector 0x40 fixed physical edge to 0x1");
}

static void test_dma_fault(void)
{
    start(8);
    msg(VR_VTD_DMA_FAULT, 0x123456789abcd000, 0x4000000512345678);
    EQ(rd8(record(0)), 0x123456789abcd000);
    EQ(rd8(record(0) + 8), 0xc000000512345678);
    EQ(rd(FSTS), PPF);
    msg(VR_VTD_DMA_FAULT, UINT64_MAX, UINT64_MAX);
    EQ(rd8(record(1)), UINT64_MAX);
    EQ(rd8(record(1) + 8), UINT64_MAX);
    fault(2); /* one log for both sides */
    EQ(rd8(record(2) + 8), high(2));
    msg(VR_VTD_DMA_FAULT, 0, 0);
    EQ(rd8(record(3)), 0);
    EQ(rd8(record(3) + 8), F);
    for (unsigned i = 4; i < 8; i++) {
        msg(VR_VTD_DMA_FAULT, i, 0);
    }
    msg(VR_VTD_DMA_FAULT, 99, 0);
    EQ(rd(FSTS), PPF | PFO);
    EQ(rd8(record(0)), 0x123456789abcd000);
    EFFECTS("");
}

/* Recorded whatever the interrupt side is told to do. */
static void test_dma_fault_disabled(void)
{
    msg(VR_VTD_DMA_FAULT, 0x1000, 0x500000042);
    EQ(rd8(record(0)), 0x1000);
    EQ(rd8(record(0) + 8), F | 0x500000042);
    EQ(rd(FSTS), PPF);
}

const Test fault_tests[] = {
    { "records in turn, \"Primary Fault Logging\"", test_in_turn },
    { "a record in words, 11.4 \"Fault Recording Registers\"", test_words },
    { "F is write 1 to clear, the rest read-only, 11.4 \"Fault Recording "
      "Registers\"", test_clear },
    { "PPF, 11.4 \"Fault Status Register\"", test_ppf },
    { "FRI, 11.4 \"Fault Status Register\"", test_fri },
    { "PFO with 1 to 8 records, \"Primary Fault Logging\"", test_overflow },
    { "PFO stops the log, \"Primary Fault Logging\"", test_overflow_stays },
    { "a free record out of turn, \"Primary Fault Logging\"", test_hole },
    { "PFO again, \"Primary Fault Logging\"", test_overflow_again },
    { "no collapsing, \"Primary Fault Logging\"", test_not_collapsed },
    { "interrupts go on, \"Primary Fault Logging\"",
      test_overflow_harms_none },
    { "faults of the DMA side, \"Primary Fault Logging\"", test_dma_fault },
    { "faults of the DMA side while remapping is off, \"Primary Fault "
      "Logging\"", test_dma_fault_disabled },
    { NULL, NULL },
};
