/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMCLEAR, VMPTRLD, VMPTRST, the launch state, and VMCSs that move */
#include "vmx.h"

static uint64_t region(int n)
{
    return (uint64_t)vmx_region(n);
}

static uint64_t current(void)
{
    uint64_t pa = 0;

    EXPECT_SUCCEED(vmptrst(&pa));
    return pa;
}

static void guest(void)
{
    guest_done(0);
}

FW_CASE(vmclear_address, "vmx.insn.vmclear-address", "SDM 3C, 31.3 VMCLEAR",
        "VMCLEAR of an unaligned address or one beyond the width: error 2")
{
    EXPECT_ERROR(vmclear(region(2) + 8), 2);
    EXPECT_ERROR(vmclear(region(2) | 1ull << vmx_physical_bits()), 2);
    EXPECT_ERROR(vmclear(~0ull), 2);
    FW_EQUAL(current(), region(1));
}

FW_CASE(vmclear_vmxon, "vmx.insn.vmclear-vmxon-pointer",
        "SDM 3C, 31.3 VMCLEAR", "VMCLEAR of the VMXON pointer: error 3")
{
    EXPECT_ERROR(vmclear(region(0)), 3);
}

FW_CASE(vmclear_current, "vmx.insn.vmclear-current", "SDM 3C, 31.3 VMCLEAR",
        "VMCLEAR of the current VMCS leaves none current")
{
    EXPECT_SUCCEED(vmclear(region(1)));
    FW_EQUAL(current(), ~0ull);
    EXPECT_INVALID(vmclear(1));
}

FW_CASE(vmclear_other, "vmx.insn.vmclear-other", "SDM 3C, 31.3 VMCLEAR",
        "VMCLEAR of another VMCS leaves the current one current")
{
    vmwrite(VMCS_GUEST_RSP, 0x1234567);
    EXPECT_SUCCEED(vmclear(region(2)));
    FW_EQUAL(current(), region(1));
    FW_EQUAL(vmread(VMCS_GUEST_RSP), 0x1234567);
}

FW_CASE(vmclear_revision, "vmx.insn.vmclear-ignores-revision",
        "SDM 3C, 31.3 VMCLEAR",
        "VMCLEAR does not look at the revision identifier")
{
    uint32_t *r = vmx_region(2);

    *r = ~vmx_revision();
    EXPECT_SUCCEED(vmclear((uint64_t)r));
}

FW_CASE(vmptrld_address, "vmx.insn.vmptrld-address", "SDM 3C, 31.3 VMPTRLD",
        "VMPTRLD of an unaligned address or one beyond the width: error 9")
{
    EXPECT_ERROR(vmptrld(region(2) + 1), 9);
    EXPECT_ERROR(vmptrld(region(2) | 1ull << vmx_physical_bits()), 9);
    FW_EQUAL(current(), region(1));
}

FW_CASE(vmptrld_vmxon, "vmx.insn.vmptrld-vmxon-pointer",
        "SDM 3C, 31.3 VMPTRLD", "VMPTRLD of the VMXON pointer: error 10")
{
    EXPECT_ERROR(vmptrld(region(0)), 10);
    FW_EQUAL(current(), region(1));
}

FW_CASE(vmptrld_revision, "vmx.insn.vmptrld-revision",
        "SDM 3C, 31.3 VMPTRLD",
        "VMPTRLD of a region with another revision identifier: error 11")
{
    uint32_t *r = vmx_region(2);

    *r = vmx_revision() ^ 0x10;
    EXPECT_ERROR(vmptrld((uint64_t)r), 11);
    FW_EQUAL(current(), region(1));
}

FW_CASE(vmptrld_shadow, "vmx.insn.vmptrld-shadow-indicator",
        "SDM 3C, 31.3 VMPTRLD",
        "VMPTRLD with the shadow-VMCS indicator, where VMCS shadowing is not"
        " offered: error 11")
{
    uint32_t *r = vmx_region(2);

    if (vmx_may_set(CTL_PROC2, 1u << 14)) {
        FW_SKIP("VMCS shadowing is offered");
    }
    *r = vmx_revision() | 1u << 31;
    EXPECT_ERROR(vmptrld((uint64_t)r), 11);
}

