/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtualized accesses to the local APIC by way of the APIC-access page (SDM
 * 3C, 30.4).
 *
 * A translation that ends at the APIC-access page is never cached: each access
 * comes to vmx_apic_access_fill() with its size, which exits or makes a TLB
 * entry for this access alone. A read that is virtualized finds the
 * virtual-APIC page there; a write the region below, so that it is the last
 * access of its TB and the emulation follows at the instruction boundary.
 */
#include "qemu/osdep.h"
#include "vmx-apicv.h"
#include "exec/cputlb.h"
#include "exec/exec-all.h"
#include "exec/memory.h"
#include "exec/translation-block.h"
#include "tcg/helper-tcg.h"
#include "tcg/tcg.h"

/* Access types of the exit qualification (28.2.1) */
#define ACCESS_LINEAR_READ       (0u << 12)
#define ACCESS_LINEAR_WRITE      (1u << 12)
#define ACCESS_LINEAR_FETCH      (2u << 12)
#define ACCESS_LINEAR_DELIVERY   (3u << 12)
#define ACCESS_PHYSICAL_DELIVERY (10u << 12)
#define ACCESS_PHYSICAL          (15u << 12)

static bool is_apic_access_page(const CPUX86State *env, hwaddr paddr)
{
    return (env->vmx->proc2 & VMX_SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES)
        && (paddr & TARGET_PAGE_MASK) == vmcs_read(env, VMCS_APIC_ACCESS_ADDR);
}

static bool delivering(const CPUX86State *env)
{
    return env->vmx->vectoring_info & VMX_INTR_VALID;
}

/*
 * Does not return if the instruction at ra is not alone in its TB: it starts
 * again in a TB of its own. So its length is known, a REP prefix does a single
 * iteration, and the instruction boundary is the end of the TB.
 */
static uint32_t instruction_alone(CPUState *cs, uintptr_t ra)
{
    TranslationBlock *tb = ra ? tcg_tb_lookup(ra) : NULL;

    if (!tb) {
        return 0;
    }
    if ((tb_cflags(tb) & CF_COUNT_MASK) != 1) {
        cpu_restore_state(cs, ra);
        cs->cflags_next_tb = cs->tcg_cflags | CF_MEMI_ONLY | CF_NOIRQ | 1;
        cpu_loop_exit_noexc(cs);
    }
    return tb->size;
}

static G_NORETURN void exit_access(CPUState *cs, uint32_t qualification,
                                   uintptr_t ra)
{
    uint32_t len = instruction_alone(cs, ra);
    CPUX86State *env = cpu_env(cs);

    qatomic_and(&env->vmx->pending, ~VMX_PEND_APIC_WRITE);
    vmx_exit(env, &(VMXExit) {
                 .reason = VMX_EXIT_APIC_ACCESS,
                 .qualification = qualification,
                 .insn_len = len,
             }, ra);
}

static G_NORETURN void exit_linear(CPUState *cs, const VMXLinearAccess *access,
                                   uintptr_t ra)
{
    static const uint32_t type[] = {
        [MMU_DATA_LOAD] = ACCESS_LINEAR_READ,
        [MMU_DATA_STORE] = ACCESS_LINEAR_WRITE,
        [MMU_INST_FETCH] = ACCESS_LINEAR_FETCH,
    };

    exit_access(cs, (access->addr & ~TARGET_PAGE_MASK) |
                    (delivering(cpu_env(cs)) ? ACCESS_LINEAR_DELIVERY
                                             : type[access->type]), ra);
}

static G_NORETURN void exit_physical(CPUState *cs, uintptr_t ra)
{
    exit_access(cs, delivering(cpu_env(cs)) ? ACCESS_PHYSICAL_DELIVERY
                                            : ACCESS_PHYSICAL, ra);
}

/*
 * 30.4.2, 30.4.3: registers of which APIC-register virtualization virtualizes
 * reads and writes, as bits by offset / 16
 */
