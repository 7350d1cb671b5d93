/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of posted interrupts: their entry, their descriptor */
#include "vtd.h"

#define INDEX 90
#define NOWHERE 0x6000000000ull

static Irte begin(void)
{
    pid_init(&pids[0], 0);
    return irte_posted(&pids[0], 0x42);
}

/* Blocked with a reason, and nothing posted */
static void expect_refused(unsigned reason, uint64_t control)
{
    EXPECT_BLOCKED(reason, INDEX);
    EXPECT_PIR(&pids[0], -1);
    EXPECT_CONTROL(&pids[0], control);
}

FW_CASE(postf_source, "vtd.post.source-id",
        "VT-d 9.10 IRTE for Posted Interrupts: SVT, SID",
        "The source-id is verified as for remapped interrupts")
{
    Irte e;

    NEED_POSTING();
    e = begin();
    e.hi |= IRTE_SVT(1) | IRTE_SID(device_id());
    irte_set(INDEX, e);
    fire(INDEX);
    EXPECT_DELIVERED(0, NOTIFICATION);
    e = begin();
    e.hi |= IRTE_SVT(1) | IRTE_SID(device_id() ^ 8);
    irte_set(INDEX, e);
    fire(INDEX);
    expect_refused(FR_SOURCE, pid_control(0, NOTIFICATION));
}

FW_CASE(postf_present, "vtd.post.not-present",
        "VT-d 9.10 IRTE for Posted Interrupts: P",
        "An entry in posted format that is not present posts nothing")
{
    Irte e;

    NEED_POSTING();
    e = begin();
    e.lo &= ~IRTE_P;
    irte_set(INDEX, e);
    fire(INDEX);
    expect_refused(FR_NOT_PRESENT, pid_control(0, NOTIFICATION));
}

FW_CASE(postf_access, "vtd.post.unreachable",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 27h",
        "The descriptor is where nothing is")
{
    NEED_POSTING();
    irte_set(INDEX, irte_posted((const Pid *)NOWHERE, 0x42));
    fire(INDEX);
    EXPECT_BLOCKED(FR_PID_ACCESS, INDEX);
}

FW_CASE(postf_access_fpd, "vtd.post.unreachable-fpd",
        "VT-d 9.10 IRTE for Posted Interrupts: FPD",
        "The same with FPD: blocked without a record")
{
    Irte e = irte_posted((const Pid *)NOWHERE, 0x42);

    NEED_POSTING();
    e.lo |= IRTE_FPD;
    irte_set(INDEX, e);
    fire(INDEX);
    EXPECT_NOTHING();
    EXPECT_NO_FAULT();
}

FW_CASE(postf_high, "vtd.post.address-high",
        "VT-d 9.10 IRTE for Posted Interrupts: PDAH",
        "All of the descriptor's address counts")
{
    Irte e;

    NEED_POSTING();
    e = begin();
    e.hi |= NOWHERE & ~0xffffffffull;
    irte_set(INDEX, e);
    fire(INDEX);
    expect_refused(FR_PID_ACCESS, pid_control(0, NOTIFICATION));
}

FW_CASE(postf_address, "vtd.post.address",
        "VT-d 9.10 IRTE for Posted Interrupts: PDAL",
        "A descriptor may lie at each multiple of 64")
{
    NEED_POSTING();
    for (unsigned at = 0; at < 4096 && !fw_case_ended(); at += 64 * 5) {
        Pid *p = (Pid *)((char *)scratch(2) + at);

        pid_init(p, 0);
        irte_set(INDEX, irte_posted(p, 0xd7));
        fire(INDEX);
        EXPECT_DELIVERED(0, NOTIFICATION);
        EXPECT_PIR(p, 0xd7);
    }
}

FW_CASE(postf_reserved, "vtd.post.descriptor-reserved",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 28h",
        "Each reserved bit of the descriptor's control word")
{
    uint64_t control;

    NEED_POSTING();
    irte_set(INDEX, begin());
    for (int bit = 2; bit < 32 && !fw_case_ended(); bit++) {
        if (bit < 16 || bit > 23) {
            control = pid_control(0, NOTIFICATION) | 1ull << bit;
            pids[0].control = control;
            fire(INDEX);
            expect_refused(FR_PID_RESERVED, control);
        }
    }
    begin();
    fire(INDEX);
    EXPECT_DELIVERED(0, NOTIFICATION);
}

FW_CASE(postf_reserved_rest, "vtd.post.descriptor-reserved-rest",
        "VT-d 5.1.4.1 Interrupt Remapping Fault Conditions: 28h",
        "Each reserved bit of the descriptor's bits 511:320")
{
    NEED_POSTING();
    irte_set(INDEX, begin());
    for (int bit = 0; bit < 192 && !fw_case_ended(); bit++) {
        pids[0].reserved[bit / 64] = 1ull << bit % 64;
        fire(INDEX);
        expect_refused(FR_PID_RESERVED, pid_control(0, NOTIFICATION));
        pids[0].reserved[bit / 64] = 0;
    }
}

FW_CASE(postf_reserved_fpd, "vtd.post.descriptor-reserved-fpd",
        "VT-d 9.10 IRTE for Posted Interrupts: FPD",
        "A reserved bit of the descriptor with FPD: no record, nothing posted")
{
    Irte e;

    NEED_POSTING();
    e = begin();
    e.lo |= IRTE_FPD;
    irte_set(INDEX, e);
    pids[0].reserved[0] = 1;
    fire(INDEX);
    EXPECT_NOTHING();
    EXPECT_NO_FAULT();
    EXPECT_PIR(&pids[0], -1);
}

FW_CASE(postf_reserved_ndst, "vtd.post.xapic-ndst-reserved",
        "VT-d 9.11 Posted Interrupt Descriptor: NDST",
        "In xAPIC mode NDST's bits 31:16 and 7:0 are reserved")
{
    NEED_POSTING();
    FW_REQUIRE(xapic_begin(), "no xAPIC mode");
    irte_set(INDEX, begin());
    for (int bit = 0; bit < 32 && !fw_case_ended(); bit++) {
        uint64_t control = pid_control(0, NOTIFICATION) | 1ull << (32 + bit);

        if (bit < 8 || bit > 15) {
            pids[0].control = control;
            fire(INDEX);
            expect_refused(FR_PID_RESERVED, control);
        }
    }
}

FW_CASE(postf_available, "vtd.post.available",
        "VT-d 9.10 IRTE for Posted Interrupts: AVAIL",
        "Software's own bits 11:8 change nothing")
{
    NEED_POSTING();
    for (int bit = 8; bit < 12 && !fw_case_ended(); bit++) {
        Irte e = begin();

        e.lo |= 1ull << bit;
        irte_set(INDEX, e);
        fire(INDEX);
        EXPECT_DELIVERED(0, NOTIFICATION);
        EXPECT_PIR(&pids[0], 0x42);
    }
}
