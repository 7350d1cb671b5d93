/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A little memory: pages come to be when a test writes to them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "rig_memory.h"

#define PAGE 4096
#define MAX_PAGES 192
#define MAX_REFUSALS 8

typedef struct Page {
    uint64_t base;
    uint8_t bytes[PAGE];
} Page;

static Page pages[MAX_PAGES];
static unsigned page_count;

static struct {
    VrEventKind kind;
    uint64_t addr;
} refusals[MAX_REFUSALS];
static unsigned refusal_count;

static struct {
    uint64_t addr;
    unsigned left;
    uint64_t (*change)(uint64_t);
} other_cpu;

void rig_memory_clear(void)
{
    page_count = 0;
    other_cpu.left = 0;
    allow_all();
}

static Page kept[MAX_PAGES];
static unsigned kept_count;

void memory_keep(void)
{
    kept_count = page_count;
    memcpy(kept, pages, page_count * sizeof(Page));
}

void memory_bring_back(void)
{
    page_count = kept_count;
    memcpy(pages, kept, kept_count * sizeof(Page));
}

static uint8_t *find(uint64_t addr)
{
    for (unsigned i = 0; i < page_count; i++) {
        if (pages[i].base == (addr & ~(PAGE - 1ull))) {
            return pages[i].bytes + addr % PAGE;
        }
    }
    return NULL;
}

void poke(uint64_t addr, uint64_t value)
{
    uint8_t *p = find(addr);

    if (!p) {
        if (page_count == MAX_PAGES) {
            printf("Bail out! a test needs more memory than there is\n");
            exit(1);
        }
        pages[page_count].base = addr & ~(PAGE - 1ull);
        memset(pages[page_count].bytes, 0, PAGE);
        p = pages[page_count++].bytes + addr % PAGE;
    }
    memcpy(p, &value, sizeof(value));
}

uint64_t peek(uint64_t addr)
{
    const uint8_t *p = find(addr);
    uint64_t value = 0;

    if (p) {
        memcpy(&value, p, sizeof(value));
    }
    return value;
}

void refuse(VrEventKind kind, uint64_t addr)
{
    if (refusal_count < MAX_REFUSALS) {
        refusals[refusal_count].kind = kind;
        refusals[refusal_count++].addr = addr;
    }
}

void allow_all(void)
{
    refusal_count = 0;
}

void interfere(uint64_t addr, unsigned n, uint64_t (*change)(uint64_t))
{
    other_cpu.addr = addr;
    other_cpu.left = n;
    other_cpu.change = change;
}

/* NULL: refused */
static uint8_t *reach(VrEventKind kind, uint64_t addr, size_t len)
{
    for (unsigned i = 0; i < refusal_count; i++) {
        if (refusals[i].kind == kind && refusals[i].addr == addr) {
            return NULL;
        }
    }
    return addr % PAGE + len <= PAGE ? find(addr) : NULL;
}

static bool mem_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    const uint8_t *p = reach(VR_EFF_MEM_READ, addr, len);

    (void)opaque;
    if (p) {
        memcpy(buf, p, len);
    }
    return p != NULL;
}

static bool mem_write(void *opaque, uint64_t addr, const void *buf, size_t len)
{
    uint8_t *p = reach(VR_EFF_MEM_WRITE, addr, len);

    (void)opaque;
    if (p) {
        memcpy(p, buf, len);
    }
    return p != NULL;
}

static bool mem_cas(void *opaque, uint64_t addr, const void *expected,
                    const void *desired, void *found, size_t size)
{
    uint8_t *p = reach(VR_EFF_MEM_CAS, addr, size);

    (void)opaque;
    if (!p) {
        return false;
    }
    if (other_cpu.left && other_cpu.addr == addr) {
        other_cpu.left--;
        poke(addr, other_cpu.change(peek(addr)));
    }
    memcpy(found, p, size);
    if (!memcmp(p, expected, size)) {
        memcpy(p, desired, size);
    }
    return true;
}

const VrHost rig_memory_host = {
    .mem_read = mem_read,
    .mem_write = mem_write,
    .mem_cas = mem_cas,
};
