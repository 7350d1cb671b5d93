/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Posting: the descriptor's update and the notification. */
#include "rig.h"

#define CONTROL (PID + 32)
#define PID_READS "READ16 0x3020; READ16 0x3030"

static void start(uint8_t vector, uint64_t flags, uint64_t control)
{
    rig_variants(NULL, 0);
    descriptor(PID, control);
    entry_posted(0, vector, PID, flags);
    remapping_on();
}

static void test_one(void)
{
    start(0x41, 0, NV(0xf2) | NDST(0x12345678));
    request(0);
    EFFECTS("CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0x1234567800f20000->0x1234567800f20001; "
            "NOTIFY NV 0xf2 to 0x12345678");
    READS("READ16 0x100000; READ8 0x3008; " PID_READS);
    NO_FAULT();
    EQ(peek(PID + 8), 2);
    EQ(peek(CONTROL), NDST(0x12345678) | NV(0xf2) | ON);
}

static void test_each_vector(void)
{
    for (unsigned v = 0; v < 256; v++) {
        start(v, 0, NV(0xf2));
        request(0);
        for (unsigned i = 0; i < 4; i++) {
            EQ(peek(PID + 8 * i), i == v / 64 ? 1ull << v % 64 : 0);
        }
        EQ(peek(CONTROL), NV(0xf2) | ON);
        EQ(count(VR_EFF_MSG, 0), 1);
    }
}

static void test_each_nv(void)
{
    for (unsigned v = 0; v < 256; v += 15) {
        uint64_t want = NV(v) | NDST(v * 0x01010101u) | ON;

        start(0x41, 0, want & ~ON);
        request(0);
        EQ(count(VR_EFF_MSG, v * 0x01010101u), 1);
        EQ(peek(CONTROL), want);
    }
}

/* Bits of other vectors stay. */
static void test_other_bits(void)
{
    start(0x7f, 0, NV(0xf2));
    poke(PID + 8, 0x7123456789abcdef);
    poke(PID, UINT64_MAX);
    request(0);
    EFFECTS("CAS8 0x3008 0x7123456789abcdef->0xf123456789abcdef; "
            "CAS8 0x3020 0xf20000->0xf20001; NOTIFY NV 0xf2 to 0x0");
    EQ(peek(PID), UINT64_MAX);
}

/* X = !ON && (URG || !SN); with X, ON is set and the notification is sent. */
static void check_rule(bool on, bool sn, bool urg)
{
    uint64_t before = NV(0xf2) | NDST(5) | (on ? ON : 0) | (sn ? SN : 0);
    bool x = !on && (urg || !sn);

    start(0x41, urg ? URG : 0, before);
    request(0);
    EQ(count(VR_EFF_MSG, 5), x);
    EQ(count(VR_EFF_MEM_CAS, PID + 8), 1);
    EQ(count(VR_EFF_MEM_CAS, CONTROL), 1); /* performed in any case */
    EQ(peek(PID + 8), 2);
    EQ(peek(CONTROL), before | (x ? ON : 0));
    NO_FAULT();
}

static void test_rule(void)
{
    for (unsigned i = 0; i < 8; i++) {
        check_rule(i & 1, i & 2, i & 4);
    }
}

/* A bit that was set already is set again, and notified by the same rule. */
static void test_bit_already_set(void)
{
    start(0x41, 0, NV(0xf2));
    poke(PID + 8, 2);
    request(0);
    EFFECTS("CAS8 0x3008 0x2->0x2; CAS8 0x3020 0xf20000->0xf20001; "
            "NOTIFY NV 0xf2 to 0x0");
    request(0);
    EFFECTS("CAS8 0x3008 0x2->0x2; CAS8 0x3020 0xf20001->0xf20001");
}

