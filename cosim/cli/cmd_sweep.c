/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virelay sweep: an event before each instruction of a window of the kernel,
 * and what becomes of the interrupt.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "env.h"
#include "machine.h"
#include "options.h"
#include "progress.h"
#include "runfolder.h"
#include "signals.h"
#include "sweep_expected.h"
#include "sweep_plan.h"

#define DEFAULT_KERNEL_arm64 "arm64-tdir"
#define DEFAULT_KERNEL_x86 "x86-base"
#define MAX_JOBS 64
#define MAX_POINT 1000000000

typedef struct Arguments {
    VrSweepRequest request;
    char *resume, *out, *json, *junit;
    gint jobs;
    gboolean console;
} Arguments;

static void free_arguments(Arguments *a)
{
    vr_sweep_request_clear(&a->request);
    g_free(a->resume);
    g_free(a->out);
    g_free(a->json);
    g_free(a->junit);
}

static bool check_resume(Arguments *a, VrError *err)
{
    const VrSweepRequest *r = &a->request;

    if (r->kernel || r->symbols || r->windows || r->events || r->check ||
        r->load || r->backend || r->append || a->out) {
        return vr_error_set(err, VR_ERR_USAGE, "--resume goes on with what was "
                            "asked for then; it takes no other option but "
                            "--json, --junit, --console");
    }
    vr_sweep_request_clear(&a->request);
    return vr_sweep_request_load(&a->request, a->resume, err);
}

static bool check_request(VrSweepRequest *r, VrError *err)
{
    bool x86 = g_strcmp0(r->arch, "x86") == 0;

    if (!vr_env_check_arch(r->arch, err)) {
        return false;
    }
    vr_option_default(&r->kernel, x86 ? DEFAULT_KERNEL_x86
                                      : DEFAULT_KERNEL_arm64);
    vr_option_default(&r->backend, "model");
    if (r->events && r->check) {
        return vr_error_set(err, VR_ERR_USAGE, "--fire and --check exclude each "
                            "other: x86.sweep.msi is --fire msi");
    }
    if (r->last && r->last < r->first) {
        return vr_error_set(err, VR_ERR_USAGE, "--to %" G_GINT64_FORMAT " lies "
                            "before --from %" G_GINT64_FORMAT, r->last,
                            r->first);
    }
    return vr_option_backend(r->backend, vr_machine_block(r->arch), err) &&
           vr_option_range("--vcpu", r->vcpu, 0, 3, err) &&
           vr_option_range("--skip", r->skip, -1, 1000, err) &&
           vr_option_range("--from", r->first, 1, MAX_POINT, err) &&
           vr_option_range("--to", r->last, 0, MAX_POINT, err) &&
           vr_option_range("--repeat", r->repeat, 1, MAX_POINT, err) &&
           vr_option_range("--timeout", r->timeout, 1, 86400, err);
}

static bool check_arguments(Arguments *a, int argc, char **argv, VrError *err)
{
    if (argc > 1) {
        return vr_error_set(err, VR_ERR_USAGE, "'%s' is too much; options only",
                            argv[1]);
    }
    if (a->junit && strcmp(a->junit, "-") == 0) {
        return vr_error_set(err, VR_ERR_USAGE, "--junit needs a file");
    }
    return vr_option_range("--jobs", a->jobs, 1, MAX_JOBS, err) &&
           (!a->resume || check_resume(a, err)) &&
           check_request(&a->request, err);
}

/* --- running --- */

static VrSweepOptions options_of(const Arguments *a)
{
    const VrSweepRequest *r = &a->request;

    return (VrSweepOptions){
        .arch = r->arch, .backend = r->backend,
        .cpu = strcmp(r->arch, "x86") == 0 ? "vmx" : NULL,
        .append = r->append, .vcpu = r->vcpu,
        .first = r->first, .last = r->last, .repeat = r->repeat,
        .timeout = r->timeout, .console = a->console,
    };
}

/* Machines that run at the same time, and how far the list of jobs is. */
typedef struct Pool {
    const GPtrArray *jobs;
    const VrSweepOptions *options;
    gint64 began;
    VrSweepRun *run[MAX_JOBS];
    VrSweepJob *job[MAX_JOBS];
    guint next, ended;
} Pool;

/* Those that an earlier command has done are only read. */
static bool was_done(VrSweepJob *job, VrError *err)
{
    g_autofree char *console = g_build_filename(job->folder, "console.txt",
                                                NULL);
    g_autoptr(VrSymbols) symbols = vr_symbols_load(job->symbols, err);

    if (symbols) {
        vr_sweep_judge(job, symbols, console, NULL);
    }
    return symbols && job->done;
}

