/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conform.h"

#include <string.h>

#include "boot.h"
#include "kernel_build.h"
#include "options.h"
#include "progress.h"
#include "signals.h"

/* A kernel on its way: built, running, done. */
typedef struct Job {
    const VrKernel *kernel;
    char *image;
    char *library; /* of a device mutant, or NULL */
    char *name;
    VrBoot *boot;
    VrResultSet *result;
    GPtrArray *checks; /* those of the command that are judged on it */
    char *scenarios;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;

    vr_boot_free(job->boot);
    vr_result_free(job->result);
    g_free(job->image);
    g_free(job->library);
    g_free(job->name);
    g_ptr_array_unref(job->checks);
    g_free(job->scenarios);
    g_free(job);
}

static GPtrArray *make_jobs(const VrConform *c)
{
    GPtrArray *jobs = g_ptr_array_new_with_free_func(job_free);

    for (guint i = 0; i < c->kernels->len; i++) {
        const VrKernel *k = c->kernels->pdata[i];
        GPtrArray *checks = vr_kernel_checks(k, c->checks);
        Job *job;

        if (checks->len == 0 || k->sweep) {
            g_ptr_array_unref(checks);
            continue;
        }
        job = g_new0(Job, 1);
        job->kernel = k;
        job->name = g_strdup_printf("conform-%s", k->name);
        job->checks = checks;
        job->scenarios = vr_option_scenarios_of(checks);
        g_ptr_array_add(jobs, job);
    }
    return jobs;
}

static int interrupted(const VrCommand *self)
{
    return vr_cli_error(self, VR_EXIT_INTERRUPTED, "interrupted; runs that "
                        "had not ended are removed");
}

static const char *cpu_of(const VrConform *c, const VrKernel *kernel)
{
    if (kernel->cpu) {
        return kernel->cpu;
    }
    return c->machine.cpu ? c->machine.cpu : vr_machine_cpu(kernel->arch);
}

/* A kernel that is not there: every verdict on it is an error. */
static void give_up(const VrConform *c, Job *job, const VrError *why)
{
    job->result = vr_result_new(job->kernel, c->machine.backend,
                                c->machine.variant,
                                cpu_of(c, job->kernel));
    vr_result_judge(job->result, job->checks, NULL, NULL, 0, why->text, true);
}

static bool wants_selftests(const GPtrArray *jobs)
{
    for (guint i = 0; i < jobs->len; i++) {
        if (strstr(((const Job *)jobs->pdata[i])->scenarios,
                   vr_scenario_name(VR_SCENARIO_X86_SELFTESTS))) {
            return true;
        }
    }
    return false;
}

static int build_selftests(const VrCommand *self, VrConform *c)
{
    VrError err;

    c->selftests = vr_selftests_build(c->began_us, &err);
    if (c->selftests) {
        c->machine.selftests = c->selftests;
        return VR_EXIT_OK;
    }
    return vr_signals_caught() ? interrupted(self) : vr_cli_fail(self, &err);
}

/* The hardware of a device mutant. */
static bool build_device(Job *job, const VrBuildStep *step, VrError *err)
{
    const VrKernel *k = job->kernel;

    if (!k->device_patch) {
        return true;
    }
    job->library = vr_library_build(k->name, k->device_patch, step, err);
    return job->library != NULL;
}

static bool same_patches(const GPtrArray *a, const GPtrArray *b)
{
    for (guint i = 0; i < MIN(a->len, b->len); i++) {
        if (strcmp(a->pdata[i], b->pdata[i]) != 0) {
            return false;
        }
    }
    return a->len == b->len;
}

/* The image of one of the first jobs that is built of the same, or NULL. */
static const char *image_of_same(const GPtrArray *jobs, guint count,
                                 const VrKernel *k)
{
    for (guint i = 0; i < count; i++) {
        const Job *job = jobs->pdata[i];
        const VrKernel *other = job->kernel;

        if (job->image && strcmp(other->arch, k->arch) == 0 &&
            strcmp(other->config, k->config) == 0 &&
            same_patches(other->patches, k->patches)) {
            return job->image;
        }
    }
    return NULL;
}

/* Kernels that differ in what they are asked are often one. */
static char *build_kernel(const VrConform *c, const GPtrArray *jobs, guint i,
                          const VrBuildStep *step, VrError *err)
{
    const VrKernel *k = ((const Job *)jobs->pdata[i])->kernel;
    const char *image = c->image ? c->image : image_of_same(jobs, i, k);

    return image ? g_strdup(image)
                 : vr_kernel_build(k, c->linux_dir, step, err);
}

static int build_jobs(const VrCommand *self, VrConform *c, GPtrArray *jobs)
{
    VrBuildStep step = { 0, jobs->len, c->began_us };
    VrError err;
    int ret;

    if (wants_selftests(jobs) && (ret = build_selftests(self, c))) {
        return ret;
    }
    for (guint i = 0; i < jobs->len; i++) {
        Job *job = jobs->pdata[i];

        step.number = i + 1;
        job->image = build_kernel(c, jobs, i, &step, &err);
        if (job->image && build_device(job, &step, &err)) {
            continue;
        }
        if (vr_signals_caught()) {
            return interrupted(self);
        }
        if (!c->keep_going) {
            return vr_cli_fail(self, &err);
        }
        vr_progress_line(c->began_us, "%s", err.text);
        give_up(c, job, &err);
    }
    return VR_EXIT_OK;
}

