/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "report.h"

/*
 * What KVM uses where the CPU cannot run real mode or unpaged protected mode:
 * a page table and a task's state segment, outside of the guest's memory.
 */
#define IDENTITY_MAP 0xfffbc000u
#define TSS_BASE 0xfffbd000u

#define SPLIT_PINS 24 /* of one I/O APIC */

#define STOP_REKICK (2 * VR_MS)
#define STOP_LIMIT (5 * VR_SEC)

void vr_vm_error(VrVm *vm, const char *format, ...)
{
    va_list ap;

    if (atomic_exchange(&vm->has_error, true)) {
        return;
    }
    va_start(ap, format);
    vsnprintf(vm->error, sizeof(vm->error), format, ap);
    va_end(ap);
}

bool vr_vm_ioctl(VrVm *vm, int fd, unsigned long request, void *arg,
                 const char *name)
{
    if (ioctl(fd, request, arg) < 0) {
        vr_vm_error(vm, "%s", vr_error_text(name, errno));
        return false;
    }
    return true;
}

void vr_vm_finish(VrVm *vm, VrVmEnd end, uint32_t status)
{
    VrVmEnd runs = VR_VM_RUNS;

    atomic_store(&vm->status, status);
    atomic_compare_exchange_strong(&vm->end, &runs, end);
}

static bool open_kvm(VrVm *vm)
{
    int size;

    vm->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (vm->kvm_fd < 0) {
        vr_vm_error(vm, "%s", vr_error_text("open /dev/kvm", errno));
        return false;
    }
    size = ioctl(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (size < 0) {
        vr_vm_error(vm, "%s", vr_error_text("KVM_GET_VCPU_MMAP_SIZE", errno));
        return false;
    }
    vm->run_size = size;
    vm->fd = ioctl(vm->kvm_fd, KVM_CREATE_VM, 0);
    if (vm->fd < 0) {
        vr_vm_error(vm, "%s", vr_error_text("KVM_CREATE_VM", errno));
        return false;
    }
    return true;
}

static bool place_intel_pages(VrVm *vm)
{
    uint64_t identity_map = IDENTITY_MAP;

    return vr_vm_ioctl(vm, vm->fd, KVM_SET_IDENTITY_MAP_ADDR, &identity_map,
                       "KVM_SET_IDENTITY_MAP_ADDR") &&
           vr_vm_ioctl(vm, vm->fd, KVM_SET_TSS_ADDR,
                       (void *)(uintptr_t)TSS_BASE, "KVM_SET_TSS_ADDR");
}

static bool add_memory(VrVm *vm, size_t size)
{
    struct kvm_userspace_memory_region region = { .memory_size = size };

    vm->memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (vm->memory == MAP_FAILED) {
        vm->memory = NULL;
        vr_vm_error(vm, "%s", vr_error_text("mmap guest memory", errno));
        return false;
    }
    vm->memory_size = size;
    region.userspace_addr = (uintptr_t)vm->memory;
    return vr_vm_ioctl(vm, vm->fd, KVM_SET_USER_MEMORY_REGION, &region,
                       "KVM_SET_USER_MEMORY_REGION");
}

static bool add_irqchip(VrVm *vm)
{
    struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };

    return vr_vm_ioctl(vm, vm->fd, KVM_CREATE_IRQCHIP, NULL,
                       "KVM_CREATE_IRQCHIP") &&
           vr_vm_ioctl(vm, vm->fd, KVM_CREATE_PIT2, &pit, "KVM_CREATE_PIT2");
}

static bool split_irqchip(VrVm *vm, unsigned pins)
{
    struct kvm_enable_cap cap = {
        .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { pins ? pins : SPLIT_PINS },
    };

    return vr_vm_ioctl(vm, vm->fd, KVM_ENABLE_CAP, &cap,
                       "KVM_CAP_SPLIT_IRQCHIP");
}

bool vr_vm_create(VrVm *vm, const VrContext *ctx, const VrVmConfig *config)
{
    bool deadline_timer;

    memset(vm, 0, sizeof(*vm));
    vm->kvm_fd = vm->fd = -1;
    vm->port = config->port;
    vm->eoi = config->eoi;
    vm->interrupted = config->interrupted;
    vm->opaque = config->opaque;
    if (!open_kvm(vm) || !place_intel_pages(vm) ||
        !add_memory(vm, config->memory_size) ||
        (config->irqchip && !add_irqchip(vm)) ||
        (config->split && !split_irqchip(vm, config->pins))) {
        return false;
    }
    deadline_timer = ioctl(vm->kvm_fd, KVM_CHECK_EXTENSION,
                           KVM_CAP_TSC_DEADLINE_TIMER) > 0;
    for (unsigned i = 0; i < config->vcpus; i++) {
        vm->vcpus++;
        if (!vr_vcpu_create(vm, ctx, i)) {
            return false;
        }
    }
    for (unsigned i = 0; i < config->vcpus; i++) {
        if (!vr_cpuid_set(&vm->vcpu[i], config->x2apic,
                          (config->irqchip || config->split) &&
                          deadline_timer)) {
            return false;
        }
    }
    return true;
}

bool vr_vm_start(VrVm *vm)
{
    for (unsigned i = 0; i < vm->vcpus; i++) {
        if (!vr_vcpu_start(&vm->vcpu[i])) {
            return false;
        }
    }
    return true;
}

static bool has_ended(void *opaque)
{
    VrVm *vm = opaque;

    return atomic_load(&vm->end) != VR_VM_RUNS;
}

bool vr_vm_wait(VrVm *vm, uint64_t ns)
{
    return vr_wait_long(has_ended, vm, ns);
}

static bool all_out(void *opaque)
{
    VrVm *vm = opaque;

    for (unsigned i = 0; i < vm->vcpus; i++) {
        if (vm->vcpu[i].has_thread && !atomic_load(&vm->vcpu[i].out)) {
            return false;
        }
    }
    return true;
}

bool vr_vm_stop(VrVm *vm)
{
    uint64_t end = vr_now() + STOP_LIMIT;

    atomic_store(&vm->stop, true);
    do {
        for (unsigned i = 0; i < vm->vcpus; i++) {
            if (vm->vcpu[i].has_thread && !atomic_load(&vm->vcpu[i].out)) {
                vr_vcpu_kick(&vm->vcpu[i]);
            }
        }
        if (vr_wait(all_out, vm, STOP_REKICK)) {
            return true;
        }
    } while (vr_now() < end);
    vr_vm_error(vm, "a vCPU does not come out of KVM_RUN");
    return false;
}

static void free_vcpu(VrVm *vm, VrVcpu *vcpu)
{
    if (vcpu->has_thread) {
        pthread_join(vcpu->thread, NULL);
    }
    if (vcpu->run) {
        munmap(vcpu->run, vm->run_size);
    }
    if (vcpu->fd >= 0) {
        close(vcpu->fd);
    }
}

bool vr_vm_destroy(VrVm *vm)
{
    if (!vr_vm_stop(vm)) {
        return false; /* its memory may still be in use: leave all of it */
    }
    for (unsigned i = 0; i < vm->vcpus; i++) {
        free_vcpu(vm, &vm->vcpu[i]);
    }
    if (vm->fd >= 0) {
        close(vm->fd);
    }
    if (vm->kvm_fd >= 0) {
        close(vm->kvm_fd);
    }
    if (vm->memory) {
        munmap(vm->memory, vm->memory_size);
    }
    return true;
}
