/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A 16550A whose transmitter is always done at once, and whose receiver never
 * gets anything (PC16550D data sheet). Not thread-safe: the owner locks.
 */
#ifndef VR_AGENT_X86_UART_H
#define VR_AGENT_X86_UART_H

#include <stdbool.h>
#include <stdint.h>

typedef struct VrUart {
    uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
    bool thr_interrupt; /* the transmitter became empty, not told yet */
    void (*transmit)(void *opaque, uint8_t byte);
    void *opaque;
} VrUart;

/* @reg: 0 to 7 */
uint8_t vr_uart_read(VrUart *uart, unsigned reg);
void vr_uart_write(VrUart *uart, unsigned reg, uint8_t value);
/* The interrupt line, after every access. */
bool vr_uart_line(const VrUart *uart);

#endif
