/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Model-specific registers of a processor that offers VMX: those that VMX adds
 * (SDM 4, "Architectural MSRs"), and the checks of RDMSR and WRMSR, as loads by
 * VM entry and VM exit make them too (SDM 3C, 27.4, 28.6).
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "tcg/helper-tcg.h"

#define MSR_IA32_VMX_PROCBASED_CTLS3 0x492

/* The capability MSR, or false if the processor does not have it (appendix A) */
static bool read_capability(const VMXCaps *caps, uint32_t msr, uint64_t *val)
{
    bool exists = true;

    switch (msr) {
    case MSR_IA32_VMX_BASIC:
        *val = caps->basic;
        break;
    case MSR_IA32_VMX_PINBASED_CTLS:
        *val = caps->pin;
        break;
    case MSR_IA32_VMX_PROCBASED_CTLS:
        *val = caps->proc;
        break;
    case MSR_IA32_VMX_EXIT_CTLS:
        *val = caps->exit;
        break;
    case MSR_IA32_VMX_ENTRY_CTLS:
        *val = caps->entry;
        break;
    case MSR_IA32_VMX_MISC:
        *val = caps->misc;
        break;
    case MSR_IA32_VMX_CR0_FIXED0:
        *val = caps->cr0_fixed0;
        break;
    case MSR_IA32_VMX_CR0_FIXED1:
        *val = caps->cr0_fixed1;
        break;
    case MSR_IA32_VMX_CR4_FIXED0:
        *val = caps->cr4_fixed0;
        break;
    case MSR_IA32_VMX_CR4_FIXED1:
        *val = caps->cr4_fixed1;
        break;
    case MSR_IA32_VMX_VMCS_ENUM:
        *val = caps->vmcs_enum;
        break;
    case MSR_IA32_VMX_PROCBASED_CTLS2:
        *val = caps->proc2;
        exists = vmx_cap_allows(caps->proc,
                                VMX_CPU_BASED_ACTIVATE_SECONDARY_CONTROLS);
        break;
    case MSR_IA32_VMX_EPT_VPID_CAP:
        *val = caps->ept_vpid;
        exists = vmx_cap_allows(caps->proc2, VMX_SECONDARY_EXEC_ENABLE_EPT
                                | VMX_SECONDARY_EXEC_ENABLE_VPID);
        break;
    case MSR_IA32_VMX_TRUE_PINBASED_CTLS:
        *val = caps->true_pin;
        exists = caps->basic & MSR_VMX_BASIC_TRUE_CTLS;
        break;
    case MSR_IA32_VMX_TRUE_PROCBASED_CTLS:
        *val = caps->true_proc;
        exists = caps->basic & MSR_VMX_BASIC_TRUE_CTLS;
        break;
    case MSR_IA32_VMX_TRUE_EXIT_CTLS:
        *val = caps->true_exit;
        exists = caps->basic & MSR_VMX_BASIC_TRUE_CTLS;
        break;
    case MSR_IA32_VMX_TRUE_ENTRY_CTLS:
        *val = caps->true_entry;
        exists = caps->basic & MSR_VMX_BASIC_TRUE_CTLS;
        break;
    case MSR_IA32_VMX_VMFUNC:
        *val = caps->vmfunc;
        exists = vmx_cap_allows(caps->proc2, VMX_SECONDARY_EXEC_ENABLE_VMFUNC);
        break;
    case MSR_IA32_VMX_PROCBASED_CTLS3:
        *val = caps->proc3;
        exists = caps->proc3 != 0;
        break;
    default:
        exists = false;
        break;
    }
    return exists;
}

static bool is_capability(uint32_t msr)
{
    return msr >= MSR_IA32_VMX_BASIC && msr <= MSR_IA32_VMX_PROCBASED_CTLS3;
}

bool vmx_rdmsr(CPUX86State *env, uint32_t msr, uint64_t *val, bool *gp)
{
    VMXState *vmx = env->vmx;

    *gp = false;
    if (!vmx) {
        return false;
    }
    switch (msr) {
    case MSR_IA32_FEATURE_CONTROL:
        *val = env->msr_ia32_feature_control;
        return true;
    case MSR_IA32_DEBUGCTL:
        *val = vmx->debugctl;
        return true;
    case MSR_IA32_TSC:
        *val = cpu_get_tsc(env) + vmx->tsc_adjust;
        return true;
    default:
        if (!is_capability(msr)) {
            return false;
        }
        *gp = !read_capability(&vmx->caps, msr, val);
        return true;
    }
}

