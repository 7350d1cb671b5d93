/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare metal, with the firmware's HAL: posted interrupts under fire. The device
 * posts while processors change the same descriptor with locked instructions;
 * no bit may be lost, and none may appear.
 *
 * A bit of the PIR is posted again only after it was taken, so that each post
 * is seen: posts and takes are equal in the end, or a poster waits in vain.
 */
#include "x86.h"
#include "irqgen.h"

#ifndef POSTS
#define POSTS 1000000 /* of the device, for each case */
#endif

#define PATIENCE_US ((120 + POSTS / 1000) * 1000000ull)

/* The unit of a q35 board, and its registers */
#define VTD_BASE 0xfed90000ull
#define GCMD 0x18
#define GSTS 0x1c
#define FSTS 0x34
#define IRTA 0xb8
#define CAP 0x08
#define ECAP 0x10
#define CAP_PI (1ull << 59)
#define ECAP_EIM (1ull << 4)
#define GCMD_IRE (1u << 25)
#define GCMD_SIRTP (1u << 24)
#define IRTA_EIME (1u << 11)
#define IRTA_SIZE 7 /* 2^(7 + 1) entries */

/* Entries and vectors: entry n posts vector FIRST_VECTOR + n */
#define FIRST_VECTOR 0x40
#define DEVICE_BITS 32
#define DEVICE_MASK 0xffffffffull
#define NOTIFY_VECTOR 0x30

/* The message of entry 0 with a subhandle: data chooses the entry. */
#define MESSAGE_ADDR (0xfee00000u | 1 << 4 | 1 << 3)

#define PCI_CAP_MSIX 0x11
#define PCI_MSIX_ENABLE (1u << 31)

#define PID_ON 0 /* bits of the word `control` */
#define PID_SN 1

typedef struct Pid {
    uint64_t pir[4];
    uint64_t control;
    uint64_t rest[3];
} FW_ALIGNED(64) Pid;

static Pid pid;
static uint64_t table[512] FW_ALIGNED(4096);
static uint64_t irqgen; /* its registers */

/* Vectors 0x40 to 0x7f: the device's in the lower half, the CPUs' above */
#define WORD (&pid.pir[FIRST_VECTOR / 64])

static uint64_t posted[64], taken[64];
static uint64_t cpu_ops, notifications, wrong;
static bool stop;

static uint32_t read32(uint64_t addr)
{
    return *(volatile uint32_t *)addr;
}

static void write32(uint64_t addr, uint32_t value)
{
    *(volatile uint32_t *)addr = value;
}

static void write64(uint64_t addr, uint64_t value)
{
    *(volatile uint64_t *)addr = value;
}

