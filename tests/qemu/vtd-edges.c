/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare metal, with the firmware's HAL: accesses of every size at every address
 * of the unit's register page. The machine must live through it, and registers
 * must be right afterwards.
 */
#include "x86.h"

#define VTD_BASE 0xfed90000ull
#define PAGE 0x1000
#define GCMD 0x18
#define FECTL 0x38
#define FECTL_IM 0x80000000u

static void access(uint64_t addr, unsigned size, uint64_t value)
{
    switch (size) {
    case 1:
        *(volatile uint8_t *)addr;
        *(volatile uint8_t *)addr = value;
        break;
    case 2:
        *(volatile uint16_t *)addr;
        *(volatile uint16_t *)addr = value;
        break;
    case 4:
        *(volatile uint32_t *)addr;
        *(volatile uint32_t *)addr = value;
        break;
    default:
        *(volatile uint64_t *)addr;
        *(volatile uint64_t *)addr = value;
        break;
    }
}

/* No queue and no translation is switched on: what they would do is noise. */
static bool harmless(uint64_t offset, unsigned size)
{
    return offset + size <= GCMD || offset >= GCMD + 4;
}

static void all_accesses(uint64_t value)
{
    for (uint64_t offset = 0; offset < PAGE - 8; offset++) {
        for (unsigned size = 1; size <= 8; size *= 2) {
            if (harmless(offset, size)) {
                access(VTD_BASE + offset, size, value);
            }
        }
    }
}

FW_CASE(edges, "vtd.edges", "VT-d, 11.2 Software Access to Registers",
        "accesses of every size at every address of the register page")
{
    volatile uint32_t *fectl = (volatile uint32_t *)(VTD_BASE + FECTL);
    volatile uint64_t *irta = (volatile uint64_t *)(VTD_BASE + 0xb8);

    all_accesses(0);
    all_accesses(~0ull);
    all_accesses(0x0123456789abcdef);
    *fectl = FECTL_IM;
    FW_EQUAL(*fectl & FECTL_IM, FECTL_IM);
    *irta = 0x12345003;
    FW_EQUAL(*irta, 0x12345003);
    /* 8 bytes across registers of 4 bytes are both of them. */
    *(volatile uint64_t *)(VTD_BASE + 0x40) = 0xfee01004;
    FW_EQUAL(*(volatile uint32_t *)(VTD_BASE + 0x40), 0xfee01004);
}

bool fw_suite_begin(void)
{
    return true;
}

void fw_case_begin(void)
{
}

void fw_case_end(void)
{
}
