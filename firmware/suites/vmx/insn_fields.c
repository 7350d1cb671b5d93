/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMREAD and VMWRITE: encodings, widths, operands */
#include "vmx.h"

#define MISC_VMWRITE_ANY (1ull << 29)
#define TYPE_READ_ONLY 1
#define AR_STORED 0x1f0ffull

static uint64_t encoding_of(int width, int type, int index)
{
    return (uint64_t)width << 13 | (uint64_t)type << 10 | (uint64_t)index << 1;
}

static bool is_access_rights(uint64_t field)
{
    return field >= VMCS_GUEST_ES_ACCESS_RIGHTS
        && field <= VMCS_GUEST_ES_ACCESS_RIGHTS + 14;
}

static uint64_t mask_of(uint64_t field)
{
    static const uint64_t masks[] = { 0xffff, ~0ull, 0xffffffff, ~0ull };

    return is_access_rights(field) ? AR_STORED : masks[field >> 13 & 3];
}

/* Calls fn for each field that the processor has. */
static int for_each_field(void (*fn)(uint64_t field))
{
    int width, type, index, count = 0;

    for (width = 0; width < 4; width++) {
        for (type = 0; type < 4; type++) {
            for (index = 0; index < 64; index++) {
                uint64_t field = encoding_of(width, type, index), val = 0;
                VmxInsn insn = vmread_insn(field, &val);

                if (insn.exception < 0 && insn.result == VMX_SUCCEED) {
                    count++;
                    fn(field);
                } else {
                    EXPECT_ERROR(insn, 12);
                }
            }
        }
    }
    return count;
}

static bool read_only(uint64_t field)
{
    return (field >> 10 & 3) == TYPE_READ_ONLY
        && !(rdmsr(MSR_VMX_MISC) & MISC_VMWRITE_ANY);
}

static void check_round_trip(uint64_t field)
{
    const uint64_t patterns[] = { 0x5aa5c33c0ff01e2d, ~0ull, 0 };
    size_t i;

    if (read_only(field)) {
        return;
    }
    for (i = 0; i < FW_ARRAY_SIZE(patterns); i++) {
        uint64_t val;

        vmwrite(field, patterns[i]);
        val = vmread(field) & mask_of(field);
        FW_CHECK(val == (patterns[i] & mask_of(field)),
                 "field 0x%04lx: wrote 0x%lx, read 0x%lx", field, patterns[i],
                 val);
        if (~mask_of(field) & 0xffffffff00000000) {
            FW_CHECK(!(vmread(field) >> 32), "field 0x%04lx: high bits", field);
        }
    }
}

FW_CASE(fields_all, "vmx.insn.vmread-all-fields", "SDM 3D, appendix B",
        "Each field keeps what is written, cut to its width")
{
    int count = for_each_field(check_round_trip);

    FW_CHECK(count > 100, "%d fields", count);
}

static void check_high_access(uint64_t field)
{
    const uint64_t old = 0x1122334455667788;
    uint64_t val = 0;

    if ((field >> 13 & 3) != 1) {
        EXPECT_ERROR(vmread_insn(field | 1, &val), 12);
        EXPECT_ERROR(vmwrite_insn(field | 1, 0), 12);
        return;
    }
    if (read_only(field)) {
        return;
    }
    vmwrite(field, old);
    FW_EQUAL(vmread(field | 1), old >> 32);
    vmwrite(field | 1, 0xaaaabbbbccccdddd);
    FW_EQUAL(vmread(field), 0xccccdddd55667788);
}

FW_CASE(fields_high, "vmx.insn.vmread-high", "SDM 3C, 25.11.2",
        "The high half of a 64-bit field alone, and of no other field")
{
    for_each_field(check_high_access);
}

static void check_enum(uint64_t field)
{
    FW_CHECK((field & 0x3fe) <= (rdmsr(MSR_VMX_VMCS_ENUM) & 0x3fe),
             "field 0x%04lx is beyond IA32_VMX_VMCS_ENUM", field);
}

FW_CASE(fields_enum, "vmx.caps.vmcs-enum", "SDM 3D, A.9",
        "No field has a higher index than IA32_VMX_VMCS_ENUM says")
{
    for_each_field(check_enum);
    FW_EQUAL(rdmsr(MSR_VMX_VMCS_ENUM) & ~0x3feull, 0);
}

