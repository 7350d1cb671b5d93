/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions in non-root operation and the exception bitmap */
#include "event.h"
#include "paging.h"

#define FAR_AWAY (1ull << 40)   /* linear address that is not mapped */
#define PF_WRITE 2

static void intercept(int vector)
{
    vmset(VMCS_EXCEPTION_BITMAP, 1u << vector);
}

static void expect_exception_exit(const VmxRun *run, uint32_t info,
                                  const char *rip)
{
    EXPECT_EXIT(*run, EXIT_EXCEPTION);
    FW_EQUAL(run->intr_info, INTR_VALID | info);
    FW_EQUAL(run->rip, rip);
    FW_EQUAL(run->idt_info & INTR_VALID, 0);
}

FW_CASE(exception_ud, "vmx.event.exception-ud", "SDM 3C, 26.2, 28.2.2",
        "#UD exits if its bit of the exception bitmap is 1")
{
    VmxRun run;

    intercept(VEC_UD);
    run = event_run(ev_ud2);
    expect_exception_exit(&run, INTR_HW_EXC | VEC_UD, ev_ud2);
    FW_EQUAL(run.qualification, 0);
}

FW_CASE(exception_rf, "vmx.event.exception-saved-rf", "SDM 3C, 28.3.3",
        "RF is saved as 1 for a fault, and as it is for INT3")
{
    VmxRun run;

    intercept(VEC_UD);
    intercept(VEC_BP);
    run = event_run(ev_ud2);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(vmread(VMCS_GUEST_RFLAGS) & RFLAGS_RF, RFLAGS_RF);
    vmclr(VMCS_GUEST_RFLAGS, RFLAGS_RF);
    run = event_run(ev_int3);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(vmread(VMCS_GUEST_RFLAGS) & RFLAGS_RF, 0);
}

FW_CASE(exception_blocking, "vmx.event.exception-blocking", "SDM 3C, 28.3.4",
        "A fault under blocking by MOV SS: an exit saves it, a delivery ends"
        " it")
{
    VmxRun run;

    intercept(VEC_UD);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    run = event_run(ev_ud2);
    expect_exception_exit(&run, INTR_HW_EXC | VEC_UD, ev_ud2);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_MOV_SS);
    vmwrite(VMCS_EXCEPTION_BITMAP, 0);
    event_idt(VEC_UD);
    run = event_run(ev_ud2);
    EXPECT_DELIVERED(run, ev_ud2);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), 0);
}

FW_CASE(exception_not, "vmx.event.exception-delivered", "SDM 3C, 26.2",
        "#UD goes through the guest's IDT if its bit is 0, the others 1")
{
    VmxRun run;

    event_idt(VEC_UD);
    vmwrite(VMCS_EXCEPTION_BITMAP, ~(1u << VEC_UD));
    run = event_run(ev_ud2);
    EXPECT_DELIVERED(run, ev_ud2);
    FW_CHECK(event_stack(2) & RFLAGS_RF, "RF is not set for a fault");
}

FW_CASE(exception_gp, "vmx.event.exception-error-code", "SDM 3C, 28.2.2",
        "#GP exits with its error code")
{
    VmxRun run;

    intercept(VEC_GP);
    guest_regs.rdi = 0x5b8;
    run = event_run(ev_load_ds);
    expect_exception_exit(&run, INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP,
                          ev_load_ds);
    FW_EQUAL(run.intr_error, 0x5b8);
}

FW_CASE(exception_gp_idt, "vmx.event.delivered-error-code", "SDM 3A, 6.13",
        "#GP that does not exit pushes its error code")
{
    VmxRun run;

    event_idt(VEC_GP);
    guest_regs.rdi = 0x5b8;
    run = event_run(ev_load_ds);
    EXPECT_DELIVERED_ERROR(run, 0x5b8, ev_load_ds);
}

FW_CASE(exception_de, "vmx.event.exception-de", "SDM 3C, 26.2",
        "#DE exits without an error code")
{
    VmxRun run;

    intercept(VEC_DE);
    run = event_run(ev_div0);
    expect_exception_exit(&run, INTR_HW_EXC | VEC_DE, ev_div0 + 2);
}

