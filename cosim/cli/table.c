/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <string.h>

#include "progress.h"

#define CELL 7

/* Verdicts as they fit a cell. */
static const char *short_name(VrOutcome outcome)
{
    return outcome == VR_VERDICT_NOT_APPLICABLE ? "n/a"
                                                : vr_outcome_name(outcome);
}

static void print_cell(FILE *f, const VrRow *row)
{
    const char *colour = "", *plain = "";
    char text[16];

    snprintf(text, sizeof(text), "%s%s", short_name(row->verdict->outcome),
             row->met ? "" : " !");
    if (vr_colour(f)) {
        colour = !row->met ? "\033[1;31m"
               : row->verdict->outcome == VR_VERDICT_PASS ? "\033[32m"
                                                          : "\033[33m";
        plain = "\033[0m";
    }
    fprintf(f, "  %s%-*s%s", colour, CELL, text, plain);
}

static int name_width(const GPtrArray *results)
{
    size_t width = strlen("kernel");

    for (guint i = 0; i < results->len; i++) {
        const VrResultSet *r = results->pdata[i];

        width = MAX(width, strlen(r->kernel->name));
    }
    return width;
}

/* The checks of all results, in their fixed order: not all have each. */
static GPtrArray *all_checks(const GPtrArray *results)
{
    GPtrArray *checks = g_ptr_array_new();

    for (size_t c = 0; vr_check_at(c); c++) {
        bool judged = false;

        for (guint i = 0; i < results->len && !judged; i++) {
            judged = vr_result_row(results->pdata[i], vr_check_at(c)) != NULL;
        }
        if (judged) {
            g_ptr_array_add(checks, (gpointer)vr_check_at(c));
        }
    }
    return checks;
}

static void print_row(FILE *f, const VrResultSet *r, const GPtrArray *checks)
{
    for (guint i = 0; i < checks->len; i++) {
        const VrRow *row = vr_result_row(r, checks->pdata[i]);

        if (row) {
            print_cell(f, row);
        } else {
            fprintf(f, "  %-*s", CELL, "-");
        }
    }
    fputc('\n', f);
}

void vr_table_print(FILE *f, const GPtrArray *results)
{
    g_autoptr(GPtrArray) checks = all_checks(results);
    int width = name_width(results);

    for (guint i = 0; i < checks->len; i++) {
        const VrCheck *check = checks->pdata[i];

        fprintf(f, "%2u  %-28s %s\n", i + 1, check->id, check->title);
    }
    fprintf(f, "\n%-*s", width, "kernel");
    for (guint i = 0; i < checks->len; i++) {
        fprintf(f, "  %-*u", CELL, i + 1);
    }
    fputc('\n', f);
    for (guint k = 0; k < results->len; k++) {
        const VrResultSet *r = results->pdata[k];

        fprintf(f, "%-*s", width, r->kernel->name);
        print_row(f, r, checks);
    }
}

static void print_evidence(FILE *f, const VrVerdict *v)
{
    for (guint i = 0; i < v->evidence->len; i++) {
        fprintf(f, "      %s\n", (char *)v->evidence->pdata[i]);
    }
}

void vr_surprises_print(FILE *f, const GPtrArray *results)
{
    for (guint k = 0; k < results->len; k++) {
        const VrResultSet *r = results->pdata[k];

        for (guint i = 0; i < r->rows->len; i++) {
            const VrRow *row = r->rows->pdata[i];

            if (row->met) {
                continue;
            }
            fprintf(f, "\n! %s: %s: %s, expected %s\n  %s\n", r->kernel->name,
                    row->check->id, vr_outcome_name(row->verdict->outcome),
                    vr_expectation_name(row->expected), row->verdict->reason);
            print_evidence(f, row->verdict);
            fprintf(f, "      manual: %s\n", row->check->section);
        }
        if (r->unexpected && r->folder) {
            fprintf(f, "  the run: %s\n", r->folder);
        }
    }
}

void vr_verdicts_print(FILE *f, const VrResultSet *r)
{
    for (guint i = 0; i < r->rows->len; i++) {
        const VrRow *row = r->rows->pdata[i];

        print_cell(f, row);
        fprintf(f, " %-28s %s\n", row->check->id, row->verdict->reason);
        if (row->verdict->outcome != VR_VERDICT_PASS) {
            print_evidence(f, row->verdict);
        }
    }
}
