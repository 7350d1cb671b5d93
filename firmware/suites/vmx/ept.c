/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EPT tables: an identity map of the first 4 GiB */
#include "vmx.h"

#define EPT_RWX   7ull
#define EPT_WB    (6ull << 3)
#define EPT_LARGE (1ull << 7)
#define SPLIT_TABLES 8

static uint64_t pml4[512] FW_ALIGNED(4096);
static uint64_t pdpt[512] FW_ALIGNED(4096);
static uint64_t directories[4][512] FW_ALIGNED(4096);
static uint64_t tables[SPLIT_TABLES][512] FW_ALIGNED(4096);
static int tables_used;

static void identity_map(void)
{
    uint64_t i;

    memset(pml4, 0, sizeof(pml4));
    memset(pdpt, 0, sizeof(pdpt));
    pml4[0] = (uint64_t)pdpt | EPT_RWX;
    for (i = 0; i < 4; i++) {
        pdpt[i] = (uint64_t)directories[i] | EPT_RWX;
    }
    for (i = 0; i < 2048; i++) {
        directories[i / 512][i % 512] = i << 21 | EPT_LARGE | EPT_WB | EPT_RWX;
    }
    tables_used = 0;
}

uint64_t ept_pointer(void)
{
    return (uint64_t)pml4 | 3 << 3 | 6;   /* 4 levels, WB */
}

bool ept_enable(void)
{
    if (!vmx_set(CTL_PROC2, PROC2_EPT)) {
        return false;
    }
    identity_map();
    vmwrite(VMCS_EPT_POINTER, ept_pointer());
    invept(2, 0, 0);
    return true;
}

static void split(uint64_t *entry)
{
    uint64_t base = *entry & ~0x1fffffull;
    uint64_t *table = tables[tables_used++ % SPLIT_TABLES];
    int i;

    for (i = 0; i < 512; i++) {
        table[i] = (base + ((uint64_t)i << 12)) | EPT_WB | EPT_RWX;
    }
    *entry = (uint64_t)table | EPT_RWX;
}

uint64_t *ept_entry(uint64_t gpa)
{
    uint64_t *entry = &directories[gpa >> 30 & 3][gpa >> 21 & 511];

    if (*entry & EPT_LARGE) {
        split(entry);
    }
    return (uint64_t *)(*entry & ~0xfffull) + (gpa >> 12 & 511);
}
