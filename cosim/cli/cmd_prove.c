/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virelay prove: what holds of the RTL in every case, by an SMT solver. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "nearest.h"
#include "progress.h"
#include "proofs.h"
#include "runfolder.h"
#include "signals.h"

#define POLL_US 20000

typedef struct Options {
    char *block, *glob, *json, *out;
    gboolean mutants, list;
    int jobs;
} Options;

/* A proof, or a mutant that has to refute it. */
typedef struct Job {
    const VrProof *proof;
    const char *mutant; /* or NULL */
    char *dir;
    VrChild *child;     /* while it runs */
    VrProofResult result;
    double seconds;
    bool ended;
} Job;

static void job_free(void *opaque)
{
    Job *j = opaque;

    vr_child_free(j->child);
    g_free(j->dir);
    g_free(j);
}

static void options_clear(Options *o)
{
    g_free(o->block);
    g_free(o->glob);
    g_free(o->json);
    g_free(o->out);
}

static bool expected(const Job *j)
{
    return j->result == (j->mutant ? VR_PROOF_REFUTED : VR_PROOF_PROVED);
}

static Job *job_new(const VrProof *p, const char *mutant, const char *folder)
{
    Job *j = g_new0(Job, 1);

    j->proof = p;
    j->mutant = mutant;
    j->dir = g_build_filename(folder, p->name, mutant ? mutant : "rtl", NULL);
    return j;
}

static GPtrArray *jobs_of(const Options *o, const GPtrArray *proofs,
                          const char *folder)
{
    GPtrArray *jobs = g_ptr_array_new_with_free_func(job_free);

    for (guint i = 0; i < proofs->len; i++) {
        const VrProof *p = proofs->pdata[i];

        g_ptr_array_add(jobs, job_new(p, NULL, folder));
        for (char **m = p->mutants; o->mutants && *m; m++) {
            g_ptr_array_add(jobs, job_new(p, *m, folder));
        }
    }
    return jobs;
}

static void end_job(Job *j)
{
    j->result = vr_proof_result(vr_child_status(j->child));
    j->seconds = vr_child_seconds(j->child);
    j->ended = true;
    vr_child_free(j->child);
    j->child = NULL;
}

/* One look at all jobs; how many are not at their end. */
static bool step(GPtrArray *jobs, unsigned slots, guint *left, VrError *err)
{
    unsigned running = 0;

    *left = 0;
    for (guint i = 0; i < jobs->len; i++) {
        Job *j = jobs->pdata[i];

        if (j->child && vr_child_ended(j->child)) {
            end_job(j);
        } else if (!j->ended && !j->child && running < slots) {
            j->child = vr_proof_start(j->proof, j->mutant, j->dir, err);
            if (!j->child) {
                return false;
            }
        }
        running += j->child != NULL;
        *left += !j->ended;
    }
    return true;
}

static bool carry_out(const Options *o, GPtrArray *jobs, VrError *err)
{
    gint64 began = g_get_monotonic_time();
    guint left = 1;

    while (left && !vr_signals_caught()) {
        g_autofree char *text = NULL;

        if (!step(jobs, o->jobs, &left, err)) {
            return false;
        }
        text = g_strdup_printf("%u of %u", jobs->len - left, jobs->len);
        vr_progress_tick(began, text);
        if (left) {
            g_usleep(POLL_US);
        }
    }
    vr_progress_clear();
    return true;
}

static void print_job(const Job *j, const char *folder)
{
    g_autofree char *log = g_build_filename(j->dir, "prove.log", NULL);
    g_autofree char *tail = NULL;

    if (j->mutant) {
        printf("%-8s %s  with %s  (%.1f s)\n", vr_proof_result_name(j->result),
               expected(j) ? " " : "!", j->mutant, j->seconds);
    } else {
        printf("%-8s %s %s, %s %u clocks  (%.1f s)\n    %s\n",
               vr_proof_result_name(j->result), expected(j) ? " " : "!",
               j->proof->name, j->proof->mode, j->proof->depth, j->seconds,
               j->proof->claim);
    }
    if (!expected(j)) {
        tail = vr_log_tail(log, 4);
        printf("    %s\n    %s/%s/%s\n", tail, folder, j->proof->name,
               j->mutant ? j->mutant : "rtl");
    }
}

/* How many are not as expected; quiet without @folder. */
static unsigned print_jobs(const GPtrArray *jobs, const char *folder)
{
    unsigned surprises = 0, proved = 0, refuted = 0;

    for (guint i = 0; i < jobs->len; i++) {
        const Job *j = jobs->pdata[i];

        if (folder) {
            print_job(j, folder);
        }
        surprises += !expected(j);
        proved += j->result == VR_PROOF_PROVED;
        refuted += j->result == VR_PROOF_REFUTED;
    }
    if (folder) {
        printf("%u proved, %u refuted; %u not as expected\n", proved, refuted,
               surprises);
    }
    return surprises;
}

static JsonNode *to_json(const GPtrArray *jobs)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *all = json_object_new();
    JsonArray *list = json_array_new();
    unsigned surprises = 0;

    for (guint i = 0; i < jobs->len; i++) {
        const Job *j = jobs->pdata[i];
        JsonObject *o = json_object_new();

        vr_json_text(o, "block", j->proof->block);
        vr_json_text(o, "proof", j->proof->name);
        vr_json_text(o, "claim", j->proof->claim);
        vr_json_text(o, "section", j->proof->section);
        vr_json_text(o, "mode", j->proof->mode);
        vr_json_uint(o, "depth", j->proof->depth);
        if (j->mutant) {
            vr_json_text(o, "mutant", j->mutant);
        }
        vr_json_text(o, "result", vr_proof_result_name(j->result));
        json_object_set_boolean_member(o, "expected", expected(j));
        json_object_set_double_member(o, "seconds", j->seconds);
        json_array_add_object_element(list, o);
        surprises += !expected(j);
    }
    json_object_set_array_member(all, "proofs", list);
    vr_json_uint(all, "unexpected", surprises);
    json_node_take_object(root, all);
    return root;
}