static void tell(Pool *p, const VrSweepJob *job)
{
    vr_progress_line(p->began, "%u/%u %s: %s, %s, %s: %" G_GUINT64_FORMAT
                     " points, %s (%.1f s)", ++p->ended, p->jobs->len,
                     job->kernel, job->window, vr_sweep_event_name(job->event),
                     vr_sweep_load_name(job->load), job->points,
                     vr_sweep_verdict_name(job->verdict), job->seconds);
}

/* False with *err: one could not be started. */
static bool fill(Pool *p, unsigned slot, VrError *err)
{
    while (!p->run[slot] && p->next < p->jobs->len) {
        VrSweepJob *job = p->jobs->pdata[p->next++];

        if (was_done(job, err)) {
            tell(p, job);
            continue;
        }
        p->run[slot] = vr_sweep_start(job, p->options, err);
        p->job[slot] = job;
        if (!p->run[slot]) {
            return false;
        }
    }
    return true;
}

static void look_after(Pool *p, unsigned slot)
{
    if (p->run[slot] && vr_sweep_poll(p->run[slot])) {
        vr_sweep_finish(p->run[slot]);
        p->run[slot] = NULL;
        tell(p, p->job[slot]);
    }
}

static bool run_all(const GPtrArray *jobs, const VrSweepOptions *o,
                    unsigned at_once, VrError *err)
{
    Pool p = {
        .jobs = jobs, .options = o, .began = g_get_monotonic_time(),
    };
    bool ok = true;

    while (ok && p.ended < jobs->len) {
        for (unsigned i = 0; ok && i < at_once; i++) {
            ok = fill(&p, i, err);
            look_after(&p, i);
        }
        if (vr_signals_caught()) {
            ok = vr_error_set(err, VR_ERR_ENVIRONMENT, "interrupted");
        }
        vr_progress_tick(p.began, "sweeping");
        g_usleep(5000);
    }
    vr_progress_clear();
    for (unsigned i = 0; i < at_once; i++) {
        if (p.run[i]) {
            vr_sweep_abandon(p.run[i]);
        }
    }
    return ok;
}

static int status_of(const GPtrArray *jobs)
{
    for (guint i = 0; i < jobs->len; i++) {
        if (!vr_sweep_as_expected(jobs->pdata[i])) {
            return VR_EXIT_VERDICT;
        }
    }
    return VR_EXIT_OK;
}

/* The jobs' folders move with the one that they are in. */
static void rebase_folders(const GPtrArray *jobs, const char *folder)
{
    for (guint i = 0; i < jobs->len; i++) {
        VrSweepJob *job = jobs->pdata[i];
        g_autofree char *name = g_path_get_basename(job->folder);

        g_free(job->folder);
        job->folder = g_build_filename(folder, name, NULL);
    }
}

static int conclude(const VrCommand *self, const Arguments *a,
                    const GPtrArray *jobs, const char *folder, double seconds)
{
    const VrSweepOptions o = options_of(a);
    FILE *out = g_strcmp0(a->json, "-") == 0 ? stderr : stdout;
    g_autofree char *inside = g_build_filename(folder, "sweep.json", NULL);
    VrError err;

    vr_sweep_print(out, jobs, &o);
    fprintf(out, "\n%s: %.1f s\n", folder, seconds);
    if (!vr_cli_write_json(vr_sweep_json(jobs, &o, seconds), inside, &err) ||
        (a->json && !vr_cli_write_json(vr_sweep_json(jobs, &o, seconds),
                                       a->json, &err)) ||
        (a->junit && !vr_sweep_junit(jobs, &o, seconds, a->junit, &err))) {
        return vr_cli_fail(self, &err);
    }
    return status_of(jobs);
}

static int interrupted(const VrCommand *self, const char *folder)
{
    return vr_cli_error(self, VR_EXIT_INTERRUPTED, "interrupted; what was swept "
                        "is kept. To go on:\n  ./virelay sweep --resume %s",
                        folder);
}

