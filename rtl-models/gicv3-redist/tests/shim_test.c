/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shim, through the block contract: a life cycle's exact effects, input
 * that no pin can carry, straps, errors, waves, and that the traced build does
 * what the live one does. Prints the time a stimulus takes.
 */
#include "block.h"
#include "gicv3_redist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOG_MAX 64

static unsigned failures;

#define CHECK(cond)                                                            \
    do {                                                                       \
        if (!(cond)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
            failures++;                                                        \
        }                                                                      \
    } while (0)

typedef struct Log {
    char text[1024];
    size_t len;
    uint64_t hash;
} Log;

static void log_event(void *opaque, const VrEvent *e)
{
    Log *log = opaque;
    const unsigned char *p = (const unsigned char *)e;

    for (size_t i = 0; i < sizeof(*e); i++) {
        log->hash = (log->hash ^ p[i]) * 0x100000001b3ull;
    }
    if (vr_event_is_stimulus(e) || log->len > sizeof(log->text) - LOG_MAX) {
        return;
    }
    if (e->kind == VR_EFF_MSG) {
        log->len += snprintf(log->text + log->len, LOG_MAX, "m%u:%llx:%llx ",
                             e->id, (unsigned long long)e->addr,
                             (unsigned long long)e->data[0]);
    } else if (e->kind == VR_EFF_WIRE) {
        log->len += snprintf(log->text + log->len, LOG_MAX, "w%u:%llx ", e->id,
                             (unsigned long long)e->data[0]);
    } else {
        log->len += snprintf(log->text + log->len, LOG_MAX, "%s:%llx ",
                             e->kind == VR_EFF_DATA ? "d" : "error",
                             (unsigned long long)e->data[0]);
    }
}

static void guest_error(void *opaque, const char *text)
{
    (void)opaque;
    fprintf(stderr, "guest error: %s\n", text);
    failures++;
}

static const VrHost host = { .guest_error = guest_error };

static VrBlock *create(const VrVariant *variant, Log *log)
{
    static const VrVariant defaults;
    VrError err = { 0 };
    VrBlock *b = vr_block_create(&vr_gicv3_redist_type, "rtl",
                                 variant ? variant : &defaults, &host, NULL,
                                 &err);

    if (!b) {
        fprintf(stderr, "create: %s\n", err.text);
        exit(1);
    }
    if (log) {
        memset(log, 0, sizeof(*log));
        vr_block_observe(b, log_event, log);
    }
    return b;
}

/* The effects since the last call are exactly these. */
static void expect(Log *log, const char *want, int line)
{
    if (strcmp(log->text, want) != 0) {
        fprintf(stderr, "%s:%d: effects '%s', and should be '%s'\n", __FILE__,
                line, log->text, want);
        failures++;
    }
    log->len = 0;
    log->text[0] = '\0';
}
#define EXPECT(want) expect(&log, want, __LINE__)

static void start(VrBlock *b)
{
    bool error;

    vr_block_wire(b, VR_GICR_WIRE_GICD_CTLR, 0x47);
    vr_block_write(b, 0x10080, 4, 0, 0xffffffff, &error);
    vr_block_write(b, 0x10100, 4, 0, 0xffffffff, &error);
    vr_block_msg(b, VR_GICR_UPSTREAM_CONTROL, 0, 7);
    vr_block_write(b, 0x14, 4, 0, 0, &error);
}

static void test_life(void)
{
    Log log;
    VrBlock *b = create(NULL, &log);
    bool error;

    vr_block_read(b, 0x14, 4, VR_ATTR_SECURE, &error);
    EXPECT("d:6 ");
    start(b);
    EXPECT("m7:0:1 m6:0:0 ");
    vr_block_wire(b, 27, 1);
    EXPECT("m1:1b:100 ");
    vr_block_wire(b, 27, 1);
    EXPECT("");
    vr_block_msg(b, VR_GICR_ACTIVATE, 27, 0);
    EXPECT("m3:1b:0 ");
    vr_block_wire(b, 27, 0);
    vr_block_msg(b, VR_GICR_DEACTIVATE, 27, 1 << VR_GIC_G1NS);
    EXPECT("m4:1b:0 ");
    vr_block_msg(b, VR_GICR_GENERATE_SGI, 0xf00000000000000full, 42);
    EXPECT("m9:f00000000000000f:2a m5:0:0 ");
    vr_block_write(b, 0x14, 4, 0, 2, &error);
    vr_block_msg(b, VR_GICR_QUIESCE_ACK, 0, 0);
    vr_block_wire(b, 20, 1);
    EXPECT("m8:0:0 w0:1 ");
    vr_block_write(b, 0x0, 4, 0, 0x02000000, &error);
    EXPECT("w1:2 ");
    vr_block_reset(b);
    EXPECT("w0:0 w1:0 ");
    start(b);
    EXPECT("w0:1 m6:0:0 m1:14:100 w0:0 "); /* the wires kept their levels */
    vr_block_destroy(b);
}

