/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How irqgen's vector 0 comes to the swept guest. */
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sweep.h"

/* The guest's page, in which the device counts what it has fired */
#define PAGE_IOVA UINT64_C(0x20000000)

/*
 * The kernel does all of its part for a vCPU that blocks or is preempted only
 * where a device may post to it.
 */
static bool wants_device(const VrSweep *s)
{
    return s->event == VR_SWEEP_MSI || s->event == VR_SWEEP_PAIR ||
           s->load == VR_SWEEP_LOAD_HALT || s->load == VR_SWEEP_LOAD_PREEMPT;
}

static void arm(VrSweep *s)
{
    volatile uint8_t *channel = s->rig.regs + VR_IRQGEN_CHANNEL(0);

    *(volatile uint32_t *)(channel + VR_IRQGEN_CH_VECTOR) = 0;
    *(volatile uint32_t *)(channel + VR_IRQGEN_CH_VECTORS) = 1;
    *(volatile uint64_t *)(channel + VR_IRQGEN_CH_COUNT) = 1;
    *(volatile uint64_t *)(channel + VR_IRQGEN_CH_SEQ) = 0;
    *(volatile uint64_t *)(channel + VR_IRQGEN_CH_DMA_ADDR) =
        PAGE_IOVA + offsetof(VrGuestVcpu, due);
    *(volatile uint32_t *)(channel + VR_IRQGEN_CH_FLAGS) =
        VR_IRQGEN_CH_FLAGS_DMA_SEQ | VR_IRQGEN_CH_FLAGS_REARM;
    *(volatile uint32_t *)(channel + VR_IRQGEN_CH_CTRL) =
        VR_IRQGEN_CH_CTRL_ARM;
}

static bool map_page(VrSweep *s)
{
    if (!vr_vfio_map_dma(&s->rig.vfio, s->guest.vcpu[s->vcpu], VR_GUEST_SHARED_SIZE,
                         PAGE_IOVA)) {
        vr_fail(s->ctx, "%s", s->rig.vfio.error);
        return false;
    }
    return true;
}

static bool give_device(VrSweep *s)
{
    const char *why;

    s->has_rig = true;
    if (!vr_rig_open(&s->rig, s->ctx)) {
        return false;
    }
    why = vr_posting_obstacle(&s->rig.vtd);
    if (why) {
        vr_skip(s->ctx, "%s", why);
        return false;
    }
    if (!map_page(s)) {
        return false;
    }
    arm(s);
    /* A pairing is an event of its own only where nothing came before it. */
    return s->event == VR_SWEEP_PAIR ||
           (vr_assigned_attach(&s->assigned, &s->guest.vm, &s->rig.vfio) &&
            vr_irqfd_join(&s->guest.vm, s->rig.event[0], 0));
}

static bool give_irqfd(VrSweep *s)
{
    s->event_fd = eventfd(0, EFD_CLOEXEC);
    return s->event_fd >= 0 && vr_irqfd_join(&s->guest.vm, s->event_fd, 0);
}

bool vr_sweep_assign(VrSweep *s)
{
    s->assigned.kvm_vfio = s->event_fd = -1;
    vr_msis_init(&s->msis, &s->guest.vm);
    if (!vr_msis_set(&s->msis, 0,
                     vr_msi_physical(s->vcpu, VR_MSI_FIXED, VR_SWEEP_VECTOR))) {
        return false;
    }
    if (wants_device(s) && !give_device(s)) {
        return false;
    }
    return s->event != VR_SWEEP_IRQFD || give_irqfd(s);
}

void vr_sweep_unassign(VrSweep *s)
{
    if (s->has_rig) {
        if (s->assigned.count || s->paired) {
            vr_irqfd_part(&s->guest.vm, s->rig.event[0], 0);
        }
        vr_assigned_detach(&s->assigned);
        vr_rig_close(&s->rig);
    }
    if (s->event_fd >= 0) {
        close(s->event_fd);
    }
}
