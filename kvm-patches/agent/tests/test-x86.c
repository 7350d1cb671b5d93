/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unit test of what the x86 agent gives to L2 and can be judged without one:
 * the UART, the MP table, the initrd. Runs on the build machine.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "x86/mptable.h"
#include "x86/newc.h"
#include "x86/uart.h"

static int failures;

#define EXPECT(what) expect(what, #what, __LINE__)

static void expect(bool right, const char *what, int line)
{
    if (!right) {
        printf("line %d: not so: %s\n", line, what);
        failures++;
    }
}

/* --- the UART: PC16550D data sheet --- */

static char sent[64];
static unsigned sent_count;

static void transmit(void *opaque, uint8_t byte)
{
    (void)opaque;
    sent[sent_count++] = byte;
}

static void test_uart_interrupt(void)
{
    VrUart uart = { .transmit = transmit };

    EXPECT(!vr_uart_line(&uart));
    EXPECT((vr_uart_read(&uart, 2) & 0x0f) == 0x01); /* none pending */
    vr_uart_write(&uart, 1, 0x02); /* THRE enabled while it is empty */
    EXPECT(vr_uart_line(&uart));
    EXPECT((vr_uart_read(&uart, 2) & 0x0f) == 0x02);
    EXPECT(!vr_uart_line(&uart)); /* reading IIR ended it */
    vr_uart_write(&uart, 1, 0x02); /* was enabled already */
    EXPECT(!vr_uart_line(&uart));
    vr_uart_write(&uart, 0, 'a');
    EXPECT(vr_uart_line(&uart));
    vr_uart_write(&uart, 1, 0x00);
    EXPECT(!vr_uart_line(&uart)); /* disabled */
    EXPECT((vr_uart_read(&uart, 2) & 0x0f) == 0x01);
    EXPECT(sent_count == 1 && sent[0] == 'a');
}

static void test_uart_registers(void)
{
    VrUart uart = { .transmit = transmit };

    sent_count = 0;
    EXPECT((vr_uart_read(&uart, 5) & 0x60) == 0x60); /* THRE, TEMT */
    EXPECT((vr_uart_read(&uart, 5) & 0x01) == 0);    /* nothing received */
    vr_uart_write(&uart, 3, 0x83);                   /* DLAB */
    vr_uart_write(&uart, 0, 0x12);
    vr_uart_write(&uart, 1, 0x34);
    EXPECT(vr_uart_read(&uart, 0) == 0x12 && vr_uart_read(&uart, 1) == 0x34);
    vr_uart_write(&uart, 3, 0x03);
    EXPECT(vr_uart_read(&uart, 1) == 0 && sent_count == 0);
    vr_uart_write(&uart, 1, 0xff);
    EXPECT(vr_uart_read(&uart, 1) == 0x0f); /* the rest is not there */
    vr_uart_write(&uart, 2, 0x01);
    EXPECT((vr_uart_read(&uart, 2) & 0xc0) == 0xc0); /* FIFOs */
    vr_uart_write(&uart, 4, 0x1a); /* loopback, RTS, OUT2 */
    EXPECT((vr_uart_read(&uart, 6) & 0xf0) == 0x90);
    vr_uart_write(&uart, 0, 'x');
    EXPECT(sent_count == 0);
    vr_uart_write(&uart, 7, 0x5a);
    EXPECT(vr_uart_read(&uart, 7) == 0x5a);
}

/* --- the MP table: MultiProcessor Specification 1.4, chapter 4 --- */

static uint8_t sum(const uint8_t *bytes, unsigned count)
{
    uint8_t total = 0;

    while (count--) {
        total += *bytes++;
    }
    return total;
}

static unsigned count_entries(const uint8_t *table, uint8_t type)
{
    static const unsigned sizes[] = { 20, 8, 8, 8, 8 };
    unsigned entries = table[34] | table[35] << 8;
    const uint8_t *entry = table + 44;
    unsigned found = 0;

    while (entries--) {
        found += *entry == type;
        entry += sizes[*entry % 5];
    }
    EXPECT(entry == table + (table[4] | table[5] << 8));
    return found;
}

static void test_mptable(void)
{
    static uint8_t memory[0x100000];
    const uint8_t *base = memory + VR_MPTABLE_BASE;
    const uint8_t *table;
    uint32_t address;

    vr_mptable_write(memory, 4);
    EXPECT(memcmp(base, "_MP_", 4) == 0 && sum(base, 16) == 0);
    memcpy(&address, base + 4, sizeof(address));
    table = memory + address;
    EXPECT(memcmp(table, "PCMP", 4) == 0);
    EXPECT(sum(table, table[4] | table[5] << 8) == 0);
    EXPECT(count_entries(table, 0) == 4);
    EXPECT(count_entries(table, 2) == 1);
    EXPECT(count_entries(table, 3) == 15);
    EXPECT(count_entries(table, 4) == 2);
    EXPECT((table[44 + 3] & 3) == 3 && (table[44 + 20 + 3] & 3) == 1);
}

/* --- the initrd: cpio(5), "newc" --- */

static void test_newc(void)
{
    static const uint8_t program[] = "#!program";
    static uint8_t archive[4096];
    size_t size = vr_newc_write(archive, sizeof(archive), program,
                                sizeof(program));

    EXPECT(size > 0 && size % 4 == 0);
    EXPECT(memcmp(archive, "070701", 6) == 0);
    EXPECT(memmem(archive, size, program, sizeof(program)) != NULL);
    EXPECT(memmem(archive, size, "dev/console", 12) != NULL);
    EXPECT(memmem(archive, size, "TRAILER!!!", 11) != NULL);
    for (size_t limit = 0; limit < size; limit += 3) {
        EXPECT(vr_newc_write(archive, limit, program, sizeof(program)) == 0);
    }
}

int main(void)
{
    test_uart_interrupt();
    test_uart_registers();
    test_mptable();
    test_newc();
    printf("%d failures\n", failures);
    return failures ? 1 : 0;
}
