/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on guest non-register state and on PDPTEs */
#include "entry.h"

#define PENDING_BS (1u << 14)
#define DEBUGCTL_BTF (1u << 1)
#define LINK_POINTER_BAD 4
#define NMI_AFTER_STI_BAD 3
#define PDPTE_BAD 2

static bool activity(unsigned state)
{
    return rdmsr(MSR_VMX_MISC) >> (5 + state) & 1;
}

FW_CASE(entry_activity, "vmx.entry.activity-state", "SDM 3C, 27.3.1.5",
        "The activity state is one that is offered")
{
    unsigned state;

    EXPECT_GOOD();
    for (state = 1; state < 4; state++) {
        if (!activity(state)) {
            GUEST_BAD(VMCS_GUEST_ACTIVITY_STATE, state);
        }
    }
    GUEST_BAD(VMCS_GUEST_ACTIVITY_STATE, 4);
    GUEST_BAD(VMCS_GUEST_ACTIVITY_STATE, 1u << 31);
}

FW_CASE(entry_hlt_dpl, "vmx.entry.hlt-dpl", "SDM 3C, 27.3.1.5",
        "The HLT state is for DPL 0 of SS")
{
    ENTRY_NEED(activity(ACTIVITY_HLT));
    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_USER_CODE);
    vmset(VMCS_GUEST_CS_ACCESS_RIGHTS, 3 << 5);
    vmwrite(VMCS_GUEST_SS_SELECTOR, SEL_USER_DATA);
    vmset(VMCS_GUEST_SS_ACCESS_RIGHTS, 3 << 5);
    EXPECT_GOOD();
    GUEST_BAD(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
}

FW_CASE(entry_activity_blocking, "vmx.entry.activity-blocking",
        "SDM 3C, 27.3.1.5",
        "With blocking by STI or MOV SS the state is active")
{
    unsigned state;

    EXPECT_GOOD();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    for (state = 1; state < 4; state++) {
        vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
        GUEST_BAD(VMCS_GUEST_ACTIVITY_STATE, state);
        vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
        GUEST_BAD(VMCS_GUEST_ACTIVITY_STATE, state);
    }
}

static void bad_injection(uint32_t info)
{
    vmwrite(VMCS_ENTRY_INSTRUCTION_LEN, 1);
    GUEST_BAD(VMCS_ENTRY_INTR_INFO, INTR_VALID | info);
}

FW_CASE(entry_hlt_injection, "vmx.entry.hlt-injection", "SDM 3C, 27.3.1.5",
        "In the HLT state interrupts, NMI, #DB, #MC and MTF are injected only")
{
    ENTRY_NEED(activity(ACTIVITY_HLT));
    EXPECT_GOOD();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    bad_injection(INTR_HW_EXC | VEC_UD);
    bad_injection(INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP);
    bad_injection(INTR_SW_INTR | 0x50);
    bad_injection(INTR_PRIV_EXC | VEC_DB);
    bad_injection(INTR_SW_EXC | VEC_BP);
}

FW_CASE(entry_shutdown_injection, "vmx.entry.shutdown-injection",
        "SDM 3C, 27.3.1.5",
        "In the shutdown state NMI and #MC are injected only")
{
    ENTRY_NEED(activity(ACTIVITY_SHUTDOWN));
    EXPECT_GOOD();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_SHUTDOWN);
    bad_injection(INTR_EXTERNAL | 0x50);
    bad_injection(INTR_HW_EXC | VEC_DB);
    bad_injection(INTR_SW_INTR | 0x50);
}

FW_CASE(entry_sipi_injection, "vmx.entry.wait-for-sipi-injection",
        "SDM 3C, 27.3.1.5", "In the wait-for-SIPI state nothing is injected")
{
    ENTRY_NEED(activity(ACTIVITY_WAIT_SIPI));
    EXPECT_GOOD();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_WAIT_SIPI);
    bad_injection(INTR_EXTERNAL | 0x50);
    bad_injection(INTR_NMI | VEC_NMI);
    bad_injection(INTR_HW_EXC | 18);
}

FW_CASE(entry_blocking_reserved, "vmx.entry.interruptibility-reserved",
        "SDM 3C, 27.3.1.5",
        "Reserved bits of the interruptibility state are 0")
{
    int bit;

    EXPECT_GOOD();
    for (bit = 5; bit < 32; bit++) {
        GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, 1u << bit);
    }
}

