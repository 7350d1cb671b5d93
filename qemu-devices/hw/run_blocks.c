/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The blocks of a run: observers, recordings, mismatches. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "hw/virelay/run_blocks.h"
#include "virelay-include/block/lockstep.h"
#include "virelay-include/block/recording.h"
#include "virelay-include/trace/trace.h"

/* Described in full; later ones are only counted. */
#define MAX_DESCRIBED 100

typedef struct Followed {
    VrBlock *block;
    VrRecorder *recorder;
    char *name; /* "gicv3-redist.0" */
    unsigned instance;
    unsigned described;
} Followed;

static GPtrArray *followed;

static void print_mismatch(FILE *f, const Followed *b, const VrMismatch *m)
{
    const VrBlockType *type = vr_block_type(b->block);
    char text[256];
    size_t i;

    fprintf(f, "%s: mismatch at %s\n", b->name, m->text);
    fprintf(f, "  events before it:\n");
    for (i = 0; i < m->context_count; i++) {
        type->describe(&m->context[i], text, sizeof(text));
        fprintf(f, "    %s\n", text);
    }
    fflush(f);
}

static void keep_mismatch(const Followed *b, const VrMismatch *m)
{
    const char *folder = virelay_run_folder();
    g_autofree char *path = NULL;
    FILE *f;

    if (!folder) {
        return;
    }
    path = g_build_filename(folder, VR_MISMATCH_FILE, NULL);
    f = fopen(path, "a");
    if (!f) {
        error_report("%s: %s", path, strerror(errno));
        return;
    }
    print_mismatch(f, b, m);
    fclose(f);
}

static void on_mismatch(void *opaque, const VrMismatch *m)
{
    Followed *b = opaque;

    vr_trace(VR_TRACE_MISMATCH, VR_TRACE_NO_CPU, b->instance, m->stimulus, 0,
             0, 0);
    if (b->described < MAX_DESCRIBED) {
        b->described++;
        print_mismatch(stderr, b, m);
        keep_mismatch(b, m);
    }
    if (b->recorder) {
        g_autofree char *outcome = g_strdup_printf("mismatch: %s", m->text);

        vr_recorder_set_outcome(b->recorder, outcome);
        vr_recorder_flush(b->recorder);
    }
    if (!virelay_run_keeps_going()) {
        virelay_run_end(VR_EXIT_MISMATCH);
    }
}

static bool start_recording(Followed *b, const VirelayBlockOrigin *origin,
                            Error **errp)
{
    g_autofree char *file = g_strconcat(b->name, ".vrr", NULL);
    g_autofree char *path = NULL;
    VrError err = { 0 };

    if (!virelay_run_records()) {
        return true;
    }
    path = g_build_filename(virelay_run_folder(), file, NULL);
    b->recorder = vr_recorder_open(path, vr_block_type(b->block),
                                   origin->backend, origin->variant, &err);
    if (!b->recorder) {
        error_setg(errp, "%s", err.text);
        return false;
    }
    return vr_block_observe(b->block, vr_recorder_event, b->recorder);
}

bool virelay_run_attach(VrBlock *block, const VirelayBlockOrigin *origin,
                        Error **errp)
{
    Followed *b = g_new0(Followed, 1);
    VrLockstepOptions lockstep = {
        .keep_going = virelay_run_keeps_going(),
        .on_mismatch = on_mismatch,
        .opaque = b,
    };

    b->block = block;
    b->instance = origin->instance;
    b->name = g_strdup_printf("%s.%u", vr_block_type(block)->name,
                              origin->instance);
    if (!followed) {
        followed = g_ptr_array_new();
    }
    g_ptr_array_add(followed, b);
    if (vr_trace_on) {
        vr_block_observe(block, vr_trace_block_event,
                         (void *)(uintptr_t)origin->instance);
    }
    vr_lockstep_configure(block, &lockstep);
    return start_recording(b, origin, errp);
}

static void print_stats(FILE *f, const Followed *b)
{
    const VrLockstepStats *s = vr_lockstep_stats(b->block);

    if (s) {
        fprintf(f, "%s stimuli %" PRIu64 " effects %" PRIu64 " reorderings %"
                PRIu64 " mismatches %" PRIu64 "\n", b->name, s->stimuli,
                s->effects, s->reorderings, s->mismatches);
    }
}

static bool is_lockstep(void)
{
    const Followed *first = followed ? g_ptr_array_index(followed, 0) : NULL;

    return first && vr_lockstep_stats(first->block);
}

static void keep_stats(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, VR_LOCKSTEP_FILE, NULL);
    FILE *f = fopen(path, "w");
    guint i;

    if (!f) {
        error_report("%s: %s", path, strerror(errno));
        return;
    }
    for (i = 0; i < followed->len; i++) {
        print_stats(f, g_ptr_array_index(followed, i));
    }
    fclose(f);
}

void virelay_blocks_close(void)
{
    const char *folder = virelay_run_folder();
    guint i;

    if (folder && is_lockstep()) {
        keep_stats(folder);
    }
    for (i = 0; followed && i < followed->len; i++) {
        Followed *b = g_ptr_array_index(followed, i);
        VrError err = { 0 };

        if (!vr_recorder_close(b->recorder, &err)) {
            error_report("recording of %s: %s", b->name, err.text);
        }
        b->recorder = NULL;
    }
}
