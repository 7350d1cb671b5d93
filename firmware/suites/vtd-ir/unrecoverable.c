/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile set-ups of the queue. They come last: after some of them a unit may
 * be beyond repair by software, though not beyond a reset.
 */
#include "vtd.h"

#define IQEI_FETCH 2

static void queue_at(uint64_t place, unsigned qs)
{
    vtd_write64(VTD_IQT, 0);
    vtd_write64(VTD_IQA, place | qs);
    vtd_command(G_QI, true);
    vtd_write64(VTD_IQT, 16);
    hal_delay_us(200);
}

static void expect_error(uint64_t place)
{
    FW_REQUIRE(queue_stop(), "the queue does not stop");
    queue_at(place, 0);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, FSTS_IQE);
    FW_EQUAL(vtd_read64(VTD_IQH), 0);
    vtd_command(G_QI, false);
    vtd_write(VTD_FSTS, FSTS_IQE);
    vtd_write64(VTD_IQT, 0);
    FW_CHECK(vtd_reset(), "the unit does not follow any more");
    FW_CHECK(queue_sync(), "the queue stands");
}

FW_CASE(zq_nowhere, "vtd.hostile.queue-nowhere",
        "VT-d 6.5.2, Queued Invalidation Interface Errors: IQE",
        "The queue is where nothing is")
{
    expect_error(0x6000000000ull);
}

FW_CASE(zq_fetch, "vtd.iqe.fetch",
        "VT-d 11.4, Invalidation Queue Error Record Register: IQEI",
        "The reason of that error: the descriptor cannot be read")
{
    FW_REQUIRE(queue_stop(), "the queue does not stop");
    queue_at(0x6000000000ull, 0);
    FW_EQUAL(vtd_read(VTD_IQERCD) & 15, IQEI_FETCH);
}

FW_CASE(zq_wraps, "vtd.hostile.queue-last-page",
        "VT-d 6.5.2, Queued Invalidation Interface Errors: IQE",
        "The queue is at the end of the address space")
{
    FW_REQUIRE(queue_stop(), "the queue does not stop");
    queue_at(0xfffffffffffff000ull, 7);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, FSTS_IQE);
    vtd_command(G_QI, false);
    vtd_write(VTD_FSTS, FSTS_IQE);
    vtd_write64(VTD_IQT, 0);
    FW_CHECK(vtd_reset(), "the unit does not follow any more");
}

FW_CASE(zq_wide, "vtd.hostile.wide-writes",
        "VT-d 11.2 Software Access to Registers",
        "Writes of 8 bytes at each place for 4, of what is there")
{
    NEED_DEVICE();
    for (unsigned at = VTD_FSTS; at < VTD_IRTA; at += 4) {
        if (at < VTD_FEUADDR + 4 || at >= VTD_ICS) {
            vtd_write64(at, vtd_read64(at));
        }
    }
    FW_REQUIRE(vtd_reset(), "the unit does not follow any more");
    irte_set(1, irte_remapped(0, VECTOR));
    fire(1);
    EXPECT_DELIVERED(0, VECTOR);
}

/* Registers take what they like, but events stay harmless and GCMD to itself,
 * and the queue is in our own memory. */
static void random_write(uint64_t seed)
{
    static const uint16_t places[] = {
        VTD_FSTS, VTD_FECTL, VTD_IQT, VTD_ICS, VTD_IECTL, VTD_IRTA,
        VTD_IRTA + 4, VTD_IQT + 4, VTD_IQH, VTD_GSTS, VTD_IQERCD,
    };

    switch (seed >> 56 & 7) {
    case 0:
        vtd_write(VTD_GCMD, seed & (G_QI | G_IR | G_IRTP | G_CFI));
        break;
    case 1:
        vtd_write(vtd.record_at + (seed & 0x7c), seed >> 8);
        break;
    case 2:
        vtd_write64(VTD_IQT, seed & 0x3ff0);
        break;
    default:
        vtd_write(places[seed % FW_ARRAY_SIZE(places)], seed >> 16);
    }
}

FW_CASE(zz_registers, "vtd.hostile.registers",
        "VT-d 11.4, Register Descriptions",
        "20,000 random writes to the interrupt registers, and requests"
        " meanwhile: the unit can be set up again")
{
    uint64_t seed = 0x853c49e6748fea9bull;

    NEED_DEVICE();
    event_program(VTD_FEDATA, 0, FAULT_VECTOR);
    event_program(VTD_IEDATA, 0, COMPLETION_VECTOR);
    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        random_write(seed);
        if (i % 16 == 0) {
            fire(seed & 0xff);
        }
    }
    vtd_write(VTD_FSTS, ~0u);
    settle();
    arrivals_clear();
    FW_REQUIRE(vtd_reset(), "the unit does not follow any more");
    irte_set(1, irte_remapped(0, VECTOR));
    fire(1);
    EXPECT_DELIVERED(0, VECTOR);
}
