/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Posted-interrupt processing (SDM 3C, 30.6). The descriptor belongs to all
 * processors and devices at once: each of its words changes by atomic
 * operations only, ON before the requests are taken, so that a request posted
 * meanwhile is taken now or notified again.
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "vmx-apicv.h"
#include "vmx-posted.h"
#include "vmx-trace.h"
#include "hw/i386/apic.h"

uint64_t pid_control(const uint64_t *pid)
{
    return le64_to_cpu(qatomic_read(&pid[PID_CONTROL]));
}

uint64_t *pid_map(CPUX86State *env, hwaddr pa)
{
    return vmx_ram_map(env, pa, PID_SIZE);
}

void pid_unmap(CPUX86State *env, uint64_t *pid, bool written)
{
    vmx_ram_unmap(env, pid, PID_SIZE, written);
}

/* Take the 256 requests into pir[]; the highest, or 0. */
static uint8_t take_requests(uint64_t *pid, uint64_t *pir)
{
    uint8_t highest = 0;

    for (int i = 0; i < 4; i++) {
        pir[i] = qatomic_read(&pid[i])
            ? le64_to_cpu(qatomic_xchg(&pid[i], 0)) : 0;
        if (pir[i]) {
            highest = i * 64 + 63 - clz64(pir[i]);
        }
    }
    return highest;
}

static void merge_requests(VAPIC *page, const uint64_t *pir)
{
    for (int i = 0; i < 4; i++) {
        if ((uint32_t)pir[i]) {
            vapic_or_irr(page, 2 * i, pir[i]);
        }
        if (pir[i] >> 32) {
            vapic_or_irr(page, 2 * i + 1, pir[i] >> 32);
        }
    }
}

/* Steps 3 to 7 of 30.6 */
static void process(CPUX86State *env, uint8_t nv)
{
    VMXPostedTrace t = {
        .descriptor = vmcs_read(env, VMCS_POSTED_INTR_DESC_ADDR), .nv = nv,
    };
    uint64_t *pid = pid_map(env, t.descriptor);
    VAPIC *page;
    uint8_t highest = 0;

    if (pid) {
        t.before = le64_to_cpu(qatomic_fetch_and(&pid[PID_CONTROL],
                                                 cpu_to_le64(~PID_ON)));
        t.after = t.before & ~PID_ON;
    }
    apic_write_eoi(env_archcpu(env)->apic_state);
    page = vapic_map(env);
    if (pid) {
        highest = take_requests(pid, t.pir);
        pid_unmap(env, pid, true);
    }
    if (page) {
        merge_requests(page, t.pir);
        vmx_set_rvi(env, MAX(vmx_rvi(env), highest));
        vmx_evaluate_virtual_interrupts(env, page);
        vapic_unmap(env, page);
    }
    VMX_TRACE(posted, env, &t);
}

bool vmx_posted_interrupt(CPUX86State *env, int *vector)
{
    uint8_t nv = vmcs_read(env, VMCS_POSTED_INTR_NV);

    *vector = cpu_get_pic_interrupt(env);
    if (*vector != nv) {
        return false;
    }
    process(env, nv);
    return true;
}
