/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control and debug registers */
#include "intercept.h"

#define CR_FROM    (1u << 4)
#define CR_CLTS    (2u << 4)
#define CR_LMSW    (3u << 4)
#define LMSW_MEMORY (1u << 6)
#define LMSW_SOURCE(v) ((uint64_t)(v) << 16)
#define GPR(n)     ((n) << 8)
#define DR_FROM    (1u << 4)
#define DR7_GD     (1ull << 13)
#define DR7_INIT   0x400ull
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12 };

GUEST(to_cr0, "mov %r9, %cr0");
FW_CASE(mov_to_cr0, "vmx.intercept.mov-to-cr0", "SDM 3C, 26.1.3, 28.2.1",
        "MOV to CR0 exits if it differs from the shadow in a masked bit")
{
    guest_regs.r9 = read_cr0() & ~CR0_TS;
    vmwrite(VMCS_CR0_GUEST_HOST_MASK, CR0_TS | CR0_MP);
    vmwrite(VMCS_CR0_READ_SHADOW, read_cr0() & CR0_MP);
    RUNS(to_cr0);
    guest_regs.r9 = (read_cr0() & ~CR0_TS) ^ CR0_MP;
    EXITS(to_cr0, EXIT_CR, GPR(R9));
    guest_user();
    FAULTS(to_cr0, VEC_GP);
}

FW_CASE(cr0_keeps, "vmx.intercept.cr0-masked-bits-stay", "SDM 3C, 26.3",
        "MOV to CR0 leaves masked bits as they are, and writes the others")
{
    vmclr(VMCS_GUEST_CR0, CR0_TS | CR0_AM);
    vmwrite(VMCS_CR0_GUEST_HOST_MASK, CR0_TS);
    vmwrite(VMCS_CR0_READ_SHADOW, CR0_TS);
    guest_regs.r9 = read_cr0() | CR0_TS | CR0_AM;
    RUNS(to_cr0);
    FW_EQUAL(vmread(VMCS_GUEST_CR0) & (CR0_TS | CR0_AM), CR0_AM);
}

FW_CASE(cr0_exit_first, "vmx.intercept.cr0-exit-before-gp", "SDM 3C, 26.1.1",
        "MOV to CR0 exits before #GP for a combination that is not allowed")
{
    guest_regs.r9 = read_cr0() & ~CR0_PE;
    FAULTS(to_cr0, VEC_GP);
    vmwrite(VMCS_CR0_GUEST_HOST_MASK, CR0_PE);
    vmwrite(VMCS_CR0_READ_SHADOW, CR0_PE);
    EXITS(to_cr0, EXIT_CR, GPR(R9));
}

FW_CASE(cr0_fixed, "vmx.intercept.cr0-fixed-bits", "SDM 3C, 26.3",
        "MOV to CR0 raises #GP if it clears NE, which VMX operation fixes")
{
    if (!(rdmsr(MSR_VMX_CR0_FIXED0) & CR0_NE)) {
        FW_SKIP("CR0.NE is not fixed");
    }
    guest_regs.r9 = read_cr0() & ~CR0_NE;
    FAULTS(to_cr0, VEC_GP);
}

GUEST(from_cr0, "mov %cr0, %rbx\n smsw %r11");
FW_CASE(mov_from_cr0, "vmx.intercept.mov-from-cr0", "SDM 3C, 26.3",
        "MOV from CR0 and SMSW read the shadow in masked bits")
{
    uint64_t cr0 = vmread(VMCS_GUEST_CR0);

    vmwrite(VMCS_CR0_GUEST_HOST_MASK, CR0_TS | CR0_EM);
    vmwrite(VMCS_CR0_READ_SHADOW, CR0_TS | CR0_CD | CR0_NW);
    RUNS(from_cr0);
    FW_EQUAL(guest_regs.rbx, (cr0 & ~CR0_EM) | CR0_TS);
    FW_EQUAL(guest_regs.r11 & 0xffff, ((cr0 & ~CR0_EM) | CR0_TS) & 0xffff);
}

