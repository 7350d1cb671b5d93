/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM runs a guest in real mode: ports, HLT, and interrupts of its PIT. */
#include "domains.h"
#include "view.h"

#define VMS 2
#define ECHOES 100 /* the guest of round 1 writes and reads back */
#define TICKS 5    /* the guest of round 2 waits for, at least */

typedef struct Facts {
    int64_t vms, writes, reads, echo, ticks, counted;
} Facts;

static VrVerdict *fetch(const VrRun *run, Facts *f)
{
    const struct {
        const char *key;
        int64_t *value;
    } keys[] = {
        { "vms_ok", &f->vms }, { "port_writes", &f->writes },
        { "port_reads", &f->reads }, { "echo", &f->echo },
        { "ticks", &f->ticks }, { "ticks_counted", &f->counted },
    };
    VrVerdict *v = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(keys) && !v; i++) {
        v = vr_need_fact(run, VR_SCENARIO_X86_BOOT, keys[i].key,
                         keys[i].value);
    }
    return v;
}

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    Facts f;
    VrVerdict *v = fetch(run, &f);
    const char *why;

    (void)slice;
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
    if (f.vms != VMS) {
        vr_report_result(run->report, vr_scenario_name(VR_SCENARIO_X86_BOOT),
                         &why);
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT " of %d VMs "
                              "worked: %s", f.vms, VMS, why);
    }
    if (f.writes != ECHOES || f.reads != ECHOES || f.echo != ECHOES) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT " port "
                              "writes and %" G_GINT64_FORMAT " reads came out, "
                              "the guest read %" G_GINT64_FORMAT " at last; "
                              "%d each are right", f.writes, f.reads, f.echo,
                              ECHOES);
    }
    /* More come where the host is slow and KVM makes up for lost ones. */
    if (f.ticks < TICKS || f.counted != f.ticks) {
        return vr_verdict_new(VR_VERDICT_FAIL, "%" G_GINT64_FORMAT " timer "
                              "interrupts came out and the guest counted %"
                              G_GINT64_FORMAT "; at least %d are right",
                              f.ticks, f.counted, TICKS);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "%d port accesses each way, %"
                          G_GINT64_FORMAT " timer interrupts out of HLT",
                          ECHOES, f.ticks);
}

const VrCheck vr_check_x86_boot = {
    .id = "x86.boot",
    .section = "Intel SDM 3C, \"VMX Non-Root Operation\"; AMD APM 2, \"Secure "
               "Virtual Machine\"",
    .title = "guests in real mode do port I/O, halt, and are woken by the PIT",
    .scenario = VR_SCENARIO_X86_BOOT,
    .judge = judge,
};
