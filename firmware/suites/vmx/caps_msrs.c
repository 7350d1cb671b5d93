/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capability MSRs, IA32_FEATURE_CONTROL and checks of WRMSR */
#include "vmx.h"

#define BASIC_TRUE (1ull << 55)
#define NONCANONICAL (1ull << 62)

typedef struct MsrAccess {
    uint32_t msr;
    uint64_t val;
} MsrAccess;

static void do_read(void *p)
{
    MsrAccess *a = p;

    a->val = rdmsr(a->msr);
}

static void do_write(void *p)
{
    MsrAccess *a = p;

    wrmsr(a->msr, a->val);
}

static int try_read(uint32_t msr)
{
    MsrAccess a = { .msr = msr };

    return x86_try(do_read, &a, NULL);
}

static int try_write(uint32_t msr, uint64_t val)
{
    MsrAccess a = { .msr = msr, .val = val };

    return x86_try(do_write, &a, NULL);
}

FW_CASE(caps_basic, "vmx.caps.basic", "SDM 3D, A.1",
        "IA32_VMX_BASIC: size, memory type, reserved bits")
{
    uint64_t basic = rdmsr(MSR_VMX_BASIC);
    uint64_t size = basic >> 32 & 0x1fff;

    FW_CHECK(!(basic & 1ull << 31), "bit 31 is set");
    FW_CHECK(size > 0 && size <= 4096, "size %lu", size);
    FW_EQUAL(basic >> 50 & 15, 6);
    FW_EQUAL(basic >> 48 & 1, 0);
}

/* Controls that are 1 where nothing is said of them */
static const struct {
    const char *name;
    uint32_t msr, exact;
    uint32_t default1;
} controls[] = {
    { "pin-based", MSR_VMX_PIN, MSR_VMX_TRUE_PIN, 0x16 },
    { "primary", MSR_VMX_PROC, MSR_VMX_TRUE_PROC, 0x0401e172 },
    { "exit", MSR_VMX_EXIT, MSR_VMX_TRUE_EXIT, 0x00036dff },
    { "entry", MSR_VMX_ENTRY, MSR_VMX_TRUE_ENTRY, 0x000011ff },
};

FW_CASE(caps_controls, "vmx.caps.controls", "SDM 3D, A.2 to A.5",
        "A control that must be 1 may be 1; the default1 class must be 1")
{
    size_t i;

    for (i = 0; i < FW_ARRAY_SIZE(controls); i++) {
        uint64_t val = rdmsr(controls[i].msr);
        uint32_t must = val, may = val >> 32;

        FW_CHECK(!(must & ~may), "%s: 0x%016lx", controls[i].name, val);
        FW_CHECK((must & controls[i].default1) == controls[i].default1,
                 "%s: 0x%016lx", controls[i].name, val);
    }
}

FW_CASE(caps_true, "vmx.caps.true-controls", "SDM 3D, A.2 to A.5",
        "The TRUE MSRs differ only in which default1 controls may be 0")
{
    size_t i;

    if (!(rdmsr(MSR_VMX_BASIC) & BASIC_TRUE)) {
        for (i = 0; i < FW_ARRAY_SIZE(controls); i++) {
            FW_EQUAL(try_read(controls[i].exact), VEC_GP);
        }
        return;
    }
    for (i = 0; i < FW_ARRAY_SIZE(controls); i++) {
        uint64_t val = rdmsr(controls[i].msr), t = rdmsr(controls[i].exact);

        FW_CHECK(t >> 32 == val >> 32, "%s: 0x%016lx, 0x%016lx",
                 controls[i].name, val, t);
        FW_CHECK(!((t ^ val) & ~(uint64_t)controls[i].default1),
                 "%s: 0x%016lx, 0x%016lx", controls[i].name, val, t);
        FW_CHECK(!(t & ~val & 0xffffffff), "%s: 0x%016lx, 0x%016lx",
                 controls[i].name, val, t);
    }
}

