/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The invalidation queue as a ring. */
#include "rig.h"

#define QUEUE_READS_0_TO_2 "READ16 0x20000; READ16 0x20010; READ16 0x20020"

static void fill(uint64_t base, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i += 16) {
        poke(base + i, IEC);
    }
}

static void test_advance(void)
{
    queue_on(false);
    fill(QUEUE, 4096);
    wr(VR_VTD_IQT_REG, 0x10);
    EQ(rd8(VR_VTD_IQH_REG), 0x10);
    READS("READ16 0x20000");
    wr8(VR_VTD_IQT_REG, ~0ull << 32 | 0x40);
    EQ(rd8(VR_VTD_IQH_REG), 0x40);
    EQ(rd8(VR_VTD_IQT_REG), 0x40);
    READS("READ16 0x20010; READ16 0x20020; READ16 0x20030");
    wr(VR_VTD_IQT_REG, 0x40); /* empty */
    READS("");
    EFFECTS("");
}

static void test_disabled(void)
{
    queue_on(false);
    fill(QUEUE, 4096);
    gcmd_clear(QIE);
    wr(VR_VTD_IQT_REG, 0x30);
    EQ(rd(VR_VTD_IQH_REG), 0);
    READS("");
    gcmd_set(QIE); /* from the beginning */
    READS(QUEUE_READS_0_TO_2);
    EQ(rd(VR_VTD_IQH_REG), 0x30);
    gcmd_clear(QIE);
    EQ(rd(VR_VTD_IQH_REG), 0);
    EQ(rd(VR_VTD_IQT_REG), 0x30);
    READS("");
    gcmd_set(QIE);
    READS(QUEUE_READS_0_TO_2);
}

static void test_wrap(void)
{
    for (unsigned qs = 0; qs < 8; qs++) {
        uint32_t size = 4096u << qs;

        rig_variants(NULL, 0);
        fill(QUEUE, size);
        wr8(VR_VTD_IQA_REG, QUEUE | qs);
        gcmd_set(QIE);
        wr(VR_VTD_IQT_REG, size - 16); /* all but one, in one stimulus */
        EQ(rd(VR_VTD_IQH_REG), size - 16);
        EQ(rd(VR_VTD_FSTS_REG), 0);
        forget();
        wr(VR_VTD_IQT_REG, 0x10);
        EQ(count(VR_EFF_MEM_READ, QUEUE + size - 16), 1);
        EQ(count(VR_EFF_MEM_READ, QUEUE), 1);
        EQ(count(VR_EFF_MEM_READ, QUEUE + 16), 0);
        EQ(rd(VR_VTD_IQH_REG), 0x10);
    }
}

static void test_wide(void)
{
    queue_on(true);
    fill(QUEUE, 4096);
    for (unsigned i = 16; i < 4096; i += 32) {
        poke(QUEUE + i, 0);
    }
    wr(VR_VTD_IQT_REG, 0x40);
    READS("READ16 0x20000; READ16 0x20010; READ16 0x20020; READ16 0x20030");
    EQ(rd(VR_VTD_IQH_REG), 0x40);
    wr(VR_VTD_IQT_REG, 0xfe0);
    forget();
    wr(VR_VTD_IQT_REG, 0);
    READS("READ16 0x20fe0; READ16 0x20ff0");
    EQ(rd(VR_VTD_IQH_REG), 0);
    EQ(rd(VR_VTD_FSTS_REG), 0);
}

/* DW set while the head is between two wide descriptors: its bit 4 is cleared
 * before it is used. */
static void test_becomes_wide(void)
{
    queue_on(false);
    fill(QUEUE, 4096);
    poke(QUEUE + 16, 0);
    wr(VR_VTD_IQT_REG, 0x10);
    EQ(rd(VR_VTD_IQH_REG), 0x10);
    READS("READ16 0x20000");
    wr8(VR_VTD_IQA_REG, QUEUE | DW); /* IQT has bit 4 set */
    READS("");
    EQ(rd(VR_VTD_FSTS_REG), IQE);
    EQ(rd(VR_VTD_IQERCD_REG), VR_VTD_IQEI_TAIL_ALIGN);
    EQ(rd(VR_VTD_IQH_REG), 0);
    wr(VR_VTD_IQT_REG, 0x20);
    wr(VR_VTD_FSTS_REG, IQE);
    READS("READ16 0x20000; READ16 0x20010");
    EQ(rd(VR_VTD_IQH_REG), 0x20);
    EQ(rd(VR_VTD_FSTS_REG), 0);
}

