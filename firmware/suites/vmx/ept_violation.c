/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EPT violations (SDM 3C, 29.3.3.2) and what their exits tell (28.2.1) */
#include "paging.h"

#define SECTION "SDM 3C, 29.3.3.2 EPT Violations, table 28-7"

#define NEED_EPT()                                                        \
    do {                                                                  \
        if (!window_setup_ept()) {                                        \
            FW_SKIP("EPT is not offered");                                \
        }                                                                 \
    } while (0)

/* The PTE of page 0 gets these rights. */
static void set_rights(uint64_t rights)
{
    uint64_t *entry = window_ept_entry(1, 0);

    *entry = (*entry & ~EPT_RWX) | rights;
    ept_invalidate();
}

FW_CASE(read_absent, "vmx.ept.violation.read", SECTION,
        "A read of a page that is not present; both addresses are exact")
{
    VmxRun run;

    NEED_EPT();
    set_rights(0);
    run = guest_run(guest_read, WINDOW_LINEAR + 0x128, 0, 0);
    EXPECT_VIOLATION(run, QUAL_READ | QUAL_PAGE, WINDOW_LINEAR + 0x128,
                     WINDOW_GPA + 0x128);
    FW_EQUAL(run.rip, guest_read);
    FW_EQUAL(run.idt_info, 0);
}

FW_CASE(write_read_only, "vmx.ept.violation.write", SECTION,
        "A write to a read-only page")
{
    VmxRun run;

    NEED_EPT();
    set_rights(EPT_R);
    EXPECT_READ(0, WINDOW_VALUE(0));
    run = window_write(0, 1);
    EXPECT_VIOLATION(run, QUAL_WRITE | QUAL_RIGHTS(EPT_R) | QUAL_PAGE,
                     WINDOW_LINEAR, WINDOW_GPA);
    FW_EQUAL(*window_page(0), WINDOW_VALUE(0));
}

FW_CASE(add_read_only, "vmx.ept.violation.read-modify-write", SECTION,
        "A read-modify-write of a read-only page is a write, if not also a"
        " read")
{
    VmxRun run;

    NEED_EPT();
    set_rights(EPT_R | EPT_X);
    run = guest_run(guest_add, WINDOW_LINEAR, 1, 0);
    run.qualification &= ~(uint64_t)QUAL_READ;
    EXPECT_VIOLATION(run, QUAL_WRITE | QUAL_RIGHTS(EPT_R | EPT_X) | QUAL_PAGE,
                     WINDOW_LINEAR, WINDOW_GPA);
    FW_EQUAL(*window_page(0), WINDOW_VALUE(0));
}

FW_CASE(fetch_not_executable, "vmx.ept.violation.fetch", SECTION,
        "An instruction fetch from a page that is not executable")
{
    VmxRun run;

    NEED_EPT();
    set_rights(EPT_R | EPT_W);
    run = guest_run(guest_jump, WINDOW_LINEAR + 0x40, 0, 0);
    EXPECT_VIOLATION(run, QUAL_FETCH | QUAL_RIGHTS(EPT_R | EPT_W) | QUAL_PAGE,
                     WINDOW_LINEAR + 0x40, WINDOW_GPA + 0x40);
    FW_EQUAL(run.rip, WINDOW_LINEAR + 0x40);
}

FW_CASE(execute_only, "vmx.ept.violation.execute-only", SECTION,
        "A page that is executable only runs code, and is not read")
{
    static const uint8_t vmcall[] = { 0x0f, 0x01, 0xc1 };
    VmxRun run;

    if (!(rdmsr(MSR_VMX_EPT_VPID) & CAP_EXECUTE_ONLY)) {
        FW_SKIP("execute-only translations are not offered");
    }
    NEED_EPT();
    memcpy(window_page(0), vmcall, sizeof(vmcall));
    set_rights(EPT_X);
    run = guest_run(guest_jump, WINDOW_LINEAR, 0, 0);
    EXPECT_EXIT(run, EXIT_VMCALL);
    run = window_read(0);
    EXPECT_VIOLATION(run, QUAL_READ | QUAL_RIGHTS(EPT_X) | QUAL_PAGE,
                     WINDOW_LINEAR, WINDOW_GPA);
}

