/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sweep: the machine with the plugin in it, and what it leaves. */
#include <inttypes.h>
#include <string.h>

#include "env.h"
#include "machine.h"
#include "report.h"
#include "signals.h"
#include "sweep.h"

/*
 * Times of the plugin, in instructions of the machine. What a halted vCPU is
 * sent while less than LATENCY_HALT is left of the agent's WAKE_TIME proves
 * nothing.
 */
#define LATENCY 21875u
#define LATENCY_HALT 1250000u
/* From the event to the delivery to a vCPU that halts: some 4,000 as a rule */
#define PROMPT 62500u
#define PARK 32000u
#define SETTLE 3750u
#define PATIENCE 6250u

/* vCPU and peer, another for orders, and the agent's own */
#define MIN_CPUS_arm64 4
#define MEMORY_MIB 512

static void free_failure(gpointer failure)
{
    VrSweepFailure *f = failure;

    g_free(f->place);
    g_free(f->line);
    g_free(f->inlined);
    g_free(f->why);
    g_free(f);
}

VrSweepJob *vr_sweep_job_new(void)
{
    VrSweepJob *job = g_new0(VrSweepJob, 1);

    job->failures = g_ptr_array_new_with_free_func(free_failure);
    return job;
}

void vr_sweep_job_free(gpointer opaque)
{
    VrSweepJob *job = opaque;

    g_free(job->kernel);
    g_free(job->image);
    g_free(job->symbols);
    g_free(job->append);
    g_free(job->cpu);
    g_free(job->window);
    g_free(job->note);
    g_free(job->folder);
    g_free(job->reason);
    g_ptr_array_unref(job->failures);
    g_free(job);
}

/* --- what the plugin left --- */

/* How a sweep ends, by the plugin's word for it. */
static const struct {
    const char *word, *means;
    bool complete;
} ends[] = {
#define VR_SWEEP_END(number, name, word, complete, means) \
    [number] = { word, means, complete },
#include "sweep_ends.def"
#undef VR_SWEEP_END
};

static void add_failure(VrSweepJob *job, const VrSymbols *symbols,
                        char *const *word, const char *why)
{
    VrSweepFailure *f = g_new0(VrSweepFailure, 1);

    f->k = g_ascii_strtoull(word[1], NULL, 10);
    f->pc = g_ascii_strtoull(word[3], NULL, 16);
    f->latency = g_ascii_strtoull(word[5], NULL, 10);
    f->place = vr_symbols_at(symbols, f->pc);
    f->line = vr_symbols_line(symbols, f->pc);
    f->inlined = vr_symbols_inlined_at(symbols, f->pc);
    f->why = g_strdup(why);
    g_ptr_array_add(job->failures, f);
}

/* "point K VERDICT PC CPU LATENCY FLAGS WHY" */
static void read_point(VrSweepJob *job, const VrSymbols *symbols,
                       const char *line)
{
    g_auto(GStrv) word = g_strsplit(line, " ", 8);

    if (g_strv_length(word) < 8) {
        return;
    }
    job->points++;
    job->released += word[6][0] == 'r';
    if (strcmp(word[2], "again") == 0) {
        job->again++;
    } else if (strcmp(word[2], "fail") == 0) {
        job->failed++;
        if (job->failures->len < VR_SWEEP_KEPT) {
            add_failure(job, symbols, word, word[7]);
        }
    }
}

static void set(VrSweepJob *job, VrSweepVerdict verdict, const char *reason)
{
    job->verdict = verdict;
    g_free(job->reason);
    job->reason = g_strdup(reason);
}

/* "end WORD K TEXT" */
static void read_end(VrSweepJob *job, const char *line)
{
    g_auto(GStrv) word = g_strsplit(line, " ", 4);

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (g_strcmp0(word[1], ends[i].word) == 0) {
            g_autofree char *text =
                g_strdup_printf("at point %s: %s", word[2] ? word[2] : "?",
                                ends[i].means);

            job->done = ends[i].complete;
            set(job, job->done ? VR_SWEEP_PASS : VR_SWEEP_ERROR,
                job->done ? "" : text);
            return;
        }
    }
}

/* The machine ended by itself, right after the event of this point. */
static void fail_open_point(VrSweepJob *job, const VrSymbols *symbols,
                            const char *line)
{
    g_auto(GStrv) word = g_strsplit(line, " ", 4);
    char *as_point[] = { word[0], word[2], word[1], word[3], word[1], word[1] };

    if (g_strv_length(word) == 4) {
        job->points++;
        job->failed++;
        add_failure(job, symbols, as_point,
                    "the host does not survive it: see console.txt");
    }
}

