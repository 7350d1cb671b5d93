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
#include "gic.h"
#include "report.h"

#define PATIENCE (VR_PATIENCE_DEFAULT * VR_MS)
/* Guests that spin on the same CPU wait for the scheduler's tick. */
#define PATIENCE_SHARED (20 * PATIENCE)
#define PARK_REKICK (2 * VR_MS)

/* The guest's image, put in by payload.S */
extern const uint8_t vr_payload[];
extern const uint64_t vr_payload_size;

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

static void *map_memory(VrVm *vm, size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (memory == MAP_FAILED) {
        vr_vm_error(vm, "%s", vr_error_text("mmap guest memory", errno));
        return NULL;
    }
    return memory;
}

static bool add_slot(VrVm *vm, unsigned slot, uint64_t address, void *memory,
                     size_t size)
{
    struct kvm_userspace_memory_region region = {
        .slot = slot,
        .guest_phys_addr = address,
        .memory_size = size,
        .userspace_addr = (uintptr_t)memory,
    };

    return vr_vm_ioctl(vm, vm->fd, KVM_SET_USER_MEMORY_REGION, &region,
                       "KVM_SET_USER_MEMORY_REGION");
}

static bool add_memory(VrVm *vm)
{
    vm->code = map_memory(vm, VR_GUEST_CODE_SIZE);
    vm->shared = map_memory(vm, VR_GUEST_SHARED_SIZE);
    if (!vm->code || !vm->shared) {
        return false;
    }
    memcpy(vm->code, vr_payload, vr_payload_size);
    __builtin___clear_cache((char *)vm->code,
                            (char *)vm->code + vr_payload_size);
    return add_slot(vm, 0, VR_GUEST_CODE_BASE, vm->code, VR_GUEST_CODE_SIZE) &&
           add_slot(vm, 1, VR_GUEST_SHARED_BASE, vm->shared,
                    VR_GUEST_SHARED_SIZE);
}

/*
 * A vCPU in WFI blocks at once, rather than have its host CPU poll first:
 * polling executes instructions for nothing.
 */
static void stop_halt_polling(VrVm *vm)
{
    struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL };

    ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
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
    stop_halt_polling(vm);
    return true;
}

bool vr_vm_create(VrVm *vm, const VrContext *ctx, unsigned vcpus,
                  unsigned eoimode)
{
    memset(vm, 0, sizeof(*vm));
    vm->kvm_fd = vm->fd = vm->gic_fd = -1;
    vm->patience = vr_patient(ctx, vcpus > ctx->vcpu_pcpus ||
                              ctx->control_pcpu == 0 ? PATIENCE_SHARED
                                                     : PATIENCE);

    if (!open_kvm(vm) || !add_memory(vm)) {
        return false;
    }
    vm->shared->vcpus = vcpus;
    vm->shared->eoimode = eoimode;
    for (unsigned i = 0; i < vcpus; i++) {
        vm->vcpus++;
        if (!vr_vcpu_create(vm, ctx, i)) {
            return false;
        }
    }
    return vr_gic_create(vm);
}

static bool all_out(void *opaque)
{
    const VrVm *vm = opaque;

    for (unsigned i = 0; i < vm->vcpus; i++) {
        if (atomic_load(&vm->vcpu[i].state) == VR_VCPU_RUNNING) {
            return false;
        }
    }
    return true;
}

static bool none_broken(const VrVm *vm)
{
    for (unsigned i = 0; i < vm->vcpus; i++) {
        if (atomic_load(&vm->vcpu[i].state) != VR_VCPU_PARKED) {
            return false;
        }
    }
    return true;
}

bool vr_vm_park(VrVm *vm)
{
    uint64_t end = vr_now() + 5 * vm->patience;

    for (unsigned i = 0; i < vm->vcpus; i++) {
        atomic_store(&vm->vcpu[i].request, VR_VCPU_PARK);
    }
    do {
        for (unsigned i = 0; i < vm->vcpus; i++) {
            if (atomic_load(&vm->vcpu[i].state) == VR_VCPU_RUNNING) {
                vr_vcpu_kick(&vm->vcpu[i]);
            }
        }
        if (vr_wait(all_out, vm, PARK_REKICK)) {
            return none_broken(vm);
        }
    } while (vr_now() < end);
    vr_vm_error(vm, "a vCPU does not come out of KVM_RUN");
    return false;
}

void vr_vm_resume(VrVm *vm)
{
    for (unsigned i = 0; i < vm->vcpus; i++) {
        VrVcpu *vcpu = &vm->vcpu[i];

        if (atomic_load(&vcpu->state) == VR_VCPU_PARKED) {
            atomic_store(&vcpu->request, VR_VCPU_RUN);
            atomic_store(&vcpu->state, VR_VCPU_RUNNING);
            sem_post(&vcpu->resume);
        }
    }
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

bool vr_vm_destroy(VrVm *vm)
{
    bool stopped = true;

    for (unsigned i = 0; i < vm->vcpus; i++) {
        stopped &= vr_vcpu_destroy(&vm->vcpu[i]);
    }
    if (!stopped) {
        return false; /* its memory may still be in use: leave all of it */
    }
    close_fd(vm->gic_fd);
    close_fd(vm->fd);
    close_fd(vm->kvm_fd);
    if (vm->code) {
        munmap(vm->code, VR_GUEST_CODE_SIZE);
    }
    if (vm->shared) {
        munmap(vm->shared, VR_GUEST_SHARED_SIZE);
    }
    return true;
}
