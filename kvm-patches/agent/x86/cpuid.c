/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUID of a vCPU: what KVM supports, with a topology of one package of single
 * threads, and without nested virtualization. Leaves as in Intel's SDM, volume
 * 2A, "CPUID", and AMD's APM, volume 3, appendix E.
 */
#include "vm.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ENTRIES 256

#define FEATURE_MONITOR (1u << 3)  /* 1.ECX */
#define FEATURE_VMX (1u << 5)      /* 1.ECX */
#define FEATURE_X2APIC (1u << 21)  /* 1.ECX */
#define FEATURE_DEADLINE (1u << 24) /* 1.ECX: TSC-deadline timer */
#define FEATURE_HYPERVISOR (1u << 31) /* 1.ECX */
#define FEATURE_HTT (1u << 28)     /* 1.EDX */
#define FEATURE_SVM (1u << 2)      /* 80000001.ECX */
#define FEATURE_TOPOEXT (1u << 22) /* 80000001.ECX */
#define FEATURE_INVTSC (1u << 8)   /* 80000007.EDX */

#define KVM_LEAF_FEATURES 0x40000001u

/* APIC ID bits of a package: VR_VM_MAX_VCPUS is 8 */
#define PACKAGE_BITS 3

static void set_bits(uint32_t *word, uint32_t bits, bool on)
{
    *word = on ? *word | bits : *word & ~bits;
}

static void fix_leaf_1(struct kvm_cpuid_entry2 *e, const VrVcpu *vcpu,
                       bool x2apic, bool deadline_timer)
{
    e->ebx = (e->ebx & 0xffff) | vcpu->vm->vcpus << 16 | vcpu->index << 24;
    set_bits(&e->ecx, FEATURE_MONITOR | FEATURE_VMX, false);
    set_bits(&e->ecx, FEATURE_X2APIC, x2apic);
    set_bits(&e->ecx, FEATURE_DEADLINE, deadline_timer);
    set_bits(&e->ecx, FEATURE_HYPERVISOR, true);
    set_bits(&e->edx, FEATURE_HTT, vcpu->vm->vcpus > 1);
}

/* false: the leaf is left out. */
static bool fix_leaf(struct kvm_cpuid_entry2 *e, const VrVcpu *vcpu,
                     bool x2apic, bool deadline_timer)
{
    switch (e->function) {
    case 0x1:
        fix_leaf_1(e, vcpu, x2apic, deadline_timer);
        return true;
    case 0x4: /* cores of the package, sharers of the cache */
        if (e->eax & 0x1f) {
            e->eax = (e->eax & 0x3fff) | (vcpu->vm->vcpus - 1) << 26;
        }
        return true;
    case 0xa: /* no performance counters */
    case 0xb: /* made anew */
    case 0x1f:
        return false;
    case KVM_LEAF_FEATURES: /* no paravirtual feature */
        e->eax = e->edx = 0;
        return true;
    case 0x80000001:
        set_bits(&e->ecx, FEATURE_SVM | FEATURE_TOPOEXT, false);
        return true;
    case 0x80000007:
        set_bits(&e->edx, FEATURE_INVTSC, true);
        return true;
    case 0x80000008:
        e->ecx = PACKAGE_BITS << 12 | (vcpu->vm->vcpus - 1);
        return true;
    default:
        return true;
    }
}

/* Leaf 0BH: level 0 is the thread, level 1 the core. */
static void add_topology(struct kvm_cpuid2 *cpuid, const VrVcpu *vcpu)
{
    for (uint32_t level = 0; level < 3; level++) {
        struct kvm_cpuid_entry2 *e = &cpuid->entries[cpuid->nent++];

        memset(e, 0, sizeof(*e));
        e->function = 0xb;
        e->index = level;
        e->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
        e->eax = level == 1 ? PACKAGE_BITS : 0;
        e->ebx = level == 0 ? 1 : level == 1 ? vcpu->vm->vcpus : 0;
        e->ecx = level < 2 ? (level + 1) << 8 | level : level;
        e->edx = vcpu->index;
    }
}

static void fix(struct kvm_cpuid2 *cpuid, const VrVcpu *vcpu, bool x2apic,
                bool deadline_timer)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < cpuid->nent; i++) {
        struct kvm_cpuid_entry2 e = cpuid->entries[i];

        if (fix_leaf(&e, vcpu, x2apic, deadline_timer)) {
            cpuid->entries[kept++] = e;
        }
    }
    cpuid->nent = kept;
    /* The highest basic leaf is the first entry's EAX. */
    if (cpuid->entries[0].eax >= 0xb) {
        add_topology(cpuid, vcpu);
    }
}

bool vr_cpuid_set(VrVcpu *vcpu, bool x2apic, bool deadline_timer)
{
    VrVm *vm = vcpu->vm;
    struct kvm_cpuid2 *cpuid;
    bool ok;

    cpuid = calloc(1, sizeof(*cpuid) +
                          (MAX_ENTRIES + 3) * sizeof(cpuid->entries[0]));
    if (!cpuid) {
        vr_vm_error(vm, "no memory for CPUID");
        return false;
    }
    cpuid->nent = MAX_ENTRIES;
    ok = vr_vm_ioctl(vm, vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid,
                     "KVM_GET_SUPPORTED_CPUID");
    if (ok) {
        fix(cpuid, vcpu, x2apic, deadline_timer);
        ok = vr_vm_ioctl(vm, vcpu->fd, KVM_SET_CPUID2, cpuid,
                         "KVM_SET_CPUID2");
    }
    free(cpuid);
    return ok;
}
