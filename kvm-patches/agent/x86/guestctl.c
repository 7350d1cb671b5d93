/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guestctl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "cpu.h"
#include "guestload.h"
#include "kvmparam.h"
#include "testdev.h"

#define PATIENCE (20 * VR_MS)

#define load(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

static bool port(VrVcpu *vcpu, uint16_t number, bool write, unsigned size,
                 uint32_t *value)
{
    VrGuest *guest = vcpu->vm->opaque;

    (void)size;
    switch (number) {
    case VR_GUEST_PORT_DONE:
        vr_vm_finish(vcpu->vm, VR_VM_DONE, *value);
        return write;
    case VR_GUEST_PORT_PANIC:
        vr_vm_error(vcpu->vm, "vCPU %u: exception %u, error code %#llx, at "
                    "%#llx, CR2 %#llx", vcpu->index, *value,
                    (unsigned long long)guest->vcpu[vcpu->index]->panic_error,
                    (unsigned long long)guest->vcpu[vcpu->index]->panic_rip,
                    (unsigned long long)guest->vcpu[vcpu->index]->panic_cr2);
        vr_vm_finish(vcpu->vm, VR_VM_BROKEN, 0);
        return write;
    case VR_GUEST_PORT_CALL:
        atomic_fetch_add(&guest->calls[vcpu->index], 1);
        if (guest->on_call) {
            guest->on_call(guest, vcpu->index, 0);
        }
        return write;
    case VR_GUEST_PORT_VECTOR:
        if (guest->on_vector) {
            guest->on_vector(guest, vcpu->index, *value);
        }
        return write;
    default:
        return false;
    }
}

static void eoi(VrVcpu *vcpu, uint8_t vector)
{
    VrGuest *guest = vcpu->vm->opaque;

    atomic_fetch_add(&guest->ioapic_eois[vcpu->index][vector], 1);
    if (guest->on_eoi) {
        guest->on_eoi(guest, vcpu->index, vector);
    }
}

static void interrupted(VrVcpu *vcpu)
{
    VrGuest *guest = vcpu->vm->opaque;

    if (guest->on_signal) {
        guest->on_signal(guest, vcpu->index, 0);
    }
}

bool vr_guest_create(VrGuest *guest, VrContext *ctx,
                     const VrGuestConfig *config)
{
    const VrVmConfig vm = {
        .vcpus = config->vcpus, .memory_size = VR_GUEST_MEMORY_SIZE,
        .irqchip = !config->split_irqchip, .split = config->split_irqchip,
        .pins = config->pins, .x2apic = config->x2apic, .port = port,
        .eoi = eoi, .interrupted = interrupted, .opaque = guest,
    };

    memset(guest, 0, sizeof(*guest));
    guest->ctx = ctx;
    guest->patience = vr_patient(ctx, PATIENCE);
    guest->on_vector = config->on_vector;
    guest->on_eoi = config->on_eoi;
    guest->on_call = config->on_call;
    guest->on_signal = config->on_signal;
    guest->opaque = config->opaque;
    if (!vr_vm_create(&guest->vm, ctx, &vm)) {
        if (access("/dev/kvm", F_OK)) {
            vr_skip(ctx, "this host has no /dev/kvm");
        }
        return false;
    }
    vr_guest_load(guest, config->x2apic);
    for (unsigned i = 0; i < config->vcpus; i++) {
        if (config->pcpu) {
            vr_vcpu_move(&guest->vm.vcpu[i], config->pcpu[i]);
        }
        if (!vr_guest_set_entry(guest, i)) {
            return false;
        }
    }
    return true;
}

static void mark_place(const VrGuest *guest, unsigned vcpu)
{
    vr_mark(VR_MARK_VCPU_ON_PCPU,
            vcpu | (uint64_t)guest->vm.vcpu[vcpu].pcpu << 16);
}

