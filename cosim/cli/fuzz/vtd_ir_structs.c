/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a driver, careless now and then, puts into memory for vtd-ir: entries
 * of the remapping table, posted-interrupt descriptors, queue descriptors.
 */
#include "vtd_ir.h"

#include <string.h>

#define IRTE_P 1ull
#define IRTE_FPD 2ull
#define IRTE_PST (1ull << 15)
#define IRTE_URG (1ull << 14)

#define LONG_RACE 1024 /* changes of a word in a row, which is slow */

#define DESC_IEC 4u
#define DESC_WAIT 5u
#define IEC_G (1u << 4)
#define WAIT_IF (1u << 4)
#define WAIT_SW (1u << 5)
#define WAIT_FN (1u << 6)
#define WAIT_PD (1u << 7)

static uint32_t pick(VrRng *rng, const uint32_t *from, size_t count)
{
    return from[vr_rng_below(rng, count)];
}

/* A few devices, so that source-ids match often. */
static uint32_t device(VrRng *rng)
{
    static const uint32_t sids[] = { 0x00fa, 0x0100, 0x0101, 0x0107, 0x02f8,
                                     0xff00 };

    return pick(rng, sids, G_N_ELEMENTS(sids));
}

static void flip_one(VrRng *rng, uint64_t *w, unsigned bits)
{
    unsigned bit = vr_rng_below(rng, bits);

    w[bit / 64] ^= 1ull << bit % 64;
}

uint64_t vtd_draw_pid_address(const VtdState *s, VrRng *rng)
{
    uint64_t pids = s->memory.base + VTD_PIDS;
    uint32_t n = vr_rng_below(rng, 100);

    if (n < 80) {
        return pids + 64 * vr_rng_below(rng, VTD_HOT);
    }
    if (n < 94) {
        return pids + 64 * vr_rng_below(rng, VTD_PID_COUNT);
    }
    if (n < 97) {
        return s->memory.base + 64 * vr_rng_below(rng,
                                                  VR_FUZZ_MEMORY_SIZE / 64);
    }
    if (n < 98) {
        return s->memory.base + VR_FUZZ_MEMORY_SIZE;
    }
    return vr_rng_next(rng) & ~63ull;
}

/* An APIC id: good in both modes, or only in one. */
static uint32_t destination(VrRng *rng)
{
    uint32_t n = vr_rng_below(rng, 16);

    if (n < 12) {
        return vr_rng_below(rng, 256) << 8;
    }
    return n < 14 ? vr_rng_below(rng, 300) : (uint32_t)vr_rng_next(rng);
}

static uint64_t source_check(VrRng *rng)
{
    uint32_t n = vr_rng_below(rng, 100);
    uint32_t sid = device(rng);

    if (n < 50) {
        return sid; /* SVT 0: not checked */
    }
    if (n < 82) {
        return sid | vr_rng_below(rng, 4) << 16 | 1u << 18;
    }
    if (n < 97) { /* SVT 2: a range of busses, sometimes an empty one */
        uint32_t first = vr_rng_below(rng, 3);

        return first << 8 | vr_rng_below(rng, 4) | 2u << 18 |
               vr_rng_below(rng, 4) << 16;
    }
    return sid | 3u << 18;
}

static void remapped(VrRng *rng, uint64_t w[2])
{
    static const uint32_t modes[] = { 0, 0, 0, 0, 1, 1, 2, 4, 5, 7 };
    uint64_t r = vr_rng_next(rng);
    uint32_t mode = (r & 31) == 0 ? 3 : (r & 31) == 1
                        ? 6 : pick(rng, modes, G_N_ELEMENTS(modes));

    w[0] |= (r >> 8 & 7) << 2 | mode << 5 | (uint64_t)destination(rng) << 32;
}

static void posted(const VtdState *s, VrRng *rng, uint64_t w[2])
{
    uint64_t pid = vtd_draw_pid_address(s, rng);

    w[0] |= IRTE_PST | (pid >> 6 & 0x3ffffff) << 38;
    w[0] |= vr_rng_permille(rng, 250) ? IRTE_URG : 0;
    w[1] |= pid >> 32 << 32;
}

void vtd_draw_irte(const VtdState *s, VrRng *rng, uint64_t w[2])
{
    uint64_t r = vr_rng_next(rng);
    uint32_t n = vr_rng_below(rng, 100);

    w[0] = IRTE_P | (r & 0xff0f00);
    w[0] |= r >> 60 < 3 ? IRTE_FPD : 0;
    w[1] = source_check(rng);
    if (vr_rng_below(rng, 100) < (s->pi ? 68u : 8u)) {
        posted(s, rng, w);
    } else {
        remapped(rng, w);
    }
    if (n < 4) {
        w[0] &= ~IRTE_P;
    } else if (n < 10) {
        flip_one(rng, w, 128);
    } else if (n == 10) {
        w[0] = vr_rng_next(rng) | 1;
        w[1] = vr_rng_next(rng);
    }
}

