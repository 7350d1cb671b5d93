/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backend "faulty" for tests of lockstep in a machine, preloaded into QEMU:
 * the model, but from the 20th on its SETs have another priority.
 */
#include <stdlib.h>

#include "backend.h"
#include "gicv3_redist.h"

#define FIRST_WRONG_SET 20

typedef struct Faulty {
    VrBlock parent;
    VrBlock *model;
    unsigned sets;
} Faulty;

static void faulty_msg_out(void *opaque, const VrEvent *m)
{
    Faulty *f = opaque;
    uint64_t data = m->data[0];

    if (m->id == VR_GICR_SET && ++f->sets >= FIRST_WRONG_SET) {
        data ^= 0x10;
    }
    vr_emit_msg(&f->parent, m->id, m->addr, data);
}

static void faulty_wire_out(void *opaque, uint32_t wire, uint64_t level)
{
    vr_emit_wire(opaque, wire, level);
}

static const VrHost faulty_host = {
    .msg_out = faulty_msg_out,
    .wire_out = faulty_wire_out,
};

static void faulty_destroy(VrBlock *b)
{
    vr_block_destroy(((Faulty *)b)->model);
    free(b);
}

static VrBlock *faulty_create(const VrBlockType *type, const char *spec,
                              const VrVariant *variant, VrError *err)
{
    Faulty *f = calloc(1, sizeof(*f));

    (void)spec;
    if (!f) {
        abort();
    }
    f->model = vr_block_create(type, "model", variant, &faulty_host, f, err);
    if (!f->model) {
        free(f);
        return NULL;
    }
    return &f->parent;
}

static bool faulty_apply(VrBlock *b, const VrEvent *stim, VrReply *reply)
{
    return vr_block_apply(((Faulty *)b)->model, stim, reply);
}

static const VrBackend faulty_backend = {
    .block = "gicv3-redist",
    .name = "faulty",
    .create = faulty_create,
    .destroy = faulty_destroy,
    .apply = faulty_apply,
};

static void __attribute__((constructor)) faulty_register(void)
{
    vr_backend_register(&faulty_backend);
}
