/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "nearest.h"
#include "sweep.h"

static const char *const events[] = {
    [VR_SWEEP_MSI] = "msi", [VR_SWEEP_POST] = "post", [VR_SWEEP_IPI] = "ipi",
    [VR_SWEEP_IRQFD] = "irqfd", [VR_SWEEP_PAIR] = "pair",
    [VR_SWEEP_SPI] = "spi",
};

static const char *const loads[] = {
    [VR_SWEEP_LOAD_EXIT] = "exit", [VR_SWEEP_LOAD_HALT] = "halt",
    [VR_SWEEP_LOAD_PENDING] = "pending",
    [VR_SWEEP_LOAD_PREEMPT] = "preempt", [VR_SWEEP_LOAD_POST] = "post",
};

static const char *const verdicts[] = {
    [VR_SWEEP_PASS] = "pass", [VR_SWEEP_FAIL] = "FAIL",
    [VR_SWEEP_NOT_APPLICABLE] = "not-applicable", [VR_SWEEP_ERROR] = "error",
};

/*
 * A vCPU that comes back from a halt, or from another thread, is loaded for the
 * second time since the agent let it run.
 */
const VrSweepUsual vr_sweep_usual[] = {
    { "x86", "vcpu_enter_guest", VR_SWEEP_LOAD_EXIT, 0,
      { VR_SWEEP_MSI, VR_SWEEP_POST, VR_SWEEP_IPI, VR_SWEEP_IRQFD } },
    { "x86", "vcpu_enter_guest", VR_SWEEP_LOAD_PENDING, 0,
      { VR_SWEEP_MSI, VR_SWEEP_POST } },
    { "x86", "vmx_vcpu_pi_load", VR_SWEEP_LOAD_EXIT, 0,
      { VR_SWEEP_MSI, VR_SWEEP_POST } },
    { "x86", "vmx_vcpu_pi_load", VR_SWEEP_LOAD_HALT, 1,
      { VR_SWEEP_MSI, VR_SWEEP_POST } },
    { "x86", "vmx_vcpu_pi_load", VR_SWEEP_LOAD_PREEMPT, 1,
      { VR_SWEEP_MSI, VR_SWEEP_POST } },
    { "x86", "vmx_vcpu_pi_put", VR_SWEEP_LOAD_HALT, 0,
      { VR_SWEEP_MSI, VR_SWEEP_POST, VR_SWEEP_PAIR } },
    { "x86", "vmx_vcpu_pi_put", VR_SWEEP_LOAD_PREEMPT, 0,
      { VR_SWEEP_MSI, VR_SWEEP_POST } },
    { "x86", "vmx_deliver_posted_interrupt", VR_SWEEP_LOAD_POST, 0,
      { VR_SWEEP_MSI } },
    { "arm64", "kvm_vgic_flush_hwstate..__guest_enter", VR_SWEEP_LOAD_EXIT, 0,
      { VR_SWEEP_SPI } },
    { NULL, NULL, 0, 0, { VR_SWEEP_NONE } },
};

const char *vr_sweep_event_name(VrSweepEvent event)
{
    return events[event];
}

const char *vr_sweep_load_name(VrSweepLoad load)
{
    return loads[load];
}

const char *vr_sweep_verdict_name(VrSweepVerdict verdict)
{
    return verdicts[verdict];
}

static const char *event_at(const void *arch, size_t index)
{
    const bool arm64 = strcmp(arch, "arm64") == 0;

    if (arm64) {
        return index == 0 ? events[VR_SWEEP_SPI] : NULL;
    }
    return index < VR_SWEEP_SPI - VR_SWEEP_MSI ? events[VR_SWEEP_MSI + index]
                                               : NULL;
}

bool vr_sweep_event(const char *name, const char *arch, VrSweepEvent *event,
                    VrError *err)
{
    char hint[200];

    for (size_t i = 0; event_at(arch, i); i++) {
        if (strcmp(event_at(arch, i), name) == 0) {
            *event = strcmp(arch, "arm64") == 0 ? VR_SWEEP_SPI
                                                : VR_SWEEP_MSI + i;
            return true;
        }
    }
    return vr_error_set(err, VR_ERR_USAGE, "no event '%s' on %s; %s", name, arch,
                        vr_nearest(name, event_at, arch, hint, sizeof(hint)));
}

static const char *load_at(const void *opaque, size_t index)
{
    (void)opaque;
    return index < VR_SWEEP_LOADS ? loads[index] : NULL;
}

bool vr_sweep_load(const char *name, VrSweepLoad *load, VrError *err)
{
    char hint[200];

    for (size_t i = 0; load_at(NULL, i); i++) {
        if (strcmp(load_at(NULL, i), name) == 0) {
            *load = i;
            return true;
        }
    }
    return vr_error_set(err, VR_ERR_USAGE, "no load '%s'; %s", name,
                        vr_nearest(name, load_at, NULL, hint, sizeof(hint)));
}

char *vr_sweep_check_id(const char *arch, VrSweepEvent event)
{
    return g_strdup_printf("%s.sweep.%s", arch, events[event]);
}

bool vr_sweep_same_window(const VrSweepUsual *usual, const char *window)
{
    size_t length = strcspn(window, ".+");

    return strcspn(usual->window, ".+") == length &&
           strncmp(usual->window, window, length) == 0;
}
