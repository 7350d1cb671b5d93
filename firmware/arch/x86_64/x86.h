/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86-64: registers, exceptions that a case survives, the local APIC. */
#ifndef FW_X86_H
#define FW_X86_H

/* Selectors of the GDT that each CPU has (cpu.c) */
#define SEL_CODE64   0x08
#define SEL_DATA     0x10
#define SEL_CODE32   0x18
#define SEL_CODE16   0x20
#define SEL_DATA16   0x28
#define SEL_USER_DATA (0x30 | 3)
#define SEL_USER_CODE (0x38 | 3)
#define SEL_TSS      0x40

/* Processors that the image has stacks for */
#define FW_MAX_CPUS 8
#define FW_STACK_SIZE 16384

#ifndef __ASSEMBLER__
#include "fw.h"

#define MSR_APIC_BASE       0x1b
#define MSR_FEATURE_CONTROL 0x3a
#define MSR_TSC             0x10
#define MSR_SYSENTER_CS     0x174
#define MSR_SYSENTER_ESP    0x175
#define MSR_SYSENTER_EIP    0x176
#define MSR_PAT             0x277
#define MSR_DEBUGCTL        0x1d9
#define MSR_EFER            0xc0000080
#define MSR_STAR            0xc0000081
#define MSR_LSTAR           0xc0000082
#define MSR_FS_BASE         0xc0000100
#define MSR_GS_BASE         0xc0000101
#define MSR_KERNEL_GS_BASE  0xc0000102

#define EFER_SCE (1ull << 0)
#define EFER_LME (1ull << 8)
#define EFER_LMA (1ull << 10)
#define EFER_NXE (1ull << 11)

#define CR0_PE (1ull << 0)
#define CR0_MP (1ull << 1)
#define CR0_EM (1ull << 2)
#define CR0_TS (1ull << 3)
#define CR0_NE (1ull << 5)
#define CR0_WP (1ull << 16)
#define CR0_AM (1ull << 18)
#define CR0_NW (1ull << 29)
#define CR0_CD (1ull << 30)
#define CR0_PG (1ull << 31)

#define CR4_TSD  (1ull << 2)
#define CR4_DE   (1ull << 3)
#define CR4_PSE  (1ull << 4)
#define CR4_PAE  (1ull << 5)
#define CR4_PGE  (1ull << 7)
#define CR4_VMXE (1ull << 13)

#define RFLAGS_CF (1ull << 0)
#define RFLAGS_PF (1ull << 2)
#define RFLAGS_AF (1ull << 4)
#define RFLAGS_ZF (1ull << 6)
#define RFLAGS_SF (1ull << 7)
#define RFLAGS_TF (1ull << 8)
#define RFLAGS_IF (1ull << 9)
#define RFLAGS_OF (1ull << 11)
#define RFLAGS_RF (1ull << 16)
#define RFLAGS_VM (1ull << 17)

enum {
    VEC_DE = 0, VEC_DB = 1, VEC_NMI = 2, VEC_BP = 3, VEC_OF = 4, VEC_UD = 6,
    VEC_NM = 7, VEC_DF = 8, VEC_TS = 10, VEC_NP = 11, VEC_SS = 12,
    VEC_GP = 13, VEC_PF = 14,
};

/* What an interrupt or exception leaves on the stack (entry.S) */
typedef struct FwFrame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
} FwFrame;

typedef struct FwException {
    int vector;           /* -1: none */
    uint64_t error, rip, cr2;
} FwException;

/*
 * Run fn(arg); if it raises an exception (vectors 0 to 31), come back at once.
 * Returns the vector, or -1. May be used in a guest too. Not nested.
 */
int x86_try(void (*fn)(void *), void *arg, FwException *out);

/* Handler of an interrupt of this machine (all CPUs); NULL: counted only. The
 * handler signals EOI itself. */
typedef void X86Handler(FwFrame *frame);
void x86_set_handler(int vector, X86Handler *handler);
/* How often a vector without a handler arrived, on any CPU, on one */
uint64_t x86_interrupt_count(int vector);
uint64_t x86_interrupt_count_on(int cpu, int vector);
void x86_interrupt_count_reset(void);
/*
 * From now on CPUs without work wait in HLT with interrupts enabled, and are
 * woken with this vector. (Before, they spin with interrupts disabled.)
 */
void x86_idle_interruptible(int wake_vector);

