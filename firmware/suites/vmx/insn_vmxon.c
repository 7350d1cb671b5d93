/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMXON and VMXOFF, and what VMX operation fixes */
#include "vmx.h"

static void leave(void)
{
    EXPECT_SUCCEED(vmxoff());
}

static uint64_t region(int n)
{
    return (uint64_t)vmx_region(n);
}

FW_CASE(vmxon_root, "vmx.insn.vmxon-in-root", "SDM 3C, 31.3 VMXON",
        "VMXON in root operation with a current VMCS: error 15")
{
    EXPECT_ERROR(vmxon(region(0)), 15);
    EXPECT_ERROR(vmxon(1), 15);
}

FW_CASE(vmxon_root_none, "vmx.insn.vmxon-in-root-no-vmcs",
        "SDM 3C, 31.3 VMXON",
        "VMXON in root operation without a current VMCS: VMfailInvalid")
{
    EXPECT_SUCCEED(vmclear(region(1)));
    EXPECT_INVALID(vmxon(region(0)));
}

FW_CASE(vmxon_vmxe, "vmx.insn.vmxon-vmxe-clear", "SDM 3C, 31.3 VMXON",
        "VMXON with CR4.VMXE clear raises #UD")
{
    leave();
    write_cr4(read_cr4() & ~CR4_VMXE);
    EXPECT_EXCEPTION(vmxon(region(0)), VEC_UD);
}

FW_CASE(vmxon_ne, "vmx.insn.vmxon-cr0-fixed", "SDM 3C, 24.8",
        "VMXON with CR0.NE clear raises #GP(0)")
{
    if (!(rdmsr(MSR_VMX_CR0_FIXED0) & CR0_NE)) {
        FW_SKIP("CR0.NE is not fixed");
    }
    leave();
    write_cr0(read_cr0() & ~CR0_NE);
    EXPECT_EXCEPTION(vmxon(region(0)), VEC_GP);
    /* The checks of registers come before the operand's. */
    EXPECT_EXCEPTION(vmxon(1), VEC_GP);
    write_cr0(read_cr0() | CR0_NE);
    EXPECT_SUCCEED(vmxon(region(0)));
}

FW_CASE(vmxon_alignment, "vmx.insn.vmxon-alignment", "SDM 3C, 31.3 VMXON",
        "VMXON of an address that is not 4-KByte aligned: VMfailInvalid")
{
    leave();
    EXPECT_INVALID(vmxon(region(0) + 1));
    EXPECT_INVALID(vmxon(region(0) + 0x800));
    EXPECT_EXCEPTION(vmxoff(), VEC_UD);
}

FW_CASE(vmxon_width, "vmx.insn.vmxon-width", "SDM 3C, 31.3 VMXON",
        "VMXON of an address beyond the physical-address width:"
        " VMfailInvalid")
{
    leave();
    EXPECT_INVALID(vmxon(region(0) | 1ull << vmx_physical_bits()));
    EXPECT_INVALID(vmxon(region(0) | 1ull << 63));
}

FW_CASE(vmxon_revision, "vmx.insn.vmxon-revision", "SDM 3C, 31.3 VMXON",
        "VMXON of a region with another revision identifier, or with bit 31"
        " set: VMfailInvalid")
{
    uint32_t *r = vmx_region(2);

    leave();
    *r = vmx_revision() ^ 1;
    EXPECT_INVALID(vmxon((uint64_t)r));
    *r = vmx_revision() | 1u << 31;
    EXPECT_INVALID(vmxon((uint64_t)r));
    *r = vmx_revision();
    EXPECT_SUCCEED(vmxon((uint64_t)r));
}

FW_CASE(vmxon_none, "vmx.insn.vmxon-no-current", "SDM 3C, 31.3 VMXON",
        "VMXON leaves no VMCS current")
{
    uint64_t pa = 0;

    leave();
    EXPECT_SUCCEED(vmxon(region(3)));
    EXPECT_SUCCEED(vmptrst(&pa));
    FW_EQUAL(pa, ~0ull);
}

