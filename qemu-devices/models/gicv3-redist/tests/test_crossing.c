/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of both directions that cross on the cut line. */
#include "rig.h"

#define BIT(n) (1u << (n))

static void start(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 0xffffffff);
    set_priority(1, 0x10);
    set_priority(2, 0x20);
    set_priority(3, 0x30);
    wr(ISPENDR0, S, BIT(3));
    forget();
}

/* The PE acknowledges while the CLEAR is on its way. */
static void test_activate_crosses_clear(void)
{
    start();
    wr(ICPENDR0, S, BIT(3));
    EFFECTS("CLEAR INTID 3");
    msg(VR_GICR_ACTIVATE, 3, 0);
    EFFECTS("ACTIVATE_ACK INTID 3");
    EQ(rd(ISACTIVER0, S), BIT(3)); /* although no longer pending */
    EQ(rd(CTLR, S), 8);            /* the CLEAR still waits */
    wr(ISPENDR0, S, BIT(2));
    EFFECTS("");
    msg(VR_GICR_CLEAR_ACK, 3, 0);
    EFFECTS("SET INTID 2 priority 0x20 G0");
    EQ(rd(CTLR, S), 0);
}

static void test_release_crosses_clear(void)
{
    start();
    wr(ICENABLER0, S, BIT(3));
    EFFECTS("CLEAR INTID 3");
    msg(VR_GICR_RELEASE, 3, 0);
    wr(ISENABLER0, S, BIT(3));
    EFFECTS("");
    EQ(rd(CTLR, S), 8);
    msg(VR_GICR_CLEAR_ACK, 3, 0);
    EFFECTS("SET INTID 3 priority 0x30 G0");
}

/* The PE acknowledges the old interrupt while a better SET is on its way. */
static void test_activate_crosses_set(void)
{
    start();
    wr(ISPENDR0, S, BIT(2));
    EFFECTS("SET INTID 2 priority 0x20 G0");
    msg(VR_GICR_ACTIVATE, 3, 0);
    EFFECTS("ACTIVATE_ACK INTID 3");
    EQ(rd(ISACTIVER0, S), BIT(3));
    EQ(rd(ISPENDR0, S), BIT(2));
    wr(ISPENDR0, S, BIT(1)); /* superseded is free again */
    EFFECTS("SET INTID 1 priority 0x10 G0");
}

static void test_activate_current_first(void)
{
    start();
    wr(ISPENDR0, S, BIT(2));
    forget();
    msg(VR_GICR_ACTIVATE, 2, 0);
    EFFECTS("ACTIVATE_ACK INTID 2"); /* 3 is still held: no SET */
    msg(VR_GICR_RELEASE, 3, 0);
    EFFECTS("SET INTID 3 priority 0x30 G0");
}

static void test_activate_twice(void)
{
    start();
    msg(VR_GICR_ACTIVATE, 3, 0);
    msg(VR_GICR_DEACTIVATE, 3, ALL_GROUPS);
    forget();
    msg(VR_GICR_ACTIVATE, 3, 0); /* held no longer */
    EFFECTS("ACTIVATE_ACK INTID 3");
    EQ(rd(ISACTIVER0, S), 0);
}

/* Disabled and enabled again before the CPU interface has answered. */
static void test_clear_then_candidate_again(void)
{
    start();
    wr(ICENABLER0, S, BIT(3));
    wr(ISENABLER0, S, BIT(3));
    EFFECTS("CLEAR INTID 3");
    msg(VR_GICR_CLEAR_ACK, 3, 0);
    EFFECTS("SET INTID 3 priority 0x30 G0");
}

/* The priority was lowered and put back: the SET is true again. */
static void test_superseded_then_restored(void)
{
    start();
    wr(ISPENDR0, S, BIT(2));
    forget();
    set_priority(2, 0x28);
    set_priority(2, 0x20);
    EFFECTS("");
    msg(VR_GICR_RELEASE, 3, 0);
    EFFECTS("");
}

static void test_activate_takes_new_pending(void)
{
    start();
    wr(ICPENDR0, S, BIT(3));
    wr(ISPENDR0, S, BIT(3)); /* pending anew while its CLEAR is out */
    forget();
    msg(VR_GICR_ACTIVATE, 3, 0);
    EFFECTS("ACTIVATE_ACK INTID 3");
    EQ(rd(ISPENDR0, S), 0);
}

static void test_stray_clear_ack(void)
{
    start();
    wr(ISPENDR0, S, BIT(2));
    forget();
    msg(VR_GICR_CLEAR_ACK, 3, 0);
    msg(VR_GICR_CLEAR_ACK, 2, 0);
    EFFECTS("");
    msg(VR_GICR_ACTIVATE, 2, 0);
    EQ(rd(ISACTIVER0, S), BIT(2)); /* was still held */
}

const Test crossing_tests[] = {
    { "ACTIVATE crosses CLEAR, \"Activate (ICC)\"",
      test_activate_crosses_clear },
    { "RELEASE crosses CLEAR, \"Release (ICC)\"",
      test_release_crosses_clear },
    { "ACTIVATE crosses a better SET, \"Activate (ICC)\"",
      test_activate_crosses_set },
    { "ACTIVATE of current before superseded, \"Activate (ICC)\"",
      test_activate_current_first },
    { "ACTIVATE twice, \"Activate (ICC)\"", test_activate_twice },
    { "a candidate again before CLEAR_ACK, \"Clear Acknowledge (ICC)\"",
      test_clear_then_candidate_again },
    { "priority changed and restored, \"Set (IRI)\"",
      test_superseded_then_restored },
    { "ACTIVATE takes what became pending meanwhile, \"Activate (ICC)\"",
      test_activate_takes_new_pending },
    { "CLEAR_ACK that nothing waits for, \"Clear Acknowledge (ICC)\"",
      test_stray_clear_ack },
    { NULL, NULL },
};
