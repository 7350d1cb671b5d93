/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recordings: round trip, cuts and damage at every byte, replay. */
#include "codec.h"
#include "crc32.h"
#include "fake_block.h"
#include "recording.h"
#include "replay.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define EVENTS 700

static char *dir; /* of this run's files */

static char *path_of(const char *name)
{
    return g_build_filename(dir, name, NULL);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 20;
}

static uint64_t any_value(uint64_t *state)
{
    uint64_t v = next_random(state) << 30 ^ next_random(state);

    return v >> next_random(state) % 64;
}

/* As blocks make them: only the fields that the kind has. */
static void make_usual_event(uint64_t *state, VrEvent *e)
{
    switch (e->kind) {
    case VR_STIM_READ:
    case VR_STIM_WRITE:
        e->size = 1u << next_random(state) % 4;
        e->attr = next_random(state) % 2;
        e->addr = any_value(state);
        e->data[0] = e->kind == VR_STIM_WRITE ? any_value(state) : 0;
        break;
    case VR_STIM_MSG:
    case VR_EFF_MSG:
        e->id = any_value(state);
        e->addr = any_value(state);
        e->data[0] = any_value(state);
        break;
    case VR_STIM_WIRE:
    case VR_EFF_WIRE:
        e->id = any_value(state);
        e->data[0] = any_value(state);
        break;
    case VR_STIM_TIME:
        e->data[0] = any_value(state);
        break;
    case VR_EFF_MEM_READ:
    case VR_EFF_MEM_WRITE:
    case VR_EFF_MEM_CAS:
        e->size = next_random(state) % 2 ? 16 : 8;
        e->attr = next_random(state) % 2 ? VR_ATTR_FAULT : 0;
        e->addr = any_value(state);
        for (int i = 0; i < e->size / 8; i++) {
            e->data[i] = any_value(state);
            if (e->kind == VR_EFF_MEM_CAS) {
                e->data2[i] = any_value(state);
                e->old[i] = any_value(state);
            }
        }
        break;
    default:
        break;
    }
}

/* DATA or ERROR: of the last access, or of another one. */
static void make_end_of_access(uint64_t *state, const VrEvent *access,
                               VrEvent *e)
{
    e->addr = access->addr;
    e->size = access->size;
    e->attr = access->attr;
    if (next_random(state) % 4 == 0) {
        e->addr = any_value(state);
        e->size = any_value(state);
        e->attr = any_value(state);
    }
    e->data[0] = e->kind == VR_EFF_DATA ? any_value(state) : 0;
}

/* Any event: most are as blocks make them, some are not. */
static void make_event(uint64_t *state, VrEvent *access, VrEvent *e)
{
    static const uint8_t kinds[] = {
        VR_STIM_RESET, VR_STIM_READ, VR_STIM_WRITE, VR_STIM_MSG, VR_STIM_WIRE,
        VR_STIM_TIME, VR_EFF_DATA, VR_EFF_ERROR, VR_EFF_MSG, VR_EFF_WIRE,
        VR_EFF_MEM_READ, VR_EFF_MEM_WRITE, VR_EFF_MEM_CAS, 0x7f, 0xff,
    };
    uint64_t *words = (uint64_t *)e;

    memset(e, 0, sizeof(*e));
    e->kind = kinds[next_random(state) % sizeof(kinds)];
    if (next_random(state) % 8 == 0) {
        words[next_random(state) % 8] ^= any_value(state);
    } else if (e->kind == VR_EFF_DATA || e->kind == VR_EFF_ERROR) {
        make_end_of_access(state, access, e);
    } else {
        make_usual_event(state, e);
    }
    if (e->kind == VR_STIM_READ || e->kind == VR_STIM_WRITE) {
        *access = *e;
    }
}

static VrEvent *make_events(void)
{
    VrEvent *events = g_new(VrEvent, EVENTS);
    VrEvent access = { 0 };
    uint64_t state = 1;

    for (int i = 0; i < EVENTS; i++) {
        make_event(&state, &access, &events[i]);
    }
    return events;
}