/* What the pins cannot carry must not alias to what they can. */
static void test_extremes(void)
{
    static const uint64_t far[] = { 0x20000, 0x100000014ull,
                                    0xffffffff00010100ull, UINT64_MAX };
    Log log;
    VrBlock *b = create(NULL, &log);
    VrEvent e;
    bool error;

    start(b);
    vr_block_write(b, 0x10, 4, 0, 0xf, &error);
    log.len = 0;
    log.text[0] = '\0';
    for (unsigned i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        vr_block_write(b, far[i], 4, 0, 0xffffffff, &error);
        CHECK(vr_block_read(b, far[i], 4, 0, &error) == 0 && !error);
        EXPECT("d:0 ");
        CHECK(vr_block_read(b, 0x10, 4, 0, &error) == 3);
        vr_block_write(b, 0x10, 4, 0, 0xf, &error);
        EXPECT("d:3 ");
    }
    for (unsigned size = 0; size < 256; size++) {
        if (size != 4) {
            CHECK(vr_block_read(b, 0x10100, size, 0, &error) == 0);
        }
    }
    log.len = 0;
    log.text[0] = '\0';
    for (uint64_t id = 0x101; id < 0x80000000u; id = id * 2 - 0xff) {
        vr_block_msg(b, id, 27, 7);
        vr_block_wire(b, id + 26, 1);
    }
    vr_block_msg(b, VR_GICR_SGI, 0x100000003ull, 1);
    vr_block_wire(b, 27, 2); /* bit 0 is 0 */
    memset(&e, 0, sizeof(e));
    e.kind = VR_STIM_TIME;
    e.data[0] = UINT64_MAX;
    CHECK(vr_block_apply(b, &e, NULL));
    EXPECT("");
    CHECK(vr_block_read(b, 0x10200, 4, 0, &error) == 0);
    vr_block_destroy(b);
}

static void test_straps(void)
{
    const VrParam params[] = {
        { "affinity", 0x89abcdef }, { "processor-number", 0x1234 },
        { "last", 1 },              { "prio-bits", 5 },
        { "icfgr1-writable", 0 },   { "dpg", 0 },
        { "statusr", 0 },           { "iidr", 0xcafe043b },
    };
    const VrVariant variant = { params, 8 };
    VrBlock *b = create(&variant, NULL);
    VrError err = { 0 };
    bool e;

    CHECK(vr_block_read(b, 0x8, 8, 0, &e) == 0x89abcdef00123410ull);
    CHECK(vr_block_read(b, 0x4, 4, 0, &e) == 0xcafe043b);
    vr_block_write(b, 0x10400, 4, VR_ATTR_SECURE, 0xffffffff, &e);
    CHECK(vr_block_read(b, 0x10400, 4, VR_ATTR_SECURE, &e) == 0xf8f8f8f8);
    vr_block_write(b, 0x10c04, 4, VR_ATTR_SECURE, 0xffffffff, &e);
    CHECK(vr_block_read(b, 0x10c04, 4, VR_ATTR_SECURE, &e) == 0);
    vr_block_write(b, 0x0, 4, VR_ATTR_SECURE, 0xffffffff, &e);
    CHECK(vr_block_read(b, 0x0, 4, VR_ATTR_SECURE, &e) == 0);
    vr_block_read(b, 0x24, 4, VR_ATTR_SECURE, &e);
    CHECK(vr_block_read(b, 0x10, 4, VR_ATTR_SECURE, &e) == 0);
    CHECK(vr_block_save(b, NULL, 0) < 0);
    vr_block_destroy(b);

    b = vr_block_create(&vr_gicv3_redist_type, "rtl:fast", &variant, &host,
                        NULL, &err);
    CHECK(!b && err.code == VR_ERR_USAGE);
    vr_block_destroy(b);
}

static uint64_t rng_state;

static uint64_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state;
}

