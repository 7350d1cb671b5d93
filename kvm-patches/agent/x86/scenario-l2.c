/* SPDX-License-Identifier: GPL-2.0-or-later */
/* L2_*: the host's own kernel boots in a VM, with this program as its init. */
#include <stdio.h>
#include <sys/ioctl.h>

#include "clock.h"
#include "cpu.h"
#include "l2.h"
#include "loader.h"
#include "pc.h"
#include "report.h"
#include "scenarios.h"
#include "testdev.h"
#include "watchdog.h"

#define BZIMAGE "/bzImage"

/*
 * No ACPI, no PCI: the MP table says all. The timer needs no calibration where
 * its frequency is known, and an emulated CPU would take long to count. What is
 * left out of the host's start (cosim/cli/machine_x86.c) is left out here.
 */
#define COMMAND_LINE \
    "console=ttyS0 acpi=off pci=off panic=-1 reboot=t tsc=reliable " \
    "no_timer_check cpu_init_udelay=0 " \
    "initcall_blacklist=blake2s_mod_init,trace_eval_init"

/* Beyond the limit of a round: KVM hangs, and the agent with it. */
#define WATCHDOG_MARGIN (30 * VR_SEC)

typedef struct Shape {
    unsigned cpus;
    bool x2apic;
} Shape;

typedef struct Tally {
    unsigned rounds, right;
    uint64_t longest;
    bool timeout;
} Tally;

static const char *say_status(unsigned status)
{
    switch (status) {
    case VR_L2_RIGHT:
        return "right";
    case VR_L2_BAD_CPUS:
        return "another number of CPUs came up";
    case VR_L2_BAD_APIC:
        return "an APIC is in the wrong mode";
    case VR_L2_BAD_TIMER:
        return "a CPU's timer is wrong";
    case VR_L2_BAD_IPI:
        return "CPUs cannot interrupt each other";
    default:
        return "an unknown status";
    }
}

static unsigned tsc_khz(const VrVm *vm)
{
    int khz = ioctl(vm->vcpu[0].fd, KVM_GET_TSC_KHZ, 0);

    return khz > 0 ? khz : 0;
}

static bool load(VrVm *vm, const VrContext *ctx, const Shape *shape)
{
    char line[512];
    int used;
    unsigned khz = tsc_khz(vm);

    used = snprintf(line, sizeof(line), "%s%s vr.l2=%u,%s", COMMAND_LINE,
                    ctx->params->l2_console ? "" : " quiet", shape->cpus,
                    shape->x2apic ? "x2apic" : "xapic");
    if (khz) {
        snprintf(line + used, sizeof(line) - used, " tsc_early_khz=%u lpj=%u",
                 khz, khz * 10);
    }
    return vr_load_linux(vm, BZIMAGE, line);
}

static void say_hang(VrVm *vm, VrPc *pc, unsigned round)
{
    vr_vm_stop(vm);
    vr_pc_flush(pc);
    vr_report_diag("round %u hangs; L2's last line: %s", round, pc->last);
    vr_vm_diagnose(vm);
}

/* What came out of a round, once it has ended; false: it was not right. */
static bool judge(VrContext *ctx, const VrVm *vm, const VrPc *pc,
                  unsigned round)
{
    switch (vm->end) {
    case VR_VM_DONE:
        if (vm->status == VR_L2_RIGHT) {
            return true;
        }
        vr_fail(ctx, "round %u: %s (%#x)", round, say_status(vm->status),
                vm->status);
        return false;
    case VR_VM_RESET:
        vr_fail(ctx, "round %u: L2 reset itself; its last line: %.80s", round,
                pc->last);
        return false;
    default:
        vr_fail(ctx, "round %u: %.160s", round,
                vm->has_error ? vm->error : "L2 halted");
        return false;
    }
}

