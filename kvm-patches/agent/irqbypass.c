/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "irqbypass.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "report.h"
#include "testdev.h"
#include "watchdog.h"

/*
 * KVM itself looks through the irqfds of the same VM, one by one. The crowd is
 * spread over VMs, and what is measured has one of its own.
 */
#define PER_VM 512u
#define VMS (VR_IRQFD_LARGEST / PER_VM)
#define GSI 1
#define TRIES 8
#define FILES (VR_IRQFD_LARGEST + VMS + 64)
#define LIMIT (600 * VR_SEC) /* for the watchdog */

typedef struct Crowd {
    int kvm;
    int vm[VMS];
    int event[VR_IRQFD_LARGEST];
    unsigned vms, events;
} Crowd;

int vr_irqfd_assign(int vm, int event, uint32_t gsi, bool assign)
{
    struct kvm_irqfd args = {
        .fd = event, .gsi = gsi,
        .flags = assign ? 0 : KVM_IRQFD_FLAG_DEASSIGN,
    };

    return ioctl(vm, KVM_IRQFD, &args) ? errno : 0;
}

static bool grow(VrContext *ctx, Crowd *c, unsigned size)
{
    int err;

    while (c->events < size) {
        if (c->events % PER_VM == 0) {
            c->vm[c->vms] = vr_irqfd_vm(ctx, c->kvm);
            if (c->vm[c->vms] < 0) {
                return false;
            }
            c->vms++;
        }
        c->event[c->events] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (c->event[c->events] < 0) {
            vr_fail(ctx, "%s", vr_error_text("eventfd", errno));
            return false;
        }
        err = vr_irqfd_assign(c->vm[c->vms - 1], c->event[c->events++], GSI,
                              true);
        if (err) {
            vr_fail(ctx, "irqfd %u: %s", c->events,
                    vr_error_text("KVM_IRQFD", err));
            return false;
        }
    }
    return true;
}

/*
 * The last VM first, so that a manager with a list finds each near its head;
 * and eventfds after their VMs, as the last close of one takes its irqfd down.
 */
static void shrink(Crowd *c)
{
    while (c->vms) {
        close(c->vm[--c->vms]);
    }
    while (c->events) {
        close(c->event[--c->events]);
    }
}

/* The cheapest of some: a tick in between costs more. */
static bool measure(VrContext *ctx, int vm, int event, uint64_t *cost)
{
    *cost = UINT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        uint64_t before = vr_testdev_instructions();
        int err = vr_irqfd_assign(vm, event, GSI, true);
        uint64_t after = vr_testdev_instructions();

        if (!err) {
            err = vr_irqfd_assign(vm, event, GSI, false);
        }
        if (err) {
            vr_fail(ctx, "%s", vr_error_text("KVM_IRQFD", err));
            return false;
        }
        *cost = after - before < *cost ? after - before : *cost;
    }
    return true;
}

static void measure_all(VrContext *ctx, Crowd *c, int vm, int event)
{
    for (unsigned n = 1; n <= VR_IRQFD_LARGEST; n *= 2) {
        uint64_t cost;
        char key[32];

        if (!grow(ctx, c, n - 1) || !measure(ctx, vm, event, &cost)) {
            return;
        }
        snprintf(key, sizeof(key), "cost_%u", n);
        vr_fact(ctx, key, cost);
    }
}

static bool allow_files(VrContext *ctx)
{
    const struct rlimit limit = { .rlim_cur = FILES, .rlim_max = FILES };

    if (setrlimit(RLIMIT_NOFILE, &limit)) {
        vr_fail(ctx, "%s", vr_error_text("RLIMIT_NOFILE", errno));
        return false;
    }
    return true;
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void vr_irqbypass_scaling(VrContext *ctx, unsigned scenario)
{
    static Crowd crowd;
    const char *why = vr_irqfd_no_bypass();
    int vm = -1, event = -1;

    if (why || !vr_testdev_instructions()) {
        vr_skip(ctx, "%s", why ? why : "the machine counts no instructions");
        return;
    }
    vr_watchdog_arm(scenario, vr_patient(ctx, LIMIT));
    crowd = (Crowd){ .kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC) };
    if (crowd.kvm < 0) {
        vr_fail(ctx, "%s", vr_error_text("open /dev/kvm", errno));
    } else if (allow_files(ctx)) {
        vm = vr_irqfd_vm(ctx, crowd.kvm);
        event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (vm >= 0 && event >= 0) {
            measure_all(ctx, &crowd, vm, event);
        }
    }
    vr_fact(ctx, "registered", crowd.events);
    close_fd(vm);
    shrink(&crowd);
    close_fd(event);
    close_fd(crowd.kvm);
}
