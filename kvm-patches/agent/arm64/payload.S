/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's image, as data of the agent; the build gives its path. */
        .section .rodata
        .balign 16
        .global vr_payload
vr_payload:
        .incbin VR_PAYLOAD_FILE
.Lend:
        .balign 8
        .global vr_payload_size
vr_payload_size:
        .quad .Lend - vr_payload

        .section .note.GNU-stack, "", %progbits
