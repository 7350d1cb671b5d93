/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One vCPU: its creation, the thread that runs it, and its exits. */
#include "vm.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"

#define KICK_SIGNAL SIGUSR1

static __thread struct kvm_run *this_run;

/* Makes the next KVM_RUN return at once, if the signal comes before it. */
static void on_kick(int signal)
{
    (void)signal;
    if (this_run) {
        __atomic_store_n(&this_run->immediate_exit, 1, __ATOMIC_RELAXED);
    }
}

static void port_access(VrVcpu *vcpu, uint8_t *data)
{
    const struct kvm_run *run = vcpu->run;
    bool write = run->io.direction == KVM_EXIT_IO_OUT;
    uint32_t value = UINT32_MAX;

    if (write) {
        value = 0;
        memcpy(&value, data, run->io.size);
    }
    if (!vcpu->vm->port(vcpu, run->io.port, write, run->io.size, &value)) {
        value = UINT32_MAX;
    }
    if (!write) {
        memcpy(data, &value, run->io.size);
    }
}

static void port_exit(VrVcpu *vcpu)
{
    const struct kvm_run *run = vcpu->run;
    uint8_t *data = (uint8_t *)run + run->io.data_offset;

    for (uint32_t i = 0; i < run->io.count; i++) {
        port_access(vcpu, data + i * run->io.size);
    }
}

/* There is no device in memory: reads give all ones. */
static void mmio_exit(struct kvm_run *run)
{
    if (!run->mmio.is_write) {
        memset(run->mmio.data, 0xff, sizeof(run->mmio.data));
    }
}

static void broken(VrVcpu *vcpu)
{
    const struct kvm_run *run = vcpu->run;

    switch (run->exit_reason) {
    case KVM_EXIT_FAIL_ENTRY:
        vr_vm_error(vcpu->vm, "vCPU %u: VM entry failed, hardware reason %#llx",
                    vcpu->index, (unsigned long long)
                    run->fail_entry.hardware_entry_failure_reason);
        break;
    case KVM_EXIT_INTERNAL_ERROR:
        vr_vm_error(vcpu->vm, "vCPU %u: KVM internal error %u, data %#llx "
                    "%#llx", vcpu->index, run->internal.suberror,
                    (unsigned long long)run->internal.data[0],
                    (unsigned long long)run->internal.data[1]);
        break;
    default:
        vr_vm_error(vcpu->vm, "vCPU %u: exit reason %u", vcpu->index,
                    run->exit_reason);
    }
    vr_vm_finish(vcpu->vm, VR_VM_BROKEN, 0);
}

static void handle_exit(VrVcpu *vcpu)
{
    switch (vcpu->run->exit_reason) {
    case KVM_EXIT_IO:
        port_exit(vcpu);
        break;
    case KVM_EXIT_MMIO:
        mmio_exit(vcpu->run);
        break;
    case KVM_EXIT_IOAPIC_EOI:
        if (vcpu->vm->eoi) {
            vcpu->vm->eoi(vcpu, vcpu->run->eoi.vector);
        }
        break;
    case KVM_EXIT_INTR:
    case KVM_EXIT_IRQ_WINDOW_OPEN:
        break;
    case KVM_EXIT_HLT:
        vr_vm_finish(vcpu->vm, VR_VM_HALTED, 0);
        break;
    case KVM_EXIT_SHUTDOWN:
    case KVM_EXIT_SYSTEM_EVENT:
        vr_vm_finish(vcpu->vm, VR_VM_RESET, 0);
        break;
    default:
        broken(vcpu);
    }
}

static void run_once(VrVcpu *vcpu)
{
    if (ioctl(vcpu->fd, KVM_RUN, 0) == 0) {
        vcpu->exits++;
        handle_exit(vcpu);
    } else if (errno == EINTR || errno == EAGAIN) {
        __atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_RELAXED);
        if (vcpu->vm->interrupted) {
            vcpu->vm->interrupted(vcpu);
        }
    } else {
        vr_vm_error(vcpu->vm, "vCPU %u: %s", vcpu->index,
                    vr_error_text("KVM_RUN", errno));
        vr_vm_finish(vcpu->vm, VR_VM_BROKEN, 0);
    }
}

static void *vcpu_thread(void *opaque)
{
    VrVcpu *vcpu = opaque;

    this_run = vcpu->run;
    atomic_store(&vcpu->tid, gettid());
    if (!vr_pin(vcpu->pcpu)) {
        vr_vm_error(vcpu->vm, "vCPU %u: %s", vcpu->index,
                    vr_error_text("sched_setaffinity", errno));
    }
    while (!atomic_load(&vcpu->vm->stop) &&
           atomic_load(&vcpu->vm->end) == VR_VM_RUNS) {
        run_once(vcpu);
    }
    atomic_store(&vcpu->out, true);
    return NULL;
}

bool vr_vcpu_create(VrVm *vm, const VrContext *ctx, unsigned index)
{
    VrVcpu *vcpu = &vm->vcpu[index];

    vcpu->vm = vm;
    vcpu->index = index;
    vcpu->pcpu = index % ctx->vcpu_pcpus;
    vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)index);
    if (vcpu->fd < 0) {
        vr_vm_error(vm, "vCPU %u: %s", index,
                    vr_error_text("KVM_CREATE_VCPU", errno));
        return false;
    }
    vcpu->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                     vcpu->fd, 0);
    if (vcpu->run == MAP_FAILED) {
        vcpu->run = NULL;
        vr_vm_error(vm, "%s", vr_error_text("mmap vCPU", errno));
        return false;
    }
    return true;
}

bool vr_vcpu_start(VrVcpu *vcpu)
{
    struct sigaction action = { .sa_handler = on_kick };
    int err;

    sigaction(KICK_SIGNAL, &action, NULL);
    err = pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu);
    if (err) {
        vr_vm_error(vcpu->vm, "%s", vr_error_text("pthread_create", err));
        return false;
    }
    vcpu->has_thread = true;
    return true;
}

bool vr_vcpu_move(VrVcpu *vcpu, unsigned pcpu)
{
    cpu_set_t set;
    int err;

    vcpu->pcpu = pcpu;
    if (!vcpu->has_thread) {
        return true;
    }
    CPU_ZERO(&set);
    CPU_SET(pcpu, &set);
    err = pthread_setaffinity_np(vcpu->thread, sizeof(set), &set);
    if (err) {
        vr_vm_error(vcpu->vm, "vCPU %u: %s", vcpu->index,
                    vr_error_text("pthread_setaffinity_np", err));
    }
    return err == 0;
}

void vr_vcpu_kick(VrVcpu *vcpu)
{
    pthread_kill(vcpu->thread, KICK_SIGNAL);
}
