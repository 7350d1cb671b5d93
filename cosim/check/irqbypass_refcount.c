/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manager's module is held by who needs its code, not by each irqfd. */
#include "domains.h"
#include "view.h"

#define SCENARIO VR_SCENARIO_IRQBYPASS_REFCOUNT

static VrVerdict *judge(const VrRun *run, const VrSlice *slice)
{
    int64_t before, registered, with, after;
    VrVerdict *v = vr_need_fact(run, SCENARIO, "before", &before);

    (void)slice;
    v = v ? v : vr_need_fact(run, SCENARIO, "registered", &registered);
    v = v ? v : vr_need_fact(run, SCENARIO, "with", &with);
    v = v ? v : vr_need_fact(run, SCENARIO, "after", &after);
    if (v) {
        return v;
    }
    /* KVM's module needs its symbols: 1 at least. */
    if (registered <= 0 || before <= 0) {
        return vr_verdict_new(VR_VERDICT_ERROR, "%" G_GINT64_FORMAT " irqfds "
                              "were registered, and irqbypass had %"
                              G_GINT64_FORMAT " references before", registered,
                              before);
    }
    if (with != before || after != before) {
        return vr_verdict_new(VR_VERDICT_FAIL, "irqbypass has %"
                              G_GINT64_FORMAT " references, with %"
                              G_GINT64_FORMAT " irqfds %" G_GINT64_FORMAT
                              ", after them %" G_GINT64_FORMAT, before,
                              registered, with, after);
    }
    return vr_verdict_new(VR_VERDICT_PASS, "irqbypass has %" G_GINT64_FORMAT
                          " references, with and without %" G_GINT64_FORMAT
                          " irqfds", before, registered);
}

const VrCheck vr_check_irqbypass_refcount = {
    .id = "x86.irqbypass.refcount",
    .section = "Linux, virt/lib/irqbypass.c: a module whose symbols are in "
               "use cannot go away",
    .title = "irqfds that are registered hold no references of the module "
             "irqbypass",
    .scenario = SCENARIO,
    .cpu = "vmx",
    .needs_block = true,
    .judge = judge,
};
