/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on guest control registers, debug registers, MSRs, RIP and RFLAGS */
#include "entry.h"

#define CR4_PCIDE (1ull << 17)

static bool unrestricted(void)
{
    return ept_enable() && vmx_set(CTL_PROC2, PROC2_UNRESTRICTED);
}

FW_CASE(entry_guest_cr0_1, "vmx.entry.guest-cr0-fixed-1", "SDM 3C, 27.3.1.1",
        "Bits of CR0 that are fixed to 1 are set")
{
    uint64_t fixed = rdmsr(MSR_VMX_CR0_FIXED0);
    int bit;

    EXPECT_GOOD();
    for (bit = 0; bit < 32; bit++) {
        if (fixed >> bit & 1) {
            GUEST_BAD(VMCS_GUEST_CR0, vmread(VMCS_GUEST_CR0) & ~(1ull << bit));
        }
    }
}

FW_CASE(entry_guest_cr0_0, "vmx.entry.guest-cr0-fixed-0", "SDM 3C, 27.3.1.1",
        "Bits of CR0 that are fixed to 0 are clear")
{
    uint64_t fixed = rdmsr(MSR_VMX_CR0_FIXED1);
    int bit;

    EXPECT_GOOD();
    for (bit = 0; bit < 64; bit++) {
        if (!(fixed >> bit & 1)) {
            GUEST_BAD(VMCS_GUEST_CR0, vmread(VMCS_GUEST_CR0) | 1ull << bit);
        }
    }
}

FW_CASE(entry_guest_cr0_ne, "vmx.entry.guest-cr0-unrestricted",
        "SDM 3C, 27.3.1.1", "An unrestricted guest needs the other bits still")
{
    ENTRY_NEED(unrestricted());
    EXPECT_GOOD();
    GUEST_BAD(VMCS_GUEST_CR0, vmread(VMCS_GUEST_CR0) & ~CR0_NE);
}

FW_CASE(entry_guest_pg_pe, "vmx.entry.guest-cr0-pg-pe", "SDM 3C, 27.3.1.1",
        "Paging needs protection")
{
    ENTRY_NEED(unrestricted());
    EXPECT_GOOD();
    GUEST_BAD(VMCS_GUEST_CR0, vmread(VMCS_GUEST_CR0) & ~CR0_PE);
}

FW_CASE(entry_guest_cr4_1, "vmx.entry.guest-cr4-fixed-1", "SDM 3C, 27.3.1.1",
        "Bits of CR4 that are fixed to 1 are set")
{
    EXPECT_GOOD();
    GUEST_BAD(VMCS_GUEST_CR4, vmread(VMCS_GUEST_CR4) & ~CR4_VMXE);
}

FW_CASE(entry_guest_cr4_0, "vmx.entry.guest-cr4-fixed-0", "SDM 3C, 27.3.1.1",
        "Bits of CR4 that are fixed to 0 are clear")
{
    uint64_t fixed = rdmsr(MSR_VMX_CR4_FIXED1);
    int bit;

    EXPECT_GOOD();
    for (bit = 0; bit < 64; bit++) {
        if (!(fixed >> bit & 1)) {
            GUEST_BAD(VMCS_GUEST_CR4, vmread(VMCS_GUEST_CR4) | 1ull << bit);
        }
    }
}

FW_CASE(entry_guest_debugctl, "vmx.entry.guest-debugctl", "SDM 3C, 27.3.1.1",
        "Reserved bits of IA32_DEBUGCTL are 0 where it is loaded")
{
    int bit;

    VMX_NEED(CTL_ENTRY, ENTRY_LOAD_DEBUG);
    EXPECT_GOOD();
    for (bit = 16; bit < 64; bit++) {
        GUEST_BAD(VMCS_GUEST_DEBUGCTL, 1ull << bit);
    }
    GUEST_BAD(VMCS_GUEST_DEBUGCTL, 1 << 5);
}

FW_CASE(entry_guest_ia32e_pg, "vmx.entry.guest-ia32e-paging",
        "SDM 3C, 27.3.1.1", "An IA-32e mode guest has CR0.PG")
{
    ENTRY_NEED(unrestricted());
    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_CR0, CR0_PG);
}

FW_CASE(entry_guest_ia32e_pae, "vmx.entry.guest-ia32e-pae",
        "SDM 3C, 27.3.1.1", "An IA-32e mode guest has CR4.PAE")
{
    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_CR4, CR4_PAE);
}

