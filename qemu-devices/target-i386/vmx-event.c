/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exceptions in non-root operation and the delivery of events (SDM 3C, 26.2,
 * 28.2.2 to 28.2.4): the exception bitmap, IDT-vectoring information, debug
 * exceptions, unblocking of NMIs by IRET.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/exec-all.h"
#include "tcg/helper-tcg.h"

/* DR6 bits of a debug exception, as pending debug exceptions and the exit
 * qualification have them too */
#define DR6_BREAKPOINTS 0xf

/* Event delivery --------------------------------------------------------- */

/* A vectored event whose type the caller knows begins its delivery: what
 * do_interrupt_all() says to vmx_delivery_begin() is less exact. */
void vmx_delivery_known(CPUX86State *env, uint32_t info, uint32_t error_code,
                        uint32_t insn_len)
{
    VMXState *vmx = env->vmx;

    vmx->vectoring_info = info;
    vmx->vectoring_error_code = error_code;
    vmx->vectoring_insn_len = insn_len;
    vmx->vectoring_known = true;
}

/* INT1 is delivered as a trap, with RIP after it, but where the delivery is
 * given up RIP is that of INT1. */
void vmx_delivery_advance(CPUX86State *env, target_ulong next_eip)
{
    env->vmx->vectoring_rewind = true;
    env->vmx->vectoring_rip = env->eip;
    env->eip = next_eip;
}

void vmx_delivery_rewind(CPUX86State *env)
{
    if (env->vmx->vectoring_rewind) {
        env->vmx->vectoring_rewind = false;
        env->eip = env->vmx->vectoring_rip;
    }
}

static bool pushes_error_code(const CPUX86State *env, int vector)
{
    return (env->cr[0] & CR0_PE_MASK) && exception_has_error_code(vector);
}

static uint32_t delivered_type(VMXState *vmx, int vector, bool is_int,
                               bool is_hw)
{
    if (is_int) {
        return vmx->software_exception ? VMX_INTR_TYPE_SW_EXCEPTION
                                       : VMX_INTR_TYPE_SW_INTERRUPT;
    }
    return is_hw ? VMX_INTR_TYPE_EXTERNAL : VMX_INTR_TYPE_HW_EXCEPTION;
}

void vmx_delivery_begin(CPUX86State *env, int vector, bool is_int,
                        int error_code, target_ulong next_eip, bool is_hw)
{
    VMXState *vmx = env->vmx;
    uint32_t type = delivered_type(vmx, vector, is_int, is_hw);

    vmx->nmi_unblocked_by_iret = false;
    vmx->software_exception = false;
    vmx->activity = VMX_ACTIVITY_ACTIVE;
    env->hflags &= ~HF_INHIBIT_IRQ_MASK;
    if (vmx->vectoring_known) {
        vmx->vectoring_known = false;
        return;
    }
    vmx->vectoring_info = VMX_INTR_VALID | type | vector;
    vmx->vectoring_error_code = 0;
    vmx->vectoring_insn_len = is_int ? (uint32_t)(next_eip - env->eip) : 0;
    if (type == VMX_INTR_TYPE_HW_EXCEPTION && pushes_error_code(env, vector)) {
        vmx->vectoring_info |= VMX_INTR_ERROR_CODE;
        vmx->vectoring_error_code = error_code;
    }
}

void vmx_delivery_end(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    vmx->vectoring_info = 0;
    vmx->vectoring_insn_len = 0;
    vmx->vectoring_injected = false;
    vmx->vectoring_rewind = false;
}

/* The processor sets RF in the image of RFLAGS that it pushes for a fault, but
 * not for one that VM entry injects. */
bool vmx_delivery_sets_rf(const CPUX86State *env)
{
    return !env->vmx->vectoring_injected;
}

/* EXT, bit 0 of an error code with the format of a selector: the fault came
 * from an event that was not a software interrupt. */
