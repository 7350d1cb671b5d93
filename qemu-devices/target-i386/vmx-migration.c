/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMX in a stream of migration or a snapshot. A processor outside VMX operation
 * whose MSRs are as after a reset sends nothing. TLBs, the timer of the virtual
 * clock and what is only known within an instruction are made anew.
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "migration/cpu.h"
#include "vmx-rules.h"

#define ALL_PENDING (VMX_PEND_MTF | VMX_PEND_PREEMPTION_TIMER \
                     | VMX_PEND_VIRTUAL_INTERRUPT | VMX_PEND_TPR_THRESHOLD \
                     | VMX_PEND_EOI_EXIT | VMX_PEND_APIC_WRITE \
                     | VMX_PEND_INIT)
#define LONGEST_INSTRUCTION 15

/* What a stream may hold ---- */

static bool region_valid(const CPUX86State *env, uint64_t pa)
{
    return !(pa & (VMCS_REGION_SIZE - 1)) && vmx_valid_physical(env, pa);
}

/* SMM that came to a processor in VMX operation (vmx_smm_enter) */
static bool suspended_by_smm(const CPUX86State *env)
{
    return (env->hflags & HF_SMM_MASK) && env->vmx->smm_on;
}

static bool pointers_valid(const CPUX86State *env)
{
    const VMXState *vmx = env->vmx;
    bool operation = vmx->on || suspended_by_smm(env);
    bool current = vmx->vmcs_pointer != VMX_NO_POINTER;

    if (vmx->vmxon_pointer != VMX_NO_POINTER || operation) {
        return region_valid(env, vmx->vmxon_pointer)
            && (!current || region_valid(env, vmx->vmcs_pointer));
    }
    return !current;
}

static bool controls_in_force(CPUX86State *env)
{
    const VMXState *vmx = env->vmx;
    VMXRuleContext c = vmx_rule_context(env);

    return vmx->pin == c.pin && vmx->proc == c.proc && vmx->proc2 == c.proc2
        && vmx->proc3 == c.proc3 && vmx_controls_valid(env);
}

static bool nonroot_valid(CPUX86State *env)
{
    const VMXState *vmx = env->vmx;
    bool comes_back = suspended_by_smm(env) && vmx->smm_nonroot;

    if (vmx_nonroot(env) && !vmx->on) {
        return false;
    }
    return !(vmx_nonroot(env) || comes_back)
        || (vmx->vmcs_pointer != VMX_NO_POINTER && controls_in_force(env));
}

static bool events_valid(const VMXState *vmx)
{
    return !(vmx->pending & ~ALL_PENDING)
        && !(vmx->pending_dbg & ~(uint64_t)(VMX_PENDING_DBG_VALID | 0xf))
        && !(vmx->debugctl & ~VMX_DEBUGCTL_VALID)
        && vmx->activity <= VMX_ACTIVITY_WAIT_SIPI
        && vmx->vectoring_insn_len <= LONGEST_INSTRUCTION
        && vmx->apic_write_size <= sizeof(uint32_t)
        && vmx->apic_write_offset + vmx->apic_write_size <= TARGET_PAGE_SIZE;
}

static bool launch_valid(const VMXState *vmx)
{
    return vmx->launched <= 1;
}

/* Loading ---- */

static bool fail(const char *what)
{
    error_report("VMX state of a processor cannot be loaded: %s; the stream is"
                 " damaged, or of another processor model", what);
    return false;
}

static void cut_fields(VMXState *vmx)
{
    int i;

    for (i = 0; i < VMCS_FIELD_COUNT; i++) {
        vmx->field[i] &= vmcs_width_mask(i);
    }
}

static bool state_valid(CPUX86State *env)
{
    if (!pointers_valid(env)) {
        return fail("VMXON or VMCS pointer");
    }
    if (!nonroot_valid(env)) {
        return fail("controls of non-root operation");
    }
    if (!events_valid(env->vmx)) {
        return fail("pending events");
    }
    return launch_valid(env->vmx) || fail("launch state");
}

bool vmx_post_load(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    if (!vmx) {
        return !vmx_nonroot(env) || fail("the processor does not offer VMX");
    }
    if (!vmx->loaded) {
        if (vmx_nonroot(env)) {
            return fail("non-root operation without VMX operation");
        }
        vmx_reset(env);
        vmx->tsc_adjust = 0;
    }
    vmx->loaded = false;
    vmx->entry_checked = false;
    cut_fields(vmx);
    if (!state_valid(env)) {
        return false;
    }
    vmx_tlb_reset(env);
    vmx_timer_loaded(vmx);
    if (vmx_nonroot(env)) {
        vmx_event_raise(vmx, 0);
    }
    return true;
}

