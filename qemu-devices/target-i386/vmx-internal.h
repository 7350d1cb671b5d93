/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intel VMX for TCG: what our own files share.
 *
 * The current VMCS is kept in VMXState.field, one 64-bit word a field, and
 * written back to its region by VMCLEAR and by a VMPTRLD of another: the
 * processor may do so (SDM 3C, 25.1), and a guest that scribbles over the
 * region of an active VMCS reaches nothing. The virtual-APIC page, the
 * posted-interrupt descriptor, bitmaps, MSR lists and EPT tables are read from
 * guest memory when used.
 */
#ifndef TARGET_I386_VMX_INTERNAL_H
#define TARGET_I386_VMX_INTERNAL_H

#include "vmx.h"
#include "qemu/timer.h"

typedef enum VMCSField {
#define VMCS_FIELD(name, encoding, condition) VMCS_##name,
#include "vmcs-fields.def"
    VMCS_FIELD_COUNT
} VMCSField;

/* Controls that target/i386/cpu.h has no name for */
#define VMX_CPU_BASED_ACTIVATE_TERTIARY_CONTROLS 0x00020000
#define VMX_TERTIARY_EXEC_IPI_VIRT               (1ull << 4)

/* Basic exit reasons (appendix C) */
typedef enum VMXExitReason {
    VMX_EXIT_EXCEPTION_NMI = 0,
    VMX_EXIT_EXTERNAL_INTERRUPT = 1,
    VMX_EXIT_TRIPLE_FAULT = 2,
    VMX_EXIT_INIT = 3,
    VMX_EXIT_SIPI = 4,
    VMX_EXIT_IO_SMI = 5,
    VMX_EXIT_OTHER_SMI = 6,
    VMX_EXIT_INTERRUPT_WINDOW = 7,
    VMX_EXIT_NMI_WINDOW = 8,
    VMX_EXIT_TASK_SWITCH = 9,
    VMX_EXIT_CPUID = 10,
    VMX_EXIT_GETSEC = 11,
    VMX_EXIT_HLT = 12,
    VMX_EXIT_INVD = 13,
    VMX_EXIT_INVLPG = 14,
    VMX_EXIT_RDPMC = 15,
    VMX_EXIT_RDTSC = 16,
    VMX_EXIT_RSM = 17,
    VMX_EXIT_VMCALL = 18,
    VMX_EXIT_VMCLEAR = 19,
    VMX_EXIT_VMLAUNCH = 20,
    VMX_EXIT_VMPTRLD = 21,
    VMX_EXIT_VMPTRST = 22,
    VMX_EXIT_VMREAD = 23,
    VMX_EXIT_VMRESUME = 24,
    VMX_EXIT_VMWRITE = 25,
    VMX_EXIT_VMXOFF = 26,
    VMX_EXIT_VMXON = 27,
    VMX_EXIT_CR_ACCESS = 28,
    VMX_EXIT_DR_ACCESS = 29,
    VMX_EXIT_IO_INSTRUCTION = 30,
    VMX_EXIT_RDMSR = 31,
    VMX_EXIT_WRMSR = 32,
    VMX_EXIT_INVALID_GUEST_STATE = 33,
    VMX_EXIT_MSR_LOADING = 34,
    VMX_EXIT_MWAIT = 36,
    VMX_EXIT_MONITOR_TRAP_FLAG = 37,
    VMX_EXIT_MONITOR = 39,
    VMX_EXIT_PAUSE = 40,
    VMX_EXIT_MACHINE_CHECK = 41,
    VMX_EXIT_TPR_BELOW_THRESHOLD = 43,
    VMX_EXIT_APIC_ACCESS = 44,
    VMX_EXIT_VIRTUALIZED_EOI = 45,
    VMX_EXIT_GDTR_IDTR_ACCESS = 46,
    VMX_EXIT_LDTR_TR_ACCESS = 47,
    VMX_EXIT_EPT_VIOLATION = 48,
    VMX_EXIT_EPT_MISCONFIGURATION = 49,
    VMX_EXIT_INVEPT = 50,
    VMX_EXIT_RDTSCP = 51,
    VMX_EXIT_PREEMPTION_TIMER = 52,
    VMX_EXIT_INVVPID = 53,
    VMX_EXIT_WBINVD = 54,
    VMX_EXIT_XSETBV = 55,
    VMX_EXIT_APIC_WRITE = 56,
    VMX_EXIT_RDRAND = 57,
    VMX_EXIT_INVPCID = 58,
    VMX_EXIT_VMFUNC = 59,
    VMX_EXIT_RDSEED = 61,
} VMXExitReason;

