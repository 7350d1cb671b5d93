/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Posts while processors use the descriptor: nothing may be lost, on either
 * side. Software does what a hypervisor's or kernel's handler does: clear ON,
 * then take PIR (VT-d 5.2.4).
 */
#include "irqgen.h"
#include "pci.h"
#include "vtd.h"

#define DEVICE_VECTORS 64        /* 0, 4, 8...: of each word of PIR, a part */
#define DEFAULT_POSTS  200000
#define ROUNDS_A_LINE  512       /* of all vectors: then say how far it is */
#define STORM          20000     /* in bursts */
#define RAIN           3000      /* one by one, 50 us apart */
#define RAIN_NS        50000
#define PATIENCE_US    20000000ull
#define CHANNEL        VR_IRQGEN_CHANNEL(2)

static Pid *const pid = &pids[0];
static volatile uint64_t taken[256];   /* by the handler, a vector */
static volatile uint64_t notifications;
static volatile uint64_t *sequence;    /* the device's, in memory */
static volatile uint64_t last_sequence;
static volatile bool posting;

static uint64_t deadline(void)
{
    return hal_ticks() + PATIENCE_US * hal_ticks_per_us();
}

static void take_word(int i)
{
    uint64_t bits = __atomic_exchange_n(&pid->pir[i], 0, __ATOMIC_SEQ_CST);

    for (; bits; bits &= bits - 1) {
        __atomic_fetch_add(&taken[64 * i + __builtin_ctzll(bits)], 1,
                           __ATOMIC_SEQ_CST);
    }
}

/* Several processors may serve notifications at once. */
static void saw_sequence(uint64_t now)
{
    uint64_t last = last_sequence;

    while (now > last
           && !__atomic_compare_exchange_n(&last_sequence, &last, now, false,
                                           __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST)) {
    }
}

static void take_all(void)
{
    uint64_t now;

    __atomic_fetch_and(&pid->control, ~PID_ON, __ATOMIC_SEQ_CST);
    now = *sequence;
    for (int i = 0; i < 4; i++) {
        take_word(i);
    }
    saw_sequence(now);
}

static void on_notification(FwFrame *frame)
{
    __atomic_fetch_add(&notifications, 1, __ATOMIC_SEQ_CST);
    take_all();
    x86_apic_eoi();
}

static void begin(int cpu)
{
    memset((void *)taken, 0, sizeof(taken));
    notifications = last_sequence = 0;
    sequence = scratch(0);
    pid_init(pid, cpu);
    x86_set_handler(NOTIFICATION, on_notification);
}

static void end(void)
{
    settle();
    x86_set_handler(NOTIFICATION, NULL);
    FW_CHECK(!(pid->control & PID_ON), "ON is still set");
    EXPECT_PIR(pid, -1);
    EXPECT_NO_FAULT();
}

static uint64_t read_posts(void)
{
    char text[24];
    uint64_t n = 0;

    if (!fw_option("posts", text, sizeof(text))) {
        return DEFAULT_POSTS;
    }
    for (const char *c = text; *c >= '0' && *c <= '9'; c++) {
        n = n * 10 + *c - '0';
    }
    return n;
}

/* Both sides post at once ---------------------------------------------------------- */

typedef struct Poster {
    int first;               /* its vectors: first, first + 4, ... */
    uint64_t posted[DEVICE_VECTORS], sum;
    bool gave_up;
} Poster;

/* As another processor that posts: the bit, then ON, then the notification */
static void post(Poster *p, int n)
{
    int v = p->first + 4 * n;
    uint64_t bit = 1ull << v % 64;

    p->posted[n]++;
    p->sum++;
    __atomic_fetch_or(&pid->pir[v / 64], bit, __ATOMIC_SEQ_CST);
    if (!(__atomic_fetch_or(&pid->control, PID_ON, __ATOMIC_SEQ_CST)
          & PID_ON)) {
        x86_apic_ipi(x86_cpu_apic_id(1), 0x4000 | NOTIFICATION);
    }
}

static bool wait_until_taken(int vector, uint64_t n)
{
    uint64_t end = deadline();

    while (taken[vector] != n) {
        if (hal_ticks() > end) {
            return false;
        }
        cpu_relax();
    }
    return true;
}

static void post_until_told(void *arg)
{
    Poster *p = arg;
    int n = 0;

    while (posting && !p->gave_up) {
        p->gave_up = !wait_until_taken(p->first + 4 * n, p->posted[n]);
        post(p, n);
        n = (n + 1) % DEVICE_VECTORS;
    }
}

