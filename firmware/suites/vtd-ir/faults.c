/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fault log (VT-d ch. 7, "Primary Fault Logging") */
#include "vtd.h"

#define RECORD_F (1ull << 63)
#define ERRORS (FSTS_PFO | FSTS_IQE | FSTS_ICE | FSTS_ITE)

FaultRecord fault_record(unsigned n)
{
    unsigned at = vtd.record_at + 16 * n;
    FaultRecord r = { .lo = vtd_read64(at), .hi = vtd_read64(at + 8) };

    r.f = r.hi & RECORD_F;
    r.reason = r.hi >> 32 & 0xff;
    r.source_id = r.hi & 0xffff;
    r.index = r.lo >> 48;
    return r;
}

void fault_clear_record(unsigned n)
{
    vtd_write(vtd.record_at + 16 * n + 12, RECORD_F >> 32);
}

void fault_log_clear(void)
{
    for (unsigned n = 0; n < vtd.records; n++) {
        fault_clear_record(n);
    }
    vtd_write(VTD_FSTS, ERRORS);
}

static unsigned recorded(void)
{
    unsigned count = 0;

    for (unsigned n = 0; n < vtd.records; n++) {
        count += fault_record(n).f;
    }
    return count;
}

void expect_no_fault(const char *file, int line)
{
    uint32_t status = vtd_read(VTD_FSTS);

    if (status & (ERRORS | FSTS_PPF) || recorded()) {
        FaultRecord r = fault_record(FSTS_FRI(status));

        fw_fail(file, line, "no fault", "FSTS is 0x%x; record: reason 0x%x,"
                " index 0x%x, source-id 0x%x", status, r.reason, r.index,
                r.source_id);
        fault_log_clear();
    }
}

void expect_fault_of(const char *file, int line, uint16_t source_id,
                     unsigned reason, int index)
{
    uint32_t status = vtd_read(VTD_FSTS);
    FaultRecord r = fault_record(FSTS_FRI(status));

    if (!(status & FSTS_PPF) || !r.f || recorded() != 1) {
        fw_fail(file, line, "one fault", "FSTS is 0x%x with %u records,"
                " expected one, reason 0x%x", status, recorded(), reason);
    } else if (r.reason != reason || r.source_id != source_id
               || (index != ANY_INDEX && r.index != (unsigned)index)) {
        fw_fail(file, line, "the fault", "reason 0x%x, index 0x%x, source-id"
                " 0x%x; expected 0x%x, 0x%x, 0x%x", r.reason, r.index,
                r.source_id, reason, index & 0xffff, source_id);
    }
    if (status & ERRORS) {
        fw_fail(file, line, "one fault", "FSTS is 0x%x", status);
    }
    fault_log_clear();
}

void expect_fault(const char *file, int line, unsigned reason, int index)
{
    expect_fault_of(file, line, device_id(), reason, index);
}
