/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console: a 16550 at COM1; and the end of the machine. */
#include "x86.h"

#define COM1 0x3f8
#define LSR  (COM1 + 5)
#define LSR_THRE 0x20

static void set_up(void)
{
    outb(COM1 + 3, 0x80);
    outb(COM1 + 0, 1);      /* 115200 */
    outb(COM1 + 1, 0);
    outb(COM1 + 3, 3);      /* 8n1 */
    outb(COM1 + 1, 0);
    outb(COM1 + 2, 7);
}

static void transmit(char c)
{
    int patience = 100000;

    while (!(inb(LSR) & LSR_THRE) && --patience) {
        cpu_relax();
    }
    outb(COM1, c);
}

void hal_console_write(char c)
{
    static bool ready;

    if (!ready) {
        set_up();
        ready = true;
    }
    if (c == '\n') {
        transmit('\r');
    }
    transmit(c);
}

static bool under_qemu(void)
{
    uint32_t r[4];

    cpuid(1, 0, r);
    if (!(r[2] & 1u << 31)) {
        return false;
    }
    cpuid(0x40000000, 0, r);
    return r[1] == 0x54474354;  /* "TCGT" */
}

/* On a machine that has no way to be ended this is the last line: the runner on
 * the host waits for it. */
_Noreturn void hal_end(int failed)
{
    const char *word = "Shutdown";

    fw_printf("# end %d\n", failed);
    if (under_qemu()) {
        outb(0xf4, failed ? 1 : 0);
    }
    while (*word) {
        outb(0x8900, *word++);  /* Bochs */
    }
    for (;;) {
        asm volatile("cli; hlt");
    }
}

/* The reset control register of PCs */
_Noreturn void hal_restart(void)
{
    outb(0xcf9, 2);
    outb(0xcf9, 6);
    for (;;) {
        asm volatile("cli; hlt");
    }
}
