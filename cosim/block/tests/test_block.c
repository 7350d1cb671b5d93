/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block contract: creation, errors, effects, observers, re-entry. */
#include "fake_block.h"
#include "nearest.h"
#include "variant.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

static VrBlock *create(FakeHost *host)
{
    VrError err;
    VrBlock *b = vr_block_create(&fake_type, "fake-a", NULL, &fake_host, host,
                                 &err);

    memset(host, 0, sizeof(*host));
    g_assert_nonnull(b);
    return b;
}

typedef struct Log {
    VrEvent e[32];
    unsigned n;
} Log;

static void keep(void *opaque, const VrEvent *e)
{
    Log *log = opaque;

    g_assert_cmpuint(log->n, <, G_N_ELEMENTS(log->e));
    log->e[log->n++] = *e;
}

static void test_registry(void)
{
    bool found = false;
    const char *name;

    g_assert_true(vr_block_type_find("fake") == &fake_type);
    g_assert_null(vr_block_type_find("faker"));
    g_assert_nonnull(vr_block_type_find("gicv3-redist"));
    for (size_t i = 0; (name = vr_backend_name_at(&fake_type, i)); i++) {
        found |= !strcmp(name, "lockstep");
        g_assert_cmpstr(name, !=, "model");
    }
    g_assert_true(found);
}

static void expect_error(const char *backend, VrParam param, const char *hint)
{
    const VrVariant variant = { &param, param.name ? 1 : 0 };
    VrError err = { 0 };

    g_assert_null(vr_block_create(&fake_type, backend, &variant, NULL, NULL,
                                  &err));
    g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
    if (!strstr(err.text, hint)) {
        g_error("'%s' does not say '%s'", err.text, hint);
    }
}

static void test_errors(void)
{
    expect_error("fake-c", (VrParam){ 0 }, "'fake-a'");
    expect_error("lockstp:x", (VrParam){ 0 }, "'lockstep'");
    expect_error("zzzzzzzz", (VrParam){ 0 }, "known: fake-a, fake-b");
    expect_error("fake-a", (VrParam){ "dept", 2 }, "'depth'");
    expect_error("fake-a", (VrParam){ "depth", 17 }, "1 to 16");
    expect_error("lockstep:fake-a", (VrParam){ 0 }, "lockstep:DUT:REFERENCE");
    expect_error("lockstep::fake-a", (VrParam){ 0 }, "DUT:REFERENCE");
    expect_error("lockstep:fake-a:fake-b:x", (VrParam){ 0 }, "DUT:REFERENCE");
    expect_error("lockstep:lockstep:fake-b", (VrParam){ 0 }, "DUT:REFERENCE");
    expect_error("lockstep:fake-a:fake-x", (VrParam){ 0 }, "'fake-x'");
}

static void test_variant(void)
{
    const VrParam params[] = { { "depth", 2 }, { "depth", 3 } };
    const VrVariant v = { params, 2 };
    VrParam parsed;
    VrError err;

    g_assert_cmpuint(vr_variant_get(&fake_type, &v, "depth"), ==, 3);
    g_assert_cmpuint(vr_variant_get(&fake_type, NULL, "depth"), ==, 4);
    g_assert_true(vr_variant_parse(&fake_type, "width=0x10", &parsed, &err));
    g_assert_cmpuint(parsed.value, ==, 16);
    g_assert_cmpstr(parsed.name, ==, "width");
    g_assert_false(vr_variant_parse(&fake_type, "width", &parsed, &err));
    g_assert_false(vr_variant_parse(&fake_type, "width=", &parsed, &err));
    g_assert_false(vr_variant_parse(&fake_type, "width=-1", &parsed, &err));
    g_assert_false(vr_variant_parse(&fake_type, "width=1x", &parsed, &err));
    g_assert_false(vr_variant_parse(&fake_type, "=1", &parsed, &err));
}

