/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registers of the redistributor as data.
 *
 * Source: Arm IHI 0069, "The GIC Redistributor register map" (RD_base and
 * SGI_base frames) and the section of each register.
 */
#ifndef VIRELAY_MODEL_GICV3_REDIST_REGS_H
#define VIRELAY_MODEL_GICV3_REDIST_REGS_H

#include <stdbool.h>
#include <stdint.h>

/* Who accesses: the index of the masks. */
typedef enum GicrView {
    GICR_VIEW_S,  /* GICD_CTLR.DS == 0, Secure access */
    GICR_VIEW_NS, /* GICD_CTLR.DS == 0, Non-secure access */
    GICR_VIEW_DS, /* GICD_CTLR.DS == 1 */
    GICR_VIEW_COUNT,
} GicrView;

typedef enum GicrRegKind {
    GICR_KIND_RES0,     /* a feature that is out of scope: RAZ/WI */
    GICR_KIND_RO,       /* writes are ignored and reported */
    GICR_KIND_RW,       /* writable bits take the value written */
    GICR_KIND_W1S,      /* writing 1 sets */
    GICR_KIND_W1C,      /* writing 1 clears */
    GICR_KIND_PRIORITY, /* a byte an interrupt, with a Non-secure view */
} GicrRegKind;

/* What else a register does or depends on. */
typedef enum GicrRegHook {
    GICR_HOOK_NONE,
    GICR_HOOK_CTLR,
    GICR_HOOK_STATUSR,
    GICR_HOOK_WAKER,
    GICR_HOOK_PENDR,
    GICR_HOOK_ICFGR1,
} GicrRegHook;

typedef struct GicrReg {
    const char *name;
    uint32_t offset;     /* of the first word, from RD_base */
    uint16_t words;      /* 32-bit words from there */
    uint16_t storage;    /* offset in GicrState; 0: reads as @reset */
    uint8_t sizes;       /* access sizes in bytes, ORed */
    uint8_t kind;        /* GicrRegKind */
    uint8_t hook;        /* GicrRegHook */
    uint8_t field_width; /* bits an interrupt; 0: not an interrupt's */
    uint8_t first_intid; /* of the field at bit 0, where there are fields */
    uint32_t read[GICR_VIEW_COUNT];
    uint32_t write[GICR_VIEW_COUNT];
    uint32_t reset;
} GicrReg;

/*
 * The register that an access of @size bytes at @offset reaches, or NULL for a
 * reserved location (which a wrong size or alignment is, too).
 */
const GicrReg *gicr_reg_find(uint64_t offset, unsigned size);

/* Enumerate: NULL when index is past the end. */
const GicrReg *gicr_reg_at(unsigned index);

#endif
