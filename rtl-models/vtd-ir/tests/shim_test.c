/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shim, through the block contract: the exact effects of each path through
 * the RTL, memory that is refused or changes under a compare-and-swap, input
 * that no pin can carry, errors, waves, and that the traced build does what the
 * live one does. Prints the processor time that stimuli take.
 */
#include "block.h"
#include "vtd_ir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOG_MAX 96
#define RAM_SIZE 0x40000

/* Where things lie in memory. */
#define IRT 0x10000
#define QUEUE 0x20000
#define PID 0x30000
#define STATUS 0x31000

#define QIE (1u << 26)
#define IRE (1u << 25)
#define SIRTP (1u << 24)
#define CFI (1u << 23)
#define EIME (1u << 11)

static unsigned failures;

#define CHECK(cond)                                                            \
    do {                                                                       \
        if (!(cond)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
            failures++;                                                        \
        }                                                                      \
    } while (0)

typedef struct Log {
    char text[8192];
    size_t len;
    uint64_t hash;
} Log;

/* Memory, and what happens to it behind the block's back. */
typedef struct Machine {
    uint64_t ram[RAM_SIZE / 8];
    uint64_t meddle_addr; /* a CAS there finds one more than before... */
    unsigned meddles;     /* ...that many times */
} Machine;

static Machine machine;
static Log effects;

static void note(Log *log, const char *text)
{
    if (log->len + strlen(text) < sizeof(log->text)) {
        log->len += snprintf(log->text + log->len,
                             sizeof(log->text) - log->len, "%s", text);
    }
}

static void log_event(void *opaque, const VrEvent *e)
{
    typedef unsigned long long ull;
    Log *log = opaque;
    const unsigned char *p = (const unsigned char *)e;
    const char *bad = e->attr & VR_ATTR_FAULT ? "!" : "";
    char text[LOG_MAX] = "";

    for (size_t i = 0; i < sizeof(*e); i++) {
        log->hash = (log->hash ^ p[i]) * 0x100000001b3ull;
    }
    switch (e->kind) {
    case VR_EFF_MSG:
        snprintf(text, sizeof(text), "m%u:%llx:%llx ", e->id, (ull)e->addr,
                 (ull)e->data[0]);
        break;
    case VR_EFF_WIRE:
        snprintf(text, sizeof(text), "w%u:%llx ", e->id, (ull)e->data[0]);
        break;
    case VR_EFF_DATA:
        snprintf(text, sizeof(text), "d:%llx ", (ull)e->data[0]);
        break;
    case VR_EFF_ERROR:
        snprintf(text, sizeof(text), "error ");
        break;
    case VR_EFF_MEM_READ:
        snprintf(text, sizeof(text), "r%u:%llx%s ", e->size, (ull)e->addr, bad);
        break;
    case VR_EFF_MEM_WRITE:
        snprintf(text, sizeof(text), "w%u:%llx=%llx%s ", e->size, (ull)e->addr,
                 (ull)e->data[0], bad);
        break;
    case VR_EFF_MEM_CAS:
        snprintf(text, sizeof(text), "c%u:%llx:%llx>%llx%s%s ", e->size,
                 (ull)e->addr, (ull)e->data[0], (ull)e->data2[0],
                 e->old[0] == e->data[0] ? "" : "?", bad);
        break;
    }
    note(log, text);
}

static bool in_ram(uint64_t addr, size_t len)
{
    return addr < RAM_SIZE && addr + len <= RAM_SIZE;
}

static bool mem_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    Machine *m = opaque;

    if (!in_ram(addr, len)) {
        return false;
    }
    memcpy(buf, (char *)m->ram + addr, len);
    return true;
}

static bool mem_write(void *opaque, uint64_t addr, const void *buf, size_t len)
{
    Machine *m = opaque;

    if (!in_ram(addr, len)) {
        return false;
    }
    memcpy((char *)m->ram + addr, buf, len);
    return true;
}

