/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Translation by EPT (SDM 3C, 29.3.2), accessed and dirty flags (29.3.5),
 * INVEPT (29.4.3.1, 31.3), guest PDPTEs */
#include "paging.h"

#define NEED_EPT()                                                        \
    do {                                                                  \
        if (!window_setup_ept()) {                                        \
            FW_SKIP("EPT is not offered");                                \
        }                                                                 \
    } while (0)

#define NEED_CAPABILITY(bits)                                             \
    do {                                                                  \
        if ((rdmsr(MSR_VMX_EPT_VPID) & (bits)) != (bits)) {               \
            FW_SKIP(#bits " is not offered");                             \
        }                                                                 \
    } while (0)

static void map_page(int gpa_page, int page)
{
    *window_ept_entry(1, gpa_page) = (uint64_t)window_page(page) | EPT_WB
        | EPT_RWX;
}

FW_CASE(page_4k, "vmx.ept.page-4k", "SDM 3C, 29.3.2",
        "4K pages: two guest-physical pages, exchanged")
{
    NEED_EPT();
    EXPECT_READ(0, WINDOW_VALUE(0));
    EXPECT_READ(1, WINDOW_VALUE(1));
    map_page(0, 1);
    map_page(1, 0);
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(1));
    EXPECT_READ(1, WINDOW_VALUE(0));
}

/* The window's pages, through one large page of the EPT */
static void large_page(int level, uint64_t size)
{
    uint64_t pa = (uint64_t)window_page(0);
    int n;

    *window_ept_entry(level, 0) = (pa & ~(size - 1)) | EPT_LARGE | EPT_WB
        | EPT_RWX;
    for (n = 0; n < 2; n++) {
        *window_entry(1, n) = (WINDOW_GPA
            + ((uint64_t)window_page(n) & (size - 1))) | PTE_ALL;
    }
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(0));
    EXPECT_READ(1, WINDOW_VALUE(1));
}

FW_CASE(page_2m, "vmx.ept.page-2m", "SDM 3C, 29.3.2", "A 2M page")
{
    NEED_CAPABILITY(CAP_2M);
    NEED_EPT();
    large_page(2, 1ull << 21);
}

FW_CASE(page_1g, "vmx.ept.page-1g", "SDM 3C, 29.3.2", "A 1G page")
{
    NEED_CAPABILITY(CAP_1G);
    NEED_EPT();
    large_page(3, 1ull << 30);
}

/* Accessed and dirty flags ------------------------------------------------- */

static const uint64_t ad_flags = EPT_A | EPT_D;

#define NEED_AD()                                                         \
    do {                                                                  \
        NEED_CAPABILITY(CAP_AD);                                          \
        NEED_EPT();                                                       \
        vmset(VMCS_EPT_POINTER, EPTP_AD);                                 \
        ept_invalidate();                                                 \
    } while (0)

FW_CASE(ad_off, "vmx.ept.ad.off", "SDM 3C, 29.3.5",
        "Without bit 6 of the EPTP no flag is set")
{
    NEED_EPT();
    window_write(0, 1);
    FW_EQUAL(*window_ept_entry(1, 0) & ad_flags, 0);
    FW_EQUAL(*window_ept_entry(2, 0) & ad_flags, 0);
    FW_EQUAL(*window_ept_entry(3, 0) & ad_flags, 0);
}

FW_CASE(ad_read, "vmx.ept.ad.accessed", "SDM 3C, 29.3.5",
        "A read sets the accessed flag of every level, and no dirty flag")
{
    NEED_AD();
    EXPECT_READ(0, WINDOW_VALUE(0));
    FW_EQUAL(*window_ept_entry(1, 0) & ad_flags, EPT_A);
    FW_EQUAL(*window_ept_entry(2, 0) & ad_flags, EPT_A);
    FW_EQUAL(*window_ept_entry(3, 0) & ad_flags, EPT_A);
    FW_EQUAL(*window_ept_entry(4, 0) & EPT_A, EPT_A);
    FW_EQUAL(*window_ept_entry(1, 1) & ad_flags, 0);
}

FW_CASE(ad_write, "vmx.ept.ad.dirty", "SDM 3C, 29.3.5",
        "A write after a read sets the dirty flag of the page only")
{
    VmxRun run;

    NEED_AD();
    EXPECT_READ(0, WINDOW_VALUE(0));
    run = window_write(0, 1);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(*window_ept_entry(1, 0) & ad_flags, EPT_A | EPT_D);
    FW_EQUAL(*window_ept_entry(2, 0) & ad_flags, EPT_A);
    FW_EQUAL(*window_ept_entry(3, 0) & ad_flags, EPT_A);
}

