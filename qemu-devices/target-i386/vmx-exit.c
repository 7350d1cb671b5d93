/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VM exit (SDM 3C, ch. 28): information recorded, the order of its steps, and
 * VMX aborts.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "vmx-trace.h"
#include "exec/exec-all.h"
#include "system/runstate.h"
#include "tcg/helper-tcg.h"

/* VMX-abort indicators (28.7) */
#define ABORT_SAVING_GUEST_MSRS 1
#define ABORT_LOADING_HOST_MSRS 4
#define ABORT_HOST_ADDRESS_SPACE 6

static bool is_fault(const VMXExit *exit)
{
    uint32_t vector = exit->intr_info & 0xff;

    switch (exit->reason) {
    case VMX_EXIT_EPT_VIOLATION:
    case VMX_EXIT_EPT_MISCONFIGURATION:
    case VMX_EXIT_APIC_ACCESS:
        return true;
    case VMX_EXIT_EXCEPTION_NMI:
        return (exit->intr_info & VMX_INTR_TYPE_MASK)
                == VMX_INTR_TYPE_HW_EXCEPTION
            && vector != EXCP01_DB && vector != EXCP08_DBLE
            && vector != EXCP12_MCHK;
    default:
        return false;
    }
}

/* 28.2: fields that an exit does not define read as 0. */
static void record_information(CPUX86State *env, const VMXExit *exit)
{
    VMXState *vmx = env->vmx;

    vmcs_write(env, VMCS_EXIT_REASON, exit->reason);
    vmcs_write(env, VMCS_EXIT_QUALIFICATION, exit->qualification);
    vmcs_write(env, VMCS_GUEST_LINEAR_ADDRESS, exit->guest_linear);
    vmcs_write(env, VMCS_GUEST_PHYSICAL_ADDRESS, exit->guest_physical);
    vmcs_write(env, VMCS_EXIT_INTR_INFO, exit->intr_info);
    vmcs_write(env, VMCS_EXIT_INTR_ERROR_CODE, exit->intr_error_code);
    vmcs_write(env, VMCS_EXIT_INSTRUCTION_INFO, exit->insn_info);
    vmcs_write(env, VMCS_EXIT_INSTRUCTION_LEN,
               exit->insn_len ? exit->insn_len : vmx->vectoring_insn_len);
    vmcs_write(env, VMCS_IDT_VECTORING_INFO, vmx->vectoring_info);
    vmcs_write(env, VMCS_IDT_VECTORING_ERROR_CODE,
               vmx->vectoring_info & VMX_INTR_ERROR_CODE
               ? vmx->vectoring_error_code : 0);
}

/* 28.4 to 28.6, in the host; false: VMX abort */
static bool go_to_host(CPUX86State *env)
{
    bool host64 = vmcs_read(env, VMCS_EXIT_CTLS)
        & VMX_VM_EXIT_HOST_ADDR_SPACE_SIZE;

    if ((env->efer & MSR_EFER_LMA) && !host64) {
        vmx_abort(env, ABORT_HOST_ADDRESS_SPACE);
        return false;
    }
    vmx_load_host_state(env);
    if (vmx_msr_load(env, vmcs_read(env, VMCS_EXIT_MSR_LOAD_ADDR),
                     vmcs_read(env, VMCS_EXIT_MSR_LOAD_COUNT), false)) {
        vmx_abort(env, ABORT_LOADING_HOST_MSRS);
        return false;
    }
    return true;
}

void vmx_exit_now(CPUX86State *env, const VMXExit *exit)
{
    CPUState *cs = env_cpu(env);
    VMXState *vmx = env->vmx;

    record_information(env, exit);
    if (is_fault(exit) && !(vmx->vectoring_info & VMX_INTR_VALID)) {
        env->eflags |= RF_MASK;
    }
    vmx_events_leave(env, exit);
    vmx_save_guest_state(env);
    VMX_TRACE(exit, env, exit);
    vmx->field[VMCS_ENTRY_INTR_INFO] &= ~(uint64_t)VMX_INTR_VALID;
    vmx->vectoring_info = 0;
    vmx->vectoring_insn_len = 0;
    env->old_exception = -1;
    cs->halted = 0;
    vmx_tlb_leave(env);
    if (vmx_msr_store(env, vmcs_read(env, VMCS_EXIT_MSR_STORE_ADDR),
                      vmcs_read(env, VMCS_EXIT_MSR_STORE_COUNT))) {
        vmx_abort(env, ABORT_SAVING_GUEST_MSRS);
        return;
    }
    go_to_host(env);
}

G_NORETURN void vmx_exit(CPUX86State *env, const VMXExit *exit, uintptr_t ra)
{
    CPUState *cs = env_cpu(env);

    if (ra) {
        cpu_restore_state(cs, ra);
    }
    /* The instruction is over: clocks may be read. */
    cs->neg.can_do_io = true;
    vmx_exit_now(env, exit);
    if (cs->halted) {
        cs->exception_index = EXCP_HLT;
        cpu_loop_exit(cs);
    }
    cpu_loop_exit_noexc(cs);
}

void vmx_entry_failure(CPUX86State *env, VMXExitReason reason,
                       uint64_t qualification)
{
    VMX_TRACE(entry_failed, env, reason | VMX_EXIT_REASON_ENTRY_FAILURE,
              qualification);
    vmcs_write(env, VMCS_EXIT_REASON, reason | VMX_EXIT_REASON_ENTRY_FAILURE);
    vmcs_write(env, VMCS_EXIT_QUALIFICATION, qualification);
    go_to_host(env);
}

/* The processor goes into shutdown; a board resets it then, as it does after a
 * triple fault. */
void vmx_abort(CPUX86State *env, uint32_t code)
{
    CPUState *cs = env_cpu(env);

    qemu_log_mask(CPU_LOG_RESET, "VMX abort %u\n", code);
    vmcs_set_abort(env, code);
    env->hflags &= ~HF_VMX_MASK;
    cs->halted = 1;
    qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
}
