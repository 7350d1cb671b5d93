/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as bytes: the variable-length code of recordings.
 *
 * One byte: kind in bits 3:0, flags in bits 7:4; then the fields that the
 * kind uses, as LEB128 numbers (7 bits a byte, least significant first). An
 * event with anything else in it is written whole (kind 15, then the 64 bytes
 * of VrEvent, little-endian), so that every event survives the round trip.
 *
 * kind               flags                            then
 * 1 RESET            -                                -
 * 2 READ             size, secure                     addr
 * 3 WRITE            size, secure                     addr, data
 * 4 MSG in           -                                id, addr, data
 * 5 WIRE in          -                                id, data
 * 6 TIME             -                                data
 * 7 DATA             bit 4: not the stimulus' access  [addr, size, attr] data
 * 8 ERROR            bit 4: as above                  [addr, size, attr]
 * 9 MSG out          -                                id, addr, data
 * 10 WIRE out        -                                id, data
 * 11 MEM_READ        bit 4: fault                     size, addr, words
 * 12 MEM_WRITE       bit 4: fault                     size, addr, words
 * 13 MEM_CAS         bit 4: fault                     size, addr, words
 *
 * size: 1 << bits 5:4 bytes; secure: bit 6. words: the 64-bit words that size
 * covers; of a CAS, those of data, data2 and old.
 */
#ifndef VIRELAY_CODEC_H
#define VIRELAY_CODEC_H

#include "block.h"

#ifdef __cplusplus
extern "C" {
#endif

/* No event takes more bytes. */
#define VR_CODEC_MAX 96

/*
 * What DATA and ERROR refer to. Zero it where a decoder may start; encoder
 * and decoder then go through the same states.
 */
typedef struct VrCodec {
    uint64_t addr;
    uint16_t attr;
    uint8_t size;
} VrCodec;

/* Bytes written to out. */
size_t vr_encode(VrCodec *c, const VrEvent *e, uint8_t out[VR_CODEC_MAX]);
/* Bytes taken from in, or 0 if the bytes are no (whole) event. */
size_t vr_decode(VrCodec *c, const uint8_t *in, size_t len, VrEvent *e);

#ifdef __cplusplus
}
#endif

#endif