FW_CASE(ad_cleared, "vmx.ept.ad.cleared", "SDM 3C, 29.3.5",
        "Flags that software cleared are set again after INVEPT")
{
    VmxRun run;

    NEED_AD();
    window_write(0, 1);
    *window_ept_entry(1, 0) &= ~ad_flags;
    ept_invalidate();
    EXPECT_READ(0, 1);
    FW_EQUAL(*window_ept_entry(1, 0) & ad_flags, EPT_A);
    run = window_write(0, 2);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(*window_ept_entry(1, 0) & ad_flags, EPT_A | EPT_D);
}

FW_CASE(ad_table, "vmx.ept.ad.guest-page-table", "SDM 3C, 29.3.5",
        "A page walk counts as a write of the guest's paging structures")
{
    NEED_AD();
    EXPECT_READ(0, WINDOW_VALUE(0));
    FW_EQUAL(*window_ept_of_table(1) & ad_flags, 0);
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(0));
    FW_EQUAL(*window_ept_of_table(1) & ad_flags, EPT_A | EPT_D);
    FW_EQUAL(*window_ept_entry(1, 0) & ad_flags, EPT_A);
}

FW_CASE(ad_table_read_only, "vmx.ept.ad.read-only-page-table",
        "SDM 3C, 29.3.3.2, table 28-7",
        "A read-only guest page table is a violation: read and write")
{
    VmxRun run;

    NEED_AD();
    *window_ept_of_table(1) &= ~EPT_W;
    ept_invalidate();
    run = window_read(0);
    EXPECT_VIOLATION(run, QUAL_READ | QUAL_WRITE | QUAL_RIGHTS(EPT_R | EPT_X)
                     | QUAL_LINEAR, WINDOW_LINEAR,
                     window_guest_physical(window_entry(1, 0)));
}

/* Invalidation ------------------------------------------------------------- */

FW_CASE(invept_single, "vmx.ept.invept.single-context", "SDM 3C, 29.4.3.1",
        "Single-context INVEPT drops the translations of its EPTP")
{
    NEED_CAPABILITY(CAP_INVEPT | CAP_INVEPT_SINGLE);
    NEED_EPT();
    EXPECT_READ(0, WINDOW_VALUE(0));
    map_page(0, 1);
    EXPECT_SUCCEED(invept(1, ept_pointer(), 0));
    EXPECT_READ(0, WINDOW_VALUE(1));
}

FW_CASE(invept_all, "vmx.ept.invept.all-context", "SDM 3C, 29.4.3.1",
        "All-context INVEPT drops the translations of every EPTP")
{
    NEED_CAPABILITY(CAP_INVEPT | CAP_INVEPT_ALL);
    NEED_EPT();
    EXPECT_READ(0, WINDOW_VALUE(0));
    map_page(0, 1);
    EXPECT_SUCCEED(invept(2, 0, 0));
    EXPECT_READ(0, WINDOW_VALUE(1));
}

FW_CASE(invept_vpid, "vmx.ept.invept.with-vpid", "SDM 3C, 29.4.3.1",
        "INVEPT drops combined translations whatever their VPID")
{
    NEED_CAPABILITY(CAP_INVEPT | CAP_INVEPT_SINGLE);
    NEED_EPT();
    VMX_NEED(CTL_PROC2, PROC2_VPID);
    vmwrite(VMCS_VPID, 77);
    EXPECT_READ(0, WINDOW_VALUE(0));
    map_page(0, 1);
    EXPECT_SUCCEED(invept(1, ept_pointer(), 0));
    EXPECT_READ(0, WINDOW_VALUE(1));
}

/* A second EPT of the same memory, in which the window's first page is the
 * second: the tables above the directory are copies. */
static uint64_t second_eptp(void)
{
    enum { PML4 = 20, PDPT, DIRECTORY, TABLE };
    uint64_t *pml4 = scratch(PML4), *pdpt = scratch(PDPT);
    uint64_t *directory = scratch(DIRECTORY), *table = scratch(TABLE);

    memcpy(pdpt, (void *)((uint64_t)window_ept_entry(3, 0) & ~0xfffull), 4096);
    pml4[0] = (uint64_t)pdpt | EPT_RWX;
    pdpt[WINDOW_GPA >> 30] = (uint64_t)directory | EPT_RWX;
    directory[0] = (uint64_t)table | EPT_RWX;
    table[0] = (uint64_t)window_page(1) | EPT_WB | EPT_RWX;
    return (uint64_t)pml4 | (ept_pointer() & 0xfff);
}

