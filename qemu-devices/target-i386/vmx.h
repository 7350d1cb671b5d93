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

/* vmx-caps.c, vmx-msr.c: life cycle and MSRs ------------------------------- */

/* Allocate env->vmx if the processor offers VMX; at realize, after the
 * features are final. */
void vmx_realize(X86CPU *cpu);
void vmx_unrealize(X86CPU *cpu);
/* RESET and INIT: not in VMX operation any more */
void vmx_reset(CPUX86State *env);
/*
 * IA32_FEATURE_CONTROL, IA32_VMX_*, IA32_DEBUGCTL, IA32_TIME_STAMP_COUNTER.
 * Return false if the MSR is not one of these. *gp: raise #GP(0).
 */
bool vmx_rdmsr(CPUX86State *env, uint32_t msr, uint64_t *val, bool *gp);
bool vmx_wrmsr(CPUX86State *env, uint32_t msr, uint64_t val, bool *gp);
/* Any MSR, as RDMSR and WRMSR do where env->vmx is there; false: #GP(0) */
bool vmx_msr_read(CPUX86State *env, uint32_t msr, uint64_t *val);
bool vmx_msr_write(CPUX86State *env, uint32_t msr, uint64_t val);

/* vmx-migration.c ------------------------------------------------------------ */

/* A subsection of the processor's state */
extern const VMStateDescription vmstate_vmx;
/* After the whole state of the processor was loaded, with or without that
 * subsection. False: the stream is bad, and the reason has been reported. */
bool vmx_post_load(CPUX86State *env);

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
 * for the resulting #DF. */
void vmx_intercept_exception(CPUX86State *env, int vector, int error_code,
                             uintptr_t ra);
/* The exception did not exit: it takes the place of the event that was being
 * delivered. */
void vmx_exception_taken(CPUX86State *env);
/* The error code with EXT, if the fault came from the delivery of an event */
int vmx_exception_error_code(const CPUX86State *env, int vector,
                             int error_code);
/* A page fault, before CR2 is loaded */
void vmx_page_fault(CPUX86State *env, int error_code, vaddr addr,
                    uintptr_t ra);
/* A third fault: exit with "triple fault". */
void vmx_intercept_triple_fault(CPUX86State *env, uintptr_t ra);
/* INT3, INTO that traps, INT1; RIP is that of the instruction. After INT1 RIP
 * is that of the next. */
void vmx_intercept_software(CPUX86State *env, int vector, uint32_t insn_len);
/* A fault-like debug exception, before DR6 and DR7 are changed; DR6 bits */
void vmx_debug_fault(CPUX86State *env, target_ulong dr6, uintptr_t ra);
/* A trap-like one, after its instruction */
G_NORETURN void vmx_debug_trap(CPUX86State *env, target_ulong dr6);
/* bpt_helper.c: that of RFLAGS.TF, and of data breakpoints */
void vmx_single_step(CPUX86State *env);
/* An event is about to be delivered through the IDT, and has been. */
void vmx_delivery_begin(CPUX86State *env, int vector, bool is_int,
                        int error_code, target_ulong next_eip, bool is_hw);
void vmx_delivery_end(CPUX86State *env);
/* The delivery of a fault sets RF in the RFLAGS that it pushes. */
bool vmx_delivery_sets_rf(const CPUX86State *env);
/* IRET in non-root operation: NMI unblocking */
void vmx_iret_begin(CPUX86State *env);
void vmx_iret_end(CPUX86State *env);
/* HLT in non-root operation that does not exit */
void vmx_hlt(CPUX86State *env);
/* A halted processor wakes: look at the instruction boundary. */
void vmx_wake(CPUX86State *env);
/* A task switch in non-root operation always exits; source as seg_helper.c
 * has it. */
void vmx_intercept_task_switch(CPUX86State *env, int selector, int source,
                               uint32_t next_eip, uintptr_t ra);
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
/* A20M: true if VMX operation masks it. */
bool vmx_handle_a20(X86CPU *cpu, int a20_state);
/* SMM is entered from and left to VMX operation (32.14). */
void vmx_smm_enter(CPUX86State *env);
void vmx_smm_leave(CPUX86State *env);

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
/* The same for a debugger: no faults, no flags set, any thread; -1 if there is
 * no translation. */
hwaddr vmx_ept_translate_debug(CPUX86State *env, hwaddr gpa);
/* What an access to a guest paging structure is for the EPT */
MMUAccessType vmx_ept_gpt_access(const CPUX86State *env);
/* Exit for the fault kept: EPT violation or misconfiguration of gpa. linear:
 * the linear address; gpt: the access was to a paging structure. */
G_NORETURN void vmx_ept_fault(CPUX86State *env, hwaddr gpa, vaddr linear,
                              bool gpt, uintptr_t ra);
/* Where there is no linear address */
G_NORETURN void vmx_ept_fault_no_linear(CPUX86State *env, hwaddr gpa,
                                        uintptr_t ra);
/* A linear address, in non-root operation with EPT, for a debugger; -1 if it
 * has no translation */
hwaddr vmx_get_phys_page_debug(CPUX86State *env, vaddr addr);

/* Where a control register changes, and for INVLPG: flush the translations of
 * the present mode only. */
void vmx_tlb_flush_mode(CPUX86State *env);
void vmx_tlb_flush_page(CPUX86State *env, vaddr addr);
/* A TLB of this index is about to get an entry in non-root operation. */
void vmx_tlb_count_fill(CPUX86State *env, int mmu_idx);
/* MOV of val to CR0, CR3 or CR4 is about to be done in non-root operation:
 * load the PDPTEs if PAE paging is on after it. #GP(0) for reserved bits. */
void vmx_load_pdptes(CPUX86State *env, int reg, target_ulong val,
                     uintptr_t ra);
/* The PDPTE of a linear address in non-root operation */
uint64_t vmx_pdpte(const CPUX86State *env, vaddr addr);

/* vmx-apic-access.c, vmx-apicv.c, vmx-posted.c (ch. 30) -------------------- */

/* An access in non-root operation whose translation is known: a linear one,
 * or (mmu_idx MMU_NESTED_IDX) the guest-physical one of a page walk. */
typedef struct VMXLinearAccess {
    vaddr addr;
    int size;                /* 0: unknown, the access is not made now */
    MMUAccessType type;
    int mmu_idx;
    bool probe;
    hwaddr paddr;
    int prot;
} VMXLinearAccess;

/*
 * For x86_cpu_tlb_fill(): true if the access was to the APIC-access page (30.4)
 * and its TLB entry is made; exits if the access is not virtualized.
 */
bool vmx_apic_access_fill(CPUState *cs, const VMXLinearAccess *access,
                          uintptr_t ra);
/* A guest-physical access to a host-physical address outside a page walk, such
 * as loading the PDPTEs: exits if that is the APIC-access page (30.4.6). */
void vmx_apic_access_physical(CPUX86State *env, hwaddr paddr, uintptr_t ra);
/* What X86ASIdx_VMX is: all accesses by way of the APIC-access page */
MemoryRegion *vmx_apic_access_region(void);
/* MOV from and to CR8 in non-root operation with TPR shadow */
bool vmx_tpr_shadow(const CPUX86State *env);
target_ulong vmx_read_cr8(CPUX86State *env);
void vmx_write_cr8(CPUX86State *env, target_ulong val);

#endif
