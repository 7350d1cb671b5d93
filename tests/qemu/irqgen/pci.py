# SPDX-License-Identifier: GPL-2.0-or-later
"""Identity, capabilities and registers."""
from qtest import trace
from rig import (DEVFN, KIND_MSG, PORT_DEVFN, R, ROOT_PORT, Rig, WIDE, same,
                 test)


@test("identity, capabilities and BARs")
def identity():
    r = Rig()
    same(r.config(0), R["DEVICE"] << 16 | R["VENDOR"])
    same(r.config(0x0a, 2), R["CLASS"], "class")
    express = r.pci.capability(0, DEVFN, 0x10)
    same(r.config(express + 2, 2) >> 4 & 15, 9, "port type")
    same(r.config(express + 4) >> 28 & 1, 1, "FLR")
    msi = r.pci.capability(0, DEVFN, 5)
    same(r.config(msi + 2, 2), 0x018a, "MSI control")
    msix = r.pci.capability(0, DEVFN, 0x11)
    same(r.config(msix + 2, 2), 2047, "MSI-X control")
    same(r.config(msix + 4), 2, "MSI-X table")
    same(r.config(msix + 8), 0x8002, "MSI-X PBA")
    for bar, size in (0x10, R["REG_SIZE"]), (0x18, R["MSIX_SIZE"]):
        r.set_config(bar, 0xffffffff)
        same(r.config(bar), 0x100000000 - size, f"BAR at {bar:#x}")
    same(r.config(0x3d, 1), 0, "interrupt pin")
    r.end()


@test("behind a root port it is an endpoint")
def root_port():
    r = Rig(extra=["-device", ROOT_PORT], device="bus=rp")
    r.pci.store(0, PORT_DEVFN, 0x18, 0x010100)
    r.pci.store(0, PORT_DEVFN, 0x20, r.regs >> 16 | (r.table & 0xfff00000))
    r.pci.store(0, PORT_DEVFN, 4, 6, 2)
    r.map(1, 0)
    express = r.pci.capability(1, 0, 0x10)
    same(r.config(express + 2, 2) >> 4 & 15, 0, "port type")
    r.enable_msix(2)
    r.start(0, VECTOR=1, COUNT=1)
    same(r.words(2), [0, 0x101])
    r.set("MSG_ADDR", r.ram, 8)
    r.set("MSG_DATA", 3)
    r.end()
    same([a[1] for _, _, _, a in trace(r.trace, KIND_MSG)], [0x100],
         "requester")


@test("registers: values, halves, and accesses that are none")
def registers():
    r = Rig()
    same(r.get("ID"), R["ID_VALUE"])
    same(r.get("VERSION"), 1)
    same(r.get("CHANNELS"), 8)
    same(r.get("VECTORS"), 32 << 16 | 2048)
    same(r.get("MODE"), 0)
    same(r.get("STATUS"), 0)
    now = r.m.step(12345)
    same(r.get("TIME", 8), now)
    config = ("VECTOR", "VECTORS", "COUNT", "DELAY", "PERIOD", "BURST", "FLAGS",
              "DMA_ADDR", "DMA_STRIDE", "DMA_SLOTS", "MSG_ADDR", "MSG_DATA",
              "SEQ")
    value = 0x1122334455667788
    want = {}
    for n in range(8):
        for name in config:
            value = value * 6364136223846793005 + 1 & 0xffffffffffffffff
            want[n, name] = value if name in WIDE else value & 0xffffffff
            r.set_ch(n, **{name: want[n, name]})
    for (n, name), value in want.items():
        same(r.ch(n, name), value, f"channel {n} {name}")
    half = r.regs + R["CHANNEL"](2) + R["CH_DELAY"]
    r.m.store(half + 4, 0xabcdef01)
    same(r.ch(2, "DELAY"), want[2, "DELAY"] & 0xffffffff | 0xabcdef01 << 32)
    same(r.m.load(half), want[2, "DELAY"] & 0xffffffff)
    r.set("REQUESTER", 0xffffffff)
    same(r.get("REQUESTER"), 0x8000ffff)
    r.set("MSG_ADDR", 0x123456789abcdef, 8)
    same(r.get("MSG_ADDR", 8), 0x123456789abcdec)
    same(r.get("STATUS"), 0)
    for at, size, writes in (
            (0, 8, False), (0, 2, False), (1, 4, False), (0x58, 4, False),
            (R["START"], 4, False), (R["START"], 8, True), (0, 4, True),
            (R["STATUS"], 1, True), (R["MSG_ADDR"] + 2, 4, True),
            (R["CHANNEL"](8), 4, False), (R["CHANNEL"](8), 4, True),
            (R["CHANNEL"](0) + R["CH_CTRL"], 4, False),
            (R["CHANNEL"](0) + R["CH_FIRED"], 8, True),
            (R["CHANNEL"](0) + R["CH_VECTOR"], 8, True),
            (0xffc, 4, False), (0x60, 4, True)):
        r.set("STATUS", 1)
        same(r.get("STATUS"), 0)
        if writes:
            r.m.store(r.regs + at, 0xffffffff, size)
        else:
            same(r.m.load(r.regs + at, size), 0, f"{size} bytes at {at:#x}")
        same(r.get("STATUS"), R["STATUS_BAD_ACCESS"], f"STATUS after {at:#x}")
    same(r.get("MSG_ADDR", 8), 0x123456789abcdec)
    r.set("CTRL", 1)
    same(r.get("STATUS"), 0)
    for n in range(8):
        for name in config:
            same(r.ch(n, name), 0, name)
    r.end()
