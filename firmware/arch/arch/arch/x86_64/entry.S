/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupt and exception entries, and the frame of x86_try(). */
#include "x86.h"

    .text
    .code64

/* 256 entries of 16 bytes each */
    .globl vector_entries
    .align 16
vector_entries:
    .set vector, 0
    .rept 256
    .align 16
    .if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) \
        || (vector == 21)
    .else
    push $0
    .endif
    push $vector
    jmp common_entry
    .set vector, vector + 1
    .endr

common_entry:
    push %rax
    push %rbx
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %rbp
    push %r8
    push %r9
    push %r10
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    cld
    mov %rsp, %rdi
    mov %rsp, %rbp
    and $-16, %rsp
    call x86_interrupt
    mov %rbp, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rbp
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rbx
    pop %rax
    add $16, %rsp
    iretq

/*
 * int try_call(fn, arg, uint64_t *saved_rsp): the registers that a callee must
 * keep are on the stack; an exception comes back to try_landing with this rsp.
 */
    .globl try_call, try_landing
try_call:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    sub $8, %rsp
    mov %rsp, (%rdx)
    mov %rdi, %rax
    mov %rsi, %rdi
    call *%rax
    xor %eax, %eax
    jmp 1f
try_landing:
    mov $1, %eax
    cld
1:  add $8, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

    .section .note.GNU-stack, "", @progbits
