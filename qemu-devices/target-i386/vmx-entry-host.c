/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on the host-state area at VM entry (SDM 3C, 27.2.2 to 27.2.4) */
#include "qemu/osdep.h"
#include "vmx-rules.h"

#define SELECTOR_TI_RPL 7

static bool host64(const VMXRuleContext *c)
{
    return c->exit & VMX_VM_EXIT_HOST_ADDR_SPACE_SIZE;
}

/* Control registers and MSRs (27.2.2) */

static bool cr0(const VMXRuleContext *c)
{
    return vmx_rule_fixed(rule_field(c, VMCS_HOST_CR0), c->caps->cr0_fixed0,
                          c->caps->cr0_fixed1);
}

static bool cr4(const VMXRuleContext *c)
{
    return vmx_rule_fixed(rule_field(c, VMCS_HOST_CR4), c->caps->cr4_fixed0,
                          c->caps->cr4_fixed1);
}

static bool cr3(const VMXRuleContext *c)
{
    return vmx_valid_physical(c->env, rule_field(c, VMCS_HOST_CR3));
}

static bool sysenter(const VMXRuleContext *c)
{
    return vmx_canonical(c->env, rule_field(c, VMCS_HOST_SYSENTER_ESP))
        && vmx_canonical(c->env, rule_field(c, VMCS_HOST_SYSENTER_EIP));
}

static bool pat(const VMXRuleContext *c)
{
    return !(c->exit & VMX_VM_EXIT_LOAD_IA32_PAT)
        || vmx_valid_pat(rule_field(c, VMCS_HOST_PAT));
}

static bool efer_reserved(const VMXRuleContext *c)
{
    return !(c->exit & VMX_VM_EXIT_LOAD_IA32_EFER)
        || !(rule_field(c, VMCS_HOST_EFER) & ~vmx_efer_valid(c->env));
}

static bool efer_mode(const VMXRuleContext *c)
{
    uint64_t mode = rule_field(c, VMCS_HOST_EFER)
        & (MSR_EFER_LMA | MSR_EFER_LME);

    return !(c->exit & VMX_VM_EXIT_LOAD_IA32_EFER)
        || mode == (host64(c) ? MSR_EFER_LMA | MSR_EFER_LME : 0);
}

/* Segment and descriptor-table registers (27.2.3) */

static bool selectors(const VMXRuleContext *c)
{
    VMCSField f;

    for (f = VMCS_HOST_ES_SELECTOR; f <= VMCS_HOST_TR_SELECTOR; f++) {
        if (rule_field(c, f) & SELECTOR_TI_RPL) {
            return false;
        }
    }
    return true;
}

static bool cs_and_tr(const VMXRuleContext *c)
{
    return rule_field(c, VMCS_HOST_CS_SELECTOR)
        && rule_field(c, VMCS_HOST_TR_SELECTOR);
}

static bool ss(const VMXRuleContext *c)
{
    return host64(c) || rule_field(c, VMCS_HOST_SS_SELECTOR);
}

static bool bases(const VMXRuleContext *c)
{
    VMCSField f;

    for (f = VMCS_HOST_FS_BASE; f <= VMCS_HOST_IDTR_BASE; f++) {
        if (!vmx_canonical(c->env, rule_field(c, f))) {
            return false;
        }
    }
    return true;
}

/* Address-space size (27.2.4) */

static bool size_matches_mode(const VMXRuleContext *c)
{
    return host64(c) == !!(c->env->efer & MSR_EFER_LMA);
}

static bool guest_mode_matches_size(const VMXRuleContext *c)
{
    return host64(c) || !(c->entry & VMX_VM_ENTRY_IA32E_MODE);
}

static bool cr4_matches_size(const VMXRuleContext *c)
{
    uint64_t val = rule_field(c, VMCS_HOST_CR4);

    return host64(c) ? val & CR4_PAE_MASK : !(val & CR4_PCIDE_MASK);
}

static bool rip(const VMXRuleContext *c)
{
    uint64_t val = rule_field(c, VMCS_HOST_RIP);

    return host64(c) ? vmx_canonical(c->env, val) : !(val >> 32);
}

static const VMXRule rules[] = {
    { "host CR0", cr0 },
    { "host CR4", cr4 },
    { "host CR3", cr3 },
    { "host SYSENTER addresses", sysenter },
    { "host PAT", pat },
    { "host EFER, reserved bits", efer_reserved },
    { "host EFER against the address-space size", efer_mode },
    { "host selectors, TI and RPL", selectors },
    { "host CS and TR selectors", cs_and_tr },
    { "host SS selector", ss },
    { "host bases", bases },
    { "host CR4 against the address-space size", cr4_matches_size },
    { "host RIP", rip },
};

/* The mode that the processor is in, and what a VM exit stores */
static const VMXRule mode_rules[] = {
    { "host address-space size against IA-32e mode", size_matches_mode },
    { "IA-32e mode guest under a 32-bit host", guest_mode_matches_size },
};

bool vmx_check_host_state(CPUX86State *env)
{
    VMXRuleContext c = vmx_rule_context(env);
    VMXState *vmx = env->vmx;

    if (!vmx->entry_checked
        && !vmx_rules_hold(&c, rules, ARRAY_SIZE(rules))) {
        return false;
    }
    /* The rules on an injected event look at guest state too. */
    vmx->entry_checked = !rule_injected(&c);
    return vmx_rules_hold(&c, mode_rules, ARRAY_SIZE(mode_rules));
}
