/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IN, OUT, INS, OUTS */
#include "intercept.h"

#define IO_BYTE      0u
#define IO_WORD      1u
#define IO_DWORD     3u
#define IO_IN        (1u << 3)
#define IO_STRING    (1u << 4)
#define IO_REP       (1u << 5)
#define IO_IMMEDIATE (1u << 6)
#define IO_PORT(n)   ((uint64_t)(n) << 16)
#define BASIC_INS_OUTS (1ull << 54)
#define PORT 0x84         /* a page register of the DMA controller: harmless */

GUEST(in_imm, "inb $0x84, %al");
GUEST(out_imm, "outl %eax, $0x84");
GUEST(in_dx, "inw %dx, %ax");
GUEST(out_dx, "outb %al, %dx");

FW_CASE(io_always, "vmx.intercept.io-unconditional", "SDM 3C, 26.1.3, 28.2.1",
        "IN and OUT exit with \"unconditional I/O exiting\": size, direction,"
        " operand, port")
{
    VMX_NEED(CTL_PROC, PROC_UNCOND_IO);
    EXITS(in_imm, EXIT_IO, IO_BYTE | IO_IN | IO_IMMEDIATE | IO_PORT(PORT));
    EXITS(out_imm, EXIT_IO, IO_DWORD | IO_IMMEDIATE | IO_PORT(PORT));
    guest_regs.rdx = 0xabcd1234;
    EXITS(in_dx, EXIT_IO, IO_WORD | IO_IN | IO_PORT(0x1234));
    EXITS(out_dx, EXIT_IO, IO_BYTE | IO_PORT(0x1234));
}

FW_CASE(io_never, "vmx.intercept.io-none", "SDM 3C, 26.1.3",
        "With neither control I/O is the guest's")
{
    if (!vmx_may_clear(CTL_PROC, PROC_UNCOND_IO)) {
        FW_SKIP("I/O always exits");
    }
    guest_regs.rax = 0x5a;
    RUNS(out_imm);
    RUNS(in_imm);
}

static void set_bit(uint8_t *bitmap, uint32_t port)
{
    bitmap[port / 8] |= 1u << (port % 8);
}

static void use_bitmaps(void)
{
    vmwrite(VMCS_IO_BITMAP_A, (uint64_t)scratch(0));
    vmwrite(VMCS_IO_BITMAP_B, (uint64_t)scratch(1));
}

FW_CASE(io_bitmap, "vmx.intercept.io-bitmap", "SDM 3C, 25.6.4, 26.1.3",
        "Bitmaps A and B decide by port; \"unconditional\" does not count then")
{
    VMX_NEED(CTL_PROC, PROC_IO_BITMAPS);
    vmx_set(CTL_PROC, PROC_UNCOND_IO);
    use_bitmaps();
    guest_regs.rdx = PORT;
    RUNS(in_dx);
    set_bit(scratch(0), PORT + 1);
    EXITS(in_dx, EXIT_IO, IO_WORD | IO_IN | IO_PORT(PORT));
    RUNS(in_imm);
    guest_regs.rdx = 0x9001;
    RUNS(out_dx);
    set_bit(scratch(1), 0x1001);
    EXITS(out_dx, EXIT_IO, IO_BYTE | IO_PORT(0x9001));
}

FW_CASE(io_boundary, "vmx.intercept.io-bitmap-boundary", "SDM 3C, 25.6.4",
        "An access from 7FFFH on looks into both bitmaps")
{
    VMX_NEED(CTL_PROC, PROC_IO_BITMAPS);
    use_bitmaps();
    set_bit(scratch(1), 0);
    guest_regs.rdx = 0x7fff;
    EXITS(in_dx, EXIT_IO, IO_WORD | IO_IN | IO_PORT(0x7fff));
}

FW_CASE(io_wrap, "vmx.intercept.io-wrap", "SDM 3C, 26.1.3",
        "An access that wraps around the port space exits under bitmaps")
{
    VMX_NEED(CTL_PROC, PROC_IO_BITMAPS);
    use_bitmaps();
    guest_regs.rdx = 0xffff;
    EXITS(in_dx, EXIT_IO, IO_WORD | IO_IN | IO_PORT(0xffff));
}

FW_CASE(io_privilege, "vmx.intercept.io-privilege", "SDM 3C, 26.1.1",
        "#GP by IOPL and the TSS has priority over the exit")
{
    VMX_NEED(CTL_PROC, PROC_UNCOND_IO);
    guest_user();
    FAULTS(in_imm, VEC_GP);
    vmset(VMCS_GUEST_RFLAGS, 3u << 12);
    EXITS(in_imm, EXIT_IO, IO_BYTE | IO_IN | IO_IMMEDIATE | IO_PORT(PORT));
}

/* Defined where IA32_VMX_BASIC says so: address size, and segment of OUTS */
static uint32_t string_mask(uint32_t mask)
{
    return rdmsr(MSR_VMX_BASIC) & BASIC_INS_OUTS ? mask : 0;
}

GUEST(insb, "insb");
GUEST(rep_insw, "rep insw");
GUEST(insl_a32, "addr32 insl");
GUEST(outsb, "outsb");
GUEST(rep_outsl_gs, "rep outsl %gs:(%rsi), %dx");

