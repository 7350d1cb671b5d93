/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real-mode guests, loaded at VR_PAYLOAD_BASE with all segments 0.
 *
 * ports: writes 0 to the echo port and what it reads back, VR_PAYLOAD_ECHOES
 * times; tells the result, and halts.
 *
 * timer: sets up PIC and PIT, halts until each of VR_PAYLOAD_TICKS interrupts,
 * tells the result, and halts for good.
 */
#include "payload.h"

#define PIC_COMMAND 0x20
#define PIC_DATA 0x21
#define PIT_CHANNEL_0 0x40
#define PIT_CONTROL 0x43
#define EOI 0x20
#define TIMER_VECTOR 0x20
#define PIT_RELOAD 1193 /* about a millisecond */

.section .rodata
.code16

.globl vr_payload_ports, vr_payload_ports_end
vr_payload_ports:
    mov $VR_PAYLOAD_ECHO, %dx
    mov $VR_PAYLOAD_ECHOES, %cx
    xor %eax, %eax
1:  out %eax, %dx
    xor %eax, %eax
    in %dx, %eax
    loop 1b
    mov $VR_PAYLOAD_RESULT, %dx
    out %eax, %dx
2:  hlt
    jmp 2b
vr_payload_ports_end:

.globl vr_payload_timer, vr_payload_timer_end
vr_payload_timer:
    movw $(on_tick - vr_payload_timer + VR_PAYLOAD_BASE), TIMER_VECTOR * 4
    movw $0, TIMER_VECTOR * 4 + 2
    mov $0x11, %al              /* ICW1: edge, cascade, ICW4 follows */
    out %al, $PIC_COMMAND
    mov $TIMER_VECTOR, %al      /* ICW2 */
    out %al, $PIC_DATA
    mov $0x04, %al              /* ICW3: the second PIC is on input 2 */
    out %al, $PIC_DATA
    mov $0x01, %al              /* ICW4: 8086 mode */
    out %al, $PIC_DATA
    mov $0xfe, %al              /* all but input 0 masked */
    out %al, $PIC_DATA
    mov $0x34, %al              /* channel 0, both bytes, mode 2 */
    out %al, $PIT_CONTROL
    mov $(PIT_RELOAD & 0xff), %al
    out %al, $PIT_CHANNEL_0
    mov $(PIT_RELOAD >> 8), %al
    out %al, $PIT_CHANNEL_0
    xor %ebx, %ebx
1:  sti
    hlt
    cli
    cmp $VR_PAYLOAD_TICKS, %ebx
    jb 1b
    mov $VR_PAYLOAD_RESULT, %dx
    mov %ebx, %eax
    out %eax, %dx
2:  hlt
    jmp 2b
on_tick:
    push %ax
    push %dx
    inc %ebx
    mov $VR_PAYLOAD_TICK, %dx
    out %al, %dx
    mov $EOI, %al
    out %al, $PIC_COMMAND
    pop %dx
    pop %ax
    iret
vr_payload_timer_end:

.section .note.GNU-stack, "", @progbits