int vmx_exception_error_code(const CPUX86State *env, int vector,
                             int error_code)
{
    uint32_t info = env->vmx->vectoring_info;
    uint32_t type = info & VMX_INTR_TYPE_MASK;

    if (!(info & VMX_INTR_VALID) || vector < EXCP0A_TSS
        || vector > EXCP0D_GPF || type == VMX_INTR_TYPE_SW_INTERRUPT
        || type == VMX_INTR_TYPE_SW_EXCEPTION) {
        return error_code;
    }
    return error_code | 1;
}

/* Exceptions ------------------------------------------------------------- */

static bool bitmap_says(const CPUX86State *env, int vector)
{
    return (vmcs_read(env, VMCS_EXCEPTION_BITMAP) >> vector) & 1;
}

/* 25.6.3 */
static bool page_fault_exits(const CPUX86State *env, int error_code)
{
    uint32_t mask = vmcs_read(env, VMCS_PF_ERROR_CODE_MASK);
    uint32_t match = vmcs_read(env, VMCS_PF_ERROR_CODE_MATCH);
    bool matches = (error_code & mask) == match;

    return bitmap_says(env, EXCP0E_PAGE) == matches;
}

static bool exception_exits(const CPUX86State *env, int vector, int error_code)
{
    return vector == EXCP0E_PAGE ? page_fault_exits(env, error_code)
                                 : bitmap_says(env, vector);
}

static G_NORETURN void exit_exception(CPUX86State *env, int vector,
                                      int error_code, uint64_t qualification,
                                      uintptr_t ra)
{
    VMXState *vmx = env->vmx;
    VMXExit exit = {
        .reason = VMX_EXIT_EXCEPTION_NMI,
        .qualification = qualification,
        .intr_info = VMX_INTR_VALID | VMX_INTR_TYPE_HW_EXCEPTION | vector,
    };

    if (pushes_error_code(env, vector)) {
        exit.intr_info |= VMX_INTR_ERROR_CODE;
        exit.intr_error_code = error_code;
    }
    /* 28.2.4: a #DF that exits is not an exit during event delivery. */
    if (vector == EXCP08_DBLE) {
        vmx_delivery_end(env);
    } else if (vmx->nmi_unblocked_by_iret
               && !(vmx->vectoring_info & VMX_INTR_VALID)) {
        exit.intr_info |= VMX_INTR_NMI_UNBLOCKING;
    }
    vmx_exit(env, &exit, ra);
}

void vmx_intercept_exception(CPUX86State *env, int vector, int error_code,
                             uintptr_t ra)
{
    uint64_t qualification = 0;

    vmx_delivery_rewind(env);
    if (vector < 32 && exception_exits(env, vector, error_code)) {
        if (vector == EXCP0E_PAGE) {
            qualification = env->cr[2];
        } else if (vector == EXCP01_DB) {
            qualification = env->dr[6] & (DR6_BREAKPOINTS | DR6_BD | DR6_BS);
        }
        exit_exception(env, vector, error_code, qualification, ra);
    }
}

/* The exception does not exit, and takes the place of what was delivered. */
void vmx_exception_taken(CPUX86State *env)
{
    vmx_delivery_end(env);
    env->vmx->software_exception = false;
}

void vmx_page_fault(CPUX86State *env, int error_code, vaddr addr, uintptr_t ra)
{
    vmx_delivery_rewind(env);
    if (page_fault_exits(env, error_code)) {
        exit_exception(env, EXCP0E_PAGE, error_code, addr, ra);
    }
}

void vmx_intercept_triple_fault(CPUX86State *env, uintptr_t ra)
{
    VMXExit exit = { .reason = VMX_EXIT_TRIPLE_FAULT };

    vmx_delivery_end(env);
    vmx_exit(env, &exit, ra);
}

