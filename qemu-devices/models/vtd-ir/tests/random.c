/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "random.h"
#include "rig.h"

#define ENTRIES 32
#define DESCRIPTORS 4

uint64_t random_now;

static uint32_t state;

void random_seed(uint32_t value)
{
    state = value;
}

uint32_t random_below(uint32_t n)
{
    state = state * 1664525 + 1013904223;
    return (uint64_t)state * n >> 32;
}

static bool rarely(void)
{
    return random_below(16) == 0;
}

static void random_entry(unsigned i)
{
    uint64_t flags = rarely() ? 1ull << random_below(64) : 0;

    if (random_below(2)) {
        entry_posted(i, random_below(256),
                     PID + 64 * random_below(DESCRIPTORS),
                     flags | (random_below(2) ? URG : 0));
    } else {
        entry(i, remapped(random_below(256), random_below(256) << 8) ^ flags,
              random_below(3) ? 0 : SVT(1) | SID);
    }
}

static void random_descriptor(unsigned i)
{
    uint64_t control = NV(random_below(256)) | NDST(random_below(256) << 8);

    descriptor(PID + 64 * i, control | (rarely() ? 1ull << random_below(64) : 0)
               | random_below(4));
}

static void random_queue_entry(unsigned i)
{
    static const uint64_t kinds[] = {
        IEC, IEC_ONE(0, 0), WAIT_SW(1), WAIT_IF, WAIT, 1, 2, 6,
    };
    uint64_t lo = kinds[random_below(8)];

    if (lo == IEC_ONE(0, 0)) {
        lo = IEC_ONE(random_below(ENTRIES), random_below(5));
    }
    poke(QUEUE + 16 * i, rarely() ? lo ^ 1ull << random_below(64) : lo);
    poke(QUEUE + 16 * i + 8, STATUS);
}

void random_memory(uint32_t seed)
{
    random_seed(seed);
    poke(STATUS, 0);
    for (unsigned i = 0; i < ENTRIES; i++) {
        random_entry(i);
    }
    for (unsigned i = 0; i < DESCRIPTORS; i++) {
        random_descriptor(i);
    }
    for (unsigned i = 0; i < 256; i++) {
        random_queue_entry(i);
    }
}

static void random_write(void)
{
    static const uint32_t offsets[] = {
        VR_VTD_FSTS_REG, VR_VTD_FSTS_REG, VR_VTD_FECTL_REG, VR_VTD_IECTL_REG,
        VR_VTD_FEDATA_REG, VR_VTD_IEDATA_REG, VR_VTD_ICS_REG,
        VR_VTD_FRCD_REG + 12, VR_VTD_FRCD_REG + 28, VR_VTD_FRCD_REG + 44,
    };

    wr(offsets[random_below(10)],
       random_below(2) ? 0xffffffff : random_below(256));
}

static void random_command(void)
{
    wr8(VR_VTD_IRTA_REG, TABLE | (random_below(2) ? EIME : 0) | 4);
    wr8(VR_VTD_IQA_REG, QUEUE);
    wr(VR_VTD_GCMD_REG, (rarely() ? 0 : IRE | QIE) | (rarely() ? SIRTP : 0) |
       (rarely() ? CFI : 0));
}

void random_stimulus(void)
{
    switch (random_below(12)) {
    case 0:
        random_write();
        break;
    case 1:
        random_command();
        break;
    case 2:
        wr(VR_VTD_IQT_REG, random_below(256) << 4);
        break;
    case 3:
        msg(VR_VTD_DMA_DESC_DONE, 0, rarely() ? random_below(4) : 0);
        break;
    case 4:
        random_entry(random_below(ENTRIES));
        random_descriptor(random_below(DESCRIPTORS));
        break;
    case 5:
    case 6:
        random_now += random_below(60);
        time_is(random_now);
        break;
    case 7:
        rd8(random_below(0x50) * 8);
        break;
    default:
        request_from(random_below(4) ? SID : random_below(65536),
                     random_below(ENTRIES + 1));
        break;
    }
}
