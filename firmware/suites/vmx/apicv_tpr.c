/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TPR shadow: MOV to and from CR8, TPR threshold */
#include "apicv.h"

#define VECTOR 0x50

GUEST(mov_from_cr8, "mov %cr8, %rsi");
GUEST(mov_to_cr8, "mov %rsi, %cr8");

FW_CASE(tpr_read_cr8, "vmx.apicv.tpr-read-cr8", "SDM 3C, 30.3",
        "MOV from CR8 reads bits 7:4 of VTPR")
{
    APICV_NEED(apicv_tpr_shadow());
    *apicv_register(APIC_TPR) = 0xabcd12a7;
    RUNS(mov_from_cr8);
    FW_EQUAL(guest_regs.rsi, 0xa);
}

FW_CASE(tpr_write_cr8, "vmx.apicv.tpr-write-cr8", "SDM 3C, 30.3",
        "MOV to CR8 writes bits 7:4 of VTPR and clears the others")
{
    uint64_t host_tpr = read_cr8();

    APICV_NEED(apicv_tpr_shadow());
    *apicv_register(APIC_TPR) = 0xffffffff;
    guest_regs.rsi = 9;
    RUNS(mov_to_cr8);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x90);
    FW_EQUAL(read_cr8(), host_tpr);
}

FW_CASE(tpr_cr8_reserved, "vmx.apicv.tpr-cr8-reserved", "SDM 3C, 30.3",
        "MOV to CR8 of a reserved bit is #GP and leaves VTPR alone")
{
    APICV_NEED(apicv_tpr_shadow());
    *apicv_register(APIC_TPR) = 0x30;
    guest_regs.rsi = 0x10;
    FAULTS(mov_to_cr8, VEC_GP);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x30);
}

FW_CASE(tpr_cr8_cpl, "vmx.apicv.tpr-cr8-cpl", "SDM 3C, 26.1.1",
        "MOV from CR8 at CPL 3 is #GP")
{
    APICV_NEED(apicv_tpr_shadow());
    guest_user();
    FAULTS(mov_from_cr8, VEC_GP);
}

FW_CASE(tpr_cr8_load_exiting, "vmx.apicv.tpr-cr8-load-exiting",
        "SDM 3C, 26.1.3, 30.3",
        "CR8-load exiting comes before the TPR shadow")
{
    APICV_NEED(apicv_tpr_shadow());
    VMX_NEED(CTL_PROC, PROC_CR8_LOAD);
    *apicv_register(APIC_TPR) = 0x30;
    EXPECT_FAULT_EXIT(mov_to_cr8, EXIT_CR, 8 | 0 << 4 | 6 << 8);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x30);
}

FW_CASE(tpr_cr8_store_exiting, "vmx.apicv.tpr-cr8-store-exiting",
        "SDM 3C, 26.1.3, 30.3",
        "CR8-store exiting comes before the TPR shadow")
{
    APICV_NEED(apicv_tpr_shadow());
    VMX_NEED(CTL_PROC, PROC_CR8_STORE);
    EXPECT_FAULT_EXIT(mov_from_cr8, EXIT_CR, 8 | 1 << 4 | 6 << 8);
}

FW_CASE(tpr_threshold_below, "vmx.apicv.tpr-threshold-below",
        "SDM 3C, 30.1.2 TPR Virtualization",
        "MOV to CR8 of less than the threshold is followed by an exit")
{
    APICV_NEED(apicv_tpr_shadow());
    *apicv_register(APIC_TPR) = 0x70;
    vmwrite(VMCS_TPR_THRESHOLD, 5);
    guest_regs.rsi = 4;
    EXPECT_TRAP_EXIT(mov_to_cr8, EXIT_TPR_THRESHOLD, 0);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x40);
}

