/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codec.h"

#include <string.h>

enum {
    CODE_EFFECTS = 7, /* code of the first effect */
    CODE_LAST = 13,
    CODE_RAW = 15,
};

#define FLAG_OTHER 0x10 /* DATA, ERROR: an access of its own */
#define FLAG_FAULT 0x10
#define FLAG_SECURE 0x40
#define SIZE_SHIFT 4

static unsigned code_of(uint8_t kind)
{
    if (kind >= VR_STIM_RESET && kind <= VR_STIM_TIME) {
        return kind;
    }
    if (kind >= VR_EFF_DATA && kind <= VR_EFF_MEM_CAS) {
        return kind - VR_EFF_DATA + CODE_EFFECTS;
    }
    return CODE_RAW;
}

static uint8_t kind_of(unsigned code)
{
    return code < CODE_EFFECTS ? code : VR_EFF_DATA + code - CODE_EFFECTS;
}

/* --- encoding --- */

static uint8_t *put(uint8_t *p, uint64_t v)
{
    while (v >= 0x80) {
        *p++ = v | 0x80;
        v >>= 7;
    }
    *p++ = v;
    return p;
}

static uint64_t high_parts(const VrEvent *e)
{
    return e->data[1] | e->data2[0] | e->data2[1] | e->old[0] | e->old[1];
}

static uint8_t *put_access(uint8_t *p, const VrEvent *e)
{
    unsigned log2 = __builtin_ctz(e->size | 0x100);

    if (log2 > 3 || e->size != 1u << log2 ||
        (e->attr & ~VR_ATTR_SECURE) || e->id ||
        (e->kind == VR_STIM_READ && e->data[0]) || high_parts(e)) {
        return NULL;
    }
    p[0] |= log2 << SIZE_SHIFT;
    p[0] |= e->attr & VR_ATTR_SECURE ? FLAG_SECURE : 0;
    p = put(p + 1, e->addr);
    return e->kind == VR_STIM_WRITE ? put(p, e->data[0]) : p;
}

static uint8_t *put_end_of_access(const VrCodec *c, uint8_t *p,
                                  const VrEvent *e)
{
    uint8_t *head = p++;

    if (e->id || (e->kind == VR_EFF_ERROR && e->data[0]) || high_parts(e)) {
        return NULL;
    }
    if (e->addr != c->addr || e->size != c->size || e->attr != c->attr) {
        *head |= FLAG_OTHER;
        p = put(p, e->addr);
        p = put(p, e->size);
        p = put(p, e->attr);
    }
    return e->kind == VR_EFF_DATA ? put(p, e->data[0]) : p;
}

static uint8_t *put_pins(uint8_t *p, const VrEvent *e, bool has_addr)
{
    if (e->size || e->attr || (!has_addr && e->addr) || high_parts(e)) {
        return NULL;
    }
    p = put(p + 1, e->id);
    if (has_addr) {
        p = put(p, e->addr);
    }
    return put(p, e->data[0]);
}

static uint8_t *put_words(uint8_t *p, const uint64_t w[2], size_t size)
{
    p = put(p, w[0]);
    return size > 8 ? put(p, w[1]) : p;
}

static uint8_t *put_mem(uint8_t *p, const VrEvent *e)
{
    bool cas = e->kind == VR_EFF_MEM_CAS;

    if (e->size > 16 || (e->attr & ~VR_ATTR_FAULT) || e->id ||
        (e->size <= 8 && (e->data[1] | e->data2[1] | e->old[1])) ||
        (!cas && (e->data2[0] | e->data2[1] | e->old[0] | e->old[1]))) {
        return NULL;
    }
    *p |= e->attr ? FLAG_FAULT : 0;
    p = put(p + 1, e->size);
    p = put(p, e->addr);
    p = put_words(p, e->data, e->size);
    if (cas) {
        p = put_words(p, e->data2, e->size);
        p = put_words(p, e->old, e->size);
    }
    return p;
}

static uint8_t *put_number(uint8_t *p, const VrEvent *e, bool has_data)
{
    if (e->size || e->attr || e->id || e->addr ||
        (!has_data && e->data[0]) || high_parts(e)) {
        return NULL;
    }
    return has_data ? put(p + 1, e->data[0]) : p + 1;
}

static uint8_t *put_event(const VrCodec *c, uint8_t *p, const VrEvent *e)
{
    switch (e->kind) {
    case VR_STIM_RESET:
        return put_number(p, e, false);
    case VR_STIM_TIME:
        return put_number(p, e, true);
    case VR_STIM_READ:
    case VR_STIM_WRITE:
        return put_access(p, e);
    case VR_STIM_MSG:
    case VR_EFF_MSG:
        return put_pins(p, e, true);
    case VR_STIM_WIRE:
    case VR_EFF_WIRE:
        return put_pins(p, e, false);
    case VR_EFF_DATA:
    case VR_EFF_ERROR:
        return put_end_of_access(c, p, e);
    case VR_EFF_MEM_READ:
    case VR_EFF_MEM_WRITE:
    case VR_EFF_MEM_CAS:
        return put_mem(p, e);
    default:
        return NULL;
    }
}

