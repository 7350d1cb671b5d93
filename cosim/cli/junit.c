/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "junit.h"

#include <string.h>

#include "outfile.h"

/* Escaped for XML; what XML 1.0 cannot hold at all becomes '?', or goes. */
static char *escape(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    char *non;

    while ((non = strstr(valid, "\xef\xbf\xbe")) ||
           (non = strstr(valid, "\xef\xbf\xbf"))) {
        memcpy(non, "???", 3); /* U+FFFE, U+FFFF */
    }
    for (char *p = valid; *p; p++) {
        if ((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') {
            *p = '?';
        }
    }
    return g_markup_escape_text(valid, -1);
}

static void add_case(GString *xml, const VrResultSet *r, const VrRow *row)
{
    const VrVerdict *v = row->verdict;
    g_autofree char *name = escape(row->check->id);
    g_autofree char *suite = escape(r->kernel->name);
    g_autofree char *reason = escape(v->reason);

    g_string_append_printf(xml, "    <testcase classname=\"%s\" name=\"%s\"",
                           suite, name);
    if (row->met && row->ruled_out) {
        g_string_append_printf(xml, ">\n      <skipped message=\"%s\"/>\n"
                               "    </testcase>\n", reason);
        return;
    }
    if (row->met) {
        g_string_append(xml, "/>\n");
        return;
    }
    g_string_append_printf(xml, ">\n      <%s type=\"%s\" message=\"%s, "
                           "expected %s: %s\">",
                           v->outcome == VR_VERDICT_ERROR ? "error"
                                                          : "failure",
                           vr_outcome_name(v->outcome),
                           vr_outcome_name(v->outcome),
                           vr_expectation_name(row->expected), reason);
    for (guint i = 0; i < v->evidence->len; i++) {
        g_autofree char *line = escape(v->evidence->pdata[i]);

        g_string_append_printf(xml, "%s\n", line);
    }
    g_string_append_printf(xml, "</%s>\n    </testcase>\n",
                           v->outcome == VR_VERDICT_ERROR ? "error"
                                                          : "failure");
}

static void count(const VrResultSet *r, unsigned *failures, unsigned *errors,
                  unsigned *skipped)
{
    *failures = *errors = *skipped = 0;
    for (guint i = 0; i < r->rows->len; i++) {
        const VrRow *row = r->rows->pdata[i];

        *skipped += row->met && row->ruled_out;
        if (!row->met && row->verdict->outcome == VR_VERDICT_ERROR) {
            (*errors)++;
        } else if (!row->met) {
            (*failures)++;
        }
    }
}

char *vr_junit_text(const GPtrArray *results, double seconds)
{
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(number, sizeof(number), "%.3f", seconds);
    g_string_append_printf(xml, "<testsuites name=\"virelay conform\" "
                           "time=\"%s\">\n", number);
    for (guint k = 0; k < results->len; k++) {
        const VrResultSet *r = results->pdata[k];
        g_autofree char *name = escape(r->kernel->name);
        unsigned failures, errors, skipped;

        count(r, &failures, &errors, &skipped);
        g_ascii_formatd(number, sizeof(number), "%.3f", r->seconds);
        g_string_append_printf(xml, "  <testsuite name=\"%s\" tests=\"%u\" "
                               "failures=\"%u\" errors=\"%u\" skipped=\"%u\" "
                               "time=\"%s\">\n", name, r->rows->len, failures,
                               errors, skipped, number);
        for (guint i = 0; i < r->rows->len; i++) {
            add_case(xml, r, r->rows->pdata[i]);
        }
        g_string_append(xml, "  </testsuite>\n");
    }
    g_string_append(xml, "</testsuites>\n");
    return g_string_free(xml, FALSE);
}

bool vr_junit_write(const GPtrArray *results, double seconds,
                    const char *path, VrError *err)
{
    g_autofree char *text = vr_junit_text(results, seconds);

    return vr_out_write(path, text, err);
}
