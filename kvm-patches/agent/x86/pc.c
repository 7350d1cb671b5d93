/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pc.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "report.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71
#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_RESET 0xfe
#define RESET_CONTROL 0xcf9
#define RESET_CPU 0x04

/* Prefix of what L2 says, in L1's console */
#define PREFIX "L2| "

void vr_pc_flush(VrPc *pc)
{
    pc->text[pc->length] = '\0';
    if (pc->length) {
        printf(PREFIX "%s\n", pc->text);
        fflush(stdout);
        memcpy(pc->last, pc->text, sizeof(pc->last));
    }
    pc->length = 0;
}

/* What is no text must not disturb L1's console. */
static void transmit(void *opaque, uint8_t byte)
{
    VrPc *pc = opaque;

    if (byte == '\n' || pc->length == sizeof(pc->text) - 1) {
        vr_pc_flush(pc);
    }
    if (byte == '\t' || (byte >= ' ' && byte < 0x7f)) {
        pc->text[pc->length++] = byte;
    }
}

void vr_pc_init(VrPc *pc)
{
    memset(pc, 0, sizeof(*pc));
    pthread_mutex_init(&pc->lock, NULL);
    pc->uart.transmit = transmit;
    pc->uart.opaque = pc;
}

static void set_line(VrVcpu *vcpu, VrPc *pc)
{
    struct kvm_irq_level irq = { .irq = VR_PC_UART_IRQ };
    bool line = vr_uart_line(&pc->uart);

    if (line != pc->line) {
        pc->line = line;
        irq.level = line;
        vr_vm_ioctl(vcpu->vm, vcpu->vm->fd, KVM_IRQ_LINE, &irq,
                    "KVM_IRQ_LINE");
    }
}

static uint8_t bcd(unsigned value)
{
    return value / 10 % 10 << 4 | value % 10;
}

/* MC146818: time and date in BCD, no update ever in progress. */
static uint8_t cmos_read(uint8_t index)
{
    time_t now = time(NULL);
    struct tm t;

    gmtime_r(&now, &t);
    switch (index) {
    case 0x00:
        return bcd(t.tm_sec);
    case 0x02:
        return bcd(t.tm_min);
    case 0x04:
        return bcd(t.tm_hour);
    case 0x06:
        return bcd(t.tm_wday + 1);
    case 0x07:
        return bcd(t.tm_mday);
    case 0x08:
        return bcd(t.tm_mon + 1);
    case 0x09:
        return bcd(t.tm_year % 100);
    case 0x0a: /* 32.768 kHz, 1024 Hz */
        return 0x26;
    case 0x0b: /* 24 hours */
        return 0x02;
    case 0x0d: /* the battery is good */
        return 0x80;
    case 0x32:
        return bcd((t.tm_year + 1900) / 100);
    default:
        return 0;
    }
}

static bool uart_port(VrVcpu *vcpu, VrPc *pc, unsigned reg, bool write,
                      uint32_t *value)
{
    if (write) {
        vr_uart_write(&pc->uart, reg, *value);
    } else {
        *value = vr_uart_read(&pc->uart, reg);
    }
    set_line(vcpu, pc);
    return true;
}

static bool read_port(const VrPc *pc, uint16_t port, uint32_t *value)
{
    switch (port) {
    case CMOS_DATA:
        *value = cmos_read(pc->cmos_index);
        return true;
    case KEYBOARD_COMMAND: /* no keyboard; its input buffer is empty */
        *value = 0;
        return true;
    default:
        return false;
    }
}

static bool write_port(VrVcpu *vcpu, VrPc *pc, uint16_t port, uint32_t value)
{
    switch (port) {
    case CMOS_INDEX:
        pc->cmos_index = value & 0x7f;
        return true;
    case VR_PC_END:
        vr_vm_finish(vcpu->vm, VR_VM_DONE, value);
        return true;
    case KEYBOARD_COMMAND:
        if (value == KEYBOARD_RESET) {
            vr_vm_finish(vcpu->vm, VR_VM_RESET, 0);
        }
        return true;
    case RESET_CONTROL:
        if (value & RESET_CPU) {
            vr_vm_finish(vcpu->vm, VR_VM_RESET, 0);
        }
        return true;
    default:
        return false;
    }
}

bool vr_pc_port(VrVcpu *vcpu, uint16_t port, bool write, unsigned size,
                uint32_t *value)
{
    VrPc *pc = vcpu->vm->opaque;
    bool known;

    pthread_mutex_lock(&pc->lock);
    if (port >= VR_PC_UART && port < VR_PC_UART + 8 && size == 1) {
        known = uart_port(vcpu, pc, port - VR_PC_UART, write, value);
    } else if (write) {
        known = write_port(vcpu, pc, port, *value);
    } else {
        known = read_port(pc, port, value);
    }
    pthread_mutex_unlock(&pc->lock);
    return known;
}
