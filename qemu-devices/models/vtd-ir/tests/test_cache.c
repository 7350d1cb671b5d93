/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interrupt entry cache: what stays in it, where, and what is replaced.
 * Whether an entry is there shows in whether the table is read.
 */
#include "rig.h"

static void geometry(unsigned sets_log2, unsigned ways, unsigned policy)
{
    const VrParam params[] = {
        { "iec-sets", sets_log2 }, { "iec-ways", ways },
        { "iec-policy", policy },
    };

    rig_variants(params, 3);
    for (unsigned i = 0; i < 256; i++) {
        entry(i, remapped(i, 1), 0);
    }
    remapping_on();
}

static bool hits(unsigned index)
{
    bool hit;

    forget();
    request(index);
    hit = count(VR_EFF_MEM_READ, TABLE + 16 * index) == 0;
    EQ(count(VR_EFF_MSG, 1), 1);
    forget();
    return hit;
}

static void fill(unsigned first, unsigned n, unsigned step)
{
    for (unsigned i = 0; i < n; i++) {
        request(first + i * step);
    }
    forget();
}

/* Used as it was read, until it is invalidated; also when it is bad now. */
static void test_retained(void)
{
    geometry(4, 8, 0);
    request(5);
    entry(5, 0, 0);
    request(5);
    entry(5, ~0ull, ~0ull);
    request(5);
    refuse(VR_EFF_MEM_READ, TABLE + 0x50);
    request(5);
    EFFECTS("REMAPPED vector 0x05 fixed physical edge to 0x1; "
            "REMAPPED vector 0x05 fixed physical edge to 0x1; "
            "REMAPPED vector 0x05 fixed physical edge to 0x1; "
            "REMAPPED vector 0x05 fixed physical edge to 0x1");
    READS("READ16 0x100050");
    NO_FAULT();
}

static void test_none(void)
{
    for (unsigned sets = 0; sets < 5; sets += 4) {
        for (unsigned policy = 0; policy < 2; policy++) {
            geometry(sets, 0, policy);
            CHECK(!hits(5));
            CHECK(!hits(5));
            CHECK(!hits(5));
        }
    }
}

/* As many entries as there is room for, evenly over the sets, stay. */
static void test_capacity(void)
{
    for (unsigned sets = 0; sets <= 4; sets++) {
        for (unsigned ways = 1; ways <= 8; ways++) {
            unsigned room = ways << sets;

            geometry(sets, ways, ways & 1);
            fill(0, room, 1);
            for (unsigned i = 0; i < room; i++) {
                CHECK(hits(i));
            }
        }
    }
}

/* The set is the index modulo the sets: others are not in the way. */
static void test_sets(void)
{
    geometry(4, 1, 0);
    fill(0, 16, 1);
    CHECK(!hits(0x25)); /* takes the place of 5 */
    for (unsigned i = 0; i < 16; i++) {
        EQ(hits(i), i != 5);
    }
    geometry(0, 1, 0);
    CHECK(!hits(3));
    CHECK(!hits(4));
    CHECK(!hits(3));
    CHECK(hits(3));
}

static void test_lru(void)
{
    geometry(0, 4, 0);
    fill(0, 4, 1);
    CHECK(hits(0)); /* order of use: 1 2 3 0 */
    CHECK(!hits(4)); /* replaces 1: 2 3 0 4 */
    CHECK(hits(2)); /* 3 0 4 2 */
    CHECK(!hits(5)); /* replaces 3: 0 4 2 5 */
    CHECK(!hits(1)); /* replaces 0: 4 2 5 1 */
    CHECK(hits(4)); /* 2 5 1 4 */
    CHECK(!hits(3)); /* replaces 2: 5 1 4 3 */
    CHECK(hits(5));
    CHECK(hits(1));
    CHECK(hits(4));
    CHECK(hits(3));
    CHECK(!hits(2));
}

/* A hit that ends in a source-id fault is a use as well. */
static void test_lru_sid(void)
{
    geometry(0, 2, 0);
    entry(0, remapped(0, 1), SVT(1) | SID);
    fill(0, 2, 1);
    request_from(1, 0);
    CHECK(!hits(2)); /* replaces 1 */
    CHECK(hits(0));
}

