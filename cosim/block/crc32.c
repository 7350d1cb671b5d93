/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crc32.h"

#include <string.h>

#define POLYNOMIAL 0xedb88320u /* reflected */
#define SLICES 8

/* table[k][b]: what the byte b does to the CRC k bytes later. */
static uint32_t table[SLICES][256];

__attribute__((constructor)) static void fill_table(void)
{
    for (unsigned b = 0; b < 256; b++) {
        uint32_t crc = b;

        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        }
        table[0][b] = crc;
    }
    for (unsigned k = 1; k < SLICES; k++) {
        for (unsigned b = 0; b < 256; b++) {
            uint32_t crc = table[k - 1][b];

            table[k][b] = crc >> 8 ^ table[0][crc & 0xff];
        }
    }
}

static uint32_t eight_bytes(uint32_t crc, const uint8_t *p)
{
    uint32_t r = 0;

    for (unsigned k = 0; k < SLICES; k++) {
        uint8_t b = k < 4 ? p[k] ^ crc >> (8 * k) : p[k];

        r ^= table[SLICES - 1 - k][b];
    }
    return r;
}

uint32_t vr_crc32(uint32_t crc, const void *buf, size_t len)
{
    const uint8_t *p = buf;

    crc = ~crc;
    for (; len >= SLICES; len -= SLICES, p += SLICES) {
        crc = eight_bytes(crc, p);
    }
    for (; len > 0; len--, p++) {
        crc = crc >> 8 ^ table[0][(crc ^ *p) & 0xff];
    }
    return ~crc;
}