FW_CASE(tpr_threshold_equal, "vmx.apicv.tpr-threshold-equal",
        "SDM 3C, 30.1.2 TPR Virtualization",
        "MOV to CR8 of the threshold itself does not exit")
{
    APICV_NEED(apicv_tpr_shadow());
    *apicv_register(APIC_TPR) = 0x70;
    vmwrite(VMCS_TPR_THRESHOLD, 5);
    guest_regs.rsi = 5;
    RUNS(mov_to_cr8);
}

FW_CASE(tpr_threshold_entry, "vmx.apicv.tpr-threshold-entry",
        "SDM 3C, 27.7.7 VM Exits Induced by the TPR Threshold",
        "With the APIC-access page a VM entry with less exits at once")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    *apicv_register(APIC_TPR) = 0x4f;
    vmwrite(VMCS_TPR_THRESHOLD, 5);
    EXPECT_FAULT_EXIT(mov_from_cr8, EXIT_TPR_THRESHOLD, 0);
    vmwrite(VMCS_TPR_THRESHOLD, 4);
    RUNS(mov_from_cr8);
}

FW_CASE(tpr_threshold_entry_masked, "vmx.apicv.tpr-threshold-entry-blocked",
        "SDM 3C, 27.7.7 VM Exits Induced by the TPR Threshold",
        "Neither RFLAGS.IF nor blocking by STI holds back that exit")
{
    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    vmwrite(VMCS_TPR_THRESHOLD, 5);
    EXPECT_FAULT_EXIT(mov_from_cr8, EXIT_TPR_THRESHOLD, 0);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    vmwrite(VMCS_GUEST_INTERRUPTIBILITY, BLOCKING_STI);
    EXPECT_FAULT_EXIT(mov_from_cr8, EXIT_TPR_THRESHOLD, 0);
    FW_EQUAL(vmread(VMCS_GUEST_INTERRUPTIBILITY), BLOCKING_STI);
}

FW_CASE(tpr_threshold_entry_inject, "vmx.apicv.tpr-threshold-entry-inject",
        "SDM 3C, 27.7.7 VM Exits Induced by the TPR Threshold",
        "The exit comes after the delivery of an injected event")
{
    VmxRun run;

    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    vmwrite(VMCS_TPR_THRESHOLD, 5);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_IF);
    event_idt(VECTOR);
    event_inject(INTR_EXTERNAL | VECTOR, 0, 0);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TPR_THRESHOLD);
    FW_EQUAL(run.rip, (uint64_t)ev_handler);
    FW_EQUAL(event_stack(0), (uint64_t)ev_nops);
}

FW_CASE(tpr_threshold_entry_hlt, "vmx.apicv.tpr-threshold-entry-hlt",
        "SDM 3C, 27.7.7 VM Exits Induced by the TPR Threshold",
        "The exit comes in the HLT state too, which is saved")
{
    VmxRun run;

    APICV_NEED(apicv_tpr_shadow());
    APICV_NEED(apicv_access());
    if (!(rdmsr(MSR_VMX_MISC) & 1 << 6)) {
        FW_SKIP("activity state HLT is not offered");
    }
    vmwrite(VMCS_TPR_THRESHOLD, 5);
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_HLT);
    run = event_run(ev_nops);
    EXPECT_EXIT(run, EXIT_TPR_THRESHOLD);
    FW_EQUAL(vmread(VMCS_GUEST_ACTIVITY_STATE), ACTIVITY_HLT);
}

FW_CASE(tpr_threshold_delivery, "vmx.apicv.tpr-threshold-with-delivery",
        "SDM 3C, 30.1.2 TPR Virtualization",
        "With virtual-interrupt delivery the threshold does not matter")
{
    APICV_NEED(apicv_delivery(true));
    vmwrite(VMCS_TPR_THRESHOLD, 0xff);
    *apicv_register(APIC_TPR) = 0x70;
    guest_regs.rsi = 2;
    RUNS(mov_to_cr8);
    FW_EQUAL(*apicv_register(APIC_TPR), 0x20);
}
