/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * APIC virtualization (SDM 3C, ch. 30): what vmx-apic*.c, vmx-posted.c and
 * vmx-ipiv.c share.
 *
 * The virtual-APIC page is memory of the guest hypervisor, which other
 * processors may read and write at any time: it is only reached through the
 * functions below, word by word, and nothing read from it is trusted.
 */
#ifndef TARGET_I386_VMX_APICV_H
#define TARGET_I386_VMX_APICV_H

#include "vmx-internal.h"

/* Offsets on the virtual-APIC page (30.1.1) */
#define VAPIC_TPR      0x080
#define VAPIC_PPR      0x0a0
#define VAPIC_EOI      0x0b0
#define VAPIC_ISR      0x100
#define VAPIC_IRR      0x200
#define VAPIC_ICR_LO   0x300
#define VAPIC_ICR_HI   0x310
#define VAPIC_SELF_IPI 0x3f0

/*
 * RAM of the guest at a host-physical address, for at most one page and not
 * across pages. NULL if it is not RAM. Give it back with what was written.
 */
void *vmx_ram_map(CPUX86State *env, hwaddr pa, hwaddr len);
void vmx_ram_unmap(CPUX86State *env, void *ptr, hwaddr len, bool written);

/* The virtual-APIC page; NULL: it is not RAM. Where it is not, nothing is
 * virtualized: it reads as ones, and writes are lost. */
typedef uint8_t VAPIC;
VAPIC *vapic_map(CPUX86State *env);
void vapic_unmap(CPUX86State *env, VAPIC *page);
uint32_t vapic_read(const VAPIC *page, unsigned offset);
void vapic_write(VAPIC *page, unsigned offset, uint32_t val);
/* OR 32 bits into word `word` (0 to 7) of VIRR */
void vapic_or_irr(VAPIC *page, unsigned word, uint32_t bits);

/* Vectors of VAPIC_ISR and VAPIC_IRR; the highest that is set, or 0 */
void vapic_set_vector(VAPIC *page, unsigned base, uint8_t vector);
void vapic_clear_vector(VAPIC *page, unsigned base, uint8_t vector);
uint8_t vapic_highest_vector(const VAPIC *page, unsigned base);

static inline bool vmx_virtual_delivery(const CPUX86State *env)
{
    return env->vmx->proc2 & VMX_SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY;
}

static inline bool vmx_ipi_virtualization_on(const CPUX86State *env)
{
    return env->vmx->proc3 & VMX_TERTIARY_EXEC_IPI_VIRT;
}

/* The guest interrupt status (25.4.2) */
uint8_t vmx_rvi(const CPUX86State *env);
uint8_t vmx_svi(const CPUX86State *env);
void vmx_set_rvi(CPUX86State *env, uint8_t vector);
void vmx_set_svi(CPUX86State *env, uint8_t vector);

/* 30.2.1; page as mapped */
void vmx_evaluate_virtual_interrupts(CPUX86State *env, const VAPIC *page);
/* 30.1.2, 30.1.4, 30.1.5; they raise what follows as VMX_PEND_*. */
void vmx_tpr_virtualization(CPUX86State *env, VAPIC *page);
void vmx_eoi_virtualization(CPUX86State *env, VAPIC *page);
void vmx_self_ipi_virtualization(CPUX86State *env, VAPIC *page,
                                 uint8_t vector);

/* vmx-ipiv.c: 30.1.6. ICR as written; apic_id as the mode has it. False: the
 * processor does not virtualize this IPI, an APIC-write VM exit is due. */
bool vmx_icr_virtualized(CPUX86State *env, VAPIC *page, uint32_t icr_lo,
                         uint32_t apic_id);

/* An APIC-write VM exit is due at the end of this instruction, which has
 * written at this offset of the virtual-APIC page. */
void vmx_apic_write_exit(CPUX86State *env, uint16_t offset);

#endif
