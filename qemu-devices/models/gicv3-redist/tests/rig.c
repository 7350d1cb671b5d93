/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the tests of the block "gicv3-redist" on one backend, named by the
 * first argument (default "model"), and writes TAP.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define MAX_EFFECTS 64

VrBlock *block;

static const char *backend = "model";
static VrEvent effects[MAX_EFFECTS];
static unsigned effect_count;
static unsigned failures;
static const char *skipped;

static void observe(void *opaque, const VrEvent *e)
{
    (void)opaque;
    if ((e->kind == VR_EFF_MSG || e->kind == VR_EFF_WIRE) &&
        effect_count < MAX_EFFECTS) {
        effects[effect_count++] = *e;
    }
}

/* No test can run without a block: ends the program if there is none. */
static void create(const VrVariant *variant)
{
    static const VrHost host;
    VrError err;

    forget();
    vr_block_destroy(block);
    block = vr_block_create(&vr_gicv3_redist_type, backend, variant, &host,
                            NULL, &err);
    if (!block) {
        printf("Bail out! %s\n", err.text);
        exit(err.code);
    }
    vr_block_observe(block, observe, NULL);
}

void rig_variant(const char *name, uint64_t value)
{
    const VrParam param = { name, value };
    const VrVariant variant = { &param, 1 };

    create(&variant);
}

void rig_awake(uint32_t gicd_ctlr)
{
    wire(VR_GICR_WIRE_GICD_CTLR, gicd_ctlr);
    wr(WAKER, S, 0);
    msg(VR_GICR_UPSTREAM_CONTROL, 0, ALL_GROUPS);
    forget();
}

uint64_t rd_size(uint64_t offset, unsigned size, uint16_t attr)
{
    bool error = true;
    uint64_t value = vr_block_read(block, offset, size, attr, &error);

    CHECK(!error);
    return value;
}

void wr_size(uint64_t offset, unsigned size, uint16_t attr, uint64_t value)
{
    bool error = true;

    vr_block_write(block, offset, size, attr, value, &error);
    CHECK(!error);
}

uint64_t rd(uint32_t offset, uint16_t attr)
{
    return rd_size(offset, 4, attr);
}

void wr(uint32_t offset, uint16_t attr, uint32_t value)
{
    wr_size(offset, 4, attr, value);
}

void set_priority(unsigned intid, uint8_t priority)
{
    wr_size(IPRIORITYR + intid, 1, S, priority);
}

void msg(uint32_t opcode, uint64_t addr, uint64_t data)
{
    vr_block_msg(block, opcode, addr, data);
}

void wire(uint32_t number, uint64_t level)
{
    vr_block_wire(block, number, level);
}

void forget(void)
{
    effect_count = 0;
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

void effects_at(const char *file, int line, const char *want)
{
    char got[2048] = "";
    size_t used = 0;

    sort_effects();
    for (unsigned i = 0; i < effect_count; i++) {
        char one[120];

        vr_block_type(block)->describe(&effects[i], one, sizeof(one));
        used += snprintf(got + used, sizeof(got) - used, "%s%s",
                         i ? "; " : "", one);
        if (used >= sizeof(got)) {
            break;
        }
    }
    check_at(file, line, !strcmp(got, want), "effects \"%s\", want \"%s\"",
             got, want);
    forget();
}

void skip_test(const char *why)
{
    skipped = why;
}

static bool run(const Test *test, unsigned number)
{
    failures = 0;
    skipped = NULL;
    create(NULL);
    test->run();
    printf("%sok %u - %s%s%s\n", failures ? "not " : "", number, test->name,
           skipped ? " # SKIP " : "", skipped ? skipped : "");
    return failures == 0;
}

int main(int argc, char **argv)
{
    static const Test *const themes[] = {
        register_tests, view_tests, priority_tests, pending_tests, sgi_tests,
        sleep_tests, handshake_tests, crossing_tests, error_tests, save_tests,
        describe_tests,
    };
    unsigned number = 0;
    bool ok = true;

    if (argc > 2) {
        fprintf(stderr, "usage: %s [BACKEND]\n", argv[0]);
        return 2;
    }
    if (argc == 2) {
        backend = argv[1];
    }
    for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++) {
        for (const Test *t = themes[i]; t->name; t++) {
            ok &= run(t, ++number);
            fflush(stdout);
        }
    }
    printf("1..%u\n", number);
    vr_block_destroy(block);
    return ok ? 0 : 1;
}
