/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VM exits that instructions cause, and instructions that behave otherwise in
 * non-root operation (SDM 3C, 26.1 and 26.3), except accesses to control and
 * debug registers (vmx-intercept-cr.c) and I/O (vmx-intercept-io.c).
 *
 * The translator (vmx-translate.c.inc) calls these before the instruction is
 * executed, with its length, and has checked what has priority over an exit
 * and can be told from the translation flags.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/helper-proto.h"
#include "exec/exec-all.h"
#include "tcg/helper-tcg.h"

/* 26.1.3: the control that makes an instruction cause an exit */
static bool exits(const VMXState *vmx, VMXExitReason reason)
{
    switch (reason) {
    case VMX_EXIT_HLT:
        return vmx->proc & VMX_CPU_BASED_HLT_EXITING;
    case VMX_EXIT_INVLPG:
        return vmx->proc & VMX_CPU_BASED_INVLPG_EXITING;
    case VMX_EXIT_RDPMC:
        return vmx->proc & VMX_CPU_BASED_RDPMC_EXITING;
    case VMX_EXIT_RDTSC:
    case VMX_EXIT_RDTSCP:
        return vmx->proc & VMX_CPU_BASED_RDTSC_EXITING;
    case VMX_EXIT_MONITOR:
        return vmx->proc & VMX_CPU_BASED_MONITOR_EXITING;
    case VMX_EXIT_MWAIT:
        return vmx->proc & VMX_CPU_BASED_MWAIT_EXITING;
    case VMX_EXIT_DR_ACCESS:
        return vmx->proc & VMX_CPU_BASED_MOV_DR_EXITING;
    case VMX_EXIT_GDTR_IDTR_ACCESS:
    case VMX_EXIT_LDTR_TR_ACCESS:
        return vmx->proc2 & VMX_SECONDARY_EXEC_DESC;
    case VMX_EXIT_WBINVD:
        return vmx->proc2 & VMX_SECONDARY_EXEC_WBINVD_EXITING;
    case VMX_EXIT_RDRAND:
        return vmx->proc2 & VMX_SECONDARY_EXEC_RDRAND_EXITING;
    case VMX_EXIT_RDSEED:
        return vmx->proc2 & VMX_SECONDARY_EXEC_RDSEED_EXITING;
    default:
        return true;
    }
}

/* 26.1.2: always an exit. The translator has brought RIP and the condition
 * codes up to date, and ends its block. */
G_NORETURN void helper_vmx_exit_insn(CPUX86State *env, uint32_t reason,
                                     uint32_t len, uint32_t info,
                                     target_ulong qualification)
{
    vmx_exit(env, &(VMXExit){
                 .reason = reason,
                 .qualification = qualification,
                 .insn_len = len,
                 .insn_info = info,
             }, 0);
}

void helper_vmx_intercept(CPUX86State *env, uint32_t reason, uint32_t len,
                          uint32_t info, target_ulong qualification)
{
    if (exits(env->vmx, reason)) {
        vmx_exit(env, &(VMXExit){
                     .reason = reason,
                     .qualification = qualification,
                     .insn_len = len,
                     .insn_info = info,
                 }, GETPC());
    }
}

