/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accesses to control registers: VM exits (SDM 3C, 26.1.3), guest/host masks
 * and read shadows (26.3), and the bits that VMX operation fixes (24.8).
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/helper-proto.h"
#include "exec/exec-all.h"
#include "tcg/helper-tcg.h"

/* Exit qualification of control-register accesses (28.2.1) */
#define CR_ACCESS_CLTS   (2u << 4)
#define CR_ACCESS_LMSW   (3u << 4)
#define CR_LMSW_MEMORY   (1u << 6)

#define CR0_LMSW_MASK (CR0_PE_MASK | CR0_MP_MASK | CR0_EM_MASK | CR0_TS_MASK)
/* The other bits of CR0's low half are reserved, and ignored when written. */
#define CR0_DEFINED (CR0_LMSW_MASK | CR0_ET_MASK | CR0_NE_MASK | CR0_WP_MASK \
                     | CR0_AM_MASK | CR0_NW_MASK | CR0_CD_MASK | CR0_PG_MASK)
#define CR8_TPR_MASK 0xfu

static uint64_t mask_of(const CPUX86State *env, int reg)
{
    return vmcs_read(env, reg ? VMCS_CR4_GUEST_HOST_MASK
                              : VMCS_CR0_GUEST_HOST_MASK);
}

static uint64_t shadow_of(const CPUX86State *env, int reg)
{
    return vmcs_read(env, reg ? VMCS_CR4_READ_SHADOW : VMCS_CR0_READ_SHADOW);
}

static bool is_cr3_target(CPUX86State *env, uint64_t val)
{
    uint32_t n = MIN(vmcs_read(env, VMCS_CR3_TARGET_COUNT), 4);
    uint32_t i;

    for (i = 0; i < n; i++) {
        if (vmcs_read(env, VMCS_CR3_TARGET_VALUE0 + i) == val) {
            return true;
        }
    }
    return false;
}

static bool load_exits(CPUX86State *env, int reg, uint64_t val)
{
    uint32_t proc = env->vmx->proc;

    switch (reg) {
    case 0:
    case 4:
        return (val ^ shadow_of(env, reg)) & mask_of(env, reg);
    case 3:
        return (proc & VMX_CPU_BASED_CR3_LOAD_EXITING)
            && !is_cr3_target(env, val);
    case 8:
        return proc & VMX_CPU_BASED_CR8_LOAD_EXITING;
    default:
        return false;
    }
}

static bool store_exits(CPUX86State *env, int reg)
{
    uint32_t proc = env->vmx->proc;

    return (reg == 3 && (proc & VMX_CPU_BASED_CR3_STORE_EXITING))
        || (reg == 8 && (proc & VMX_CPU_BASED_CR8_STORE_EXITING));
}

static G_NORETURN void cr_exit(CPUX86State *env, uint32_t qualification,
                               uint32_t len, uint64_t linear, uintptr_t ra)
{
    vmx_exit(env, &(VMXExit){
                 .reason = VMX_EXIT_CR_ACCESS,
                 .qualification = qualification,
                 .insn_len = len,
                 .guest_linear = linear,
             }, ra);
}

/* The number of the register is in bits 3:0 of the qualification. */
void helper_vmx_mov_to_cr(CPUX86State *env, uint32_t qualification,
                          uint32_t len, target_ulong val)
{
    if (load_exits(env, qualification & 0xf, val)) {
        cr_exit(env, qualification, len, 0, 0);
    }
}

void helper_vmx_mov_from_cr(CPUX86State *env, uint32_t qualification,
                            uint32_t len)
{
    if (store_exits(env, qualification & 0xf)) {
        cr_exit(env, qualification, len, 0, GETPC());
    }
}

target_ulong helper_vmx_read_cr(CPUX86State *env, uint32_t reg)
{
    return vmx_read_cr(env, reg);
}

/* TS is masked: exit if the guest sees it set; if it does not, there is
 * nothing to clear. */
void helper_vmx_clts(CPUX86State *env, uint32_t len)
{
    if (!(mask_of(env, 0) & CR0_TS_MASK)) {
        helper_clts(env);
    } else if (shadow_of(env, 0) & CR0_TS_MASK) {
        cr_exit(env, CR_ACCESS_CLTS, len, 0, GETPC());
    }
}

/* LMSW does not clear PE, so that a source with PE clear does not exit for
 * it. */