/* INT3, INTO and INT1, with RIP at the instruction; INT n does not exit. */
void vmx_intercept_software(CPUX86State *env, int vector, uint32_t insn_len)
{
    uint32_t type = vector == EXCP01_DB ? VMX_INTR_TYPE_PRIV_EXCEPTION
                                        : VMX_INTR_TYPE_SW_EXCEPTION;

    if (bitmap_says(env, vector)) {
        VMXExit exit = {
            .reason = VMX_EXIT_EXCEPTION_NMI,
            .insn_len = insn_len,
            .intr_info = VMX_INTR_VALID | type | vector,
        };

        vmx_exit(env, &exit, 0);
    }
    if (vector == EXCP01_DB) {
        target_ulong next_eip = env->eip + insn_len;

        if (!(env->hflags & HF_CS64_MASK)) {
            next_eip = (uint32_t)next_eip;
        }
        vmx_delivery_known(env, VMX_INTR_VALID | type | vector, 0, insn_len);
        vmx_delivery_advance(env, next_eip);
    } else {
        env->vmx->software_exception = true;
    }
}

/* Debug exceptions ------------------------------------------------------- */

/* A fault-like debug exception: an instruction breakpoint, general detect. An
 * exit leaves DR6 and DR7 as they are. */
void vmx_debug_fault(CPUX86State *env, target_ulong dr6, uintptr_t ra)
{
    if (bitmap_says(env, EXCP01_DB)) {
        exit_exception(env, EXCP01_DB, 0, dr6, ra);
    }
}

/*
 * A trap-like debug exception at the end of an instruction. It waits until the
 * instruction boundary is looked at, where VM exits may come first and blocking
 * by MOV SS may defer it.
 */
void vmx_debug_pend(CPUX86State *env, target_ulong dr6)
{
    VMXState *vmx = env->vmx;

    vmx->pending_dbg |= dr6 & (DR6_BREAKPOINTS | DR6_BS);
    if (dr6 & DR6_BREAKPOINTS) {
        vmx->pending_dbg |= VMX_PENDING_DBG_ENABLED_BREAKPOINT;
    }
    vmx_event_raise(vmx, 0);
}

G_NORETURN void vmx_debug_trap(CPUX86State *env, target_ulong dr6)
{
    vmx_debug_pend(env, dr6);
    cpu_loop_exit_noexc(env_cpu(env));
}

/* Pending debug exceptions are delivered. Returns true after a VM exit. */
bool vmx_debug_deliver(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    uint64_t dr6 = vmx->pending_dbg & (DR6_BREAKPOINTS | DR6_BS);

    vmx->pending_dbg = 0;
    if (bitmap_says(env, EXCP01_DB)) {
        VMXExit exit = {
            .reason = VMX_EXIT_EXCEPTION_NMI,
            .qualification = dr6,
            .intr_info = VMX_INTR_VALID | VMX_INTR_TYPE_HW_EXCEPTION
                | EXCP01_DB,
        };

        vmx_exit_now(env, &exit);
        return true;
    }
    env->dr[6] = (env->dr[6] & ~(target_ulong)DR6_BREAKPOINTS) | dr6;
    do_interrupt_all(env_archcpu(env), EXCP01_DB, 0, 0, env->eip, 0);
    return false;
}

/* IRET (28.2.3) ---------------------------------------------------------- */

/* NMIs are unblocked even if the IRET faults. */
void vmx_iret_begin(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    if (vmx->pin & VMX_PIN_BASED_VIRTUAL_NMIS) {
        vmx->nmi_unblocked_by_iret = vmx->virtual_nmi_blocking;
        vmx->virtual_nmi_blocking = false;
    } else if (!(vmx->pin & VMX_PIN_BASED_NMI_EXITING)) {
        vmx->nmi_unblocked_by_iret = env->hflags2 & HF2_NMI_MASK;
        env->hflags2 &= ~HF2_NMI_MASK;
    }
}

void vmx_iret_end(CPUX86State *env)
{
    env->vmx->nmi_unblocked_by_iret = false;
}
