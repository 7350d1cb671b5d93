/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What VMX the processor offers: the capability MSRs (SDM 3D, appendix A),
 * made of QEMU's VMX feature words, and the life of env->vmx.
 *
 * A bit of a feature word of controls says that the control may be 0 and may
 * be 1. Of the others, those of the default1 class are always 1, the rest
 * always 0.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"

/* A.3.1, A.3.2, A.4, A.5: controls that are 1 where nothing else is known */
#define PIN_DEFAULT1   0x00000016u
#define PROC_DEFAULT1  0x0401e172u
#define EXIT_DEFAULT1  0x00036dffu
#define ENTRY_DEFAULT1 0x000011ffu

/* A.1: any value that other implementations do not use; regions of 4 KBytes,
 * write-back */
#define VMCS_REVISION        0x56524c01u
#define BASIC_REGION_SIZE    ((uint64_t)VMCS_REGION_SIZE << 32)
#define BASIC_MEMORY_TYPE_WB (6ull << 50)

/* A.6: the preemption timer counts once in 2^5 ticks of the TSC; four CR3-target
 * values; 512 entries in an MSR area */
#define MISC_TIMER_SHIFT  5
#define MISC_CR3_TARGETS  (4u << 16)
#define MISC_OFFERED (MSR_VMX_MISC_STORE_LMA | MSR_VMX_MISC_ACTIVITY_HLT \
                      | MSR_VMX_MISC_ACTIVITY_SHUTDOWN \
                      | MSR_VMX_MISC_ACTIVITY_WAIT_SIPI \
                      | MSR_VMX_MISC_VMWRITE_VMEXIT \
                      | MSR_VMX_MISC_ZERO_LEN_INJECT)

#define BASIC_OFFERED (MSR_VMX_BASIC_INS_OUTS | MSR_VMX_BASIC_TRUE_CTLS \
                       | MSR_VMX_BASIC_ANY_ERRCODE)

/* A control may be 0 (low half: 0), may be 1 (high half: 1). */
static uint64_t controls(uint32_t flexible, uint32_t default1)
{
    uint32_t must_be_1 = default1 & ~flexible;
    uint32_t may_be_1 = default1 | flexible;

    return (uint64_t)may_be_1 << 32 | must_be_1;
}

/* The MSR that software without knowledge of the TRUE one reads: the whole of
 * default1 must be 1 (A.2). */
static uint64_t without_true(uint64_t msr, uint32_t default1)
{
    return msr | default1;
}

/* An unrestricted guest comes only with the storing of EFER.LMA (A.6, bit 5). */
static uint32_t secondary_controls(const CPUX86State *env)
{
    uint32_t val = env->features[FEAT_VMX_SECONDARY_CTLS];

    if (!(env->features[FEAT_VMX_MISC] & MSR_VMX_MISC_STORE_LMA)) {
        val &= ~VMX_SECONDARY_EXEC_UNRESTRICTED_GUEST;
    }
    return val;
}

static void set_controls(VMXCaps *caps, const CPUX86State *env)
{
    const uint64_t *f = env->features;
    uint32_t proc = f[FEAT_VMX_PROCBASED_CTLS];
    uint32_t exit = f[FEAT_VMX_EXIT_CTLS];

    if (caps->proc3) {
        proc |= VMX_CPU_BASED_ACTIVATE_TERTIARY_CONTROLS;
    }
    if (f[FEAT_8000_0001_EDX] & CPUID_EXT2_LM) {
        exit |= VMX_VM_EXIT_HOST_ADDR_SPACE_SIZE;
    }
    caps->true_pin = controls(f[FEAT_VMX_PINBASED_CTLS], PIN_DEFAULT1);
    caps->true_proc = controls(proc, PROC_DEFAULT1);
    caps->true_exit = controls(exit, EXIT_DEFAULT1);
    caps->true_entry = controls(f[FEAT_VMX_ENTRY_CTLS], ENTRY_DEFAULT1);
    caps->pin = without_true(caps->true_pin, PIN_DEFAULT1);
    caps->proc = without_true(caps->true_proc, PROC_DEFAULT1);
    caps->exit = without_true(caps->true_exit, EXIT_DEFAULT1);
    caps->entry = without_true(caps->true_entry, ENTRY_DEFAULT1);
    caps->proc2 = controls(secondary_controls(env), 0);
    if (!(f[FEAT_VMX_BASIC] & MSR_VMX_BASIC_TRUE_CTLS)) {
        caps->true_pin = caps->pin;
        caps->true_proc = caps->proc;
        caps->true_exit = caps->exit;
        caps->true_entry = caps->entry;
    }
}

/* A.10 */
static uint64_t ept_vpid(const CPUX86State *env)
{
    const uint64_t *f = env->features;
    uint64_t val = f[FEAT_VMX_EPT_VPID_CAPS];

    if (f[FEAT_VMX_SECONDARY_CTLS] & VMX_SECONDARY_EXEC_ENABLE_EPT) {
        val |= MSR_VMX_EPT_UC | MSR_VMX_EPT_WB;
    }
    return val;
}

