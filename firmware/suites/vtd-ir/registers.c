/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities, reset values, which bits can be written */
#include "vtd.h"

#define PAGE 4096

FW_CASE(reg_version, "vtd.reg.version", "VT-d 11.4, Version Register",
        "A version of the architecture")
{
    uint32_t v = vtd_read(VTD_VER);

    FW_CHECK((v >> 4 & 15) >= 1, "VER_REG is 0x%x", v);
    FW_EQUAL(v >> 8, 0);
}

FW_CASE(reg_capabilities, "vtd.reg.capabilities",
        "VT-d 11.4, Capability Register, Extended Capability Register",
        "Capabilities that need others have them")
{
    FW_CHECK(vtd.ecap & ECAP_QI, "IR without QI");
    if (vtd.cap & CAP_PI) {
        FW_CHECK(vtd.ecap & ECAP_IR, "PI without IR");
    }
    FW_CHECK(vtd.record_at >= 0x100, "FRO is 0x%x", vtd.record_at);
    FW_EQUAL(vtd.record_at % 16, 0);
}

FW_CASE(reg_reset, "vtd.reg.reset-values", "VT-d 11.4, Register Descriptions",
        "What software found: nothing enabled, events masked")
{
    if (vtd.boot_gsts) {
        FW_SKIP("the machine's firmware has used the unit");
    }
    FW_EQUAL(vtd.boot_fectl, EVENT_IM);
    FW_EQUAL(vtd.boot_iectl, EVENT_IM);
    FW_EQUAL(vtd.boot_irta, 0);
    FW_EQUAL(vtd.boot_iqa, 0);
}

FW_CASE(reg_status, "vtd.reg.status",
        "VT-d 11.4, Global Status Register",
        "After set-up the status has QIES, IRES and IRTPS, not CFIS")
{
    FW_EQUAL(vtd_read(VTD_GSTS) & (G_QI | G_IR | G_IRTP | G_CFI),
             G_QI | G_IR | G_IRTP);
    FW_EQUAL(vtd_read(VTD_GSTS) & 0x7fffff, 0);
}

FW_CASE(reg_read_only, "vtd.reg.read-only", "VT-d 11.4, Register Descriptions",
        "Writes to read-only registers change nothing")
{
    uint32_t gsts = vtd_read(VTD_GSTS);
    uint64_t head = vtd_read64(VTD_IQH);

    vtd_write64(VTD_CAP, ~vtd.cap);
    vtd_write64(VTD_ECAP, ~vtd.ecap);
    vtd_write(VTD_VER, ~0u);
    vtd_write(VTD_GSTS, ~gsts);
    vtd_write64(VTD_IQH, 0x7fff0);
    FW_EQUAL(vtd_read64(VTD_CAP), vtd.cap);
    FW_EQUAL(vtd_read64(VTD_ECAP), vtd.ecap);
    FW_EQUAL(vtd_read(VTD_GSTS), gsts);
    FW_EQUAL(vtd_read64(VTD_IQH), head);
}

/* Of a register that is only used when a command latches it */
FW_CASE(reg_irta, "vtd.reg.irta",
        "VT-d 11.4, Interrupt Remapping Table Address Register",
        "Address, EIME where there is extended mode, and size are kept")
{
    uint64_t eime = vtd.ecap & ECAP_EIM ? IRTA_EIME : 0;

    vtd_write64(VTD_IRTA, 0x1234567fff);
    FW_EQUAL(vtd_read64(VTD_IRTA), 0x1234567000 | eime | 15);
    vtd_write64(VTD_IRTA, 0);
    FW_EQUAL(vtd_read64(VTD_IRTA), 0);
}

FW_CASE(reg_iqa, "vtd.reg.iqa",
        "VT-d 11.4, Invalidation Queue Address Register",
        "Address, DW where it is offered, and QS are kept")
{
    uint64_t v;

    FW_REQUIRE(queue_stop(), "the queue does not stop");
    vtd_write64(VTD_IQA, 0x1234567fff);
    v = vtd_read64(VTD_IQA);
    FW_EQUAL(v, 0x1234567007 | (vtd.ecap & ECAP_SMTS ? IQA_DW : 0));
    vtd_write64(VTD_IQA, 0);
    FW_EQUAL(vtd_read64(VTD_IQA), 0);
}

