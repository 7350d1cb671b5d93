/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RDMSR and WRMSR of MSRs 800H to 8FFH where x2APIC mode is virtualized (SDM
 * 3C, 30.5). This holds whatever mode the local APIC itself is in.
 */
#include "qemu/osdep.h"
#include "vmx-apicv.h"
#include "tcg/helper-tcg.h"

#define X2APIC_FIRST    0x800
#define X2APIC_LAST     0x8ff
#define X2APIC_TPR      0x808
#define X2APIC_EOI      0x80b
#define X2APIC_ICR      0x830
#define X2APIC_SELF_IPI 0x83f

#define TPR_RESERVED      (~0xffull)
#define EOI_RESERVED      (~0ull)
#define SELF_IPI_RESERVED (~0xffull)
/* Bit 12, delivery status, is ignored. */
#define ICR_RESERVED      0xfff32000ull

static bool virtualized(const CPUX86State *env, uint32_t msr)
{
    return (env->vmx->proc2 & VMX_SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE)
        && msr >= X2APIC_FIRST && msr <= X2APIC_LAST;
}

static unsigned offset_of(uint32_t msr)
{
    return (msr & 0xff) << 4;
}

bool vmx_x2apic_read(CPUX86State *env, uint32_t msr, uint64_t *val,
                     uintptr_t ra)
{
    unsigned offset = offset_of(msr);
    VAPIC *page;

    if (!virtualized(env, msr) ||
        (msr != X2APIC_TPR &&
         !(env->vmx->proc2 & VMX_SECONDARY_EXEC_APIC_REGISTER_VIRT))) {
        return false;
    }
    page = vapic_map(env);
    *val = UINT64_MAX;
    if (page) {
        *val = vapic_read(page, offset)
            | (uint64_t)vapic_read(page, offset + 4) << 32;
        vapic_unmap(env, page);
    }
    return true;
}

static bool write_virtualized(const CPUX86State *env, uint32_t msr)
{
    switch (msr) {
    case X2APIC_TPR:
        return true;
    case X2APIC_EOI:
    case X2APIC_SELF_IPI:
        return vmx_virtual_delivery(env);
    case X2APIC_ICR:
        return vmx_ipi_virtualization_on(env);
    default:
        return false;
    }
}

static uint64_t reserved(uint32_t msr)
{
    switch (msr) {
    case X2APIC_TPR:
        return TPR_RESERVED;
    case X2APIC_EOI:
        return EOI_RESERVED;
    case X2APIC_SELF_IPI:
        return SELF_IPI_RESERVED;
    default:
        return ICR_RESERVED;
    }
}

static void write_self_ipi(CPUX86State *env, VAPIC *page, uint8_t vector)
{
    if (vector >> 4) {
        vmx_self_ipi_virtualization(env, page, vector);
    } else {
        vmx_apic_write_exit(env, VAPIC_SELF_IPI);
    }
}

static void emulate_write(CPUX86State *env, VAPIC *page, uint32_t msr,
                          uint64_t val)
{
    vapic_write(page, offset_of(msr), val);
    vapic_write(page, offset_of(msr) + 4, val >> 32);
    switch (msr) {
    case X2APIC_TPR:
        vmx_tpr_virtualization(env, page);
        break;
    case X2APIC_EOI:
        vmx_eoi_virtualization(env, page);
        break;
    case X2APIC_SELF_IPI:
        write_self_ipi(env, page, val);
        break;
    default:
        if (!vmx_icr_virtualized(env, page, val, val >> 32)) {
            vmx_apic_write_exit(env, VAPIC_ICR_LO);
        }
        break;
    }
}

bool vmx_x2apic_write(CPUX86State *env, uint32_t msr, uint64_t val,
                      uintptr_t ra)
{
    VAPIC *page;

    if (!virtualized(env, msr) || !write_virtualized(env, msr)) {
        return false;
    }
    if (val & reserved(msr)) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
    page = vapic_map(env);
    if (page) {
        emulate_write(env, page, msr, val);
        vapic_unmap(env, page);
    }
    return true;
}