FW_CASE(fields_reserved, "vmx.insn.vmread-reserved-encoding",
        "SDM 3D, appendix B",
        "Reserved bits of an encoding, or bits 63:32: error 12")
{
    const uint64_t bits[] = { 1ull << 12, 1ull << 15, 1ull << 31, 1ull << 32,
                              1ull << 63 };
    uint64_t val = 0x55;
    size_t i;

    for (i = 0; i < FW_ARRAY_SIZE(bits); i++) {
        EXPECT_ERROR(vmread_insn(VMCS_GUEST_RIP | bits[i], &val), 12);
        EXPECT_ERROR(vmwrite_insn(VMCS_GUEST_RIP | bits[i], 1), 12);
    }
    FW_EQUAL(val, 0x55);
}

FW_CASE(fields_read_only, "vmx.insn.vmwrite-read-only",
        "SDM 3C, 31.3 VMWRITE",
        "VMWRITE to VM-exit information: error 13, unless IA32_VMX_MISC"
        " allows it")
{
    if (rdmsr(MSR_VMX_MISC) & MISC_VMWRITE_ANY) {
        EXPECT_SUCCEED(vmwrite_insn(VMCS_EXIT_REASON, 0x4711));
        FW_EQUAL(vmread(VMCS_EXIT_REASON), 0x4711);
    } else {
        EXPECT_ERROR(vmwrite_insn(VMCS_EXIT_REASON, 0x4711), 13);
    }
}

FW_CASE(fields_none, "vmx.insn.vmread-no-current", "SDM 3C, 31.3 VMREAD",
        "VMREAD and VMWRITE without a current VMCS: VMfailInvalid, before the"
        " encoding is looked at")
{
    uint64_t val = 0x99;

    EXPECT_SUCCEED(vmclear((uint64_t)vmx_region(1)));
    EXPECT_INVALID(vmread_insn(VMCS_GUEST_RIP, &val));
    EXPECT_INVALID(vmread_insn(~0ull, &val));
    EXPECT_INVALID(vmwrite_insn(VMCS_GUEST_RIP, 1));
    EXPECT_INVALID(vmwrite_insn(VMCS_EXIT_REASON, 1));
    FW_EQUAL(val, 0x99);
}

/* Memory operands ------------------------------------------------------------ */

static void vmread_to(void *p)
{
    asm volatile("vmread %1, (%0)" : : "r"(p), "r"((uint64_t)VMCS_GUEST_RSP)
                 : "cc", "memory");
}

static void vmread_unsupported_to(void *p)
{
    asm volatile("vmread %1, (%0)" : : "r"(p), "r"(~0ull) : "cc", "memory");
}

static void vmwrite_from(void *p)
{
    asm volatile("vmwrite (%0), %1" : : "r"(p), "r"((uint64_t)VMCS_GUEST_RSP)
                 : "cc", "memory");
}

FW_CASE(fields_memory, "vmx.insn.vmread-memory", "SDM 3C, 31.3 VMREAD",
        "Memory operands have 64 bits in 64-bit mode")
{
    uint64_t box[3] = { ~0ull, ~0ull, ~0ull };

    vmwrite(VMCS_GUEST_RSP, 0x0123456789abcdef);
    FW_EQUAL(x86_try(vmread_to, &box[1], NULL), -1);
    FW_EQUAL(box[0], ~0ull);
    FW_EQUAL(box[1], 0x0123456789abcdef);
    FW_EQUAL(box[2], ~0ull);
    box[1] = 0xfedcba9876543210;
    FW_EQUAL(x86_try(vmwrite_from, &box[1], NULL), -1);
    FW_EQUAL(vmread(VMCS_GUEST_RSP), 0xfedcba9876543210);
}

FW_CASE(fields_memory_fault, "vmx.insn.vmread-memory-fault",
        "SDM 3C, 31.3 VMREAD, VMWRITE",
        "A memory operand that is not mapped raises #PF; the field stays")
{
    void *far = (void *)(1ull << 40);
    FwException e;

    vmwrite(VMCS_GUEST_RSP, 0x1234);
    x86_try(vmread_to, far, &e);
    FW_EQUAL(e.vector, VEC_PF);
    FW_EQUAL(e.error, 2);
    x86_try(vmwrite_from, far, &e);
    FW_EQUAL(e.vector, VEC_PF);
    FW_EQUAL(e.error, 0);
    FW_EQUAL(vmread(VMCS_GUEST_RSP), 0x1234);
}

FW_CASE(fields_fail_no_store, "vmx.insn.vmread-failure-stores-nothing",
        "SDM 3C, 31.3 VMREAD",
        "VMREAD that fails does not write its memory operand")
{
    uint64_t box = 0x77;

    FW_EQUAL(x86_try(vmread_unsupported_to, &box, NULL), -1);
    FW_EQUAL(box, 0x77);
    FW_EQUAL(vmread(VMCS_VM_INSTRUCTION_ERROR), 12);
}
