/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Task switches, which always exit: from a 32-bit guest with PAE paging */
#include "event.h"
#include "paging.h"

#define GDT_PAGE 21
#define TSS_PAGE 22
#define SEL_OLD_TSS 0x40
#define SEL_NEW_TSS 0x50
#define SOURCE_CALL (0ull << 30)
#define SOURCE_IRET (1ull << 30)
#define SOURCE_JMP  (2ull << 30)
#define SOURCE_IDT  (3ull << 30)
#define RFLAGS_NT   (1ull << 14)

static uint64_t tss_descriptor(uint64_t base, unsigned type)
{
    return 0x67 | (base & 0xffffff) << 16 | (uint64_t)(0x80 | type) << 40
        | (base >> 24 & 0xff) << 56;
}

/* A GDT with two 32-bit TSSs, the first of them the current task. EPT gives the
 * PDPTEs; false without it. */
static bool set_up(unsigned new_type)
{
    uint64_t *gdt = scratch(GDT_PAGE);
    uint32_t *old = scratch(TSS_PAGE);

    memcpy(gdt, (void *)x86_gdt_base(), SEL_OLD_TSS);
    gdt[SEL_OLD_TSS / 8] = tss_descriptor((uint64_t)old, 0xb);
    gdt[SEL_NEW_TSS / 8] = tss_descriptor((uint64_t)old + 0x100, new_type);
    old[0] = SEL_NEW_TSS;
    if (!ept_enable()) {
        return false;
    }
    guest_pae();
    vmwrite(VMCS_GUEST_GDTR_BASE, (uint64_t)gdt);
    vmwrite(VMCS_GUEST_GDTR_LIMIT, SEL_NEW_TSS + 7);
    vmwrite(VMCS_GUEST_TR_SELECTOR, SEL_OLD_TSS);
    vmwrite(VMCS_GUEST_TR_BASE, (uint64_t)old);
    vmwrite(VMCS_GUEST_TR_LIMIT, 0x67);
    vmwrite(VMCS_GUEST_TR_ACCESS_RIGHTS, AR_TSS);
    return true;
}

#define SET_UP(type)                                                      \
    do {                                                                  \
        if (!set_up(type)) {                                              \
            FW_SKIP("EPT is not offered");                                \
        }                                                                 \
    } while (0)

static void expect_task_switch(const char *guest, uint64_t source,
                               uint32_t insn_len)
{
    VmxRun run = event_run(guest);

    EXPECT_EXIT(run, EXIT_TASK_SWITCH);
    FW_EQUAL(run.qualification, source | SEL_NEW_TSS);
    FW_EQUAL(run.rip, guest);
    FW_EQUAL(run.idt_info & INTR_VALID, 0);
    FW_EQUAL(run.insn_len, insn_len);
}

FW_CASE(task_jmp, "vmx.event.task-switch-jmp", "SDM 3C, 26.4.2, 28.2.1",
        "JMP to a TSS exits, reason 9")
{
    SET_UP(9);
    expect_task_switch(ev32_jmp, SOURCE_JMP, 7);
}

FW_CASE(task_call, "vmx.event.task-switch-call", "SDM 3C, 26.4.2, 28.2.1",
        "CALL to a TSS exits")
{
    SET_UP(9);
    expect_task_switch(ev32_call, SOURCE_CALL, 7);
}

FW_CASE(task_iret, "vmx.event.task-switch-iret", "SDM 3C, 26.4.2, 28.2.1",
        "IRET with NT set exits")
{
    SET_UP(0xb);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_NT);
    expect_task_switch(ev32_iret, SOURCE_IRET, 1);
}

FW_CASE(task_int, "vmx.event.task-switch-int", "SDM 3C, 26.4.2, 28.2.4",
        "INT n through a task gate exits, with IDT-vectoring information")
{
    VmxRun run;

    SET_UP(9);
    event_task_gate32(0x80, SEL_NEW_TSS);
    run = event_run(ev32_int80);
    EXPECT_EXIT(run, EXIT_TASK_SWITCH);
    FW_EQUAL(run.qualification, SOURCE_IDT | SEL_NEW_TSS);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_SW_INTR | 0x80);
    FW_EQUAL(run.insn_len, 2);
    FW_EQUAL(run.rip, ev32_int80);
}

FW_CASE(task_exception, "vmx.event.task-switch-exception",
        "SDM 3C, 26.4.2, 28.2.4",
        "An injected exception through a task gate exits")
{
    VmxRun run;

    SET_UP(9);
    event_task_gate32(VEC_UD, SEL_NEW_TSS);
    event_inject(INTR_HW_EXC | VEC_UD, 0, 0);
    run = event_run(ev32_nop);
    EXPECT_EXIT(run, EXIT_TASK_SWITCH);
    FW_EQUAL(run.qualification, SOURCE_IDT | SEL_NEW_TSS);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_HW_EXC | VEC_UD);
    FW_EQUAL(run.rip, ev32_nop);
}

FW_CASE(task_busy, "vmx.event.task-switch-fault", "SDM 3C, 26.4.2",
        "A busy TSS raises its fault before the exit")
{
    VmxRun run;

    SET_UP(0xb);
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_GP | 1u << VEC_TS);
    run = event_run(ev32_jmp);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_error, SEL_NEW_TSS);
}

FW_CASE(task_inject_32, "vmx.event.inject-protected", "SDM 3C, 27.6.1.1",
        "Injection through a 32-bit gate")
{
    uint32_t *stack;
    VmxRun run;

    SET_UP(9);
    event_idt32(VEC_GP, ev32_nop);
    event_inject(INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP, 0x28, 0);
    run = event_run(ev32_int80);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(run.rip, ev32_nop + 1);
    stack = (uint32_t *)vmread(VMCS_GUEST_RSP);
    FW_EQUAL(stack[0], 0x28);
    FW_EQUAL(stack[1], (uint64_t)ev32_int80);
    FW_EQUAL(stack[2], SEL_CODE32);
}