GUEST(from_cr4, "mov %cr4, %r12");
GUEST(to_cr4, "mov %rdx, %cr4");
FW_CASE(cr4_shadow, "vmx.intercept.cr4", "SDM 3C, 26.1.3, 26.3",
        "CR4: shadow, mask, exit, bits that stay, bits that are fixed")
{
    uint64_t cr4 = vmread(VMCS_GUEST_CR4);

    vmwrite(VMCS_CR4_GUEST_HOST_MASK, CR4_VMXE);
    vmwrite(VMCS_CR4_READ_SHADOW, 0);
    RUNS(from_cr4);
    FW_EQUAL(guest_regs.r12, cr4 & ~CR4_VMXE);
    guest_regs.rdx = (cr4 & ~CR4_VMXE) | CR4_DE;
    RUNS(to_cr4);
    FW_EQUAL(vmread(VMCS_GUEST_CR4), cr4 | CR4_DE);
    guest_regs.rdx = cr4;
    EXITS(to_cr4, EXIT_CR, 4 | GPR(RDX));
    vmwrite(VMCS_CR4_GUEST_HOST_MASK, 0);
    guest_regs.rdx = cr4 & ~CR4_VMXE;
    FAULTS(to_cr4, VEC_GP);
    guest_regs.rdx = cr4 & ~CR4_PAE;
    FAULTS(to_cr4, VEC_GP);
}

GUEST(to_cr3, "mov %rsi, %cr3");
GUEST(from_cr3, "mov %cr3, %rdi");
FW_CASE(cr3_load, "vmx.intercept.cr3-load", "SDM 3C, 26.1.3",
        "MOV to CR3 exits unless the value is among the CR3 targets that count")
{
    guest_regs.rsi = read_cr3();
    vmclr(VMCS_PROC_CTLS, PROC_CR3_LOAD);
    if (vmx_may_clear(CTL_PROC, PROC_CR3_LOAD)) {
        RUNS(to_cr3);
    }
    VMX_NEED(CTL_PROC, PROC_CR3_LOAD);
    EXITS(to_cr3, EXIT_CR, 3 | GPR(RSI));
    vmwrite(VMCS_CR3_TARGET_VALUE0, 0x1000);
    vmwrite(VMCS_CR3_TARGET_VALUE0 + 2, read_cr3());
    vmwrite(VMCS_CR3_TARGET_COUNT, 1);
    EXITS(to_cr3, EXIT_CR, 3 | GPR(RSI));
    vmwrite(VMCS_CR3_TARGET_COUNT, 2);
    RUNS(to_cr3);
}

FW_CASE(cr3_store, "vmx.intercept.cr3-store", "SDM 3C, 26.1.3",
        "MOV from CR3 exits with \"CR3-store exiting\"")
{
    if (vmx_may_clear(CTL_PROC, PROC_CR3_STORE)) {
        vmclr(VMCS_PROC_CTLS, PROC_CR3_STORE);
        RUNS(from_cr3);
        FW_EQUAL(guest_regs.rdi, read_cr3());
    }
    VMX_NEED(CTL_PROC, PROC_CR3_STORE);
    EXITS(from_cr3, EXIT_CR, 3 | CR_FROM | GPR(RDI));
}

GUEST(cr3_reserved, "mov %rsi, %cr3");
FW_CASE(cr3_gp, "vmx.intercept.cr3-reserved", "SDM 3C, 26.1.1",
        "MOV to CR3 of a bit beyond the physical width exits, or is #GP")
{
    guest_regs.rsi = read_cr3() | 1ull << 62;
    if (vmx_may_clear(CTL_PROC, PROC_CR3_LOAD)) {
        vmclr(VMCS_PROC_CTLS, PROC_CR3_LOAD);
        FAULTS(cr3_reserved, VEC_GP);
    }
    VMX_NEED(CTL_PROC, PROC_CR3_LOAD);
    EXITS(cr3_reserved, EXIT_CR, 3 | GPR(RSI));
}

GUEST(to_cr8, "mov %rcx, %cr8");
GUEST(from_cr8, "mov %cr8, %r10");
FW_CASE(cr8, "vmx.intercept.cr8", "SDM 3C, 26.1.3",
        "MOV to and from CR8 exit by their controls; without them it is the"
        " processor's")
{
    write_cr8(5);
    RUNS(from_cr8);
    FW_EQUAL(guest_regs.r10, 5);
    guest_regs.rcx = 3;
    RUNS(to_cr8);
    FW_EQUAL(read_cr8(), 3);
    write_cr8(0);
    guest_regs.rcx = 0x10;
    FAULTS(to_cr8, VEC_GP);
    VMX_NEED(CTL_PROC, PROC_CR8_LOAD | PROC_CR8_STORE);
    EXITS(to_cr8, EXIT_CR, 8 | GPR(RCX));
    EXITS(from_cr8, EXIT_CR, 8 | CR_FROM | GPR(R10));
}

