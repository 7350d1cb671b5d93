/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptor tables of each CPU, interrupts and exceptions, other CPUs. */
#include "x86.h"

typedef struct Tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, io_bitmap;
} __attribute__((packed)) Tss;

typedef struct IdtEntry {
    uint16_t offset0, selector;
    uint16_t type;
    uint16_t offset1;
    uint32_t offset2, reserved;
} IdtEntry;

typedef struct Cpu {
    uint64_t gdt[10];
    Tss tss;
    int index;
    uint32_t apic_id;
    bool trying;
    uint64_t try_rsp;
    FwException caught;
    /* Work given by hal_run_on() */
    void (*fn)(void *);
    void *arg;
    bool busy;
} FW_ALIGNED(64) Cpu;

extern char vector_entries[], try_landing[], pml4[], cpu_stacks[];
extern char ap_trampoline[], ap_trampoline_end[];
extern uint32_t ap_started;

int try_call(void (*fn)(void *), void *arg, uint64_t *saved_rsp);
void x86_interrupt(FwFrame *frame);
void ap_main(int index);
void fw_main(void);

static Cpu cpus[FW_MAX_CPUS];
static IdtEntry idt[256] FW_ALIGNED(16);
static X86Handler *handlers[256];
static uint64_t counts[FW_MAX_CPUS][256];
static int wake_vector;
static int cpu_count = 1;
static uint64_t ticks_per_us;

static Cpu *this_cpu(void)
{
    return (Cpu *)rdmsr(MSR_GS_BASE);
}

uint64_t x86_gdt_base(void)
{
    return (uint64_t)this_cpu()->gdt;
}

uint64_t x86_tss_base(void)
{
    return (uint64_t)&this_cpu()->tss;
}

uint64_t x86_idt_base(void)
{
    return (uint64_t)idt;
}

uint64_t x86_page_tables(void)
{
    return (uint64_t)pml4;
}

static void fill_gdt(Cpu *cpu)
{
    uint64_t base = (uint64_t)&cpu->tss;

    cpu->gdt[SEL_CODE64 / 8] = 0x00af9b000000ffff;
    cpu->gdt[SEL_DATA / 8] = 0x00cf93000000ffff;
    cpu->gdt[SEL_CODE32 / 8] = 0x00cf9b000000ffff;
    cpu->gdt[SEL_CODE16 / 8] = 0x000f9b000000ffff;
    cpu->gdt[SEL_DATA16 / 8] = 0x000f93000000ffff;
    cpu->gdt[SEL_USER_DATA / 8] = 0x00cff3000000ffff;
    cpu->gdt[SEL_USER_CODE / 8] = 0x00affb000000ffff;
    cpu->gdt[SEL_TSS / 8] = (sizeof(Tss) - 1) | (base & 0xffffff) << 16
        | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
    cpu->gdt[SEL_TSS / 8 + 1] = base >> 32;
}

static void load_tables(Cpu *cpu)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) gdtr = {
        sizeof(cpu->gdt) - 1, (uint64_t)cpu->gdt,
    }, idtr = {
        sizeof(idt) - 1, (uint64_t)idt,
    };

    fill_gdt(cpu);
    cpu->tss.rsp[0] = (uint64_t)cpu_stacks
        + (cpu->index + 1) * FW_STACK_SIZE - FW_STACK_SIZE / 2;
    cpu->tss.io_bitmap = sizeof(Tss);
    asm volatile("lgdt %0; lidt %1" : : "m"(gdtr), "m"(idtr) : "memory");
    asm volatile("ltr %w0" : : "r"(SEL_TSS) : "memory");
    wrmsr(MSR_GS_BASE, (uint64_t)cpu);
}

static void fill_idt(void)
{
    int i;

    for (i = 0; i < 256; i++) {
        uint64_t entry = (uint64_t)vector_entries + 16 * i;

        idt[i] = (IdtEntry) {
            .offset0 = entry, .offset1 = entry >> 16, .offset2 = entry >> 32,
            .selector = SEL_CODE64,
            .type = i == VEC_BP || i == VEC_OF ? 0xee00 : 0x8e00,
        };
    }
}

int x86_try(void (*fn)(void *), void *arg, FwException *out)
{
    Cpu *cpu = this_cpu();

    cpu->caught.vector = -1;
    cpu->trying = true;
    try_call(fn, arg, &cpu->try_rsp);
    cpu->trying = false;
    if (out) {
        *out = cpu->caught;
    }
    return cpu->caught.vector;
}

static void come_back(Cpu *cpu, FwFrame *frame)
{
    cpu->caught = (FwException) {
        .vector = frame->vector, .error = frame->error, .rip = frame->rip,
        .cr2 = frame->vector == VEC_PF ? read_cr2() : 0,
    };
    cpu->trying = false;
    frame->rip = (uint64_t)try_landing;
    frame->rsp = cpu->try_rsp;
    frame->cs = SEL_CODE64;
    frame->ss = SEL_DATA;
    frame->rflags &= ~(RFLAGS_TF | RFLAGS_RF);
}

static void unexpected(const FwFrame *frame)
{
    fw_printf("\nBail out! CPU %d: exception %lu, error 0x%lx, RIP 0x%lx,"
              " CR2 0x%lx\n", this_cpu()->index, frame->vector, frame->error,
              frame->rip, read_cr2());
    hal_end(1);
}