static void set_unit(VrMachineSpec *machine, const VrKernel *kernel)
{
    machine->unit = kernel->unit;
    if (kernel->variant) {
        machine->variant = kernel->variant;
    }
    vr_machine_settle(machine);
}

static bool start(const VrConform *c, Job *job, VrError *err)
{
    VrBootOrder order = {
        .kernel = job->kernel,
        .machine = c->machine,
        .checks = job->checks,
        .name = job->name,
        .drop_trace = !c->keep_traces,
    };

    order.machine.arch = job->kernel->arch;
    order.machine.cpu = cpu_of(c, job->kernel);
    order.machine.kernel = job->image;
    order.machine.scenarios = job->scenarios;
    order.machine.append = job->kernel->append;
    if (c->machine.stress == 0) {
        order.machine.stress = job->kernel->stress;
    }
    set_unit(&order.machine, job->kernel);
    order.machine.library = job->library;
    if (!strstr(job->scenarios, vr_scenario_name(VR_SCENARIO_X86_SELFTESTS))) {
        order.machine.selftests = NULL;
    }
    job->boot = vr_boot_start(&order, err);
    return job->boot != NULL;
}

static bool finish(const VrConform *c, Job *job, VrError *err)
{
    VrResultSet *r = vr_boot_finish(job->boot, err);

    if (!r) {
        return false;
    }
    job->result = r;
    if (r->trouble) {
        vr_progress_line(c->began_us, "%-32s %s", job->kernel->name,
                         r->trouble);
    }
    vr_progress_line(c->began_us, "%-32s %u verdicts, %s (%.1f s)",
                     job->kernel->name, r->rows->len,
                     r->unexpected ? "NOT all as expected" : "as expected",
                     r->seconds);
    if (vr_boot_end(job->boot) == VR_END_MISMATCH) {
        vr_boot_print_mismatch(stderr, r->folder);
    }
    g_clear_pointer(&job->boot, vr_boot_free);
    return true;
}

static void show_running(const VrConform *c, const GPtrArray *jobs)
{
    g_autoptr(GString) text = g_string_new("running:");

    for (guint i = 0; i < jobs->len; i++) {
        const Job *job = jobs->pdata[i];

        if (job->boot) {
            g_string_append_printf(text, " %s", job->kernel->name);
        }
    }
    vr_progress_tick(c->began_us, text->str);
}

static size_t weight(const Job *job)
{
    return strlen(job->scenarios);
}

/*
 * The next one to start: one with much to play, so that no long run is left to
 * the end, where other processors have nothing to do. NULL: none is left.
 */
static Job *heaviest(const GPtrArray *jobs)
{
    Job *chosen = NULL;

    for (guint i = 0; i < jobs->len; i++) {
        Job *job = jobs->pdata[i];

        if (!job->result && !job->boot &&
            (!chosen || weight(job) > weight(chosen))) {
            chosen = job;
        }
    }
    return chosen;
}

/* One pass: end what has ended, start what may start. */
static bool step_jobs(const VrConform *c, GPtrArray *jobs, unsigned *running,
                      VrError *err)
{
    Job *next;

    *running = 0;
    for (guint i = 0; i < jobs->len; i++) {
        Job *job = jobs->pdata[i];

        if (job->boot && vr_boot_poll(job->boot) && !finish(c, job, err)) {
            return false;
        }
        *running += job->boot != NULL;
    }
    while (*running < c->jobs && (next = heaviest(jobs))) {
        if (!start(c, next, err)) {
            return false;
        }
        (*running)++;
    }
    return true;
}

static int run_jobs(const VrCommand *self, const VrConform *c, GPtrArray *jobs)
{
    unsigned running;
    VrError err;

    for (;;) {
        if (vr_signals_caught()) {
            return interrupted(self);
        }
        if (!step_jobs(c, jobs, &running, &err)) {
            return vr_cli_fail(self, &err);
        }
        if (running == 0) {
            return VR_EXIT_OK;
        }
        show_running(c, jobs);
        g_usleep(5000);
    }
}

int vr_conform(const VrCommand *self, VrConform *c)
{
    g_autoptr(GPtrArray) jobs = make_jobs(c);
    int ret;

    if (jobs->len == 0) {
        return vr_cli_error(self, VR_ERR_USAGE, "none of the chosen checks is "
                            "judged on any of the chosen kernels");
    }
    ret = build_jobs(self, c, jobs);
    c->built_us = g_get_monotonic_time();
    ret = ret ? ret : run_jobs(self, c, jobs);
    g_clear_pointer(&c->selftests, g_free);
    if (ret) {
        return ret;
    }
    c->results =
        g_ptr_array_new_with_free_func((GDestroyNotify)vr_result_free);
    for (guint i = 0; i < jobs->len; i++) {
        Job *job = jobs->pdata[i];

        g_ptr_array_add(c->results, g_steal_pointer(&job->result));
    }
    return VR_EXIT_OK;
}
