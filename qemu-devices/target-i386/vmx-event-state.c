/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The non-register state of events: loaded at VM entry, saved at VM exit (SDM
 * 3C, 25.4.2, 27.7, 28.3.4), and what VMX operation blocks (24.8).
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "qemu/main-loop.h"
#include "exec/cputlb.h"

#define DEBUGCTL_BTF (1u << 1)

uint32_t vmx_blocking(const CPUX86State *env)
{
    if (!(env->hflags & HF_INHIBIT_IRQ_MASK)) {
        return 0;
    }
    if (env->hflags2 & HF2_INHIBIT_MOV_SS_MASK) {
        return VMX_BLOCKING_MOV_SS;
    }
    return env->hflags2 & HF2_INHIBIT_NONE_MASK ? 0 : VMX_BLOCKING_STI;
}

/* INIT and SIPI (26.2, "INIT signals", "Start-up IPIs") ------------------ */

bool vmx_handle_init(X86CPU *cpu)
{
    CPUX86State *env = &cpu->env;
    CPUState *cs = CPU(cpu);

    if (!env->vmx || !env->vmx->on) {
        return false;
    }
    cpu_reset_interrupt(cs, CPU_INTERRUPT_INIT);
    qatomic_or(&env->vmx->pending, VMX_PEND_INIT);
    if (vmx_nonroot(env)) {
        cpu_interrupt(cs, CPU_INTERRUPT_VMX);
    }
    return true;
}

bool vmx_handle_sipi(X86CPU *cpu)
{
    return vmx_operation(&cpu->env);
}

/* A20M is masked in VMX operation (24.8). */
bool vmx_handle_a20(X86CPU *cpu, int a20_state)
{
    if (!vmx_operation(&cpu->env)) {
        return false;
    }
    cpu->env.vmx->a20_masked = true;
    cpu->env.vmx->a20_state = a20_state;
    return true;
}

/* VMXOFF unblocks what VMX operation has blocked. */
void vmx_operation_left(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    CPUState *cs = env_cpu(env);

    BQL_LOCK_GUARD();
    if (vmx_event_taken(vmx, VMX_PEND_INIT)) {
        cpu_interrupt(cs, CPU_INTERRUPT_INIT);
    }
    if (vmx->a20_masked) {
        vmx->a20_masked = false;
        x86_cpu_set_a20(env_archcpu(env), vmx->a20_state);
    }
}

/* HLT that does not exit: with TF the single-step trap ends it at once. */
void vmx_hlt(CPUX86State *env)
{
    env->vmx->activity = VMX_ACTIVITY_HLT;
    if (env->eflags & TF_MASK) {
        vmx_debug_pend(env, DR6_BS);
    }
}

void vmx_wake(CPUX86State *env)
{
    vmx_event_raise(env->vmx, 0);
}

/* The default treatment of SMIs (32.14.1): SMM is outside of VMX operation. */
void vmx_smm_enter(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    if (!vmx) {
        return;
    }
    vmx->smm_on = vmx->on;
    vmx->smm_nonroot = vmx_nonroot(env);
    vmx->on = false;
    if (vmx->smm_nonroot) {
        env->hflags &= ~HF_VMX_MASK;
        tlb_flush(env_cpu(env));
    }
}

void vmx_smm_leave(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    if (!vmx) {
        return;
    }
    vmx->on = vmx->smm_on;
    if (vmx->smm_nonroot) {
        env->hflags |= HF_VMX_MASK;
        tlb_flush(env_cpu(env));
        vmx_event_raise(vmx, 0);
    }
}

/* VM entry and VM exit --------------------------------------------------- */

static void load_blocking(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    uint32_t state = vmcs_read(env, VMCS_GUEST_INTERRUPTIBILITY);
    bool nmi = state & VMX_BLOCKING_NMI;

    env->hflags &= ~HF_INHIBIT_IRQ_MASK;
    env->hflags2 &= ~(HF2_INHIBIT_MOV_SS_MASK | HF2_INHIBIT_NONE_MASK
                      | HF2_NMI_MASK);
    if (state & (VMX_BLOCKING_STI | VMX_BLOCKING_MOV_SS)) {
        env->hflags |= HF_INHIBIT_IRQ_MASK;
    }
    if (state & VMX_BLOCKING_MOV_SS) {
        env->hflags2 |= HF2_INHIBIT_MOV_SS_MASK;
    }
    vmx->virtual_nmi_blocking = false;
    if (vmx->pin & VMX_PIN_BASED_VIRTUAL_NMIS) {
        vmx->virtual_nmi_blocking = nmi;
    } else if (nmi) {
        env->hflags2 |= HF2_NMI_MASK;
    }
}