/* Descriptor tables of this CPU */
uint64_t x86_gdt_base(void);
uint64_t x86_tss_base(void);
uint64_t x86_idt_base(void);
/* The 4-level page tables that map the first 4 GiB one to one, writable,
 * executable, open to CPL 3 */
uint64_t x86_page_tables(void);

/* Local APIC, in whatever mode it is; registers by xAPIC offset */
bool x86_x2apic_supported(void);
void x86_apic_init(void);
/* This CPU's APIC to x2APIC mode or to xAPIC mode, enabled, all its state as
 * after a reset but for the spurious-interrupt vector and the logical id */
void x86_apic_mode(bool x2apic);
bool x86_apic_is_x2apic(void);
uint32_t x86_apic_id(void);
uint32_t x86_apic_read(unsigned offset);
void x86_apic_write(unsigned offset, uint32_t val);
void x86_apic_eoi(void);
/* icr: bits 31:0 of ICR */
void x86_apic_ipi(uint32_t apic_id, uint32_t icr);
/* APIC id of a CPU index */
uint32_t x86_cpu_apic_id(int cpu);

static inline uint64_t rdmsr(uint32_t msr)
{
    uint32_t lo, hi;

    asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr) : "memory");
    return lo | (uint64_t)hi << 32;
}

static inline void wrmsr(uint32_t msr, uint64_t v)
{
    asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"(v >> 32)
                 : "memory");
}

static inline void cpuid(uint32_t leaf, uint32_t sub, uint32_t r[4])
{
    asm volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                 : "a"(leaf), "c"(sub));
}

#define X86_CR(n)                                                         \
    static inline uint64_t read_cr##n(void)                               \
    {                                                                     \
        uint64_t v;                                                       \
                                                                          \
        asm volatile("mov %%cr" #n ", %0" : "=r"(v) : : "memory");        \
        return v;                                                         \
    }                                                                     \
    static inline void write_cr##n(uint64_t v)                            \
    {                                                                     \
        asm volatile("mov %0, %%cr" #n : : "r"(v) : "memory");            \
    }
X86_CR(0)
X86_CR(2)
X86_CR(3)
X86_CR(4)
X86_CR(8)
#undef X86_CR

static inline uint64_t rdtsc(void)
{
    uint32_t lo, hi;

    asm volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
    return lo | (uint64_t)hi << 32;
}

static inline uint64_t read_rflags(void)
{
    uint64_t v;

    asm volatile("pushfq; pop %0" : "=r"(v) : : "memory");
    return v;
}

static inline uint16_t read_tr(void)
{
    uint16_t v;

    asm volatile("str %0" : "=r"(v));
    return v;
}

static inline void outb(uint16_t port, uint8_t v)
{
    asm volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t v;

    asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
    return v;
}

#define X86_PORT(suffix, type)                                            \
    static inline void out##suffix(uint16_t port, type v)                 \
    {                                                                     \
        asm volatile("out" #suffix " %0, %1" : : "a"(v), "Nd"(port)       \
                     : "memory");                                         \
    }                                                                     \
    static inline type in##suffix(uint16_t port)                          \
    {                                                                     \
        type v;                                                           \
                                                                          \
        asm volatile("in" #suffix " %1, %0" : "=a"(v) : "Nd"(port)        \
                     : "memory");                                         \
        return v;                                                         \
    }
X86_PORT(w, uint16_t)
X86_PORT(l, uint32_t)
#undef X86_PORT

/* 16 bytes, 16-byte aligned, in one step; false if they were not *expected,
 * which then gets what was found. The processor must have CMPXCHG16B. */
static inline bool cmpxchg16b(volatile void *p, uint64_t expected[2],
                              const uint64_t desired[2])
{
    bool done;

    asm volatile("lock cmpxchg16b %0; sete %1"
                 : "+m"(*(volatile unsigned __int128 *)p), "=q"(done),
                   "+a"(expected[0]), "+d"(expected[1])
                 : "b"(desired[0]), "c"(desired[1]) : "memory", "cc");
    return done;
}

static inline void irq_enable(void)
{
    asm volatile("sti" : : : "memory");
}

static inline void irq_disable(void)
{
    asm volatile("cli" : : : "memory");
}

static inline void cpu_relax(void)
{
    asm volatile("pause" : : : "memory");
}

#endif /* __ASSEMBLER__ */
#endif
