# SPDX-License-Identifier: GPL-2.0-or-later
"""MSI, MSI-X and raw messages; DMA before them."""
from qtest import trace
from rig import (
    DEVFN, KIND_MSG, LOST, PENDED, R, Rig, SENT, TABLE_ENTRY, UNMAPPED, arch,
    same, test)


@test("MSI-X: vectors in turn, in the write that starts")
def msix():
    r = Rig()
    r.enable_msix(8)
    r.start(1, VECTOR=3, VECTORS=2, COUNT=3)
    same(r.words(8), [0, 0, 0, 0x103, 0x104, 0, 0, 0])
    same(r.counts(1), (3, 3, 0, 0, 0))
    same(r.ch(1, "STATUS"), R["CH_STATUS_DONE"])
    same(r.get("MESSAGES", 8), 3)
    same(r.get("MSG_ERRORS", 8), 0)
    r.set_ch(1, STATUS=R["CH_STATUS_DONE"])
    same(r.ch(1, "STATUS"), 0)
    r.end()
    same(r.fires(), [(3 + i % 2, 1 + i, 1, SENT, r.ram + 12 + 4 * (i % 2))
                     for i in range(3)])


@test("MSI-X: all 2,048 vectors")
def msix_all():
    r = Rig()
    r.enable_msix(2048)
    r.start(0, VECTORS=2048, COUNT=2048)
    r.m.step(100000)
    same(r.counts(0), (2048, 2048, 0, 0, 0))
    same(r.words(2048), [0x100 + n for n in range(2048)])
    r.start(0, VECTOR=2047, VECTORS=2, COUNT=2)
    same(r.counts(0), (2050, 2049, 0, 1, 0))
    same(r.ch(0, "STATUS"), R["CH_STATUS_DONE"] | R["CH_STATUS_BAD_VECTOR"])
    r.end()


@test("MSI-X: a masked vector pends, and is sent once unmasked")
def msix_masked():
    r = Rig()
    r.enable_msix(70)
    r.m.store(r.table + 65 * TABLE_ENTRY + 12, 1)
    r.start(0, VECTOR=64, VECTORS=2, COUNT=6)
    same(r.counts(0), (6, 3, 3, 0, 0))
    same(r.words(2, 256), [0x140, 0])
    same(r.m.load(r.table + R["MSIX_PBA"] + 8, 8), 2, "PBA")
    r.m.store(r.table + 65 * TABLE_ENTRY + 12, 0)
    same(r.words(2, 256), [0x140, 0x141])
    same(r.m.load(r.table + R["MSIX_PBA"] + 8, 8), 0, "PBA")
    same(r.get("MESSAGES", 8), 4)
    r.end()
    same([f[3] for f in r.fires()], [SENT, PENDED] * 3)
    same([(i, a[0]) for _, _, i, a in trace(r.trace, KIND_MSG)],
         [(0x141, r.ram + 65 * 4)])


@test("MSI: vectors, masking, and those that were not allocated")
def msi():
    r = Rig()
    cap = r.enable_msi(5)
    r.start(0, VECTOR=31, COUNT=1)
    same(r.words(1), [0x11f])
    r.set_config(cap + 16, 1 << 7)
    r.start(0, VECTOR=7, COUNT=1)
    same(r.words(1), [0x11f])
    same(r.config(cap + 20), 1 << 7, "pending")
    same(r.counts(0), (2, 1, 1, 0, 0))
    r.set_config(cap + 16, 0)
    same(r.words(1), [0x107])
    same(r.config(cap + 20), 0, "pending")
    r.set_config(cap + 2, 1 | 2 << 4, 2)
    r.start(0, VECTOR=3, VECTORS=2, COUNT=2)
    same(r.words(1), [0x103])
    same(r.counts(0), (4, 2, 1, 1, 0))
    same(r.ch(0, "STATUS"), R["CH_STATUS_DONE"] | R["CH_STATUS_BAD_VECTOR"])
    r.end()


@test("without MSI and MSI-X an interrupt is dropped")
def disabled():
    r = Rig()
    r.start(0, COUNT=4)
    same(r.counts(0), (4, 0, 0, 4, 0))
    same(r.ch(0, "STATUS"), R["CH_STATUS_DONE"] | R["CH_STATUS_DISABLED"])
    same(r.get("MESSAGES", 8), 0)
    r.end()
    same([f[3:] for f in r.fires()], [(LOST, 0)] * 4)