/* The entry is cached, the descriptor is not. */
static void test_burst(void)
{
    start(0x41, 0, NV(0xf2));
    entry_posted(1, 0x42, PID, 0);
    for (unsigned i = 0; i < 4; i++) {
        request(i & 1);
    }
    READS("READ16 0x100000; READ8 0x3008; " PID_READS "; "
          "READ16 0x100010; READ8 0x3008; " PID_READS "; "
          "READ8 0x3008; " PID_READS "; READ8 0x3008; " PID_READS);
    EQ(count(VR_EFF_MSG, 0), 1);
    poke(PID + 8, 0); /* the CPU takes them */
    poke(CONTROL, NV(0xf3) | NDST(9));
    request(1);
    EQ(count(VR_EFF_MSG, 9), 1);
    EQ(peek(PID + 8), 4);
}

static void check_xapic(uint64_t control, unsigned fault)
{
    rig_variants(NULL, 0);
    descriptor(PID, control);
    entry_posted(0, 0x41, PID, 0);
    set_table(7);
    gcmd_set(IRE);
    forget();
    request(0);
    if (fault) {
        FAULT(fault, 0);
        EFFECTS("");
    } else {
        NO_FAULT();
    }
}

/* xAPIC mode: the APIC id is bits 15:8 of NDST, its other bits reserved. */
static void test_xapic(void)
{
    check_xapic(NV(0xf2) | NDST(0xab00), 0);
    EFFECTS("CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0xab0000f20000->0xab0000f20001; "
            "NOTIFY NV 0xf2 to 0xab");
    for (unsigned bit = 0; bit < 32; bit++) {
        bool reserved = bit < 8 || bit > 15;

        check_xapic(NV(0xf2) | NDST(1u << bit),
                    reserved ? VR_VTD_FR_IR_PID_RSVD : 0);
        EQ(peek(CONTROL) & ON, !reserved);
    }
}

/* PDAL and PDAH make 64 bits. */
static void test_descriptor_address(void)
{
    static const uint64_t addresses[] = {
        0x3040, 0xffffffc0, 0x100000000, 0x123456789abcdec0,
        0xffffffffffffffc0,
    };

    for (unsigned i = 0; i < sizeof(addresses) / sizeof(uint64_t); i++) {
        rig_variants(NULL, 0);
        descriptor(addresses[i], NV(0xf2) | NDST(7));
        entry_posted(0, 0xc1, addresses[i], 0);
        remapping_on();
        request(0);
        EQ(peek(addresses[i] + 24), 2);
        EQ(peek(addresses[i] + 32), NV(0xf2) | NDST(7) | ON);
        EQ(count(VR_EFF_MSG, 7), 1);
        NO_FAULT();
    }
}

/* --- another CPU between the read and the CAS --- */

static uint64_t other_vector(uint64_t pir)
{
    return pir << 1 | 1 << 4;
}

static uint64_t harvest(uint64_t value)
{
    (void)value;
    return 0;
}

static void test_pir_retry(void)
{
    start(0x41, 0, NV(0xf2));
    interfere(PID + 8, 2, other_vector);
    request(0);
    EFFECTS("CAS8 0x3008 0x0->0x2 found 0x10; "
            "CAS8 0x3008 0x10->0x12 found 0x30; "
            "CAS8 0x3008 0x30->0x32; "
            "CAS8 0x3020 0xf20000->0xf20001; NOTIFY NV 0xf2 to 0x0");
    READS("READ16 0x100000; READ8 0x3008; " PID_READS); /* none again */
    EQ(peek(PID + 8), 0x32); /* neither side's bit is lost */
}

static void test_pir_harvested(void)
{
    start(0x41, 0, NV(0xf2));
    poke(PID + 8, 0xff);
    interfere(PID + 8, 1, harvest);
    request(0);
    EFFECTS("CAS8 0x3008 0xff->0xff found 0x0; CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0xf20000->0xf20001; NOTIFY NV 0xf2 to 0x0");
}

static uint64_t set_sn(uint64_t control)
{
    return control | SN;
}

