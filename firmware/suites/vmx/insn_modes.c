/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where VMX instructions raise #UD and #GP before they do anything */
#include "vmx.h"

typedef struct Stub {
    const char *name;
    const char *code;
} Stub;

/* RAX: address of a memory operand. INT3 tells that nothing was raised. The
 * bytes mean the same in 32-bit code. */
#define STUBS(X)                                                          \
    X(vmclear, "vmclear (%rax)")                                          \
    X(vmptrld, "vmptrld (%rax)")                                          \
    X(vmptrst, "vmptrst (%rax)")                                          \
    X(vmread, "vmread %rcx, %rdx")                                        \
    X(vmwrite, "vmwrite %rdx, %rcx")                                      \
    X(vmlaunch, "vmlaunch")                                               \
    X(vmresume, "vmresume")                                               \
    X(vmxoff, "vmxoff")                                                   \
    X(vmcall, "vmcall")                                                   \
    X(invept, "invept (%rax), %rcx")                                      \
    X(invvpid, "invvpid (%rax), %rcx")                                    \
    X(vmxon, "vmxon (%rax)")

#define CODE(name, insn) asm("code_" #name ": " insn "; int3");
STUBS(CODE)
#define DECLARE(name, insn) extern const char code_##name[];
STUBS(DECLARE)
#define ENTRY(name, insn) { #name, code_##name },
static const Stub stubs[] = { STUBS(ENTRY) };
#define VMXON_STUB (FW_ARRAY_SIZE(stubs) - 1)

static uint64_t operand[2] FW_ALIGNED(16);
static char user_stack[1024] FW_ALIGNED(16);

static void at_cpl0(void *code)
{
    asm volatile("jmp *%1" : : "a"(operand), "r"(code), "c"(0ull), "d"(0ull)
                 : "memory");
}

static void at_cpl3(void *code)
{
    asm volatile("push %1; push %2; push $2; push %3; push %4; iretq"
                 : : "a"(operand), "i"(SEL_USER_DATA),
                 "r"(user_stack + sizeof(user_stack)), "i"(SEL_USER_CODE),
                 "r"(code), "c"(0ull), "d"(0ull) : "memory");
}

static void in_compatibility_mode(void *code)
{
    asm volatile("push %1; push %2; lretq"
                 : : "a"(operand), "i"(SEL_CODE32), "r"(code), "c"(0ull),
                 "d"(0ull) : "memory");
}

static bool offered(const Stub *stub)
{
    uint32_t bit = !strncmp(stub->name, "invept", 7) ? PROC2_EPT
        : !strncmp(stub->name, "invvpid", 8) ? PROC2_VPID : 0;

    return !bit || vmx_may_set(CTL_PROC2, bit);
}

static void expect_all(void (*how)(void *), int vector, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        FwException e;

        if (!offered(&stubs[i])) {
            continue;
        }
        operand[0] = (uint64_t)vmx_region(2);
        x86_try(how, (void *)stubs[i].code, &e);
        FW_CHECK(e.vector == vector, "%s: vector %d, expected %d",
                 stubs[i].name, e.vector, vector);
        FW_CHECK(e.error == 0, "%s: error code 0x%lx", stubs[i].name, e.error);
    }
}

FW_CASE(modes_outside, "vmx.insn.ud-outside-vmx-operation",
        "SDM 3C, 31.3, each instruction",
        "Outside VMX operation all but VMXON raise #UD")
{
    EXPECT_SUCCEED(vmxoff());
    expect_all(at_cpl0, VEC_UD, VMXON_STUB);
}

FW_CASE(modes_outside_cpl3, "vmx.insn.ud-outside-before-gp",
        "SDM 3C, 31.3, each instruction",
        "Outside VMX operation #UD comes before #GP for CPL 3")
{
    EXPECT_SUCCEED(vmxoff());
    expect_all(at_cpl3, VEC_UD, VMXON_STUB);
}

FW_CASE(modes_cpl3, "vmx.insn.gp-cpl3", "SDM 3C, 31.3, each instruction",
        "In root operation at CPL 3 every instruction raises #GP(0)")
{
    expect_all(at_cpl3, VEC_GP, FW_ARRAY_SIZE(stubs));
}

FW_CASE(modes_compat, "vmx.insn.ud-compatibility-mode",
        "SDM 3C, 31.3, each instruction",
        "In compatibility mode every instruction raises #UD")
{
    expect_all(in_compatibility_mode, VEC_UD, FW_ARRAY_SIZE(stubs));
}

FW_CASE(modes_vmxon_cpl3, "vmx.insn.vmxon-cpl3", "SDM 3C, 31.3 VMXON",
        "VMXON outside VMX operation at CPL 3 raises #GP(0)")
{
    FwException e;

    EXPECT_SUCCEED(vmxoff());
    operand[0] = (uint64_t)vmx_region(0);
    x86_try(at_cpl3, (void *)stubs[VMXON_STUB].code, &e);
    FW_EQUAL(e.vector, VEC_GP);
}

asm("code_vmfunc: .byte 0x0f, 0x01, 0xd4; int3");
extern const char code_vmfunc[];

FW_CASE(modes_vmfunc, "vmx.insn.vmfunc-root", "SDM 3C, 31.3 VMFUNC",
        "VMFUNC outside non-root operation raises #UD")
{
    FW_EQUAL(x86_try(at_cpl0, (void *)code_vmfunc, NULL), VEC_UD);
    EXPECT_SUCCEED(vmxoff());
    FW_EQUAL(x86_try(at_cpl0, (void *)code_vmfunc, NULL), VEC_UD);
}

asm("code_invept_register: .byte 0x66, 0x0f, 0x38, 0x80, 0xc0; int3");
extern const char code_invept_register[];

FW_CASE(modes_register, "vmx.insn.register-form",
        "SDM 3C, 31.3 INVEPT", "INVEPT has no register form: #UD")
{
    FW_EQUAL(x86_try(at_cpl0, (void *)code_invept_register, NULL), VEC_UD);
}