void vtd_draw_pid(const VtdState *s, VrRng *rng, uint64_t w[8])
{
    uint64_t r = vr_rng_next(rng);

    (void)s;
    memset(w, 0, 8 * sizeof(w[0]));
    for (unsigned i = 0; i < 4; i++) {
        w[i] = r >> i & 1 ? vr_rng_next(rng) & vr_rng_next(rng) : 0;
    }
    w[4] = (r >> 8 & 7) == 0;             /* ON */
    w[4] |= (r >> 11 & 3) == 0 ? 2 : 0;   /* SN */
    w[4] |= r & 0xff0000;                 /* NV */
    w[4] |= (uint64_t)destination(rng) << 32;
    if ((r >> 40 & 15) == 0) {
        flip_one(rng, w + 4, 256);
    }
}

void vtd_iec_invalidation(uint32_t index, bool global, uint64_t w[4])
{
    memset(w, 0, 4 * sizeof(w[0]));
    w[0] = DESC_IEC | (global ? 0 : IEC_G) | (uint64_t)(index & 0xffff) << 32;
}

static void draw_iec(const VtdState *s, VrRng *rng, uint64_t w[4])
{
    uint32_t im = vr_rng_permille(rng, 900) ? vr_rng_below(rng, s->mhmv + 1)
                                            : vr_rng_below(rng, 32);

    if (vr_rng_permille(rng, 500)) {
        im = 0;
    }
    vtd_iec_invalidation(vtd_draw_index(s, rng), vr_rng_permille(rng, 250), w);
    w[0] |= (uint64_t)im << 27;
}

static uint64_t status_address(const VtdState *s, VrRng *rng)
{
    uint32_t n = vr_rng_below(rng, 100);

    if (n < 90) {
        return s->memory.base + VTD_STATUS + 4 * vr_rng_below(rng, 64);
    }
    if (n < 95) { /* wherever it hurts */
        return s->memory.base + 4 * vr_rng_below(rng,
                                                 VR_FUZZ_MEMORY_SIZE / 4);
    }
    return vr_rng_next(rng) & ~3ull;
}

void vtd_good_wait(const VtdState *s, VrRng *rng, uint64_t w[4])
{
    memset(w, 0, 4 * sizeof(w[0]));
    w[0] = DESC_WAIT | WAIT_SW | vr_rng_next(rng) << 32;
    w[1] = s->memory.base + VTD_STATUS + 4 * vr_rng_below(rng, 64);
}

static void draw_wait(const VtdState *s, VrRng *rng, uint64_t w[4])
{
    uint64_t r = vr_rng_next(rng);

    memset(w, 0, 4 * sizeof(w[0]));
    w[0] = DESC_WAIT | (r & 3 ? WAIT_SW : 0) | (r >> 2 & 3 ? 0 : WAIT_IF) |
           (r >> 4 & 1 ? WAIT_FN : 0) | (r >> 8 & 63 ? 0 : WAIT_PD) |
           r >> 32 << 32;
    w[1] = status_address(s, rng);
}

static void draw_dma(VrRng *rng, uint64_t w[4])
{
    static const uint32_t types[] = { 1, 2, 2, 3, 6, 7, 8 };

    w[0] = pick(rng, types, G_N_ELEMENTS(types)) |
           (vr_rng_next(rng) & ~0xe0full);
    w[1] = vr_rng_next(rng);
    w[2] = vr_rng_permille(rng, 500) ? 0 : vr_rng_next(rng);
    w[3] = vr_rng_permille(rng, 500) ? 0 : vr_rng_next(rng);
}

void vtd_draw_descriptor(const VtdState *s, VrRng *rng, uint64_t w[4])
{
    uint32_t n = vr_rng_below(rng, 1000);

    if (n < 400) {
        draw_iec(s, rng, w);
    } else if (n < 820) {
        draw_wait(s, rng, w);
    } else if (n < 970) {
        draw_dma(rng, w);
    } else {
        for (unsigned i = 0; i < 4; i++) {
            w[i] = vr_rng_next(rng);
        }
        w[0] &= vr_rng_permille(rng, 500) ? ~0xe00ull : ~0ull;
    }
    if (vr_rng_below(rng, 1000) < 25) {
        flip_one(rng, w, s->wide ? 256 : 128);
    }
}

uint32_t vtd_draw_source(const VtdState *s, VrRng *rng, const uint64_t w[2])
{
    uint64_t r = vr_rng_next(rng);
    uint32_t sid = w[1] & 0xffff;

    (void)s;
    if ((w[1] >> 18 & 3) == 2) { /* a bus of the range, or close to it */
        sid = ((w[1] >> 8 & 0xff) + (r >> 8 & 3)) << 8 | (r >> 16 & 0xff);
    }
    switch (r & 15) {
    case 0:
        return device(rng);
    case 1:
    case 2: /* another function */
        return sid ^ (r >> 24 & 7);
    case 3:
        return r >> 32 & 0xffff;
    default:
        return sid & 0xffff;
    }
}

