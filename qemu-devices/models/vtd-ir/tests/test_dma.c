/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors that are the DMA side's. */
#include "rig.h"

#define IOTLB 2ull
#define HANDED "DMA_DESC IOTLB 0x000000000000abcd:0000000000000002"
#define DONE(code) msg(VR_VTD_DMA_DESC_DONE, 0, (code))

static void start(void)
{
    rig_variants(NULL, 0);
    poke(STATUS, 0);
    queue_on(false);
}

static void test_hand_over(void)
{
    start();
    put(IOTLB, 0xabcd);
    submit(WAIT_SW(1), STATUS);
    EFFECTS(HANDED);
    READS("READ16 0x20000");
    EQ(rd(VR_VTD_IQH_REG), 0);
    EQ(rd(VR_VTD_FSTS_REG), 0);
    DONE(0);
    EFFECTS("WRITE4 0x4000 = 0x1");
    READS("READ16 0x20010");
    EQ(rd(VR_VTD_IQH_REG), 0x20);
}

/* Reserved bits of these are the DMA side's to judge. */
static void test_types(void)
{
    static const struct {
        uint64_t low;
        const char *effect;
    } types[] = {
        { 0xfffffffffffff1f1,
          "DMA_DESC context-cache 0xffffffffffffffff:fffffffffffff1f1" },
        { 0xfffffffffffff1f2,
          "DMA_DESC IOTLB 0xffffffffffffffff:fffffffffffff1f2" },
        { 0xfffffffffffff1f3,
          "DMA_DESC device-TLB 0xffffffffffffffff:fffffffffffff1f3" },
        { 0xfffffffffffff1f6,
          "DMA_DESC PASID-based IOTLB "
          "0xffffffffffffffff:fffffffffffff1f6" },
        { 0xfffffffffffff1f7,
          "DMA_DESC PASID-cache 0xffffffffffffffff:fffffffffffff1f7" },
        { 0xfffffffffffff1f8,
          "DMA_DESC PASID-based device-TLB "
          "0xffffffffffffffff:fffffffffffff1f8" },
    };

    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        start();
        submit(types[i].low, ~0ull);
        EFFECTS(types[i].effect);
        DONE(0);
        EQ(rd(VR_VTD_IQH_REG), 0x10);
        EFFECTS("");
    }
}

static void test_wide(void)
{
    start();
    queue_on(true);
    put(IOTLB, 0xabcd);
    poke(QUEUE + 16, 0x1111);
    poke(QUEUE + 24, 0x2222);
    wr(VR_VTD_IQT_REG, 0x20);
    EFFECTS("DMA_DESC_HIGH 0x0000000000002222:0000000000001111; " HANDED);
    DONE(0);
    EQ(rd(VR_VTD_IQH_REG), 0x20);
}

/* Nothing else is read meanwhile; requests, registers and events go on. */
static void test_stands_still(void)
{
    start();
    entry(0, remapped(0x40, 1), 0);
    remapping_on();
    submit(IOTLB, 0xabcd);
    forget();
    submit(WAIT_SW(1), STATUS);
    time_is(1);
    rd(VR_VTD_IQH_REG);
    READS("");
    request(0);
    EFFECTS("REMAPPED vector 0x40 fixed physical edge to 0x1");
    DONE(0);
    EFFECTS("WRITE4 0x4000 = 0x1");
}

static void test_stray_done(void)
{
    start();
    for (unsigned code = 0; code < 16; code++) {
        DONE(code | 0x12340050);
    }
    EQ(rd(VR_VTD_FSTS_REG), 0);
    EQ(rd8(VR_VTD_IQERCD_REG), 0);
    EQ(rd(VR_VTD_IQH_REG), 0);
    submit(IOTLB, 0xabcd);
    DONE(0);
    DONE(0);
    DONE(1);
    EQ(rd(VR_VTD_IQH_REG), 0x10);
    EQ(rd(VR_VTD_FSTS_REG), 0);
    EFFECTS(HANDED);
}

/* 1: the descriptor is in error and stays at the head. */
static void test_error(void)
{
    for (unsigned iqei = 0; iqei < 16; iqei++) {
        start();
        put(IOTLB, 0xabcd);
        submit(WAIT_SW(1), STATUS);
        forget();
        DONE(0x12340001 | iqei << 4);
        EFFECTS("");
        EQ(rd(VR_VTD_FSTS_REG), IQE);
        EQ(rd8(VR_VTD_IQERCD_REG), iqei);
        EQ(rd(VR_VTD_IQH_REG), 0);
        wr(VR_VTD_FSTS_REG, IQE);
        EFFECTS(HANDED); /* again */
        DONE(0);
        EFFECTS("WRITE4 0x4000 = 0x1");
    }
}

/* 2: a time-out; the queue stops behind the descriptor. */
static void test_time_out(void)
{
    start();
    put(IOTLB, 0xabcd);
    submit(WAIT_SW(1), STATUS);
    forget();
    DONE(0x123400f2);
    EFFECTS("");
    READS("");
    EQ(rd(VR_VTD_FSTS_REG), ITE);
    EQ(rd8(VR_VTD_IQERCD_REG), 0x1234ull << 32);
    EQ(rd(VR_VTD_IQH_REG), 0x10);
    wr(VR_VTD_FSTS_REG, ITE);
    EFFECTS("WRITE4 0x4000 = 0x1");
    EQ(rd(VR_VTD_FSTS_REG), 0);
    EQ(rd8(VR_VTD_IQERCD_REG), 0x1234ull << 32);
}

