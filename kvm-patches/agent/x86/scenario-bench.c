/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * X86_BENCH: what VM exits cost. Each kind is a loop of a guest in long mode
 * that does one thing vr.stress times; the fact KIND_ns is the time of one, the
 * best of some runs. The facts compute_l1_ps, compute_l2_ps, walk_l1_ps and
 * walk_l2_ps are the time of one turn of a loop without exits, in the host
 * itself and in its guest. Whether all of this runs on VMX or SVM is up to the
 * machine.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "bench.h"
#include "clock.h"
#include "scenarios.h"
#include "vm.h"

#define MEMORY_SIZE (8u << 20)
#define FAULT_MEMORY_SIZE (48u << 20)
#define FAULT_PAGES ((FAULT_MEMORY_SIZE - VR_BENCH_DATA) >> 12)
#define PATIENCE (60 * VR_SEC)
#define POLL_STEP (2 * VR_MS)
#define RUNS 3

/* Turns of the loops for each exit that is asked for */
#define COMPUTE_TURNS 1000
#define WALK_SHARE 25 /* and one walk through all for this many exits */
#define WALK_TURNS (VR_BENCH_WALK_SIZE / VR_BENCH_LINE)

#define CR0_PE (1u << 0)
#define CR0_ET (1u << 4)
#define CR0_NE (1u << 5)
#define CR0_PG (1u << 31)
#define CR4_PAE (1u << 5)
#define EFER_LME (1u << 8)
#define EFER_LMA (1u << 10)
#define PTE_TABLE 0x63ull   /* present, writable, accessed, dirty */
#define PTE_LARGE 0xe3ull   /* and a page of 2 MiB */
#define GATE_INTERRUPT 0x8e /* present, 64-bit interrupt gate */

typedef struct Kind {
    const char *name;
    const uint8_t *entry;
    const uint8_t *peer; /* of vCPU 1, if the guest has one */
    uint64_t address;    /* in RSI */
    uint32_t divisor;    /* of vr.stress */
} Kind;

static const Kind exits[] = {
    { "cpuid", vr_bench_cpuid, NULL, 0, 1 },
    { "port", vr_bench_port, NULL, 0, 1 },
    { "msr", vr_bench_msr, NULL, 0, 1 },
    { "mmio", vr_bench_mmio, NULL, VR_BENCH_HOLE, 1 },
    { "fault", vr_bench_fault, NULL, VR_BENCH_DATA, 1 },
    { "hlt", vr_bench_hlt, vr_bench_hlt_peer, 0, 4 },
    { "ipi", vr_bench_ipi, vr_bench_ipi_peer, 0, 4 },
};

static const Kind compute = { "compute", vr_bench_compute, NULL, 0, 1 };
static const Kind walk = { "walk", vr_bench_walk, NULL, VR_BENCH_DATA, 1 };

typedef struct Clock {
    uint64_t begin, end;
} Clock;

static bool port(VrVcpu *vcpu, uint16_t number, bool write, unsigned size,
                 uint32_t *value)
{
    Clock *clock = vcpu->vm->opaque;

    (void)size;
    (void)value;
    switch (number) {
    case VR_BENCH_ECHO:
        return write;
    case VR_BENCH_BEGIN:
        clock->begin = vr_now();
        return write;
    case VR_BENCH_END:
        clock->end = vr_now();
        vr_vm_finish(vcpu->vm, VR_VM_DONE, 0);
        return write;
    default:
        return false;
    }
}

static uint64_t guest_address(const uint8_t *code)
{
    return VR_BENCH_CODE + (code - vr_bench_code);
}

/* Present, DPL 0: 64-bit code, and data; accessed (SDM 3, "Segments"). */
static void write_gdt(uint8_t *memory)
{
    const uint64_t gdt[] = { 0, 0x00af9b000000ffffull, 0x00cf93000000ffffull };

    memcpy(memory + VR_BENCH_GDT, gdt, sizeof(gdt));
}

