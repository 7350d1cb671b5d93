/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks on guest segment registers */
#include "entry.h"
#include "intercept.h"

enum { ES, CS, SS, DS, FS, GS, LDTR, TR };

#define SELECTOR(n) (VMCS_GUEST_ES_SELECTOR + 2 * (n))
#define BASE(n)     (VMCS_GUEST_ES_BASE + 2 * (n))
#define LIMIT(n)    (VMCS_GUEST_ES_LIMIT + 2 * (n))
#define RIGHTS(n)   (VMCS_GUEST_ES_ACCESS_RIGHTS + 2 * (n))

#define AR_S   (1u << 4)
#define AR_DPL (3u << 5)
#define AR_P   (1u << 7)
#define AR_L   (1u << 13)
#define AR_DB  (1u << 14)
#define AR_G   (1u << 15)
#define AR_LDT 0x82

static const int data[] = { ES, DS, FS, GS };

/* Each type in the set is taken, each other is not. */
static void types(int seg, uint32_t good)
{
    uint32_t others = vmread(RIGHTS(seg)) & ~0xfu;
    uint32_t type;

    for (type = 0; type < 16; type++) {
        if (good >> type & 1) {
            GOOD_WITH(RIGHTS(seg), others | type);
        } else {
            GUEST_BAD(RIGHTS(seg), others | type);
        }
    }
}

static void usable_ldtr(void)
{
    vmwrite(SELECTOR(LDTR), 0x48);
    vmwrite(LIMIT(LDTR), 0xff);
    vmwrite(RIGHTS(LDTR), AR_LDT);
}

FW_CASE(entry_tr_ti, "vmx.entry.tr-selector", "SDM 3C, 27.3.1.2",
        "TR is not of the LDT")
{
    EXPECT_GOOD();
    GUEST_BAD_BITS(SELECTOR(TR), 4);
}

FW_CASE(entry_ldtr_ti, "vmx.entry.ldtr-selector", "SDM 3C, 27.3.1.2",
        "A usable LDTR is not of the LDT")
{
    GOOD_WITH(SELECTOR(LDTR), 4);
    usable_ldtr();
    EXPECT_GOOD();
    GUEST_BAD_BITS(SELECTOR(LDTR), 4);
}

FW_CASE(entry_ss_rpl, "vmx.entry.ss-rpl", "SDM 3C, 27.3.1.2",
        "The RPLs of SS and CS are the same")
{
    EXPECT_GOOD();
    GUEST_BAD_BITS(SELECTOR(SS), 1);
    GUEST_BAD_BITS(SELECTOR(CS), 3);
}

FW_CASE(entry_base_canonical, "vmx.entry.base-canonical", "SDM 3C, 27.3.1.2",
        "The bases of FS, GS and TR are canonical")
{
    static const int which[] = { FS, GS, TR };
    unsigned i;

    EXPECT_GOOD();
    for (i = 0; i < FW_ARRAY_SIZE(which); i++) {
        GUEST_BAD(BASE(which[i]), NON_CANONICAL);
        GUEST_BAD(BASE(which[i]), 1ull << 63);
    }
}

FW_CASE(entry_ldtr_base, "vmx.entry.ldtr-base", "SDM 3C, 27.3.1.2",
        "The base of a usable LDTR is canonical")
{
    GOOD_WITH(BASE(LDTR), NON_CANONICAL);
    usable_ldtr();
    EXPECT_GOOD();
    GUEST_BAD(BASE(LDTR), NON_CANONICAL);
}

FW_CASE(entry_base_32, "vmx.entry.base-32", "SDM 3C, 27.3.1.2",
        "The bases of CS, and of usable SS, DS, ES, have 32 bits")
{
    static const int which[] = { SS, DS, ES };
    unsigned i;

    EXPECT_GOOD();
    GUEST_BAD_BITS(BASE(CS), BIT32);
    for (i = 0; i < FW_ARRAY_SIZE(which); i++) {
        uint64_t rights = vmread(RIGHTS(which[i]));

        GUEST_BAD_BITS(BASE(which[i]), BIT32);
        vmwrite(RIGHTS(which[i]), AR_UNUSABLE);
        GOOD_WITH(BASE(which[i]), BIT32);
        vmwrite(RIGHTS(which[i]), rights);
    }
}

FW_CASE(entry_cs_type, "vmx.entry.cs-type", "SDM 3C, 27.3.1.2",
        "CS is accessed code")
{
    types(CS, 1 << 9 | 1 << 11 | 1 << 13 | 1 << 15);
}