FW_CASE(vmptrld_none, "vmx.insn.vmptrld-no-current", "SDM 3C, 31.2",
        "VMfail without a current VMCS is VMfailInvalid")
{
    EXPECT_SUCCEED(vmclear(region(1)));
    EXPECT_INVALID(vmptrld(1));
    EXPECT_INVALID(vmptrld(region(0)));
    EXPECT_INVALID(vmcall());
    EXPECT_INVALID(vmlaunch_insn());
    EXPECT_INVALID(vmresume_insn());
}

FW_CASE(error_stays, "vmx.insn.error-field-stays", "SDM 3C, 31.2",
        "The VM-instruction error field changes only with VMfailValid")
{
    uint64_t val = 0;

    EXPECT_ERROR(vmptrld(region(0)), 10);
    EXPECT_SUCCEED(vmclear(region(2)));
    EXPECT_SUCCEED(vmread_insn(VMCS_GUEST_RIP, &val));
    FW_EQUAL(vmread(VMCS_VM_INSTRUCTION_ERROR), 10);
}

FW_CASE(two_vmcs, "vmx.insn.vmptrld-switches", "SDM 3C, 25.1",
        "Two active VMCSs keep their own data")
{
    vmwrite(VMCS_GUEST_RSP, 0x1111);
    EXPECT_SUCCEED(vmclear(region(2)));
    EXPECT_SUCCEED(vmptrld(region(2)));
    vmwrite(VMCS_GUEST_RSP, 0x2222);
    EXPECT_SUCCEED(vmptrld(region(1)));
    FW_EQUAL(vmread(VMCS_GUEST_RSP), 0x1111);
    EXPECT_SUCCEED(vmptrld(region(2)));
    FW_EQUAL(vmread(VMCS_GUEST_RSP), 0x2222);
}

FW_CASE(launch_state, "vmx.insn.launch-state", "SDM 3C, 31.3 VMLAUNCH",
        "VMRESUME of a clear VMCS: error 5; VMLAUNCH of a launched one: error"
        " 4; VMCLEAR makes it clear")
{
    VmxRun run;

    EXPECT_ERROR(vmresume_insn(), 5);
    run = vm_run(guest);
    EXPECT_EXIT(run, EXIT_VMCALL);
    EXPECT_ERROR(vmlaunch_insn(), 4);
    EXPECT_SUCCEED(vmclear(region(1)));
    EXPECT_SUCCEED(vmptrld(region(1)));
    EXPECT_ERROR(vmresume_insn(), 5);
}

FW_CASE(launch_state_kept, "vmx.insn.launch-state-kept", "SDM 3C, 25.1",
        "The launch state stays with a VMCS that is not current meanwhile")
{
    VmxRun run = vm_run(guest);

    EXPECT_EXIT(run, EXIT_VMCALL);
    EXPECT_SUCCEED(vmclear(region(2)));
    EXPECT_SUCCEED(vmptrld(region(2)));
    EXPECT_SUCCEED(vmptrld(region(1)));
    EXPECT_ERROR(vmlaunch_insn(), 4);
    run = vm_run(guest);
    EXPECT_EXIT(run, EXIT_VMCALL);
}

FW_CASE(launch_state_failed, "vmx.insn.launch-state-after-failure",
        "SDM 3C, 27.8",
        "An entry that fails leaves the launch state clear")
{
    vmwrite(VMCS_GUEST_RFLAGS, 0);
    EXPECT_GUEST_BAD(0);
    EXPECT_ERROR(vmresume_insn(), 5);
    vmwrite(VMCS_HOST_CR0, 0);
    EXPECT_HOST_BAD();
    EXPECT_ERROR(vmresume_insn(), 5);
}

/* MOV SS, then at once VMLAUNCH or VMRESUME */
static uint64_t blocked_flags;

static void vmlaunch_blocked(void *arg)
{
    asm volatile("mov %1, %%ss; vmlaunch; pushfq; pop %0"
                 : "=r"(blocked_flags) : "r"(SEL_DATA) : "cc", "memory");
}

static void vmresume_blocked(void *arg)
{
    asm volatile("mov %1, %%ss; vmresume; pushfq; pop %0"
                 : "=r"(blocked_flags) : "r"(SEL_DATA) : "cc", "memory");
}

