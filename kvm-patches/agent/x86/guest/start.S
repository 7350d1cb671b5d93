/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry of a vCPU and of its interrupts. The agent has set up long mode, an
 * identity map, GDT, IDT, RSP, and GS, whose base is the vCPU's page.
 */
#include "shared.h"

        .section .text.stubs, "ax"
        .balign VR_GUEST_STUB_SIZE
        .set    vector, 0
        .rept   256
        .balign VR_GUEST_STUB_SIZE
        /* Exceptions that push an error code: SDM 3A, "Error Code" */
        .if     !(vector == 8 || (vector >= 10 && vector <= 14) || \
                  vector == 17 || vector == 21 || vector == 29 || vector == 30)
        pushq   $0
        .endif
        pushq   $vector
        jmp     interrupt
        .set    vector, vector + 1
        .endr
        .balign VR_GUEST_STUB_SIZE

        .section .text.entry, "ax"
        .global vr_guest_entry
vr_guest_entry:
        mov     %gs:0, %rdi
        call    vr_guest_main
1:      hlt
        jmp     1b

        .text
interrupt:
        push    %rdi
        push    %rsi
        push    %rax
        push    %rcx
        push    %rdx
        push    %r8
        push    %r9
        push    %r10
        push    %r11
        mov     %gs:0, %rdi
        mov     72(%rsp), %esi          /* the vector */
        lea     80(%rsp), %rdx          /* error code, then the frame */
        cld
        call    vr_guest_interrupt
        pop     %r11
        pop     %r10
        pop     %r9
        pop     %r8
        pop     %rdx
        pop     %rcx
        pop     %rax
        pop     %rsi
        pop     %rdi
        add     $16, %rsp
        iretq

        .section .note.GNU-stack, "", @progbits
