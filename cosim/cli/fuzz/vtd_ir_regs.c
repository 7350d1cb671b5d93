/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Register accesses of the generator of vtd-ir, usual and odd. */
#include "vtd_ir.h"

static const uint16_t regs[] = {
    VR_VTD_CAP_REG, VR_VTD_ECAP_REG, VR_VTD_GCMD_REG, VR_VTD_GSTS_REG,
    VR_VTD_FSTS_REG, VR_VTD_FECTL_REG, VR_VTD_FEDATA_REG, VR_VTD_FEADDR_REG,
    VR_VTD_FEUADDR_REG, VR_VTD_IQH_REG, VR_VTD_IQT_REG, VR_VTD_IQA_REG,
    VR_VTD_ICS_REG, VR_VTD_IECTL_REG, VR_VTD_IEDATA_REG, VR_VTD_IEADDR_REG,
    VR_VTD_IEUADDR_REG, VR_VTD_IQERCD_REG, VR_VTD_IRTA_REG,
};

/* A register's own address, or the upper half of one of 8 bytes. */
static uint64_t reg_address(VrRng *rng)
{
    if (vr_rng_permille(rng, 250)) {
        return VR_VTD_FRCD_REG + 4 * vr_rng_below(rng, 36);
    }
    return regs[vr_rng_below(rng, G_N_ELEMENTS(regs))] +
           (vr_rng_permille(rng, 200) ? 4 : 0);
}

void vtd_any_read(VtdState *s, VrRng *rng)
{
    uint64_t addr = reg_address(rng);

    vtd_plan_read(s, addr,
                  addr % 8 == 0 && vr_rng_permille(rng, 400) ? 8 : 4);
}

/* What a driver writes, or anything. */
static uint64_t reg_value(VtdState *s, VrRng *rng, uint64_t addr)
{
    uint64_t r = vr_rng_next(rng);

    switch (addr) {
    case VR_VTD_GCMD_REG:
        return r >> 60 ? vtd_commands(rng) | ((r & 15) ? 0 : GCMD_SIRTP)
                       : r;
    case VR_VTD_FECTL_REG:
    case VR_VTD_IECTL_REG:
        return r & (r >> 32 & 3 ? 0x7fffffff : ~0ull);
    case VR_VTD_IQT_REG:
        return r & 63 ? s->tail : r;
    case VR_VTD_IQA_REG:
        return s->queue | (s->wide ? IQA_DW : 0) |
               (r & 31 ? s->queue_size : r & 7);
    case VR_VTD_IRTA_REG:
        return r & 7 ? s->table | (s->eime ? IRTA_EIME : 0) | s->table_size : r;
    default:
        return vr_rng_permille(rng, 300) ? 0 : r;
    }
}

void vtd_any_write(VtdState *s, VrRng *rng)
{
    uint64_t addr = reg_address(rng);
    unsigned size = addr % 8 == 0 && vr_rng_permille(rng, 500) ? 8 : 4;

    if (vr_rng_permille(rng, 60)) {
        vtd_plan_events(s, rng);
    } else if (vr_rng_permille(rng, 30)) {
        vtd_plan_irta(s, rng);
        vtd_plan_write(s, VR_VTD_GCMD_REG, 4, vtd_commands(rng) | GCMD_SIRTP);
    } else {
        vtd_plan_write(s, addr, size, reg_value(s, rng, addr));
    }
}

/* Of any size, at any place. */
void vtd_odd_access(VtdState *s, VrRng *rng)
{
    static const uint8_t sizes[] = { 0, 1, 1, 2, 2, 3, 4, 4, 8, 8, 16, 255 };
    unsigned size = sizes[vr_rng_below(rng, sizeof(sizes))];
    uint64_t addr;

    switch (vr_rng_below(rng, 8)) {
    case 0: /* anywhere in 64 bits */
        addr = vr_rng_next(rng);
        break;
    case 1: /* the page's end, and just beyond */
        addr = 0xff0 + vr_rng_below(rng, 32);
        break;
    case 2: /* anywhere in the page */
        addr = vr_rng_below(rng, 0x1000);
        break;
    case 3: /* a register, but for bits above the page */
        addr = reg_address(rng) | 1ull << (12 + vr_rng_below(rng, 52));
        break;
    default: /* near a register, of any alignment */
        addr = reg_address(rng) + vr_rng_below(rng, 8);
        break;
    }
    if (vr_rng_permille(rng, 500)) {
        vtd_plan_read(s, addr, size);
    } else {
        vtd_plan_write(s, addr, size, vr_rng_next(rng));
    }
}
