/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Save and load: round trip, other variants, damaged state. */
#include <string.h>

#include "random.h"
#include "rig.h"

#define MAX_STATE 16384
#define MAX_HISTORY 4096

static uint8_t saved[MAX_STATE];
static int64_t saved_len;

/* Geometry, delays and records that are not the default's */
static const VrParam busy_variant[] = {
    { "delay", 100 }, { "notify-delay", 50 }, { "iec-sets", 1 },
    { "iec-ways", 3 }, { "frcd", 3 },
};
#define BUSY_PARAMS (sizeof(busy_variant) / sizeof(busy_variant[0]))

static void create(void)
{
    rig_variants(busy_variant, BUSY_PARAMS);
}

/* False, and the test is skipped, on a backend that cannot save. */
static bool save(void)
{
    saved_len = vr_block_save(block, saved, sizeof(saved));
    if (saved_len == -ENOTSUP) {
        skip_test("the backend saves no state");
        return false;
    }
    CHECK(saved_len > 0 && saved_len <= MAX_STATE);
    return saved_len > 0 && saved_len <= MAX_STATE;
}

static void load(void)
{
    EQ(vr_block_load(block, saved, saved_len), 0);
}

/* Something in every part: both queues of what waits, a descriptor at the DMA
 * side, cached entries that memory has no more, faults, events. */
static void busy(void)
{
    create();
    for (unsigned i = 0; i < 4; i++) {
        entry(i, remapped(0x40 + i, 1), 0);
        descriptor(PID + 64 * i, NV(0xf2) | NDST(i));
        entry_posted(8 + i, 0x41, PID + 64 * i, 0);
    }
    poke(STATUS, 0);
    remapping_on();
    queue_on(false);
    wr(VR_VTD_FEDATA_REG, 0x61);
    wr(VR_VTD_IEADDR_REG, 0xfee03000);
    put(WAIT_IF, 0);
    put(2, 0);
    submit(WAIT_SW(9), STATUS);
    time_is(1000);
    request(8);
    request(9);
    time_is(1100); /* two notifications wait, until 1150 */
    request(0);
    request(10);
    request(0x100);
    time_is(1110);
    request(1);
    request(11);
    entry(0, 0, 0);
    entry(10, 0, 0);
    forget();
}

static void check_busy(void)
{
    EFFECTS("");
    EQ(rd(VR_VTD_GSTS_REG), QIE | IRE | SIRTP);
    EQ(rd(VR_VTD_IQH_REG), 0x10);
    EQ(rd(VR_VTD_IQT_REG), 0x30);
    EQ(rd(VR_VTD_FSTS_REG), PPF);
    EQ(rd(VR_VTD_FECTL_REG), IM | IP);
    EQ(rd(VR_VTD_FEDATA_REG), 0x61);
    EQ(rd(VR_VTD_ICS_REG), IWC);
    EQ(rd8(VR_VTD_FRCD_REG), 0x100ull << 48);
    request(0); /* cached */
    time_is(1200);
    EFFECTS("NOTIFY NV 0xf2 to 0x0; NOTIFY NV 0xf2 to 0x1; "
            "REMAPPED vector 0x40 fixed physical edge to 0x1; "
            "CAS8 0x3088 0x0->0x2; CAS8 0x30a0 0x200f20000->0x200f20001; "
            "TIMER 1210 ns");
    wr(VR_VTD_FECTL_REG, 0);
    msg(VR_VTD_DMA_DESC_DONE, 0, 0);
    EFFECTS("FAULT_EVENT 0x0 = 0x61; NOTIFY NV 0xf2 to 0x2; "
            "REMAPPED vector 0x41 fixed physical edge to 0x1; "
            "CAS8 0x30c8 0x0->0x2; CAS8 0x30e0 0x300f20000->0x300f20001; "
            "NOTIFY NV 0xf2 to 0x3; "
            "REMAPPED vector 0x40 fixed physical edge to 0x1; "
            "WRITE4 0x4000 = 0x9; TIMER 0 ns");
    msg(VR_VTD_DMA_FAULT, 0x5000, 0);
    EQ(rd8(VR_VTD_FRCD_REG + 16), 0x5000); /* next in turn */
}

static void test_round_trip(void)
{
    uint8_t again[MAX_STATE];

    busy();
    if (!save()) {
        return;
    }
    create();
    load();
    EQ(vr_block_save(block, again, sizeof(again)), saved_len);
    CHECK(!memcmp(again, saved, saved_len));
    forget();
    check_busy();
}

/* That check_busy() tells something: on the block that was not saved. */
static void test_without(void)
{
    busy();
    check_busy();
}

/* --- a random life, lived twice --- */

typedef struct History {
    VrEvent events[MAX_HISTORY];
    unsigned count;
} History;

static void live(uint32_t seed, unsigned stimuli, History *h)
{
    forget();
    random_seed(seed);
    for (unsigned i = 0; i < stimuli; i++) {
        random_stimulus();
    }
    h->count = take_effects(h->events, MAX_HISTORY);
}

