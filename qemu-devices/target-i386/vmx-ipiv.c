/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a write to the virtual ICR does without a VM exit: self-IPI
 * virtualization, and IPI virtualization (SDM 3C, 30.1.5 and 30.1.6), where
 * an IPI is posted to the descriptor that the PID-pointer table has for the
 * virtual APIC ID of its destination.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "vmx-apicv.h"
#include "vmx-posted.h"
#include "hw/i386/apic.h"

/* ICR bits (11.6.1, "Interrupt Command Register (ICR)") */
#define ICR_VECTOR         0x000000ffu
#define ICR_DELIVERY_MODE  0x00000700u
#define ICR_LOGICAL        0x00000800u
#define ICR_STATUS         0x00001000u
#define ICR_LEVEL_TRIGGER  0x00008000u
#define ICR_SHORTHAND      0x000c0000u
#define ICR_SHORTHAND_SELF 0x00040000u
#define ICR_RESERVED       0xfff32000u

/* Fixed, edge-triggered, nothing reserved, vector of 16 or above */
static bool is_plain(uint32_t icr)
{
    return !(icr & (ICR_RESERVED | ICR_STATUS | ICR_LEVEL_TRIGGER |
                    ICR_DELIVERY_MODE)) && (icr & 0xf0);
}

static bool is_self(uint32_t icr)
{
    return is_plain(icr) && (icr & ICR_SHORTHAND) == ICR_SHORTHAND_SELF;
}

static bool is_unicast(uint32_t icr)
{
    return is_plain(icr) && !(icr & (ICR_SHORTHAND | ICR_LOGICAL));
}

/* The local APIC's mode says how NDST holds the destination. */
static void send_notification(CPUX86State *env, uint64_t control)
{
    DeviceState *apic = env_archcpu(env)->apic_state;
    uint32_t ndst = PID_NDST(control);

    if (apic) {
        BQL_LOCK_GUARD();
        apic_send_ipi(is_x2apic_mode(apic) ? ndst : ndst >> 8 & 0xff,
                      PID_NV(control));
    }
}

static void post(CPUX86State *env, uint64_t *pid, uint8_t vector)
{
    uint64_t old, seen;

    qatomic_or(&pid[vector / 64], cpu_to_le64(1ull << (vector % 64)));
    old = qatomic_read(&pid[PID_CONTROL]);
    for (;;) {
        if (le64_to_cpu(old) & (PID_ON | PID_SN)) {
            return;
        }
        seen = qatomic_cmpxchg(&pid[PID_CONTROL], old,
                               old | cpu_to_le64(PID_ON));
        if (seen == old) {
            send_notification(env, le64_to_cpu(old));
            return;
        }
        old = seen;
    }
}

/* False: the table has no valid entry for this virtual APIC ID. */
static bool virtualize_ipi(CPUX86State *env, uint8_t vector, uint32_t apic_id)
{
    uint64_t entry, *pid;

    if (apic_id > vmcs_read(env, VMCS_LAST_PID_POINTER_INDEX)) {
        return false;
    }
    entry = vmx_phys_read64(env, vmcs_read(env, VMCS_PID_POINTER_TABLE)
                                 + 8ull * apic_id);
    if ((entry & 0x3f) != 1 || !vmx_valid_physical(env, entry)) {
        return false;
    }
    pid = pid_map(env, entry & ~1ull);
    if (pid) {
        post(env, pid, vector);
        pid_unmap(env, pid, true);
    }
    return true;
}

bool vmx_icr_virtualized(CPUX86State *env, VAPIC *page, uint32_t icr_lo,
                         uint32_t apic_id)
{
    uint8_t vector = icr_lo & ICR_VECTOR;

    if (vmx_virtual_delivery(env) && is_self(icr_lo)) {
        vmx_self_ipi_virtualization(env, page, vector);
        return true;
    }
    return vmx_ipi_virtualization_on(env) && is_unicast(icr_lo)
        && virtualize_ipi(env, vector, apic_id);
}
