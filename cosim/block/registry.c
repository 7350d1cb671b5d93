/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The known block types and their backends. Filled by constructors before
 * main() and read-only from then on, so that it needs no lock.
 */
#include "backend.h"
#include "gicv3_redist.h"
#include "registry.h"
#include "vtd_ir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TYPES 16
#define MAX_BACKENDS 32

static const VrBlockType *types[MAX_TYPES] = {
    &vr_gicv3_redist_type,
    &vr_vtd_ir_type,
};
static size_t type_count = 2;

static const VrBackend *backends[MAX_BACKENDS];
static size_t backend_count;

static void refuse(const char *what, const char *name)
{
    fprintf(stderr, "virelay: no room to register the %s '%s'\n", what, name);
    abort();
}

void vr_block_type_register(const VrBlockType *type)
{
    if (type_count == MAX_TYPES) {
        refuse("block type", type->name);
    }
    types[type_count++] = type;
}

/* Sorted, so that no list depends on the order of constructors. */
void vr_backend_register(const VrBackend *backend)
{
    size_t i = backend_count;

    if (backend_count == MAX_BACKENDS) {
        refuse("backend", backend->name);
    }
    while (i > 0 && strcmp(backends[i - 1]->name, backend->name) > 0) {
        backends[i] = backends[i - 1];
        i--;
    }
    backends[i] = backend;
    backend_count++;
}

const VrBlockType *vr_block_type_at(size_t index)
{
    return index < type_count ? types[index] : NULL;
}

const VrBlockType *vr_block_type_find(const char *name)
{
    for (size_t i = 0; i < type_count; i++) {
        if (!strcmp(types[i]->name, name)) {
            return types[i];
        }
    }
    return NULL;
}

static bool serves(const VrBackend *backend, const VrBlockType *type)
{
    return !strcmp(backend->block, "*") || !strcmp(backend->block, type->name);
}

const VrBackend *vr_backend_find(const VrBlockType *type, const char *name,
                                 size_t name_len)
{
    for (size_t i = 0; i < backend_count; i++) {
        if (serves(backends[i], type) &&
            strlen(backends[i]->name) == name_len &&
            !memcmp(backends[i]->name, name, name_len)) {
            return backends[i];
        }
    }
    return NULL;
}

const char *vr_backend_name_at(const VrBlockType *type, size_t index)
{
    for (size_t i = 0; i < backend_count; i++) {
        if (serves(backends[i], type) && index-- == 0) {
            return backends[i]->name;
        }
    }
    return NULL;
}
