/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interrupt entry cache (VT-d 6.5, "Interrupt Entry Cache"). Hardware may
 * cache what it likes, or nothing; only what was invalidated must be gone.
 */
#include "vtd.h"

#define INDEX 64

/* Entries of INDEX + 0..n-1 for vectors from `vector` on, in memory only */
static void write_entries(unsigned n, int vector)
{
    for (unsigned i = 0; i < n; i++) {
        irte_write(INDEX + i, irte_remapped(0, vector + i));
    }
}

/* Fire all and see which of them came by the vectors from `vector` on. */
static uint64_t fire_all(unsigned n, int vector)
{
    uint64_t came = 0;

    arrivals_clear();
    for (unsigned i = 0; i < n; i++) {
        fire(INDEX + i);
    }
    settle();
    for (unsigned i = 0; i < n; i++) {
        came |= (uint64_t)(arrivals(0, vector + i) == 1) << i;
    }
    arrivals_clear();
    return came;
}

FW_CASE(iec_invalidated, "vtd.iec.invalidated",
        "VT-d 6.5.2, Interrupt Entry Cache Invalidate Descriptor",
        "An entry that was used, changed and invalidated is used as it is now")
{
    NEED_DEVICE();
    irte_set(INDEX, irte_remapped(0, VECTOR));
    for (int i = 0; i < 50 && !fw_case_ended(); i++) {
        fire(INDEX);
        EXPECT_DELIVERED(0, VECTOR + i % 2);
        irte_set(INDEX, irte_remapped(0, VECTOR + (i + 1) % 2));
    }
}

FW_CASE(iec_kept, "vtd.iec.kept",
        "VT-d ch. 6, Interrupt Entry Cache",
        "A changed entry is not used before its invalidation, if it is cached")
{
    NEED_DEVICE();
    irte_set(INDEX, irte_remapped(0, VECTOR));
    fire(INDEX);
    EXPECT_DELIVERED(0, VECTOR);
    irte_write(INDEX, irte_remapped(0, VECTOR + 1));
    fire(INDEX);
    settle();
    if (arrivals(0, VECTOR + 1)) {
        EXPECT_DELIVERED(0, VECTOR + 1);
        FW_SKIP("the unit did not keep the entry, as it may");
    }
    EXPECT_DELIVERED(0, VECTOR);
    iec_invalidate(INDEX, 0);
    fire(INDEX);
    EXPECT_DELIVERED(0, VECTOR + 1);
}

FW_CASE(iec_kept_removed, "vtd.iec.kept-removed",
        "VT-d ch. 6, Interrupt Entry Cache",
        "A removed entry: delivered while it is cached, a fault afterwards")
{
    NEED_DEVICE();
    irte_set(INDEX, irte_remapped(0, VECTOR));
    fire(INDEX);
    EXPECT_DELIVERED(0, VECTOR);
    irte_write(INDEX, (Irte) { 0 });
    fire(INDEX);
    settle();
    if (!arrivals(0, VECTOR)) {
        EXPECT_BLOCKED(FR_NOT_PRESENT, INDEX);
        FW_SKIP("the unit did not keep the entry, as it may");
    }
    EXPECT_DELIVERED(0, VECTOR);
    iec_invalidate(INDEX, 0);
    fire(INDEX);
    EXPECT_BLOCKED(FR_NOT_PRESENT, INDEX);
}

FW_CASE(iec_global, "vtd.iec.global",
        "VT-d 6.5.2, Interrupt Entry Cache Invalidate Descriptor: G",
        "A global invalidation reaches every entry")
{
    NEED_DEVICE();
    write_entries(32, VECTOR);
    iec_invalidate_all();
    FW_EQUAL(fire_all(32, VECTOR), 0xffffffff);
    write_entries(32, VECTOR + 32);
    iec_invalidate_all();
    FW_EQUAL(fire_all(32, VECTOR + 32), 0xffffffff);
    EXPECT_NO_FAULT();
}

FW_CASE(iec_mask, "vtd.iec.mask",
        "VT-d 6.5.2, Interrupt Entry Cache Invalidate Descriptor: IM",
        "A masked invalidation reaches all 2^IM entries")
{
    NEED_DEVICE();
    for (unsigned m = 0; m <= 5 && m <= ECAP_MHMV(vtd.ecap)
         && !fw_case_ended(); m++) {
        uint64_t reached = (1ull << (1u << m)) - 1;

        write_entries(32, VECTOR);
        iec_invalidate_all();
        FW_EQUAL(fire_all(32, VECTOR), 0xffffffff);
        write_entries(32, VECTOR + 32);
        iec_invalidate(INDEX, m);
        FW_EQUAL(fire_all(32, VECTOR + 32) & reached, reached);
    }
    EXPECT_NO_FAULT();
}