static bool mem_cas(void *opaque, uint64_t addr, const void *expected,
                    const void *desired, void *found, size_t size)
{
    Machine *m = opaque;

    if (!in_ram(addr, size)) {
        return false;
    }
    if (m->meddles && m->meddle_addr == addr) {
        m->meddles--;
        m->ram[addr / 8]++;
    }
    memcpy(found, (char *)m->ram + addr, size);
    if (!memcmp(found, expected, size)) {
        memcpy((char *)m->ram + addr, desired, size);
    }
    return true;
}

static void guest_error(void *opaque, const char *text)
{
    (void)opaque;
    fprintf(stderr, "guest error: %s\n", text);
    failures++;
}

static const VrHost host = {
    .mem_read = mem_read,
    .mem_write = mem_write,
    .mem_cas = mem_cas,
    .guest_error = guest_error,
};

static VrBlock *block;

static void create(const VrParam *params, size_t count)
{
    const VrVariant variant = { params, count };
    VrError err = { 0 };

    vr_block_destroy(block);
    memset(&machine, 0, sizeof(machine));
    memset(&effects, 0, sizeof(effects));
    block = vr_block_create(&vr_vtd_ir_type, "rtl", &variant, &host, &machine,
                            &err);
    if (!block) {
        fprintf(stderr, "create: %s\n", err.text);
        exit(1);
    }
    vr_block_observe(block, log_event, &effects);
}

static void expect_at(int line, const char *want)
{
    if (strcmp(effects.text, want)) {
        fprintf(stderr, "%s:%d:\n got  %s\n want %s\n", __FILE__, line,
                effects.text, want);
        failures++;
    }
    effects.len = 0;
    effects.text[0] = 0;
}

#define EXPECT(want) expect_at(__LINE__, want)

static void forget(void)
{
    effects.len = 0;
    effects.text[0] = 0;
}

static uint64_t rd(uint64_t offset, unsigned size)
{
    return vr_block_read(block, offset, size, 0, NULL);
}

static void wr(uint64_t offset, unsigned size, uint64_t value)
{
    vr_block_write(block, offset, size, 0, value, NULL);
}

static void at_time(uint64_t now)
{
    const VrEvent e = { .kind = VR_STIM_TIME, .data = { now } };

    vr_block_apply(block, &e, NULL);
}

static void put(uint64_t addr, uint64_t lo, uint64_t hi)
{
    machine.ram[addr / 8] = lo;
    machine.ram[addr / 8 + 1] = hi;
}

static void remapped_irte(unsigned index, uint8_t vector, uint32_t dest)
{
    put(IRT + 16 * index, 1 | vector << 16 | (uint64_t)dest << 32, 0);
}

static void posted_irte(unsigned index, uint8_t vector, uint64_t flags)
{
    put(IRT + 16 * index, 0x8001 | vector << 16 | flags | (uint64_t)PID << 32,
        0);
}

/* A remappable request, without sub-handle. */
static void request(unsigned index, uint16_t sid)
{
    vr_block_msg(block, VR_VTD_REQUEST,
                 0xfee00010 | (index & 0x7fff) << 5 | (index >> 15) << 2,
                 (uint64_t)sid << 32);
}

static void enable(void)
{
    wr(VR_VTD_IRTA_REG, 8, IRT | EIME | 7);
    wr(VR_VTD_IQA_REG, 8, QUEUE);
    wr(VR_VTD_GCMD_REG, 4, QIE | IRE | SIRTP);
    wr(VR_VTD_FECTL_REG, 4, 0);
    wr(VR_VTD_FEDATA_REG, 4, 0xfe);
    wr(VR_VTD_FEADDR_REG, 4, 0xfee01000);
    wr(VR_VTD_IECTL_REG, 4, 0);
    wr(VR_VTD_IEDATA_REG, 4, 0x1e);
    wr(VR_VTD_IEADDR_REG, 4, 0xfee02000);
    forget();
}

