/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 128 bits of what a segment did, to tell runs apart: fast, not secure. SHA-256
 * over all bytes would take a quarter of the time of a run.
 */
#ifndef VIRELAY_FUZZ_DIGEST_H
#define VIRELAY_FUZZ_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct VrDigest {
    uint64_t a, b;
} VrDigest;

static inline void vr_digest_word(VrDigest *d, uint64_t word)
{
    d->a = (d->a ^ word) * 0x9e3779b97f4a7c15u;
    d->a ^= d->a >> 32;
    d->b = (d->b + word) * 0xc2b2ae3d27d4eb4fu;
    d->b = d->b << 29 | d->b >> 35;
}

/* The same bytes give the same digest on every host that we build for. */
static inline VrDigest vr_digest(const uint8_t *bytes, size_t len)
{
    VrDigest d = { len, ~(uint64_t)len };
    uint64_t word;

    for (; len >= sizeof(word); len -= sizeof(word), bytes += sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
        vr_digest_word(&d, word);
    }
    word = 0;
    memcpy(&word, bytes, len);
    vr_digest_word(&d, word);
    return d;
}

#endif