FW_CASE(exception_int3, "vmx.event.exception-int3", "SDM 3C, 28.2.2, 28.2.5",
        "INT3 exits as software exception, with the instruction's length")
{
    VmxRun run;

    intercept(VEC_BP);
    run = event_run(ev_int3);
    expect_exception_exit(&run, INTR_SW_EXC | VEC_BP, ev_int3);
    FW_EQUAL(run.insn_len, 1);
}

FW_CASE(exception_int_n, "vmx.event.int-n-does-not-exit", "SDM 3C, 26.2",
        "INT 3 of two bytes and INT n do not exit by the exception bitmap")
{
    VmxRun run;

    vmwrite(VMCS_EXCEPTION_BITMAP, 0xffffffff);
    event_idt(VEC_BP);
    run = event_run(ev_int_n3);
    EXPECT_DELIVERED(run, ev_int_n3 + 2);
    event_idt(0x80);
    run = event_run(ev_int80);
    EXPECT_DELIVERED(run, ev_int80 + 2);
}

FW_CASE(exception_int1, "vmx.event.exception-int1", "SDM 3C, 28.2.2",
        "INT1 exits as privileged software exception, if bit 1 is 1")
{
    VmxRun run;

    intercept(VEC_DB);
    run = event_run(ev_int1);
    expect_exception_exit(&run, INTR_PRIV_EXC | VEC_DB, ev_int1);
    FW_EQUAL(run.insn_len, 1);
    vmwrite(VMCS_EXCEPTION_BITMAP, 0);
    event_idt(VEC_DB);
    run = event_run(ev_int1);
    EXPECT_DELIVERED(run, ev_int1 + 1);
}

FW_CASE(exception_into, "vmx.event.exception-into", "SDM 3C, 28.2.2",
        "INTO exits as software exception where OF is 1")
{
    VmxRun run;

    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_CODE32);
    vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE32);
    intercept(VEC_OF);
    run = event_run(ev32_into);
    EXPECT_EXIT(run, EXIT_VMCALL);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_OF);
    run = event_run(ev32_into);
    expect_exception_exit(&run, INTR_SW_EXC | VEC_OF, ev32_into);
    FW_EQUAL(run.insn_len, 1);
}

/* Page faults ------------------------------------------------------------ */

static VmxRun page_fault(void)
{
    guest_regs.rdi = FAR_AWAY;
    return event_run(ev_store);
}

FW_CASE(page_fault_exits, "vmx.event.page-fault", "SDM 3C, 26.2, 28.2.1",
        "#PF exits with the linear address, and CR2 stays as it is")
{
    VmxRun run;

    write_cr2(0x1234);
    intercept(VEC_PF);
    run = page_fault();
    expect_exception_exit(&run, INTR_HW_EXC | INTR_ERROR_CODE | VEC_PF,
                          ev_store);
    FW_EQUAL(run.qualification, FAR_AWAY);
    FW_EQUAL(run.intr_error, PF_WRITE);
    FW_EQUAL(read_cr2(), 0x1234);
}

FW_CASE(page_fault_idt, "vmx.event.page-fault-delivered", "SDM 3C, 26.2",
        "#PF that does not exit loads CR2 and pushes its error code")
{
    VmxRun run;

    write_cr2(0);
    event_idt(VEC_PF);
    run = page_fault();
    EXPECT_DELIVERED_ERROR(run, PF_WRITE, ev_store);
    FW_EQUAL(read_cr2(), FAR_AWAY);
}

static void page_fault_filter(bool bit, uint32_t mask, uint32_t match,
                              bool exits)
{
    VmxRun run;

    event_idt(VEC_PF);
    vmwrite(VMCS_EXCEPTION_BITMAP, bit ? 1u << VEC_PF : 0);
    vmwrite(VMCS_PF_ERROR_CODE_MASK, mask);
    vmwrite(VMCS_PF_ERROR_CODE_MATCH, match);
    run = page_fault();
    if (exits) {
        EXPECT_EXIT(run, EXIT_EXCEPTION);
    } else {
        EXPECT_DELIVERED_ERROR(run, PF_WRITE, ev_store);
    }
}

FW_CASE(page_fault_mask, "vmx.event.page-fault-mask", "SDM 3C, 25.6.3",
        "Bit 14 says what becomes of page faults whose error code matches")
{
    page_fault_filter(true, PF_WRITE, PF_WRITE, true);
    page_fault_filter(true, PF_WRITE, 0, false);
    page_fault_filter(true, 1, 0, true);
    page_fault_filter(true, 0, 1, false);
}