/* One interrupt of each vector of the device, in one burst */
static bool device_vectors(void)
{
    PciMsix msix;

    if (!pci_msix_open(device_id(), &msix)
        || msix.vectors < DEVICE_VECTORS) {
        return false;
    }
    for (int i = 0; i < DEVICE_VECTORS; i++) {
        irte_write(i, irte_posted(pid, 4 * i));
        pci_msix_set(&msix, i, request(i, false), 0);
        pci_msix_mask(&msix, i, false);
    }
    iec_invalidate_all();
    pci_msix_enable(&msix, true, false);
    device_write(CHANNEL + VR_IRQGEN_CH_VECTORS, DEVICE_VECTORS);
    device_write64(CHANNEL + VR_IRQGEN_CH_COUNT, DEVICE_VECTORS);
    device_write(CHANNEL + VR_IRQGEN_CH_BURST, DEVICE_VECTORS);
    return true;
}

/* Each of the device's vectors n times */
static bool device_taken(uint64_t n)
{
    Wait w = wait_begin(PATIENCE_US);

    for (int i = 0; i < DEVICE_VECTORS; i++) {
        while (taken[4 * i] != n) {
            if (!wait_more(&w)) {
                fw_fail(__FILE__, __LINE__, "posts of the device", "vector %d:"
                        " %lu were taken, of %lu", 4 * i, taken[4 * i], n);
                return false;
            }
        }
    }
    return true;
}

static void device_posts(uint64_t total)
{
    for (uint64_t n = 1; n <= total / DEVICE_VECTORS; n++) {
        device_write(CHANNEL + VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START);
        if (!device_taken(n)) {
            return;
        }
        if (n % ROUNDS_A_LINE == 0) {
            fw_printf("# so far %lu\n", n * DEVICE_VECTORS);
        }
    }
}

static void judge_poster(const Poster *p)
{
    FW_CHECK(!p->gave_up, "a processor waited in vain");
    for (int n = 0; n < DEVICE_VECTORS; n++) {
        FW_CHECK(taken[p->first + 4 * n] == p->posted[n], "vector %d: %lu"
                 " posted, %lu taken", p->first + 4 * n, p->posted[n],
                 taken[p->first + 4 * n]);
    }
}

FW_CASE(stress_both, "vtd.post.stress",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "200,000 posts of the device and the locked updates of other"
        " processors to the same words: each is taken once")
{
    static Poster posters[2];
    uint64_t total = read_posts();
    int count = hal_cpu_count() > 3 ? 2 : 1;

    NEED_POSTING();
    NEED_CPUS(3);
    begin(1);
    FW_REQUIRE(device_vectors(), "the device has too few MSI-X vectors");
    memset(posters, 0, sizeof(posters));
    posting = true;
    for (int i = 0; i < count; i++) {
        posters[i].first = 1 + i;
        hal_run_on(2 + i, post_until_told, &posters[i]);
    }
    device_posts(total);
    posting = false;
    for (int i = 0; i < count; i++) {
        FW_CHECK(hal_wait(2 + i, 2 * PATIENCE_US), "a processor hangs");
    }
    hal_delay_us(1000);
    end();
    for (int i = 0; i < count && !fw_case_ended(); i++) {
        judge_poster(&posters[i]);
    }
    fw_printf("# %lu posts of the device, %lu of processors, %lu"
              " notifications\n", total / DEVICE_VECTORS * DEVICE_VECTORS,
              posters[0].sum + posters[1].sum, notifications);
}

/* A storm from the device alone ------------------------------------------------------ */

static void start_shot(uint64_t count, unsigned burst, unsigned period_ns)
{
    device_write(CHANNEL + VR_IRQGEN_CH_FLAGS, VR_IRQGEN_CH_FLAGS_RAW
                 | VR_IRQGEN_CH_FLAGS_DMA_SEQ);
    device_write64(CHANNEL + VR_IRQGEN_CH_DMA_ADDR, (uint64_t)sequence);
    device_write(CHANNEL + VR_IRQGEN_CH_DMA_SLOTS, 1);
    device_write64(CHANNEL + VR_IRQGEN_CH_MSG_ADDR, request(5, false));
    device_write64(CHANNEL + VR_IRQGEN_CH_COUNT, count);
    device_write(CHANNEL + VR_IRQGEN_CH_BURST, burst);
    device_write64(CHANNEL + VR_IRQGEN_CH_PERIOD, period_ns);
    device_write(CHANNEL + VR_IRQGEN_CH_STATUS, VR_IRQGEN_CH_STATUS_DONE);
    device_write(CHANNEL + VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START);
}

static bool storm_over(void)
{
    return device_read(CHANNEL + VR_IRQGEN_CH_STATUS)
        & VR_IRQGEN_CH_STATUS_DONE;
}

