/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on VM-execution control fields */
#include "entry.h"

#define EPTP_FIELDS 0x5eull /* write-back, page walk of 4 */
#define EPT_CAP_AD  (1ull << 21)

static void allowed_settings(VmxControls c)
{
    uint64_t field = vmx_control_field(c);
    int bit;

    for (bit = 0; bit < 32; bit++) {
        uint32_t mask = 1u << bit;

        if (!vmx_may_set(c, mask) && !(vmread(field) & mask)) {
            CONTROLS_BAD(field, vmread(field) | mask);
        }
        if (!vmx_may_clear(c, mask)) {
            CONTROLS_BAD(field, vmread(field) & ~mask);
        }
    }
}

#define ALLOWED_CASE(name, id, section, title, ctl)                       \
    FW_CASE(entry_allowed_##name, "vmx.entry.allowed-" id, section, title) \
    {                                                                     \
        EXPECT_GOOD();                                                    \
        allowed_settings(ctl);                                            \
        EXPECT_GOOD();                                                    \
    }

ALLOWED_CASE(pin, "pin", "SDM 3C, 27.2.1.1, A.3.1",
             "Pin-based controls are what the MSRs allow", CTL_PIN)
ALLOWED_CASE(proc, "proc", "SDM 3C, 27.2.1.1, A.3.2",
             "Primary processor-based controls are what the MSRs allow",
             CTL_PROC)
ALLOWED_CASE(exit, "exit", "SDM 3C, 27.2.1.2, A.4",
             "VM-exit controls are what the MSRs allow", CTL_EXIT)
ALLOWED_CASE(entry, "entry", "SDM 3C, 27.2.1.3, A.5",
             "VM-entry controls are what the MSRs allow", CTL_ENTRY)

FW_CASE(entry_allowed_proc2, "vmx.entry.allowed-proc2",
        "SDM 3C, 27.2.1.1, A.3.3",
        "Secondary processor-based controls are what the MSR allows")
{
    VMX_NEED(CTL_PROC2, 0);
    VMX_NEED(CTL_PROC, PROC_SECONDARY);
    EXPECT_GOOD();
    allowed_settings(CTL_PROC2);
}

FW_CASE(entry_proc2_inactive, "vmx.entry.proc2-inactive",
        "SDM 3C, 27.2.1.1",
        "Secondary controls that are not activated count as 0")
{
    VMX_NEED(CTL_PROC, PROC_SECONDARY);
    vmclr(VMCS_PROC_CTLS, PROC_SECONDARY);
    GOOD_WITH(VMCS_SECONDARY_PROC_CTLS, ~0u);
}

FW_CASE(entry_proc3, "vmx.entry.allowed-proc3", "SDM 3C, 27.2.1.1, A.3.4",
        "Tertiary processor-based controls are what the MSR allows")
{
    uint64_t allowed;
    int bit;

    VMX_NEED(CTL_PROC, PROC_TERTIARY);
    allowed = rdmsr(MSR_VMX_PROC3);
    vmwrite(VMCS_TERTIARY_PROC_CTLS, 0);
    EXPECT_GOOD();
    for (bit = 0; bit < 64; bit++) {
        if (!(allowed >> bit & 1)) {
            CONTROLS_BAD(VMCS_TERTIARY_PROC_CTLS, 1ull << bit);
        }
    }
}

FW_CASE(entry_cr3_targets, "vmx.entry.cr3-target-count", "SDM 3C, 27.2.1.1",
        "The CR3-target count is at most what IA32_VMX_MISC says")
{
    uint64_t most = rdmsr(MSR_VMX_MISC) >> 16 & 0x1ff;

    GOOD_WITH(VMCS_CR3_TARGET_COUNT, most);
    CONTROLS_BAD(VMCS_CR3_TARGET_COUNT, most + 1);
    CONTROLS_BAD(VMCS_CR3_TARGET_COUNT, ~0u);
}

FW_CASE(entry_io_bitmap_a, "vmx.entry.io-bitmap-a", "SDM 3C, 27.2.1.1",
        "The address of I/O bitmap A has 4-KByte alignment and is in width")
{
    VMX_NEED(CTL_PROC, PROC_IO_BITMAPS);
    vmwrite(VMCS_IO_BITMAP_A, (uint64_t)scratch(0));
    vmwrite(VMCS_IO_BITMAP_B, (uint64_t)scratch(1));
    ADDRESS_CHECKED(VMCS_IO_BITMAP_A, 12);
    ADDRESS_CHECKED(VMCS_IO_BITMAP_A, 1);
}

FW_CASE(entry_io_bitmap_b, "vmx.entry.io-bitmap-b", "SDM 3C, 27.2.1.1",
        "The address of I/O bitmap B likewise; neither matters when not used")
{
    VMX_NEED(CTL_PROC, PROC_IO_BITMAPS);
    vmwrite(VMCS_IO_BITMAP_A, (uint64_t)scratch(0));
    vmwrite(VMCS_IO_BITMAP_B, (uint64_t)scratch(1));
    ADDRESS_CHECKED(VMCS_IO_BITMAP_B, 12);
    vmclr(VMCS_PROC_CTLS, PROC_IO_BITMAPS);
    GOOD_WITH(VMCS_IO_BITMAP_B, ~0ull);
}

FW_CASE(entry_msr_bitmap, "vmx.entry.msr-bitmap", "SDM 3C, 27.2.1.1",
        "The MSR-bitmap address has 4-KByte alignment and is in width")
{
    VMX_NEED(CTL_PROC, PROC_MSR_BITMAPS);
    vmwrite(VMCS_MSR_BITMAP, (uint64_t)scratch(0));
    ADDRESS_CHECKED(VMCS_MSR_BITMAP, 12);
}

FW_CASE(entry_virtual_nmis, "vmx.entry.virtual-nmis", "SDM 3C, 27.2.1.1",
        "Virtual NMIs need NMI exiting")
{
    VMX_NEED(CTL_PIN, PIN_NMI);
    VMX_NEED(CTL_PIN, PIN_VIRTUAL_NMI);
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(VMCS_PIN_CTLS, PIN_NMI);
}

FW_CASE(entry_nmi_window, "vmx.entry.nmi-window", "SDM 3C, 27.2.1.1",
        "NMI-window exiting needs virtual NMIs")
{
    VMX_NEED(CTL_PROC, PROC_NMI_WINDOW);
    EXPECT_CONTROLS_BAD();
}

FW_CASE(entry_vpid, "vmx.entry.vpid", "SDM 3C, 27.2.1.1",
        "The VPID is not 0 where VPIDs are enabled")
{
    VMX_NEED(CTL_PROC2, PROC2_VPID);
    vmwrite(VMCS_VPID, 1);
    EXPECT_GOOD();
    CONTROLS_BAD(VMCS_VPID, 0);
}

FW_CASE(entry_eptp_type, "vmx.entry.eptp-memory-type", "SDM 3C, 27.2.1.1",
        "The memory type of the EPT pointer is one that is offered")
{
    uint64_t cap;
    unsigned type;

    ENTRY_NEED(ept_enable());
    cap = rdmsr(MSR_VMX_EPT_VPID);
    for (type = 0; type < 8; type++) {
        uint64_t value = (vmread(VMCS_EPT_POINTER) & ~7ull) | type;
        bool offered = (type == 0 && cap & 1 << 8)
            || (type == 6 && cap & 1 << 14);

        if (offered) {
            GOOD_WITH(VMCS_EPT_POINTER, value);
        } else {
            CONTROLS_BAD(VMCS_EPT_POINTER, value);
        }
    }
}

FW_CASE(entry_eptp_walk, "vmx.entry.eptp-walk-length", "SDM 3C, 27.2.1.1",
        "Its page-walk length is one that is offered")
{
    uint64_t others;
    unsigned length;

    ENTRY_NEED(ept_enable());
    others = vmread(VMCS_EPT_POINTER) & ~(7ull << 3);
    EXPECT_GOOD();
    for (length = 0; length < 8; length++) {
        if (length != 3 && length != 4) {
            CONTROLS_BAD(VMCS_EPT_POINTER, others | length << 3);
        }
    }
    if (!(rdmsr(MSR_VMX_EPT_VPID) & 1 << 7)) {
        CONTROLS_BAD(VMCS_EPT_POINTER, others | 4 << 3);
    }
}

FW_CASE(entry_eptp_ad, "vmx.entry.eptp-accessed-dirty", "SDM 3C, 27.2.1.1",
        "Its bit 6 is set only where accessed and dirty flags are offered")
{
    ENTRY_NEED(ept_enable());
    if (rdmsr(MSR_VMX_EPT_VPID) & EPT_CAP_AD) {
        GOOD_WITH(VMCS_EPT_POINTER, vmread(VMCS_EPT_POINTER) | 1 << 6);
    } else {
        CONTROLS_BAD(VMCS_EPT_POINTER, vmread(VMCS_EPT_POINTER) | 1 << 6);
    }
}

FW_CASE(entry_eptp_reserved, "vmx.entry.eptp-reserved", "SDM 3C, 27.2.1.1",
        "Its bits 11:8 and those above the physical-address width are 0")
{
    int bit;

    ENTRY_NEED(ept_enable());
    EXPECT_GOOD();
    for (bit = 8; bit <= 11; bit++) {
        CONTROLS_BAD_BITS(VMCS_EPT_POINTER, 1ull << bit);
    }
    for (bit = vmx_physical_bits(); bit < 64; bit++) {
        CONTROLS_BAD_BITS(VMCS_EPT_POINTER, 1ull << bit);
    }
}

FW_CASE(entry_unrestricted, "vmx.entry.unrestricted-guest",
        "SDM 3C, 27.2.1.1", "An unrestricted guest needs EPT")
{
    ENTRY_NEED(ept_enable());
    VMX_NEED(CTL_PROC2, PROC2_UNRESTRICTED);
    EXPECT_GOOD();
    CONTROLS_BAD_BITS(VMCS_SECONDARY_PROC_CTLS, PROC2_EPT);
}

FW_CASE(entry_tsc_multiplier, "vmx.entry.tsc-multiplier", "SDM 3C, 27.2.1.1",
        "The TSC multiplier is not 0 where TSC scaling is used")
{
    VMX_NEED(CTL_PROC2, PROC2_TSC_SCALING);
    vmwrite(VMCS_TSC_MULTIPLIER, 1ull << 48);
    EXPECT_GOOD();
    CONTROLS_BAD(VMCS_TSC_MULTIPLIER, 0);
}
