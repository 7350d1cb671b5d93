/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <string.h>

typedef struct Result {
    VrResult result;
    char *text;
} Result;

struct VrReport {
    GHashTable *results; /* scenario -> Result */
    GHashTable *facts;   /* "SCENARIO key" -> int64_t */
    bool started;
    char *crash;
    char *last_line;
};

static const char *const crash_signs[] = {
    "Kernel panic", "Internal error:", "Unable to handle kernel",
    "BUG: unable to handle", "BUG: kernel NULL pointer", "kernel BUG at",
    "Attempted to kill init", "Bail out!",
};

static void result_free(gpointer data)
{
    Result *res = data;

    g_free(res->text);
    g_free(res);
}

static void parse_fact(VrReport *r, const char *rest)
{
    g_auto(GStrv) words = g_strsplit(rest, " ", 0);
    gint64 value;

    if (g_strv_length(words) != 3 || !*words[0] || !*words[1] ||
        !g_ascii_string_to_signed(words[2], 10, G_MININT64, G_MAXINT64,
                                  &value, NULL)) {
        return;
    }
    g_hash_table_replace(r->facts, g_strjoin(" ", words[0], words[1], NULL),
                         g_memdup2(&value, sizeof(value)));
}

/* @rest is what follows "ok ": "N SCENARIO[ # text]". */
static void parse_result(VrReport *r, bool ok, const char *rest)
{
    const char *name = rest + strspn(rest, "0123456789");
    size_t len;
    Result *res;

    if (name == rest || *name != ' ') {
        return;
    }
    name++;
    if (g_str_has_prefix(name, "- ")) {
        name += 2;
    }
    len = strcspn(name, " ");
    if (len == 0) {
        return;
    }
    res = g_new0(Result, 1);
    res->result = ok ? VR_RESULT_OK : VR_RESULT_NOT_OK;
    rest = name + len;
    if (g_str_has_prefix(rest, " # ")) {
        rest += 3;
        if (ok && g_str_has_prefix(rest, "SKIP")) {
            res->result = VR_RESULT_SKIP;
            rest += 4;
        }
    }
    res->text = g_strstrip(g_strdup(rest));
    g_hash_table_replace(r->results, g_strndup(name, len), res);
}

static void parse_line(VrReport *r, const char *line)
{
    if (*line == '\0') {
        return;
    }
    g_free(r->last_line);
    r->last_line = g_utf8_make_valid(line, -1);
    if (g_str_has_prefix(line, "KTAP version ")) {
        r->started = true;
    } else if (g_str_has_prefix(line, "# fact ")) {
        parse_fact(r, line + 7);
    } else if (g_str_has_prefix(line, "ok ")) {
        parse_result(r, true, line + 3);
    } else if (g_str_has_prefix(line, "not ok ")) {
        parse_result(r, false, line + 7);
    } else if (!r->crash) {
        for (size_t i = 0; i < G_N_ELEMENTS(crash_signs); i++) {
            if (strstr(line, crash_signs[i])) {
                r->crash = g_strdup(r->last_line);
                break;
            }
        }
    }
}

VrReport *vr_report_parse(const char *text, gsize len)
{
    VrReport *r = g_new0(VrReport, 1);
    const char *end = text + len;

    r->results = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                       result_free);
    r->facts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    while (text < end) {
        const char *eol = memchr(text, '\n', end - text);

        /*
         * A last line without its newline may lack characters: a number in it
         * would be another number. It can only explain, not count.
         */
        if (!eol) {
            g_autofree char *rest = g_strndup(text, end - text);

            g_strstrip(rest);
            if (*rest) {
                g_free(r->last_line);
                r->last_line = g_utf8_make_valid(rest, -1);
            }
            break;
        }
        g_autofree char *line = g_strndup(text, eol - text);

        parse_line(r, g_strchomp(line));
        text = eol + 1;
    }
    return r;
}

VrReport *vr_report_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize len;

    if (!g_file_get_contents(path, &text, &len, error)) {
        return NULL;
    }
    return vr_report_parse(text, len);
}

void vr_report_free(VrReport *r)
{
    if (!r) {
        return;
    }
    g_hash_table_destroy(r->results);
    g_hash_table_destroy(r->facts);
    g_free(r->crash);
    g_free(r->last_line);
    g_free(r);
}

VrResult vr_report_result(const VrReport *r, const char *scenario,
                          const char **text)
{
    const Result *res = g_hash_table_lookup(r->results, scenario);

    if (text) {
        *text = res ? res->text : "";
    }
    return res ? res->result : VR_RESULT_MISSING;
}

bool vr_report_fact(const VrReport *r, const char *scenario, const char *key,
                    int64_t *value)
{
    g_autofree char *name = g_strjoin(" ", scenario, key, NULL);
    const int64_t *found = g_hash_table_lookup(r->facts, name);

    if (!found) {
        return false;
    }
    *value = *found;
    return true;
}

bool vr_report_started(const VrReport *r)
{
    return r->started;
}

bool vr_report_done(const VrReport *r)
{
    int64_t done;

    return vr_report_fact(r, "RUN", "done", &done) && done == 1;
}

const char *vr_report_crash(const VrReport *r)
{
    return r->crash;
}

const char *vr_report_last_line(const VrReport *r)
{
    return r->last_line ? r->last_line : "";
}
