/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processor's state at VM entry and VM exit: guest state loaded and saved
 * (SDM 3C, 27.3.2 and 28.3), host state loaded (28.5).
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/cputlb.h"
#include "tcg/helper-tcg.h"

/* The fields of one segment register; GUEST_ES_... to GUEST_TR_... follow one
 * another in the order of VMXSegment. */
typedef enum VMXSegment {
    SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_LDTR, SEG_TR,
} VMXSegment;

QEMU_BUILD_BUG_ON((int)SEG_GS != R_GS || (int)SEG_ES != R_ES
                  || (int)SEG_SS != R_SS);
QEMU_BUILD_BUG_ON(VMCS_GUEST_TR_BASE - VMCS_GUEST_ES_BASE != SEG_TR);
QEMU_BUILD_BUG_ON(VMCS_GUEST_TR_ACCESS_RIGHTS - VMCS_GUEST_ES_ACCESS_RIGHTS
                  != SEG_TR);

#define AR_UNUSABLE (1u << 16)
#define AR_BITS     0xf0ffu
#define AR_ACCESSED (1u << 0)
#define AR_BUSY     (1u << 1)
#define AR_DPL(dpl) ((dpl) << 5)
#define TYPE_TSS32  9           /* available */

#define CR0_KEPT (CR0_ET_MASK | CR0_NW_MASK | CR0_CD_MASK | 0x1ffaffc0u)
#define CR0_PAGING (CR0_PG_MASK | CR0_WP_MASK | CR0_PE_MASK)
#define CR4_PAGING (CR4_PSE_MASK | CR4_PAE_MASK | CR4_PGE_MASK \
                    | CR4_SMEP_MASK | CR4_SMAP_MASK | CR4_LA57_MASK \
                    | CR4_PKE_MASK | CR4_PKS_MASK)
#define EFER_PAGING (MSR_EFER_LMA | MSR_EFER_NXE)

#define RFLAGS_LAZY (CC_O | CC_S | CC_Z | CC_A | CC_P | CC_C | DF_MASK)

#define ROOT_TLBS    MAKE_64BIT_MASK(0, MMU_PHYS_IDX)
#define NONROOT_TLBS (ROOT_TLBS << MMU_VMX_IDX)

static VMXPaging paging_of(const CPUX86State *env)
{
    return (VMXPaging) {
        .cr3 = env->cr[3],
        .efer = env->efer & EFER_PAGING,
        .cr0 = env->cr[0] & CR0_PAGING,
        .cr4 = env->cr[4] & CR4_PAGING,
    };
}

static bool paging_equal(const VMXPaging *a, const VMXPaging *b)
{
    return a->cr3 == b->cr3 && a->efer == b->efer && a->cr0 == b->cr0
        && a->cr4 == b->cr4;
}

/* Control registers and EFER with the hidden flags, without a flush: TLBs of
 * root and non-root operation are apart. */
static void set_control_registers(CPUX86State *env, uint64_t cr0, uint64_t cr3,
                                  uint64_t cr4, uint64_t efer)
{
    uint32_t hflags;

    env->cr[0] = cr0 | CR0_ET_MASK;
    env->cr[3] = cr3;
    env->cr[4] = cr4;
    cpu_load_efer(env, efer);
    hflags = env->hflags & ~(HF_PE_MASK | HF_MP_MASK | HF_EM_MASK | HF_TS_MASK
                             | HF_OSFXSR_MASK | HF_SMAP_MASK | HF_UMIP_MASK);
    hflags |= cr0 & CR0_PE_MASK ? HF_PE_MASK : HF_ADDSEG_MASK;
    hflags |= (cr0 << (HF_MP_SHIFT - CR0_MP_SHIFT))
        & (HF_MP_MASK | HF_EM_MASK | HF_TS_MASK);
    hflags |= cr4 & CR4_OSFXSR_MASK ? HF_OSFXSR_MASK : 0;
    hflags |= cr4 & CR4_SMAP_MASK ? HF_SMAP_MASK : 0;
    hflags |= cr4 & CR4_UMIP_MASK ? HF_UMIP_MASK : 0;
    env->hflags = hflags;
    cpu_sync_avx_hflag(env);
}

static void set_rflags(CPUX86State *env, uint64_t rflags)
{
    env->eflags = 0;
    cpu_load_eflags(env, rflags, ~RFLAGS_LAZY);
}

/* Guest state -------------------------------------------------------------- */

static uint64_t guest_efer(const CPUX86State *env, uint64_t cr0)
{
    uint32_t entry = vmcs_read(env, VMCS_ENTRY_CTLS);
    uint64_t efer = env->efer;

    if (entry & VMX_VM_ENTRY_LOAD_IA32_EFER) {
        return vmcs_read(env, VMCS_GUEST_EFER);
    }
    if (entry & VMX_VM_ENTRY_IA32E_MODE) {
        return efer | MSR_EFER_LMA | MSR_EFER_LME;
    }
    efer &= ~MSR_EFER_LMA;
    return cr0 & CR0_PG_MASK ? efer & ~MSR_EFER_LME : efer;
}

