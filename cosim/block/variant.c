/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "variant.h"
#include "nearest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const VrParamSpec *find_spec(const VrBlockType *type, const char *name)
{
    for (size_t i = 0; i < type->param_count; i++) {
        if (!strcmp(type->params[i].name, name)) {
            return &type->params[i];
        }
    }
    return NULL;
}

static const char *param_name_at(const void *opaque, size_t index)
{
    const VrBlockType *type = opaque;

    return index < type->param_count ? type->params[index].name : NULL;
}

uint64_t vr_variant_get(const VrBlockType *type, const VrVariant *v,
                        const char *name)
{
    const VrParamSpec *spec = find_spec(type, name);

    /* The last one given counts, as on a command line. */
    for (size_t i = v ? v->count : 0; i > 0; i--) {
        if (!strcmp(v->params[i - 1].name, name)) {
            return v->params[i - 1].value;
        }
    }
    assert(spec); /* a backend asked for a parameter that its type has not */
    return spec->def;
}

static bool check_param(const VrBlockType *type, const VrParam *p, VrError *err)
{
    const VrParamSpec *spec = find_spec(type, p->name);
    char hint[256];

    if (!spec) {
        return vr_error_set(
            err, VR_ERR_USAGE, "block '%s' has no variant parameter '%s'; %s",
            type->name, p->name,
            vr_nearest(p->name, param_name_at, type, hint, sizeof(hint)));
    }
    if (p->value < spec->min || p->value > spec->max) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "block '%s': %s=%" PRIu64 " is out of range; "
                            "give %" PRIu64 " to %" PRIu64,
                            type->name, p->name, p->value, spec->min,
                            spec->max);
    }
    return true;
}

bool vr_variant_check(const VrBlockType *type, const VrVariant *v,
                      VrError *err)
{
    for (size_t i = 0; v && i < v->count; i++) {
        if (!check_param(type, &v->params[i], err)) {
            return false;
        }
    }
    return true;
}

bool vr_variant_parse(const VrBlockType *type, const char *text, VrParam *out,
                      VrError *err)
{
    const char *eq = strchr(text, '=');
    char name[64];
    char *end;

    if (!eq || eq == text || (size_t)(eq - text) >= sizeof(name)) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "variant '%s': expected name=value", text);
    }
    memcpy(name, text, eq - text);
    name[eq - text] = '\0';
    out->name = name;
    out->value = strtoull(eq + 1, &end, 0);
    if (eq[1] < '0' || eq[1] > '9' || *end != '\0') {
        return vr_error_set(err, VR_ERR_USAGE,
                            "variant '%s': '%s' is not a number", text,
                            eq + 1);
    }
    if (!check_param(type, out, err)) {
        return false;
    }
    out->name = find_spec(type, name)->name;
    return true;
}