/* A guest in 32-bit protected mode with PAE paging */
static void guest_32(void)
{
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_CODE32);
    vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE32);
    vmwrite(VMCS_GUEST_CR3, (uint64_t)scratch(0));
}

FW_CASE(entry_guest_pcide, "vmx.entry.guest-pcide", "SDM 3C, 27.3.1.1",
        "CR4.PCIDE is for IA-32e mode")
{
    if (!(rdmsr(MSR_VMX_CR4_FIXED1) & CR4_PCIDE)) {
        FW_SKIP("there are no PCIDs");
    }
    GOOD_WITH(VMCS_GUEST_CR4, vmread(VMCS_GUEST_CR4) | CR4_PCIDE);
    guest_32();
    GUEST_BAD_BITS(VMCS_GUEST_CR4, CR4_PCIDE);
}

FW_CASE(entry_guest_cr3, "vmx.entry.guest-cr3", "SDM 3C, 27.3.1.1",
        "CR3 has no bits above the physical-address width")
{
    int bit;

    EXPECT_GOOD();
    for (bit = vmx_physical_bits(); bit < 64; bit++) {
        GUEST_BAD_BITS(VMCS_GUEST_CR3, 1ull << bit);
    }
}

FW_CASE(entry_guest_dr7, "vmx.entry.guest-dr7", "SDM 3C, 27.3.1.1",
        "Bits 63:32 of DR7 are 0 where it is loaded")
{
    int bit;

    VMX_NEED(CTL_ENTRY, ENTRY_LOAD_DEBUG);
    EXPECT_GOOD();
    for (bit = 32; bit < 64; bit++) {
        GUEST_BAD_BITS(VMCS_GUEST_DR7, 1ull << bit);
    }
}

#define CANONICAL_CASE(name, id, section, title, field)                   \
    FW_CASE(entry_guest_##name, "vmx.entry.guest-" id, section, title)    \
    {                                                                     \
        EXPECT_GOOD();                                                    \
        GUEST_BAD(field, NON_CANONICAL);                                  \
        GUEST_BAD(field, 1ull << 63);                                     \
    }

CANONICAL_CASE(sysenter_esp, "sysenter-esp", "SDM 3C, 27.3.1.1",
               "SYSENTER_ESP is canonical", VMCS_GUEST_SYSENTER_ESP)
CANONICAL_CASE(sysenter_eip, "sysenter-eip", "SDM 3C, 27.3.1.1",
               "SYSENTER_EIP is canonical", VMCS_GUEST_SYSENTER_EIP)
CANONICAL_CASE(gdtr_base, "gdtr-base", "SDM 3C, 27.3.1.3",
               "The base of GDTR is canonical", VMCS_GUEST_GDTR_BASE)
CANONICAL_CASE(idtr_base, "idtr-base", "SDM 3C, 27.3.1.3",
               "The base of IDTR is canonical", VMCS_GUEST_IDTR_BASE)

FW_CASE(entry_guest_pat, "vmx.entry.guest-pat", "SDM 3C, 27.3.1.1",
        "Each byte of the PAT is a memory type")
{
    uint64_t good;
    int byte, type;

    VMX_NEED(CTL_ENTRY, ENTRY_LOAD_PAT);
    good = rdmsr(MSR_PAT);
    vmwrite(VMCS_GUEST_PAT, good);
    EXPECT_GOOD();
    for (byte = 0; byte < 8; byte++) {
        for (type = 2; type < 256; type += type == 3 ? 5 : 31) {
            GUEST_BAD(VMCS_GUEST_PAT, (good & ~(0xffull << byte * 8))
                      | (uint64_t)type << byte * 8);
        }
    }
}

static bool guest_efer(void)
{
    if (!vmx_set(CTL_ENTRY, ENTRY_LOAD_EFER)) {
        return false;
    }
    vmwrite(VMCS_GUEST_EFER, rdmsr(MSR_EFER));
    return true;
}

FW_CASE(entry_guest_efer_reserved, "vmx.entry.guest-efer-reserved",
        "SDM 3C, 27.3.1.1", "Reserved bits of IA32_EFER are 0")
{
    int bit;

    ENTRY_NEED(guest_efer());
    EXPECT_GOOD();
    for (bit = 1; bit < 64; bit++) {
        if (bit < 8 || bit == 9 || bit > 16) {
            GUEST_BAD_BITS(VMCS_GUEST_EFER, 1ull << bit);
        }
    }
}

FW_CASE(entry_guest_efer_lma, "vmx.entry.guest-efer-lma", "SDM 3C, 27.3.1.1",
        "LMA equals the control for an IA-32e mode guest")
{
    ENTRY_NEED(guest_efer());
    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_EFER, EFER_LMA);
    GUEST_BAD_BITS(VMCS_GUEST_EFER, EFER_LMA | EFER_LME);
}

