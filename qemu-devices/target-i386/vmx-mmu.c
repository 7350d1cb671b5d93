/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translations of non-root operation: what the TLBs hold and when they lose it
 * (SDM 3C, 29.4, "Caching Translation Information"), and PDPTEs.
 *
 * A processor holds the translations of one context of non-root operation: a
 * VPID with an EPTP. A VM entry to another context drops them; root operation
 * has TLBs of its own. Where the manual lets a processor keep a translation it
 * may be dropped here, never the other way round.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/cputlb.h"
#include "exec/tlb-common.h"
#include "exec/tb-flush.h"
#include "exec/exec-all.h"
#include "tcg/helper-tcg.h"

#define ROOT_TLBS   MAKE_64BIT_MASK(0, MMU_PHYS_IDX)
#define NESTED_TLB  (1u << MMU_NESTED_IDX)

#define EPTP_CONTEXT (MAKE_64BIT_MASK(12, 40) | VMX_EPTP_AD)
#define EPTP_ADDRESS MAKE_64BIT_MASK(12, 40)

#define TLB_MAX_ENTRIES (1u << 16)

#define INVEPT_SINGLE_CONTEXT 1

#define INVVPID_ADDRESS      0
#define INVVPID_ALL_CONTEXTS 2

#define PDPTE_COUNT    4
#define PDPTE_RESERVED 0x1e6ull  /* 8:5 and 2:1 */

bool vmx_ept_active(const CPUX86State *env)
{
    return vmx_nonroot(env)
        && (env->vmx->proc2 & VMX_SECONDARY_EXEC_ENABLE_EPT);
}

/* TLB contexts ------------------------------------------------------------- */

static bool has_control(const VMXState *vmx, uint32_t control)
{
    return vmx->proc2 & control;
}

/* The field where the control is in force, else a value it cannot have */
static uint64_t field_under(const CPUX86State *env, uint32_t control,
                            VMCSField f)
{
    return has_control(env->vmx, control) ? vmcs_read(env, f) : VMX_NO_POINTER;
}

static VMXTlbContext present_context(const CPUX86State *env)
{
    uint64_t eptp = field_under(env, VMX_SECONDARY_EXEC_ENABLE_EPT,
                                VMCS_EPT_POINTER);

    return (VMXTlbContext) {
        .vpid = has_control(env->vmx, VMX_SECONDARY_EXEC_ENABLE_VPID)
            ? vmcs_read(env, VMCS_VPID) : 0,
        .eptp = eptp == VMX_NO_POINTER ? eptp : eptp & EPTP_CONTEXT,
        .apic_access =
            field_under(env, VMX_SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES,
                        VMCS_APIC_ACCESS_ADDR),
    };
}

/* What TLBs of non-root operation the next context cannot take over. Without
 * VPIDs the guest shares VPID 0 with the host, and a VM entry invalidates its
 * linear and combined mappings, but not guest-physical ones (29.4.3.1). */
static uint32_t stale_tlbs(const VMXState *vmx, const VMXTlbContext *next)
{
    const VMXTlbContext *held = &vmx->tlb;

    if (!vmx->tlb_valid || held->eptp != next->eptp) {
        return VMX_NONROOT_TLBS | NESTED_TLB;
    }
    if (!next->vpid || held->vpid != next->vpid
        || held->apic_access != next->apic_access) {
        return VMX_NONROOT_TLBS;
    }
    return 0;
}

static bool pae_paging(const CPUX86State *env)
{
    return (env->cr[0] & CR0_PG_MASK) && (env->cr[4] & CR4_PAE_MASK)
        && !(env->efer & MSR_EFER_LMA);
}

/* 27.3.2.4: without EPT, from memory; they have been checked. */
static void load_pdptes_without_ept(CPUX86State *env)
{
    hwaddr table = env->cr[3] & 0xffffffe0;
    int i;

    if (vmx_ept_active(env) || !pae_paging(env)) {
        return;
    }
    for (i = 0; i < PDPTE_COUNT; i++) {
        env->vmx->pdpte[i] = vmx_phys_read64(env, table + i * 8);
    }
}

void vmx_tlb_enter(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    VMXTlbContext next = present_context(env);
    uint32_t stale = stale_tlbs(vmx, &next);

    if (stale) {
        tlb_flush_by_mmuidx(env_cpu(env), stale);
    }
    vmx->tlb = next;
    vmx->tlb_valid = true;
    load_pdptes_without_ept(env);
}

void vmx_tlb_leave(CPUX86State *env)
{
    if (!has_control(env->vmx, VMX_SECONDARY_EXEC_ENABLE_VPID)) {
        tlb_flush_by_mmuidx(env_cpu(env), ROOT_TLBS);
    }
}

void vmx_tlb_reset(CPUX86State *env)
{
    VMXState *vmx = env->vmx;

    tlb_flush(env_cpu(env));
    vmx->tlb_valid = vmx_nonroot(env);
    if (vmx->tlb_valid) {
        vmx->tlb = present_context(env);
    }
}

