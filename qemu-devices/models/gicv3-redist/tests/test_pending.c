/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edge-triggered and level-sensitive PPIs, pending and active state. */
#include "rig.h"

#define BIT(n) (1u << (n))
#define EDGE(n) (2u << ((n) - 16) * 2)

static void test_level(void)
{
    wire(20, 1);
    EQ(rd(ISPENDR0, S), BIT(20));
    EQ(rd(ICPENDR0, S), BIT(20));
    wire(20, 0);
    EQ(rd(ISPENDR0, S), 0);
    wire(20, 2); /* bit 0 is the level */
    EQ(rd(ISPENDR0, S), 0);
}

static void test_edge(void)
{
    wr(ICFGR1, S, EDGE(20));
    wire(20, 1);
    EQ(rd(ISPENDR0, S), BIT(20));
    wire(20, 0);
    EQ(rd(ISPENDR0, S), BIT(20));
    wr(ICPENDR0, S, BIT(20));
    EQ(rd(ISPENDR0, S), 0);
    wire(20, 1);
    wr(ICPENDR0, S, BIT(20));
    EQ(rd(ISPENDR0, S), 0);
    wire(20, 1); /* no edge */
    EQ(rd(ISPENDR0, S), 0);
}

static void test_all_ppis(void)
{
    for (unsigned n = 0; n <= 40; n++) {
        if (n != VR_GICR_WIRE_GICD_CTLR) {
            wire(n, 1);
        }
    }
    wire(UINT32_MAX, 1);
    EQ(rd(ISPENDR0, S), 0xffff0000);
    for (unsigned n = 16; n <= 31; n++) {
        wire(n, 0);
        EQ(rd(ISPENDR0, S), n == 31 ? 0 : 0xffffffffu << (n + 1));
    }
    EFFECTS("");
}

static void test_ispendr_level(void)
{
    wr(ISPENDR0, S, BIT(20));
    EQ(rd(ISPENDR0, S), BIT(20));
    wr(ICPENDR0, S, BIT(20));
    EQ(rd(ISPENDR0, S), 0);
    wire(20, 1);
    wr(ISPENDR0, S, BIT(20));
    wire(20, 0);
    EQ(rd(ISPENDR0, S), BIT(20)); /* stays pending */
    wr(ICPENDR0, S, BIT(20));
    EQ(rd(ISPENDR0, S), 0);
}

static void test_icpendr_level(void)
{
    wire(20, 1);
    wr(ICPENDR0, S, BIT(20));
    EQ(rd(ISPENDR0, S), BIT(20)); /* the signal holds it */
    wr(ISPENDR0, S, BIT(20));
    wr(ICPENDR0, S, BIT(20));
    EQ(rd(ISPENDR0, S), BIT(20));
    wire(20, 0);
    EQ(rd(ISPENDR0, S), 0); /* the latch was cleared */
}

static void test_sgi_pending(void)
{
    wr(ISPENDR0, S, 0x0000ffff);
    EQ(rd(ISPENDR0, S), 0x0000ffff);
    wr(ICPENDR0, S, 0x000000ff);
    EQ(rd(ICPENDR0, S), 0x0000ff00);
}

static void test_activate_edge(void)
{
    rig_awake(ALL_GROUPS);
    wr(ICFGR1, S, EDGE(20));
    wr(ISENABLER0, S, BIT(20));
    wire(20, 1);
    EFFECTS("SET INTID 20 priority 0x00 G0");
    msg(VR_GICR_ACTIVATE, 20, 0);
    EFFECTS("ACTIVATE_ACK INTID 20");
    EQ(rd(ISPENDR0, S), 0);
    EQ(rd(ISACTIVER0, S), BIT(20));
    wire(20, 0);
    wire(20, 1); /* active and pending */
    EFFECTS("");
    EQ(rd(ISPENDR0, S), BIT(20));
    msg(VR_GICR_DEACTIVATE, 20, 1 << VR_GIC_G0);
    EFFECTS("SET INTID 20 priority 0x00 G0; DEACTIVATE_ACK INTID 20");
    EQ(rd(ISACTIVER0, S), 0);
}

static void test_activate_level(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, BIT(20));
    wire(20, 1);
    forget();
    msg(VR_GICR_ACTIVATE, 20, 0);
    EQ(rd(ISPENDR0, S), BIT(20)); /* active and pending */
    EQ(rd(ISACTIVER0, S), BIT(20));
    wire(20, 0);
    forget();
    msg(VR_GICR_DEACTIVATE, 20, ALL_GROUPS);
    EFFECTS("DEACTIVATE_ACK INTID 20");
    wire(20, 1);
    EFFECTS("SET INTID 20 priority 0x00 G0");
}

