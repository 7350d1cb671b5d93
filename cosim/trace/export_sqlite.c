/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export.h"
#include "schema.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct SqliteExport {
    VrTraceExport parent;
    sqlite3 *db;
    sqlite3_stmt *insert;
    int64_t seq;
    char *path;
} SqliteExport;

static const char tables[] =
    "PRAGMA journal_mode = OFF;"
    "PRAGMA synchronous = OFF;"
    "CREATE TABLE record (seq INTEGER PRIMARY KEY, time_ns INTEGER,"
    " kind INTEGER, name TEXT, cpu INTEGER, size INTEGER, id INTEGER,"
    " arg0 INTEGER, arg1 INTEGER, arg2 INTEGER, arg3 INTEGER);"
    "BEGIN;";

static bool failed(const SqliteExport *s, VrError *err)
{
    return vr_error_set(err, VR_ERR_ENVIRONMENT, "SQLite file '%s': %s",
                        s->path, sqlite3_errmsg(s->db));
}

static bool execute(SqliteExport *s, const char *sql, VrError *err)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           failed(s, err);
}

static bool create_view(SqliteExport *s, const VrTraceSchema *k, VrError *err)
{
    static const char *const columns[] = { "id", "arg0", "arg1", "arg2",
                                           "arg3" };
    char sql[1024];
    int n = snprintf(sql, sizeof(sql), "CREATE VIEW \"%s\" AS SELECT seq, "
                     "time_ns, cpu", k->name);

    for (unsigned i = 0; i < 5; i++) {
        if (k->field[i][0]) {
            n += snprintf(sql + n, sizeof(sql) - n, ", %s AS \"%s\"",
                          columns[i], k->field[i]);
        }
    }
    snprintf(sql + n, sizeof(sql) - n, " FROM record WHERE kind = %u",
             k->kind);
    return execute(s, sql, err);
}

static bool create_schema(SqliteExport *s, VrError *err)
{
    const VrTraceSchema *k;

    if (!execute(s, tables, err)) {
        return false;
    }
    for (size_t i = 0; (k = vr_trace_schema_at(i)) != NULL; i++) {
        if (!create_view(s, k, err)) {
            return false;
        }
    }
    return sqlite3_prepare_v2(s->db, "INSERT INTO record VALUES "
                              "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -1,
                              &s->insert, NULL) == SQLITE_OK ||
           failed(s, err);
}

static bool sqlite_record(VrTraceExport *x, const VrTraceRec *rec,
                          VrError *err)
{
    SqliteExport *s = (SqliteExport *)x;
    const char *name = vr_trace_kind_name(rec->kind);

    sqlite3_reset(s->insert);
    sqlite3_bind_int64(s->insert, 1, s->seq++);
    sqlite3_bind_int64(s->insert, 2, (int64_t)rec->time);
    sqlite3_bind_int(s->insert, 3, rec->kind);
    sqlite3_bind_text(s->insert, 4, name, -1, SQLITE_STATIC);
    if (rec->cpu == VR_TRACE_NO_CPU) {
        sqlite3_bind_null(s->insert, 5);
    } else {
        sqlite3_bind_int(s->insert, 5, rec->cpu);
    }
    sqlite3_bind_int(s->insert, 6, rec->size);
    for (unsigned i = 0; i < 5; i++) {
        sqlite3_bind_int64(s->insert, 7 + i, (int64_t)vr_trace_field(rec, i));
    }
    return sqlite3_step(s->insert) == SQLITE_DONE || failed(s, err);
}

static void release(SqliteExport *s)
{
    sqlite3_finalize(s->insert);
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}

static bool sqlite_close(VrTraceExport *x, VrError *err)
{
    SqliteExport *s = (SqliteExport *)x;
    bool ok;

    sqlite3_reset(s->insert);
    ok = execute(s, "CREATE INDEX record_kind ON record (kind, time_ns);"
                    "COMMIT;", err);
    release(s);
    return ok;
}

VrTraceExport *vr_trace_export_sqlite(const char *path, VrError *err)
{
    SqliteExport *s = calloc(1, sizeof(*s));
    struct stat st;

    if (!s || !(s->path = strdup(path))) {
        free(s);
        vr_error_set(err, VR_ERR_ENVIRONMENT, "out of memory for SQLite");
        return NULL;
    }
    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        vr_error_set(err, VR_ERR_USAGE, "'%s' is no file that a database can "
                     "replace; name another", path);
        release(s);
        return NULL;
    }
    if (unlink(path) != 0 && errno != ENOENT) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "cannot replace '%s': %s", path,
                     strerror(errno));
        release(s);
        return NULL;
    }
    if (sqlite3_open(path, &s->db) != SQLITE_OK) {
        failed(s, err);
        release(s);
        return NULL;
    }
    if (!create_schema(s, err)) {
        release(s);
        return NULL;
    }
    s->parent.record = sqlite_record;
    s->parent.close = sqlite_close;
    return &s->parent;
}
