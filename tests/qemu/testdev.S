/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare metal on "virt,highmem=off": finds the test device in slot 1, tries its
 * registers and ends the machine with status 23, or with the number of the
 * step that went wrong.
 */
#include "testdev_regs.h" /* the defines of cosim/trace/marks.h */

#define ECAM_SLOT_1 0x3f008000
#define PCI_COMMAND 0x04
#define PCI_BAR_0 0x10
#define PCI_MMIO 0x10000000

    .macro expect step, got, want
    mov w9, #\step
    ldr x10, =\want
    cmp \got, x10
    b.ne fail
    .endm

    .global _start
_start:
    ldr x0, =ECAM_SLOT_1
    ldr x1, =PCI_MMIO
    str w1, [x0, #PCI_BAR_0]
    mov w2, #2
    str w2, [x0, #PCI_COMMAND]
    ldr w3, [x0]
    expect 1, x3, (VR_TESTDEV_DEVICE << 16 | VR_TESTDEV_VENDOR)

    ldr w3, [x1, #VR_TESTDEV_REG_ID]
    expect 2, x3, VR_TESTDEV_ID
    ldr w3, [x1, #VR_TESTDEV_REG_VERSION]
    expect 3, x3, 1
    /* Other sizes and offsets read 0 and are ignored. */
    ldrh w3, [x1, #VR_TESTDEV_REG_ID]
    expect 4, x3, 0
    ldr x3, [x1, #VR_TESTDEV_REG_ID]
    expect 5, x3, 0
    mov w4, #1
    strh w4, [x1, #VR_TESTDEV_REG_EXIT]
    str x4, [x1, #VR_TESTDEV_REG_EXIT]
    str w4, [x1, #VR_TESTDEV_REG_ID]
    str w4, [x1, #0x40]
    ldr w3, [x1, #0xffc]
    expect 6, x3, 0

    /* Time goes on. */
    ldr x3, [x1, #VR_TESTDEV_REG_TIME]
    mov x4, #0x10000
1:  subs x4, x4, #1
    b.ne 1b
    ldr x5, [x1, #VR_TESTDEV_REG_TIME]
    mov w9, #7
    cmp x5, x3
    b.ls fail

    ldr x3, =0x1122334455667788
    str x3, [x1, #VR_TESTDEV_REG_MARK_VALUE]
    mov w4, #6
    str w4, [x1, #VR_TESTDEV_REG_MARK]
    mov w9, #23
fail:
    ldr x1, =PCI_MMIO
    str w9, [x1, #VR_TESTDEV_REG_EXIT]
    b .
    .ltorg