/* 3: an error of the completion; the queue goes on. */
static void test_completion_error(void)
{
    start();
    put(IOTLB, 0xabcd);
    submit(WAIT_SW(1), STATUS);
    forget();
    DONE(0x567800f3);
    EFFECTS("WRITE4 0x4000 = 0x1");
    EQ(rd(VR_VTD_FSTS_REG), ICE);
    EQ(rd8(VR_VTD_IQERCD_REG), 0x5678ull << 48);
    EQ(rd(VR_VTD_IQH_REG), 0x20);
    wr(VR_VTD_FSTS_REG, ICE);
    EQ(rd(VR_VTD_FSTS_REG), 0);
}

static void test_other_codes(void)
{
    for (unsigned code = 4; code < 16; code++) {
        start();
        submit(IOTLB, 0xabcd);
        DONE(code | 0x12340050);
        EQ(rd(VR_VTD_IQH_REG), 0x10);
        EQ(rd(VR_VTD_FSTS_REG), 0);
        EQ(rd8(VR_VTD_IQERCD_REG), 0);
    }
}

/* Each kind has a field of its own, which the others leave alone. */
static void test_record_fields(void)
{
    start();
    submit(IOTLB, 1);
    DONE(0x11110003);
    submit(IOTLB, 1);
    DONE(0x22220002);
    EQ(rd(VR_VTD_FSTS_REG), ICE | ITE);
    wr(VR_VTD_FSTS_REG, ITE | ICE);
    submit(IOTLB, 1);
    DONE(0x33330071);
    EQ(rd(VR_VTD_FSTS_REG), IQE);
    EQ(rd8(VR_VTD_IQERCD_REG), 0x1111222200000007);
    wr(VR_VTD_FSTS_REG, IQE);
    DONE(0x44440003);
    EQ(rd8(VR_VTD_IQERCD_REG), 0x4444222200000007);
    submit(IOTLB, 1);
    wr(VR_VTD_FSTS_REG, ICE);
    DONE(0x55550002);
    EQ(rd8(VR_VTD_IQERCD_REG), 0x4444555500000007);
}

/* A second one while ICE is set: the first one's source-id stays. */
static void test_two_completion_errors(void)
{
    start();
    put(IOTLB, 1);
    submit(IOTLB, 2);
    DONE(0x11110003);
    DONE(0x22220003);
    EQ(rd(VR_VTD_FSTS_REG), ICE);
    EQ(rd8(VR_VTD_IQERCD_REG), 0x1111ull << 48);
    EQ(rd(VR_VTD_IQH_REG), 0x20);
}

/* QIE off: what was handed over is forgotten. */
static void test_disabled(void)
{
    start();
    submit(IOTLB, 0xabcd);
    forget();
    gcmd_clear(QIE);
    EQ(rd(VR_VTD_IQH_REG), 0);
    DONE(0x12340002);
    EQ(rd(VR_VTD_FSTS_REG), 0);
    EQ(rd(VR_VTD_IQH_REG), 0);
    EFFECTS("");
    gcmd_set(QIE);
    EFFECTS(HANDED);
    gcmd_clear(QIE);
    poke(QUEUE, WAIT_SW(3));
    poke(QUEUE + 8, STATUS);
    gcmd_set(QIE);
    EFFECTS("WRITE4 0x4000 = 0x3");
}

/* Advances by the width, and wraps by the size, of the time it ends. */
static void test_changes_meanwhile(void)
{
    start();
    submit(IOTLB, 0xabcd);
    wr(VR_VTD_IQA_REG, QUEUE | DW);
    wr(VR_VTD_IQT_REG, 0x20);
    DONE(0);
    EQ(rd(VR_VTD_IQH_REG), 0x20);
    EQ(rd(VR_VTD_FSTS_REG), 0);
}

static void test_many(void)
{
    start();
    for (unsigned i = 0; i < 1000; i++) {
        submit(IOTLB, i);
        EQ(rd(VR_VTD_IQH_REG), i * 16 % 4096);
        DONE(0);
        EQ(rd(VR_VTD_IQH_REG), (i + 1) * 16 % 4096);
    }
    EQ(count(VR_EFF_MSG, IOTLB), 1000);
}

const Test dma_tests[] = {
    { "handed over, and waited for, 6.5.2 \"Queued Invalidation "
      "Interface\"", test_hand_over },
    { "each type, 6.5.2 \"Queued Invalidation Interface\"", test_types },
    { "256 bits, 6.5.2 \"Queued Invalidation Interface\"", test_wide },
    { "the queue stands still meanwhile, 6.5.2 \"Queued Invalidation "
      "Ordering Considerations\"", test_stands_still },
    { "an end that nothing waits for, block contract", test_stray_done },
    { "error, 6.5.2 \"Hardware Handling of Queued Invalidation Interface "
      "Errors\"", test_error },
    { "time-out, 11.4 \"Fault Status Register\", ITE", test_time_out },
    { "completion error, 11.4 \"Fault Status Register\", ICE",
      test_completion_error },
    { "other codes, block contract", test_other_codes },
    { "fields of IQERCD_REG, 11.4 \"Invalidation Queue Error Record "
      "Register\"", test_record_fields },
    { "two completion errors, 11.4 \"Invalidation Queue Error Record "
      "Register\", ICESID", test_two_completion_errors },
    { "the queue is disabled meanwhile, 11.4 \"Global Command Register\", "
      "QIE", test_disabled },
    { "IQA_REG changes meanwhile, 11.4 \"Invalidation Queue Address "
      "Register\"", test_changes_meanwhile },
    { "one after the other, 6.5.2 \"Queued Invalidation Interface\"",
      test_many },
    { NULL, NULL },
};
