/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EPT misconfigurations (SDM 3C, 29.3.3.1): what no entry may hold */
#include "paging.h"

#define SECTION "SDM 3C, 29.3.3.1 EPT Misconfigurations"

static uint64_t capabilities(void)
{
    return rdmsr(MSR_VMX_EPT_VPID);
}

/*
 * The window reads; then its entry of a level loses and gains bits, and the
 * same read is misconfigured; then it reads again.
 */
static void misconfigured(int level, uint64_t clear, uint64_t set)
{
    uint64_t *entry, good;
    VmxRun run;

    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    EXPECT_READ(0, WINDOW_VALUE(0));
    entry = window_ept_entry(level, 0);
    good = *entry;
    *entry = (good & ~clear) | set;
    ept_invalidate();
    run = window_read(0);
    EXPECT_MISCONFIGURATION(run, WINDOW_GPA);
    *entry = good;
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(0));
}

#define MISCONFIGURED(name, id, title, level, clear, set)                 \
    FW_CASE(name, "vmx.ept.misconfiguration." id, SECTION, title)         \
    {                                                                     \
        misconfigured(level, clear, set);                                 \
    }

MISCONFIGURED(write_only, "write-only", "A PTE that is writable only", 1,
              EPT_RWX, EPT_W)
MISCONFIGURED(write_execute, "write-execute",
              "A PTE that is writable and executable, not readable", 1,
              EPT_RWX, EPT_W | EPT_X)
MISCONFIGURED(pde_write_only, "pde-write-only", "A PDE that is writable only",
              2, EPT_RWX, EPT_W)
MISCONFIGURED(type2, "memory-type-2", "A PTE with memory type 2", 1,
              EPT_TYPE(7), EPT_TYPE(2))
MISCONFIGURED(type3, "memory-type-3", "A PTE with memory type 3", 1,
              EPT_TYPE(7), EPT_TYPE(3))
MISCONFIGURED(type7, "memory-type-7", "A PTE with memory type 7", 1,
              EPT_TYPE(7), EPT_TYPE(7))
MISCONFIGURED(pte_width, "pte-address-width",
              "A PTE with an address beyond the physical-address width", 1, 0,
              1ull << vmx_physical_bits())
MISCONFIGURED(pde_width, "pde-address-width",
              "A PDE with an address beyond the physical-address width", 2, 0,
              1ull << vmx_physical_bits())
MISCONFIGURED(pdpte_width, "pdpte-address-width",
              "A PDPTE with an address beyond the physical-address width", 3,
              0, 1ull << vmx_physical_bits())
MISCONFIGURED(pde_reserved, "pde-reserved",
              "A PDE that refers to a table, with one of bits 6:3 set", 2, 0,
              1ull << 3)
MISCONFIGURED(pdpte_reserved, "pdpte-reserved",
              "A PDPTE that refers to a directory, with one of bits 6:3 set",
              3, 0, 1ull << 6)
MISCONFIGURED(pde_2m, "2m-address",
              "A 2M page with one of bits 20:12 set", 2, EPT_TYPE(15),
              EPT_LARGE | EPT_WB | 1ull << 12)
MISCONFIGURED(pdpte_1g, "1g-address",
              "A 1G page with one of bits 29:12 set", 3, EPT_TYPE(15),
              EPT_LARGE | EPT_WB | 1ull << 21)

static void pml4e_misconfigured(uint64_t set)
{
    uint64_t *entry;
    VmxRun run;

    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    entry = window_ept_entry(4, 0);
    *entry |= set;
    ept_invalidate();
    run = window_read(0);
    EXPECT_EXIT(run, EXIT_EPT_MISCONFIG);
    *entry &= ~set;
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(0));
}

FW_CASE(pml4e_reserved, "vmx.ept.misconfiguration.pml4e-reserved", SECTION,
        "A PML4E with one of bits 6:3 set")
{
    pml4e_misconfigured(1ull << 4);
}

FW_CASE(pml4e_large, "vmx.ept.misconfiguration.pml4e-large", SECTION,
        "A PML4E with bit 7 set")
{
    pml4e_misconfigured(EPT_LARGE);
}

FW_CASE(pml4e_width, "vmx.ept.misconfiguration.pml4e-address-width", SECTION,
        "A PML4E with an address beyond the physical-address width")
{
    pml4e_misconfigured(1ull << vmx_physical_bits());
}

FW_CASE(execute_only_off, "vmx.ept.misconfiguration.execute-only", SECTION,
        "A PTE that is executable only, where that is not offered")
{
    if (capabilities() & CAP_EXECUTE_ONLY) {
        FW_SKIP("execute-only translations are offered");
    }
    misconfigured(1, EPT_RWX, EPT_X);
}

FW_CASE(not_present, "vmx.ept.misconfiguration.not-present", SECTION,
        "A PTE without rights is not present, whatever else it holds")
{
    VmxRun run;

    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    *window_ept_entry(1, 0) = ~EPT_RWX;
    ept_invalidate();
    run = window_read(0);
    EXPECT_VIOLATION(run, QUAL_READ | QUAL_PAGE, WINDOW_LINEAR, WINDOW_GPA);
}

FW_CASE(ignored_bits, "vmx.ept.ignored-bits", "SDM 3C, 29.3.2",
        "Bits of a PTE that the processor ignores do not matter")
{
    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    *window_ept_entry(1, 0) |= 1ull << 6 | 1ull << 7 | 1ull << 8 | 1ull << 9
        | 1ull << 11 | 0x1full << 52;
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(0));
}

FW_CASE(memory_types, "vmx.ept.memory-types", "SDM 3C, 29.3.3.1, 29.3.7",
        "The five memory types are valid in a PTE")
{
    static const int types[] = { 0, 1, 4, 5, 6 };
    unsigned i;

    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    for (i = 0; i < FW_ARRAY_SIZE(types); i++) {
        *window_ept_entry(1, 0) = (uint64_t)window_page(0) | EPT_RWX
            | EPT_TYPE(types[i]);
        ept_invalidate();
        EXPECT_READ(0, WINDOW_VALUE(0));
    }
}
