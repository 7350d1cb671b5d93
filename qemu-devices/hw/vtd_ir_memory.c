/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory as the block vtd-ir sees it: RAM that processors can write, and
 * nothing else. Each access is one atomic access to the host's memory, as
 * those of running vCPUs are, if it is aligned and has a size that the host
 * can do.
 */
#include "qemu/osdep.h"
#include "qemu/atomic128.h"
#include "qemu/rcu.h"
#include "exec/address-spaces.h"
#include "exec/memory.h"
#include "hw/virelay/vtd_ir_internal.h"

#define MAX_ACCESS 16

/*
 * The host's address of guest RAM, or NULL; in an RCU critical section, and
 * with the BQL, without which the memory map does not change. Read-only memory
 * is refused for reads too.
 */
static void *find(hwaddr addr, hwaddr len)
{
    hwaddr xlat, there = len;
    MemoryRegion *mr;

    if (!len || len > MAX_ACCESS || addr + len < addr) {
        return NULL;
    }
    mr = address_space_translate(&address_space_memory, addr, &xlat, &there,
                                 true, MEMTXATTRS_UNSPECIFIED);
    if (there < len || !memory_region_is_ram(mr) ||
        !memory_access_is_direct(mr, true, MEMTXATTRS_UNSPECIFIED)) {
        return NULL;
    }
    return (uint8_t *)memory_region_get_ram_ptr(mr) + xlat;
}

/* To write there */
static void *map(hwaddr addr, hwaddr len)
{
    hwaddr there = len;
    void *ptr;

    RCU_READ_LOCK_GUARD();
    if (!find(addr, len)) {
        return NULL;
    }
    ptr = address_space_map(&address_space_memory, addr, &there, true,
                            MEMTXATTRS_UNSPECIFIED);
    if (ptr && there < len) {
        address_space_unmap(&address_space_memory, ptr, there, false, 0);
        return NULL;
    }
    return ptr;
}

/* Where memory was written, it becomes dirty, and translated code void. */
static void unmap(void *ptr, hwaddr len, bool written)
{
    address_space_unmap(&address_space_memory, ptr, len, written, len);
}

static bool aligned(const void *ptr, size_t size)
{
    return ((uintptr_t)ptr & (size - 1)) == 0;
}

static void read_16(Int128 *ptr, void *buf)
{
    if (HAVE_ATOMIC128_RO || HAVE_ATOMIC128_RW) {
        Int128 value = HAVE_ATOMIC128_RO ? atomic16_read_ro(ptr)
                                         : atomic16_read_rw(ptr);

        memcpy(buf, &value, sizeof(value));
    } else {
        const uint64_t *half = (const uint64_t *)ptr;
        uint64_t value[2];

        do {
            value[0] = qatomic_load_acquire(&half[0]);
            value[1] = qatomic_load_acquire(&half[1]);
        } while (qatomic_load_acquire(&half[0]) != value[0]);
        memcpy(buf, value, sizeof(value));
    }
}

bool virelay_vtd_ir_mem_read(void *opaque, uint64_t addr, void *buf,
                             size_t len)
{
    void *ptr;

    RCU_READ_LOCK_GUARD();
    ptr = find(addr, len);
    if (!ptr) {
        return false;
    }
    if (len == 16 && aligned(ptr, 16)) {
        read_16(ptr, buf);
    } else if (len == 8 && aligned(ptr, 8)) {
        uint64_t value = qatomic_read((uint64_t *)ptr);

        memcpy(buf, &value, sizeof(value));
    } else {
        memcpy(buf, ptr, len);
    }
    return true;
}

bool virelay_vtd_ir_mem_write(void *opaque, uint64_t addr, const void *buf,
                              size_t len)
{
    void *ptr = map(addr, len);

    if (!ptr) {
        return false;
    }
    /* Whoever sees it sees everything that came before it. */
    smp_mb();
    if (len == 4 && aligned(ptr, 4)) {
        uint32_t value;

        memcpy(&value, buf, sizeof(value));
        qatomic_set((uint32_t *)ptr, value);
    } else if (len == 8 && aligned(ptr, 8)) {
        uint64_t value;

        memcpy(&value, buf, sizeof(value));
        qatomic_set((uint64_t *)ptr, value);
    } else {
        memcpy(ptr, buf, len);
    }
    unmap(ptr, len, true);
    return true;
}

static bool cas_8(uint64_t *ptr, const void *expected, const void *desired,
                  void *found)
{
    uint64_t old, from, to;

    memcpy(&from, expected, sizeof(from));
    memcpy(&to, desired, sizeof(to));
    old = qatomic_cmpxchg(ptr, from, to);
    memcpy(found, &old, sizeof(old));
    return old == from;
}

static bool cas_16(Int128 *ptr, const void *expected, const void *desired,
                   void *found)
{
    Int128 old, from, to;

    memcpy(&from, expected, sizeof(from));
    memcpy(&to, desired, sizeof(to));
    old = atomic16_cmpxchg(ptr, from, to);
    memcpy(found, &old, sizeof(old));
    return int128_eq(old, from);
}

bool virelay_vtd_ir_mem_cas(void *opaque, uint64_t addr, const void *expected,
                            const void *desired, void *found, size_t size)
{
    void *ptr;
    bool written;

    if (size != 8 && !(size == 16 && HAVE_CMPXCHG128)) {
        return false;
    }
    ptr = map(addr, size);
    if (!ptr) {
        return false;
    }
    if (!aligned(ptr, size)) {
        unmap(ptr, size, false);
        return false;
    }
    written = size == 8 ? cas_8(ptr, expected, desired, found)
                        : cas_16(ptr, expected, desired, found);
    unmap(ptr, size, written);
    return true;
}
