/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The 64-bit guest, built from guest/. */
        .section .rodata
        .balign 16
        .globl vr_guest_image, vr_guest_image_end
vr_guest_image:
        .incbin VR_GUEST_FILE
vr_guest_image_end:

        .section .note.GNU-stack, "", @progbits
