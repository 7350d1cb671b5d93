/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "uart.h"

enum {
    REG_DATA,
    REG_IER,
    REG_IIR_FCR,
    REG_LCR,
    REG_MCR,
    REG_LSR,
    REG_MSR,
    REG_SCR,
};

#define IER_THRE 0x02
#define IER_MASK 0x0f
#define IIR_NONE 0x01
#define IIR_THRE 0x02
#define IIR_FIFOS 0xc0
#define FCR_ENABLE 0x01
#define LCR_DLAB 0x80
#define MCR_DTR 0x01
#define MCR_RTS 0x02
#define MCR_OUT1 0x04
#define MCR_OUT2 0x08
#define MCR_LOOP 0x10
#define MCR_MASK 0x1f
#define LSR_THRE 0x20
#define LSR_TEMT 0x40
#define MSR_CTS 0x10
#define MSR_DSR 0x20
#define MSR_RI 0x40
#define MSR_DCD 0x80

bool vr_uart_line(const VrUart *uart)
{
    return uart->thr_interrupt && (uart->ier & IER_THRE);
}

/* Reading it is what ends the transmitter's interrupt. */
static uint8_t read_iir(VrUart *uart)
{
    uint8_t fifos = uart->fcr & FCR_ENABLE ? IIR_FIFOS : 0;

    if (!vr_uart_line(uart)) {
        return IIR_NONE | fifos;
    }
    uart->thr_interrupt = false;
    return IIR_THRE | fifos;
}

/* In loopback the modem's inputs are the outputs. */
static uint8_t read_msr(const VrUart *uart)
{
    if (!(uart->mcr & MCR_LOOP)) {
        return MSR_CTS | MSR_DSR | MSR_DCD;
    }
    return (uart->mcr & MCR_RTS ? MSR_CTS : 0) |
           (uart->mcr & MCR_DTR ? MSR_DSR : 0) |
           (uart->mcr & MCR_OUT1 ? MSR_RI : 0) |
           (uart->mcr & MCR_OUT2 ? MSR_DCD : 0);
}

uint8_t vr_uart_read(VrUart *uart, unsigned reg)
{
    bool dlab = uart->lcr & LCR_DLAB;

    switch (reg) {
    case REG_DATA:
        return dlab ? uart->dll : 0;
    case REG_IER:
        return dlab ? uart->dlm : uart->ier;
    case REG_IIR_FCR:
        return read_iir(uart);
    case REG_LCR:
        return uart->lcr;
    case REG_MCR:
        return uart->mcr;
    case REG_LSR:
        return LSR_THRE | LSR_TEMT;
    case REG_MSR:
        return read_msr(uart);
    default:
        return uart->scr;
    }
}

static void send(VrUart *uart, uint8_t byte)
{
    if (!(uart->mcr & MCR_LOOP)) {
        uart->transmit(uart->opaque, byte);
    }
    uart->thr_interrupt = true;
}

static void write_ier(VrUart *uart, uint8_t value)
{
    /* Enabled while the transmitter is empty: it interrupts at once. */
    if (!(uart->ier & IER_THRE) && (value & IER_THRE)) {
        uart->thr_interrupt = true;
    }
    uart->ier = value & IER_MASK;
}

void vr_uart_write(VrUart *uart, unsigned reg, uint8_t value)
{
    bool dlab = uart->lcr & LCR_DLAB;

    switch (reg) {
    case REG_DATA:
        if (dlab) {
            uart->dll = value;
        } else {
            send(uart, value);
        }
        break;
    case REG_IER:
        if (dlab) {
            uart->dlm = value;
        } else {
            write_ier(uart, value);
        }
        break;
    case REG_IIR_FCR:
        uart->fcr = value;
        break;
    case REG_LCR:
        uart->lcr = value;
        break;
    case REG_MCR:
        uart->mcr = value & MCR_MASK;
        break;
    case REG_SCR:
        uart->scr = value;
        break;
    default: /* LSR and MSR are read-only */
        break;
    }
}
