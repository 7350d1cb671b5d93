/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions that exit always, or by one control, without an operand */
#include "intercept.h"

#define CR4_OSXSAVE (1ull << 18)
#define CPUID1_MONITOR (1u << 3)
#define CPUID1_XSAVE   (1u << 26)

static uint32_t cpuid1_ecx(void)
{
    uint32_t r[4];

    cpuid(1, 0, r);
    return r[2];
}

GUEST(cpuid, "cpuid");
GUEST(cpuid_prefixed, ".byte 0x48, 0x0f, 0xa2");
FW_CASE(cpuid_exit, "vmx.intercept.cpuid", "SDM 3C, 26.1.2",
        "CPUID exits; its length counts the prefixes")
{
    guest_regs.rax = 1;
    EXITS(cpuid, EXIT_CPUID, 0);
    FW_EQUAL(guest_regs.rax, 1);
    EXITS(cpuid_prefixed, EXIT_CPUID, 0);
    guest_user();
    EXITS(cpuid, EXIT_CPUID, 0);
}

GUEST(invd, "invd");
FW_CASE(invd_exit, "vmx.intercept.invd", "SDM 3C, 26.1.2, 26.1.1",
        "INVD exits; at CPL 3 its #GP has priority")
{
    EXITS(invd, EXIT_INVD, 0);
    guest_user();
    FAULTS(invd, VEC_GP);
}

GUEST(xsetbv, "xsetbv");
FW_CASE(xsetbv_exit, "vmx.intercept.xsetbv", "SDM 3C, 26.1.2, 26.1.1",
        "XSETBV exits, before #GP for its operands; #UD by CR4.OSXSAVE and #GP"
        " by CPL come first")
{
    if (!(cpuid1_ecx() & CPUID1_XSAVE)) {
        FW_SKIP("the processor has no XSAVE");
    }
    vmclr(VMCS_GUEST_CR4, CR4_OSXSAVE);
    FAULTS(xsetbv, VEC_UD);
    vmset(VMCS_GUEST_CR4, CR4_OSXSAVE);
    guest_regs.rcx = 0x1234;
    EXITS(xsetbv, EXIT_XSETBV, 0);
    guest_user();
    FAULTS(xsetbv, VEC_GP);
}

GUEST(getsec, ".byte 0x0f, 0x37");
FW_CASE(getsec_ud, "vmx.intercept.getsec-ud", "SDM 3C, 26.1.1",
        "GETSEC with CR4.SMXE clear is #UD, not an exit")
{
    FAULTS(getsec, VEC_UD);
}

GUEST(rsm, "rsm");
FW_CASE(rsm_ud, "vmx.intercept.rsm-ud", "SDM 3C, 26.1.1",
        "RSM outside SMM is #UD")
{
    FAULTS(rsm, VEC_UD);
}

GUEST(ud2, "ud2");
FW_CASE(ud2_ud, "vmx.intercept.ud2", "SDM 3C, 26.1.1",
        "UD2 is #UD in a guest too")
{
    FAULTS(ud2, VEC_UD);
}

GUEST(vmlaunch, "vmlaunch");
GUEST(vmresume, "vmresume");
GUEST(vmxoff, "vmxoff");
GUEST(vmcall, "vmcall");
FW_CASE(vmx_insns, "vmx.intercept.vmx-instructions", "SDM 3C, 26.1.2",
        "VMCALL, VMLAUNCH, VMRESUME and VMXOFF exit, at any CPL")
{
    int user;

    for (user = 0; user < 2; user++) {
        EXITS(vmcall, EXIT_VMCALL, 0);
        EXITS(vmlaunch, EXIT_VMLAUNCH, 0);
        EXITS(vmresume, EXIT_VMRESUME, 0);
        EXITS(vmxoff, EXIT_VMXOFF, 0);
        guest_user();
    }
}

GUEST_CODE(vmcall32, 32, "vmcall");
GUEST_CODE(vmlaunch32, 32, "vmlaunch");
GUEST_CODE(vmread32, 32, "vmread %eax, %ecx");
GUEST_CODE(vmptrst32, 32, "vmptrst (%eax)");
FW_CASE(compatibility, "vmx.intercept.compatibility-mode",
        "SDM 3C, 26.1.1, 31.3",
        "In compatibility mode VMCALL exits, other VMX instructions are #UD")
{
    guest_compatibility();
    EXITS(vmcall32, EXIT_VMCALL, 0);
    FAULTS(vmlaunch32, VEC_UD);
    FAULTS(vmread32, VEC_UD);
    FAULTS(vmptrst32, VEC_UD);
}

GUEST(vmfunc, ".byte 0x0f, 0x01, 0xd4");
FW_CASE(vmfunc_ud, "vmx.intercept.vmfunc-ud", "SDM 3C, 26.5.6.2",
        "VMFUNC without \"enable VM functions\" is #UD")
{
    FAULTS(vmfunc, VEC_UD);
}

