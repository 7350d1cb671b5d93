/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the Security states see, with GICD_CTLR.DS 0 and 1. */
#include "rig.h"

static void test_secure_only(void)
{
    static const uint32_t offsets[] = { WAKER, IGROUPR0, IGRPMODR0, NSACR };

    for (unsigned i = 0; i < 4; i++) {
        uint32_t before = rd(offsets[i], S);

        wr(offsets[i], NS, 0xffffffff);
        EQ(rd(offsets[i], S), before);
    }
    wr(IGROUPR0, S, 0x12345678);
    wr(IGRPMODR0, S, 0x9abcdef0);
    wr(NSACR, S, 0x55555555);
    for (unsigned i = 0; i < 4; i++) {
        EQ(rd(offsets[i], NS), 0);
        wr(offsets[i], NS, 0);
    }
    EQ(rd(IGROUPR0, S), 0x12345678);
    EQ(rd(IGRPMODR0, S), 0x9abcdef0);
    EQ(rd(NSACR, S), 0x55555555);
    EQ(rd(WAKER, S), 6);
    EQ(rd(STATUSR, NS), 0); /* RAZ/WI is not reserved */
    EFFECTS("");
}

static void test_per_interrupt(void)
{
    static const uint32_t sets[] = { ISENABLER0, ISPENDR0, ISACTIVER0 };
    static const uint32_t clears[] = { ICENABLER0, ICPENDR0, ICACTIVER0 };

    wr(IGROUPR0, S, 0xffff00ff);
    wr(IGRPMODR0, S, 0x00000f00); /* 8-11 Secure Group 1, 12-15 Group 0 */
    for (unsigned i = 0; i < 3; i++) {
        wr(sets[i], NS, 0xffffffff);
        EQ(rd(sets[i], S), 0xffff00ff);
        wr(sets[i], S, 0xffffffff);
        EQ(rd(sets[i], NS), 0xffff00ff);
        EQ(rd(clears[i], NS), 0xffff00ff);
        EQ(rd(clears[i], S), 0xffffffff);
        wr(clears[i], NS, 0xffffffff);
        EQ(rd(clears[i], S), 0x0000ff00);
        EQ(rd(sets[i], NS), 0);
    }
}

/* GICR_NSACR is about SGIs and, unlike GICD_NSACR, opens no register. */
static void test_nsacr_opens_no_register(void)
{
    wr(NSACR, S, 0xffffffff);
    wr(ISENABLER0, NS, 0xffffffff);
    wr(ISPENDR0, NS, 0xffffffff);
    wr(ISACTIVER0, NS, 0xffffffff);
    EQ(rd(ISENABLER0, S), 0);
    EQ(rd(ISPENDR0, S), 0);
    EQ(rd(ISACTIVER0, S), 0);
    wr(ISPENDR0, S, 0xffffffff);
    wr(ISACTIVER0, S, 0xffffffff);
    EQ(rd(ISPENDR0, NS), 0);
    EQ(rd(ICPENDR0, NS), 0);
    EQ(rd(ISACTIVER0, NS), 0);
    wr(ICPENDR0, NS, 0xffffffff);
    EQ(rd(ISPENDR0, S), 0xffffffff);
}

static void test_icfgr(void)
{
    wr(IGROUPR0, S, 0x00050003);
    EQ(rd(ICFGR0, NS), 0x0000000a);
    wr(ICFGR1, NS, 0xffffffff);
    EQ(rd(ICFGR1, S), 0x00000022);
    wr(ICFGR1, S, 0xffffffff);
    EQ(rd(ICFGR1, NS), 0x00000022);
    wr(ICFGR1, NS, 0);
    EQ(rd(ICFGR1, S), 0xaaaaaa88);
    wr(ICFGR0, S, 0);
    EQ(rd(ICFGR0, S), 0xaaaaaaaa);
}

static void test_ctlr(void)
{
    wr(CTLR, NS, 0xffffffff);
    EQ(rd(CTLR, S), 0x02000000); /* DPG1NS alone */
    wr(CTLR, S, 0xffffffff);
    EQ(rd(CTLR, NS), 0x02000000);
    wr(CTLR, NS, 0);
    EQ(rd(CTLR, S), 0x05000000);
}

