/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uint64_t vm_enter(GuestRegs *regs, uint64_t launch)
 * VMLAUNCH or VMRESUME with the guest's registers. Returns 0 after a VM exit,
 * else RFLAGS after the instruction failed. HOST_RSP and HOST_RIP are written.
 */
#define HOST_RSP 0x6c14
#define HOST_RIP 0x6c16

    .text
    .code64
    .globl vm_enter, vm_stray_exit
vm_enter:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    push %rdi
    mov $HOST_RSP, %eax
    vmwrite %rsp, %rax
    lea exited(%rip), %rdx
    mov $HOST_RIP, %eax
    vmwrite %rdx, %rax
    test %rsi, %rsi
    mov 0(%rdi), %rax
    mov 8(%rdi), %rbx
    mov 16(%rdi), %rcx
    mov 24(%rdi), %rdx
    mov 32(%rdi), %rsi
    mov 48(%rdi), %rbp
    mov 56(%rdi), %r8
    mov 64(%rdi), %r9
    mov 72(%rdi), %r10
    mov 80(%rdi), %r11
    mov 88(%rdi), %r12
    mov 96(%rdi), %r13
    mov 104(%rdi), %r14
    mov 112(%rdi), %r15
    mov 40(%rdi), %rdi
    jz 1f
    vmlaunch
    jmp 2f
1:  vmresume
2:  pushfq
    pop %rax
    jmp out

exited:
    xchg %rdi, (%rsp)
    mov %rax, 0(%rdi)
    mov %rbx, 8(%rdi)
    mov %rcx, 16(%rdi)
    mov %rdx, 24(%rdi)
    mov %rsi, 32(%rdi)
    mov %rbp, 48(%rdi)
    mov %r8, 56(%rdi)
    mov %r9, 64(%rdi)
    mov %r10, 72(%rdi)
    mov %r11, 80(%rdi)
    mov %r12, 88(%rdi)
    mov %r13, 96(%rdi)
    mov %r14, 104(%rdi)
    mov %r15, 112(%rdi)
    mov (%rsp), %rax
    mov %rax, 40(%rdi)
    xor %eax, %eax
out:
    pop %rdi
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

/* HOST_RIP where no exit is expected: an exception that x86_try() sees */
vm_stray_exit:
    int3
    ud2

    .section .note.GNU-stack, "", @progbits
