/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fuzzer's memory, and a failure that only a CPU's change of it brings
 * about: found, shortened, recorded, and replayed from the recording alone.
 */
#include "fake_block.h"
#include "fuzz/fuzz.h"
#include "replay.h"

#include <glib/gstdio.h>
#include <string.h>

/* --- memory --- */

static VrFuzzMemory *new_memory(uint64_t base)
{
    VrFuzzMemory *m = g_new0(VrFuzzMemory, 1);

    m->base = base;
    return m;
}

static void cpu(VrFuzzMemory *m, uint32_t id, uint64_t addr, uint64_t a,
                uint64_t b)
{
    const VrEvent item = {
        .kind = VR_FUZZ_CPU, .id = id, .addr = addr, .size = 16,
        .data = { a, b },
    };

    vr_fuzz_memory_cpu(m, &item);
}

static bool read8(VrFuzzMemory *m, uint64_t addr, uint64_t *value)
{
    return vr_fuzz_memory_host.mem_read(m, addr, value, 8);
}

static bool write8(VrFuzzMemory *m, uint64_t addr, uint64_t value)
{
    return vr_fuzz_memory_host.mem_write(m, addr, &value, 8);
}

static bool cas8(VrFuzzMemory *m, uint64_t addr, uint64_t expected,
                 uint64_t desired, uint64_t *found)
{
    return vr_fuzz_memory_host.mem_cas(m, addr, &expected, &desired, found,
                                       8);
}

static void test_bounds(void)
{
    const uint64_t base = -(uint64_t)0x1000; /* wraps in its midst */
    g_autofree VrFuzzMemory *m = new_memory(base);
    uint64_t v = 0;

    g_assert_true(write8(m, base, 1));
    g_assert_true(write8(m, -(uint64_t)4, 2));
    g_assert_true(write8(m, VR_FUZZ_MEMORY_SIZE - 0x1008, 3));
    g_assert_false(write8(m, VR_FUZZ_MEMORY_SIZE - 0x1007, 4));
    g_assert_false(write8(m, base - 1, 4));
    g_assert_false(read8(m, base - 8, &v));
    g_assert_true(read8(m, -(uint64_t)4, &v));
    g_assert_cmphex(v, ==, 2);
    g_assert_cmphex(vr_fuzz_memory_word(m, VR_FUZZ_MEMORY_SIZE - 0x1008), ==,
                    3);
    cpu(m, VR_FUZZ_STORE, VR_FUZZ_MEMORY_SIZE - 0x1008, 9, 9);
    cpu(m, VR_FUZZ_UPDATE, base - 1, 0, 9);
    cpu(m, VR_FUZZ_REFUSE, base - 1, VR_FUZZ_REFUSE_ALL, 0);
    cpu(m, 99, base, 1, 1);
    g_assert_cmphex(vr_fuzz_memory_word(m, VR_FUZZ_MEMORY_SIZE - 0x1008), ==,
                    3);
    cpu(m, VR_FUZZ_STORE, base + 16, 5, 6);
    cpu(m, VR_FUZZ_UPDATE, base + 24, 4, 1);
    g_assert_cmphex(vr_fuzz_memory_word(m, base + 16), ==, 5);
    g_assert_cmphex(vr_fuzz_memory_word(m, base + 24), ==, 5);
}

static void test_refuse(void)
{
    g_autofree VrFuzzMemory *m = new_memory(0x10000);
    uint64_t v;

    cpu(m, VR_FUZZ_REFUSE, 0x10040, VR_FUZZ_REFUSE_WRITES, 0);
    cpu(m, VR_FUZZ_REFUSE, 0x100bf, VR_FUZZ_REFUSE_ALL, 0);
    g_assert_true(write8(m, 0x10038, 1));
    g_assert_false(write8(m, 0x1003c, 1)); /* half of it */
    g_assert_true(read8(m, 0x10040, &v));
    g_assert_false(write8(m, 0x10040, 1));
    g_assert_false(cas8(m, 0x10040, 0, 1, &v));
    g_assert_false(read8(m, 0x10080, &v));
    g_assert_false(read8(m, 0x1007c, &v));
    cpu(m, VR_FUZZ_REFUSE, 0x10080, VR_FUZZ_REFUSE_NONE, 0);
    g_assert_true(cas8(m, 0x10080, 0, 1, &v));
    g_assert_cmphex(vr_fuzz_memory_word(m, 0x10080), ==, 1);
}

static void test_race(void)
{
    g_autofree VrFuzzMemory *m = new_memory(0);
    const VrEvent race = {
        .kind = VR_FUZZ_CPU, .id = VR_FUZZ_RACE, .data = { ~1ull, 6 },
        .data2 = { 2, 1 },
    };
    uint64_t found;

    vr_fuzz_memory_cpu(m, &race);
    g_assert_true(cas8(m, 8, 0, 0xf1, &found)); /* left alone */
    g_assert_cmphex(found, ==, 0);
    g_assert_true(cas8(m, 8, 0xf1, 1, &found));
    g_assert_cmphex(found, ==, 0xf6);
    g_assert_true(cas8(m, 8, 0xf0, 1, &found)); /* succeeds, after the race */
    g_assert_cmphex(found, ==, 0xf0);
    g_assert_true(cas8(m, 8, 1, 2, &found)); /* it is over */
    g_assert_cmphex(found, ==, 1);
    g_assert_cmphex(vr_fuzz_memory_word(m, 8), ==, 2);
}

