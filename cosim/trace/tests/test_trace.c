/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace: round trip, threads, cuts, errors, text. */
#include "marks.h"
#include "schema.h"
#include "trace.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *path;

static uint64_t now;

static uint64_t clock_ns(void)
{
    return now;
}

static void open_trace(void)
{
    VrError err;

    now = 1000;
    vr_trace_set_clock(clock_ns);
    if (!vr_trace_open(path, &err)) {
        g_error("%s", err.text);
    }
}

static void close_trace(void)
{
    VrError err;

    g_assert_true(vr_trace_close(&err));
}

static VrTraceReader *open_reader(void)
{
    VrError err;
    VrTraceReader *r = vr_trace_reader_open(path, &err);

    g_assert_nonnull(r);
    return r;
}

static void test_round_trip(void)
{
    const VrEvent e = {
        .kind = VR_STIM_WRITE, .size = 4, .attr = 1, .id = 0, .addr = 0x100,
        .data = { 7 },
    };
    VrTraceReader *r;
    VrTraceRec rec;

    g_assert_false(vr_trace_on);
    vr_trace(VR_TRACE_MARK, 0, 1, 1, 0, 0, 0); /* off: not written */
    open_trace();
    g_assert_true(vr_trace_on);
    vr_trace(VR_TRACE_ICH_LR, 3, 2, 0x11, 0x22, 0x33, 0x44);
    now = 2000;
    vr_trace_block_event((void *)5, &e);
    close_trace();
    g_assert_false(vr_trace_on);
    vr_trace_block_event((void *)5, &e); /* off again */
    r = open_reader();
    g_assert_true(vr_trace_reader_next(r, &rec));
    g_assert_cmpuint(rec.time, ==, 1000);
    g_assert_cmpuint(rec.kind, ==, VR_TRACE_ICH_LR);
    g_assert_cmpuint(rec.cpu, ==, 3);
    g_assert_cmpuint(rec.id, ==, 2);
    g_assert_cmphex(rec.arg[0], ==, 0x11);
    g_assert_cmphex(rec.arg[3], ==, 0x44);
    g_assert_true(vr_trace_reader_next(r, &rec));
    g_assert_cmpuint(rec.time, ==, 2000);
    g_assert_cmpuint(rec.kind, ==, VR_TRACE_BLOCK_STIM);
    g_assert_cmpuint(rec.cpu, ==, 5);
    g_assert_cmpuint(rec.size, ==, 4);
    g_assert_cmphex(rec.arg[0], ==, 0x100);
    g_assert_cmphex(rec.arg[1], ==, 7);
    g_assert_cmphex(rec.arg[2], ==, VR_STIM_WRITE);
    g_assert_cmphex(rec.arg[3], ==, 1);
    g_assert_false(vr_trace_reader_next(r, &rec));
    g_assert_cmpuint(vr_trace_reader_truncated(r), ==, 0);
    vr_trace_reader_close(r);
}

/* More than the buffer holds. */
#define MANY 20000

/* The last records of a machine that is ending: no clock, and then no more. */
static void test_end(void)
{
    VrTraceReader *r;
    VrTraceRec rec;

    open_trace();
    vr_trace(VR_TRACE_MARK, 0, 1, 1, 0, 0, 0);
    now = 5000;
    vr_trace_set_clock(NULL);
    vr_trace(VR_TRACE_MACHINE_EXIT, 0, 3, 0, 0, 0, 0);
    vr_trace_stop();
    g_assert_false(vr_trace_on);
    vr_trace(VR_TRACE_MARK, 0, 1, 2, 0, 0, 0);
    close_trace();
    r = open_reader();
    g_assert_true(vr_trace_reader_next(r, &rec));
    g_assert_true(vr_trace_reader_next(r, &rec));
    g_assert_cmpuint(rec.kind, ==, VR_TRACE_MACHINE_EXIT);
    g_assert_cmpuint(rec.time, ==, 1000);
    g_assert_false(vr_trace_reader_next(r, &rec));
    vr_trace_reader_close(r);
}

static void test_many(void)
{
    VrTraceReader *r;
    VrTraceRec rec;

    open_trace();
    for (unsigned i = 0; i < MANY; i++) {
        vr_trace(VR_TRACE_ICC_ACK, i % 4, i, i, 0, 0, 0);
    }
    close_trace();
    r = open_reader();
    for (unsigned i = 0; i < MANY; i++) {
        g_assert_true(vr_trace_reader_next(r, &rec));
        g_assert_cmpuint(rec.id, ==, i);
    }
    g_assert_false(vr_trace_reader_next(r, &rec));
    vr_trace_reader_close(r);
}

