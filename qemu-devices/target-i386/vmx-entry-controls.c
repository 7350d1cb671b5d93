/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on VMX controls at VM entry (SDM 3C, 27.2.1) */
#include "qemu/osdep.h"
#include "vmx-rules.h"

#define PAGE_BITS 12
#define MSR_ENTRY_SIZE 16

/* VM-execution control fields (27.2.1.1) ---- */

static bool allowed(uint64_t msr, uint32_t val)
{
    return vmx_rule_fixed(val, (uint32_t)msr, msr >> 32);
}

static bool pin_reserved(const VMXRuleContext *c)
{
    return allowed(c->caps->true_pin, c->pin);
}

static bool proc_reserved(const VMXRuleContext *c)
{
    return allowed(c->caps->true_proc, c->proc);
}

static bool proc2_reserved(const VMXRuleContext *c)
{
    return !(c->proc & VMX_CPU_BASED_ACTIVATE_SECONDARY_CONTROLS)
        || allowed(c->caps->proc2, c->proc2);
}

static bool proc3_reserved(const VMXRuleContext *c)
{
    return !(c->proc3 & ~c->caps->proc3);
}

static bool cr3_target_count(const VMXRuleContext *c)
{
    return rule_field(c, VMCS_CR3_TARGET_COUNT)
        <= extract64(c->caps->misc, 16, 9);
}

static bool io_bitmaps(const VMXRuleContext *c)
{
    return !(c->proc & VMX_CPU_BASED_USE_IO_BITMAPS)
        || (vmx_rule_address(c, rule_field(c, VMCS_IO_BITMAP_A), PAGE_BITS)
            && vmx_rule_address(c, rule_field(c, VMCS_IO_BITMAP_B),
                                PAGE_BITS));
}

static bool msr_bitmap(const VMXRuleContext *c)
{
    return !(c->proc & VMX_CPU_BASED_USE_MSR_BITMAPS)
        || vmx_rule_address(c, rule_field(c, VMCS_MSR_BITMAP), PAGE_BITS);
}

static bool virtual_apic_address(const VMXRuleContext *c)
{
    return !(c->proc & VMX_CPU_BASED_TPR_SHADOW)
        || vmx_rule_address(c, rule_field(c, VMCS_VIRTUAL_APIC_ADDR),
                            PAGE_BITS);
}

static bool threshold_matters(const VMXRuleContext *c)
{
    return (c->proc & VMX_CPU_BASED_TPR_SHADOW)
        && !(c->proc2 & VMX_SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY);
}

static bool tpr_threshold_reserved(const VMXRuleContext *c)
{
    return !threshold_matters(c) || !(rule_field(c, VMCS_TPR_THRESHOLD) >> 4);
}

static bool tpr_threshold_vtpr(const VMXRuleContext *c)
{
    uint8_t vtpr;

    if (!threshold_matters(c)
        || (c->proc2 & VMX_SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES)) {
        return true;
    }
    vtpr = vmx_phys_read8(c->env,
                          rule_field(c, VMCS_VIRTUAL_APIC_ADDR) + 0x80);
    return extract64(rule_field(c, VMCS_TPR_THRESHOLD), 0, 4) <= vtpr >> 4;
}

static bool virtual_nmis(const VMXRuleContext *c)
{
    return (c->pin & VMX_PIN_BASED_NMI_EXITING)
        || !(c->pin & VMX_PIN_BASED_VIRTUAL_NMIS);
}

static bool nmi_window(const VMXRuleContext *c)
{
    return (c->pin & VMX_PIN_BASED_VIRTUAL_NMIS)
        || !(c->proc & VMX_CPU_BASED_VIRTUAL_NMI_PENDING);
}

static bool apic_access_address(const VMXRuleContext *c)
{
    return !(c->proc2 & VMX_SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES)
        || vmx_rule_address(c, rule_field(c, VMCS_APIC_ACCESS_ADDR),
                            PAGE_BITS);
}

static bool apicv_needs_tpr_shadow(const VMXRuleContext *c)
{
    return (c->proc & VMX_CPU_BASED_TPR_SHADOW)
        || !((c->proc2 & (VMX_SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE
                          | VMX_SECONDARY_EXEC_APIC_REGISTER_VIRT
                          | VMX_SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY))
             || (c->proc3 & VMX_TERTIARY_EXEC_IPI_VIRT));
}

static bool x2apic_or_page(const VMXRuleContext *c)
{
    return !((c->proc2 & VMX_SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE)
             && (c->proc2 & VMX_SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES));
}

static bool vid_needs_ext_intr(const VMXRuleContext *c)
{
    return !(c->proc2 & VMX_SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY)
        || (c->pin & VMX_PIN_BASED_EXT_INTR_MASK);
}

static bool posted_needs(const VMXRuleContext *c)
{
    return !(c->pin & VMX_PIN_BASED_POSTED_INTR)
        || ((c->proc2 & VMX_SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY)
            && (c->exit & VMX_VM_EXIT_ACK_INTR_ON_EXIT));
}

