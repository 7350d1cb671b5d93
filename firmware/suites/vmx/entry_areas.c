/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on VM-exit and VM-entry control fields, event injection included */
#include "entry.h"

#define MISC_ZERO_LENGTH (1ull << 30)
#define BASIC_ANY_ERROR_CODE (1ull << 56)

FW_CASE(entry_save_timer, "vmx.entry.save-timer", "SDM 3C, 27.2.1.2",
        "Saving the preemption timer needs the timer")
{
    VMX_NEED(CTL_PIN, PIN_PREEMPTION_TIMER);
    VMX_NEED(CTL_EXIT, EXIT_SAVE_TIMER);
    vmwrite(VMCS_PREEMPTION_TIMER_VALUE, ~0u);
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(VMCS_PIN_CTLS, PIN_PREEMPTION_TIMER);
}

/* An area of one entry that any processor can load and store */
static void msr_area(uint64_t address, uint64_t count)
{
    uint64_t *entry = scratch(0);

    entry[0] = MSR_SYSENTER_CS;
    entry[1] = rdmsr(MSR_SYSENTER_CS);
    vmwrite(address, (uint64_t)entry);
    GOOD_WITH(address, ~0ull);
    vmwrite(count, 1);
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(address, 1);
    CONTROLS_BAD_BITS(address, 8);
    CONTROLS_BAD_BITS(address, entry_beyond());
    CONTROLS_BAD_BITS(address, 1ull << 63);
    vmwrite(address, entry_beyond() - 16);
    CONTROLS_BAD(count, 2);
}

FW_CASE(entry_exit_store, "vmx.entry.exit-msr-store-area", "SDM 3C, 27.2.1.2",
        "The VM-exit MSR-store area has 16-byte alignment, its end is in width")
{
    msr_area(VMCS_EXIT_MSR_STORE_ADDR, VMCS_EXIT_MSR_STORE_COUNT);
}

FW_CASE(entry_exit_load, "vmx.entry.exit-msr-load-area", "SDM 3C, 27.2.1.2",
        "The VM-exit MSR-load area has 16-byte alignment, its end is in width")
{
    msr_area(VMCS_EXIT_MSR_LOAD_ADDR, VMCS_EXIT_MSR_LOAD_COUNT);
}

FW_CASE(entry_entry_load, "vmx.entry.entry-msr-load-area", "SDM 3C, 27.2.1.3",
        "The VM-entry MSR-load area has 16-byte alignment, its end is in width")
{
    msr_area(VMCS_ENTRY_MSR_LOAD_ADDR, VMCS_ENTRY_MSR_LOAD_COUNT);
}

FW_CASE(entry_smm, "vmx.entry.smm", "SDM 3C, 27.2.1.3",
        "Outside SMM there is no entry to SMM nor its deactivation")
{
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(VMCS_ENTRY_CTLS, ENTRY_SMM);
    CONTROLS_BAD_BITS(VMCS_ENTRY_CTLS, ENTRY_DEACT_DUAL);
}

static void bad_event(uint32_t info)
{
    CONTROLS_BAD(VMCS_ENTRY_INTR_INFO, INTR_VALID | info);
}

FW_CASE(entry_event_not_valid, "vmx.entry.event-not-valid",
        "SDM 3C, 27.2.1.3", "Without the valid bit nothing of it is checked")
{
    vmwrite(VMCS_ENTRY_EXCEPTION_ERROR_CODE, ~0u);
    vmwrite(VMCS_ENTRY_INSTRUCTION_LEN, ~0u);
    GOOD_WITH(VMCS_ENTRY_INTR_INFO, ~INTR_VALID);
}

FW_CASE(entry_event_type_1, "vmx.entry.event-type-1", "SDM 3C, 27.2.1.3",
        "Interruption type 1 is reserved")
{
    EXPECT_GOOD();
    bad_event(1 << 8 | 0x50);
}

FW_CASE(entry_event_type_7, "vmx.entry.event-type-7", "SDM 3C, 27.2.1.3",
        "Type 7 has vector 0, and is there where the monitor trap flag is")
{
    EXPECT_GOOD();
    bad_event(INTR_OTHER | 1);
    if (!vmx_may_set(CTL_PROC, PROC_MTF)) {
        bad_event(INTR_OTHER | 0);
    }
}

FW_CASE(entry_event_nmi, "vmx.entry.event-nmi-vector", "SDM 3C, 27.2.1.3",
        "An NMI has vector 2")
{
    EXPECT_GOOD();
    bad_event(INTR_NMI | 0);
    bad_event(INTR_NMI | 3);
    bad_event(INTR_NMI | 0x82);
}

FW_CASE(entry_event_exception, "vmx.entry.event-exception-vector",
        "SDM 3C, 27.2.1.3", "A hardware exception has a vector up to 31")
{
    EXPECT_GOOD();
    bad_event(INTR_HW_EXC | 32);
    bad_event(INTR_HW_EXC | 255);
}