static void print_list(const GPtrArray *proofs)
{
    for (guint i = 0; i < proofs->len; i++) {
        const VrProof *p = proofs->pdata[i];

        printf("%s  (%s, %s, %u clocks)\n    %s\n    %s\n", p->name, p->block,
               p->mode, p->depth, p->claim, p->section);
    }
}

static const char *proof_name_at(const void *opaque, size_t index)
{
    const GPtrArray *proofs = opaque;

    return index < proofs->len ? ((VrProof *)proofs->pdata[index])->name
                               : NULL;
}

static GPtrArray *wanted(const Options *o, VrError *err)
{
    g_autoptr(GPtrArray) proofs = vr_proofs_load(o->block, err);
    g_autofree char *hint = g_malloc(256);

    if (!proofs) {
        return NULL;
    }
    vr_nearest(o->glob ? o->glob : "", proof_name_at, proofs, hint, 256);
    for (guint i = proofs->len; o->glob && i-- > 0;) {
        VrProof *p = proofs->pdata[i];

        if (!g_pattern_match_simple(o->glob, p->name)) {
            g_ptr_array_remove_index(proofs, i);
        }
    }
    if (proofs->len == 0) {
        vr_error_set(err, VR_ERR_USAGE, "no proof '%s'%s%s; %s",
                     o->glob ? o->glob : "*", o->block ? " of block " : "",
                     o->block ? o->block : "", hint);
        return NULL;
    }
    return g_steal_pointer(&proofs);
}

static bool run_in(const Options *o, const GPtrArray *proofs,
                   VrRunFolder *folder, int *ret, VrError *err)
{
    g_autoptr(GPtrArray) jobs = jobs_of(o, proofs, folder->partial);
    bool quiet;

    if (!carry_out(o, jobs, err)) {
        return false;
    }
    if (vr_signals_caught()) {
        *ret = VR_EXIT_INTERRUPTED;
        return true;
    }
    quiet = !g_strcmp0(o->json, "-");
    *ret = print_jobs(jobs, quiet ? NULL : folder->path) ? VR_EXIT_VERDICT
                                                         : VR_EXIT_OK;
    return !o->json || vr_cli_write_json(to_json(jobs), o->json, err);
}

static int run(const VrCommand *self, const Options *o)
{
    g_autoptr(GPtrArray) proofs = NULL;
    VrRunFolder *folder;
    int ret = VR_EXIT_OK;
    VrError err;
    bool ok;

    if ((o->block && !vr_cli_block_type(o->block, &err))
        || !(proofs = wanted(o, &err))) {
        return vr_cli_fail(self, &err);
    }
    if (o->list) {
        print_list(proofs);
        return VR_EXIT_OK;
    }
    folder = vr_run_folder_new("prove", o->out, &err);
    if (!folder) {
        return vr_cli_fail(self, &err);
    }
    vr_signals_catch();
    ok = run_in(o, proofs, folder, &ret, &err);
    if (ret == VR_EXIT_INTERRUPTED) {
        vr_run_folder_discard(folder);
    } else if (ok) {
        ok = vr_run_folder_finish(folder, &err);
    }
    vr_run_folder_free(folder);
    return ok ? ret : vr_cli_fail(self, &err);
}

static int cmd_prove(const VrCommand *self, int argc, char **argv)
{
    Options o = { .jobs = g_get_num_processors() };
    const GOptionEntry entries[] = {
        { "block", 'b', 0, G_OPTION_ARG_STRING, &o.block,
          "Only proofs about this block", "NAME" },
        { "proof", 'p', 0, G_OPTION_ARG_STRING, &o.glob,
          "Proofs to carry out, with * and ? (all)", "GLOB" },
        { "mutants", 'm', 0, G_OPTION_ARG_NONE, &o.mutants,
          "Each proof also on broken RTL, which has to refute it", NULL },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs,
          "Proofs at once (all processors)", "N" },
        { "list", 'l', 0, G_OPTION_ARG_NONE, &o.list,
          "List the proofs with their claims", NULL },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &o.json,
          "Write the results as JSON; - is standard output", "FILE" },
        { "out", 'o', 0, G_OPTION_ARG_FILENAME, &o.out,
          "The run's folder, with counterexamples (one named by the time)",
          "DIR" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int ret = vr_cli_parse(self, entries, &argc, &argv);

    if (ret < 0 && argc > 1) {
        ret = vr_cli_error(self, VR_ERR_USAGE, "unexpected argument '%s'; "
                           "usage: virelay prove %s", argv[1], self->usage);
    }
    if (ret < 0 && o.jobs < 1) {
        ret = vr_cli_error(self, VR_ERR_USAGE, "--jobs is 1 at least");
    }
    if (ret < 0) {
        ret = run(self, &o);
    }
    options_clear(&o);
    return ret;
}

VR_COMMAND(prove, "prove",
           "Prove properties of the RTL, in every case, with an SMT solver",
           "[--block NAME] [--proof GLOB] [--mutants] [--json FILE|-]",
           cmd_prove)
