/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "codec.h"
#include "digest.h"
#include "lockstep.h"
#include "minimise.h"
#include "nearest.h"
#include "recording.h"
#include "rig.h"

#include <string.h>

#define PARAMS_MAX 32
#define GOALS_FROM 10000 /* stimuli */
#define SEGMENT 20000

static const VrFuzzGenerator *const generators[] = {
    &vr_fuzz_gicv3_redist,
    &vr_fuzz_vtd_ir,
};

typedef struct Fuzz {
    const VrFuzzOptions *options;
    const VrFuzzGenerator *generator;
    VrFuzzResult *result;
    GChecksum *checksum;
    /* the segment at hand */
    VrParam params[PARAMS_MAX];
    VrFuzzRun run;
    VrFuzzRig rig;
    VrCodec codec;
    GByteArray *bytes; /* its events and items, as codec.h writes them */
    char mismatch[1024];
    uint64_t counts[256][16]; /* kind, id; ids above count as 15 */
} Fuzz;

static const char *generator_at(const void *opaque, size_t index)
{
    (void)opaque;
    return index < G_N_ELEMENTS(generators) ? generators[index]->block : NULL;
}

const VrFuzzGenerator *vr_fuzz_generator(const VrBlockType *type, VrError *err)
{
    char hint[256];

    for (size_t i = 0; i < G_N_ELEMENTS(generators); i++) {
        if (!strcmp(generators[i]->block, type->name)) {
            return generators[i];
        }
    }
    vr_error_set(err, VR_ERR_USAGE, "there is no fuzzer for block '%s'; %s",
                 type->name, vr_nearest(type->name, generator_at, NULL, hint,
                                        sizeof(hint)));
    return NULL;
}

/* --- variants --- */

static bool is_fixed(const VrVariant *fixed, const char *name, VrParam *out)
{
    for (size_t i = fixed->count; i > 0; i--) {
        if (!strcmp(fixed->params[i - 1].name, name)) {
            *out = fixed->params[i - 1];
            return true;
        }
    }
    return false;
}

static uint64_t draw_value(VrRng *rng, const VrParamSpec *spec)
{
    uint64_t span = spec->max - spec->min;
    uint64_t v = vr_rng_next(rng);

    switch (vr_rng_below(rng, 4)) {
    case 0:
        return spec->min;
    case 1:
        return spec->max;
    case 2:
        return span == UINT64_MAX ? v : spec->min + v % (span + 1);
    default:
        return spec->def;
    }
}

static void draw_variant(Fuzz *f, VrRng *rng)
{
    const VrBlockType *type = f->options->type;
    const VrFuzzGenerator *g = f->generator;

    g_assert(type->param_count <= PARAMS_MAX);
    for (size_t i = 0; i < type->param_count; i++) {
        const VrParamSpec *spec = &type->params[i];
        uint64_t value;

        if (!g->draw || !g->draw(rng, spec, &value)) {
            value = draw_value(rng, spec);
        }
        f->params[i].name = spec->name;
        f->params[i].value = value;
        is_fixed(&f->options->fixed, spec->name, &f->params[i]);
    }
    f->run.variant.params = f->params;
    f->run.variant.count = type->param_count;
}

static void hash_variant(Fuzz *f)
{
    for (size_t i = 0; i < f->run.variant.count; i++) {
        g_autofree char *line = g_strdup_printf(
            "%s=%" G_GUINT64_FORMAT "\n", f->params[i].name,
            f->params[i].value);

        g_checksum_update(f->checksum, (const guchar *)line, -1);
    }
}

/* --- one segment --- */

static void keep(Fuzz *f, const VrEvent *e)
{
    uint8_t code[VR_CODEC_MAX];

    g_byte_array_append(f->bytes, code, vr_encode(&f->codec, e, code));
    f->counts[e->kind][e->id < 15 ? e->id : 15]++;
}

static void observe(void *opaque, const VrEvent *e)
{
    Fuzz *f = opaque;

    keep(f, e);
    if (!vr_event_is_stimulus(e)) {
        f->result->effects++;
        f->generator->effect(f->rig.state, e);
    }
}

static void on_mismatch(void *opaque, const VrMismatch *m)
{
    Fuzz *f = opaque;

    g_strlcpy(f->mismatch, m->text, sizeof(f->mismatch));
}

