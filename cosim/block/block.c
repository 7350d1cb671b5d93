/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block contract: what every backend has in common. */
#include "backend.h"
#include "nearest.h"
#include "registry.h"
#include "variant.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const VrHost no_host;

static const char *backend_name_at(const void *opaque, size_t index)
{
    return vr_backend_name_at(opaque, index);
}

static const VrBackend *find_backend(const VrBlockType *type, const char *name,
                                     VrError *err)
{
    size_t len = strcspn(name, ":");
    const VrBackend *backend = vr_backend_find(type, name, len);
    char word[64], hint[256];

    if (!backend) {
        snprintf(word, sizeof(word), "%.*s", (int)(len < 63 ? len : 63), name);
        vr_error_set(err, VR_ERR_USAGE, "block '%s' has no backend '%s'; %s",
                     type->name, word,
                     vr_nearest(word, backend_name_at, type, hint,
                                sizeof(hint)));
    }
    return backend;
}

VrBlock *vr_block_create(const VrBlockType *type, const char *backend_name,
                         const VrVariant *variant, const VrHost *host,
                         void *opaque, VrError *err)
{
    static const VrVariant defaults;
    const VrBackend *backend = find_backend(type, backend_name, err);
    const char *colon = strchr(backend_name, ':');
    VrBlock *b;

    if (!backend) {
        return NULL;
    }
    if (!variant) {
        variant = &defaults;
    }
    if (!vr_variant_check(type, variant, err)) {
        return NULL;
    }
    b = backend->create(type, colon ? colon + 1 : NULL, variant, err);
    if (b) {
        b->backend = backend;
        b->type = type;
        b->host = host ? host : &no_host;
        b->host_opaque = opaque;
        b->observer_count = 0;
        b->applying = false;
        b->stopped = false;
    }
    return b;
}

void vr_block_destroy(VrBlock *b)
{
    if (b) {
        b->backend->destroy(b);
    }
}

const VrBlockType *vr_block_type(const VrBlock *b)
{
    return b->type;
}

const char *vr_block_backend(const VrBlock *b)
{
    return b->backend->name;
}

bool vr_block_observe(VrBlock *b, VrObserver fn, void *opaque)
{
    if (b->observer_count == VR_MAX_OBSERVERS) {
        return false;
    }
    b->observers[b->observer_count].fn = fn;
    b->observers[b->observer_count].opaque = opaque;
    b->observer_count++;
    return true;
}

static void tell(const VrBlock *b, const VrEvent *e)
{
    for (unsigned i = 0; i < b->observer_count; i++) {
        b->observers[i].fn(b->observers[i].opaque, e);
    }
}

static void end_access(VrBlock *b, const VrEvent *stim, const VrReply *reply)
{
    VrEvent e = {
        .size = stim->size,
        .attr = stim->attr,
        .addr = stim->addr,
    };

    if (reply->error) {
        e.kind = VR_EFF_ERROR;
        tell(b, &e);
    } else if (stim->kind == VR_STIM_READ) {
        e.kind = VR_EFF_DATA;
        e.data[0] = reply->data;
        tell(b, &e);
    }
}

bool vr_block_apply(VrBlock *b, const VrEvent *stim, VrReply *reply)
{
    VrReply own;
    bool ok;

    if (!reply) {
        reply = &own;
    }
    reply->data = 0;
    reply->error = false;
    if (b->stopped) {
        return false;
    }
    if (b->applying) {
        vr_guest_error(b, "re-entry: a host callback applied a stimulus to "
                          "the block that called it; it was refused");
        return false;
    }
    b->applying = true;
    tell(b, stim);
    ok = b->backend->apply(b, stim, reply);
    end_access(b, stim, reply);
    b->applying = false;
    b->stopped = !ok;
    return ok;
}

uint64_t vr_block_read(VrBlock *b, uint64_t addr, unsigned size,
                       uint16_t attr, bool *error)
{
    const VrEvent stim = {
        .kind = VR_STIM_READ, .size = size, .attr = attr, .addr = addr,
    };
    VrReply reply;

    vr_block_apply(b, &stim, &reply);
    if (error) {
        *error = reply.error;
    }
    return reply.data;
}

void vr_block_write(VrBlock *b, uint64_t addr, unsigned size, uint16_t attr,
                    uint64_t data, bool *error)
{
    const VrEvent stim = {
        .kind = VR_STIM_WRITE, .size = size, .attr = attr, .addr = addr,
        .data = { data },
    };
    VrReply reply;

    vr_block_apply(b, &stim, &reply);
    if (error) {
        *error = reply.error;
    }
}

void vr_block_wire(VrBlock *b, uint32_t wire, uint64_t level)
{
    const VrEvent stim = {
        .kind = VR_STIM_WIRE, .id = wire, .data = { level },
    };

    vr_block_apply(b, &stim, NULL);
}