static void test_round_robin(void)
{
    geometry(0, 4, 1);
    fill(0, 4, 1);
    CHECK(hits(0)); /* of no consequence */
    CHECK(!hits(4)); /* way 0 */
    CHECK(!hits(0)); /* way 1 */
    CHECK(!hits(1)); /* way 2 */
    CHECK(hits(3));
    CHECK(!hits(2)); /* way 3 */
    CHECK(!hits(3)); /* way 0 again */
    CHECK(hits(0));
    CHECK(hits(1));
    CHECK(hits(2));
    CHECK(!hits(4));
}

/* Ways that are no power of two */
static void test_round_robin_of_three(void)
{
    geometry(0, 3, 1);
    fill(0, 3, 1);
    fill(3, 3, 1); /* ways 0, 1, 2 */
    CHECK(hits(3) && hits(4) && hits(5));
    CHECK(!hits(6)); /* way 0 */
    CHECK(!hits(3)); /* way 1 */
    CHECK(hits(5));
    CHECK(!hits(4)); /* way 2 */
    CHECK(hits(6));
}

/* Each set has a pointer of its own. */
static void test_round_robin_sets(void)
{
    geometry(1, 2, 1);
    fill(0, 4, 1); /* set 0: 0 2; set 1: 1 3 */
    CHECK(!hits(4)); /* set 0, way 0 */
    CHECK(!hits(5)); /* set 1, way 0 */
    CHECK(hits(2));
    CHECK(hits(3));
    CHECK(!hits(6)); /* set 0, way 1 */
    CHECK(hits(4));
}

static void invalidate(uint64_t lo)
{
    submit(lo, 0);
    EQ(rd(VR_VTD_IQH_REG), rd(VR_VTD_IQT_REG));
    forget();
}

/* A new entry takes the lowest-numbered invalid way before any is replaced,
 * and invalidation leaves the order of use alone. */
static void test_invalid_way_first(void)
{
    geometry(0, 4, 0);
    queue_on(false);
    fill(0, 4, 1);
    invalidate(IEC_ONE(2, 0));
    CHECK(!hits(4)); /* in way 2 */
    CHECK(hits(0));
    CHECK(hits(1));
    CHECK(hits(3));
    CHECK(!hits(5)); /* replaces 4, the least recently used now */
    CHECK(hits(0) && hits(1) && hits(3));
}

static void test_round_robin_after_invalidation(void)
{
    geometry(0, 4, 1);
    queue_on(false);
    fill(0, 4, 1);
    fill(4, 2, 1); /* ways 0, 1: 4 5 2 3; pointer 2 */
    invalidate(IEC);
    CHECK(!hits(0) && !hits(1) && !hits(2) && !hits(3));
    CHECK(!hits(4)); /* the pointer is still 2: 0 1 4 3 */
    CHECK(hits(0) && hits(1) && hits(3) && hits(4));
    invalidate(IEC_ONE(1, 0));
    invalidate(IEC_ONE(3, 0));
    CHECK(!hits(5)); /* way 1 */
    CHECK(!hits(6)); /* way 3 */
    CHECK(!hits(7)); /* the pointer's way 3 */
    CHECK(hits(5));
    CHECK(!hits(6));
}

static void test_lru_after_global(void)
{
    geometry(0, 3, 0);
    queue_on(false);
    fill(0, 3, 1);
    invalidate(IEC);
    fill(2, 1, 1);
    fill(0, 2, 1); /* ways: 2 0 1 */
    CHECK(hits(2)); /* order of use: 0 1 2 */
    CHECK(!hits(3));
    CHECK(hits(1) && hits(2) && hits(3));
}

/* --- invalidation --- */

static void test_global(void)
{
    geometry(4, 8, 0);
    queue_on(false);
    fill(0, 128, 1);
    invalidate(IEC);
    for (unsigned i = 0; i < 128; i++) {
        CHECK(!hits(i));
    }
    /* With G = 0 neither IM nor IIDX counts. */
    invalidate(IEC | 31ull << 27 | 0xffffull << 32);
    for (unsigned i = 0; i < 128; i++) {
        CHECK(!hits(i));
    }
}

