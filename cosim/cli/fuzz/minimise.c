/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "minimise.h"
#include "lockstep.h"

#define EFFORT 20000000 /* items */

typedef struct Minimiser {
    const VrFuzzRun *run;
    VrFuzzRig rig;
    GArray *best;
    guint64 spent;
    guint64 wanted, found; /* signatures; 0: none */
} Minimiser;

/* What kind of difference it is, whatever the numbers in it. */
static guint64 signature(const VrMismatch *m)
{
    const VrEvent none = { 0 };
    const VrEvent *dut = m->dut ? m->dut : &none;
    const VrEvent *ref = m->ref ? m->ref : &none;
    guint64 addr = m->stim.kind == VR_STIM_READ ? m->stim.addr : 0;

    return addr << 40 ^ (guint64)m->stim.kind << 32 ^
           (guint64)dut->kind << 24 ^ (guint64)(dut->id & 0xff) << 16 ^
           (guint64)ref->kind << 8 ^ (ref->id & 0xff);
}

static void on_mismatch(void *opaque, const VrMismatch *mismatch)
{
    Minimiser *m = opaque;

    m->found = signature(mismatch);
}

/* How many of the items it takes to the mismatch; 0: it is not there. */
static guint mismatch_at(Minimiser *m, const GArray *items)
{
    const VrLockstepOptions lockstep = {
        .on_mismatch = on_mismatch, .opaque = m,
    };
    bool open = vr_fuzz_rig_open(&m->rig, m->run, NULL);
    guint at = 0;

    m->found = 0;
    if (open) {
        vr_lockstep_configure(m->rig.block, &lockstep);
    }
    for (guint i = 0; open && i < items->len && at == 0; i++) {
        m->spent++;
        if (!vr_fuzz_rig_apply(&m->rig, &g_array_index(items, VrEvent, i))) {
            at = i + 1;
        }
    }
    vr_fuzz_rig_close(&m->rig);
    return m->wanted == 0 || m->found == m->wanted ? at : 0;
}

static bool without(Minimiser *m, guint from, guint n)
{
    g_autoptr(GArray) less = g_array_sized_new(FALSE, FALSE, sizeof(VrEvent),
                                               m->best->len);
    guint end = MIN(from + n, m->best->len);
    guint at;

    if (from > 0) {
        g_array_append_vals(less, m->best->data, from);
    }
    if (end < m->best->len) {
        g_array_append_vals(less, &g_array_index(m->best, VrEvent, end),
                            m->best->len - end);
    }
    at = mismatch_at(m, less);
    if (at == 0) {
        return false;
    }
    g_array_set_size(m->best, 0);
    g_array_append_vals(m->best, less->data, at);
    return true;
}

void vr_minimise(const VrFuzzRun *run, GArray *items)
{
    Minimiser m = { .run = run, .best = items };
    bool again = mismatch_at(&m, items) > 0;

    m.wanted = m.found;
    for (guint n = MAX(items->len / 2, 1); again; n = MAX(n / 2, 1)) {
        bool shorter = false;

        for (guint from = 0; from < m.best->len && m.spent < EFFORT;) {
            if (without(&m, from, n)) {
                shorter = true;
            } else {
                from += n;
            }
        }
        again = m.spent < EFFORT && (n > 1 || shorter);
    }
    vr_fuzz_rig_free(&m.rig);
}