/* #UD and #GP that CR4 decides have priority over the exit (26.1.1). */
static void check_rdtsc_fault(CPUX86State *env, VMXExitReason reason,
                              uintptr_t ra)
{
    if (reason == VMX_EXIT_RDTSCP
        && !(env->vmx->proc2 & VMX_SECONDARY_EXEC_RDTSCP)) {
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
    if ((env->cr[4] & CR4_TSD_MASK) && (env->hflags & HF_CPL_MASK)) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
}

void helper_vmx_rdtsc(CPUX86State *env, uint32_t reason, uint32_t len)
{
    uintptr_t ra = GETPC();

    check_rdtsc_fault(env, reason, ra);
    if (exits(env->vmx, reason)) {
        vmx_exit(env, &(VMXExit){ .reason = reason, .insn_len = len }, ra);
    }
}

/* 26.3: RDPID is not there without "enable RDTSCP". */
void helper_vmx_rdpid(CPUX86State *env)
{
    if (!(env->vmx->proc2 & VMX_SECONDARY_EXEC_RDTSCP)) {
        raise_exception_ra(env, EXCP06_ILLOP, GETPC());
    }
}

void helper_vmx_rdpmc(CPUX86State *env, uint32_t len)
{
    uintptr_t ra = GETPC();

    if (!(env->cr[4] & CR4_PCE_MASK) && (env->hflags & HF_CPL_MASK)) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
    if (exits(env->vmx, VMX_EXIT_RDPMC)) {
        vmx_exit(env, &(VMXExit){ .reason = VMX_EXIT_RDPMC, .insn_len = len },
                 ra);
    }
    /* CPUID.0AH has no counters: none has a valid index. */
    raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
}

G_NORETURN void helper_vmx_xsetbv(CPUX86State *env, uint32_t len)
{
    uintptr_t ra = GETPC();

    if (!(env->cr[4] & CR4_OSXSAVE_MASK)) {
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
    if (env->hflags & HF_CPL_MASK) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
    vmx_exit(env, &(VMXExit){ .reason = VMX_EXIT_XSETBV, .insn_len = len },
             ra);
}

void helper_vmx_hlt(CPUX86State *env, uint32_t len)
{
    if (exits(env->vmx, VMX_EXIT_HLT)) {
        vmx_exit(env, &(VMXExit){ .reason = VMX_EXIT_HLT, .insn_len = len }, 0);
    }
}

/* "Exit Qualification for MWAIT" (28.2.1): bit 0, monitoring is armed */
void helper_vmx_mwait(CPUX86State *env, uint32_t len)
{
    VMXState *vmx = env->vmx;
    bool armed = vmx->monitor_armed;

    vmx->monitor_armed = false;
    if (exits(vmx, VMX_EXIT_MWAIT)) {
        vmx_exit(env, &(VMXExit){
                     .reason = VMX_EXIT_MWAIT,
                     .qualification = armed,
                     .insn_len = len,
                 }, GETPC());
    }
}

void helper_vmx_monitor(CPUX86State *env, uint32_t len)
{
    if (exits(env->vmx, VMX_EXIT_MONITOR)) {
        vmx_exit(env, &(VMXExit){ .reason = VMX_EXIT_MONITOR, .insn_len = len },
                 GETPC());
    }
    env->vmx->monitor_armed = true;
}

/*
 * PAUSE-loop exiting (26.1.3): a PAUSE that comes more than PLE_Gap after the
 * one before it begins a loop; one that comes more than PLE_Window after the
 * begin of its loop exits. Time is that of the TSC, without offset.
 */
static bool pause_loop_exits(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    uint64_t now = cpu_get_tsc(env);
    bool first = !vmx->ple_last
        || now - vmx->ple_last > vmcs_read(env, VMCS_PLE_GAP);

    vmx->ple_last = MAX(now, 1);
    if (first) {
        vmx->ple_first = now;
        return false;
    }
    return now - vmx->ple_first > vmcs_read(env, VMCS_PLE_WINDOW);
}

void helper_vmx_pause(CPUX86State *env, uint32_t len)
{
    VMXState *vmx = env->vmx;
    bool exit = vmx->proc & VMX_CPU_BASED_PAUSE_EXITING;

    if (!exit && !(env->hflags & HF_CPL_MASK)
        && (vmx->proc2 & VMX_SECONDARY_EXEC_PAUSE_LOOP_EXITING)) {
        exit = pause_loop_exits(env);
    }
    if (exit) {
        vmx_exit(env, &(VMXExit){ .reason = VMX_EXIT_PAUSE, .insn_len = len },
                 0);
    }
}

/* The four bitmaps of the MSR-bitmap page (25.6.9) */
#define MSR_LOW_END     0x2000u
#define MSR_HIGH_BASE   0xc0000000u
#define MSR_HIGH_BITMAP 1024
#define MSR_WRITE       2048

static bool msr_exits(CPUX86State *env, uint32_t msr, bool write)
{
    hwaddr pa = vmcs_read(env, VMCS_MSR_BITMAP) + (write ? MSR_WRITE : 0);

    if (!(env->vmx->proc & VMX_CPU_BASED_USE_MSR_BITMAPS)) {
        return true;
    }
    if (msr - MSR_HIGH_BASE < MSR_LOW_END) {
        msr -= MSR_HIGH_BASE;
        pa += MSR_HIGH_BITMAP;
    } else if (msr >= MSR_LOW_END) {
        return true;
    }
    return vmx_phys_read8(env, pa + msr / 8) & (1u << (msr % 8));
}

void helper_vmx_rdmsr(CPUX86State *env, uint32_t len)
{
    if (msr_exits(env, env->regs[R_ECX], false)) {
        vmx_exit(env, &(VMXExit){ .reason = VMX_EXIT_RDMSR, .insn_len = len },
                 0);
    }
}

void helper_vmx_wrmsr(CPUX86State *env, uint32_t len)
{
    if (msr_exits(env, env->regs[R_ECX], true)) {
        vmx_exit(env, &(VMXExit){ .reason = VMX_EXIT_WRMSR, .insn_len = len },
                 0);
    }
}

/* The exit, if any, has been taken before: the translator knows the length. */
bool vmx_intercept_rdmsr(CPUX86State *env, uint32_t msr, uint64_t *val,
                         uintptr_t ra)
{
    if (msr == MSR_IA32_TSC) {
        *val = vmx_read_tsc(env, cpu_get_tsc(env));
        return true;
    }
    return vmx_x2apic_read(env, msr, val, ra);
}

/* A write of the TSC is not virtualized: neither offset nor multiplier is in
 * the way of it (26.3). */
bool vmx_intercept_wrmsr(CPUX86State *env, uint32_t msr, uint64_t val,
                         uintptr_t ra)
{
    return vmx_x2apic_write(env, msr, val, ra);
}

/* 26.3, "RDTSC": (TSC * multiplier >> 48) + offset */
uint64_t vmx_read_tsc(CPUX86State *env, uint64_t host_tsc)
{
    VMXState *vmx = env->vmx;
    uint64_t tsc = host_tsc + vmx->tsc_adjust;

    if (!vmx_nonroot(env) || !(vmx->proc & VMX_CPU_BASED_USE_TSC_OFFSETING)) {
        return tsc;
    }
    if (vmx->proc2 & VMX_SECONDARY_EXEC_TSC_SCALING) {
        uint64_t low, high;

        mulu64(&low, &high, tsc, vmcs_read(env, VMCS_TSC_MULTIPLIER));
        tsc = high << 16 | low >> 48;
    }
    return tsc + vmcs_read(env, VMCS_TSC_OFFSET);
}