GUEST(hlt, "hlt");
FW_CASE(hlt_exit, "vmx.intercept.hlt", "SDM 3C, 26.1.3",
        "HLT exits with \"HLT exiting\"; at CPL 3 its #GP has priority")
{
    VMX_NEED(CTL_PROC, PROC_HLT);
    EXITS(hlt, EXIT_HLT, 0);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_ACTIVE);
    guest_user();
    FAULTS(hlt, VEC_GP);
}

GUEST(sti_hlt, "sti\n hlt");
FW_CASE(sti_hlt_exit, "vmx.intercept.sti-hlt", "SDM 3C, 28.3.4",
        "HLT behind STI exits with blocking by STI")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_HLT);
    run = vm_run((void (*)(void))guest_sti_hlt);
    EXPECT_EXIT(run, EXIT_HLT);
    FW_EQUAL(run.rip, (uint64_t)guest_sti_hlt + 1);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_STI);
    FW_CHECK(vmread(VMCS_GUEST_RFLAGS) & RFLAGS_IF, "IF is clear");
}

GUEST(mov_ss_cpuid, "mov %ss, %eax\n mov %eax, %ss\n cpuid");
FW_CASE(mov_ss, "vmx.intercept.mov-ss", "SDM 3C, 28.3.4",
        "CPUID behind MOV SS exits with blocking by MOV SS")
{
    VmxRun run = vm_run((void (*)(void))guest_mov_ss_cpuid);

    EXPECT_EXIT(run, EXIT_CPUID);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_MOV_SS);
}

GUEST(rdpmc, "rdpmc");
FW_CASE(rdpmc_exit, "vmx.intercept.rdpmc", "SDM 3C, 26.1.3, 26.1.1",
        "RDPMC exits, before #GP for its counter; #GP by CPL comes first")
{
    guest_regs.rcx = 0x3fffffff;
    FAULTS(rdpmc, VEC_GP);
    VMX_NEED(CTL_PROC, PROC_RDPMC);
    EXITS(rdpmc, EXIT_RDPMC, 0);
    guest_user();
    FAULTS(rdpmc, VEC_GP);
}

GUEST(mwait, "mwait");
FW_CASE(mwait_exit, "vmx.intercept.mwait", "SDM 3C, 26.1.3, 28.2.1",
        "MWAIT exits, before #GP for ECX; nothing is armed")
{
    if (!(cpuid1_ecx() & CPUID1_MONITOR)) {
        FW_SKIP("the processor has no MONITOR");
    }
    VMX_NEED(CTL_PROC, PROC_MWAIT);
    guest_regs.rcx = 0x100;
    EXITS(mwait, EXIT_MWAIT, 0);
    guest_user();
    FAULTS(mwait, VEC_UD);
}

GUEST(monitor, "monitor");
FW_CASE(monitor_exit, "vmx.intercept.monitor", "SDM 3C, 26.1.3",
        "MONITOR exits, before #GP for ECX and before its page fault")
{
    if (!(cpuid1_ecx() & CPUID1_MONITOR)) {
        FW_SKIP("the processor has no MONITOR");
    }
    VMX_NEED(CTL_PROC, PROC_MONITOR);
    guest_regs.rcx = 0x100;
    guest_regs.rax = 0x7fff00000000;
    EXITS(monitor, EXIT_MONITOR, 0);
}

GUEST(monitor_mwait, "xor %ecx, %ecx\n monitor\n mwait");
FW_CASE(mwait_armed, "vmx.intercept.mwait-armed", "SDM 3C, 28.2.1",
        "MWAIT behind MONITOR exits with bit 0 of the qualification")
{
    VmxRun run;

    if (!(cpuid1_ecx() & CPUID1_MONITOR)) {
        FW_SKIP("the processor has no MONITOR");
    }
    VMX_NEED(CTL_PROC, PROC_MWAIT);
    guest_regs.rax = (uint64_t)scratch(0);
    run = vm_run((void (*)(void))guest_monitor_mwait);
    EXPECT_EXIT(run, EXIT_MWAIT);
    FW_EQUAL(run.qualification, 1);
}

INTERCEPT_CASE(wbinvd, "vmx.intercept.wbinvd",
               "WBINVD exits with \"WBINVD exiting\"", CTL_PROC2, PROC2_WBINVD,
               "wbinvd", EXIT_WBINVD)
INTERCEPT_CASE(rdtsc, "vmx.intercept.rdtsc",
               "RDTSC exits with \"RDTSC exiting\"", CTL_PROC, PROC_RDTSC,
               "rdtsc", EXIT_RDTSC)
INTERCEPT_CASE(pause, "vmx.intercept.pause",
               "PAUSE exits with \"PAUSE exiting\"", CTL_PROC, PROC_PAUSE,
               "pause", EXIT_PAUSE)
