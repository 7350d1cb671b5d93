/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers as data: reset values, what can be written, sizes, edges. */
#include "rig.h"

typedef struct Known {
    uint32_t offset;
    uint32_t reset;
    uint32_t writable; /* bits that read back what was written */
} Known;

static const Known words[] = {
    { VR_VTD_GCMD_REG, 0, 0 },
    { VR_VTD_GSTS_REG, 0, 0 },
    { VR_VTD_FSTS_REG, 0, 0 },
    { VR_VTD_FECTL_REG, IM, IM },
    { VR_VTD_FEDATA_REG, 0, 0xffff },
    { VR_VTD_FEADDR_REG, 0, 0xfffffffc },
    { VR_VTD_FEUADDR_REG, 0, 0xffffffff },
    { VR_VTD_IQH_REG, 0, 0 },
    { VR_VTD_IQH_REG + 4, 0, 0 },
    { VR_VTD_IQT_REG, 0, 0x7fff0 },
    { VR_VTD_IQT_REG + 4, 0, 0 },
    { VR_VTD_IQA_REG, 0, 0xfffff807 },
    { VR_VTD_IQA_REG + 4, 0, 0xffffffff },
    { VR_VTD_ICS_REG, 0, 0 },
    { VR_VTD_IECTL_REG, IM, IM },
    { VR_VTD_IEDATA_REG, 0, 0xffff },
    { VR_VTD_IEADDR_REG, 0, 0xfffffffc },
    { VR_VTD_IEUADDR_REG, 0, 0xffffffff },
    { VR_VTD_IQERCD_REG, 0, 0 },
    { VR_VTD_IQERCD_REG + 4, 0, 0 },
    { VR_VTD_IRTA_REG, 0, 0xfffff80f },
    { VR_VTD_IRTA_REG + 4, 0, 0xffffffff },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void test_reset_values(void)
{
    for (unsigned i = 0; i < COUNT_OF(words); i++) {
        EQ(rd(words[i].offset), words[i].reset);
    }
    for (unsigned i = 0; i < 8; i++) {
        EQ(rd8(VR_VTD_FRCD_REG + 16 * i), 0);
        EQ(rd8(VR_VTD_FRCD_REG + 16 * i + 8), 0);
    }
    EFFECTS("");
    READS("");
}

static void write_and_check(const Known *k, uint32_t value)
{
    uint64_t got;

    wr(k->offset, value);
    got = rd(k->offset);
    check_at(__FILE__, __LINE__, got == (value & k->writable),
             "0x%x reads 0x%llx after 0x%x was written", k->offset,
             (unsigned long long)got, value);
}

static void test_writable(void)
{
    for (unsigned i = 0; i < COUNT_OF(words); i++) {
        const Known *k = &words[i];

        if (k->offset == VR_VTD_GCMD_REG) {
            continue; /* that would be a command */
        }
        write_and_check(k, 0xffffffff);
        write_and_check(k, 0x55555555);
        write_and_check(k, 0xaaaaaaaa);
        write_and_check(k, 0);
        for (unsigned bit = 0; bit < 32; bit++) {
            write_and_check(k, 1u << bit);
        }
        wr(k->offset, k->reset);
        for (unsigned other = 0; other < COUNT_OF(words); other++) {
            EQ(rd(words[other].offset), words[other].reset);
        }
    }
    EFFECTS("");
}

static void test_xapic_only(void)
{
    rig_variant("eim", 0);
    wr(VR_VTD_FEUADDR_REG, 0xffffffff);
    wr(VR_VTD_IEUADDR_REG, 0xffffffff);
    wr(VR_VTD_IRTA_REG, 0xffffffff);
    EQ(rd(VR_VTD_FEUADDR_REG), 0);
    EQ(rd(VR_VTD_IEUADDR_REG), 0);
    EQ(rd(VR_VTD_IRTA_REG), 0xfffff00f);
    EQ(rd8(VR_VTD_ECAP_REG), 0xf0000a);
}

static void test_no_wide_descriptors(void)
{
    rig_variant("dw", 0);
    wr(VR_VTD_IQA_REG, 0xffffffff);
    EQ(rd(VR_VTD_IQA_REG), 0xfffff007);
}

static void test_capabilities(void)
{
    const VrParam least[] = {
        { "pi", 0 }, { "eim", 0 }, { "esirtps", 0 }, { "mhmv", 0 },
        { "frcd", 1 },
    };

    /* PI, ESIRTPS, NFR = 7, FRO = 0x22; QI, IR, EIM, MHMV = 15 */
    EQ(rd8(VR_VTD_CAP_REG), 1ull << 59 | 1ull << 62 | 7ull << 40 |
       0x22ull << 24);
    EQ(rd8(VR_VTD_ECAP_REG), 1 << 1 | 1 << 3 | 1 << 4 | 15 << 20);
    wr8(VR_VTD_CAP_REG, 0);
    wr8(VR_VTD_ECAP_REG, UINT64_MAX);
    EQ(rd8(VR_VTD_ECAP_REG), 0xf0001a);
    EQ(rd(VR_VTD_CAP_REG + 4), 1u << 27 | 1u << 30 | 7 << 8);
    rig_variants(least, COUNT_OF(least));
    EQ(rd8(VR_VTD_CAP_REG), 0x22ull << 24);
    EQ(rd8(VR_VTD_ECAP_REG), 1 << 1 | 1 << 3);
    rig_variant("mhmv", 6);
    EQ(rd(VR_VTD_ECAP_REG), 0x60001a);
    rig_variant("frcd", 3);
    EQ(rd(VR_VTD_CAP_REG + 4), 1u << 27 | 1u << 30 | 2 << 8);
}

static void test_eight_bytes(void)
{
    wr8(VR_VTD_IQA_REG, 0x123456789abcd805);
    EQ(rd(VR_VTD_IQA_REG), 0x9abcd805);
    EQ(rd(VR_VTD_IQA_REG + 4), 0x12345678);
    EQ(rd8(VR_VTD_IQA_REG), 0x123456789abcd805);
    wr(VR_VTD_IQA_REG + 4, 0);
    EQ(rd8(VR_VTD_IQA_REG), 0x9abcd805);
    wr8(VR_VTD_FEADDR_REG, 0x1122334455667788); /* FEUADDR_REG follows */
    EQ(rd(VR_VTD_FEADDR_REG), 0x55667788);
    EQ(rd(VR_VTD_FEUADDR_REG), 0x11223344);
    wr8(VR_VTD_IECTL_REG, 0x9999ull << 32); /* IEDATA_REG follows */
    EQ(rd8(VR_VTD_IECTL_REG), 0x9999ull << 32);
    wr8(VR_VTD_FECTL_REG - 8, UINT64_MAX); /* nothing, FSTS_REG */
    EQ(rd8(VR_VTD_FECTL_REG - 8), 0);
    EQ(rd8(VR_VTD_ICS_REG - 4), 0); /* nothing, ICS_REG */
}

/* Lower half first: GCMD_REG acts, then GSTS_REG is read-only. */
static void test_eight_byte_command(void)
{
    poke(QUEUE, 0);
    wr8(VR_VTD_IQA_REG, QUEUE);
    wr8(VR_VTD_GCMD_REG, ~0ull << 32 | QIE);
    EQ(rd(VR_VTD_GSTS_REG), QIE);
    EQ(rd8(VR_VTD_GCMD_REG), (uint64_t)QIE << 32);
}

static void check_nothing(uint64_t offset, unsigned size)
{
    wr_size(offset, size, UINT64_MAX);
    EQ(rd_size(offset, size), 0);
}

static void check_untouched(void)
{
    for (unsigned i = 0; i < COUNT_OF(words); i++) {
        EQ(rd(words[i].offset), words[i].reset);
    }
    EFFECTS("");
    READS("");
}

static void test_wrong_sizes(void)
{
    static const uint8_t sizes[] = { 0, 1, 2, 3, 5, 6, 7, 9, 12, 16, 255 };

    for (unsigned i = 0; i < COUNT_OF(words); i++) {
        for (unsigned j = 0; j < COUNT_OF(sizes); j++) {
            check_nothing(words[i].offset, sizes[j]);
        }
    }
    check_nothing(VR_VTD_CAP_REG, 2);
    check_nothing(VR_VTD_ECAP_REG, 1);
    check_nothing(VR_VTD_FRCD_REG, 16);
    check_untouched();
}

static void test_misaligned(void)
{
    for (unsigned i = 0; i < COUNT_OF(words); i++) {
        for (unsigned byte = 1; byte < 4; byte++) {
            check_nothing(words[i].offset + byte, 4);
        }
        for (unsigned byte = words[i].offset % 8 ? 0 : 1; byte < 8; byte++) {
            if ((words[i].offset + byte) % 8) {
                check_nothing(words[i].offset + byte, 8);
            }
        }
    }
    check_untouched();
}

static const uint64_t not_listed[] = {
    0x00, 0x04, 0x20, 0x24, 0x28, 0x2c, 0x30, 0x48, 0x58, 0x5c, 0x60,
    0x64, 0x68, 0x6c, 0x70, 0x78, 0x98, 0xc0, 0xc8, 0xdc, 0xe0, 0xf0,
    0x100, 0x110, 0x200, 0x21c, 0x2a0, 0x2a8, 0x2ac, 0x400, 0xffc, 0x1000,
    0x1018, 0x2018, 0x10000, 0x100000018, 0x100000220, 0x8000000000000018,
    0xfffffffffffffffc,
};

static void test_not_listed(void)
{
    for (unsigned i = 0; i < COUNT_OF(not_listed); i++) {
        check_nothing(not_listed[i], 4);
        if (not_listed[i] % 8 == 0) {
            check_nothing(not_listed[i], 8);
        }
    }
    check_untouched();
}

/* All records full of ones: none of it shows anywhere else. */
static void test_beside_faults(void)
{
    const unsigned records = 8;

    rig_variant("frcd", records);
    for (unsigned i = 0; i <= records; i++) {
        msg(VR_VTD_DMA_FAULT, UINT64_MAX, UINT64_MAX);
    }
    EQ(rd(VR_VTD_FSTS_REG), PFO | PPF);
    for (uint64_t at = VR_VTD_IRTA_REG + 8; at < VR_VTD_FRCD_REG; at += 8) {
        EQ(rd8(at), 0);
    }
    for (unsigned i = 0; i < 2 * records; i++) {
        EQ(rd8(VR_VTD_FRCD_REG + 8 * i), UINT64_MAX);
    }
    for (uint64_t at = VR_VTD_FRCD_REG + 16 * records; at < 0x400; at += 8) {
        EQ(rd8(at), 0);
    }
    for (unsigned i = 0; i < COUNT_OF(not_listed); i++) {
        check_nothing(not_listed[i], 4);
    }
    EQ(rd(VR_VTD_FSTS_REG), PFO | PPF);
    EQ(rd8(VR_VTD_FRCD_REG), UINT64_MAX);
    EQ(rd8(VR_VTD_FRCD_REG + 16 * records - 8), UINT64_MAX);
    EFFECTS("");
}

/* The last listed word beside one that is not. */
static void test_edges(void)
{
    wr8(VR_VTD_IRTA_REG, 0x1234500000000000);
    EQ(rd8(VR_VTD_IRTA_REG + 8), 0);
    EQ(rd8(VR_VTD_IRTA_REG), 0x1234500000000000);
    rig_variant("frcd", 1);
    EQ(rd8(VR_VTD_FRCD_REG + 16), 0);
    wr8(VR_VTD_FRCD_REG + 24, UINT64_MAX);
    EQ(rd8(VR_VTD_FRCD_REG + 24), 0);
    EFFECTS("");
}

/* Neither messages that are not defined nor wires do anything. */
static void test_unknown_stimuli(void)
{
    for (unsigned opcode = 0; opcode < 300; opcode++) {
        if (opcode < VR_VTD_REQUEST || opcode > VR_VTD_DMA_FAULT) {
            msg(opcode, 0xfee00000, UINT64_MAX);
        }
    }
    msg(UINT32_MAX, 0, 0);
    msg(0x80000001, 0xfee00000, 0);
    for (unsigned i = 0; i < 40; i++) {
        vr_block_wire(block, i, 1);
    }
    vr_block_wire(block, UINT32_MAX, UINT64_MAX);
    check_untouched();
}

const Test register_tests[] = {
    { "reset values, 11.4 \"Register Descriptions\"", test_reset_values },
    { "writable, read-only and reserved bits, 11.4 \"Register "
      "Descriptions\"", test_writable },
    { "ECAP_REG.EIM = 0: upper addresses and EIME are RsvdZ, 11.4 "
      "\"Extended Capability Register\"", test_xapic_only },
    { "IQA_REG.DW is optional, 11.4 \"Invalidation Queue Address "
      "Register\"", test_no_wide_descriptors },
    { "CAP_REG and ECAP_REG of variants, 11.4 \"Capability Register\"",
      test_capabilities },
    { "8 bytes are two registers of 4, 11.2 \"Software Access to "
      "Registers\"", test_eight_bytes },
    { "8 bytes at GCMD_REG, 11.2 \"Software Access to Registers\"",
      test_eight_byte_command },
    { "wrong sizes, 11.2 \"Software Access to Registers\"",
      test_wrong_sizes },
    { "misaligned accesses, 11.2 \"Software Access to Registers\"",
      test_misaligned },
    { "locations without register, 11.4 \"Register Descriptions\"",
      test_not_listed },
    { "the same beside fault records, 11.4 \"Fault Recording Registers\"",
      test_beside_faults },
    { "beside the last register, 11.4 \"Register Descriptions\"",
      test_edges },
    { "undefined messages and wires, block contract", test_unknown_stimuli },
    { NULL, NULL },
};