FW_CASE(caps_proc2, "vmx.caps.secondary", "SDM 3D, A.3.3",
        "Every secondary control may be 0; the MSR exists with the primary"
        " control")
{
    if (!vmx_may_set(CTL_PROC, PROC_SECONDARY)) {
        FW_EQUAL(try_read(MSR_VMX_PROC2), VEC_GP);
        return;
    }
    FW_EQUAL((uint32_t)rdmsr(MSR_VMX_PROC2), 0);
}

FW_CASE(caps_misc, "vmx.caps.misc", "SDM 3D, A.6",
        "IA32_VMX_MISC: timer rate, CR3 targets, EFER.LMA with unrestricted"
        " guest")
{
    uint64_t misc = rdmsr(MSR_VMX_MISC);

    FW_CHECK((misc >> 16 & 0x1ff) <= 256, "CR3 targets: %lu",
             misc >> 16 & 0x1ff);
    if (vmx_may_set(CTL_PROC2, 1u << 7)) {
        FW_CHECK(misc & 1u << 5, "unrestricted guest without bit 5");
    }
    FW_EQUAL(misc >> 31 & 1, 0);
}

FW_CASE(caps_fixed, "vmx.caps.fixed-cr", "SDM 3D, A.7, A.8",
        "A bit of CR0 or CR4 that must be 1 may be 1; PE, PG, VMXE are fixed")
{
    uint64_t cr0_0 = rdmsr(MSR_VMX_CR0_FIXED0);
    uint64_t cr0_1 = rdmsr(MSR_VMX_CR0_FIXED1);
    uint64_t cr4_0 = rdmsr(MSR_VMX_CR4_FIXED0);
    uint64_t cr4_1 = rdmsr(MSR_VMX_CR4_FIXED1);

    FW_EQUAL(cr0_0 & ~cr0_1, 0);
    FW_EQUAL(cr4_0 & ~cr4_1, 0);
    FW_EQUAL(cr0_0 & (CR0_PE | CR0_PG), CR0_PE | CR0_PG);
    FW_EQUAL(cr4_0 & CR4_VMXE, CR4_VMXE);
    FW_EQUAL(read_cr4() & ~cr4_1, 0);
}

FW_CASE(caps_ept_vpid, "vmx.caps.ept-vpid", "SDM 3D, A.10",
        "IA32_VMX_EPT_VPID_CAP exists with EPT or VPID, and says nothing of"
        " what is absent")
{
    bool ept = vmx_may_set(CTL_PROC2, PROC2_EPT);
    bool vpid = vmx_may_set(CTL_PROC2, PROC2_VPID);
    uint64_t val;

    if (!ept && !vpid) {
        FW_EQUAL(try_read(MSR_VMX_EPT_VPID), VEC_GP);
        return;
    }
    val = rdmsr(MSR_VMX_EPT_VPID);
    FW_CHECK(ept || !(uint32_t)val, "0x%016lx without EPT", val);
    FW_CHECK(vpid || !(val >> 32), "0x%016lx without VPID", val);
    FW_CHECK(!ept || (val & 1ull << 6), "no page walk of 4 levels");
}

FW_CASE(caps_vmfunc, "vmx.caps.vmfunc", "SDM 3D, A.11",
        "IA32_VMX_VMFUNC exists only with the control")
{
    FW_EQUAL(try_read(MSR_VMX_VMFUNC),
             vmx_may_set(CTL_PROC2, 1u << 13) ? -1 : VEC_GP);
}

FW_CASE(caps_write, "vmx.caps.read-only", "SDM 3D, appendix A",
        "WRMSR to a capability MSR raises #GP(0)")
{
    uint32_t msr;

    for (msr = MSR_VMX_BASIC; msr <= MSR_VMX_TRUE_ENTRY; msr++) {
        if (try_read(msr) == -1) {
            int vector = try_write(msr, rdmsr(msr));

            FW_CHECK(vector == VEC_GP, "MSR 0x%x: vector %d", msr, vector);
        }
    }
}

FW_CASE(caps_locked, "vmx.caps.feature-control-locked", "SDM 3C, 24.7",
        "WRMSR to IA32_FEATURE_CONTROL raises #GP(0) once it is locked")
{
    uint64_t val = rdmsr(MSR_FEATURE_CONTROL);

    FW_CHECK(val & 1, "not locked");
    FW_EQUAL(try_write(MSR_FEATURE_CONTROL, val), VEC_GP);
    FW_EQUAL(try_write(MSR_FEATURE_CONTROL, 0), VEC_GP);
    FW_EQUAL(rdmsr(MSR_FEATURE_CONTROL), val);
}

