/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of "vtd-ir" as data, and what writing one sets off. */
#include "vtd_ir_state.h"

typedef struct RegSpec {
    uint16_t offset; /* of 4 bytes */
    uint32_t reset;
    uint32_t write;  /* bits that software writes */
    uint32_t w1c;    /* bits that software clears by writing 1 */
} RegSpec;

/* Those that are not here, and bits without a mask, are read-only. */
static const RegSpec specs[] = {
    { VR_VTD_FSTS_REG, .w1c = FSTS_PFO | FSTS_IQE | FSTS_ICE | FSTS_ITE },
    { VR_VTD_FECTL_REG, .reset = ECTL_IM, .write = ECTL_IM },
    { VR_VTD_FEDATA_REG, .write = 0xffff },
    { VR_VTD_FEADDR_REG, .write = 0xfffffffc },
    { VR_VTD_FEUADDR_REG, .write = 0xffffffff },
    { VR_VTD_IQT_REG, .write = IQ_POINTER },
    { VR_VTD_IQA_REG, .write = 0xfffff000 | IQA_DW | IQA_QS },
    { VR_VTD_IQA_REG + 4, .write = 0xffffffff },
    { VR_VTD_ICS_REG, .w1c = ICS_IWC },
    { VR_VTD_IECTL_REG, .reset = ECTL_IM, .write = ECTL_IM },
    { VR_VTD_IEDATA_REG, .write = 0xffff },
    { VR_VTD_IEADDR_REG, .write = 0xfffffffc },
    { VR_VTD_IEUADDR_REG, .write = 0xffffffff },
    { VR_VTD_IRTA_REG, .write = 0xfffff000 | IRTA_EIME | IRTA_S },
    { VR_VTD_IRTA_REG + 4, .write = 0xffffffff },
};

#define SPECS (sizeof(specs) / sizeof(specs[0]))

void vtd_regs_init(VtdIr *s)
{
    for (size_t i = 0; i < SPECS; i++) {
        s->write[specs[i].offset / 4] = specs[i].write;
        s->w1c[specs[i].offset / 4] = specs[i].w1c;
    }
    if (!s->eim) {
        s->write[VR_VTD_FEUADDR_REG / 4] = 0;
        s->write[VR_VTD_IEUADDR_REG / 4] = 0;
        s->write[VR_VTD_IRTA_REG / 4] &= ~IRTA_EIME;
    }
    if (!s->dw) {
        s->write[VR_VTD_IQA_REG / 4] &= ~IQA_DW;
    }
}

void vtd_regs_reset(VtdIr *s)
{
    for (size_t i = 0; i < SPECS; i++) {
        *vtd_reg(s, specs[i].offset) = specs[i].reset;
    }
    *vtd_reg(s, VR_VTD_CAP_REG) = (VR_VTD_FRCD_REG / 16) << CAP_FRO_SHIFT;
    *vtd_reg(s, VR_VTD_CAP_REG + 4) = (s->pi ? CAP_PI : 0)
        | (s->esirtps ? CAP_ESIRTPS : 0)
        | (s->frcd_count - 1) << CAP_NFR_SHIFT;
    /* FRO is bits 33:24: its upper two bits are in the upper half. */
    static_assert(VR_VTD_FRCD_REG / 16 < 256, "FRO in the lower half");
    *vtd_reg(s, VR_VTD_ECAP_REG) = ECAP_QI | ECAP_IR
        | (s->eim ? ECAP_EIM : 0) | s->mhmv << ECAP_MHMV_SHIFT;
}

static bool is_frcd(const VtdIr *s, uint64_t addr)
{
    return addr >= VR_VTD_FRCD_REG
        && addr < VR_VTD_FRCD_REG + 16u * s->frcd_count;
}

static uint32_t read4(const VtdIr *s, uint64_t addr)
{
    uint64_t half;

    if (addr < VTD_REG_SPACE) {
        return s->d.reg[addr / 4];
    }
    if (!is_frcd(s, addr)) {
        return 0;
    }
    addr -= VR_VTD_FRCD_REG;
    half = s->d.frcd[addr / 16][addr / 8 % 2];
    return addr % 8 ? half >> 32 : half;
}

uint64_t vtd_regs_read(VtdIr *s, uint64_t addr, unsigned size)
{
    if ((size != 4 && size != 8) || addr % size) {
        vr_guest_error(&s->parent, "register read of %u bytes at 0x%llx", size,
                       (unsigned long long)addr);
        return 0;
    }
    return read4(s, addr)
        | (size == 8 ? (uint64_t)read4(s, addr + 4) << 32 : 0);
}

/* 11.4.4 Global Command Register: SIRTP */
static void set_table_pointer(VtdIr *s)
{
    uint64_t irta = vtd_reg64(s, VR_VTD_IRTA_REG);

    vtd_drain(s);
    s->d.root = irta & ~0xfffull;
    s->d.entries = 2u << (irta & IRTA_S);
    s->d.eime = (irta & IRTA_EIME) != 0;
    *vtd_reg(s, VR_VTD_GSTS_REG) |= GCMD_SIRTP;
    if (s->esirtps) {
        vtd_iec_flush(s);
    }
}

static void command(VtdIr *s, uint32_t val)
{
    uint32_t *gsts = vtd_reg(s, VR_VTD_GSTS_REG);

    if ((val ^ *gsts) & GCMD_QIE) {
        *gsts ^= GCMD_QIE;
        if (!(*gsts & GCMD_QIE)) {
            vtd_invq_disable(s);
        }
    }
    if (val & GCMD_SIRTP) {
        set_table_pointer(s);
    }
    if ((val ^ *gsts) & GCMD_CFI) {
        vtd_drain(s);
        *gsts ^= GCMD_CFI;
    }
    if ((val ^ *gsts) & GCMD_IRE) {
        vtd_drain(s);
        *gsts ^= GCMD_IRE;
    }
}

/* F is the only bit that software changes. */
static void write_frcd(VtdIr *s, uint64_t addr, uint32_t val)
{
    unsigned n = (addr - VR_VTD_FRCD_REG) / 16;

    if (addr % 16 == 12 && val >> 31) {
        s->d.frcd[n][1] &= ~(1ull << 63);
        vtd_events_update(s);
    }
}

static void write4(VtdIr *s, uint64_t addr, uint32_t val)
{
    uint32_t *reg, mask;

    if (is_frcd(s, addr)) {
        write_frcd(s, addr, val);
        return;
    }
    if (addr >= VTD_REG_SPACE) {
        return;
    }
    if (addr == VR_VTD_GCMD_REG) {
        command(s, val);
        return;
    }
    reg = vtd_reg(s, addr);
    mask = s->write[addr / 4];
    *reg = ((*reg & ~mask) | (val & mask)) & ~(val & s->w1c[addr / 4]);
    switch (addr) {
    case VR_VTD_FSTS_REG:
    case VR_VTD_ICS_REG:
        vtd_events_update(s);
        break;
    case VR_VTD_FECTL_REG:
    case VR_VTD_IECTL_REG:
        vtd_events_unmask(s);
        break;
    }
}

void vtd_regs_write(VtdIr *s, uint64_t addr, unsigned size, uint64_t data)
{
    if ((size != 4 && size != 8) || addr % size) {
        vr_guest_error(&s->parent, "register write of %u bytes at 0x%llx",
                       size, (unsigned long long)addr);
        return;
    }
    write4(s, addr, data);
    if (size == 8) {
        write4(s, addr + 4, data >> 32);
    }
}