/* What the agent says if it did not sweep at all. */
static bool read_agent(VrSweepJob *job, const char *console)
{
    VrReport *report = vr_report_load(console, NULL);
    static const char *const names[] = { "SWEEP_PI", "SWEEP_PAIR",
                                         "SWEEP_SPI" };
    bool said = false;

    for (size_t i = 0; report && i < G_N_ELEMENTS(names) && !said; i++) {
        const char *text;
        VrResult result = vr_report_result(report, names[i], &text);

        said = result == VR_RESULT_SKIP ||
               (result == VR_RESULT_NOT_OK && job->points == 0);
        if (said) {
            set(job, result == VR_RESULT_SKIP ? VR_SWEEP_NOT_APPLICABLE
                                              : VR_SWEEP_ERROR, text);
        }
    }
    if (report) {
        vr_report_free(report);
    }
    return said;
}

/* The console's word for how the host went down, to free; NULL: it did not. */
static char *crash_of(const char *console)
{
    VrReport *report = vr_report_load(console, NULL);
    const char *line = report ? vr_report_crash(report) : NULL;
    char *text = line ? g_strdup_printf("the host went down (%s): see "
                                        "console.txt", line) : NULL;

    if (report) {
        vr_report_free(report);
    }
    return text;
}

void vr_sweep_judge(VrSweepJob *job, const VrSymbols *symbols,
                    const char *console, const char *trouble)
{
    g_autofree char *path = g_build_filename(job->folder, "points.txt", NULL);
    g_autofree char *text = NULL;
    g_autofree char *crash = crash_of(console);
    g_auto(GStrv) lines = NULL;
    const char *last = "";

    set(job, VR_SWEEP_ERROR, "the plugin left nothing: see qemu.log and "
        "console.txt");
    job->done = false;
    job->points = job->failed = job->again = job->released = 0;
    g_ptr_array_set_size(job->failures, 0);
    g_file_get_contents(path, &text, NULL, NULL);
    lines = g_strsplit(text ? text : "", "\n", 0);
    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix(*line, "point ")) {
            read_point(job, symbols, *line);
        } else if (g_str_has_prefix(*line, "end ")) {
            read_end(job, *line);
        }
        last = **line ? *line : last;
    }
    if (trouble && g_str_has_prefix(last, "end open ")) {
        fail_open_point(job, symbols, last);
    }
    if (!job->done && read_agent(job, console)) {
        return;
    }
    if (!job->done && job->failed) {
        set(job, VR_SWEEP_FAIL, "the sweep went no further");
    } else if (crash && !job->done) {
        set(job, VR_SWEEP_ERROR, crash);
    } else if (trouble && *trouble && !job->done) {
        set(job, VR_SWEEP_ERROR, trouble);
    } else if (job->done && job->failed) {
        set(job, VR_SWEEP_FAIL, "");
    } else if (job->done && job->points == 0) {
        set(job, VR_SWEEP_ERROR, "no point was swept");
    }
}

/* --- the machine --- */

/* The point after the last one that is there. */
static uint64_t go_on_at(const VrSweepJob *job, uint64_t first)
{
    g_autofree char *path = g_build_filename(job->folder, "points.txt", NULL);
    g_autofree char *text = NULL;
    const char *last = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return first;
    }
    for (const char *p = text; (p = strstr(p, "point ")); p++) {
        if ((p == text || p[-1] == '\n') && strchr(p, '\n')) {
            last = p;
        }
    }
    return last ? g_ascii_strtoull(last + 6, NULL, 10) + 1 : first;
}

