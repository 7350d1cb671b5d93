/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a driver does to the unit, and a device: tables, queue, requests. */
#include "rig.h"

#define PERSISTENT (CFI | IRE | QIE)

void gcmd_set(uint32_t bits)
{
    wr(VR_VTD_GCMD_REG, (rd(VR_VTD_GSTS_REG) & PERSISTENT) | bits);
}

void gcmd_clear(uint32_t bits)
{
    wr(VR_VTD_GCMD_REG, rd(VR_VTD_GSTS_REG) & PERSISTENT & ~bits);
}

void set_table(uint32_t irta_low)
{
    wr8(VR_VTD_IRTA_REG, TABLE | irta_low);
    gcmd_set(SIRTP);
}

void remapping_on(void)
{
    set_table(EIME | 7);
    gcmd_set(IRE);
    forget();
}

static uint32_t unpublished; /* bytes that were put behind IQT_REG */

void queue_on(bool dw)
{
    unpublished = 0;
    poke(QUEUE, peek(QUEUE)); /* so that there is memory */
    gcmd_clear(QIE);
    wr(VR_VTD_IQT_REG, 0);
    wr8(VR_VTD_IQA_REG, QUEUE | (dw ? DW : 0));
    gcmd_set(QIE);
    forget();
}

/* Where the next one goes */
static uint32_t put_at(uint32_t tail, uint64_t lo, uint64_t hi)
{
    uint32_t size = rd(VR_VTD_IQA_REG) & DW ? 32 : 16;

    for (unsigned i = 0; i < size; i += 8) {
        poke(QUEUE + tail + i, i == 0 ? lo : i == 8 ? hi : 0);
    }
    return (tail + size) % 4096;
}

void put(uint64_t lo, uint64_t hi)
{
    uint32_t tail = rd(VR_VTD_IQT_REG);
    uint32_t end = put_at((tail + unpublished) % 4096, lo, hi);

    unpublished = (end - tail) & 0xfff;
}

void submit(uint64_t lo, uint64_t hi)
{
    put(lo, hi);
    wr(VR_VTD_IQT_REG, (rd(VR_VTD_IQT_REG) + unpublished) % 4096);
    unpublished = 0;
}

void entry(unsigned index, uint64_t lo, uint64_t hi)
{
    poke(TABLE + 16 * index, lo);
    poke(TABLE + 16 * index + 8, hi);
}

uint64_t remapped(uint8_t vector, uint32_t dst)
{
    return P | (uint64_t)vector << 16 | (uint64_t)dst << 32;
}

void entry_posted(unsigned index, uint8_t vector, uint64_t pid,
                  uint64_t flags)
{
    entry(index,
          P | PST | flags | (uint64_t)vector << 16 |
              (pid >> 6 & 0x3ffffff) << 38,
          pid >> 32 << 32);
}

void descriptor(uint64_t pid, uint64_t control)
{
    for (unsigned i = 0; i < 64; i += 8) {
        poke(pid + i, i == 32 ? control : 0);
    }
}

void device_writes(uint64_t addr, uint32_t data)
{
    msg(VR_VTD_REQUEST, addr, (uint64_t)SID << 32 | data);
}

void request_from(uint16_t sid, unsigned index)
{
    msg(VR_VTD_REQUEST,
        0xfee00010 | (index & 0x7fff) << 5 | (index >> 15) << 2,
        (uint64_t)sid << 32);
}

void request(unsigned index)
{
    request_from(SID, index);
}