static void write_recording(const char *path, const VrEvent *events, int n)
{
    const VrParam param = { "depth", 7 };
    const VrVariant variant = { &param, 1 };
    VrError err;
    VrRecorder *rec = vr_recorder_open(path, &fake_type, "fake-a", &variant,
                                       &err);

    g_assert_nonnull(rec);
    for (int i = 0; i < n; i++) {
        vr_recorder_event(rec, &events[i]);
    }
    vr_recorder_set_outcome(rec, "two\nlines");
    vr_recorder_set_outcome(rec, "not the first");
    g_assert_true(vr_recorder_close(rec, &err));
}

/* Number of events, which must be the first ones of @events. */
static int read_events(VrRecording *r, const VrEvent *events)
{
    VrEvent e;
    int n = 0;

    while (vr_recording_next(r, &e)) {
        g_assert_cmpint(n, <, EVENTS);
        g_assert_cmpmem(&e, sizeof(e), &events[n], sizeof(e));
        n++;
    }
    return n;
}

static void test_crc(void)
{
    const char *nine = "123456789";

    g_assert_cmphex(vr_crc32(0, nine, 9), ==, 0xcbf43926);
    g_assert_cmphex(vr_crc32(vr_crc32(0, nine, 4), nine + 4, 5), ==,
                    0xcbf43926);
    g_assert_cmphex(vr_crc32(0, "", 0), ==, 0);
}

static void test_codec(void)
{
    g_autofree VrEvent *events = make_events();
    VrCodec enc = { 0 }, dec = { 0 };
    uint8_t bytes[VR_CODEC_MAX];
    VrEvent e;

    for (int i = 0; i < EVENTS; i++) {
        size_t n = vr_encode(&enc, &events[i], bytes);
        VrCodec before = dec;

        g_assert_cmpuint(n, <=, VR_CODEC_MAX);
        for (size_t cut = 0; cut < n; cut++) {
            VrCodec scratch = before;

            g_assert_cmpuint(vr_decode(&scratch, bytes, cut, &e), ==, 0);
        }
        g_assert_cmpuint(vr_decode(&dec, bytes, n, &e), ==, n);
        g_assert_cmpmem(&e, sizeof(e), &events[i], sizeof(e));
    }
}

/* Every event with any one byte that it ought not to have. */
static void test_unusual(void)
{
    g_autofree VrEvent *events = make_events();
    uint8_t bytes[VR_CODEC_MAX];
    VrEvent e;

    for (size_t i = 0; i < 200 * sizeof(VrEvent); i++) {
        VrEvent odd = events[i / sizeof(VrEvent)];
        VrCodec enc = { 0 }, dec = { 0 };
        size_t n;

        ((uint8_t *)&odd)[i % sizeof(odd)] ^= 0x15;
        n = vr_encode(&enc, &odd, bytes);
        g_assert_cmpuint(vr_decode(&dec, bytes, n, &e), ==, n);
        g_assert_cmpmem(&e, sizeof(e), &odd, sizeof(odd));
    }
}

static size_t encoded_size(const VrEvent *e)
{
    VrCodec codec = { 0 };
    uint8_t bytes[VR_CODEC_MAX];

    return vr_encode(&codec, e, bytes);
}

static void test_compact(void)
{
    const VrEvent write = {
        .kind = VR_STIM_WRITE, .size = 4, .attr = VR_ATTR_SECURE,
        .addr = 0x10100, .data = { 0xffffffff },
    };
    const VrEvent msg = {
        .kind = VR_EFF_MSG, .id = 1, .addr = 31, .data = { 0x1ff },
    };
    const VrEvent mem = {
        .kind = VR_EFF_MEM_READ, .size = 8, .addr = 0x40000000,
        .data = { 0x12345678 },
    };

    g_assert_cmpuint(encoded_size(&write), <=, 9);
    g_assert_cmpuint(encoded_size(&msg), <=, 5);
    g_assert_cmpuint(encoded_size(&mem), <=, 12);
}

