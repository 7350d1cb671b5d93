/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <string.h>

#include "progress.h"

#define CELL 7
#define SMALL_CELL 2
#define WIDEST 120 /* of a table with cells in words */
#define LONGEST 5 /* machines whose times are told */

static const char *gap(int width)
{
    return width == SMALL_CELL ? " " : "  ";
}

/* Verdicts as they fit a cell. */
static const char *short_name(VrOutcome outcome)
{
    return outcome == VR_VERDICT_NOT_APPLICABLE ? "n/a"
                                                : vr_outcome_name(outcome);
}

/* Many checks: a letter each. */
static char letter(VrOutcome outcome)
{
    static const char letters[] = {
        [VR_VERDICT_PASS] = 'p',
        [VR_VERDICT_FAIL] = 'F',
        [VR_VERDICT_NOT_APPLICABLE] = 'n',
        [VR_VERDICT_ERROR] = 'E',
    };

    return letters[outcome];
}

static void print_cell(FILE *f, const VrRow *row, int width)
{
    const char *colour = "", *plain = "";
    char text[16];

    if (width == SMALL_CELL) {
        snprintf(text, sizeof(text), "%c%s", letter(row->verdict->outcome),
                 row->met ? "" : "!");
    } else {
        snprintf(text, sizeof(text), "%s%s", short_name(row->verdict->outcome),
                 row->met ? "" : " !");
    }
    if (vr_colour(f)) {
        colour = !row->met ? "\033[1;31m"
               : row->verdict->outcome == VR_VERDICT_PASS ? "\033[32m"
                                                          : "\033[33m";
        plain = "\033[0m";
    }
    fprintf(f, "%s%s%-*s%s", gap(width), colour, width, text, plain);
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

static void print_row(FILE *f, const VrResultSet *r, const GPtrArray *checks,
                      int width)
{
    for (guint i = 0; i < checks->len; i++) {
        const VrRow *row = vr_result_row(r, checks->pdata[i]);

        if (row) {
            print_cell(f, row, width);
        } else {
            fprintf(f, "%s%-*s", gap(width), width, "-");
        }
    }
    fputc('\n', f);
}

static void print_table(FILE *f, const GPtrArray *results)
{
    g_autoptr(GPtrArray) checks = all_checks(results);
    int width = name_width(results);
    bool small = width + (int)checks->len * (CELL + 2) > WIDEST;
    int cell = small ? SMALL_CELL : CELL;

    for (guint i = 0; i < checks->len; i++) {
        const VrCheck *check = checks->pdata[i];

        fprintf(f, "%2u  %-28s %s\n", i + 1, check->id, check->title);
    }
    if (small) {
        fprintf(f, "\np: pass, F: fail, n: not applicable, E: error; "
                "!: not expected\n");
    }
    fprintf(f, "\n%-*s", width, "kernel");
    for (guint i = 0; i < checks->len; i++) {
        fprintf(f, "%s%-*u", gap(cell), cell, i + 1);
    }
    fputc('\n', f);
    for (guint k = 0; k < results->len; k++) {
        const VrResultSet *r = results->pdata[k];

        fprintf(f, "%-*s", width, r->kernel->name);
        print_row(f, r, checks, cell);
    }
}

static bool has_arch(const GPtrArray *results, const char *arch)
{
    for (guint i = 0; i < results->len; i++) {
        const VrResultSet *r = results->pdata[i];

        if (strcmp(r->kernel->arch, arch) == 0) {
            return true;
        }
    }
    return false;
}

/* Architectures have no check in common: a table each, in order. */
void vr_table_print(FILE *f, const GPtrArray *results)
{
    g_autoptr(GPtrArray) seen = g_ptr_array_new();

    for (guint i = 0; i < results->len; i++) {
        const char *arch = ((VrResultSet *)results->pdata[i])->kernel->arch;
        g_autoptr(GPtrArray) part = g_ptr_array_new();

        if (has_arch(seen, arch)) {
            continue;
        }
        for (guint k = i; k < results->len; k++) {
            const VrResultSet *r = results->pdata[k];

            if (strcmp(r->kernel->arch, arch) == 0) {
                g_ptr_array_add(part, results->pdata[k]);
            }
        }
        fputs(seen->len ? "\n" : "", f);
        print_table(f, part);
        g_ptr_array_add(seen, results->pdata[i]);
    }
}

static gint by_seconds(gconstpointer a, gconstpointer b)
{
    const VrResultSet *x = *(VrResultSet *const *)a;
    const VrResultSet *y = *(VrResultSet *const *)b;

    return x->seconds < y->seconds ? 1 : x->seconds > y->seconds ? -1 : 0;
}

void vr_times_print(FILE *f, const GPtrArray *results, double built)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    double sum = 0;

    for (guint i = 0; i < results->len; i++) {
        sum += ((const VrResultSet *)results->pdata[i])->seconds;
        g_ptr_array_add(sorted, results->pdata[i]);
    }
    g_ptr_array_sort(sorted, by_seconds);
    fprintf(f, "\ntime: %.1f s until all kernels were there, then %.1f s of "
            "machines;", built, sum);
    for (guint i = 0; i < MIN(sorted->len, LONGEST); i++) {
        const VrResultSet *r = sorted->pdata[i];

        fprintf(f, "%s %s %.1f s", i ? "," : " the longest:", r->kernel->name,
                r->seconds);
    }
    fputc('\n', f);
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

/* How many kernels' verdicts of a check are ruled out, and the first of them. */
static const VrRow *first_ruled_out(const GPtrArray *results,
                                    const VrCheck *check, unsigned *kernels)
{
    const VrRow *first = NULL;

    *kernels = 0;
    for (guint i = 0; i < results->len; i++) {
        const VrRow *row = vr_result_row(results->pdata[i], check);

        if (row && row->ruled_out) {
            first = first ? first : row;
            (*kernels)++;
        }
    }
    return first;
}

void vr_ruled_out_print(FILE *f, const GPtrArray *results)
{
    bool any = false;

    for (size_t i = 0; vr_check_at(i); i++) {
        unsigned kernels;
        const VrRow *row = first_ruled_out(results, vr_check_at(i), &kernels);

        if (row) {
            fputs(any ? "" : "\nnot applicable in this mode:\n", f);
            fprintf(f, "  %-28s on %u kernel%s: %s\n", row->check->id, kernels,
                    kernels == 1 ? "" : "s", row->verdict->reason);
            any = true;
        }
    }
}

void vr_ruled_out_count(FILE *f, const GPtrArray *results)
{
    const VrRuledOut out = vr_results_ruled_out(results);

    if (out.count) {
        fprintf(f, ", %u not applicable in this mode, %u of which would have "
                "to fail", out.count, out.failures);
    }
}

void vr_verdicts_print(FILE *f, const VrResultSet *r)
{
    for (guint i = 0; i < r->rows->len; i++) {
        const VrRow *row = r->rows->pdata[i];

        print_cell(f, row, CELL);
        fprintf(f, " %-28s %s\n", row->check->id, row->verdict->reason);
        if (row->verdict->outcome != VR_VERDICT_PASS) {
            print_evidence(f, row->verdict);
        }
    }
}
