/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guestctl.h"

#include <unistd.h>

#define KICK_PERIOD (200 * VR_US)

#define load(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

static void mark_places(const VrVm *vm)
{
    for (unsigned i = 0; i < vm->vcpus; i++) {
        vr_mark(VR_MARK_VCPU_ON_PCPU, i | (uint64_t)vm->vcpu[i].pcpu << 16);
    }
}

bool vr_guest_open(VrContext *ctx, VrVm *vm, unsigned vcpus, unsigned eoimode,
                   uint32_t policy, uint32_t idle)
{
    if (!vr_vm_create(vm, ctx, vcpus, eoimode)) {
        if (access("/dev/kvm", F_OK)) {
            vr_skip(ctx, "this host has no /dev/kvm");
        }
        return false;
    }
    for (unsigned i = 0; i < vcpus; i++) {
        vm->shared->vcpu[i].policy = policy;
        vm->shared->vcpu[i].idle = idle;
    }
    mark_places(vm);
    return true;
}

static bool all_online(void *opaque)
{
    VrVm *vm = opaque;

    for (unsigned i = 0; i < vm->vcpus; i++) {
        if (!load(&vm->shared->vcpu[i].online) && !vm->has_error) {
            return false;
        }
    }
    return true;
}

bool vr_guest_start(VrVm *vm)
{
    vr_vm_resume(vm);
    if (!vr_wait(all_online, vm, 5 * vm->patience)) {
        vr_vm_error(vm, "a vCPU does not come up");
    }
    return !vm->has_error;
}

bool vr_guest_close(VrContext *ctx, VrVm *vm)
{
    bool stopped = vr_vm_destroy(vm);

    if (vm->has_error) {
        vr_fail(ctx, "%s", vm->error);
    }
    if (!stopped) {
        vr_fail(ctx, "a vCPU thread cannot be stopped");
    }
    return !stopped;
}

typedef struct SpinWait {
    VrVm *vm;
    uint64_t before[VR_GUEST_MAX_VCPUS];
} SpinWait;

static bool all_spun(void *opaque)
{
    SpinWait *wait = opaque;

    for (unsigned i = 0; i < wait->vm->vcpus; i++) {
        if (load(&wait->vm->shared->vcpu[i].spins) == wait->before[i] &&
            !wait->vm->has_error) {
            return false;
        }
    }
    return true;
}

bool vr_guest_wait_spinning(VrVm *vm)
{
    SpinWait wait = { .vm = vm };

    for (unsigned i = 0; i < vm->vcpus; i++) {
        wait.before[i] = load(&vm->shared->vcpu[i].spins);
    }
    if (!vr_wait(all_spun, &wait, vm->patience)) {
        vr_vm_error(vm, "a vCPU does not spin in the guest");
    }
    return !vm->has_error;
}

bool vr_guest_bounce(VrVm *vm)
{
    if (!vr_vm_park(vm)) {
        return false;
    }
    vr_vm_resume(vm);
    return vr_guest_wait_spinning(vm);
}

typedef struct CountWait {
    VrVm *vm;
    const uint32_t *counter;
    uint32_t value;
} CountWait;

static bool count_reached(void *opaque)
{
    const CountWait *wait = opaque;

    return (int32_t)(load(wait->counter) - wait->value) >= 0 ||
           wait->vm->has_error;
}

bool vr_guest_wait_count(VrVm *vm, const uint32_t *counter, uint32_t value)
{
    CountWait wait = { vm, counter, value };

    return vr_wait(count_reached, &wait, vm->patience) && !vm->has_error;
}

/*
 * A vCPU in WFI does not look at its commands; the kick makes it. It is
 * repeated, because the vCPU may have been about to execute WFI.
 */