#define REG(offset) (1ull << ((offset) / 16))
#define REGS_8(offset) (0xffull << ((offset) / 16))
static const uint64_t virtualized_reads =
    REG(0x020) | REG(0x030) | REG(0x080) | REG(0x0b0) | REG(0x0d0) |
    REG(0x0e0) | REG(0x0f0) | REGS_8(0x100) | REGS_8(0x180) | REGS_8(0x200) |
    REG(0x280) | REG(0x300) | REG(0x310) | REG(0x320) | REG(0x330) |
    REG(0x340) | REG(0x350) | REG(0x360) | REG(0x370) | REG(0x380) |
    REG(0x3e0);
static const uint64_t virtualized_writes =
    REG(0x020) | REG(0x080) | REG(0x0b0) | REG(0x0d0) | REG(0x0e0) |
    REG(0x0f0) | REG(0x280) | REG(0x300) | REG(0x310) | REG(0x320) |
    REG(0x330) | REG(0x340) | REG(0x350) | REG(0x360) | REG(0x370) |
    REG(0x380) | REG(0x3e0);

static bool in_set(uint64_t set, unsigned offset)
{
    return offset < 0x400 && (set >> (offset / 16) & 1);
}

static bool register_virtualization(const CPUX86State *env)
{
    return env->vmx->proc2 & VMX_SECONDARY_EXEC_APIC_REGISTER_VIRT;
}

static bool read_virtualized(const CPUX86State *env, unsigned offset)
{
    if (qatomic_read(&env->vmx->pending) & VMX_PEND_APIC_WRITE) {
        return false;
    }
    return register_virtualization(env)
        ? in_set(virtualized_reads, offset) : offset == VAPIC_TPR;
}

static bool write_virtualized(const CPUX86State *env, unsigned offset,
                              int size)
{
    const VMXState *vmx = env->vmx;

    if ((qatomic_read(&vmx->pending) & VMX_PEND_APIC_WRITE) &&
        (offset != vmx->apic_write_offset || size != vmx->apic_write_size)) {
        return false;
    }
    if (register_virtualization(env)) {
        return in_set(virtualized_writes, offset);
    }
    switch (offset) {
    case VAPIC_TPR:
        return true;
    case VAPIC_EOI:
        return vmx_virtual_delivery(env);
    case VAPIC_ICR_LO:
        return vmx_virtual_delivery(env) || vmx_ipi_virtualization_on(env);
    default:
        return false;
    }
}

/* At most 32 bits, in the low 4 bytes of a naturally aligned 16-byte block */
static bool virtualized(const CPUX86State *env, const VMXLinearAccess *access)
{
    unsigned offset = access->addr & ~TARGET_PAGE_MASK;

    if (access->type == MMU_INST_FETCH || !vmx_tpr_shadow(env) ||
        access->size > 4 || (offset & 0xf) + access->size > 4) {
        return false;
    }
    return access->type == MMU_DATA_LOAD
        ? read_virtualized(env, offset)
        : write_virtualized(env, offset, access->size);
}

/* An entry of less than a page is valid for one access. */
static void fill_once(CPUState *cs, const VMXLinearAccess *access,
                      hwaddr paddr, MemTxAttrs attrs)
{
    tlb_set_page_with_attrs(cs, access->addr & TARGET_PAGE_MASK,
                            paddr & TARGET_PAGE_MASK, attrs, access->prot,
                            access->mmu_idx, 1);
}

static void fill_region(CPUState *cs, const VMXLinearAccess *access)
{
    fill_once(cs, access, access->paddr, (MemTxAttrs) { .space = 1 });
}

static bool fill_linear(CPUState *cs, const VMXLinearAccess *access,
                        uintptr_t ra)
{
    CPUX86State *env = cpu_env(cs);

    if (access->probe || !access->size) {
        fill_region(cs, access);
        return true;
    }
    if (!virtualized(env, access)) {
        exit_linear(cs, access, ra);
    }
    if (access->type == MMU_DATA_LOAD) {
        fill_once(cs, access, vmcs_read(env, VMCS_VIRTUAL_APIC_ADDR),
                  cpu_get_mem_attrs(env));
        return true;
    }
    instruction_alone(cs, ra);
    env->vmx->apic_write_offset = access->addr & ~TARGET_PAGE_MASK;
    env->vmx->apic_write_size = access->size;
    fill_region(cs, access);
    return true;
}

