/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu/osdep.h"
#include "vmx-trace.h"
#include "hw/core/cpu.h"

static unsigned index_of(CPUX86State *env)
{
    return env_cpu(env)->cpu_index;
}

static uint64_t vmcs_of(CPUX86State *env)
{
    return env->vmx->vmcs_pointer;
}

void vmx_emit_entry(CPUX86State *env)
{
    vr_trace(VR_TRACE_VMX_ENTRY, index_of(env), vmcs_read(env, VMCS_VPID),
             vmcs_read(env, VMCS_GUEST_RIP),
             vmcs_read(env, VMCS_ENTRY_INTR_INFO),
             vmcs_read(env, VMCS_GUEST_INTR_STATUS), vmcs_of(env));
}

void vmx_emit_exit(CPUX86State *env, const VMXExit *exit)
{
    vr_trace(VR_TRACE_VMX_EXIT, index_of(env), exit->reason,
             vmcs_read(env, VMCS_GUEST_RIP), exit->qualification,
             exit->intr_info, vmcs_of(env));
}

void vmx_emit_entry_failed(CPUX86State *env, uint32_t reason,
                           uint64_t qualification)
{
    vr_trace(VR_TRACE_VMX_ENTRY_FAILED, index_of(env), reason, qualification,
             0, 0, vmcs_of(env));
}

void vmx_emit_inject(CPUX86State *env, uint32_t info, uint32_t error_code)
{
    vr_trace(VR_TRACE_VMX_INJECT, index_of(env), info & 0xff, info, error_code,
             0, vmcs_of(env));
}

void vmx_emit_virq(CPUX86State *env, uint8_t vector)
{
    uint16_t status = vmcs_read(env, VMCS_GUEST_INTR_STATUS);

    vr_trace(VR_TRACE_VMX_VIRQ, index_of(env), vector, status & 0xff,
             status >> 8, 0, vmcs_of(env));
}

void vmx_emit_veoi(CPUX86State *env, uint8_t vector, bool exits)
{
    vr_trace(VR_TRACE_VMX_VEOI, index_of(env), vector,
             vmcs_read(env, VMCS_GUEST_INTR_STATUS) >> 8, exits, 0,
             vmcs_of(env));
}

void vmx_emit_posted(CPUX86State *env, const VMXPostedTrace *t)
{
    vr_trace(VR_TRACE_VMX_PI, index_of(env), t->nv, t->before, t->after,
             t->descriptor, vmcs_of(env));
    vr_trace(VR_TRACE_VMX_PI_PIR, index_of(env), t->nv, t->pir[0], t->pir[1],
             t->pir[2], t->pir[3]);
}

void vmx_emit_pid(CPUX86State *env, uint64_t descriptor, uint64_t control)
{
    vr_trace(VR_TRACE_VMX_PID, index_of(env),
             vmcs_read(env, VMCS_POSTED_INTR_NV), control, descriptor, 0,
             vmcs_of(env));
}

void vmx_emit_pid_pir(CPUX86State *env, const uint64_t *pir)
{
    vr_trace(VR_TRACE_VMX_PID_PIR, index_of(env), 0, pir[0], pir[1], pir[2],
             pir[3]);
}

void vmx_emit_virr(CPUX86State *env, const uint64_t *virr)
{
    vr_trace(VR_TRACE_VMX_VIRR, index_of(env),
             vmcs_read(env, VMCS_GUEST_INTR_STATUS) & 0xff, virr[0], virr[1],
             virr[2], virr[3]);
}

void vmx_emit_posted_lost(const VMXPostedLost *lost)
{
    vr_trace(VR_TRACE_VMX_PI_LOST, lost->cpu, lost->nv, lost->control,
             lost->descriptor, lost->rip, lost->vmcs);
}