static void test_active_registers(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISACTIVER0, S, BIT(3));
    wr(ISENABLER0, S, BIT(3));
    wr(ISPENDR0, S, BIT(3));
    EFFECTS(""); /* active and pending is no candidate */
    wr(ICACTIVER0, S, BIT(3));
    EFFECTS("SET INTID 3 priority 0x00 G0");
    wr(ISACTIVER0, S, BIT(3));
    EFFECTS("CLEAR INTID 3");
}

static void check_deactivate(uint32_t igroup, uint32_t igrpmod,
                             unsigned groups, bool ok)
{
    wr(IGROUPR0, S, igroup);
    wr(IGRPMODR0, S, igrpmod);
    wr(ISACTIVER0, S, BIT(5));
    msg(VR_GICR_DEACTIVATE, 5, groups);
    EFFECTS("DEACTIVATE_ACK INTID 5");
    EQ(rd(ISACTIVER0, S), ok ? 0 : BIT(5));
}

static void test_deactivate_groups(void)
{
    for (unsigned groups = 0; groups < 8; groups++) {
        check_deactivate(0, 0, groups, groups >> VR_GIC_G0 & 1);
        check_deactivate(0, BIT(5), groups, groups >> VR_GIC_G1S & 1);
        check_deactivate(BIT(5), 0, groups, groups >> VR_GIC_G1NS & 1);
    }
    wr(ISACTIVER0, S, 0xffffffff);
    forget();
    msg(VR_GICR_DEACTIVATE, 32, ALL_GROUPS);
    EFFECTS("DEACTIVATE_ACK INTID 32");
    msg(VR_GICR_DEACTIVATE, 0x100000005, ALL_GROUPS);
    EFFECTS("DEACTIVATE_ACK INTID 4294967301");
    EQ(rd(ISACTIVER0, S), 0xffffffff);
}

static void test_cfg_change(void)
{
    wire(20, 1);
    wr(ICFGR1, S, EDGE(20)); /* there was no edge */
    EQ(rd(ISPENDR0, S), 0);
    wr(ICFGR1, S, 0);
    EQ(rd(ISPENDR0, S), BIT(20));
    wr(ICFGR1, S, EDGE(20));
    wire(20, 0);
    wire(20, 1);
    wr(ICFGR1, S, 0);
    wire(20, 0);
    EQ(rd(ISPENDR0, S), BIT(20)); /* the latch is kept */
}

static void test_cfg_fixed(void)
{
    rig_variant("icfgr1-writable", 0);
    wr(ICFGR1, S, 0xffffffff);
    EQ(rd(ICFGR1, S), 0);
    wire(20, 1);
    wire(20, 0);
    EQ(rd(ISPENDR0, S), 0);
    EQ(rd(STATUSR, S), 0);
}

static void test_reset_keeps_wires(void)
{
    wr(ICFGR1, S, EDGE(21));
    wire(20, 1);
    wire(21, 1);
    wr(ISPENDR0, S, BIT(3));
    vr_block_reset(block);
    EQ(rd(ISPENDR0, S), BIT(20) | BIT(21)); /* level-sensitive again */
    wire(20, 0);
    EQ(rd(ISPENDR0, S), BIT(21));
}

const Test pending_tests[] = {
    { "level-sensitive PPI follows its wire, \"GICR_ISPENDR0\"", test_level },
    { "edge-triggered PPI latches its edge, \"GICR_ICFGR1\"", test_edge },
    { "PPI wires are 16 to 31, \"GICR_ISPENDR0\"", test_all_ppis },
    { "ISPENDR0 on a level-sensitive PPI, \"GICR_ISPENDR0\"",
      test_ispendr_level },
    { "ICPENDR0 on a level-sensitive PPI, \"GICR_ICPENDR0\"",
      test_icpendr_level },
    { "pending state of SGIs, \"GICR_ISPENDR0\", \"GICR_ICPENDR0\"",
      test_sgi_pending },
    { "life of an edge, \"Interrupt handling state machine\"",
      test_activate_edge },
    { "life of a level, \"Interrupt handling state machine\"",
      test_activate_level },
    { "active state by registers, \"GICR_ISACTIVER0\", \"GICR_ICACTIVER0\"",
      test_active_registers },
    { "groups of a Deactivate, \"Deactivate (ICC)\"",
      test_deactivate_groups },
    { "change of the trigger type, \"GICR_ICFGR1\"", test_cfg_change },
    { "fixed trigger type, \"GICR_ICFGR1\"", test_cfg_fixed },
    { "reset keeps the level of wires, \"GICR_ISPENDR0\"",
      test_reset_keeps_wires },
    { NULL, NULL },
};
