/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare metal on "virt,highmem=off" with the test device in slot 1 and
 * virelay-irqgen in slot 2, whose channel 0 sends to RAM. Ends the machine with
 * status 23, or with the number of the step that went wrong.
 *
 * Default: the channel is armed, a plugin gives the triggers, and the guest
 * waits for FIRES interrupts. With -DSTORM it starts that many at once.
 */
#include "testdev_regs.h" /* the defines of cosim/trace/marks.h */
#include "irqgen.h"

#define ECAM_SLOT(n) (0x3f000000 + 0x8000 * (n))
#define PCI_COMMAND 0x04
#define PCI_BAR_0 0x10
#define TESTDEV 0x10000000
#define IRQGEN 0x10100000
#define CHANNEL (IRQGEN + VR_IRQGEN_CHANNEL(0))
#define TARGET 0x40100000
#define SEQUENCE 0x40100008
#define DATA 0x5a5aa5a5
#define FLAGS (VR_IRQGEN_CH_FLAGS_RAW | VR_IRQGEN_CH_FLAGS_DMA_SEQ)

    .macro device slot, bar
    ldr x0, =ECAM_SLOT(\slot)
    ldr w1, =\bar
    str w1, [x0, #PCI_BAR_0]
    mov w1, #6
    str w1, [x0, #PCI_COMMAND]
    .endm

    .macro set32 reg, value
    ldr w1, =\value
    str w1, [x2, #\reg]
    .endm

    .macro set64 reg, value
    ldr x1, =\value
    str x1, [x2, #\reg]
    .endm

    .macro expect step, got, want
    mov w9, #\step
    ldr x1, =\want
    cmp \got, x1
    b.ne end
    .endm

    .global _start
_start:
    device 1, TESTDEV
    device 2, IRQGEN
    ldr x2, =IRQGEN
    ldr w3, [x2, #VR_IRQGEN_ID]
    expect 1, x3, VR_IRQGEN_ID_VALUE

    ldr x2, =CHANNEL
    set64 VR_IRQGEN_CH_MSG_ADDR, TARGET
    set32 VR_IRQGEN_CH_MSG_DATA, DATA
    set64 VR_IRQGEN_CH_DMA_ADDR, SEQUENCE
#ifdef STORM
    set64 VR_IRQGEN_CH_COUNT, FIRES
    set32 VR_IRQGEN_CH_FLAGS, FLAGS
    set32 VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_START
#else
    set64 VR_IRQGEN_CH_COUNT, 1
    set32 VR_IRQGEN_CH_FLAGS, (FLAGS | VR_IRQGEN_CH_FLAGS_REARM)
    set32 VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_ARM
#endif

    /* The sequence number in memory never goes back, and gets there. */
    ldr x4, =SEQUENCE
    ldr x6, =FIRES
    mov x7, #0
    mov w9, #2
1:  ldr x5, [x4]
    cmp x5, x7
    b.lo end
    mov x7, x5
    cmp x5, x6
    b.lo 1b

#ifdef STORM
    ldr x3, [x2, #VR_IRQGEN_CH_FIRED]
    expect 3, x3, FIRES
    ldr w3, [x2, #VR_IRQGEN_CH_STATUS]
    expect 4, x3, VR_IRQGEN_CH_STATUS_DONE
#else
    set32 VR_IRQGEN_CH_CTRL, VR_IRQGEN_CH_CTRL_STOP
#endif
    ldr x4, =TARGET
    ldr w3, [x4]
    expect 5, x3, DATA
    mov w9, #23
end:
    ldr x2, =TESTDEV
    str w9, [x2, #VR_TESTDEV_REG_EXIT]
    b .
    .ltorg
