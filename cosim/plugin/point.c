/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "point.h"

#include "irqgen.h"

static void delivery(VrPoint *p, uint64_t time)
{
    if (p->fired && p->delivered++ == 0) {
        p->latency = time - p->fired_at;
    }
}

static void device(VrPoint *p, const VrTraceRec *rec)
{
    if (rec->arg[2] == VR_IRQGEN_SENT) {
        p->sent++;
    } else {
        p->dropped++;
    }
}

void vr_point_note(VrPoint *p, const VrTraceRec *rec, uint64_t vector)
{
    switch (rec->kind) {
    case VR_TRACE_VMX_VIRQ:
    case VR_TRACE_VMX_INJECT:
    case VR_TRACE_ICV_ACK:
        if (rec->id == vector) {
            delivery(p, rec->time);
        }
        break;
    case VR_TRACE_VMX_ENTRY:
    case VR_TRACE_VM_ENTRY:
        p->entered |= p->fired;
        break;
    case VR_TRACE_VMX_EXIT:
    case VR_TRACE_VM_EXIT:
        p->pushed |= p->entered && p->delivered == 0;
        break;
    case VR_TRACE_VMX_PI_LOST:
        p->lost++;
        break;
    case VR_TRACE_ICV_DIR:
        p->ignored += rec->id == vector && !rec->arg[3];
        break;
    case VR_TRACE_IRQGEN:
        device(p, rec);
        break;
    default:
        break;
    }
}

/*
 * Something else brought it: the end of the guest's patience, or the timer that
 * ends its halt.
 */
static bool was_late(const VrPoint *p)
{
    return p->overdue ||
           (p->wake_at && p->fired_at + p->latency >= p->wake_at);
}

/* The timer came so soon that it may have been by chance. */
static bool was_soon(const VrPoint *p, const VrSweepConfig *config)
{
    return !p->overdue && p->wake_at - p->fired_at < config->latency;
}

/*
 * The vCPU was woken by chance: KVM kicks vCPUs for reasons of its own, such as
 * its clock.
 */
static bool was_slow(const VrPoint *p, const VrSweepConfig *config)
{
    return p->wake_at && p->latency > config->prompt;
}

VrPointVerdict vr_point_judge(const VrPoint *p, const VrSweepConfig *config,
                              const char **why)
{
    *why = "";
    if (p->lost) {
        *why = "entered with ON set and no notification on its way";
    } else if (p->received == 0) {
        *why = "the interrupt never reached the guest's handler";
    } else if (p->received > 1) {
        *why = "one interrupt reached the guest's handler more than once";
    } else if (p->ignored) {
        *why = "deactivated where it is not in a list register, and not "
               "trapped: it stays active";
    } else if (p->missing) {
        *why = "an interrupt of the load is lost";
    } else if (was_late(p)) {
        if (was_soon(p, config)) {
            return VR_POINT_AGAIN;
        }
        *why = "delivered only when something else pushed it";
    } else if (was_slow(p, config)) {
        return VR_POINT_AGAIN;
    } else if (p->pushed && config->event != VR_SWEEP_SPI) {
        return VR_POINT_AGAIN;
    }
    return **why ? VR_POINT_FAIL : VR_POINT_PASS;
}
