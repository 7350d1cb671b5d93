/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the tests of the block "vtd-ir" on one backend, named by the first
 * argument (default "model"), and writes TAP. A second argument, part of a
 * test's name, runs only the tests that have it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lockstep.h"
#include "rig.h"
#include "rig_memory.h"

#define MAX_EFFECTS 8192
#define MAX_TEXT 4096

VrBlock *block;

static const char *backend = "model";
static VrEvent effects[MAX_EFFECTS];
static unsigned effect_count;
static unsigned failures;
static const char *skipped;
static unsigned next_record, record_count;

static void observe(void *opaque, const VrEvent *e)
{
    (void)opaque;
    if (!vr_event_is_stimulus(e) && e->kind != VR_EFF_DATA &&
        effect_count < MAX_EFFECTS) {
        effects[effect_count++] = *e;
    }
}

static void mismatch(void *opaque, const VrMismatch *m)
{
    (void)opaque;
    check_at(__FILE__, __LINE__, false, "mismatch: %s", m->text);
}

/* No test can run without a block: ends the program if there is none. */
void rig_variants(const VrParam *params, size_t count)
{
    static const VrLockstepOptions options = { .on_mismatch = mismatch };
    const VrVariant variant = { params, count };
    VrError err;

    forget();
    vr_block_destroy(block);
    block = vr_block_create(&vr_vtd_ir_type, backend, &variant,
                            &rig_memory_host, NULL, &err);
    if (!block) {
        printf("Bail out! %s\n", err.text);
        exit(err.code);
    }
    vr_lockstep_configure(block, &options);
    vr_block_observe(block, observe, NULL);
    next_record = 0;
    record_count = vr_variant_get(&vr_vtd_ir_type, &variant, "frcd");
}

void rig_variant(const char *name, uint64_t value)
{
    const VrParam param = { name, value };

    rig_variants(&param, 1);
}

/* --- stimuli --- */

uint64_t rd_size(uint64_t offset, unsigned size)
{
    bool error = true;
    uint64_t value = vr_block_read(block, offset, size, 0, &error);

    CHECK(!error);
    return value;
}

void wr_size(uint64_t offset, unsigned size, uint64_t value)
{
    bool error = true;

    vr_block_write(block, offset, size, 0, value, &error);
    CHECK(!error);
}

uint64_t rd(uint32_t offset)
{
    return rd_size(offset, 4);
}

void wr(uint32_t offset, uint32_t value)
{
    wr_size(offset, 4, value);
}

uint64_t rd8(uint32_t offset)
{
    return rd_size(offset, 8);
}

void wr8(uint32_t offset, uint64_t value)
{
    wr_size(offset, 8, value);
}

void msg(uint32_t opcode, uint64_t addr, uint64_t data)
{
    vr_block_msg(block, opcode, addr, data);
}

void time_is(uint64_t ns)
{
    const VrEvent stim = { .kind = VR_STIM_TIME, .data = { ns } };

    vr_block_apply(block, &stim, NULL);
}

/* --- checks --- */

void forget(void)
{
    effect_count = 0;
}

unsigned take_effects(VrEvent *to, unsigned max)
{
    unsigned n = effect_count < max ? effect_count : max;

    memcpy(to, effects, n * sizeof(*to));
    forget();
    return n;
}

unsigned count(VrEventKind kind, uint64_t addr)
{
    unsigned n = 0;

    for (unsigned i = 0; i < effect_count; i++) {
        n += effects[i].kind == kind && effects[i].addr == addr;
    }
    return n;
}

void check_at(const char *file, int line, bool ok, const char *fmt, ...)
{
    va_list ap;

    if (ok) {
        return;
    }
    failures++;
    printf("# %s:%d: ", file, line);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
}

static void describe(const VrEvent *e, char *buf, size_t len)
{
    const char *refused = e->attr & VR_ATTR_FAULT ? " refused" : "";
    unsigned long long addr = e->addr;
    int used;

    switch (e->kind) {
    case VR_EFF_MEM_READ:
        snprintf(buf, len, "READ%u 0x%llx%s", e->size, addr, refused);
        break;
    case VR_EFF_MEM_WRITE:
        snprintf(buf, len, "WRITE%u 0x%llx = 0x%llx%s", e->size, addr,
                 (unsigned long long)e->data[0], refused);
        break;
    case VR_EFF_MEM_CAS:
        used = snprintf(buf, len, "CAS%u 0x%llx 0x%llx->0x%llx%s", e->size,
                        addr, (unsigned long long)e->data[0],
                        (unsigned long long)e->data2[0], refused);
        if (!*refused && e->old[0] != e->data[0]) {
            snprintf(buf + used, len - used, " found 0x%llx",
                     (unsigned long long)e->old[0]);
        }
        break;
    default:
        vr_block_type(block)->describe(e, buf, len);
        break;
    }
}

