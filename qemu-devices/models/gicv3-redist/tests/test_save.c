/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Save and load: round trip, other variants, damaged state. */
#include <string.h>

#include "rig.h"

#define MAX_STATE 4096

static uint8_t saved[MAX_STATE];
static int64_t saved_len;

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

/* A state with something in every part: 3 superseded, 2 current. */
static void busy(void)
{
    rig_awake(ALL_GROUPS);
    wr(CTLR, S, 0x05000000);
    wr(IGROUPR0, S, 0xf0f00000);
    wr(IGRPMODR0, S, 0x0f000000);
    wr(NSACR, S, 0x12345678);
    wr(ICFGR1, S, 0x8);
    wr(ISENABLER0, S, 0xffffffff);
    wr(ISACTIVER0, S, 0x00f00000);
    set_priority(2, 0x20);
    set_priority(3, 0x30);
    wire(30, 1);
    wire(31, 1);
    wr(ICENABLER0, S, 0xc0000000);
    msg(VR_GICR_CLEAR_ACK, 0, 0);
    rd(0x20, NS);
    wr(IIDR, S, 0);
    wr(ISPENDR0, S, 1u << 3);
    wr(ISPENDR0, S, 1u << 2);
    forget();
}

static void test_round_trip(void)
{
    uint8_t again[MAX_STATE];
    static const uint32_t offsets[] = {
        CTLR, WAKER, IGROUPR0, IGRPMODR0, NSACR, ICFGR1, ISENABLER0,
        ISACTIVER0, ISPENDR0, STATUSR, IPRIORITYR,
    };
    uint32_t want[sizeof(offsets) / sizeof(offsets[0])];

    busy();
    if (!save()) {
        return;
    }
    for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        want[i] = rd(offsets[i], S);
    }
    rig_variant("last", 0); /* a new block, the same variant */
    EQ(vr_block_load(block, saved, saved_len), 0);
    EFFECTS("");
    for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        EQ(rd(offsets[i], S), want[i]);
    }
    EQ(rd(STATUSR, NS), 1);
    EQ(vr_block_save(block, again, sizeof(again)), saved_len);
    CHECK(!memcmp(again, saved, saved_len));
    msg(VR_GICR_RELEASE, 3, 0);
    EFFECTS("");
    msg(VR_GICR_ACTIVATE, 2, 0);
    EFFECTS("SET INTID 3 priority 0x30 G0; ACTIVATE_ACK INTID 2");
}

/* A loaded wire level is known: no edge, and changes are emitted. */
static void test_levels(void)
{
    wire(VR_GICR_WIRE_GICD_CTLR, ALL_GROUPS);
    wr(ICFGR1, S, 2);
    wire(16, 1);
    wr(ICPENDR0, S, 1u << 16);
    wr(ISENABLER0, S, 1u << 17);
    wire(17, 1);
    EFFECTS("WAKE_REQUEST = 1");
    if (!save()) {
        return;
    }
    rig_variant("last", 0);
    EQ(vr_block_load(block, saved, saved_len), 0);
    wire(16, 1);
    EQ(rd(ISPENDR0, S), 1u << 17);
    wire(17, 0);
    EFFECTS("WAKE_REQUEST = 0");
}

static void test_small_buffer(void)
{
    uint8_t buf[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

    if (!save()) {
        return;
    }
    EQ(vr_block_save(block, buf, sizeof(buf)), saved_len);
    CHECK(buf[0] == 1 && buf[7] == 8);
    EQ(vr_block_save(block, NULL, 0), saved_len);
}

static void test_wrong_length(void)
{
    if (!save()) {
        return;
    }
    for (int64_t len = 0; len < saved_len; len++) {
        EQ(vr_block_load(block, saved, len), (uint64_t)-EINVAL);
    }
    EQ(vr_block_load(block, saved, saved_len + 1), (uint64_t)-EINVAL);
    EQ(vr_block_load(block, saved, saved_len), 0);
}

static void test_other_variant(void)
{
    static const VrParam others[] = {
        { "affinity", 1 }, { "processor-number", 1 }, { "last", 1 },
        { "prio-bits", 5 }, { "icfgr1-writable", 0 }, { "dpg", 0 },
        { "statusr", 0 }, { "iidr", 0 },
    };

    if (!save()) {
        return;
    }
    for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        rig_variant(others[i].name, others[i].value);
        EQ(vr_block_load(block, saved, saved_len), (uint64_t)-EINVAL);
    }
}

