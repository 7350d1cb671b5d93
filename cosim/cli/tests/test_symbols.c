/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols, lines and windows: of this program itself, and of a System.map. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sweep.h"

#define MAP "ffffffff81000000 T first\n" \
            "ffffffff81000100 t second\n" \
            "ffffffff81000200 D data\n" \
            "ffffffff81000300 T third.constprop.0\n" \
            "ffffffff81000400 T vmx_deliver_interrupt\n"

static char *map_path;

int marked_function(int x);

static inline __attribute__((always_inline)) int inner(int x)
{
    /* Code of its own, whatever the compiler makes of the rest */
    __asm__ volatile("nop\n\tnop\n\tnop\n\tnop" : "+r"(x));
    return x + 1;
}

__attribute__((noinline)) int marked_function(int x)
{
    return inner(x);
}

static VrSymbols *load(const char *path)
{
    VrError err;
    VrSymbols *s = vr_symbols_load(path, &err);

    if (!s) {
        g_error("%s", err.text);
    }
    return s;
}

static void expect_at(const VrSymbols *s, uint64_t address, const char *text)
{
    g_autofree char *at = vr_symbols_at(s, address);

    g_assert_cmpstr(at, ==, text);
}

static void test_map(void)
{
    g_autoptr(VrSymbols) s = load(map_path);
    uint64_t address;

    g_assert_true(vr_symbols_find(s, "second", &address));
    g_assert_cmphex(address, ==, 0xffffffff81000100);
    g_assert_true(vr_symbols_find(s, "third", &address));
    g_assert_cmphex(address, ==, 0xffffffff81000300);
    g_assert_false(vr_symbols_find(s, "data", &address));
    expect_at(s, 0xffffffff81000105, "second+0x5");
    expect_at(s, 0x1000, "0x1000");
    g_assert_null(vr_symbols_line(s, address));
}

static void test_elf(void)
{
    g_autoptr(VrSymbols) s = load("/proc/self/exe");
    g_autofree char *line = NULL;
    uint64_t address;

    g_assert_true(vr_symbols_find(s, "marked_function", &address));
    expect_at(s, address, "marked_function+0x0");
    line = vr_symbols_line(s, address);
    g_assert_nonnull(line);
    g_assert_nonnull(strstr(line, "test_symbols.c:"));
}

/* Somewhere in the function is what it got from the other one. */
static void test_inlined(void)
{
    g_autoptr(VrSymbols) s = load("/proc/self/exe");
    g_autofree char *text = NULL;
    g_autofree char *line = NULL;
    g_autofree char *into = vr_symbols_inlined(s, "inner");
    uint64_t address;

    g_assert_cmpstr(into, ==, "marked_function");
    g_assert_true(vr_symbols_find(s, "marked_function", &address));
    for (unsigned i = 0; i < 32 && !text; i++) {
        text = vr_symbols_inlined_at(s, address + i);
    }
    g_assert_nonnull(text);
    g_assert_true(g_str_has_prefix(text, "inner inlined at "));
    line = vr_symbols_line(s, address);
    g_assert_nonnull(strstr(text, "test_symbols.c:"));
    g_assert_null(strstr(text, ".."));
    g_assert_null(strstr(line, ".."));
    g_assert_null(vr_symbols_inlined_at(s, 0x10));
}

static void test_no_symbols(void)
{
    VrError err;

    g_assert_null(vr_symbols_load("/etc/passwd", &err));
    g_assert_nonnull(strstr(err.text, "neither"));
    g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
}

static bool window(const char *text, VrSweepJob *job, VrError *err)
{
    g_autoptr(VrSymbols) s = load(map_path);

    *job = (VrSweepJob){ .window = (char *)text };
    return vr_sweep_window(s, job, err);
}

static void expect_window(const char *text, VrSweepJob *job)
{
    VrError err;

    if (!window(text, job, &err)) {
        g_error("%s", err.text);
    }
}

static void test_windows(void)
{
    VrSweepJob job;

    expect_window("first", &job);
    g_assert_true(job.to_return);
    expect_window("first+0x10..second+0x20", &job);
    g_assert_cmphex(job.from, ==, 0xffffffff81000010);
    g_assert_cmphex(job.to, ==, 0xffffffff81000120);
    g_assert_false(job.to_return);
    expect_window("vmx_deliver_posted_interrupt", &job);
    g_assert_cmphex(job.from, ==, 0xffffffff81000400);
    g_assert_nonnull(strstr(job.note, "inlined into vmx_deliver_interrupt"));
    g_free(job.note);
}

static void expect_refused(const char *text, const char *why)
{
    VrSweepJob job;
    VrError err;

    if (window(text, &job, &err)) {
        g_error("'%s' is taken for a window", text);
    }
    g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
    if (!strstr(err.text, why)) {
        g_error("no '%s' in: %s", why, err.text);
    }
}

static void test_bad_windows(void)
{
    expect_refused("secnod", "did you mean 'second'?");
    expect_refused("first..nowhere_at_all", "no function");
    expect_refused("vmx_deliver_posted_interrupt..first", "is inlined into");
    expect_refused("first+0x10", "needs an end");
    expect_refused("first+..second", "is not FUNCTION");
    expect_refused("", "is not FUNCTION");
}

int main(int argc, char **argv)
{
    g_autofree char *dir = NULL;
    int ret;

    g_test_init(&argc, &argv, NULL);
    dir = g_dir_make_tmp("virelay-symbols-XXXXXX", NULL);
    g_assert_nonnull(dir);
    map_path = g_build_filename(dir, "System.map", NULL);
    g_assert_true(g_file_set_contents(map_path, MAP, -1, NULL));
    g_assert_cmpint(marked_function(1), ==, 2);
    g_test_add_func("/symbols/map", test_map);
    g_test_add_func("/symbols/elf", test_elf);
    g_test_add_func("/symbols/inlined", test_inlined);
    g_test_add_func("/symbols/none", test_no_symbols);
    g_test_add_func("/symbols/windows", test_windows);
    g_test_add_func("/symbols/bad-windows", test_bad_windows);
    ret = g_test_run();
    g_unlink(map_path);
    g_rmdir(dir);
    g_free(map_path);
    return ret;
}
