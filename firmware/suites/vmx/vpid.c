/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual-processor identifiers and the caching of translations (SDM 3C,
 * 29.4). A case can only tell that what had to be dropped was dropped. */
#include "paging.h"

static void map_page(int n, int page)
{
    *window_entry(1, n) = (uint64_t)window_page(page) | PTE_ALL;
}

#define NEED_VPID()                                                       \
    do {                                                                  \
        VMX_NEED(CTL_PROC2, PROC2_VPID);                                  \
        window_setup();                                                   \
        vmwrite(VMCS_VPID, 1);                                            \
        EXPECT_SUCCEED(invvpid(2, 0, 0));                                 \
    } while (0)

FW_CASE(entry_without_vpid, "vmx.vpid.off.vm-entry", "SDM 3C, 29.4.3.1",
        "Without VPIDs a VM entry drops the guest's translations")
{
    window_setup();
    EXPECT_READ(0, WINDOW_VALUE(0));
    map_page(0, 1);
    EXPECT_READ(0, WINDOW_VALUE(1));
}

FW_CASE(entry_without_vpid_ept, "vmx.vpid.off.vm-entry-ept",
        "SDM 3C, 29.4.3.1",
        "Without VPIDs a VM entry drops the guest's combined translations")
{
    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    EXPECT_READ(0, WINDOW_VALUE(0));
    *window_entry(1, 0) = *window_entry(1, 1);
    EXPECT_READ(0, WINDOW_VALUE(1));
}

static uint64_t host_read(void)
{
    return *(volatile uint64_t *)WINDOW_LINEAR;
}

FW_CASE(exit_without_vpid, "vmx.vpid.off.vm-exit", "SDM 3C, 29.4.3.1",
        "Without VPIDs VM entry and VM exit drop the host's translations")
{
    uint64_t *pml4 = (uint64_t *)x86_page_tables();
    uint64_t before, after;

    window_setup();
    pml4[1] = *window_entry(4, 0);
    write_cr3(read_cr3());
    before = host_read();
    map_page(0, 1);
    EXPECT_READ(1, WINDOW_VALUE(1));
    after = host_read();
    pml4[1] = 0;
    write_cr3(read_cr3());
    FW_EQUAL(before, WINDOW_VALUE(0));
    FW_EQUAL(after, WINDOW_VALUE(1));
}

static void invalidated(uint64_t type, uint64_t vpid, uint64_t linear)
{
    if (!(rdmsr(MSR_VMX_EPT_VPID) & CAP_INVVPID_TYPE(type))) {
        FW_SKIP("INVVPID of type %lu is not offered", type);
    }
    EXPECT_READ(0, WINDOW_VALUE(0));
    map_page(0, 1);
    EXPECT_SUCCEED(invvpid(type, vpid, linear));
    EXPECT_READ(0, WINDOW_VALUE(1));
}

FW_CASE(invvpid_address, "vmx.vpid.invvpid.address", "SDM 3C, 29.4.3.1",
        "INVVPID of one address")
{
    NEED_VPID();
    invalidated(0, 1, WINDOW_LINEAR);
}

FW_CASE(invvpid_single, "vmx.vpid.invvpid.single-context", "SDM 3C, 29.4.3.1",
        "INVVPID of one VPID")
{
    NEED_VPID();
    invalidated(1, 1, 0);
}

FW_CASE(invvpid_all, "vmx.vpid.invvpid.all-contexts", "SDM 3C, 29.4.3.1",
        "INVVPID of all VPIDs")
{
    NEED_VPID();
    invalidated(2, 0, 0);
}

FW_CASE(invvpid_globals, "vmx.vpid.invvpid.retaining-globals",
        "SDM 3C, 29.4.3.1", "INVVPID of what is not global in one VPID")
{
    NEED_VPID();
    invalidated(3, 1, 0);
}

FW_CASE(invvpid_large, "vmx.vpid.invvpid.address-2m", "SDM 3C, 29.4.3.1",
        "INVVPID of any address of a 2M page drops the page")
{
    uint64_t large = 1ull << 7, size = 1ull << 21;
    uint64_t linear = WINDOW_LINEAR + ((uint64_t)window_page(0) & (size - 1));
    VmxRun run;

    NEED_VPID();
    *window_entry(2, 0) = ((uint64_t)window_page(0) & ~(size - 1)) | large
        | PTE_ALL;
    run = guest_run(guest_read, linear, 0, 0);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rax, WINDOW_VALUE(0));
    *window_entry(2, 0) += size;
    EXPECT_SUCCEED(invvpid(0, 1, WINDOW_LINEAR + size - 4096));
    run = guest_run(guest_read, linear, 0, 0);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rax, *(window_page(0) + size / sizeof(uint64_t)));
}