GUEST(clts, "clts");
FW_CASE(clts_exit, "vmx.intercept.clts", "SDM 3C, 26.1.3, 26.3",
        "CLTS exits if TS is masked and set in the shadow; does nothing if it"
        " is masked and clear there")
{
    vmset(VMCS_GUEST_CR0, CR0_TS);
    vmwrite(VMCS_CR0_GUEST_HOST_MASK, CR0_TS);
    RUNS(clts);
    FW_CHECK(vmread(VMCS_GUEST_CR0) & CR0_TS, "TS was cleared");
    vmwrite(VMCS_CR0_READ_SHADOW, CR0_TS);
    EXITS(clts, EXIT_CR, CR_CLTS);
    vmwrite(VMCS_CR0_GUEST_HOST_MASK, 0);
    RUNS(clts);
    FW_CHECK(!(vmread(VMCS_GUEST_CR0) & CR0_TS), "TS was not cleared");
    guest_user();
    FAULTS(clts, VEC_GP);
}

GUEST(lmsw, "lmsw %bx");
GUEST(lmsw_mem, "lmsw 2(%rdi)");
FW_CASE(lmsw_exit, "vmx.intercept.lmsw", "SDM 3C, 26.1.3, 28.2.1",
        "LMSW exits for MP, EM, TS that differ, and for PE that it would set")
{
    uint16_t *word = scratch(0);

    vmwrite(VMCS_CR0_GUEST_HOST_MASK, CR0_PE | CR0_TS);
    vmwrite(VMCS_CR0_READ_SHADOW, CR0_PE | CR0_TS);
    guest_regs.rbx = 0xabc8;
    RUNS(lmsw);
    guest_regs.rbx = 0xabc1;
    EXITS(lmsw, EXIT_CR, CR_LMSW | LMSW_SOURCE(0xabc1));
    vmwrite(VMCS_CR0_READ_SHADOW, CR0_TS);
    guest_regs.rbx = 0xabc9;
    EXITS(lmsw, EXIT_CR, CR_LMSW | LMSW_SOURCE(0xabc9));
    word[1] = 0x5551;
    guest_regs.rdi = (uint64_t)word;
    EXITS(lmsw_mem, EXIT_CR, CR_LMSW | LMSW_MEMORY | LMSW_SOURCE(0x5551));
    FW_EQUAL(vmread(VMCS_GUEST_LINEAR_ADDRESS), (uint64_t)&word[1]);
}

FW_CASE(lmsw_fault, "vmx.intercept.lmsw-page-fault", "SDM 3C, 26.1.1",
        "The page fault of LMSW's operand has priority over its exit")
{
    vmwrite(VMCS_CR0_GUEST_HOST_MASK, CR0_PE | CR0_MP | CR0_EM | CR0_TS);
    vmwrite(VMCS_CR0_READ_SHADOW, CR0_MP | CR0_EM | CR0_TS);
    guest_regs.rdi = 0x7fff00000000;
    FAULTS(lmsw_mem, VEC_PF);
}

GUEST(to_dr, "mov %rbp, %db6");
GUEST(from_dr, "mov %db3, %r8");
GUEST(from_dr4, "mov %db4, %rax");
FW_CASE(mov_dr, "vmx.intercept.mov-dr", "SDM 3C, 26.1.3, 28.2.1",
        "MOV DR exits with \"MOV-DR exiting\": register and direction")
{
    RUNS(from_dr);
    VMX_NEED(CTL_PROC, PROC_MOV_DR);
    EXITS(to_dr, EXIT_DR, 6 | GPR(RBP));
    EXITS(from_dr, EXIT_DR, 3 | DR_FROM | GPR(R8));
}

FW_CASE(mov_dr_first, "vmx.intercept.mov-dr-priority", "SDM 3C, 26.1.3",
        "Its exit has priority over #GP by CPL, #UD by CR4.DE and #DB by"
        " DR7.GD")
{
    VMX_NEED(CTL_PROC, PROC_MOV_DR);
    vmset(VMCS_GUEST_CR4, CR4_DE);
    EXITS(from_dr4, EXIT_DR, 4 | DR_FROM | GPR(RAX));
    vmwrite(VMCS_GUEST_DR7, DR7_INIT | DR7_GD);
    EXITS(from_dr, EXIT_DR, 3 | DR_FROM | GPR(R8));
    guest_user();
    EXITS(from_dr, EXIT_DR, 3 | DR_FROM | GPR(R8));
}