/* Whether what is waited for cannot happen any more. */
static bool is_over(const VrGuest *guest)
{
    return guest->vm.has_error || atomic_load(&guest->vm.end) != VR_VM_RUNS;
}

typedef struct Wait {
    const VrGuest *guest;
    unsigned vcpu;
    const uint32_t *count;
    uint32_t value;
    uint64_t progress;
} Wait;

static bool count_reached(void *opaque)
{
    const Wait *wait = opaque;

    return (int32_t)(load(wait->count) - wait->value) >= 0 ||
           is_over(wait->guest);
}

static bool all_online(void *opaque)
{
    const VrGuest *guest = opaque;

    for (unsigned i = 0; i < guest->vm.vcpus; i++) {
        if (!load(&guest->vcpu[i]->idling) && !is_over(guest)) {
            return false;
        }
    }
    return true;
}

bool vr_guest_start(VrGuest *guest)
{
    for (unsigned i = 0; i < guest->vm.vcpus; i++) {
        mark_place(guest, i);
    }
    guest->started = true;
    if (!vr_vm_start(&guest->vm)) {
        return false;
    }
    if (!vr_wait(all_online, guest, 5 * guest->patience)) {
        vr_vm_error(&guest->vm, "a vCPU does not come up");
    }
    return !is_over(guest);
}

bool vr_guest_stop(VrGuest *guest)
{
    return vr_vm_stop(&guest->vm);
}

bool vr_guest_destroy(VrGuest *guest)
{
    bool stopped = vr_guest_stop(guest);

    if (guest->vm.has_error) {
        vr_fail(guest->ctx, "%s", guest->vm.error);
        if (guest->started && stopped) {
            vr_vm_diagnose(&guest->vm);
        }
    }
    return vr_vm_destroy(&guest->vm) && stopped;
}

struct kvm_msi vr_guest_msi(unsigned vcpu, uint8_t vector)
{
    return (struct kvm_msi){
        .address_lo = 0xfee00000u | vcpu << 12, .data = vector,
    };
}

bool vr_guest_signal_msi(VrGuest *guest, const struct kvm_msi *msi)
{
    return vr_vm_ioctl(&guest->vm, guest->vm.fd, KVM_SIGNAL_MSI, (void *)msi,
                       "KVM_SIGNAL_MSI");
}

/*
 * A vCPU in HLT does not look at its page; one that has just looked may be
 * about to execute HLT, whose interrupt then ends it.
 */
static bool wake(VrGuest *guest, unsigned vcpu)
{
    const struct kvm_msi msi = vr_guest_msi(vcpu, VR_GUEST_WAKE_VECTOR);

    return load(&guest->vcpu[vcpu]->idling) != VR_IDLE_HLT + 1 ||
           vr_guest_signal_msi(guest, &msi);
}

bool vr_guest_tell(VrGuest *guest, unsigned vcpu, VrGuestCommand command,
                   uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
    VrGuestVcpu *page = guest->vcpu[vcpu];

    if (!vr_guest_wait_done(guest, vcpu, guest->patience)) {
        return false;
    }
    page->command = command;
    page->arg[0] = arg0;
    page->arg[1] = arg1;
    page->arg[2] = arg2;
    page->arg[3] = arg3;
    store(&page->request, page->request + 1);
    return wake(guest, vcpu);
}

bool vr_guest_wait_done(VrGuest *guest, unsigned vcpu, uint64_t ns)
{
    VrGuestVcpu *page = guest->vcpu[vcpu];
    Wait wait = {
        .guest = guest, .count = &page->completed, .value = page->request,
    };

    if (!vr_wait(count_reached, &wait, ns)) {
        vr_vm_error(&guest->vm, "vCPU %u does not execute a command", vcpu);
    }
    return load(&page->completed) == page->request;
}