static void write_gate(uint8_t *memory)
{
    uint64_t handler = guest_address(vr_bench_on_interrupt);
    uint64_t gate = (handler & 0xffff) | VR_BENCH_CS << 16 |
                    (uint64_t)GATE_INTERRUPT << 40 | (handler >> 16) << 48;

    memcpy(memory + VR_BENCH_IDT + VR_BENCH_VECTOR * 16, &gate, sizeof(gate));
}

static void write_memory(uint8_t *memory)
{
    uint64_t *pml4 = (uint64_t *)(memory + VR_BENCH_PML4);
    uint64_t *pdpt = (uint64_t *)(memory + VR_BENCH_PDPT);
    uint64_t *pd = (uint64_t *)(memory + VR_BENCH_PD);

    pml4[0] = VR_BENCH_PDPT | PTE_TABLE;
    pdpt[0] = VR_BENCH_PD | PTE_TABLE;
    for (uint64_t i = 0; i < 512; i++) {
        pd[i] = i << 21 | PTE_LARGE;
    }
    write_gdt(memory);
    write_gate(memory);
    memcpy(memory + VR_BENCH_CODE, vr_bench_code,
           (uintptr_t)vr_bench_code_end - (uintptr_t)vr_bench_code);
}

static void set_segments(struct kvm_sregs *sregs)
{
    const struct kvm_segment data = {
        .limit = 0xffffffff, .selector = VR_BENCH_SS, .type = 3, .present = 1,
        .db = 1, .s = 1, .g = 1,
    };

    sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
    sregs->cs = data;
    sregs->cs.selector = VR_BENCH_CS;
    sregs->cs.type = 11;
    sregs->cs.db = 0;
    sregs->cs.l = 1;
    sregs->gdt.base = VR_BENCH_GDT;
    sregs->gdt.limit = 3 * 8 - 1;
    sregs->idt.base = VR_BENCH_IDT;
    sregs->idt.limit = 0xfff;
}

