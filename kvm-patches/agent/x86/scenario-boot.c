/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * X86_BOOT: VMs with one vCPU in real mode. Round 1 is port I/O and HLT, all
 * of which comes out to the agent; round 2 has KVM's PIC and PIT, and halts
 * until their interrupts.
 */
#include <string.h>

#include "clock.h"
#include "payload.h"
#include "scenarios.h"
#include "testdev.h"
#include "vm.h"

#define MEMORY_SIZE 0x10000u
#define PATIENCE (10 * VR_SEC)

typedef struct Counts {
    uint32_t echo;    /* what the next read gives */
    uint32_t written; /* to the echo's port */
    uint32_t read;
    uint32_t ticks;
    uint32_t result;
} Counts;

static bool port(VrVcpu *vcpu, uint16_t number, bool write, unsigned size,
                 uint32_t *value)
{
    Counts *counts = vcpu->vm->opaque;

    (void)size;
    switch (number) {
    case VR_PAYLOAD_ECHO:
        if (write) {
            counts->written++;
            counts->echo = *value + 1;
        } else {
            counts->read++;
            *value = counts->echo;
        }
        return true;
    case VR_PAYLOAD_TICK:
        counts->ticks += write;
        return true;
    case VR_PAYLOAD_RESULT:
        if (write) {
            counts->result = *value;
            /* With interrupts in the kernel, HLT does not come out. */
            if (counts->ticks) {
                vr_vm_finish(vcpu->vm, VR_VM_DONE, 0);
            }
        }
        return true;
    default:
        return false;
    }
}

static bool set_entry(VrVm *vm)
{
    struct kvm_regs regs = {
        .rip = VR_PAYLOAD_BASE, .rsp = VR_PAYLOAD_STACK, .rflags = 2,
    };
    struct kvm_sregs sregs;
    int fd = vm->vcpu[0].fd;

    if (!vr_vm_ioctl(vm, fd, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS")) {
        return false;
    }
    sregs.cs.base = sregs.cs.selector = 0;
    return vr_vm_ioctl(vm, fd, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS") &&
           vr_vm_ioctl(vm, fd, KVM_SET_REGS, &regs, "KVM_SET_REGS");
}

static bool run(VrContext *ctx, VrVm *vm, const VrVmConfig *config,
                const uint8_t *payload, size_t size, VrVmEnd wanted)
{
    if (!vr_vm_create(vm, ctx, config)) {
        return false;
    }
    memcpy(vm->memory + VR_PAYLOAD_BASE, payload, size);
    if (!set_entry(vm) || !vr_vm_start(vm)) {
        return false;
    }
    if (!vr_vm_wait(vm, vr_patient(ctx, PATIENCE))) {
        vr_vm_error(vm, "the guest did not end in time");
        vr_vm_stop(vm);
        vr_vm_diagnose(vm);
        return false;
    }
    if (vm->end != wanted) {
        vr_vm_error(vm, "the guest ended in another way (%d)", vm->end);
        return false;
    }
    return true;
}

static bool play(VrContext *ctx, unsigned round, bool irqchip, Counts *counts,
                 bool *timeout)
{
    const VrVmConfig config = {
        .vcpus = 1, .memory_size = MEMORY_SIZE, .irqchip = irqchip,
        .port = port, .opaque = counts,
    };
    const uint8_t *payload = irqchip ? vr_payload_timer : vr_payload_ports;
    const uint8_t *end = irqchip ? vr_payload_timer_end : vr_payload_ports_end;
    VrVm vm;
    bool ok;

    vr_mark(VR_MARK_ROUND_BEGIN, round);
    ok = run(ctx, &vm, &config, payload, end - payload,
             irqchip ? VR_VM_DONE : VR_VM_HALTED);
    *timeout |= vm.fd >= 0 && atomic_load(&vm.end) == VR_VM_RUNS;
    if (!vr_vm_destroy(&vm)) {
        *timeout = true;
    }
    if (!ok) {
        vr_fail(ctx, "round %u: %s", round, vm.error);
    }
    vr_mark(VR_MARK_ROUND_END, round);
    return ok;
}

void vr_scenario_X86_BOOT(VrContext *ctx)
{
    Counts ports = { 0 };
    Counts timer = { 0 };
    bool timeout = false;
    unsigned vms_ok;

    vms_ok = play(ctx, 1, false, &ports, &timeout);
    vms_ok += play(ctx, 2, true, &timer, &timeout);
    vr_fact(ctx, "vms_ok", vms_ok);
    vr_fact(ctx, "port_writes", ports.written);
    vr_fact(ctx, "port_reads", ports.read);
    vr_fact(ctx, "echo", ports.result);
    vr_fact(ctx, "ticks", timer.ticks);
    vr_fact(ctx, "ticks_counted", timer.result);
    vr_fact(ctx, "timeout", timeout);
}