/* What is flushed can be read while the trace is still open. */
static void test_flush(void)
{
    VrTraceReader *r;
    VrTraceRec rec;

    open_trace();
    vr_trace(VR_TRACE_ICC_EOI, 0, 9, 0, 0, 0, 0);
    vr_trace_flush();
    r = open_reader();
    g_assert_true(vr_trace_reader_next(r, &rec));
    g_assert_cmpuint(rec.id, ==, 9);
    vr_trace_reader_close(r);
    close_trace();
}

#define THREADS 4

static gpointer writer(gpointer opaque)
{
    unsigned cpu = GPOINTER_TO_UINT(opaque);

    for (unsigned i = 0; i < MANY; i++) {
        vr_trace(VR_TRACE_ICC_ACK, cpu, i, cpu, ~(uint64_t)i, cpu, i);
    }
    return NULL;
}

static void test_threads(void)
{
    GThread *threads[THREADS];
    unsigned next[THREADS] = { 0 };
    VrTraceReader *r;
    VrTraceRec rec;
    unsigned total = 0;

    open_trace();
    for (unsigned i = 0; i < THREADS; i++) {
        threads[i] = g_thread_new("writer", writer, GUINT_TO_POINTER(i));
    }
    for (unsigned i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
    }
    close_trace();
    r = open_reader();
    while (vr_trace_reader_next(r, &rec)) {
        g_assert_cmpuint(rec.cpu, <, THREADS);
        g_assert_cmpuint(rec.id, ==, next[rec.cpu]);
        next[rec.cpu]++;
        g_assert_cmpuint(rec.arg[0], ==, rec.cpu);
        g_assert_cmphex(rec.arg[1], ==, ~(uint64_t)rec.id);
        g_assert_cmpuint(rec.arg[3], ==, rec.id);
        total++;
    }
    g_assert_cmpuint(total, ==, THREADS * MANY);
    vr_trace_reader_close(r);
}

#define FEW 5

static void test_cut_at_every_byte(void)
{
    g_autofree char *data = NULL;
    gsize len;
    size_t header;

    open_trace();
    for (unsigned i = 0; i < FEW; i++) {
        vr_trace(VR_TRACE_ICC_ACK, 0, i, 0, 0, 0, 0);
    }
    close_trace();
    g_assert_true(g_file_get_contents(path, &data, &len, NULL));
    header = len - FEW * sizeof(VrTraceRec);
    for (size_t cut = len; cut <= len; cut--) {
        VrTraceReader *r;
        VrTraceRec rec;
        VrError err;
        unsigned n = 0;

        g_assert_cmpint(truncate(path, cut), ==, 0);
        r = vr_trace_reader_open(path, &err);
        g_assert_cmpint(r != NULL, ==, cut >= header);
        if (!r) {
            g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
            continue;
        }
        while (vr_trace_reader_next(r, &rec)) {
            g_assert_cmpuint(rec.id, ==, n);
            n++;
        }
        g_assert_cmpuint(n, ==, (cut - header) / sizeof(VrTraceRec));
        g_assert_cmpuint(vr_trace_reader_truncated(r), ==,
                         (cut - header) % sizeof(VrTraceRec));
        vr_trace_reader_close(r);
    }
}

