/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_block.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FakePlant fake_plant_a, fake_plant_b;

typedef struct Fake {
    VrBlock parent;
    const FakePlant *plant;
    uint64_t regs[8];
} Fake;

static unsigned fake_order_class(const VrEvent *e)
{
    if (e->kind == VR_EFF_DATA || e->kind == VR_EFF_ERROR) {
        return 1;
    }
    return e->kind == VR_EFF_MSG ? 100 + e->id : e->kind;
}

static void fake_describe(const VrEvent *e, char *buf, size_t len)
{
    snprintf(buf, len, "kind %x id %u addr %" PRIx64 " data %" PRIx64,
             e->kind, e->id, e->addr, e->data[0]);
}

static const VrParamSpec fake_params[] = {
    { "depth", "a depth", 4, 1, 16 },
    { "width", "a width", 0, 0, UINT64_MAX },
};

const VrBlockType fake_type = {
    .name = "fake",
    .manual = "none",
    .params = fake_params,
    .param_count = 2,
    .order_class = fake_order_class,
    .describe = fake_describe,
};

static VrBlock *create(const FakePlant *plant)
{
    Fake *f = calloc(1, sizeof(*f));

    f->plant = plant;
    return &f->parent;
}

static VrBlock *create_a(const VrBlockType *type, const char *spec,
                         const VrVariant *variant, VrError *err)
{
    (void)type, (void)spec, (void)variant, (void)err;
    return create(&fake_plant_a);
}

static VrBlock *create_b(const VrBlockType *type, const char *spec,
                         const VrVariant *variant, VrError *err)
{
    (void)type, (void)spec, (void)variant, (void)err;
    return create(&fake_plant_b);
}

static void destroy(VrBlock *b)
{
    free(b);
}

static void access_register(Fake *f, const VrEvent *stim, VrReply *reply)
{
    if (stim->addr >= 0x1000) {
        reply->error = true;
    } else if (stim->kind == VR_STIM_WRITE) {
        f->regs[stim->addr / 8 % 8] = stim->data[0];
    } else {
        reply->data = f->regs[stim->addr / 8 % 8] + (*f->plant == PLANT_DATA);
        reply->error = *f->plant == PLANT_ERROR;
    }
}

static void sum_of_memory(Fake *f, const VrEvent *stim)
{
    uint8_t bytes[40];
    uint64_t sum = 0;

    vr_emit_mem_read(&f->parent, stim->addr, bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        sum += bytes[i];
    }
    vr_emit_msg(&f->parent, 1, 0, sum);
}

static void read_twice(Fake *f, const VrEvent *stim)
{
    uint64_t first, second;

    vr_emit_mem_read(&f->parent, stim->addr, &first, 8);
    vr_emit_mem_write(&f->parent, stim->addr, &stim->data[0], 8);
    vr_emit_mem_read(&f->parent, stim->addr, &second, 8);
    vr_emit_msg(&f->parent, 1, first, second);
}

static void add_to_memory(Fake *f, const VrEvent *stim)
{
    unsigned tries = *f->plant == PLANT_LOST ? 1 : 8;
    uint64_t expected, desired, found;
    bool again = vr_emit_mem_read(&f->parent, stim->addr, &found, 8);

    for (unsigned i = 0; i < tries && again; i++) {
        expected = found;
        desired = expected + stim->data[0];
        again = vr_emit_mem_cas(&f->parent, stim->addr, &expected, &desired,
                                &found, 8) && found != expected;
    }
}

static void use_memory(Fake *f, const VrEvent *stim)
{
    uint64_t addr = stim->addr + (*f->plant == PLANT_ADDRESS ? 8 : 0);
    uint64_t expected = 0, found, value;
    uint64_t desired = stim->data[0] + (*f->plant == PLANT_DESIRED);

    switch (stim->id) {
    case 1:
        vr_emit_mem_read(&f->parent, addr, &value, 8);
        vr_emit_msg(&f->parent, 1, 0, value);
        break;
    case 2:
        if (!vr_emit_mem_write(&f->parent, addr, &stim->data[0], 8)) {
            vr_emit_msg(&f->parent, 9, addr, 0);
        }
        break;
    default:
        vr_emit_mem_cas(&f->parent, addr, &expected, &desired, &found, 8);
        vr_emit_msg(&f->parent, 1, 0, found);
        break;
    }
}

static void two_classes(Fake *f)
{
    VrBlock *b = &f->parent;

    if (*f->plant == PLANT_SWAP) {
        vr_emit_msg(b, 2, 0, 0);
        vr_emit_msg(b, 1, 0, 0);
        return;
    }
    vr_emit_msg(b, 1, 0, 0);
    if (*f->plant != PLANT_MISSING) {
        vr_emit_msg(b, 2, 0, 0);
    }
    if (*f->plant == PLANT_EXTRA) {
        vr_emit_msg(b, 3, 0, 0);
    }
}