static void test_round_trip(void)
{
    g_autofree VrEvent *events = make_events();
    g_autofree char *path = path_of("whole");
    const VrRecordingInfo *info;
    VrRecording *r;
    VrError err;

    write_recording(path, events, EVENTS);
    r = vr_recording_open(path, &err);
    g_assert_nonnull(r);
    info = vr_recording_info(r);
    g_assert_true(info->type == &fake_type);
    g_assert_cmpstr(info->backend, ==, "fake-a");
    g_assert_cmpuint(info->variant.count, ==, 2);
    g_assert_cmpuint(vr_variant_get(&fake_type, &info->variant, "depth"), ==,
                     7);
    g_assert_cmpuint(read_events(r, events), ==, EVENTS);
    g_assert_null(vr_recording_damage(r));
    g_assert_cmpstr(vr_recording_outcome(r), ==, "two lines");
    vr_recording_close(r);
}

static void test_more_after_end(void)
{
    g_autofree VrEvent *events = make_events();
    g_autofree char *path = path_of("longer");
    VrRecording *r;
    VrError err;
    FILE *f;

    write_recording(path, events, EVENTS);
    f = g_fopen(path, "ab");
    fputc('x', f);
    fclose(f);
    r = vr_recording_open(path, &err);
    g_assert_cmpuint(read_events(r, events), ==, EVENTS);
    g_assert_nonnull(strstr(vr_recording_damage(r), "after the end"));
    vr_recording_close(r);
}

typedef struct Bytes {
    char *data;
    gsize len;
} Bytes;

static void put_file(const char *path, const char *data, size_t len)
{
    g_assert_true(g_file_set_contents(path, data, len, NULL));
}

static Bytes whole_file(const VrEvent *events)
{
    g_autofree char *path = path_of("template");
    Bytes b;

    write_recording(path, events, EVENTS);
    g_assert_true(g_file_get_contents(path, &b.data, &b.len, NULL));
    return b;
}

static size_t header_size(const Bytes *b)
{
    uint32_t text;

    memcpy(&text, b->data + 12, 4);
    return 32 + text;
}

/* Events in the whole chunks before a cut, by the chunks' own headers. */
static int events_before(const Bytes *b, size_t cut)
{
    size_t at = header_size(b);
    int events = 0;

    while (at + 16 <= cut) {
        uint32_t size, n;

        memcpy(&size, b->data + at + 4, 4);
        memcpy(&n, b->data + at + 8, 4);
        at += 16 + size;
        events += at <= cut ? n : 0;
    }
    return events;
}

/* Written in place, since thousands of files would take a minute. */
static void test_cut_at_every_byte(void)
{
    g_autofree VrEvent *events = make_events();
    g_autofree char *path = path_of("cut");
    Bytes b = whole_file(events);
    size_t header = header_size(&b);

    g_assert_cmpuint(b.len, >, 2 * 4096 + 2048);
    put_file(path, b.data, b.len);
    for (size_t cut = b.len - 1; cut < b.len; cut--) {
        VrRecording *r;
        VrError err;

        g_assert_cmpint(truncate(path, cut), ==, 0);
        r = vr_recording_open(path, &err);
        g_assert_cmpint(r != NULL, ==, cut >= header);
        if (!r) {
            g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
            continue;
        }
        /* All that is in whole chunks, up to the end chunk's own text. */
        if (events_before(&b, cut) != read_events(r, events)) {
            g_error("cut at %zu", cut);
        }
        g_assert_nonnull(vr_recording_damage(r));
        g_assert_nonnull(strstr(vr_recording_damage(r), "at offset"));
        vr_recording_close(r);
    }
    g_free(b.data);
}

static void flip(const char *path, size_t at, char value)
{
    FILE *f = g_fopen(path, "r+b");

    g_assert_nonnull(f);
    g_assert_cmpint(fseek(f, at, SEEK_SET), ==, 0);
    g_assert_cmpint(fputc((unsigned char)value, f), !=, EOF);
    g_assert_cmpint(fclose(f), ==, 0);
}

static void test_flip_every_byte(void)
{
    g_autofree VrEvent *events = make_events();
    g_autofree char *path = path_of("flipped");
    Bytes b = whole_file(events);

    put_file(path, b.data, b.len);
    for (size_t at = 0; at < b.len; at++) {
        VrRecording *r;
        VrError err;

        flip(path, at, b.data[at] ^ 1 << at % 8);
        r = vr_recording_open(path, &err);
        g_assert_cmpint(r != NULL, ==, at >= header_size(&b));
        if (r) {
            /* Never a wrong event; the damage is always seen. */
            g_assert_cmpint(read_events(r, events), ==,
                            events_before(&b, at));
            g_assert_nonnull(vr_recording_damage(r));
            vr_recording_close(r);
        }
        flip(path, at, b.data[at]);
    }
    g_free(b.data);
}