FW_CASE(entry_cs_type_unrestricted, "vmx.entry.cs-type-unrestricted",
        "SDM 3C, 27.3.1.2", "CS of an unrestricted guest may be data, type 3")
{
    if (!ept_enable()) {
        FW_SKIP("EPT is not offered");
    }
    VMX_NEED(CTL_PROC2, PROC2_UNRESTRICTED);
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmclr(VMCS_GUEST_CR0, CR0_PG);
    vmwrite(RIGHTS(CS), AR_CODE32);
    EXPECT_GOOD();
    types(CS, 1 << 3 | 1 << 9 | 1 << 11 | 1 << 13 | 1 << 15);
}

FW_CASE(entry_cs_dpl_data, "vmx.entry.cs-dpl-data", "SDM 3C, 27.3.1.2",
        "With type 3 the DPLs of CS and of SS are 0")
{
    if (!ept_enable()) {
        FW_SKIP("EPT is not offered");
    }
    VMX_NEED(CTL_PROC2, PROC2_UNRESTRICTED);
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmclr(VMCS_GUEST_CR0, CR0_PG);
    vmwrite(RIGHTS(CS), AR_DATA32);
    EXPECT_GOOD();
    GUEST_BAD_BITS(RIGHTS(CS), AR_DPL);
    GUEST_BAD_BITS(RIGHTS(SS), AR_DPL);
}

GUEST(wide, "mov $0x1122334455667788, %rsi");

FW_CASE(entry_cs_unusable, "vmx.entry.cs-unusable",
        "SDM 3C, 27.3.1.2, 27.3.2.2",
        "The unusable bit of CS is not checked: a 64-bit guest runs")
{
    vmwrite(RIGHTS(CS), AR_CODE64 | AR_UNUSABLE);
    RUNS(wide);
    FW_EQUAL(guest_regs.rsi, 0x1122334455667788);
}

FW_CASE(entry_ss_type, "vmx.entry.ss-type", "SDM 3C, 27.3.1.2",
        "A usable SS is accessed data that can be written")
{
    types(SS, 1 << 3 | 1 << 7);
    vmset(RIGHTS(SS), AR_UNUSABLE);
    GOOD_WITH(RIGHTS(SS), AR_UNUSABLE | 0xf);
}

FW_CASE(entry_data_type, "vmx.entry.data-type", "SDM 3C, 27.3.1.2",
        "Usable DS, ES, FS, GS are accessed, and code only if readable")
{
    unsigned i;

    for (i = 0; i < FW_ARRAY_SIZE(data); i++) {
        types(data[i], 0xaaaa & ~(1 << 9 | 1 << 13));
        GOOD_WITH(RIGHTS(data[i]), AR_UNUSABLE);
    }
}

static void each_segment(uint32_t bits)
{
    int seg;

    EXPECT_GOOD();
    for (seg = ES; seg <= GS; seg++) {
        GUEST_BAD_BITS(RIGHTS(seg), bits);
        if (seg != CS) {
            GOOD_WITH(RIGHTS(seg), (vmread(RIGHTS(seg)) ^ bits) | AR_UNUSABLE);
        }
    }
}

FW_CASE(entry_s, "vmx.entry.segment-s", "SDM 3C, 27.3.1.2",
        "S of CS and of usable registers is 1")
{
    each_segment(AR_S);
}

FW_CASE(entry_p, "vmx.entry.segment-p", "SDM 3C, 27.3.1.2",
        "P of CS and of usable registers is 1")
{
    each_segment(AR_P);
}

FW_CASE(entry_ar_reserved, "vmx.entry.segment-reserved", "SDM 3C, 27.3.1.2",
        "Reserved bits of the access rights are 0")
{
    int bit;

    for (bit = 8; bit < 32; bit++) {
        if (bit < 12 || bit > 16) {
            each_segment(1u << bit);
        }
    }
}

FW_CASE(entry_g_low, "vmx.entry.segment-g-low", "SDM 3C, 27.3.1.2",
        "G is 0 where bits 11:0 of the limit are not all 1")
{
    int seg;

    EXPECT_GOOD();
    for (seg = ES; seg <= GS; seg++) {
        GUEST_BAD_BITS(LIMIT(seg), 1);
        GUEST_BAD_BITS(LIMIT(seg), 1 << 11);
    }
}