static void load_guest_control_registers(CPUX86State *env)
{
    uint64_t cr0 = (vmcs_read(env, VMCS_GUEST_CR0) & ~CR0_KEPT)
        | (env->cr[0] & CR0_KEPT);

    set_control_registers(env, cr0, vmcs_read(env, VMCS_GUEST_CR3),
                          vmcs_read(env, VMCS_GUEST_CR4),
                          guest_efer(env, cr0));
}

static void load_guest_pdptes(CPUX86State *env)
{
    int i;

    if (!(env->vmx->proc2 & VMX_SECONDARY_EXEC_ENABLE_EPT)) {
        return;
    }
    for (i = 0; i < 4; i++) {
        env->vmx->pdpte[i] = vmcs_read(env, VMCS_GUEST_PDPTE0 + i);
    }
}

static void load_guest_msrs(CPUX86State *env)
{
    uint32_t entry = vmcs_read(env, VMCS_ENTRY_CTLS);

    env->sysenter_cs = vmcs_read(env, VMCS_GUEST_SYSENTER_CS);
    env->sysenter_esp = vmcs_read(env, VMCS_GUEST_SYSENTER_ESP);
    env->sysenter_eip = vmcs_read(env, VMCS_GUEST_SYSENTER_EIP);
    if (entry & VMX_VM_ENTRY_LOAD_IA32_PAT) {
        env->pat = vmcs_read(env, VMCS_GUEST_PAT);
    }
    if (entry & VMX_VM_ENTRY_LOAD_DEBUG_CONTROLS) {
        env->vmx->debugctl = vmcs_read(env, VMCS_GUEST_DEBUGCTL);
        cpu_x86_update_dr7(env, vmcs_read(env, VMCS_GUEST_DR7));
    }
}

/* Access rights have the layout of a descriptor's second word, shifted. */
static uint32_t ar_to_flags(uint32_t ar, VMXSegment seg)
{
    /* The L, D and G bits of CS are always loaded (27.3.2.2). */
    if (!(ar & AR_UNUSABLE) || seg == SEG_CS) {
        return (ar & AR_BITS) << 8;
    }
    /* CPL is SS.DPL even where SS is unusable. */
    return seg == SEG_SS ? (ar & AR_DPL(3)) << 8 : 0;
}

static uint32_t flags_to_ar(uint32_t flags)
{
    uint32_t ar = (flags >> 8) & AR_BITS;

    /* A segment that is loaded has been accessed; TCG says so of data segments
     * only. */
    ar |= flags & DESC_S_MASK ? AR_ACCESSED : 0;
    return flags & DESC_P_MASK ? ar : ar | AR_UNUSABLE;
}

static SegmentCache guest_segment(const CPUX86State *env, VMXSegment seg)
{
    return (SegmentCache) {
        .selector = vmcs_read(env, VMCS_GUEST_ES_SELECTOR + seg),
        .base = vmcs_read(env, VMCS_GUEST_ES_BASE + seg),
        .limit = vmcs_read(env, VMCS_GUEST_ES_LIMIT + seg),
        .flags = ar_to_flags(vmcs_read(env, VMCS_GUEST_ES_ACCESS_RIGHTS + seg),
                             seg),
    };
}

static void load_guest_segments(CPUX86State *env)
{
    static const VMXSegment order[] = {
        SEG_SS, SEG_DS, SEG_ES, SEG_FS, SEG_GS, SEG_CS,
    };
    SegmentCache sc;
    int i;

    for (i = 0; i < ARRAY_SIZE(order); i++) {
        sc = guest_segment(env, order[i]);
        cpu_x86_load_seg_cache(env, (X86Seg)order[i], sc.selector, sc.base,
                               sc.limit, sc.flags);
    }
    env->ldt = guest_segment(env, SEG_LDTR);
    env->tr = guest_segment(env, SEG_TR);
    env->tr.flags &= ~DESC_TSS_BUSY_MASK;
    env->gdt.base = vmcs_read(env, VMCS_GUEST_GDTR_BASE);
    env->gdt.limit = vmcs_read(env, VMCS_GUEST_GDTR_LIMIT);
    env->idt.base = vmcs_read(env, VMCS_GUEST_IDTR_BASE);
    env->idt.limit = vmcs_read(env, VMCS_GUEST_IDTR_LIMIT);
}

void vmx_note_host_paging(CPUX86State *env)
{
    env->vmx->root_paging = paging_of(env);
}

