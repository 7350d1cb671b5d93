/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The register table of the redistributor, and the way from an address to it.
 *
 * Reset values that the manual leaves UNKNOWN are 0.
 */
#include <stddef.h>

#include "gicv3_redist_state.h"
#include "gicv3_redist_regs.h"

#define RD 0x00000u
#define SGI 0x10000u

#define AT(field) offsetof(GicrState, field)

/* Masks for Secure, Non-secure and DS = 1. */
#define ALL(m) { (m), (m), (m) }
#define NOT_NS(m) { (m), 0, (m) }
#define ONLY_S(m) { (m), 0, 0 }
#define NOBODY { 0, 0, 0 }

#define RES0(name_, offset_, words_, sizes_) \
    { .name = (name_), .offset = (offset_), .words = (words_), \
      .sizes = (sizes_), .kind = GICR_KIND_RES0 }

#define ID(name_, offset_, value_) \
    { .name = (name_), .offset = (offset_), .words = 1, .sizes = 4, \
      .kind = GICR_KIND_RO, .read = ALL(0xffffffffu), .reset = (value_) }

/* One bit an interrupt, in pairs of a set and a clear register. */
#define SET_BITS(name_, offset_, field_, hook_) \
    { .name = (name_), .offset = (offset_), .words = 1, .sizes = 4, \
      .storage = AT(field_), .kind = GICR_KIND_W1S, .hook = (hook_), \
      .field_width = 1, .read = ALL(0xffffffffu), \
      .write = ALL(0xffffffffu) }
#define CLEAR_BITS(name_, offset_, field_, hook_) \
    { .name = (name_), .offset = (offset_), .words = 1, .sizes = 4, \
      .storage = AT(field_), .kind = GICR_KIND_W1C, .hook = (hook_), \
      .field_width = 1, .read = ALL(0xffffffffu), \
      .write = ALL(0xffffffffu) }

static const GicrReg gicr_regs[] = {
    { .name = "GICR_CTLR", .offset = RD + 0x0000, .words = 1, .sizes = 4,
      .storage = AT(ctlr), .kind = GICR_KIND_RW, .hook = GICR_HOOK_CTLR,
      /* DPG1S, DPG1NS, DPG0; RWP. DPG1S needs two Security states. */
      .read = { 0x07000008, 0x02000008, 0x03000008 },
      .write = { 0x07000000, 0x02000000, 0x03000000 } },
    { .name = "GICR_IIDR", .offset = RD + 0x0004, .words = 1, .sizes = 4,
      .storage = AT(iidr), .kind = GICR_KIND_RO, .read = ALL(0xffffffffu) },
    { .name = "GICR_TYPER", .offset = RD + 0x0008, .words = 2, .sizes = 4 | 8,
      .storage = AT(typer), .kind = GICR_KIND_RO, .read = ALL(0xffffffffu) },
    { .name = "GICR_STATUSR", .offset = RD + 0x0010, .words = 1, .sizes = 4,
      .storage = AT(statusr), .kind = GICR_KIND_W1C,
      .hook = GICR_HOOK_STATUSR, .read = ALL(GICR_STATUSR_KNOWN),
      .write = ALL(GICR_STATUSR_KNOWN) },
    { .name = "GICR_WAKER", .offset = RD + 0x0014, .words = 1, .sizes = 4,
      .storage = AT(waker), .kind = GICR_KIND_RW, .hook = GICR_HOOK_WAKER,
      .read = NOT_NS(GICR_WAKER_PROCESSOR_SLEEP | GICR_WAKER_CHILDREN_ASLEEP),
      .write = NOT_NS(GICR_WAKER_PROCESSOR_SLEEP),
      .reset = GICR_WAKER_PROCESSOR_SLEEP | GICR_WAKER_CHILDREN_ASLEEP },
    RES0("GICR_MPAMIDR", RD + 0x0018, 1, 4),
    RES0("GICR_PARTIDR", RD + 0x001c, 1, 4),
    RES0("GICR_SETLPIR", RD + 0x0040, 2, 4 | 8),
    RES0("GICR_CLRLPIR", RD + 0x0048, 2, 4 | 8),
    RES0("GICR_PROPBASER", RD + 0x0070, 2, 4 | 8),
    RES0("GICR_PENDBASER", RD + 0x0078, 2, 4 | 8),
    RES0("GICR_INVLPIR", RD + 0x00a0, 2, 4 | 8),
    RES0("GICR_INVALLR", RD + 0x00b0, 2, 4 | 8),
    RES0("GICR_SYNCR", RD + 0x00c0, 1, 4),

    ID("GICR_PIDR4", RD + 0xffd0, 0x44),
    ID("GICR_PIDR5", RD + 0xffd4, 0x00),
    ID("GICR_PIDR6", RD + 0xffd8, 0x00),
    ID("GICR_PIDR7", RD + 0xffdc, 0x00),
    ID("GICR_PIDR0", RD + 0xffe0, 0x93),
    ID("GICR_PIDR1", RD + 0xffe4, 0xb4),
    ID("GICR_PIDR2", RD + 0xffe8, 0x3b),
    ID("GICR_PIDR3", RD + 0xffec, 0x00),
    ID("GICR_CIDR0", RD + 0xfff0, 0x0d),
    ID("GICR_CIDR1", RD + 0xfff4, 0xf0),
    ID("GICR_CIDR2", RD + 0xfff8, 0x05),
    ID("GICR_CIDR3", RD + 0xfffc, 0xb1),

    { .name = "GICR_IGROUPR0", .offset = SGI + 0x0080, .words = 1, .sizes = 4,
      .storage = AT(igroup), .kind = GICR_KIND_RW,
      .read = NOT_NS(0xffffffffu), .write = NOT_NS(0xffffffffu) },
    RES0("GICR_IGROUPR<n>E", SGI + 0x0084, 2, 4),
    SET_BITS("GICR_ISENABLER0", SGI + 0x0100, enable, GICR_HOOK_NONE),
    RES0("GICR_ISENABLER<n>E", SGI + 0x0104, 2, 4),
    CLEAR_BITS("GICR_ICENABLER0", SGI + 0x0180, enable, GICR_HOOK_NONE),
    RES0("GICR_ICENABLER<n>E", SGI + 0x0184, 2, 4),
    SET_BITS("GICR_ISPENDR0", SGI + 0x0200, latch, GICR_HOOK_PENDR),
    RES0("GICR_ISPENDR<n>E", SGI + 0x0204, 2, 4),
    CLEAR_BITS("GICR_ICPENDR0", SGI + 0x0280, latch, GICR_HOOK_PENDR),
    RES0("GICR_ICPENDR<n>E", SGI + 0x0284, 2, 4),
    SET_BITS("GICR_ISACTIVER0", SGI + 0x0300, active, GICR_HOOK_NONE),
    RES0("GICR_ISACTIVER<n>E", SGI + 0x0304, 2, 4),
    CLEAR_BITS("GICR_ICACTIVER0", SGI + 0x0380, active, GICR_HOOK_NONE),
    RES0("GICR_ICACTIVER<n>E", SGI + 0x0384, 2, 4),
    { .name = "GICR_IPRIORITYR<n>", .offset = SGI + 0x0400, .words = 8,
      .sizes = 1 | 4, .storage = AT(prio), .kind = GICR_KIND_PRIORITY,
      .field_width = 8, .read = ALL(0xffffffffu), .write = ALL(0xffffffffu) },
    RES0("GICR_IPRIORITYR<n>E", SGI + 0x0420, 16, 1 | 4),
    { .name = "GICR_ICFGR0", .offset = SGI + 0x0c00, .words = 1, .sizes = 4,
      .storage = AT(icfgr[0]), .kind = GICR_KIND_RW, .field_width = 2,
      .read = ALL(0xaaaaaaaau), .write = NOBODY, .reset = 0xaaaaaaaau },
    { .name = "GICR_ICFGR1", .offset = SGI + 0x0c04, .words = 1, .sizes = 4,
      .storage = AT(icfgr[1]), .kind = GICR_KIND_RW,
      .hook = GICR_HOOK_ICFGR1, .field_width = 2, .first_intid = 16,
      .read = ALL(0xaaaaaaaau), .write = ALL(0xaaaaaaaau) },
    RES0("GICR_ICFGR<n>E", SGI + 0x0c08, 4, 4),
    { .name = "GICR_IGRPMODR0", .offset = SGI + 0x0d00, .words = 1,
      .sizes = 4, .storage = AT(igrpmod), .kind = GICR_KIND_RW,
      .read = ONLY_S(0xffffffffu), .write = ONLY_S(0xffffffffu) },
    RES0("GICR_IGRPMODR<n>E", SGI + 0x0d04, 2, 4),
    { .name = "GICR_NSACR", .offset = SGI + 0x0e00, .words = 1, .sizes = 4,
      .storage = AT(nsacr), .kind = GICR_KIND_RW,
      .read = ONLY_S(0xffffffffu), .write = ONLY_S(0xffffffffu) },
    RES0("GICR_INMIR0", SGI + 0x0f80, 1, 4),
    RES0("GICR_INMIR<n>E", SGI + 0x0f84, 2, 4),
};

