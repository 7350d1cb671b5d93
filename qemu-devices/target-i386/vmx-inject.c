/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event injection at VM entry (SDM 3C, 27.6), and what else decides how the
 * guest begins: a halted activity state, a pending MTF VM exit.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "vmx-trace.h"
#include "exec/exec-all.h"
#include "tcg/helper-tcg.h"

static bool is_software(uint32_t type)
{
    return type == VMX_INTR_TYPE_SW_INTERRUPT
        || type == VMX_INTR_TYPE_SW_EXCEPTION;
}

/* Type "other event" injects an MTF VM exit (27.6.2). Otherwise, with the
 * monitor trap flag, a vectored event counts as the guest's first step. */
static void prepare_mtf(VMXState *vmx, bool vectored, bool other)
{
    if (other || (vectored
                  && (vmx->proc & VMX_CPU_BASED_MONITOR_TRAP_FLAG))) {
        vmx_event_raise(vmx, VMX_PEND_MTF);
    }
}

/* 27.7.3: which pending debug exceptions survive a vectored event */
static void settle_pending_debug(CPUX86State *env, uint32_t type)
{
    if (!is_software(type) || !(vmx_blocking(env) & VMX_BLOCKING_MOV_SS)) {
        env->vmx->pending_dbg = 0;
    }
}

static void block_nmis(CPUX86State *env)
{
    if (env->vmx->pin & VMX_PIN_BASED_VIRTUAL_NMIS) {
        env->vmx->virtual_nmi_blocking = true;
    } else {
        env->hflags2 |= HF2_NMI_MASK;
    }
}

/* A hardware exception that is injected is the first of a possible double
 * fault, as one that the guest caused. */
static int first_exception(uint32_t type, int vector)
{
    bool counts = vector == EXCP00_DIVZ || vector == EXCP08_DBLE
        || (vector >= EXCP0A_TSS && vector <= EXCP0E_PAGE);

    return type == VMX_INTR_TYPE_HW_EXCEPTION && counts ? vector : -1;
}

static void deliver(CPUX86State *env, uint32_t info)
{
    VMXState *vmx = env->vmx;
    uint32_t type = info & VMX_INTR_TYPE_MASK;
    target_ulong next_eip = env->eip;
    bool is_int = is_software(type);
    bool has_length = is_int || type == VMX_INTR_TYPE_PRIV_EXCEPTION;
    uint32_t length = has_length ? vmcs_read(env, VMCS_ENTRY_INSTRUCTION_LEN)
                                 : 0;
    int vector = info & 0xff;
    /* do_interrupt_all() pushes no error code for hardware interrupts. */
    bool is_hw = !is_int && !(info & VMX_INTR_ERROR_CODE);

    next_eip += length;
    if (!(env->hflags & HF_CS64_MASK)) {
        next_eip = (uint32_t)next_eip;
    }
    vmx_delivery_known(env, info & ~VMX_INTR_NMI_UNBLOCKING,
                       vmcs_read(env, VMCS_ENTRY_EXCEPTION_ERROR_CODE), length);
    vmx->vectoring_injected = true;
    if (type == VMX_INTR_TYPE_PRIV_EXCEPTION) {
        /* No check of the gate's DPL, so not as INT n */
        vmx_delivery_advance(env, next_eip);
    }
    env->old_exception = first_exception(type, vector);
    do_interrupt_all(env_archcpu(env), vector, is_int,
                     vmx->vectoring_error_code, next_eip, is_hw);
    env->old_exception = -1;
}

static void inject_vectored(CPUX86State *env, uint32_t info)
{
    uint32_t type = info & VMX_INTR_TYPE_MASK;

    env->vmx->activity = VMX_ACTIVITY_ACTIVE;
    settle_pending_debug(env, type);
    if (type == VMX_INTR_TYPE_NMI) {
        block_nmis(env);
    }
    deliver(env, info);
}

/* With an event pending the instruction boundary decides at once whether the
 * guest stays inactive. */
static void begin_inactive(CPUX86State *env)
{
    CPUState *cs = env_cpu(env);

    if (vmx_pending_interrupt(cs, qatomic_read(&cs->interrupt_request))) {
        vmx_event_raise(env->vmx, 0);
        return;
    }
    cs->halted = 1;
    cs->exception_index = EXCP_HLT;
    cpu_loop_exit(cs);
}

void vmx_inject(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    uint32_t info = vmcs_read(env, VMCS_ENTRY_INTR_INFO);
    bool valid = info & VMX_INTR_VALID;
    bool other = valid
        && (info & VMX_INTR_TYPE_MASK) == VMX_INTR_TYPE_OTHER;

    if (valid) {
        VMX_TRACE(inject, env, info,
                  vmcs_read(env, VMCS_ENTRY_EXCEPTION_ERROR_CODE));
    }
    prepare_mtf(vmx, valid && !other, other);
    if (valid && !other) {
        inject_vectored(env, info);
    }
    if (vmx->activity != VMX_ACTIVITY_ACTIVE) {
        begin_inactive(env);
    }
}
