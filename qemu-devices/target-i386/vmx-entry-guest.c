/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks on the guest-state area at VM entry (SDM 3C, 27.3.1), except segment
 * registers, which are in vmx-entry-segments.c.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "vmx-rules.h"

/* Exit qualification of a VM-entry failure (27.8) */
#define QUALIFICATION_PDPTE 2
#define QUALIFICATION_NMI_STI 3
#define QUALIFICATION_LINK_POINTER 4

#define AR_L (1u << 13)
#define DEBUGCTL_BTF (1u << 1)
#define RFLAGS_RESERVED (~0x3fffffull | 1 << 15 | 1 << 5 | 1 << 3)
#define PDPTE_RESERVED_LOW 0x1e6

static uint64_t guest_cr0(const VMXRuleContext *c)
{
    return rule_field(c, VMCS_GUEST_CR0);
}

/* Control registers, debug registers, MSRs (27.3.1.1) ---- */

static bool cr0_fixed(const VMXRuleContext *c)
{
    uint64_t fixed0 = c->caps->cr0_fixed0;

    if (rule_unrestricted(c)) {
        fixed0 &= ~(uint64_t)(CR0_PE_MASK | CR0_PG_MASK);
    }
    return vmx_rule_fixed(guest_cr0(c), fixed0, c->caps->cr0_fixed1);
}

static bool cr0_paging(const VMXRuleContext *c)
{
    return !(guest_cr0(c) & CR0_PG_MASK) || (guest_cr0(c) & CR0_PE_MASK);
}

static bool cr4_fixed(const VMXRuleContext *c)
{
    return vmx_rule_fixed(rule_field(c, VMCS_GUEST_CR4), c->caps->cr4_fixed0,
                          c->caps->cr4_fixed1);
}

static bool debugctl(const VMXRuleContext *c)
{
    return !(c->entry & VMX_VM_ENTRY_LOAD_DEBUG_CONTROLS)
        || !(rule_field(c, VMCS_GUEST_DEBUGCTL) & ~VMX_DEBUGCTL_VALID);
}

static bool ia32e_paging(const VMXRuleContext *c)
{
    return !rule_ia32e_guest(c) || ((guest_cr0(c) & CR0_PG_MASK)
                         && (rule_field(c, VMCS_GUEST_CR4) & CR4_PAE_MASK));
}

static bool pcide(const VMXRuleContext *c)
{
    return rule_ia32e_guest(c)
        || !(rule_field(c, VMCS_GUEST_CR4) & CR4_PCIDE_MASK);
}

static bool cr3(const VMXRuleContext *c)
{
    return vmx_valid_physical(c->env, rule_field(c, VMCS_GUEST_CR3));
}

static bool dr7(const VMXRuleContext *c)
{
    return !(c->entry & VMX_VM_ENTRY_LOAD_DEBUG_CONTROLS)
        || !(rule_field(c, VMCS_GUEST_DR7) >> 32);
}

static bool sysenter(const VMXRuleContext *c)
{
    return vmx_canonical(c->env, rule_field(c, VMCS_GUEST_SYSENTER_ESP))
        && vmx_canonical(c->env, rule_field(c, VMCS_GUEST_SYSENTER_EIP));
}

static bool pat(const VMXRuleContext *c)
{
    return !(c->entry & VMX_VM_ENTRY_LOAD_IA32_PAT)
        || vmx_valid_pat(rule_field(c, VMCS_GUEST_PAT));
}

static bool efer_reserved(const VMXRuleContext *c)
{
    return !(c->entry & VMX_VM_ENTRY_LOAD_IA32_EFER)
        || !(rule_field(c, VMCS_GUEST_EFER) & ~vmx_efer_valid(c->env));
}

static bool efer_mode(const VMXRuleContext *c)
{
    uint64_t efer = rule_field(c, VMCS_GUEST_EFER);
    bool lma = efer & MSR_EFER_LMA, lme = efer & MSR_EFER_LME;

    return !(c->entry & VMX_VM_ENTRY_LOAD_IA32_EFER)
        || (lma == rule_ia32e_guest(c)
            && (!(guest_cr0(c) & CR0_PG_MASK) || lma == lme));
}