static bool begin_segment(Fuzz *f, VrError *err)
{
    const VrFuzzOptions *o = f->options;
    const VrLockstepOptions lockstep = {
        .on_mismatch = on_mismatch, .opaque = f,
    };

    vr_rng_seed(&f->run.first, o->seed, f->result->segments);
    draw_variant(f, &f->run.first);
    hash_variant(f);
    memset(&f->codec, 0, sizeof(f->codec));
    g_byte_array_set_size(f->bytes, 0);
    f->mismatch[0] = '\0';
    if (!vr_fuzz_rig_open(&f->rig, &f->run, err)) {
        return false;
    }
    vr_lockstep_configure(f->rig.block, &lockstep);
    vr_block_observe(f->rig.block, observe, f);
    f->result->segments++;
    return true;
}

/* A lockstep tells of its hang as a mismatch; another backend just stops. */
static bool hung(const Fuzz *f, const VrEvent *stim, VrError *err)
{
    char text[256];

    f->options->type->describe(stim, text, sizeof(text));
    return vr_error_set(err, VR_ERR_VERDICT, "%s hangs at stimulus %"
                        G_GUINT64_FORMAT ", in segment %" G_GUINT64_FORMAT
                        " (%s); --backend lockstep leaves a recording",
                        f->options->backend, f->result->stimuli,
                        f->result->segments, text);
}

static uint64_t segment_length(const Fuzz *f)
{
    uint64_t n = f->options->segment ? f->options->segment
                                     : f->generator->segment;

    return MIN(n ? n : SEGMENT, f->options->count - f->result->stimuli);
}

/* What CPUs do to memory, up to the next stimulus. */
static void next_stimulus(Fuzz *f, VrEvent *stim)
{
    VrFuzzRig *rig = &f->rig;

    f->generator->next(rig->state, &rig->rng, stim);
    while (stim->kind == VR_FUZZ_CPU) {
        keep(f, stim);
        vr_fuzz_rig_apply(rig, stim);
        f->generator->next(rig->state, &rig->rng, stim);
    }
}

static bool run_segment(Fuzz *f, VrError *err)
{
    uint64_t n = segment_length(f);
    VrEvent stim;

    for (uint64_t i = 0; i < n; i++) {
        next_stimulus(f, &stim);
        f->result->stimuli++;
        if (!vr_fuzz_rig_apply(&f->rig, &stim)) {
            return f->mismatch[0] || hung(f, &stim, err);
        }
    }
    return true;
}

/* Goals that the generator counts by itself. */
static void add_seen(Fuzz *f)
{
    const VrFuzzGenerator *g = f->generator;

    for (size_t i = 0; i < g->goal_count; i++) {
        if (g->goals[i].kind == VR_FUZZ_SEEN) {
            f->result->goals[i] += g->seen(f->rig.state)[g->goals[i].id];
        }
    }
}

static void end_segment(Fuzz *f)
{
    const VrLockstepStats *stats = vr_lockstep_stats(f->rig.block);
    VrDigest digest = vr_digest(f->bytes->data, f->bytes->len);

    if (stats) {
        f->result->reorderings += stats->reorderings;
        f->result->mismatches += stats->mismatches;
    }
    g_checksum_update(f->checksum, (const guchar *)&digest, sizeof(digest));
    add_seen(f);
    vr_fuzz_rig_close(&f->rig);
}

/* --- what a mismatch leaves --- */

static char *recording_path(Fuzz *f, const char *suffix)
{
    const VrFuzzOptions *o = f->options;

    return g_strdup_printf("%s/%s-seed%" G_GUINT64_FORMAT
                           "-segment%" G_GUINT64_FORMAT "%s.vrr", o->out,
                           o->type->name, o->seed, f->result->segments - 1,
                           suffix);
}

static GArray *segment_items(Fuzz *f)
{
    GArray *items = g_array_new(FALSE, FALSE, sizeof(VrEvent));
    VrCodec codec = { 0 };
    size_t at = 0;
    VrEvent e;

    while (at < f->bytes->len) {
        size_t n = vr_decode(&codec, f->bytes->data + at, f->bytes->len - at,
                             &e);

        g_assert(n > 0);
        if (vr_event_is_stimulus(&e)) {
            g_array_append_val(items, e);
        }
        at += n;
    }
    return items;
}