FW_CASE(entry_guest_efer_lme, "vmx.entry.guest-efer-lme", "SDM 3C, 27.3.1.1",
        "With paging LME equals LMA")
{
    ENTRY_NEED(guest_efer());
    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_EFER, EFER_LME);
}

FW_CASE(entry_guest_gdtr_limit, "vmx.entry.guest-gdtr-limit",
        "SDM 3C, 27.3.1.3", "Bits 31:16 of GDTR's limit are 0")
{
    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_GDTR_LIMIT, 1 << 16);
    GUEST_BAD_BITS(VMCS_GUEST_GDTR_LIMIT, 1u << 31);
}

FW_CASE(entry_guest_idtr_limit, "vmx.entry.guest-idtr-limit",
        "SDM 3C, 27.3.1.3", "Bits 31:16 of IDTR's limit are 0")
{
    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_IDTR_LIMIT, 1 << 16);
    GUEST_BAD_BITS(VMCS_GUEST_IDTR_LIMIT, 1u << 31);
}

FW_CASE(entry_guest_rip_64, "vmx.entry.guest-rip-64", "SDM 3C, 27.3.1.4",
        "In 64-bit mode the bits of RIP above the linear-address width agree")
{
    EXPECT_GOOD();
    GUEST_BAD(VMCS_GUEST_RIP, NON_CANONICAL);
    GUEST_BAD(VMCS_GUEST_RIP, 1ull << 63);
}

FW_CASE(entry_guest_rip_edge, "vmx.entry.guest-rip-edge", "SDM 3C, 27.3.1.4",
        "The first address behind the canonical ones is taken, then is #GP")
{
    uint32_t r[4];
    VmxRun run;

    cpuid(0x80000008, 0, r);
    vmwrite(VMCS_EXCEPTION_BITMAP, 1u << VEC_GP);
    vmwrite(VMCS_GUEST_RIP, 1ull << ((r[0] >> 8 & 0xff) - 1));
    run = vm_continue();
    EXPECT_EXIT(run, EXIT_EXCEPTION);
    FW_EQUAL(run.intr_info & 0xff, VEC_GP);
}

FW_CASE(entry_guest_rip_32, "vmx.entry.guest-rip-32", "SDM 3C, 27.3.1.4",
        "Outside 64-bit mode bits 63:32 of RIP are 0")
{
    EXPECT_GOOD();
    vmwrite(VMCS_GUEST_CS_SELECTOR, SEL_CODE32);
    vmwrite(VMCS_GUEST_CS_ACCESS_RIGHTS, AR_CODE32);
    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_RIP, BIT32);
    GUEST_BAD_BITS(VMCS_GUEST_RIP, ~0ull << 32);
}

FW_CASE(entry_guest_rflags, "vmx.entry.guest-rflags-reserved",
        "SDM 3C, 27.3.1.4", "Reserved bits of RFLAGS are 0, bit 1 is 1")
{
    int bit;

    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_RFLAGS, 1 << 1);
    GUEST_BAD_BITS(VMCS_GUEST_RFLAGS, 1 << 3);
    GUEST_BAD_BITS(VMCS_GUEST_RFLAGS, 1 << 5);
    GUEST_BAD_BITS(VMCS_GUEST_RFLAGS, 1 << 15);
    for (bit = 22; bit < 64; bit++) {
        GUEST_BAD_BITS(VMCS_GUEST_RFLAGS, 1ull << bit);
    }
}

FW_CASE(entry_guest_vm, "vmx.entry.guest-rflags-vm", "SDM 3C, 27.3.1.4",
        "RFLAGS.VM is 0 in IA-32e mode")
{
    EXPECT_GOOD();
    GUEST_BAD_BITS(VMCS_GUEST_RFLAGS, RFLAGS_VM);
}

FW_CASE(entry_guest_if, "vmx.entry.guest-rflags-if", "SDM 3C, 27.3.1.4",
        "RFLAGS.IF is 1 where an external interrupt is injected")
{
    EXPECT_GOOD();
    GUEST_BAD(VMCS_ENTRY_INTR_INFO, INTR_VALID | INTR_EXTERNAL | 0x50);
}
