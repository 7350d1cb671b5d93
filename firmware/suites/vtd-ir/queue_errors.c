/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors of the queue (VT-d 6.5.2, "Hardware Handling of Queued Invalidation
 * Interface Errors"): it stops at the bad descriptor until software has
 * mended it.
 */
#include "vtd.h"

enum { IQEI_TAIL = 1, IQEI_TYPE = 3, IQEI_RESERVED = 4, IQEI_TAIL_ALIGN = 6 };

#define WAITED 0x600d

/* Fire a bad descriptor at the queue's head; a wait is behind it. */
static void expect_stop(uint64_t lo, uint64_t hi)
{
    volatile uint32_t *word = scratch(0);
    unsigned at = queue.tail;

    *word = 0;
    queue_push(lo, hi);
    queue_push(INV_WAIT | INV_WAIT_SW | INV_WAIT_DATA(WAITED), (uint64_t)word);
    queue_ring();
    hal_delay_us(100);
    FW_CHECK(vtd_read(VTD_FSTS) & FSTS_IQE, "no error for 0x%lx 0x%lx", lo, hi);
    FW_EQUAL(vtd_read64(VTD_IQH), at);
    FW_EQUAL(*word, 0);
}

/* A good one takes its place, the error is cleared, the tail written again. */
static void mend(unsigned at)
{
    volatile uint32_t *word = scratch(0);
    uint64_t *d = (uint64_t *)(queue.ring + at);

    d[0] = INV_WAIT | INV_WAIT_SW;
    d[1] = (uint64_t)&queue_status[1];
    vtd_write(VTD_FSTS, FSTS_IQE);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, 0);
    queue_ring();
    FW_CHECK(queue_idle(), "the queue stands: IQH 0x%lx", vtd_read64(VTD_IQH));
    FW_EQUAL(*word, WAITED);
}

static void check_bad(uint64_t lo, uint64_t hi)
{
    unsigned at = queue.tail;

    expect_stop(lo, hi);
    if (!fw_case_ended()) {
        mend(at);
    }
}

FW_CASE(iqe_type, "vtd.iqe.type",
        "VT-d 6.5.2, Queued Invalidation Interface Errors: IQE",
        "A descriptor type that there is not stops the queue")
{
    check_bad(0, 0);
    check_bad(0xf, 0);
    check_bad(0xe, 0);
}

FW_CASE(iqe_iec_reserved, "vtd.iqe.iec-reserved",
        "VT-d 6.5.2, Interrupt Entry Cache Invalidate Descriptor",
        "Each reserved bit of an invalidation")
{
    for (int bit = 5; bit < 64 && !fw_case_ended(); bit++) {
        if (bit < 9 || (bit > 11 && bit < 27) || bit > 47) {
            check_bad(INV_IEC | 1ull << bit, 0);
        }
    }
    for (int bit = 0; bit < 64 && !fw_case_ended(); bit++) {
        check_bad(INV_IEC, 1ull << bit);
    }
}

FW_CASE(iqe_wait_reserved, "vtd.iqe.wait-reserved",
        "VT-d 6.5.2, Invalidation Wait Descriptor",
        "Each reserved bit of a wait")
{
    uint64_t address = (uint64_t)scratch(1);

    for (int bit = 8; bit < 32 && !fw_case_ended(); bit++) {
        if (bit < 9 || bit > 11) {
            check_bad(INV_WAIT | INV_WAIT_SW | 1ull << bit, address);
        }
    }
    check_bad(INV_WAIT | INV_WAIT_SW, address | 1);
    check_bad(INV_WAIT | INV_WAIT_SW, address | 2);
    FW_EQUAL(*(uint32_t *)scratch(1), 0);
}

FW_CASE(iqe_tail, "vtd.iqe.tail",
        "VT-d 11.4, Invalidation Queue Tail Register",
        "A tail beyond the queue stops it; nothing is fetched")
{
    uint64_t head = vtd_read64(VTD_IQH);
    volatile uint32_t *word = scratch(0);

    queue_push(INV_WAIT | INV_WAIT_SW | INV_WAIT_DATA(WAITED), (uint64_t)word);
    vtd_write64(VTD_IQT, 4096);
    hal_delay_us(100);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, FSTS_IQE);
    FW_EQUAL(vtd_read64(VTD_IQH), head);
    FW_EQUAL(*word, 0);
    vtd_write64(VTD_IQT, queue.tail);
    vtd_write(VTD_FSTS, FSTS_IQE);
    queue_ring();
    FW_CHECK(queue_idle(), "the queue stands");
    FW_EQUAL(*word, WAITED);
}

