/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Qualification and instruction information of memory and register operands */
#include "intercept.h"

/* Bits that the tables define for a memory operand with base and index */
#define MASK_MEM  (3u | 7u << 7 | INFO_REGISTER | INFO_SEGMENT(7)         \
                   | INFO_INDEX(15, 0) | INFO_NO_INDEX | INFO_BASE(15)    \
                   | INFO_NO_BASE)
/* ... without an index: scaling and number of the index are undefined */
#define MASK_BASE (7u << 7 | INFO_REGISTER | INFO_SEGMENT(7)              \
                   | INFO_NO_INDEX | INFO_BASE(15) | INFO_NO_BASE)
/* ... with neither */
#define MASK_DISP (7u << 7 | INFO_REGISTER | INFO_SEGMENT(7)              \
                   | INFO_NO_INDEX | INFO_NO_BASE)
#define MASK_REG2 INFO_REG2(15)
#define INFO_32_BIT (1u << 11)
#define IDENTITY(n) ((uint32_t)(n) << 28)
#define MASK_IDENTITY IDENTITY(3)

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13 };

GUEST(vmptrld, "vmptrld 0x12345678(%rbx,%r9,8)");
FW_CASE(vmptrld, "vmx.intercept.vmptrld", "SDM 3C, 28.2.1, 28.2.5",
        "VMPTRLD: displacement, base, index and scale")
{
    EXITS_INFO(vmptrld, EXIT_VMPTRLD, 0x12345678,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_INDEX(R9, 3)
               | INFO_BASE(RBX), MASK_MEM);
}

GUEST(vmclear, "vmclear %fs:-8(%r13)");
FW_CASE(vmclear, "vmx.intercept.vmclear", "SDM 3C, 28.2.1, 28.2.5",
        "VMCLEAR: a negative displacement, segment FS, no index")
{
    EXITS_INFO(vmclear, EXIT_VMCLEAR, -8ll,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_FS) | INFO_NO_INDEX
               | INFO_BASE(R13), MASK_BASE);
}

GUEST(vmptrst, "vmptrst 0x40(%rip)");
FW_CASE(vmptrst, "vmx.intercept.vmptrst", "SDM 3C, 28.2.1, 28.2.5",
        "VMPTRST relative to RIP: the qualification is the address")
{
    EXITS_INFO(vmptrst, EXIT_VMPTRST, (uint64_t)guest_vmptrst_end + 0x40,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
               | INFO_NO_BASE, MASK_DISP);
}

GUEST(vmxon, "vmxon (%rsp)");
FW_CASE(vmxon, "vmx.intercept.vmxon", "SDM 3C, 28.2.1, 28.2.5",
        "VMXON: segment SS by default")
{
    EXITS_INFO(vmxon, EXIT_VMXON, 0,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_SS) | INFO_NO_INDEX
               | INFO_BASE(RSP), MASK_BASE);
    guest_user();
    EXITS(vmxon, EXIT_VMXON, 0);
}

GUEST(vmptrld_a32, "vmptrld 0x7654321(%eax)");
FW_CASE(address_size, "vmx.intercept.address-size", "SDM 3C, 28.2.5",
        "A 32-bit address size in 64-bit mode")
{
    EXITS_INFO(vmptrld_a32, EXIT_VMPTRLD, 0x7654321,
               INFO_ADDRESS_32 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
               | INFO_BASE(RAX), MASK_BASE);
}

GUEST(vmptrld_abs, "vmptrld 0x1000");
FW_CASE(absolute, "vmx.intercept.absolute", "SDM 3C, 28.2.5",
        "An operand with neither base nor index")
{
    EXITS_INFO(vmptrld_abs, EXIT_VMPTRLD, 0x1000,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
               | INFO_NO_BASE, MASK_DISP);
}

GUEST(vmread_reg, "vmread %rdx, %r11");
GUEST(vmread_mem, "vmread %r10, 0x20(%rdi)");
FW_CASE(vmread_exit, "vmx.intercept.vmread", "SDM 3C, 28.2.5",
        "VMREAD exits without looking at the field, at any CPL")
{
    int user;

    guest_regs.rdx = ~0ull;
    for (user = 0; user < 2; user++) {
        EXITS_INFO(vmread_reg, EXIT_VMREAD, 0,
                   INFO_REGISTER | INFO_REG1(R11) | INFO_REG2(RDX),
                   INFO_REGISTER | INFO_REG1(15) | MASK_REG2);
        EXITS_INFO(vmread_mem, EXIT_VMREAD, 0x20,
                   INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
                   | INFO_BASE(RDI) | INFO_REG2(R10), MASK_BASE | MASK_REG2);
        guest_user();
    }
}