static uint64_t load(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static void count(uint64_t *counter, uint64_t n)
{
    __atomic_fetch_add(counter, n, __ATOMIC_SEQ_CST);
}

/* --- locked instructions --- */

static bool bit_test_set(uint64_t *word, uint64_t bit)
{
    bool was;

    asm volatile("lock btsq %2, %1" : "=@ccc"(was), "+m"(*word)
                 : "Jr"(bit) : "memory");
    return was;
}

static bool bit_test_reset(uint64_t *word, uint64_t bit)
{
    bool was;

    asm volatile("lock btrq %2, %1" : "=@ccc"(was), "+m"(*word)
                 : "Jr"(bit) : "memory");
    return was;
}

static uint64_t exchange(uint64_t *word, uint64_t value)
{
    asm volatile("xchgq %0, %1" : "+r"(value), "+m"(*word) : : "memory");
    return value;
}

/* AND by cmpxchg; what was there */
static uint64_t and_cmpxchg(uint64_t *word, uint64_t mask)
{
    uint64_t was = *(volatile uint64_t *)word;
    bool done;

    do {
        asm volatile("lock cmpxchgq %3, %1"
                     : "=@ccz"(done), "+m"(*word), "+a"(was)
                     : "r"(was & mask) : "memory");
    } while (!done);
    return was;
}

/* --- the machine --- */

static uint32_t pci_read(unsigned devfn, unsigned reg)
{
    asm volatile("outl %0, %w1" : :
                 "a"(0x80000000u | devfn << 8 | reg), "d"(0xcf8));
    uint32_t v;

    asm volatile("inl %w1, %0" : "=a"(v) : "d"(0xcfc));
    return v;
}

static void pci_write(unsigned devfn, unsigned reg, uint32_t v)
{
    asm volatile("outl %0, %w1" : :
                 "a"(0x80000000u | devfn << 8 | reg), "d"(0xcf8));
    asm volatile("outl %0, %w1" : : "a"(v), "d"(0xcfc));
}

/* The firmware has put it below 4 GiB. */
static uint64_t bar(unsigned devfn, unsigned n)
{
    return pci_read(devfn, 0x10 + 4 * n) & ~0xfu;
}

static void enable_msix(unsigned devfn)
{
    uint64_t vectors = bar(devfn, VR_IRQGEN_MSIX_BAR) + VR_IRQGEN_MSIX_TABLE;
    unsigned cap = pci_read(devfn, 0x34) & 0xff;

    while (cap && (pci_read(devfn, cap) & 0xff) != PCI_CAP_MSIX) {
        cap = pci_read(devfn, cap) >> 8 & 0xff;
    }
    for (int i = 0; i < DEVICE_BITS; i++) {
        write32(vectors + 16 * i, MESSAGE_ADDR);
        write32(vectors + 16 * i + 4, 0);
        write32(vectors + 16 * i + 8, i);
        write32(vectors + 16 * i + 12, 0);
    }
    if (cap) {
        pci_write(devfn, cap, pci_read(devfn, cap) | PCI_MSIX_ENABLE);
    }
}

static bool find_irqgen(void)
{
    for (unsigned devfn = 0; devfn < 256; devfn += 8) {
        if (pci_read(devfn, 0) ==
            (VR_IRQGEN_DEVICE << 16 | VR_IRQGEN_VENDOR)) {
            pci_write(devfn, 4, 6); /* memory space, bus master */
            irqgen = bar(devfn, VR_IRQGEN_REG_BAR);
            enable_msix(devfn);
            return irqgen;
        }
    }
    return false;
}

static void command(uint32_t bits)
{
    write32(VTD_BASE + GCMD, bits);
}

bool fw_suite_begin(void)
{
    uint64_t cap = *(volatile uint64_t *)(VTD_BASE + CAP);
    uint64_t ecap = *(volatile uint64_t *)(VTD_BASE + ECAP);
    bool x2apic = rdmsr(MSR_APIC_BASE) & 1 << 10;

    if (!(cap & CAP_PI) || !find_irqgen()) {
        fw_printf("# no posting unit, or no virelay-irqgen\n");
        return false;
    }
    if (x2apic && !(ecap & ECAP_EIM)) {
        fw_printf("# x2APIC needs eim=on\n");
        return false;
    }
    for (int i = 0; i < DEVICE_BITS; i++) {
        uint64_t p = (uint64_t)&pid;

        /* P, PST, V, PDA; the source-id is not verified. */
        table[2 * i] = 1 | 1 << 15 | (uint64_t)(FIRST_VECTOR + i) << 16 |
                       p >> 6 << 38;
        table[2 * i + 1] = p & ~0xffffffffull;
    }
    write64(VTD_BASE + IRTA,
            (uint64_t)table | (x2apic ? IRTA_EIME : 0) | IRTA_SIZE);
    command(GCMD_SIRTP);
    command(GCMD_IRE);
    return true;
}

static void set_notification(int cpu, bool suppressed)
{
    uint32_t id = x86_cpu_apic_id(cpu);
    bool x2apic = rdmsr(MSR_APIC_BASE) & 1 << 10;

    pid.control = (uint64_t)(x2apic ? id : id << 8) << 32 |
                  NOTIFY_VECTOR << 16 | (uint64_t)suppressed << PID_SN;
}

/* A processor may touch ON only with its notification. */
static void notified(FwFrame *frame)
{
    if (!bit_test_reset(&pid.control, PID_ON)) {
        count(&wrong, 1);
    }
    count(&notifications, 1);
    x86_apic_eoi();
}

/* --- what the processors do --- */

static void account(uint64_t bits)
{
    while (bits) {
        int b = __builtin_ctzll(bits);

        bits &= bits - 1;
        if (load(&taken[b]) >= load(&posted[b])) {
            count(&wrong, 1); /* nobody had set it */
        }
        count(&taken[b], 1);
    }
}

static void consume(unsigned round)
{
    uint64_t seen = load(WORD);

    if (!seen) {
        return;
    }
    switch (round % 3) {
    case 0:
        account(exchange(WORD, 0));
        break;
    case 1:
        account(and_cmpxchg(WORD, 0xffff0000ffff0000) & 0x0000ffff0000ffff);
        break;
    default: {
        int b = __builtin_ctzll(seen);

        account(bit_test_reset(WORD, b) ? 1ull << b : 0);
        break;
    }
    }
}

static void set_own(int b, unsigned round)
{
    if (load(&posted[b]) != load(&taken[b])) {
        return;
    }
    count(&posted[b], 1);
    if (bit_test_set(WORD, b)) {
        count(&wrong, 1);
    }
}

/* SN comes and goes, by one processor only. */
static void toggle_sn(void)
{
    if (bit_test_set(&pid.control, PID_SN)) {
        count(&wrong, 1);
    }
    if (!bit_test_reset(&pid.control, PID_SN)) {
        count(&wrong, 1);
    }
}

/* All processors set bits of their own and take whatever there is. */
static void hammer_once(unsigned round)
{
    int cpu = hal_cpu_index();

    set_own(DEVICE_BITS + 4 * cpu + round % 4, round);
    consume(round + cpu);
    if (cpu == hal_cpu_count() - 1) {
        toggle_sn();
    }
}

static void hammer(void *arg)
{
    unsigned round = 0;

    irq_enable();
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        hammer_once(round++);
    }
    irq_disable();
    count(&cpu_ops, round);
}