#define VMX_EXIT_REASON_ENTRY_FAILURE (1u << 31)

/* VM-instruction error numbers (31.4) */
typedef enum VMXError {
    VMX_ERR_VMCALL_IN_ROOT = 1,
    VMX_ERR_VMCLEAR_INVALID_ADDRESS = 2,
    VMX_ERR_VMCLEAR_VMXON_POINTER = 3,
    VMX_ERR_VMLAUNCH_NON_CLEAR = 4,
    VMX_ERR_VMRESUME_NON_LAUNCHED = 5,
    VMX_ERR_VMRESUME_AFTER_VMXOFF = 6,
    VMX_ERR_ENTRY_CONTROLS = 7,
    VMX_ERR_ENTRY_HOST_STATE = 8,
    VMX_ERR_VMPTRLD_INVALID_ADDRESS = 9,
    VMX_ERR_VMPTRLD_VMXON_POINTER = 10,
    VMX_ERR_VMPTRLD_REVISION = 11,
    VMX_ERR_UNSUPPORTED_COMPONENT = 12,
    VMX_ERR_READ_ONLY_COMPONENT = 13,
    VMX_ERR_VMXON_IN_ROOT = 15,
    VMX_ERR_ENTRY_MOV_SS = 26,
    VMX_ERR_INVALID_INVEPT_INVVPID_OPERAND = 28,
} VMXError;

/* Interruption information (25.8.3, 25.9.2): type in bits 10:8 */
#define VMX_INTR_TYPE_EXTERNAL       (0u << 8)
#define VMX_INTR_TYPE_NMI            (2u << 8)
#define VMX_INTR_TYPE_HW_EXCEPTION   (3u << 8)
#define VMX_INTR_TYPE_SW_INTERRUPT   (4u << 8)
#define VMX_INTR_TYPE_PRIV_EXCEPTION (5u << 8)
#define VMX_INTR_TYPE_SW_EXCEPTION   (6u << 8)
#define VMX_INTR_TYPE_OTHER          (7u << 8)
#define VMX_INTR_TYPE_MASK           (7u << 8)
#define VMX_INTR_ERROR_CODE          (1u << 11)
#define VMX_INTR_NMI_UNBLOCKING      (1u << 12)
#define VMX_INTR_VALID               (1u << 31)

/* Guest interruptibility state and activity state (25.4.2) */
#define VMX_BLOCKING_STI    (1u << 0)
#define VMX_BLOCKING_MOV_SS (1u << 1)
#define VMX_BLOCKING_SMI    (1u << 2)
#define VMX_BLOCKING_NMI    (1u << 3)
#define VMX_INTERRUPTIBILITY_RESERVED (~0x1fu)

#define VMX_ACTIVITY_ACTIVE    0
#define VMX_ACTIVITY_HLT       1
#define VMX_ACTIVITY_SHUTDOWN  2
#define VMX_ACTIVITY_WAIT_SIPI 3

/* Pending debug exceptions (25.4.2) */
#define VMX_PENDING_DBG_BS (1u << 14)
#define VMX_PENDING_DBG_ENABLED_BREAKPOINT (1u << 12)
#define VMX_PENDING_DBG_VALID (VMX_PENDING_DBG_BS \
                               | VMX_PENDING_DBG_ENABLED_BREAKPOINT)

#define VMCS_REGION_SIZE 4096
#define VMX_NO_POINTER (~0ull)

/* Capability MSRs as RDMSR reads them; low half allowed-0, high allowed-1 */
typedef struct VMXCaps {
    uint64_t basic, pin, proc, exit, entry;
    uint64_t true_pin, true_proc, true_exit, true_entry;
    uint64_t proc2;
    uint64_t proc3;              /* allowed-1, all 64 bits */
    uint64_t misc, ept_vpid, vmfunc, vmcs_enum;
    uint64_t cr0_fixed0, cr0_fixed1, cr4_fixed0, cr4_fixed1;
} VMXCaps;

