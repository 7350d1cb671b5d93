/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cases about instructions in non-root operation share */
#include "intercept.h"

#define AR_DPL3 (3u << 5)

VmxRun intercept_exits(const char *file, int line, const char *begin,
                       const char *end, Expected expected)
{
    VmxRun run = vm_run((void (*)(void))begin);

    expect_exit(file, line, &run, expected.reason);
    if (run.result != VMX_SUCCEED || run.reason != expected.reason) {
        return run;
    }
    if (run.rip != (uint64_t)begin) {
        fw_fail(file, line, "guest RIP", "got 0x%lx, expected 0x%lx", run.rip,
                (uint64_t)begin);
    }
    if (run.insn_len != (uint64_t)(end - begin)) {
        fw_fail(file, line, "instruction length", "got %u, expected %lu",
                run.insn_len, (uint64_t)(end - begin));
    }
    if (run.qualification != expected.qualification) {
        fw_fail(file, line, "qualification", "got 0x%lx, expected 0x%lx",
                run.qualification, expected.qualification);
    }
    if ((run.insn_info & expected.info_mask) != expected.info) {
        fw_fail(file, line, "instruction information",
                "got 0x%x, expected 0x%x", run.insn_info & expected.info_mask,
                expected.info);
    }
    return run;
}

VmxRun intercept_runs(const char *file, int line, const char *begin)
{
    VmxRun run = vm_run((void (*)(void))begin);

    expect_exit(file, line, &run, EXIT_VMCALL);
    if (run.result == VMX_SUCCEED && run.reason == EXIT_VMCALL
        && guest_regs.rax != RAN) {
        fw_fail(file, line, "RAX of the guest", "got 0x%lx", guest_regs.rax);
    }
    return run;
}

VmxRun intercept_faults(const char *file, int line, const char *begin,
                        int vector)
{
    VmxRun run;

    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << vector);
    run = vm_run((void (*)(void))begin);
    vmwrite(VMCS_EXCEPTION_BITMAP, 0);
    expect_exit(file, line, &run, EXIT_EXCEPTION);
    if (run.result == VMX_SUCCEED && run.reason == EXIT_EXCEPTION
        && ((run.intr_info & 0xff) != (uint32_t)vector
            || run.rip != (uint64_t)begin)) {
        fw_fail(file, line, "exception", "got 0x%x at 0x%lx, expected vector %d"
                " at 0x%lx", run.intr_info, run.rip, vector, (uint64_t)begin);
    }
    return run;
}

void guest_user(void)
{
    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_USER_CODE);
    vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE64 | AR_DPL3);
    vmwrite(VMCS_GUEST_SS_SELECTOR, SEL_USER_DATA);
    vmwrite(VMCS_GUEST_SS_ACCESS_RIGHTS, AR_DATA32 | AR_DPL3);
}

void guest_compatibility(void)
{
    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_CODE32);
    vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE32);
}
