/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no sane software does: nothing is delivered by it, and the unit goes on
 * to work. (What cannot be undone on every unit is in unrecoverable.c.)
 */
#include "irqgen.h"
#include "pci.h"
#include "vtd.h"

#define INDEX 33

/* Places without memory: nothing, registers, read-only memory, the last page */
static unsigned bad_places(uint64_t place[], unsigned most)
{
    unsigned n = 0;

    place[n++] = 0x6000000000ull;
    place[n++] = 0xfffffffffffff000ull;
    place[n++] = vtd.dmar.base & ~0xfffull;
    place[n++] = 0xfec00000;
    place[n++] = 0xfee00000;
    place[n++] = 0xfff00000;
    if (device_found()) {
        place[n++] = pci_bar(device_id(), VR_IRQGEN_REG_BAR);
    }
    return n < most ? n : most;
}

/* From the usual state a good request is still delivered. */
static void expect_works(const char *file, int line)
{
    settle();
    arrivals_clear();
    if (!vtd_reset()) {
        fw_fail(file, line, "the unit", "it does not follow any more");
        return;
    }
    irte_set(INDEX, irte_remapped(0, VECTOR));
    fire(INDEX);
    expect_arrived(file, line, 0, VECTOR, 1);
    expect_no_fault(file, line);
}
#define EXPECT_WORKS() expect_works(__FILE__, __LINE__)

FW_CASE(hostile_table, "vtd.hostile.table",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions",
        "The table is where there is no memory: nothing is delivered")
{
    uint64_t place[8];
    unsigned n = bad_places(place, 8);

    NEED_DEVICE();
    while (n-- && !fw_case_ended()) {
        FW_CHECK(vtd_set_table(place[n], 15, vtd.eime), "no table");
        fire(0);
        fire(255);
        fire(0xffff);
        EXPECT_NOTHING();
        fault_log_clear();
    }
    EXPECT_WORKS();
}

FW_CASE(hostile_descriptor, "vtd.hostile.descriptor",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 27h",
        "The descriptor is where there is no memory: refused, nothing notified")
{
    uint64_t place[8];
    unsigned n = bad_places(place, 8);

    NEED_POSTING();
    while (n-- && !fw_case_ended()) {
        irte_set(INDEX, irte_posted((const Pid *)(place[n] + 0x40), 0x55));
        fire(INDEX);
        EXPECT_NOTHING();
        FW_CHECK(vtd_read(VTD_FSTS) & FSTS_PPF, "no fault for 0x%lx",
                 place[n]);
        fault_log_clear();
    }
    EXPECT_WORKS();
}

FW_CASE(hostile_descriptor_end, "vtd.hostile.descriptor-last-line",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 27h",
        "The descriptor is the last line of the address space")
{
    NEED_POSTING();
    irte_set(INDEX, irte_posted((const Pid *)0xffffffffffffffc0, 0xff));
    fire(INDEX);
    EXPECT_BLOCKED(FR_PID_ACCESS, INDEX);
    EXPECT_WORKS();
}

FW_CASE(hostile_entry_itself, "vtd.hostile.descriptor-in-table",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "The descriptor is the entry's own place in the table")
{
    NEED_POSTING();
    irte_set(INDEX, irte_posted((const Pid *)&vtd_table[INDEX & ~3], 0x10));
    for (int i = 0; i < 10; i++) {
        fire(INDEX);
    }
    settle();
    arrivals_clear();
    EXPECT_WORKS();
}

FW_CASE(hostile_status, "vtd.hostile.status-address",
        "VT-d 6.5.2, Invalidation Wait Descriptor",
        "Status writes to where there is no memory: the queue goes on")
{
    uint64_t place[8];
    unsigned n = bad_places(place, 8);

    while (n-- && !fw_case_ended()) {
        if (place[n] >= 0xfec00000 && place[n] < 0xff000000) {
            continue;           /* registers: writing would act on them */
        }
        queue_push(INV_WAIT | INV_WAIT_SW | INV_WAIT_DATA(n), place[n] + 0xffc);
        queue_ring();
        hal_delay_us(100);
        if (!(vtd_read(VTD_FSTS) & FSTS_IQE)) {
            FW_CHECK(queue_sync(), "the queue stands after 0x%lx", place[n]);
        } else {
            FW_REQUIRE(vtd_reset(), "the unit does not follow");
        }
    }
    EXPECT_WORKS();
}

FW_CASE(hostile_tail, "vtd.hostile.tail",
        "VT-d 11.4, Invalidation Queue Tail Register",
        "All kinds of tails at a queue of one page: an error at most")
{
    static const uint64_t tails[] = {
        ~0ull, 0x7fff0, 0x80000, 0x1000, 0x1008, 0x2000, 0xf, 1ull << 63,
    };

    NEED_DEVICE();
    for (unsigned i = 0; i < FW_ARRAY_SIZE(tails) && !fw_case_ended(); i++) {
        uint64_t tail = tails[i] & 0x7fff0;

        vtd_write64(VTD_IQT, tails[i]);
        hal_delay_us(100);
        FW_CHECK(vtd_read(VTD_FSTS) & FSTS_IQE || tail < 4096,
                 "tail 0x%lx: FSTS 0x%x", tails[i], vtd_read(VTD_FSTS));
        FW_REQUIRE(vtd_reset(), "the unit does not follow");
    }
    EXPECT_WORKS();
}

