/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cases of the checks at VM entry share */
#include "entry.h"

extern char vm_stray_exit[];
static char stray_stack[4096] FW_ALIGNED(16);

/* Where an entry that should have failed comes back */
static void catch_stray_exit(void)
{
    vmwrite(VMCS_HOST_RIP, (uint64_t)vm_stray_exit);
    vmwrite(VMCS_HOST_RSP, (uint64_t)(stray_stack + sizeof(stray_stack)));
}

void entry_with(const char *file, int line, EntryVerdict verdict,
                uint64_t field, uint64_t value)
{
    uint64_t good;

    if (fw_case_ended()) {
        return;
    }
    if (verdict != BAD_GUEST) {
        catch_stray_exit();
    }
    good = vmread(field);
    vmwrite(field, value);
    switch (verdict) {
    case BAD_CONTROLS:
        expect_entry_error(file, line, 7);
        break;
    case BAD_HOST:
        expect_entry_error(file, line, 8);
        break;
    case BAD_GUEST:
        expect_guest_bad(file, line, 0);
        break;
    }
    if (fw_case_ended()) {
        fw_fail(file, line, "rule", "field 0x%lx was 0x%lx, good is 0x%lx",
                field, value, good);
    }
    vmwrite(field, good);
}

void entry_good_with(const char *file, int line, uint64_t field,
                     uint64_t value)
{
    uint64_t before = vmread(field);

    vmwrite(field, value);
    expect_entry_good(file, line);
    vmwrite(field, before);
}

void entry_address(const char *file, int line, uint64_t field, int bits)
{
    uint64_t good = vmread(field);

    expect_entry_good(file, line);
    entry_with(file, line, BAD_CONTROLS, field, good | 1ull << (bits - 1));
    entry_with(file, line, BAD_CONTROLS, field, good | entry_beyond());
    entry_with(file, line, BAD_CONTROLS, field, good | 1ull << 63);
}