/* A DMA descriptor keeps the queue from seeing DW before IQT is even. */
static void test_becomes_wide_at_tail(void)
{
    queue_on(false);
    put(IEC, 0);
    submit(2, 0);
    EQ(rd(VR_VTD_IQH_REG), 0x10);
    wr8(VR_VTD_IQA_REG, QUEUE | DW);
    wr(VR_VTD_IQT_REG, 0x20);
    EQ(rd(VR_VTD_IQH_REG), 0x10);
    forget();
    msg(VR_VTD_DMA_DESC_DONE, 0, 0); /* 30h, then 20h: nothing is left */
    READS("");
    EQ(rd(VR_VTD_IQH_REG), 0x20);
    EQ(rd(VR_VTD_FSTS_REG), 0);
}

/* IQA_REG is used as it stands. */
static void test_address_changes(void)
{
    queue_on(false);
    fill(QUEUE, 4096);
    fill(0x50000, 4096);
    wr(VR_VTD_IQT_REG, 0x10);
    wr8(VR_VTD_IQA_REG, 0x50000);
    READS("READ16 0x20000");
    wr(VR_VTD_IQT_REG, 0x20);
    READS("READ16 0x50010");
}

/* A head beyond the size, when QS was made smaller, wraps as it advances. */
static void test_smaller(void)
{
    fill(QUEUE, 8192);
    wr8(VR_VTD_IQA_REG, QUEUE | 1);
    gcmd_set(QIE);
    wr(VR_VTD_IQT_REG, 0x1400);
    EQ(rd(VR_VTD_IQH_REG), 0x1400);
    forget();
    wr(VR_VTD_IQA_REG, QUEUE); /* IQT is outside now, but IQH is the same */
    READS("");
    EQ(rd(VR_VTD_FSTS_REG), 0);
    wr(VR_VTD_IQT_REG, 0x20);
    READS("READ16 0x21400; READ16 0x20000; READ16 0x20010");
    EQ(rd(VR_VTD_IQH_REG), 0x20);
    EQ(rd(VR_VTD_FSTS_REG), 0);
}

static void test_wrapping_address(void)
{
    fill(0xfffffffffffff000, 4096);
    fill(0, 4096);
    wr8(VR_VTD_IQA_REG, 0xfffffffffffff000 | 1);
    gcmd_set(QIE);
    wr(VR_VTD_IQT_REG, 0xff0);
    forget();
    wr(VR_VTD_IQT_REG, 0x1010);
    READS("READ16 0xfffffffffffffff0; READ16 0x0");
    EQ(rd(VR_VTD_IQH_REG), 0x1010);
    EQ(rd(VR_VTD_FSTS_REG), 0);
}

/* Whatever the stimulus is, the queue moves on at its end. */
static void test_runs_after_any(void)
{
    queue_on(false);
    wr(VR_VTD_IQT_REG, 0x10); /* nothing is there: type 0 */
    EQ(rd(VR_VTD_FSTS_REG), IQE);
    fill(QUEUE, 4096);
    forget();
    time_is(1);
    request(0);
    forget();
    wr(VR_VTD_FSTS_REG, IQE);
    READS("READ16 0x20000");
    EQ(rd(VR_VTD_IQH_REG), 0x10);
}

const Test queue_tests[] = {
    { "head follows tail, 6.5.2 \"Queued Invalidation Interface\"",
      test_advance },
    { "off and on, 11.4 \"Global Command Register\", QIE", test_disabled },
    { "each size wraps, 11.4 \"Invalidation Queue Address Register\", QS",
      test_wrap },
    { "256-bit descriptors, 11.4 \"Invalidation Queue Address Register\", "
      "DW", test_wide },
    { "DW set at an odd head, 6.5.2 \"Queued Invalidation Interface\"",
      test_becomes_wide },
    { "DW set while a descriptor is handed over, 6.5.2 \"Queued "
      "Invalidation Interface\"",
      test_becomes_wide_at_tail },
    { "another address, 11.4 \"Invalidation Queue Address Register\"",
      test_address_changes },
    { "QS made smaller, 11.4 \"Invalidation Queue Address Register\"",
      test_smaller },
    { "a queue that wraps, 11.4 \"Invalidation Queue Address Register\"",
      test_wrapping_address },
    { "goes on when the error is cleared, 11.4 \"Fault Status Register\"",
      test_runs_after_any },
    { NULL, NULL },
};