static void remember(VrCodec *c, const VrEvent *e)
{
    if (e->kind == VR_STIM_READ || e->kind == VR_STIM_WRITE) {
        c->addr = e->addr;
        c->attr = e->attr;
        c->size = e->size;
    }
}

size_t vr_encode(VrCodec *c, const VrEvent *e, uint8_t out[VR_CODEC_MAX])
{
    uint8_t *end;

    out[0] = code_of(e->kind);
    end = put_event(c, out, e);
    if (!end) {
        out[0] = CODE_RAW;
        memcpy(out + 1, e, sizeof(*e));
        end = out + 1 + sizeof(*e);
    }
    remember(c, e);
    return end - out;
}

/* --- decoding --- */

typedef struct In {
    const uint8_t *p, *end;
    bool bad;
} In;

static uint64_t get(In *in)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte;

        if (in->p == in->end) {
            break;
        }
        byte = *in->p++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            return v;
        }
    }
    in->bad = true;
    return 0;
}

static void get_words(In *in, uint64_t w[2], size_t size)
{
    w[0] = get(in);
    w[1] = size > 8 ? get(in) : 0;
}

static void get_access(In *in, uint8_t head, VrEvent *e)
{
    e->size = 1u << (head >> SIZE_SHIFT & 3);
    e->attr = head & FLAG_SECURE ? VR_ATTR_SECURE : 0;
    e->addr = get(in);
    if (e->kind == VR_STIM_WRITE) {
        e->data[0] = get(in);
    }
}

static void get_end_of_access(const VrCodec *c, In *in, uint8_t head,
                              VrEvent *e)
{
    if (head & FLAG_OTHER) {
        e->addr = get(in);
        e->size = get(in);
        e->attr = get(in);
    } else {
        e->addr = c->addr;
        e->size = c->size;
        e->attr = c->attr;
    }
    if (e->kind == VR_EFF_DATA) {
        e->data[0] = get(in);
    }
}

static void get_mem(In *in, uint8_t head, VrEvent *e)
{
    uint64_t size = get(in);

    if (size > 16) {
        in->bad = true;
        return;
    }
    e->size = size;
    e->attr = head & FLAG_FAULT ? VR_ATTR_FAULT : 0;
    e->addr = get(in);
    get_words(in, e->data, size);
    if (e->kind == VR_EFF_MEM_CAS) {
        get_words(in, e->data2, size);
        get_words(in, e->old, size);
    }
}

static void get_raw(In *in, VrEvent *e)
{
    if ((size_t)(in->end - in->p) < sizeof(*e)) {
        in->bad = true;
        return;
    }
    memcpy(e, in->p, sizeof(*e));
    in->p += sizeof(*e);
}

static void get_event(const VrCodec *c, In *in, uint8_t head, VrEvent *e)
{
    e->kind = kind_of(head & 0xf);
    switch (e->kind) {
    case VR_STIM_RESET:
        break;
    case VR_STIM_TIME:
        e->data[0] = get(in);
        break;
    case VR_STIM_READ:
    case VR_STIM_WRITE:
        get_access(in, head, e);
        break;
    case VR_STIM_MSG:
    case VR_EFF_MSG:
        e->id = get(in);
        e->addr = get(in);
        e->data[0] = get(in);
        break;
    case VR_STIM_WIRE:
    case VR_EFF_WIRE:
        e->id = get(in);
        e->data[0] = get(in);
        break;
    case VR_EFF_DATA:
    case VR_EFF_ERROR:
        get_end_of_access(c, in, head, e);
        break;
    default:
        get_mem(in, head, e);
        break;
    }
}

size_t vr_decode(VrCodec *c, const uint8_t *bytes, size_t len, VrEvent *e)
{
    In in = { bytes, bytes + len, false };
    uint8_t head;

    if (len == 0) {
        return 0;
    }
    memset(e, 0, sizeof(*e));
    head = *in.p++;
    if ((head & 0xf) == CODE_RAW) {
        get_raw(&in, e);
    } else if ((head & 0xf) == 0 || (head & 0xf) > CODE_LAST) {
        in.bad = true;
    } else {
        get_event(c, &in, head, e);
    }
    if (in.bad) {
        return 0;
    }
    remember(c, e);
    return in.p - bytes;
}
