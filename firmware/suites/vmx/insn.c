/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMX instructions with their exceptions and flags */
#include "vmx.h"

typedef struct Op {
    uint64_t a, b;
    uint64_t flags;
    uint64_t descriptor[2];
} Op;

#define OP(name, body, ...)                                               \
    static void op_##name(void *p)                                        \
    {                                                                     \
        Op *op = p;                                                       \
                                                                          \
        asm volatile(body "; pushfq; pop %0" : "=&r"(op->flags)           \
                     __VA_ARGS__ : "cc", "memory");                       \
    }

OP(vmxon, "vmxon %1", : "m"(op->a))
OP(vmxoff, "vmxoff", :)
OP(vmclear, "vmclear %1", : "m"(op->a))
OP(vmptrld, "vmptrld %1", : "m"(op->a))
OP(vmptrst, "vmptrst %1", , "=m"(op->a) :)
OP(vmread, "vmread %2, %1", , "+r"(op->b) : "r"(op->a))
OP(vmwrite, "vmwrite %2, %1", : "r"(op->a), "r"(op->b))
OP(vmcall, "vmcall", :)
OP(vmlaunch, "vmlaunch", :)
OP(vmresume, "vmresume", :)
OP(invept, "invept %2, %1", : "r"(op->a), "m"(op->descriptor))
OP(invvpid, "invvpid %2, %1", : "r"(op->a), "m"(op->descriptor))

/* 31.2: success clears the six flags; each failure sets one of them. */
static VmxResult result_of(uint64_t flags)
{
    flags &= RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF
        | RFLAGS_OF;
    switch (flags) {
    case 0:
        return VMX_SUCCEED;
    case RFLAGS_CF:
        return VMX_FAIL_INVALID;
    case RFLAGS_ZF:
        return VMX_FAIL_VALID;
    default:
        return VMX_FLAGS_WRONG;
    }
}

static uint32_t vm_error(void)
{
    Op op = { .a = VMCS_VM_INSTRUCTION_ERROR };

    op_vmread(&op);
    return op.b;
}

static VmxInsn execute(void (*fn)(void *), Op *op)
{
    FwException exception;
    VmxInsn insn = { 0 };

    insn.exception = x86_try(fn, op, &exception);
    if (insn.exception >= 0) {
        insn.error = exception.error;
        return insn;
    }
    insn.result = result_of(op->flags);
    if (insn.result == VMX_FAIL_VALID) {
        insn.vm_error = vm_error();
    }
    return insn;
}

VmxInsn vmxon(uint64_t pa)
{
    return execute(op_vmxon, &(Op) { .a = pa });
}

VmxInsn vmxoff(void)
{
    return execute(op_vmxoff, &(Op) { 0 });
}

VmxInsn vmclear(uint64_t pa)
{
    return execute(op_vmclear, &(Op) { .a = pa });
}

VmxInsn vmptrld(uint64_t pa)
{
    return execute(op_vmptrld, &(Op) { .a = pa });
}

VmxInsn vmptrst(uint64_t *pa)
{
    Op op = { .a = 0x5a5a };
    VmxInsn insn = execute(op_vmptrst, &op);

    *pa = op.a;
    return insn;
}

VmxInsn vmread_insn(uint64_t field, uint64_t *val)
{
    Op op = { .a = field, .b = *val };
    VmxInsn insn = execute(op_vmread, &op);

    *val = op.b;
    return insn;
}

VmxInsn vmwrite_insn(uint64_t field, uint64_t val)
{
    return execute(op_vmwrite, &(Op) { .a = field, .b = val });
}

VmxInsn vmcall(void)
{
    return execute(op_vmcall, &(Op) { 0 });
}

VmxInsn vmlaunch_insn(void)
{
    return execute(op_vmlaunch, &(Op) { 0 });
}

VmxInsn vmresume_insn(void)
{
    return execute(op_vmresume, &(Op) { 0 });
}

VmxInsn invept(uint64_t type, uint64_t eptp, uint64_t reserved)
{
    return execute(op_invept, &(Op) {
        .a = type, .descriptor = { eptp, reserved },
    });
}

VmxInsn invvpid(uint64_t type, uint64_t vpid_qword, uint64_t linear)
{
    return execute(op_invvpid, &(Op) {
        .a = type, .descriptor = { vpid_qword, linear },
    });
}

static const char *const result_names[] = {
    "VMsucceed", "VMfailInvalid", "VMfailValid", "wrong flags",
};

void expect_insn(const char *file, int line, VmxInsn insn, VmxResult result,
                 uint32_t vm_error)
{
    if (insn.exception >= 0) {
        fw_fail(file, line, result_names[result], "exception %d",
                insn.exception);
    } else if (insn.result != result) {
        fw_fail(file, line, result_names[result], "%s, error %u",
                result_names[insn.result], insn.vm_error);
    } else if (insn.vm_error != vm_error) {
        fw_fail(file, line, result_names[result], "error %u, expected %u",
                insn.vm_error, vm_error);
    }
}

void expect_exception(const char *file, int line, VmxInsn insn, int vector)
{
    if (insn.exception < 0) {
        fw_fail(file, line, "exception", "%s, error %u, expected vector %d",
                result_names[insn.result], insn.vm_error, vector);
    } else if (insn.exception != vector) {
        fw_fail(file, line, "exception", "vector %d, expected %d",
                insn.exception, vector);
    } else if (insn.error) {
        fw_fail(file, line, "exception", "error code 0x%lx, expected 0",
                insn.error);
    }
}

uint64_t vmread(uint64_t field)
{
    uint64_t val = 0;
    VmxInsn insn = vmread_insn(field, &val);

    if (insn.exception >= 0 || insn.result != VMX_SUCCEED) {
        fw_fail(__FILE__, __LINE__, "VMREAD",
                "field 0x%04lx: exception %d, result %d, error %u", field,
                insn.exception, insn.result, insn.vm_error);
    }
    return val;
}

void vmwrite(uint64_t field, uint64_t val)
{
    VmxInsn insn = vmwrite_insn(field, val);

    if (insn.exception >= 0 || insn.result != VMX_SUCCEED) {
        fw_fail(__FILE__, __LINE__, "VMWRITE",
                "field 0x%04lx: exception %d, result %d, error %u", field,
                insn.exception, insn.result, insn.vm_error);
    }
}

void vmset(uint64_t field, uint64_t bits)
{
    vmwrite(field, vmread(field) | bits);
}

void vmclr(uint64_t field, uint64_t bits)
{
    vmwrite(field, vmread(field) & ~bits);
}
