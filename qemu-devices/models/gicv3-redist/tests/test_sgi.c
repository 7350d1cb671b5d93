/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SGIs: the network's messages, and who may make which SGI pending. */
#include "rig.h"

#define NONSECURE 4

enum { G0 = VR_GIC_G0, G1NS = VR_GIC_G1NS, G1S = VR_GIC_G1S };

/* Does an SGI for this group, from this Security state, get through? */
static bool sgi(uint32_t data)
{
    bool pending;

    msg(VR_GICR_SGI, 9, data);
    pending = rd(ISPENDR0, S) == 1u << 9;
    wr(ICPENDR0, S, 0xffffffff);
    EQ(rd(ISPENDR0, S), 0);
    return pending;
}

static void configure(unsigned group, unsigned ns_access)
{
    wr(IGROUPR0, S, group == G1NS ? 1u << 9 : 0);
    wr(IGRPMODR0, S, group == G1S ? 1u << 9 : 0);
    wr(NSACR, S, ns_access << 18);
}

/* A Secure write reaches the group that it asks for, whatever NSACR says. */
static void test_secure(void)
{
    for (unsigned ns_access = 0; ns_access < 4; ns_access++) {
        for (unsigned group = 0; group < 3; group++) {
            configure(group, ns_access);
            for (unsigned asked = 0; asked < 3; asked++) {
                CHECK(sgi(asked) == (asked == group));
            }
        }
    }
}

static void test_nonsecure(void)
{
    for (unsigned ns_access = 0; ns_access < 4; ns_access++) {
        configure(G0, ns_access);
        CHECK(sgi(G0 | NONSECURE) == (ns_access >= 1));
        CHECK(sgi(G1S | NONSECURE) == (ns_access >= 1));
        CHECK(sgi(G1NS | NONSECURE) == (ns_access >= 1));
        configure(G1S, ns_access);
        CHECK(!sgi(G0 | NONSECURE));
        CHECK(sgi(G1S | NONSECURE) == (ns_access >= 2));
        CHECK(sgi(G1NS | NONSECURE) == (ns_access >= 2));
        configure(G1NS, ns_access);
        CHECK(!sgi(G0 | NONSECURE));
        CHECK(!sgi(G1S | NONSECURE));
        CHECK(sgi(G1NS | NONSECURE));
    }
}

/* NS_access is a field an SGI: a neighbour's does not count. */
static void test_field(void)
{
    wr(NSACR, S, ~(3u << 18));
    CHECK(!sgi(G0 | NONSECURE));
    wr(NSACR, S, 1u << 18);
    CHECK(sgi(G0 | NONSECURE));
}

static void test_ds(void)
{
    configure(G0, 0);
    wire(VR_GICR_WIRE_GICD_CTLR, DS);
    CHECK(sgi(G0));
    CHECK(sgi(G1S));
    CHECK(sgi(G0 | NONSECURE));
    CHECK(sgi(G1NS | NONSECURE));
    CHECK(sgi(G1S | NONSECURE));
    wr(IGROUPR0, S, 1u << 9);
    CHECK(!sgi(G0));
    CHECK(!sgi(G0 | NONSECURE));
    CHECK(sgi(G1NS | NONSECURE));
    CHECK(!sgi(G1S | NONSECURE));
}

static void test_ignored(void)
{
    wire(VR_GICR_WIRE_GICD_CTLR, DS);
    msg(VR_GICR_SGI, 16, G0);
    msg(VR_GICR_SGI, 0x100000009, G0);
    msg(VR_GICR_SGI, 9, 3);
    msg(VR_GICR_SGI, 9, 3 | NONSECURE);
    EQ(rd(ISPENDR0, S), 0);
    msg(VR_GICR_SGI, 9, G0 | 0xfffffff8); /* bits not named are ignored */
    EQ(rd(ISPENDR0, S), 1u << 9);
}

static void test_generate(void)
{
    forget();
    msg(VR_GICR_GENERATE_SGI, 0xfedcba9876543210, 0x0123456789abcdef);
    EFFECTS("GENERATE_SGI_ACK; NET_SGI 0xfedcba9876543210 0x123456789abcdef");
}

static void test_to_set(void)
{
    rig_awake(ALL_GROUPS);
    wr(ISENABLER0, S, 0xffff);
    set_priority(15, 0x40);
    msg(VR_GICR_SGI, 15, G0);
    EFFECTS("SET INTID 15 priority 0x40 G0");
    msg(VR_GICR_ACTIVATE, 15, 0);
    EFFECTS("ACTIVATE_ACK INTID 15");
    EQ(rd(ISPENDR0, S), 0);
}

const Test sgi_tests[] = {
    { "Secure writes, \"Use of control registers for SGI forwarding\"",
      test_secure },
    { "Non-secure writes and NSACR, \"Use of control registers for SGI "
      "forwarding\", \"GICR_NSACR\"", test_nonsecure },
    { "NS_access of one SGI, \"GICR_NSACR\"", test_field },
    { "one Security state, \"Use of control registers for SGI forwarding\"",
      test_ds },
    { "SGIs that are none, \"INTIDs\"", test_ignored },
    { "GENERATE_SGI is passed on, \"Generate SGI (ICC)\"", test_generate },
    { "SGI to SET to ACTIVATE, \"Software Generated Interrupts\"",
      test_to_set },
    { NULL, NULL },
};
