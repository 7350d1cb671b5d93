/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model as backend "model" of the block "gicv3-redist".
 */
#include <stdlib.h>

#include "gicv3_redist_state.h"

static GicrVariant gicr_variant(const VrBlockType *type,
                                const VrVariant *variant)
{
    unsigned prio_bits = vr_variant_get(type, variant, "prio-bits");

    return (GicrVariant) {
        .affinity = vr_variant_get(type, variant, "affinity"),
        .iidr = vr_variant_get(type, variant, "iidr"),
        .processor_number = vr_variant_get(type, variant, "processor-number"),
        .last = vr_variant_get(type, variant, "last"),
        .prio_bits = prio_bits,
        .prio_mask = 0xff << (8 - prio_bits),
        .icfgr1_writable = vr_variant_get(type, variant, "icfgr1-writable"),
        .dpg = vr_variant_get(type, variant, "dpg"),
        .statusr = vr_variant_get(type, variant, "statusr"),
    };
}

static VrBlock *gicr_create(const VrBlockType *type, const char *spec,
                            const VrVariant *variant, VrError *err)
{
    GicrState *s;

    if (spec) {
        vr_error_set(err, VR_ERR_USAGE, "%s: backend \"model\" takes no "
                     "argument, but was given \"%s\"; use \"model\"",
                     type->name, spec);
        return NULL;
    }
    s = calloc(1, sizeof(*s));
    if (!s) {
        vr_error_set(err, VR_ERR_ENVIRONMENT, "%s: no memory for the model",
                     type->name);
        return NULL;
    }
    s->v = gicr_variant(type, variant);
    gicr_reset(s);
    return &s->parent;
}

static void gicr_destroy(VrBlock *b)
{
    free(gicr_from_block(b));
}

static bool gicr_apply(VrBlock *b, const VrEvent *stim, VrReply *reply)
{
    GicrState *s = gicr_from_block(b);

    switch (stim->kind) {
    case VR_STIM_READ:
        reply->data = gicr_read(s, stim->addr, stim->size, stim->attr);
        reply->error = false;
        return true; /* a read changes no interrupt */
    case VR_STIM_WRITE:
        gicr_write(s, stim->addr, stim->size, stim->attr, stim->data[0]);
        break;
    case VR_STIM_MSG:
        gicr_message(s, stim);
        break;
    case VR_STIM_WIRE:
        gicr_wire(s, stim->id, stim->data[0]);
        break;
    case VR_STIM_RESET:
        gicr_reset(s);
        break;
    default:
        return true;
    }
    gicr_update(s);
    return true;
}

static int64_t gicr_backend_save(const VrBlock *b, void *buf, size_t cap)
{
    return gicr_save((const GicrState *)b, buf, cap);
}

static int gicr_backend_load(VrBlock *b, const void *buf, size_t len)
{
    return gicr_load(gicr_from_block(b), buf, len);
}

static const VrBackend gicr_backend = {
    .block = "gicv3-redist",
    .name = "model",
    .create = gicr_create,
    .destroy = gicr_destroy,
    .apply = gicr_apply,
    .save = gicr_backend_save,
    .load = gicr_backend_load,
};

__attribute__((constructor)) static void gicr_register(void)
{
    vr_backend_register(&gicr_backend);
}
