/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "vmx-rules.h"

VMXRuleContext vmx_rule_context(CPUX86State *env)
{
    uint32_t proc = vmcs_read(env, VMCS_PROC_CTLS);

    return (VMXRuleContext) {
        .env = env,
        .caps = &env->vmx->caps,
        .pin = vmcs_read(env, VMCS_PIN_CTLS),
        .proc = proc,
        .proc2 = proc & VMX_CPU_BASED_ACTIVATE_SECONDARY_CONTROLS
            ? vmcs_read(env, VMCS_SECONDARY_PROC_CTLS) : 0,
        .proc3 = proc & VMX_CPU_BASED_ACTIVATE_TERTIARY_CONTROLS
            ? vmcs_read(env, VMCS_TERTIARY_PROC_CTLS) : 0,
        .exit = vmcs_read(env, VMCS_EXIT_CTLS),
        .entry = vmcs_read(env, VMCS_ENTRY_CTLS),
    };
}

bool vmx_rules_hold(const VMXRuleContext *c, const VMXRule *rules,
                    size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (!rules[i].holds(c)) {
            qemu_log_mask(CPU_LOG_INT, "vmx: entry: %s\n", rules[i].name);
            return false;
        }
    }
    return true;
}

bool vmx_rule_address(const VMXRuleContext *c, uint64_t pa, int align_bits)
{
    return !(pa & MAKE_64BIT_MASK(0, align_bits))
        && vmx_valid_physical(c->env, pa);
}

bool vmx_rule_fixed(uint64_t val, uint64_t fixed0, uint64_t fixed1)
{
    return (val & fixed0) == fixed0 && !(val & ~fixed1);
}
