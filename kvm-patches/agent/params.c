/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "params.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "vr."
#define SPACES " \t\n"

static void list_names(const VrScenarioName *names, char *buf, size_t size)
{
    size_t used = 0;

    buf[0] = '\0';
    for (; names->name && used < size; names++) {
        used += snprintf(buf + used, size - used, "%s%s", used ? "," : "",
                         names->name);
    }
}

static const VrScenarioName *find_name(const VrScenarioName *names,
                                       const char *word, size_t len)
{
    for (; names->name; names++) {
        if (strlen(names->name) == len && !memcmp(names->name, word, len)) {
            return names;
        }
    }
    return NULL;
}

static bool parse_scenarios(const char *value, const VrScenarioName *names,
                            uint64_t *scenarios, char *error)
{
    char known[160];

    *scenarios = 0;
    for (;;) {
        size_t len = strcspn(value, ",");
        const VrScenarioName *found = find_name(names, value, len);

        if (!found) {
            list_names(names, known, sizeof(known));
            snprintf(error, VR_PARAMS_ERROR_SIZE,
                     "vr.scenarios: unknown scenario \"%.*s\"; known: %s",
                     (int)(len < 40 ? len : 40), value, known);
            return false;
        }
        *scenarios |= UINT64_C(1) << found->number;
        if (!value[len]) {
            return true;
        }
        value += len + 1;
    }
}

static bool parse_number(const char *key, const char *value, uint64_t min,
                         uint64_t max, uint64_t *number, char *error)
{
    char *end;

    errno = 0;
    *number = strtoull(value, &end, 0);
    if (value[0] < '0' || value[0] > '9' || *end || errno || *number < min ||
        *number > max) {
        snprintf(error, VR_PARAMS_ERROR_SIZE,
                 "%s: \"%.40s\" is not a number from %llu to %llu", key, value,
                 (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    return true;
}

static bool parse_word(const char *word, const VrScenarioName *names,
                       VrParams *params, char *error)
{
    const char *value = strchr(word, '=');
    size_t len = value ? (size_t)(value - word) : strlen(word);
    uint64_t number;

    if (!value) {
        snprintf(error, VR_PARAMS_ERROR_SIZE, "%.40s: a value is missing, "
                 "write %.40s=VALUE", word, word);
        return false;
    }
    value++;
    if (len == strlen("vr.scenarios") && !memcmp(word, "vr.scenarios", len)) {
        return parse_scenarios(value, names, &params->scenarios, error);
    }
    if (len == strlen("vr.stress") && !memcmp(word, "vr.stress", len)) {
        if (!parse_number("vr.stress", value, 1, VR_STRESS_MAX, &number,
                          error)) {
            return false;
        }
        params->stress = number;
        return true;
    }
    if (len == strlen("vr.seed") && !memcmp(word, "vr.seed", len)) {
        return parse_number("vr.seed", value, 0, UINT64_MAX, &params->seed,
                            error);
    }
    if (len == strlen("vr.patience") && !memcmp(word, "vr.patience", len)) {
        if (!parse_number("vr.patience", value, 1, VR_PATIENCE_MAX, &number,
                          error)) {
            return false;
        }
        params->patience = number;
        return true;
    }
    snprintf(error, VR_PARAMS_ERROR_SIZE, "unknown parameter \"%.40s\"; "
             "known: vr.scenarios, vr.stress, vr.seed, vr.patience", word);
    return false;
}

bool vr_params_parse(const char *cmdline, const VrScenarioName *names,
                     VrParams *params, char error[VR_PARAMS_ERROR_SIZE])
{
    const VrScenarioName *name;

    error[0] = '\0';
    *params = (VrParams){
        .stress = VR_STRESS_DEFAULT,
        .seed = VR_SEED_DEFAULT,
        .patience = VR_PATIENCE_DEFAULT,
    };
    for (name = names; name->name; name++) {
        params->scenarios |= UINT64_C(1) << name->number;
    }

    cmdline += strspn(cmdline, SPACES);
    while (*cmdline) {
        size_t len = strcspn(cmdline, SPACES);

        if (len >= strlen(PREFIX) &&
            !memcmp(cmdline, PREFIX, strlen(PREFIX))) {
            char *word = strndup(cmdline, len);
            bool ok;

            if (!word) {
                snprintf(error, VR_PARAMS_ERROR_SIZE, "out of memory");
                return false;
            }
            ok = parse_word(word, names, params, error);
            free(word);
            if (!ok) {
                return false;
            }
        }
        cmdline += len;
        cmdline += strspn(cmdline, SPACES);
    }
    return true;
}
