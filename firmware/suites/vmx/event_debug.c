/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug exceptions: single-stepping, breakpoints, what is pending */
#include "event.h"

#define DR6_CLEAN 0xffff0ff0ull
#define DR7_G0    2ull
#define DR7_GD    (1ull << 13)
#define DR7_WRITE0 (1ull << 16)

static uint64_t read_dr6(void)
{
    uint64_t v;

    asm volatile("mov %%dr6, %0" : "=r"(v));
    return v;
}

static void clear_dr6(void)
{
    asm volatile("mov %0, %%dr6" : : "r"(DR6_CLEAN));
}

static void set_dr0(const void *linear)
{
    asm volatile("mov %0, %%dr0" : : "r"(linear));
}

static void intercept_db(void)
{
    vmset(VMCS_EXCEPTION_BITMAP, 1u << VEC_DB);
    vmset(VMCS_ENTRY_CTLS, ENTRY_LOAD_DEBUG);
    clear_dr6();
}

static void expect_db(const VmxRun *run, uint64_t qualification,
                      const char *rip)
{
    EXPECT_EXIT(*run, EXIT_EXCEPTION);
    FW_EQUAL(run->intr_info, INTR_VALID | INTR_HW_EXC | VEC_DB);
    FW_EQUAL(run->qualification, qualification);
    FW_EQUAL(run->rip, rip);
    FW_EQUAL(read_dr6(), DR6_CLEAN);
    FW_EQUAL(vmread(VMCS_GUEST_PENDING_DBG_EXCEPTIONS), 0);
}

FW_CASE(db_step, "vmx.event.db-single-step", "SDM 3C, 28.2.1",
        "A single-step trap exits with BS, DR6 as it was")
{
    VmxRun run;

    intercept_db();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_TF);
    run = event_run(ev_nops);
    expect_db(&run, DBG_BS, ev_nops + 1);
    run = vm_continue();
    expect_db(&run, DBG_BS, ev_nops + 2);
}

FW_CASE(db_step_idt, "vmx.event.db-single-step-delivered", "SDM 3B, 18.2.3",
        "A single-step trap that does not exit sets DR6.BS")
{
    VmxRun run;

    event_idt(VEC_DB);
    clear_dr6();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_TF);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops + 1);
    FW_EQUAL(read_dr6(), DR6_CLEAN | DBG_BS);
    clear_dr6();
}

FW_CASE(db_step_mov_ss, "vmx.event.db-single-step-mov-ss", "SDM 3A, 6.8.3",
        "The single-step trap of MOV SS comes with the next instruction")
{
    VmxRun run;

    intercept_db();
    guest_regs.rdi = SEL_DATA;
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_TF);
    run = event_run(ev_mov_ss);
    expect_db(&run, DBG_BS, ev_mov_ss + 3);
}

FW_CASE(db_code, "vmx.event.db-instruction-breakpoint", "SDM 3C, 28.2.1",
        "An instruction breakpoint is a fault with B0")
{
    VmxRun run;

    intercept_db();
    set_dr0(ev_nops + 1);
    vmwrite(VMCS_GUEST_DR7, 0x400 | DR7_G0);
    run = event_run(ev_nops);
    expect_db(&run, DBG_B0, ev_nops + 1);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_RF);
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_VMCALL);
}

FW_CASE(db_code_mov_ss, "vmx.event.db-instruction-breakpoint-mov-ss",
        "SDM 3A, 6.8.3; 3C, table 25-3",
        "Blocking by MOV SS suppresses an instruction breakpoint")
{
    VmxRun run;

    intercept_db();
    set_dr0(ev_nops);
    vmwrite(VMCS_GUEST_DR7, 0x400 | DR7_G0);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
}

FW_CASE(db_data, "vmx.event.db-data-breakpoint", "SDM 3C, 28.2.1",
        "A data breakpoint is a trap with B0")
{
    VmxRun run;

    intercept_db();
    set_dr0(scratch(11));
    vmwrite(VMCS_GUEST_DR7, 0x400 | DR7_G0 | DR7_WRITE0);
    guest_regs.rdi = (uint64_t)scratch(11);
    run = event_run(ev_store);
    expect_db(&run, DBG_B0, ev_store + 2);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_TF);
    run = event_run(ev_store);
    expect_db(&run, DBG_B0 | DBG_BS, ev_store + 2);
}