void vmx_load_guest_state(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    VMXPaging paging;

    load_guest_control_registers(env);
    load_guest_pdptes(env);
    load_guest_msrs(env);
    set_rflags(env, vmcs_read(env, VMCS_GUEST_RFLAGS));
    load_guest_segments(env);
    env->regs[R_ESP] = vmcs_read(env, VMCS_GUEST_RSP);
    env->eip = vmcs_read(env, VMCS_GUEST_RIP);
    paging = paging_of(env);
    if (!paging_equal(&paging, &vmx->nonroot_paging)) {
        tlb_flush_by_mmuidx(env_cpu(env), NONROOT_TLBS);
    }
}

static void save_guest_segments(CPUX86State *env)
{
    int i;

    for (i = SEG_ES; i <= SEG_TR; i++) {
        const SegmentCache *sc = i == SEG_LDTR ? &env->ldt
            : i == SEG_TR ? &env->tr : &env->segs[i];

        vmcs_write(env, VMCS_GUEST_ES_SELECTOR + i, sc->selector);
        vmcs_write(env, VMCS_GUEST_ES_BASE + i, sc->base);
        vmcs_write(env, VMCS_GUEST_ES_LIMIT + i, sc->limit);
        vmcs_write(env, VMCS_GUEST_ES_ACCESS_RIGHTS + i,
                   flags_to_ar(sc->flags));
    }
    /* The TSS is busy; TCG has that in memory only. */
    env->vmx->field[VMCS_GUEST_TR_ACCESS_RIGHTS] |= AR_BUSY;
    env->vmx->field[VMCS_GUEST_SS_ACCESS_RIGHTS] &= ~(uint64_t)AR_DPL(3);
    env->vmx->field[VMCS_GUEST_SS_ACCESS_RIGHTS]
        |= AR_DPL(env->hflags & HF_CPL_MASK);
    vmcs_write(env, VMCS_GUEST_GDTR_BASE, env->gdt.base);
    vmcs_write(env, VMCS_GUEST_GDTR_LIMIT, env->gdt.limit);
    vmcs_write(env, VMCS_GUEST_IDTR_BASE, env->idt.base);
    vmcs_write(env, VMCS_GUEST_IDTR_LIMIT, env->idt.limit);
}

static void save_guest_control_registers(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    int i;

    vmcs_write(env, VMCS_GUEST_CR0, env->cr[0]);
    vmcs_write(env, VMCS_GUEST_CR3, env->cr[3]);
    vmcs_write(env, VMCS_GUEST_CR4, env->cr[4]);
    for (i = 0; i < 4 && (vmx->proc2 & VMX_SECONDARY_EXEC_ENABLE_EPT); i++) {
        vmcs_write(env, VMCS_GUEST_PDPTE0 + i, vmx->pdpte[i]);
    }
    if (vmx->caps.misc & MSR_VMX_MISC_STORE_LMA) {
        vmx->field[VMCS_ENTRY_CTLS] &= ~(uint64_t)VMX_VM_ENTRY_IA32E_MODE;
        vmx->field[VMCS_ENTRY_CTLS] |=
            env->efer & MSR_EFER_LMA ? VMX_VM_ENTRY_IA32E_MODE : 0;
    }
}

static void save_guest_msrs(CPUX86State *env)
{
    uint32_t exit = vmcs_read(env, VMCS_EXIT_CTLS);

    vmcs_write(env, VMCS_GUEST_SYSENTER_CS, env->sysenter_cs);
    vmcs_write(env, VMCS_GUEST_SYSENTER_ESP, env->sysenter_esp);
    vmcs_write(env, VMCS_GUEST_SYSENTER_EIP, env->sysenter_eip);
    if (exit & VMX_VM_EXIT_SAVE_IA32_PAT) {
        vmcs_write(env, VMCS_GUEST_PAT, env->pat);
    }
    if (exit & VMX_VM_EXIT_SAVE_IA32_EFER) {
        vmcs_write(env, VMCS_GUEST_EFER, env->efer);
    }
    if (exit & VMX_VM_EXIT_SAVE_DEBUG_CONTROLS) {
        vmcs_write(env, VMCS_GUEST_DEBUGCTL, env->vmx->debugctl);
        vmcs_write(env, VMCS_GUEST_DR7, env->dr[7]);
    }
}

void vmx_save_guest_state(CPUX86State *env)
{
    env->vmx->nonroot_paging = paging_of(env);
    save_guest_control_registers(env);
    save_guest_msrs(env);
    save_guest_segments(env);
    vmcs_write(env, VMCS_GUEST_RFLAGS, cpu_compute_eflags(env));
    vmcs_write(env, VMCS_GUEST_RSP, env->regs[R_ESP]);
    vmcs_write(env, VMCS_GUEST_RIP, env->eip);
}

/* Host state --------------------------------------------------------------- */

