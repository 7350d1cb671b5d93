/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event injection at VM entry */
#include "event.h"
#include "paging.h"

#define VECTOR 0x50

static VmxRun inject(uint32_t info, uint32_t error, uint32_t len)
{
    event_idt(info & 0xff);
    event_inject(info, error, len);
    return event_run(ev_nops);
}

FW_CASE(inject_external, "vmx.event.inject-external", "SDM 3C, 27.6.1",
        "An external interrupt is delivered before the first instruction")
{
    VmxRun run;

    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    run = inject(INTR_EXTERNAL | VECTOR, 0, 0);
    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(event_stack(2) & (RFLAGS_IF | RFLAGS_RF), RFLAGS_IF);
    FW_EQUAL(vmread(VMCS_GUEST_RFLAGS) & RFLAGS_IF, 0);
    FW_EQUAL(run.idt_info & INTR_VALID, 0);
    FW_EQUAL(vmread(VMCS_ENTRY_INTR_INFO) & INTR_VALID, 0);
}

FW_CASE(inject_exception, "vmx.event.inject-exception", "SDM 3C, 27.6.1",
        "A hardware exception, with and without error code; RF as it is")
{
    VmxRun run = inject(INTR_HW_EXC | VEC_UD, 0, 0);

    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(event_stack(2) & RFLAGS_RF, 0);
    run = inject(INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP, 0x18, 0);
    EXPECT_DELIVERED_ERROR(run, 0x18, ev_nops);
}

FW_CASE(inject_page_fault, "vmx.event.inject-page-fault", "SDM 3C, 27.6.1.2",
        "An injected #PF does not exit by the bitmap and leaves CR2 alone")
{
    VmxRun run;

    write_cr2(0x4321);
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_PF);
    run = inject(INTR_HW_EXC | INTR_ERROR_CODE | VEC_PF, 2, 0);
    EXPECT_DELIVERED_ERROR(run, 2, ev_nops);
    FW_EQUAL(read_cr2(), 0x4321);
}

FW_CASE(inject_software, "vmx.event.inject-software", "SDM 3C, 27.6.1.1",
        "INT n, INT3 and INT1 push RIP plus the instruction's length")
{
    VmxRun run = inject(INTR_SW_INTR | VECTOR, 0, 2);

    EXPECT_DELIVERED(run, ev_nops + 2);
    run = inject(INTR_SW_EXC | VEC_BP, 0, 1);
    EXPECT_DELIVERED(run, ev_nops + 1);
    run = inject(INTR_PRIV_EXC | VEC_DB, 0, 1);
    EXPECT_DELIVERED(run, ev_nops + 1);
}

FW_CASE(inject_nmi, "vmx.event.inject-nmi", "SDM 3C, 27.6.1, 28.3.4",
        "An injected NMI blocks NMIs; IRET in the guest unblocks them")
{
    VmxRun run = inject(INTR_NMI | VEC_NMI, 0, 0);

    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_NMI);
    vmwrite(VMCS_GUEST_RIP, (uint64_t)ev_iret);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), 0);
}

FW_CASE(inject_virtual_nmi, "vmx.event.inject-virtual-nmi",
        "SDM 3C, 27.6.1, 25.6.1",
        "With virtual NMIs an injected NMI causes virtual-NMI blocking")
{
    VmxRun run;

    VMX_NEED(CTL_PIN, PIN_NMI | PIN_VIRTUAL_NMI);
    run = inject(INTR_NMI | VEC_NMI, 0, 0);
    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_NMI);
    vmwrite(VMCS_GUEST_RIP, (uint64_t)ev_iret);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), 0);
}

FW_CASE(inject_fault, "vmx.event.inject-fault", "SDM 3C, 27.6.1.2, 28.2.4",
        "A fault in the delivery of an injected event exits with it as"
        " IDT-vectoring information")
{
    VmxRun run;

    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_NP);
    event_idt(VECTOR);
    event_gate(VECTOR, ev_handler, GATE_ABSENT);
    event_inject(INTR_EXTERNAL | VECTOR, 0, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info,
             INTR_VALID | INTR_HW_EXC | INTR_ERROR_CODE | VEC_NP);
    FW_EQUAL(run.intr_error, VECTOR * 8 + 2 + 1);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_EXTERNAL | VECTOR);
    FW_EQUAL(run.rip, ev_nops);
}