static bool wait_completed(VrVm *vm, unsigned vcpu, CountWait *wait)
{
    uint64_t end = vr_now() + vm->patience;

    if (load(&vm->shared->vcpu[vcpu].idle) == VR_IDLE_SPIN) {
        return vr_wait(count_reached, wait, vm->patience);
    }
    do {
        vr_vcpu_kick(&vm->vcpu[vcpu]);
        if (vr_wait(count_reached, wait, KICK_PERIOD)) {
            return true;
        }
    } while (vr_now() < end);
    return false;
}

bool vr_guest_command(VrVm *vm, unsigned vcpu, uint32_t command,
                      uint64_t arg0, uint64_t arg1)
{
    VrGuestVcpu *guest = &vm->shared->vcpu[vcpu];
    uint32_t request = guest->request + 1;
    CountWait wait = { vm, &guest->completed, request };

    guest->command = command;
    guest->arg0 = arg0;
    guest->arg1 = arg1;
    store(&guest->request, request);
    if (!wait_completed(vm, vcpu, &wait)) {
        vr_vm_error(vm, "vCPU %u does not execute a command", vcpu);
    }
    return !vm->has_error;
}

void vr_guest_open_gate(VrVm *vm, unsigned vcpu)
{
    VrGuestVcpu *guest = &vm->shared->vcpu[vcpu];

    store(&guest->gate, load(&guest->spi_acks));
}

bool vr_guest_inject(VrVm *vm, uint32_t intid)
{
    vr_mark(VR_MARK_INJECT, intid);
    return vr_gic_irq_line(vm, intid, true);
}

void vr_guest_remove_gate(VrVm *vm, unsigned vcpu)
{
    store(&vm->shared->vcpu[vcpu].gate, INT32_MAX);
}

static bool inject(VrVm *vm, unsigned vcpu, uint32_t intid, bool level)
{
    VrGuestVcpu *guest = &vm->shared->vcpu[vcpu];
    uint32_t acks = load(&guest->acks[intid]);
    uint32_t eois = load(&guest->eois[intid]);
    bool acked = vr_guest_inject(vm, intid) &&
                 vr_guest_wait_count(vm, &guest->acks[intid], acks + 1);

    if (level && !vr_gic_irq_line(vm, intid, false)) {
        return false;
    }
    vr_guest_open_gate(vm, vcpu);
    return acked && vr_guest_wait_count(vm, &guest->eois[intid], eois + 1);
}

bool vr_guest_inject_level(VrVm *vm, unsigned vcpu, uint32_t intid)
{
    return inject(vm, vcpu, intid, true);
}

bool vr_guest_inject_edge(VrVm *vm, unsigned vcpu, uint32_t intid)
{
    return inject(vm, vcpu, intid, false);
}

bool vr_guest_dir(VrVm *vm, unsigned vcpu, uint32_t intid)
{
    vr_mark(VR_MARK_DIR, intid);
    return vr_guest_command(vm, vcpu, VR_CMD_DIR, intid, 0);
}

static bool retire_one(VrVm *vm, uint32_t intid, bool active)
{
    if (active) {
        return vr_gic_clear_active(vm, intid);
    }
    vr_mark(VR_MARK_RETIRED, intid);
    return true;
}

bool vr_guest_retire_all(VrVm *vm, uint64_t intids, uint64_t *active)
{
    *active = 0;
    if (!vr_vm_park(vm) || !vr_gic_read_active(vm, active)) {
        return false;
    }
    *active &= intids;
    for (unsigned i = 0; i < 64; i++) {
        if (intids >> i & 1 &&
            !retire_one(vm, VR_GUEST_FIRST_SPI + i, *active >> i & 1)) {
            return false;
        }
    }
    vr_vm_resume(vm);
    return vr_guest_wait_spinning(vm);
}

bool vr_guest_retire(VrVm *vm, uint32_t intid, bool *active)
{
    uint64_t bits;

    if (!vr_guest_retire_all(vm,
                             UINT64_C(1) << (intid - VR_GUEST_FIRST_SPI),
                             &bits)) {
        return false;
    }
    *active = bits != 0;
    return true;
}
