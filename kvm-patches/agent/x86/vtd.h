/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The remapping unit, beside the kernel that drives it: its registers, and what
 * the kernel keeps in memory for it, by /dev/mem. Structures and registers:
 * Intel Virtualization Technology for Directed I/O, "Interrupt Remapping Table
 * Entry", "Posted Interrupt Descriptor", "Register Descriptions".
 */
#ifndef VR_AGENT_X86_VTD_H
#define VR_AGENT_X86_VTD_H

#include <stdbool.h>
#include <stdint.h>

#define VR_VTD_CAP 0x08
#define VR_VTD_ECAP 0x10
#define VR_VTD_GCMD 0x18
#define VR_VTD_GSTS 0x1c
#define VR_VTD_FSTS 0x34
#define VR_VTD_FECTL 0x38
#define VR_VTD_IRTA 0xb8

#define VR_CAP_PI (UINT64_C(1) << 59)
#define VR_GSTS_IRES (1u << 25)
#define VR_GSTS_CFIS (1u << 23)
#define VR_GSTS_KEPT 0x96ffffffu /* what a write of GCMD_REG has to repeat */
#define VR_IRTA_EIME (UINT64_C(1) << 11)
#define VR_FSTS_PFO (1u << 0)
#define VR_FSTS_PPF (1u << 1)
#define VR_FECTL_IM (1u << 31)

#define VR_IRTE_P (UINT64_C(1) << 0)
#define VR_IRTE_URG (UINT64_C(1) << 14)
#define VR_IRTE_PST (UINT64_C(1) << 15)

#define VR_PID_ON (UINT64_C(1) << 0)
#define VR_PID_SN (UINT64_C(1) << 1)
#define VR_PID_NV(control) ((unsigned)((control) >> 16 & 0xff))
#define VR_PID_NDST(control) ((uint32_t)((control) >> 32))

typedef struct VrIrte {
    volatile uint64_t low, high;
} VrIrte;

/* Bits 319:256 of the descriptor are @control. */
typedef struct VrPid {
    volatile uint64_t pir[4];
    volatile uint64_t control;
    volatile uint64_t reserved[3];
} VrPid;

typedef struct VrVtd {
    volatile uint8_t *regs;
    uint8_t *table; /* the interrupt remapping table */
    uint32_t entries;
} VrVtd;

/* false: there is no unit, or it cannot be mapped; errno says why. */
bool vr_vtd_open(VrVtd *v);
uint32_t vr_vtd_read32(const VrVtd *v, unsigned offset);
uint64_t vr_vtd_read64(const VrVtd *v, unsigned offset);
void vr_vtd_write32(const VrVtd *v, unsigned offset, uint32_t value);
/* NULL: not in the table. */
VrIrte *vr_vtd_irte(const VrVtd *v, unsigned index);
/* The entry of an MSI; NULL: it is not in the remappable format. */
VrIrte *vr_vtd_irte_of(const VrVtd *v, uint32_t address, uint32_t data);
static inline unsigned vr_irte_vector(const VrIrte *e)
{
    return e->low >> 16 & 0xff;
}
/* Where a posted entry's descriptor is, as a physical address. */
uint64_t vr_irte_descriptor(const VrIrte *e);
/* A descriptor in memory, to vr_vtd_unmap_pid(); NULL: errno. */
VrPid *vr_vtd_map_pid(uint64_t address);
void vr_vtd_unmap_pid(VrPid *pid);
void vr_vtd_close(VrVtd *v);

#endif