FW_CASE(inject_software_fault, "vmx.event.inject-software-fault",
        "SDM 3C, 27.6.1.2, 28.2.5",
        "The instruction length of an injected INT n and INT1 comes back")
{
    VmxRun run;

    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_NP);
    event_idt(VECTOR);
    event_gate(VECTOR, ev_handler, GATE_ABSENT);
    event_gate(VEC_DB, ev_handler, GATE_ABSENT);
    event_inject(INTR_SW_INTR | VECTOR, 0, 5);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_error, VECTOR * 8 + 2);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_SW_INTR | VECTOR);
    FW_EQUAL(run.insn_len, 5);
    FW_EQUAL(run.rip, ev_nops);
    event_inject(INTR_PRIV_EXC | VEC_DB, 0, 1);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.idt_info, INTR_VALID | INTR_PRIV_EXC | VEC_DB);
    FW_EQUAL(run.insn_len, 1);
    FW_EQUAL(run.rip, ev_nops);
}

FW_CASE(inject_double, "vmx.event.inject-double-fault", "SDM 3C, 27.6.1.2",
        "A contributory exception that is injected counts for a double fault")
{
    VmxRun run;

    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_DF);
    event_idt(VEC_DF);
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 9 * 16 - 1);
    event_inject(INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP, 0, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info & 0xff, VEC_DF);
    FW_EQUAL(run.idt_info & INTR_VALID, 0);
}

FW_CASE(inject_triple, "vmx.event.inject-triple-fault", "SDM 3C, 27.6.1.2",
        "A fault in the delivery of an injected #DF is a triple fault")
{
    VmxRun run;

    vmwrite(VMCS_GUEST_IDTR_LIMIT, 0);
    event_inject(INTR_HW_EXC | INTR_ERROR_CODE | VEC_DF, 0, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TRIPLE_FAULT);
}

FW_CASE(inject_hlt, "vmx.event.inject-hlt", "SDM 3C, 27.6.1, 27.7.2",
        "An event that is injected in the HLT state ends it")
{
    VmxRun run;

    if (!(rdmsr(MSR_VMX_MISC) & 1u << 6)) {
        FW_SKIP("the HLT activity state is not offered");
    }
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    run = inject(INTR_EXTERNAL | VECTOR, 0, 0);
    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_ACTIVE);
}

FW_CASE(inject_mtf, "vmx.event.inject-mtf", "SDM 3C, 27.6.2",
        "Injection of a pending MTF VM exit, without the control")
{
    VmxRun run;

    if (!vmx_may_set(CTL_PROC, PROC_MTF)) {
        FW_SKIP("the monitor trap flag is not offered");
    }
    event_inject(INTR_OTHER, 0, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(run.rip, ev_nops);
}

FW_CASE(inject_sti, "vmx.event.inject-clears-blocking", "SDM 3C, 27.7.1",
        "A delivery at VM entry ends blocking by STI")
{
    VmxRun run;

    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    run = inject(INTR_HW_EXC | VEC_UD, 0, 0);
    EXPECT_DELIVERED(run, ev_nops);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), 0);
}

/* Real mode: 4 bytes a vector, IP, CS and FLAGS on the stack. The handler is at
 * 0000:0100, where EPT puts a page of the case. */
FW_CASE(inject_real, "vmx.event.inject-real-mode", "SDM 3C, 27.6.1.1",
        "Injection in real-address mode goes through the vector table")
{
    const uint16_t stack = 0x800, handler = 0x100;
    uint8_t *data = scratch(11), *low = scratch(12), *table = scratch(13);
    uint16_t *pushed = (uint16_t *)(data + stack - 6);
    VmxRun run;

    if (!ept_enable()) {
        FW_SKIP("EPT is not offered");
    }
    if (!guest_real_mode(guest_copy(ev16_nop, ev16_nop_end), (uint64_t)data)) {
        FW_SKIP("unrestricted guest is not offered");
    }
    memcpy(low + handler, ev16_nop, ev16_nop_end - ev16_nop);
    *ept_entry(0) = (uint64_t)low | EPT_WB | EPT_RWX;
    ((uint32_t *)table)[VEC_GP] = handler;
    vmwrite(VMCS_GUEST_IDTR_BASE, (uint64_t)table);
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 0x3ff);
    vmwrite(VMCS_GUEST_RSP, stack);
    vmwrite(VMCS_GUEST_RIP, 0);
    event_inject(INTR_HW_EXC | VEC_GP, 0, 0);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(run.rip, handler + 1);
    FW_EQUAL(vmread(VMCS_GUEST_RSP), stack - 6);
    FW_EQUAL(pushed[0], 0);
    FW_EQUAL(pushed[2], 2);
}
