/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules 1 to 3 of the pins: which SET and CLEAR follows from what. */
#include "rig.h"

#define BIT(n) (1u << (n))

static void start(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 0xffffffff);
    set_priority(1, 0x10);
    set_priority(2, 0x20);
    set_priority(3, 0x30);
    set_priority(4, 0x40);
    forget();
}

static void pend(unsigned intid)
{
    wr(ISPENDR0, S, BIT(intid));
}

static void test_candidate(void)
{
    rig_awake(ALL_GROUPS);
    pend(2);
    EFFECTS("");
    wr(ISENABLER0, S, BIT(2));
    EFFECTS("SET INTID 2 priority 0x00 G0");
    msg(VR_GICR_RELEASE, 2, 0);
    EFFECTS("SET INTID 2 priority 0x00 G0"); /* still a candidate */
}

static void test_cpu_groups(void)
{
    start();
    msg(VR_GICR_UPSTREAM_CONTROL, 0, BIT(VR_GIC_G1NS) | BIT(VR_GIC_G1S));
    EFFECTS("UPSTREAM_CONTROL_ACK 0");
    pend(2);
    EFFECTS("");
    msg(VR_GICR_UPSTREAM_CONTROL, 7, ALL_GROUPS); /* another identifier */
    EFFECTS("UPSTREAM_CONTROL_ACK 7");
    msg(VR_GICR_UPSTREAM_CONTROL, 0, BIT(VR_GIC_G0));
    EFFECTS("SET INTID 2 priority 0x20 G0; UPSTREAM_CONTROL_ACK 0");
    msg(VR_GICR_UPSTREAM_CONTROL, 0, 0);
    EFFECTS("CLEAR INTID 2; UPSTREAM_CONTROL_ACK 0");
}

static void test_lowest_priority_value(void)
{
    start();
    wr(ISPENDR0, S, BIT(4) | BIT(3) | BIT(1) | BIT(2));
    EFFECTS("SET INTID 1 priority 0x10 G0");
    msg(VR_GICR_ACTIVATE, 1, 0);
    EFFECTS("SET INTID 2 priority 0x20 G0; ACTIVATE_ACK INTID 1");
}

static void test_lowest_intid(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 0xffffffff);
    wr(ISPENDR0, S, BIT(31) | BIT(7) | BIT(16));
    EFFECTS("SET INTID 7 priority 0x00 G0");
    pend(3); /* equal priority does not supersede */
    EFFECTS("");
    msg(VR_GICR_ACTIVATE, 7, 0);
    EFFECTS("SET INTID 3 priority 0x00 G0; ACTIVATE_ACK INTID 7");
}

static void test_supersede(void)
{
    start();
    pend(4);
    EFFECTS("SET INTID 4 priority 0x40 G0");
    pend(3);
    EFFECTS("SET INTID 3 priority 0x30 G0");
    pend(2); /* rule 1: 4 is held as superseded */
    EFFECTS("");
    wr(ICPENDR0, S, BIT(3));
    EFFECTS("");
    msg(VR_GICR_RELEASE, 4, 0);
    EFFECTS("CLEAR INTID 3"); /* rule 2 comes before rule 3 */
    msg(VR_GICR_CLEAR_ACK, 3, 0);
    EFFECTS("SET INTID 2 priority 0x20 G0");
}

static void test_supersede_then_better(void)
{
    start();
    pend(4);
    pend(3);
    pend(1);
    EFFECTS("SET INTID 4 priority 0x40 G0; SET INTID 3 priority 0x30 G0");
    msg(VR_GICR_RELEASE, 4, 0);
    EFFECTS("SET INTID 1 priority 0x10 G0"); /* 3 becomes superseded */
    msg(VR_GICR_RELEASE, 3, 0);
    EFFECTS("");
    msg(VR_GICR_ACTIVATE, 1, 0);
    EFFECTS("SET INTID 3 priority 0x30 G0; ACTIVATE_ACK INTID 1");
}

static void test_clear(void)
{
    start();
    pend(2);
    forget();
    EQ(rd(CTLR, S), 0);
    wr(ICENABLER0, S, BIT(2));
    EFFECTS("CLEAR INTID 2");
    EQ(rd(CTLR, S), 8); /* RWP */
    EQ(rd(CTLR, NS), 8);
    pend(1); /* rule 1: a CLEAR waits */
    wr(ISENABLER0, S, BIT(2));
    EFFECTS("");
    msg(VR_GICR_CLEAR_ACK, 2, 0);
    EFFECTS("SET INTID 1 priority 0x10 G0");
    EQ(rd(CTLR, S), 0);
}

