/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BOOT: each vCPU of VMs of several sizes takes one SGI and one SPI. */
#include "guestctl.h"
#include "scenarios.h"

#define SGI_INTID 1

static const unsigned sizes[] = { 1, 2, 4, 8 };

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* ICC_SGI1R_EL1: one target, by Aff0 */
static uint64_t sgi_value(unsigned target)
{
    return (uint64_t)SGI_INTID << 24 | UINT64_C(1) << target;
}

static bool prepare(VrVm *vm)
{
    for (unsigned i = 0; i < vm->vcpus; i++) {
        if (!vr_gic_set_edge(vm, VR_GUEST_FIRST_SPI + i, true) ||
            !vr_gic_set_target(vm, VR_GUEST_FIRST_SPI + i, i)) {
            return false;
        }
    }
    return vr_guest_start(vm);
}

static bool interrupt(VrVm *vm, unsigned vcpu)
{
    unsigned from = (vcpu + 1) % vm->vcpus;
    VrGuestVcpu *guest = &vm->shared->vcpu[vcpu];
    uint32_t intid = VR_GUEST_FIRST_SPI + vcpu;

    return vr_guest_command(vm, from, VR_CMD_SGI, sgi_value(vcpu), 0) &&
           vr_guest_inject(vm, intid) &&
           vr_guest_wait_count(vm, &guest->sgi_acks, 1) &&
           vr_guest_wait_count(vm, &guest->eois[intid], 1);
}

/* How many vCPUs took exactly what was meant for them. */
static unsigned count_right(const VrVm *vm)
{
    unsigned right = 0;

    for (unsigned i = 0; i < vm->vcpus; i++) {
        const VrGuestVcpu *guest = &vm->shared->vcpu[i];

        right += guest->sgi_acks == 1 && guest->spi_acks == 1 &&
                 guest->acks[VR_GUEST_FIRST_SPI + i] == 1;
    }
    return right;
}

static unsigned boot(VrContext *ctx, unsigned vcpus, bool *timeout)
{
    VrVm vm;
    unsigned right = 0;

    vr_mark(VR_MARK_ROUND_BEGIN, vcpus);
    if (vr_guest_open(ctx, &vm, vcpus, 1, VR_POLICY_DIR, VR_IDLE_WFI) &&
        prepare(&vm)) {
        for (unsigned i = 0; i < vcpus; i++) {
            if (!interrupt(&vm, i)) {
                *timeout = true;
                break;
            }
        }
        right = count_right(&vm);
    }
    *timeout |= vr_guest_close(ctx, &vm);
    vr_mark(VR_MARK_ROUND_END, vcpus);
    return right;
}

void vr_scenario_BOOT(VrContext *ctx)
{
    unsigned vms_ok = 0;
    unsigned vcpus_ok = 0;
    bool timeout = false;

    for (unsigned i = 0; i < SIZES && ctx->outcome == VR_OUTCOME_OK; i++) {
        unsigned right = boot(ctx, sizes[i], &timeout);

        vcpus_ok += right;
        vms_ok += right == sizes[i];
    }
    if (vms_ok != SIZES) {
        vr_fail(ctx, "%u of %zu VMs right", vms_ok, SIZES);
    }
    vr_fact(ctx, "vms_ok", vms_ok);
    vr_fact(ctx, "vcpus_ok", vcpus_ok);
    vr_fact(ctx, "timeout", timeout);
}