uint32_t vtd_draw_index(const VtdState *s, VrRng *rng)
{
    uint32_t size = 2u << s->table_size;
    uint32_t n = vr_rng_below(rng, 100);

    if (n < 60) {
        return s->hot_index[vr_rng_below(rng, VTD_HOT)];
    }
    if (n < 90) {
        return vr_rng_below(rng, 96);
    }
    if (n < 95) {
        return size - 2 + vr_rng_below(rng, 4);
    }
    return n < 97 ? vr_rng_below(rng, VTD_TABLE_ENTRIES)
                  : vr_rng_below(rng, 0x20000);
}

/* --- the first memory --- */

static uint64_t draw_base(VrRng *rng)
{
    uint64_t page = vr_rng_next(rng) & ~0xfffull;

    switch (vr_rng_below(rng, 8)) {
    case 0:
        return 0;
    case 1: /* the end of the table wraps at 2^64, or that of the queue */
        return -(uint64_t)(vr_rng_permille(rng, 500) ? 0x1000 : 0x3000);
    case 2:
    case 3: /* within 32 bits */
        return page & 0xfffff000;
    case 4: /* across 2^32 */
        return (1ull << 32) - 0x4000;
    default: /* beyond */
        return page >> 12 & ~0xfffull;
    }
}

static void store(VrFuzzMemory *m, size_t offset, const uint64_t *w,
                  size_t count)
{
    memcpy(m->bytes + offset, w, count * sizeof(w[0]));
}

static void fill(VtdState *s, VrRng *rng)
{
    uint64_t w[8];

    for (unsigned i = 0; i < VTD_TABLE_ENTRIES; i++) {
        vtd_draw_irte(s, rng, w);
        store(&s->memory, VTD_TABLE + 16 * i, w, 2);
    }
    for (unsigned i = 0; i < VTD_PID_COUNT; i++) {
        vtd_draw_pid(s, rng, w);
        store(&s->memory, VTD_PIDS + 64 * i, w, 8);
    }
    for (unsigned i = 0; i < 6; i++) {
        s->memory.refuse[vr_rng_below(rng, sizeof(s->memory.refuse))] =
            i < 3 ? VR_FUZZ_REFUSE_ALL : VR_FUZZ_REFUSE_WRITES;
    }
}

/* Some in one set of the cache, whatever its size; some not. */
static void draw_hot(VtdState *s, VrRng *rng)
{
    uint32_t first = vr_rng_below(rng, 16);

    for (unsigned i = 0; i < VTD_HOT; i++) {
        s->hot_index[i] = i < 5 ? first + 16 * i : vr_rng_below(rng, 96);
    }
}

/* Few tries most of the time, so that posts are given up and that costs little.
 * Other parameters are drawn as of any block. */
bool vtd_draw_param(VrRng *rng, const VrParamSpec *spec, uint64_t *value)
{
    if (strcmp(spec->name, "cas-tries") != 0) {
        return false;
    }
    switch (vr_rng_below(rng, 8)) {
    case 0:
        *value = spec->min;
        break;
    case 1:
        *value = spec->def;
        break;
    case 2: /* any number of bits, and so also the greatest */
        *value = spec->max >> vr_rng_below(rng, 18);
        break;
    case 3:
        *value = 1 + vr_rng_below(rng, LONG_RACE);
        break;
    default:
        *value = 1 + vr_rng_below(rng, 16);
        break;
    }
    return true;
}

uint32_t vtd_draw_long_race(const VtdState *s, VrRng *rng)
{
    if (s->cas_tries > LONG_RACE) {
        return 1 + vr_rng_below(rng, 2 * LONG_RACE);
    }
    return vr_rng_permille(rng, 200)
               ? 2 * s->cas_tries
               : s->cas_tries - MIN(s->cas_tries, 2) + vr_rng_below(rng, 4);
}

void vtd_begin(void *opaque, VrRng *rng, const VrBlockType *type,
               const VrVariant *variant)
{
    VtdState *s = opaque;

    s->pi = vr_variant_get(type, variant, "pi");
    s->eim = vr_variant_get(type, variant, "eim");
    s->dw = vr_variant_get(type, variant, "dw");
    s->mhmv = vr_variant_get(type, variant, "mhmv");
    s->frcd = vr_variant_get(type, variant, "frcd");
    s->cas_tries = vr_variant_get(type, variant, "cas-tries");
    s->cache = vr_variant_get(type, variant, "iec-ways");
    s->immediate = vr_variant_get(type, variant, "delay") == 0;
    s->memory.base = draw_base(rng);
    s->epoch = 1;
    s->table_size = 7;
    draw_hot(s, rng);
    fill(s, rng);
}
