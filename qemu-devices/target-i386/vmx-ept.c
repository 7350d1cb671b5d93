/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extended page tables (SDM 3C, 29.3, "The Extended Page Table Mechanism").
 *
 * Tables are read through the TLB of physical addresses, by single loads, as
 * other processors may change them at any time; accessed and dirty flags are
 * set by compare-and-swap, and the walk starts again if an entry has changed
 * under it.
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"
#include "exec/exec-all.h"

#define EPT_READ     (1u << 0)
#define EPT_WRITE    (1u << 1)
#define EPT_EXECUTE  (1u << 2)
#define EPT_RIGHTS   (EPT_READ | EPT_WRITE | EPT_EXECUTE)
#define EPT_PAGE     (1u << 7)
#define EPT_ACCESSED (1u << 8)
#define EPT_DIRTY    (1u << 9)
#define EPT_ADDRESS  MAKE_64BIT_MASK(12, 40)
/* Bits 7:3 of an entry that refers to another table */
#define EPT_TABLE_RESERVED 0xf8u

#define EPT_LEVELS     4
#define EPT_TOP_SHIFT  39
#define EPT_ADDRESS_BITS 48

/* Exit qualification of an EPT violation (28.2.1, table 28-7) */
#define QUAL_RIGHTS_SHIFT      3
#define QUAL_LINEAR_VALID      (1u << 7)
#define QUAL_LINEAR_TRANSLATED (1u << 8)
#define QUAL_NMI_UNBLOCKING    (1u << 12)

typedef struct EPTWalk {
    hwaddr addr[EPT_LEVELS];     /* of the entries used */
    uint64_t entry[EPT_LEVELS];
    int used;
    uint32_t rights;             /* that all entries give */
    int shift;                   /* of the page found: 12, 21 or 30 */
} EPTWalk;

typedef enum EPTResult {
    EPT_FOUND,
    EPT_VIOLATION,
    EPT_MISCONFIGURATION,
} EPTResult;

static bool has_ad_flags(const CPUX86State *env)
{
    return vmcs_read(env, VMCS_EPT_POINTER) & VMX_EPTP_AD;
}

static uint64_t read_entry(CPUX86State *env, hwaddr addr, bool debug)
{
    void *host = NULL;

    if (!debug) {
        probe_access_full_mmu(env, addr, 0, MMU_DATA_LOAD, MMU_PHYS_IDX, &host,
                              NULL);
    }
    if (likely(host)) {
        return le64_to_cpu(qatomic_read__nocheck((uint64_t *)host));
    }
    return vmx_phys_read64(env, addr);
}

/* 29.3.3.1, for an entry that is present */
static bool is_misconfigured(const CPUX86State *env, uint64_t entry, int shift,
                             bool leaf)
{
    uint64_t caps = env->vmx->caps.ept_vpid;
    uint64_t reserved = EPT_ADDRESS
        & ~MAKE_64BIT_MASK(0, env->vmx->cpu->phys_bits);
    int type = (entry >> 3) & 7;

    if (!(entry & EPT_READ)
        && ((entry & EPT_WRITE) || !(caps & MSR_VMX_EPT_EXECONLY))) {
        return true;
    }
    if (!leaf) {
        return entry & (reserved | EPT_TABLE_RESERVED);
    }
    if ((shift == 30 && !(caps & MSR_VMX_EPT_1GB))
        || (shift == 21 && !(caps & MSR_VMX_EPT_2MB))) {
        return true;
    }
    reserved |= MAKE_64BIT_MASK(0, shift) & EPT_ADDRESS;
    return (entry & reserved) || type == 2 || type == 3 || type == 7;
}

static EPTResult walk(CPUX86State *env, hwaddr gpa, EPTWalk *w, bool debug)
{
    hwaddr table = vmcs_read(env, VMCS_EPT_POINTER) & EPT_ADDRESS;
    uint64_t entry;
    bool leaf;

    w->used = 0;
    w->rights = 0;
    if (gpa >> EPT_ADDRESS_BITS) {
        return EPT_VIOLATION;
    }
    w->rights = EPT_RIGHTS;
    for (w->shift = EPT_TOP_SHIFT; ; w->shift -= 9) {
        hwaddr addr = table + ((gpa >> w->shift) & 0x1ff) * sizeof(entry);

        entry = read_entry(env, addr, debug);
        w->addr[w->used] = addr;
        w->entry[w->used++] = entry;
        w->rights &= entry;
        if (!(entry & EPT_RIGHTS)) {
            return EPT_VIOLATION;
        }
        leaf = w->shift == TARGET_PAGE_BITS
            || (w->shift < EPT_TOP_SHIFT && (entry & EPT_PAGE));
        if (is_misconfigured(env, entry, w->shift, leaf)) {
            return EPT_MISCONFIGURATION;
        }
        if (leaf) {
            return EPT_FOUND;
        }
        table = entry & EPT_ADDRESS;
    }
}

/* False: the entry is no longer what was read. Flags of an entry that is not
 * in RAM are lost, as any write there is. */
static bool set_flags(CPUX86State *env, hwaddr addr, uint64_t *entry,
                      uint64_t flags)
{
    uint64_t old = cpu_to_le64(*entry);
    void *host;

    if (!(flags & ~*entry)) {
        return true;
    }
    *entry |= flags;
    probe_access_full_mmu(env, addr, 0, MMU_DATA_STORE, MMU_PHYS_IDX, &host,
                          NULL);
    return !host || qatomic_cmpxchg__nocheck((uint64_t *)host, old,
                                             cpu_to_le64(*entry)) == old;
}