FW_CASE(page_fault_unmatched, "vmx.event.page-fault-mismatch",
        "SDM 3C, 25.6.3",
        "With bit 14 at 0 the page faults that do not match exit")
{
    page_fault_filter(false, PF_WRITE, PF_WRITE, false);
    page_fault_filter(false, PF_WRITE, 0, true);
    page_fault_filter(false, 0, 1, true);
}

/* Double and triple faults ----------------------------------------------- */

FW_CASE(double_fault, "vmx.event.double-fault", "SDM 3C, 26.2, 28.2.4",
        "#DF exits with error code 0 and no IDT-vectoring information")
{
    VmxRun run;

    intercept(VEC_DF);
    event_idt(VEC_DF);
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 9 * 16 - 1);
    guest_regs.rdi = 0x5b8;
    run = event_run(ev_load_ds);
    expect_exception_exit(&run, INTR_HW_EXC | INTR_ERROR_CODE | VEC_DF,
                          ev_load_ds);
    FW_EQUAL(run.intr_error, 0);
}

FW_CASE(double_fault_idt, "vmx.event.double-fault-delivered", "SDM 3A, 6.15",
        "#DF that does not exit goes through the IDT")
{
    VmxRun run;

    event_idt(VEC_DF);
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 9 * 16 - 1);
    guest_regs.rdi = 0x5b8;
    run = event_run(ev_load_ds);
    EXPECT_DELIVERED_ERROR(run, 0, ev_load_ds);
}

FW_CASE(triple_fault, "vmx.event.triple-fault", "SDM 3C, 26.2",
        "A fault on the way to the double-fault handler exits, reason 2")
{
    VmxRun run;

    vmwrite(VMCS_GUEST_IDTR_LIMIT, 0);
    run = event_run(ev_ud2);
    EXPECT_EXIT(run, EXIT_TRIPLE_FAULT);
    FW_EQUAL(run.idt_info & INTR_VALID, 0);
    FW_EQUAL(run.rip, ev_ud2);
}

FW_CASE(second_fault, "vmx.event.second-fault", "SDM 3C, 26.2, 28.2.4",
        "A fault during a delivery exits, with the first as IDT-vectoring"
        " information")
{
    VmxRun run;

    intercept(VEC_GP);
    event_idt(VEC_UD);
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 5 * 16 - 1);
    run = event_run(ev_ud2);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info,
             INTR_VALID | INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP);
    FW_EQUAL(run.intr_error, VEC_UD * 8 + 2 + 1);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_HW_EXC | VEC_UD);
    FW_EQUAL(run.rip, ev_ud2);
}

/* IDT-vectoring information ---------------------------------------------- */

FW_CASE(vectoring_int, "vmx.event.vectoring-int-n", "SDM 3C, 28.2.4, 28.2.5",
        "A fault in the delivery of INT n: type, vector, length, no EXT")
{
    VmxRun run;

    intercept(VEC_NP);
    event_idt(0x80);
    event_gate(0x80, ev_handler, GATE_ABSENT);
    run = event_run(ev_int80);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_error, 0x80 * 8 + 2);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_SW_INTR | 0x80);
    FW_EQUAL(run.insn_len, 2);
    FW_EQUAL(run.rip, ev_int80);
}

FW_CASE(vectoring_int3, "vmx.event.vectoring-int3", "SDM 3C, 28.2.4",
        "A fault in the delivery of INT3 and of INT1")
{
    VmxRun run;

    intercept(VEC_NP);
    event_idt(VEC_BP);
    event_gate(VEC_BP, ev_handler, GATE_ABSENT);
    event_gate(VEC_DB, ev_handler, GATE_ABSENT);
    run = event_run(ev_int3);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_SW_EXC | VEC_BP);
    FW_EQUAL(run.insn_len, 1);
    FW_EQUAL(run.rip, ev_int3);
    run = event_run(ev_int1);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_PRIV_EXC | VEC_DB);
    FW_EQUAL(run.insn_len, 1);
    FW_EQUAL(run.rip, ev_int1);
}

