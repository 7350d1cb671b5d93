/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "params.h"

#include <errno.h>
#include <stddef.h>
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
    char known[200];

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

/* Parameters that are numbers; each has a place in VrParams. */
typedef struct Number {
    const char *key;
    size_t offset;
    size_t size;
    uint64_t min, max, initial;
} Number;

#define NUMBER(key, field, min, max, initial) \
    { key, offsetof(VrParams, field), sizeof(((VrParams *)NULL)->field), \
      min, max, initial }

static const Number numbers[] = {
    NUMBER("vr.stress", stress, 1, VR_STRESS_MAX, VR_STRESS_DEFAULT),
    NUMBER("vr.seed", seed, 0, UINT64_MAX, VR_SEED_DEFAULT),
    NUMBER("vr.patience", patience, 1, VR_PATIENCE_MAX, VR_PATIENCE_DEFAULT),
    NUMBER("vr.l2-rounds", l2_rounds, 1, VR_L2_ROUNDS_MAX, 1),
    NUMBER("vr.l2-limit", l2_limit, 1, VR_L2_LIMIT_MAX, VR_L2_LIMIT_DEFAULT),
    NUMBER("vr.l2-console", l2_console, 0, 1, 0),
};

#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void set_number(VrParams *params, const Number *n, uint64_t value)
{
    char *place = (char *)params + n->offset;

    if (n->size == sizeof(uint64_t)) {
        memcpy(place, &value, sizeof(value));
    } else {
        uint32_t small = value;

        memcpy(place, &small, sizeof(small));
    }
}

static const Number *find_number(const char *word, size_t len)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        if (strlen(numbers[i].key) == len &&
            !memcmp(word, numbers[i].key, len)) {
            return &numbers[i];
        }
    }
    return NULL;
}

static bool unknown_word(const char *word, char *error)
{
    size_t used = snprintf(error, VR_PARAMS_ERROR_SIZE, "unknown parameter "
                           "\"%.40s\"; known: vr.scenarios", word);

    for (size_t i = 0; i < NUMBERS; i++) {
        used += snprintf(error + used, VR_PARAMS_ERROR_SIZE - used, ", %s",
                         numbers[i].key);
    }
    return false;
}

static bool parse_word(const char *word, const VrScenarioName *names,
                       VrParams *params, char *error)
{
    const char *value = strchr(word, '=');
    size_t len = value ? (size_t)(value - word) : strlen(word);
    const Number *n = find_number(word, len);
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
    if (!n) {
        return unknown_word(word, error);
    }
    if (!parse_number(n->key, value, n->min, n->max, &number, error)) {
        return false;
    }
    set_number(params, n, number);
    return true;
}

bool vr_params_parse(const char *cmdline, const VrScenarioName *names,
                     VrParams *params, char error[VR_PARAMS_ERROR_SIZE])
{
    const VrScenarioName *name;

    error[0] = '\0';
    *params = (VrParams){ 0 };
    for (size_t i = 0; i < NUMBERS; i++) {
        set_number(params, &numbers[i], numbers[i].initial);
    }
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
