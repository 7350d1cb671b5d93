/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on the controls of APIC virtualization and posted interrupts */
#include "apicv.h"
#include "entry.h"

#define PROC3_IPI_VIRT (1ull << 4)

FW_CASE(entry_virtual_apic, "vmx.entry.virtual-apic-address",
        "SDM 3C, 27.2.1.1",
        "The virtual-APIC address has 4-KByte alignment and is in width")
{
    APICV_NEED(apicv_tpr_shadow());
    ADDRESS_CHECKED(VMCS_VIRTUAL_APIC_ADDR, 12);
}

FW_CASE(entry_tpr_threshold, "vmx.entry.tpr-threshold", "SDM 3C, 27.2.1.1",
        "Bits 31:4 of the TPR threshold are 0")
{
    int bit;

    APICV_NEED(apicv_tpr_shadow());
    *apicv_register(APIC_TPR) = 0xff;
    GOOD_WITH(VMCS_TPR_THRESHOLD, 0xf);
    for (bit = 4; bit < 32; bit++) {
        CONTROLS_BAD(VMCS_TPR_THRESHOLD, 1u << bit);
    }
}

FW_CASE(entry_tpr_vtpr, "vmx.entry.tpr-threshold-vtpr", "SDM 3C, 27.2.1.1",
        "The TPR threshold is not above VTPR[7:4]")
{
    APICV_NEED(apicv_tpr_shadow());
    *apicv_register(APIC_TPR) = 0x5f;
    GOOD_WITH(VMCS_TPR_THRESHOLD, 5);
    CONTROLS_BAD(VMCS_TPR_THRESHOLD, 6);
}

FW_CASE(entry_tpr_not_checked, "vmx.entry.tpr-threshold-not-checked",
        "SDM 3C, 27.2.1.1",
        "With virtual-interrupt delivery the TPR threshold is not checked")
{
    APICV_NEED(apicv_delivery(false));
    GOOD_WITH(VMCS_TPR_THRESHOLD, ~0u);
}

FW_CASE(entry_apic_access, "vmx.entry.apic-access-address",
        "SDM 3C, 27.2.1.1",
        "The APIC-access address has 4-KByte alignment and is in width")
{
    APICV_NEED(apicv_access());
    ADDRESS_CHECKED(VMCS_APIC_ACCESS_ADDR, 12);
}

FW_CASE(entry_x2apic_shadow, "vmx.entry.x2apic-mode-tpr-shadow",
        "SDM 3C, 27.2.1.1", "Virtualizing x2APIC mode needs the TPR shadow")
{
    APICV_NEED(apicv_x2apic());
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(VMCS_PROC_CTLS, PROC_TPR_SHADOW);
}

FW_CASE(entry_register_shadow, "vmx.entry.apic-register-tpr-shadow",
        "SDM 3C, 27.2.1.1", "APIC-register virtualization needs the TPR shadow")
{
    APICV_NEED(apicv_tpr_shadow());
    VMX_NEED(CTL_PROC2, PROC2_APIC_REG);
    EXPECT_GOOD();
    vmclr(VMCS_PROC_CTLS, PROC_TPR_SHADOW);
    EXPECT_CONTROLS_BAD();
}

FW_CASE(entry_delivery_shadow, "vmx.entry.delivery-tpr-shadow",
        "SDM 3C, 27.2.1.1", "Virtual-interrupt delivery needs the TPR shadow")
{
    APICV_NEED(apicv_delivery(true));
    EXPECT_GOOD();
    vmclr(VMCS_PROC_CTLS, PROC_TPR_SHADOW);
    EXPECT_CONTROLS_BAD();
}

FW_CASE(entry_x2apic_page, "vmx.entry.x2apic-mode-apic-access",
        "SDM 3C, 27.2.1.1",
        "x2APIC mode and APIC accesses are not virtualized together")
{
    APICV_NEED(apicv_x2apic());
    EXPECT_GOOD();
    APICV_NEED(apicv_access());
    EXPECT_CONTROLS_BAD();
}