/* Descriptor tables, RIP, RFLAGS (27.3.1.3, 27.3.1.4) ---- */

static bool descriptor_tables(const VMXRuleContext *c)
{
    return vmx_canonical(c->env, rule_field(c, VMCS_GUEST_GDTR_BASE))
        && vmx_canonical(c->env, rule_field(c, VMCS_GUEST_IDTR_BASE))
        && !(rule_field(c, VMCS_GUEST_GDTR_LIMIT) >> 16)
        && !(rule_field(c, VMCS_GUEST_IDTR_LIMIT) >> 16);
}

/* In 64-bit mode it need not be canonical: the bits above the linear-address
 * width are alike, the highest bit of that width may differ. */
static bool rip(const VMXRuleContext *c)
{
    uint64_t val = rule_field(c, VMCS_GUEST_RIP);
    bool code64 = rule_ia32e_guest(c)
        && (rule_field(c, VMCS_GUEST_CS_ACCESS_RIGHTS) & AR_L);
    int64_t above = (int64_t)val >> vmx_linear_width(c->env);

    return code64 ? above == 0 || above == -1 : !(val >> 32);
}

static bool rflags_reserved(const VMXRuleContext *c)
{
    uint64_t val = rule_field(c, VMCS_GUEST_RFLAGS);

    return !(val & RFLAGS_RESERVED) && (val & 2);
}

static bool rflags_vm(const VMXRuleContext *c)
{
    return !(rule_field(c, VMCS_GUEST_RFLAGS) & VM_MASK)
        || (!rule_ia32e_guest(c) && (guest_cr0(c) & CR0_PE_MASK));
}

static bool injects(const VMXRuleContext *c, uint32_t type)
{
    return rule_injected(c) && (rule_injected(c) & VMX_INTR_TYPE_MASK) == type;
}

static bool rflags_if(const VMXRuleContext *c)
{
    return !injects(c, VMX_INTR_TYPE_EXTERNAL)
        || (rule_field(c, VMCS_GUEST_RFLAGS) & IF_MASK);
}

/* Non-register state (27.3.1.5) ---- */

static uint32_t activity(const VMXRuleContext *c)
{
    return rule_field(c, VMCS_GUEST_ACTIVITY_STATE);
}

static uint32_t blocking(const VMXRuleContext *c)
{
    return rule_field(c, VMCS_GUEST_INTERRUPTIBILITY);
}

static bool activity_supported(const VMXRuleContext *c)
{
    switch (activity(c)) {
    case VMX_ACTIVITY_ACTIVE:
        return true;
    case VMX_ACTIVITY_HLT:
        return c->caps->misc & MSR_VMX_MISC_ACTIVITY_HLT;
    case VMX_ACTIVITY_SHUTDOWN:
        return c->caps->misc & MSR_VMX_MISC_ACTIVITY_SHUTDOWN;
    case VMX_ACTIVITY_WAIT_SIPI:
        return c->caps->misc & MSR_VMX_MISC_ACTIVITY_WAIT_SIPI;
    default:
        return false;
    }
}

static bool activity_hlt_cpl(const VMXRuleContext *c)
{
    return activity(c) != VMX_ACTIVITY_HLT
        || !extract32(rule_field(c, VMCS_GUEST_SS_ACCESS_RIGHTS), 5, 2);
}

static bool activity_blocking(const VMXRuleContext *c)
{
    return activity(c) == VMX_ACTIVITY_ACTIVE
        || !(blocking(c) & (VMX_BLOCKING_STI | VMX_BLOCKING_MOV_SS));
}

static bool injectable_in_hlt(uint32_t info)
{
    uint32_t vector = info & 0xff;

    switch (info & VMX_INTR_TYPE_MASK) {
    case VMX_INTR_TYPE_EXTERNAL:
    case VMX_INTR_TYPE_NMI:
        return true;
    case VMX_INTR_TYPE_HW_EXCEPTION:
        return vector == EXCP01_DB || vector == EXCP12_MCHK;
    case VMX_INTR_TYPE_OTHER:
        return vector == 0;
    default:
        return false;
    }
}

static bool injectable_in_shutdown(uint32_t info)
{
    uint32_t type = info & VMX_INTR_TYPE_MASK;

    return type == VMX_INTR_TYPE_NMI
        || (type == VMX_INTR_TYPE_HW_EXCEPTION
            && (info & 0xff) == EXCP12_MCHK);
}