static void test_distance(void)
{
    g_assert_cmpuint(vr_edit_distance("model", "model"), ==, 0);
    g_assert_cmpuint(vr_edit_distance("modle", "model"), ==, 1);
    g_assert_cmpuint(vr_edit_distance("mdel", "model"), ==, 1);
    g_assert_cmpuint(vr_edit_distance("kitten", "sitting"), ==, 3);
    g_assert_cmpuint(vr_edit_distance("", "abc"), ==, 3);
}

static void test_access(void)
{
    FakeHost host;
    VrBlock *b = create(&host);
    Log log = { 0 };
    bool error;

    g_assert_true(vr_block_observe(b, keep, &log));
    vr_block_write(b, 8, 8, VR_ATTR_SECURE, 0x1234, &error);
    g_assert_false(error);
    g_assert_cmphex(vr_block_read(b, 8, 4, 0, &error), ==, 0x1234);
    g_assert_false(error);
    vr_block_read(b, 0x1000, 4, 0, &error);
    g_assert_true(error);
    vr_block_write(b, 0x1000, 4, 0, 0, &error);
    g_assert_true(error);
    g_assert_cmpuint(log.n, ==, 7);
    g_assert_cmphex(log.e[0].kind, ==, VR_STIM_WRITE);
    g_assert_cmphex(log.e[0].attr, ==, VR_ATTR_SECURE);
    g_assert_cmphex(log.e[1].kind, ==, VR_STIM_READ);
    g_assert_cmphex(log.e[2].kind, ==, VR_EFF_DATA);
    g_assert_cmphex(log.e[2].addr, ==, 8);
    g_assert_cmpuint(log.e[2].size, ==, 4);
    g_assert_cmphex(log.e[2].data[0], ==, 0x1234);
    g_assert_cmphex(log.e[4].kind, ==, VR_EFF_ERROR);
    g_assert_cmphex(log.e[6].kind, ==, VR_EFF_ERROR);
    vr_block_destroy(b);
}

static void test_effects(void)
{
    FakeHost host;
    VrBlock *b = create(&host);
    Log log = { 0 };
    uint64_t word = 0x55;

    vr_block_observe(b, keep, &log);
    memcpy(host.memory + 16, &word, 8);
    vr_block_msg(b, 1, 16, 0);
    g_assert_cmphex(host.last_msg.data[0], ==, 0x55);
    g_assert_cmphex(log.e[1].kind, ==, VR_EFF_MEM_READ);
    g_assert_cmphex(log.e[1].data[0], ==, 0x55);
    log.n = 0;
    vr_block_msg(b, 3, 16, 0x66); /* not 0: fails, and says what it found */
    g_assert_cmphex(log.e[1].old[0], ==, 0x55);
    g_assert_cmphex(log.e[1].data2[0], ==, 0x66);
    g_assert_cmphex(host.memory[16], ==, 0x55);
    log.n = 0;
    vr_block_msg(b, 2, 1000, 1); /* faults */
    g_assert_cmphex(log.e[1].attr, ==, VR_ATTR_FAULT);
    g_assert_cmphex(log.e[2].id, ==, 9);
    log.n = 0;
    vr_block_msg(b, 1, 1000, 0);
    g_assert_cmphex(log.e[1].attr, ==, VR_ATTR_FAULT);
    g_assert_cmphex(host.last_msg.data[0], ==, 0);
    log.n = 0;
    vr_block_msg(b, 3, 1000, 1);
    g_assert_cmphex(log.e[1].attr, ==, VR_ATTR_FAULT);
    g_assert_cmphex(host.last_msg.data[0], ==, 0);
    log.n = 0;
    vr_block_msg(b, 6, 0, 1);
    g_assert_cmpuint(host.wires, ==, 1);
    vr_block_msg(b, 99, 0, 0);
    g_assert_cmpuint(host.guest_errors, ==, 1);
    vr_block_destroy(b);
}

