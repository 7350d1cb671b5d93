/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Posted interrupts under load: all other processors post to a guest on this
 * one, as a hypervisor's threads and devices do. Each has vectors of its own
 * and posts one again once the guest has counted it, so that every post must
 * be delivered exactly once. "posts=N" in the options: posts of each processor.
 */
#include "vmx.h"

#define NOTIFICATION  0xf2
#define FIRST_VECTOR  0x30
#define LAST_VECTOR   0xef
#define DEFAULT_POSTS 20000
#define PATIENCE_US   20000000ull
#define PID_ON        0

/* What the guest does between two interrupts */
typedef enum Idle { IDLE_SPIN, IDLE_HALT, IDLE_MASK, IDLE_EXIT } Idle;

enum { ENDED = 1, TURN = 2 };

typedef struct Poster {
    int first, last;      /* vectors */
    uint64_t notified;
    bool gave_up;
} Poster;

static uint64_t pid[8] FW_ALIGNED(64);
static volatile uint64_t delivered[256];
static uint64_t posted[256];
static uint64_t posts_each, processors_posting;
static uint32_t target_apic;
static bool use_x2apic;
static Idle idle;

static uint32_t *virtual_apic(void)
{
    return scratch(1);
}

static bool test_and_set(uint64_t *word, unsigned bit)
{
    uint64_t mask = 1ull << bit;

    return __atomic_fetch_or(word, mask, __ATOMIC_SEQ_CST) & mask;
}

/* As a poster does: the request, then one notification for all of them */
static void post(Poster *p, int vector)
{
    posted[vector]++;
    test_and_set(&pid[vector / 64], vector % 64);
    if (!test_and_set(&pid[4], PID_ON)) {
        p->notified++;
        x86_apic_ipi(target_apic, NOTIFICATION);
    }
}

static bool wait_for(int vector)
{
    uint64_t end = hal_ticks() + PATIENCE_US * hal_ticks_per_us();

    while (delivered[vector] != posted[vector]) {
        if (hal_ticks() > end) {
            return false;
        }
        cpu_relax();
    }
    return true;
}

static void post_all(void *arg)
{
    Poster *p = arg;
    int vector = p->first;

    for (uint64_t n = 0; n < posts_each && !p->gave_up; n++) {
        p->gave_up = !wait_for(vector);
        if (!p->gave_up) {
            post(p, vector);
        }
        vector = vector == p->last ? p->first : vector + 1;
    }
    for (vector = p->first; vector <= p->last; vector++) {
        p->gave_up |= !wait_for(vector);
    }
    /* A guest that halts has to see the end, and one that lost a
     * notification has to leave its halt. */
    __atomic_fetch_sub(&processors_posting, 1, __ATOMIC_SEQ_CST);
    test_and_set(&pid[NOTIFICATION / 64], (NOTIFICATION - 1) % 64);
    x86_apic_ipi(target_apic, NOTIFICATION);
}

static void count_and_eoi(FwFrame *frame)
{
    delivered[frame->vector]++;
    if (use_x2apic) {
        wrmsr(0x80b, 0);
    } else {
        *(volatile uint32_t *)0xfee000b0ull = 0;
    }
}

static bool still_posting(void)
{
    return __atomic_load_n(&processors_posting, __ATOMIC_SEQ_CST);
}

static void guest(void)
{
    while (still_posting()) {
        switch (idle) {
        case IDLE_SPIN:
            cpu_relax();
            break;
        case IDLE_HALT:
            asm volatile("cli" : : : "memory");
            if (still_posting()) {
                asm volatile("sti; hlt" : : : "memory");
            }
            irq_enable();
            break;
        case IDLE_MASK:
            irq_disable();
            cpu_relax();
            irq_enable();
            cpu_relax();
            break;
        case IDLE_EXIT:
            asm volatile("vmcall" : : "a"(TURN) : "memory");
            break;
        }
    }
    guest_done(ENDED);
}

/* Controls of a guest whose interrupts need no exit; false: not offered */
static bool set_controls(void)
{
    use_x2apic = rdmsr(MSR_APIC_BASE) & 1u << 10;
    if (!vmx_set(CTL_PIN, PIN_EXT_INTR | PIN_POSTED_INTR) ||
        !vmx_set(CTL_PROC, PROC_TPR_SHADOW | PROC_MSR_BITMAPS) ||
        !vmx_set(CTL_PROC2, PROC2_VID | PROC2_APIC_REG |
                 (use_x2apic ? PROC2_X2APIC : PROC2_APIC_ACCESS)) ||
        !vmx_set(CTL_EXIT, EXIT_ACK_INTR)) {
        return false;
    }
    vmwrite(VMCS_MSR_BITMAP, (uint64_t)scratch(0));
    vmwrite(VMCS_VIRTUAL_APIC_ADDR, (uint64_t)virtual_apic());
    if (!use_x2apic) {
        vmwrite(VMCS_APIC_ACCESS_ADDR, 0xfee00000);
    }
    vmwrite(VMCS_TPR_THRESHOLD, 0);
    vmwrite(VMCS_POSTED_INTR_NV, NOTIFICATION);
    vmwrite(VMCS_POSTED_INTR_DESC_ADDR, (uint64_t)pid);
    vmwrite(VMCS_GUEST_INTR_STATUS, 0);
    for (int i = 0; i < 4; i++) {
        vmwrite(VMCS_EOI_EXIT_BITMAP0 + 2 * i, 0);
    }
    vmwrite(VMCS_GUEST_RFLAGS, 2 | RFLAGS_IF);
    return true;
}

