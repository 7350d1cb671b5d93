/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fuzzer's random numbers: xoshiro256** seeded through splitmix64 (both
 * by D. Blackman and S. Vigna), the same on every machine.
 */
#ifndef VIRELAY_RNG_H
#define VIRELAY_RNG_H

#include <stdbool.h>
#include <stdint.h>

typedef struct VrRng {
    uint64_t s[4];
} VrRng;

static inline uint64_t vr_splitmix64(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A stream of its own for every pair of seed and stream number. */
static inline void vr_rng_seed(VrRng *r, uint64_t seed, uint64_t stream)
{
    uint64_t state = seed;

    state = vr_splitmix64(&state) ^ stream;
    for (int i = 0; i < 4; i++) {
        r->s[i] = vr_splitmix64(&state);
    }
}

static inline uint64_t vr_rotl64(uint64_t v, int n)
{
    return v << n | v >> (64 - n);
}

static inline uint64_t vr_rng_next(VrRng *r)
{
    uint64_t *s = r->s;
    uint64_t result = vr_rotl64(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = vr_rotl64(s[3], 45);
    return result;
}

/* 0 to n - 1; n > 0. The bias of n / 2^32 does not matter here. */
static inline uint32_t vr_rng_below(VrRng *r, uint32_t n)
{
    return (vr_rng_next(r) >> 32) * n >> 32;
}

/* True in @part of 1000 cases. */
static inline bool vr_rng_permille(VrRng *r, uint32_t part)
{
    return vr_rng_below(r, 1000) < part;
}

#endif