static inline bool vmx_cap_allows(uint64_t msr, uint32_t bit)
{
    return (msr >> 32) & bit;
}

/* Events that VMX operation itself has pending, as bits of VMXState.pending.
 * Set by vmx_event_raise(), which makes the processor leave its block. */
#define VMX_PEND_MTF               (1u << 0)
#define VMX_PEND_PREEMPTION_TIMER  (1u << 1)
#define VMX_PEND_VIRTUAL_INTERRUPT (1u << 2)  /* recognized, 30.2.1 */
#define VMX_PEND_TPR_THRESHOLD     (1u << 3)
#define VMX_PEND_EOI_EXIT          (1u << 4)
#define VMX_PEND_APIC_WRITE        (1u << 5)
#define VMX_PEND_INIT              (1u << 6)  /* INIT blocked in root op. */

/* What translations depend on beside the tables: TLBs are flushed if VM entry
 * or VM exit loads other values than those that they were filled under. */
typedef struct VMXPaging {
    uint64_t cr3, efer;
    uint32_t cr0, cr4;
} VMXPaging;

/* What translations of non-root operation belong to; VMX_NO_POINTER where EPT
 * or the APIC-access page is off */
typedef struct VMXTlbContext {
    uint16_t vpid;
    uint64_t eptp;               /* without what does not matter to it */
    uint64_t apic_access;
} VMXTlbContext;

typedef struct VMXPostedSuspect VMXPostedSuspect;

typedef struct VMXState {
    X86CPU *cpu;
    VMXCaps caps;

    bool on;                     /* in VMX operation */
    uint64_t vmxon_pointer;
    uint64_t vmcs_pointer;       /* VMX_NO_POINTER: none is current */
    uint32_t launched;           /* launch state of the current VMCS */
    uint64_t field[VMCS_FIELD_COUNT];
    /* Rules of VM entry on controls and host state hold for field[]: nothing
     * but VMWRITE and VMPTRLD changes what they look at. */
    bool entry_checked;
    bool field_exists[VMCS_FIELD_COUNT];

    /* Controls in force since the last VM entry: proc2 and proc3 are 0 where
     * the primary controls do not activate them. */
    uint32_t pin, proc, proc2;
    uint64_t proc3;

    /* The event that is being delivered: for IDT-vectoring information */
    uint32_t vectoring_info, vectoring_error_code, vectoring_insn_len;
    bool vectoring_injected;     /* by VM entry */
    bool vectoring_known;        /* set before vmx_delivery_begin() */
    bool vectoring_rewind;       /* RIP was advanced from vectoring_rip */
    bool software_exception;     /* INT3 or INTO is being delivered */
    uint64_t vectoring_rip;
    uint32_t pending;            /* VMX_PEND_*; atomic */
    bool virtual_nmi_blocking;
    bool nmi_unblocked_by_iret;
    uint32_t activity;
    uint64_t pending_dbg;        /* BS and B0-B3 that wait (DR6 layout) */

    /* Preemption timer */
    QEMUTimer *timer;
    uint64_t timer_deadline_tsc; /* in units of the host's TSC; atomic */
    uint64_t timer_armed_tsc;    /* what `timer` is set for; atomic */
    bool timer_active;           /* counts; atomic */
    uint64_t timer_base_tsc;     /* TSC and virtual clock at one moment, to */
    int64_t timer_base_ns;       /* measure how they relate */
    bool smm_on, smm_nonroot;    /* what RSM comes back to */
    bool a20_masked;             /* a20_state came in VMX operation */
    int a20_state;

    /* PAUSE-loop exiting: TSC of the last PAUSE (0: none since VM entry) and of
     * the first of its loop */
    uint64_t ple_last, ple_first;
    bool monitor_armed;          /* by MONITOR, since VM entry */

    /* What the TLBs of non-root operation hold */
    VMXTlbContext tlb;
    uint32_t tlb_fills[MMU_PHYS_IDX];  /* since the TLB's size was judged */
    bool tlb_valid;
    VMXPaging root_paging, nonroot_paging;

    /* The EPT fault kept by vmx_ept_translate() */
    VMXExitReason ept_fault;
    uint32_t ept_qualification;

    /* Virtual-APIC state: exit qualification of a pending trap-like exit */
    uint32_t apic_exit_qualification;
    /* The write to the APIC-access page that awaits emulation: offset, and
     * size in bytes; size 0: it only awaits its APIC-write VM exit */
    uint16_t apic_write_offset, apic_write_size;
    /* A VM entry whose notification may be lost; under the BQL */
    VMXPostedSuspect *posted_suspect;
    uint64_t debugctl;           /* IA32_DEBUGCTL */
    uint64_t tsc_adjust;         /* added to the TSC by WRMSR of 10H */
    uint64_t pdpte[4];           /* PAE paging with EPT */
    bool loaded;                 /* from a stream; vmx_post_load() is to come */
} VMXState;

