/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CRC-32 (IEEE 802.3: reflected, polynomial 0x04c11db7). */
#ifndef VIRELAY_CRC32_H
#define VIRELAY_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* @crc: 0, or what the call for the bytes before returned. */
uint32_t vr_crc32(uint32_t crc, const void *buf, size_t len);

#endif