FW_CASE(entry_blocking_both, "vmx.entry.interruptibility-both",
        "SDM 3C, 27.3.1.5", "Not both by STI and by MOV SS")
{
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    GOOD_WITH(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    GOOD_WITH(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI | BLOCKING_MOV_SS);
}

FW_CASE(entry_blocking_if, "vmx.entry.interruptibility-sti-if",
        "SDM 3C, 27.3.1.5", "Blocking by STI needs RFLAGS.IF")
{
    GOOD_WITH(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
}

FW_CASE(entry_blocking_external, "vmx.entry.interruptibility-external",
        "SDM 3C, 27.3.1.5",
        "No external interrupt is injected where STI or MOV SS block")
{
    EXPECT_GOOD();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    bad_injection(INTR_EXTERNAL | 0x50);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    bad_injection(INTR_EXTERNAL | 0x50);
}

FW_CASE(entry_blocking_nmi, "vmx.entry.interruptibility-nmi-mov-ss",
        "SDM 3C, 27.3.1.5", "No NMI is injected where MOV SS blocks")
{
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    EXPECT_GOOD();
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    bad_injection(INTR_NMI | VEC_NMI);
}

FW_CASE(entry_nmi_sti, "vmx.entry.interruptibility-nmi-sti",
        "SDM 3C, 27.3.1.5, 27.8",
        "An NMI where STI blocks is taken, or fails with qualification 3")
{
    VmxRun run;

    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    EXPECT_GOOD();
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    vmwrite(VMCS_ENTRY_INTR_INFO, INTR_VALID | INTR_NMI | VEC_NMI);
    vmwrite(VMCS_GUEST_IDTR_LIMIT, 0);
    run = vm_continue();
    if (run.reason == (EXIT_BAD_GUEST_STATE | EXIT_ENTRY_FAILURE)) {
        FW_EQUAL(run.qualification, NMI_AFTER_STI_BAD);
    } else {
        EXPECT_EXIT(run, EXIT_TRIPLE_FAULT);
    }
}

FW_CASE(entry_blocking_smi, "vmx.entry.interruptibility-smi",
        "SDM 3C, 27.3.1.5", "No blocking by SMI outside SMM")
{
    EXPECT_GOOD();
    GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_SMI);
}

FW_CASE(entry_virtual_nmi, "vmx.entry.interruptibility-virtual-nmi",
        "SDM 3C, 27.3.1.5",
        "With virtual NMIs no NMI is injected where NMIs are blocked")
{
    VMX_NEED(CTL_PIN, PIN_NMI);
    VMX_NEED(CTL_PIN, PIN_VIRTUAL_NMI);
    GOOD_WITH(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_NMI);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_NMI);
    bad_injection(INTR_NMI | VEC_NMI);
}

FW_CASE(entry_pending_reserved, "vmx.entry.pending-debug-reserved",
        "SDM 3C, 27.3.1.5",
        "Reserved bits of the pending debug exceptions are 0")
{
    int bit;

    EXPECT_GOOD();
    for (bit = 4; bit < 64; bit++) {
        /* 11: bus locks, 12: enabled breakpoint, 14: BS, 16: RTM */
        if (bit != 11 && bit != 12 && bit != 14 && bit != 16) {
            GUEST_BAD(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, 1ull << bit);
        }
    }
}

FW_CASE(entry_pending_bs_set, "vmx.entry.pending-debug-bs-set",
        "SDM 3C, 27.3.1.5",
        "BS is 1 where an instruction blocks and RFLAGS.TF steps")
{
    EXPECT_GOOD();
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_TF | RFLAGS_IF);
    GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    if (activity(ACTIVITY_HLT)) {
        GUEST_BAD(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    }
}

FW_CASE(entry_pending_bs_clear, "vmx.entry.pending-debug-bs-clear",
        "SDM 3C, 27.3.1.5",
        "BS is 0 where an instruction blocks and nothing steps")
{
    EXPECT_GOOD();
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, PENDING_BS);
    GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_TF | RFLAGS_IF);
    vmwrite(VMCS_GUEST_DEBUGCTL, DEBUGCTL_BTF);
    GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_MOV_SS);
    GUEST_BAD(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
}

static void bad_link(uint64_t pointer)
{
    vmwrite(VMCS_VMCS_LINK_POINTER, pointer);
    EXPECT_GUEST_BAD(LINK_POINTER_BAD);
}

