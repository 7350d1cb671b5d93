/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests of X86_BENCH; see bench.h. All is position-independent. */
#include "bench.h"

#define APIC_BASE 0x1b
#define APIC_X2APIC 0xc00 /* enable, and extended mode */
#define X2APIC_EOI 0x80b
#define X2APIC_SVR 0x80f
#define X2APIC_ICR 0x830
#define SVR_ENABLE 0x1ff
#define ICR_ASSERT 0x4000

.text
.balign 64
.globl vr_bench_code
vr_bench_code:

.macro guest name
.balign 16
.globl vr_bench_\name
vr_bench_\name:
.endm

.macro begin
    out %al, $VR_BENCH_BEGIN
.endm

.macro end
    out %al, $VR_BENCH_END
9:  hlt
    jmp 9b
.endm

.macro again label
    dec %r12
    jnz \label
.endm

.macro send cpu
    mov $X2APIC_ICR, %ecx
    mov $(ICR_ASSERT | VR_BENCH_VECTOR), %eax
    mov $\cpu, %edx
    wrmsr
.endm

guest cpuid
    begin
1:  xor %eax, %eax
    cpuid
    again 1b
    end

guest port
    begin
1:  out %al, $VR_BENCH_ECHO
    again 1b
    end

guest msr
    mov $APIC_BASE, %ecx
    begin
1:  rdmsr
    again 1b
    end

guest mmio
    begin
1:  mov (%rsi), %eax
    again 1b
    end

guest fault
    begin
1:  movb $1, (%rsi)
    add $0x1000, %rsi
    again 1b
    end

/* x2APIC mode, enabled; tells the other CPU by its count, which becomes 1. */
apic_on:
    mov $APIC_BASE, %ecx
    rdmsr
    or $APIC_X2APIC, %eax
    wrmsr
    mov $X2APIC_SVR, %ecx
    mov $SVR_ENABLE, %eax
    xor %edx, %edx
    wrmsr
    mov $1, %r13d
    mov %r13, (%r14)
    ret

/* CPU 0 waits until CPU 1 has its APIC. */
wait_for_peer:
    pause
    cmpq $0, VR_BENCH_LINE(%r14)
    je wait_for_peer
    ret

/* Halts until R13 is no longer RBX. */
halt_until:
    cli
    cmp %rbx, %r13
    jne 1f
    sti
    hlt
    jmp halt_until
1:  ret

guest hlt
    call apic_on
    call wait_for_peer
    cli
    begin
1:  mov %r13, %rbx
    send 1
    call halt_until
    again 1b
    end

guest hlt_peer
    cli
    call apic_on
1:  mov %r13, %rbx
    call halt_until
    send 0
    jmp 1b

guest ipi
    call apic_on
    call wait_for_peer
    begin
1:  mov VR_BENCH_LINE(%r14), %rbx
    send 1
2:  cmp VR_BENCH_LINE(%r14), %rbx
    je 2b
    again 1b
    end

guest ipi_peer
    call apic_on
    sti
1:  jmp 1b

/* R13, which is not saved, tells the code that was interrupted. */
guest on_interrupt
    push %rax
    push %rcx
    push %rdx
    inc %r13
    mov %r13, (%r14)
    mov $X2APIC_EOI, %ecx
    xor %eax, %eax
    xor %edx, %edx
    wrmsr
    pop %rdx
    pop %rcx
    pop %rax
    iretq

guest compute
    mov $1000, %edi
    call vr_bench_compute_loop
    begin
    mov %r12, %rdi
    call vr_bench_compute_loop
    end

guest walk
    mov $2, %edi
    call vr_bench_walk_loop
    begin
    mov %r12, %rdi
    call vr_bench_walk_loop
    end

.balign 16
.globl vr_bench_compute_loop
.hidden vr_bench_compute_loop
vr_bench_compute_loop:
    mov %rdi, %rax
1:  imul $0x5851f42d, %rax, %rax
    add %rdi, %rax
    rol $7, %rax
    xor %rax, %rdx
    sub %rdx, %rcx
    dec %rdi
    jnz 1b
    ret

.balign 16
.globl vr_bench_walk_loop
.hidden vr_bench_walk_loop
vr_bench_walk_loop:
1:  mov $(VR_BENCH_WALK_SIZE / VR_BENCH_LINE), %ecx
    mov %rsi, %rdx
2:  add %rcx, (%rdx)
    add $VR_BENCH_LINE, %rdx
    dec %ecx
    jnz 2b
    dec %rdi
    jnz 1b
    ret

.globl vr_bench_code_end
vr_bench_code_end:

.section .note.GNU-stack, "", @progbits