static bool set_entry(VrVm *vm, unsigned index, const uint8_t *entry,
                      uint64_t times, uint64_t address)
{
    const struct kvm_regs regs = {
        .rip = guest_address(entry),
        .rsp = VR_BENCH_STACKS + (index + 1) * VR_BENCH_STACK_SIZE,
        .rflags = 2, .r12 = times, .rsi = address,
        .r14 = VR_BENCH_COUNTS + index * VR_BENCH_LINE,
    };
    struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };
    struct kvm_sregs sregs;
    int fd = vm->vcpu[index].fd;

    if (!vr_vm_ioctl(vm, fd, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS")) {
        return false;
    }
    set_segments(&sregs);
    sregs.cr3 = VR_BENCH_PML4;
    sregs.cr4 = CR4_PAE;
    sregs.cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG;
    sregs.efer = EFER_LME | EFER_LMA;
    return vr_vm_ioctl(vm, fd, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS") &&
           vr_vm_ioctl(vm, fd, KVM_SET_REGS, (void *)&regs, "KVM_SET_REGS") &&
           vr_vm_ioctl(vm, fd, KVM_SET_MP_STATE, &state, "KVM_SET_MP_STATE");
}

/* Seldom looked at: the CPU of this thread shares the machine with others. */
static bool wait_for_end(VrVm *vm, uint64_t ns)
{
    const struct timespec step = { .tv_nsec = POLL_STEP };
    uint64_t end = vr_now() + ns;

    while (atomic_load(&vm->end) == VR_VM_RUNS) {
        if (vr_now() > end) {
            return false;
        }
        nanosleep(&step, NULL);
    }
    return true;
}

static bool play(VrContext *ctx, VrVm *vm, const VrVmConfig *config,
                 const Kind *kind, uint64_t times)
{
    if (!vr_vm_create(vm, ctx, config)) {
        return false;
    }
    madvise(vm->memory, vm->memory_size, MADV_NOHUGEPAGE);
    memset(vm->memory, 0, vm->memory_size); /* L1 has all of it by now */
    write_memory(vm->memory);
    if (!set_entry(vm, 0, kind->entry, times, kind->address) ||
        (kind->peer && !set_entry(vm, 1, kind->peer, 0, 0)) ||
        !vr_vm_start(vm)) {
        return false;
    }
    if (!wait_for_end(vm, PATIENCE)) {
        vr_vm_error(vm, "the guest did not end in time");
        vr_vm_stop(vm);
        vr_vm_diagnose(vm);
        return false;
    }
    if (vm->end != VR_VM_DONE) {
        vr_vm_error(vm, "the guest ended in another way (%d)", vm->end);
        return false;
    }
    return true;
}

/* Nanoseconds that the guest took; 0: it failed, and ctx says so. */
static uint64_t run_guest(VrContext *ctx, const Kind *kind, uint64_t times)
{
    Clock clock = { 0 };
    const VrVmConfig config = {
        .vcpus = kind->peer ? 2 : 1, .irqchip = true, .x2apic = true,
        .memory_size =
            kind->entry == vr_bench_fault ? FAULT_MEMORY_SIZE : MEMORY_SIZE,
        .port = port, .opaque = &clock,
    };
    VrVm vm;
    bool ok = play(ctx, &vm, &config, kind, times);

    if (!vr_vm_destroy(&vm) || !ok) {
        vr_fail(ctx, "%s: %s", kind->name, vm.error);
        return 0;
    }
    return clock.end - clock.begin;
}

static void keep_best(uint64_t *best, uint64_t ns)
{
    if (ns && (!*best || ns < *best)) {
        *best = ns;
    }
}

static uint64_t times_of(const VrContext *ctx, const Kind *kind)
{
    uint64_t times = ctx->params->stress / kind->divisor;

    if (kind->entry == vr_bench_fault && times > FAULT_PAGES) {
        times = FAULT_PAGES;
    }
    return times ? times : 1;
}

static void measure_exit(VrContext *ctx, const Kind *kind)
{
    uint64_t times = times_of(ctx, kind);
    uint64_t best = 0;
    char key[32];

    for (unsigned i = 0; i < RUNS && ctx->outcome == VR_OUTCOME_OK; i++) {
        keep_best(&best, run_guest(ctx, kind, times));
    }
    snprintf(key, sizeof(key), "%s_ns", kind->name);
    vr_fact(ctx, key, best / times);
}

static uint64_t run_host(const Kind *kind, uint64_t times)
{
    static uint64_t data[VR_BENCH_WALK_SIZE / sizeof(uint64_t)]
        __attribute__((aligned(4096)));
    uint64_t begin;

    if (kind == &compute) {
        vr_bench_compute_loop(1000);
        begin = vr_now();
        vr_bench_compute_loop(times);
    } else {
        vr_bench_walk_loop(2, data);
        begin = vr_now();
        vr_bench_walk_loop(times, data);
    }
    return vr_now() - begin;
}

/* In turn, so that what else the machine does hits both alike. */
static void measure_loop(VrContext *ctx, const Kind *kind, uint64_t times,
                         uint64_t turns)
{
    uint64_t host = 0, guest = 0;
    char key[32];

    for (unsigned i = 0; i < RUNS && ctx->outcome == VR_OUTCOME_OK; i++) {
        keep_best(&host, run_host(kind, times));
        keep_best(&guest, run_guest(ctx, kind, times));
    }
    snprintf(key, sizeof(key), "%s_l1_ps", kind->name);
    vr_fact(ctx, key, host * 1000 / turns);
    snprintf(key, sizeof(key), "%s_l2_ps", kind->name);
    vr_fact(ctx, key, guest * 1000 / turns);
}

void vr_scenario_X86_BENCH(VrContext *ctx)
{
    uint64_t turns = (uint64_t)ctx->params->stress * COMPUTE_TURNS;
    uint64_t walks = ctx->params->stress / WALK_SHARE + 1;

    for (unsigned i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
        measure_exit(ctx, &exits[i]);
    }
    measure_loop(ctx, &compute, turns, turns);
    measure_loop(ctx, &walk, walks, walks * WALK_TURNS);
}
