/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMX instructions in VMX root operation and outside VMX operation (SDM 3C,
 * ch. 31, the pseudo-code of each instruction). The translator has raised #UD
 * for modes and operand forms, and has made VMX non-root operation exit,
 * before it calls these.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/helper-proto.h"
#include "exec/cpu_ldst.h"
#include "tcg/helper-tcg.h"

#define INVEPT_SINGLE_CONTEXT 1
#define INVEPT_ALL_CONTEXTS   2

#define INVVPID_INDIVIDUAL_ADDRESS           0
#define INVVPID_SINGLE_CONTEXT               1
#define INVVPID_ALL_CONTEXTS                 2
#define INVVPID_SINGLE_CONTEXT_KEEP_GLOBALS  3

static bool mode64(const CPUX86State *env)
{
    return env->hflags & HF_CS64_MASK;
}

/* What every instruction but VMXON begins with: #UD outside VMX operation, then
 * #GP(0) unless CPL is 0. */
static void check_root(CPUX86State *env, uintptr_t ra)
{
    if (!vmx_operation(env)) {
        raise_exception_ra(env, EXCP06_ILLOP, ra);
    }
    if (env->hflags & HF_CPL_MASK) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
}

/* VMXON, VMXOFF ------------------------------------------------------------ */

/* 24.8: bits that are fixed in VMX operation */
static bool fixed_bits_hold(uint64_t cr, uint64_t fixed0, uint64_t fixed1)
{
    return (cr & fixed0) == fixed0 && !(cr & ~fixed1);
}

static bool may_enter_vmx_operation(const CPUX86State *env)
{
    const VMXCaps *caps = &env->vmx->caps;
    const uint64_t enabled = FEATURE_CONTROL_LOCKED
        | FEATURE_CONTROL_VMXON_ENABLED_OUTSIDE_SMX;

    return !(env->hflags & HF_CPL_MASK)
        && env->a20_mask == -1
        && fixed_bits_hold(env->cr[0], caps->cr0_fixed0, caps->cr0_fixed1)
        && fixed_bits_hold(env->cr[4], caps->cr4_fixed0, caps->cr4_fixed1)
        && (env->msr_ia32_feature_control & enabled) == enabled;
}

static bool region_address_valid(const CPUX86State *env, uint64_t pa)
{
    return !(pa & (VMCS_REGION_SIZE - 1)) && vmx_valid_physical(env, pa);
}

/* The revision identifier, with the shadow-VMCS indicator clear: VMCS
 * shadowing is not offered. */
static bool revision_valid(CPUX86State *env, uint64_t pa)
{
    return vmcs_revision(env, pa)
        == (env->vmx->caps.basic & MSR_VMX_BASIC_VMCS_REVISION_MASK);
}

static void enter_vmx_operation(CPUX86State *env, uint64_t pa)
{
    VMXState *vmx = env->vmx;

    vmx->on = true;
    vmx->vmxon_pointer = pa;
    vmx->vmcs_pointer = VMX_NO_POINTER;
    vmx->launched = 0;
}

static void vmxon_outside(CPUX86State *env, target_ulong addr, uintptr_t ra)
{
    uint64_t pa;

    if (!may_enter_vmx_operation(env)) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
    pa = cpu_ldq_data_ra(env, addr, ra);
    if (!region_address_valid(env, pa) || !revision_valid(env, pa)) {
        vmx_fail_invalid(env);
        return;
    }
    enter_vmx_operation(env, pa);
    vmx_succeed(env);
}

void helper_vmxon(CPUX86State *env, target_ulong addr)
{
    if (!env->vmx || !(env->cr[4] & CR4_VMXE_MASK)) {
        raise_exception_ra(env, EXCP06_ILLOP, GETPC());
    }
    if (!vmx_operation(env)) {
        vmxon_outside(env, addr, GETPC());
        return;
    }
    check_root(env, GETPC());
    vmx_fail(env, VMX_ERR_VMXON_IN_ROOT);
}

void helper_vmxoff(CPUX86State *env)
{
    check_root(env, GETPC());
    vmx_leave_operation(env);
    vmx_operation_left(env);
    vmx_succeed(env);
}

/* VMCLEAR, VMPTRLD, VMPTRST ------------------------------------------------ */

void helper_vmclear(CPUX86State *env, target_ulong addr)
{
    uint64_t pa;

    check_root(env, GETPC());
    pa = cpu_ldq_data_ra(env, addr, GETPC());
    if (!region_address_valid(env, pa)) {
        vmx_fail(env, VMX_ERR_VMCLEAR_INVALID_ADDRESS);
    } else if (pa == env->vmx->vmxon_pointer) {
        vmx_fail(env, VMX_ERR_VMCLEAR_VMXON_POINTER);
    } else {
        vmcs_clear(env, pa);
        vmx_succeed(env);
    }
}