/* What the block does with a state that it took. */
static void exercise(void)
{
    uint32_t active = rd(ISACTIVER0, S);

    forget();
    msg(0, 0, 0); /* no stimulus: nothing was left to be sent */
    EFFECTS("");
    for (unsigned i = 32; i < 256; i++) {
        msg(VR_GICR_ACTIVATE, i, 0);
    }
    EQ(rd(ISACTIVER0, S), active); /* no such interrupt was held */
    for (unsigned i = 0; i < 32; i++) {
        msg(VR_GICR_ACTIVATE, i, 0);
        msg(VR_GICR_DEACTIVATE, i, ALL_GROUPS);
        wire(i, i & 1);
    }
    wr(WAKER, S, 2);
    msg(VR_GICR_QUIESCE_ACK, 0, 0);
    wr(WAKER, S, 0);
    vr_block_reset(block);
    forget();
}

/* Any byte, any value: refused without effect, or a state of the block. */
static void damage(void)
{
    uint8_t bad[MAX_STATE], after[MAX_STATE];
    unsigned refused = 0, taken = 0;

    if (!strcmp(vr_block_backend(block), "lockstep")) {
        skip_test("damage to one of two states is a mismatch, not a state");
        return;
    }
    for (int64_t at = 0; at < saved_len; at++) {
        for (unsigned value = 0; value < 256; value++) {
            memcpy(bad, saved, saved_len);
            bad[at] = value;
            if (value == saved[at]) {
                continue;
            }
            EQ(vr_block_load(block, saved, saved_len), 0);
            if (vr_block_load(block, bad, saved_len) == 0) {
                taken++;
                vr_block_save(block, after, sizeof(after));
                CHECK(!memcmp(after, bad, saved_len));
                exercise();
            } else {
                refused++;
                vr_block_save(block, after, sizeof(after));
                CHECK(!memcmp(after, saved, saved_len));
            }
        }
    }
    CHECK(refused > 0 && taken > 0);
}

static void test_damage_busy(void)
{
    busy();
    if (save()) {
        damage();
    }
}

/* Nothing superseded: a SET or CLEAR must not be left to be sent. */
static void test_damage_current(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 0xff);
    set_priority(3, 0x30);
    wr(ISPENDR0, S, 1u << 3);
    if (save()) {
        damage();
    }
}

static void test_damage_asleep(void)
{
    if (save()) {
        damage();
    }
}

static uint32_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (uint64_t)seed * n >> 32;
}

static void random_stimulus(void)
{
    static const uint32_t offsets[] = {
        CTLR, IIDR, STATUSR, WAKER, IGROUPR0, ISENABLER0, ICENABLER0,
        ISPENDR0, ICPENDR0, ISACTIVER0, ICACTIVER0, ICFGR1, IGRPMODR0, NSACR,
    };
    uint32_t bits = below(UINT32_MAX) & below(UINT32_MAX);

    switch (below(5)) {
    case 0:
        wr(offsets[below(14)], below(4) ? S : NS, bits);
        break;
    case 1:
        wr_size(IPRIORITYR + below(32), 1, below(2) ? S : NS, bits);
        break;
    case 2:
        wire(16 + below(17), below(128));
        break;
    default:
        msg(1 + below(9), below(8) ? below(34) : 0, below(8));
        break;
    }
}

/* Whatever the block can be in can be saved, loaded, and goes on the same. */
static void test_reachable(void)
{
    seed = 1;
    for (unsigned i = 0; i < 100000; i++) {
        random_stimulus();
        forget();
        msg(0, 0, 0); /* no stimulus */
        EFFECTS("");
        if (!save()) {
            return;
        }
        EQ(vr_block_load(block, saved, saved_len), 0);
    }
}

const Test save_tests[] = {
    { "round trip of a busy block, block contract, vr_block_save()",
      test_round_trip },
    { "levels of wires are part of the state, block contract, "
      "vr_block_save()", test_levels },
    { "every state that is reached can be loaded, block contract, "
      "vr_block_load()", test_reachable },
    { "buffer that is too small, block contract, vr_block_save()",
      test_small_buffer },
    { "wrong length, block contract, vr_block_load()", test_wrong_length },
    { "another variant's state, block contract, vr_block_load()",
      test_other_variant },
    { "damaged state of a busy block, block contract, vr_block_load()",
      test_damage_busy },
    { "damaged state with one SET, block contract, vr_block_load()",
      test_damage_current },
    { "damaged state of a sleeping block, block contract, vr_block_load()",
      test_damage_asleep },
    { NULL, NULL },
};