/* Memory effects carry 16 bytes: longer accesses are split, in order. */
static void test_long_access(void)
{
    FakeHost host;
    VrBlock *b = create(&host);
    Log log = { 0 };

    memset(host.memory, 1, sizeof(host.memory));
    vr_block_observe(b, keep, &log);
    vr_block_msg(b, 7, 32, 0);
    g_assert_cmpuint(host.last_msg.data[0], ==, 40);
    g_assert_cmpuint(log.n, ==, 5);
    g_assert_cmpuint(log.e[1].addr, ==, 32);
    g_assert_cmpuint(log.e[1].size, ==, 16);
    g_assert_cmpuint(log.e[3].addr, ==, 64);
    g_assert_cmpuint(log.e[3].size, ==, 8);
    vr_block_destroy(b);
}

static void test_no_host(void)
{
    VrError err;
    VrBlock *b = vr_block_create(&fake_type, "fake-a", NULL, NULL, NULL, &err);

    for (uint32_t id = 0; id < 8; id++) {
        vr_block_msg(b, id, 0, 0);
    }
    vr_block_destroy(b);
    vr_block_destroy(NULL);
}

static void test_reentry(void)
{
    FakeHost host;
    VrBlock *b = create(&host);

    vr_block_write(b, 0, 8, 0, 7, NULL);
    host.reenter = b;
    vr_block_msg(b, 4, 0, 0);
    g_assert_true(host.reenter_refused);
    g_assert_cmpuint(host.msgs, ==, 2);
    g_assert_cmpuint(host.guest_errors, ==, 2);
    host.reenter = NULL;
    /* The reset did not happen, and the block is still usable. */
    g_assert_cmpuint(vr_block_read(b, 0, 8, 0, NULL), ==, 7);
    vr_block_destroy(b);
}

static void test_observers(void)
{
    FakeHost host;
    VrBlock *b = create(&host);
    Log logs[VR_MAX_OBSERVERS + 1] = { 0 };

    for (unsigned i = 0; i < VR_MAX_OBSERVERS; i++) {
        g_assert_true(vr_block_observe(b, keep, &logs[i]));
    }
    g_assert_false(vr_block_observe(b, keep, &logs[VR_MAX_OBSERVERS]));
    vr_block_msg(b, 4, 0, 0);
    for (unsigned i = 0; i < VR_MAX_OBSERVERS; i++) {
        g_assert_cmpuint(logs[i].n, ==, 3);
    }
    vr_block_destroy(b);
}

static void test_state(void)
{
    FakeHost host;
    VrBlock *b = create(&host);
    uint8_t state[64];
    VrError err;

    vr_block_write(b, 8, 8, 0, 42, NULL);
    g_assert_cmpint(vr_block_save(b, NULL, 0), ==, 64);
    g_assert_cmpint(vr_block_save(b, state, 64), ==, 64);
    vr_block_reset(b);
    g_assert_cmpint(vr_block_read(b, 8, 8, 0, NULL), ==, 0);
    g_assert_cmpint(vr_block_load(b, state, 63), ==, -EINVAL);
    g_assert_cmpint(vr_block_load(b, state, 64), ==, 0);
    g_assert_cmpint(vr_block_read(b, 8, 8, 0, NULL), ==, 42);
    g_assert_false(vr_block_waves(b, "/dev/null", &err));
    vr_block_destroy(b);
    b = vr_block_create(&fake_type, "fake-nosave", NULL, NULL, NULL, &err);
    g_assert_cmpint(vr_block_save(b, state, 64), ==, -ENOTSUP);
    g_assert_cmpint(vr_block_load(b, state, 64), ==, -ENOTSUP);
    vr_block_destroy(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/block/registry", test_registry);
    g_test_add_func("/block/errors", test_errors);
    g_test_add_func("/block/variant", test_variant);
    g_test_add_func("/block/distance", test_distance);
    g_test_add_func("/block/access", test_access);
    g_test_add_func("/block/effects", test_effects);
    g_test_add_func("/block/long-access", test_long_access);
    g_test_add_func("/block/no-host", test_no_host);
    g_test_add_func("/block/reentry", test_reentry);
    g_test_add_func("/block/observers", test_observers);
    g_test_add_func("/block/state", test_state);
    return g_test_run();
}
