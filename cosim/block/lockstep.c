/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lockstep.h"
#include "backend.h"
#include "effects.h"
#include "ring.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN 32

typedef struct Lockstep {
    VrBlock parent;
    VrBlock *dut, *ref;
    char dut_name[NAME_LEN], ref_name[NAME_LEN];
    VrEffects dut_log, ref_log;
    VrRing ring;
    VrLockstepStats stats;
    VrLockstepOptions options;
} Lockstep;

/* --- the DUT's host: passes everything on --- */

static bool dut_mem_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    return vr_emit_mem_read(opaque, addr, buf, len);
}

static bool dut_mem_write(void *opaque, uint64_t addr, const void *buf,
                          size_t len)
{
    return vr_emit_mem_write(opaque, addr, buf, len);
}

static bool dut_mem_cas(void *opaque, uint64_t addr, const void *expected,
                        const void *desired, void *found, size_t size)
{
    return vr_emit_mem_cas(opaque, addr, expected, desired, found, size);
}

static void dut_msg_out(void *opaque, const VrEvent *msg)
{
    vr_emit_msg(opaque, msg->id, msg->addr, msg->data[0]);
}

static void dut_wire_out(void *opaque, uint32_t wire, uint64_t level)
{
    vr_emit_wire(opaque, wire, level);
}

static void dut_guest_error(void *opaque, const char *text)
{
    vr_guest_error(opaque, "%s", text);
}

static const VrHost dut_host = {
    .mem_read = dut_mem_read,
    .mem_write = dut_mem_write,
    .mem_cas = dut_mem_cas,
    .msg_out = dut_msg_out,
    .wire_out = dut_wire_out,
    .guest_error = dut_guest_error,
};

/* --- the reference's host: answers from the DUT's log --- */

static bool ref_mem_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    Lockstep *s = opaque;

    return vr_effects_serve_read(&s->dut_log, addr, buf, len);
}

static bool ref_mem_write(void *opaque, uint64_t addr, const void *buf,
                          size_t len)
{
    Lockstep *s = opaque;

    (void)buf;
    return vr_effects_serve_write(&s->dut_log, addr, len);
}

static bool ref_mem_cas(void *opaque, uint64_t addr, const void *expected,
                        const void *desired, void *found, size_t size)
{
    Lockstep *s = opaque;

    (void)expected;
    (void)desired;
    return vr_effects_serve_cas(&s->dut_log, addr, found, size);
}

static const VrHost ref_host = {
    .mem_read = ref_mem_read,
    .mem_write = ref_mem_write,
    .mem_cas = ref_mem_cas,
};

/* --- comparison --- */

static void log_dut(void *opaque, const VrEvent *e)
{
    Lockstep *s = opaque;

    vr_ring_push(&s->ring, e);
    if (!vr_event_is_stimulus(e)) {
        vr_effects_push(&s->dut_log, e);
    }
}

static void log_ref(void *opaque, const VrEvent *e)
{
    Lockstep *s = opaque;

    if (!vr_event_is_stimulus(e)) {
        vr_effects_push(&s->ref_log, e);
    }
}

static void describe(const VrBlockType *type, const VrEvent *e, char *buf,
                     size_t len)
{
    if (e) {
        type->describe(e, buf, len);
    } else {
        snprintf(buf, len, "nothing");
    }
}

void vr_difference_text(const VrBlockType *type, uint64_t number,
                        const VrEvent *stim, const char *name_a,
                        const VrEvent *a, const char *name_b,
                        const VrEvent *b, char *buf, size_t len)
{
    char text[3][256];

    describe(type, stim, text[0], sizeof(text[0]));
    describe(type, a, text[1], sizeof(text[1]));
    describe(type, b, text[2], sizeof(text[2]));
    snprintf(buf, len, "stimulus %" PRIu64 " (%s): %s: %s; %s: %s", number,
             text[0], name_a, text[1], name_b, text[2]);
}

