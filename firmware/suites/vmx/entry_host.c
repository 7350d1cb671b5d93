/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on the host-state area */
#include "entry.h"

FW_CASE(entry_host_cr0_1, "vmx.entry.host-cr0-fixed-1", "SDM 3C, 27.2.2",
        "Bits of CR0 that are fixed to 1 are set")
{
    uint64_t fixed = rdmsr(MSR_VMX_CR0_FIXED0);
    int bit;

    EXPECT_GOOD();
    for (bit = 0; bit < 32; bit++) {
        if (fixed >> bit & 1) {
            HOST_BAD(VMCS_HOST_CR0, vmread(VMCS_HOST_CR0) & ~(1ull << bit));
        }
    }
}

FW_CASE(entry_host_cr0_0, "vmx.entry.host-cr0-fixed-0", "SDM 3C, 27.2.2",
        "Bits of CR0 that are fixed to 0 are clear")
{
    uint64_t fixed = rdmsr(MSR_VMX_CR0_FIXED1);
    int bit;

    EXPECT_GOOD();
    for (bit = 0; bit < 64; bit++) {
        if (!(fixed >> bit & 1)) {
            HOST_BAD(VMCS_HOST_CR0, vmread(VMCS_HOST_CR0) | 1ull << bit);
        }
    }
}

FW_CASE(entry_host_cr4_1, "vmx.entry.host-cr4-fixed-1", "SDM 3C, 27.2.2",
        "Bits of CR4 that are fixed to 1, such as VMXE, are set")
{
    EXPECT_GOOD();
    HOST_BAD(VMCS_HOST_CR4, vmread(VMCS_HOST_CR4) & ~CR4_VMXE);
}

FW_CASE(entry_host_cr4_0, "vmx.entry.host-cr4-fixed-0", "SDM 3C, 27.2.2",
        "Bits of CR4 that are fixed to 0 are clear")
{
    uint64_t fixed = rdmsr(MSR_VMX_CR4_FIXED1);
    int bit;

    EXPECT_GOOD();
    for (bit = 0; bit < 64; bit++) {
        if (!(fixed >> bit & 1)) {
            HOST_BAD(VMCS_HOST_CR4, vmread(VMCS_HOST_CR4) | 1ull << bit);
        }
    }
}

FW_CASE(entry_host_cr3, "vmx.entry.host-cr3", "SDM 3C, 27.2.2",
        "CR3 has no bits above the physical-address width")
{
    int bit;

    EXPECT_GOOD();
    for (bit = vmx_physical_bits(); bit < 64; bit++) {
        HOST_BAD_BITS(VMCS_HOST_CR3, 1ull << bit);
    }
}

