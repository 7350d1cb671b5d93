/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors that cannot be used: memory that refuses, reserved bits. */
#include "rig.h"

#define CONTROL (PID + 32)
#define LAST (PID + 48)
#define DEFAULT_TRIES 262144

static void set_up(uint64_t flags, uint64_t control)
{
    allow_all();
    descriptor(PID, control);
    entry_posted(3, 0x41, PID, flags);
    remapping_on();
}

static void start(uint64_t flags, uint64_t control)
{
    rig_variants(NULL, 0);
    set_up(flags, control);
}

static void start_tries(unsigned tries, uint64_t flags)
{
    rig_variant("cas-tries", tries);
    set_up(flags, NV(0xf2));
}

/* All three reads are tried, and nothing is written. */
static void check_read(uint64_t addr, uint64_t flags, const char *reads)
{
    start(flags, NV(0xf2));
    refuse(VR_EFF_MEM_READ, addr);
    request(3);
    READS(reads);
    EFFECTS("");
    EQ(peek(PID + 8), 0);
    if (flags & FPD) {
        NO_FAULT();
    } else {
        FAULT(VR_VTD_FR_IR_PID_ACCESS, 3);
    }
    allow_all();
    request(3); /* the next one is not worse off */
    EFFECTS("CAS8 0x3008 0x0->0x2; CAS8 0x3020 0xf20000->0xf20001; "
            "NOTIFY NV 0xf2 to 0x0");
}

static void test_reads(void)
{
    for (unsigned fpd = 0; fpd < 2; fpd++) {
        uint64_t flags = fpd ? FPD : 0;

        check_read(PID + 8, flags, "READ16 0x100030; READ8 0x3008 refused; "
                   "READ16 0x3020; READ16 0x3030");
        check_read(CONTROL, flags, "READ16 0x100030; READ8 0x3008; "
                   "READ16 0x3020 refused; READ16 0x3030");
        check_read(LAST, flags, "READ16 0x100030; READ8 0x3008; "
                   "READ16 0x3020; READ16 0x3030 refused");
    }
}

static void test_no_memory(void)
{
    start(0, 0);
    entry_posted(3, 0x41, 0xfffffffffffff000, 0);
    request(3);
    READS("READ16 0x100030; READ8 0xfffffffffffff008 refused; "
          "READ16 0xfffffffffffff020 refused; "
          "READ16 0xfffffffffffff030 refused");
    FAULT(VR_VTD_FR_IR_PID_ACCESS, 3);
    EFFECTS("");
}

/* PIR cannot be written: ON is left alone. */
static void test_pir_cas(void)
{
    for (unsigned fpd = 0; fpd < 2; fpd++) {
        start(fpd ? FPD : 0, NV(0xf2));
        refuse(VR_EFF_MEM_CAS, PID + 8);
        request(3);
        EFFECTS("CAS8 0x3008 0x0->0x2 refused");
        if (fpd) {
            NO_FAULT();
        } else {
            FAULT(VR_VTD_FR_IR_PID_ACCESS, 3);
        }
    }
}

/* ON cannot be written: no notification. */
static void test_control_cas(void)
{
    for (unsigned fpd = 0; fpd < 2; fpd++) {
        start(fpd ? FPD : 0, NV(0xf2));
        refuse(VR_EFF_MEM_CAS, CONTROL);
        request(3);
        EFFECTS("CAS8 0x3008 0x0->0x2; CAS8 0x3020 0xf20000->0xf20001 "
                "refused");
        EQ(peek(PID + 8), 2);
        if (fpd) {
            NO_FAULT();
        } else {
            FAULT(VR_VTD_FR_IR_PID_ACCESS, 3);
        }
    }
}

static uint64_t next(uint64_t value)
{
    return value + (1ull << 40);
}

static uint64_t next_id(uint64_t control)
{
    return control + NDST(1);
}

/* That many CASes that found another value are enough; one less is not. */
static void check_pir_bound(unsigned tries)
{
    start_tries(tries, 0);
    interfere(PID + 8, tries - 1, next);
    request(3);
    EQ(count(VR_EFF_MEM_CAS, PID + 8), tries);
    EQ(peek(PID + 8), ((tries - 1ull) << 40) + 2);
    EQ(peek(CONTROL), NV(0xf2) | ON);
    NO_FAULT();
    start_tries(tries, 0);
    interfere(PID + 8, tries, next);
    request(3);
    EQ(count(VR_EFF_MEM_CAS, PID + 8), tries);
    EQ(count(VR_EFF_MEM_CAS, CONTROL), 0);
    EQ(count(VR_EFF_MSG, 0), 0);
    EQ(peek(PID + 8), (uint64_t)tries << 40);
    FAULT(VR_VTD_FR_IR_PID_ACCESS, 3);
    start_tries(tries, FPD);
    interfere(PID + 8, UINT32_MAX, next);
    request(3);
    EQ(count(VR_EFF_MEM_CAS, PID + 8), tries);
    NO_FAULT();
}

static void check_control_bound(unsigned tries)
{
    start_tries(tries, 0);
    interfere(CONTROL, tries - 1, next_id);
    request(3);
    EQ(count(VR_EFF_MEM_CAS, CONTROL), tries);
    EQ(count(VR_EFF_MSG, tries - 1), 1);
    EQ(peek(CONTROL), NV(0xf2) | NDST(tries - 1) | ON);
    NO_FAULT();
    start_tries(tries, 0);
    interfere(CONTROL, tries, next_id);
    request(3);
    EQ(count(VR_EFF_MEM_CAS, PID + 8), 1);
    EQ(count(VR_EFF_MEM_CAS, CONTROL), tries);
    EQ(peek(CONTROL), NV(0xf2) | NDST(tries));
    FAULT(VR_VTD_FR_IR_PID_ACCESS, 3);
    EQ(count(VR_EFF_MSG, tries), 0);
}

