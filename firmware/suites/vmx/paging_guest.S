/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guests of the EPT and VPID cases: entered with RDI, RSI, RDX as arguments,
 * they end with VMCALL. Code of other modes is copied to where it runs.
 */
    .text
    .code64
    .macro GUEST name
    .globl \name
\name:
    .endm
    .macro DONE
1:  vmcall
    jmp 1b
    .endm

    /* rax = *rdi */
GUEST guest_read
    mov (%rdi), %rax
    DONE

    /* *rdi = rsi */
GUEST guest_write
    mov %rsi, (%rdi)
    DONE

    /* *rdi += rsi */
GUEST guest_add
    add %rsi, (%rdi)
    DONE

GUEST guest_jump
    jmp *%rdi

    /* IRETQ with the stack at rdi */
GUEST guest_iret
    mov %rdi, %rsp
    iretq

GUEST guest_ud
    ud2

    /* rbx = *rdi; *rsi = rdx; INVLPG rdi; rax = *rdi */
GUEST guest_invlpg
    mov (%rdi), %rbx
    mov %rdx, (%rsi)
    invlpg (%rdi)
    mov (%rdi), %rax
    DONE

    /* rbx = *rdi; *rsi = rdx; MOV CR3; rax = *rdi */
GUEST guest_reload_cr3
    mov (%rdi), %rbx
    mov %rdx, (%rsi)
    mov %cr3, %rax
    mov %rax, %cr3
    mov (%rdi), %rax
    DONE

    /* Legacy protected mode: eax = *edi */
    .code32
GUEST guest32_read
    mov (%edi), %eax
    vmcall
GUEST guest32_read_end

    /* CR3 = edi, eax = *esi */
GUEST guest32_load_cr3
    mov %edi, %cr3
    mov (%esi), %eax
    vmcall
GUEST guest32_load_cr3_end

    /* CR4 = edi, eax = *esi */
GUEST guest32_load_cr4
    mov %edi, %cr4
    mov (%esi), %eax
    vmcall
GUEST guest32_load_cr4_end

    /* Real mode: ax = DS:[0] */
    .code16
GUEST guest16_read
    mov 0, %ax
    vmcall
GUEST guest16_read_end

    .section .note.GNU-stack, "", @progbits
