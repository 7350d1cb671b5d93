#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""irqgen-guest.py FOLDER QEMU

Tests virelay-irqgen under a guest that runs. FOLDER has plugin.elf and
storm.elf, made of irqgen.S, and plugin.so; QEMU is qemu-system-aarch64. Prints
TAP.
"""
import os
import sys
import time
import traceback

from qtest import Machine, trace

FIRES = 2000
STORM = 1000000
KIND = 0x20
STATUS = 23
# A main loop that is not starved answers sooner, on a busy machine too.
LATENCY = 2.0

folder, qemu = sys.argv[1:]


def machine(image, *options):
    m = Machine(folder, [
        qemu, "-S", "-M", "virt,gic-version=3,its=on,highmem=off", "-m", "64",
        "-cpu", "cortex-a57", "-kernel", os.path.join(folder, image),
        "-device", "virelay-test,addr=1",
        "-device", "virelay-irqgen,id=gen,addr=2", *options], qtest=False)
    m.qmp.say("cont")
    return m


def ended(m):
    status = m.process.wait(300)
    assert status == STATUS, f"exit status {status}\n{m.stderr()}"


def plugin(path, *options):
    """Runs the guest whose blocks are the triggers."""
    so = os.path.join(folder, "plugin.so")
    ended(machine("plugin.elf", "-plugin", f"{so},every=50",
                  "-object", f"virelay-run,id=run,trace={path}", *options))
    return trace(path, KIND)


def plugin_threads():
    fires = plugin(os.path.join(folder, "trace"), "-accel",
                   "tcg,thread=multi", "-smp", "2")
    assert len(fires) >= FIRES, len(fires)
    assert [a[0] for _, _, _, a in fires] == list(range(1, len(fires) + 1))


def plugin_icount():
    paths = [os.path.join(folder, f"trace{i}") for i in range(2)]
    for path in paths:
        fires = plugin(path, "-icount", "shift=0,sleep=off")
        assert len(fires) == FIRES, len(fires)
    with open(paths[0], "rb") as a, open(paths[1], "rb") as b:
        assert a.read() == b.read(), "two runs leave two traces"


def storm(*options):
    path = os.path.join(folder, "trace")
    begin = time.monotonic()
    m = machine("storm.elf", "-object", f"virelay-run,id=run,trace={path}",
                *options)
    worst, answers = 0, 0
    while m.process.poll() is None:
        asked = time.monotonic()
        try:
            m.qmp.say("query-status")
        except (EOFError, OSError):
            break
        worst = max(worst, time.monotonic() - asked)
        answers += 1
        time.sleep(0.002)
    ended(m)
    print(f"# {time.monotonic() - begin:.2f} s; {answers} answers of the "
          f"monitor, the slowest after {worst * 1000:.0f} ms")
    assert worst < LATENCY, worst
    assert [a[0] for _, _, _, a in trace(path, KIND)] == \
        list(range(1, STORM + 1))


def storm_threads():
    storm("-accel", "tcg,thread=multi", "-smp", "2")


def storm_icount():
    storm("-icount", "shift=0,sleep=off")


TESTS = [
    ("a plugin's triggers, in multi-threaded TCG", plugin_threads),
    ("a plugin's triggers, at the same instructions in each run",
     plugin_icount),
    ("a storm of 1,000,000 leaves the main loop alive", storm_threads),
    ("a storm of 1,000,000 leaves the main loop alive, under icount",
     storm_icount),
]


def run(function):
    try:
        function()
        return True
    except Exception:  # any failure is this test's
        for line in traceback.format_exc().splitlines()[-8:]:
            print("# " + line)
        return False
    finally:
        Machine.end_all()


def main():
    bad = 0
    print(f"1..{len(TESTS)}")
    for i, (name, function) in enumerate(TESTS, 1):
        good = run(function)
        bad += not good
        print(f"{'' if good else 'not '}ok {i} - arm64: {name}", flush=True)
    return 1 if bad else 0


sys.exit(main())
