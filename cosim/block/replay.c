/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay.h"
#include "effects.h"
#include "ring.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct Replay {
    VrRecording *recording;
    const VrReplayOptions *options;
    VrReplayResult *result;
    VrBlock *block;
    VrEffects recorded; /* of the stimulus at hand */
    VrEffects emitted;
    VrRing ring;
    VrEvent next; /* read ahead: the next stimulus */
    bool have_next;
} Replay;

static bool host_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    Replay *r = opaque;

    return vr_effects_serve_read(&r->recorded, addr, buf, len);
}

static bool host_write(void *opaque, uint64_t addr, const void *buf,
                       size_t len)
{
    Replay *r = opaque;

    (void)buf;
    return vr_effects_serve_write(&r->recorded, addr, len);
}

static bool host_cas(void *opaque, uint64_t addr, const void *expected,
                     const void *desired, void *found, size_t size)
{
    Replay *r = opaque;

    (void)expected;
    (void)desired;
    return vr_effects_serve_cas(&r->recorded, addr, found, size);
}

static const VrHost replay_host = {
    .mem_read = host_read,
    .mem_write = host_write,
    .mem_cas = host_cas,
};

static void observe(void *opaque, const VrEvent *e)
{
    Replay *r = opaque;

    vr_ring_push(&r->ring, e);
    if (!vr_event_is_stimulus(e)) {
        vr_effects_push(&r->emitted, e);
    }
    if (r->options->observer) {
        r->options->observer(r->options->opaque, e);
    }
}

static void on_mismatch(void *opaque, const VrMismatch *m)
{
    Replay *r = opaque;
    VrReplayResult *res = r->result;

    res->mismatched = true;
    res->stimulus = m->stimulus;
    snprintf(res->text, sizeof(res->text), "%s", m->text);
    memcpy(res->context, m->context, m->context_count * sizeof(VrEvent));
    res->context_count = m->context_count;
}

/* Reads one stimulus and its effects; false when there is none. */
static bool read_stimulus(Replay *r, VrEvent *stim)
{
    VrEvent e;

    vr_effects_clear(&r->recorded);
    if (!r->have_next) {
        return false;
    }
    *stim = r->next;
    r->have_next = false;
    while (vr_recording_next(r->recording, &e)) {
        if (vr_event_is_stimulus(&e)) {
            r->next = e;
            r->have_next = true;
            break;
        }
        vr_effects_push(&r->recorded, &e);
    }
    return true;
}

/* Effects before the first stimulus are not of this recording's block. */
static void skip_to_stimulus(Replay *r)
{
    while (!r->have_next && vr_recording_next(r->recording, &r->next)) {
        r->have_next = vr_event_is_stimulus(&r->next);
    }
}

static void compare(Replay *r, const VrEvent *stim)
{
    const VrBlockType *type = vr_block_type(r->block);
    VrReplayResult *res = r->result;
    VrEffectsDiff diff;

    if (!r->have_next && vr_recording_damage(r->recording)) {
        return; /* the last stimulus of a cut file may lack effects */
    }
    diff = vr_effects_compare(type, &r->emitted, &r->recorded);
    res->reorderings += diff.reordered;
    if (!diff.differ || res->mismatched) {
        return;
    }
    res->diverged = true;
    res->stimulus = res->stimuli;
    vr_difference_text(type, res->stimuli, stim, "replay", diff.a, "recording",
                       diff.b, res->text, sizeof(res->text));
    res->context_count = vr_ring_copy(&r->ring, res->context);
    res->context_count -= r->emitted.count < res->context_count
                              ? r->emitted.count : res->context_count;
}

/* A lockstep tells of its hang as a mismatch; another backend just stops. */
static void note_hang(Replay *r, const VrEvent *stim)
{
    const VrBlockType *type = vr_block_type(r->block);
    VrReplayResult *res = r->result;
    char description[256];

    type->describe(stim, description, sizeof(description));
    snprintf(res->text, sizeof(res->text), "stimulus %" PRIu64 " (%s): %s "
             "hangs: it stopped in the middle of it", res->stimuli,
             description, vr_block_backend(r->block));
    res->diverged = true;
    res->stimulus = res->stimuli;
    res->context_count = vr_ring_copy(&r->ring, res->context);
}

static void run(Replay *r)
{
    VrReplayResult *res = r->result;
    uint64_t until = r->options->until ? r->options->until : UINT64_MAX;
    VrEvent stim;
    bool going = true;

    skip_to_stimulus(r);
    while (going && res->stimuli < until && read_stimulus(r, &stim)) {
        vr_effects_clear(&r->emitted);
        going = vr_block_apply(r->block, &stim, NULL);
        res->stimuli++;
        res->effects += r->emitted.count;
        if (going || res->mismatched) {
            compare(r, &stim);
        } else {
            note_hang(r, &stim);
        }
        going &= !res->diverged;
    }
}

static VrBlock *create(Replay *r, VrError *err)
{
    const VrRecordingInfo *info = vr_recording_info(r->recording);
    const VrLockstepOptions lockstep = {
        .on_mismatch = on_mismatch, .opaque = r,
    };
    const VrReplayOptions *o = r->options;
    VrBlock *b = vr_block_create(info->type,
                                 o->backend ? o->backend : info->backend,
                                 &info->variant, &replay_host, r, err);

    if (!b) {
        return NULL;
    }
    if (o->waves && !vr_block_waves(b, o->waves, err)) {
        vr_block_destroy(b);
        return NULL;
    }
    vr_lockstep_configure(b, &lockstep);
    vr_block_observe(b, observe, r);
    return b;
}

static void finish(Replay *r)
{
    const VrLockstepStats *stats = vr_lockstep_stats(r->block);
    const char *damage = vr_recording_damage(r->recording);
    const char *outcome = vr_recording_outcome(r->recording);
    VrReplayResult *res = r->result;

    if (stats) {
        res->lockstep = *stats;
    }
    snprintf(res->damage, sizeof(res->damage), "%s", damage ? damage : "");
    snprintf(res->outcome, sizeof(res->outcome), "%s", outcome ? outcome : "");
}

bool vr_replay(VrRecording *recording, const VrReplayOptions *options,
               VrReplayResult *result, VrError *err)
{
    Replay r = {
        .recording = recording, .options = options, .result = result,
    };

    memset(result, 0, sizeof(*result));
    r.block = create(&r, err);
    if (!r.block) {
        return false;
    }
    run(&r);
    finish(&r);
    vr_block_destroy(r.block);
    vr_effects_free(&r.recorded);
    vr_effects_free(&r.emitted);
    return true;
}