static uint64_t set_on(uint64_t control)
{
    return control | ON;
}

static uint64_t clear_on_sn(uint64_t control)
{
    return control & ~(ON | SN);
}

static uint64_t migrate(uint64_t control)
{
    return (control & (ON | SN)) | NV(0xeb) | NDST(0x22);
}

/* X, NV and NDST are those of the CAS that succeeded. */
static void test_control_retry(void)
{
    start(0x41, 0, NV(0xf2));
    interfere(CONTROL, 1, set_sn);
    request(0);
    EFFECTS("CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0xf20000->0xf20001 found 0xf20002; "
            "CAS8 0x3020 0xf20002->0xf20002");
    start(0x41, 0, NV(0xf2));
    interfere(CONTROL, 1, set_on);
    request(0);
    EFFECTS("CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0xf20000->0xf20001 found 0xf20001; "
            "CAS8 0x3020 0xf20001->0xf20001");
    start(0x41, 0, NV(0xf2) | ON | SN);
    interfere(CONTROL, 1, clear_on_sn);
    request(0);
    EFFECTS("CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0xf20003->0xf20003 found 0xf20000; "
            "CAS8 0x3020 0xf20000->0xf20001; NOTIFY NV 0xf2 to 0x0");
    start(0x41, 0, NV(0xf2) | NDST(0x11));
    interfere(CONTROL, 1, migrate);
    request(0);
    EFFECTS("CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0x1100f20000->0x1100f20001 found 0x2200eb0000; "
            "CAS8 0x3020 0x2200eb0000->0x2200eb0001; "
            "NOTIFY NV 0xeb to 0x22");
}

static void test_control_retry_urgent(void)
{
    start(0x41, URG, NV(0xf2));
    interfere(CONTROL, 1, set_sn);
    request(0);
    EFFECTS("CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0xf20000->0xf20001 found 0xf20002; "
            "CAS8 0x3020 0xf20002->0xf20003; NOTIFY NV 0xf2 to 0x0");
}

/* The CPU ran between the two steps: ON is judged after the bit is there. */
static void test_between_the_steps(void)
{
    start(0x41, 0, NV(0xf2) | ON);
    interfere(CONTROL, 1, clear_on_sn);
    request(0);
    EQ(peek(PID + 8), 2);
    EQ(peek(CONTROL), NV(0xf2) | ON);
    EQ(count(VR_EFF_MSG, 0), 1);
}

const Test post_tests[] = {
    { "one interrupt, 5.2.3 \"Interrupt-Posting Hardware Operation\"",
      test_one },
    { "each vector, \"Posted Interrupt Descriptor (PID)\"",
      test_each_vector },
    { "NV and NDST, \"Posted Interrupt Descriptor (PID)\"",
      test_each_nv },
    { "other bits of PIR stay, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_other_bits },
    { "ON, SN and URG, 5.2.3 \"Interrupt-Posting Hardware Operation\"",
      test_rule },
    { "a bit that was set, 5.2.3 \"Interrupt-Posting Hardware Operation\"",
      test_bit_already_set },
    { "a burst has one notification, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_burst },
    { "NDST in xAPIC mode, \"Posted Interrupt Descriptor (PID)\", NDST",
      test_xapic },
    { "address of the descriptor, \"Interrupt Remapping Table Entry (IRTE) for "
      "Posted Interrupts\", PDAL, PDAH",
      test_descriptor_address },
    { "another CPU changes PIR, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_pir_retry },
    { "another CPU takes PIR, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_pir_harvested },
    { "another CPU changes ON, SN, NV, NDST, 5.2.3 \"Interrupt-Posting "
      "Hardware Operation\"", test_control_retry },
    { "another CPU sets SN, urgent, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_control_retry_urgent },
    { "another CPU clears ON between PIR and ON, 5.2.4 \"Ordering "
      "Requirements for Interrupt Posting\"", test_between_the_steps },
    { NULL, NULL },
};