FW_CASE(hostile_queue_full, "vtd.hostile.queue-of-garbage",
        "VT-d 6.5.2 Queued Invalidation Interface",
        "Random descriptors: the queue stops at a bad one, or is done")
{
    uint64_t seed = 88172645463325252ull;

    NEED_DEVICE();
    for (int round = 0; round < 200 && !fw_case_ended(); round++) {
        for (int i = 0; i < 8; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            /* No wait: it would write where it likes. */
            queue_push((seed & 15) == INV_WAIT ? seed ^ 1 : seed, seed >> 60);
        }
        queue_ring();
        hal_delay_us(20);
        FW_REQUIRE(vtd_reset(), "the unit does not follow");
    }
    EXPECT_WORKS();
}

FW_CASE(hostile_requests, "vtd.hostile.requests",
        "VT-d 5.1.4 Interrupt-Remapping Hardware Operation",
        "20,000 random requests at an empty table: nothing is delivered")
{
    uint64_t seed = 0x9e3779b97f4a7c15ull;

    NEED_DEVICE();
    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        /* Remappable ones: the others would be delivered by some units. */
        device_write64(VR_IRQGEN_MSG_ADDR,
                       0xfee00010 | (seed & 0xfffec));
        device_write(VR_IRQGEN_MSG_DATA, seed >> 32);
    }
    EXPECT_NOTHING();
    fault_log_clear();
    EXPECT_WORKS();
}

FW_CASE(hostile_entries, "vtd.hostile.entries",
        "VT-d 5.1.4 Interrupt-Remapping Hardware Operation",
        "Entries full of random bits: only what is not reserved is delivered")
{
    uint64_t seed = 0x2545f4914f6cdd1dull;
    unsigned delivered = 0;

    NEED_DEVICE();
    for (int i = 0; i < 3000 && !fw_case_ended(); i++) {
        Irte e;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        e = irte_remapped(0, VECTOR);
        /* One to three wrong bits of those that no format leaves free */
        e.lo |= 1ull << (12 + (seed & 1)) | (seed >> 8 & 0xff000000);
        e.hi |= (seed & 0xfffff) << 20;
        irte_set(INDEX, e);
        fire(INDEX);
        delivered += x86_interrupt_count(VECTOR) > 0
            && arrivals(0, VECTOR) > 0;
    }
    FW_EQUAL(delivered, 0);
    EXPECT_NOTHING();
    EXPECT_WORKS();
}

/* Registers -------------------------------------------------------------------- */

static void narrow_accesses(void)
{
    for (unsigned at = 0; at < 0x300; at++) {
        (void)*(volatile uint8_t *)(vtd.registers + at);
        if (at < 0x2ff) {
            (void)*(volatile uint16_t *)(vtd.registers + at);
        }
    }
}

FW_CASE(hostile_narrow, "vtd.hostile.narrow-reads",
        "VT-d 11.2 Software Access to Registers",
        "Reads of 1 and 2 bytes, aligned or not, change nothing")
{
    uint64_t irta = vtd_read64(VTD_IRTA), tail = vtd_read64(VTD_IQT);
    uint32_t gsts = vtd_read(VTD_GSTS);

    NEED_DEVICE();
    narrow_accesses();
    FW_EQUAL(vtd_read64(VTD_IRTA), irta);
    FW_EQUAL(vtd_read64(VTD_IQT), tail);
    FW_EQUAL(vtd_read(VTD_GSTS), gsts);
    irte_set(INDEX, irte_remapped(0, VECTOR));
    fire(INDEX);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(hostile_crossing, "vtd.hostile.crossing",
        "VT-d 11.2 Software Access to Registers",
        "Accesses across registers and across the page's end")
{
    NEED_DEVICE();
    for (unsigned at = 0; at < 0x280; at++) {
        (void)*(volatile uint64_t *)(vtd.registers + at);
        (void)*(volatile uint32_t *)(vtd.registers + at);
    }
    for (unsigned at = 0xff0; at < 0x1000; at++) {
        (void)*(volatile uint64_t *)(vtd.registers + at);
        *(volatile uint64_t *)(vtd.registers + at) = ~0ull;
    }
    EXPECT_WORKS();
}

FW_CASE(hostile_narrow_writes, "vtd.hostile.narrow-writes",
        "VT-d 11.2 Software Access to Registers",
        "Writes of 1 and 2 bytes to the interrupt registers: the unit can be"
        " set up again")
{
    NEED_DEVICE();
    for (unsigned at = VTD_IQH; at < VTD_IRTA + 8; at++) {
        *(volatile uint8_t *)(vtd.registers + at) = 0;
        *(volatile uint16_t *)(vtd.registers + at) = 0;
    }
    for (unsigned at = VTD_FSTS; at < VTD_FEUADDR + 4; at++) {
        *(volatile uint8_t *)(vtd.registers + at) = 0xff;
    }
    vtd_write(VTD_FECTL, EVENT_IM);
    vtd_write(VTD_IECTL, EVENT_IM);
    EXPECT_WORKS();
}

FW_CASE(hostile_unlisted, "vtd.hostile.unlisted",
        "VT-d 11.4, Register Descriptions",
        "Writes of ones to places of the page without an interrupt register")
{
    NEED_DEVICE();
    for (unsigned at = 0x300; at < 0x1000; at += 4) {
        vtd_write(at, ~0u);
    }
    EXPECT_WORKS();
}