FW_CASE(rights_and, "vmx.ept.violation.rights-of-all-levels", SECTION,
        "Rights are those that the entries of all levels give")
{
    VmxRun run;

    NEED_EPT();
    *window_ept_entry(2, 0) &= ~EPT_X;
    *window_ept_entry(3, 0) &= ~EPT_W;
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(0));
    run = window_write(0, 1);
    EXPECT_VIOLATION(run, QUAL_WRITE | QUAL_RIGHTS(EPT_R) | QUAL_PAGE,
                     WINDOW_LINEAR, WINDOW_GPA);
}

static void absent_at(int level)
{
    VmxRun run;

    *window_ept_entry(level, 0) &= ~EPT_RWX;
    ept_invalidate();
    run = window_read(1);
    EXPECT_VIOLATION(run, QUAL_READ | QUAL_PAGE, WINDOW_LINEAR + 4096,
                     WINDOW_GPA + 4096);
}

FW_CASE(pde_absent, "vmx.ept.violation.pde-absent", SECTION,
        "A PDE that is not present")
{
    NEED_EPT();
    absent_at(2);
}

FW_CASE(pdpte_absent, "vmx.ept.violation.pdpte-absent", SECTION,
        "A PDPTE that is not present")
{
    NEED_EPT();
    absent_at(3);
}

static void structure_absent(int level)
{
    VmxRun run;

    *window_ept_of_table(level) &= ~EPT_RWX;
    ept_invalidate();
    run = window_read(0);
    EXPECT_VIOLATION(run, QUAL_READ | QUAL_LINEAR, WINDOW_LINEAR,
                     window_guest_physical(window_entry(level, 0)));
}

FW_CASE(table_absent, "vmx.ept.violation.guest-page-table", SECTION,
        "A page walk reads a guest page table that is not present")
{
    NEED_EPT();
    structure_absent(1);
}

FW_CASE(directory_absent, "vmx.ept.violation.guest-page-directory", SECTION,
        "A page walk reads a guest page directory that is not present")
{
    NEED_EPT();
    structure_absent(2);
}

FW_CASE(pdpt_absent, "vmx.ept.violation.guest-pdpt", SECTION,
        "A page walk reads a guest PDPT that is not present")
{
    NEED_EPT();
    structure_absent(3);
}

FW_CASE(table_read_only, "vmx.ept.violation.read-only-page-table", SECTION,
        "A guest page table that is read-only serves a walk that has no flag"
        " to set")
{
    NEED_EPT();
    *window_ept_of_table(1) &= ~EPT_W;
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(0));
}

/* A walk that has to set a flag in an entry of a read-only page */
static void expect_flag_violation(int level, VmxRun run)
{
    EXPECT_VIOLATION(run, QUAL_WRITE | QUAL_RIGHTS(EPT_R | EPT_X) | QUAL_LINEAR,
                     WINDOW_LINEAR,
                     window_guest_physical(window_entry(level, 0)));
}

FW_CASE(accessed_read_only, "vmx.ept.violation.accessed-flag", SECTION,
        "The accessed flag of a guest PTE in a read-only page")
{
    NEED_EPT();
    *window_entry(1, 0) &= ~PTE_A;
    *window_ept_of_table(1) &= ~EPT_W;
    ept_invalidate();
    expect_flag_violation(1, window_read(0));
    FW_EQUAL(*window_entry(1, 0) & PTE_A, 0);
}

FW_CASE(dirty_read_only, "vmx.ept.violation.dirty-flag", SECTION,
        "The dirty flag of a guest PTE in a read-only page")
{
    NEED_EPT();
    *window_entry(1, 0) &= ~PTE_D;
    *window_ept_of_table(1) &= ~EPT_W;
    ept_invalidate();
    EXPECT_READ(0, WINDOW_VALUE(0));
    expect_flag_violation(1, window_write(0, 1));
    FW_EQUAL(*window_page(0), WINDOW_VALUE(0));
}

FW_CASE(pde_accessed_read_only, "vmx.ept.violation.pde-accessed-flag", SECTION,
        "The accessed flag of a guest PDE in a read-only page")
{
    NEED_EPT();
    *window_entry(2, 0) &= ~PTE_A;
    *window_ept_of_table(2) &= ~EPT_W;
    ept_invalidate();
    expect_flag_violation(2, window_read(0));
}

FW_CASE(page_fault_first, "vmx.ept.violation.page-fault-first",
        "SDM 3C, 29.3.3.3 Prioritization of EPT Misconfigurations and EPT"
        " Violations",
        "A page fault of the guest comes before the EPT of the page")
{
    VmxRun run;

    NEED_EPT();
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_PF);
    *window_entry(1, 0) &= ~PTE_P;
    set_rights(0);
    run = window_read(0);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.qualification, WINDOW_LINEAR);
}

