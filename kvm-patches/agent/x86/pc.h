/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ports of the PC that L2 sees beside what KVM emulates: a 16550 with its
 * interrupt, the clock's CMOS, two ways to reset, and one to end the VM.
 */
#ifndef VR_AGENT_X86_PC_H
#define VR_AGENT_X86_PC_H

#include <pthread.h>

#include "uart.h"
#include "vm.h"

#define VR_PC_UART 0x3f8
#define VR_PC_UART_IRQ 4
/* L2 writes its status here to end the VM (as QEMU's isa-debug-exit). */
#define VR_PC_END 0xf4

#define VR_PC_LINE_SIZE 240

typedef struct VrPc {
    pthread_mutex_t lock;
    VrUart uart;
    bool line; /* of the UART's interrupt */
    uint8_t cmos_index;
    char text[VR_PC_LINE_SIZE]; /* the line that is being written */
    unsigned length;
    char last[VR_PC_LINE_SIZE]; /* the last whole line */
} VrPc;

void vr_pc_init(VrPc *pc);
/* A VM's port handler; vm->opaque is the VrPc. */
bool vr_pc_port(VrVcpu *vcpu, uint16_t port, bool write, unsigned size,
                uint32_t *value);
/* Prints a line that has begun. */
void vr_pc_flush(VrPc *pc);

#endif