@test("raw messages: by register, by a shot; to nowhere; without bus mastering")
def raw():
    r = Rig()
    r.set("MSG_ADDR", r.ram + 8, 8)
    r.set("MSG_DATA", 0xcafe0001)
    same(r.words(4), [0, 0, 0xcafe0001, 0])
    r.start(5, FLAGS=R["CH_FLAGS_RAW"], MSG_ADDR=r.ram + 15,
            MSG_DATA=0x12345678, COUNT=2)
    same(r.words(5), [0, 0, 0xcafe0001, 0x12345678, 0])
    same(r.counts(5), (2, 2, 0, 0, 0))
    same(r.get("MSG_ERRORS", 8), 0)
    r.set("MSG_ADDR", UNMAPPED[arch], 8)
    r.set("MSG_DATA", 1)
    same(r.get("MSG_ERRORS", 8), 1)
    same(r.get("STATUS"), R["STATUS_MSG_ERROR"])
    r.set_config(4, 2, 2)
    r.set("MSG_ADDR", r.ram, 8)
    r.set("MSG_DATA", 1)
    same(r.words(1), [0])
    same(r.get("MSG_ERRORS", 8), 2)
    same(r.get("MESSAGES", 8), 5)
    r.set("REQUESTER", 0x8000fedc)
    r.set("MSG_DATA", 2)
    r.end()
    same([(i, a[0], a[1]) for _, _, i, a in trace(r.trace, KIND_MSG)],
         [(0xcafe0001, r.ram + 8, DEVFN), (1, UNMAPPED[arch], DEVFN),
          (1, r.ram, DEVFN), (2, r.ram, 0xfedc)])


@test("DMA: sequence numbers with stride and slots; records")
def dma():
    r = Rig()
    r.enable_msix(1)
    at = r.ram + 0x1000
    r.m.step(777)
    r.start(2, SEQ=0xffffffff, COUNT=5, FLAGS=R["CH_FLAGS_DMA_SEQ"],
            DMA_ADDR=at, DMA_STRIDE=16, DMA_SLOTS=3)
    same([r.m.load(at + 8 * i, 8) for i in range(7)],
         [0x100000003, 0, 0x100000004, 0, 0x100000002, 0, 0])
    r.start(2, COUNT=2, FLAGS=R["CH_FLAGS_DMA_RECORD"], DMA_SLOTS=0,
            DMA_STRIDE=32, DMA_ADDR=at + 0x100)
    same([r.m.load(at + 0x100 + 8 * i, 8) for i in range(9)],
         [0x100000005, 777, 2 << 32, 0, 0x100000006, 777, 2 << 32, 1, 0])
    same(r.counts(2), (0x100000006, 7, 0, 0, 0))
    r.end()


@test("DMA comes before its interrupt")
def dma_first():
    r = Rig()
    r.enable_msix(1)
    # Both at one place: what is there afterwards came last.
    r.start(0, COUNT=1, FLAGS=R["CH_FLAGS_DMA_SEQ"], DMA_ADDR=r.ram,
            SEQ=0x500000000)
    same(r.m.load(r.ram, 8), 0x500000100)
    r.end()


@test("DMA to nowhere and to devices is refused, counted, and harmless")
def dma_bad():
    r = Rig()
    r.enable_msix(1)
    for n, at in enumerate((UNMAPPED[arch], r.regs + R["CTRL"],
                            r.table, 0xfffffffffffffffc)):
        r.start(n, COUNT=2, FLAGS=R["CH_FLAGS_DMA_RECORD"], DMA_ADDR=at)
        same(r.counts(n), (2, 2, 0, 0, 2), f"counts for {at:#x}")
        same(r.ch(n, "STATUS"), R["CH_STATUS_DONE"] |
             R["CH_STATUS_DMA_ERROR"])
    same(r.words(1), [0x100])
    # Not from within an access to itself, which QEMU would not let through
    r.set("REQUESTER", 0x80001234)
    r.start(5, COUNT=1, DELAY=1, FLAGS=R["CH_FLAGS_DMA_SEQ"],
            SEQ=0x80005677, DMA_ADDR=r.regs + R["REQUESTER"] - 4)
    r.start(6, COUNT=1, DELAY=1, FLAGS=R["CH_FLAGS_DMA_SEQ"],
            SEQ=0x8000567700000000, DMA_ADDR=r.regs + R["REQUESTER"] - 4)
    r.m.step(10)
    same(r.get("REQUESTER"), 0x80001234)
    same(r.counts(5)[1:], (1, 0, 0, 1))
    same(r.counts(6)[1:], (1, 0, 0, 1))
    same(r.get("STATUS") & R["STATUS_BAD_ACCESS"], 0)
    r.set_config(4, 2, 2)
    r.start(4, COUNT=1, FLAGS=R["CH_FLAGS_DMA_SEQ"], DMA_ADDR=r.ram + 64)
    same(r.counts(4), (1, 1, 0, 0, 1))
    same(r.words(2, 64), [0, 0])
    r.end()