FW_CASE(iec_mask_index, "vtd.iec.mask-index",
        "VT-d 6.5.2, Interrupt Entry Cache Invalidate Descriptor: IIDX",
        "The masked invalidation of the second half reaches it")
{
    NEED_DEVICE();
    if (ECAP_MHMV(vtd.ecap) < 3) {
        FW_SKIP("ECAP_REG.MHMV is less than 3");
    }
    write_entries(16, VECTOR);
    iec_invalidate_all();
    FW_EQUAL(fire_all(16, VECTOR), 0xffff);
    write_entries(16, VECTOR + 16);
    iec_invalidate(INDEX + 8, 3);
    FW_EQUAL(fire_all(16, VECTOR + 16) & 0xff00, 0xff00);
    EXPECT_NO_FAULT();
}

FW_CASE(iec_mask_all, "vtd.iec.mask-greatest",
        "VT-d 11.4, Extended Capability Register: MHMV",
        "The greatest mask reaches the entries up to its end")
{
    unsigned mask = ECAP_MHMV(vtd.ecap);

    NEED_DEVICE();
    irte_set(0, irte_remapped(0, VECTOR));
    irte_set(1, irte_remapped(0, VECTOR + 1));
    fire(0);
    EXPECT_DELIVERED(0, VECTOR);
    irte_write(0, irte_remapped(0, VECTOR + 2));
    iec_invalidate(0, mask);
    fire(0);
    EXPECT_DELIVERED(0, VECTOR + 2);
}

FW_CASE(iec_faulty, "vtd.iec.faulty-not-cached",
        "VT-d ch. 6, Interrupt Entry Cache; 11.4 Capability Register: CM",
        "An entry that was not present is used without invalidation once it is")
{
    NEED_DEVICE();
    if (vtd.cap & 1 << 7) {
        FW_SKIP("CAP_REG.CM is 1: such entries may be cached");
    }
    fire(INDEX);
    EXPECT_BLOCKED(FR_NOT_PRESENT, INDEX);
    irte_write(INDEX, irte_remapped(0, VECTOR));
    fire(INDEX);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(iec_reserved, "vtd.iec.wrong-not-cached",
        "VT-d ch. 6, Interrupt Entry Cache; 11.4 Capability Register: CM",
        "The same of an entry with a reserved bit set")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    if (vtd.cap & 1 << 7) {
        FW_SKIP("CAP_REG.CM is 1: such entries may be cached");
    }
    e.lo |= 1u << 31;
    irte_write(INDEX, e);
    fire(INDEX);
    EXPECT_BLOCKED(FR_ENTRY_RESERVED, INDEX);
    irte_write(INDEX, irte_remapped(0, VECTOR));
    fire(INDEX);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(iec_capacity, "vtd.iec.capacity",
        "VT-d ch. 6, Interrupt Entry Cache",
        "More entries in use than any cache holds: each is its own, before and"
        " after an invalidation")
{
    NEED_DEVICE();
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
            irte_write(i, irte_remapped(0, VECTOR + (i + round) % 64));
        }
        iec_invalidate_all();
        for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
            fire(i * 129 % TABLE_ENTRIES);
            if (i % 64 == 63) {
                settle();   /* each vector is pending once at most */
            }
        }
        for (int v = 0; v < 64 && !fw_case_ended(); v++) {
            FW_EQUAL(arrivals(0, VECTOR + v), TABLE_ENTRIES / 64);
        }
        arrivals_clear();
    }
    EXPECT_NO_FAULT();
}

FW_CASE(iec_move, "vtd.iec.move",
        "VT-d 6.5.2, Invalidation Wait Descriptor",
        "An interrupt moved round the processors 400 times, each time with an"
        " invalidation and a wait, goes where it was moved to")
{
    int cpus = hal_cpu_count();

    NEED_DEVICE();
    NEED_CPUS(2);
    for (int i = 0; i < 400; i++) {
        irte_set(INDEX, irte_remapped(i % cpus, VECTOR));
        fire(INDEX);
        FW_REQUIRE(wait_for_arrivals(VECTOR, i + 1), "move %d is lost", i);
    }
    settle();
    for (int cpu = 0; cpu < cpus; cpu++) {
        FW_EQUAL(arrivals(cpu, VECTOR), (400 - cpu + cpus - 1) / cpus);
    }
    EXPECT_NO_FAULT();
}