static void test_clear_reasons(void)
{
    start();
    wire(20, 1);
    EFFECTS("SET INTID 20 priority 0x00 G0");
    wire(20, 0);
    EFFECTS("CLEAR INTID 20");
    msg(VR_GICR_CLEAR_ACK, 99, 0); /* its INTID is not checked */
    EFFECTS("");
    wire(20, 1);
    EFFECTS("SET INTID 20 priority 0x00 G0");
    set_priority(20, 0x80);
    EFFECTS("CLEAR INTID 20");
    msg(VR_GICR_CLEAR_ACK, 20, 0);
    EFFECTS("SET INTID 20 priority 0x80 G0");
    wr(IGROUPR0, S, BIT(20));
    EFFECTS("CLEAR INTID 20");
    msg(VR_GICR_CLEAR_ACK, 20, 0);
    EFFECTS("SET INTID 20 priority 0x80 G1NS");
    wire(VR_GICR_WIRE_GICD_CTLR, 5);
    EFFECTS("CLEAR INTID 20");
    msg(VR_GICR_CLEAR_ACK, 20, 0);
    EFFECTS("");
    wire(VR_GICR_WIRE_GICD_CTLR, 7);
    EFFECTS("SET INTID 20 priority 0x80 G1NS");
}

static void test_clear_by_ds(void)
{
    start();
    wr(IGRPMODR0, S, BIT(2));
    pend(2);
    EFFECTS("SET INTID 2 priority 0x20 G1S");
    wire(VR_GICR_WIRE_GICD_CTLR, 7 | DS);
    EFFECTS("CLEAR INTID 2; DOWNSTREAM_CONTROL DS = 1");
    msg(VR_GICR_CLEAR_ACK, 2, 0);
    EFFECTS("SET INTID 2 priority 0x20 G0");
    msg(VR_GICR_DOWNSTREAM_CONTROL_ACK, 0, 0);
    EFFECTS("");
}

static void test_unknown(void)
{
    start();
    pend(2);
    forget();
    msg(0, 2, 7);
    msg(10, 2, 7);
    msg(UINT32_MAX, 2, 7);
    EFFECTS("");
    msg(VR_GICR_RELEASE, 3, 0);
    msg(VR_GICR_CLEAR_ACK, 2, 0);
    EFFECTS("");
    msg(VR_GICR_ACTIVATE, 3, 0);
    EFFECTS("ACTIVATE_ACK INTID 3");
    msg(VR_GICR_ACTIVATE, 0x100000002, 0);
    EFFECTS("ACTIVATE_ACK INTID 4294967298");
    EQ(rd(ISACTIVER0, S), 0);
    EQ(rd(ISPENDR0, S), BIT(2));
}

static void test_time(void)
{
    const VrEvent stim = { .kind = VR_STIM_TIME, .data = { 1000000 } };

    start();
    pend(2);
    forget();
    CHECK(vr_block_apply(block, &stim, NULL));
    EFFECTS("");
}

const Test handshake_tests[] = {
    { "a candidate is SET, \"Set (IRI)\"", test_candidate },
    { "group enables of the CPU interface, \"Upstream Control (ICC)\"",
      test_cpu_groups },
    { "lowest priority value first, \"Interrupt prioritization\"",
      test_lowest_priority_value },
    { "equal priority: lowest INTID, \"Interrupt prioritization\"",
      test_lowest_intid },
    { "a better interrupt supersedes, \"Set (IRI)\"", test_supersede },
    { "after RELEASE of superseded the next, \"Release (ICC)\"",
      test_supersede_then_better },
    { "CLEAR and RWP, \"Clear (IRI)\", \"GICR_CTLR\"", test_clear },
    { "reasons for a CLEAR, \"Clear (IRI)\"", test_clear_reasons },
    { "DS changes the group, \"Downstream Control (IRI)\"",
      test_clear_by_ds },
    { "messages that mean nothing, \"GIC Stream Protocol interface\"",
      test_unknown },
    { "time does nothing, \"GIC Stream Protocol interface\"", test_time },
    { NULL, NULL },
};