static void start(void)
{
    create(NULL, 0);
    enable();
}

/* Queue descriptors from offset 0 and let the block work on them. */
static void queue(unsigned n, const uint64_t desc[][2])
{
    const uint64_t head = rd(VR_VTD_IQH_REG, 4);

    for (unsigned i = 0; i < n; i++) {
        put(QUEUE + (head + 16 * i) % 4096, desc[i][0], desc[i][1]);
    }
    forget();
    wr(VR_VTD_IQT_REG, 8, (head + 16 * n) % 4096);
}

static void test_requests(void)
{
    create(NULL, 0);
    request(5, 0x1234);
    EXPECT("m1:fee000b0:0 ");
    enable();
    CHECK(rd(VR_VTD_GSTS_REG, 4) == (QIE | IRE | SIRTP));
    forget();
    remapped_irte(5, 0x41, 0x12345678);
    request(5, 0x1234);
    EXPECT("r16:10050 m2:12345678:41 ");
    request(5, 0x1234);
    EXPECT("m2:12345678:41 ");
    vr_block_msg(block, VR_VTD_REQUEST, 0xfee00000, 0x4141);
    EXPECT("m4:fee01000:fe ");
    CHECK(rd(VR_VTD_FRCD_REG + 8, 8) == 0x8000002500000000);
    CHECK(rd(VR_VTD_FSTS_REG, 4) == 2);
}

static void test_posting(void)
{
    start();
    posted_irte(1, 0x45, 0);
    machine.ram[(PID + 32) / 8] = 0x77 << 16 | 0x9abcdef0ull << 32;
    request(1, 0);
    EXPECT("r16:10010 r8:30008 r16:30020 r16:30030 c8:30008:0>20 "
           "c8:30020:9abcdef000770000>9abcdef000770001 m3:9abcdef0:77 ");
    request(1, 0); /* ON is set */
    EXPECT("r8:30008 r16:30020 r16:30030 c8:30008:20>20 "
           "c8:30020:9abcdef000770001>9abcdef000770001 ");
    machine.ram[(PID + 32) / 8] = 2; /* SN */
    request(1, 0);
    EXPECT("r8:30008 r16:30020 r16:30030 c8:30008:20>20 c8:30020:2>2 ");
    posted_irte(2, 0xff, 1 << 14); /* URG */
    request(2, 0);
    EXPECT("r16:10020 r8:30018 r16:30020 r16:30030 "
           "c8:30018:0>8000000000000000 c8:30020:2>3 m3:0:0 ");
}

/* Another writer is seen each time. */
static void test_contention(void)
{
    start();
    posted_irte(1, 0x00, 0);
    machine.ram[PID / 8] = 0x100;
    machine.meddle_addr = PID;
    machine.meddles = 2;
    request(1, 0);
    EXPECT("r16:10010 r8:30000 r16:30020 r16:30030 c8:30000:100>101? "
           "c8:30000:101>101? c8:30000:102>103 c8:30020:0>1 m3:0:0 ");
    machine.ram[(PID + 32) / 8] = 0;
    machine.meddle_addr = PID + 32;
    machine.meddles = 1; /* sets ON */
    request(1, 0);
    EXPECT("r8:30000 r16:30020 r16:30030 c8:30000:103>103 c8:30020:0>1? "
           "c8:30020:1>1 ");
    machine.meddles = 2000;
    machine.ram[(PID + 32) / 8] = 2;
    request(1, 0);
    CHECK(!machine.meddles && !(rd(VR_VTD_FSTS_REG, 4) & 2));
}