/* Tell of a difference; @stopped: the half that stopped of itself, or NULL. */
static void report(Lockstep *s, const VrEvent *stim, const VrEffectsDiff *diff,
                   const char *stopped)
{
    VrEvent context[VR_RING_SIZE];
    char text[1024], description[256];
    VrMismatch m = {
        .stimulus = s->stats.stimuli,
        .stim = *stim,
        .dut = diff->a,
        .ref = diff->b,
        .text = text,
        .context = context,
    };

    if (!s->options.on_mismatch) {
        return;
    }
    m.context_count = vr_ring_copy(&s->ring, context);
    /* The effects of the stimulus itself are not what came before it. */
    m.context_count -= s->dut_log.count < m.context_count
                           ? s->dut_log.count : m.context_count;
    if (stopped) {
        describe(s->parent.type, stim, description, sizeof(description));
        snprintf(text, sizeof(text), "stimulus %" PRIu64 " (%s): %s hangs: it "
                 "stopped in the middle of it", m.stimulus, description,
                 stopped);
    } else {
        vr_difference_text(s->parent.type, m.stimulus, stim, s->dut_name,
                           m.dut, s->ref_name, m.ref, text, sizeof(text));
    }
    s->options.on_mismatch(s->options.opaque, &m);
}

/* Returns whether to go on. */
static bool compare(Lockstep *s, const VrEvent *stim)
{
    VrEffectsDiff diff =
        vr_effects_compare(s->parent.type, &s->dut_log, &s->ref_log);

    s->stats.effects += s->dut_log.count;
    s->stats.reorderings += diff.reordered;
    if (!diff.differ) {
        return true;
    }
    s->stats.mismatches++;
    report(s, stim, &diff, NULL);
    return s->options.keep_going;
}

/* A half that stops of itself is a mismatch that cannot be gone on from. */
static bool stop(Lockstep *s, const VrEvent *stim, const char *name)
{
    const VrEffectsDiff none = { .differ = true };

    s->stats.effects += s->dut_log.count;
    s->stats.mismatches++;
    report(s, stim, &none, name);
    return false;
}

static bool lockstep_apply(VrBlock *b, const VrEvent *stim, VrReply *reply)
{
    Lockstep *s = (Lockstep *)b;
    VrReply ref_reply;

    vr_effects_clear(&s->dut_log);
    vr_effects_clear(&s->ref_log);
    s->stats.stimuli++;
    if (!vr_block_apply(s->dut, stim, reply)) {
        return stop(s, stim, s->dut_name);
    }
    if (!vr_block_apply(s->ref, stim, &ref_reply)) {
        return stop(s, stim, s->ref_name);
    }
    return compare(s, stim);
}

/* --- creation --- */

static bool copy_name(char out[NAME_LEN], const char *from, size_t len)
{
    if (len == 0 || len >= NAME_LEN) {
        return false;
    }
    memcpy(out, from, len);
    out[len] = '\0';
    return strcmp(out, "lockstep") != 0;
}

static bool parse_spec(Lockstep *s, const char *spec, VrError *err)
{
    const char *colon;

    if (!spec) {
        spec = "rtl:model";
    }
    colon = strchr(spec, ':');
    if (!colon || strchr(colon + 1, ':') ||
        !copy_name(s->dut_name, spec, colon - spec) ||
        !copy_name(s->ref_name, colon + 1, strlen(colon + 1))) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "lockstep of '%s': expected "
                            "lockstep:DUT:REFERENCE with the names of two "
                            "other backends, as in lockstep:rtl:model", spec);
    }
    return true;
}

static void lockstep_destroy(VrBlock *b)
{
    Lockstep *s = (Lockstep *)b;

    vr_block_destroy(s->dut);
    vr_block_destroy(s->ref);
    vr_effects_free(&s->dut_log);
    vr_effects_free(&s->ref_log);
    free(s);
}

