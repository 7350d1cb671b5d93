/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least init of a Linux host: says so, sleeps TICKS times 50 ms with a line
 * each time, and powers the machine off.
 */
#include <asm/unistd.h>
#include <linux/reboot.h>

#ifndef TICKS
#define TICKS 0
#endif

    .global _start
_start:
    adr x1, hello
    mov x2, #hello_len
    bl print
    ldr x19, =TICKS
1:  cbz x19, 2f
    sub x19, x19, #1
    adr x0, fifty_ms
    mov x1, #0
    mov x8, #__NR_nanosleep
    svc #0
    adr x1, tick
    mov x2, #tick_len
    bl print
    b 1b
2:  ldr x0, =LINUX_REBOOT_MAGIC1
    ldr x1, =LINUX_REBOOT_MAGIC2
    ldr x2, =LINUX_REBOOT_CMD_POWER_OFF
    mov x3, #0
    mov x8, #__NR_reboot
    svc #0
    b .

print:
    mov x0, #1
    mov x8, #__NR_write
    svc #0
    ret

    .balign 8
fifty_ms: .quad 0, 50000000
hello: .ascii "init runs\n"
    .equ hello_len, . - hello
tick: .ascii "tick\n"
    .equ tick_len, . - tick
    .ltorg
