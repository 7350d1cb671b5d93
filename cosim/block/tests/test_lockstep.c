/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lockstep, with every kind of mismatch planted in one half or the other. */
#include "effects.h"
#include "fake_block.h"
#include "lockstep.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

typedef struct Fixture {
    FakeHost host;
    VrBlock *b;
    unsigned reports;
    VrMismatch last;
    VrEvent dut, ref;
    bool has_dut, has_ref;
    char text[1024];
    VrEvent context[64];
} Fixture;

static void on_mismatch(void *opaque, const VrMismatch *m)
{
    Fixture *f = opaque;

    f->reports++;
    f->last = *m;
    f->has_dut = m->dut != NULL;
    f->has_ref = m->ref != NULL;
    if (m->dut) {
        f->dut = *m->dut;
    }
    if (m->ref) {
        f->ref = *m->ref;
    }
    g_strlcpy(f->text, m->text, sizeof(f->text));
    memcpy(f->context, m->context, m->context_count * sizeof(VrEvent));
}

static void setup(Fixture *f, FakePlant a, FakePlant b, bool keep_going)
{
    const VrLockstepOptions options = {
        .keep_going = keep_going, .on_mismatch = on_mismatch, .opaque = f,
    };
    VrError err;

    memset(f, 0, sizeof(*f));
    fake_plant_a = a;
    fake_plant_b = b;
    f->b = vr_block_create(&fake_type, "lockstep:fake-a:fake-b", NULL,
                           &fake_host, &f->host, &err);
    g_assert_nonnull(f->b);
    g_assert_true(vr_lockstep_configure(f->b, &options));
}

static void teardown(Fixture *f)
{
    vr_block_destroy(f->b);
    fake_plant_a = fake_plant_b = PLANT_NONE;
}

static bool msg(Fixture *f, uint32_t id, uint64_t addr, uint64_t data)
{
    const VrEvent stim = {
        .kind = VR_STIM_MSG, .id = id, .addr = addr, .data = { data },
    };

    return vr_block_apply(f->b, &stim, NULL);
}

static bool read_reg(Fixture *f, uint64_t addr)
{
    const VrEvent stim = { .kind = VR_STIM_READ, .size = 8, .addr = addr };
    VrReply reply;

    return vr_block_apply(f->b, &stim, &reply);
}

static void test_equal(void)
{
    const VrLockstepStats *stats;
    Fixture f;

    setup(&f, PLANT_NONE, PLANT_NONE, false);
    vr_block_write(f.b, 0, 8, 0, 5, NULL);
    g_assert_cmpuint(vr_block_read(f.b, 0, 8, 0, NULL), ==, 5);
    for (uint32_t id = 1; id < 8; id++) {
        g_assert_true(msg(&f, id, 8 * id, id));
    }
    stats = vr_lockstep_stats(f.b);
    g_assert_cmpuint(stats->stimuli, ==, 9);
    g_assert_cmpuint(stats->effects, ==, 1 + 2 + 1 + 2 + 2 + 2 + 1 + 4);
    g_assert_cmpuint(stats->reorderings, ==, 0);
    g_assert_cmpuint(stats->mismatches, ==, 0);
    teardown(&f);
}

/* The planted half does one thing at stimulus 2; it must be found there. */
static void expect(FakePlant plant, uint32_t id, bool has_right,
                   bool has_planted)
{
    for (int planted_ref = 0; planted_ref < 2; planted_ref++) {
        Fixture f;
        bool ok;

        setup(&f, planted_ref ? PLANT_NONE : plant,
              planted_ref ? plant : PLANT_NONE, false);
        g_assert_true(msg(&f, 6, 0, 1));
        ok = id ? msg(&f, id, 16, 3) : read_reg(&f, 8);
        g_assert_false(ok);
        g_assert_cmpuint(f.reports, ==, 1);
        g_assert_cmpuint(f.last.stimulus, ==, 2);
        g_assert_cmpint(f.has_dut, ==, planted_ref ? has_right : has_planted);
        g_assert_cmpint(f.has_ref, ==, planted_ref ? has_planted : has_right);
        g_assert_cmpuint(vr_lockstep_stats(f.b)->mismatches, ==, 1);
        /* Stopped for ever. */
        g_assert_false(msg(&f, 6, 0, 0));
        g_assert_false(msg(&f, 6, 0, 0));
        g_assert_cmpuint(vr_lockstep_stats(f.b)->stimuli, ==, 2);
        teardown(&f);
    }
}

static void test_data(void)
{
    Fixture f;

    expect(PLANT_DATA, 0, true, true);
    setup(&f, PLANT_DATA, PLANT_NONE, false);
    g_assert_false(read_reg(&f, 24));
    g_assert_cmphex(f.dut.data[0], ==, 1);
    g_assert_cmphex(f.ref.data[0], ==, 0);
    /* The text names the register, both halves and both values. */
    g_assert_cmpstr(f.text, ==, "stimulus 1 (kind 2 id 0 addr 18 data 0): "
                    "fake-a: kind 81 id 0 addr 18 data 1; "
                    "fake-b: kind 81 id 0 addr 18 data 0");
    teardown(&f);
}

