/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exporters: what they write is read back with the formats' own libraries. */
#include "export.h"
#include "marks.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sqlite3.h>
#include <string.h>

static char *path;

static const VrTraceRec records[] = {
    { .time = 1000, .kind = VR_TRACE_MARK, .cpu = VR_TRACE_NO_CPU,
      .id = VR_MARK_SCENARIO_BEGIN, .arg = { 2 } },
    { .time = 1500, .kind = VR_TRACE_VM_EXIT, .cpu = 1, .id = 1,
      .arg = { 0x1000, 0x5a000000, 1, 3 } },
    { .time = 2001, .kind = VR_TRACE_VM_ENTRY, .cpu = 1,
      .arg = { 0xffff000000001000, 0x3c5, 0xc0000001, 3 } },
    { .time = 2500, .kind = VR_TRACE_ICV_DIR, .cpu = 1, .id = 40,
      .arg = { 0, UINT64_MAX, 1, 0 } },
    { .time = 3000, .kind = VR_TRACE_VM_EXIT, .cpu = 1, .id = 0,
      .arg = { 0x1004, 0x60000000, 1, 3 } },
    { .time = 3500, .kind = VR_TRACE_BLOCK_EFF, .cpu = 0, .id = 1,
      .arg = { 27, 0x1a0, VR_EFF_MSG, 0 } },
    { .time = 3600, .kind = VR_TRACE_VM_ENTRY, .cpu = 2 },
    { .time = 4000, .kind = 0xfff0, .cpu = 1, .id = 7, .arg = { 1, 2, 3, 4 } },
};

static void export_all(VrTraceExport *x)
{
    VrError err;

    g_assert_nonnull(x);
    for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
        if (!x->record(x, &records[i], &err)) {
            g_error("%s", err.text);
        }
    }
    if (!x->close(x, &err)) {
        g_error("%s", err.text);
    }
}

static JsonParser *parse(void)
{
    JsonParser *parser = json_parser_new();
    GError *error = NULL;

    json_parser_load_from_file(parser, path, &error);
    g_assert_no_error(error);
    return parser;
}

static JsonArray *array_of(JsonParser *parser, const char *member)
{
    JsonObject *root = json_node_get_object(json_parser_get_root(parser));

    return json_object_get_array_member(root, member);
}

static void test_json(void)
{
    g_autoptr(JsonParser) parser = NULL;
    JsonArray *list;
    JsonObject *o;
    VrError err;

    export_all(vr_trace_export_json(path, &err));
    parser = parse();
    list = array_of(parser, "records");
    g_assert_cmpuint(json_array_get_length(list), ==, G_N_ELEMENTS(records));
    o = json_array_get_object_element(list, 0);
    g_assert_true(json_object_get_null_member(o, "cpu"));
    o = json_array_get_object_element(list, 2);
    g_assert_cmpstr(json_object_get_string_member(o, "kind"), ==, "VM_ENTRY");
    g_assert_cmpint(json_object_get_int_member(o, "time"), ==, 2001);
    g_assert_cmpstr(json_object_get_string_member(o, "pc"), ==,
                    "0xffff000000001000");
    g_assert_cmpint(json_object_get_int_member(o, "spsr"), ==, 0x3c5);
    o = json_array_get_object_element(list, 5);
    g_assert_cmpstr(json_object_get_string_member(o, "kind"), ==, "BLOCK_EFF");
    g_assert_cmpint(json_object_get_int_member(o, "event"), ==, VR_EFF_MSG);
    o = json_array_get_object_element(list, 7);
    g_assert_cmpstr(json_object_get_string_member(o, "kind"), ==,
                    "KIND_0xfff0");
    g_assert_cmpint(json_object_get_int_member(o, "arg3"), ==, 4);
}

/* Slices begin and end in pairs on every track, and never go backwards. */
static void check_slices(JsonArray *events)
{
    GHashTable *open = g_hash_table_new(NULL, NULL);
    unsigned slices = 0;

    for (guint i = 0; i < json_array_get_length(events); i++) {
        JsonObject *o = json_array_get_object_element(events, i);
        const char *phase = json_object_get_string_member(o, "ph");
        gpointer track = GINT_TO_POINTER(
            (int)json_object_get_int_member(o, "tid") + 1);
        int depth = GPOINTER_TO_INT(g_hash_table_lookup(open, track));

        depth += !strcmp(phase, "B");
        slices += !strcmp(phase, "B");
        depth -= !strcmp(phase, "E");
        g_assert_cmpint(depth, >=, 0);
        g_hash_table_insert(open, track, GINT_TO_POINTER(depth));
    }
    g_assert_cmpuint(slices, ==, 3);
    for (int tid = 0; tid < 1001; tid++) {
        g_assert_null(g_hash_table_lookup(open, GINT_TO_POINTER(tid + 1)));
    }
    g_hash_table_unref(open);
}

