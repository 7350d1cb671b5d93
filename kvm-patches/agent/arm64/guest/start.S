/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry and exception vectors of the guest. Every vCPU starts here at EL1,
 * MMU off, with its index in x0. The MMU is turned on with an identity map, so
 * that memory is cacheable and atomic instructions work.
 */
#include "shared.h"

#define STACK_SHIFT     14

/* Translation table descriptors: 1 GiB blocks at level 1 */
#define BLOCK           1
#define ATTR_NORMAL     (0 << 2)
#define ATTR_DEVICE     (1 << 2)
#define INNER_SHAREABLE (3 << 8)
#define ACCESS_FLAG     (1 << 10)
#define XN              ((1 << 53) | (1 << 54))
#define DEVICE_BLOCK    (BLOCK | ATTR_DEVICE | ACCESS_FLAG | XN)
#define NORMAL_BLOCK    (BLOCK | ATTR_NORMAL | INNER_SHAREABLE | ACCESS_FLAG)

/* MAIR_EL1: index 0 Normal write-back, index 1 Device-nGnRE */
#define MAIR            0x04ff
/* TCR_EL1: 39 bits, inner shareable write-back walks, no TTBR1, 40-bit PA */
#define TCR_T0SZ        25
#define TCR_IRGN0       (1 << 8)
#define TCR_ORGN0       (1 << 10)
#define TCR_SH0         (3 << 12)
#define TCR_EPD1        (1 << 23)
#define TCR_IPS         (2 << 32)
#define TCR             (TCR_T0SZ | TCR_IRGN0 | TCR_ORGN0 | TCR_SH0 | \
                         TCR_EPD1 | TCR_IPS)
/*
 * SCTLR_EL1: MMU and caches on; LSMAOE, nTLSMD, SPAN, EIS, TSCXT, EOS, SED and
 * ITD, which are RES1 where their features are missing.
 */
#define SCTLR_M         (1 << 0)
#define SCTLR_C         (1 << 2)
#define SCTLR_I         (1 << 12)
#define SCTLR_RES1      (0x30000000 | 0x00d00000 | 0x00000980)
#define SCTLR           (SCTLR_RES1 | SCTLR_I | SCTLR_C | SCTLR_M)

        .section .text.start, "ax"
        .global _start
_start:
        mov     x19, x0
        adrp    x2, tables
        add     x2, x2, :lo12:tables
        msr     ttbr0_el1, x2
        ldr     x1, =MAIR
        msr     mair_el1, x1
        ldr     x1, =TCR
        msr     tcr_el1, x1
        adrp    x1, vectors
        add     x1, x1, :lo12:vectors
        msr     vbar_el1, x1
        isb
        tlbi    vmalle1
        dsb     nsh
        ic      iallu
        isb
        ldr     x1, =SCTLR
        msr     sctlr_el1, x1
        isb

        /* Trapping of FP stays as it is on reset: the guest has none. */
        msr     spsel, #1
        adrp    x1, stacks
        add     x1, x1, :lo12:stacks
        add     x2, x19, #1
        add     x1, x1, x2, lsl #STACK_SHIFT
        mov     sp, x1
        msr     tpidr_el1, x19
        mov     x0, x19
        bl      vr_guest_main
1:      b       1b

        /* Saves what C code does not, calls \handler, and returns. */
        .macro  exception handler
        sub     sp, sp, #192
        stp     x0, x1, [sp, #0]
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x30, [sp, #144]
        mrs     x0, elr_el1
        mrs     x1, spsr_el1
        stp     x0, x1, [sp, #160]
        bl      \handler
        ldp     x0, x1, [sp, #160]
        msr     elr_el1, x0
        msr     spsr_el1, x1
        ldp     x18, x30, [sp, #144]
        ldp     x16, x17, [sp, #128]
        ldp     x14, x15, [sp, #112]
        ldp     x12, x13, [sp, #96]
        ldp     x10, x11, [sp, #80]
        ldp     x8, x9, [sp, #64]
        ldp     x6, x7, [sp, #48]
        ldp     x4, x5, [sp, #32]
        ldp     x2, x3, [sp, #16]
        ldp     x0, x1, [sp, #0]
        add     sp, sp, #192
        eret
        .endm

        .macro  vector target
        .balign 0x80
        b       \target
        .endm

        .text
irq:
        exception vr_guest_irq
unexpected:
        exception vr_guest_panic

        .balign 0x800
vectors:
        .rept   5                       /* SP_EL0; SP_EL1 synchronous */
        vector  unexpected
        .endr
        vector  irq                     /* SP_EL1 IRQ */
        .rept   10                      /* SP_EL1 FIQ, SError; lower ELs */
        vector  unexpected
        .endr

        .section .rodata
        .balign 4096
tables:
        .quad   0x00000000 + DEVICE_BLOCK
        .quad   0x40000000 + NORMAL_BLOCK
        .fill   510, 8, 0

        .bss
        .balign 16
stacks:
        .skip   VR_GUEST_MAX_VCPUS << STACK_SHIFT