GUEST(vmwrite_reg, "vmwrite %rbx, %r8");
GUEST(vmwrite_mem, "vmwrite %gs:(%rsi,%rcx,2), %rbp");
FW_CASE(vmwrite_exit, "vmx.intercept.vmwrite", "SDM 3C, 28.2.5",
        "VMWRITE: Reg1 is the source, Reg2 the field")
{
    EXITS_INFO(vmwrite_reg, EXIT_VMWRITE, 0,
               INFO_REGISTER | INFO_REG1(RBX) | INFO_REG2(R8),
               INFO_REGISTER | INFO_REG1(15) | MASK_REG2);
    EXITS_INFO(vmwrite_mem, EXIT_VMWRITE, 0,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_GS) | INFO_INDEX(RCX, 1)
               | INFO_BASE(RSI) | INFO_REG2(RBP), MASK_MEM | MASK_REG2);
}

GUEST(invept, "invept 0x10(%rax), %r12");
FW_CASE(invept_exit, "vmx.intercept.invept", "SDM 3C, 28.2.5",
        "INVEPT exits with Reg2, whatever the type")
{
    if (!(rdmsr(MSR_VMX_EPT_VPID) & 1ull << 20)) {
        FW_SKIP("INVEPT is not offered");
    }
    guest_regs.r12 = 99;
    EXITS_INFO(invept, EXIT_INVEPT, 0x10,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
               | INFO_BASE(RAX) | INFO_REG2(R12), MASK_BASE | MASK_REG2);
}

GUEST(invvpid, "invvpid (%rdx), %rcx");
FW_CASE(invvpid_exit, "vmx.intercept.invvpid", "SDM 3C, 28.2.5",
        "INVVPID exits with Reg2")
{
    if (!(rdmsr(MSR_VMX_EPT_VPID) & 1ull << 32)) {
        FW_SKIP("INVVPID is not offered");
    }
    EXITS_INFO(invvpid, EXIT_INVVPID, 0,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
               | INFO_BASE(RDX) | INFO_REG2(RCX), MASK_BASE | MASK_REG2);
}

GUEST(sgdt, "sgdt 0x30(%rsp)");
GUEST(sidt, "sidt 0x30(%rsp)");
GUEST(lgdt, "lgdt 0x30(%rbx)");
GUEST(lidt, "lidt 0x30(%rbx)");
FW_CASE(gdtr_idtr, "vmx.intercept.gdtr-idtr", "SDM 3C, 26.1.3, 28.2.5",
        "SGDT, SIDT, LGDT, LIDT under descriptor-table exiting")
{
    uint32_t stack = INFO_ADDRESS_64 | INFO_SEGMENT(INFO_SS) | INFO_NO_INDEX
        | INFO_BASE(RSP);
    uint32_t data = INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
        | INFO_BASE(RBX);

    VMX_NEED(CTL_PROC2, PROC2_DESC);
    EXITS_INFO(sgdt, EXIT_GDTR_IDTR, 0x30, stack | IDENTITY(0),
               MASK_BASE | MASK_IDENTITY);
    EXITS_INFO(sidt, EXIT_GDTR_IDTR, 0x30, stack | IDENTITY(1),
               MASK_BASE | MASK_IDENTITY);
    EXITS_INFO(lgdt, EXIT_GDTR_IDTR, 0x30, data | IDENTITY(2),
               MASK_BASE | MASK_IDENTITY);
    EXITS_INFO(lidt, EXIT_GDTR_IDTR, 0x30, data | IDENTITY(3),
               MASK_BASE | MASK_IDENTITY);
    guest_user();
    FAULTS(lgdt, VEC_GP);
    EXITS(sgdt, EXIT_GDTR_IDTR, 0x30);
}

