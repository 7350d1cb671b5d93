/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scenarios do with a VM and the 64-bit guest in it (guest/shared.h). All
 * waits are bounded in virtual time; those without a time of their own by
 * guest->patience. false: the time was over, or the VM is broken
 * (guest->vm.error, if guest->vm.has_error), which vr_guest_destroy() makes the
 * scenario's failure.
 */
#ifndef VR_AGENT_X86_GUESTCTL_H
#define VR_AGENT_X86_GUESTCTL_H

#include "agent.h"
#include "guest/shared.h"
#include "vm.h"

typedef struct VrGuest VrGuest;

/* Called in the vCPU's thread, with that vCPU out of KVM_RUN. */
typedef void VrGuestHandler(VrGuest *guest, unsigned vcpu, uint8_t vector);

typedef struct VrGuestConfig {
    unsigned vcpus; /* 1 to VR_GUEST_MAX_VCPUS; their APIC ids are 0, 1, ... */
    bool x2apic;    /* the mode of their APICs; else xAPIC */
    /* Only the APICs are the kernel's; else PICs, I/O APIC and PIT, too. */
    bool split_irqchip;
    unsigned pins; /* then: routes that may be of I/O APICs; 0: 24 */
    /* Where each vCPU runs; NULL: vCPU i on CPU i, modulo ctx->vcpu_pcpus */
    const unsigned *pcpu;
    VrGuestHandler *on_vector; /* VR_VECTOR_CALL; or NULL */
    VrGuestHandler *on_eoi;    /* KVM_EXIT_IOAPIC_EOI; or NULL */
    VrGuestHandler *on_call;   /* VR_GUEST_PORT_CALL, vector 0; or NULL */
    VrGuestHandler *on_signal; /* a signal took it out, vector 0; or NULL */
    void *opaque;
} VrGuestConfig;

struct VrGuest {
    VrContext *ctx;
    VrVm vm;
    uint64_t patience; /* ns */
    VrGuestVcpu *vcpu[VR_GUEST_MAX_VCPUS]; /* their pages */
    VrGuestHandler *on_vector;
    VrGuestHandler *on_eoi;
    VrGuestHandler *on_call;
    VrGuestHandler *on_signal;
    void *opaque;
    /* Counted by vector, of all vCPUs and of each */
    _Atomic uint32_t calls[VR_GUEST_MAX_VCPUS];        /* VR_IDLE_CALL */
    _Atomic uint32_t ioapic_eois[VR_GUEST_MAX_VCPUS][256];
    bool started;
};

/*
 * Creates the VM, with its guest loaded. false: the scenario is skipped or has
 * failed. vr_guest_destroy() is to be called in any case.
 */
bool vr_guest_create(VrGuest *guest, VrContext *ctx,
                     const VrGuestConfig *config);
/* Lets the vCPUs run and waits until all are online, and spin. */
bool vr_guest_start(VrGuest *guest);
/*
 * Takes all vCPUs out of KVM_RUN for good. Its memory, pages and file
 * descriptors stay.
 */
bool vr_guest_stop(VrGuest *guest);
/* Frees all; false: something did not answer in time. */
bool vr_guest_destroy(VrGuest *guest);

/* Gives a VR_CMD_*, after the last one is done; wakes a vCPU in HLT. */
bool vr_guest_tell(VrGuest *guest, unsigned vcpu, VrGuestCommand command,
                   uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t arg3);
/* Waits until it has done what it was told. */
bool vr_guest_wait_done(VrGuest *guest, unsigned vcpu, uint64_t ns);
/* Both. */
bool vr_guest_order(VrGuest *guest, unsigned vcpu, VrGuestCommand command,
                    uint64_t arg0, uint64_t arg1, uint64_t arg2,
                    uint64_t arg3);
/* Has it idle in another way, and waits until it does. */
bool vr_guest_idle(VrGuest *guest, unsigned vcpu, VrGuestIdle how);
/* What its handler of this vector does from now on: VR_VECTOR_* */
void vr_guest_policy(VrGuest *guest, unsigned vcpu, uint8_t vector,
                     uint8_t policy);

/* How often it received this vector. */
uint32_t vr_guest_received(const VrGuest *guest, unsigned vcpu,
                           uint8_t vector);
/* Waits until it has received it that often, since it came up. */
bool vr_guest_wait_received(VrGuest *guest, unsigned vcpu, uint8_t vector,
                            uint32_t count, uint64_t ns);
/* Waits until it was seen to make progress: it runs in the guest. */
bool vr_guest_wait_progress(VrGuest *guest, unsigned vcpu);
/* With VR_IDLE_HLT: waits until its thread is blocked in the kernel. */
bool vr_guest_wait_blocked(VrGuest *guest, unsigned vcpu);

/* Takes a vCPU's thread to another CPU, and marks that. */
bool vr_guest_move(VrGuest *guest, unsigned vcpu, unsigned pcpu);

/* The message of a fixed, edge-triggered interrupt to one APIC. */
struct kvm_msi vr_guest_msi(unsigned vcpu, uint8_t vector);
/* KVM_SIGNAL_MSI */
bool vr_guest_signal_msi(VrGuest *guest, const struct kvm_msi *msi);

/* The facts vmx, svm and apicv (or avic): what virtualizes the APICs. */
void vr_guest_host_facts(const VrContext *ctx);

#endif
