/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual-APIC page (SDM 3C, 30.1.1): its words and vectors, in guest RAM.
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "vmx-apicv.h"
#include "exec/memory.h"

static bool is_ram(AddressSpace *as, hwaddr pa, hwaddr len)
{
    hwaddr xlat, there = len;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(as, pa, &xlat, &there, true,
                                 MEMTXATTRS_UNSPECIFIED);
    return there >= len && memory_access_is_direct(mr, true,
                                                   MEMTXATTRS_UNSPECIFIED);
}

static AddressSpace *guest_memory(CPUX86State *env)
{
    return cpu_get_address_space(env_cpu(env), X86ASIdx_MEM);
}

void *vmx_ram_map(CPUX86State *env, hwaddr pa, hwaddr len)
{
    AddressSpace *as = guest_memory(env);
    hwaddr there = len;
    void *ptr;

    if (!is_ram(as, pa, len)) {
        return NULL;
    }
    ptr = address_space_map(as, pa, &there, true, MEMTXATTRS_UNSPECIFIED);
    if (ptr && there < len) {
        address_space_unmap(as, ptr, there, true, 0);
        return NULL;
    }
    return ptr;
}

void vmx_ram_unmap(CPUX86State *env, void *ptr, hwaddr len, bool written)
{
    address_space_unmap(guest_memory(env), ptr, len, written, len);
}

VAPIC *vapic_map(CPUX86State *env)
{
    return vmx_ram_map(env, vmcs_read(env, VMCS_VIRTUAL_APIC_ADDR),
                       TARGET_PAGE_SIZE);
}

void vapic_unmap(CPUX86State *env, VAPIC *page)
{
    vmx_ram_unmap(env, page, TARGET_PAGE_SIZE, true);
}

static uint32_t *vapic_word(const VAPIC *page, unsigned offset)
{
    return (uint32_t *)(page + offset);
}

uint32_t vapic_read(const VAPIC *page, unsigned offset)
{
    return le32_to_cpu(qatomic_read(vapic_word(page, offset)));
}

void vapic_write(VAPIC *page, unsigned offset, uint32_t val)
{
    qatomic_set(vapic_word(page, offset), cpu_to_le32(val));
}

void vapic_or_irr(VAPIC *page, unsigned word, uint32_t bits)
{
    qatomic_or(vapic_word(page, VAPIC_IRR + word * 16), cpu_to_le32(bits));
}

/* The 256 bits of ISR and IRR are 8 words, 16 bytes apart. */
static uint32_t *vapic_vector_word(VAPIC *page, unsigned base, uint8_t vector)
{
    return vapic_word(page, base + vector / 32 * 16);
}

void vapic_set_vector(VAPIC *page, unsigned base, uint8_t vector)
{
    qatomic_or(vapic_vector_word(page, base, vector),
               cpu_to_le32(1u << (vector % 32)));
}

void vapic_clear_vector(VAPIC *page, unsigned base, uint8_t vector)
{
    qatomic_and(vapic_vector_word(page, base, vector),
                cpu_to_le32(~(1u << (vector % 32))));
}

uint8_t vapic_highest_vector(const VAPIC *page, unsigned base)
{
    for (int i = 7; i >= 0; i--) {
        uint32_t bits = vapic_read(page, base + i * 16);

        if (bits) {
            return i * 32 + 31 - clz32(bits);
        }
    }
    return 0;
}
