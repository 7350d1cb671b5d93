/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cases of events share */
#include "event.h"

#define IDT_PAGE 20

typedef struct Gate {
    uint16_t offset0, selector, type, offset1;
    uint32_t offset2, reserved;
} Gate;

static Gate *gates(void)
{
    return scratch(IDT_PAGE);
}

void event_gate(int vector, const char *handler, uint16_t type)
{
    uint64_t entry = (uint64_t)handler;

    gates()[vector] = (Gate) {
        .offset0 = entry, .offset1 = entry >> 16, .offset2 = entry >> 32,
        .selector = SEL_CODE64, .type = type,
    };
}

void event_idt(int vector)
{
    int i;

    for (i = 0; i < 256; i++) {
        event_gate(i, i == vector ? ev_handler : ev_stray, GATE_INTERRUPT);
    }
    vmwrite(VMCS_GUEST_IDTR_BASE, (uint64_t)gates());
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 256 * sizeof(Gate) - 1);
}

static void gate32(int vector, uint16_t selector, uint32_t offset,
                   uint16_t type)
{
    uint32_t *gate = (uint32_t *)scratch(IDT_PAGE) + 2 * vector;

    gate[0] = (uint32_t)selector << 16 | (offset & 0xffff);
    gate[1] = (offset & 0xffff0000) | type;
    vmwrite(VMCS_GUEST_IDTR_BASE, (uint64_t)scratch(IDT_PAGE));
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 256 * 8 - 1);
}

void event_idt32(int vector, const char *handler)
{
    gate32(vector, SEL_CODE32, (uint32_t)(uint64_t)handler, GATE_INTERRUPT);
}

void event_task_gate32(int vector, uint16_t tss)
{
    gate32(vector, tss, 0, 0x8500);
}

VmxRun event_run(const char *start)
{
    return vm_run((void (*)(void))start);
}

uint64_t event_stack(int n)
{
    return ((uint64_t *)vmread(VMCS_GUEST_RSP))[n];
}

void expect_delivered(const char *file, int line, const VmxRun *run,
                      int above, uint64_t rip)
{
    expect_exit(file, line, run, EXIT_VMCALL);
    if (run->reason != EXIT_VMCALL) {
        return;
    }
    if (run->rip != (uint64_t)ev_handler) {
        fw_fail(file, line, "handler", "VMCALL at 0x%lx, expected 0x%lx",
                run->rip, (uint64_t)ev_handler);
    } else if (event_stack(above) != rip) {
        fw_fail(file, line, "return address", "got 0x%lx, expected 0x%lx",
                event_stack(above), rip);
    }
}

void event_inject(uint32_t info, uint32_t error, uint32_t len)
{
    vmwrite(VMCS_ENTRY_INTR_INFO, INTR_VALID | info);
    vmwrite(VMCS_ENTRY_EXCEPTION_ERROR_CODE, error);
    vmwrite(VMCS_ENTRY_INSTRUCTION_LEN, len);
}

void event_unblock_nmis(void)
{
    asm volatile("mov %%rsp, %%rax\n\t"
                 "push %0\n\t"
                 "push %%rax\n\t"
                 "pushfq\n\t"
                 "push %1\n\t"
                 "lea 1f(%%rip), %%rax\n\t"
                 "push %%rax\n\t"
                 "iretq\n"
                 "1:"
                 : : "i"(SEL_DATA), "i"(SEL_CODE64) : "rax", "memory", "cc");
}

void event_guard(void)
{
    if (vmx_set(CTL_PIN, PIN_PREEMPTION_TIMER)) {
        vmwrite(VMCS_PREEMPTION_TIMER_VALUE, event_timer_units(EVENT_GUARD_US));
    }
}

uint32_t event_timer_units(uint64_t us)
{
    return us * hal_ticks_per_us() >> (rdmsr(MSR_VMX_MISC) & 31);
}