FW_CASE(msr_canonical, "vmx.caps.wrmsr-canonical", "SDM 2B, WRMSR",
        "WRMSR of an address that is not canonical raises #GP(0)")
{
    const uint32_t msrs[] = {
        MSR_SYSENTER_ESP, MSR_SYSENTER_EIP, MSR_LSTAR, MSR_FS_BASE,
        MSR_GS_BASE, MSR_KERNEL_GS_BASE,
    };
    size_t i;

    for (i = 0; i < FW_ARRAY_SIZE(msrs); i++) {
        uint64_t old = rdmsr(msrs[i]);
        int vector = try_write(msrs[i], NONCANONICAL);

        if (rdmsr(msrs[i]) != old) {
            wrmsr(msrs[i], old);
        }
        FW_CHECK(vector == VEC_GP, "MSR 0x%x: vector %d", msrs[i], vector);
    }
}

FW_CASE(msr_pat, "vmx.caps.wrmsr-pat", "SDM 3A, 12.12.2",
        "WRMSR of a reserved memory type to IA32_PAT raises #GP(0)")
{
    uint64_t old = rdmsr(MSR_PAT);
    int type;

    for (type = 0; type < 256; type++) {
        bool good = type < 8 && type != 2 && type != 3;
        int vector = try_write(MSR_PAT, (old & ~0xffull << 56)
                               | (uint64_t)type << 56);

        FW_CHECK(vector == (good ? -1 : VEC_GP), "type %d: vector %d", type,
                 vector);
    }
    wrmsr(MSR_PAT, old);
}

FW_CASE(msr_efer, "vmx.caps.wrmsr-efer", "SDM 3A, 2.2.1",
        "WRMSR of reserved bits to IA32_EFER, or of LME under paging, raises"
        " #GP(0)")
{
    uint64_t old = rdmsr(MSR_EFER);

    FW_EQUAL(try_write(MSR_EFER, old | 1ull << 1), VEC_GP);
    FW_EQUAL(try_write(MSR_EFER, old | 1ull << 9), VEC_GP);
    FW_EQUAL(try_write(MSR_EFER, old | 1ull << 32), VEC_GP);
    FW_EQUAL(try_write(MSR_EFER, old & ~EFER_LME), VEC_GP);
    FW_EQUAL(rdmsr(MSR_EFER), old);
}

FW_CASE(msr_tsc, "vmx.caps.wrmsr-tsc", "SDM 3B, 18.17",
        "RDTSC goes on from what WRMSR put into IA32_TIME_STAMP_COUNTER")
{
    const uint64_t ahead = 1ull << 50;
    uint64_t start = rdtsc(), now;

    wrmsr(MSR_TSC, start + ahead);
    now = rdtsc();
    wrmsr(MSR_TSC, now - ahead);
    FW_CHECK(now - start >= ahead, "0x%lx after 0x%lx", now, start);
    FW_CHECK(now - start < ahead + (1ull << 40), "0x%lx after 0x%lx", now,
             start);
    FW_CHECK(rdmsr(MSR_TSC) - start < 1ull << 40, "TSC not set back");
}

FW_CASE(msr_debugctl, "vmx.caps.wrmsr-debugctl", "SDM 3B, 18.4.1",
        "IA32_DEBUGCTL keeps BTF; reserved bits raise #GP(0)")
{
    uint64_t old = rdmsr(MSR_DEBUGCTL);

    FW_EQUAL(try_write(MSR_DEBUGCTL, old | 2), -1);
    if (rdmsr(MSR_DEBUGCTL) == old) {
        FW_SKIP("IA32_DEBUGCTL is not implemented");
    }
    FW_EQUAL(rdmsr(MSR_DEBUGCTL), old | 2);
    FW_EQUAL(try_write(MSR_DEBUGCTL, 1ull << 63), VEC_GP);
    wrmsr(MSR_DEBUGCTL, old);
}
