/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual APIC state: TPR, PPR, EOI and self-IPI virtualization (SDM 3C,
 * 30.1), evaluation and delivery of virtual interrupts (30.2), and MOV to and
 * from CR8 with TPR shadow (30.3).
 */
#include "qemu/osdep.h"
#include "vmx-apicv.h"
#include "vmx-posted.h"
#include "vmx-trace.h"
#include "tcg/helper-tcg.h"

uint8_t vmx_rvi(const CPUX86State *env)
{
    return vmcs_read(env, VMCS_GUEST_INTR_STATUS);
}

uint8_t vmx_svi(const CPUX86State *env)
{
    return vmcs_read(env, VMCS_GUEST_INTR_STATUS) >> 8;
}

void vmx_set_rvi(CPUX86State *env, uint8_t vector)
{
    vmcs_write(env, VMCS_GUEST_INTR_STATUS, vmx_svi(env) << 8 | vector);
}

void vmx_set_svi(CPUX86State *env, uint8_t vector)
{
    vmcs_write(env, VMCS_GUEST_INTR_STATUS, vector << 8 | vmx_rvi(env));
}

static void cease(CPUX86State *env, uint32_t pending)
{
    qatomic_and(&env->vmx->pending, ~pending);
}

void vmx_evaluate_virtual_interrupts(CPUX86State *env, const VAPIC *page)
{
    VMXState *vmx = env->vmx;

    if (!(vmx->proc & VMX_CPU_BASED_VIRTUAL_INTR_PENDING) &&
        vmx_rvi(env) >> 4 > (vapic_read(page, VAPIC_PPR) >> 4 & 0xf)) {
        vmx_event_raise(vmx, VMX_PEND_VIRTUAL_INTERRUPT);
    } else {
        cease(env, VMX_PEND_VIRTUAL_INTERRUPT);
    }
}

/* 30.1.3 */
static void ppr_virtualization(CPUX86State *env, VAPIC *page)
{
    uint8_t tpr = vapic_read(page, VAPIC_TPR);
    uint8_t svi = vmx_svi(env);

    vapic_write(page, VAPIC_PPR, tpr >> 4 >= svi >> 4 ? tpr : svi & 0xf0);
}

static bool tpr_below_threshold(const CPUX86State *env, const VAPIC *page)
{
    return (vapic_read(page, VAPIC_TPR) >> 4 & 0xf)
        < (vmcs_read(env, VMCS_TPR_THRESHOLD) & 0xf);
}

void vmx_tpr_virtualization(CPUX86State *env, VAPIC *page)
{
    if (vmx_virtual_delivery(env)) {
        ppr_virtualization(env, page);
        vmx_evaluate_virtual_interrupts(env, page);
    } else if (tpr_below_threshold(env, page)) {
        vmx_event_raise(env->vmx, VMX_PEND_TPR_THRESHOLD);
    }
}

static bool eoi_exits(const CPUX86State *env, uint8_t vector)
{
    static const VMCSField bitmap[] = {
        VMCS_EOI_EXIT_BITMAP0, VMCS_EOI_EXIT_BITMAP1,
        VMCS_EOI_EXIT_BITMAP2, VMCS_EOI_EXIT_BITMAP3,
    };

    return vmcs_read(env, bitmap[vector / 64]) >> (vector % 64) & 1;
}

void vmx_eoi_virtualization(CPUX86State *env, VAPIC *page)
{
    uint8_t vector = vmx_svi(env);
    bool exits = eoi_exits(env, vector);

    vapic_clear_vector(page, VAPIC_ISR, vector);
    vmx_set_svi(env, vapic_highest_vector(page, VAPIC_ISR));
    ppr_virtualization(env, page);
    VMX_TRACE(veoi, env, vector, exits);
    if (exits) {
        env->vmx->apic_exit_qualification = vector;
        vmx_event_raise(env->vmx, VMX_PEND_EOI_EXIT);
    } else {
        vmx_evaluate_virtual_interrupts(env, page);
    }
}

void vmx_self_ipi_virtualization(CPUX86State *env, VAPIC *page, uint8_t vector)
{
    vapic_set_vector(page, VAPIC_IRR, vector);
    vmx_set_rvi(env, MAX(vmx_rvi(env), vector));
    vmx_evaluate_virtual_interrupts(env, page);
}

void vmx_deliver_virtual_interrupt(CPUX86State *env)
{
    uint8_t vector = vmx_rvi(env);
    VAPIC *page = vapic_map(env);

    cease(env, VMX_PEND_VIRTUAL_INTERRUPT);
    if (!page) {
        return;
    }
    vapic_set_vector(page, VAPIC_ISR, vector);
    vmx_set_svi(env, vector);
    vapic_write(page, VAPIC_PPR, vector & 0xf0);
    vapic_clear_vector(page, VAPIC_IRR, vector);
    vmx_set_rvi(env, vapic_highest_vector(page, VAPIC_IRR));
    vapic_unmap(env, page);
    VMX_TRACE(virq, env, vector);
    do_interrupt_x86_hardirq(env, vector, 1);
}

bool vmx_tpr_shadow(const CPUX86State *env)
{
    return env->vmx->proc & VMX_CPU_BASED_TPR_SHADOW;
}

target_ulong vmx_read_cr8(CPUX86State *env)
{
    VAPIC *page = vapic_map(env);
    uint32_t tpr;

    if (!page) {
        return 0xf;
    }
    tpr = vapic_read(page, VAPIC_TPR);
    vapic_unmap(env, page);
    return tpr >> 4 & 0xf;
}

void vmx_write_cr8(CPUX86State *env, target_ulong val)
{
    VAPIC *page = vapic_map(env);

    if (page) {
        vapic_write(page, VAPIC_TPR, (val & 0xf) << 4);
        vmx_tpr_virtualization(env, page);
        vapic_unmap(env, page);
    }
}

/* 27.7.7, "VM Exits Induced by the TPR Threshold" */
static void check_tpr_threshold(CPUX86State *env, const VAPIC *page)
{
    VMXState *vmx = env->vmx;

    if ((vmx->proc2 & VMX_SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES) &&
        tpr_below_threshold(env, page) &&
        vmx->activity <= VMX_ACTIVITY_HLT) {
        vmx_event_raise(vmx, VMX_PEND_TPR_THRESHOLD);
    }
}

void vmx_apicv_enter(CPUX86State *env)
{
    VAPIC *page;

    if (unlikely(vr_trace_on)
        && (env->vmx->pin & VMX_PIN_BASED_POSTED_INTR)) {
        vmx_posted_show_entry(env);
        vmx_posted_watch_entry(env);
    }
    cease(env, VMX_PEND_VIRTUAL_INTERRUPT | VMX_PEND_TPR_THRESHOLD |
               VMX_PEND_EOI_EXIT | VMX_PEND_APIC_WRITE);
    page = vmx_tpr_shadow(env) ? vapic_map(env) : NULL;
    if (!page) {
        return;
    }
    if (vmx_virtual_delivery(env)) {
        ppr_virtualization(env, page);
        vmx_evaluate_virtual_interrupts(env, page);
    } else {
        check_tpr_threshold(env, page);
    }
    vapic_unmap(env, page);
}