FW_CASE(vmxoff_current, "vmx.insn.vmxoff-forgets-current",
        "SDM 3C, 31.3 VMXOFF, VMXON",
        "After VMXOFF and VMXON no VMCS is current")
{
    uint64_t pa = 0;

    leave();
    EXPECT_SUCCEED(vmxon(region(0)));
    EXPECT_SUCCEED(vmptrst(&pa));
    FW_EQUAL(pa, ~0ull);
    EXPECT_INVALID(vmread_insn(VMCS_GUEST_RIP, &pa));
}

typedef struct CrWrite {
    int reg;
    uint64_t value;
} CrWrite;

static void mov_to_cr(void *p)
{
    CrWrite *w = p;

    if (w->reg == 0) {
        write_cr0(w->value);
    } else {
        write_cr4(w->value);
    }
}

static int try_cr(int reg, uint64_t value)
{
    CrWrite w = { reg, value };

    return x86_try(mov_to_cr, &w, NULL);
}

FW_CASE(fixed_vmxe, "vmx.insn.cr4-vmxe-fixed", "SDM 3C, 24.8",
        "MOV to CR4 that clears VMXE in VMX operation raises #GP(0)")
{
    FW_EQUAL(try_cr(4, read_cr4() & ~CR4_VMXE), VEC_GP);
    FW_CHECK(read_cr4() & CR4_VMXE, "CR4.VMXE was cleared");
    EXPECT_SUCCEED(vmxoff());
    FW_EQUAL(try_cr(4, read_cr4() & ~CR4_VMXE), -1);
}

FW_CASE(fixed_cr0, "vmx.insn.cr0-fixed", "SDM 3C, 24.8",
        "MOV to CR0 that clears a fixed bit in VMX operation raises #GP(0)")
{
    uint64_t fixed = rdmsr(MSR_VMX_CR0_FIXED0);

    FW_CHECK(fixed & CR0_PE, "PE is not fixed");
    FW_CHECK(fixed & CR0_PG, "PG is not fixed");
    if (fixed & CR0_NE) {
        FW_EQUAL(try_cr(0, read_cr0() & ~CR0_NE), VEC_GP);
        FW_CHECK(read_cr0() & CR0_NE, "CR0.NE was cleared");
    }
    FW_EQUAL(try_cr(0, read_cr0() | CR0_TS), -1);
    FW_CHECK(read_cr0() & CR0_TS, "CR0.TS was not set");
    FW_EQUAL(try_cr(0, read_cr0() & ~CR0_TS), -1);
}

FW_CASE(fixed_cr4, "vmx.insn.cr4-fixed1", "SDM 3C, 24.8, A.8",
        "MOV to CR4 that sets a bit that IA32_VMX_CR4_FIXED1 forbids raises"
        " #GP(0)")
{
    uint64_t forbidden = ~rdmsr(MSR_VMX_CR4_FIXED1) & 0xffffffff;
    int bit;

    for (bit = 0; bit < 32; bit++) {
        if (forbidden >> bit & 1) {
            int vector = try_cr(4, read_cr4() | 1ull << bit);

            FW_CHECK(vector == VEC_GP, "bit %d: vector %d", bit, vector);
        }
    }
}

/* Another CPU, which nobody has prepared for VMX ------------------------------ */

static VmxInsn other_insn;
static uint64_t other_control;

static void vmxon_unlocked(void *arg)
{
    other_control = rdmsr(MSR_FEATURE_CONTROL);
    if (other_control & 1) {
        return;
    }
    write_cr0(read_cr0() | rdmsr(MSR_VMX_CR0_FIXED0));
    write_cr4(read_cr4() | CR4_VMXE);
    other_insn = vmxon((uint64_t)arg);
    write_cr4(read_cr4() & ~CR4_VMXE);
}

FW_CASE(vmxon_unlocked, "vmx.insn.vmxon-feature-control-unlocked",
        "SDM 3C, 24.7",
        "VMXON with IA32_FEATURE_CONTROL unlocked raises #GP(0)")
{
    int cpu = hal_cpu_count() - 1;

    if (cpu < 1) {
        FW_SKIP("one CPU only");
    }
    hal_run_on(cpu, vmxon_unlocked, vmx_region(4));
    FW_REQUIRE(hal_wait(cpu, 20000000), "the other CPU did not return");
    if (other_control & 1) {
        FW_SKIP("the BIOS has locked IA32_FEATURE_CONTROL of CPU %d", cpu);
    }
    EXPECT_EXCEPTION(other_insn, VEC_GP);
}
