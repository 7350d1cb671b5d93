/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VM with a vGICv3 and the guest payload, one host thread for each vCPU.
 *
 * No function waits without bound: waits are in virtual time, and a vCPU that
 * does not come out of KVM_RUN is left behind, with a message in vm->error.
 */
#ifndef VR_AGENT_VM_H
#define VR_AGENT_VM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent.h"
#include "guest/shared.h"

#define VR_VM_ERROR_SIZE 160

typedef enum VrVcpuState {
    VR_VCPU_PARKED,  /* out of KVM_RUN until resumed */
    VR_VCPU_RUNNING, /* in KVM_RUN, or on its way */
    VR_VCPU_BROKEN,  /* stopped by itself: see the VM's error */
    VR_VCPU_ENDED,   /* its thread is about to return */
} VrVcpuState;

typedef enum VrVcpuRequest {
    VR_VCPU_PARK,
    VR_VCPU_RUN,
    VR_VCPU_END,
} VrVcpuRequest;

typedef struct VrVm VrVm;

typedef struct VrVcpu {
    VrVm *vm;
    unsigned index;
    unsigned pcpu;
    int fd;
    struct kvm_run *run;
    pthread_t thread;
    bool has_thread;
    sem_t resume;
    _Atomic VrVcpuRequest request;
    _Atomic VrVcpuState state;
} VrVcpu;

struct VrVm {
    int kvm_fd;
    int fd;
    int gic_fd;
    unsigned vcpus;
    size_t run_size;
    uint64_t patience; /* how long to wait for something the guest does, ns */
    uint8_t *code;
    VrGuestShared *shared; /* also the guest's: see guest/shared.h */
    /* A write to VR_GUEST_ROUND_BASE; false: the vCPU cannot go on. Or NULL */
    bool (*on_round)(VrVcpu *vcpu);
    void *opaque; /* on_round's */
    VrVcpu vcpu[VR_GUEST_MAX_VCPUS];
    _Atomic bool has_error;
    char error[VR_VM_ERROR_SIZE]; /* the first error, if has_error */
};

/*
 * Creates a VM, all vCPUs parked at the guest's entry, the distributor set up
 * by vr_gic_init(). The caller fills vm->shared in before vr_vm_resume().
 * false: vm->error says why; vr_vm_destroy() is to be called nevertheless.
 */
bool vr_vm_create(VrVm *vm, const VrContext *ctx, unsigned vcpus,
                  unsigned eoimode);

/* Kicks and joins the threads, frees all. false: a vCPU did not stop. */
bool vr_vm_destroy(VrVm *vm);

/* Takes all vCPUs out of KVM_RUN; false: one did not come, or is broken. */
bool vr_vm_park(VrVm *vm);
void vr_vm_resume(VrVm *vm);

/* The first message of all is kept. */
void vr_vm_error(VrVm *vm, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ioctl on the VM, whose failure is an error of the VM. */
bool vr_vm_ioctl(VrVm *vm, int fd, unsigned long request, void *arg,
                 const char *name);

/* vcpu.c */
bool vr_vcpu_create(VrVm *vm, const VrContext *ctx, unsigned index);
void vr_vcpu_kick(VrVcpu *vcpu);
/* false: still running after a bounded time */
bool vr_vcpu_destroy(VrVcpu *vcpu);

#endif