static void test_one(void)
{
    geometry(4, 8, 0);
    queue_on(false);
    fill(0, 128, 1);
    invalidate(IEC_ONE(0x35, 0));
    for (unsigned i = 0; i < 128; i++) {
        EQ(hits(i), i != 0x35);
    }
}

/* IM: that many lowest bits of IIDX do not count. */
static void test_masks(void)
{
    for (unsigned im = 0; im <= 15; im++) {
        geometry(4, 8, 0);
        queue_on(false);
        fill(0, 128, 1);
        invalidate(IEC_ONE(0x5b, im));
        for (unsigned i = 0; i < 128; i++) {
            EQ(hits(i), (i ^ 0x5b) >> im != 0);
        }
    }
}

/* All 16 bits of the index are compared. */
static void test_high_index(void)
{
    set_table(EIME | 15);
    gcmd_set(IRE);
    queue_on(false);
    entry(0, remapped(0x40, 1), 0);
    entry(0x8000, remapped(0x41, 1), 0);
    entry(0xffff, remapped(0x42, 1), 0);
    CHECK(!hits(0) && !hits(0x8000) && !hits(0xffff));
    invalidate(IEC_ONE(0x8000, 0));
    CHECK(hits(0) && !hits(0x8000) && hits(0xffff));
    invalidate(IEC_ONE(0, 15)); /* the lower half */
    CHECK(!hits(0) && hits(0x8000) && hits(0xffff));
    invalidate(IEC_ONE(0x9123, 15)); /* the upper half */
    CHECK(hits(0) && !hits(0x8000) && !hits(0xffff));
}

/* An entry that changed takes effect when it was invalidated, not before. */
static void test_change(void)
{
    geometry(4, 8, 0);
    queue_on(false);
    request(1);
    entry(1, remapped(0x99, 2), 0);
    request(1);
    invalidate(IEC_ONE(2, 0));
    request(1);
    EFFECTS("REMAPPED vector 0x01 fixed physical edge to 0x1");
    invalidate(IEC_ONE(1, 0));
    request(1);
    EFFECTS("REMAPPED vector 0x99 fixed physical edge to 0x2");
}

const Test cache_tests[] = {
    { "entries are retained until they are invalidated, \"Interrupt Entry "
      "Cache\"", test_retained },
    { "no cache, \"Interrupt Entry Cache\"", test_none },
    { "each geometry holds what it has room for, \"Interrupt Entry "
      "Cache\"", test_capacity },
    { "sets, \"Interrupt Entry Cache\"", test_sets },
    { "least recently used, \"Interrupt Entry Cache\"", test_lru },
    { "a hit with a source-id fault is a use, \"Interrupt Entry Cache\"",
      test_lru_sid },
    { "round-robin, \"Interrupt Entry Cache\"", test_round_robin },
    { "round-robin of three ways, \"Interrupt Entry Cache\"",
      test_round_robin_of_three },
    { "round-robin in each set, \"Interrupt Entry Cache\"",
      test_round_robin_sets },
    { "invalid ways first, \"Interrupt Entry Cache\"",
      test_invalid_way_first },
    { "round-robin after invalidation, \"Interrupt Entry Cache\"",
      test_round_robin_after_invalidation },
    { "order of use after invalidation, \"Interrupt Entry Cache\"",
      test_lru_after_global },
    { "global invalidation, 6.5.2 \"Interrupt Entry Cache Invalidate "
      "Descriptor\"", test_global },
    { "invalidation of one entry, 6.5.2 \"Interrupt Entry Cache Invalidate "
      "Descriptor\"", test_one },
    { "each index mask, 6.5.2 \"Interrupt Entry Cache Invalidate "
      "Descriptor\"", test_masks },
    { "16 bits of index, 6.5.2 \"Interrupt Entry Cache Invalidate "
      "Descriptor\"", test_high_index },
    { "a changed entry, 6.5.2 \"Interrupt Entry Cache Invalidate "
      "Descriptor\"", test_change },
    { NULL, NULL },
};