FW_CASE(fixed_without_invept, "vmx.ept.violation.no-invept",
        "SDM 3C, 29.4.3.1",
        "After a violation a page with more rights needs no INVEPT")
{
    VmxRun run;

    NEED_EPT();
    set_rights(EPT_R);
    EXPECT_READ(0, WINDOW_VALUE(0));
    run = window_write(0, 0x1234);
    EXPECT_EXIT(run, EXIT_EPT_VIOLATION);
    *window_ept_entry(1, 0) = (uint64_t)window_page(1) | EPT_WB | EPT_RWX;
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(*window_page(0), WINDOW_VALUE(0));
    FW_EQUAL(*window_page(1), 0x1234);
}

FW_CASE(during_delivery, "vmx.ept.violation.during-delivery",
        "SDM 3C, 28.2.4 Information for VM Exits During Event Delivery",
        "A violation while the IDT is read for #UD gives IDT-vectoring"
        " information")
{
    VmxRun run;

    NEED_EPT();
    vmwrite(VMCS_GUEST_IDTR_BASE, WINDOW_LINEAR);
    set_rights(0);
    run = vm_run(guest_ud);
    EXPECT_VIOLATION(run, QUAL_READ | QUAL_PAGE, WINDOW_LINEAR + VEC_UD * 16,
                     WINDOW_GPA + VEC_UD * 16);
    FW_EQUAL(run.idt_info, 1u << 31 | 3u << 8 | VEC_UD);
    FW_EQUAL(run.rip, guest_ud);
}

/* Which word of its frame IRET reads first is not said. */
static void expect_iret_violation(const VmxRun *run, uint64_t nmi)
{
    EXPECT_EXIT(*run, EXIT_EPT_VIOLATION);
    FW_EQUAL(run->qualification & QUAL_MASK, QUAL_READ | QUAL_PAGE | nmi);
    FW_EQUAL(vmread(VMCS_GUEST_LINEAR_ADDRESS) & ~0x3full, WINDOW_LINEAR);
    FW_EQUAL(vmread(VMCS_GUEST_PHYSICAL_ADDRESS) & ~0x3full, WINDOW_GPA);
}

FW_CASE(nmi_unblocked, "vmx.ept.violation.nmi-unblocking",
        "SDM 3C, 28.2.3 Information About NMI Unblocking Due to IRET",
        "IRET unblocks NMIs and then cannot read its stack")
{
    VmxRun run;

    NEED_EPT();
    VMX_NEED(CTL_PIN, PIN_NMI | PIN_VIRTUAL_NMI);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, 1u << 3);
    set_rights(0);
    run = guest_run(guest_iret, WINDOW_LINEAR, 0, 0);
    expect_iret_violation(&run, QUAL_NMI_UNBLOCKED);
}

FW_CASE(nmi_not_blocked, "vmx.ept.violation.no-nmi-unblocking",
        "SDM 3C, 28.2.3 Information About NMI Unblocking Due to IRET",
        "IRET with NMIs not blocked cannot read its stack")
{
    VmxRun run;

    NEED_EPT();
    VMX_NEED(CTL_PIN, PIN_NMI | PIN_VIRTUAL_NMI);
    set_rights(0);
    run = guest_run(guest_iret, WINDOW_LINEAR, 0, 0);
    expect_iret_violation(&run, 0);
}

FW_CASE(real_mode_violation, "vmx.ept.violation.real-mode", SECTION,
        "Without paging linear addresses are guest-physical ones")
{
    uint64_t code = guest_copy(guest16_read, guest16_read_end);
    uint64_t data = (uint64_t)scratch(30);
    VmxRun run;

    NEED_EPT();
    if (!guest_real_mode(code, data)) {
        FW_SKIP("unrestricted guest is not offered");
    }
    *(uint16_t *)scratch(30) = 0x4321;
    vmwrite(VMCS_GUEST_RIP, 0);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rax & 0xffff, 0x4321);
    *ept_entry(data) &= ~EPT_RWX;
    ept_invalidate();
    vmwrite(VMCS_GUEST_RIP, 0);
    run = vm_continue();
    EXPECT_VIOLATION(run, QUAL_READ | QUAL_PAGE, data, data);
}