static bool activity_injection(const VMXRuleContext *c)
{
    if (!rule_injected(c)) {
        return true;
    }
    switch (activity(c)) {
    case VMX_ACTIVITY_ACTIVE:
        return true;
    case VMX_ACTIVITY_HLT:
        return injectable_in_hlt(rule_injected(c));
    case VMX_ACTIVITY_SHUTDOWN:
        return injectable_in_shutdown(rule_injected(c));
    default:
        return false;
    }
}

static bool activity_smm(const VMXRuleContext *c)
{
    return activity(c) != VMX_ACTIVITY_WAIT_SIPI
        || !(c->entry & VMX_VM_ENTRY_SMM);
}

/* Bit 4, enclave interruption, is reserved too: there is no SGX. */
static bool blocking_reserved(const VMXRuleContext *c)
{
    return !(blocking(c) & (VMX_INTERRUPTIBILITY_RESERVED | 1 << 4));
}

static bool blocking_both(const VMXRuleContext *c)
{
    const uint32_t both = VMX_BLOCKING_STI | VMX_BLOCKING_MOV_SS;

    return (blocking(c) & both) != both;
}

static bool blocking_sti_if(const VMXRuleContext *c)
{
    return !(blocking(c) & VMX_BLOCKING_STI)
        || (rule_field(c, VMCS_GUEST_RFLAGS) & IF_MASK);
}

static bool blocking_ext_intr(const VMXRuleContext *c)
{
    return !injects(c, VMX_INTR_TYPE_EXTERNAL)
        || !(blocking(c) & (VMX_BLOCKING_STI | VMX_BLOCKING_MOV_SS));
}

static bool blocking_nmi(const VMXRuleContext *c)
{
    return !injects(c, VMX_INTR_TYPE_NMI)
        || !(blocking(c) & VMX_BLOCKING_MOV_SS);
}

static bool blocking_smi(const VMXRuleContext *c)
{
    bool smm = c->env->hflags & HF_SMM_MASK;

    if (c->entry & VMX_VM_ENTRY_SMM) {
        return blocking(c) & VMX_BLOCKING_SMI;
    }
    return smm || !(blocking(c) & VMX_BLOCKING_SMI);
}

static bool blocking_virtual_nmi(const VMXRuleContext *c)
{
    return !(c->pin & VMX_PIN_BASED_VIRTUAL_NMIS)
        || !injects(c, VMX_INTR_TYPE_NMI)
        || !(blocking(c) & VMX_BLOCKING_NMI);
}

static bool pending_dbg_reserved(const VMXRuleContext *c)
{
    return !(rule_field(c, VMCS_GUEST_PENDING_DBG_EXCEPTIONS)
             & ~(uint64_t)(VMX_PENDING_DBG_VALID | 0xf));
}

static bool pending_dbg_bs(const VMXRuleContext *c)
{
    bool bs = rule_field(c, VMCS_GUEST_PENDING_DBG_EXCEPTIONS)
        & VMX_PENDING_DBG_BS;
    bool stepping = (rule_field(c, VMCS_GUEST_RFLAGS) & TF_MASK)
        && !(rule_field(c, VMCS_GUEST_DEBUGCTL) & DEBUGCTL_BTF);

    if (!(blocking(c) & (VMX_BLOCKING_STI | VMX_BLOCKING_MOV_SS))
        && activity(c) != VMX_ACTIVITY_HLT) {
        return true;
    }
    return bs == stepping;
}

static const VMXRule register_rules[] = {
    { "guest CR0", cr0_fixed },
    { "guest CR0.PG needs PE", cr0_paging },
    { "guest CR4", cr4_fixed },
    { "guest DEBUGCTL", debugctl },
    { "IA-32e mode guest needs CR0.PG and CR4.PAE", ia32e_paging },
    { "guest CR4.PCIDE needs IA-32e mode", pcide },
    { "guest CR3", cr3 },
    { "guest DR7", dr7 },
    { "guest SYSENTER addresses", sysenter },
    { "guest PAT", pat },
    { "guest EFER, reserved bits", efer_reserved },
    { "guest EFER against IA-32e mode", efer_mode },
};