FW_CASE(entry_g_high, "vmx.entry.segment-g-high", "SDM 3C, 27.3.1.2",
        "G is 1 where bits 31:20 of the limit are not all 0")
{
    int seg;

    EXPECT_GOOD();
    for (seg = ES; seg <= GS; seg++) {
        GUEST_BAD_BITS(RIGHTS(seg), AR_G);
        vmwrite(LIMIT(seg), 0xfffff);
        GOOD_WITH(RIGHTS(seg), vmread(RIGHTS(seg)) ^ AR_G);
        vmwrite(LIMIT(seg), 0xffffffff);
    }
}

FW_CASE(entry_cs_dpl, "vmx.entry.cs-dpl", "SDM 3C, 27.3.1.2",
        "The DPL of CS is that of SS, at most that for conforming code")
{
    uint32_t rights = vmread(RIGHTS(CS));

    EXPECT_GOOD();
    GUEST_BAD(RIGHTS(CS), rights | 1 << 5);
    GUEST_BAD(RIGHTS(CS), (rights & ~0xfu) | 9 | 3 << 5);
    GUEST_BAD(RIGHTS(CS), (rights & ~0xfu) | 13 | 1 << 5);
    GUEST_BAD(RIGHTS(CS), (rights & ~0xfu) | 15 | 3 << 5);
}

FW_CASE(entry_ss_dpl, "vmx.entry.ss-dpl", "SDM 3C, 27.3.1.2",
        "The DPL of SS is the RPL of its selector, even if it is unusable")
{
    uint32_t rights = vmread(RIGHTS(CS));

    EXPECT_GOOD();
    vmwrite(RIGHTS(CS), (rights & ~0xfu) | 15);
    EXPECT_GOOD();
    GUEST_BAD_BITS(RIGHTS(SS), 1 << 5);
    GUEST_BAD_BITS(RIGHTS(SS), 3 << 5);
    GUEST_BAD_BITS(RIGHTS(SS), 3 << 5 | AR_UNUSABLE);
}

FW_CASE(entry_data_dpl, "vmx.entry.data-dpl", "SDM 3C, 27.3.1.2",
        "The DPL of DS, ES, FS, GS is not below the RPL")
{
    unsigned i;

    EXPECT_GOOD();
    for (i = 0; i < FW_ARRAY_SIZE(data); i++) {
        GUEST_BAD_BITS(SELECTOR(data[i]), 1);
        GUEST_BAD_BITS(SELECTOR(data[i]), 3);
        vmset(RIGHTS(data[i]), AR_DPL);
        GOOD_WITH(SELECTOR(data[i]), vmread(SELECTOR(data[i])) | 3);
        vmclr(RIGHTS(data[i]), AR_DPL);
        vmwrite(RIGHTS(data[i]), (vmread(RIGHTS(data[i])) & ~0xfu) | 15);
        GOOD_WITH(SELECTOR(data[i]), vmread(SELECTOR(data[i])) | 3);
    }
}

FW_CASE(entry_cs_db, "vmx.entry.cs-db", "SDM 3C, 27.3.1.2",
        "In IA-32e mode CS does not have both L and D/B")
{
    EXPECT_GOOD();
    GUEST_BAD_BITS(RIGHTS(CS), AR_DB);
}

FW_CASE(entry_tr_type, "vmx.entry.tr-type", "SDM 3C, 27.3.1.2",
        "TR of an IA-32e mode guest is a busy 64-bit TSS")
{
    types(TR, 1 << 11);
}

FW_CASE(entry_tr_type_32, "vmx.entry.tr-type-32", "SDM 3C, 27.3.1.2",
        "TR of another guest may be a busy 16-bit TSS too")
{
    if (!ept_enable()) {
        FW_SKIP("EPT is not offered");
    }
    VMX_NEED(CTL_PROC2, PROC2_UNRESTRICTED);
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmclr(VMCS_GUEST_CR0, CR0_PG);
    vmwrite(RIGHTS(CS), AR_CODE32);
    types(TR, 1 << 3 | 1 << 11);
}

FW_CASE(entry_tr_rights, "vmx.entry.tr-rights", "SDM 3C, 27.3.1.2",
        "TR is usable and present, its S and reserved bits are 0")
{
    int bit;

    EXPECT_GOOD();
    GUEST_BAD_BITS(RIGHTS(TR), AR_UNUSABLE);
    GUEST_BAD_BITS(RIGHTS(TR), AR_P);
    GUEST_BAD_BITS(RIGHTS(TR), AR_S);
    for (bit = 8; bit < 32; bit++) {
        if (bit < 12 || bit > 16) {
            GUEST_BAD_BITS(RIGHTS(TR), 1u << bit);
        }
    }
}