static JsonObject *find_event(JsonArray *events, const char *name,
                              const char *phase)
{
    for (guint i = 0; i < json_array_get_length(events); i++) {
        JsonObject *o = json_array_get_object_element(events, i);

        if (json_object_has_member(o, "name") &&
            !strcmp(json_object_get_string_member(o, "name"), name) &&
            !strcmp(json_object_get_string_member(o, "ph"), phase)) {
            return o;
        }
    }
    g_error("no event '%s'", name);
}

static void test_timeline(void)
{
    g_autoptr(JsonParser) parser = NULL;
    JsonArray *events;
    JsonObject *o;
    VrError err;

    export_all(vr_trace_export_timeline(path, &err));
    parser = parse();
    events = array_of(parser, "traceEvents");
    check_slices(events);
    o = find_event(events, "guest", "B");
    g_assert_cmpfloat(json_object_get_double_member(o, "ts"), ==, 2.001);
    g_assert_cmpint(json_object_get_int_member(o, "tid"), ==, 1);
    find_event(events, "ASYM_DEACTIVATE", "B");
    o = find_event(events, "ICV_DIR", "i");
    o = json_object_get_object_member(o, "args");
    g_assert_cmpint(json_object_get_int_member(o, "intid"), ==, 40);
}

static int64_t query(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    int64_t value;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
        g_error("%s: %s", sql, sqlite3_errmsg(db));
    }
    g_assert_cmpint(sqlite3_step(s), ==, SQLITE_ROW);
    value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}

static void test_sqlite(void)
{
    sqlite3 *db;
    VrError err;

    /* What is there already, whatever it is, is replaced. */
    g_assert_true(g_file_set_contents(path, "no database", -1, NULL));
    export_all(vr_trace_export_sqlite(path, &err));
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(query(db, "SELECT count(*) FROM record"), ==,
                    G_N_ELEMENTS(records));
    g_assert_cmpint(query(db, "SELECT esr FROM VM_EXIT WHERE type = 1"), ==,
                    0x5a000000);
    g_assert_cmphex(query(db, "SELECT pc FROM VM_ENTRY WHERE cpu = 1"), ==,
                    (int64_t)0xffff000000001000);
    g_assert_cmpint(query(db, "SELECT lr FROM ICV_DIR WHERE intid = 40"), ==,
                    -1);
    g_assert_cmpint(query(db, "SELECT count(*) FROM record "
                              "WHERE cpu IS NULL AND name = 'MARK'"), ==, 1);
    g_assert_cmpint(query(db, "SELECT seq FROM record WHERE name IS NULL"),
                    ==, 7);
    sqlite3_close(db);
}

static void test_errors(void)
{
    VrError err = { 0 };
    VrTraceExport *x;
    bool ok = true;

    g_assert_null(vr_trace_export_json("/nonexistent/x", &err));
    g_assert_cmpint(err.code, ==, VR_ERR_ENVIRONMENT);
    g_assert_null(vr_trace_export_timeline("/nonexistent/x", &err));
    g_assert_null(vr_trace_export_sqlite("/nonexistent/x", &err));
    x = vr_trace_export_json("/dev/full", &err);
    g_assert_nonnull(x);
    for (int i = 0; ok && i < 10000; i++) {
        ok = x->record(x, &records[0], &err);
    }
    g_assert_false(ok);
    g_assert_false(x->close(x, &err));
}

int main(int argc, char **argv)
{
    char *dir;
    int ret;

    g_test_init(&argc, &argv, NULL);
    dir = g_dir_make_tmp("virelay-export-XXXXXX", NULL);
    g_assert_nonnull(dir);
    path = g_build_filename(dir, "out", NULL);
    g_test_add_func("/export/json", test_json);
    g_test_add_func("/export/timeline", test_timeline);
    g_test_add_func("/export/sqlite", test_sqlite);
    g_test_add_func("/export/errors", test_errors);
    ret = g_test_run();
    g_unlink(path);
    g_rmdir(dir);
    g_free(path);
    g_free(dir);
    return ret;
}