FW_CASE(reg_iqt, "vtd.reg.iqt", "VT-d 11.4, Invalidation Queue Tail Register",
        "Only the tail's bits 18:4 are kept")
{
    FW_REQUIRE(queue_stop(), "the queue does not stop");
    vtd_write64(VTD_IQT, ~0ull);
    FW_EQUAL(vtd_read64(VTD_IQT), 0x7fff0);
    vtd_write64(VTD_IQT, 0);
    FW_EQUAL(vtd_read64(VTD_IQT), 0);
}

static void check_event_registers(unsigned data)
{
    vtd_write(data, 0x1234a5);
    FW_EQUAL(vtd_read(data) & 0xffff, 0x34a5);
    vtd_write(data + 4, 0xfee0f00f);
    FW_EQUAL(vtd_read(data + 4), 0xfee0f00c);
    vtd_write(data + 8, 0x12345600);
    if (vtd.ecap & ECAP_EIM) {
        FW_EQUAL(vtd_read(data + 8), 0x12345600);
    }
    vtd_write(data, 0);
    vtd_write(data + 4, 0);
    vtd_write(data + 8, 0);
}

FW_CASE(reg_events, "vtd.reg.events",
        "VT-d 11.4, Fault Event and Invalidation Event Registers",
        "Data and address of both events are kept")
{
    check_event_registers(VTD_FEDATA);
    check_event_registers(VTD_IEDATA);
}

FW_CASE(reg_event_pending, "vtd.reg.event-pending",
        "VT-d 11.4, Fault Event Control, Invalidation Event Control Register",
        "IP cannot be written, IM can")
{
    vtd_write(VTD_FECTL, EVENT_IM | EVENT_IP);
    FW_EQUAL(vtd_read(VTD_FECTL), EVENT_IM);
    vtd_write(VTD_IECTL, EVENT_IM | EVENT_IP);
    FW_EQUAL(vtd_read(VTD_IECTL), EVENT_IM);
    vtd_write(VTD_FECTL, 0);
    FW_EQUAL(vtd_read(VTD_FECTL), 0);
    vtd_write(VTD_IECTL, 0);
    FW_EQUAL(vtd_read(VTD_IECTL), 0);
    EXPECT_NOTHING();
}

FW_CASE(reg_halves, "vtd.reg.halves",
        "VT-d 11.2 Software Access to Registers",
        "A register of 64 bits can be accessed as two halves")
{
    vtd_write(VTD_IRTA, 0x34567005);
    vtd_write(VTD_IRTA + 4, 0x12);
    FW_EQUAL(vtd_read64(VTD_IRTA), 0x1234567005);
    FW_EQUAL(vtd_read(VTD_IRTA), 0x34567005);
    FW_EQUAL(vtd_read(VTD_IRTA + 4), 0x12);
    vtd_write64(VTD_IRTA, 0x2300001000);
    FW_EQUAL(vtd_read(VTD_IRTA + 4), 0x23);
    FW_EQUAL(vtd_read(VTD_CAP), (uint32_t)vtd.cap);
    FW_EQUAL(vtd_read(VTD_CAP + 4), vtd.cap >> 32);
}

FW_CASE(reg_records, "vtd.reg.records",
        "VT-d 11.4, Fault Recording Registers",
        "Without faults no record is valid, and writing makes none")
{
    for (unsigned n = 0; n < vtd.records; n++) {
        FW_CHECK(!fault_record(n).f, "record %u is valid", n);
        vtd_write64(vtd.record_at + 16 * n, ~0ull);
        vtd_write64(vtd.record_at + 16 * n + 8, ~0ull);
        FW_CHECK(!fault_record(n).f, "record %u was written", n);
    }
    EXPECT_NO_FAULT();
}