/* The block gives up after "cas-tries" of them, and not before. */
static void test_tries(unsigned tries)
{
    const VrParam v[] = { { "cas-tries", tries } };

    create(v, 1);
    enable();
    posted_irte(1, 0x00, 0);
    machine.meddle_addr = PID;
    machine.meddles = tries - 1;
    request(1, 0);
    CHECK(!machine.meddles && !(rd(VR_VTD_FSTS_REG, 4) & 2));
    machine.meddle_addr = PID + 32;
    machine.meddles = tries - 1;
    machine.ram[(PID + 32) / 8] = 2;
    request(1, 0);
    CHECK(!machine.meddles && !(rd(VR_VTD_FSTS_REG, 4) & 2));
    machine.meddles = tries;
    machine.ram[(PID + 32) / 8] = 2;
    request(1, 0);
    CHECK(!machine.meddles && (rd(VR_VTD_FSTS_REG, 4) & 2));
    CHECK(rd(VR_VTD_FRCD_REG, 8) == 1ull << 48);
    CHECK(rd(VR_VTD_FRCD_REG + 8, 8) == 0x8000002700000000);
}

static void test_refused_memory(void)
{
    start();
    wr(VR_VTD_IRTA_REG, 8, 0xfffffffffffff000 | EIME | 15);
    wr(VR_VTD_GCMD_REG, 4, QIE | IRE | SIRTP);
    forget();
    request(0, 0x4321);
    EXPECT("r16:fffffffffffff000! m4:fee01000:fe ");
    CHECK(rd(VR_VTD_FRCD_REG + 12, 4) == 0x80000023);
    CHECK(rd(VR_VTD_FRCD_REG + 8, 4) == 0x4321);
    forget();
    request(0x100, 0); /* and round the end of memory */
    EXPECT("r16:0 ");
    start();
    put(IRT, 0x8001 | 0xffffffc0ull << 32, 0);
    request(0, 0);
    EXPECT("r16:10000 r8:ffffffc0! r16:ffffffe0! r16:fffffff0! "
           "m4:fee01000:fe ");
    put(IRT, 0, 0);
    request(0, 0); /* from the cache */
    EXPECT("r8:ffffffc0! r16:ffffffe0! r16:fffffff0! ");
}

static void test_queue(void)
{
    static const uint64_t some[][2] = {
        { 4 | 1 << 4 | 1 << 27 | 6ull << 32, 0 },
        { 5 | 1 << 4 | 1 << 5 | 0xabcdull << 32, STATUS },
    };
    static const uint64_t dma[][2] = {
        { 0x12, 0x123 },
        { 4, 0 },
        { 0xf, 0 },
    };

    start();
    remapped_irte(7, 0x41, 1);
    remapped_irte(8, 0x42, 2);
    request(7, 0);
    request(8, 0);
    remapped_irte(7, 0x51, 1);
    remapped_irte(8, 0x52, 2);
    forget();
    request(7, 0);
    EXPECT("m2:1:41 ");
    queue(2, some);
    EXPECT("r16:20000 r16:20010 w4:31000=abcd m5:fee02000:1e ");
    CHECK(rd(VR_VTD_IQH_REG, 8) == 0x20 && rd(VR_VTD_ICS_REG, 4) == 1);
    forget();
    request(8, 0);
    request(7, 0);
    EXPECT("m2:2:42 r16:10070 m2:1:51 ");
    queue(3, dma);
    EXPECT("r16:20020 m7:12:123 ");
    CHECK(rd(VR_VTD_IQH_REG, 4) == 0x20);
    forget();
    vr_block_msg(block, VR_VTD_DMA_DESC_DONE, 0, 3 | 0xabcdu << 16);
    EXPECT("m4:fee01000:fe r16:20030 r16:20040 ");
    CHECK(rd(VR_VTD_IQH_REG, 4) == 0x40);
    CHECK(rd(VR_VTD_FSTS_REG, 4) == 0x30);
    CHECK(rd(VR_VTD_IQERCD_REG, 8) == 0xabcd000000000003);
}