FW_CASE(two_eptps, "vmx.ept.two-eptps", "SDM 3C, 29.4.1",
        "Translations of one EPTP are not used with another")
{
    uint64_t second;
    int i;

    NEED_EPT();
    if (vmx_set(CTL_PROC2, PROC2_VPID)) {
        vmwrite(VMCS_VPID, 5);
    }
    second = second_eptp();
    for (i = 0; i < 3; i++) {
        vmwrite(VMCS_EPT_POINTER, ept_pointer());
        EXPECT_READ(0, WINDOW_VALUE(0));
        vmwrite(VMCS_EPT_POINTER, second);
        EXPECT_READ(0, WINDOW_VALUE(1));
    }
}

/* PAE guests --------------------------------------------------------------- */

#define PAE_TABLE 20             /* scratch page: PDPTEs in guest memory */
#define PAE_DATA  21

static uint64_t *pae_table(void)
{
    uint64_t *table = scratch(PAE_TABLE);

    pae_pdptes(table);
    return table;
}

static VmxRun pae_run(const char *start, const char *end, uint64_t edi,
                      uint64_t esi)
{
    *(uint32_t *)scratch(PAE_DATA) = 0x5aa5;
    guest_regs.rdi = edi;
    guest_regs.rsi = esi;
    vmwrite(VMCS_GUEST_RIP, guest_copy(start, end));
    return vm_continue();
}

FW_CASE(pdptes_from_vmcs, "vmx.ept.pdptes.from-vmcs", "SDM 3C, 27.3.2.4",
        "With EPT the PDPTEs come from the VMCS, not from the table at CR3")
{
    VmxRun run;

    NEED_EPT();
    guest_pae();
    vmwrite(VMCS_GUEST_CR3, (uint64_t)scratch(PAE_TABLE));
    run = pae_run(guest32_read, guest32_read_end, (uint64_t)scratch(PAE_DATA),
                  0);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rax, 0x5aa5);
}

FW_CASE(pdptes_by_cr3, "vmx.ept.pdptes.mov-cr3",
        "SDM 3C, 28.3.1, SDM 3A, 4.4.1",
        "MOV to CR3 loads the PDPTEs, and a VM exit saves them")
{
    uint64_t *table;
    VmxRun run;

    NEED_EPT();
    guest_pae();
    table = pae_table();
    table[3] = 0;
    run = pae_run(guest32_load_cr3, guest32_load_cr3_end, (uint64_t)table,
                  (uint64_t)scratch(PAE_DATA));
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rax, 0x5aa5);
    FW_EQUAL(vmread(VMCS_GUEST_PDPTE0), table[0]);
    FW_EQUAL(vmread(VMCS_GUEST_PDPTE3), 0);
    FW_EQUAL(vmread(VMCS_GUEST_CR3), (uint64_t)table);
}

FW_CASE(pdptes_by_cr4, "vmx.ept.pdptes.mov-cr4", "SDM 3A, 4.4.1",
        "MOV to CR4 that changes PGE loads the PDPTEs from the table at CR3")
{
    uint64_t *table;
    VmxRun run;

    NEED_EPT();
    guest_pae();
    table = pae_table();
    table[2] = 0;
    vmwrite(VMCS_GUEST_CR3, (uint64_t)table);
    run = pae_run(guest32_load_cr4, guest32_load_cr4_end,
                  vmread(VMCS_GUEST_CR4) ^ CR4_PGE,
                  (uint64_t)scratch(PAE_DATA));
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rax, 0x5aa5);
    FW_EQUAL(vmread(VMCS_GUEST_PDPTE2), 0);
}

FW_CASE(pdptes_reserved, "vmx.ept.pdptes.reserved", "SDM 3A, 4.4.1",
        "MOV to CR3 raises #GP(0) for a PDPTE with a reserved bit")
{
    uint64_t *table;
    VmxRun run;

    NEED_EPT();
    guest_pae();
    table = pae_table();
    table[1] |= 1ull << 5;
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_GP);
    run = pae_run(guest32_load_cr3, guest32_load_cr3_end, (uint64_t)table,
                  (uint64_t)scratch(PAE_DATA));
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info & 0xff, VEC_GP);
    FW_EQUAL(run.intr_error, 0);
}

FW_CASE(pdptes_violation, "vmx.ept.pdptes.violation",
        "SDM 3C, 29.3.3.2, table 28-7",
        "MOV to CR3 that cannot read the PDPTEs: there is no linear address")
{
    VmxRun run;

    NEED_EPT();
    guest_pae();
    pae_table();
    *ept_entry((uint64_t)scratch(PAE_TABLE)) &= ~EPT_RWX;
    ept_invalidate();
    run = pae_run(guest32_load_cr3, guest32_load_cr3_end,
                  (uint64_t)scratch(PAE_TABLE), (uint64_t)scratch(PAE_DATA));
    EXPECT_VIOLATION(run, QUAL_READ, 0, (uint64_t)scratch(PAE_TABLE));
}