/* vmx-vmcs.c --------------------------------------------------------------- */

static inline uint64_t vmcs_read(const CPUX86State *env, VMCSField f)
{
    return env->vmx->field[f];
}

/* Width is not applied: callers give values that fit the field. */
static inline void vmcs_write(CPUX86State *env, VMCSField f, uint64_t val)
{
    env->vmx->field[f] = val;
}

/* The field of an encoding, or -1 if the processor does not have it.
 * The access type (bit 0, high half of a 64-bit field) is not looked at. */
int vmcs_find(const VMXState *vmx, uint32_t encoding);
uint32_t vmcs_encoding(VMCSField f);
/* Parts of an encoding (appendix B) */
#define VMCS_ENCODING_HIGH(e)  ((e) & 1)
#define VMCS_ENCODING_TYPE(e)  (((e) >> 10) & 3)
#define VMCS_ENCODING_WIDTH(e) (((e) >> 13) & 3)
#define VMCS_TYPE_READ_ONLY    1
#define VMCS_TYPE_GUEST        2
#define VMCS_WIDTH_64          1
/* The bits that a field has */
uint64_t vmcs_width_mask(VMCSField f);
/* Which fields exist, from vmx->caps */
void vmcs_init(VMXState *vmx);
/* The first word of the region at pa: revision, shadow-VMCS indicator */
uint32_t vmcs_revision(CPUX86State *env, uint64_t pa);
/* Make the region at pa current, or leave none current (VMX_NO_POINTER); what
 * was current is written back. */
void vmcs_make_current(CPUX86State *env, uint64_t pa);
/* VMCLEAR: write back if current, launch state clear in the region. */
void vmcs_clear(CPUX86State *env, uint64_t pa);
/* The VMX-abort indicator of the current VMCS (28.7) */
void vmcs_set_abort(CPUX86State *env, uint32_t code);

/* VMsucceed, VMfail (31.2): set RFLAGS, and the error field if there is a
 * current VMCS. */
void vmx_succeed(CPUX86State *env);
void vmx_fail(CPUX86State *env, VMXError error);
void vmx_fail_invalid(CPUX86State *env);

/* Guest memory by physical address, outside any translation. Accesses beyond
 * RAM read as ones and write nothing. */
uint32_t vmx_phys_read32(CPUX86State *env, hwaddr pa);
uint64_t vmx_phys_read64(CPUX86State *env, hwaddr pa);
void vmx_phys_write32(CPUX86State *env, hwaddr pa, uint32_t val);
void vmx_phys_write64(CPUX86State *env, hwaddr pa, uint64_t val);
uint8_t vmx_phys_read8(CPUX86State *env, hwaddr pa);
/* No bit is set above the processor's physical-address width */
bool vmx_valid_physical(const CPUX86State *env, uint64_t pa);
/* Bits of a linear address that the processor supports */
int vmx_linear_width(const CPUX86State *env);
/* For the linear-address width that the processor supports; CR4.LA57 counts
 * only for RIP, which others check. */
bool vmx_canonical(const CPUX86State *env, uint64_t va);

/* vmx-caps.c --------------------------------------------------------------- */

/* VMXOFF: the current VMCS is written back, and none is current. */
void vmx_leave_operation(CPUX86State *env);

/* vmx-insn.c: an EPT pointer that VM entry and INVEPT take (25.6.11) */
bool vmx_valid_eptp(const CPUX86State *env, uint64_t eptp);