/* Invalidation ------------------------------------------------------------- */

/* Translations by MMU_PHYS_IDX carry attributes of SMM, which is entered with
 * a change of CR0: they go with those of root operation. */
static uint32_t mode_tlbs(const CPUX86State *env)
{
    return vmx_nonroot(env) ? VMX_NONROOT_TLBS
        : ROOT_TLBS | (1u << MMU_PHYS_IDX);
}

void vmx_tlb_flush_mode(CPUX86State *env)
{
    tlb_flush_by_mmuidx(env_cpu(env), mode_tlbs(env));
}

void vmx_tlb_flush_page(CPUX86State *env, vaddr addr)
{
    tlb_flush_page_by_mmuidx(env_cpu(env), addr, mode_tlbs(env));
}

void vmx_invept(CPUX86State *env, int type, uint64_t eptp)
{
    VMXState *vmx = env->vmx;

    if (!vmx->tlb_valid || vmx->tlb.eptp == VMX_NO_POINTER) {
        return;
    }
    if (type == INVEPT_SINGLE_CONTEXT
        && ((eptp ^ vmx->tlb.eptp) & EPTP_ADDRESS)) {
        return;
    }
    tlb_flush_by_mmuidx(env_cpu(env), VMX_NONROOT_TLBS | NESTED_TLB);
}

/* Translations of VPID 0 are dropped by every VM entry. */
void vmx_invvpid(CPUX86State *env, int type, uint16_t vpid, uint64_t linear)
{
    VMXState *vmx = env->vmx;

    if (!vmx->tlb_valid
        || (type != INVVPID_ALL_CONTEXTS && vpid != vmx->tlb.vpid)) {
        return;
    }
    if (type == INVVPID_ADDRESS) {
        tlb_flush_page_by_mmuidx(env_cpu(env), linear, VMX_NONROOT_TLBS);
    } else {
        tlb_flush_by_mmuidx(env_cpu(env), VMX_NONROOT_TLBS);
    }
}

static bool is_for_page(uint64_t tlb_addr, vaddr page)
{
    return (tlb_addr & (TARGET_PAGE_MASK | TLB_INVALID_MASK)) == page;
}

/* Called with the TLB's lock held, which other threads take to make entries
 * notice writes. */
static bool forget_entry(CPUTLBEntry *entry, vaddr page, bool *executable)
{
    if (!is_for_page(entry->addr_read, page)
        && !is_for_page(qatomic_read(&entry->addr_write), page)
        && !is_for_page(entry->addr_code, page)) {
        return false;
    }
    *executable |= is_for_page(entry->addr_code, page);
    memset(entry, -1, sizeof(*entry));
    return true;
}

void vmx_tlb_forget_page(CPUX86State *env, int mmu_idx, vaddr addr)
{
    CPUState *cs = env_cpu(env);
    CPUTLB *tlb = &cs->neg.tlb;
    CPUTLBDesc *desc = &tlb->d[mmu_idx];
    CPUTLBDescFast *fast = &tlb->f[mmu_idx];
    vaddr page = addr & TARGET_PAGE_MASK;
    size_t index = (addr >> TARGET_PAGE_BITS)
        & (fast->mask >> CPU_TLB_ENTRY_BITS);
    bool executable = false;

    qemu_spin_lock(&tlb->c.lock);
    if (forget_entry(&fast->table[index], page, &executable)) {
        desc->n_used_entries--;
    }
    for (int i = 0; i < CPU_VTLB_SIZE; i++) {
        forget_entry(&desc->vtable[i], page, &executable);
    }
    qemu_spin_unlock(&tlb->c.lock);
    if (executable) {
        tcg_flush_jmp_cache(cs);
    }
}

/*
 * QEMU gives a TLB that is full another size when it is flushed. Root
 * operation gets that from its MOV to CR3; a guest may run for ever without
 * one. So a TLB that is full and still missed is flushed here, but not now:
 * the access may hold an entry of it.
 */
static void grow_tlb(CPUState *cs, run_on_cpu_data data)
{
    tlb_flush_by_mmuidx(cs, data.host_int);
}

static bool tlb_is_full(const CPUTLB *tlb, int mmu_idx, size_t entries)
{
    return tlb->d[mmu_idx].n_used_entries > entries * 3 / 4;
}

void vmx_tlb_count_fill(CPUX86State *env, int mmu_idx)
{
    CPUState *cs = env_cpu(env);
    const CPUTLB *tlb = &cs->neg.tlb;
    size_t entries;
    uint32_t *fills;

    if (mmu_idx < MMU_VMX_IDX) {
        return;
    }
    fills = &env->vmx->tlb_fills[mmu_idx - MMU_VMX_IDX];
    entries = (tlb->f[mmu_idx].mask >> CPU_TLB_ENTRY_BITS) + 1;
    if (++*fills < 2 * entries) {
        return;
    }
    *fills = 0;
    if (entries < TLB_MAX_ENTRIES && tlb_is_full(tlb, mmu_idx, entries)) {
        async_run_on_cpu(cs, grow_tlb, RUN_ON_CPU_HOST_INT(1u << mmu_idx));
    }
}