static void test_wide_queue(void)
{
    start();
    wr(VR_VTD_IQA_REG, 4, QUEUE | 1 << 11);
    put(QUEUE, 2, 1);
    put(QUEUE + 16, 3, 4);
    put(QUEUE + 32, 5 | 1 << 5, STATUS + 4);
    forget();
    wr(VR_VTD_IQT_REG, 4, 64);
    EXPECT("r16:20000 r16:20010 m6:3:4 m7:2:1 ");
    vr_block_msg(block, VR_VTD_DMA_DESC_DONE, 0, 0);
    EXPECT("r16:20020 r16:20030 w4:31004=0 ");
    CHECK(rd(VR_VTD_IQH_REG, 4) == 64);
    put(QUEUE + 64, 4, 0);
    put(QUEUE + 80, 0, 1ull << 63);
    wr(VR_VTD_IQT_REG, 4, 96);
    CHECK(rd(VR_VTD_IQERCD_REG, 4) == 4);
}

static void test_delays(void)
{
    static const VrParam delays[] = { { "delay", 100 },
                                      { "notify-delay", 10 } };
    static const uint64_t wait[][2] = { { 5 | 1 << 5 | 7ull << 32, STATUS } };

    create(delays, 2);
    enable();
    posted_irte(1, 0x01, 0);
    remapped_irte(2, 0x42, 2);
    at_time(5);
    request(1, 0);
    EXPECT("r16:10010 w0:69 ");
    request(2, 0);
    EXPECT("r16:10020 ");
    at_time(104);
    EXPECT("");
    at_time(110);
    EXPECT("r8:30000 r16:30020 r16:30030 c8:30000:0>2 c8:30020:0>1 m2:2:42 "
           "w0:78 ");
    queue(1, wait);
    EXPECT("r16:20000 m3:0:0 w4:31000=7 w0:0 ");
    machine.ram[(PID + 32) / 8] = 0;
    request(1, 0);
    queue(1, wait);
    EXPECT("r16:20010 r8:30000 r16:30020 r16:30030 c8:30000:2>2 c8:30020:0>1 "
           "m3:0:0 w4:31000=7 w0:0 ");
    /* The ninth pushes the first out. */
    for (unsigned i = 0; i < 8; i++) {
        request(2, 0);
    }
    forget();
    request(2, 0);
    EXPECT("m2:2:42 ");
    wr(VR_VTD_GCMD_REG, 4, QIE);
    EXPECT("m2:2:42 m2:2:42 m2:2:42 m2:2:42 m2:2:42 m2:2:42 m2:2:42 m2:2:42 "
           "w0:0 ");
    request(2, 0);
    EXPECT("w0:d2 ");
    vr_block_reset(block);
    EXPECT("w0:0 ");
}

static void test_odd_input(void)
{
    const VrEvent unknown = { .kind = 0x7f };

    start();
    CHECK(rd(VR_VTD_CAP_REG + 4, 8) == 0);
    CHECK(rd(VR_VTD_FSTS_REG, 2) == 0);
    CHECK(rd(VR_VTD_FECTL_REG + (1ull << 32), 4) == 0);
    CHECK(rd(0x400 + VR_VTD_CAP_REG, 4) == 0);
    CHECK(rd(0, 255) == 0);
    wr(VR_VTD_FEDATA_REG, 1, 0x55);
    CHECK(rd(VR_VTD_FEDATA_REG, 4) == 0xfe);
    forget();
    vr_block_msg(block, 0, ~0ull, ~0ull);
    vr_block_msg(block, 0x101, ~0ull, ~0ull);
    vr_block_wire(block, 0, 1);
    CHECK(vr_block_apply(block, &unknown, NULL));
    vr_block_msg(block, VR_VTD_DMA_DESC_DONE, ~0ull, 1);
    EXPECT("");
    CHECK(vr_block_save(block, NULL, 0) < 0);
}

