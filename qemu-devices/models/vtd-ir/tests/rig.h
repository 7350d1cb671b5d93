/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block under test with a little memory below it, the stimuli in short form,
 * and checks. The tests talk to the block only through vr_block_*, so that
 * they run on every backend.
 *
 * Effects are compared as text, one after the other, ordered by the class of
 * the order contract and within a class as they came: messages and wires as
 * the block type describes them, memory as
 *   READ16 0x10000            WRITE4 0x30000 = 0x1
 *   CAS8 0x20000 0x0->0x2     ... found 0x1     ... refused
 */
#ifndef VIRELAY_VTD_TEST_RIG_H
#define VIRELAY_VTD_TEST_RIG_H

#include <errno.h>

#include "block.h"
#include "vtd_ir.h"

/* Where the tests put their structures. */
#define TABLE 0x100000ull
#define QUEUE 0x20000ull
#define PID 0x3000ull
#define STATUS 0x4000ull /* of wait descriptors */

#define SID 0x00fa /* 00:1f.2 */

/* GCMD_REG, GSTS_REG */
#define CFI (1u << 23)
#define SIRTP (1u << 24)
#define IRE (1u << 25)
#define QIE (1u << 26)
/* IRTA_REG */
#define EIME (1u << 11)
/* IQA_REG */
#define DW (1u << 11)
/* FSTS_REG */
#define PFO (1u << 0)
#define PPF (1u << 1)
#define IQE (1u << 4)
#define ICE (1u << 5)
#define ITE (1u << 6)
/* FECTL_REG, IECTL_REG */
#define IM (1u << 31)
#define IP (1u << 30)
/* ICS_REG */
#define IWC 1u
/* IRTE, bits 63:0 */
#define P 1ull
#define FPD (1ull << 1)
#define URG (1ull << 14)
#define PST (1ull << 15)
/* IRTE, bits 127:64 */
#define SVT(n) ((uint64_t)(n) << 18)
#define SQ(n) ((uint64_t)(n) << 16)
/* PID, bits 319:256 */
#define ON 1ull
#define SN 2ull
#define NV(v) ((uint64_t)(v) << 16)
#define NDST(d) ((uint64_t)(d) << 32)
/* Descriptors of the invalidation queue, bits 63:0 */
#define IEC 4ull
#define IEC_ONE(index, im) \
    (IEC | 1ull << 4 | (uint64_t)(im) << 27 | (uint64_t)(index) << 32)
#define WAIT 5ull
#define WAIT_IF (WAIT | 1ull << 4)
#define WAIT_SW(value) (WAIT | 1ull << 5 | (uint64_t)(value) << 32)

typedef struct Test {
    const char *name; /* what, and the section of the VT-d specification */
    void (*run)(void);
} Test;

extern const Test register_tests[], command_tests[], request_tests[],
    entry_tests[], source_tests[], post_tests[], post_fault_tests[],
    cache_tests[], queue_tests[], wait_tests[], queue_error_tests[],
    dma_tests[], fault_tests[], event_tests[], delay_tests[], reset_tests[],
    save_tests[];

/* The block under test: made anew, in its reset state, for each test. */
extern VrBlock *block;

/* Make the block under test anew; memory stays. Names and values, up to NULL */
void rig_variant(const char *name, uint64_t value);
void rig_variants(const VrParam *params, size_t count);

/* --- memory: what was never written is refused --- */
void poke(uint64_t addr, uint64_t value);
uint64_t peek(uint64_t addr); /* 0 where nothing is */
/* Refuse accesses of that kind (VR_EFF_MEM_*) that begin at @addr. */
void refuse(VrEventKind kind, uint64_t addr);
void allow_all(void);
/* Keep a copy of memory, and bring it back. */
void memory_keep(void);
void memory_bring_back(void);
/* Another CPU changes the quadword just before each of the next n CASes. */
void interfere(uint64_t addr, unsigned n, uint64_t (*change)(uint64_t));

/* --- stimuli --- */
uint64_t rd(uint32_t offset); /* 32 bits */
void wr(uint32_t offset, uint32_t value);
uint64_t rd8(uint32_t offset);
void wr8(uint32_t offset, uint64_t value);
uint64_t rd_size(uint64_t offset, unsigned size);
void wr_size(uint64_t offset, unsigned size, uint64_t value);
void msg(uint32_t opcode, uint64_t addr, uint64_t data);
void time_is(uint64_t ns);
/* A write by the device SID of @data to @addr */
void device_writes(uint64_t addr, uint32_t data);
/* A request without subhandle, by the device SID or another */
void request(unsigned index);
void request_from(uint16_t sid, unsigned index);

/* --- bringing the unit up --- */
/* GCMD_REG with what GSTS_REG has and @bits; or without them */
void gcmd_set(uint32_t bits);
void gcmd_clear(uint32_t bits);
/* IRTA_REG = TABLE with those other bits; SIRTP */
void set_table(uint32_t irta_low);
/* A table of 256 entries, x2APIC mode, remapping enabled */
void remapping_on(void);
/* The queue of 256 descriptors, enabled; @dw: 128 descriptors of 256 bits */
void queue_on(bool dw);
/* Put a descriptor behind those that are in the queue, without its IQT_REG. */
void put(uint64_t lo, uint64_t hi);
/* Put it, and write IQT_REG. */
void submit(uint64_t lo, uint64_t hi);

/* Entries of the table */
void entry(unsigned index, uint64_t lo, uint64_t hi);
uint64_t remapped(uint8_t vector, uint32_t dst); /* fixed, physical, edge */
void entry_posted(unsigned index, uint8_t vector, uint64_t pid,
                  uint64_t flags);
/* A descriptor without interrupts, with those bits 319:256 */
void descriptor(uint64_t pid, uint64_t control);

/* --- checks --- */
/* Forget the effects so far. */
void forget(void);
/* Copy the effects so far, at most @max, and forget them. */
unsigned take_effects(VrEvent *to, unsigned max);
/* How many effects of that kind at @addr were not yet checked or forgotten. */
unsigned count(VrEventKind kind, uint64_t addr);
void check_at(const char *file, int line, bool ok, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void effects_at(const char *file, int line, const char *want);
void reads_at(const char *file, int line, const char *want);
void fault_at(const char *file, int line, unsigned reason, unsigned index,
              uint16_t sid);
void no_fault_at(const char *file, int line);
void skip_test(const char *why);

#define CHECK(cond) check_at(__FILE__, __LINE__, (cond), "%s", #cond)
#define EQ(got, want)                                                       \
    do {                                                                    \
        uint64_t got_ = (got), want_ = (want);                              \
        check_at(__FILE__, __LINE__, got_ == want_,                         \
                 "%s is 0x%llx, want 0x%llx", #got,                         \
                 (unsigned long long)got_, (unsigned long long)want_);      \
    } while (0)
/* Messages, wires, CAS and writes since they were last checked; "": none. */
#define EFFECTS(want) effects_at(__FILE__, __LINE__, (want))
/* The same of memory reads. */
#define READS(want) reads_at(__FILE__, __LINE__, (want))
/* The next record in turn has this fault of SID, and no other has F; it is
 * cleared. */
#define FAULT(reason, index) \
    fault_at(__FILE__, __LINE__, (reason), (index), SID)
#define NO_FAULT() no_fault_at(__FILE__, __LINE__)

#endif