GUEST(sldt, "sldt %ebx");
GUEST(str, "str 8(%rcx)");
GUEST(lldt, "lldt %r9w");
GUEST(ltr, "ltr (%rbx)");
FW_CASE(ldtr_tr, "vmx.intercept.ldtr-tr", "SDM 3C, 26.1.3, 28.2.5",
        "SLDT, STR, LLDT, LTR under descriptor-table exiting")
{
    uint32_t mask = INFO_REGISTER | INFO_REG1(15) | MASK_IDENTITY;

    VMX_NEED(CTL_PROC2, PROC2_DESC);
    EXITS_INFO(sldt, EXIT_LDTR_TR, 0,
               INFO_REGISTER | INFO_REG1(RBX) | IDENTITY(0), mask);
    EXITS_INFO(str, EXIT_LDTR_TR, 8,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
               | INFO_BASE(RCX) | IDENTITY(1), MASK_BASE | MASK_IDENTITY);
    EXITS_INFO(lldt, EXIT_LDTR_TR, 0,
               INFO_REGISTER | INFO_REG1(R9) | IDENTITY(2), mask);
    EXITS_INFO(ltr, EXIT_LDTR_TR, 0,
               INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS) | INFO_NO_INDEX
               | INFO_BASE(RBX) | IDENTITY(3), MASK_BASE | MASK_IDENTITY);
    guest_user();
    FAULTS(lldt, VEC_GP);
}

GUEST(invlpg, "invlpg 0x123(%rbx,%rcx,4)");
GUEST(invlpg_gs, "invlpg %gs:(%rax)");
GUEST(invlpg_a32, "invlpg (%eax)");
FW_CASE(invlpg_exit, "vmx.intercept.invlpg", "SDM 3C, 26.1.3, 28.2.1",
        "INVLPG exits with the linear address")
{
    guest_regs.rbx = 0x200000;
    guest_regs.rcx = 0x10;
    RUNS(invlpg);
    VMX_NEED(CTL_PROC, PROC_INVLPG);
    EXITS(invlpg, EXIT_INVLPG, 0x200163);
    vmwrite(VMCS_GUEST_GS_BASE, 0xffff800000000000);
    guest_regs.rax = 0x1000;
    EXITS(invlpg_gs, EXIT_INVLPG, 0xffff800000001000);
    guest_regs.rax = 0xdead00002000;
    EXITS(invlpg_a32, EXIT_INVLPG, 0x2000);
    guest_user();
    FAULTS(invlpg, VEC_GP);
}

#define OPERAND_SIZE(n) ((uint32_t)(n) << 11)
GUEST(rdrand16, "rdrand %r11w");
GUEST(rdrand64, "rdrand %rbx");
FW_CASE(rdrand_exit, "vmx.intercept.rdrand", "SDM 3C, 26.1.3, 28.2.5",
        "RDRAND exits with its register and operand size")
{
    uint32_t mask = INFO_REG1(15) | OPERAND_SIZE(3);

    VMX_NEED(CTL_PROC2, PROC2_RDRAND);
    EXITS_INFO(rdrand16, EXIT_RDRAND, 0, INFO_REG1(R11) | OPERAND_SIZE(0),
               mask);
    EXITS_INFO(rdrand64, EXIT_RDRAND, 0, INFO_REG1(RBX) | OPERAND_SIZE(2),
               mask);
}

GUEST(rdseed32, "rdseed %ecx");
FW_CASE(rdseed_exit, "vmx.intercept.rdseed", "SDM 3C, 26.1.3, 28.2.5",
        "RDSEED exits with its register and operand size")
{
    VMX_NEED(CTL_PROC2, PROC2_RDSEED);
    EXITS_INFO(rdseed32, EXIT_RDSEED, 0, INFO_REG1(RCX) | OPERAND_SIZE(1),
               INFO_REG1(15) | OPERAND_SIZE(3));
}

GUEST_CODE(invlpg32, 32, "invlpg %es:0x7ff(%ebx)");
GUEST_CODE(sgdt16, 32, "addr16 sgdt 0x1234(%bp,%di)");
FW_CASE(operand_compatibility, "vmx.intercept.operand-compatibility-mode",
        "SDM 3C, 28.2.1, 28.2.5",
        "Segment bases, 16-bit addressing outside 64-bit mode")
{
    guest_compatibility();
    VMX_NEED(CTL_PROC, PROC_INVLPG);
    vmwrite(VMCS_GUEST_ES_BASE, 0xfffff000);
    guest_regs.rbx = 0x1801;
    EXITS(invlpg32, EXIT_INVLPG, 0x1000);
    VMX_NEED(CTL_PROC2, PROC2_DESC);
    EXITS_INFO(sgdt16, EXIT_GDTR_IDTR, 0x1234,
               INFO_SEGMENT(INFO_SS) | INFO_INDEX(RDI, 0) | INFO_BASE(RBP)
               | IDENTITY(0) | INFO_32_BIT,
               MASK_MEM | MASK_IDENTITY | INFO_32_BIT);
}