void x86_interrupt(FwFrame *frame)
{
    Cpu *cpu = this_cpu();

    if (handlers[frame->vector]) {
        handlers[frame->vector](frame);
    } else if (frame->vector < 32 && frame->vector != VEC_NMI) {
        if (!cpu->trying) {
            unexpected(frame);
        }
        come_back(cpu, frame);
    } else {
        __atomic_fetch_add(&counts[cpu->index][frame->vector], 1,
                           __ATOMIC_SEQ_CST);
        if (frame->vector >= 32) {
            x86_apic_eoi();
        }
    }
}

void x86_set_handler(int vector, X86Handler *handler)
{
    handlers[vector] = handler;
}

uint64_t x86_interrupt_count_on(int cpu, int vector)
{
    return __atomic_load_n(&counts[cpu][vector], __ATOMIC_SEQ_CST);
}

uint64_t x86_interrupt_count(int vector)
{
    uint64_t sum = 0;

    for (int i = 0; i < FW_MAX_CPUS; i++) {
        sum += x86_interrupt_count_on(i, vector);
    }
    return sum;
}

void x86_interrupt_count_reset(void)
{
    memset(counts, 0, sizeof(counts));
}

/* Time: the TSC against channel 2 of the 8254, 1.193182 MHz. A machine under an
 * emulator may stand still meanwhile, which only makes it longer: the shortest of
 * some is the right one. */
static uint64_t ticks_in_1_ms(void)
{
    const unsigned count = 1193;
    uint64_t start;

    outb(0x61, (inb(0x61) & ~2) | 1);
    outb(0x43, 0xb0);
    outb(0x42, count & 0xff);
    start = rdtsc();
    outb(0x42, count >> 8);
    while (!(inb(0x61) & 0x20)) {
        cpu_relax();
    }
    return rdtsc() - start;
}

static void calibrate(void)
{
    uint64_t least = ticks_in_1_ms();

    for (int i = 0; i < 30; i++) {
        uint64_t ticks = ticks_in_1_ms();

        least = ticks < least ? ticks : least;
    }
    ticks_per_us = least / 1000;
    ticks_per_us += !ticks_per_us;
}

uint64_t hal_ticks(void)
{
    return rdtsc();
}

uint64_t hal_ticks_per_us(void)
{
    return ticks_per_us;
}

void hal_delay_us(uint64_t us)
{
    uint64_t end = rdtsc() + us * ticks_per_us;

    while (rdtsc() < end) {
        cpu_relax();
    }
}

int hal_cpu_count(void)
{
    return cpu_count;
}

int hal_cpu_index(void)
{
    return this_cpu()->index;
}

uint32_t x86_cpu_apic_id(int cpu)
{
    return cpus[cpu].apic_id;
}

void hal_run_on(int cpu, void (*fn)(void *), void *arg)
{
    cpus[cpu].fn = fn;
    cpus[cpu].arg = arg;
    __atomic_store_n(&cpus[cpu].busy, true, __ATOMIC_SEQ_CST);
    if (wake_vector) {
        x86_apic_ipi(cpus[cpu].apic_id, 0x4000 | wake_vector);
    }
}

void x86_idle_interruptible(int vector)
{
    wake_vector = vector;
}

bool hal_wait(int cpu, uint64_t us)
{
    uint64_t end = rdtsc() + us * ticks_per_us;

    while (__atomic_load_n(&cpus[cpu].busy, __ATOMIC_SEQ_CST)) {
        if (rdtsc() > end) {
            return false;
        }
        cpu_relax();
    }
    return true;
}

static void idle(const Cpu *cpu)
{
    if (!wake_vector) {
        cpu_relax();
        return;
    }
    irq_disable();
    if (!__atomic_load_n(&cpu->busy, __ATOMIC_SEQ_CST)) {
        asm volatile("sti; hlt" : : : "memory");
    }
    irq_enable();
}

void ap_main(int index)
{
    Cpu *cpu = &cpus[index];

    cpu->index = index;
    load_tables(cpu);
    x86_apic_init();
    cpu->apic_id = x86_apic_id();
    __atomic_fetch_add(&cpu_count, 1, __ATOMIC_SEQ_CST);
    for (;;) {
        if (__atomic_load_n(&cpu->busy, __ATOMIC_SEQ_CST)) {
            cpu->fn(cpu->arg);
            __atomic_store_n(&cpu->busy, false, __ATOMIC_SEQ_CST);
        }
        idle(cpu);
    }
}

/* INIT, then two start-up IPIs, to all others (SDM 3A, 9.4.4.1) */
static void start_others(void)
{
    const uint32_t page = 0x8000;

    memcpy((void *)(uint64_t)page, ap_trampoline,
           ap_trampoline_end - ap_trampoline);
    x86_apic_ipi(0, 0xc4500);
    hal_delay_us(10000);
    x86_apic_ipi(0, 0xc4600 | page >> 12);
    hal_delay_us(200);
    x86_apic_ipi(0, 0xc4600 | page >> 12);
    hal_delay_us(100000);
}

void fw_main(void)
{
    int failed;

    fill_idt();
    load_tables(&cpus[0]);
    /* The 8259s stay masked. */
    outb(0x21, 0xff);
    outb(0xa1, 0xff);
    calibrate();
    x86_apic_init();
    cpus[0].apic_id = x86_apic_id();
    start_others();
    failed = fw_run();
    hal_end(failed);
}