static void test_no_space(void)
{
    VrEvent e = { .kind = VR_STIM_READ, .size = 4 };
    VrRecorder *rec;
    VrError err = { 0 };

    rec = vr_recorder_open("/dev/full", &fake_type, "fake-a", NULL, &err);
    g_assert_nonnull(rec);
    for (int i = 0; i < 10000; i++) {
        vr_recorder_event(rec, &e);
    }
    g_assert_false(vr_recorder_close(rec, &err));
    g_assert_cmpint(err.code, ==, VR_ERR_ENVIRONMENT);
    g_assert_nonnull(strstr(err.text, "/dev/full"));
    g_assert_null(vr_recorder_open("/nonexistent/x", &fake_type, "fake-a",
                                   NULL, &err));
    g_assert_true(vr_recorder_close(NULL, &err));
}

static void test_not_a_recording(void)
{
    g_autofree char *path = path_of("text");
    VrError err;

    put_file(path, "hello, this is no recording at all\n", 35);
    g_assert_null(vr_recording_open(path, &err));
    g_assert_nonnull(strstr(err.text, "not a recording"));
    put_file(path, "", 0);
    g_assert_null(vr_recording_open(path, &err));
    g_assert_null(vr_recording_open("/nonexistent", &err));
    g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
}

/* --- replay --- */

static void drive(VrBlock *b)
{
    for (uint32_t i = 0; i < 200; i++) {
        vr_block_write(b, 8 * (i % 8), 8, 0, i, NULL);
        vr_block_read(b, 8 * (i % 5), 8, 0, NULL);
        vr_block_msg(b, 1 + i % 7, 8 * (i % 16), i);
    }
    vr_block_read(b, 0x2000, 4, 0, NULL);
    vr_block_msg(b, 2, 5000, 1);
}

static void record_run(const char *path, const char *backend)
{
    FakeHost host = { 0 };
    VrError err;
    VrBlock *b = vr_block_create(&fake_type, backend, NULL, &fake_host, &host,
                                 &err);
    VrRecorder *rec = vr_recorder_open(path, &fake_type, backend, NULL, &err);

    memset(host.memory, 0x11, sizeof(host.memory));
    vr_block_observe(b, vr_recorder_event, rec);
    drive(b);
    vr_block_destroy(b);
    g_assert_true(vr_recorder_close(rec, &err));
}

static void replay(const char *path, const VrReplayOptions *options,
                   VrReplayResult *result)
{
    VrError err;
    VrRecording *r = vr_recording_open(path, &err);

    g_assert_nonnull(r);
    if (!vr_replay(r, options, result, &err)) {
        g_error("%s", err.text);
    }
    vr_recording_close(r);
}

static void test_replay_same(void)
{
    g_autofree char *path = path_of("run");
    VrReplayOptions options = { 0 };
    VrReplayResult result;

    record_run(path, "fake-a");
    replay(path, &options, &result);
    g_assert_false(result.diverged);
    g_assert_cmpuint(result.stimuli, ==, 602);
    options.backend = "lockstep:fake-b:fake-a";
    replay(path, &options, &result);
    g_assert_false(result.diverged);
    g_assert_false(result.mismatched);
    g_assert_cmpuint(result.lockstep.stimuli, ==, 602);
    options.until = 10;
    replay(path, &options, &result);
    g_assert_cmpuint(result.stimuli, ==, 10);
}

static void expect_divergence(const char *path, FakePlant plant,
                              uint64_t stimulus)
{
    const VrReplayOptions options = { .backend = "fake-b" };
    VrReplayResult result;

    fake_plant_b = plant;
    replay(path, &options, &result);
    fake_plant_b = PLANT_NONE;
    g_assert_true(result.diverged);
    g_assert_cmpuint(result.stimulus, ==, stimulus);
    g_assert_cmpuint(result.stimuli, ==, stimulus);
    g_assert_nonnull(strstr(result.text, "recording: "));
    g_assert_cmphex(result.context[result.context_count - 1].kind, <, 0x80);
}