bool vmx_apic_access_fill(CPUState *cs, const VMXLinearAccess *access,
                          uintptr_t ra)
{
    CPUX86State *env = cpu_env(cs);

    if (!is_apic_access_page(env, access->paddr)) {
        return false;
    }
    if (access->mmu_idx == MMU_NESTED_IDX) {
        fill_region(cs, access);
        return true;
    }
    return access->mmu_idx >= MMU_VMX_IDX && fill_linear(cs, access, ra);
}

void vmx_apic_access_physical(CPUX86State *env, hwaddr paddr, uintptr_t ra)
{
    if (is_apic_access_page(env, paddr)) {
        exit_physical(env_cpu(env), ra);
    }
}

/* Only a page walk reads by way of the region (30.4.6). */
static uint64_t region_read(void *opaque, hwaddr addr, unsigned size)
{
    CPUX86State *env = cpu_env(current_cpu);

    if (vmx_nonroot(env)) {
        exit_physical(current_cpu, current_cpu->mem_io_pc);
    }
    return UINT64_MAX;
}

/* All or part of a write that is virtualized */
static void region_write(void *opaque, hwaddr addr, uint64_t val,
                         unsigned size)
{
    CPUX86State *env = cpu_env(current_cpu);
    VAPIC *page;

    if (!vmx_nonroot(env)) {
        return;
    }
    page = vapic_map(env);
    if (page) {
        for (unsigned i = 0; i < size; i++) {
            page[(addr & ~TARGET_PAGE_MASK) + i] = val >> 8 * i;
        }
        vapic_unmap(env, page);
    }
    vmx_event_raise(env->vmx, VMX_PEND_APIC_WRITE);
}

static const MemoryRegionOps region_ops = {
    .read = region_read,
    .write = region_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 1,
    .valid.max_access_size = 8,
    .impl.min_access_size = 1,
    .impl.max_access_size = 8,
};

MemoryRegion *vmx_apic_access_region(void)
{
    static MemoryRegion *region;

    if (!region) {
        region = g_new0(MemoryRegion, 1);
        memory_region_init_io(region, NULL, &region_ops, NULL,
                              "vmx-apic-access", UINT64_MAX);
    }
    return region;
}

/* The virtual APIC ID of an IPI in xAPIC mode is 8 bits. */
static bool write_icr_lo(CPUX86State *env, VAPIC *page)
{
    return vmx_icr_virtualized(env, page, vapic_read(page, VAPIC_ICR_LO),
                               vapic_read(page, VAPIC_ICR_HI) >> 24);
}

/* 30.4.3.2; false: an APIC-write VM exit is due. */
static bool emulate_write(CPUX86State *env, VAPIC *page, unsigned offset)
{
    switch (offset & ~0xf) {
    case VAPIC_TPR:
        vapic_write(page, VAPIC_TPR, vapic_read(page, VAPIC_TPR) & 0xff);
        vmx_tpr_virtualization(env, page);
        return true;
    case VAPIC_EOI:
        if (!vmx_virtual_delivery(env)) {
            return false;
        }
        vapic_write(page, VAPIC_EOI, 0);
        vmx_eoi_virtualization(env, page);
        return true;
    case VAPIC_ICR_LO:
        return write_icr_lo(env, page);
    case VAPIC_ICR_HI:
        vapic_write(page, VAPIC_ICR_HI,
                    vapic_read(page, VAPIC_ICR_HI) & 0xff000000);
        return true;
    default:
        return false;
    }
}

void vmx_apic_write_exit(CPUX86State *env, uint16_t offset)
{
    env->vmx->apic_write_offset = offset;
    env->vmx->apic_write_size = 0;
    vmx_event_raise(env->vmx, VMX_PEND_APIC_WRITE);
}

bool vmx_apic_write_emulation(CPUX86State *env)
{
    VMXState *vmx = env->vmx;
    VAPIC *page;
    bool done = false;

    qatomic_and(&vmx->pending, ~VMX_PEND_APIC_WRITE);
    if (vmx->apic_write_size) {
        page = vapic_map(env);
        if (!page) {
            return false;
        }
        done = emulate_write(env, page, vmx->apic_write_offset);
        vapic_unmap(env, page);
    }
    if (!done) {
        vmx->apic_exit_qualification = vmx->apic_write_offset;
    }
    return !done;
}
