/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "interrupts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pci.h"
#include "report.h"

#define TEXT_SIZE (64 << 10)

static bool parse_row(const char *line, VrInterrupt *row)
{
    const char *colon = strchr(line, ':');
    const char *at;

    memset(row, 0, sizeof(*row));
    row->irq = -1;
    if (!colon) {
        return false;
    }
    while (isspace((unsigned char)*line)) {
        line++;
    }
    if (isdigit((unsigned char)*line)) {
        row->irq = atoi(line);
    }
    at = colon + 1;
    for (unsigned cpu = 0; cpu < VR_MAX_CPUS; cpu++) {
        char *end;
        uint64_t count = strtoull(at, &end, 10);

        if (end == at || (*end && !isspace((unsigned char)*end))) {
            break;
        }
        row->count[cpu] = count;
        row->sum += count;
        at = end;
    }
    return true;
}

/* Calls @use with each line; stops when it returns true. */
static bool each_row(bool (*use)(const char *line, const char *what,
                                 VrInterrupt *row),
                     const char *what, VrInterrupt *row)
{
    char *text = malloc(TEXT_SIZE);
    char *rest = NULL;
    bool found = false;

    if (text && vr_file_read("/proc/interrupts", text, TEXT_SIZE)) {
        for (char *line = strtok_r(text, "\n", &rest); line && !found;
             line = strtok_r(NULL, "\n", &rest)) {
            found = use(line, what, row);
        }
    }
    free(text);
    return found;
}

static bool by_label(const char *line, const char *label, VrInterrupt *row)
{
    line += strspn(line, " ");
    return strncmp(line, label, strlen(label)) == 0 &&
           line[strlen(label)] == ':' && parse_row(line, row);
}

static bool by_text(const char *line, const char *text, VrInterrupt *row)
{
    return strstr(line, text) && parse_row(line, row);
}

static bool add_up(const char *line, const char *text, VrInterrupt *row)
{
    VrInterrupt one;

    if (by_text(line, text, &one)) {
        row->sum += one.sum;
    }
    return false;
}

static bool show(const char *line, const char *text, VrInterrupt *row)
{
    (void)row;
    if (strstr(line, text)) {
        vr_report_diag("%s", line);
    }
    return false;
}

void vr_interrupts_show(const char *text)
{
    each_row(show, text, NULL);
}

bool vr_interrupt_row(const char *label, VrInterrupt *row)
{
    return each_row(by_label, label, row);
}

bool vr_interrupt_named(const char *text, VrInterrupt *row)
{
    return each_row(by_text, text, row);
}

uint64_t vr_interrupts_sum(const char *text)
{
    VrInterrupt all = { 0 };

    each_row(add_up, text, &all);
    return all.sum;
}

bool vr_interrupt_move(int irq, unsigned cpu)
{
    char path[64];
    char text[16];

    snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity_list", irq);
    snprintf(text, sizeof(text), "%u", cpu);
    return vr_file_write(path, text);
}

bool vr_interrupt_is_on(int irq, unsigned cpu)
{
    char path[64];
    char text[16];

    snprintf(path, sizeof(path), "/proc/irq/%d/effective_affinity_list", irq);
    return vr_file_read(path, text, sizeof(text)) &&
           strtoul(text, NULL, 10) == cpu;
}