void helper_vmptrld(CPUX86State *env, target_ulong addr)
{
    uint64_t pa;

    check_root(env, GETPC());
    pa = cpu_ldq_data_ra(env, addr, GETPC());
    if (!region_address_valid(env, pa)) {
        vmx_fail(env, VMX_ERR_VMPTRLD_INVALID_ADDRESS);
    } else if (pa == env->vmx->vmxon_pointer) {
        vmx_fail(env, VMX_ERR_VMPTRLD_VMXON_POINTER);
    } else if (!revision_valid(env, pa)) {
        vmx_fail(env, VMX_ERR_VMPTRLD_REVISION);
    } else {
        vmcs_make_current(env, pa);
        vmx_succeed(env);
    }
}

void helper_vmptrst(CPUX86State *env, target_ulong addr)
{
    check_root(env, GETPC());
    cpu_stq_data_ra(env, addr, env->vmx->vmcs_pointer, GETPC());
    vmx_succeed(env);
}

/* VMREAD, VMWRITE ---------------------------------------------------------- */

/* The field that an operand names, or -1. The operand has 64 bits in 64-bit
 * mode, and the upper half must be 0 then. */
static int find_component(CPUX86State *env, target_ulong operand)
{
    int field;

    if (!mode64(env)) {
        operand = (uint32_t)operand;
    } else if (operand >> 32) {
        return -1;
    }
    field = vmcs_find(env->vmx, operand);
    if (field >= 0 && VMCS_ENCODING_HIGH(operand)
        && VMCS_ENCODING_WIDTH(operand) != VMCS_WIDTH_64) {
        return -1;
    }
    return field;
}

static bool have_current(CPUX86State *env)
{
    if (env->vmx->vmcs_pointer == VMX_NO_POINTER) {
        vmx_fail_invalid(env);
        return false;
    }
    return true;
}

/* False: VMfail, in RFLAGS */
static bool read_component(CPUX86State *env, target_ulong operand,
                           uint64_t *val)
{
    int field;

    if (!have_current(env)) {
        return false;
    }
    field = find_component(env, operand);
    if (field < 0) {
        vmx_fail(env, VMX_ERR_UNSUPPORTED_COMPONENT);
        return false;
    }
    *val = vmcs_read(env, field);
    if (VMCS_ENCODING_HIGH(operand)) {
        *val >>= 32;
    }
    if (!mode64(env)) {
        *val = (uint32_t)*val;
    }
    return true;
}

target_ulong helper_vmread_reg(CPUX86State *env, target_ulong operand,
                               target_ulong old)
{
    uint64_t val;

    check_root(env, GETPC());
    if (!read_component(env, operand, &val)) {
        return old;
    }
    vmx_succeed(env);
    return val;
}

void helper_vmread_mem(CPUX86State *env, target_ulong operand,
                       target_ulong addr, uint32_t size)
{
    uint64_t val;

    check_root(env, GETPC());
    if (!read_component(env, operand, &val)) {
        return;
    }
    if (size == 8) {
        cpu_stq_data_ra(env, addr, val, GETPC());
    } else {
        cpu_stl_data_ra(env, addr, val, GETPC());
    }
    vmx_succeed(env);
}

static void store_component(CPUX86State *env, int field, target_ulong operand,
                            uint64_t val)
{
    uint64_t old = vmcs_read(env, field);

    if (VMCS_ENCODING_HIGH(operand)) {
        val = deposit64(old, 32, 32, val);
    }
    val &= vmcs_width_mask(field);
    vmcs_write(env, field, val);
    if (val != old && VMCS_ENCODING_TYPE(operand) != VMCS_TYPE_GUEST) {
        env->vmx->entry_checked = false;
    }
}

static void write_component(CPUX86State *env, target_ulong operand,
                            uint64_t val)
{
    int field = find_component(env, operand);

    if (field < 0) {
        vmx_fail(env, VMX_ERR_UNSUPPORTED_COMPONENT);
    } else if (VMCS_ENCODING_TYPE(operand) == VMCS_TYPE_READ_ONLY
               && !(env->vmx->caps.misc & MSR_VMX_MISC_VMWRITE_VMEXIT)) {
        vmx_fail(env, VMX_ERR_READ_ONLY_COMPONENT);
    } else {
        store_component(env, field, operand, val);
        vmx_succeed(env);
    }
}

void helper_vmwrite_reg(CPUX86State *env, target_ulong operand,
                        target_ulong val)
{
    check_root(env, GETPC());
    if (have_current(env)) {
        write_component(env, operand, mode64(env) ? val : (uint32_t)val);
    }
}

void helper_vmwrite_mem(CPUX86State *env, target_ulong operand,
                        target_ulong addr, uint32_t size)
{
    uint64_t val;

    check_root(env, GETPC());
    if (!have_current(env)) {
        return;
    }
    val = size == 8 ? cpu_ldq_data_ra(env, addr, GETPC())
        : cpu_ldl_data_ra(env, addr, GETPC());
    write_component(env, operand, val);
}

/* VMLAUNCH, VMRESUME, VMCALL, VMFUNC --------------------------------------- */

static target_ulong next_rip(const CPUX86State *env, uint32_t insn_len)
{
    target_ulong rip = env->eip + insn_len;

    return mode64(env) ? rip : (uint32_t)rip;
}

