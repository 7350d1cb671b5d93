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

void vr_table_print(FILE *f, const GPtrArray *results)
{
    const VrResultSet *first = results->pdata[0];
    int width = name_width(results);

    for (guint i = 0; i < first->rows->len; i++) {
        const VrRow *row = first->rows->pdata[i];

        fprintf(f, "%2u  %-28s %s\n", i + 1, row->check->id,
                row->check->title);
    }
    fprintf(f, "\n%-*s", width, "kernel");
    for (guint i = 0; i < first->rows->len; i++) {
        fprintf(f, "  %-*u", CELL, i + 1);
    }
    fputc('\n', f);
    for (guint k = 0; k < results->len; k++) {
        const VrResultSet *r = results->pdata[k];

        fprintf(f, "%-*s", width, r->kernel->name);
        for (guint i = 0; i < r->rows->len; i++) {
            print_cell(f, r->rows->pdata[i]);
        }
        fputc('\n', f);
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
