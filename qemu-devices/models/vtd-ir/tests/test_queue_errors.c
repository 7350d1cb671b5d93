/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors of the invalidation queue: FSTS_REG.IQE and IQERCD_REG.IQEI. */
#include "rig.h"

static void error_at(int line, unsigned iqei, uint32_t head)
{
    bool ok = rd(VR_VTD_FSTS_REG) == IQE && rd(VR_VTD_IQH_REG) == head &&
              rd8(VR_VTD_IQERCD_REG) == iqei;

    check_at(__FILE__, line, ok,
             "FSTS 0x%llx IQH 0x%llx IQERCD 0x%llx, want IQE, 0x%x, 0x%x",
             (unsigned long long)rd(VR_VTD_FSTS_REG),
             (unsigned long long)rd(VR_VTD_IQH_REG),
             (unsigned long long)rd8(VR_VTD_IQERCD_REG), head, iqei);
}

#define ERROR(iqei, head) error_at(__LINE__, (iqei), (head))
#define NO_ERROR(head)                                                      \
    do {                                                                    \
        EQ(rd(VR_VTD_FSTS_REG), 0);                                         \
        EQ(rd(VR_VTD_IQH_REG), (head));                                     \
    } while (0)

static void start(bool dw)
{
    rig_variants(NULL, 0);
    allow_all();
    queue_on(dw);
}

static void test_tail_outside(void)
{
    for (unsigned qs = 0; qs < 7; qs++) {
        uint32_t size = 4096u << qs;

        rig_variants(NULL, 0);
        wr8(VR_VTD_IQA_REG, QUEUE | qs);
        gcmd_set(QIE);
        wr(VR_VTD_IQT_REG, size);
        ERROR(VR_VTD_IQEI_TAIL, 0);
        wr(VR_VTD_FSTS_REG, IQE); /* it is still there */
        ERROR(VR_VTD_IQEI_TAIL, 0);
        wr(VR_VTD_IQT_REG, 0x7fff0);
        wr(VR_VTD_FSTS_REG, IQE);
        ERROR(VR_VTD_IQEI_TAIL, 0);
        wr(VR_VTD_IQT_REG, 0);
        wr(VR_VTD_FSTS_REG, IQE);
        NO_ERROR(0);
        READS("");
    }
}

static void test_tail_alignment(void)
{
    start(true);
    wr(VR_VTD_IQT_REG, 0x10);
    ERROR(VR_VTD_IQEI_TAIL_ALIGN, 0);
    start(true);
    wr(VR_VTD_IQT_REG, 0xff0);
    ERROR(VR_VTD_IQEI_TAIL_ALIGN, 0);
    start(true);
    wr(VR_VTD_IQT_REG, 0x1010); /* outside goes first */
    ERROR(VR_VTD_IQEI_TAIL, 0);
    READS("");
    EFFECTS("");
}

static void test_fetch(void)
{
    start(false);
    put(IEC, 0);
    put(IEC, 0);
    refuse(VR_EFF_MEM_READ, QUEUE + 0x10);
    submit(IEC, 0);
    READS("READ16 0x20000; READ16 0x20010 refused");
    ERROR(VR_VTD_IQEI_FETCH, 0x10);
    wr(VR_VTD_FSTS_REG, IQE);
    READS("READ16 0x20010 refused");
    ERROR(VR_VTD_IQEI_FETCH, 0x10);
    allow_all();
    wr(VR_VTD_FSTS_REG, IQE);
    READS("READ16 0x20010; READ16 0x20020");
    NO_ERROR(0x30);
}

