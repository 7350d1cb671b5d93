/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IRQBYPASS_REFCOUNT: irqfds of a VM, and the references of the module that
 * they are registered with: before, with them, and after.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "irqbypass.h"
#include "modules.h"
#include "report.h"
#include "scenarios.h"

#define IRQFDS 16
#define MODULE "irqbypass"

static void fact(VrContext *ctx, const char *key)
{
    vr_fact(ctx, key, vr_module_references(MODULE));
}

static bool register_all(VrContext *ctx, int vm, int *event)
{
    for (unsigned i = 0; i < IRQFDS; i++) {
        int err;

        event[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        err = event[i] < 0 ? errno : vr_irqfd_assign(vm, event[i], 1, true);
        if (err) {
            vr_fail(ctx, "irqfd %u: %s", i, vr_error_text("KVM_IRQFD", err));
            return false;
        }
    }
    return true;
}

static void play(VrContext *ctx, int vm)
{
    int event[IRQFDS];

    for (unsigned i = 0; i < IRQFDS; i++) {
        event[i] = -1;
    }
    fact(ctx, "before");
    if (register_all(ctx, vm, event)) {
        vr_fact(ctx, "registered", IRQFDS);
        fact(ctx, "with");
    }
    for (unsigned i = 0; i < IRQFDS && event[i] >= 0; i++) {
        vr_irqfd_assign(vm, event[i], 1, false);
        close(event[i]);
    }
    fact(ctx, "after");
}

void vr_scenario_IRQBYPASS_REFCOUNT(VrContext *ctx)
{
    const char *why = "";
    int loaded = vr_modules_load(&why);
    int kvm, vm;

    if (loaded < 0) {
        vr_fail(ctx, "%s", why);
        return;
    }
    if (vr_module_references(MODULE) < 0) {
        vr_skip(ctx, "irqbypass is not a module of this kernel");
        return;
    }
    why = vr_irqfd_no_bypass();
    if (why) {
        vr_skip(ctx, "%s", why);
        return;
    }
    vr_fact(ctx, "modules", loaded);
    kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    vm = kvm < 0 ? -1 : vr_irqfd_vm(ctx, kvm);
    if (vm >= 0) {
        play(ctx, vm);
        close(vm);
    } else {
        vr_fail(ctx, "%s", vr_error_text("/dev/kvm", errno));
    }
    if (kvm >= 0) {
        close(kvm);
    }
}
