/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of the table: fields, reserved bits, faults and FPD. */
#include "rig.h"

static void test_remapped_fields(void)
{
    remapping_on();
    entry(0, remapped(0xff, 0xffffffff), 0);
    entry(1, remapped(0x00, 0x12345678), 0);
    entry(2, remapped(0x31, 2) | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5, 0);
    entry(3, remapped(0x32, 3) | 1 << 2, 0); /* DM */
    entry(4, remapped(0x33, 4) | 1 << 3, 0); /* RH */
    entry(5, remapped(0x34, 5) | 1 << 4, 0); /* TM */
    for (unsigned i = 0; i < 6; i++) {
        request(i);
    }
    EFFECTS("REMAPPED vector 0xff fixed physical edge to 0xffffffff; "
            "REMAPPED vector 0x00 fixed physical edge to 0x12345678; "
            "REMAPPED vector 0x31 lowest priority logical redirection level "
            "to 0x2; "
            "REMAPPED vector 0x32 fixed logical edge to 0x3; "
            "REMAPPED vector 0x33 fixed physical redirection edge to 0x4; "
            "REMAPPED vector 0x34 fixed physical level to 0x5");
    NO_FAULT();
}

static void test_delivery_modes(void)
{
    remapping_on();
    for (unsigned dlm = 0; dlm < 8; dlm++) {
        entry(dlm, remapped(0x41, 1) | dlm << 5, 0);
        request(dlm);
        if (dlm == 3 || dlm == 6) {
            FAULT(VR_VTD_FR_IR_IRTE_RSVD, dlm);
        } else {
            NO_FAULT();
        }
    }
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x1; "
            "REMAPPED vector 0x41 lowest priority physical edge to 0x1; "
            "REMAPPED vector 0x41 SMI physical edge to 0x1; "
            "REMAPPED vector 0x41 NMI physical edge to 0x1; "
            "REMAPPED vector 0x41 INIT physical edge to 0x1; "
            "REMAPPED vector 0x41 ExtINT physical edge to 0x1");
}

/* The 8 bits of a destination are bits 15:8 of DST. */
static void test_xapic_destination(void)
{
    set_table(7);
    gcmd_set(IRE);
    entry(0, remapped(0x41, 0xab00), 0);
    entry(1, remapped(0x42, 0xff00) | 1 << 2, 0);
    request(0);
    request(1);
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0xab; "
            "REMAPPED vector 0x42 fixed logical edge to 0xff");
    for (unsigned bit = 0; bit < 32; bit++) {
        entry(2, remapped(0x43, 1u << bit), 0);
        request(2);
        if (bit >= 8 && bit < 16) {
            NO_FAULT();
            gcmd_set(SIRTP); /* so that the next entry is read */
        } else {
            FAULT(VR_VTD_FR_IR_IRTE_RSVD, 2);
        }
    }
}

/* Flip each bit of a good entry: a fault, or none. */
static void check_bits(uint64_t lo, uint64_t hi, const uint64_t reserved[2])
{
    for (unsigned bit = 1; bit < 128; bit++) {
        uint64_t flip_lo = bit < 64 ? 1ull << bit : 0;
        uint64_t flip_hi = bit < 64 ? 0 : 1ull << (bit - 64);
        uint32_t fsts;

        if ((lo & flip_lo) || (hi & flip_hi)) {
            continue;
        }
        entry(1, lo | flip_lo, hi | flip_hi);
        request(1);
        fsts = rd(VR_VTD_FSTS_REG);
        if ((reserved[0] & flip_lo) || (reserved[1] & flip_hi)) {
            FAULT(VR_VTD_FR_IR_IRTE_RSVD, 1);
            EFFECTS("");
        } else {
            check_at(__FILE__, __LINE__, !(fsts & PPF), "bit %u faults", bit);
            gcmd_set(SIRTP);
            forget();
        }
    }
}

static void test_remapped_reserved(void)
{
    /* bits 14:12, 31:24; 127:84 */
    static const uint64_t reserved[2] = {
        0x00000000ff007000, 0xfffffffffff00000,
    };

    remapping_on();
    descriptor(0, NV(0x40)); /* bit 15 makes it posted */
    check_bits(remapped(0x41, 0), SID, reserved);
}

static void test_posted_reserved(void)
{
    /* bits 7:2, 13:12, 37:24; 95:84 */
    static const uint64_t reserved[2] = {
        0x0000003fff0030fc, 0x00000000fff00000,
    };

    remapping_on();
    for (unsigned bit = 38; bit < 64; bit++) {
        descriptor(1ull << (bit - 32), NV(0x40));
    }
    for (unsigned bit = 32; bit < 64; bit++) {
        descriptor(1ull << bit, NV(0x40));
    }
    descriptor(0, NV(0x40));
    check_bits(P | PST | 0x41 << 16, SID, reserved);
}

static void test_svt_reserved(void)
{
    remapping_on();
    descriptor(PID, NV(0x40));
    entry(0, remapped(0x41, 1), SVT(3) | SID);
    request(0);
    FAULT(VR_VTD_FR_IR_IRTE_RSVD, 0);
    entry_posted(1, 0x41, PID, 0);
    poke(TABLE + 24, peek(TABLE + 24) | SVT(3) | SID);
    request(1);
    FAULT(VR_VTD_FR_IR_IRTE_RSVD, 1);
    EFFECTS("");
}

/* Without PI bit 15 is reserved, whatever else the entry has. */
static void test_no_posting(void)
{
    rig_variant("pi", 0);
    remapping_on();
    descriptor(PID, NV(0x40));
    entry_posted(0, 0x41, PID, 0);
    request(0);
    FAULT(VR_VTD_FR_IR_IRTE_RSVD, 0);
    entry(1, remapped(0x41, 0) | PST, 0);
    request(1);
    FAULT(VR_VTD_FR_IR_IRTE_RSVD, 1);
    EFFECTS("");
    entry(2, remapped(0x42, 0), 0);
    request(2);
    EFFECTS("REMAPPED vector 0x42 fixed physical edge to 0x0");
}

