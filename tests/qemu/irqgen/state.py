# SPDX-License-Identifier: GPL-2.0-or-later
"""Reset and saved state."""
import os

from qtest import trace
from rig import DEVFN, KIND, R, Rig, TABLE_ENTRY, folder, same, test


def busy_rig():
    r = Rig()
    r.enable_msix(4)
    r.start(0, COUNT=0xffffffffffffffff, PERIOD=100, VECTORS=4,
            FLAGS=R["CH_FLAGS_DMA_SEQ"], DMA_ADDR=r.ram + 0x800)
    r.set_ch(1, COUNT=5, CTRL=R["CH_CTRL_ARM"])
    r.set("REQUESTER", 0x80001234)
    return r


@test("a function level reset stops it and forgets everything")
def flr():
    r = busy_rig()
    r.m.step(1000)
    same(r.ch(0, "FIRED"), 11)
    express = r.pci.capability(0, DEVFN, 0x10)
    r.set_config(express + 8, r.config(express + 8, 2) | 0x8000, 2)
    same(r.config(4, 2) & 6, 0, "command")
    same(r.config(r.pci.capability(0, DEVFN, 0x11) + 2, 2), 2047)
    r.map()
    same(r.m.load(r.table + 12), 1, "vector control")
    for n in 0, 1:
        same(r.counts(n), (0, 0, 0, 0, 0))
        same(r.ch(n, "STATUS"), 0)
        same(r.ch(n, "COUNT"), 0)
    same(r.get("REQUESTER"), 0)
    r.m.step(1000)
    same(r.counts(0), (0, 0, 0, 0, 0))
    r.end()
    same(len(r.fires()), 11)


@test("a reset of the machine stops it")
def system_reset():
    r = busy_rig()
    r.m.step(1000)
    r.m.qmp.say("system_reset")
    r.m.step(1000)
    r.map()
    same(r.counts(0), (0, 0, 0, 0, 0))
    r.end()
    same(len(r.fires()), 11)


@test("saved in the middle of shots, it goes on as if it had not been")
def saved():
    state = os.path.join(folder, "state")
    a = busy_rig()
    a.start(4, COUNT=1000, BURST=1000, VECTOR=1)
    a.start(5, COUNT=9, BURST=2, PERIOD=70, DELAY=1000)
    a.m.step(1030)
    a.m.store(a.table + 3 * TABLE_ENTRY + 12, 1)
    now = a.m.step(100)
    a.m.qmp.say("stop")
    a.m.qmp.say("migrate", uri=f"exec:cat >{state}")
    while a.m.qmp.say("query-migrate").get("status") != "completed":
        pass
    a.end()
    b = Rig(options=["-incoming", "defer"])
    b.m.do(f"clock_set {now}")
    b.m.qmp.say("migrate-incoming", uri=f"exec:cat {state}")
    while b.m.qmp.say("query-migrate").get("status") != "completed":
        pass
    b.m.qmp.say("cont")
    same(b.counts(0), (12, 11, 1, 0, 0))
    same(b.ch(1, "STATUS"), R["CH_STATUS_ARMED"])
    same(b.counts(4), (512, 512, 0, 0, 0))
    same(b.ch(5, "FIRED"), 4)
    b.m.step(2000)
    same(b.counts(0)[0], 32)
    same(b.counts(4), (1000, 1000, 0, 0, 0))
    same(b.ch(5, "FIRED"), 9)
    b.set("TRIGGER", 2)
    same(b.ch(1, "FIRED"), 5)
    same(b.m.load(b.ram + 0x800, 8), 32)
    b.end()
    same(sorted((t, f[1]) for t, _, _, f in trace(b.trace, KIND)
                if f[1] == 5), [(1140, 5), (1140, 5), (1210, 5), (1210, 5),
                                (1280, 5)])
