/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep_expected.h"

#include <string.h>

/* One of the list, in words; window is NULL if it is none. */
typedef struct Item {
    char **words, **events;
    const char *window, *load;
} Item;

static void parse(const char *text, Item *item)
{
    *item = (Item){ .words = g_strsplit(text, " ", 4) };
    if (g_strv_length(item->words) == 3) {
        item->window = item->words[0];
        item->load = item->words[1];
        item->events = g_strsplit(item->words[2], ",", 0);
    }
}

static void clear(Item *item)
{
    g_strfreev(item->words);
    g_strfreev(item->events);
}

static bool fires(const VrSweepUsual *usual, const char *event)
{
    for (const VrSweepEvent *e = usual->events; *e != VR_SWEEP_NONE; e++) {
        if (strcmp(vr_sweep_event_name(*e), event) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_known(const char *arch, const Item *item, const char *event)
{
    for (const VrSweepUsual *u = vr_sweep_usual; u->window; u++) {
        if (strcmp(u->arch, arch) == 0 && strcmp(u->window, item->window) == 0 &&
            strcmp(vr_sweep_load_name(u->load), item->load) == 0 &&
            fires(u, event)) {
            return true;
        }
    }
    return false;
}

bool vr_sweep_expected_check(char *const *list, const char *arch, VrError *err)
{
    bool ok = true;

    for (; *list && ok; list++) {
        Item item;

        parse(*list, &item);
        ok = item.window != NULL;
        for (char **event = item.events; ok && *event; event++) {
            ok = is_known(arch, &item, *event);
        }
        clear(&item);
        if (!ok) {
            vr_error_set(err, VR_ERR_USAGE, "'%s' is not WINDOW LOAD EVENT[,"
                         "EVENT], as in the table of docs/sweep.md for %s",
                         *list, arch);
        }
    }
    return ok;
}

bool vr_sweep_expected(char *const *list, const VrSweepJob *job)
{
    const char *event = vr_sweep_event_name(job->event);
    bool found = false;

    for (; *list && !found; list++) {
        Item item;

        parse(*list, &item);
        found = strcmp(item.window, job->window) == 0 &&
                strcmp(item.load, vr_sweep_load_name(job->load)) == 0 &&
                g_strv_contains((const char *const *)item.events, event);
        clear(&item);
    }
    return found;
}

bool vr_sweep_as_expected(const VrSweepJob *job)
{
    if (job->expected == VR_SWEEP_EXPECT_FAIL) {
        return job->verdict == VR_SWEEP_FAIL;
    }
    return job->verdict == VR_SWEEP_PASS ||
           job->verdict == VR_SWEEP_NOT_APPLICABLE;
}