static void live_twice(uint32_t seed)
{
    static History first, second;
    uint64_t now = random_now;
    bool same;

    if (!save()) {
        return;
    }
    memory_keep();
    live(seed, 60, &first);
    memory_bring_back();
    random_now = now;
    create();
    load();
    live(seed, 60, &second);
    same = first.count == second.count &&
           !memcmp(first.events, second.events,
                   first.count * sizeof(VrEvent));
    check_at(__FILE__, __LINE__, same,
             "seed %u: %u effects before, %u after", seed, first.count,
             second.count);
}

static void test_random_lives(void)
{
    create();
    random_memory(1);
    for (uint32_t seed = 1; seed < 3000; seed++) {
        live_twice(seed);
        if (saved_len < 0) {
            return;
        }
    }
}

/* --- what is refused --- */

static void test_small_buffer(void)
{
    uint8_t buf[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

    busy();
    if (!save()) {
        return;
    }
    EQ(vr_block_save(block, buf, sizeof(buf)), saved_len);
    CHECK(buf[0] == 1 && buf[7] == 8);
    EQ(vr_block_save(block, NULL, 0), saved_len);
}

static void test_wrong_length(void)
{
    busy();
    if (!save()) {
        return;
    }
    for (int64_t len = 0; len < saved_len; len++) {
        EQ(vr_block_load(block, saved, len), (uint64_t)-EINVAL);
    }
    EQ(vr_block_load(block, saved, saved_len + 1), (uint64_t)-EINVAL);
    load();
}

static void test_other_variant(void)
{
    static const VrParam others[] = {
        { "pi", 0 }, { "eim", 0 }, { "esirtps", 0 }, { "mhmv", 0 },
        { "mhmv", 14 }, { "frcd", 7 }, { "frcd", 1 }, { "dw", 0 },
        { "iec-sets", 3 }, { "iec-sets", 0 }, { "iec-ways", 7 },
        { "iec-ways", 0 }, { "iec-policy", 1 }, { "delay", 1 },
        { "cas-tries", 262143 }, { "notify-delay", 1 },
    };

    if (!save()) {
        return;
    }
    for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        rig_variant(others[i].name, others[i].value);
        check_at(__FILE__, __LINE__,
                 vr_block_load(block, saved, saved_len) == -EINVAL,
                 "state of the default variant taken with %s=%u",
                 others[i].name, (unsigned)others[i].value);
    }
    rig_variants(NULL, 0);
    load();
}

/* What the block does with a state that it took. */
static void exercise(void)
{
    for (uint32_t offset = 0; offset < 0x260; offset += 8) {
        rd8(offset);
    }
    for (unsigned i = 0; i < 12; i++) {
        request(i);
    }
    msg(VR_VTD_DMA_DESC_DONE, 0, 0);
    msg(VR_VTD_DMA_FAULT, 0, 0);
    time_is(UINT64_MAX - 1);
    gcmd_clear(QIE);
    gcmd_set(SIRTP);
    wr(VR_VTD_FECTL_REG, 0);
    wr(VR_VTD_IECTL_REG, 0);
    vr_block_reset(block);
    forget();
}

static unsigned refused, taken;

static void damage(const uint8_t *bad)
{
    static uint8_t after[MAX_STATE];
    bool took;

    load();
    took = vr_block_load(block, bad, saved_len) == 0;
    vr_block_save(block, after, sizeof(after));
    CHECK(!memcmp(after, took ? bad : saved, saved_len));
    if (took) {
        taken++;
        exercise();
    } else {
        refused++;
    }
}

/* Any bit: refused without effect, or a state of the block. */
static void test_damage(void)
{
    static uint8_t bad[MAX_STATE];

    if (!strcmp(vr_block_backend(block), "lockstep")) {
        skip_test("damage to one of two states is a mismatch, not a state");
        return;
    }
    busy();
    if (!save()) {
        return;
    }
    refused = taken = 0;
    memcpy(bad, saved, saved_len);
    for (int64_t at = 0; at < saved_len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bad[at] = saved[at] ^ 1u << bit;
            damage(bad);
        }
        bad[at] = 0xff;
        if (saved[at] != 0xff) {
            damage(bad);
        }
        bad[at] = saved[at];
    }
    CHECK(refused > 300 && taken > 300);
}

/* Noise behind a good header */
static void test_noise(void)
{
    static uint8_t bad[MAX_STATE];

    busy();
    if (!save()) {
        return;
    }
    random_seed(7);
    for (unsigned i = 0; i < 2000; i++) {
        memcpy(bad, saved, saved_len);
        for (int64_t at = i % 64; at < saved_len; at++) {
            bad[at] = random_below(256);
        }
        EQ(vr_block_load(block, bad, saved_len), (uint64_t)-EINVAL);
    }
    check_busy();
}

const Test save_tests[] = {
    { "what a busy block does, block contract", test_without },
    { "round trip of a busy block, block contract, vr_block_save()",
      test_round_trip },
    { "random lives go on the same, block contract, vr_block_load()",
      test_random_lives },
    { "buffer that is too small, block contract, vr_block_save()",
      test_small_buffer },
    { "wrong length, block contract, vr_block_load()", test_wrong_length },
    { "another variant's state, block contract, vr_block_load()",
      test_other_variant },
    { "damaged state, block contract, vr_block_load()", test_damage },
    { "noise, block contract, vr_block_load()", test_noise },
    { NULL, NULL },
};
