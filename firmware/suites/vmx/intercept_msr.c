/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RDMSR, WRMSR, the time-stamp counter, PAUSE loops */
#include "intercept.h"

#define BITMAP_LOW  0
#define BITMAP_HIGH 1024
#define BITMAP_WRITE 2048

GUEST(rdmsr, "rdmsr");
GUEST(wrmsr, "wrmsr");

FW_CASE(msr_always, "vmx.intercept.msr-no-bitmaps", "SDM 3C, 26.1.3",
        "Without MSR bitmaps RDMSR and WRMSR exit, known MSR or not; #GP by CPL"
        " comes first")
{
    guest_regs.rcx = MSR_STAR;
    EXITS(rdmsr, EXIT_RDMSR, 0);
    EXITS(wrmsr, EXIT_WRMSR, 0);
    guest_regs.rcx = 0xdeadbeef;
    EXITS(rdmsr, EXIT_RDMSR, 0);
    guest_user();
    FAULTS(rdmsr, VEC_GP);
    FAULTS(wrmsr, VEC_GP);
}

static void set_msr_bit(unsigned part, uint32_t msr)
{
    uint8_t *bitmap = scratch(0);

    bitmap[part + (msr & 0x1fff) / 8] |= 1u << (msr % 8);
}

FW_CASE(msr_bitmaps, "vmx.intercept.msr-bitmaps", "SDM 3C, 25.6.9, 26.1.3",
        "Each of the four bitmaps decides for its access and range only")
{
    VMX_NEED(CTL_PROC, PROC_MSR_BITMAPS);
    vmwrite(VMCS_MSR_BITMAP, (uint64_t)scratch(0));
    guest_regs.rcx = MSR_SYSENTER_ESP;
    guest_regs.rax = rdmsr(MSR_SYSENTER_ESP);
    RUNS(rdmsr);
    guest_regs.rcx = MSR_SYSENTER_ESP;
    set_msr_bit(BITMAP_LOW, MSR_SYSENTER_ESP);
    EXITS(rdmsr, EXIT_RDMSR, 0);
    RUNS(wrmsr);
    set_msr_bit(BITMAP_LOW + BITMAP_WRITE, MSR_SYSENTER_ESP);
    guest_regs.rcx = MSR_SYSENTER_ESP;
    EXITS(wrmsr, EXIT_WRMSR, 0);
    guest_regs.rcx = MSR_STAR;
    RUNS(rdmsr);
    guest_regs.rcx = MSR_STAR;
    set_msr_bit(BITMAP_HIGH, MSR_STAR);
    EXITS(rdmsr, EXIT_RDMSR, 0);
    set_msr_bit(BITMAP_HIGH + BITMAP_WRITE, MSR_STAR);
    EXITS(wrmsr, EXIT_WRMSR, 0);
}

FW_CASE(msr_outside, "vmx.intercept.msr-outside-bitmaps", "SDM 3C, 26.1.3",
        "An MSR outside both ranges exits with the bitmaps all clear")
{
    static const uint32_t outside[] = { 0x2000, 0x40000000, 0xbfffffff,
                                        0xc0002000, 0xffffffff };
    size_t i;

    VMX_NEED(CTL_PROC, PROC_MSR_BITMAPS);
    vmwrite(VMCS_MSR_BITMAP, (uint64_t)scratch(0));
    for (i = 0; i < FW_ARRAY_SIZE(outside); i++) {
        guest_regs.rcx = outside[i];
        EXITS(rdmsr, EXIT_RDMSR, 0);
        EXITS(wrmsr, EXIT_WRMSR, 0);
    }
    guest_regs.rcx = 0xffffffff00000000 | MSR_STAR;
    RUNS(rdmsr);
}

/* The time-stamp counter ------------------------------------------------------ */

#define OFFSET 0x123456789abcdefull
#define SLACK  (1ull << 36)           /* cycles: some seconds at any rate */

GUEST(read_tsc, "rdtsc\n mov %eax, %ebx\n mov %edx, %esi");
GUEST(read_tsc_msr, "mov $0x10, %ecx\n rdmsr\n mov %eax, %ebx\n mov %edx, %esi");

static uint64_t guest_tsc(void)
{
    return guest_regs.rsi << 32 | guest_regs.rbx;
}

static void expect_tsc(const char *file, int line, uint64_t expected)
{
    if (guest_tsc() - expected > SLACK) {
        fw_fail(file, line, "TSC of the guest", "got 0x%lx, expected 0x%lx and"
                " little more", guest_tsc(), expected);
    }
}
#define EXPECT_TSC(t) expect_tsc(__FILE__, __LINE__, t)

