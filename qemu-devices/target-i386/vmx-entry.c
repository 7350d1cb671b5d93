/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VM entry (SDM 3C, ch. 27): the order of its steps. The checks, the state and
 * the injection are in files of their own.
 */
#include "qemu/osdep.h"
#include "vmx-trace.h"

static void take_controls(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    vmx->pin = vmcs_read(env, VMCS_PIN_CTLS);
    vmx->proc = vmcs_read(env, VMCS_PROC_CTLS);
    vmx->proc2 = vmx->proc & VMX_CPU_BASED_ACTIVATE_SECONDARY_CONTROLS
        ? vmcs_read(env, VMCS_SECONDARY_PROC_CTLS) : 0;
    vmx->proc3 = vmx->proc & VMX_CPU_BASED_ACTIVATE_TERTIARY_CONTROLS
        ? vmcs_read(env, VMCS_TERTIARY_PROC_CTLS) : 0;
}

/* 27.4: false if an entry of the area cannot be loaded */
static bool load_msrs(CPUX86State *env)
{
    uint32_t failed = vmx_msr_load(env,
                                   vmcs_read(env, VMCS_ENTRY_MSR_LOAD_ADDR),
                                   vmcs_read(env, VMCS_ENTRY_MSR_LOAD_COUNT),
                                   true);

    if (failed) {
        vmx_entry_failure(env, VMX_EXIT_MSR_LOADING, failed);
    }
    return !failed;
}

static void enter_nonroot(CPUX86State *env)
{
    env->old_exception = -1;
    env->vmx->vectoring_info = 0;
    env->hflags |= HF_VMX_MASK;
    VMX_TRACE(entry, env);
    vmx_tlb_enter(env);
    vmx_events_enter(env);
    vmx_apicv_enter(env);
    vmx_inject(env);
}

void vmx_entry(CPUX86State *env, bool resume, target_ulong next_rip)
{
    uint64_t qualification = 0;

    if (!vmx_check_controls(env)) {
        VMX_TRACE(entry_failed, env, VMX_ERR_ENTRY_CONTROLS, 0);
        vmx_fail(env, VMX_ERR_ENTRY_CONTROLS);
        env->eip = next_rip;
        return;
    }
    if (!vmx_check_host_state(env)) {
        VMX_TRACE(entry_failed, env, VMX_ERR_ENTRY_HOST_STATE, 0);
        vmx_fail(env, VMX_ERR_ENTRY_HOST_STATE);
        env->eip = next_rip;
        return;
    }
    vmx_note_host_paging(env);
    if (!vmx_check_guest_state(env, &qualification)) {
        vmx_entry_failure(env, VMX_EXIT_INVALID_GUEST_STATE, qualification);
        return;
    }
    take_controls(env);
    vmx_load_guest_state(env);
    if (!load_msrs(env)) {
        return;
    }
    if (!resume) {
        env->vmx->launched = 1;
    }
    enter_nonroot(env);
}