static void test_ds(void)
{
    wr(IGRPMODR0, S, 0x0000ffff);
    wr(NSACR, S, 0xaaaaaaaa);
    wire(VR_GICR_WIRE_GICD_CTLR, DS);
    EFFECTS("DOWNSTREAM_CONTROL DS = 1");
    for (unsigned attr = NS; attr <= S; attr++) {
        EQ(rd(IGRPMODR0, attr), 0);
        EQ(rd(NSACR, attr), 0);
        wr(IGRPMODR0, attr, 0x12345678);
        wr(NSACR, attr, 0x12345678);
        wr(IGROUPR0, attr, 0xff);
        EQ(rd(IGROUPR0, attr), 0xff);
        EQ(rd(WAKER, attr), 6);
        wr(ISENABLER0, attr, 0xffffffff);
        EQ(rd(ISENABLER0, attr), 0xffffffff);
        wr(ICENABLER0, attr, 0xffffffff);
        EQ(rd(ICENABLER0, attr), 0);
        wr(ICFGR1, attr, 0xaaaaaaaa);
        EQ(rd(ICFGR1, attr), 0xaaaaaaaa);
        wr(ICFGR1, attr, 0);
        EQ(rd(ICFGR1, attr), 0);
        wr(CTLR, attr, 0xffffffff);
        EQ(rd(CTLR, attr), 0x03000000);
        wr(CTLR, attr, 0);
        forget();
    }
    wire(VR_GICR_WIRE_GICD_CTLR, 0);
    EFFECTS("DOWNSTREAM_CONTROL DS = 0");
    EQ(rd(IGRPMODR0, S), 0x0000ffff); /* kept */
    EQ(rd(NSACR, S), 0xaaaaaaaa);
}

static void test_ds_wakes_nonsecure(void)
{
    wire(VR_GICR_WIRE_GICD_CTLR, DS);
    wr(WAKER, NS, 0);
    EQ(rd(WAKER, NS), 0);
}

/* The group that a SET carries, for each setting of the two registers. */
static void check_group(uint32_t gicd_ctlr, bool group, bool mod,
                        const char *want)
{
    rig_variant("last", 0);
    rig_awake(gicd_ctlr);
    wire(VR_GICR_WIRE_GICD_CTLR, gicd_ctlr & ~DS);
    wr(IGROUPR0, S, group ? 1u << 20 : 0);
    wr(IGRPMODR0, S, mod ? 1u << 20 : 0);
    wire(VR_GICR_WIRE_GICD_CTLR, gicd_ctlr);
    wr(ISENABLER0, S, 1u << 20);
    forget();
    wire(20, 1);
    EFFECTS(want);
}

static void test_groups(void)
{
    check_group(ALL_GROUPS, 0, 0, "SET INTID 20 priority 0x00 G0");
    check_group(ALL_GROUPS, 0, 1, "SET INTID 20 priority 0x00 G1S");
    check_group(ALL_GROUPS, 1, 0, "SET INTID 20 priority 0x00 G1NS");
    check_group(ALL_GROUPS, 1, 1, "SET INTID 20 priority 0x00 G1NS");
    check_group(ALL_GROUPS | DS, 0, 0, "SET INTID 20 priority 0x00 G0");
    check_group(ALL_GROUPS | DS, 0, 1, "SET INTID 20 priority 0x00 G0");
    check_group(ALL_GROUPS | DS, 1, 0, "SET INTID 20 priority 0x00 G1NS");
    check_group(ALL_GROUPS | DS, 1, 1, "SET INTID 20 priority 0x00 G1NS");
    check_group(6, 0, 0, "");
    check_group(3, 0, 1, "");
    check_group(5, 1, 0, "");
    check_group(1 | DS, 0, 1, "SET INTID 20 priority 0x00 G0");
    check_group(4 | DS, 0, 1, "");
    check_group(2 | DS, 1, 1, "SET INTID 20 priority 0x00 G1NS");
}

const Test view_tests[] = {
    { "Secure registers are RAZ/WI to Non-secure accesses, \"GICR_WAKER\", "
      "\"GICR_IGROUPR0\", \"GICR_IGRPMODR0\", \"GICR_NSACR\"",
      test_secure_only },
    { "bits of Secure interrupts are RAZ/WI to Non-secure accesses, "
      "\"GICR_ISENABLER0\", \"GICR_ISPENDR0\", \"GICR_ISACTIVER0\"",
      test_per_interrupt },
    { "NSACR gives no register access, \"GICR_NSACR\"",
      test_nsacr_opens_no_register },
    { "Non-secure view of the trigger type, \"GICR_ICFGR0\", \"GICR_ICFGR1\"",
      test_icfgr },
    { "Non-secure view of DPG bits, \"GICR_CTLR\"", test_ctlr },
    { "one Security state, \"GICD_CTLR.DS\"", test_ds },
    { "WAKER with one Security state, \"GICR_WAKER\"",
      test_ds_wakes_nonsecure },
    { "group of an interrupt, \"GICR_IGRPMODR0\"", test_groups },
    { NULL, NULL },
};