FW_CASE(vectoring_error, "vmx.event.vectoring-error-code", "SDM 3C, 28.2.4",
        "The error code of the event that was being delivered")
{
    VmxRun run;

    intercept(VEC_PF);
    event_idt(VEC_GP);
    guest_regs.rdi = 0x5b8;
    vmwrite(VMCS_GUEST_RIP, (uint64_t)ev_load_ds);
    vmwrite(VMCS_GUEST_RSP, FAR_AWAY);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info & 0xff, VEC_PF);
    FW_EQUAL(run.qualification, FAR_AWAY - 8);
    FW_EQUAL(run.idt_info,
             INTR_VALID | INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP);
    FW_EQUAL(run.idt_error, 0x5b8);
}

FW_CASE(vectoring_ept, "vmx.event.vectoring-ept-violation", "SDM 3C, 28.2.4",
        "An EPT violation on the guest's stack during a delivery")
{
    uint64_t stack = (uint64_t)scratch(10);
    VmxRun run;

    if (!ept_enable()) {
        FW_SKIP("EPT is not offered");
    }
    event_idt(VEC_UD);
    *ept_entry(stack) = 0;
    vmwrite(VMCS_GUEST_RIP, (uint64_t)ev_ud2);
    vmwrite(VMCS_GUEST_RSP, stack + 0x800);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_EPT_VIOLATION);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_HW_EXC | VEC_UD);
    FW_EQUAL(run.rip, ev_ud2);
    FW_EQUAL(vmread(VMCS_GUEST_RSP), stack + 0x800);
}

/* Real mode -------------------------------------------------------------- */

/* A real-mode guest whose INT 80H is beyond the vector table, which has a
 * handler for #GP at 0000:0100. */
static bool real_mode_fault(void)
{
    const uint16_t handler = 0x100;
    uint8_t *low = scratch(12);
    uint32_t *table = scratch(13);

    if (!ept_enable()
        || !guest_real_mode(guest_copy(ev16_int80, ev16_int80_end),
                            (uint64_t)scratch(11))) {
        return false;
    }
    memcpy(low + handler, ev16_nop, ev16_nop_end - ev16_nop);
    *ept_entry(0) = (uint64_t)low | EPT_WB | EPT_RWX;
    table[VEC_GP] = handler;
    vmwrite(VMCS_GUEST_IDTR_BASE, (uint64_t)table);
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 16 * 4 - 1);
    vmwrite(VMCS_GUEST_RSP, 0x800);
    vmwrite(VMCS_GUEST_RIP, 0);
    return true;
}

FW_CASE(real_exit, "vmx.event.real-mode-exception", "SDM 3C, 28.2.2, 28.2.4",
        "An exception in real-address mode exits without an error code")
{
    VmxRun run;

    if (!real_mode_fault()) {
        FW_SKIP("unrestricted guest is not offered");
    }
    intercept(VEC_GP);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info, INTR_VALID | INTR_HW_EXC | VEC_GP);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_SW_INTR | 0x80);
    FW_EQUAL(run.insn_len, 2);
    FW_EQUAL(run.rip, 0);
}

FW_CASE(real_deliver, "vmx.event.real-mode-delivered", "SDM 3A, 21.1.4",
        "An exception in real-address mode pushes IP, CS and FLAGS only")
{
    uint16_t *pushed = (uint16_t *)((uint8_t *)scratch(11) + 0x800 - 6);
    VmxRun run;

    if (!real_mode_fault()) {
        FW_SKIP("unrestricted guest is not offered");
    }
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(run.rip, 0x101);
    FW_EQUAL(vmread(VMCS_GUEST_RSP), 0x800 - 6);
    FW_EQUAL(pushed[0], 0);
}

FW_CASE(user_int, "vmx.event.inject-user-mode", "SDM 3C, 27.6.1.2",
        "The gate's DPL is looked at for an injected INT n, not for INT1 and"
        " not for an interrupt")
{
    VmxRun run;

    event_idt(0x50);
    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_USER_CODE);
    vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE64 | 3 << 5);
    vmwrite(VMCS_GUEST_SS_SELECTOR, SEL_USER_DATA);
    vmwrite(VMCS_GUEST_SS_ACCESS_RIGHTS, AR_DATA32 | 3 << 5);
    intercept(VEC_GP);
    event_inject(INTR_SW_INTR | 0x50, 0, 2);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_error, 0x50 * 8 + 2);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_SW_INTR | 0x50);
    event_gate(VEC_DB, ev_handler, GATE_INTERRUPT);
    event_inject(INTR_PRIV_EXC | VEC_DB, 0, 1);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops + 1);
    FW_EQUAL(event_stack(1), SEL_USER_CODE);
}