static void load_host_control_registers(CPUX86State *env, bool host64)
{
    uint64_t cr0 = (vmcs_read(env, VMCS_HOST_CR0) & ~CR0_KEPT)
        | (env->cr[0] & CR0_KEPT);
    uint64_t cr4 = vmcs_read(env, VMCS_HOST_CR4);
    uint64_t efer = env->efer & ~(MSR_EFER_LMA | MSR_EFER_LME);

    cr4 = host64 ? cr4 | CR4_PAE_MASK : cr4 & ~(uint64_t)CR4_PCIDE_MASK;
    if (vmcs_read(env, VMCS_EXIT_CTLS) & VMX_VM_EXIT_LOAD_IA32_EFER) {
        efer = vmcs_read(env, VMCS_HOST_EFER);
    } else if (host64) {
        efer |= MSR_EFER_LMA | MSR_EFER_LME;
    }
    set_control_registers(env, cr0, vmcs_read(env, VMCS_HOST_CR3), cr4, efer);
}

static void load_host_msrs(CPUX86State *env)
{
    env->sysenter_cs = vmcs_read(env, VMCS_HOST_SYSENTER_CS);
    env->sysenter_esp = vmcs_read(env, VMCS_HOST_SYSENTER_ESP);
    env->sysenter_eip = vmcs_read(env, VMCS_HOST_SYSENTER_EIP);
    if (vmcs_read(env, VMCS_EXIT_CTLS) & VMX_VM_EXIT_LOAD_IA32_PAT) {
        env->pat = vmcs_read(env, VMCS_HOST_PAT);
    }
    env->vmx->debugctl = 0;
    cpu_x86_update_dr7(env, DR7_FIXED_1);
}

static void load_host_segment(CPUX86State *env, X86Seg seg, uint16_t selector,
                              uint64_t base)
{
    const uint32_t data = DESC_P_MASK | DESC_S_MASK | DESC_W_MASK | DESC_A_MASK
        | DESC_B_MASK | DESC_G_MASK;

    cpu_x86_load_seg_cache(env, seg, selector, base, 0xffffffff,
                           selector ? data : 0);
}

static void load_host_segments(CPUX86State *env, bool host64)
{
    const uint32_t code = DESC_P_MASK | DESC_S_MASK | DESC_CS_MASK
        | DESC_R_MASK | DESC_A_MASK | DESC_G_MASK;

    load_host_segment(env, R_SS, vmcs_read(env, VMCS_HOST_SS_SELECTOR), 0);
    load_host_segment(env, R_DS, vmcs_read(env, VMCS_HOST_DS_SELECTOR), 0);
    load_host_segment(env, R_ES, vmcs_read(env, VMCS_HOST_ES_SELECTOR), 0);
    load_host_segment(env, R_FS, vmcs_read(env, VMCS_HOST_FS_SELECTOR),
                      vmcs_read(env, VMCS_HOST_FS_BASE));
    load_host_segment(env, R_GS, vmcs_read(env, VMCS_HOST_GS_SELECTOR),
                      vmcs_read(env, VMCS_HOST_GS_BASE));
    cpu_x86_load_seg_cache(env, R_CS, vmcs_read(env, VMCS_HOST_CS_SELECTOR), 0,
                           0xffffffff,
                           code | (host64 ? DESC_L_MASK : DESC_B_MASK));
    env->tr = (SegmentCache) {
        .selector = vmcs_read(env, VMCS_HOST_TR_SELECTOR),
        .base = vmcs_read(env, VMCS_HOST_TR_BASE),
        .limit = 0x67,
        .flags = DESC_P_MASK | (TYPE_TSS32 << DESC_TYPE_SHIFT),
    };
    env->ldt = (SegmentCache) { };
    env->gdt.base = vmcs_read(env, VMCS_HOST_GDTR_BASE);
    env->gdt.limit = 0xffff;
    env->idt.base = vmcs_read(env, VMCS_HOST_IDTR_BASE);
    env->idt.limit = 0xffff;
}

void vmx_load_host_state(CPUX86State *env)
{
    bool host64 = vmcs_read(env, VMCS_EXIT_CTLS)
        & VMX_VM_EXIT_HOST_ADDR_SPACE_SIZE;
    VMXPaging paging;

    env->hflags &= ~(HF_VMX_MASK | HF_INHIBIT_IRQ_MASK | HF_RF_MASK);
    load_host_control_registers(env, host64);
    load_host_msrs(env);
    set_rflags(env, 2);
    load_host_segments(env, host64);
    env->regs[R_ESP] = vmcs_read(env, VMCS_HOST_RSP);
    env->eip = vmcs_read(env, VMCS_HOST_RIP);
    paging = paging_of(env);
    if (!paging_equal(&paging, &env->vmx->root_paging)) {
        tlb_flush_by_mmuidx(env_cpu(env), ROOT_TLBS);
    }
}