FW_CASE(mov_ss, "vmx.insn.entry-mov-ss", "SDM 3C, 31.3 VMLAUNCH",
        "VM entry with events blocked by MOV SS: error 26, before the launch"
        " state is looked at")
{
    FW_EQUAL(x86_try(vmlaunch_blocked, NULL, NULL), -1);
    FW_CHECK(blocked_flags & RFLAGS_ZF, "no VMfailValid");
    FW_EQUAL(vmread(VMCS_VM_INSTRUCTION_ERROR), 26);
    vmwrite(VMCS_GUEST_RSP, 0);
    FW_EQUAL(x86_try(vmresume_blocked, NULL, NULL), -1);
    FW_CHECK(blocked_flags & RFLAGS_ZF, "no VMfailValid");
    FW_EQUAL(vmread(VMCS_VM_INSTRUCTION_ERROR), 26);
    EXPECT_SUCCEED(vmclear(region(1)));
    FW_EQUAL(x86_try(vmlaunch_blocked, NULL, NULL), -1);
    FW_CHECK(blocked_flags & RFLAGS_CF, "no VMfailInvalid");
}

FW_CASE(vmcall_root, "vmx.insn.vmcall-root", "SDM 3C, 31.3 VMCALL",
        "VMCALL in root operation: error 1")
{
    EXPECT_ERROR(vmcall(), 1);
}

/* A VMCS that is cleared here and loaded there */
static uint64_t other_rsp, other_rip;
static VmxInsn other_insns[4];

static void read_elsewhere(void *arg)
{
    uint64_t control = rdmsr(MSR_FEATURE_CONTROL);

    if (!(control & 1)) {
        wrmsr(MSR_FEATURE_CONTROL, control | 5);
    }
    write_cr0(read_cr0() | rdmsr(MSR_VMX_CR0_FIXED0));
    write_cr4(read_cr4() | CR4_VMXE);
    other_insns[0] = vmxon((uint64_t)vmx_region(5));
    other_insns[1] = vmptrld((uint64_t)arg);
    other_rsp = vmread(VMCS_GUEST_RSP);
    other_rip = vmread(VMCS_GUEST_RIP);
    vmwrite(VMCS_GUEST_RSP, 0xcafe);
    other_insns[2] = vmclear((uint64_t)arg);
    other_insns[3] = vmxoff();
    write_cr4(read_cr4() & ~CR4_VMXE);
}

FW_CASE(moved, "vmx.insn.vmcs-moves", "SDM 3C, 25.1, 25.11.3",
        "A VMCS that one CPU clears is whole on another, and back")
{
    uint64_t pa = region(1);
    int i;

    if (hal_cpu_count() < 2) {
        FW_SKIP("one CPU only");
    }
    vmwrite(VMCS_GUEST_RSP, 0x12345678abcdef);
    vmwrite(VMCS_GUEST_RIP, 0x77777);
    EXPECT_SUCCEED(vmclear(pa));
    hal_run_on(1, read_elsewhere, (void *)pa);
    FW_REQUIRE(hal_wait(1, 20000000), "the other CPU did not return");
    for (i = 0; i < 4; i++) {
        EXPECT_SUCCEED(other_insns[i]);
    }
    FW_EQUAL(other_rsp, 0x12345678abcdef);
    FW_EQUAL(other_rip, 0x77777);
    EXPECT_SUCCEED(vmptrld(pa));
    FW_EQUAL(vmread(VMCS_GUEST_RSP), 0xcafe);
}

static uint64_t far_operand = 1ull << 40;

static void vmptrst_to(void *p)
{
    asm volatile("vmptrst (%0)" : : "r"(p) : "cc", "memory");
}

static void vmptrld_from(void *p)
{
    asm volatile("vmptrld (%0)" : : "r"(p) : "cc", "memory");
}

FW_CASE(operand_fault, "vmx.insn.operand-page-fault", "SDM 3C, 31.3 VMPTRST",
        "A memory operand that is not mapped raises #PF, one that is not"
        " canonical #GP(0)")
{
    FwException e;

    x86_try(vmptrst_to, (void *)far_operand, &e);
    FW_EQUAL(e.vector, VEC_PF);
    FW_EQUAL(e.error, 2);
    FW_EQUAL(e.cr2, far_operand);
    x86_try(vmptrld_from, (void *)far_operand, &e);
    FW_EQUAL(e.vector, VEC_PF);
    FW_EQUAL(e.error, 0);
    x86_try(vmptrst_to, (void *)(1ull << 62), &e);
    FW_EQUAL(e.vector, VEC_GP);
    FW_EQUAL(current(), region(1));
}
