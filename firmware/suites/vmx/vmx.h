/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cases of the VMX suite share. Before each case the processor is in
 * VMX root operation with a fresh current VMCS that would enter a 64-bit guest
 * in the suite's own address space; a case changes what it is about.
 */
#ifndef SUITE_VMX_H
#define SUITE_VMX_H

#include "x86.h"
#include "vmcs.h"

#define MSR_VMX_BASIC      0x480
#define MSR_VMX_PIN        0x481
#define MSR_VMX_PROC       0x482
#define MSR_VMX_EXIT       0x483
#define MSR_VMX_ENTRY      0x484
#define MSR_VMX_MISC       0x485
#define MSR_VMX_CR0_FIXED0 0x486
#define MSR_VMX_CR0_FIXED1 0x487
#define MSR_VMX_CR4_FIXED0 0x488
#define MSR_VMX_CR4_FIXED1 0x489
#define MSR_VMX_VMCS_ENUM  0x48a
#define MSR_VMX_PROC2      0x48b
#define MSR_VMX_EPT_VPID   0x48c
#define MSR_VMX_TRUE_PIN   0x48d
#define MSR_VMX_TRUE_PROC  0x48e
#define MSR_VMX_TRUE_EXIT  0x48f
#define MSR_VMX_TRUE_ENTRY 0x490
#define MSR_VMX_VMFUNC     0x491
#define MSR_VMX_PROC3      0x492

/* Results of a VMX instruction (31.2) */
typedef enum VmxResult {
    VMX_SUCCEED, VMX_FAIL_INVALID, VMX_FAIL_VALID, VMX_FLAGS_WRONG,
} VmxResult;

typedef struct VmxInsn {
    int exception;        /* vector, or -1 */
    uint64_t error;       /* of the exception */
    VmxResult result;
    uint32_t vm_error;    /* VM-instruction error field after VMfailValid */
} VmxInsn;

/* VMX instructions with exceptions caught */
VmxInsn vmxon(uint64_t pa);
VmxInsn vmxoff(void);
VmxInsn vmclear(uint64_t pa);
VmxInsn vmptrld(uint64_t pa);
VmxInsn vmptrst(uint64_t *pa);
VmxInsn vmread_insn(uint64_t field, uint64_t *val);
VmxInsn vmwrite_insn(uint64_t field, uint64_t val);
VmxInsn vmcall(void);
VmxInsn vmlaunch_insn(void);
VmxInsn vmresume_insn(void);
VmxInsn invept(uint64_t type, uint64_t eptp, uint64_t reserved);
VmxInsn invvpid(uint64_t type, uint64_t vpid_qword, uint64_t linear);

#define EXPECT_SUCCEED(insn)   expect_insn(__FILE__, __LINE__, insn, VMX_SUCCEED, 0)
#define EXPECT_INVALID(insn)   expect_insn(__FILE__, __LINE__, insn, VMX_FAIL_INVALID, 0)
#define EXPECT_ERROR(insn, n)  expect_insn(__FILE__, __LINE__, insn, VMX_FAIL_VALID, n)
#define EXPECT_EXCEPTION(insn, v) expect_exception(__FILE__, __LINE__, insn, v)
void expect_insn(const char *file, int line, VmxInsn insn, VmxResult result,
                 uint32_t vm_error);
void expect_exception(const char *file, int line, VmxInsn insn, int vector);

/* Of the current VMCS; a failure fails the case. */
uint64_t vmread(uint64_t field);
void vmwrite(uint64_t field, uint64_t val);
void vmset(uint64_t field, uint64_t bits);
void vmclr(uint64_t field, uint64_t bits);

/* Regions: n-th VMCS or VMXON region of the pool, revision written */
#define VMX_REGIONS 8
void *vmx_region(int n);
uint32_t vmx_revision(void);

/* Capabilities. The controls may be set to 1 / may be 0 (TRUE MSRs if there) */
typedef enum VmxControls { CTL_PIN, CTL_PROC, CTL_PROC2, CTL_EXIT, CTL_ENTRY,
} VmxControls;
uint64_t vmx_control_field(VmxControls c);
bool vmx_may_set(VmxControls c, uint32_t bits);
bool vmx_may_clear(VmxControls c, uint32_t bits);
/* Set a control in the current VMCS, with the primary control that activates
 * the secondary ones; false if the processor does not offer it. */
bool vmx_set(VmxControls c, uint32_t bits);
/* As vmx_set(), and skip the case if it is not offered */
#define VMX_NEED(c, bits)                                                 \
    do {                                                                  \
        if (!vmx_set(c, bits)) {                                          \
            FW_SKIP(#bits " is not offered");                             \
        }                                                                 \
    } while (0)
int vmx_physical_bits(void);

/* General-purpose registers of the guest at entry and after an exit */
typedef struct GuestRegs {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
} GuestRegs;
extern GuestRegs guest_regs;

/* What came of an entry */
typedef struct VmxRun {
    VmxResult result;      /* VMX_SUCCEED: there was an exit */
    uint32_t vm_error;
    uint32_t reason;       /* bit 31: entry failure */
    uint64_t qualification;
    uint32_t insn_len, insn_info;
    uint32_t intr_info, intr_error;
    uint32_t idt_info, idt_error;
    uint64_t rip;          /* guest's */
} VmxRun;

/* Fill the current VMCS with the good state described above. */
void vm_default(void);
/* Enter at fn on the guest's own stack; fn must not return: it ends with an
 * instruction that exits, such as guest_done(). */
VmxRun vm_run(void (*fn)(void));
/* Enter again with what the VMCS holds. */
VmxRun vm_continue(void);
/* RIP past the instruction that exited */
void vm_advance(void);
/* Guest side: VMCALL with a number in RAX */
#define guest_done(n)                                                     \
    do {                                                                  \
        asm volatile("vmcall" : : "a"((uint64_t)(n)) : "memory");         \
    } while (1)

/* Enter and expect: VMfailValid with error 7 or 8, or an exit. */
void expect_entry_error(const char *file, int line, uint32_t vm_error);
#define EXPECT_CONTROLS_BAD() expect_entry_error(__FILE__, __LINE__, 7)
#define EXPECT_HOST_BAD()     expect_entry_error(__FILE__, __LINE__, 8)
/* An entry failure for invalid guest state (reason 33) with a qualification */
void expect_guest_bad(const char *file, int line, uint64_t qualification);
#define EXPECT_GUEST_BAD(q) expect_guest_bad(__FILE__, __LINE__, q)
/* Enter at a guest that only does VMCALL 0: the state is good. */
void expect_entry_good(const char *file, int line);
#define EXPECT_GOOD() expect_entry_good(__FILE__, __LINE__)
#define EXPECT_EXIT(run, n) expect_exit(__FILE__, __LINE__, &(run), n)
void expect_exit(const char *file, int line, const VmxRun *run,
                 uint32_t reason);

/* EPT: an identity map of the first 4 GiB with 2M pages, WB, all rights.
 * ept_enable() puts it into the VMCS; false if EPT is not offered. */
bool ept_enable(void);
/* The leaf entry for an address, after its 2M page is split into 4K pages */
uint64_t *ept_entry(uint64_t gpa);
uint64_t ept_pointer(void);

/* Zeroed pages for bitmaps and the like, 4 KiB aligned, below 4 GiB */
#define SCRATCH_PAGES 32
void *scratch(int n);

#endif