/* vmx-msr.c ---------------------------------------------------------------- */

#define MSR_IA32_DEBUGCTL 0x1d9
/* LBR, BTF, TR, BTS, BTINT, BTS_OFF_OS, BTS_OFF_USR, FREEZE_LBRS_ON_PMI,
 * FREEZE_PERFMON_ON_PMI, FREEZE_WHILE_SMM: kept, with no effect */
#define VMX_DEBUGCTL_VALID 0x5fc3ull
bool vmx_valid_pat(uint64_t pat);
/* The bits of IA32_EFER that are not reserved */
uint64_t vmx_efer_valid(const CPUX86State *env);

/* vmx-entry-controls.c, -host.c, -guest.c: checks (27.2, 27.3) -------------- */

/* False: VMfail(ENTRY_CONTROLS). Name the check that failed in the log
 * (qemu_log_mask(CPU_LOG_INT... "vmx: entry: ...")). */
bool vmx_check_controls(CPUX86State *env);
/* Those rules on the controls that look at nothing but the VMCS */
bool vmx_controls_valid(CPUX86State *env);
bool vmx_check_host_state(CPUX86State *env);
/* False: entry failure with VMX_EXIT_INVALID_GUEST_STATE, qualification set */
bool vmx_check_guest_state(CPUX86State *env, uint64_t *qualification);

/* vmx-entry.c ---------------------------------------------------------------- */

/* VMLAUNCH (resume false) and VMRESUME after the checks of the instruction
 * itself; next_rip: after the instruction, for VMfail. */
void vmx_entry(CPUX86State *env, bool resume, target_ulong next_rip);

/* vmx-state.c: guest and host state (27.3, 28.3 to 28.5) --------------------- */

/* What the TLBs of root operation were filled under, before any of it changes */
void vmx_note_host_paging(CPUX86State *env);
void vmx_load_guest_state(CPUX86State *env);
void vmx_save_guest_state(CPUX86State *env);
/* failed_entry: MSRs that only a VM exit loads stay as they are */
void vmx_load_host_state(CPUX86State *env);
/* MSR areas: number of the entry that failed (from 1), or 0 */
uint32_t vmx_msr_load(CPUX86State *env, uint64_t addr, uint32_t count,
                      bool entry);
uint32_t vmx_msr_store(CPUX86State *env, uint64_t addr, uint32_t count);

/* vmx-exit.c (ch. 28) ------------------------------------------------------- */

typedef struct VMXExit {
    VMXExitReason reason;
    uint64_t qualification;
    uint32_t insn_len;       /* 0: undefined for this exit */
    uint32_t insn_info;
    uint64_t guest_linear;
    uint64_t guest_physical;
    uint32_t intr_info;      /* with VMX_INTR_VALID */
    uint32_t intr_error_code;
} VMXExit;

/* Leave non-root operation and go on in the host. The processor's state must
 * be in sync (ra) and as the guest is to see it: RIP of the instruction for a
 * fault-like exit, after it for a trap-like one. */
G_NORETURN void vmx_exit(CPUX86State *env, const VMXExit *exit, uintptr_t ra);
/* The same from the main loop: returns, with the host's state loaded. */
void vmx_exit_now(CPUX86State *env, const VMXExit *exit);
/* A VM entry that failed after the checks of the host state (27.8) */
void vmx_entry_failure(CPUX86State *env, VMXExitReason reason,
                       uint64_t qualification);
void vmx_abort(CPUX86State *env, uint32_t code);

/* vmx-event.c ---------------------------------------------------------------- */

/* Any thread */
void vmx_event_raise(VMXState *vmx, uint32_t pending);
/* At VM entry, after guest state is loaded: activity, blocking, pending debug
 * exceptions, preemption timer; then inject. */
void vmx_events_enter(CPUX86State *env);
void vmx_inject(CPUX86State *env);
/* At VM exit, before guest state is saved: fills the interruptibility,
 * activity and pending-debug fields and the preemption timer. */
