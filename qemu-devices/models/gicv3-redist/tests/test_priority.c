/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Priorities: implemented bits, byte accesses, and the Non-secure view. */
#include "rig.h"

static void test_bits(void)
{
    static const uint32_t want[] = {
        0xf8f8f8f8, 0xfcfcfcfc, 0xfefefefe, 0xffffffff,
    };

    for (unsigned bits = 5; bits <= 8; bits++) {
        rig_variant("prio-bits", bits);
        wr(IPRIORITYR + 8, S, 0xffffffff);
        EQ(rd(IPRIORITYR + 8, S), want[bits - 5]);
        wr(IPRIORITYR + 8, S, 0x07070707);
        EQ(rd(IPRIORITYR + 8, S), 0x07070707 & want[bits - 5]);
    }
}

static void test_bytes(void)
{
    wr(IPRIORITYR + 28, S, 0x11223344);
    EQ(rd_size(IPRIORITYR + 28, 1, S), 0x44);
    EQ(rd_size(IPRIORITYR + 31, 1, S), 0x11);
    wr_size(IPRIORITYR + 30, 1, S, 0xffffff99);
    EQ(rd(IPRIORITYR + 28, S), 0x11993344);
    EQ(rd(IPRIORITYR + 24, S), 0);
}

static void test_nonsecure(void)
{
    for (unsigned bits = 5; bits <= 8; bits++) {
        uint8_t mask = 0xff << (8 - bits);

        rig_variant("prio-bits", bits);
        wr(IGROUPR0, S, 1u << 17);
        for (unsigned value = 0; value < 256; value++) {
            uint8_t stored = (0x80 | value >> 1) & mask;

            wr_size(IPRIORITYR + 17, 1, NS, value);
            EQ(rd_size(IPRIORITYR + 17, 1, S), stored);
            EQ(rd_size(IPRIORITYR + 17, 1, NS), (uint8_t)(stored << 1));
        }
    }
}

static void test_nonsecure_word(void)
{
    wr(IGROUPR0, S, 0x0000000a); /* 1 and 3 */
    wr(IPRIORITYR, S, 0x90a0b0c0);
    EQ(rd(IPRIORITYR, NS), 0x20006000);
    wr(IPRIORITYR, NS, 0xffffffff);
    EQ(rd(IPRIORITYR, S), 0xffa0ffc0);
    wr(IPRIORITYR, NS, 0);
    EQ(rd(IPRIORITYR, S), 0x80a080c0);
    wr(IPRIORITYR, S, 0x10203040); /* Secure software may go lower */
    EQ(rd(IPRIORITYR, NS), 0x20006000);
}

static void test_ds(void)
{
    wire(VR_GICR_WIRE_GICD_CTLR, DS);
    wr(IPRIORITYR, NS, 0x12345678);
    EQ(rd(IPRIORITYR, NS), 0x12345678);
    EQ(rd(IPRIORITYR, S), 0x12345678);
}

static void test_set_has_secure_view(void)
{
    rig_awake(ALL_GROUPS);
    wr(IGROUPR0, S, 1u << 27);
    wr_size(IPRIORITYR + 27, 1, NS, 0xa0);
    wr(ISENABLER0, NS, 1u << 27);
    wire(27, 1);
    EFFECTS("SET INTID 27 priority 0xd0 G1NS");
}

const Test priority_tests[] = {
    { "5 to 8 implemented bits, \"Interrupt prioritization\"", test_bits },
    { "byte accesses, \"GICR_IPRIORITYR<n>\"", test_bytes },
    { "Non-secure view, 5 to 8 bits, \"Software accesses of interrupt "
      "priority\"", test_nonsecure },
    { "Non-secure view in a word, Secure interrupts RAZ/WI, \"Software "
      "accesses of interrupt priority\"", test_nonsecure_word },
    { "one view with one Security state, \"GICR_IPRIORITYR<n>\"", test_ds },
    { "SET carries the Secure view, \"Set (IRI)\"", test_set_has_secure_view },
    { NULL, NULL },
};
