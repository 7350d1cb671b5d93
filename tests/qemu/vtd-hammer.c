/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare metal, with the firmware's HAL: a hostile guest of the unit. Random
 * commands and registers, tables, queues and descriptors that are random or
 * lie in MMIO, in ROM, nowhere, or at the end of memory; random messages of a
 * device, and its DMA. The machine must live through ROUNDS of them, and the
 * unit must serve afterwards.
 *
 * What would only disturb the guest itself is left out: interrupts have
 * destinations that are nobody's, and memory writes go to memory of their own.
 */
#include "x86.h"
#include "irqgen.h"

#ifndef ROUNDS
#define ROUNDS 300000
#endif
#ifndef SEED
#define SEED 0x9e3779b97f4a7c15ull
#endif

#define VTD_BASE 0xfed90000ull
#define PAGE 4096

enum { CAP = 0x08, GCMD = 0x18, GSTS = 0x1c, RTADDR = 0x20, CCMD = 0x28,
       FSTS = 0x34, FECTL = 0x38, FEDATA = 0x3c, FEADDR = 0x40,
       IQH = 0x80, IQT = 0x88, IQA = 0x90, ICS = 0x9c, IECTL = 0xa0,
       IEADDR = 0xa8, IRTA = 0xb8, IOTLB = 0xf8, FRCD = 0x220, };

enum { TE = 1u << 31, SRTP = 1u << 30, QIE = 1u << 26, IRE = 1u << 25,
       SIRTP = 1u << 24, CFI = 1u << 23, };

static uint64_t table[512] FW_ALIGNED(4096);  /* of IRTEs */
static uint64_t queue[1024] FW_ALIGNED(4096); /* two pages */
static uint64_t pids[64] FW_ALIGNED(4096);
static uint64_t scratch[512] FW_ALIGNED(4096);
static uint64_t root[512] FW_ALIGNED(4096);
static uint64_t irqgen;
static uint64_t seed = SEED;

static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1dull;
}

static bool one_in(unsigned n)
{
    return (rnd() >> 33) % n == 0;
}

static void write32(uint64_t addr, uint32_t v)
{
    *(volatile uint32_t *)addr = v;
}

static void write64(uint64_t addr, uint64_t v)
{
    *(volatile uint64_t *)addr = v;
}

static uint32_t read32(uint64_t addr)
{
    return *(volatile uint32_t *)addr;
}

/* An address that is not RAM, or is at an edge of it */
static uint64_t nowhere(void)
{
    static const uint64_t places[] = {
        VTD_BASE, 0xfee00000, 0xfec00000, 0xa0000, 0xc0000, 0xf0000,
        0xfffc0000, 0xfffff000, 0xb0000000, 0x100000000, 0xfff00000000,
        0x8000000000000000, 0xfffffffffffff000, 0xffffffffffffffc0,
        0x7fffffffffffffc0, 0xfffffffff000,
    };

    return places[(rnd() >> 30) % FW_ARRAY_SIZE(places)];
}

static uint64_t place(const void *good)
{
    return one_in(4) ? nowhere() : (uint64_t)good;
}

/* --- what the unit reads --- */

/* Fields are random one by one, so that entries get past the first check. */
static void random_irte(void)
{
    uint64_t *e = &table[2 * ((rnd() >> 20) % 256)];
    uint64_t pid = one_in(4) ? nowhere()
                             : (uint64_t)&pids[8 * ((rnd() >> 20) % 8)];
    uint64_t lo = (rnd() >> 17 & 0xff00e2) | !one_in(8);

    if (one_in(2)) { /* posted */
        lo = (lo & ~0xfcull) | 1 << 15 | (rnd() >> 9 & 1) << 14 |
             (pid >> 6 & 0x3ffffff) << 38;
        e[1] = pid & ~0xffffffffull;
    } else { /* remapped, physical, to nobody */
        lo |= 0x2000ull << 32 | (rnd() >> 50 & 0x1f00) << 32;
        e[1] = 0;
    }
    if (one_in(16)) {
        lo ^= 1ull << (rnd() >> 50) % 14;
    }
    e[0] = lo;
    e[1] |= one_in(4) ? (rnd() & 0xfffff) : 0;
    if (one_in(32)) {
        e[1] ^= 1ull << (rnd() >> 58);
    }
}

