/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verification of the source-id (VT-d 9.9: SVT, SQ, SID). The device's own id is
 * what the hardware compares with; the entry's is varied.
 */
#include "vtd.h"

/* Fire at an entry that verifies so. */
static void fire_verified(unsigned svt, unsigned sq, uint16_t sid)
{
    Irte e = irte_remapped(0, VECTOR);

    e.hi |= IRTE_SVT(svt) | IRTE_SQ(sq) | IRTE_SID(sid);
    irte_set(11, e);
    fire(11);
}

/* For each bit of the source-id: ignored or compared, as the mask says */
static void check_qualifier(unsigned sq, uint16_t ignored)
{
    fire_verified(1, sq, device_id());
    EXPECT_DELIVERED(0, VECTOR);
    for (int bit = 0; bit < 16 && !fw_case_ended(); bit++) {
        fire_verified(1, sq, device_id() ^ 1u << bit);
        if (ignored >> bit & 1) {
            EXPECT_DELIVERED(0, VECTOR);
        } else {
            EXPECT_BLOCKED(FR_SOURCE, 11);
        }
    }
}

FW_CASE(sid_none, "vtd.sid.none", "VT-d 9.9: SVT 00b",
        "No verification: any SID and SQ")
{
    NEED_DEVICE();
    for (unsigned sq = 0; sq < 4; sq++) {
        fire_verified(0, sq, ~device_id());
        EXPECT_DELIVERED(0, VECTOR);
    }
}

FW_CASE(sid_all, "vtd.sid.all-bits", "VT-d 9.9: SVT 01b, SQ 00b",
        "All 16 bits are compared")
{
    NEED_DEVICE();
    check_qualifier(0, 0);
}

FW_CASE(sid_sq1, "vtd.sid.ignore-2", "VT-d 9.9: SVT 01b, SQ 01b",
        "Function bit 2 is ignored, no other")
{
    NEED_DEVICE();
    check_qualifier(1, 4);
}

FW_CASE(sid_sq2, "vtd.sid.ignore-2-1", "VT-d 9.9: SVT 01b, SQ 10b",
        "Function bits 2:1 are ignored, no other")
{
    NEED_DEVICE();
    check_qualifier(2, 6);
}

FW_CASE(sid_sq3, "vtd.sid.ignore-2-0", "VT-d 9.9: SVT 01b, SQ 11b",
        "Function bits 2:0 are ignored, no other")
{
    NEED_DEVICE();
    check_qualifier(3, 7);
}

/* SID 15:8 is the start, 7:0 the end. */
static void fire_range(unsigned start, unsigned end)
{
    fire_verified(2, 0, start << 8 | end);
}

FW_CASE(sid_bus, "vtd.sid.bus", "VT-d 9.9: SVT 10b",
        "The bus is within SID's start and end, both included")
{
    unsigned bus = device_id() >> 8;

    NEED_DEVICE();
    fire_range(bus, bus);
    EXPECT_DELIVERED(0, VECTOR);
    fire_range(0, 255);
    EXPECT_DELIVERED(0, VECTOR);
    fire_range(0, bus);
    EXPECT_DELIVERED(0, VECTOR);
    fire_range(bus, 255);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(sid_bus_outside, "vtd.sid.bus-outside", "VT-d 9.9: SVT 10b",
        "A bus below the start or above the end is blocked")
{
    unsigned bus = device_id() >> 8;

    NEED_DEVICE();
    fire_range(bus + 1, 255);
    EXPECT_BLOCKED(FR_SOURCE, 11);
    if (bus) {
        fire_range(0, bus - 1);
        EXPECT_BLOCKED(FR_SOURCE, 11);
    }
}

FW_CASE(sid_bus_empty, "vtd.sid.bus-empty", "VT-d 9.9: SVT 10b",
        "A range with its end below its start has no bus")
{
    unsigned bus = device_id() >> 8;

    NEED_DEVICE();
    if (!bus) {
        FW_SKIP("the device is on bus 0");
    }
    fire_range(bus + 1, bus - 1);
    EXPECT_BLOCKED(FR_SOURCE, 11);
}

FW_CASE(sid_bus_sq, "vtd.sid.bus-ignores-sq", "VT-d 9.9: SQ",
        "SQ plays no part in the verification by bus")
{
    unsigned bus = device_id() >> 8;

    NEED_DEVICE();
    for (unsigned sq = 0; sq < 4; sq++) {
        fire_verified(2, sq, bus << 8 | bus);
        EXPECT_DELIVERED(0, VECTOR);
    }
}

FW_CASE(sid_reserved, "vtd.sid.reserved", "VT-d 9.9: SVT 11b",
        "The reserved type is a reserved field that is set")
{
    NEED_DEVICE();
    fire_verified(3, 0, device_id());
    EXPECT_BLOCKED(FR_ENTRY_RESERVED, 11);
}

FW_CASE(sid_other, "vtd.sid.other-function",
        "VT-d 5.1.1 Identification of Origination of Interrupt Requests",
        "Another function's request is blocked, and recorded as its own")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    if (!device_can_pose()) {
        FW_SKIP("the device cannot use another's source-id");
    }
    e.hi |= IRTE_SVT(1) | IRTE_SID(device_id());
    irte_set(11, e);
    fire_as(0x1234, request(11, false), 0);
    EXPECT_NOTHING();
    EXPECT_FAULT_OF(0x1234, FR_SOURCE, 11);
    fire_as(device_id(), request(11, false), 0);
    EXPECT_DELIVERED(0, VECTOR);
}

FW_CASE(sid_bus_each, "vtd.sid.bus-each",
        "VT-d 9.9: SVT 10b",
        "Every bus from 0 to 255 against the range 16 to 32")
{
    Irte e = irte_remapped(0, VECTOR);

    NEED_DEVICE();
    if (!device_can_pose()) {
        FW_SKIP("the device cannot use another's source-id");
    }
    e.hi |= IRTE_SVT(2) | IRTE_SID(0x1020);
    irte_set(11, e);
    for (unsigned bus = 0; bus < 256 && !fw_case_ended(); bus++) {
        fire_as(bus << 8 | 0x5a, request(11, false), 0);
        if (bus >= 0x10 && bus <= 0x20) {
            EXPECT_DELIVERED(0, VECTOR);
        } else {
            EXPECT_NOTHING();
            EXPECT_FAULT_OF(bus << 8 | 0x5a, FR_SOURCE, 11);
        }
    }
}
