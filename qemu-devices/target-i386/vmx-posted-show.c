/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a VM entry under posted-interrupt processing finds, while a trace is
 * open: the descriptor, and what the VMM left in PIR and VIRR. So the trace
 * accounts for each request, also for those that the VMM moved itself.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "vmx-apicv.h"
#include "vmx-posted.h"
#include "vmx-trace.h"

static void show_requests(CPUX86State *env, const uint64_t *pid)
{
    uint64_t pir[4];

    for (int i = 0; i < 4; i++) {
        pir[i] = le64_to_cpu(qatomic_read(&pid[i]));
    }
    if (pir[0] | pir[1] | pir[2] | pir[3]) {
        VMX_TRACE(pid_pir, env, pir);
    }
}

static void show_virr(CPUX86State *env)
{
    VAPIC *page = vapic_map(env);
    uint64_t virr[4];

    if (!page) {
        return;
    }
    for (int i = 0; i < 4; i++) {
        virr[i] = vapic_read(page, VAPIC_IRR + 32 * i) |
            (uint64_t)vapic_read(page, VAPIC_IRR + 32 * i + 16) << 32;
    }
    vapic_unmap(env, page);
    if (virr[0] | virr[1] | virr[2] | virr[3]) {
        VMX_TRACE(virr, env, virr);
    }
}

void vmx_posted_show_entry(CPUX86State *env)
{
    hwaddr descriptor = vmcs_read(env, VMCS_POSTED_INTR_DESC_ADDR);
    uint64_t *pid;

    /* Devices post with the BQL held: none does between these records. */
    BQL_LOCK_GUARD();
    pid = pid_map(env, descriptor);
    if (pid) {
        VMX_TRACE(pid, env, descriptor, pid_control(pid));
        show_requests(env, pid);
        pid_unmap(env, pid, false);
    }
    show_virr(env);
}