/* Insertion sort: stable, and there are few. */
static void sort_effects(void)
{
    const VrBlockType *type = vr_block_type(block);

    for (unsigned i = 1; i < effect_count; i++) {
        VrEvent e = effects[i];
        unsigned j = i;

        for (; j > 0 && type->order_class(&effects[j - 1]) >
                            type->order_class(&e); j--) {
            effects[j] = effects[j - 1];
        }
        effects[j] = e;
    }
}

/* Compare those that are reads, or those that are none, and forget them. */
static void compare_at(const char *file, int line, bool reads,
                       const char *want)
{
    char got[MAX_TEXT] = "", one[160];
    size_t used = 0;
    unsigned kept = 0;

    sort_effects();
    for (unsigned i = 0; i < effect_count; i++) {
        if ((effects[i].kind == VR_EFF_MEM_READ) != reads) {
            effects[kept++] = effects[i];
            continue;
        }
        if (used < sizeof(got)) {
            describe(&effects[i], one, sizeof(one));
            used += snprintf(got + used, sizeof(got) - used, "%s%s",
                             used ? "; " : "", one);
        }
    }
    effect_count = kept;
    check_at(file, line, !strcmp(got, want), "%s \"%s\", want \"%s\"",
             reads ? "reads" : "effects", got, want);
}

void effects_at(const char *file, int line, const char *want)
{
    compare_at(file, line, false, want);
}

void reads_at(const char *file, int line, const char *want)
{
    compare_at(file, line, true, want);
}

void fault_at(const char *file, int line, unsigned reason, unsigned index,
              uint16_t sid)
{
    uint32_t record = VR_VTD_FRCD_REG + 16 * next_record;
    uint64_t lo = rd8(record), hi = rd8(record + 8);

    check_at(file, line,
             lo == (uint64_t)index << 48 &&
                 hi == (1ull << 63 | (uint64_t)reason << 32 | sid),
             "FRCD_REG%u is 0x%016llx:%016llx, want fault 0x%x index 0x%x "
             "SID 0x%x", next_record, (unsigned long long)hi,
             (unsigned long long)lo, reason, index, sid);
    if (hi >> 63) {
        wr(record + 12, 1u << 31);
        next_record = (next_record + 1) % record_count;
    }
    no_fault_at(file, line);
}

void no_fault_at(const char *file, int line)
{
    check_at(file, line, !(rd(VR_VTD_FSTS_REG) & (PPF | PFO)),
             "FSTS_REG is 0x%llx, want no fault",
             (unsigned long long)rd(VR_VTD_FSTS_REG));
}

void skip_test(const char *why)
{
    skipped = why;
}

static bool run(const Test *test, unsigned number)
{
    failures = 0;
    skipped = NULL;
    rig_memory_clear();
    rig_variants(NULL, 0);
    test->run();
    printf("%sok %u - %s%s%s\n", failures ? "not " : "", number, test->name,
           skipped ? " # SKIP " : "", skipped ? skipped : "");
    return failures == 0;
}

int main(int argc, char **argv)
{
    static const Test *const themes[] = {
        register_tests, command_tests, request_tests, entry_tests,
        source_tests, post_tests, post_fault_tests, cache_tests, queue_tests,
        wait_tests, queue_error_tests, dma_tests, fault_tests, event_tests,
        delay_tests, reset_tests, save_tests,
    };
    unsigned number = 0;
    bool ok = true;

    if (argc > 3) {
        fprintf(stderr, "usage: %s [BACKEND [PART-OF-NAME]]\n", argv[0]);
        return 2;
    }
    if (argc >= 2) {
        backend = argv[1];
    }
    for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++) {
        for (const Test *t = themes[i]; t->name; t++) {
            if (argc < 3 || strstr(t->name, argv[2])) {
                ok &= run(t, ++number);
                fflush(stdout);
            }
        }
    }
    printf("1..%u\n", number);
    vr_block_destroy(block);
    return ok ? 0 : 1;
}