static void test_error_response(void)
{
    expect(PLANT_ERROR, 0, true, true);
}

static void test_missing(void)
{
    expect(PLANT_MISSING, 4, true, false);
}

static void test_extra(void)
{
    expect(PLANT_EXTRA, 4, false, true);
}

static void test_order(void)
{
    expect(PLANT_ORDER, 5, true, true);
}

static void test_address(void)
{
    expect(PLANT_ADDRESS, 2, true, true);
    expect(PLANT_ADDRESS, 1, true, true);
}

static void test_cas_value(void)
{
    expect(PLANT_DESIRED, 3, true, true);
}

static void test_legal_swap(void)
{
    Fixture f;

    setup(&f, PLANT_SWAP, PLANT_NONE, false);
    g_assert_true(msg(&f, 4, 0, 0));
    g_assert_true(msg(&f, 4, 0, 0));
    g_assert_true(msg(&f, 5, 0, 0));
    g_assert_cmpuint(f.reports, ==, 0);
    g_assert_cmpuint(vr_lockstep_stats(f.b)->reorderings, ==, 2);
    teardown(&f);
}

/* Memory belongs to the DUT alone. */
static void test_performed_once(void)
{
    Fixture f;

    setup(&f, PLANT_NONE, PLANT_NONE, false);
    msg(&f, 1, 16, 0);
    msg(&f, 2, 24, 9);
    msg(&f, 3, 32, 7);
    g_assert_cmpuint(f.host.reads, ==, 1);
    g_assert_cmpuint(f.host.writes, ==, 1);
    g_assert_cmpuint(f.host.cas, ==, 1);
    g_assert_cmpuint(f.host.memory[24], ==, 9);
    g_assert_cmpuint(f.host.memory[32], ==, 7);
    g_assert_cmpuint(f.host.msgs, ==, 2);
    /* Again: the CAS now fails, for the shadow too. */
    msg(&f, 3, 32, 8);
    g_assert_cmpuint(f.host.memory[32], ==, 7);
    g_assert_cmpuint(f.host.last_msg.data[0], ==, 7);
    g_assert_cmpuint(f.reports, ==, 0);
    teardown(&f);
}

static void scribble(void *opaque, const VrEvent *e)
{
    FakeHost *host = opaque;

    /* A running vCPU: memory changes right after the DUT has read it. */
    if (e->kind == VR_EFF_MEM_READ) {
        memset(host->memory, 0xee, sizeof(host->memory));
    }
}

static void test_served_from_log(void)
{
    Fixture f;

    setup(&f, PLANT_NONE, PLANT_NONE, false);
    vr_block_observe(f.b, scribble, &f.host);
    f.host.memory[16] = 3;
    g_assert_true(msg(&f, 1, 16, 0));
    g_assert_cmpuint(f.reports, ==, 0);
    g_assert_cmphex(f.host.last_msg.data[0], ==, 3);
    /* The same address twice: each read has its own answer. */
    g_assert_true(msg(&f, 8, 32, 0x44));
    g_assert_cmphex(f.host.last_msg.addr, !=, f.host.last_msg.data[0]);
    g_assert_cmpuint(f.reports, ==, 0);
    /* Faults are served too. */
    g_assert_true(msg(&f, 2, 1000, 1));
    g_assert_true(msg(&f, 1, 1000, 1));
    g_assert_cmpuint(f.reports, ==, 0);
    teardown(&f);
}

static void test_keep_going(void)
{
    Fixture f;

    setup(&f, PLANT_DATA, PLANT_NONE, true);
    for (int i = 0; i < 5; i++) {
        g_assert_true(read_reg(&f, 0));
    }
    g_assert_cmpuint(f.reports, ==, 5);
    g_assert_cmpuint(f.last.stimulus, ==, 5);
    g_assert_cmpuint(vr_lockstep_stats(f.b)->mismatches, ==, 5);
    teardown(&f);
}

static void test_context(void)
{
    Fixture f;

    setup(&f, PLANT_DATA, PLANT_NONE, false);
    for (unsigned i = 0; i < 100; i++) {
        msg(&f, 6, 0, i);
    }
    read_reg(&f, 8);
    g_assert_cmpuint(f.last.context_count, ==, 63);
    g_assert_cmphex(f.context[62].kind, ==, VR_STIM_READ);
    g_assert_cmphex(f.context[61].kind, ==, VR_EFF_WIRE);
    g_assert_cmpuint(f.context[61].data[0], ==, 99);
    g_assert_cmphex(f.context[60].kind, ==, VR_STIM_MSG);
    teardown(&f);
}

/* One half hangs: found whichever it is, and the end even of keep_going. */
static void check_hang(FakePlant a, FakePlant b, const char *name)
{
    g_autofree char *text = g_strdup_printf("): %s hangs", name);
    Fixture f;

    setup(&f, a, b, true);
    g_assert_true(msg(&f, 6, 0, 1));
    g_assert_false(read_reg(&f, 8));
    g_assert_false(read_reg(&f, 8));
    g_assert_cmpuint(f.reports, ==, 1);
    g_assert_cmpuint(f.last.stimulus, ==, 2);
    g_assert_false(f.has_dut || f.has_ref);
    g_assert_nonnull(strstr(f.text, text));
    g_assert_cmpuint(vr_lockstep_stats(f.b)->mismatches, ==, 1);
    teardown(&f);
}