static uint64_t loaded_pending_debug(const CPUX86State *env)
{
    uint64_t dbg = vmcs_read(env, VMCS_GUEST_PENDING_DBG_EXCEPTIONS)
        & (VMX_PENDING_DBG_VALID | 0xf);
    uint32_t activity = env->vmx->activity;

    return (dbg & VMX_PENDING_DBG_VALID) && activity != VMX_ACTIVITY_SHUTDOWN
        && activity != VMX_ACTIVITY_WAIT_SIPI ? dbg : 0;
}

void vmx_events_enter(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    /* VMLAUNCH and VMRESUME end their block: the clock may be read. */
    env_cpu(env)->neg.can_do_io = true;
    qatomic_and(&vmx->pending, VMX_PEND_INIT);
    vmx_exception_taken(env);
    vmx->vectoring_known = false;
    vmx->nmi_unblocked_by_iret = false;
    vmx->activity = vmcs_read(env, VMCS_GUEST_ACTIVITY_STATE);
    vmx->pending_dbg = loaded_pending_debug(env);
    load_blocking(env);
    vmx_timer_start(vmx);
    if (vmx_events_watched(vmx)) {
        vmx_event_raise(vmx, 0);
    }
}

static uint32_t saved_interruptibility(const CPUX86State *env)
{
    const VMXState *vmx = env->vmx;
    bool nmi = vmx->pin & VMX_PIN_BASED_VIRTUAL_NMIS
        ? vmx->virtual_nmi_blocking : env->hflags2 & HF2_NMI_MASK;

    return vmx_blocking(env) | (nmi ? VMX_BLOCKING_NMI : 0);
}

/* 28.3.4: pending debug exceptions are saved by exits that come between an
 * instruction and its debug trap, and under blocking by MOV SS. */
static bool keeps_pending_debug(const CPUX86State *env, const VMXExit *exit)
{
    uint32_t info = exit->intr_info;

    switch (exit->reason) {
    case VMX_EXIT_INIT:
    case VMX_EXIT_TPR_BELOW_THRESHOLD:
    case VMX_EXIT_VIRTUALIZED_EOI:
    case VMX_EXIT_APIC_WRITE:
    case VMX_EXIT_MONITOR_TRAP_FLAG:
        return true;
    case VMX_EXIT_EXCEPTION_NMI:
        if ((info & 0xff) == EXCP12_MCHK) {
            return true;
        }
        if ((info & 0xff) == EXCP01_DB
            && (info & VMX_INTR_TYPE_MASK) == VMX_INTR_TYPE_HW_EXCEPTION) {
            return false;
        }
        break;
    default:
        break;
    }
    return vmx_blocking(env) & VMX_BLOCKING_MOV_SS;
}

static uint64_t saved_pending_debug(const CPUX86State *env,
                                    const VMXExit *exit)
{
    const VMXState *vmx = env->vmx;
    uint64_t dbg = vmx->pending_dbg;

    if (!keeps_pending_debug(env, exit)) {
        return 0;
    }
    /* The single-step trap of MOV SS itself, which blocks it; VM entry demands
     * that it be pending then (27.3.1.5). */
    if ((vmx_blocking(env) & VMX_BLOCKING_MOV_SS) && (env->eflags & TF_MASK)
        && !(vmx->debugctl & DEBUGCTL_BTF)) {
        dbg |= VMX_PENDING_DBG_BS;
    }
    return dbg;
}

void vmx_events_leave(CPUX86State *env, const VMXExit *exit)
{
    VMXState *vmx = env->vmx;

    /* A VM exit always leaves the block: the clock may be read. */
    env_cpu(env)->neg.can_do_io = true;
    vmx_delivery_rewind(env);
    vmcs_write(env, VMCS_GUEST_INTERRUPTIBILITY, saved_interruptibility(env));
    vmcs_write(env, VMCS_GUEST_ACTIVITY_STATE, vmx->activity);
    vmcs_write(env, VMCS_GUEST_PENDING_DBG_EXCEPTIONS,
               saved_pending_debug(env, exit));
    vmx_timer_stop(vmx);
    qatomic_and(&vmx->pending, VMX_PEND_INIT);
    vmx_exception_taken(env);
    vmx->vectoring_known = false;
    vmx->nmi_unblocked_by_iret = false;
    vmx->activity = VMX_ACTIVITY_ACTIVE;
    vmx->pending_dbg = 0;
    vmx->virtual_nmi_blocking = false;
}