static bool launch_state_valid(CPUX86State *env, bool resume)
{
    if (vmx_blocking(env) & VMX_BLOCKING_MOV_SS) {
        vmx_fail(env, VMX_ERR_ENTRY_MOV_SS);
    } else if (!resume && env->vmx->launched) {
        vmx_fail(env, VMX_ERR_VMLAUNCH_NON_CLEAR);
    } else if (resume && !env->vmx->launched) {
        vmx_fail(env, VMX_ERR_VMRESUME_NON_LAUNCHED);
    } else {
        return true;
    }
    return false;
}

static void launch(CPUX86State *env, bool resume, uint32_t insn_len,
                   uintptr_t ra)
{
    target_ulong next = next_rip(env, insn_len);

    check_root(env, ra);
    if (!have_current(env) || !launch_state_valid(env, resume)) {
        do_end_instruction(env);
        env->eip = next;
    } else {
        do_end_instruction(env);
        vmx_entry(env, resume, next);
    }
    if (!vmx_nonroot(env)) {
        helper_rechecking_single_step(env);
    }
}

void helper_vmlaunch(CPUX86State *env, uint32_t insn_len)
{
    launch(env, false, insn_len, GETPC());
}

void helper_vmresume(CPUX86State *env, uint32_t insn_len)
{
    launch(env, true, insn_len, GETPC());
}

/* There is no dual-monitor treatment of SMIs and SMM. */
void helper_vmcall(CPUX86State *env)
{
    check_root(env, GETPC());
    vmx_fail(env, VMX_ERR_VMCALL_IN_ROOT);
}

void helper_vmfunc(CPUX86State *env)
{
    raise_exception_ra(env, EXCP06_ILLOP, GETPC());
}

/* INVEPT, INVVPID ---------------------------------------------------------- */

bool vmx_valid_eptp(const CPUX86State *env, uint64_t eptp)
{
    uint64_t caps = env->vmx->caps.ept_vpid;
    uint32_t memory_type = extract64(eptp, 0, 3);
    bool type_valid = memory_type == 6 ? caps & MSR_VMX_EPT_WB
        : memory_type == 0 ? caps & MSR_VMX_EPT_UC : false;

    return type_valid
        && extract64(eptp, 3, 3) == 3
        && (caps & MSR_VMX_EPT_PAGE_WALK_LENGTH_4)
        && (!extract64(eptp, 6, 1) || (caps & MSR_VMX_EPT_AD_BITS))
        && !extract64(eptp, 7, 5)
        && vmx_valid_physical(env, eptp);
}

/* The type operand as a bit of IA32_VMX_EPT_VPID_CAP that starts at base */
static bool type_offered(const CPUX86State *env, target_ulong type, int base)
{
    if (!mode64(env)) {
        type = (uint32_t)type;
    }
    return type < 4 && extract64(env->vmx->caps.ept_vpid, base + type, 1);
}

void helper_invept(CPUX86State *env, target_ulong type, target_ulong addr)
{
    uint64_t eptp;

    if (!env->vmx || !(env->vmx->caps.ept_vpid & MSR_VMX_EPT_INVEPT)) {
        raise_exception_ra(env, EXCP06_ILLOP, GETPC());
    }
    check_root(env, GETPC());
    if (!type_offered(env, type, 24)) {
        vmx_fail(env, VMX_ERR_INVALID_INVEPT_INVVPID_OPERAND);
        return;
    }
    eptp = cpu_ldq_data_ra(env, addr, GETPC());
    cpu_ldq_data_ra(env, addr + 8, GETPC());
    if ((uint32_t)type == INVEPT_SINGLE_CONTEXT
        && !vmx_valid_eptp(env, eptp)) {
        vmx_fail(env, VMX_ERR_INVALID_INVEPT_INVVPID_OPERAND);
        return;
    }
    vmx_invept(env, type, eptp);
    vmx_succeed(env);
}

static bool invvpid_descriptor_valid(const CPUX86State *env, int type,
                                     uint64_t low, uint64_t linear)
{
    if (low >> 16) {
        return false;
    }
    switch (type) {
    case INVVPID_INDIVIDUAL_ADDRESS:
        return low != 0 && vmx_canonical(env, linear);
    case INVVPID_ALL_CONTEXTS:
        return true;
    default:
        return low != 0;
    }
}

void helper_invvpid(CPUX86State *env, target_ulong type, target_ulong addr)
{
    uint64_t low, linear;

    if (!env->vmx || !(env->vmx->caps.ept_vpid & MSR_VMX_EPT_INVVPID)) {
        raise_exception_ra(env, EXCP06_ILLOP, GETPC());
    }
    check_root(env, GETPC());
    if (!type_offered(env, type, 40)) {
        vmx_fail(env, VMX_ERR_INVALID_INVEPT_INVVPID_OPERAND);
        return;
    }
    low = cpu_ldq_data_ra(env, addr, GETPC());
    linear = cpu_ldq_data_ra(env, addr + 8, GETPC());
    if (!invvpid_descriptor_valid(env, type, low, linear)) {
        vmx_fail(env, VMX_ERR_INVALID_INVEPT_INVVPID_OPERAND);
        return;
    }
    vmx_invvpid(env, type, low, linear);
    vmx_succeed(env);
}