bool vr_guest_order(VrGuest *guest, unsigned vcpu, VrGuestCommand command,
                    uint64_t arg0, uint64_t arg1, uint64_t arg2,
                    uint64_t arg3)
{
    return vr_guest_tell(guest, vcpu, command, arg0, arg1, arg2, arg3) &&
           vr_guest_wait_done(guest, vcpu, guest->patience);
}

static bool idles(void *opaque)
{
    const Wait *wait = opaque;

    return load(wait->count) == wait->value || is_over(wait->guest);
}

bool vr_guest_idle(VrGuest *guest, unsigned vcpu, VrGuestIdle how)
{
    VrGuestVcpu *page = guest->vcpu[vcpu];
    Wait wait = { .guest = guest, .count = &page->idling, .value = how + 1 };

    store(&page->idle, how);
    if (!wake(guest, vcpu)) {
        return false;
    }
    if (!vr_wait(idles, &wait, guest->patience)) {
        vr_vm_error(&guest->vm, "vCPU %u does not go on", vcpu);
    }
    return !is_over(guest);
}

void vr_guest_policy(VrGuest *guest, unsigned vcpu, uint8_t vector,
                     uint8_t policy)
{
    store(&guest->vcpu[vcpu]->policy[vector], policy);
}

uint32_t vr_guest_received(const VrGuest *guest, unsigned vcpu, uint8_t vector)
{
    return load(&guest->vcpu[vcpu]->received[vector]);
}

bool vr_guest_wait_received(VrGuest *guest, unsigned vcpu, uint8_t vector,
                            uint32_t count, uint64_t ns)
{
    Wait wait = {
        .guest = guest, .count = &guest->vcpu[vcpu]->received[vector],
        .value = count,
    };

    return vr_wait(count_reached, &wait, ns) && !is_over(guest);
}

static bool progressed(void *opaque)
{
    const Wait *wait = opaque;

    return load(&wait->guest->vcpu[wait->vcpu]->progress) != wait->progress ||
           is_over(wait->guest);
}

bool vr_guest_wait_progress(VrGuest *guest, unsigned vcpu)
{
    Wait wait = {
        .guest = guest, .vcpu = vcpu,
        .progress = load(&guest->vcpu[vcpu]->progress),
    };

    if (!vr_wait(progressed, &wait, guest->patience)) {
        vr_vm_error(&guest->vm, "vCPU %u makes no progress", vcpu);
    }
    return !is_over(guest);
}

/* The state in /proc/TID/stat: the word after the name in parentheses. */
static char thread_state(int tid)
{
    char path[48];
    char text[128] = "";
    const char *name_end;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    file = fopen(path, "r");
    if (!file) {
        return '?';
    }
    name_end = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
    fclose(file);
    return name_end && name_end[1] ? name_end[2] : '?';
}

static bool is_blocked(void *opaque)
{
    const Wait *wait = opaque;

    return is_over(wait->guest) ||
           thread_state(atomic_load(&wait->guest->vm.vcpu[wait->vcpu].tid)) ==
           'S';
}

bool vr_guest_wait_blocked(VrGuest *guest, unsigned vcpu)
{
    Wait wait = { .guest = guest, .vcpu = vcpu };

    return vr_wait(is_blocked, &wait, guest->patience) && !is_over(guest);
}

bool vr_guest_move(VrGuest *guest, unsigned vcpu, unsigned pcpu)
{
    bool moved = vr_vcpu_move(&guest->vm.vcpu[vcpu], pcpu);

    mark_place(guest, vcpu);
    return moved;
}

void vr_guest_host_facts(const VrContext *ctx)
{
    long long apicv = 0;

    if (!vr_kvm_parameter("kvm_intel", "enable_apicv", &apicv)) {
        vr_kvm_parameter("kvm_amd", "avic", &apicv);
    }
    vr_fact(ctx, "vmx", vr_cpu_has_vmx());
    vr_fact(ctx, "svm", vr_cpu_has_svm());
    vr_fact(ctx, "apicv", apicv);
}