FW_CASE(entry_delivery_extint, "vmx.entry.delivery-external-interrupts",
        "SDM 3C, 27.2.1.1",
        "Virtual-interrupt delivery needs external-interrupt exiting")
{
    APICV_NEED(apicv_delivery(false));
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(VMCS_PIN_CTLS, PIN_EXT_INTR);
}

FW_CASE(entry_posted_delivery, "vmx.entry.posted-delivery",
        "SDM 3C, 27.2.1.1",
        "Posted interrupts need virtual-interrupt delivery")
{
    APICV_NEED(apicv_posted());
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(VMCS_SECONDARY_PROC_CTLS, PROC2_VID);
}

FW_CASE(entry_posted_ack, "vmx.entry.posted-acknowledge", "SDM 3C, 27.2.1.1",
        "Posted interrupts need acknowledge interrupt on exit")
{
    APICV_NEED(apicv_posted());
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(VMCS_EXIT_CTLS, EXIT_ACK_INTR);
}

FW_CASE(entry_posted_vector, "vmx.entry.posted-vector", "SDM 3C, 27.2.1.1",
        "Bits 15:8 of the notification vector are 0")
{
    int bit;

    APICV_NEED(apicv_posted());
    GOOD_WITH(VMCS_POSTED_INTR_NV, 0xff);
    for (bit = 8; bit < 16; bit++) {
        CONTROLS_BAD(VMCS_POSTED_INTR_NV, 1u << bit);
    }
}

FW_CASE(entry_posted_descriptor, "vmx.entry.posted-descriptor",
        "SDM 3C, 27.2.1.1",
        "The descriptor has 64-byte alignment and is in width")
{
    APICV_NEED(apicv_posted());
    GOOD_WITH(VMCS_POSTED_INTR_DESC_ADDR,
              vmread(VMCS_POSTED_INTR_DESC_ADDR) + 64);
    ADDRESS_CHECKED(VMCS_POSTED_INTR_DESC_ADDR, 6);
    ADDRESS_CHECKED(VMCS_POSTED_INTR_DESC_ADDR, 1);
}

static bool ipi_virtualization(void)
{
    if (!apicv_delivery(false) || !vmx_set(CTL_PROC, PROC_TERTIARY)
        || !(rdmsr(MSR_VMX_PROC3) & PROC3_IPI_VIRT)) {
        return false;
    }
    vmwrite(VMCS_TERTIARY_PROC_CTLS, PROC3_IPI_VIRT);
    vmwrite(VMCS_PID_POINTER_TABLE, (uint64_t)scratch(25));
    vmwrite(VMCS_LAST_PID_POINTER_INDEX, 0);
    return true;
}

FW_CASE(entry_ipi_shadow, "vmx.entry.ipi-virtualization-tpr-shadow",
        "SDM 3C, 27.2.1.1", "IPI virtualization needs the TPR shadow")
{
    APICV_NEED(ipi_virtualization());
    EXPECT_GOOD();
    vmwrite(VMCS_SECONDARY_PROC_CTLS, 0);
    EXPECT_GOOD();
    vmclr(VMCS_PROC_CTLS, PROC_TPR_SHADOW);
    EXPECT_CONTROLS_BAD();
}

FW_CASE(entry_ipi_table, "vmx.entry.ipi-virtualization-table",
        "SDM 3C, 27.2.1.1",
        "The PID-pointer table has 8-byte alignment and its end is in width")
{
    APICV_NEED(ipi_virtualization());
    ADDRESS_CHECKED(VMCS_PID_POINTER_TABLE, 3);
    vmwrite(VMCS_PID_POINTER_TABLE, entry_beyond() - 8);
    EXPECT_GOOD();
    CONTROLS_BAD(VMCS_LAST_PID_POINTER_INDEX, 1);
}