static int mark_loaded(void *opaque, int version_id)
{
    VMXState *vmx = opaque;

    vmx->loaded = true;
    return 0;
}

/* The stream ---- */

#define CAPABILITY(name) \
    VMSTATE_UINT64_EQUAL(caps.name, VMXState, \
                         "Both ends must offer the same VMX features.")

/*
 * Version 1: fields are in the order of vmcs-fields.def; a change of that file
 * takes another version here and another revision identifier of VMCS regions.
 */
static const VMStateDescription vmstate_vmx_state = {
    .name = "vmx_state",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = mark_loaded,
    .fields = (const VMStateField[]) {
        CAPABILITY(basic),
        CAPABILITY(true_pin),
        CAPABILITY(true_proc),
        CAPABILITY(proc2),
        CAPABILITY(proc3),
        CAPABILITY(true_exit),
        CAPABILITY(true_entry),
        CAPABILITY(misc),
        CAPABILITY(ept_vpid),
        CAPABILITY(cr4_fixed1),
        VMSTATE_BOOL(on, VMXState),
        VMSTATE_UINT64(vmxon_pointer, VMXState),
        VMSTATE_UINT64(vmcs_pointer, VMXState),
        VMSTATE_UINT32(launched, VMXState),
        VMSTATE_UINT64_ARRAY(field, VMXState, VMCS_FIELD_COUNT),
        VMSTATE_UINT32(pin, VMXState),
        VMSTATE_UINT32(proc, VMXState),
        VMSTATE_UINT32(proc2, VMXState),
        VMSTATE_UINT64(proc3, VMXState),
        VMSTATE_UINT32(vectoring_info, VMXState),
        VMSTATE_UINT32(vectoring_error_code, VMXState),
        VMSTATE_UINT32(vectoring_insn_len, VMXState),
        VMSTATE_BOOL(vectoring_injected, VMXState),
        VMSTATE_BOOL(vectoring_known, VMXState),
        VMSTATE_BOOL(vectoring_rewind, VMXState),
        VMSTATE_BOOL(software_exception, VMXState),
        VMSTATE_UINT64(vectoring_rip, VMXState),
        VMSTATE_UINT32(pending, VMXState),
        VMSTATE_BOOL(virtual_nmi_blocking, VMXState),
        VMSTATE_BOOL(nmi_unblocked_by_iret, VMXState),
        VMSTATE_UINT32(activity, VMXState),
        VMSTATE_UINT64(pending_dbg, VMXState),
        VMSTATE_BOOL(timer_active, VMXState),
        VMSTATE_UINT64(timer_deadline_tsc, VMXState),
        VMSTATE_BOOL(smm_on, VMXState),
        VMSTATE_BOOL(smm_nonroot, VMXState),
        VMSTATE_BOOL(a20_masked, VMXState),
        VMSTATE_INT32(a20_state, VMXState),
        VMSTATE_UINT64(ple_last, VMXState),
        VMSTATE_UINT64(ple_first, VMXState),
        VMSTATE_BOOL(monitor_armed, VMXState),
        VMSTATE_UINT32(apic_exit_qualification, VMXState),
        VMSTATE_UINT16(apic_write_offset, VMXState),
        VMSTATE_UINT16(apic_write_size, VMXState),
        VMSTATE_UINT64(debugctl, VMXState),
        VMSTATE_UINT64(tsc_adjust, VMXState),
        VMSTATE_UINT64_ARRAY(pdpte, VMXState, 4),
        VMSTATE_END_OF_LIST()
    }
};

static bool needed(void *opaque)
{
    X86CPU *cpu = opaque;
    const VMXState *vmx = cpu->env.vmx;

    return vmx && (vmx->on || vmx->smm_on || vmx->debugctl
                   || vmx->tsc_adjust);
}

static int have_state(void *opaque)
{
    X86CPU *cpu = opaque;

    if (!cpu->env.vmx) {
        fail("the processor does not offer VMX");
        return -EINVAL;
    }
    return 0;
}

const VMStateDescription vmstate_vmx = {
    .name = "cpu/vmx",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = needed,
    .pre_load = have_state,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_POINTER(env.vmx, X86CPU, vmstate_vmx_state, VMXState),
        VMSTATE_END_OF_LIST()
    }
};