/* PDPTEs (SDM 3A, 4.4.1) --------------------------------------------------- */

uint64_t vmx_pdpte(const CPUX86State *env, vaddr addr)
{
    return env->vmx->pdpte[(addr >> 30) & (PDPTE_COUNT - 1)];
}

/* The host-physical address of the PDPTEs; a fault on it is an exit without a
 * linear address. */
static hwaddr pdpte_table(CPUX86State *env, uint64_t cr3, uintptr_t ra)
{
    VMXTranslation t;
    hwaddr gpa = cr3 & 0xffffffe0;

    if (!vmx_ept_active(env)) {
        return gpa;
    }
    if (!vmx_ept_translate(env, gpa, MMU_DATA_LOAD, &t)) {
        vmx_ept_fault_no_linear(env, gpa, ra);
    }
    vmx_apic_access_physical(env, t.paddr, ra);
    return t.paddr;
}

static void load_pdptes(CPUX86State *env, uint64_t cr3, uintptr_t ra)
{
    uint64_t reserved = PDPTE_RESERVED
        | ~MAKE_64BIT_MASK(0, env->vmx->cpu->phys_bits);
    hwaddr table = pdpte_table(env, cr3, ra);
    uint64_t pdpte[PDPTE_COUNT];
    int i;

    for (i = 0; i < PDPTE_COUNT; i++) {
        pdpte[i] = vmx_phys_read64(env, table + i * 8);
        if ((pdpte[i] & PG_PRESENT_MASK) && (pdpte[i] & reserved)) {
            raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
        }
    }
    memcpy(env->vmx->pdpte, pdpte, sizeof(pdpte));
}

void vmx_load_pdptes(CPUX86State *env, int reg, target_ulong val, uintptr_t ra)
{
    const uint32_t cr0_loads = CR0_PG_MASK | CR0_NW_MASK | CR0_CD_MASK;
    const uint32_t cr4_loads = CR4_PAE_MASK | CR4_PGE_MASK | CR4_PSE_MASK
        | CR4_SMEP_MASK;
    uint64_t cr0 = reg == 0 ? val : env->cr[0];
    uint64_t cr4 = reg == 4 ? val : env->cr[4];

    if (!(cr0 & CR0_PG_MASK) || !(cr4 & CR4_PAE_MASK)
        || (env->efer & MSR_EFER_LME)) {
        return;
    }
    if (reg == 3
        || ((cr0 ^ env->cr[0]) & cr0_loads)
        || ((cr4 ^ env->cr[4]) & cr4_loads)) {
        load_pdptes(env, reg == 3 ? val : env->cr[3], ra);
    }
}

/* Debugger ----------------------------------------------------------------- */

static uint64_t read_entry_debug(CPUX86State *env, hwaddr gpa, int size)
{
    hwaddr pa = vmx_ept_translate_debug(env, gpa);

    if (pa == -1) {
        return 0;
    }
    return size == 8 ? vmx_phys_read64(env, pa) : vmx_phys_read32(env, pa);
}

/* The guest-physical address of a page, or -1 */
static hwaddr walk_guest_debug(CPUX86State *env, vaddr addr)
{
    bool lma = env->efer & MSR_EFER_LMA;
    bool pae = env->cr[4] & CR4_PAE_MASK;
    int bits = pae ? 9 : 10;
    int size = pae ? 8 : 4;
    int shift = !pae ? 22 : !lma ? 21 : env->cr[4] & CR4_LA57_MASK ? 48 : 39;
    uint64_t entry = pae && !lma ? vmx_pdpte(env, addr) : env->cr[3] | 1;

    for (; shift >= TARGET_PAGE_BITS; shift -= bits) {
        hwaddr table = entry & PG_ADDRESS_MASK;
        bool leaf = shift == TARGET_PAGE_BITS;

        if (!(entry & PG_PRESENT_MASK)) {
            return -1;
        }
        entry = read_entry_debug(env, table + extract64(addr, shift, bits)
                                                * size, size);
        leaf |= shift <= 30 && (entry & PG_PSE_MASK)
            && (pae || (env->cr[4] & CR4_PSE_MASK));
        if (leaf && (entry & PG_PRESENT_MASK)) {
            hwaddr offset = MAKE_64BIT_MASK(0, shift);

            if (shift == 22) {
                entry |= extract64(entry, 13, 8) << 32;
            }
            return (entry & PG_ADDRESS_MASK & ~offset) | (addr & offset);
        }
    }
    return -1;
}

hwaddr vmx_get_phys_page_debug(CPUX86State *env, vaddr addr)
{
    hwaddr gpa = addr;

    if (env->cr[0] & CR0_PG_MASK) {
        gpa = walk_guest_debug(env, addr);
        if (gpa == -1) {
            return -1;
        }
    }
    gpa = vmx_ept_translate_debug(env, gpa);
    return gpa == -1 ? gpa : gpa & TARGET_PAGE_MASK;
}