/* Writes -------------------------------------------------------------------- */

static bool write_feature_control(CPUX86State *env, uint64_t val)
{
    uint64_t valid = FEATURE_CONTROL_LOCKED
        | FEATURE_CONTROL_VMXON_ENABLED_OUTSIDE_SMX;

    if (env->mcg_cap & MCG_LMCE_P) {
        valid |= FEATURE_CONTROL_LMCE;
    }
    if ((env->msr_ia32_feature_control & FEATURE_CONTROL_LOCKED)
        || (val & ~valid)) {
        return false;
    }
    env->msr_ia32_feature_control = val;
    return true;
}

bool vmx_wrmsr(CPUX86State *env, uint32_t msr, uint64_t val, bool *gp)
{
    VMXState *vmx = env->vmx;

    *gp = false;
    if (!vmx) {
        return false;
    }
    switch (msr) {
    case MSR_IA32_FEATURE_CONTROL:
        *gp = !write_feature_control(env, val);
        return true;
    case MSR_IA32_DEBUGCTL:
        *gp = val & ~VMX_DEBUGCTL_VALID;
        vmx->debugctl = *gp ? vmx->debugctl : val;
        return true;
    case MSR_IA32_TSC:
        vmx->tsc_adjust = val - cpu_get_tsc(env);
        return true;
    default:
        *gp = is_capability(msr);
        return *gp;
    }
}

/* SDM 3A, "Programming the PAT": UC, WC, WT, WP, WB, UC- */
bool vmx_valid_pat(uint64_t pat)
{
    int i;

    for (i = 0; i < 64; i += 8) {
        uint8_t type = pat >> i;

        if (type > 7 || type == 2 || type == 3) {
            return false;
        }
    }
    return true;
}

uint64_t vmx_efer_valid(const CPUX86State *env)
{
    uint64_t valid = 0;
    uint32_t edx = env->features[FEAT_8000_0001_EDX];

    valid |= edx & CPUID_EXT2_SYSCALL ? MSR_EFER_SCE : 0;
    valid |= edx & CPUID_EXT2_LM ? MSR_EFER_LME | MSR_EFER_LMA : 0;
    valid |= edx & CPUID_EXT2_NX ? MSR_EFER_NXE : 0;
    valid |= edx & CPUID_EXT2_FFXSR ? MSR_EFER_FFXSR : 0;
    if (env->features[FEAT_8000_0001_ECX] & CPUID_EXT3_SVM) {
        valid |= MSR_EFER_SVME;
    }
    return valid;
}

/* LME does not change under paging; a write leaves LMA alone. */
static bool may_write_efer(const CPUX86State *env, uint64_t val)
{
    return !(val & ~vmx_efer_valid(env))
        && !((env->cr[0] & CR0_PG_MASK) && ((val ^ env->efer) & MSR_EFER_LME));
}

/* What WRMSR refuses, in registers that QEMU takes as they come */
static bool may_write(const CPUX86State *env, uint32_t msr, uint64_t val)
{
    switch (msr) {
    case MSR_IA32_SYSENTER_ESP:
    case MSR_IA32_SYSENTER_EIP:
    case MSR_LSTAR:
    case MSR_CSTAR:
    case MSR_FSBASE:
    case MSR_GSBASE:
    case MSR_KERNELGSBASE:
        return vmx_canonical(env, val);
    case MSR_PAT:
        return vmx_valid_pat(val);
    case MSR_EFER:
        return may_write_efer(env, val);
    case MSR_TSC_AUX:
        return !(val >> 32);
    default:
        return true;
    }
}

bool vmx_msr_write(CPUX86State *env, uint32_t msr, uint64_t val)
{
    bool gp;

    if (vmx_wrmsr(env, msr, val, &gp)) {
        return !gp;
    }
    return may_write(env, msr, val) && x86_write_msr(env, msr, val);
}

bool vmx_msr_read(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    bool gp;

    if (vmx_rdmsr(env, msr, val, &gp)) {
        return !gp;
    }
    return x86_read_msr(env, msr, val);
}
