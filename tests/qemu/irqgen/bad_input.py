# SPDX-License-Identifier: GPL-2.0-or-later
"""What no driver should do."""
import random
import re

from qtest import Machine
from rig import (
    DEVFN, ECAM, MACHINE, PORT_DEVFN, R, ROOT_PORT, Rig, TABLE_ENTRY,
    UNMAPPED, arch, folder, qemu, same, test)


@test("a shot that makes no sense is not started, and says so")
def bad_config():
    r = Rig()
    r.enable_msix(1)
    good = {"COUNT": 1, "DELAY": 0, "PERIOD": 0, "FLAGS": 0}
    for bad in ({"COUNT": 0}, {"DELAY": 1 << 62}, {"PERIOD": 1 << 63},
                {"FLAGS": 16}, {"FLAGS": 0xffffffff}):
        r.set_ch(0, STATUS=0xffffffff)
        r.start(0, **(good | bad))
        same(r.ch(0, "STATUS"), R["CH_STATUS_BAD_CONFIG"], f"after {bad}")
        r.set_ch(0, CTRL=R["CH_CTRL_ARM"])
        same(r.ch(0, "STATUS"), R["CH_STATUS_BAD_CONFIG"], f"after {bad}")
    same(r.counts(0), (0, 0, 0, 0, 0))
    r.start(0, **good, VECTOR=0xffffffff, VECTORS=0xffffffff, BURST=0xffffffff)
    same(r.counts(0), (1, 0, 0, 1, 0))
    r.end()


@test("messages to itself start nothing and go round in no circle")
def itself():
    r = Rig()
    r.enable_msix(4)
    for n, (at, data) in enumerate((
            (r.regs + R["START"], 0xff), (r.regs + R["CTRL"], 1),
            (r.regs + R["TRIGGER"], 0xff), (r.table + 12, 0))):
        r.m.store(r.table + TABLE_ENTRY * n, at)
        r.m.store(r.table + TABLE_ENTRY * n + 8, data)
    for n in range(8):
        r.set_ch(n, VECTOR=n % 4, COUNT=1000, PERIOD=1, DELAY=1,
                 FLAGS=R["CH_FLAGS_REARM"])
    r.set("START", 0x0f)
    r.set("ARM", 0xf0)
    r.m.step(10000)
    for n in range(4):
        same(r.counts(n), (1000, 1000, 0, 0, 0))
    for n in range(4, 8):
        same(r.counts(n), (0, 0, 0, 0, 0))
        same(r.ch(n, "STATUS"), R["CH_STATUS_ARMED"])
    same(r.get("STATUS") & R["STATUS_BAD_ACCESS"], 1)
    if arch == "arm64":
        # The reset of the function, out of its own interrupt
        express = r.pci.capability(0, DEVFN, 0x10)
        r.set("CTRL", 1)
        r.start(0, FLAGS=R["CH_FLAGS_RAW"], COUNT=100, DELAY=1, BURST=100,
                MSG_ADDR=ECAM[arch] + (DEVFN << 12) + express + 8,
                MSG_DATA=0x8000)
        r.m.step(10)
        r.map()
        same(r.counts(0), (0, 0, 0, 0, 0))
    r.end()


@test("nonsense in every register")
def nonsense():
    rng = random.Random(1)
    r = Rig()
    r.enable_msix(16)
    interesting = (0, 1, 0xffffffff, r.ram, r.regs, r.table, UNMAPPED[arch],
                   0x80000000, 0xfee00000)
    for i in range(30000):
        at = rng.choice((rng.randrange(0x800), rng.randrange(0x1000)))
        size = rng.choice((1, 2, 4, 4, 4, 8, 8))
        if rng.randrange(8):
            at -= at % size
        value = rng.choice((rng.choice(interesting), rng.getrandbits(size * 8),
                            rng.getrandbits(6)))
        if at + size > 0x1000:
            continue
        if rng.randrange(4):
            r.m.store(r.regs + at, value & (1 << size * 8) - 1, size)
        else:
            r.m.load(r.regs + at, size)
        if i % 64 == 0:
            r.m.step(rng.choice((1, 100, 5000)))
        if i % 512 == 0:
            r.set("CTRL", 1)
            r.map()
    r.set("CTRL", 1)
    r.enable_msix(16)
    r.clear(16)
    r.start(0, COUNT=16, VECTORS=16)
    same(r.words(16), [0x100 + n for n in range(16)])
    r.end()


def refused(pattern, *options):
    try:
        m = Machine(folder, [qemu, *MACHINE[arch], *options])
    except EOFError as e:
        if not re.search(pattern, str(e)):
            raise AssertionError(str(e)) from e
        return
    m.quit()
    raise AssertionError("was accepted")


@test("options that it does not have are refused, with what is wrong")
def options():
    refused("needs a PCI Express bus", "-device", "pcie-pci-bridge,id=b",
            "-device", "virelay-irqgen,bus=b,addr=1")
    refused("msi-vectors=33", "-device", "virelay-irqgen,msi-vectors=33")
    refused("msi-vectors=3 ", "-device", "virelay-irqgen,msi-vectors=3")
    refused("msix-vectors=2049", "-device", "virelay-irqgen,msix-vectors=2049")
    refused("there are 16", *["-device", "virelay-irqgen"] * 17)
    r = Rig(device="addr=3,msi-vectors=0,msix-vectors=0")
    same(r.get("VECTORS"), 0)
    same(r.pci.capability(0, DEVFN, 5), 0)
    same(r.pci.capability(0, DEVFN, 0x11), 0)
    r.start(0, COUNT=1)
    same(r.counts(0), (1, 0, 0, 1, 0))
    r.end()


# Slot control: power and its indicator
SLOT_ON, SLOT_OFF = 0x100, 0x700


@test("unplugged while it fires, and plugged in again")
def unplug():
    native = ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]
    r = Rig(extra=["-device", ROOT_PORT, *(native if arch == "x86" else [])])
    r.set_config(4, 0, 2)
    r.pci.store(0, PORT_DEVFN, 0x18, 0x010100)
    r.pci.store(0, PORT_DEVFN, 0x20, r.regs >> 16 | r.table & 0xfff00000)
    r.pci.store(0, PORT_DEVFN, 4, 6, 2)
    slot = r.pci.capability(0, PORT_DEVFN, 0x10) + 0x18
    for _ in range(3):
        same(r.m.qmp.say("device_add", driver="virelay-irqgen", bus="rp",
                         id="two"), {})
        r.pci.store(0, PORT_DEVFN, slot, SLOT_ON, 2)
        r.map(1, 0)
        same(r.get("ID"), R["ID_VALUE"])
        r.start(7, COUNT=0xffffffffffffffff, PERIOD=100)
        r.set_ch(6, COUNT=1, CTRL=R["CH_CTRL_ARM"])
        r.m.step(1000)
        same(r.ch(7, "DROPPED"), 11)
        same(r.m.qmp.say("qom-set", path="/machine/peripheral/two",
                         property="trigger", value=6), {})
        r.m.step(1)
        same(r.m.qmp.say("device_del", id="two"), {})
        r.pci.store(0, PORT_DEVFN, slot, SLOT_OFF, 2)
        r.m.qmp.wait("DEVICE_DELETED")
        r.m.step(1000)
    r.end()
    same([f[2] for f in r.fires()], ([7] * 11 + [6]) * 3)
