/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The least that the other cases stand on */
#include "vmx.h"

static void guest_vmcall(void)
{
    guest_done(0x1234);
}

FW_CASE(smoke_vmcall, "vmx.basic.enter-and-exit", "SDM 3C, 27.1, 26.1.2",
        "VMLAUNCH enters a 64-bit guest, VMCALL leaves it, VMRESUME goes on")
{
    VmxRun run = vm_run(guest_vmcall);

    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(guest_regs.rax, 0x1234);
    FW_EQUAL(run.insn_len, 3);
    FW_EQUAL(run.idt_info, 0);
    vm_advance();
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_VMCALL);
}

FW_CASE(smoke_ept, "vmx.basic.ept-identity", "SDM 3C, 29.3",
        "A guest runs under an identity map of EPT")
{
    VmxRun run;

    if (!ept_enable()) {
        FW_SKIP("EPT is not offered");
    }
    run = vm_run(guest_vmcall);
    EXPECT_EXIT(run, EXIT_VMCALL);
}
