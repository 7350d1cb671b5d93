/* SPDX-License-Identifier: GPL-2.0-or-later */
/* INVEPT and INVVPID: types and descriptors */
#include "vmx.h"

#define CAP_INVEPT  (1ull << 20)
#define CAP_AD      (1ull << 21)
#define CAP_INVVPID (1ull << 32)
#define NONCANONICAL (1ull << 62)

static uint64_t caps(void)
{
    return vmx_may_set(CTL_PROC2, PROC2_EPT)
        || vmx_may_set(CTL_PROC2, PROC2_VPID) ? rdmsr(MSR_VMX_EPT_VPID) : 0;
}

#define NEED(cap)                                                         \
    do {                                                                  \
        if (!(caps() & (cap))) {                                          \
            FW_SKIP(#cap " is not offered");                              \
        }                                                                 \
    } while (0)

FW_CASE(invept_type, "vmx.insn.invept-type", "SDM 3C, 31.3 INVEPT",
        "INVEPT of a type that is not offered: error 28")
{
    const uint64_t bad[] = { 0, 3, 4, 0xffffffff, ~0ull };
    size_t i;

    NEED(CAP_INVEPT);
    for (i = 0; i < FW_ARRAY_SIZE(bad); i++) {
        EXPECT_ERROR(invept(bad[i], ept_pointer(), 0), 28);
    }
}

FW_CASE(invept_good, "vmx.insn.invept", "SDM 3C, 31.3 INVEPT",
        "INVEPT of a single context and of all contexts")
{
    NEED(CAP_INVEPT);
    if (caps() >> 25 & 1) {
        EXPECT_SUCCEED(invept(1, ept_pointer(), 0));
    }
    if (caps() >> 26 & 1) {
        EXPECT_SUCCEED(invept(2, 0, 0));
        EXPECT_SUCCEED(invept(2, ~0ull, 0));
    }
}

FW_CASE(invept_eptp, "vmx.insn.invept-eptp", "SDM 3C, 31.3 INVEPT",
        "INVEPT of a single context with an EPTP that VM entry refuses: error"
        " 28")
{
    uint64_t eptp = ept_pointer() & ~0xfffull;
    int type;

    NEED(CAP_INVEPT);
    if (!(caps() >> 25 & 1)) {
        FW_SKIP("the single-context type is not offered");
    }
    for (type = 0; type < 8; type++) {
        if (type != 0 && type != 6) {
            EXPECT_ERROR(invept(1, eptp | 3 << 3 | type, 0), 28);
        }
    }
    EXPECT_ERROR(invept(1, eptp | 2 << 3 | 6, 0), 28);
    EXPECT_ERROR(invept(1, eptp | 5 << 3 | 6, 0), 28);
    EXPECT_ERROR(invept(1, eptp | 1 << 8 | 3 << 3 | 6, 0), 28);
    EXPECT_ERROR(invept(1, eptp | 1 << 11 | 3 << 3 | 6, 0), 28);
    EXPECT_ERROR(invept(1, eptp | 1ull << vmx_physical_bits() | 3 << 3 | 6, 0),
                 28);
    if (caps() & CAP_AD) {
        EXPECT_SUCCEED(invept(1, eptp | 1 << 6 | 3 << 3 | 6, 0));
    } else {
        EXPECT_ERROR(invept(1, eptp | 1 << 6 | 3 << 3 | 6, 0), 28);
    }
}

FW_CASE(invvpid_type, "vmx.insn.invvpid-type", "SDM 3C, 31.3 INVVPID",
        "INVVPID of a type that is not offered: error 28")
{
    const uint64_t bad[] = { 4, 5, 0xffffffff, ~0ull };
    size_t i;

    NEED(CAP_INVVPID);
    for (i = 0; i < FW_ARRAY_SIZE(bad); i++) {
        EXPECT_ERROR(invvpid(bad[i], 1, 0), 28);
    }
}

FW_CASE(type_width, "vmx.insn.invept-type-64-bits",
        "SDM 3C, 31.3 INVEPT, INVVPID",
        "The type has 64 bits in 64-bit mode: error 28 for bit 32")
{
    NEED(CAP_INVEPT);
    EXPECT_ERROR(invept(2 | 1ull << 32, 0, 0), 28);
    if (caps() & CAP_INVVPID) {
        EXPECT_ERROR(invvpid(2 | 1ull << 32, 1, 0), 28);
    }
}

FW_CASE(invvpid_good, "vmx.insn.invvpid", "SDM 3C, 31.3 INVVPID",
        "INVVPID of each type that is offered")
{
    uint64_t type;

    NEED(CAP_INVVPID);
    for (type = 0; type < 4; type++) {
        if (caps() >> (40 + type) & 1) {
            EXPECT_SUCCEED(invvpid(type, 1, 0x1000));
            EXPECT_SUCCEED(invvpid(type, 0xffff, 0));
        } else {
            EXPECT_ERROR(invvpid(type, 1, 0x1000), 28);
        }
    }
}

FW_CASE(invvpid_zero, "vmx.insn.invvpid-vpid-zero", "SDM 3C, 31.3 INVVPID",
        "INVVPID with VPID 0: error 28, but for all contexts")
{
    uint64_t type;

    NEED(CAP_INVVPID);
    for (type = 0; type < 4; type++) {
        VmxInsn insn = invvpid(type, 0, 0);

        if (type == 2 && (caps() >> 42 & 1)) {
            EXPECT_SUCCEED(insn);
        } else {
            EXPECT_ERROR(insn, 28);
        }
    }
}

FW_CASE(invvpid_reserved, "vmx.insn.invvpid-reserved",
        "SDM 3C, 31.3 INVVPID",
        "INVVPID with bits 63:16 of the descriptor: error 28")
{
    uint64_t type;

    NEED(CAP_INVVPID);
    for (type = 0; type < 4; type++) {
        EXPECT_ERROR(invvpid(type, 1 | 1ull << 16, 0), 28);
        EXPECT_ERROR(invvpid(type, 1 | 1ull << 63, 0), 28);
    }
}

FW_CASE(invvpid_canonical, "vmx.insn.invvpid-canonical",
        "SDM 3C, 31.3 INVVPID",
        "INVVPID of an address that is not canonical: error 28; other types do"
        " not look at it")
{
    NEED(CAP_INVVPID);
    if (caps() >> 40 & 1) {
        EXPECT_ERROR(invvpid(0, 1, NONCANONICAL), 28);
        EXPECT_SUCCEED(invvpid(0, 1, ~0xfffull));
    }
    if (caps() >> 41 & 1) {
        EXPECT_SUCCEED(invvpid(1, 1, NONCANONICAL));
    }
    if (caps() >> 42 & 1) {
        EXPECT_SUCCEED(invvpid(2, 1, NONCANONICAL));
    }
}

static void invept_from(void *p)
{
    asm volatile("invept (%0), %1" : : "r"(p), "r"(2ull) : "cc", "memory");
}

static void invvpid_from(void *p)
{
    asm volatile("invvpid (%0), %1" : : "r"(p), "r"(2ull) : "cc", "memory");
}

FW_CASE(invalidate_fault, "vmx.insn.invept-operand-fault",
        "SDM 3C, 31.3 INVEPT, INVVPID",
        "A descriptor that is not mapped raises #PF")
{
    void *far = (void *)(1ull << 40);

    NEED(CAP_INVEPT);
    FW_EQUAL(x86_try(invept_from, far, NULL), VEC_PF);
    if (caps() & CAP_INVVPID) {
        FW_EQUAL(x86_try(invvpid_from, far, NULL), VEC_PF);
    }
}