static bool posted_vector(const VMXRuleContext *c)
{
    return !(c->pin & VMX_PIN_BASED_POSTED_INTR)
        || rule_field(c, VMCS_POSTED_INTR_NV) <= 0xff;
}

static bool posted_descriptor(const VMXRuleContext *c)
{
    return !(c->pin & VMX_PIN_BASED_POSTED_INTR)
        || vmx_rule_address(c, rule_field(c, VMCS_POSTED_INTR_DESC_ADDR), 6);
}

static bool vpid_not_0(const VMXRuleContext *c)
{
    return !(c->proc2 & VMX_SECONDARY_EXEC_ENABLE_VPID)
        || rule_field(c, VMCS_VPID) != 0;
}

static bool eptp(const VMXRuleContext *c)
{
    return !(c->proc2 & VMX_SECONDARY_EXEC_ENABLE_EPT)
        || vmx_valid_eptp(c->env, rule_field(c, VMCS_EPT_POINTER));
}

static bool unrestricted_needs_ept(const VMXRuleContext *c)
{
    return !(c->proc2 & VMX_SECONDARY_EXEC_UNRESTRICTED_GUEST)
        || (c->proc2 & VMX_SECONDARY_EXEC_ENABLE_EPT);
}

static bool tsc_multiplier(const VMXRuleContext *c)
{
    return !(c->proc2 & VMX_SECONDARY_EXEC_TSC_SCALING)
        || rule_field(c, VMCS_TSC_MULTIPLIER) != 0;
}

static bool pid_pointer_table(const VMXRuleContext *c)
{
    uint64_t table = rule_field(c, VMCS_PID_POINTER_TABLE);
    uint64_t last = rule_field(c, VMCS_LAST_PID_POINTER_INDEX);

    return !(c->proc3 & VMX_TERTIARY_EXEC_IPI_VIRT)
        || (vmx_rule_address(c, table, 3)
            && vmx_valid_physical(c->env, table + last * 8 + 7));
}

/* VM-exit control fields (27.2.1.2) ---- */

static bool exit_reserved(const VMXRuleContext *c)
{
    return allowed(c->caps->true_exit, c->exit);
}

static bool save_timer(const VMXRuleContext *c)
{
    return (c->pin & VMX_PIN_BASED_VMX_PREEMPTION_TIMER)
        || !(c->exit & VMX_VM_EXIT_SAVE_VMX_PREEMPTION_TIMER);
}

static bool msr_area(const VMXRuleContext *c, VMCSField addr, VMCSField count)
{
    uint64_t pa = rule_field(c, addr);
    uint64_t n = rule_field(c, count);

    return !n || (vmx_rule_address(c, pa, 4)
                  && vmx_valid_physical(c->env,
                                        pa + n * MSR_ENTRY_SIZE - 1));
}

static bool exit_msr_store(const VMXRuleContext *c)
{
    return msr_area(c, VMCS_EXIT_MSR_STORE_ADDR, VMCS_EXIT_MSR_STORE_COUNT);
}

static bool exit_msr_load(const VMXRuleContext *c)
{
    return msr_area(c, VMCS_EXIT_MSR_LOAD_ADDR, VMCS_EXIT_MSR_LOAD_COUNT);
}

/* VM-entry control fields (27.2.1.3) ---- */

static bool entry_reserved(const VMXRuleContext *c)
{
    return allowed(c->caps->true_entry, c->entry);
}

static bool smm_controls(const VMXRuleContext *c)
{
    return (c->env->hflags & HF_SMM_MASK)
        || !(c->entry & (VMX_VM_ENTRY_SMM | VMX_VM_ENTRY_DEACT_DUAL_MONITOR));
}

static bool injected_type(const VMXRuleContext *c)
{
    uint32_t info = rule_injected(c);

    switch (info & VMX_INTR_TYPE_MASK) {
    case 1 << 8:
        return false;
    case VMX_INTR_TYPE_OTHER:
        return vmx_cap_allows(c->caps->true_proc,
                              VMX_CPU_BASED_MONITOR_TRAP_FLAG);
    default:
        return true;
    }
}

static bool injected_vector(const VMXRuleContext *c)
{
    uint32_t info = rule_injected(c), vector = info & 0xff;

    switch (info & VMX_INTR_TYPE_MASK) {
    case VMX_INTR_TYPE_NMI:
        return vector == EXCP02_NMI;
    case VMX_INTR_TYPE_HW_EXCEPTION:
        return vector <= 31;
    case VMX_INTR_TYPE_OTHER:
        return vector == 0;
    default:
        return true;
    }
}

static bool has_error_code(uint32_t vector)
{
    return vector == EXCP08_DBLE || vector == EXCP11_ALGN
        || (vector >= EXCP0A_TSS && vector <= EXCP0E_PAGE);
}