/* Run the items once more with a recorder attached. */
static bool record(Fuzz *f, const GArray *items, const char *path,
                   VrError *err)
{
    const VrFuzzRun *run = &f->run;
    const VrLockstepOptions lockstep = {
        .on_mismatch = on_mismatch, .opaque = f,
    };
    VrRecorder *rec = vr_recorder_open(path, run->type, run->backend,
                                       &run->variant, err);
    g_autofree char *outcome = NULL;

    if (!rec || !vr_fuzz_rig_open(&f->rig, run, err)) {
        vr_recorder_close(rec, NULL);
        return false;
    }
    g_strlcpy(f->mismatch, "", sizeof(f->mismatch));
    vr_lockstep_configure(f->rig.block, &lockstep);
    vr_block_observe(f->rig.block, vr_recorder_event, rec);
    for (guint i = 0; i < items->len; i++) {
        vr_fuzz_rig_apply(&f->rig, &g_array_index(items, VrEvent, i));
    }
    vr_fuzz_rig_close(&f->rig);
    outcome = g_strconcat("mismatch: ", f->mismatch, NULL);
    vr_recorder_set_outcome(rec, outcome);
    g_ptr_array_add(f->result->texts, g_strdup(f->mismatch));
    g_ptr_array_add(f->result->recordings, g_strdup(path));
    return vr_recorder_close(rec, err);
}

static bool save_mismatch(Fuzz *f, VrError *err)
{
    g_autofree char *path = recording_path(f, "");
    g_autofree char *short_path = recording_path(f, "-short");
    g_autofree char *first = g_strdup(f->mismatch);
    g_autoptr(GArray) items = segment_items(f);

    if (g_mkdir_with_parents(f->options->out, 0755) != 0) {
        return vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot create the "
                            "folder '%s' for a recording", f->options->out);
    }
    if (!record(f, items, path, err)) {
        return false;
    }
    if (strcmp(first, f->mismatch) != 0) {
        return vr_error_set(err, VR_ERR_VERDICT,
                            "the backend is not deterministic: at first "
                            "'%.180s', with the same stimuli '%.180s'",
                            first, f->mismatch);
    }
    vr_minimise(&f->run, items);
    return record(f, items, short_path, err);
}

/* --- the run --- */

static void count_goals(Fuzz *f)
{
    for (size_t i = 0; i < f->generator->goal_count; i++) {
        const VrFuzzGoal *goal = &f->generator->goals[i];

        for (unsigned id = 0; goal->kind != VR_FUZZ_SEEN && id < 16; id++) {
            if (goal->id < 0 || goal->id == (int32_t)id) {
                f->result->goals[i] += f->counts[goal->kind][id];
            }
        }
    }
}

static bool run_segments(Fuzz *f, VrError *err)
{
    const VrFuzzOptions *o = f->options;

    while (f->result->stimuli < o->count &&
           f->result->mismatches < o->max_mismatches) {
        bool ok;

        if (!begin_segment(f, err)) {
            return false;
        }
        ok = run_segment(f, err);
        end_segment(f);
        if (!ok || (f->mismatch[0] && !save_mismatch(f, err))) {
            return false;
        }
    }
    return true;
}

bool vr_fuzz_run(const VrFuzzOptions *options, VrFuzzResult *result,
                 VrError *err)
{
    g_autofree Fuzz *f = g_new0(Fuzz, 1);
    gint64 start = g_get_monotonic_time();
    bool ok;

    memset(result, 0, sizeof(*result));
    result->recordings = g_ptr_array_new_with_free_func(g_free);
    result->texts = g_ptr_array_new_with_free_func(g_free);
    f->options = options;
    f->result = result;
    f->generator = options->generator;
    f->run.type = options->type;
    f->run.backend = options->backend;
    f->run.generator = options->generator;
    f->checksum = g_checksum_new(G_CHECKSUM_SHA256);
    f->bytes = g_byte_array_new();
    ok = run_segments(f, err);
    count_goals(f);
    g_strlcpy(result->sha256, g_checksum_get_string(f->checksum),
              sizeof(result->sha256));
    result->seconds = (g_get_monotonic_time() - start) / 1e6;
    g_checksum_free(f->checksum);
    g_byte_array_unref(f->bytes);
    vr_fuzz_rig_free(&f->rig);
    return ok;
}

void vr_fuzz_result_free(VrFuzzResult *result)
{
    g_clear_pointer(&result->recordings, g_ptr_array_unref);
    g_clear_pointer(&result->texts, g_ptr_array_unref);
}

const VrFuzzGoal *vr_fuzz_missed(const VrFuzzOptions *options,
                                 const VrFuzzResult *result)
{
    const VrFuzzGenerator *g = options->generator;

    if (result->stimuli < (g->goals_from ? g->goals_from : GOALS_FROM)) {
        return NULL;
    }
    for (size_t i = 0; i < g->goal_count; i++) {
        if (g->goals[i].required && result->goals[i] == 0) {
            return &g->goals[i];
        }
    }
    return NULL;
}
