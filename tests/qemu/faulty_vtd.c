/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backend "faulty" of vtd-ir for tests of lockstep in a machine, preloaded
 * into QEMU: the model, but from the 5th on its remapped interrupts have
 * another redirection hint, with which a machine goes on.
 */
#include <stdlib.h>

#include "backend.h"
#include "vtd_ir.h"

#define FIRST_WRONG 5
#define REDIRECTION_HINT 0x1000

typedef struct Faulty {
    VrBlock parent;
    VrBlock *model;
    unsigned remapped;
} Faulty;

static bool faulty_mem_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    return vr_emit_mem_read(opaque, addr, buf, len);
}

static bool faulty_mem_write(void *opaque, uint64_t addr, const void *buf,
                             size_t len)
{
    return vr_emit_mem_write(opaque, addr, buf, len);
}

static bool faulty_mem_cas(void *opaque, uint64_t addr, const void *expected,
                           const void *desired, void *found, size_t size)
{
    return vr_emit_mem_cas(opaque, addr, expected, desired, found, size);
}

static void faulty_msg_out(void *opaque, const VrEvent *m)
{
    Faulty *f = opaque;
    uint64_t data = m->data[0];

    if (m->id == VR_VTD_REMAPPED && ++f->remapped >= FIRST_WRONG) {
        data ^= REDIRECTION_HINT;
    }
    vr_emit_msg(&f->parent, m->id, m->addr, data);
}

static void faulty_wire_out(void *opaque, uint32_t wire, uint64_t level)
{
    vr_emit_wire(opaque, wire, level);
}

static const VrHost faulty_host = {
    .mem_read = faulty_mem_read,
    .mem_write = faulty_mem_write,
    .mem_cas = faulty_mem_cas,
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
    .block = "vtd-ir",
    .name = "faulty",
    .create = faulty_create,
    .destroy = faulty_destroy,
    .apply = faulty_apply,
};

static void __attribute__((constructor)) faulty_register(void)
{
    vr_backend_register(&faulty_backend);
}
