/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each reason that a table entry can give, with and without FPD */
#include "vtd.h"

#define INDEX 21
/* Where a PC has neither memory nor devices */
#define NOWHERE 0x6000000000ull

static void check_entry(Irte e, unsigned reason)
{
    irte_set(INDEX, e);
    fire(INDEX);
    EXPECT_BLOCKED(reason, INDEX);
}

static void check_quiet(Irte e)
{
    e.lo |= IRTE_FPD;
    irte_set(INDEX, e);
    fire(INDEX);
    EXPECT_NOTHING();
    EXPECT_NO_FAULT();
}

/* Every bit of the mask by itself */
static void check_reserved(Irte good, uint64_t lo, uint64_t hi)
{
    for (int bit = 0; bit < 64 && !fw_case_ended(); bit++) {
        if (lo >> bit & 1) {
            check_entry((Irte) { good.lo | 1ull << bit, good.hi },
                        FR_ENTRY_RESERVED);
        }
        if (hi >> bit & 1) {
            check_entry((Irte) { good.lo, good.hi | 1ull << bit },
                        FR_ENTRY_RESERVED);
        }
    }
}

FW_CASE(fault_present, "vtd.fault.not-present",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 22h",
        "An entry that is not present")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    check_entry((Irte) { 0 }, FR_NOT_PRESENT);
    e.lo &= ~IRTE_P;
    check_entry(e, FR_NOT_PRESENT);
}

FW_CASE(fault_present_fpd, "vtd.fault.not-present-fpd",
        "VT-d 9.9 IRTE for Remapped Interrupts: FPD",
        "The same with FPD: blocked without a record")
{
    NEED_DEVICE();
    check_quiet((Irte) { 0 });
}

FW_CASE(fault_present_first, "vtd.fault.not-present-first",
        "VT-d 9.9 IRTE for Remapped Interrupts: P",
        "What else is wrong with an entry that is not present is not looked at")
{
    NEED_DEVICE();
    check_entry((Irte) { ~(IRTE_P | IRTE_FPD), ~0ull }, FR_NOT_PRESENT);
}

FW_CASE(fault_reserved, "vtd.fault.remapped-reserved",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 24h",
        "Each reserved bit of an entry in remapped format")
{
    NEED_DEVICE();
    check_reserved(irte_remapped(0, VECTOR), 0xff007000,
                   0xfffffffffff00000);
}

FW_CASE(fault_reserved_fpd, "vtd.fault.remapped-reserved-fpd",
        "VT-d 9.9 IRTE for Remapped Interrupts: FPD",
        "A reserved bit with FPD: blocked without a record")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    e.lo |= 1u << 12;
    check_quiet(e);
}

FW_CASE(fault_reserved_modes, "vtd.fault.delivery-mode-reserved",
        "VT-d 9.9 IRTE for Remapped Interrupts: DLM",
        "The delivery modes 011b and 110b are reserved")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    check_entry((Irte) { e.lo | IRTE_DLM(3), 0 }, FR_ENTRY_RESERVED);
    check_entry((Irte) { e.lo | IRTE_DLM(6), 0 }, FR_ENTRY_RESERVED);
}

FW_CASE(fault_reserved_dst, "vtd.fault.xapic-destination-reserved",
        "VT-d 9.9 IRTE for Remapped Interrupts: DST",
        "In xAPIC mode DST's bits 31:16 and 7:0 are reserved")
{
    NEED_DEVICE();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    check_reserved(irte_remapped(0, VECTOR), 0xffff00ff00000000, 0);
}

FW_CASE(fault_posted_reserved, "vtd.fault.posted-reserved",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 24h",
        "Each reserved bit of an entry in posted format")
{
    NEED_POSTING();
    pid_init(&pids[0], 0);
    check_reserved(irte_posted(&pids[0], VECTOR), 0x3fff0030fc,
                   0x00000000fff00000);
    EXPECT_PIR(&pids[0], -1);
    EXPECT_CONTROL(&pids[0], pid_control(0, NOTIFICATION));
}

FW_CASE(fault_posted_reserved_fpd, "vtd.fault.posted-reserved-fpd",
        "VT-d 9.10 IRTE for Posted Interrupts: FPD",
        "A reserved bit with FPD: blocked without a record, nothing posted")
{
    Irte e;

    NEED_POSTING();
    pid_init(&pids[0], 0);
    e = irte_posted(&pids[0], VECTOR);
    e.lo |= 1u << 12;
    check_quiet(e);
    EXPECT_PIR(&pids[0], -1);
}

FW_CASE(fault_posted_unsupported, "vtd.fault.posted-unsupported",
        "VT-d 9.9 IRTE for Remapped Interrupts: IM",
        "Without CAP_REG.PI an entry in posted format has a reserved bit set")
{
    NEED_DEVICE();
    if (vtd.cap & CAP_PI) {
        FW_SKIP("the unit posts interrupts");
    }
    check_entry((Irte) { irte_remapped(0, VECTOR).lo | IRTE_POST, 0 },
                FR_ENTRY_RESERVED);
}

FW_CASE(fault_table, "vtd.fault.table",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 23h",
        "The entry cannot be read")
{
    NEED_DEVICE();
    FW_REQUIRE(vtd_set_table(NOWHERE, TABLE_SIZE, vtd.eime), "no table");
    fire(INDEX);
    EXPECT_BLOCKED(FR_TABLE, INDEX);
}

FW_CASE(fault_source_fpd, "vtd.fault.source-fpd",
        "VT-d 9.9 IRTE for Remapped Interrupts: FPD",
        "Another's source-id with FPD: blocked without a record")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    e.hi |= IRTE_SVT(1) | IRTE_SID(device_id() ^ 0xff00);
    check_quiet(e);
}

FW_CASE(fault_order, "vtd.fault.reserved-before-source",
        "VT-d 5.1.4 Interrupt-Remapping Hardware Operation",
        "A reserved bit is found before the source-id is verified")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    e.hi |= IRTE_SVT(1) | IRTE_SID(device_id() ^ 0xff00) | 1ull << 40;
    check_entry(e, FR_ENTRY_RESERVED);
}

FW_CASE(fault_fpd_delivers, "vtd.fault.fpd-delivers",
        "VT-d 9.9 IRTE for Remapped Interrupts: FPD",
        "FPD does not keep a good request back")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    e.lo |= IRTE_FPD;
    irte_set(INDEX, e);
    fire(INDEX);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(fault_goes_on, "vtd.fault.goes-on",
        "VT-d 5.1.4 Interrupt-Remapping Hardware Operation",
        "Good requests are delivered before, between and after bad ones, also"
        " when the log is full")
{
    NEED_DEVICE();
    irte_set(1, irte_remapped(0, VECTOR));
    for (int i = 0; i < 20 && !fw_case_ended(); i++) {
        fire(INDEX);
        fire(1);
        EXPECT_ARRIVED(0, VECTOR, 1);
    }
    fault_log_clear();
}
