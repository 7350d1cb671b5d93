/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VM with its memory from address 0 on, one host thread for each vCPU, and a
 * handler for its I/O ports. Which of Intel's or AMD's KVM serves it is no
 * concern of the code here.
 *
 * Waits are bounded and in virtual time; a vCPU that does not come out of
 * KVM_RUN is left behind, with a message in vm->error.
 */
#ifndef VR_AGENT_X86_VM_H
#define VR_AGENT_X86_VM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent.h"

#define VR_VM_MAX_VCPUS 8
#define VR_VM_ERROR_SIZE 200

typedef enum VrVmEnd {
    VR_VM_RUNS,
    VR_VM_DONE,   /* the guest ended it: vm->status */
    VR_VM_RESET,  /* the guest reset itself, or shut down by a triple fault */
    VR_VM_HALTED, /* HLT without an interrupt controller in the kernel */
    VR_VM_BROKEN, /* KVM could not go on: vm->error */
} VrVmEnd;

typedef struct VrVm VrVm;

typedef struct VrVcpu {
    VrVm *vm;
    unsigned index;
    unsigned pcpu;
    int fd;
    struct kvm_run *run;
    pthread_t thread;
    bool has_thread;
    _Atomic int tid; /* of the thread, once it runs */
    _Atomic bool out; /* the thread has left KVM_RUN for good */
    uint64_t exits;
} VrVcpu;

/*
 * One access of 1, 2 or 4 bytes; a read is answered in *value. false: no such
 * port (reads give all ones).
 */
typedef bool VrPortHandler(VrVcpu *vcpu, uint16_t port, bool write,
                           unsigned size, uint32_t *value);
/* An EOI of a vector that a route of a split irqchip has as level-triggered. */
typedef void VrEoiHandler(VrVcpu *vcpu, uint8_t vector);
/* A signal took the vCPU out of KVM_RUN. */
typedef void VrInterruptedHandler(VrVcpu *vcpu);

struct VrVm {
    int kvm_fd;
    int fd;
    unsigned vcpus;
    size_t run_size;
    uint8_t *memory;
    size_t memory_size;
    VrPortHandler *port;
    VrEoiHandler *eoi;
    VrInterruptedHandler *interrupted;
    void *opaque; /* the handlers' */
    VrVcpu vcpu[VR_VM_MAX_VCPUS];
    _Atomic VrVmEnd end;
    _Atomic uint32_t status;
    _Atomic bool stop;
    _Atomic bool has_error;
    char error[VR_VM_ERROR_SIZE]; /* the first error, if has_error */
};

typedef struct VrVmConfig {
    unsigned vcpus;
    size_t memory_size;
    bool irqchip; /* PICs, I/O APIC, local APICs and the PIT in the kernel */
    bool split;   /* of these only the local APICs */
    /* With split: routes from 0 on that may be of I/O APICs; 0: 24 */
    unsigned pins;
    bool x2apic;  /* offer x2APIC to the guest */
    VrPortHandler *port;
    VrEoiHandler *eoi; /* with split */
    VrInterruptedHandler *interrupted; /* or NULL */
    void *opaque;
} VrVmConfig;

/* false: vm->error says why; vr_vm_destroy() is to be called nevertheless. */
bool vr_vm_create(VrVm *vm, const VrContext *ctx, const VrVmConfig *config);
/* Starts the vCPUs' threads, whose registers are set up by then. */
bool vr_vm_start(VrVm *vm);
/* Waits for the guest's end, ns at most; false: it still runs. */
bool vr_vm_wait(VrVm *vm, uint64_t ns);
/* Takes all vCPUs out of KVM_RUN, for good; false: one does not come. */
bool vr_vm_stop(VrVm *vm);
/* Frees all, after vr_vm_stop() if a thread runs. */
bool vr_vm_destroy(VrVm *vm);

/* The first end counts. */
void vr_vm_finish(VrVm *vm, VrVmEnd end, uint32_t status);
/* The first message of all is kept. */
void vr_vm_error(VrVm *vm, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* ioctl on the VM or a vCPU, whose failure is an error of the VM. */
bool vr_vm_ioctl(VrVm *vm, int fd, unsigned long request, void *arg,
                 const char *name);

/* vcpu.c */
bool vr_vcpu_create(VrVm *vm, const VrContext *ctx, unsigned index);
bool vr_vcpu_start(VrVcpu *vcpu);
void vr_vcpu_kick(VrVcpu *vcpu);
/* Takes its thread to another CPU; before it has one, says where it begins. */
bool vr_vcpu_move(VrVcpu *vcpu, unsigned pcpu);

/* cpuid.c: what KVM supports, as CPU @index of vm->vcpus */
bool vr_cpuid_set(VrVcpu *vcpu, bool x2apic, bool deadline_timer);

/* diagnose.c: says where the vCPUs of a stopped VM are, on the console */
void vr_vm_diagnose(VrVm *vm);

#endif