static bool run_vm(VrContext *ctx, VrVm *vm, VrPc *pc, unsigned round,
                   Tally *tally)
{
    uint64_t begin = vr_now();
    uint64_t took;

    for (unsigned i = 0; i < vm->vcpus; i++) {
        vr_mark(VR_MARK_VCPU_ON_PCPU, i | (uint64_t)vm->vcpu[i].pcpu << 16);
    }
    if (!vr_vm_start(vm)) {
        vr_fail(ctx, "round %u: %s", round, vm->error);
        return false;
    }
    if (!vr_vm_wait(vm, ctx->params->l2_limit * VR_SEC)) {
        tally->timeout = true;
        say_hang(vm, pc, round);
        vr_fail(ctx, "round %u: L2 hung; its last line: %.80s", round,
                pc->last);
        return false;
    }
    took = vr_now() - begin;
    if (took > tally->longest) {
        tally->longest = took;
    }
    vr_vm_stop(vm);
    vr_pc_flush(pc);
    if (judge(ctx, vm, pc, round)) {
        return true;
    }
    vr_vm_diagnose(vm);
    return false;
}

static bool boot(VrContext *ctx, const Shape *shape, unsigned round,
                 Tally *tally)
{
    VrPc pc;
    VrVm vm;
    const VrVmConfig config = {
        .vcpus = shape->cpus,
        .memory_size = VR_L2_MEMORY_SIZE,
        .irqchip = true,
        .x2apic = shape->x2apic,
        .port = vr_pc_port,
        .opaque = &pc,
    };
    bool right = false;

    vr_pc_init(&pc);
    if (!vr_vm_create(&vm, ctx, &config) || !load(&vm, ctx, shape)) {
        vr_fail(ctx, "round %u: %s", round, vm.error);
    } else {
        right = run_vm(ctx, &vm, &pc, round, tally);
    }
    if (!vr_vm_destroy(&vm)) {
        vr_fail(ctx, "round %u: %s", round, vm.error);
        tally->timeout = true;
        right = false;
    }
    return right;
}

static void play(VrContext *ctx, unsigned number, Shape shape)
{
    Tally tally = { 0 };
    bool right = true;

    for (unsigned i = 1; i <= ctx->params->l2_rounds && right; i++) {
        vr_watchdog_arm(number, ctx->params->l2_limit * VR_SEC +
                                    WATCHDOG_MARGIN);
        vr_mark(VR_MARK_ROUND_BEGIN, i);
        right = boot(ctx, &shape, i, &tally);
        vr_mark(VR_MARK_ROUND_END, i);
        tally.rounds++;
        tally.right += right;
    }
    vr_fact(ctx, "vmx", vr_cpu_has_vmx());
    vr_fact(ctx, "svm", vr_cpu_has_svm());
    vr_fact(ctx, "asked", ctx->params->l2_rounds);
    vr_fact(ctx, "rounds", tally.rounds);
    vr_fact(ctx, "right", tally.right);
    vr_fact(ctx, "longest_us", tally.longest / VR_US);
    vr_fact(ctx, "timeout", tally.timeout);
}

void vr_scenario_L2_1_XAPIC(VrContext *ctx)
{
    play(ctx, VR_SCENARIO_L2_1_XAPIC, (Shape){ 1, false });
}

void vr_scenario_L2_2_XAPIC(VrContext *ctx)
{
    play(ctx, VR_SCENARIO_L2_2_XAPIC, (Shape){ 2, false });
}

void vr_scenario_L2_4_XAPIC(VrContext *ctx)
{
    play(ctx, VR_SCENARIO_L2_4_XAPIC, (Shape){ 4, false });
}

void vr_scenario_L2_1_X2APIC(VrContext *ctx)
{
    play(ctx, VR_SCENARIO_L2_1_X2APIC, (Shape){ 1, true });
}

void vr_scenario_L2_2_X2APIC(VrContext *ctx)
{
    play(ctx, VR_SCENARIO_L2_2_X2APIC, (Shape){ 2, true });
}

void vr_scenario_L2_4_X2APIC(VrContext *ctx)
{
    play(ctx, VR_SCENARIO_L2_4_X2APIC, (Shape){ 4, true });
}
