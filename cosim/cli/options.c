/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <string.h>

#include "nearest.h"
#include "variant.h"

static const char *check_id_at(const void *opaque, size_t index)
{
    const VrCheck *check = vr_check_at(index);

    (void)opaque;
    return check ? check->id : NULL;
}

/* The scenarios of the architecture @opaque. */
static const char *scenario_name_at(const void *opaque, size_t index)
{
    for (unsigned i = 1; vr_scenario_name(i); i++) {
        bool here = strcmp(vr_scenario_arch(i), opaque) == 0;

        if (here && index-- == 0) {
            return vr_scenario_name(i);
        }
    }
    return NULL;
}

/* Whether a check is about this kind of CPU; others are models of QEMU's. */
static bool is_kind_of_cpu(const char *cpu)
{
    for (size_t i = 0; cpu && vr_check_at(i); i++) {
        if (g_strcmp0(vr_check_at(i)->cpu, cpu) == 0) {
            return true;
        }
    }
    return false;
}

GPtrArray *vr_option_checks_for(const GPtrArray *checks, const char *cpu)
{
    GPtrArray *chosen = g_ptr_array_new();
    const bool known = is_kind_of_cpu(cpu);

    for (guint i = 0; i < checks->len; i++) {
        const VrCheck *check = checks->pdata[i];

        if (!check->cpu || !known || strcmp(check->cpu, cpu) == 0) {
            g_ptr_array_add(chosen, checks->pdata[i]);
        }
    }
    return chosen;
}

/* Backends of the block @opaque that can stand alone, then QEMU's own. */
static const char *backend_name_at(const void *opaque, size_t index)
{
    const VrBlockType *type = vr_block_type_find(opaque);
    size_t count = 0;

    while (type && vr_backend_name_at(type, count)) {
        count++;
    }
    if (index < count) {
        return vr_backend_name_at(type, index);
    }
    return index == count ? "builtin" : NULL;
}

static bool known_backend(const char *name, const char *block)
{
    for (size_t i = 0; backend_name_at(block, i); i++) {
        if (strcmp(backend_name_at(block, i), name) == 0) {
            return true;
        }
    }
    return false;
}

/* A check belongs to the architecture whose agent plays its scenario. */
static bool is_of(const VrCheck *check, const char *arch)
{
    return !arch || strcmp(vr_scenario_arch(check->scenario), arch) == 0;
}

static bool glob_matches_some(const char *glob, const char *arch)
{
    for (size_t i = 0; vr_check_at(i); i++) {
        if (is_of(vr_check_at(i), arch) &&
            g_pattern_match_simple(glob, vr_check_at(i)->id)) {
            return true;
        }
    }
    return false;
}

static bool no_check(const char *glob, const char *arch, VrError *err)
{
    char hint[256];

    if (glob_matches_some(glob, NULL)) {
        return vr_error_set(err, VR_ERR_USAGE, "'%s' matches no check of %s; "
                            "is --arch right?", glob, arch);
    }
    return vr_error_set(err, VR_ERR_USAGE, "no check matches '%s'; %s", glob,
                        vr_nearest(glob, check_id_at, NULL, hint,
                                   sizeof(hint)));
}

GPtrArray *vr_option_checks(const char *globs, const char *arch, VrError *err)
{
    g_auto(GStrv) list = g_strsplit(globs ? globs : "*", ",", 0);
    g_autoptr(GPtrArray) checks = g_ptr_array_new();

    for (char **g = list; *g; g++) {
        if (!glob_matches_some(*g, arch)) {
            no_check(*g, arch, err);
            return NULL;
        }
    }
    for (size_t i = 0; vr_check_at(i); i++) {
        if (is_of(vr_check_at(i), arch) &&
            vr_check_matches(vr_check_at(i), list)) {
            g_ptr_array_add(checks, (gpointer)vr_check_at(i));
        }
    }
    if (checks->len == 0) {
        vr_error_set(err, VR_ERR_USAGE, "--check is empty; 'virelay checks' "
                     "lists the checks");
        return NULL;
    }
    return g_steal_pointer(&checks);
}

static char *join_scenarios(uint64_t mask)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (unsigned i = 1; i < VR_SCENARIO_LIMIT; i++) {
        if (mask & UINT64_C(1) << i) {
            g_string_append_printf(list, "%s%s", list->len ? "," : "",
                                   vr_scenario_name(i));
        }
    }
    return g_string_free(g_steal_pointer(&list), FALSE);
}

char *vr_option_scenarios_of(const GPtrArray *checks)
{
    uint64_t mask = 0;

    for (guint i = 0; i < checks->len; i++) {
        mask |= UINT64_C(1) << ((const VrCheck *)checks->pdata[i])->scenario;
    }
    return join_scenarios(mask);
}

/* 0 if the architecture has none of that name. */
static unsigned scenario_of(const char *name, const char *arch)
{
    unsigned scenario = vr_scenario_from_name(name);

    return scenario && strcmp(vr_scenario_arch(scenario), arch) == 0 ? scenario
                                                                     : 0;
}

