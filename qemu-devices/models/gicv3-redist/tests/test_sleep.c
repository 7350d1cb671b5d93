/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GICR_WAKER, QUIESCE and the wake request. */
#include "rig.h"

#define SLEEP 2u
#define ASLEEP 6u

static void test_reset_is_asleep(void)
{
    EQ(rd(WAKER, S), ASLEEP);
    wr(WAKER, S, SLEEP); /* no change of ProcessorSleep */
    EQ(rd(WAKER, S), ASLEEP);
    EFFECTS("");
    wr(WAKER, S, 0);
    EQ(rd(WAKER, S), 0);
    EFFECTS("");
}

static void test_quiesce(void)
{
    rig_awake(ALL_GROUPS);
    wr(WAKER, S, 0xffffffff);
    EFFECTS("QUIESCE");
    EQ(rd(WAKER, S), SLEEP);
    wr(WAKER, S, SLEEP);
    EFFECTS("");
    msg(VR_GICR_QUIESCE_ACK, 0, 0);
    EQ(rd(WAKER, S), ASLEEP);
    EFFECTS("");
}

static void test_stray_ack(void)
{
    rig_awake(ALL_GROUPS);
    msg(VR_GICR_QUIESCE_ACK, 0, 0);
    EQ(rd(WAKER, S), 0);
    wr(WAKER, S, SLEEP);
    wr(WAKER, S, 0); /* cancels the QUIESCE */
    EFFECTS("QUIESCE");
    msg(VR_GICR_QUIESCE_ACK, 0, 0);
    EQ(rd(WAKER, S), 0);
}

static void test_wake_request(void)
{
    wire(VR_GICR_WIRE_GICD_CTLR, ALL_GROUPS);
    wire(20, 1);
    EFFECTS("");
    wr(ISENABLER0, S, 1u << 20);
    EFFECTS("WAKE_REQUEST = 1");
    wr(ISACTIVER0, S, 1u << 20);
    EFFECTS("WAKE_REQUEST = 0");
    wr(ICACTIVER0, S, 1u << 20);
    EFFECTS("WAKE_REQUEST = 1");
    wire(VR_GICR_WIRE_GICD_CTLR, 6);
    EFFECTS("WAKE_REQUEST = 0");
    wr(IGROUPR0, S, 1u << 20);
    EFFECTS("WAKE_REQUEST = 1");
    wire(20, 0);
    EFFECTS("WAKE_REQUEST = 0");
    wr(ISPENDR0, S, 1u << 20);
    EFFECTS("WAKE_REQUEST = 1");
    wr(WAKER, S, 0); /* no group of the CPU interface is enabled yet */
    EFFECTS("WAKE_REQUEST = 0");
    msg(VR_GICR_UPSTREAM_CONTROL, 0, ALL_GROUPS);
    EFFECTS("SET INTID 20 priority 0x00 G1NS; UPSTREAM_CONTROL_ACK 0");
}

static void test_no_set_asleep(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 0xffffffff);
    wr(WAKER, S, SLEEP);
    EFFECTS("QUIESCE");
    wr(ISPENDR0, S, 4); /* not asleep yet: neither SET nor wake request */
    EFFECTS("");
    msg(VR_GICR_QUIESCE_ACK, 0, 0);
    EFFECTS("WAKE_REQUEST = 1");
    wr(WAKER, S, 0);
    EFFECTS("SET INTID 2 priority 0x00 G0; WAKE_REQUEST = 0");
}

static void test_quiesce_drops(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 0xffffffff);
    wr(ISPENDR0, S, 4);
    wr(WAKER, S, SLEEP);
    msg(VR_GICR_QUIESCE_ACK, 0, 0);
    forget();
    msg(VR_GICR_ACTIVATE, 2, 0); /* held no longer */
    EFFECTS("ACTIVATE_ACK INTID 2");
    EQ(rd(ISACTIVER0, S), 0);
    wr(WAKER, S, 0);
    EFFECTS("SET INTID 2 priority 0x00 G0; WAKE_REQUEST = 0");
}

static void test_quiesce_drops_clear(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 4);
    wr(ISPENDR0, S, 4);
    wr(ICENABLER0, S, 4);
    EFFECTS("SET INTID 2 priority 0x00 G0; CLEAR INTID 2");
    EQ(rd(CTLR, S), 8);
    wr(WAKER, S, SLEEP);
    EQ(rd(CTLR, S), 8);
    msg(VR_GICR_QUIESCE_ACK, 0, 0);
    EQ(rd(CTLR, S), 0);
    forget();
    wr(WAKER, S, 0);
    wr(ISENABLER0, S, 4);
    EFFECTS("SET INTID 2 priority 0x00 G0");
}

static void test_activate_before_ack(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 4);
    wr(ISPENDR0, S, 4);
    wr(WAKER, S, SLEEP);
    forget();
    msg(VR_GICR_ACTIVATE, 2, 0);
    EFFECTS("ACTIVATE_ACK INTID 2");
    EQ(rd(ISACTIVER0, S), 4);
    EQ(rd(ISPENDR0, S), 0);
}

static void test_wake_keeps_held(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 4);
    wr(ISPENDR0, S, 4);
    wr(WAKER, S, SLEEP);
    wr(WAKER, S, 0);
    EFFECTS("SET INTID 2 priority 0x00 G0; QUIESCE"); /* no second SET */
    wr(WAKER, S, SLEEP);
    wr(ICPENDR0, S, 4);
    EFFECTS("QUIESCE");
    wr(WAKER, S, 0); /* what changed meanwhile is seen now */
    EFFECTS("CLEAR INTID 2");
}

static void test_reset_while_awake(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 4);
    wr(ISPENDR0, S, 4);
    forget();
    vr_block_reset(block);
    EFFECTS("");
    EQ(rd(WAKER, S), ASLEEP);
    wr(WAKER, S, 0);
    wr(ISENABLER0, S, 4);
    wr(ISPENDR0, S, 4);
    EFFECTS(""); /* the CPU interface's enables were reset */
    msg(VR_GICR_UPSTREAM_CONTROL, 0, 1);
    EFFECTS("SET INTID 2 priority 0x00 G0; UPSTREAM_CONTROL_ACK 0");
}

const Test sleep_tests[] = {
    { "asleep after reset, \"GICR_WAKER\"", test_reset_is_asleep },
    { "ProcessorSleep, QUIESCE, ChildrenAsleep, \"GICR_WAKER\"",
      test_quiesce },
    { "QUIESCE_ACK that nothing waits for, \"Quiesce (IRI)\"",
      test_stray_ack },
    { "wake request, \"Power management\"", test_wake_request },
    { "no SET while asleep, \"GICR_WAKER\"", test_no_set_asleep },
    { "QUIESCE_ACK drops what is held, \"Quiesce (IRI)\"",
      test_quiesce_drops },
    { "QUIESCE_ACK drops a waiting CLEAR, \"Quiesce (IRI)\"",
      test_quiesce_drops_clear },
    { "ACTIVATE crosses QUIESCE, \"Quiesce (IRI)\"",
      test_activate_before_ack },
    { "waking up again keeps what is held, \"GICR_WAKER\"",
      test_wake_keeps_held },
    { "reset while something is held, \"GICR_WAKER\"",
      test_reset_while_awake },
    { NULL, NULL },
};