/* 29.3.5, "Accessed and Dirty Flags for EPT" */
static bool set_all_flags(CPUX86State *env, EPTWalk *w, MMUAccessType access)
{
    int i;

    for (i = 0; i < w->used; i++) {
        bool dirty = i == w->used - 1 && access == MMU_DATA_STORE;

        if (!set_flags(env, w->addr[i], &w->entry[i],
                       EPT_ACCESSED | (dirty ? EPT_DIRTY : 0))) {
            return false;
        }
    }
    return true;
}

static uint32_t rights_needed(MMUAccessType access)
{
    switch (access) {
    case MMU_DATA_STORE:
        return EPT_WRITE;
    case MMU_INST_FETCH:
        return EPT_EXECUTE;
    default:
        return EPT_READ;
    }
}

static void keep_fault(CPUX86State *env, const EPTWalk *w, EPTResult result,
                       uint32_t needed)
{
    VMXState *vmx = env->vmx;

    if (result == EPT_MISCONFIGURATION) {
        vmx->ept_fault = VMX_EXIT_EPT_MISCONFIGURATION;
        vmx->ept_qualification = 0;
        return;
    }
    vmx->ept_fault = VMX_EXIT_EPT_VIOLATION;
    vmx->ept_qualification = needed | w->rights << QUAL_RIGHTS_SHIFT;
}

static hwaddr found_address(const EPTWalk *w, hwaddr gpa)
{
    hwaddr offset = MAKE_64BIT_MASK(0, w->shift);

    return (w->entry[w->used - 1] & EPT_ADDRESS & ~offset) | (gpa & offset);
}

static int found_prot(const EPTWalk *w, bool wait_for_dirty)
{
    int prot = 0;

    prot |= w->rights & EPT_READ ? PAGE_READ : 0;
    prot |= w->rights & EPT_EXECUTE ? PAGE_EXEC : 0;
    prot |= (w->rights & EPT_WRITE) && !wait_for_dirty ? PAGE_WRITE : 0;
    return prot;
}

bool vmx_ept_translate(CPUX86State *env, hwaddr gpa, MMUAccessType access,
                       VMXTranslation *out)
{
    uint32_t needed = rights_needed(access);
    bool ad = has_ad_flags(env);
    EPTResult result;
    EPTWalk w;

    do {
        result = walk(env, gpa, &w, false);
        if (result == EPT_FOUND && !(w.rights & needed)) {
            result = EPT_VIOLATION;
        }
        if (result != EPT_FOUND) {
            keep_fault(env, &w, result, needed);
            return false;
        }
    } while (ad && !set_all_flags(env, &w, access));

    out->paddr = found_address(&w, gpa);
    out->prot = found_prot(&w, ad && !(w.entry[w.used - 1] & EPT_DIRTY));
    out->page_size = 1ull << w.shift;
    return true;
}

hwaddr vmx_ept_translate_debug(CPUX86State *env, hwaddr gpa)
{
    EPTWalk w;

    return walk(env, gpa, &w, true) == EPT_FOUND ? found_address(&w, gpa) : -1;
}

/* 29.3.3.2: with accessed and dirty flags, the processor's accesses to guest
 * paging structures are treated as writes. */
MMUAccessType vmx_ept_gpt_access(const CPUX86State *env)
{
    return has_ad_flags(env) ? MMU_DATA_STORE : MMU_DATA_LOAD;
}

/*
 * 29.4.3.1: an EPT violation invalidates the translations of the address; the
 * VMM may give another page without INVEPT.
 */
static void forget_translations(CPUX86State *env, hwaddr gpa, vaddr linear)
{
    vmx_tlb_forget_page(env, MMU_NESTED_IDX, gpa);
    for (int i = 0; i < MMU_PHYS_IDX; i++) {
        vmx_tlb_forget_page(env, MMU_VMX_IDX + i, linear);
    }
}

static uint32_t nmi_unblocking(const VMXState *vmx)
{
    return vmx->nmi_unblocked_by_iret
        && !(vmx->vectoring_info & VMX_INTR_VALID) ? QUAL_NMI_UNBLOCKING : 0;
}

G_NORETURN void vmx_ept_fault(CPUX86State *env, hwaddr gpa, vaddr linear,
                              bool gpt, uintptr_t ra)
{
    VMXState *vmx = env->vmx;
    VMXExit exit = {
        .reason = vmx->ept_fault,
        .qualification = vmx->ept_qualification,
        .guest_physical = gpa,
    };

    if (exit.reason == VMX_EXIT_EPT_VIOLATION) {
        exit.guest_linear = env->hflags & HF_LMA_MASK ? linear
            : (uint32_t)linear;
        exit.qualification |= QUAL_LINEAR_VALID | nmi_unblocking(vmx);
        if (!gpt) {
            exit.qualification |= QUAL_LINEAR_TRANSLATED;
        } else if (has_ad_flags(env)) {
            exit.qualification |= EPT_READ | EPT_WRITE;
        }
        forget_translations(env, gpa, linear);
    }
    vmx_exit(env, &exit, ra);
}

G_NORETURN void vmx_ept_fault_no_linear(CPUX86State *env, hwaddr gpa,
                                        uintptr_t ra)
{
    VMXState *vmx = env->vmx;
    VMXExit exit = {
        .reason = vmx->ept_fault,
        .qualification = vmx->ept_qualification,
        .guest_physical = gpa,
    };

    if (exit.reason == VMX_EXIT_EPT_VIOLATION) {
        exit.qualification |= nmi_unblocking(vmx);
    }
    vmx_exit(env, &exit, ra);
}