void vmx_events_leave(CPUX86State *env, const VMXExit *exit);
/* Blocking by STI or MOV SS as bits of the interruptibility state */
uint32_t vmx_blocking(const CPUX86State *env);
/* VMXOFF: INIT and A20M, which VMX operation blocked, are looked at again. */
void vmx_operation_left(CPUX86State *env);
/* Clear bits of VMXState.pending; returns those that were set. */
uint32_t vmx_event_taken(VMXState *vmx, uint32_t pending);
/* Boundaries are to be looked at, even if no event is pending now. */
bool vmx_events_watched(const VMXState *vmx);
/* The interruption information of the event that do_interrupt_all() is about
 * to deliver, where that function's arguments do not tell. */
void vmx_delivery_known(CPUX86State *env, uint32_t info, uint32_t error_code,
                        uint32_t insn_len);
/* RIP of an event that is pushed as a trap, and back if it is given up */
void vmx_delivery_advance(CPUX86State *env, target_ulong next_eip);
void vmx_delivery_rewind(CPUX86State *env);
/* Deliver what is in pending_dbg; true after a VM exit */
bool vmx_debug_deliver(CPUX86State *env);
/* A debug trap at the next instruction boundary; DR6 bits */
void vmx_debug_pend(CPUX86State *env, target_ulong dr6);

/* vmx-timer.c ---------------------------------------------------------------- */

void vmx_timer_start(VMXState *vmx);
/* Stop, and save the value if the VM-exit controls say so. */
void vmx_timer_stop(VMXState *vmx);
/* The state was loaded from a stream, and the clocks are others. */
void vmx_timer_loaded(VMXState *vmx);
/* The event is due; otherwise it is no longer pending. */
bool vmx_timer_expired(VMXState *vmx);
uint32_t vmx_timer_value(const VMXState *vmx);

/* vmx-mmu.c ------------------------------------------------------------------ */

/* TLBs of linear addresses in non-root operation */
#define VMX_NONROOT_TLBS (MAKE_64BIT_MASK(0, MMU_PHYS_IDX) << MMU_VMX_IDX)
#define VMX_EPTP_AD      (1u << 6)

/* At VM entry in non-root operation, after guest state is loaded; at VM exit */
void vmx_tlb_enter(CPUX86State *env);
void vmx_tlb_leave(CPUX86State *env);
/* Drop what the TLB of this index has for this page of 4K. The rest of a large
 * page may stay, other than with tlb_flush_page(). */
void vmx_tlb_forget_page(CPUX86State *env, int mmu_idx, vaddr addr);
/* The state of the processor was replaced: nothing is cached. */
void vmx_tlb_reset(CPUX86State *env);
/* INVEPT and INVVPID of a valid type and descriptor */
void vmx_invept(CPUX86State *env, int type, uint64_t eptp);
void vmx_invvpid(CPUX86State *env, int type, uint16_t vpid, uint64_t linear);

/* vmx-apicv.c, vmx-posted.c --------------------------------------------------- */

void vmx_apicv_enter(CPUX86State *env);
/* A virtual interrupt is recognized: deliver it (30.2.2). */
void vmx_deliver_virtual_interrupt(CPUX86State *env);
/* An external interrupt arrived under posted-interrupt processing (30.6):
 * true if it was the notification and is dealt with; else *vector is the
 * acknowledged vector, for an exit. */
bool vmx_posted_interrupt(CPUX86State *env, int *vector);
/*
 * VMX_PEND_APIC_WRITE is seen at an instruction boundary: do the APIC-write
 * emulation (30.4.3.2) and clear the bit. True: an APIC-write VM exit is due,
 * its qualification is in apic_exit_qualification. It may raise any of
 * VMX_PEND_VIRTUAL_INTERRUPT, _TPR_THRESHOLD and _EOI_EXIT (the last with its
 * qualification in apic_exit_qualification), so comes before them.
 */
bool vmx_apic_write_emulation(CPUX86State *env);
/* The processor goes away: what its trace still waits for. BQL held. */
void vmx_posted_unwatch(CPUX86State *env);
/* Virtualize x2APIC mode (30.5), after the MSR bitmap: true if handled. WRMSR
 * of a reserved bit raises #GP(0). */
bool vmx_x2apic_read(CPUX86State *env, uint32_t msr, uint64_t *val,
                     uintptr_t ra);
bool vmx_x2apic_write(CPUX86State *env, uint32_t msr, uint64_t val,
                      uintptr_t ra);

#endif
