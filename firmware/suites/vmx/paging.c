/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window of the EPT and VPID cases, and guests in other modes */
#include "paging.h"

#define LEVEL_SHIFT(level) (12 + 9 * ((level) - 1))
#define ADDRESS 0x000ffffffffff000ull
#define CODE_PAGE 31
#define AR_CODE16_REAL 0x9b

enum { PAGE_TABLE, PAGE_DIRECTORY, PAGE_PDPT, PAGE_PML4, PAGE_EPT_TABLE,
       PAGE_EPT_DIRECTORY, PAGE_DATA, PAGE_DATA_END = PAGE_DATA + 2 };

static uint64_t *page(int n)
{
    return scratch(n);
}

uint64_t *window_page(int n)
{
    return page(PAGE_DATA + n);
}

uint64_t *window_entry(int level, int n)
{
    uint64_t linear = WINDOW_LINEAR + ((uint64_t)n << 12);

    return page(PAGE_TABLE + level - 1)
        + (linear >> LEVEL_SHIFT(level) & 511);
}

void window_setup(void)
{
    const uint64_t *identity = (const uint64_t *)x86_page_tables();
    int n, level;

    page(PAGE_PML4)[0] = identity[0];
    for (level = 4; level > 1; level--) {
        *window_entry(level, 0) = (uint64_t)page(PAGE_TABLE + level - 2)
            | PTE_ALL;
    }
    for (n = 0; n < 2; n++) {
        *window_page(n) = WINDOW_VALUE(n);
        *window_entry(1, n) = (uint64_t)window_page(n) | PTE_ALL;
    }
    vmwrite(VMCS_GUEST_CR3, (uint64_t)page(PAGE_PML4));
}

uint64_t *window_ept_entry(int level, int n)
{
    uint64_t gpa = WINDOW_GPA + ((uint64_t)n << 12);
    uint64_t *table = (uint64_t *)(ept_pointer() & ADDRESS);
    int i;

    for (i = 4; i > level; i--) {
        table = (uint64_t *)(table[gpa >> LEVEL_SHIFT(i) & 511] & ADDRESS);
    }
    return table + (gpa >> LEVEL_SHIFT(level) & 511);
}

bool window_setup_ept(void)
{
    int n;

    window_setup();
    if (!ept_enable()) {
        return false;
    }
    *window_ept_entry(3, 0) = (uint64_t)page(PAGE_EPT_DIRECTORY) | EPT_RWX;
    *window_ept_entry(2, 0) = (uint64_t)page(PAGE_EPT_TABLE) | EPT_RWX;
    for (n = 0; n < 2; n++) {
        *window_ept_entry(1, n) = (uint64_t)window_page(n) | EPT_WB | EPT_RWX;
        *window_entry(1, n) = (WINDOW_GPA + ((uint64_t)n << 12)) | PTE_ALL;
    }
    return true;
}

uint64_t *window_ept_of_table(int level)
{
    return ept_entry((uint64_t)page(PAGE_TABLE + level - 1));
}

/* The paging structures are mapped one to one. */
uint64_t window_guest_physical(const uint64_t *entry)
{
    return (uint64_t)entry;
}

void ept_invalidate(void)
{
    EXPECT_SUCCEED(invept(2, 0, 0));
}

VmxRun guest_run(void (*fn)(void), uint64_t rdi, uint64_t rsi, uint64_t rdx)
{
    guest_regs.rdi = rdi;
    guest_regs.rsi = rsi;
    guest_regs.rdx = rdx;
    return vm_run(fn);
}

static uint64_t window_linear(int n)
{
    return WINDOW_LINEAR + ((uint64_t)n << 12);
}

VmxRun window_read(int n)
{
    return guest_run(guest_read, window_linear(n), 0, 0);
}

VmxRun window_write(int n, uint64_t value)
{
    return guest_run(guest_write, window_linear(n), value, 0);
}

uint64_t guest_copy(const char *start, const char *end)
{
    memcpy(scratch(CODE_PAGE), start, end - start);
    return (uint64_t)scratch(CODE_PAGE);
}

/* Expectations ------------------------------------------------------------- */

void expect_window_read(const char *file, int line, int n, uint64_t value)
{
    VmxRun run = window_read(n);

    expect_exit(file, line, &run, EXIT_VMCALL);
    if (run.reason == EXIT_VMCALL && guest_regs.rax != value) {
        fw_fail(file, line, "value read", "got 0x%lx, expected 0x%lx",
                guest_regs.rax, value);
    }
}

static void expect_field(const char *file, int line, const char *name,
                         uint64_t got, uint64_t expected)
{
    if (got != expected) {
        fw_fail(file, line, name, "got 0x%lx, expected 0x%lx", got, expected);
    }
}

void expect_violation(const char *file, int line, const VmxRun *run,
                      uint64_t qualification, uint64_t linear, uint64_t gpa)
{
    expect_exit(file, line, run, EXIT_EPT_VIOLATION);
    if (run->reason != EXIT_EPT_VIOLATION) {
        return;
    }
    expect_field(file, line, "qualification", run->qualification & QUAL_MASK,
                 qualification);
    expect_field(file, line, "guest-physical address",
                 vmread(VMCS_GUEST_PHYSICAL_ADDRESS), gpa);
    if (qualification & QUAL_LINEAR) {
        expect_field(file, line, "guest-linear address",
                     vmread(VMCS_GUEST_LINEAR_ADDRESS), linear);
    }
}

void expect_misconfiguration(const char *file, int line, const VmxRun *run,
                             uint64_t gpa)
{
    expect_exit(file, line, run, EXIT_EPT_MISCONFIG);
    if (run->reason == EXIT_EPT_MISCONFIG) {
        expect_field(file, line, "guest-physical address",
                     vmread(VMCS_GUEST_PHYSICAL_ADDRESS), gpa);
    }
}

/* Other modes -------------------------------------------------------------- */

void pae_pdptes(uint64_t pdpte[4])
{
    const uint64_t *pml4 = (const uint64_t *)x86_page_tables();
    const uint64_t *pdpt = (const uint64_t *)(pml4[0] & ADDRESS);
    int i;

    for (i = 0; i < 4; i++) {
        pdpte[i] = (pdpt[i] & ADDRESS) | PTE_P;
    }
}

void guest_pae(void)
{
    uint64_t pdpte[4];
    int i;

    pae_pdptes(pdpte);
    for (i = 0; i < 4; i++) {
        vmwrite(VMCS_GUEST_PDPTE0 + 2 * i, pdpte[i]);
    }
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_CODE32);
    vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE32);
    vmwrite(VMCS_GUEST_CR4, read_cr4() | CR4_PAE);
}

bool guest_real_mode(uint64_t code, uint64_t data)
{
    int n;

    if (!vmx_set(CTL_PROC2, PROC2_UNRESTRICTED)) {
        return false;
    }
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmwrite(VMCS_GUEST_CR0, read_cr0() & ~(CR0_PE | CR0_PG));
    for (n = 0; n < 6; n++) {
        vmwrite(VMCS_GUEST_ES_SELECTOR + 2 * n, 0);
        vmwrite(VMCS_GUEST_ES_BASE + 2 * n, n == 1 ? code : data);
        vmwrite(VMCS_GUEST_ES_LIMIT + 2 * n, 0xffff);
        vmwrite(VMCS_GUEST_ES_ACCESS_RIGHTS + 2 * n,
                n == 1 ? AR_CODE16_REAL : AR_DATA16);
    }
    vmwrite(VMCS_GUEST_TR_SELECTOR, SEL_TSS);
    return true;
}