/* --- cases --- */

static void start(int notified_cpu)
{
    memset(posted, 0, sizeof(posted));
    memset(taken, 0, sizeof(taken));
    memset(pid.pir, 0, sizeof(pid.pir));
    cpu_ops = notifications = wrong = 0;
    stop = false;
    set_notification(notified_cpu, false);
    x86_set_handler(NOTIFY_VECTOR, notified);
    for (int cpu = 1; cpu < hal_cpu_count(); cpu++) {
        hal_run_on(cpu, hammer, NULL);
    }
    irq_enable();
}

static void take_rest(void)
{
    uint64_t end = hal_ticks() + PATIENCE_US * hal_ticks_per_us();

    while (load(&pid.control) & 1 << PID_ON && hal_ticks() < end) {
        cpu_relax();
    }
    FW_CHECK(!(load(&pid.control) & 1 << PID_ON),
             "ON stays set: its notification was lost");
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    for (int cpu = 1; cpu < hal_cpu_count(); cpu++) {
        FW_CHECK(hal_wait(cpu, PATIENCE_US), "CPU %d does not end", cpu);
    }
    hal_delay_us(1000);
    irq_disable();
    account(exchange(WORD, 0));
}

static void judge(uint64_t device_posts)
{
    uint64_t posts = 0, device_takes = 0, takes = 0;

    take_rest();
    for (int b = 0; b < 64; b++) {
        FW_CHECK(posted[b] == taken[b], "bit %d: set %lu times, taken %lu", b,
                 posted[b], taken[b]);
        posts += posted[b];
        takes += taken[b];
        device_takes += b < DEVICE_BITS ? taken[b] : 0;
    }
    FW_EQUAL(device_takes, device_posts);
    FW_EQUAL(wrong, 0);
    FW_EQUAL(read32(VTD_BASE + FSTS), 0);
    FW_EQUAL(pid.control & 0xfffffffffffffffe,
             pid.control >> 32 << 32 | NOTIFY_VECTOR << 16);
    FW_CHECK(notifications > 0, "no notification came");
    fw_printf("# %d CPUs: %lu posts by the device, %lu by CPUs, %lu taken; "
              "%lu rounds of others, %lu notifications\n", hal_cpu_count(),
              device_posts, posts - device_posts, takes, cpu_ops,
              notifications);
}