static void random_stimuli(VrBlock *b, unsigned count)
{
    static const uint32_t regs[] = {
        0x0,     0x4,     0x8,     0x10,    0x14,    0x14,    0x24,
        0x10080, 0x10100, 0x10180, 0x10200, 0x10280, 0x10300, 0x10380,
        0x10400, 0x10418, 0x1041b, 0x10c00, 0x10c04, 0x10d00, 0x10e00,
    };
    bool e;

    for (unsigned i = 0; i < count; i++) {
        const uint64_t r = rng();
        const uint32_t reg = regs[(r >> 8) % 21];
        const unsigned size = reg & 3 ? 1 : 4;
        const uint16_t attr = (r >> 16) & VR_ATTR_SECURE;

        switch (r % 8) {
        case 0:
            vr_block_read(b, reg, size, attr, &e);
            break;
        case 1:
        case 2:
            vr_block_write(b, reg, size, attr, rng() & rng(), &e);
            break;
        case 3:
            vr_block_wire(b, 16 + (r >> 20) % 16, (r >> 30) & 1);
            break;
        case 4:
            vr_block_wire(b, 32, (r >> 20) % 4 ? 7 : r >> 30);
            break;
        case 5:
            vr_block_msg(b, VR_GICR_UPSTREAM_CONTROL, 0, 7);
            vr_block_msg(b, VR_GICR_CLEAR_ACK, 0, 0);
            break;
        default:
            vr_block_msg(b, (r >> 8) % 11, (r >> 20) % 34, r >> 30);
            break;
        }
        if ((r >> 40) % 4096 == 0) {
            vr_block_reset(b);
        }
    }
}

static void test_waves(void)
{
    char path[] = "gicv3-redist-waves-XXXXXX";
    const int fd = mkstemp(path);
    Log live_log, traced_log;
    VrBlock *live = create(NULL, &live_log);
    VrBlock *traced = create(NULL, &traced_log);
    VrError err = { 0 };
    struct stat st;

    if (fd < 0) {
        perror("mkstemp");
        exit(3);
    }
    close(fd);
    CHECK(!vr_block_waves(traced, "/nonexistent/waves.fst", &err));
    CHECK(err.code == VR_ERR_ENVIRONMENT);
    CHECK(vr_block_waves(traced, path, &err));
    rng_state = 0x9e3779b97f4a7c15ull;
    random_stimuli(live, 20000);
    rng_state = 0x9e3779b97f4a7c15ull;
    random_stimuli(traced, 20000);
    CHECK(live_log.hash == traced_log.hash);
    CHECK(!vr_block_waves(live, path, &err));
    CHECK(err.code == VR_ERR_USAGE);
    vr_block_destroy(live);
    vr_block_destroy(traced);
    CHECK(stat(path, &st) == 0 && st.st_size > 10000);
    unlink(path);
}

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static void measure(void)
{
    enum { ROUNDS = 50000 };
    VrBlock *b = create(NULL, NULL);
    bool error;
    double t;

    start(b);
    t = now_ns();
    for (unsigned i = 0; i < ROUNDS; i++) {
        vr_block_wire(b, 27, 1);
        vr_block_msg(b, VR_GICR_ACTIVATE, 27, 0);
        vr_block_wire(b, 27, 0);
        vr_block_msg(b, VR_GICR_DEACTIVATE, 27, 2);
    }
    printf("     %.0f ns a stimulus: a PPI's life\n",
           (now_ns() - t) / (4 * ROUNDS));
    t = now_ns();
    for (unsigned i = 0; i < ROUNDS; i++) {
        vr_block_msg(b, VR_GICR_GENERATE_SGI, 1, 3 << 24);
        vr_block_msg(b, VR_GICR_SGI, 3, 1);
        vr_block_msg(b, VR_GICR_ACTIVATE, 3, 0);
        vr_block_msg(b, VR_GICR_DEACTIVATE, 3, 2);
    }
    printf("     %.0f ns a stimulus: an SGI's life\n",
           (now_ns() - t) / (4 * ROUNDS));
    t = now_ns();
    for (unsigned i = 0; i < ROUNDS; i++) {
        vr_block_read(b, 0x10100, 4, 0, &error);
    }
    printf("     %.0f ns a register read\n", (now_ns() - t) / ROUNDS);
    vr_block_destroy(b);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        { "life", test_life },
        { "extremes", test_extremes },
        { "straps", test_straps },
        { "waves", test_waves },
    };

    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        const unsigned before = failures;

        tests[i].run();
        printf("%-4s %s\n", failures == before ? "ok" : "FAIL", tests[i].name);
    }
    measure();
    return failures ? 1 : 0;
}