void vr_block_msg(VrBlock *b, uint32_t opcode, uint64_t addr, uint64_t data)
{
    const VrEvent stim = {
        .kind = VR_STIM_MSG, .id = opcode, .addr = addr, .data = { data },
    };

    vr_block_apply(b, &stim, NULL);
}

void vr_block_reset(VrBlock *b)
{
    const VrEvent stim = { .kind = VR_STIM_RESET };

    vr_block_apply(b, &stim, NULL);
}

int64_t vr_block_save(const VrBlock *b, void *buf, size_t cap)
{
    return b->backend->save ? b->backend->save(b, buf, cap) : -ENOTSUP;
}

int vr_block_load(VrBlock *b, const void *buf, size_t len)
{
    int ret = b->backend->load ? b->backend->load(b, buf, len) : -ENOTSUP;

    if (ret == 0) {
        b->stopped = false;
    }
    return ret;
}

bool vr_block_waves(VrBlock *b, const char *path, VrError *err)
{
    if (!b->backend->waves) {
        return vr_error_set(err, VR_ERR_USAGE,
                            "backend '%s' of block '%s' has no waveforms; "
                            "use 'rtl', or 'lockstep' over it",
                            b->backend->name, b->type->name);
    }
    return b->backend->waves(b, path, err);
}

void vr_emit_msg(VrBlock *b, uint32_t opcode, uint64_t addr, uint64_t data)
{
    const VrEvent e = {
        .kind = VR_EFF_MSG, .id = opcode, .addr = addr, .data = { data },
    };

    assert(b->applying);
    tell(b, &e);
    if (b->host->msg_out) {
        b->host->msg_out(b->host_opaque, &e);
    }
}

void vr_emit_wire(VrBlock *b, uint32_t wire, uint64_t level)
{
    const VrEvent e = {
        .kind = VR_EFF_WIRE, .id = wire, .data = { level },
    };

    assert(b->applying);
    tell(b, &e);
    if (b->host->wire_out) {
        b->host->wire_out(b->host_opaque, wire, level);
    }
}

/*
 * Memory effects carry at most 16 bytes; longer accesses are split, lowest
 * address first. They are told to the observers after the host's answer, which
 * belongs to the effect.
 */
#define MEM_CHUNK 16

static bool mem_read_chunk(VrBlock *b, uint64_t addr, void *buf, size_t len)
{
    VrEvent e = { .kind = VR_EFF_MEM_READ, .size = len, .addr = addr };
    bool ok = b->host->mem_read &&
              b->host->mem_read(b->host_opaque, addr, buf, len);

    if (ok) {
        memcpy(e.data, buf, len);
    } else {
        memset(buf, 0, len);
        e.attr = VR_ATTR_FAULT;
    }
    tell(b, &e);
    return ok;
}

bool vr_emit_mem_read(VrBlock *b, uint64_t addr, void *buf, size_t len)
{
    uint8_t *p = buf;
    bool ok = true;

    assert(b->applying);
    while (len > 0) {
        size_t n = len < MEM_CHUNK ? len : MEM_CHUNK;

        ok &= mem_read_chunk(b, addr, p, n);
        addr += n;
        p += n;
        len -= n;
    }
    return ok;
}

static bool mem_write_chunk(VrBlock *b, uint64_t addr, const void *buf,
                            size_t len)
{
    VrEvent e = { .kind = VR_EFF_MEM_WRITE, .size = len, .addr = addr };
    bool ok = b->host->mem_write &&
              b->host->mem_write(b->host_opaque, addr, buf, len);

    memcpy(e.data, buf, len);
    e.attr = ok ? 0 : VR_ATTR_FAULT;
    tell(b, &e);
    return ok;
}

bool vr_emit_mem_write(VrBlock *b, uint64_t addr, const void *buf, size_t len)
{
    const uint8_t *p = buf;
    bool ok = true;

    assert(b->applying);
    while (len > 0) {
        size_t n = len < MEM_CHUNK ? len : MEM_CHUNK;

        ok &= mem_write_chunk(b, addr, p, n);
        addr += n;
        p += n;
        len -= n;
    }
    return ok;
}

bool vr_emit_mem_cas(VrBlock *b, uint64_t addr, const void *expected,
                     const void *desired, void *found, size_t size)
{
    VrEvent e = { .kind = VR_EFF_MEM_CAS, .size = size, .addr = addr };
    bool ok;

    assert(b->applying && (size == 8 || size == 16));
    memcpy(e.data, expected, size);
    memcpy(e.data2, desired, size);
    ok = b->host->mem_cas &&
         b->host->mem_cas(b->host_opaque, addr, expected, desired, found,
                          size);
    if (ok) {
        memcpy(e.old, found, size);
    } else {
        memset(found, 0, size);
        e.attr = VR_ATTR_FAULT;
    }
    tell(b, &e);
    return ok;
}

void vr_guest_error(VrBlock *b, const char *fmt, ...)
{
    char text[256];
    va_list ap;

    if (b->host->guest_error) {
        va_start(ap, fmt);
        vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
        b->host->guest_error(b->host_opaque, text);
    }
}
