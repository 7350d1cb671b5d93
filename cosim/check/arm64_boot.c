/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host boots, makes VMs, and their vCPUs take an SGI and an SPI each. */
#include "domains.h"
#include "view.h"

#define VMS 4    /* of 1, 2, 4 and 8 vCPUs */
#define VCPUS 15 /* together */

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    VrTally t = vr_tally(run, slice->range);
    int64_t vms, vcpus;
    VrVerdict *v;

    v = vr_need_fact(run, VR_SCENARIO_BOOT, "vms_ok", &vms);
    v = v ? v : vr_need_fact(run, VR_SCENARIO_BOOT, "vcpus_ok", &vcpus);
    if (v) {
        return v;
    }
    if (!vr_report_done(run->report)) {
        v = vr_verdict_new(VR_VERDICT_ERROR, "the report lacks its end: the "
                           "host did not come to its power-off");
        vr_verdict_note(v, "last line of the console: %s",
                        vr_report_last_line(run->report));
        return v;
    }
    if (vms != VMS || vcpus != VCPUS) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT " of %d "
                              "VMs and %" G_GINT64_FORMAT " of %d vCPUs "
                              "worked", vms, VMS, vcpus, VCPUS);
    }
    if (t.entries == 0 || t.sgi_acks < VCPUS || t.spi_acks < VCPUS) {
        return vr_verdict_new(VR_VERDICT_ERROR, "the report and the trace "
                              "disagree: %" G_GUINT64_FORMAT " entries to a "
                              "guest, %" G_GUINT64_FORMAT " SGIs and %"
                              G_GUINT64_FORMAT " SPIs acknowledged in it, for "
                              "%d vCPUs", t.entries, t.sgi_acks, t.spi_acks,
                              VCPUS);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%d VMs with %d vCPUs; %"
                          G_GUINT64_FORMAT " SGIs and %" G_GUINT64_FORMAT
                          " SPIs taken in guests", VMS, VCPUS, t.sgi_acks,
                          t.spi_acks);
}

const VrCheck vr_check_arm64_boot = {
    .id = "arm64.boot",
    .section = "Arm IHI 0069, \"Operation of the virtual CPU interface\"",
    .title = "VMs with 1, 2, 4 and 8 vCPUs run, and every vCPU takes an SGI "
             "and an SPI",
    .scenario = VR_SCENARIO_BOOT,
    .judge = judge,
};
