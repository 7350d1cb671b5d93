# SPDX-License-Identifier: GPL-2.0-or-later
"""Time, channels, storms and triggers."""
import os

from qtest import trace
from rig import KIND, R, Rig, folder, same, test


@test("delay, period and burst, to the nanosecond")
def timing():
    r = Rig()
    r.enable_msix(1)
    now = r.m.step(1000)
    r.start(0, COUNT=7, DELAY=500, PERIOD=300, BURST=3)
    same(r.ch(0, "STATUS"), R["CH_STATUS_RUNNING"])
    for at, fired in ((499, 0), (500, 3), (799, 3), (800, 6), (1099, 6),
                      (1100, 7), (5000, 7)):
        r.m.step(1000 + at - now)
        now = 1000 + at
        same(r.ch(0, "FIRED"), fired, f"FIRED after {at} ns")
        same(r.ch(0, "LEFT"), 7 - fired, "LEFT")
    same(r.ch(0, "STATUS"), R["CH_STATUS_DONE"])
    r.end()
    same([t for t, _, _, _ in trace(r.trace, KIND)],
         [1500] * 3 + [1800] * 3 + [2100])


@test("a burst in several chunks does not move the ticks after it")
def grid():
    r = Rig()
    r.enable_msix(1)
    r.start(0, COUNT=600, BURST=300, PERIOD=1500)
    r.m.step(10000)
    r.end()
    same([t for t, _, _, _ in trace(r.trace, KIND)],
         [0] * 256 + [1000] * 44 + [1500] * 256 + [2500] * 44)


@test("until stopped; a shot's registers may change under it; busy")
def endless():
    r = Rig()
    r.enable_msix(2)
    r.start(3, COUNT=0xffffffffffffffff, PERIOD=10, VECTOR=1)
    r.set_ch(3, VECTOR=0, COUNT=1, PERIOD=1 << 40)
    r.m.step(1000)
    same(r.ch(3, "FIRED"), 101)
    same(r.ch(3, "LEFT"), 0xffffffffffffffff)
    same(r.words(2), [0, 0x101])
    r.set_ch(3, CTRL=R["CH_CTRL_START"])
    same(r.ch(3, "STATUS"), R["CH_STATUS_RUNNING"] | R["CH_STATUS_BUSY"])
    r.set("STOP", 1 << 3)
    same(r.ch(3, "STATUS"), R["CH_STATUS_BUSY"])
    r.m.step(1000)
    same(r.ch(3, "FIRED"), 101)
    r.set_ch(3, CTRL=R["CH_CTRL_RESET"])
    same(r.counts(3), (0, 0, 0, 0, 0))
    same(r.ch(3, "STATUS"), 0)
    r.end()


@test("eight channels, each with its own shot")
def channels():
    r = Rig()
    r.enable_msix(8)
    for n in range(8):
        r.set_ch(n, VECTOR=n, COUNT=10 * (n + 1), PERIOD=100 + n, DELAY=n)
    r.set("START", 0xff)
    r.m.step(100000)
    for n in range(8):
        same(r.counts(n), (10 * (n + 1), 10 * (n + 1), 0, 0, 0), f"channel {n}")
    r.end()
    times = {}
    for t, _, vector, args in trace(r.trace, KIND):
        same(vector, args[1])
        times.setdefault(vector, []).append(t)
    for n in range(8):
        same(times[n], [n + (100 + n) * i for i in range(10 * (n + 1))])


def storm(path):
    r = Rig()
    r.enable_msix(8)
    for n in range(8):
        r.set_ch(n, VECTORS=8, COUNT=125000, BURST=1 + n)
    r.set("START", 0xff)
    fired = r.m.qmp.say("qom-get", path="/machine/peripheral/gen",
                        property="fired")
    same(fired, 8 * R["CHUNK"], "fired in the write that starts")
    r.m.step(R["CHUNK_NS"] * (125000 // R["CHUNK"] + 1))
    for n in range(8):
        same(r.counts(n), (125000, 125000, 0, 0, 0), f"channel {n}")
    same(r.get("MESSAGES", 8), 1000000)
    r.end()
    os.replace(r.trace, path)


@test("a storm of 1,000,000 goes in chunks, and twice the same way")
def storms():
    paths = [os.path.join(folder, f"storm{i}") for i in range(2)]
    for p in paths:
        storm(p)
    with open(paths[0], "rb") as a, open(paths[1], "rb") as b:
        if a.read() != b.read():
            raise AssertionError("two runs leave two traces")
    fires = trace(paths[0], KIND)
    same(len(fires), 1000000)
    for n in range(8):
        same([a[0] for _, _, _, a in fires if a[1] == n],
             list(range(1, 125001)), f"sequence of channel {n}")
    for p in paths:
        os.unlink(p)


@test("triggers: by register and by monitor, armed, re-armed, lost")
def triggers():
    r = Rig()
    r.enable_msix(1)

    def pull(n):
        return r.m.qmp.say("qom-set", path="/machine/peripheral/gen",
                           property="trigger", value=n)

    assert "not armed" in pull(1)["error"]
    assert "no channel 8" in pull(8)["error"]
    assert "error" in pull(-1)
    r.set_ch(1, COUNT=2, CTRL=R["CH_CTRL_ARM"])
    same(r.ch(1, "STATUS"), R["CH_STATUS_ARMED"])
    same(r.ch(1, "FIRED"), 0)
    same(pull(1), {})
    r.m.step(1)
    same(r.ch(1, "FIRED"), 2)
    same(r.ch(1, "STATUS"), R["CH_STATUS_DONE"])
    r.set("TRIGGER", 1 << 1)
    same(r.ch(1, "TRIGGERS_LOST"), 1)
    same(r.ch(1, "STATUS"), R["CH_STATUS_DONE"] |
         R["CH_STATUS_TRIGGER_LOST"])
    r.set_ch(2, COUNT=3, DELAY=50, FLAGS=R["CH_FLAGS_REARM"])
    r.set("ARM", 1 << 2)
    for i in range(4):
        r.set("TRIGGER", 1 << 2)
        r.set("TRIGGER", 1 << 2)
        same(r.ch(2, "TRIGGERS_LOST"), i + 1)
        r.m.step(50)
        same(r.ch(2, "FIRED"), 3 * (i + 1))
        same(r.ch(2, "STATUS") & 3, R["CH_STATUS_ARMED"])
    r.set("STOP", 1 << 2)
    same(r.ch(2, "STATUS") & 3, 0)
    r.start(3, COUNT=1, FLAGS=R["CH_FLAGS_REARM"])
    same(r.ch(3, "STATUS"), R["CH_STATUS_DONE"])
    text = r.m.qmp.say("human-monitor-command", **{
        "command-line": "qom-set /machine/peripheral/gen trigger 2"})
    assert "not armed" in text, text
    r.set_ch(2, CTRL=R["CH_CTRL_ARM"])
    same(r.m.qmp.say("human-monitor-command", **{
        "command-line": "qom-set /machine/peripheral/gen trigger 2"}), "")
    r.m.step(50)
    same(r.ch(2, "FIRED"), 15)
    r.end()