static void test_replay_diverges(void)
{
    g_autofree char *path = path_of("run2");
    const VrReplayOptions options = { .backend = "fake-b" };
    VrReplayResult result;

    record_run(path, "fake-a");
    expect_divergence(path, PLANT_DATA, 2);
    expect_divergence(path, PLANT_ERROR, 2);
    expect_divergence(path, PLANT_ADDRESS, 3);
    expect_divergence(path, PLANT_DESIRED, 9);
    expect_divergence(path, PLANT_MISSING, 12);
    expect_divergence(path, PLANT_EXTRA, 12);
    expect_divergence(path, PLANT_ORDER, 15);
    fake_plant_b = PLANT_SWAP;
    replay(path, &options, &result);
    fake_plant_b = PLANT_NONE;
    g_assert_false(result.diverged);
    g_assert_cmpuint(result.reorderings, >, 0);
}

/* A lockstep's recording ends in the same mismatch again. */
static void test_replay_mismatch(void)
{
    g_autofree char *path = path_of("mismatch");
    const VrReplayOptions options = { 0 };
    VrReplayResult first, second;

    fake_plant_a = PLANT_ORDER;
    record_run(path, "lockstep:fake-a:fake-b");
    replay(path, &options, &first);
    replay(path, &options, &second);
    fake_plant_a = PLANT_NONE;
    g_assert_true(first.mismatched);
    g_assert_false(first.diverged);
    g_assert_cmpuint(first.stimulus, ==, 15);
    g_assert_cmpuint(second.stimulus, ==, 15);
    g_assert_cmpstr(first.text, ==, second.text);
    g_assert_cmpuint(first.stimuli, ==, 15);
}

/* A cut recording replays up to the cut, and says that it was cut. */
static void test_replay_cut(void)
{
    g_autofree char *path = path_of("cut-run");
    const VrReplayOptions options = { 0 };
    g_autofree char *data = NULL;
    VrReplayResult result;
    gsize len;

    record_run(path, "fake-a");
    g_assert_true(g_file_get_contents(path, &data, &len, NULL));
    put_file(path, data, len - 100);
    replay(path, &options, &result);
    g_assert_false(result.diverged);
    g_assert_cmpuint(result.stimuli, >, 100);
    g_assert_cmpuint(result.stimuli, <, 602);
    g_assert_nonnull(strstr(result.damage, "cut off"));
}

static void remove_files(void)
{
    GDir *d = g_dir_open(dir, 0, NULL);
    const char *name;

    while (d && (name = g_dir_read_name(d))) {
        g_autofree char *path = path_of(name);

        g_unlink(path);
    }
    g_dir_close(d);
    g_rmdir(dir);
}

int main(int argc, char **argv)
{
    int ret;

    g_test_init(&argc, &argv, NULL);
    dir = g_dir_make_tmp("virelay-recording-XXXXXX", NULL);
    g_assert_nonnull(dir);
    g_test_add_func("/recording/crc", test_crc);
    g_test_add_func("/recording/codec", test_codec);
    g_test_add_func("/recording/unusual", test_unusual);
    g_test_add_func("/recording/compact", test_compact);
    g_test_add_func("/recording/round-trip", test_round_trip);
    g_test_add_func("/recording/more-after-end", test_more_after_end);
    g_test_add_func("/recording/cut", test_cut_at_every_byte);
    g_test_add_func("/recording/flip", test_flip_every_byte);
    g_test_add_func("/recording/no-space", test_no_space);
    g_test_add_func("/recording/not-a-recording", test_not_a_recording);
    g_test_add_func("/replay/same", test_replay_same);
    g_test_add_func("/replay/diverges", test_replay_diverges);
    g_test_add_func("/replay/mismatch", test_replay_mismatch);
    g_test_add_func("/replay/cut", test_replay_cut);
    ret = g_test_run();
    remove_files();
    g_free(dir);
    return ret;
}
