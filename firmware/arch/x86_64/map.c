/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical memory as pointers: the first 4 GiB are mapped one to one from the
 * start (boot.S); what is above is mapped there too, a gigabyte at a time,
 * when it is asked for.
 */
#include "x86.h"

#define GIGABYTE     (1ull << 30)
#define TABLE_LIMIT  (512 * GIGABYTE)
#define LARGE_PAGE   0x200000ull
#define PRESENT_RW_US 7
#define PAGE_SIZE_BIT 0x80
#define DIRECTORIES  4

extern uint64_t pdpt[512];

static uint64_t directories[DIRECTORIES][512] FW_ALIGNED(4096);
static unsigned directories_used;

static bool map_gigabyte(uint64_t number)
{
    uint64_t *directory;

    if (pdpt[number]) {
        return true;
    }
    if (directories_used == DIRECTORIES) {
        return false;
    }
    directory = directories[directories_used++];
    for (unsigned i = 0; i < 512; i++) {
        directory[i] = (number * GIGABYTE + i * LARGE_PAGE) | PRESENT_RW_US
            | PAGE_SIZE_BIT;
    }
    __atomic_store_n(&pdpt[number], (uint64_t)directory | PRESENT_RW_US,
                     __ATOMIC_SEQ_CST);
    return true;
}

void *hal_map(uint64_t address, size_t size)
{
    uint64_t last = address + size - 1;

    if (!size || last < address || last >= TABLE_LIMIT) {
        return NULL;
    }
    for (uint64_t n = address / GIGABYTE; n <= last / GIGABYTE; n++) {
        if (!map_gigabyte(n)) {
            return NULL;
        }
    }
    return (void *)address;
}