static const unsigned bounds[] = { 1, 2, 3, 1024, 4097 };

#define BOUNDS (sizeof(bounds) / sizeof(bounds[0]))

static void test_pir_bound(void)
{
    for (size_t i = 0; i < BOUNDS; i++) {
        check_pir_bound(bounds[i]);
    }
}

static void test_control_bound(void)
{
    for (size_t i = 0; i < BOUNDS; i++) {
        check_control_bound(bounds[i]);
    }
}

/* What CPUs can keep up for a while costs no interrupt with the default. */
static void test_default_bound(void)
{
    start(0, NV(0xf2));
    interfere(PID + 8, DEFAULT_TRIES - 1, next);
    request(3);
    NO_FAULT();
    EQ(peek(PID + 8), ((DEFAULT_TRIES - 1ull) << 40) + 2);
    EQ(peek(CONTROL), NV(0xf2) | ON);
    start(0, NV(0xf2));
    interfere(PID + 8, DEFAULT_TRIES, next);
    request(3);
    FAULT(VR_VTD_FR_IR_PID_ACCESS, 3);
    start(0, NV(0xf2));
    interfere(CONTROL, DEFAULT_TRIES - 1, next_id);
    request(3);
    NO_FAULT();
    EQ(peek(CONTROL), NV(0xf2) | NDST(DEFAULT_TRIES - 1) | ON);
}

/* One bit more in a descriptor that is good without it. */
static void check_reserved(unsigned bit, bool fpd)
{
    uint64_t word;

    start(fpd ? FPD : 0, NV(0xf2));
    word = PID + bit / 64 * 8;
    poke(word, peek(word) | 1ull << bit % 64);
    request(3);
    if (!fpd) {
        FAULT(VR_VTD_FR_IR_PID_RSVD, 3);
    }
    NO_FAULT();
    EFFECTS("");
    EQ(peek(PID + 8), 0);
    EQ(count(VR_EFF_MEM_READ, LAST), 1);
}

static bool is_reserved(unsigned bit)
{
    return (bit >= 258 && bit <= 271) || (bit >= 280 && bit <= 287) ||
           bit >= 320;
}

static void test_reserved(void)
{
    for (unsigned bit = 256; bit < 512; bit++) {
        if (is_reserved(bit)) {
            check_reserved(bit, false);
            check_reserved(bit, true);
        }
    }
}

/* SN, NV and NDST are no reserved bits, in x2APIC mode. */
static void test_not_reserved(void)
{
    for (unsigned bit = 257; bit < 320; bit++) {
        if (!is_reserved(bit)) {
            start(0, 0);
            poke(CONTROL, 1ull << (bit - 256));
            request(3);
            NO_FAULT();
            EQ(peek(PID + 8), 2);
        }
    }
}

static uint64_t set_reserved(uint64_t control)
{
    return control | 1ull << 2;
}

/* Judged by what was read first, and only then. */
static void test_reserved_later(void)
{
    start(0, NV(0xf2));
    interfere(CONTROL, 1, set_reserved);
    request(3);
    NO_FAULT();
    EFFECTS("CAS8 0x3008 0x0->0x2; "
            "CAS8 0x3020 0xf20000->0xf20001 found 0xf20004; "
            "CAS8 0x3020 0xf20004->0xf20005; NOTIFY NV 0xf2 to 0x0");
}

/* Memory that refuses is told, not what the rest of it holds. */
static void test_refused_and_reserved(void)
{
    start(0, NV(0xf2) | 1 << 2);
    refuse(VR_EFF_MEM_READ, LAST);
    request(3);
    FAULT(VR_VTD_FR_IR_PID_ACCESS, 3);
}

/* A good entry stays cached when its descriptor is bad. */
static void test_entry_stays(void)
{
    start(0, 1 << 2);
    request(3);
    FAULT(VR_VTD_FR_IR_PID_RSVD, 3);
    entry(3, 0, 0);
    poke(CONTROL, 0);
    request(3);
    NO_FAULT();
    EQ(peek(PID + 8), 2);
}

const Test post_fault_tests[] = {
    { "each read refused, 5.1.4.1 \"Interrupt Remapping Fault "
      "Conditions\"", test_reads },
    { "no memory at the descriptor, 5.1.4.1 \"Interrupt Remapping Fault "
      "Conditions\"", test_no_memory },
    { "PIR cannot be written, 5.1.4.1 \"Interrupt Remapping Fault "
      "Conditions\"", test_pir_cas },
    { "ON cannot be written, 5.1.4.1 \"Interrupt Remapping Fault "
      "Conditions\"", test_control_cas },
    { "PIR never holds still, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_pir_bound },
    { "ON never holds still, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_control_bound },
    { "words that hold still late, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_default_bound },
    { "reserved bits, \"Posted Interrupt Descriptor (PID)\"",
      test_reserved },
    { "bits that are not reserved, \"Posted Interrupt Descriptor "
      "(PID)\"", test_not_reserved },
    { "reserved bits that come later, 5.2.3 \"Interrupt-Posting Hardware "
      "Operation\"", test_reserved_later },
    { "refused goes before reserved, 5.1.4.1 \"Interrupt Remapping Fault "
      "Conditions\"", test_refused_and_reserved },
    { "the entry stays cached, \"Interrupt Entry Cache\"",
      test_entry_stays },
    { NULL, NULL },
};
