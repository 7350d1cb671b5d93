/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of the fault log, its overflow, its status bits. Units may combine
 * faults of one source-id, so these come from several.
 */
#include "vtd.h"

#define SID(n) (0x2000 + 0x100 * (n))

/* The n-th of several faults: not present, its own index and source-id */
static void fault(unsigned n)
{
    fire_as(SID(n), request(40 + n, false), 0);
}

static void expect_record(unsigned at, unsigned n)
{
    FaultRecord r = fault_record(at % vtd.records);

    FW_CHECK(r.f, "record %u is not valid", at % vtd.records);
    FW_EQUAL(r.reason, FR_NOT_PRESENT);
    FW_EQUAL(r.index, 40 + n);
    FW_EQUAL(r.source_id, SID(n));
}

#define NEED_POSING()                                                     \
    do {                                                                  \
        NEED_DEVICE();                                                    \
        if (!device_can_pose()) {                                         \
            FW_SKIP("the device cannot use another's source-id");         \
        }                                                                 \
    } while (0)

FW_CASE(log_record, "vtd.log.record",
        "VT-d 11.4, Fault Recording Registers",
        "Reason, index and source-id of a fault; nothing else is set")
{
    FaultRecord r;

    NEED_DEVICE();
    fire(0x155);
    r = fault_record(FSTS_FRI(vtd_read(VTD_FSTS)));
    FW_EQUAL(r.hi, 1ull << 63 | (uint64_t)FR_NOT_PRESENT << 32 | device_id());
    FW_EQUAL(r.lo, 0x155ull << 48);
    EXPECT_BLOCKED(FR_NOT_PRESENT, 0x155);
}

FW_CASE(log_order, "vtd.log.order", "VT-d ch. 7, Primary Fault Logging",
        "Faults are recorded in turn, from the record that FRI names")
{
    unsigned first;

    NEED_POSING();
    for (unsigned n = 0; n < vtd.records; n++) {
        fault(n);
    }
    first = FSTS_FRI(vtd_read(VTD_FSTS));
    FW_EQUAL(vtd_read(VTD_FSTS) & (FSTS_PPF | FSTS_PFO), FSTS_PPF);
    for (unsigned n = 0; n < vtd.records && !fw_case_ended(); n++) {
        expect_record(first + n, n);
    }
}

FW_CASE(log_turn, "vtd.log.turn", "VT-d ch. 7, Primary Fault Logging",
        "After the log is empty the next record in turn is used")
{
    unsigned before, now;

    NEED_POSING();
    fault(0);
    before = FSTS_FRI(vtd_read(VTD_FSTS));
    for (unsigned n = 1; n < 2 * vtd.records + 1 && !fw_case_ended(); n++) {
        fault_clear_record(before);
        FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_PPF, 0);
        fault(n);
        now = FSTS_FRI(vtd_read(VTD_FSTS));
        FW_EQUAL(now, (before + 1) % vtd.records);
        expect_record(now, n);
        before = now;
    }
}

FW_CASE(log_overflow, "vtd.log.overflow", "VT-d ch. 7, Primary Fault Logging",
        "A fault without a free record sets PFO and changes no record")
{
    unsigned first;

    NEED_POSING();
    for (unsigned n = 0; n < vtd.records; n++) {
        fault(n);
    }
    first = FSTS_FRI(vtd_read(VTD_FSTS));
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_PFO, 0);
    fault(vtd.records);
    FW_EQUAL(vtd_read(VTD_FSTS) & (FSTS_PFO | FSTS_PPF), FSTS_PFO | FSTS_PPF);
    FW_EQUAL(FSTS_FRI(vtd_read(VTD_FSTS)), first);
    for (unsigned n = 0; n < vtd.records && !fw_case_ended(); n++) {
        expect_record(first + n, n);
    }
}

FW_CASE(log_overflow_stays, "vtd.log.overflow-stays",
        "VT-d ch. 7, Primary Fault Logging",
        "While PFO is set nothing is recorded, though records are free")
{
    NEED_POSING();
    for (unsigned n = 0; n < vtd.records + 1; n++) {
        fault(n);
    }
    for (unsigned n = 0; n < vtd.records; n++) {
        fault_clear_record(n);
    }
    FW_EQUAL(vtd_read(VTD_FSTS) & (FSTS_PFO | FSTS_PPF), FSTS_PFO);
    fault(20);
    for (unsigned n = 0; n < vtd.records; n++) {
        FW_CHECK(!fault_record(n).f, "record %u is valid", n);
    }
    vtd_write(VTD_FSTS, FSTS_PFO);
    FW_EQUAL(vtd_read(VTD_FSTS) & (FSTS_PFO | FSTS_PPF), 0);
    fault(21);
    expect_record(FSTS_FRI(vtd_read(VTD_FSTS)), 21);
}