FW_CASE(db_data_mov_ss, "vmx.event.db-data-breakpoint-mov-ss",
        "SDM 3A, 6.8.3", "The data breakpoint of MOV SS waits for the next"
        " instruction")
{
    uint16_t *word = scratch(11);
    VmxRun run;

    intercept_db();
    *word = SEL_DATA;
    set_dr0(word);
    vmwrite(VMCS_GUEST_DR7, 0x400 | DR7_G0 | 3ull << 16 | 1ull << 18);
    guest_regs.rdi = (uint64_t)word;
    run = event_run(ev_mov_ss_load);
    expect_db(&run, DBG_B0, ev_mov_ss_load + 3);
}

FW_CASE(db_detect, "vmx.event.db-general-detect", "SDM 3C, 28.1, 28.2.1",
        "General detect exits with BD; DR7.GD stays set in the guest")
{
    VmxRun run;

    if (!vmx_may_set(CTL_EXIT, EXIT_SAVE_DEBUG)) {
        FW_SKIP("saving debug controls is not offered");
    }
    intercept_db();
    vmset(VMCS_EXIT_CTLS, EXIT_SAVE_DEBUG);
    vmwrite(VMCS_GUEST_DR7, 0x400 | DR7_GD);
    run = event_run(ev_get_dr7);
    expect_db(&run, DBG_BD, ev_get_dr7);
    FW_EQUAL(vmread(VMCS_GUEST_DR7), 0x400 | DR7_GD);
}

/* Pending debug exceptions at VM entry (27.7.3) -------------------------- */

FW_CASE(pending_step, "vmx.event.pending-bs", "SDM 3C, 27.7.3",
        "BS pending at VM entry comes before the first instruction")
{
    VmxRun run;

    intercept_db();
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_BS);
    run = event_run(ev_nops);
    expect_db(&run, DBG_BS, ev_nops);
}

FW_CASE(pending_enabled, "vmx.event.pending-breakpoint", "SDM 3C, 27.7.3",
        "B0 pending at VM entry counts only with the enabled-breakpoint bit")
{
    VmxRun run;

    intercept_db();
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_B0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_VMCALL);
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_B0 | DBG_ENABLED);
    run = event_run(ev_nops);
    expect_db(&run, DBG_B0, ev_nops);
}

FW_CASE(pending_mov_ss, "vmx.event.pending-mov-ss", "SDM 3C, 27.7.3, 28.3.4",
        "Blocking by MOV SS holds a pending debug exception for one"
        " instruction, or across another exit")
{
    VmxRun run;

    intercept_db();
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_B0 | DBG_ENABLED);
    run = event_run(ev_nops);
    expect_db(&run, DBG_B0, ev_nops + 1);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_B0 | DBG_ENABLED);
    run = event_run(ev_handler);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_MOV_SS);
    FW_EQUAL(vmread(VMCS_GUEST_PENDING_DBG_EXCEPTIONS),
             DBG_B0 | DBG_ENABLED);
}

FW_CASE(pending_inject, "vmx.event.pending-injection", "SDM 3C, 27.7.3",
        "An injected hardware exception drops pending debug exceptions")
{
    VmxRun run;

    intercept_db();
    event_idt(VEC_UD);
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_BS);
    event_inject(INTR_HW_EXC | VEC_UD, 0, 0);
    run = event_run(ev_nops);
    EXPECT_DELIVERED(run, ev_nops);
}

FW_CASE(pending_window, "vmx.event.pending-before-window", "SDM 3C, 27.7.3",
        "A pending debug exception comes before the interrupt window")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_INTR_WINDOW);
    intercept_db();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_BS);
    run = event_run(ev_nops);
    expect_db(&run, DBG_BS, ev_nops);
}

FW_CASE(pending_mtf, "vmx.event.pending-after-mtf", "SDM 3C, 26.5.2, 28.3.4",
        "The MTF exit comes before the single-step trap and saves it")
{
    VmxRun run;

    VMX_NEED(CTL_PROC, PROC_MTF);
    intercept_db();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_TF);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_MTF);
    FW_EQUAL(run.rip, ev_nops + 1);
    FW_EQUAL(vmread(VMCS_GUEST_PENDING_DBG_EXCEPTIONS), DBG_BS);
    run = vm_continue();
    expect_db(&run, DBG_BS, ev_nops + 1);
}

FW_CASE(pending_sti, "vmx.event.saved-bs", "SDM 3C, 27.3.1.5, 28.3.4",
        "An exit under blocking by MOV SS with TF saves BS, so that the state"
        " can be entered again")
{
    VmxRun run;

    intercept_db();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_TF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, DBG_BS);
    run = event_run(ev_handler);
    EXPECT_EXIT(run, EXIT_VMCALL);
    FW_EQUAL(vmread(VMCS_GUEST_PENDING_DBG_EXCEPTIONS), DBG_BS);
    run = event_run(ev_nops);
    expect_db(&run, DBG_BS, ev_nops + 1);
}
