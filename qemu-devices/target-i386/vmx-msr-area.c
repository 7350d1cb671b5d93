/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MSR areas: loaded at VM entry and VM exit, stored at VM exit (SDM 3C, 27.4,
 * 28.4, 28.6).
 */
#include "qemu/osdep.h"
#include "vmx-internal.h"

/* An entry: index, reserved word, data (25.7.2) */
#define ENTRY_SIZE 16

#define MSR_IA32_SMM_MONITOR_CTL 0x9b
#define MSR_IA32_SMBASE_READ     0x9e

/* The recommended maximum of IA32_VMX_MISC is ours: beyond it the manual leaves
 * the behaviour undefined, and we refuse. */
static uint32_t longest_area(const VMXState *vmx)
{
    return 512 * (extract64(vmx->caps.misc, 25, 3) + 1);
}

static bool is_x2apic(uint32_t msr)
{
    return (msr >> 8) == 0x8;
}

static bool may_load(uint32_t msr, bool entry)
{
    return msr != MSR_FSBASE && msr != MSR_GSBASE && !is_x2apic(msr)
        && msr != MSR_IA32_SMM_MONITOR_CTL
        && !(entry && msr == MSR_IA32_UCODE_REV);
}

static bool may_store(uint32_t msr)
{
    return !is_x2apic(msr) && msr != MSR_IA32_SMBASE_READ;
}

uint32_t vmx_msr_load(CPUX86State *env, uint64_t addr, uint32_t count,
                      bool entry)
{
    uint32_t i;

    for (i = 0; i < count; i++, addr += ENTRY_SIZE) {
        uint32_t msr;

        if (i >= longest_area(env->vmx)) {
            return i + 1;
        }
        msr = vmx_phys_read32(env, addr);
        if (vmx_phys_read32(env, addr + 4) != 0 || !may_load(msr, entry)
            || !vmx_msr_write(env, msr, vmx_phys_read64(env, addr + 8))) {
            return i + 1;
        }
    }
    return 0;
}

uint32_t vmx_msr_store(CPUX86State *env, uint64_t addr, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++, addr += ENTRY_SIZE) {
        uint64_t val;
        uint32_t msr;

        if (i >= longest_area(env->vmx)) {
            return i + 1;
        }
        msr = vmx_phys_read32(env, addr);
        if (vmx_phys_read32(env, addr + 4) != 0 || !may_store(msr)
            || !vmx_msr_read(env, msr, &val)) {
            return i + 1;
        }
        vmx_phys_write64(env, addr + 8, val);
    }
    return 0;
}