/* Device posts from within a register write: in the vCPU's thread */
FW_CASE(immediate, "posting.immediate", "VT-d, 5.2.3",
        "posts by a processor's register write, beside locked instructions")
{
    uint64_t posts = 0, end = hal_ticks() + PATIENCE_US * hal_ticks_per_us();
    unsigned round = 0, waited = 0;

    start(hal_cpu_count() - 1);
    write64(irqgen + VR_IRQGEN_MSG_ADDR, MESSAGE_ADDR);
    while (posts < POSTS && hal_ticks() < end) {
        int b = posts % DEVICE_BITS;

        if (load(&posted[b]) == load(&taken[b])) {
            count(&posted[b], 1);
            write32(irqgen + VR_IRQGEN_MSG_DATA, b);
            posts++;
            waited = 0;
        }
        /* The others shall take the bits, if they come to run. */
        if (hal_cpu_count() == 1 || ++waited > 1000) {
            hammer_once(round++);
        }
    }
    FW_EQUAL(posts, POSTS);
    judge(posts);
}

/*
 * Device posts from a timer: in the main loop's thread. A channel's shot posts
 * CHANNEL_BITS bits of its own, and it starts again once all were taken.
 */
#define CHANNELS VR_IRQGEN_NUM_CHANNELS
#define CHANNEL_BITS (DEVICE_BITS / CHANNELS)

static void prepare_channel(int n)
{
    uint64_t c = irqgen + VR_IRQGEN_CHANNEL(n);

    write32(c + VR_IRQGEN_CH_VECTOR, n * CHANNEL_BITS);
    write32(c + VR_IRQGEN_CH_VECTORS, CHANNEL_BITS);
    write64(c + VR_IRQGEN_CH_COUNT, CHANNEL_BITS);
    write32(c + VR_IRQGEN_CH_BURST, CHANNEL_BITS);
    write64(c + VR_IRQGEN_CH_DELAY, 1);
}

static bool channel_is_ready(int n)
{
    uint64_t c = irqgen + VR_IRQGEN_CHANNEL(n);

    for (int b = n * CHANNEL_BITS; b < (n + 1) * CHANNEL_BITS; b++) {
        if (load(&posted[b]) != load(&taken[b])) {
            return false;
        }
    }
    return !(read32(c + VR_IRQGEN_CH_STATUS) & VR_IRQGEN_CH_STATUS_RUNNING);
}

static unsigned start_channels(void)
{
    uint32_t ready = 0;
    unsigned posts = 0;

    for (int n = 0; n < CHANNELS; n++) {
        if (channel_is_ready(n)) {
            for (int i = 0; i < CHANNEL_BITS; i++) {
                count(&posted[n * CHANNEL_BITS + i], 1);
            }
            ready |= 1u << n;
            posts += CHANNEL_BITS;
        }
    }
    if (ready) {
        write32(irqgen + VR_IRQGEN_START, ready);
    }
    return posts;
}

static bool all_taken(void)
{
    for (int b = 0; b < DEVICE_BITS; b++) {
        if (load(&posted[b]) != load(&taken[b])) {
            return false;
        }
    }
    return true;
}

FW_CASE(timer, "posting.timer", "VT-d, 5.2.3",
        "posts by a timer of the device, beside locked instructions")
{
    uint64_t posts = 0, end = hal_ticks() + PATIENCE_US * hal_ticks_per_us();
    unsigned round = 0;

    start(hal_cpu_count() - 1);
    for (int n = 0; n < CHANNELS; n++) {
        prepare_channel(n);
    }
    while ((posts < POSTS || !all_taken()) && hal_ticks() < end) {
        posts += posts < POSTS ? start_channels() : 0;
        for (int i = 0; i < 200; i++) {
            hammer_once(round++);
        }
        /* So that most shots notify */
        for (int i = 0; i < 1000 && load(&pid.control) & 1 << PID_ON; i++) {
            cpu_relax();
        }
    }
    count(&cpu_ops, round);
    FW_CHECK(posts >= POSTS, "%lu of %u posts", posts, POSTS);
    judge(posts);
}

void fw_case_begin(void)
{
}

void fw_case_end(void)
{
}