/* IA32_VMX_BASIC[56]: hardware exceptions may be delivered either way. */
static bool injected_error_code(const VMXRuleContext *c)
{
    uint32_t info = rule_injected(c);
    bool error_code = info & VMX_INTR_ERROR_CODE;
    bool exception = (info & VMX_INTR_TYPE_MASK) == VMX_INTR_TYPE_HW_EXCEPTION;
    bool real_mode = rule_unrestricted(c)
        && !(rule_field(c, VMCS_GUEST_CR0) & CR0_PE_MASK);

    if (!info) {
        return true;
    }
    if (!exception || real_mode) {
        return !error_code;
    }
    return (c->caps->basic & MSR_VMX_BASIC_ANY_ERRCODE)
        || error_code == has_error_code(info & 0xff);
}

static bool injected_reserved(const VMXRuleContext *c)
{
    return !(rule_injected(c) & 0x7ffff000);
}

static bool error_code_reserved(const VMXRuleContext *c)
{
    return !(rule_injected(c) & VMX_INTR_ERROR_CODE)
        || !(rule_field(c, VMCS_ENTRY_EXCEPTION_ERROR_CODE) >> 16);
}

static bool injected_length(const VMXRuleContext *c)
{
    uint64_t len = rule_field(c, VMCS_ENTRY_INSTRUCTION_LEN);

    switch (rule_injected(c) & VMX_INTR_TYPE_MASK) {
    case VMX_INTR_TYPE_SW_INTERRUPT:
    case VMX_INTR_TYPE_PRIV_EXCEPTION:
    case VMX_INTR_TYPE_SW_EXCEPTION:
        return len <= 15
            && (len || (c->caps->misc & MSR_VMX_MISC_ZERO_LEN_INJECT));
    default:
        return true;
    }
}

static bool entry_msr_load(const VMXRuleContext *c)
{
    return msr_area(c, VMCS_ENTRY_MSR_LOAD_ADDR, VMCS_ENTRY_MSR_LOAD_COUNT);
}

static const VMXRule rules[] = {
    { "reserved pin-based controls", pin_reserved },
    { "reserved primary processor-based controls", proc_reserved },
    { "reserved secondary processor-based controls", proc2_reserved },
    { "reserved tertiary processor-based controls", proc3_reserved },
    { "CR3-target count", cr3_target_count },
    { "I/O-bitmap addresses", io_bitmaps },
    { "MSR-bitmap address", msr_bitmap },
    { "virtual-APIC address", virtual_apic_address },
    { "TPR threshold, bits 31:4", tpr_threshold_reserved },
    { "virtual NMIs need NMI exiting", virtual_nmis },
    { "NMI-window exiting needs virtual NMIs", nmi_window },
    { "APIC-access address", apic_access_address },
    { "APIC virtualization needs the TPR shadow", apicv_needs_tpr_shadow },
    { "x2APIC mode and APIC accesses both virtualized", x2apic_or_page },
    { "virtual-interrupt delivery needs external-interrupt exiting",
      vid_needs_ext_intr },
    { "posted interrupts need virtual-interrupt delivery and acknowledge on "
      "exit", posted_needs },
    { "posted-interrupt notification vector", posted_vector },
    { "posted-interrupt descriptor address", posted_descriptor },
    { "VPID 0", vpid_not_0 },
    { "EPT pointer", eptp },
    { "unrestricted guest needs EPT", unrestricted_needs_ept },
    { "TSC multiplier 0", tsc_multiplier },
    { "PID-pointer table", pid_pointer_table },
    { "reserved VM-exit controls", exit_reserved },
    { "saving the preemption timer needs the timer", save_timer },
    { "VM-exit MSR-store area", exit_msr_store },
    { "VM-exit MSR-load area", exit_msr_load },
    { "reserved VM-entry controls", entry_reserved },
    { "entry to SMM outside SMM", smm_controls },
    { "type of the injected event", injected_type },
    { "vector of the injected event", injected_vector },
    { "error code of the injected event", injected_error_code },
    { "reserved bits of the injected event", injected_reserved },
    { "reserved bits of the injected error code", error_code_reserved },
    { "instruction length of the injected event", injected_length },
    { "VM-entry MSR-load area", entry_msr_load },
};

/* What the guest may change: not a rule of the fields alone */
static const VMXRule memory_rules[] = {
    { "TPR threshold above VTPR[7:4]", tpr_threshold_vtpr },
};

bool vmx_controls_valid(CPUX86State *env)
{
    VMXRuleContext c = vmx_rule_context(env);

    return vmx_rules_hold(&c, rules, ARRAY_SIZE(rules));
}

bool vmx_check_controls(CPUX86State *env)
{
    VMXRuleContext c = vmx_rule_context(env);

    return (env->vmx->entry_checked
            || vmx_rules_hold(&c, rules, ARRAY_SIZE(rules)))
        && vmx_rules_hold(&c, memory_rules, ARRAY_SIZE(memory_rules));
}