static void one_class(Fake *f)
{
    bool swapped = *f->plant == PLANT_ORDER;

    vr_emit_msg(&f->parent, 1, 0, swapped ? 2 : 1);
    vr_emit_msg(&f->parent, 1, 0, swapped ? 1 : 2);
}

static void message(Fake *f, const VrEvent *stim)
{
    switch (stim->id) {
    case 1:
    case 2:
    case 3:
        use_memory(f, stim);
        break;
    case 4:
        two_classes(f);
        break;
    case 5:
        one_class(f);
        break;
    case 6:
        vr_emit_wire(&f->parent, 3, stim->data[0]);
        break;
    case 7:
        sum_of_memory(f, stim);
        break;
    case 8:
        read_twice(f, stim);
        break;
    case 9:
        add_to_memory(f, stim);
        break;
    default:
        vr_guest_error(&f->parent, "no message %u", stim->id);
        break;
    }
}

static bool apply(VrBlock *b, const VrEvent *stim, VrReply *reply)
{
    Fake *f = (Fake *)b;

    switch (stim->kind) {
    case VR_STIM_RESET:
        memset(f->regs, 0, sizeof(f->regs));
        break;
    case VR_STIM_READ:
    case VR_STIM_WRITE:
        access_register(f, stim, reply);
        return stim->kind == VR_STIM_WRITE || *f->plant != PLANT_HANG;
    case VR_STIM_MSG:
        message(f, stim);
        break;
    default:
        break;
    }
    return true;
}

static int64_t save(const VrBlock *b, void *buf, size_t cap)
{
    const Fake *f = (const Fake *)b;

    if (cap >= sizeof(f->regs)) {
        memcpy(buf, f->regs, sizeof(f->regs));
    }
    return sizeof(f->regs);
}

static int load(VrBlock *b, const void *buf, size_t len)
{
    Fake *f = (Fake *)b;

    if (len != sizeof(f->regs)) {
        return -EINVAL;
    }
    memcpy(f->regs, buf, len);
    return 0;
}

static const VrBackend backend_a = {
    .block = "fake", .name = "fake-a", .create = create_a,
    .destroy = destroy, .apply = apply, .save = save, .load = load,
};

static const VrBackend backend_b = {
    .block = "fake", .name = "fake-b", .create = create_b,
    .destroy = destroy, .apply = apply, .save = save, .load = load,
};

static const VrBackend backend_nosave = {
    .block = "fake", .name = "fake-nosave", .create = create_a,
    .destroy = destroy, .apply = apply,
};

__attribute__((constructor)) static void register_fake(void)
{
    vr_block_type_register(&fake_type);
    vr_backend_register(&backend_a);
    vr_backend_register(&backend_b);
    vr_backend_register(&backend_nosave);
}

/* --- host --- */

static bool inside(uint64_t addr, size_t len)
{
    return addr <= 256 && len <= 256 - addr;
}

static bool host_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    FakeHost *h = opaque;

    h->reads++;
    if (!inside(addr, len)) {
        memset(buf, 0xdd, len); /* must not reach the block */
        return false;
    }
    memcpy(buf, h->memory + addr, len);
    return true;
}

static bool host_write(void *opaque, uint64_t addr, const void *buf,
                       size_t len)
{
    FakeHost *h = opaque;

    h->writes++;
    if (!inside(addr, len)) {
        return false;
    }
    memcpy(h->memory + addr, buf, len);
    return true;
}

static bool host_cas(void *opaque, uint64_t addr, const void *expected,
                     const void *desired, void *found, size_t size)
{
    FakeHost *h = opaque;

    h->cas++;
    if (!inside(addr, size)) {
        memset(found, 0xdd, size); /* must not reach the block */
        return false;
    }
    memcpy(found, h->memory + addr, size);
    if (!memcmp(found, expected, size)) {
        memcpy(h->memory + addr, desired, size);
    }
    return true;
}

static void host_msg(void *opaque, const VrEvent *msg)
{
    FakeHost *h = opaque;
    const VrEvent reset = { .kind = VR_STIM_RESET };

    h->msgs++;
    h->last_msg = *msg;
    if (h->reenter) {
        h->reenter_refused = !vr_block_apply(h->reenter, &reset, NULL);
    }
}

static void host_wire(void *opaque, uint32_t wire, uint64_t level)
{
    FakeHost *h = opaque;

    (void)wire;
    (void)level;
    h->wires++;
}

static void host_guest_error(void *opaque, const char *text)
{
    FakeHost *h = opaque;

    (void)text;
    h->guest_errors++;
}

const VrHost fake_host = {
    .mem_read = host_read,
    .mem_write = host_write,
    .mem_cas = host_cas,
    .msg_out = host_msg,
    .wire_out = host_wire,
    .guest_error = host_guest_error,
};