/* Of 256 bits both halves are tried, whichever is refused. */
static void test_fetch_wide(void)
{
    start(true);
    refuse(VR_EFF_MEM_READ, QUEUE);
    submit(IEC, 0);
    READS("READ16 0x20000 refused; READ16 0x20010");
    ERROR(VR_VTD_IQEI_FETCH, 0);
    start(true);
    refuse(VR_EFF_MEM_READ, QUEUE + 16);
    submit(IEC, 0);
    READS("READ16 0x20000; READ16 0x20010 refused");
    ERROR(VR_VTD_IQEI_FETCH, 0);
    start(true);
    refuse(VR_EFF_MEM_READ, QUEUE);
    refuse(VR_EFF_MEM_READ, QUEUE + 16);
    submit(IEC, 0);
    READS("READ16 0x20000 refused; READ16 0x20010 refused");
    ERROR(VR_VTD_IQEI_FETCH, 0);
}

/* Bits 3:0, with bits 11:9 above them */
static void test_types(void)
{
    for (unsigned type = 0; type < 128; type++) {
        start(false);
        submit((type & 15) | (type >> 4) << 9, 0);
        if (type == 0 || type > 8) {
            ERROR(VR_VTD_IQEI_TYPE, 0);
            EFFECTS("");
        } else if (type == 4 || type == 5) {
            NO_ERROR(0x10);
            EFFECTS("");
        } else {
            EQ(count(VR_EFF_MSG, type), 1);
            NO_ERROR(0);
        }
    }
}

static void check_reserved(uint64_t base, uint64_t lo, uint64_t hi, bool bad)
{
    start(false);
    poke(STATUS, 0);
    submit(base | lo, hi);
    if (bad) {
        ERROR(VR_VTD_IQEI_RESERVED, 0);
    } else {
        NO_ERROR(0x10);
    }
    EFFECTS("");
}

/* Bits 8:5, 26:12 and all above 47; 11:9 are of the type. */
static void test_invalidate_reserved(void)
{
    for (unsigned bit = 4; bit < 128; bit++) {
        uint64_t lo = bit < 64 ? 1ull << bit : 0;
        uint64_t hi = bit < 64 ? 0 : 1ull << (bit - 64);
        bool bad = (bit >= 5 && bit <= 26) || bit >= 48;

        if (bit >= 9 && bit <= 11) {
            continue;
        }
        check_reserved(IEC, lo, hi, bad);
        check_reserved(IEC_ONE(0, 0), lo, hi, bad || bit == 31);
    }
}

/* Bits 31:7 (PD is one: page requests are not implemented), 65:64 */
static void test_wait_reserved(void)
{
    for (unsigned bit = 6; bit < 128; bit++) {
        uint64_t lo = bit < 64 ? 1ull << bit : 0;
        uint64_t hi = bit < 64 ? 0 : 1ull << (bit - 64);

        if (bit >= 9 && bit <= 11) {
            continue;
        }
        check_reserved(WAIT, lo, hi,
                       (bit >= 7 && bit <= 31) || bit == 64 || bit == 65);
    }
}

static void test_wide_reserved(void)
{
    static const uint64_t kinds[] = { IEC, IEC_ONE(1, 2), WAIT };

    for (unsigned bit = 0; bit < 128; bit++) {
        for (unsigned i = 0; i < 3; i++) {
            start(true);
            put(kinds[i], 0);
            poke(QUEUE + 16 + bit / 64 * 8, 1ull << bit % 64);
            wr(VR_VTD_IQT_REG, 0x20);
            ERROR(VR_VTD_IQEI_RESERVED, 0);
            EFFECTS("");
        }
    }
}

/* A wait in error does nothing of what it says. */
static void test_wait_in_error(void)
{
    start(false);
    poke(STATUS, 0);
    submit(WAIT_SW(1) | WAIT_IF | 1ull << 7, STATUS);
    ERROR(VR_VTD_IQEI_RESERVED, 0);
    EFFECTS("");
    EQ(rd(VR_VTD_ICS_REG), 0);
    EQ(peek(STATUS), 0);
}

static void test_mask_too_great(void)
{
    static const uint8_t most[] = { 0, 1, 7, 15 };

    for (unsigned i = 0; i < sizeof(most); i++) {
        for (unsigned im = 0; im < 32; im++) {
            rig_variant("mhmv", most[i]);
            queue_on(false);
            submit(IEC_ONE(0, im), 0);
            if (im > most[i]) {
                ERROR(VR_VTD_IQEI_RESERVED, 0);
            } else {
                NO_ERROR(0x10);
            }
            rig_variant("mhmv", most[i]);
            queue_on(false);
            submit(IEC | (uint64_t)im << 27, 0); /* global: ignored */
            NO_ERROR(0x10);
        }
    }
}

