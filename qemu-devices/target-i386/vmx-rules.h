/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks at VM entry as lists of rules: each is one sentence of the manual.
 * The controls are those in the VMCS, secondary and tertiary ones 0 where the
 * primary ones do not activate them.
 */
#ifndef TARGET_I386_VMX_RULES_H
#define TARGET_I386_VMX_RULES_H

#include "vmx-internal.h"

typedef struct VMXRuleContext {
    CPUX86State *env;
    const VMXCaps *caps;
    uint32_t pin, proc, proc2, exit, entry;
    uint64_t proc3;
} VMXRuleContext;

typedef struct VMXRule {
    const char *name;        /* what must hold, for the log */
    bool (*holds)(const VMXRuleContext *c);
} VMXRule;

static inline uint64_t rule_field(const VMXRuleContext *c, VMCSField f)
{
    return vmcs_read(c->env, f);
}

static inline bool rule_ia32e_guest(const VMXRuleContext *c)
{
    return c->entry & VMX_VM_ENTRY_IA32E_MODE;
}

static inline bool rule_unrestricted(const VMXRuleContext *c)
{
    return c->proc2 & VMX_SECONDARY_EXEC_UNRESTRICTED_GUEST;
}

/* Interruption information of the event to inject; 0: none */
static inline uint32_t rule_injected(const VMXRuleContext *c)
{
    uint32_t info = rule_field(c, VMCS_ENTRY_INTR_INFO);

    return info & VMX_INTR_VALID ? info : 0;
}

/* A physical address with so many low bits clear */
bool vmx_rule_address(const VMXRuleContext *c, uint64_t pa, int align_bits);
/* Bits fixed to 1 are set, bits fixed to 0 are clear. */
bool vmx_rule_fixed(uint64_t val, uint64_t fixed0, uint64_t fixed1);

VMXRuleContext vmx_rule_context(CPUX86State *env);
/* False at the first rule that does not hold; it is logged. */
bool vmx_rules_hold(const VMXRuleContext *c, const VMXRule *rules,
                    size_t count);

/* vmx-entry-segments.c: 27.3.1.2 */
bool vmx_check_guest_segments(const VMXRuleContext *c);

#endif