/* The fields of the header on which reading depends. */
static void test_damaged_header(void)
{
    static const size_t fields[] = { 0, 7, 8, 10, 12, 16 };
    g_autofree char *data = NULL;
    VrError err;
    gsize len;

    open_trace();
    vr_trace(VR_TRACE_ICC_ACK, 0, 1, 0, 0, 0, 0);
    close_trace();
    g_assert_true(g_file_get_contents(path, &data, &len, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        data[fields[i]] ^= 1;
        g_assert_true(g_file_set_contents(path, data, len, NULL));
        g_assert_null(vr_trace_reader_open(path, &err));
        g_assert_cmpint(err.code, ==, VR_ERR_USAGE);
        data[fields[i]] ^= 1;
    }
}

/* The file explains itself. */
static void test_schema_text(void)
{
    g_autofree char *data = NULL;
    gsize len;

    open_trace();
    close_trace();
    g_assert_true(g_file_get_contents(path, &data, &len, NULL));
    g_assert_nonnull(g_strstr_len(data + 32, len - 32,
                                  "0x0101 VM_EXIT id=type arg0=pc arg1=esr "
                                  "arg2=ich_hcr_el2 arg3=vmid\n"));
}

static void test_errors(void)
{
    VrError err = { 0 };

    g_assert_false(vr_trace_open("/nonexistent/trace", &err));
    g_assert_cmpint(err.code, ==, VR_ERR_ENVIRONMENT);
    g_assert_true(vr_trace_close(&err)); /* none is open */
    open_trace();
    g_assert_false(vr_trace_open(path, &err)); /* one a process */
    close_trace();
    g_assert_true(vr_trace_open("/dev/full", &err));
    vr_trace(VR_TRACE_ICC_ACK, 0, 1, 0, 0, 0, 0);
    g_assert_false(vr_trace_close(&err));
    g_assert_cmpint(err.code, ==, VR_ERR_ENVIRONMENT);
    g_assert_nonnull(strstr(err.text, "/dev/full"));
    g_assert_null(vr_trace_reader_open("/nonexistent/trace", &err));
}

static void test_names(void)
{
    const VrTraceSchema *s;

    for (size_t i = 0; (s = vr_trace_schema_at(i)); i++) {
        g_assert_cmpuint(vr_trace_kind_from_name(s->name), ==, s->kind);
        g_assert_cmpstr(vr_trace_kind_name(s->kind), ==, s->name);
    }
    g_assert_null(vr_trace_kind_name(0xfff0));
    g_assert_cmpuint(vr_trace_kind_from_name("NONE"), ==, 0);
}

static void expect_text(VrTraceRec rec, const char *part)
{
    char text[512], small[8];

    vr_trace_format(&rec, text, sizeof(text));
    if (!strstr(text, part)) {
        g_error("'%s' does not have '%s'", text, part);
    }
    memset(small, 'x', sizeof(small));
    vr_trace_format(&rec, small, 4);
    g_assert_cmpuint(strlen(small), ==, 3);
    g_assert_cmpint(small[4], ==, 'x');
    vr_trace_format(&rec, small, 0);
}

static void test_text(void)
{
    expect_text((VrTraceRec){ .kind = VR_TRACE_VM_EXIT, .id = 1,
                              .arg = { 0x1000, 0x56, 0x1, 3 } },
                "VM_EXIT       type=1 pc=0x1000 esr=0x56 ich_hcr_el2=0x1 "
                "vmid=3");
    expect_text((VrTraceRec){ .kind = VR_TRACE_ICV_DIR, .id = 40,
                              .arg = { 0, UINT64_MAX, 1, 0 } },
                "intid=40 lr=-1 eoicount_moved=1 deactivated=0");
    expect_text((VrTraceRec){ .kind = VR_TRACE_MARK, .id = 1, .arg = { 2 } },
                "SCENARIO_BEGIN value=2 (ASYM_DEACTIVATE)");
    expect_text((VrTraceRec){ .kind = VR_TRACE_MARK, .id = 3,
                              .arg = { 1 | 2 << 16 } },
                "VCPU_ON_PCPU vcpu=1 pcpu=2");
    expect_text((VrTraceRec){ .kind = VR_TRACE_BLOCK_EFF, .id = 1,
                              .arg = { 27, 0x1a0, VR_EFF_MSG, 0 } },
                "message id=1 addr=0x1b data=0x1a0");
    expect_text((VrTraceRec){ .kind = 0xfff0, .id = 1 }, "KIND_0xfff0");
    expect_text((VrTraceRec){ .kind = VR_TRACE_MARK, .id = 12345 },
                "mark=12345");
}

int main(int argc, char **argv)
{
    char *dir;
    int ret;

    g_test_init(&argc, &argv, NULL);
    dir = g_dir_make_tmp("virelay-trace-XXXXXX", NULL);
    g_assert_nonnull(dir);
    path = g_build_filename(dir, "trace", NULL);
    g_test_add_func("/trace/round-trip", test_round_trip);
    g_test_add_func("/trace/end", test_end);
    g_test_add_func("/trace/many", test_many);
    g_test_add_func("/trace/flush", test_flush);
    g_test_add_func("/trace/threads", test_threads);
    g_test_add_func("/trace/cut", test_cut_at_every_byte);
    g_test_add_func("/trace/damaged-header", test_damaged_header);
    g_test_add_func("/trace/schema-text", test_schema_text);
    g_test_add_func("/trace/errors", test_errors);
    g_test_add_func("/trace/names", test_names);
    g_test_add_func("/trace/text", test_text);
    ret = g_test_run();
    g_unlink(path);
    g_rmdir(dir);
    g_free(path);
    g_free(dir);
    return ret;
}