/* A.8: bits of CR4 that the processor knows */
static uint64_t cr4_fixed1(CPUX86State *env)
{
    static const struct {
        FeatureWord word;
        uint32_t feature;
        uint64_t bits;
    } known[] = {
        { FEAT_1_EDX, CPUID_TSC, CR4_TSD_MASK },
        { FEAT_1_EDX, CPUID_DE, CR4_DE_MASK },
        { FEAT_1_EDX, CPUID_PSE, CR4_PSE_MASK },
        { FEAT_1_EDX, CPUID_PAE, CR4_PAE_MASK },
        { FEAT_1_EDX, CPUID_MCE, CR4_MCE_MASK },
        { FEAT_1_EDX, CPUID_PGE, CR4_PGE_MASK },
        { FEAT_1_EDX, CPUID_FXSR, CR4_OSFXSR_MASK },
        { FEAT_1_EDX, CPUID_SSE, CR4_OSXMMEXCPT_MASK },
        { FEAT_7_0_ECX, CPUID_7_0_ECX_UMIP, CR4_UMIP_MASK },
        { FEAT_7_0_ECX, CPUID_7_0_ECX_LA57, CR4_LA57_MASK },
        { FEAT_7_0_EBX, CPUID_7_0_EBX_FSGSBASE, CR4_FSGSBASE_MASK },
        { FEAT_1_ECX, CPUID_EXT_PCID, CR4_PCIDE_MASK },
        { FEAT_1_ECX, CPUID_EXT_XSAVE, CR4_OSXSAVE_MASK },
        { FEAT_7_0_EBX, CPUID_7_0_EBX_SMEP, CR4_SMEP_MASK },
        { FEAT_7_0_EBX, CPUID_7_0_EBX_SMAP, CR4_SMAP_MASK },
        { FEAT_7_0_ECX, CPUID_7_0_ECX_PKU, CR4_PKE_MASK },
        { FEAT_7_0_ECX, CPUID_7_0_ECX_PKS, CR4_PKS_MASK },
    };
    /* VME has no bit of CPUID under TCG, but what hypervisors need of it for
     * guests in real mode, the redirection of INT n, is there. */
    uint64_t val = CR4_VME_MASK | CR4_PVI_MASK | CR4_PCE_MASK | CR4_VMXE_MASK;
    int i;

    for (i = 0; i < ARRAY_SIZE(known); i++) {
        if (env->features[known[i].word] & known[i].feature) {
            val |= known[i].bits;
        }
    }
    return val;
}

/* A.9: the highest index of an encoding, where the encoding has it */
static uint64_t highest_index(const VMXState *vmx)
{
    const uint32_t index = 0x3fe;
    uint32_t highest = 0;
    int i;

    for (i = 0; i < VMCS_FIELD_COUNT; i++) {
        if (vmx->field_exists[i]) {
            highest = MAX(highest, vmcs_encoding(i) & index);
        }
    }
    return highest;
}

static void set_caps(VMXState *vmx)
{
    CPUX86State *env = &vmx->cpu->env;
    VMXCaps *caps = &vmx->caps;

    caps->basic = VMCS_REVISION | BASIC_REGION_SIZE | BASIC_MEMORY_TYPE_WB
        | (env->features[FEAT_VMX_BASIC] & BASIC_OFFERED);
    caps->misc = MISC_TIMER_SHIFT | MISC_CR3_TARGETS
        | (env->features[FEAT_VMX_MISC] & MISC_OFFERED);
    caps->proc3 = vmx->cpu->vmx_ipi_virt ? VMX_TERTIARY_EXEC_IPI_VIRT : 0;
    set_controls(caps, env);
    caps->ept_vpid = ept_vpid(env);
    caps->vmfunc = env->features[FEAT_VMX_VMFUNC];
    caps->cr0_fixed0 = CR0_PE_MASK | CR0_NE_MASK | CR0_PG_MASK;
    caps->cr0_fixed1 = UINT32_MAX;
    caps->cr4_fixed0 = CR4_VMXE_MASK;
    caps->cr4_fixed1 = cr4_fixed1(env);
    vmcs_init(vmx);
    caps->vmcs_enum = highest_index(vmx);
}

/* Life ---------------------------------------------------------------------- */

bool vmx_operation(const CPUX86State *env)
{
    return env->vmx && env->vmx->on;
}

/* Outside VMX operation */
static VMXState *new_state(X86CPU *cpu)
{
    VMXState *vmx = g_new0(VMXState, 1);

    vmx->cpu = cpu;
    vmx->vmxon_pointer = VMX_NO_POINTER;
    vmx->vmcs_pointer = VMX_NO_POINTER;
    return vmx;
}

void vmx_realize(X86CPU *cpu)
{
    VMXState *vmx;

    if (!cpu_has_vmx(&cpu->env)) {
        return;
    }
    vmx = new_state(cpu);
    set_caps(vmx);
    cpu->env.vmx = vmx;
}

void vmx_unrealize(X86CPU *cpu)
{
    VMXState *vmx = cpu->env.vmx;

    if (!vmx) {
        return;
    }
    vmx_posted_unwatch(&cpu->env);
    cpu->env.vmx = NULL;
    if (vmx->timer) {
        timer_free(vmx->timer);
    }
    g_free(vmx);
}

void vmx_leave_operation(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    vmcs_make_current(env, VMX_NO_POINTER);
    vmx->on = false;
    vmx->vmxon_pointer = VMX_NO_POINTER;
}

void vmx_reset(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    VMXState *fresh;

    if (!vmx) {
        return;
    }
    if (vmx->timer) {
        timer_del(vmx->timer);
    }
    fresh = new_state(vmx->cpu);
    fresh->caps = vmx->caps;
    memcpy(fresh->field_exists, vmx->field_exists, sizeof(vmx->field_exists));
    fresh->timer = vmx->timer;
    fresh->timer_base_tsc = vmx->timer_base_tsc;
    fresh->timer_base_ns = vmx->timer_base_ns;
    fresh->tsc_adjust = vmx->tsc_adjust;
    *vmx = *fresh;
    g_free(fresh);
    env->hflags &= ~HF_VMX_MASK;
}