FW_CASE(entry_link_address, "vmx.entry.link-pointer-address",
        "SDM 3C, 27.3.1.5, 27.8",
        "The VMCS link pointer has 4-KByte alignment and is in width")
{
    uint64_t good = (uint64_t)vmx_region(2);

    GOOD_WITH(VMCS_VMCS_LINK_POINTER, good);
    bad_link(good | 1);
    bad_link(good | 0x800);
    bad_link(good | entry_beyond());
    bad_link(good | 1ull << 63);
}

FW_CASE(entry_link_revision, "vmx.entry.link-pointer-revision",
        "SDM 3C, 27.3.1.5, 27.8",
        "What it points to has the VMCS revision identifier")
{
    uint32_t *region = vmx_region(2);

    GOOD_WITH(VMCS_VMCS_LINK_POINTER, (uint64_t)region);
    *region ^= 1;
    bad_link((uint64_t)region);
}

FW_CASE(entry_link_shadow, "vmx.entry.link-pointer-shadow",
        "SDM 3C, 27.3.1.5, 27.8",
        "Without VMCS shadowing it is not a shadow VMCS")
{
    uint32_t *region = vmx_region(2);

    GOOD_WITH(VMCS_VMCS_LINK_POINTER, (uint64_t)region);
    *region |= 1u << 31;
    bad_link((uint64_t)region);
}

FW_CASE(entry_link_current, "vmx.entry.link-pointer-current",
        "SDM 3C, 27.3.1.5, 27.8", "It is not the current VMCS")
{
    EXPECT_GOOD();
    bad_link((uint64_t)vmx_region(1));
}

/* A guest with PAE paging; its PDPTEs are in scratch page 0. */
static uint64_t *guest_pae_paging(void)
{
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_CODE32);
    vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE32);
    vmwrite(VMCS_GUEST_CR3, (uint64_t)scratch(0));
    return scratch(0);
}

static const uint64_t pdpte_reserved[] = {
    1ull << 1, 1ull << 2, 1ull << 5, 1ull << 6, 1ull << 7, 1ull << 8,
    1ull << 63,
};

/* A page directory without entries: fetching the first instruction faults. */
#define PDPTE_GOOD ((uint64_t)scratch(1) | 1)

static void expect_pdpte_taken(const char *file, int line)
{
    VmxRun run;

    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_PF);
    run = vm_continue();
    expect_exit(file, line, &run, EXIT_EXCEPTION);
}

FW_CASE(entry_pdpte_memory, "vmx.entry.pdpte-memory",
        "SDM 3C, 27.3.1.6, 27.8",
        "Without EPT reserved bits of the PDPTEs in memory are 0")
{
    uint64_t *pdpte = guest_pae_paging();
    unsigned i, n;

    pdpte[0] = PDPTE_GOOD;
    expect_pdpte_taken(__FILE__, __LINE__);
    for (n = 0; n < 4; n++) {
        for (i = 0; i < FW_ARRAY_SIZE(pdpte_reserved); i++) {
            pdpte[n] = PDPTE_GOOD | pdpte_reserved[i];
            EXPECT_GUEST_BAD(PDPTE_BAD);
        }
        pdpte[n] = PDPTE_GOOD | entry_beyond();
        EXPECT_GUEST_BAD(PDPTE_BAD);
        pdpte[n] = ~1ull;
        expect_pdpte_taken(__FILE__, __LINE__);
        pdpte[n] = n ? 0 : PDPTE_GOOD;
    }
}

FW_CASE(entry_pdpte_field, "vmx.entry.pdpte-field",
        "SDM 3C, 27.3.1.6, 27.8",
        "With EPT those of the PDPTE fields are")
{
    unsigned i, n;

    ENTRY_NEED(ept_enable());
    guest_pae_paging();
    for (n = 0; n < 4; n++) {
        vmwrite(VMCS_GUEST_PDPTE0 + 2 * n, 0);
    }
    vmwrite(VMCS_GUEST_PDPTE0, PDPTE_GOOD);
    expect_pdpte_taken(__FILE__, __LINE__);
    for (n = 0; n < 4; n++) {
        uint64_t field = VMCS_GUEST_PDPTE0 + 2 * n;

        for (i = 0; i < FW_ARRAY_SIZE(pdpte_reserved); i++) {
            vmwrite(field, PDPTE_GOOD | pdpte_reserved[i]);
            EXPECT_GUEST_BAD(PDPTE_BAD);
        }
        vmwrite(field, PDPTE_GOOD | entry_beyond());
        EXPECT_GUEST_BAD(PDPTE_BAD);
        vmwrite(field, n ? 0 : PDPTE_GOOD);
    }
}