#define NUM_REGS (sizeof(gicr_regs) / sizeof(gicr_regs[0]))

static_assert(NUM_REGS < 255, "an index and one more fit in a byte");
static_assert(sizeof(GicrState) < UINT16_MAX, "storage offsets fit");

/*
 * Two pages of each 64 KiB frame hold registers, the first and the last. For
 * each of their words: the register's index plus one, or 0.
 */
#define PAGE_SIZE 0x1000u
#define FRAME_SIZE 0x10000u
#define PAGE_WORDS (PAGE_SIZE / 4)

static uint8_t word_to_reg[4][PAGE_WORDS];

/* Index in word_to_reg of the page of an offset, or -1. */
static int page_of(uint32_t offset)
{
    uint32_t in_frame = offset % FRAME_SIZE;
    int frame = offset / FRAME_SIZE;

    if (in_frame < PAGE_SIZE) {
        return frame * 2;
    }
    if (in_frame >= FRAME_SIZE - PAGE_SIZE) {
        return frame * 2 + 1;
    }
    return -1;
}

__attribute__((constructor)) static void gicr_regs_index(void)
{
    for (unsigned i = 0; i < NUM_REGS; i++) {
        for (unsigned w = 0; w < gicr_regs[i].words; w++) {
            uint32_t offset = gicr_regs[i].offset + w * 4;
            int page = page_of(offset);

            assert(page >= 0);
            word_to_reg[page][offset % PAGE_SIZE / 4] = i + 1;
        }
    }
}

const GicrReg *gicr_reg_at(unsigned index)
{
    return index < NUM_REGS ? &gicr_regs[index] : NULL;
}

const GicrReg *gicr_reg_find(uint64_t offset, unsigned size)
{
    int page;
    unsigned index;

    if (offset >= 2 * FRAME_SIZE || (size != 1 && size != 4 && size != 8) ||
        (offset & (size - 1))) {
        return NULL;
    }
    page = page_of(offset);
    if (page < 0) {
        return NULL;
    }
    index = word_to_reg[page][offset % PAGE_SIZE / 4];
    if (index == 0 || !(gicr_regs[index - 1].sizes & size)) {
        return NULL;
    }
    return &gicr_regs[index - 1];
}