/* --- a run --- */

typedef struct State {
    VrFuzzMemory memory;
    unsigned count, lost;
} State;

static void begin(void *opaque, VrRng *rng, const VrBlockType *type,
                  const VrVariant *variant)
{
    State *s = opaque;
    uint64_t word = vr_rng_next(rng);

    (void)type;
    (void)variant;
    memcpy(s->memory.bytes + 8, &word, 8);
}

/* Additions and stores; in the 300th's midst a CPU adds something. */
static void next(void *opaque, VrRng *rng, VrEvent *item)
{
    State *s = opaque;

    memset(item, 0, sizeof(*item));
    item->addr = 8 * vr_rng_below(rng, 4);
    item->data[0] = 1 + vr_rng_below(rng, 1000);
    if (s->count++ % 3 == 0) {
        item->kind = VR_FUZZ_CPU;
        item->id = VR_FUZZ_UPDATE;
    } else if (s->count == 300) {
        item->kind = VR_FUZZ_CPU;
        item->id = VR_FUZZ_RACE;
        item->data[0] = ~0ull;
        item->data[1] = 0x5500;
        item->data2[0] = 2;
    } else {
        item->kind = VR_STIM_MSG;
        item->id = 9;
    }
}

static void effect(void *opaque, const VrEvent *e)
{
    State *s = opaque;

    s->lost += e->kind == VR_EFF_MEM_CAS && e->old[0] != e->data[0];
}

static VrFuzzMemory *memory(void *opaque)
{
    State *s = opaque;

    return &s->memory;
}

static const VrFuzzGenerator generator = {
    .block = "fake",
    .state_size = sizeof(State),
    .segment = 600,
    .begin = begin,
    .memory = memory,
    .next = next,
    .effect = effect,
};

static void replay(const char *path, VrReplayResult *result)
{
    const VrReplayOptions options = { 0 };
    VrError err;
    VrRecording *r = vr_recording_open(path, &err);

    g_assert_nonnull(r);
    g_assert_true(vr_replay(r, &options, result, &err));
    vr_recording_close(r);
}

static void check_recording(const VrFuzzResult *fuzz, guint i)
{
    const char *path = g_ptr_array_index(fuzz->recordings, i);
    VrReplayResult result;

    fake_plant_b = PLANT_LOST;
    replay(path, &result);
    g_assert_true(result.mismatched);
    g_assert_false(result.diverged);
    g_assert_cmpstr(result.text, ==, g_ptr_array_index(fuzz->texts, i));
    fake_plant_b = PLANT_NONE;
    replay(path, &result);
    g_assert_false(result.mismatched);
    g_assert_false(result.diverged);
    g_assert_cmpuint(result.effects, >, 3);
    g_unlink(path);
}

static void test_failure(void)
{
    g_autofree char *dir = g_dir_make_tmp("virelay-fuzz-XXXXXX", NULL);
    VrFuzzOptions options = {
        .type = &fake_type, .generator = &generator,
        .backend = "lockstep:fake-a:fake-b", .seed = 1, .count = 600,
        .max_mismatches = 1, .out = dir,
    };
    VrFuzzResult result;
    VrReplayResult replayed;
    VrError err;

    fake_plant_b = PLANT_LOST;
    if (!vr_fuzz_run(&options, &result, &err)) {
        g_error("%s", err.text);
    }
    g_assert_cmpuint(result.mismatches, ==, 1);
    g_assert_cmpuint(result.recordings->len, ==, 2);
    g_assert_cmpuint(result.stimuli, >, 150);
    replay(g_ptr_array_index(result.recordings, 1), &replayed);
    g_assert_cmpuint(replayed.stimuli, ==, 1); /* and the race with it */
    check_recording(&result, 0);
    check_recording(&result, 1);
    vr_fuzz_result_free(&result);
    g_rmdir(dir);
}

/* Without the plant, nothing; and the same trace every time. */
static void test_same_trace(void)
{
    VrFuzzOptions options = {
        .type = vr_block_type_find("vtd-ir"), .backend = "lockstep",
        .seed = 5, .count = 30000, .max_mismatches = 1, .out = "/nonexistent",
    };
    VrFuzzResult a, b;
    VrError err;

    options.generator = vr_fuzz_generator(options.type, &err);
    g_assert_nonnull(options.generator);
    g_assert_true(vr_fuzz_run(&options, &a, &err));
    g_assert_true(vr_fuzz_run(&options, &b, &err));
    g_assert_cmpuint(a.mismatches, ==, 0);
    g_assert_cmpuint(a.segments, ==, 15);
    g_assert_cmpstr(a.sha256, ==, b.sha256);
    g_assert_cmpmem(a.goals, sizeof(a.goals), b.goals, sizeof(b.goals));
    g_assert_null(vr_fuzz_missed(&options, &a)); /* too few to be judged */
    vr_fuzz_result_free(&a);
    vr_fuzz_result_free(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fuzz/memory/bounds", test_bounds);
    g_test_add_func("/fuzz/memory/refuse", test_refuse);
    g_test_add_func("/fuzz/memory/race", test_race);
    g_test_add_func("/fuzz/failure", test_failure);
    g_test_add_func("/fuzz/same-trace", test_same_trace);
    return g_test_run();
}