FW_CASE(entry_error_code_type, "vmx.entry.error-code-type",
        "SDM 3C, 27.2.1.3", "Only hardware exceptions have an error code")
{
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_ENTRY_INSTRUCTION_LEN, 1);
    EXPECT_GOOD();
    bad_event(INTR_EXTERNAL | INTR_ERROR_CODE | 0x50);
    bad_event(INTR_NMI | INTR_ERROR_CODE | 2);
    bad_event(INTR_SW_INTR | INTR_ERROR_CODE | VEC_GP);
    bad_event(INTR_PRIV_EXC | INTR_ERROR_CODE | 1);
    bad_event(INTR_SW_EXC | INTR_ERROR_CODE | 3);
}

static bool has_error_code(int vector)
{
    return vector == VEC_DF || vector == 17
        || (vector >= VEC_TS && vector <= VEC_PF);
}

FW_CASE(entry_error_code_missing, "vmx.entry.error-code-missing",
        "SDM 3C, 27.2.1.3", "Exceptions with an error code deliver it")
{
    int vector;

    if (rdmsr(MSR_VMX_BASIC) & BASIC_ANY_ERROR_CODE) {
        FW_SKIP("IA32_VMX_BASIC[56]: exceptions may deliver one or not");
    }
    EXPECT_GOOD();
    for (vector = 0; vector < 32; vector++) {
        if (has_error_code(vector)) {
            bad_event(INTR_HW_EXC | vector);
        }
    }
}

FW_CASE(entry_error_code_surplus, "vmx.entry.error-code-surplus",
        "SDM 3C, 27.2.1.3", "Exceptions without an error code deliver none")
{
    int vector;

    if (rdmsr(MSR_VMX_BASIC) & BASIC_ANY_ERROR_CODE) {
        FW_SKIP("IA32_VMX_BASIC[56]: exceptions may deliver one or not");
    }
    EXPECT_GOOD();
    for (vector = 0; vector < 32; vector++) {
        if (!has_error_code(vector) && vector != 21) {
            bad_event(INTR_HW_EXC | INTR_ERROR_CODE | vector);
        }
    }
}

FW_CASE(entry_error_code_real, "vmx.entry.error-code-real-mode",
        "SDM 3C, 27.2.1.3", "A guest with CR0.PE 0 gets no error code")
{
    if (!ept_enable()) {
        FW_SKIP("EPT is not offered");
    }
    VMX_NEED(CTL_PROC2, PROC2_UNRESTRICTED);
    EXPECT_GOOD();
    vmclr(VMCS_GUEST_CR0, CR0_PE | CR0_PG);
    bad_event(INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP);
}

FW_CASE(entry_event_reserved, "vmx.entry.event-reserved", "SDM 3C, 27.2.1.3",
        "Bits 30:12 of the interruption information are 0")
{
    int bit;

    EXPECT_GOOD();
    for (bit = 12; bit < 31; bit++) {
        bad_event(1u << bit | INTR_HW_EXC | VEC_UD);
    }
}

FW_CASE(entry_error_code_reserved, "vmx.entry.error-code-reserved",
        "SDM 3C, 27.2.1.3", "Bits 31:16 of the error code are 0")
{
    int bit;

    EXPECT_GOOD();
    for (bit = 16; bit < 32; bit++) {
        vmwrite(VMCS_ENTRY_EXCEPTION_ERROR_CODE, 1u << bit);
        bad_event(INTR_HW_EXC | INTR_ERROR_CODE | VEC_GP);
    }
}

FW_CASE(entry_event_length, "vmx.entry.event-length", "SDM 3C, 27.2.1.3",
        "Software events have an instruction length up to 15")
{
    EXPECT_GOOD();
    vmwrite(VMCS_ENTRY_INSTRUCTION_LEN, 16);
    bad_event(INTR_SW_INTR | 0x50);
    bad_event(INTR_PRIV_EXC | VEC_DB);
    bad_event(INTR_SW_EXC | VEC_BP);
}

FW_CASE(entry_event_length_0, "vmx.entry.event-length-0",
        "SDM 3C, 27.2.1.3, A.6",
        "Length 0 is taken only where IA32_VMX_MISC[30] says so")
{
    if (rdmsr(MSR_VMX_MISC) & MISC_ZERO_LENGTH) {
        FW_SKIP("IA32_VMX_MISC[30]: length 0 may be injected");
    }
    EXPECT_GOOD();
    vmwrite(VMCS_ENTRY_INSTRUCTION_LEN, 0);
    bad_event(INTR_SW_INTR | 0x50);
    bad_event(INTR_PRIV_EXC | VEC_DB);
    bad_event(INTR_SW_EXC | VEC_BP);
}