/* The last post's bit was taken after it was made. */
static void judge_storm(uint64_t posts)
{
    end();
    FW_EQUAL(*sequence, posts);
    FW_EQUAL(last_sequence, posts);
    FW_CHECK(notifications <= posts, "%lu notifications for %lu posts",
             notifications, posts);
    fw_printf("# %lu posts, %lu notifications\n", posts, notifications);
}

FW_CASE(stress_storm, "vtd.post.storm",
        "VT-d 5.2.4 Ordering Requirements for Interrupt Posting",
        "20,000 posts in bursts: the last one is taken")
{
    uint64_t end_at = deadline();

    NEED_POSTING();
    begin(0);
    irte_set(5, irte_posted(pid, 0x77));
    start_shot(STORM, 200, 50000);
    while (!storm_over() && hal_ticks() < end_at) {
        cpu_relax();
    }
    judge_storm(STORM);
    FW_CHECK(taken[0x77] > 0 && taken[0x77] <= notifications,
             "taken %lu times", taken[0x77]);
}

FW_CASE(stress_savings, "vtd.post.savings",
        "VT-d 5.2.3 Interrupt-Posting Hardware Operation",
        "10 bursts of 100 posts while the processor takes no interrupts: one"
        " notification each, 990 are saved")
{
    uint64_t end_at = deadline();

    NEED_POSTING();
    begin(0);
    irte_set(5, irte_posted(pid, 0x77));
    for (int i = 1; i <= 10 && !fw_case_ended(); i++) {
        irq_disable();
        start_shot(100, 100, 0);
        while (!storm_over() && hal_ticks() < end_at) {
            cpu_relax();
        }
        FW_CHECK(queue_sync(), "the queue stands");
        irq_enable();
        settle();
        FW_EQUAL(notifications, i);
        FW_EQUAL(taken[0x77], i);
        FW_EQUAL(last_sequence, 100 * i);
    }
    end();
}

FW_CASE(stress_moves, "vtd.post.moves",
        "VT-d 9.11 Posted Interrupt Descriptor: NDST",
        "NDST goes round the processors during 3,000 posts: none is lost")
{
    uint64_t end_at = deadline(), moves = 0;

    NEED_POSTING();
    NEED_CPUS(2);
    begin(0);
    irte_set(5, irte_posted(pid, 0x77));
    start_shot(RAIN, 1, RAIN_NS);
    while (!storm_over() && hal_ticks() < end_at) {
        uint64_t old = pid->control, new;

        new = pid_control(++moves % hal_cpu_count(), NOTIFICATION)
            | (old & (PID_ON | PID_SN));
        __atomic_compare_exchange_n(&pid->control, &old, new, false,
                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
    judge_storm(RAIN);
}

FW_CASE(stress_suppress, "vtd.post.suppress-and-resume",
        "VT-d 9.11 Posted Interrupt Descriptor: SN",
        "SN is set and cleared during 3,000 posts; software that clears it"
        " looks at PIR itself: none is lost")
{
    uint64_t end_at = deadline(), rounds = 0;

    NEED_POSTING();
    begin(0);
    irte_set(5, irte_posted(pid, 0x77));
    start_shot(RAIN, 1, RAIN_NS);
    while (!storm_over() && hal_ticks() < end_at) {
        __atomic_fetch_or(&pid->control, PID_SN, __ATOMIC_SEQ_CST);
        hal_delay_us(20);
        __atomic_fetch_and(&pid->control, ~PID_SN, __ATOMIC_SEQ_CST);
        irq_disable();
        take_all();
        irq_enable();
        rounds++;
    }
    judge_storm(RAIN);
    fw_printf("# SN was set %lu times\n", rounds);
}

FW_CASE(stress_dma, "vtd.post.dma-before-notification",
        "VT-d 5.2.4 Ordering Requirements for Interrupt Posting",
        "What the device wrote before its interrupt is in memory when the"
        " notification is taken: 500 times")
{
    NEED_POSTING();
    begin(0);
    irte_set(5, irte_posted(pid, 0x77));
    device_write(CHANNEL + VR_IRQGEN_CH_FLAGS, VR_IRQGEN_CH_FLAGS_RAW
                 | VR_IRQGEN_CH_FLAGS_DMA_SEQ);
    device_write64(CHANNEL + VR_IRQGEN_CH_DMA_ADDR, (uint64_t)sequence);
    device_write64(CHANNEL + VR_IRQGEN_CH_MSG_ADDR, request(5, false));
    device_write64(CHANNEL + VR_IRQGEN_CH_COUNT, 1);
    for (uint64_t n = 1; n <= 500 && !fw_case_ended(); n++) {
        Wait w = wait_begin(PATIENCE_US);

        device_write(CHANNEL + VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START);
        while (notifications < n && wait_more(&w)) {
        }
        FW_EQUAL(last_sequence, n);
        FW_EQUAL(taken[0x77], n);
    }
    end();
}
