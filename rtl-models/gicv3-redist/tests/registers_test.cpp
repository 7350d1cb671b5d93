// SPDX-License-Identifier: GPL-2.0-or-later
//
// The register map against a list, the Secure and Non-secure views, and the
// priority search against brute force.

#include "pins.h"

#include <random>

unsigned failures;

namespace {

struct Range {
    uint32_t first, last; // offsets of 32-bit words, inclusive
    bool read_only;
};

// Every word that is not a reserved location.
const Range kWords[] = {
    {0x0000, 0x0000, false},   // CTLR
    {0x0004, 0x000c, true},    // IIDR, TYPER
    {0x0010, 0x001c, false},   // STATUSR, WAKER, MPAMIDR, PARTIDR
    {0x0040, 0x004c, false},   // SETLPIR, CLRLPIR
    {0x0070, 0x007c, false},   // PROPBASER, PENDBASER
    {0x00a0, 0x00a4, false},   // INVLPIR
    {0x00b0, 0x00b4, false},   // INVALLR
    {0x00c0, 0x00c0, false},   // SYNCR
    {0xffd0, 0xfffc, true},    // identification
    {0x10080, 0x10088, false}, // IGROUPR0, <1-2>E
    {0x10100, 0x10108, false}, // ISENABLER
    {0x10180, 0x10188, false}, // ICENABLER
    {0x10200, 0x10208, false}, // ISPENDR
    {0x10280, 0x10288, false}, // ICPENDR
    {0x10300, 0x10308, false}, // ISACTIVER
    {0x10380, 0x10388, false}, // ICACTIVER
    {0x10400, 0x1045c, false}, // IPRIORITYR<0-23>
    {0x10c00, 0x10c14, false}, // ICFGR<0-5>
    {0x10d00, 0x10d08, false}, // IGRPMODR
    {0x10e00, 0x10e00, false}, // NSACR
    {0x10f80, 0x10f88, false}, // INMIR
};

// Two words that also take one access of 64 bits.
const uint32_t kDwords[] = {0x08, 0x40, 0x48, 0x70, 0x78, 0xa0, 0xb0};

const Range *find_word(uint32_t offset)
{
    for (const Range &r : kWords) {
        if (offset >= r.first && offset <= r.last) {
            return &r;
        }
    }
    return nullptr;
}

// What GICR_STATUSR has to say after an access.
unsigned expected_status(uint32_t offset, unsigned size_log2, bool write)
{
    const Range *r = find_word(offset & ~3u);
    bool exists = false;
    if (size_log2 == 2) {
        exists = r && !(offset & 3);
    } else if (size_log2 == 0) {
        exists = r && r->first == 0x10400;
    } else if (size_log2 == 3) {
        for (uint32_t d : kDwords) {
            exists |= d == offset;
        }
    }
    if (!exists) {
        return write ? 2 : 1;
    }
    return write && r->read_only ? 8 : 0;
}

void test_map()
{
    Pins p;
    for (uint32_t offset = 0; offset < 0x20004; offset++) {
        // Off the words, the neighbours of each are enough.
        if ((offset & 3) && offset % 0x80 > 0x20 && offset < 0xffc0) {
            continue;
        }
        for (unsigned size = 0; size < 5; size++) {
            for (unsigned write = 0; write < 2; write++) {
                p.write(GICR_STATUSR, 0xf);
                const uint64_t data = p.access(offset, size, write, true, 0);
                const unsigned want = expected_status(offset, size, write);
                const unsigned got = p.read(GICR_STATUSR);
                if (got != want || (want && want != 8 && data)) {
                    std::fprintf(stderr,
                                 "%s of 2^%u bytes at 0x%x: data 0x%llx, "
                                 "STATUSR is 0x%x, and should be 0x%x\n",
                                 write ? "write" : "read", size, offset,
                                 (unsigned long long)data, got, want);
                    failures++;
                }
                p.drain();
            }
        }
    }
}

void test_identity()
{
    const uint8_t id[] = {0x44, 0x00, 0x00, 0x00, 0x93, 0xb4,
                          0x3b, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    Pins p;
    for (unsigned n = 0; n < 12; n++) {
        CHECK_EQ(p.read(0xffd0 + 4 * n), id[n]);
    }
    CHECK_EQ(p.read(GICR_IIDR), 0x43b);
    CHECK_EQ(p.access(GICR_TYPER, 3, false, true, 0), 0x01020304005a5a30);
    CHECK_EQ(p.read(GICR_TYPER), 0x005a5a30);
    CHECK_EQ(p.read(GICR_TYPER + 4), 0x01020304);
}

// Two Security states: what Non-secure accesses see and change.
void test_views()
{
    Pins p;
    const uint32_t ns = 0x0f0ff0f0, g1s = 0xff000000 & ~ns;
    p.write(GICR_IGROUPR0, ns);
    p.write(GICR_IGRPMODR0, g1s);
    CHECK_EQ(p.read(GICR_IGROUPR0), ns);
    CHECK_EQ(p.read(GICR_IGRPMODR0), g1s);
    for (uint32_t secure_only : {+GICR_IGROUPR0, +GICR_IGRPMODR0, +GICR_NSACR,
                                 +GICR_WAKER}) {
        p.write(secure_only, 0xffffffff, false);
        CHECK_EQ(p.read(secure_only, false), 0);
    }
    CHECK_EQ(p.read(GICR_IGROUPR0), ns);
    CHECK_EQ(p.read(GICR_NSACR), 0);

    for (uint32_t set : {+GICR_ISENABLER0, +GICR_ISPENDR0, +GICR_ISACTIVER0}) {
        p.write(set, 0xffffffff, false);
        CHECK_EQ(p.read(set), ns);
        p.write(set, 0xffffffff);
        CHECK_EQ(p.read(set + 0x80), 0xffffffff);
        CHECK_EQ(p.read(set, false), ns);
        CHECK_EQ(p.read(set + 0x80, false), ns);
        p.write(set + 0x80, 0xffffffff, false);
        CHECK_EQ(p.read(set), ~ns);
        p.write(set + 0x80, 0xffffffff);
        CHECK_EQ(p.read(set), 0);
    }

    // DPG: NS has DPG1NS only.
    p.write(GICR_CTLR, 0x07000000, false);
    CHECK_EQ(p.read(GICR_CTLR), 0x02000000);
    p.write(GICR_CTLR, 0x07000000);
    CHECK_EQ(p.read(GICR_CTLR), 0x07000000);
    CHECK_EQ(p.read(GICR_CTLR, false), 0x02000000);
    CHECK_EQ(p.m->dpg_o, 7);

    // GICR_STATUSR is banked.
    p.write(GICR_STATUSR, 0xf);
    p.write(GICR_STATUSR, 0xf, false);
    p.read(0x24, false);
    CHECK_EQ(p.read(GICR_STATUSR), 0);
    CHECK_EQ(p.read(GICR_STATUSR, false), 1);
    p.write(GICR_STATUSR, 1);
    CHECK_EQ(p.read(GICR_STATUSR, false), 1);
    p.write(GICR_STATUSR, 1, false);
    CHECK_EQ(p.read(GICR_STATUSR, false), 0);

    // ICFGR: two bits an interrupt.
    p.write(GICR_ICFGR1, 0xffffffff, false);
    CHECK_EQ(p.read(GICR_ICFGR1), 0x00aa00aa);
    CHECK_EQ(p.read(GICR_ICFGR1 - 4), 0xaaaaaaaa);
    CHECK_EQ(p.read(GICR_ICFGR1 - 4, false), 0xaa00aa00);

    // All of it is one state while DS is 1; what IGRPMODR0 held is kept.
    p.m->gicd_ds_i = 1;
    p.cycle();
    p.drain();
    CHECK_EQ(p.read(GICR_IGROUPR0, false), ns);
    CHECK_EQ(p.read(GICR_IGRPMODR0), 0);
    p.write(GICR_IGRPMODR0, 0);
    p.m->gicd_ds_i = 0;
    p.cycle();
    p.drain();
    CHECK_EQ(p.read(GICR_IGRPMODR0), g1s);
}

void test_priority_views()
{
    for (unsigned bits = 5; bits <= 8; bits++) {
        Pins p;
        const uint8_t mask = 0xff << (8 - bits);
        p.m->strap_prio_bits_i = bits;
        p.reset();
        p.write(GICR_IGROUPR0, 0xaaaaaaaa);
        for (unsigned id = 0; id < 32; id++) {
            const uint32_t byte = GICR_IPRIORITYR0 + id;
            const uint8_t v = 0x5f + 29 * id;
            p.access(byte, 0, true, true, v);
            CHECK_EQ(p.access(byte, 0, false, true, 0), v & mask);
            const bool ns = id & 1;
            CHECK_EQ(p.access(byte, 0, false, false, 0),
                     ns ? uint8_t((v & mask) << 1) : 0);
            p.access(byte, 0, true, false, v);
            CHECK_EQ(p.access(byte, 0, false, true, 0),
                     (ns ? 0x80 | (v >> 1) : v) & mask);
        }
        p.write(GICR_IPRIORITYR0 + 8, 0x10f8c3ff);
        CHECK_EQ(p.read(GICR_IPRIORITYR0 + 8),
                 0x10f8c3ff & (mask * 0x01010101u));
        CHECK_EQ(p.access(GICR_IPRIORITYR0 + 10, 0, false, true, 0),
                 0xf8 & mask);
    }
}

// The search against brute force, over random priorities, groups and enables.
void test_search()
{
    std::mt19937 rng(20240607);
    unsigned sets = 0;
    for (unsigned round = 0; round < 1500; round++) {
        Pins p;
        const uint32_t group = rng(), mod = rng(), enable = rng() | rng();
        const uint32_t pending = rng() & (round & 1 ? 0xffffffff : rng());
        const uint32_t active = rng() & rng() & rng();
        const unsigned dist = rng() & 7, cpu = rng() & 7;
        // Few distinct values, so that there are many ties.
        const unsigned shift = rng() % 8;
        uint8_t prio[32];
        p.m->gicd_enable_i = dist;
        for (unsigned w = 0; w < 8; w++) {
            uint32_t v = 0;
            for (unsigned i = 0; i < 4; i++) {
                prio[4 * w + i] = uint8_t(rng()) >> shift << (shift / 2);
                v |= uint32_t(prio[4 * w + i]) << (8 * i);
            }
            p.write(GICR_IPRIORITYR0 + 4 * w, v);
        }
        p.write(GICR_IGROUPR0, group);
        p.write(GICR_IGRPMODR0, mod);
        p.write(GICR_ISENABLER0, enable);
        p.write(GICR_ISPENDR0, pending);
        p.write(GICR_ISACTIVER0, active);
        p.msg(IN_UPSTREAM_CONTROL, 0, cpu);
        p.drain();
        p.write(GICR_WAKER, 0);

        Msg want = {OUT_NONE, 0, 0};
        for (unsigned id = 0; id < 32; id++) {
            const unsigned g =
                (group >> id) & 1 ? 1 : (mod >> id) & 1 ? 2 : 0;
            const bool candidate =
                ((pending & enable & ~active) >> id) & (dist >> g) &
                (cpu >> g) & 1;
            if (candidate && (want.opcode == OUT_NONE ||
                              prio[id] < (want.data & 0xff))) {
                want = {OUT_SET, id, prio[id] | (g << 8)};
            }
        }
        CHECK_MSG(p.out(), want);
        sets += want.opcode == OUT_SET;
    }
    // Both outcomes must have been tried in earnest.
    CHECK_EQ(sets > 500 && sets < 1450, 1);
}

// GICR_NSACR, the configured group, the group asked for and the source.
void test_sgi_forwarding()
{
    for (unsigned ds = 0; ds < 2; ds++) {
        for (unsigned n = 0; n < 4 * 3 * 4 * 2; n++) {
            const unsigned nsacr = n & 3, ns = (n >> 2) & 1;
            const unsigned asked = (n >> 3) & 3, group = (n >> 5) % 3;
            if (ds && group == 2) {
                continue; // there is none
            }
            Pins p;
            p.write(GICR_IGROUPR0, group == 1 ? 1 << 9 : 0);
            p.write(GICR_IGRPMODR0, group == 2 ? 1 << 9 : 0);
            p.write(GICR_NSACR, nsacr << 18);
            p.m->gicd_ds_i = ds;
            p.cycle();
            p.settle();
            p.drain();
            p.msg(IN_SGI, 9, asked | (ns << 2));

            // Source NS, or one Security state: by what is configured here.
            const bool g0 = ds || !ns || nsacr >= 1;
            const bool g1s = !ns || nsacr >= 2;
            bool want = false;
            if (asked == 0) {
                want = group == 0 && g0;
            } else if (asked == 1) {
                want = group == 1 ||
                       ((ns || ds) && (group == 0 ? g0 : g1s));
            } else if (asked == 2) {
                want = group == 0 ? (ns || ds) && g0 : group == 2 && g1s;
            }
            if (p.read(GICR_ISPENDR0) != (want ? 1u << 9 : 0)) {
                std::fprintf(stderr,
                             "SGI asked for %u, NS %u, configured %u, NSACR "
                             "%u, DS %u: should %sbe pending\n",
                             asked, ns, group, nsacr, ds, want ? "" : "not ");
                failures++;
            }
        }
    }
}

// Deactivation only for a group that the PE may deactivate.
void test_deactivate_groups()
{
    Pins p;
    p.write(GICR_IGROUPR0, 1 << 1);
    p.write(GICR_IGRPMODR0, 1 << 2);
    for (unsigned id = 0; id < 3; id++) { // INTID n is of group n
        for (unsigned allowed = 0; allowed < 8; allowed++) {
            p.write(GICR_ISACTIVER0, 1 << id);
            p.msg(IN_DEACTIVATE, id, allowed);
            CHECK_MSG(p.take(), {OUT_DEACTIVATE_ACK, id, 0});
            CHECK_EQ(p.read(GICR_ISACTIVER0),
                     (allowed >> id) & 1 ? 0 : 1u << id);
            p.msg(IN_DEACTIVATE, 32 + id, 7);
            CHECK_MSG(p.take(), {OUT_DEACTIVATE_ACK, 32 + id, 0});
            p.write(GICR_ICACTIVER0, 0xffffffff);
        }
    }
}

const struct {
    const char *name;
    void (*run)();
} kTests[] = {
    {"map", test_map},
    {"identity", test_identity},
    {"views", test_views},
    {"priority-views", test_priority_views},
    {"search", test_search},
    {"sgi-forwarding", test_sgi_forwarding},
    {"deactivate-groups", test_deactivate_groups},
};

} // namespace

int main()
{
    for (const auto &t : kTests) {
        const unsigned before = failures;
        t.run();
        std::printf("%-4s %s\n", failures == before ? "ok" : "FAIL", t.name);
    }
    return failures ? 1 : 0;
}