FW_CASE(log_clear, "vtd.log.clear",
        "VT-d 11.4, Fault Recording Registers: F",
        "F is cleared by writing 1, and by nothing else; PPF follows")
{
    unsigned at;

    NEED_DEVICE();
    fire(40);
    at = vtd.record_at + 16 * FSTS_FRI(vtd_read(VTD_FSTS));
    vtd_write(at + 12, 0x7fffffff);
    vtd_write(at + 8, ~0u);
    vtd_write(at + 4, ~0u);
    vtd_write(VTD_FSTS, FSTS_PPF);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_PPF, FSTS_PPF);
    EXPECT_BLOCKED(FR_NOT_PRESENT, 40);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_PPF, 0);
}

FW_CASE(log_some_clear, "vtd.log.some-clear",
        "VT-d 11.4, Fault Status Register: PPF",
        "PPF stays until the last record is cleared")
{
    unsigned first;

    NEED_POSING();
    if (vtd.records < 2) {
        FW_SKIP("the unit has one fault recording register");
    }
    fault(0);
    fault(1);
    first = FSTS_FRI(vtd_read(VTD_FSTS));
    fault_clear_record(first);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_PPF, FSTS_PPF);
    expect_record(first + 1, 1);
    fault_clear_record((first + 1) % vtd.records);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_PPF, 0);
}

/* The event -------------------------------------------------------------------- */

static void event_on(int cpu)
{
    event_program(VTD_FEDATA, cpu, FAULT_VECTOR);
    vtd_write(VTD_FECTL, 0);
}

FW_CASE(event_fires, "vtd.event.fires",
        "VT-d 11.4, Fault Event Control Register: IM",
        "A fault raises the event: on each processor")
{
    NEED_DEVICE();
    for (int cpu = 0; cpu < hal_cpu_count() && !fw_case_ended(); cpu++) {
        event_on(cpu);
        fire(40);
        EXPECT_ARRIVED(cpu, FAULT_VECTOR, 1);
        FW_EQUAL(vtd_read(VTD_FECTL) & EVENT_IP, 0);
        EXPECT_FAULT(FR_NOT_PRESENT, 40);
    }
}

FW_CASE(event_masked, "vtd.event.masked",
        "VT-d 11.4, Fault Event Control Register: IM, IP",
        "Masked, it is pending, and comes once when it is unmasked")
{
    NEED_DEVICE();
    event_program(VTD_FEDATA, 0, FAULT_VECTOR);
    fire(40);
    EXPECT_NOTHING();
    FW_EQUAL(vtd_read(VTD_FECTL), EVENT_IM | EVENT_IP);
    vtd_write(VTD_FECTL, 0);
    EXPECT_ARRIVED(0, FAULT_VECTOR, 1);
    FW_EQUAL(vtd_read(VTD_FECTL), 0);
    EXPECT_FAULT(FR_NOT_PRESENT, 40);
}

FW_CASE(event_pending_cleared, "vtd.event.pending-cleared",
        "VT-d 11.4, Fault Event Control Register: IP",
        "Software that has served the status clears what is pending")
{
    NEED_DEVICE();
    event_program(VTD_FEDATA, 0, FAULT_VECTOR);
    fire(40);
    FW_EQUAL(vtd_read(VTD_FECTL), EVENT_IM | EVENT_IP);
    EXPECT_FAULT(FR_NOT_PRESENT, 40);
    FW_EQUAL(vtd_read(VTD_FECTL), EVENT_IM);
    vtd_write(VTD_FECTL, 0);
    EXPECT_NOTHING();
}

FW_CASE(event_once, "vtd.event.once",
        "VT-d 11.4, Fault Event Control Register",
        "Another fault while one is recorded raises no event")
{
    NEED_POSING();
    event_on(0);
    fault(0);
    EXPECT_ARRIVED(0, FAULT_VECTOR, 1);
    fault(1);
    fault(2);
    EXPECT_NOTHING();
    fault_log_clear();
    fault(3);
    EXPECT_ARRIVED(0, FAULT_VECTOR, 1);
}

FW_CASE(event_queue_error, "vtd.event.queue-error",
        "VT-d 11.4, Fault Status Register: IQE",
        "An error of the invalidation queue raises the same event")
{
    event_on(0);
    queue_push(0, 0);
    queue_ring();
    EXPECT_ARRIVED(0, FAULT_VECTOR, 1);
    FW_EQUAL(vtd_read(VTD_FSTS) & FSTS_IQE, FSTS_IQE);
}

FW_CASE(event_not_remapped, "vtd.event.not-remapped",
        "VT-d 5.1.6 Remapping Hardware - Interrupt Programming",
        "The unit's own events are not remapped: in a format that is blocked,"
        " they arrive")
{
    NEED_DEVICE();
    event_on(0);
    fire(40);
    settle();
    FW_EQUAL(arrivals(0, FAULT_VECTOR), 1);
    EXPECT_FAULT(FR_NOT_PRESENT, 40);
}
