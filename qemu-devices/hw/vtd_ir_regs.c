/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The register page of a unit whose interrupt side is a block: which part of
 * it is whose.
 *
 * The memory core refuses sizes other than 4 and 8 bytes, and what is not
 * aligned.
 */
#include "qemu/osdep.h"
#include "hw/i386/intel_iommu_internal.h"
#include "hw/virelay/vtd_ir.h"
#include "hw/virelay/vtd_ir_internal.h"

/* Bits of CAP_REG, ECAP_REG and of the commands that the block serves */
#define CAP_PI (1ULL << 59)
#define CAP_NFR (0xffULL << 40)
#define CAP_FRO (0x3ffULL << 24)
#define CAP_ESIRTPS (1ULL << 62)
#define CAP_BLOCK (CAP_PI | CAP_NFR | CAP_FRO | CAP_ESIRTPS)
#define ECAP_BLOCK (VTD_ECAP_QI | VTD_ECAP_IR | VTD_ECAP_EIM | VTD_ECAP_MHMV)
#define COMMAND_BLOCK (VTD_GCMD_QIE | VTD_GCMD_IRE | VTD_GCMD_SIRTP | \
                       VTD_GCMD_CFI)

#define FRCD_END (VR_VTD_FRCD_REG + 8 * 16)

/* For an aligned word of 4 bytes: the bits of it that are the block's */
static uint32_t block_bits(hwaddr addr)
{
    switch (addr) {
    case VR_VTD_CAP_REG:
        return (uint32_t)CAP_BLOCK;
    case VR_VTD_CAP_REG + 4:
        return CAP_BLOCK >> 32;
    case VR_VTD_ECAP_REG:
        return ECAP_BLOCK;
    case VR_VTD_GCMD_REG:
    case VR_VTD_GSTS_REG:
        return COMMAND_BLOCK;
    case VR_VTD_FSTS_REG ... VR_VTD_FEUADDR_REG:
    case VR_VTD_IQH_REG ... VR_VTD_IQA_REG + 4:
    case VR_VTD_ICS_REG ... VR_VTD_IRTA_REG + 4:
    case VR_VTD_FRCD_REG ... FRCD_END - 1:
        return UINT32_MAX;
    default:
        return 0;
    }
}

static bool is_qemus(hwaddr addr)
{
    return addr < VR_VTD_FRCD_REG;
}

static uint64_t block_read(VirelayVtdIr *vr, hwaddr addr, unsigned size)
{
    const VrEvent e = { .kind = VR_STIM_READ, .addr = addr, .size = size };
    VrReply reply = { 0 };

    virelay_vtd_ir_apply(vr, &e, &reply);
    return reply.data;
}

static void block_write(VirelayVtdIr *vr, hwaddr addr, uint64_t data,
                        unsigned size)
{
    const VrEvent e = {
        .kind = VR_STIM_WRITE, .addr = addr, .size = size, .data = { data },
    };

    virelay_vtd_ir_apply(vr, &e, NULL);
}

static uint32_t read_word(IntelIOMMUState *s, hwaddr addr)
{
    uint32_t bits = block_bits(addr);
    uint32_t value = 0;

    if (bits != UINT32_MAX && is_qemus(addr)) {
        value = vtd_mem_read(s, addr, 4) & ~bits;
    }
    if (bits) {
        value |= block_read(s->vr, addr, 4) & bits;
    }
    return value;
}

/* Commands to both sides: translation is switched first. */
static void write_word(IntelIOMMUState *s, hwaddr addr, uint32_t value)
{
    uint32_t bits = block_bits(addr);

    if (bits != UINT32_MAX && is_qemus(addr)) {
        vtd_mem_write(s, addr, value & ~bits, 4);
    }
    if (bits) {
        block_write(s->vr, addr, value, 4);
    }
}

/* Who serves all 8 bytes, so that they are one access */
static bool all_blocks(hwaddr addr)
{
    return block_bits(addr) == UINT32_MAX &&
           block_bits(addr + 4) == UINT32_MAX;
}

static bool all_qemus(hwaddr addr)
{
    return is_qemus(addr) && !block_bits(addr) && !block_bits(addr + 4);
}

static uint64_t regs_read(void *opaque, hwaddr addr, unsigned size)
{
    IntelIOMMUState *s = opaque;
    uint64_t low;

    if (size == 4) {
        return read_word(s, addr);
    }
    if (all_blocks(addr)) {
        return block_read(s->vr, addr, 8);
    }
    if (all_qemus(addr)) {
        return vtd_mem_read(s, addr, 8);
    }
    low = read_word(s, addr);
    return low | (uint64_t)read_word(s, addr + 4) << 32;
}

static void regs_write(void *opaque, hwaddr addr, uint64_t value,
                       unsigned size)
{
    IntelIOMMUState *s = opaque;

    if (size == 4) {
        write_word(s, addr, value);
    } else if (all_blocks(addr)) {
        block_write(s->vr, addr, value, 8);
    } else if (all_qemus(addr)) {
        vtd_mem_write(s, addr, value, 8);
    } else {
        write_word(s, addr, value);
        write_word(s, addr + 4, value >> 32);
    }
}

const MemoryRegionOps virelay_vtd_ir_ops = {
    .read = regs_read,
    .write = regs_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = { .min_access_size = 4, .max_access_size = 8 },
    .valid = { .min_access_size = 4, .max_access_size = 8 },
};