FW_CASE(entry_tr_g, "vmx.entry.tr-g", "SDM 3C, 27.3.1.2",
        "G of TR fits its limit")
{
    EXPECT_GOOD();
    GUEST_BAD_BITS(RIGHTS(TR), AR_G);
    GUEST_BAD_BITS(LIMIT(TR), 1 << 20);
}

FW_CASE(entry_ldtr_rights, "vmx.entry.ldtr-rights", "SDM 3C, 27.3.1.2",
        "A usable LDTR is a present LDT, its reserved bits are 0")
{
    int bit;

    usable_ldtr();
    types(LDTR, 1 << 2);
    GUEST_BAD_BITS(RIGHTS(LDTR), AR_P);
    GUEST_BAD_BITS(RIGHTS(LDTR), AR_S);
    for (bit = 8; bit < 32; bit++) {
        if (bit < 12 || bit > 16) {
            GUEST_BAD_BITS(RIGHTS(LDTR), 1u << bit);
        }
    }
    GOOD_WITH(RIGHTS(LDTR), AR_UNUSABLE);
}

FW_CASE(entry_ldtr_g, "vmx.entry.ldtr-g", "SDM 3C, 27.3.1.2",
        "G of a usable LDTR fits its limit")
{
    usable_ldtr();
    EXPECT_GOOD();
    GUEST_BAD_BITS(RIGHTS(LDTR), AR_G);
    GUEST_BAD_BITS(LIMIT(LDTR), 1 << 20);
}

/* Segments of virtual-8086 mode; the rest of the state is not good for it
 * without a 32-bit guest. */
static bool virtual_8086(void)
{
    int seg;

    if (!ept_enable() || !vmx_set(CTL_PROC2, PROC2_UNRESTRICTED)) {
        return false;
    }
    vmclr(VMCS_ENTRY_CTLS, ENTRY_IA32E);
    vmclr(VMCS_GUEST_CR0, CR0_PG);
    vmset(VMCS_GUEST_RFLAGS, RFLAGS_VM);
    for (seg = ES; seg <= GS; seg++) {
        vmwrite(SELECTOR(seg), 0x100 * seg);
        vmwrite(BASE(seg), 0x1000 * seg);
        vmwrite(LIMIT(seg), 0xffff);
        vmwrite(RIGHTS(seg), 0xf3);
    }
    vmwrite(VMCS_GUEST_ACTIVITY_STATE, ACTIVITY_ACTIVE);
    vmwrite(VMCS_EXCEPTION_BITMAP, ~0u);
    vmwrite(VMCS_GUEST_RIP, 0x10);
    return true;
}

/* Whatever the guest does at CS:0010, it was entered. */
static void expect_entered(const char *file, int line)
{
    VmxRun run;

    /* A debug exception that is pending keeps it from doing anything. */
    vmwrite(VMCS_GUEST_PENDING_DBG_EXCEPTIONS, 1 << 12 | 1);
    run = vm_continue();
    expect_exit(file, line, &run, EXIT_EXCEPTION);
}

FW_CASE(entry_v8086_base, "vmx.entry.v8086-base", "SDM 3C, 27.3.1.2",
        "In virtual-8086 mode a base is its selector times 16")
{
    int seg;

    ENTRY_NEED(virtual_8086());
    expect_entered(__FILE__, __LINE__);
    for (seg = ES; seg <= GS; seg++) {
        GUEST_BAD_BITS(BASE(seg), 0x10);
        GUEST_BAD_BITS(SELECTOR(seg), 1);
    }
}

FW_CASE(entry_v8086_limit, "vmx.entry.v8086-limit", "SDM 3C, 27.3.1.2",
        "In virtual-8086 mode limits are FFFFH")
{
    int seg;

    ENTRY_NEED(virtual_8086());
    expect_entered(__FILE__, __LINE__);
    for (seg = ES; seg <= GS; seg++) {
        GUEST_BAD_BITS(LIMIT(seg), 1);
        GUEST_BAD_BITS(LIMIT(seg), 1 << 16);
    }
}

FW_CASE(entry_v8086_rights, "vmx.entry.v8086-rights", "SDM 3C, 27.3.1.2",
        "In virtual-8086 mode access rights are F3H")
{
    int seg, bit;

    ENTRY_NEED(virtual_8086());
    expect_entered(__FILE__, __LINE__);
    for (seg = ES; seg <= GS; seg++) {
        for (bit = 0; bit < 32; bit += 3) {
            GUEST_BAD_BITS(RIGHTS(seg), 1u << bit);
        }
        GUEST_BAD_BITS(RIGHTS(seg), AR_UNUSABLE);
    }
}
