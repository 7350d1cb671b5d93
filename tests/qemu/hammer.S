/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare metal on "virt,highmem=off" with 4 CPUs: a hostile guest. Random
 * accesses of all sizes to every redistributor, random use of the distributor's
 * GICD_CTLR and of the CPU interface's registers; ends the machine with status
 * 17 after ROUNDS of them, if it still can.
 */
#include "testdev_regs.h" /* the defines of cosim/trace/marks.h */

#ifndef ROUNDS
#define ROUNDS 200000
#endif
#ifndef SEED
#define SEED 0x9e3779b97f4a7c15
#endif

#define ECAM_SLOT_1 0x3f008000
#define PCI_MMIO 0x10000000
#define GICD_BASE 0x08000000
#define GICR_BASE 0x080a0000

#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_IAR0_EL1 S3_0_C12_C8_0
#define ICC_EOIR0_EL1 S3_0_C12_C8_1
#define ICC_HPPIR1_EL1 S3_0_C12_C12_2
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_ASGI1R_EL1 S3_0_C12_C11_6
#define ICC_SGI0R_EL1 S3_0_C12_C11_7
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7

    .global _start
_start:
    adr x0, vectors
    mrs x1, CurrentEL
    cmp x1, #(3 << 2)
    b.ne 1f
    msr vbar_el3, x0
    /* Lower exception levels are not used; Non-secure accesses by SCR.NS. */
    b 2f
1:  msr vbar_el1, x0
2:  msr daifset, #15
    ldr x0, =ECAM_SLOT_1
    ldr x28, =PCI_MMIO
    str w28, [x0, #0x10]
    mov w1, #2
    str w1, [x0, #4]
    ldr x19, =SEED
    ldr x20, =ROUNDS
    ldr x21, =GICR_BASE
    ldr x22, =GICD_BASE

round:
    eor x19, x19, x19, lsl #13
    eor x19, x19, x19, lsr #7
    eor x19, x19, x19, lsl #17
    ror x23, x19, #37
    and w0, w19, #15
    cmp w0, #9
    b.ls redist
    cmp w0, #10
    b.eq distributor
    cmp w0, #11
    b.eq group1
    cmp w0, #12
    b.eq group0
    cmp w0, #13
    b.eq generate
    cmp w0, #14
    b.eq deactivate
    b control
next:
    subs x20, x20, #1
    b.ne round
    mov w0, #17
    str w0, [x28, #VR_TESTDEV_REG_EXIT]
    b .

redist: /* bits 24,25: which; 26,27: size; 28: write; 29: anywhere */
    ubfx x1, x19, #4, #17
    tbnz x19, #29, 1f
    and x1, x1, #0xfff
    orr x1, x1, #0x10000
1:  ubfx x2, x19, #26, #2
    lsr x1, x1, x2
    lsl x1, x1, x2
    ubfx x3, x19, #24, #2
    add x1, x1, x3, lsl #17
    add x1, x1, x21
    tbz x19, #28, 5f
    cbz x2, 2f
    cmp x2, #2
    b.lo 3f
    b.eq 4f
    str x23, [x1]
    b next
2:  strb w23, [x1]
    b next
3:  strh w23, [x1]
    b next
4:  str w23, [x1]
    b next
5:  cbz x2, 6f
    cmp x2, #2
    b.lo 7f
    b.eq 8f
    ldr x4, [x1]
    b next
6:  ldrb w4, [x1]
    b next
7:  ldrh w4, [x1]
    b next
8:  ldr w4, [x1]
    b next

distributor: /* one state of security (DS) only now and then */
    and w1, w23, #7
    ubfx x2, x19, #40, #9
    cbnz x2, 1f
    orr w1, w1, #0x40
1:  str w1, [x22]
    b next

group1:
    mrs x1, ICC_HPPIR1_EL1
    mrs x1, ICC_IAR1_EL1
    tbz x19, #30, next
    msr ICC_EOIR1_EL1, x1
    b next

group0:
    mrs x1, ICC_IAR0_EL1
    tbz x19, #30, next
    msr ICC_EOIR0_EL1, x1
    b next

generate: /* to CPUs 0 to 3, or to all but self */
    ldr x1, =0xf00000f
    and x1, x1, x23
    tbz x19, #30, 1f
    orr x1, x1, #(1 << 40)
1:  ubfx x2, x19, #32, #2
    cbz x2, 2f
    cmp x2, #1
    b.eq 3f
    msr ICC_SGI1R_EL1, x1
    b next
2:  msr ICC_SGI0R_EL1, x1
    b next
3:  msr ICC_ASGI1R_EL1, x1
    b next

deactivate:
    and x1, x23, #31
    tbz x19, #30, 1f
    msr ICC_EOIR1_EL1, x1
1:  msr ICC_DIR_EL1, x1
    b next

control:
    ubfx x2, x19, #32, #2
    cbz x2, 1f
    cmp x2, #2
    b.lo 2f
    b.eq 3f
    and x1, x23, #3
    msr ICC_CTLR_EL1, x1
    b next
1:  and x1, x23, #1
    msr ICC_IGRPEN0_EL1, x1
    b next
2:  and x1, x23, #1
    msr ICC_IGRPEN1_EL1, x1
    b next
3:  orr x1, x23, #0x80
    and x1, x1, #0xff
    msr ICC_PMR_EL1, x1
    /* In EL3: the other Security state for the CPU interface's registers. */
    mrs x2, CurrentEL
    cmp x2, #(3 << 2)
    b.ne next
    and x1, x23, #1
    orr x1, x1, #0x400
    msr scr_el3, x1
    isb
    b next

    /* An instruction that is refused is skipped. */
    .balign 2048
vectors:
    .rept 16
    .balign 128
    mrs x9, CurrentEL
    cmp x9, #(3 << 2)
    b.ne 1f
    mrs x9, elr_el3
    add x9, x9, #4
    msr elr_el3, x9
    eret
1:  mrs x9, elr_el1
    add x9, x9, #4
    msr elr_el1, x9
    eret
    .endr
    .ltorg