static void test_hang(void)
{
    check_hang(PLANT_HANG, PLANT_NONE, "fake-a");
    check_hang(PLANT_NONE, PLANT_HANG, "fake-b");
}

/* What stops the run is still told to the observers, the host and the guest. */
static void count_data(void *opaque, const VrEvent *e)
{
    *(unsigned *)opaque += e->kind == VR_EFF_DATA;
}

static void test_last_stimulus(void)
{
    unsigned data = 0;
    Fixture f;

    setup(&f, PLANT_DATA, PLANT_NONE, false);
    vr_block_observe(f.b, count_data, &data);
    g_assert_cmpuint(vr_block_read(f.b, 8, 8, 0, NULL), ==, 1);
    vr_block_read(f.b, 8, 8, 0, NULL);
    g_assert_cmpuint(data, ==, 1);
    teardown(&f);
}

static void test_state(void)
{
    uint8_t state[256];
    Fixture f;
    VrError err;
    VrBlock *b;
    int64_t n;

    setup(&f, PLANT_NONE, PLANT_NONE, false);
    vr_block_write(f.b, 8, 8, 0, 42, NULL);
    n = vr_block_save(f.b, state, sizeof(state));
    g_assert_cmpint(n, ==, 24 + 64 + 64);
    g_assert_cmpint(vr_block_save(f.b, NULL, 0), ==, n);
    vr_block_reset(f.b);
    g_assert_cmpint(vr_block_load(f.b, state, n), ==, 0);
    g_assert_cmpuint(vr_block_read(f.b, 8, 8, 0, NULL), ==, 42);
    g_assert_cmpuint(f.reports, ==, 0);
    for (int64_t cut = 0; cut < n; cut++) {
        g_assert_cmpint(vr_block_load(f.b, state, cut), ==, -EINVAL);
    }
    state[0] ^= 1;
    g_assert_cmpint(vr_block_load(f.b, state, n), ==, -EINVAL);
    teardown(&f);
    b = vr_block_create(&fake_type, "lockstep:fake-a:fake-nosave", NULL, NULL,
                        NULL, &err);
    g_assert_cmpint(vr_block_save(b, state, sizeof(state)), ==, -ENOTSUP);
    g_assert_cmpint(vr_block_load(b, state, n), ==, -ENOTSUP);
    vr_block_destroy(b);
}

static void test_not_lockstep(void)
{
    const VrLockstepOptions options = { 0 };
    VrError err;
    VrBlock *b = vr_block_create(&fake_type, "fake-a", NULL, NULL, NULL, &err);

    g_assert_false(vr_lockstep_configure(b, &options));
    g_assert_null(vr_lockstep_stats(b));
    vr_block_destroy(b);
}

static size_t cap_after(size_t count)
{
    const VrEvent e = { .kind = VR_EFF_MEM_CAS };
    VrEffects log = { 0 };
    size_t cap;

    for (size_t i = 0; i < count; i++) {
        vr_effects_push(&log, &e);
    }
    g_assert_cmpuint(log.count, ==, count);
    vr_effects_clear(&log);
    g_assert_cmpuint(log.count, ==, 0);
    cap = log.cap;
    vr_effects_push(&log, &e);
    g_assert_cmpuint(log.count, ==, 1);
    vr_effects_free(&log);
    return cap;
}

/* A stimulus with many effects does not keep their memory for ever. */
static void test_memory(void)
{
    g_assert_cmpuint(cap_after(1000), >=, 1000);
    g_assert_cmpuint(cap_after(1000000), <=, 65536);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lockstep/equal", test_equal);
    g_test_add_func("/lockstep/data", test_data);
    g_test_add_func("/lockstep/error-response", test_error_response);
    g_test_add_func("/lockstep/missing", test_missing);
    g_test_add_func("/lockstep/extra", test_extra);
    g_test_add_func("/lockstep/order", test_order);
    g_test_add_func("/lockstep/address", test_address);
    g_test_add_func("/lockstep/cas-value", test_cas_value);
    g_test_add_func("/lockstep/legal-swap", test_legal_swap);
    g_test_add_func("/lockstep/performed-once", test_performed_once);
    g_test_add_func("/lockstep/served-from-log", test_served_from_log);
    g_test_add_func("/lockstep/keep-going", test_keep_going);
    g_test_add_func("/lockstep/hang", test_hang);
    g_test_add_func("/lockstep/context", test_context);
    g_test_add_func("/lockstep/last-stimulus", test_last_stimulus);
    g_test_add_func("/lockstep/state", test_state);
    g_test_add_func("/lockstep/not-lockstep", test_not_lockstep);
    g_test_add_func("/lockstep/memory", test_memory);
    return g_test_run();
}