FW_CASE(tsc_offset, "vmx.intercept.tsc-offset", "SDM 3C, 26.3",
        "RDTSC and RDMSR of the TSC add the offset; without the control they"
        " do not")
{
    uint64_t start = rdtsc();

    RUNS(read_tsc);
    EXPECT_TSC(start);
    VMX_NEED(CTL_PROC, PROC_TSC_OFFSET);
    vmwrite(VMCS_TSC_OFFSET, OFFSET);
    RUNS(read_tsc);
    EXPECT_TSC(start + OFFSET);
    vmwrite(VMCS_TSC_OFFSET, -start);
    RUNS(read_tsc);
    EXPECT_TSC(0);
    VMX_NEED(CTL_PROC, PROC_MSR_BITMAPS);
    vmwrite(VMCS_MSR_BITMAP, (uint64_t)scratch(0));
    vmwrite(VMCS_TSC_OFFSET, OFFSET);
    RUNS(read_tsc_msr);
    EXPECT_TSC(start + OFFSET);
}

FW_CASE(tsc_scaling, "vmx.intercept.tsc-scaling", "SDM 3C, 25.6.5, 26.3",
        "The product of TSC and multiplier has 128 bits, of which 111:48 count")
{
    uint64_t start = rdtsc();

    VMX_NEED(CTL_PROC, PROC_TSC_OFFSET);
    VMX_NEED(CTL_PROC2, PROC2_TSC_SCALING);
    vmwrite(VMCS_TSC_OFFSET, OFFSET);
    vmwrite(VMCS_TSC_MULTIPLIER, 1ull << 47);
    RUNS(read_tsc);
    EXPECT_TSC(start / 2 + OFFSET);
    vmwrite(VMCS_TSC_MULTIPLIER, 1ull << 52);
    RUNS(read_tsc);
    EXPECT_TSC(start * 16 + OFFSET);
}

GUEST(rdtscp, "rdtscp");
FW_CASE(rdtscp_exit, "vmx.intercept.rdtscp", "SDM 3C, 26.1.3, 26.3",
        "RDTSCP is #UD without \"enable RDTSCP\", exits with \"RDTSC exiting\"")
{
    VMX_NEED(CTL_PROC, PROC_RDTSC);
    FAULTS(rdtscp, VEC_UD);
    VMX_NEED(CTL_PROC2, PROC2_RDTSCP);
    EXITS(rdtscp, EXIT_RDTSCP, 0);
    vmclr(VMCS_PROC_CTLS, PROC_RDTSC);
    RUNS(rdtscp);
}

GUEST(rdtsc_user, "rdtsc");
FW_CASE(rdtsc_tsd, "vmx.intercept.rdtsc-tsd", "SDM 3C, 26.1.1",
        "#GP by CR4.TSD has priority over the exit of RDTSC")
{
    VMX_NEED(CTL_PROC, PROC_RDTSC);
    vmset(VMCS_GUEST_CR4, CR4_TSD);
    EXITS(rdtsc_user, EXIT_RDTSC, 0);
    guest_user();
    FAULTS(rdtsc_user, VEC_GP);
    vmclr(VMCS_GUEST_CR4, CR4_TSD);
    EXITS(rdtsc_user, EXIT_RDTSC, 0);
}

/* PAUSE-loop exiting ----------------------------------------------------------- */

GUEST(pause_loop, "1: pause\n dec %rcx\n jnz 1b");

FW_CASE(ple_exit, "vmx.intercept.pause-loop", "SDM 3C, 26.1.3",
        "A loop of PAUSE exits after the window; at CPL 3 it does not")
{
    VmxRun run;

    VMX_NEED(CTL_PROC2, PROC2_PLE);
    vmwrite(VMCS_PLE_GAP, 0xffffffff);
    vmwrite(VMCS_PLE_WINDOW, 1000);
    guest_regs.rcx = 1000000;
    run = vm_run((void (*)(void))guest_pause_loop);
    EXPECT_EXIT(run, EXIT_PAUSE);
    FW_CHECK(guest_regs.rcx < 1000000, "the first PAUSE exited");
    FW_EQUAL(run.rip, (uint64_t)guest_pause_loop);
    guest_user();
    guest_regs.rcx = 1000;
    RUNS(pause_loop);
}

FW_CASE(ple_window, "vmx.intercept.pause-loop-window", "SDM 3C, 26.1.3",
        "A window that is not over does not exit, nor a PAUSE behind a gap")
{
    VMX_NEED(CTL_PROC2, PROC2_PLE);
    vmwrite(VMCS_PLE_GAP, 0xffffffff);
    vmwrite(VMCS_PLE_WINDOW, 0xffffffff);
    guest_regs.rcx = 100;
    RUNS(pause_loop);
    vmwrite(VMCS_PLE_GAP, 0);
    vmwrite(VMCS_PLE_WINDOW, 0);
    guest_regs.rcx = 100;
    RUNS(pause_loop);
}

GUEST(one_pause, "pause");

FW_CASE(ple_entry, "vmx.intercept.pause-loop-entry", "SDM 3C, 26.1.3",
        "The first PAUSE after a VM entry begins a loop, so does not exit")
{
    int i;

    VMX_NEED(CTL_PROC2, PROC2_PLE);
    vmwrite(VMCS_PLE_GAP, 0xffffffff);
    vmwrite(VMCS_PLE_WINDOW, 0);
    for (i = 0; i < 4; i++) {
        RUNS(one_pause);
    }
}