/* Some of everything; the hash of all events. */
static uint64_t mixture(const char *waves)
{
    VrError err = { 0 };
    uint64_t r = 88172645463325252ull;

    create(NULL, 0);
    if (waves && !vr_block_waves(block, waves, &err)) {
        fprintf(stderr, "waves: %s\n", err.text);
        failures++;
    }
    enable();
    for (unsigned i = 0; i < 64; i++) {
        posted_irte(2 * i, i, 0);
        remapped_irte(2 * i + 1, i, i);
    }
    for (unsigned n = 0; n < 3000; n++) {
        r ^= r << 13;
        r ^= r >> 7;
        r ^= r << 17;
        switch (r % 4) {
        case 0:
            rd(r >> 32 & 0x2fc, 4);
            break;
        case 1:
            request(r >> 32 & 0x7f, r >> 40 & 1);
            break;
        case 2:
            wr(VR_VTD_FSTS_REG, 4, 0x71);
            break;
        default: {
            const uint64_t wait[][2] = { { 5 | 1 << 5, STATUS } };
            queue(1, wait);
        }
        }
    }
    return effects.hash;
}

static void test_waves(void)
{
    const uint64_t live = mixture(NULL);
    char path[] = "/tmp/vtd-ir-shim-XXXXXX";
    const int fd = mkstemp(path);
    VrError err = { 0 };
    struct stat st;

    CHECK(fd >= 0);
    close(fd);
    CHECK(mixture(path) == live);
    CHECK(!vr_block_waves(block, path, &err) && err.code == VR_ERR_USAGE);
    vr_block_destroy(block);
    block = NULL;
    CHECK(stat(path, &st) == 0 && st.st_size > 1000);
    unlink(path);
    create(NULL, 0);
    CHECK(!vr_block_waves(block, "/", &err) && err.code == VR_ERR_USAGE);
    CHECK(!vr_block_waves(block, "/nonexistent/x", &err) &&
          err.code == VR_ERR_ENVIRONMENT);
    CHECK(!vr_block_create(&vr_vtd_ir_type, "rtl:x", NULL, &host, NULL, &err));
}

static void pace(const char *what, void (*stimulus)(unsigned n))
{
    const unsigned count = 200000;
    struct timespec a, b;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    for (unsigned n = 0; n < count; n++) {
        stimulus(n);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    printf("%-28s %6.0f ns\n", what,
           ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / count);
}

static void pace_read(unsigned n)
{
    (void)n;
    rd(VR_VTD_GSTS_REG, 4);
}

static void pace_write(unsigned n)
{
    wr(VR_VTD_FEDATA_REG, 4, n);
}

static void pace_remapped(unsigned n)
{
    request(1 + 2 * (n & 3), 0);
}

static void pace_missed(unsigned n)
{
    request(3 + 16 * (n & 15), 0);
}

static void pace_posted(unsigned n)
{
    machine.ram[(PID + 32) / 8] = 0;
    request(2 * (n & 3), 0);
}

static void pace_wait(unsigned n)
{
    wr(VR_VTD_IQT_REG, 4, 16 * (n + 1) % 4096);
}

static void test_pace(void)
{
    VrError err = { 0 };

    start();
    vr_block_destroy(block); /* not observed */
    block = vr_block_create(&vr_vtd_ir_type, "rtl", NULL, &host, &machine,
                            &err);
    enable();
    for (unsigned i = 0; i < 64; i++) {
        posted_irte(2 * i, i, 0);
        remapped_irte(2 * i + 1, i, i);
    }
    for (unsigned i = 0; i < 256; i++) {
        put(QUEUE + 16 * i, 5 | 1 << 5, STATUS);
    }
    pace("register read", pace_read);
    pace("register write", pace_write);
    pace("remapped, cached", pace_remapped);
    pace("remapped, not cached", pace_missed);
    pace("posted, cached, notified", pace_posted);
    pace("tail written, one wait", pace_wait);
}

int main(void)
{
    test_requests();
    test_posting();
    test_contention();
    test_tries(1);
    test_tries(1000);
    test_tries(262144);
    test_refused_memory();
    test_queue();
    test_wide_queue();
    test_delays();
    test_odd_input();
    test_waves();
    test_pace();
    vr_block_destroy(block);
    return failures != 0;
}