static void start_state(void)
{
    memset(pid, 0, sizeof(pid));
    memset((void *)delivered, 0, sizeof(delivered));
    memset(posted, 0, sizeof(posted));
    memset(scratch(0), 0, 4096);
    memset(virtual_apic(), 0, 4096);
    for (int v = FIRST_VECTOR; v < 0xf2; v++) {
        x86_set_handler(v, count_and_eoi);
    }
    target_apic = x86_apic_id();
}

static void start_posters(Poster *posters, int count)
{
    int share = (LAST_VECTOR - FIRST_VECTOR + 1) / count;

    processors_posting = count;
    for (int i = 0; i < count; i++) {
        posters[i].first = FIRST_VECTOR + i * share;
        posters[i].last = posters[i].first + share - 1;
        hal_run_on(i + 1, post_all, &posters[i]);
    }
}

/* As a hypervisor that takes posted requests itself after an exit */
static void take_requests(void)
{
    uint32_t rvi = vmread(VMCS_GUEST_INTR_STATUS) & 0xff;

    __atomic_fetch_and(&pid[4], ~1ull, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 8; i++) {
        uint32_t bits = __atomic_exchange_n((uint32_t *)pid + i, 0,
                                            __ATOMIC_SEQ_CST);

        virtual_apic()[(0x200 + 16 * i) / 4] |= bits;
        if (bits && i * 32u + 31 - __builtin_clz(bits) > rvi) {
            rvi = i * 32 + 31 - __builtin_clz(bits);
        }
    }
    vmwrite(VMCS_GUEST_INTR_STATUS,
            (vmread(VMCS_GUEST_INTR_STATUS) & 0xff00) | rvi);
}

static VmxRun run_guest(void)
{
    VmxRun run = vm_run(guest);
    bool take = false;

    while (run.result == VMX_SUCCEED && run.reason == EXIT_VMCALL &&
           guest_regs.rax == TURN) {
        vm_advance();
        /* Every other time the entry itself meets the notification. */
        if ((take = !take)) {
            take_requests();
        }
        run = vm_continue();
    }
    return run;
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

static void judge(const Poster *posters, int count)
{
    uint64_t sum = 0, notified = 0;

    for (int v = FIRST_VECTOR; v <= LAST_VECTOR; v++) {
        FW_CHECK(delivered[v] == posted[v], "vector 0x%x: %lu posted, %lu"
                 " delivered", v, posted[v], delivered[v]);
        sum += delivered[v];
    }
    for (int i = 0; i < count; i++) {
        FW_CHECK(!posters[i].gave_up, "processor %d waited in vain", i + 1);
        notified += posters[i].notified;
    }
    FW_EQUAL(sum, posts_each * count);
    fw_printf("# %lu posts by %d processors, %lu notifications\n", sum, count,
              notified);
}

/* Notifications that came after the guest had ended wait in the local APIC. */
static void take_late_notifications(void)
{
    x86_set_handler(NOTIFICATION, count_and_eoi);
    irq_enable();
    hal_delay_us(100);
    irq_disable();
    x86_set_handler(NOTIFICATION, NULL);
}

static void stress(Idle how)
{
    Poster posters[FW_MAX_CPUS] = { 0 };
    int count = hal_cpu_count() - 1;
    uint64_t start = hal_ticks();
    VmxRun run;

    if (!count) {
        FW_SKIP("no other processor");
    }
    if (!set_controls()) {
        FW_SKIP("posted interrupts are not offered");
    }
    start_state();
    idle = how;
    posts_each = read_posts();
    start_posters(posters, count);
    run = run_guest();
    EXPECT_EXIT(run, EXIT_VMCALL);
    for (int i = 0; i < count; i++) {
        FW_CHECK(hal_wait(i + 1, PATIENCE_US), "processor %d hangs", i + 1);
    }
    take_late_notifications();
    judge(posters, count);
    fw_printf("# %lu us\n", (hal_ticks() - start) / hal_ticks_per_us());
}

FW_CASE(posted_stress_spin, "vmx.posted.stress-spin",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "every request that others post to a running guest is delivered once")
{
    stress(IDLE_SPIN);
}

FW_CASE(posted_stress_halt, "vmx.posted.stress-halt",
        "SDM 3C, 30.6 Posted-Interrupt Processing",
        "every request that others post to a guest in HLT is delivered once")
{
    stress(IDLE_HALT);
}

FW_CASE(posted_stress_mask, "vmx.posted.stress-mask",
        "SDM 3C, 30.2.2 Virtual-Interrupt Delivery",
        "every request is delivered once where the guest masks interrupts")
{
    stress(IDLE_MASK);
}

FW_CASE(posted_stress_exit, "vmx.posted.stress-exit",
        "SDM 3C, 30.2.1 Evaluation of Pending Virtual Interrupts",
        "every request is delivered once across VM exits and VM entries")
{
    stress(IDLE_EXIT);
}
