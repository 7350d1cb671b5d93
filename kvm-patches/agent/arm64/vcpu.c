/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One vCPU: its creation, and the thread that runs it. */
#include "vm.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "report.h"

#define KICK_SIGNAL SIGUSR1
#define END_REKICK (5 * VR_MS)

#define CORE_REG(field) \
    (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
     offsetof(struct kvm_regs, field) / sizeof(uint32_t))

static __thread struct kvm_run *this_run;

/*
 * Makes the next KVM_RUN return at once if the signal comes before it; a
 * running one returns by the signal itself.
 */
static void on_kick(int signal)
{
    (void)signal;
    if (this_run) {
        __atomic_store_n(&this_run->immediate_exit, 1, __ATOMIC_RELAXED);
    }
}

static void broken(VrVcpu *vcpu)
{
    const struct kvm_run *run = vcpu->run;
    const VrGuestVcpu *guest = &vcpu->vm->shared->vcpu[vcpu->index];

    if (run->exit_reason == KVM_EXIT_MMIO &&
        run->mmio.phys_addr == VR_GUEST_PANIC_BASE) {
        vr_vm_error(vcpu->vm, "vCPU %u: guest exception: ESR %#llx ELR %#llx "
                    "FAR %#llx", vcpu->index,
                    (unsigned long long)guest->panic_esr,
                    (unsigned long long)guest->panic_elr,
                    (unsigned long long)guest->panic_far);
    } else if (run->exit_reason == KVM_EXIT_MMIO) {
        vr_vm_error(vcpu->vm, "vCPU %u: KVM_EXIT_MMIO at %#llx", vcpu->index,
                    (unsigned long long)run->mmio.phys_addr);
    } else {
        vr_vm_error(vcpu->vm, "vCPU %u: exit reason %u", vcpu->index,
                    run->exit_reason);
    }
}

static bool is_round(const struct kvm_run *run)
{
    return run->exit_reason == KVM_EXIT_MMIO && run->mmio.is_write &&
           run->mmio.phys_addr == VR_GUEST_ROUND_BASE;
}

/* false: the vCPU cannot go on. */
static bool run_once(VrVcpu *vcpu)
{
    if (ioctl(vcpu->fd, KVM_RUN, 0) == 0) {
        if (vcpu->vm->on_round && is_round(vcpu->run)) {
            return vcpu->vm->on_round(vcpu);
        }
        broken(vcpu);
        return false;
    }
    if (errno == EINTR || errno == EAGAIN) {
        __atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_RELAXED);
        return true;
    }
    vr_vm_error(vcpu->vm, "vCPU %u: %s", vcpu->index,
                vr_error_text("KVM_RUN", errno));
    return false;
}

static void park(VrVcpu *vcpu)
{
    while (sem_wait(&vcpu->resume)) {
    }
}

static void *vcpu_thread(void *opaque)
{
    VrVcpu *vcpu = opaque;

    this_run = vcpu->run;
    if (!vr_pin(vcpu->pcpu)) {
        vr_vm_error(vcpu->vm, "vCPU %u: %s", vcpu->index,
                    vr_error_text("sched_setaffinity", errno));
    }
    park(vcpu);
    for (;;) {
        VrVcpuRequest request = atomic_load(&vcpu->request);

        if (request == VR_VCPU_END) {
            break;
        }
        if (request == VR_VCPU_PARK) {
            atomic_store(&vcpu->state, VR_VCPU_PARKED);
            park(vcpu);
        } else if (!run_once(vcpu)) {
            atomic_store(&vcpu->state, VR_VCPU_BROKEN);
            park(vcpu);
        }
    }
    atomic_store(&vcpu->state, VR_VCPU_ENDED);
    return NULL;
}

static bool set_reg(VrVcpu *vcpu, uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

    return vr_vm_ioctl(vcpu->vm, vcpu->fd, KVM_SET_ONE_REG, &reg,
                       "KVM_SET_ONE_REG");
}

static bool init_vcpu(VrVcpu *vcpu)
{
    struct kvm_vcpu_init init;

    if (!vr_vm_ioctl(vcpu->vm, vcpu->vm->fd, KVM_ARM_PREFERRED_TARGET, &init,
                     "KVM_ARM_PREFERRED_TARGET")) {
        return false;
    }
    init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
    return vr_vm_ioctl(vcpu->vm, vcpu->fd, KVM_ARM_VCPU_INIT, &init,
                       "KVM_ARM_VCPU_INIT") &&
           set_reg(vcpu, CORE_REG(regs.pc), VR_GUEST_CODE_BASE) &&
           set_reg(vcpu, CORE_REG(regs.regs[0]), vcpu->index);
}

static bool start_thread(VrVcpu *vcpu)
{
    struct sigaction action = { .sa_handler = on_kick };
    int err;

    sigaction(KICK_SIGNAL, &action, NULL);
    sem_init(&vcpu->resume, 0, 0);
    atomic_store(&vcpu->state, VR_VCPU_PARKED);
    err = pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu);
    if (err) {
        vr_vm_error(vcpu->vm, "%s", vr_error_text("pthread_create", err));
        return false;
    }
    vcpu->has_thread = true;
    return true;
}

bool vr_vcpu_create(VrVm *vm, const VrContext *ctx, unsigned index)
{
    VrVcpu *vcpu = &vm->vcpu[index];

    vcpu->vm = vm;
    vcpu->index = index;
    vcpu->pcpu = index % ctx->vcpu_pcpus;
    vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, index);
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
    return init_vcpu(vcpu) && start_thread(vcpu);
}

void vr_vcpu_kick(VrVcpu *vcpu)
{
    pthread_kill(vcpu->thread, KICK_SIGNAL);
}

static bool has_ended(void *opaque)
{
    const VrVcpu *vcpu = opaque;

    return atomic_load(&vcpu->state) == VR_VCPU_ENDED;
}

static bool end_thread(VrVcpu *vcpu)
{
    uint64_t end = vr_now() + 10 * vcpu->vm->patience;

    atomic_store(&vcpu->request, VR_VCPU_END);
    sem_post(&vcpu->resume);
    do {
        vr_vcpu_kick(vcpu);
        if (vr_wait(has_ended, vcpu, END_REKICK)) {
            pthread_join(vcpu->thread, NULL);
            return true;
        }
    } while (vr_now() < end);
    return false;
}

bool vr_vcpu_destroy(VrVcpu *vcpu)
{
    if (vcpu->has_thread && !end_thread(vcpu)) {
        return false;
    }
    vcpu->has_thread = false;
    if (vcpu->run) {
        munmap(vcpu->run, vcpu->vm->run_size);
    }
    if (vcpu->fd >= 0) {
        close(vcpu->fd);
    }
    return true;
}