static int sweep(const VrCommand *self, const Arguments *a, VrRunFolder *run)
{
    const VrSweepOptions o = options_of(a);
    const char *folder = run ? run->partial : a->resume;
    gint64 began = g_get_monotonic_time();
    VrError err;
    g_autoptr(GPtrArray) planned = vr_sweep_plan(&a->request, folder, &err);
    double seconds;

    if (!planned) {
        if (run) {
            vr_run_folder_discard(run);
        }
        return vr_cli_fail(self, &err);
    }
    if (run && !vr_sweep_request_save(&a->request, folder, &err)) {
        return vr_cli_fail(self, &err);
    }
    if (!run_all(planned, &o, a->jobs, &err)) {
        return vr_signals_caught() ? interrupted(self, folder)
                                   : vr_cli_fail(self, &err);
    }
    seconds = (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
    if (run) {
        if (!vr_run_folder_finish(run, &err)) {
            return vr_cli_fail(self, &err);
        }
        folder = run->path;
        rebase_folders(planned, folder);
    }
    return conclude(self, a, planned, folder, seconds);
}

static int run(const VrCommand *self, const Arguments *a)
{
    VrRunFolder *folder;
    VrError err;
    int ret;

    if (a->resume) {
        return sweep(self, a, NULL);
    }
    folder = vr_run_folder_new("sweep", a->out, &err);
    if (!folder) {
        return vr_cli_fail(self, &err);
    }
    ret = sweep(self, a, folder);
    vr_run_folder_free(folder);
    return ret;
}

static int parse(const VrCommand *self, Arguments *a, int *argc, char ***argv)
{
    VrSweepRequest *r = &a->request;
    const GOptionEntry entries[] = {
        { "arch", 0, 0, G_OPTION_ARG_STRING, &r->arch, "x86 (the default) or "
          "arm64", "ARCH" },
        { "window", 'w', 0, G_OPTION_ARG_STRING, &r->windows, "FROM..TO, or one "
          "function from its entry to its return; a list of them (those of "
          "interrupt delivery)", "LIST" },
        { "fire", 'f', 0, G_OPTION_ARG_STRING, &r->events, "x86: msi, post, "
          "ipi, irqfd, pair; arm64: spi (what suits the window)", "LIST" },
        { "check", 'c', 0, G_OPTION_ARG_STRING, &r->check,
          "Only these: ARCH.sweep.EVENT, a glob", "GLOB" },
        { "load", 0, 0, G_OPTION_ARG_STRING, &r->load, "How the vCPU comes by "
          "the window: exit, pending, halt, preempt or post (what suits the window)",
          "LOAD" },
        { "skip", 0, 0, G_OPTION_ARG_INT, &r->skip, "Times that it comes by "
          "the window before it counts (what suits the window)", "N" },
        { "vcpu", 0, 0, G_OPTION_ARG_INT, &r->vcpu, "The vCPU, which runs on "
          "the CPU of its number (0)", "N" },
        { "kernel", 'k', 0, G_OPTION_ARG_STRING, &r->kernel, "A file, a name "
          "of the catalogue, mutant:NAME, or a set: base, series, mutants ("
          DEFAULT_KERNEL_x86 ", " DEFAULT_KERNEL_arm64 ")", "KERNEL" },
        { "vmlinux", 0, 0, G_OPTION_ARG_FILENAME, &r->symbols, "Symbols of a "
          "kernel of your own: its vmlinux or System.map (beside it)", "FILE" },
        { "from", 0, 0, G_OPTION_ARG_INT64, &r->first, "The first point (1)",
          "K" },
        { "to", 0, 0, G_OPTION_ARG_INT64, &r->last,
          "The last point (the window's end)", "K" },
        { "repeat", 0, 0, G_OPTION_ARG_INT64, &r->repeat,
          "Times that the window is swept (1)", "N" },
        { "backend", 'b', 0, G_OPTION_ARG_STRING, &r->backend, "Of the "
          "remapping unit, or of the redistributors (model)", "B" },
        { "append", 0, 0, G_OPTION_ARG_STRING, &r->append,
          "More of the host's command line", "TEXT" },
        { "timeout", 0, 0, G_OPTION_ARG_INT, &r->timeout,
          "End a machine after S seconds (900)", "S" },
        { "resume", 0, 0, G_OPTION_ARG_FILENAME, &a->resume,
          "Go on with a sweep that was interrupted", "DIR" },
        { "out", 'o', 0, G_OPTION_ARG_FILENAME, &a->out,
          "Folder of the run (a new one in the folder of runs)", "DIR" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &a->jobs,
          "Machines at once (all processors)", "N" },
        { "console", 0, 0, G_OPTION_ARG_NONE, &a->console,
          "The kernel says all it can", NULL },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &a->json,
          "Write the results as JSON; - is standard output", "FILE" },
        { "junit", 0, 0, G_OPTION_ARG_FILENAME, &a->junit,
          "Write them as JUnit XML", "FILE" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };

    return vr_cli_parse(self, entries, argc, argv);
}

static int cmd_sweep(const VrCommand *self, int argc, char **argv)
{
    Arguments a = {
        .jobs = MIN(g_get_num_processors(), MAX_JOBS),
        .request = { .first = 1, .repeat = 1, .timeout = 900, .skip = -1 },
    };
    VrError err;
    int ret = parse(self, &a, &argc, &argv);

    if (ret < 0) {
        vr_option_default(&a.request.arch, "x86");
        vr_signals_catch();
        ret = check_arguments(&a, argc, argv, &err) ? run(self, &a)
                                                     : vr_cli_fail(self, &err);
    }
    free_arguments(&a);
    return ret;
}

VR_COMMAND(sweep, "sweep", "Fire an event at each instruction of a window",
           "[--arch ARCH] [--kernel KERNEL] [--window FROM..TO] [--fire EVENT] "
           "[OPTION...]",
           cmd_sweep)
