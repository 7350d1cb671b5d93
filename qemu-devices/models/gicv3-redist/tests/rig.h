/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block under test, the stimuli in short form, and checks. The tests talk to
 * the block only through vr_block_*, so that they run on every backend.
 *
 * Effects are compared as text, one description after the other, ordered by
 * the class of the order contract and within a class as they came.
 */
#ifndef VIRELAY_REDIST_TEST_RIG_H
#define VIRELAY_REDIST_TEST_RIG_H

#include <errno.h>

#include "block.h"
#include "gicv3_redist.h"

/* Offsets from RD_base. */
enum {
    CTLR = 0x0000,
    IIDR = 0x0004,
    TYPER = 0x0008,
    STATUSR = 0x0010,
    WAKER = 0x0014,
    IGROUPR0 = 0x10080,
    ISENABLER0 = 0x10100,
    ICENABLER0 = 0x10180,
    ISPENDR0 = 0x10200,
    ICPENDR0 = 0x10280,
    ISACTIVER0 = 0x10300,
    ICACTIVER0 = 0x10380,
    IPRIORITYR = 0x10400,
    ICFGR0 = 0x10c00,
    ICFGR1 = 0x10c04,
    IGRPMODR0 = 0x10d00,
    NSACR = 0x10e00,
};

#define S VR_ATTR_SECURE
#define NS 0

#define DS 0x40
#define ALL_GROUPS 7

typedef struct Test {
    const char *name; /* what, and the section of Arm IHI 0069 */
    void (*run)(void);
} Test;

extern const Test register_tests[], view_tests[], priority_tests[],
    pending_tests[], sgi_tests[], sleep_tests[], handshake_tests[],
    crossing_tests[], error_tests[], save_tests[], describe_tests[];

/* The block under test: made anew, in its reset state, for each test. */
extern VrBlock *block;

/* Make the block under test anew, with one parameter of the variant set. */
void rig_variant(const char *name, uint64_t value);

/* ProcessorSleep = 0, GICD_CTLR as given, all groups of the CPU interface. */
void rig_awake(uint32_t gicd_ctlr);

uint64_t rd(uint32_t offset, uint16_t attr); /* 32 bits */
void wr(uint32_t offset, uint16_t attr, uint32_t value);
uint64_t rd_size(uint64_t offset, unsigned size, uint16_t attr);
void wr_size(uint64_t offset, unsigned size, uint16_t attr, uint64_t value);
void set_priority(unsigned intid, uint8_t priority);
void msg(uint32_t opcode, uint64_t addr, uint64_t data);
void wire(uint32_t wire, uint64_t level);

/* Forget the effects so far. */
void forget(void);

void check_at(const char *file, int line, bool ok, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void effects_at(const char *file, int line, const char *want);
void skip_test(const char *why);

#define CHECK(cond) check_at(__FILE__, __LINE__, (cond), "%s", #cond)
#define EQ(got, want)                                                       \
    do {                                                                    \
        uint64_t got_ = (got), want_ = (want);                              \
        check_at(__FILE__, __LINE__, got_ == want_,                         \
                 "%s is 0x%llx, want 0x%llx", #got,                         \
                 (unsigned long long)got_, (unsigned long long)want_);      \
    } while (0)
/* The effects since the last EFFECTS() or forget(); "" for none. */
#define EFFECTS(want) effects_at(__FILE__, __LINE__, (want))

#endif