static void random_pid(void)
{
    uint64_t *p = &pids[8 * ((rnd() >> 20) % 8)];

    p[(rnd() >> 20) % 4] = rnd();
    /* ON, SN, NV, and NDST as of xAPIC mode: nobody */
    p[4] = rnd() >> 62 | (rnd() & 0xff0000) |
           (uint64_t)(0x2000 | (rnd() & 0xf00)) << 32;
    p[4] |= one_in(16) ? 1ull << (rnd() >> 59) : 0;
    p[5] = one_in(16) ? 1ull << (rnd() >> 58) : 0;
}

static uint64_t random_type(void)
{
    static const uint8_t types[] = { 1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 6, 7, 8 };

    if (one_in(20)) {
        return (rnd() & 0xf) | (rnd() & 7) << 9;
    }
    return types[(rnd() >> 20) % FW_ARRAY_SIZE(types)];
}

static void random_descriptor(uint64_t *d)
{
    uint64_t type = random_type();

    d[1] = rnd() & (rnd() >> 12) & ~0xfffull;
    switch (type) {
    case 4:
        d[0] = type | (rnd() & 0xfff8000010);
        d[1] = 0;
        break;
    case 5:
        d[0] = type | (rnd() & 0xffffffff00000070);
        d[1] = place(scratch);
        break;
    case 1:
        d[0] = type | (rnd() & 0x3ffffffff0030);
        d[1] = 0;
        break;
    case 2:
        d[0] = type | (rnd() & 0xffff0030);
        d[1] &= ~0xfffull;
        break;
    case 3:
        d[0] = type | (rnd() & 0xffff00000000);
        break;
    default:
        d[0] = type | (rnd() & ~0xfull);
        break;
    }
    if (one_in(16)) {
        d[one_in(2)] ^= 1ull << (rnd() >> 58);
    }
}

/* A context entry or not, for DMA of the device */
static void random_root(void)
{
    root[2 * ((rnd() >> 20) % 4)] =
        (one_in(2) ? (uint64_t)root : nowhere()) | !one_in(4);
    root[1 + 2 * ((rnd() >> 20) % 200)] = rnd() & 0xffff0000ffff0007;
}

/* --- what software does --- */

static void command(void)
{
    static const uint32_t bits[] = { QIE, IRE, SIRTP, CFI, SRTP, TE, };
    uint32_t now = read32(VTD_BASE + GSTS) & ~(SIRTP | SRTP);

    write32(VTD_BASE + GCMD, now ^ bits[(rnd() >> 20) % 6]);
    if (one_in(32)) {
        write32(VTD_BASE + GCMD, rnd());
    }
}

static void any_register(void)
{
    uint64_t offset = (rnd() >> 20) % 0x300;

    /* Events go to nobody. */
    if ((offset & ~7ull) == FEADDR || (offset & ~7ull) == IEADDR) {
        return;
    }
    offset &= ~3ull;
    if (offset == GCMD) {
        return;
    }
    if (one_in(2)) {
        write32(VTD_BASE + offset, rnd());
    } else {
        *(volatile uint64_t *)(VTD_BASE + (offset & ~7ull));
        read32(VTD_BASE + offset);
    }
}

static void addresses(void)
{
    switch ((rnd() >> 20) % 4) {
    case 0:
        write64(VTD_BASE + IRTA, place(table) | (rnd() & 0x80f));
        break;
    case 1:
        write64(VTD_BASE + IQA, place(queue) | (rnd() & 0x801));
        break;
    case 2:
        write64(VTD_BASE + RTADDR, place(root));
        break;
    default:
        write32(VTD_BASE + FEADDR, 0xfee20000 | (rnd() & 0xf0000));
        write32(VTD_BASE + IEADDR, 0xfee20000 | (rnd() & 0xf0000));
        write32(VTD_BASE + FECTL, rnd() & 0x80000000);
        write32(VTD_BASE + IECTL, rnd() & 0x80000000);
        break;
    }
}

static void run_queue(void)
{
    uint32_t head = read32(VTD_BASE + IQH);

    for (uint32_t i = 0; i < 0x60; i += 16) {
        random_descriptor(&queue[((head + i) & 0xff0) / 8]);
    }
    write32(VTD_BASE + IQT, one_in(8) ? rnd() : (head + 0x60) & 0xff0);
}

static void clear_errors(void)
{
    write32(VTD_BASE + FSTS, 0xffffffff);
    write32(VTD_BASE + ICS, 1);
    for (int i = 0; i < 8; i++) {
        write32(VTD_BASE + FRCD + 16 * i + 12, 0x80000000);
    }
}