FW_CASE(two_vpids, "vmx.vpid.two-vpids", "SDM 3C, 29.4.1",
        "Translations of one VPID are not used by another")
{
    uint64_t first, second = (uint64_t)scratch(20);
    uint64_t *page = scratch(20);
    int i;

    NEED_VPID();
    first = vmread(VMCS_GUEST_CR3);
    memcpy(page, (void *)first, 4096);
    page[1] = (uint64_t)scratch(21) | PTE_ALL;
    *(uint64_t *)scratch(21) = (uint64_t)scratch(22) | PTE_ALL;
    *(uint64_t *)scratch(22) = (uint64_t)scratch(23) | PTE_ALL;
    *(uint64_t *)scratch(23) = (uint64_t)window_page(1) | PTE_ALL;
    for (i = 0; i < 3; i++) {
        vmwrite(VMCS_VPID, 1);
        vmwrite(VMCS_GUEST_CR3, first);
        EXPECT_READ(0, WINDOW_VALUE(0));
        vmwrite(VMCS_VPID, 2);
        vmwrite(VMCS_GUEST_CR3, second);
        EXPECT_READ(0, WINDOW_VALUE(1));
    }
}

static void guest_invalidates(void (*fn)(void))
{
    VmxRun run = guest_run(fn, WINDOW_LINEAR, (uint64_t)window_entry(1, 0),
                           (uint64_t)window_page(1) | PTE_ALL);

    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rbx, WINDOW_VALUE(0));
    FW_EQUAL(guest_regs.rax, WINDOW_VALUE(1));
}

FW_CASE(guest_invlpg_case, "vmx.vpid.guest-invlpg", "SDM 3C, 29.4.3.1",
        "The guest's INVLPG drops a translation of its VPID")
{
    NEED_VPID();
    vmclr(VMCS_PROC_CTLS, PROC_INVLPG);
    guest_invalidates(guest_invlpg);
}

FW_CASE(guest_mov_cr3, "vmx.vpid.guest-mov-cr3", "SDM 3C, 29.4.3.1",
        "The guest's MOV to CR3 drops the translations of its VPID")
{
    NEED_VPID();
    if (!vmx_may_clear(CTL_PROC, PROC_CR3_LOAD | PROC_CR3_STORE)) {
        FW_SKIP("accesses to CR3 always exit");
    }
    vmclr(VMCS_PROC_CTLS, PROC_CR3_LOAD | PROC_CR3_STORE);
    guest_invalidates(guest_reload_cr3);
}

FW_CASE(guest_mov_cr3_ept, "vmx.vpid.guest-mov-cr3-ept", "SDM 3C, 29.4.3.1",
        "The guest's MOV to CR3 drops combined translations")
{
    VmxRun run;

    NEED_VPID();
    if (!window_setup_ept()) {
        FW_SKIP("EPT is not offered");
    }
    if (!vmx_may_clear(CTL_PROC, PROC_CR3_LOAD | PROC_CR3_STORE)) {
        FW_SKIP("accesses to CR3 always exit");
    }
    vmclr(VMCS_PROC_CTLS, PROC_CR3_LOAD | PROC_CR3_STORE);
    run = guest_run(guest_reload_cr3, WINDOW_LINEAR,
                    (uint64_t)window_entry(1, 0), *window_entry(1, 1));
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rbx, WINDOW_VALUE(0));
    FW_EQUAL(guest_regs.rax, WINDOW_VALUE(1));
}

FW_CASE(write_protect, "vmx.vpid.guest-cr0-wp", "SDM 3C, 29.4.2",
        "CR0.WP that VM entry loads counts for translations that are cached")
{
    VmxRun run;

    NEED_VPID();
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_PF);
    *window_entry(1, 0) &= ~PTE_RW;
    vmwrite(VMCS_GUEST_CR0, read_cr0() & ~CR0_WP);
    run = window_write(0, 1);
    EXPECT_EXIT(run, EXIT_VMCALL);
    vmwrite(VMCS_GUEST_CR0, read_cr0() | CR0_WP);
    run = window_write(0, 2);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.qualification, WINDOW_LINEAR);
    FW_EQUAL(*window_page(0), 1);
}

FW_CASE(page_fault_cr2, "vmx.vpid.page-fault-exit-cr2", "SDM 3C, 28.1",
        "A page fault that exits leaves CR2 as it is")
{
    VmxRun run;

    window_setup();
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_PF);
    *window_entry(1, 0) &= ~PTE_P;
    write_cr2(0x123456);
    run = window_read(0);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.qualification, WINDOW_LINEAR);
    FW_EQUAL(read_cr2(), 0x123456);
}
