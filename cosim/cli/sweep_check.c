/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sweep that a check judges: a part of a machine's run, beside scenarios of
 * other checks.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "check.h"
#include "sweep.h"

/* The function that chooses how a vCPU is notified while it does not run */
#define WINDOW "vmx_vcpu_pi_put"

bool vr_sweep_is_asked(const char *scenarios)
{
    return strstr(scenarios, vr_scenario_name(VR_SCENARIO_SWEEP_PAIR)) != NULL;
}

static bool can_sweep(const VrMachineSpec *spec, VrError *err)
{
    if (!spec->icount) {
        return vr_error_set(err, VR_ERR_USAGE, "time is not counted by "
                            "instructions (--no-icount)");
    }
    return spec->cpus >= VR_SWEEP_CPUS_X86 ||
           vr_error_set(err, VR_ERR_USAGE, "it takes %d CPUs (--cpus)",
                        VR_SWEEP_CPUS_X86);
}

static bool make_folder(const char *folder, VrError *err)
{
    return g_mkdir_with_parents(folder, 0755) == 0 ||
           vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create '%s': %s",
                        folder, strerror(errno));
}

static bool locate(VrSweepJob *job, const char *image, VrError *err)
{
    g_autofree char *path = vr_symbols_beside(image, err);
    g_autoptr(VrSymbols) symbols = path ? vr_symbols_load(path, err) : NULL;

    return symbols && vr_sweep_window(symbols, job, err);
}

char *vr_sweep_check_plugin(const VrMachineSpec *spec, const char *folder,
                            VrError *err)
{
    const VrSweepOptions o = { .arch = spec->arch, .first = 1, .repeat = 1 };
    VrSweepJob *job = vr_sweep_job_new();
    char *plugin = NULL;

    job->window = g_strdup(WINDOW);
    job->event = VR_SWEEP_PAIR;
    job->load = VR_SWEEP_LOAD_HALT;
    job->folder = g_build_filename(folder, "sweep", NULL);
    if (can_sweep(spec, err) && locate(job, spec->kernel, err) &&
        make_folder(job->folder, err)) {
        plugin = vr_sweep_plugin(job, &o, err);
    }
    vr_sweep_job_free(job);
    return plugin;
}