char *vr_option_scenarios(const char *list, const char *arch, VrError *err)
{
    g_auto(GStrv) words = g_strsplit(list ? list : "", ",", 0);
    uint64_t mask = 0;
    char hint[256];

    for (char **w = words; *w; w++) {
        g_autofree char *upper = g_ascii_strup(g_strstrip(*w), -1);
        unsigned scenario = scenario_of(upper, arch);

        if (scenario == 0) {
            vr_error_set(err, VR_ERR_USAGE, "no scenario '%s' of %s; %s", *w,
                         arch, vr_nearest(*w, scenario_name_at, arch, hint,
                                    sizeof(hint)));
            return NULL;
        }
        mask |= UINT64_C(1) << scenario;
    }
    for (unsigned i = 1; !list && vr_scenario_name(i); i++) {
        /* A measurement is no test: it is played where it is asked for. */
        if (i != VR_SCENARIO_X86_BENCH &&
            strncmp(vr_scenario_name(i), "SWEEP_", 6) != 0) {
            mask |= (uint64_t)(strcmp(vr_scenario_arch(i), arch) == 0) << i;
        }
    }
    if (mask == 0) {
        vr_error_set(err, VR_ERR_USAGE, "--scenarios is empty");
        return NULL;
    }
    return join_scenarios(mask);
}

bool vr_option_wants_unit(const char *scenarios)
{
    static const char *const prefixes[] = { "IR_", "PI_", "BYPASS_", "COUNT_",
                                            "IRQBYPASS_", "SWEEP_" };
    g_auto(GStrv) words = g_strsplit(scenarios, ",", 0);

    for (char **w = words; *w; w++) {
        for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
            if (g_str_has_prefix(*w, prefixes[i])) {
                return true;
            }
        }
    }
    return false;
}

GPtrArray *vr_option_checks_of(const char *scenarios)
{
    g_auto(GStrv) words = g_strsplit(scenarios, ",", 0);
    GPtrArray *checks = g_ptr_array_new();

    for (size_t i = 0; vr_check_at(i); i++) {
        const VrCheck *check = vr_check_at(i);

        if (g_strv_contains((const char *const *)words,
                            vr_scenario_name(check->scenario))) {
            g_ptr_array_add(checks, (gpointer)check);
        }
    }
    return checks;
}

bool vr_option_backend(const char *name, const char *block, VrError *err)
{
    g_auto(GStrv) parts = g_strsplit(name, ":", 0);
    const char *wrong = NULL;
    char hint[256];

    if (g_strv_length(parts) == 3 && strcmp(parts[0], "lockstep") == 0) {
        for (int i = 1; i < 3 && !wrong; i++) {
            if (!known_backend(parts[i], block) || strcmp(parts[i], "builtin") == 0 ||
                strcmp(parts[i], "lockstep") == 0) {
                wrong = parts[i];
            }
        }
    } else if (!known_backend(name, block)) {
        wrong = name;
    }
    if (!wrong) {
        return true;
    }
    return vr_error_set(err, VR_ERR_USAGE, "no backend '%s'%s; %s", wrong,
                        wrong == name ? "" : " for a side of lockstep",
                        vr_nearest(wrong, backend_name_at, block, hint,
                                   sizeof(hint)));
}

/* What the machine says itself: of each CPU, or of the unit. */
static bool is_machines(const char *name)
{
    static const char *const names[] = {
        "affinity", "last", "processor-number", "eim", "dw", NULL,
    };

    return g_strv_contains(names, name);
}

bool vr_option_variant(char *const *params, const char *backend,
                       const char *block, char **joined, VrError *err)
{
    const VrBlockType *type = vr_block_type_find(block);

    *joined = NULL;
    if (!params || !params[0]) {
        return true;
    }
    if (strcmp(backend, "builtin") == 0) {
        return vr_error_set(err, VR_ERR_USAGE, "--variant: QEMU's own "
                            "device has no variants; choose another "
                            "--backend");
    }
    for (size_t i = 0; params[i]; i++) {
        VrParam param;

        if (!vr_variant_parse(type, params[i], &param, err)) {
            return false;
        }
        if (is_machines(param.name)) {
            return vr_error_set(err, VR_ERR_USAGE, "--variant: '%s' is set by "
                                "the machine", param.name);
        }
    }
    *joined = g_strjoinv(":", (char **)params);
    return true;
}

void vr_option_default(char **value, const char *text)
{
    if (!*value) {
        *value = g_strdup(text);
    }
}

bool vr_option_range(const char *option, gint64 value, gint64 min, gint64 max,
                     VrError *err)
{
    if (value >= min && value <= max) {
        return true;
    }
    return vr_error_set(err, VR_ERR_USAGE, "%s %" G_GINT64_FORMAT
                        " is out of range: %" G_GINT64_FORMAT " to %"
                        G_GINT64_FORMAT, option, value, min, max);
}
