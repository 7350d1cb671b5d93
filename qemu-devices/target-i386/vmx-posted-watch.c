/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The invariant of posted interrupts at VM entry, while a trace is open: ON
 * set and SN clear imply that the notification is pending in the local APIC or
 * in flight.
 *
 * A device posts and notifies with the BQL held, so that it is never seen
 * between the two. A processor may be, and only it knows. But as long as ON is
 * set no other poster notifies: if the local APIC accepts the vector later, it
 * was in flight (or ON has been cleared, by who takes the requests). So an
 * entry that looks wrong is suspected until then, and lost if the vector does
 * not come in virelay_posted_patience, by default a time that no processor needs
 * for two instructions.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "vmx-posted.h"
#include "vmx-trace.h"
#include "hw/i386/apic.h"
#include "hw/virelay/sweep.h"

/* All below with the BQL held */
struct VMXPostedSuspect {
    QEMUTimer *timer;
    VMXState *vmx;
    VMXPostedLost seen;
};

static void acquit(VMXState *vmx)
{
    VMXPostedSuspect *suspect = vmx->posted_suspect;

    vmx->posted_suspect = NULL;
    timer_free(suspect->timer);
    g_free(suspect);
}

static void came(CPUState *cs, int vector)
{
    VMXState *vmx = cpu_env(cs)->vmx;

    if (vmx && vmx->posted_suspect
        && vector == vmx->posted_suspect->seen.nv) {
        acquit(vmx);
    }
}

static void did_not_come(void *opaque)
{
    VMXPostedSuspect *suspect = opaque;

    VMX_TRACE(posted_lost, &suspect->seen);
    acquit(suspect->vmx);
}

static void suspect_entry(CPUX86State *env, uint64_t control)
{
    VMXPostedSuspect *suspect = g_new0(VMXPostedSuspect, 1);

    suspect->vmx = env->vmx;
    suspect->seen = (VMXPostedLost) {
        .cpu = env_cpu(env)->cpu_index,
        .nv = vmcs_read(env, VMCS_POSTED_INTR_NV),
        .control = control,
        .descriptor = vmcs_read(env, VMCS_POSTED_INTR_DESC_ADDR),
        .rip = env->eip,
        .vmcs = env->vmx->vmcs_pointer,
    };
    suspect->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, did_not_come, suspect);
    timer_mod(suspect->timer,
              qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + virelay_posted_patience);
    env->vmx->posted_suspect = suspect;
    apic_accepted = came;
}

static bool breaks_invariant(CPUX86State *env, uint64_t *control)
{
    uint8_t nv = vmcs_read(env, VMCS_POSTED_INTR_NV);
    uint64_t *pid = pid_map(env, vmcs_read(env, VMCS_POSTED_INTR_DESC_ADDR));

    if (!pid) {
        return false;
    }
    *control = pid_control(pid);
    pid_unmap(env, pid, false);
    return (*control & PID_ON) && !(*control & PID_SN)
        && !apic_irr_is_set(env_archcpu(env)->apic_state, nv);
}

void vmx_posted_watch_entry(CPUX86State *env)
{
    uint64_t control;

    BQL_LOCK_GUARD();
    if (!env->vmx->posted_suspect && breaks_invariant(env, &control)) {
        suspect_entry(env, control);
    }
}

void vmx_posted_unwatch(CPUX86State *env)
{
    if (env->vmx->posted_suspect) {
        acquit(env->vmx);
    }
}