void helper_vmx_lmsw(CPUX86State *env, target_ulong source, uint32_t memory,
                     target_ulong linear, uint32_t len)
{
    uint64_t mask = mask_of(env, 0) & CR0_LMSW_MASK;
    uint64_t differ = (source ^ shadow_of(env, 0)) & mask;
    uint32_t qualification = CR_ACCESS_LMSW | (uint32_t)(source & 0xffff) << 16;

    if (!(source & CR0_PE_MASK)) {
        differ &= ~(uint64_t)CR0_PE_MASK;
    }
    if (differ) {
        if (memory) {
            qualification |= CR_LMSW_MEMORY;
        }
        cr_exit(env, qualification, len, memory ? linear : 0, GETPC());
    }
}

target_ulong vmx_read_cr(CPUX86State *env, int reg)
{
    uint64_t mask = mask_of(env, reg);

    return (env->cr[reg] & ~mask) | (shadow_of(env, reg) & mask);
}

/* SDM 3A, "Control Registers": combinations that a MOV may not load */
static bool cr0_valid(CPUX86State *env, uint64_t val)
{
    bool pg = val & CR0_PG_MASK;

    if ((pg && !(val & CR0_PE_MASK))
        || ((val & CR0_NW_MASK) && !(val & CR0_CD_MASK))) {
        return false;
    }
    if (!pg) {
        return !(env->hflags & HF_CS64_MASK);
    }
    if (!(env->cr[0] & CR0_PG_MASK) && (env->efer & MSR_EFER_LME)) {
        return (env->cr[4] & CR4_PAE_MASK)
            && !(env->segs[R_CS].flags & DESC_L_MASK);
    }
    return true;
}

static bool cr0_fixed_valid(CPUX86State *env, uint64_t val)
{
    VMXState *vmx = env->vmx;
    uint64_t fixed0 = vmx->caps.cr0_fixed0;

    if (!vmx->on) {
        return true;
    }
    if (vmx_nonroot(env)
        && (vmx->proc2 & VMX_SECONDARY_EXEC_UNRESTRICTED_GUEST)) {
        fixed0 &= ~(uint64_t)(CR0_PE_MASK | CR0_PG_MASK);
    }
    return !(fixed0 & ~val) && !(val & ~vmx->caps.cr0_fixed1);
}

static bool cr4_valid(CPUX86State *env, uint64_t val)
{
    VMXState *vmx = env->vmx;
    /* The mask is that of processors without VMX. */
    uint64_t reserved = cr4_reserved_bits(env) & ~(uint64_t)CR4_VMXE_MASK;

    if (val & (reserved | ~vmx->caps.cr4_fixed1)) {
        return false;
    }
    if ((env->efer & MSR_EFER_LMA)
        && (!(val & CR4_PAE_MASK) || ((val ^ env->cr[4]) & CR4_LA57_MASK))) {
        return false;
    }
    return !vmx->on || !(vmx->caps.cr4_fixed0 & ~val);
}

static bool cr3_valid(CPUX86State *env, uint64_t val)
{
    return !(env->efer & MSR_EFER_LMA)
        || !(val & (~0ull << env_archcpu(env)->phys_bits));
}

/* Bits that the host owns stay as they are. */
static uint64_t apply_mask(CPUX86State *env, int reg, uint64_t val)
{
    uint64_t mask = vmx_nonroot(env) ? mask_of(env, reg) : 0;

    return (val & ~mask) | (env->cr[reg] & mask);
}

target_ulong vmx_write_cr(CPUX86State *env, int reg, target_ulong val,
                          uintptr_t ra)
{
    bool valid = true;

    switch (reg) {
    case 0:
        valid = !((uint64_t)val >> 32);
        val = (apply_mask(env, 0, val) & CR0_DEFINED) | CR0_ET_MASK;
        valid = valid && cr0_valid(env, val) && cr0_fixed_valid(env, val);
        break;
    case 3:
        valid = cr3_valid(env, val);
        break;
    case 4:
        val = apply_mask(env, 4, val);
        valid = cr4_valid(env, val);
        break;
    case 8:
        valid = !(val & ~(target_ulong)CR8_TPR_MASK);
        break;
    default:
        break;
    }
    if (!valid) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
    if (vmx_nonroot(env)) {
        vmx_load_pdptes(env, reg, val, ra);
    }
    return val;
}