#define CANONICAL_CASE(name, id, section, title, field)                   \
    FW_CASE(entry_host_##name, "vmx.entry.host-" id, section, title)      \
    {                                                                     \
        EXPECT_GOOD();                                                    \
        HOST_BAD(field, NON_CANONICAL);                                   \
        HOST_BAD(field, 1ull << 63);                                      \
    }

CANONICAL_CASE(sysenter_esp, "sysenter-esp", "SDM 3C, 27.2.2",
               "SYSENTER_ESP is canonical", VMCS_HOST_SYSENTER_ESP)
CANONICAL_CASE(sysenter_eip, "sysenter-eip", "SDM 3C, 27.2.2",
               "SYSENTER_EIP is canonical", VMCS_HOST_SYSENTER_EIP)
CANONICAL_CASE(fs_base, "fs-base", "SDM 3C, 27.2.3",
               "The base of FS is canonical", VMCS_HOST_FS_BASE)
CANONICAL_CASE(gs_base, "gs-base", "SDM 3C, 27.2.3",
               "The base of GS is canonical", VMCS_HOST_GS_BASE)
CANONICAL_CASE(tr_base, "tr-base", "SDM 3C, 27.2.3",
               "The base of TR is canonical", VMCS_HOST_TR_BASE)
CANONICAL_CASE(gdtr_base, "gdtr-base", "SDM 3C, 27.2.3",
               "The base of GDTR is canonical", VMCS_HOST_GDTR_BASE)
CANONICAL_CASE(idtr_base, "idtr-base", "SDM 3C, 27.2.3",
               "The base of IDTR is canonical", VMCS_HOST_IDTR_BASE)

FW_CASE(entry_host_pat, "vmx.entry.host-pat", "SDM 3C, 27.2.2",
        "Each byte of the PAT is a memory type")
{
    uint64_t good;
    int byte, type;

    VMX_NEED(CTL_EXIT, EXIT_LOAD_PAT);
    good = rdmsr(MSR_PAT);
    vmwrite(VMCS_HOST_PAT, good);
    EXPECT_GOOD();
    for (byte = 0; byte < 8; byte++) {
        for (type = 2; type < 256; type += type == 3 ? 5 : 31) {
            HOST_BAD(VMCS_HOST_PAT, (good & ~(0xffull << byte * 8))
                     | (uint64_t)type << byte * 8);
        }
    }
}

static bool host_efer(void)
{
    if (!vmx_set(CTL_EXIT, EXIT_LOAD_EFER)) {
        return false;
    }
    vmwrite(VMCS_HOST_EFER, rdmsr(MSR_EFER));
    return true;
}

FW_CASE(entry_host_efer_reserved, "vmx.entry.host-efer-reserved",
        "SDM 3C, 27.2.2", "Reserved bits of IA32_EFER are 0")
{
    int bit;

    ENTRY_NEED(host_efer());
    EXPECT_GOOD();
    for (bit = 1; bit < 64; bit++) {
        if (bit < 8 || bit == 9 || bit > 16) {
            HOST_BAD_BITS(VMCS_HOST_EFER, 1ull << bit);
        }
    }
}

FW_CASE(entry_host_efer_mode, "vmx.entry.host-efer-mode", "SDM 3C, 27.2.2",
        "LMA and LME equal the host address-space size")
{
    ENTRY_NEED(host_efer());
    EXPECT_GOOD();
    HOST_BAD_BITS(VMCS_HOST_EFER, EFER_LMA);
    HOST_BAD_BITS(VMCS_HOST_EFER, EFER_LME);
    HOST_BAD_BITS(VMCS_HOST_EFER, EFER_LMA | EFER_LME);
}

#define SELECTORS 7

FW_CASE(entry_host_rpl, "vmx.entry.host-selector-rpl", "SDM 3C, 27.2.3",
        "No selector has an RPL")
{
    int n;

    EXPECT_GOOD();
    for (n = 0; n < SELECTORS; n++) {
        HOST_BAD_BITS(VMCS_HOST_ES_SELECTOR + 2 * n, 1);
        HOST_BAD_BITS(VMCS_HOST_ES_SELECTOR + 2 * n, 2);
    }
}

FW_CASE(entry_host_ti, "vmx.entry.host-selector-ti", "SDM 3C, 27.2.3",
        "No selector is of the LDT")
{
    int n;

    EXPECT_GOOD();
    for (n = 0; n < SELECTORS; n++) {
        HOST_BAD_BITS(VMCS_HOST_ES_SELECTOR + 2 * n, 4);
    }
}

FW_CASE(entry_host_cs, "vmx.entry.host-cs-null", "SDM 3C, 27.2.3",
        "The CS selector is not null")
{
    EXPECT_GOOD();
    HOST_BAD(VMCS_HOST_CS_SELECTOR, 0);
}

FW_CASE(entry_host_tr, "vmx.entry.host-tr-null", "SDM 3C, 27.2.3",
        "The TR selector is not null")
{
    EXPECT_GOOD();
    HOST_BAD(VMCS_HOST_TR_SELECTOR, 0);
}

FW_CASE(entry_host_null, "vmx.entry.host-data-null", "SDM 3C, 27.2.3",
        "Data selectors may be null, SS too for a 64-bit host")
{
    GOOD_WITH(VMCS_HOST_SS_SELECTOR, 0);
    GOOD_WITH(VMCS_HOST_DS_SELECTOR, 0);
    GOOD_WITH(VMCS_HOST_ES_SELECTOR, 0);
    GOOD_WITH(VMCS_HOST_FS_SELECTOR, 0);
    GOOD_WITH(VMCS_HOST_GS_SELECTOR, 0);
}

FW_CASE(entry_host_size, "vmx.entry.host-address-space", "SDM 3C, 27.2.4",
        "In IA-32e mode the host address-space size is 1")
{
    EXPECT_GOOD();
    if (!vmx_may_clear(CTL_EXIT, EXIT_HOST64)) {
        FW_SKIP("the host address-space size cannot be 0");
    }
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    HOST_BAD_BITS(VMCS_EXIT_CTLS, EXIT_HOST64);
}

FW_CASE(entry_host_pae, "vmx.entry.host-pae", "SDM 3C, 27.2.4",
        "A 64-bit host has CR4.PAE")
{
    EXPECT_GOOD();
    HOST_BAD_BITS(VMCS_HOST_CR4, CR4_PAE);
}

FW_CASE(entry_host_rip, "vmx.entry.host-rip", "SDM 3C, 27.2.4",
        "RIP of a 64-bit host is canonical")
{
    EXPECT_GOOD();
    HOST_BAD(VMCS_HOST_RIP, NON_CANONICAL);
    HOST_BAD(VMCS_HOST_RIP, 1ull << 63);
}