char *vr_sweep_plugin(const VrSweepJob *job, const VrSweepOptions *o,
                      VrError *err)
{
    const unsigned shift = vr_machine_icount_shift(o->arch);
    g_autofree char *path =
        vr_env_build("qemu/build/hw/virelay/virelay-sweep.so", err);
    g_auto(GStrv) commas = g_strsplit(job->folder, ",", 0);
    g_autofree char *folder = g_strjoinv(",,", commas);
    g_autoptr(GString) text = NULL;
    unsigned latency =
        job->load == VR_SWEEP_LOAD_HALT ? LATENCY_HALT : LATENCY;

    if (!path) {
        return NULL;
    }
    text = g_string_new(path);
    g_string_append_printf(text, ",from=0x%" PRIx64, job->from);
    if (job->to_return) {
        g_string_append(text, ",to=return");
    } else {
        g_string_append_printf(text, ",to=0x%" PRIx64, job->to);
    }
    if (job->load != VR_SWEEP_LOAD_POST) {
        g_string_append_printf(text, ",cpu=%d", o->vcpu);
    }
    if (o->last) {
        g_string_append_printf(text, ",last=%" PRIu64, (uint64_t)o->last);
    }
    if (o->most) {
        g_string_append_printf(text, ",most=%" PRIu64, (uint64_t)o->most);
    }
    g_string_append_printf(text, ",event=%u,load=%u,skip=%u,vcpu=%d,first=%"
                           PRIu64 ",repeat=%" PRIu64 ",latency=%u,prompt=%u,"
                           "park=%u,settle=%u,patience=%u,folder=%s", job->event,
                           job->load, job->skip, o->vcpu,
                           go_on_at(job, o->first), (uint64_t)o->repeat,
                           latency << shift, PROMPT << shift, PARK << shift,
                           SETTLE << shift, PATIENCE << shift, folder);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static const char *scenario_of(const VrSweepJob *job)
{
    return job->event == VR_SWEEP_SPI    ? "SWEEP_SPI"
           : job->event == VR_SWEEP_PAIR ? "SWEEP_PAIR"
                                         : "SWEEP_PI";
}

static void describe(VrMachineSpec *spec, const VrSweepJob *job,
                     const VrSweepOptions *o, const char *append)
{
    vr_machine_defaults(spec, o->arch);
    spec->kernel = job->image;
    spec->backend = o->backend;
    spec->cpu = job->cpu ? job->cpu : o->cpu;
    spec->scenarios = scenario_of(job);
    spec->append = append;
    spec->cpus = MAX(strcmp(o->arch, "x86") == 0 ? VR_SWEEP_CPUS_X86
                                                 : MIN_CPUS_arm64,
                     o->vcpu + 2);
    spec->mem_mib = MEMORY_MIB;
    spec->timeout_s = o->timeout;
    spec->unit = strcmp(o->arch, "x86") == 0;
    spec->trace = false;
    spec->console = o->console;
}

/* What is large, and can be made again. */
static void tidy(const VrSweepJob *job)
{
    g_autofree char *initrd = g_build_filename(job->folder, "initrd.img", NULL);

    remove(initrd);
}

struct VrSweepRun {
    VrSweepJob *job;
    VrMachine *machine;
    VrSymbols *symbols;
    char *append, *plugin;
};

static void free_run(VrSweepRun *run)
{
    vr_machine_free(run->machine);
    vr_symbols_free(run->symbols);
    g_free(run->append);
    g_free(run->plugin);
    g_free(run);
}

VrSweepRun *vr_sweep_start(VrSweepJob *job, const VrSweepOptions *o,
                           VrError *err)
{
    VrSweepRun *run = g_new0(VrSweepRun, 1);
    VrMachineSpec spec;

    run->job = job;
    run->symbols = vr_symbols_load(job->symbols, err);
    run->append =
        g_strjoin(" ", strcmp(o->arch, "x86") == 0 ? "intel_iommu=on" : "",
                  job->append, NULL);
    run->plugin = run->symbols
                      ? vr_sweep_plugin(job, o, err) : NULL;
    if (run->plugin) {
        describe(&spec, job, o, run->append);
        spec.plugin = run->plugin;
        run->machine = vr_machine_start(&spec, job->folder, err);
    }
    if (run->machine) {
        return run;
    }
    free_run(run);
    return NULL;
}

bool vr_sweep_poll(VrSweepRun *run)
{
    return vr_machine_poll(run->machine);
}

void vr_sweep_finish(VrSweepRun *run)
{
    VrSweepJob *job = run->job;
    g_autofree char *console = g_build_filename(job->folder, "console.txt",
                                                NULL);
    g_autofree char *trouble = vr_machine_explain(run->machine);

    job->seconds = vr_machine_seconds(run->machine);
    tidy(job);
    vr_sweep_judge(job, run->symbols, console, trouble ? trouble : "");
    free_run(run);
}

void vr_sweep_abandon(VrSweepRun *run)
{
    VrSweepJob *job = run->job;

    free_run(run);
    tidy(job);
}

bool vr_sweep_run(VrSweepJob *job, const VrSweepOptions *o, VrError *err)
{
    VrSweepRun *run = vr_sweep_start(job, o, err);

    while (run && !vr_sweep_poll(run)) {
        if (vr_signals_caught()) {
            vr_sweep_abandon(run);
            return vr_error_set(err, VR_ERR_ENVIRONMENT, "interrupted");
        }
        g_usleep(5000);
    }
    if (run) {
        vr_sweep_finish(run);
    }
    return run != NULL;
}