FW_CASE(iqe_sticks, "vtd.iqe.sticks",
        "VT-d 6.5.2, Queued Invalidation Interface Errors: IQE",
        "While the error is set a new tail fetches nothing")
{
    volatile uint32_t *word = scratch(0);

    expect_stop(0, 0);
    queue_push(INV_WAIT | INV_WAIT_SW | INV_WAIT_DATA(WAITED), (uint64_t)word);
    queue_ring();
    hal_delay_us(100);
    FW_EQUAL(*word, 0);
    vtd_write(VTD_FSTS, 0);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, FSTS_IQE);
}

FW_CASE(iqe_resumes, "vtd.iqe.resumes",
        "VT-d 6.5.2, Queued Invalidation Interface Errors: IQE",
        "Clearing the error is enough for the queue to go on")
{
    volatile uint32_t *word = scratch(0);
    unsigned at = queue.tail;

    expect_stop(0, 0);
    ((uint64_t *)(queue.ring + at))[0] = INV_WAIT | INV_WAIT_SW;
    ((uint64_t *)(queue.ring + at))[1] = (uint64_t)&queue_status[1];
    vtd_write(VTD_FSTS, FSTS_IQE);
    FW_CHECK(queue_idle(), "the queue stands");
    FW_EQUAL(*word, WAITED);
}

static unsigned error_code(void)
{
    return vtd_read(VTD_IQERCD) & 15;
}

FW_CASE(iqe_codes, "vtd.iqe.codes",
        "VT-d 11.4, Invalidation Queue Error Record Register: IQEI",
        "The reason of an error: type, reserved field, tail")
{
    unsigned at = queue.tail;

    expect_stop(0, 0);
    FW_EQUAL(error_code(), IQEI_TYPE);
    mend(at);
    at = queue.tail;
    expect_stop(INV_IEC | 1 << 12, 0);
    FW_EQUAL(error_code(), IQEI_RESERVED);
    mend(at);
    vtd_write64(VTD_IQT, 4096);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, FSTS_IQE);
    FW_EQUAL(error_code(), IQEI_TAIL);
}

FW_CASE(iqe_mask, "vtd.iqe.mask",
        "VT-d 11.4, Extended Capability Register: MHMV",
        "A mask greater than the unit handles")
{
    unsigned most = ECAP_MHMV(vtd.ecap);

    for (unsigned m = 0; m <= most; m++) {
        queue_push(INV_IEC | INV_IEC_INDEX | INV_IEC_IM(m), 0);
    }
    FW_REQUIRE(queue_sync(), "the masks up to %u are refused", most);
    check_bad(INV_IEC | INV_IEC_INDEX | INV_IEC_IM(most + 1), 0);
    check_bad(INV_IEC | INV_IEC_INDEX | INV_IEC_IM(31), 0);
}

FW_CASE(iqe_wide, "vtd.iqe.wide-reserved",
        "VT-d 11.4, Invalidation Queue Address Register: DW",
        "Bits 255:128 of a wait are reserved")
{
    if (!(vtd.ecap & ECAP_SMTS)) {
        FW_SKIP("no descriptors of 256 bits (ECAP_REG.SMTS)");
    }
    FW_REQUIRE(queue_stop() && queue_start(0, true), "no queue");
    for (int word = 2; word < 4 && !fw_case_ended(); word++) {
        uint64_t *d = (uint64_t *)(queue.ring + queue.tail);

        queue_push(INV_WAIT | INV_WAIT_SW, (uint64_t)scratch(0));
        d[word] = 1ull << 40;
        queue_ring();
        hal_delay_us(100);
        FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, FSTS_IQE);
        FW_EQUAL(error_code(), IQEI_RESERVED);
        d[word] = 0;
        vtd_write(VTD_FSTS, FSTS_IQE);
        queue_ring();
        FW_CHECK(queue_idle(), "the queue stands");
    }
}

FW_CASE(iqe_wide_tail, "vtd.iqe.wide-tail",
        "VT-d 11.4, Invalidation Queue Tail Register",
        "A tail in the middle of a descriptor of 256 bits")
{
    if (!(vtd.ecap & ECAP_SMTS)) {
        FW_SKIP("no descriptors of 256 bits (ECAP_REG.SMTS)");
    }
    FW_REQUIRE(queue_stop() && queue_start(0, true), "no queue");
    vtd_write64(VTD_IQT, 0x30);
    hal_delay_us(100);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, FSTS_IQE);
    FW_EQUAL(error_code(), IQEI_TAIL_ALIGN);
}
