/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"

#include <string.h>

uint8_t *vr_fuzz_memory_at(VrFuzzMemory *m, uint64_t addr, size_t len)
{
    uint64_t offset = addr - m->base; /* modulo 2^64 */

    if (len > VR_FUZZ_MEMORY_SIZE || offset > VR_FUZZ_MEMORY_SIZE - len) {
        return NULL;
    }
    return m->bytes + offset;
}

uint64_t vr_fuzz_memory_word(VrFuzzMemory *m, uint64_t addr)
{
    const uint8_t *p = vr_fuzz_memory_at(m, addr, 8);
    uint64_t word = 0;

    if (p) {
        memcpy(&word, p, 8);
    }
    return word;
}

/* Like vr_fuzz_memory_at(), but of lines that refuse no more than @limit. */
static uint8_t *reach(VrFuzzMemory *m, uint64_t addr, size_t len,
                      VrFuzzRefuse limit)
{
    uint8_t *p = vr_fuzz_memory_at(m, addr, len);
    size_t first, last;

    if (!p || len == 0) {
        return p;
    }
    first = (p - m->bytes) / VR_FUZZ_LINE;
    last = (p - m->bytes + len - 1) / VR_FUZZ_LINE;
    for (size_t line = first; line <= last; line++) {
        if (m->refuse[line] > limit) {
            return NULL;
        }
    }
    return p;
}

static void update(uint8_t *p, uint64_t keep, uint64_t toggle)
{
    uint64_t word;

    memcpy(&word, p, 8);
    word = (word & keep) ^ toggle;
    memcpy(p, &word, 8);
}

static void race(VrFuzzMemory *m, uint8_t *p)
{
    if (m->race_times == 0) {
        return;
    }
    if (m->race_skip > 0) {
        m->race_skip--;
        return;
    }
    m->race_times--;
    update(p, m->race_keep, m->race_toggle);
}

static bool host_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    const uint8_t *p = reach(opaque, addr, len, VR_FUZZ_REFUSE_WRITES);

    if (p) {
        memcpy(buf, p, len);
    }
    return p != NULL;
}

static bool host_write(void *opaque, uint64_t addr, const void *buf,
                       size_t len)
{
    uint8_t *p = reach(opaque, addr, len, VR_FUZZ_REFUSE_NONE);

    if (p) {
        memcpy(p, buf, len);
    }
    return p != NULL;
}

static bool host_cas(void *opaque, uint64_t addr, const void *expected,
                     const void *desired, void *found, size_t size)
{
    uint8_t *p = reach(opaque, addr, size, VR_FUZZ_REFUSE_NONE);

    if (!p) {
        return false;
    }
    race(opaque, p);
    memcpy(found, p, size);
    if (!memcmp(p, expected, size)) {
        memcpy(p, desired, size);
    }
    return true;
}

const VrHost vr_fuzz_memory_host = {
    .mem_read = host_read,
    .mem_write = host_write,
    .mem_cas = host_cas,
};

void vr_fuzz_memory_cpu(VrFuzzMemory *m, const VrEvent *item)
{
    uint8_t *p = vr_fuzz_memory_at(m, item->addr, item->size);

    switch (item->id) {
    case VR_FUZZ_STORE:
        if (p && item->size <= sizeof(item->data)) {
            memcpy(p, item->data, item->size);
        }
        break;
    case VR_FUZZ_UPDATE:
        p = vr_fuzz_memory_at(m, item->addr, 8);
        if (p) {
            update(p, item->data[0], item->data[1]);
        }
        break;
    case VR_FUZZ_RACE:
        m->race_keep = item->data[0];
        m->race_toggle = item->data[1];
        m->race_times = item->data2[0];
        m->race_skip = item->data2[1];
        break;
    case VR_FUZZ_REFUSE:
        p = vr_fuzz_memory_at(m, item->addr, 1);
        if (p) {
            m->refuse[(p - m->bytes) / VR_FUZZ_LINE] = item->data[0];
        }
        break;
    default:
        break;
    }
}
