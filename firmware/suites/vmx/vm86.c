/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest in virtual-8086 mode, as hypervisors run real-mode code where there is
 * no unrestricted guest: INT n under CR4.VME.
 */
#include "vmx.h"

#define CR4_VME_BIT (1ull << 0)
#define PDE_4M_USER 0xe7
#define AR_VM86     0xf3
#define VECTOR      0x80

/* Below 1 MByte: code, its interrupt handler, its stack */
#define CODE_SEGMENT 0x7000
#define HANDLER      0x100
#define STACK_TOP    0x800

static uint8_t *const code = (uint8_t *)(CODE_SEGMENT << 4);

/* The compiler takes an address this low for a mistake. */
static volatile uint32_t *vector_entry(void)
{
    uint64_t address = 4 * VECTOR;

    asm("" : "+r"(address));
    return (volatile uint32_t *)address;
}

static const uint8_t program[] = {
    0xcd, VECTOR,    /* int $VECTOR */
    0xf4,            /* hlt */
};
static const uint8_t handler[] = {
    0x0f, 0xa2,      /* cpuid */
};

static void put_program(void)
{
    uint32_t *pde = scratch(0);

    memcpy(code, program, sizeof(program));
    memcpy(code + HANDLER, handler, sizeof(handler));
    pde[0] = PDE_4M_USER;
}

/* A 32-bit TSS with an interrupt redirection bitmap before its I/O bitmap */
static uint8_t *task_state(bool redirect)
{
    uint8_t *tss = scratch(1);

    *(uint16_t *)(tss + 0x66) = 0x68 + 32;
    memset(tss + 0x68, redirect ? 0 : 0xff, 32);
    return tss;
}

static void set_segments(void)
{
    int n;

    for (n = 0; n < 6; n++) {
        vmwrite(VMCS_GUEST_ES_SELECTOR + 2 * n, CODE_SEGMENT);
        vmwrite(VMCS_GUEST_ES_BASE + 2 * n, CODE_SEGMENT << 4);
        vmwrite(VMCS_GUEST_ES_LIMIT + 2 * n, 0xffff);
        vmwrite(VMCS_GUEST_ES_ACCESS_RIGHTS + 2 * n, AR_VM86);
    }
}

static void enter_vm86(bool redirect)
{
    put_program();
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmwrite(VMCS_GUEST_CR3, (uint64_t)scratch(0));
    vmwrite(VMCS_GUEST_CR4, CR4_VMXE | CR4_PSE | CR4_VME_BIT);
    set_segments();
    vmwrite(VMCS_GUEST_TR_BASE, (uint64_t)task_state(redirect));
    vmwrite(VMCS_GUEST_TR_LIMIT, 0x68 + 32);
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 0);
    vmwrite(VMCS_GUEST_RFLAGS, RFLAGS_VM | 3 << 12 | RFLAGS_IF | 2);
    vmwrite(VMCS_GUEST_RSP, STACK_TOP);
    vmwrite(VMCS_GUEST_RIP, 0);
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_GP);
}

FW_CASE(vm86_redirected, "vmx.vm86.int-redirected", "SDM 3B, 21.3.3.4",
        "INT n of a virtual-8086 guest goes through its own interrupt table")
{
    volatile uint32_t *ivt = vector_entry();
    uint32_t old = *ivt;
    uint16_t *frame = (uint16_t *)(code + STACK_TOP - 6);
    VmxRun run;

    if (!(rdmsr(MSR_VMX_CR4_FIXED1) & CR4_VME_BIT)) {
        FW_SKIP("CR4.VME may not be set in VMX operation");
    }
    enter_vm86(true);
    *ivt = CODE_SEGMENT << 16 | HANDLER;
    run = vm_continue();
    *ivt = old;
    EXPECT_EXIT(run, EXIT_CPUID);
    FW_EQUAL(run.rip, HANDLER);
    FW_EQUAL(vmread(VMCS_GUEST_CS_SELECTOR), CODE_SEGMENT);
    FW_EQUAL(vmread(VMCS_GUEST_RSP), STACK_TOP - 6);
    FW_EQUAL(frame[0], 2);
    FW_EQUAL(frame[1], CODE_SEGMENT);
    FW_EQUAL(frame[2], 3 << 12 | RFLAGS_IF | 2);
    FW_EQUAL(vmread(VMCS_GUEST_RFLAGS), RFLAGS_VM | 3 << 12 | 2);
}

FW_CASE(vm86_not_redirected, "vmx.vm86.int-not-redirected",
        "SDM 3B, 21.3.3.4",
        "With its bit in the redirection bitmap INT n goes through the IDT")
{
    VmxRun run;

    if (!(rdmsr(MSR_VMX_CR4_FIXED1) & CR4_VME_BIT)) {
        FW_SKIP("CR4.VME may not be set in VMX operation");
    }
    enter_vm86(false);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info & 0xff, VEC_GP);
    FW_EQUAL(run.intr_error, VECTOR * 8 + 2);
    FW_EQUAL(run.rip, 0);
}
