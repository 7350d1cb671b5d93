/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cases.h"

#include <string.h>

/* Writes one fact "key=value", unless the flaw is about it. */
static void fact(Synth *s, const Case *c, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, "=", 2);
    g_auto(GStrv) flaw = g_strsplit(c->flaw ? c->flaw : "", "=", 2);
    const char *value = parts[1];

    if (g_strcmp0(flaw[0], parts[0]) == 0) {
        value = flaw[1];
    }
    if (value) {
        synth_fact(s, vr_scenario_name(c->scenario), parts[0],
                   g_ascii_strtoll(value, NULL, 10));
    }
}

static void play(Synth *s, const Case *c)
{
    g_auto(GStrv) words = g_strsplit(c->facts, " ", 0);
    g_autofree char *line = g_strdup_printf("ok %d %s", c->scenario,
                                            vr_scenario_name(c->scenario));

    synth_scenario(c->scenario, 0);
    if (c->trace) {
        c->trace(c->flaw);
    }
    for (char **w = words; *w; w++) {
        fact(s, c, *w);
    }
    synth_mark(VR_MARK_SCENARIO_END, c->scenario);
    synth_line(s, line);
    synth_fact(s, "RUN", "done", 1);
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    Synth *s = synth_new();
    VrVerdict *v;

    play(s, c);
    v = synth_judge(s, c->check);
    g_test_message("%s: %s", vr_outcome_name(v->outcome), v->reason);
    g_assert_cmpstr(vr_outcome_name(v->outcome), ==,
                    vr_outcome_name(c->outcome));
    g_assert_nonnull(strstr(v->reason, c->reason));
    vr_verdict_free(v);
    synth_free(s);
}

void cases_add(const char *prefix, const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Case *c = &cases[i];
        g_autofree char *path = g_strdup_printf(
            "/%s/%s/%s", prefix, c->check,
            c->flaw ? c->flaw : *c->facts ? "holds" : "empty");

        g_test_add_data_func(path, c, test_case);
    }
}
