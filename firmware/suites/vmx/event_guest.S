/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guests of the cases of events */
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

GUEST ev_nops
    nop
    nop
    nop
    DONE

GUEST ev_ud2
    ud2

GUEST ev_int3
    int3
    DONE

GUEST ev_int_n3
    .byte 0xcd, 3
    DONE

GUEST ev_int1
    .byte 0xf1
    DONE

GUEST ev_int80
    int $0x80
    DONE

    /* DS = di */
GUEST ev_load_ds
    mov %edi, %ds
    DONE

GUEST ev_div0
    xor %ecx, %ecx
    div %ecx
    DONE

GUEST ev_sti
    sti
    nop
    nop
    DONE

    /* SS = di */
GUEST ev_mov_ss
    mov %edi, %ss
    nop
    nop
    DONE

    /* SS = word at rdi */
GUEST ev_mov_ss_load
    mov (%rdi), %ss
    nop
    nop
    DONE

    /* RCX bytes at RDI */
GUEST ev_rep
    rep stosb
    DONE

GUEST ev_iret
    iretq

GUEST ev_hlt
    hlt
    nop
    DONE

GUEST ev_spin
    pause
    jmp ev_spin

GUEST ev_get_dr7
    mov %dr7, %rax
    DONE

    /* *rdi = al */
GUEST ev_store
    mov %al, (%rdi)
    nop
    DONE

GUEST ev_handler
    DONE

GUEST ev_stray
    mov $-1, %rax
    DONE

    .code32
GUEST ev32_into
    into
    vmcall
GUEST ev32_jmp
    ljmp $0x50, $0
GUEST ev32_call
    lcall $0x50, $0
GUEST ev32_iret
    iret
GUEST ev32_int80
    int $0x80
GUEST ev32_nop
    nop
    vmcall

    .code16
GUEST ev16_nop
    nop
    vmcall
GUEST ev16_nop_end
GUEST ev16_int80
    int $0x80
GUEST ev16_int80_end

    .section .note.GNU-stack, "", @progbits
