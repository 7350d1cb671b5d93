/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intel VMX for TCG: what the rest of target/i386 calls.
 *
 * The processor side of virtual-machine extensions as in the Intel SDM,
 * volume 3, chapters 24 to 31 and appendices A to C. VMX state hangs on
 * env->vmx, which is NULL where the processor does not offer VMX. Non-root
 * operation is a bit of env->hflags (HF_VMX_MASK), so that translated code and
 * TLBs of root and non-root operation are apart.
 *
 * Everything here runs on the thread of the processor that it is about,
 * unless it says otherwise. Functions that may leave by a VM exit or an
 * exception take the host return address `ra` of the helper that is running
 * (GETPC(), or 0 if the state of the processor is already in sync), and do not
 * return then.
 */
#ifndef TARGET_I386_VMX_H
#define TARGET_I386_VMX_H

#include "cpu.h"

static inline bool vmx_nonroot(const CPUX86State *env)
{
    return env->hflags & HF_VMX_MASK;
}

/* In VMX operation, root or non-root */
bool vmx_operation(const CPUX86State *env);

/* vmx-caps.c: life cycle and MSRs ----------------------------------------- */

/* Allocate env->vmx if the processor offers VMX; at realize, after the
 * features are final. */
void vmx_realize(X86CPU *cpu);
void vmx_unrealize(X86CPU *cpu);
/* RESET: leave VMX operation, unlock IA32_FEATURE_CONTROL. */
void vmx_reset(CPUX86State *env);
/*
 * IA32_FEATURE_CONTROL, IA32_VMX_*, IA32_DEBUGCTL, IA32_TIME_STAMP_COUNTER.
 * Return false if the MSR is not one of these. *gp: raise #GP(0).
 */
bool vmx_rdmsr(CPUX86State *env, uint32_t msr, uint64_t *val, bool *gp);
bool vmx_wrmsr(CPUX86State *env, uint32_t msr, uint64_t val, bool *gp);

/* vmx-intercept*.c: what instructions cause (ch. 26) ----------------------- */

/* RDMSR and WRMSR of ECX in non-root operation: may exit; returns true if the
 * access was virtualized (x2APIC mode, TSC) and *val is set or was taken. */
bool vmx_intercept_rdmsr(CPUX86State *env, uint32_t msr, uint64_t *val,
                         uintptr_t ra);
bool vmx_intercept_wrmsr(CPUX86State *env, uint32_t msr, uint64_t val,
                         uintptr_t ra);
/*
 * MOV to CR0, CR3, CR4: in root operation #GP for bits that VMX fixes; in
 * non-root operation masks, shadows, CR3 targets. Returns the value to load.
 */
target_ulong vmx_write_cr(CPUX86State *env, int reg, target_ulong val,
                          uintptr_t ra);
/* What a MOV from CR0 or CR4, or SMSW, reads in non-root operation */
target_ulong vmx_read_cr(CPUX86State *env, int reg);
/* The time-stamp counter as RDTSC reads it in the present mode */
uint64_t vmx_read_tsc(CPUX86State *env, uint64_t host_tsc);

/* vmx-event.c: exceptions, interrupts, windows (ch. 26.2, 27.6, 28.2) ------ */

/* An exception is about to be raised, before it is combined with an earlier
 * one into a double fault: exit if the exception bitmap says so. Also called
 * for the resulting #DF. cr2 is the address of a page fault. */
void vmx_intercept_exception(CPUX86State *env, int vector, int error_code,
                             uintptr_t ra);
/* A third fault: exit with "triple fault". */
void vmx_intercept_triple_fault(CPUX86State *env, uintptr_t ra);
/* An event is about to be delivered through the IDT, and has been. */
void vmx_delivery_begin(CPUX86State *env, int vector, bool is_int,
                        int error_code, target_ulong next_eip, bool is_hw);
void vmx_delivery_end(CPUX86State *env);
/* IRET in non-root operation: NMI unblocking */
void vmx_iret(CPUX86State *env);
/* TASK SWITCH in non-root operation always exits; source: 0 CALL, 1 IRET,
 * 2 JMP, 3 task gate. */
void vmx_intercept_task_switch(CPUX86State *env, int selector, int source,
                               uintptr_t ra);
/*
 * What is to be done at this instruction boundary in non-root operation, in
 * the order of priorities of the SDM ("Priority of ... Events"). A bit of
 * CPU_INTERRUPT_* for x86_cpu_pending_interrupt() to return, or 0. Pure: also
 * called by other threads' cpu_has_work().
 */
int vmx_pending_interrupt(CPUState *cs, int interrupt_request);
/* Do it. Returns false if it turns out that nothing was to be done. */
bool vmx_exec_interrupt(CPUState *cs, int interrupt_request);
/* INIT, SIPI: true if VMX took or blocked it. */
bool vmx_handle_init(X86CPU *cpu);
bool vmx_handle_sipi(X86CPU *cpu);

/* vmx-mmu.c: EPT, VPID, TLBs (ch. 29) -------------------------------------- */

typedef struct VMXTranslation {
    hwaddr paddr;        /* host-physical */
    int prot;            /* PAGE_READ... */
    uint64_t page_size;
} VMXTranslation;

/* The processor is in non-root operation with EPT on */
bool vmx_ept_active(const CPUX86State *env);
/* Walk the EPT for a guest-physical address. On a violation or
 * misconfiguration returns false and keeps the fault for vmx_ept_fault(). */
bool vmx_ept_translate(CPUX86State *env, hwaddr gpa, MMUAccessType access,
                       VMXTranslation *out);
/* Exit for the fault kept: EPT violation or misconfiguration. gpa: the
 * address; linear: the linear address, if one is known; gpt: the access was
 * to a paging structure. */
G_NORETURN void vmx_ept_fault(CPUX86State *env, hwaddr gpa, vaddr linear,
                              bool gpt, MMUAccessType access, uintptr_t ra);
/* Instead of tlb_flush() where a control register changes: flush the
 * translations of the present mode only. */
void vmx_tlb_flush_mode(CPUX86State *env);
/* PDPTEs that MOV to CR3, CR0 or CR4 loads under PAE paging with EPT */
bool vmx_load_pdptes(CPUX86State *env, uintptr_t ra);

/* vmx-apic-access.c, vmx-apicv.c, vmx-posted.c (ch. 30) -------------------- */

/* Attributes for a translation in non-root operation that ends at paddr: the
 * APIC-access page gets an address space of its own. */
MemTxAttrs vmx_mem_attrs(CPUX86State *env, hwaddr paddr, MemTxAttrs attrs);
/* MOV from and to CR8 in non-root operation with TPR shadow */
bool vmx_tpr_shadow(const CPUX86State *env);
target_ulong vmx_read_cr8(CPUX86State *env);
void vmx_write_cr8(CPUX86State *env, target_ulong val);

#endif
