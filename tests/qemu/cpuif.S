/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare metal at EL2 on "virt,virtualization=on,highmem=off": what EOIcount
 * counts and what ICH_MISR_EL2.VGrp0D says (Arm IHI 0069, ICH_HCR_EL2 and
 * ICH_MISR_EL2). A guest at EL1 writes EOIR and DIR for an INTID that no list
 * register holds. Ends with status 23, or with the number of the step that
 * went wrong, through the test device in slot 1.
 */
#include "testdev_regs.h"

#define ECAM_SLOT_1 0x3f008000
#define PCI_COMMAND 0x04
#define PCI_BAR_0 0x10
#define PCI_MMIO 0x10000000

#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICH_AP1R0_EL2 S3_4_C12_C9_0
#define ICH_HCR_EL2 S3_4_C12_C11_0
#define ICH_MISR_EL2 S3_4_C12_C11_2
#define ICH_VMCR_EL2 S3_4_C12_C11_7
#define ICH_LR0_EL2 S3_4_C12_C12_0
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_EOIR1_EL1 S3_0_C12_C12_1

#define HCR_GUEST ((1 << 31) | (1 << 4) | (1 << 3)) /* RW, IMO, FMO */
#define VENG0 (1 << 0)
#define VENG1 (1 << 1)
#define VEOIM (1 << 9)
#define VPMR (0xff << 24)
#define VGRP0DIE (1 << 5)
#define VGRP0D (1 << 5)
#define SPSR_EL1H 0x3c5
#define INTID 40

    /* Run the guest code at \entry until its HVC, with VMCR \vmcr. */
    .macro guest entry, vmcr
    ldr x0, =\vmcr
    msr ICH_VMCR_EL2, x0
    mov x0, #(1 << 16) /* an active priority to drop */
    msr ICH_AP1R0_EL2, x0
    adr x0, \entry
    msr elr_el2, x0
    mov x0, #SPSR_EL1H
    msr spsr_el2, x0
    adr x30, 1f
    isb
    eret
1:
    .endm

    .macro expect_eoicount step, want
    mov w9, #\step
    mrs x0, ICH_HCR_EL2
    ubfx x0, x0, #27, #5
    cmp x0, #\want
    b.ne fail
    .endm

    .macro expect_vgrp0d step, vmcr, want
    mov w9, #\step
    ldr x0, =\vmcr
    msr ICH_VMCR_EL2, x0
    isb
    mrs x0, ICH_MISR_EL2
    and x0, x0, #VGRP0D
    cmp x0, #\want
    b.ne fail
    .endm

    .global _start
_start:
    ldr x0, =ECAM_SLOT_1
    ldr x1, =PCI_MMIO
    str w1, [x0, #PCI_BAR_0]
    mov w2, #2
    str w2, [x0, #PCI_COMMAND]

    adr x0, vectors
    msr vbar_el2, x0
    mov x0, #0xf
    msr ICC_SRE_EL2, x0
    isb
    mov x0, #7
    msr ICC_SRE_EL1, x0
    ldr x0, =HCR_GUEST
    msr hcr_el2, x0
    msr ICH_LR0_EL2, xzr
    mov x0, #1
    msr ICH_HCR_EL2, x0
    isb
    expect_eoicount 1, 0

    /* EOI mode 1: EOIR only drops the priority, DIR would deactivate. */
    guest guest_eoi, (VPMR | VENG1 | VEOIM)
    expect_eoicount 2, 0
    guest guest_dir, (VPMR | VENG1 | VEOIM)
    expect_eoicount 3, 1
    /* EOI mode 0: EOIR would deactivate. */
    guest guest_eoi, (VPMR | VENG1)
    expect_eoicount 4, 2

    mov x0, #(1 | VGRP0DIE)
    msr ICH_HCR_EL2, x0
    expect_vgrp0d 5, (VENG1), VGRP0D
    expect_vgrp0d 6, (VENG0), 0
    expect_vgrp0d 7, (VENG0 | VENG1), 0
    mov w9, #23
fail:
    ldr x1, =PCI_MMIO
    str w9, [x1, #VR_TESTDEV_REG_EXIT]
    b .

guest_eoi:
    mov x0, #INTID
    msr ICC_EOIR1_EL1, x0
    isb
    hvc #0
guest_dir:
    mov x0, #INTID
    msr ICC_DIR_EL1, x0
    isb
    hvc #0
    .ltorg

    /* Only the guest's HVC is expected: back to where x30 says. */
    .balign 0x800
vectors:
    .rept 8
    mov w9, #99
    b fail
    .balign 0x80
    .endr
    br x30
    .balign 0x80
    .rept 7
    mov w9, #98
    b fail
    .balign 0x80
    .endr