/* P = 0 is judged before reserved bits; the rest is ignored then. */
static void test_not_present(void)
{
    remapping_on();
    entry(0, 0, 0);
    request(0);
    FAULT(VR_VTD_FR_IR_ENTRY_P, 0);
    entry(0, ~(P | FPD), ~0ull);
    request(0);
    FAULT(VR_VTD_FR_IR_ENTRY_P, 0);
    EFFECTS("");
    READS("READ16 0x100000; READ16 0x100000"); /* not cached */
}

static void test_unreadable(void)
{
    remapping_on();
    entry(0, remapped(0x41, 1), 0);
    refuse(VR_EFF_MEM_READ, TABLE);
    request(0);
    READS("READ16 0x100000 refused");
    FAULT(VR_VTD_FR_IR_ROOT_INVAL, 0);
    EFFECTS("");
    allow_all();
    request(0); /* the refusal was not cached */
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x1");
}

/* An entry with a fault is looked at again, good or bad. */
static void test_faulty_not_cached(void)
{
    remapping_on();
    entry(0, remapped(0x41, 1) | 1 << 12, 0);
    request(0);
    FAULT(VR_VTD_FR_IR_IRTE_RSVD, 0);
    entry(0, remapped(0x41, 1), 0);
    request(0);
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x1");
    READS("READ16 0x100000; READ16 0x100000");
}

/* FPD of an entry silences 22h and 24h, and nothing is delivered all the
 * same. */
static void test_fpd(void)
{
    remapping_on();
    entry(0, FPD, 0);
    entry(1, (remapped(0x41, 1) | FPD) & ~P, 0);
    entry(2, remapped(0x41, 1) | FPD | 1 << 12, 0);
    entry(3, remapped(0x41, 1) | FPD | 3 << 5, 0);
    entry(4, remapped(0x41, 1) | FPD, SVT(3));
    entry(5, P | PST | FPD | 1 << 2, 0);
    for (unsigned i = 0; i < 6; i++) {
        request(i);
        NO_FAULT();
    }
    EFFECTS("");
    READS("READ16 0x100000; READ16 0x100010; READ16 0x100020; "
          "READ16 0x100030; READ16 0x100040; READ16 0x100050");
    entry(6, remapped(0x41, 1) | FPD, 0); /* and harms no good one */
    request(6);
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x1");
}

/* 20h, 21h, 23h and 25h know no entry, so no FPD. */
static void test_fpd_does_not_reach(void)
{
    set_table(7);
    gcmd_set(IRE);
    entry(0, remapped(0x41, 0x100) | FPD, 0);
    device_writes(0xfee00018, 0x10000);
    FAULT(VR_VTD_FR_IR_REQ_RSVD, 0);
    request(256);
    FAULT(VR_VTD_FR_IR_INDEX_OVER, 256);
    refuse(VR_EFF_MEM_READ, TABLE);
    request(0);
    FAULT(VR_VTD_FR_IR_ROOT_INVAL, 0);
    device_writes(0xfee00000, 0);
    FAULT(VR_VTD_FR_IR_REQ_COMPAT, 0);
}

/* AVAIL is software's. */
static void test_available(void)
{
    remapping_on();
    descriptor(PID, NV(0x40));
    entry(0, remapped(0x41, 1) | 0xf00, 0);
    request(0);
    EFFECTS("REMAPPED vector 0x41 fixed physical edge to 0x1");
    entry_posted(1, 0x41, PID, 0xf00);
    request(1);
    NO_FAULT();
    EQ(peek(PID + 8), 2);
}

const Test entry_tests[] = {
    { "fields of a remapped entry, \"Interrupt Remapping Table Entry "
      "(IRTE) for Remapped Interrupts\"", test_remapped_fields },
    { "delivery modes, \"Interrupt Remapping Table Entry (IRTE) for "
      "Remapped Interrupts\"", test_delivery_modes },
    { "destination in xAPIC mode, \"Interrupt Remapping Table Entry "
      "(IRTE) for Remapped Interrupts\"", test_xapic_destination },
    { "reserved bits, remapped, \"Interrupt Remapping Table Entry "
      "(IRTE) for Remapped Interrupts\"", test_remapped_reserved },
    { "reserved bits, posted, \"Interrupt Remapping Table Entry (IRTE) "
      "for Posted Interrupts\"", test_posted_reserved },
    { "SVT 3 is reserved, \"Interrupt Remapping Table Entry (IRTE)\", SVT",
      test_svt_reserved },
    { "CAP_REG.PI = 0: a posted entry is reserved, 5.2.1 \"Interrupt "
      "Remapping Table Support for Interrupt Posting\"", test_no_posting },
    { "not present, 5.1.4.1 \"Interrupt Remapping Fault Conditions\"",
      test_not_present },
    { "unreadable, 5.1.4.1 \"Interrupt Remapping Fault Conditions\"",
      test_unreadable },
    { "an entry with a fault is not cached, \"Interrupt Entry Cache\"",
      test_faulty_not_cached },
    { "FPD, 5.1.4.1 \"Interrupt Remapping Fault Conditions\"", test_fpd },
    { "faults that FPD does not reach, 5.1.4.1 \"Interrupt Remapping Fault "
      "Conditions\"", test_fpd_does_not_reach },
    { "AVAIL, \"Interrupt Remapping Table Entry (IRTE)\", AVAIL",
      test_available },
    { NULL, NULL },
};