/* An invalidation in error invalidates nothing. */
static void test_invalidate_in_error(void)
{
    start(false);
    entry(0, remapped(0x40, 1), 0);
    remapping_on();
    request(0);
    submit(IEC | 1ull << 5, 0);
    ERROR(VR_VTD_IQEI_RESERVED, 0);
    forget();
    request(0);
    READS("");
}

/* While IQE is set nothing is read; requests go on. */
static void test_stops(void)
{
    start(false);
    entry(0, remapped(0x40, 1), 0);
    remapping_on();
    submit(0xf, 0);
    ERROR(VR_VTD_IQEI_TYPE, 0);
    forget();
    submit(IEC, 0);
    time_is(5);
    READS("");
    request(0);
    EFFECTS("REMAPPED vector 0x40 fixed physical edge to 0x1");
    poke(QUEUE, IEC);
    wr(VR_VTD_FSTS_REG, PFO | PPF | ICE | ITE); /* others */
    ERROR(VR_VTD_IQEI_TYPE, 0);
    wr(VR_VTD_FSTS_REG, IQE);
    NO_ERROR(0x20);
    EQ(rd(VR_VTD_IQERCD_REG), VR_VTD_IQEI_TYPE); /* keeps it */
}

/* The queue off and on does not clear IQE. */
static void test_off_and_on(void)
{
    start(false);
    submit(0xf, 0);
    gcmd_clear(QIE);
    ERROR(VR_VTD_IQEI_TYPE, 0);
    poke(QUEUE, IEC);
    gcmd_set(QIE);
    ERROR(VR_VTD_IQEI_TYPE, 0);
    wr(VR_VTD_FSTS_REG, IQE);
    NO_ERROR(0x10);
}

const Test queue_error_tests[] = {
    { "IQEI 1: tail outside the queue, 11.4 \"Invalidation Queue Error "
      "Record Register\"", test_tail_outside },
    { "IQEI 6: tail not aligned, 11.4 \"Invalidation Queue Error Record "
      "Register\"", test_tail_alignment },
    { "IQEI 2: fetch, 11.4 \"Invalidation Queue Error Record Register\"",
      test_fetch },
    { "IQEI 2: fetch of 256 bits, 11.4 \"Invalidation Queue Error Record "
      "Register\"", test_fetch_wide },
    { "IQEI 3: all types, 11.4 \"Invalidation Queue Error Record "
      "Register\"", test_types },
    { "IQEI 4: reserved bits of an invalidation, 6.5.2 \"Interrupt Entry "
      "Cache Invalidate Descriptor\"", test_invalidate_reserved },
    { "IQEI 4: reserved bits of a wait, 6.5.2 \"Invalidation Wait "
      "Descriptor\"", test_wait_reserved },
    { "IQEI 4: bits 255:128, 6.5.2 \"Queued Invalidation Interface\"",
      test_wide_reserved },
    { "IQEI 4: a wait in error does nothing, 6.5.2 \"Hardware Handling of "
      "Queued Invalidation Interface Errors\"", test_wait_in_error },
    { "IQEI 4: index mask above MHMV, 6.5.2 \"Interrupt Entry Cache "
      "Invalidate Descriptor\"", test_mask_too_great },
    { "IQEI 4: an invalidation in error does nothing, 6.5.2 \"Hardware "
      "Handling of Queued Invalidation Interface Errors\"",
      test_invalidate_in_error },
    { "IQE stops the queue, 6.5.2 \"Hardware Handling of Queued "
      "Invalidation Interface Errors\"", test_stops },
    { "QIE does not clear IQE, 11.4 \"Fault Status Register\"",
      test_off_and_on },
    { NULL, NULL },
};