static void fire(void)
{
    /* Compatibility format: physical, to nobody; remappable: any */
    uint32_t low = one_in(4) ? 0x20000 | (rnd() & 0xcf008)
                             : (rnd() & 0x1ffec) | 0x10;

    write32(irqgen + VR_IRQGEN_REQUESTER,
            VR_IRQGEN_REQUESTER_OVERRIDE | (rnd() & 0xffff));
    write64(irqgen + VR_IRQGEN_MSG_ADDR, 0xfee00000 | low);
    write32(irqgen + VR_IRQGEN_MSG_DATA, one_in(4) ? rnd() & ~0x700u
                                                   : (rnd() & 0xff));
}

static void dma(void)
{
    uint64_t c = irqgen + VR_IRQGEN_CHANNEL(0);

    write64(c + VR_IRQGEN_CH_COUNT, 4);
    write32(c + VR_IRQGEN_CH_BURST, 4);
    write64(c + VR_IRQGEN_CH_DELAY, one_in(2) ? 0 : 100);
    write32(c + VR_IRQGEN_CH_FLAGS, VR_IRQGEN_CH_FLAGS_RAW |
            VR_IRQGEN_CH_FLAGS_DMA_SEQ);
    write64(c + VR_IRQGEN_CH_DMA_ADDR, place(scratch));
    write64(c + VR_IRQGEN_CH_MSG_ADDR, 0xfee00010 | (rnd() & 0x1fe0));
    write32(c + VR_IRQGEN_CH_MSG_DATA, 0);
    write32(irqgen + VR_IRQGEN_START, 1);
}

static void hammer(void)
{
    switch ((rnd() >> 20) % 16) {
    case 0 ... 1:
        command();
        break;
    case 2:
        any_register();
        break;
    case 3:
        addresses();
        break;
    case 4 ... 5:
        random_irte();
        break;
    case 6:
        random_pid();
        break;
    case 7 ... 8:
        run_queue();
        break;
    case 9 ... 10:
        clear_errors();
        break;
    case 11:
        random_root();
        break;
    case 12:
        dma();
        break;
    default:
        fire();
        break;
    }
}

static uint32_t pci_read(unsigned devfn, unsigned reg)
{
    uint32_t v;

    asm volatile("outl %0, %w1" : :
                 "a"(0x80000000u | devfn << 8 | reg), "d"(0xcf8));
    asm volatile("inl %w1, %0" : "=a"(v) : "d"(0xcfc));
    return v;
}

bool fw_suite_begin(void)
{
    for (unsigned devfn = 0; devfn < 256; devfn += 8) {
        if (pci_read(devfn, 0) ==
            (VR_IRQGEN_DEVICE << 16 | VR_IRQGEN_VENDOR)) {
            irqgen = pci_read(devfn, 0x10) & ~0xfu;
            asm volatile("outl %0, %w1" : :
                         "a"(0x80000000u | devfn << 8 | 4), "d"(0xcf8));
            asm volatile("outl %0, %w1" : : "a"(6), "d"(0xcfc));
        }
    }
    return irqgen;
}

/* The unit still takes a queue and carries it out. */
static void serves(void)
{
    volatile uint32_t *status = (volatile uint32_t *)scratch;

    write32(VTD_BASE + GCMD, 0);
    clear_errors();
    *status = 0;
    queue[0] = 5 | 1 << 5 | 0x600dull << 32;
    queue[1] = (uint64_t)scratch;
    write64(VTD_BASE + IQT, 0);
    write64(VTD_BASE + IQA, (uint64_t)queue);
    write32(VTD_BASE + GCMD, QIE);
    write64(VTD_BASE + IQT, 16);
    FW_EQUAL(read32(VTD_BASE + GSTS), QIE | (read32(VTD_BASE + GSTS) &
                                             (SRTP | SIRTP)));
    FW_EQUAL(read32(VTD_BASE + IQH), 16);
    FW_EQUAL(*status, 0x600d);
}

FW_CASE(hammer, "vtd.hammer", "", "a hostile guest")
{
    uint64_t faults = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        hammer();
        faults += !!(read32(VTD_BASE + FSTS) & 2);
    }
    fw_printf("# %u rounds, a fault was pending after %lu of them; STATUS of "
              "the device 0x%x\n", ROUNDS, faults,
              read32(irqgen + VR_IRQGEN_STATUS));
    serves();
}

void fw_case_begin(void)
{
}

void fw_case_end(void)
{
}