static const VMXRule other_rules[] = {
    { "guest GDTR and IDTR", descriptor_tables },
    { "guest RIP", rip },
    { "guest RFLAGS, reserved bits", rflags_reserved },
    { "guest RFLAGS.VM", rflags_vm },
    { "guest RFLAGS.IF for an injected interrupt", rflags_if },
    { "activity state", activity_supported },
    { "HLT state needs CPL 0", activity_hlt_cpl },
    { "activity state against blocking", activity_blocking },
    { "activity state against the injected event", activity_injection },
    { "wait-for-SIPI against entry to SMM", activity_smm },
    { "interruptibility state, reserved bits", blocking_reserved },
    { "blocking by STI and by MOV SS", blocking_both },
    { "blocking by STI needs RFLAGS.IF", blocking_sti_if },
    { "blocking against an injected interrupt", blocking_ext_intr },
    { "blocking by MOV SS against an injected NMI", blocking_nmi },
    { "blocking by SMI", blocking_smi },
    { "blocking by NMI against an injected NMI", blocking_virtual_nmi },
    { "pending debug exceptions, reserved bits", pending_dbg_reserved },
    { "pending debug exceptions, BS against RFLAGS.TF", pending_dbg_bs },
};

/* A processor may leave out this rule: ours blocks NMIs after STI. */
static bool nmi_sti(const VMXRuleContext *c)
{
    return !injects(c, VMX_INTR_TYPE_NMI)
        || !(blocking(c) & VMX_BLOCKING_STI);
}

static bool link_pointer(const VMXRuleContext *c)
{
    uint64_t pa = rule_field(c, VMCS_VMCS_LINK_POINTER);

    if (pa == VMX_NO_POINTER) {
        return true;
    }
    return vmx_rule_address(c, pa, 12) && pa != c->env->vmx->vmcs_pointer
        && vmcs_revision(c->env, pa)
            == (c->caps->basic & MSR_VMX_BASIC_VMCS_REVISION_MASK);
}

/* 27.3.1.6 */
static bool pdpte(const VMXRuleContext *c, uint64_t val)
{
    return !(val & PG_PRESENT_MASK)
        || (!(val & PDPTE_RESERVED_LOW)
            && vmx_valid_physical(c->env, val & ~0xfffull));
}

static bool pdptes(const VMXRuleContext *c)
{
    bool ept = c->proc2 & VMX_SECONDARY_EXEC_ENABLE_EPT;
    hwaddr table = rule_field(c, VMCS_GUEST_CR3) & 0xffffffe0;
    int i;

    if (rule_ia32e_guest(c) || !(guest_cr0(c) & CR0_PG_MASK)
        || !(rule_field(c, VMCS_GUEST_CR4) & CR4_PAE_MASK)) {
        return true;
    }
    for (i = 0; i < 4; i++) {
        if (!pdpte(c, ept ? rule_field(c, VMCS_GUEST_PDPTE0 + i)
                   : vmx_phys_read64(c->env, table + i * 8))) {
            return false;
        }
    }
    return true;
}

static bool fail(const char *rule, uint64_t value, uint64_t *qualification)
{
    qemu_log_mask(CPU_LOG_INT, "vmx: entry: %s\n", rule);
    *qualification = value;
    return false;
}

bool vmx_check_guest_state(CPUX86State *env, uint64_t *qualification)
{
    VMXRuleContext c = vmx_rule_context(env);

    *qualification = 0;
    if (!vmx_rules_hold(&c, register_rules, ARRAY_SIZE(register_rules))
        || !vmx_check_guest_segments(&c)
        || !vmx_rules_hold(&c, other_rules, ARRAY_SIZE(other_rules))) {
        return false;
    }
    if (!nmi_sti(&c)) {
        return fail("blocking by STI against an injected NMI",
                    QUALIFICATION_NMI_STI, qualification);
    }
    if (!link_pointer(&c)) {
        return fail("VMCS link pointer", QUALIFICATION_LINK_POINTER,
                    qualification);
    }
    if (!pdptes(&c)) {
        return fail("guest PDPTEs", QUALIFICATION_PDPTE, qualification);
    }
    return true;
}
