/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small block type for tests, "fake", with backends "fake-a" and "fake-b"
 * that differ only by what a test plants, and "fake-nosave" without state.
 *
 * READ/WRITE at 0x00-0x3f: eight 64-bit registers; 0x1000 and up: error.
 * MSG id 1: reads 8 bytes at addr, sends message 1 with them
 *     id 2: writes data at addr
 *     id 3: CAS at addr from 0 to data, sends message 1 with what was found
 *     id 4: sends messages 1 and 2 (different classes)
 *     id 5: sends message 1 with data 1, then 2 (one class)
 *     id 6: drives wire 3 to data
 *     id 7: reads 40 bytes at addr, sends message 1 with their sum
 *     id 8: reads 8 bytes at addr, writes data there, reads again, and sends
 *           message 1 with the first value at addr and the second as data
 *     id 9: adds data to the 8 bytes at addr by CAS, again with what was found
 *           where that is another value, 8 times at most
 */
#ifndef VIRELAY_FAKE_BLOCK_H
#define VIRELAY_FAKE_BLOCK_H

#include "backend.h"

typedef enum FakePlant {
    PLANT_NONE,
    PLANT_DATA,    /* a READ returns another value */
    PLANT_ERROR,   /* a READ ends with an error */
    PLANT_MISSING, /* MSG 4: no message 2 */
    PLANT_EXTRA,   /* MSG 4: message 3 too */
    PLANT_SWAP,    /* MSG 4: the other way round; legal */
    PLANT_ORDER,   /* MSG 5: the other way round; not legal */
    PLANT_ADDRESS, /* MSG 1, 2: another address */
    PLANT_DESIRED, /* MSG 3: another value */
    PLANT_LOST,    /* MSG 9: only one CAS */
    PLANT_HANG,    /* a READ is never answered */
} FakePlant;

extern const VrBlockType fake_type;
extern FakePlant fake_plant_a, fake_plant_b;

/* Memory of 256 bytes at 0, as a host. Addresses above fault. */
typedef struct FakeHost {
    uint8_t memory[256];
    unsigned reads, writes, cas;
    unsigned msgs, wires, guest_errors;
    VrEvent last_msg;
    VrBlock *reenter; /* apply a stimulus to it from msg_out */
    bool reenter_refused;
} FakeHost;

extern const VrHost fake_host; /* opaque: FakeHost */

#endif