static VrBlock *lockstep_create(const VrBlockType *type, const char *spec,
                                const VrVariant *variant, VrError *err)
{
    Lockstep *s = calloc(1, sizeof(*s));

    if (!s) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "out of memory for a lockstep");
        return NULL;
    }
    if (parse_spec(s, spec, err)) {
        s->dut = vr_block_create(type, s->dut_name, variant, &dut_host, s,
                                 err);
        s->ref = s->dut ? vr_block_create(type, s->ref_name, variant,
                                          &ref_host, s, err)
                        : NULL;
    }
    if (!s->ref) {
        lockstep_destroy(&s->parent);
        return NULL;
    }
    vr_block_observe(s->dut, log_dut, s);
    vr_block_observe(s->ref, log_ref, s);
    return &s->parent;
}

/* --- state: both halves, each with its size --- */

#define STATE_MAGIC "VRLS0001"

typedef struct StateHeader {
    char magic[8];
    uint64_t dut_size; /* little-endian, as are all hosts that we build for */
    uint64_t ref_size;
} StateHeader;

static int64_t lockstep_save(const VrBlock *b, void *buf, size_t cap)
{
    const Lockstep *s = (const Lockstep *)b;
    int64_t dut = vr_block_save(s->dut, NULL, 0);
    int64_t ref = vr_block_save(s->ref, NULL, 0);
    StateHeader h = { .magic = STATE_MAGIC };
    uint8_t *p = buf;

    if (dut < 0 || ref < 0) {
        return -ENOTSUP;
    }
    if (cap < sizeof(h) + dut + ref) {
        return sizeof(h) + dut + ref;
    }
    h.dut_size = dut;
    h.ref_size = ref;
    memcpy(p, &h, sizeof(h));
    vr_block_save(s->dut, p + sizeof(h), dut);
    vr_block_save(s->ref, p + sizeof(h) + dut, ref);
    return sizeof(h) + dut + ref;
}

static int lockstep_load(VrBlock *b, const void *buf, size_t len)
{
    Lockstep *s = (Lockstep *)b;
    const uint8_t *p = buf;
    StateHeader h;
    int ret;

    if (vr_block_save(s->dut, NULL, 0) < 0 ||
        vr_block_save(s->ref, NULL, 0) < 0) {
        return -ENOTSUP;
    }
    if (len < sizeof(h)) {
        return -EINVAL;
    }
    memcpy(&h, p, sizeof(h));
    len -= sizeof(h);
    if (memcmp(h.magic, STATE_MAGIC, sizeof(h.magic)) != 0 ||
        h.dut_size > len || h.ref_size != len - h.dut_size) {
        return -EINVAL;
    }
    ret = vr_block_load(s->dut, p + sizeof(h), h.dut_size);
    if (ret == 0) {
        ret = vr_block_load(s->ref, p + sizeof(h) + h.dut_size, h.ref_size);
    }
    s->ring.count = 0;
    return ret;
}

static bool lockstep_waves(VrBlock *b, const char *path, VrError *err)
{
    Lockstep *s = (Lockstep *)b;

    if (!s->dut->backend->waves && s->ref->backend->waves) {
        return vr_block_waves(s->ref, path, err);
    }
    return vr_block_waves(s->dut, path, err);
}

static const VrBackend lockstep_backend = {
    .block = "*",
    .name = "lockstep",
    .create = lockstep_create,
    .destroy = lockstep_destroy,
    .apply = lockstep_apply,
    .save = lockstep_save,
    .load = lockstep_load,
    .waves = lockstep_waves,
};

__attribute__((constructor)) static void lockstep_register(void)
{
    vr_backend_register(&lockstep_backend);
}

/* --- public --- */

bool vr_lockstep_configure(VrBlock *b, const VrLockstepOptions *options)
{
    if (b->backend != &lockstep_backend) {
        return false;
    }
    ((Lockstep *)b)->options = *options;
    return true;
}

const VrLockstepStats *vr_lockstep_stats(const VrBlock *b)
{
    return b->backend == &lockstep_backend ? &((const Lockstep *)b)->stats
                                           : NULL;
}