FW_CASE(ins, "vmx.intercept.ins", "SDM 3C, 28.2.1, 28.2.5",
        "INS exits before it accesses memory, with its linear address")
{
    VMX_NEED(CTL_PROC, PROC_UNCOND_IO);
    guest_regs.rdx = PORT;
    guest_regs.rdi = 0x7fff12345678;
    guest_regs.rcx = 2;
    EXITS_INFO(insb, EXIT_IO, IO_BYTE | IO_IN | IO_STRING | IO_PORT(PORT),
               string_mask(INFO_ADDRESS_64), string_mask(7u << 7));
    FW_EQUAL(vmread(VMCS_GUEST_LINEAR_ADDRESS), 0x7fff12345678);
    EXITS(rep_insw, EXIT_IO,
          IO_WORD | IO_IN | IO_STRING | IO_REP | IO_PORT(PORT));
    FW_EQUAL(guest_regs.rcx, 2);
    FW_EQUAL(guest_regs.rdi, 0x7fff12345678);
    EXITS_INFO(insl_a32, EXIT_IO,
               IO_DWORD | IO_IN | IO_STRING | IO_PORT(PORT),
               string_mask(INFO_ADDRESS_32), string_mask(7u << 7));
    FW_EQUAL(vmread(VMCS_GUEST_LINEAR_ADDRESS), 0x12345678);
}

FW_CASE(outs, "vmx.intercept.outs", "SDM 3C, 28.2.1, 28.2.5",
        "OUTS exits with its segment and linear address")
{
    VMX_NEED(CTL_PROC, PROC_UNCOND_IO);
    vmwrite(VMCS_GUEST_GS_BASE, 0x10000000);
    guest_regs.rdx = PORT;
    guest_regs.rsi = 0x7fff00000000;
    guest_regs.rcx = 1;
    EXITS_INFO(outsb, EXIT_IO, IO_BYTE | IO_STRING | IO_PORT(PORT),
               string_mask(INFO_ADDRESS_64 | INFO_SEGMENT(INFO_DS)),
               string_mask(7u << 7 | INFO_SEGMENT(7)));
    FW_EQUAL(vmread(VMCS_GUEST_LINEAR_ADDRESS), 0x7fff00000000);
    EXITS_INFO(rep_outsl_gs, EXIT_IO,
               IO_DWORD | IO_STRING | IO_REP | IO_PORT(PORT),
               string_mask(INFO_ADDRESS_64 | INFO_SEGMENT(INFO_GS)),
               string_mask(7u << 7 | INFO_SEGMENT(7)));
    FW_EQUAL(vmread(VMCS_GUEST_LINEAR_ADDRESS), 0x7fff10000000);
}

FW_CASE(rep_zero, "vmx.intercept.io-rep-none", "SDM 2A, \"INS\"",
        "A repetition of no iterations does not exit")
{
    VMX_NEED(CTL_PROC, PROC_UNCOND_IO);
    guest_regs.rdx = PORT;
    guest_regs.rdi = (uint64_t)scratch(2);
    RUNS(rep_insw);
}

FW_CASE(rep_runs, "vmx.intercept.io-rep-runs", "SDM 3C, 26.1.3",
        "A repetition whose port is clear in the bitmap runs to its end")
{
    VMX_NEED(CTL_PROC, PROC_IO_BITMAPS);
    use_bitmaps();
    guest_regs.rdx = PORT;
    guest_regs.rcx = 300;
    guest_regs.rdi = (uint64_t)scratch(2);
    RUNS(rep_insw);
    FW_EQUAL(guest_regs.rcx, 0);
    FW_EQUAL(guest_regs.rdi, (uint64_t)scratch(2) + 600);
}

GUEST_CODE(outs32, 32, "outsb %fs:(%esi), %dx");
GUEST_CODE(ins16, 32, "addr16 insb");
FW_CASE(io_compatibility, "vmx.intercept.io-compatibility-mode",
        "SDM 3C, 28.2.1",
        "Outside 64-bit mode the linear address has 32 bits, and wraps")
{
    VMX_NEED(CTL_PROC, PROC_UNCOND_IO);
    guest_compatibility();
    vmwrite(VMCS_GUEST_FS_BASE, 0xfffff000);
    guest_regs.rdx = PORT;
    guest_regs.rsi = 0x1234567800002345;
    EXITS_INFO(outs32, EXIT_IO, IO_BYTE | IO_STRING | IO_PORT(PORT),
               string_mask(INFO_ADDRESS_32 | INFO_SEGMENT(INFO_FS)),
               string_mask(7u << 7 | INFO_SEGMENT(7)));
    FW_EQUAL(vmread(VMCS_GUEST_LINEAR_ADDRESS), 0x1345);
    guest_regs.rdi = 0xabcdef12;
    EXITS_INFO(ins16, EXIT_IO, IO_BYTE | IO_IN | IO_STRING | IO_PORT(PORT),
               0, string_mask(7u << 7));
    FW_EQUAL(vmread(VMCS_GUEST_LINEAR_ADDRESS), 0xef12);
}
