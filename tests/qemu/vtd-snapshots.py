#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vtd-snapshots.py FOLDER IMAGE QEMU...

Saves and loads a machine whose device posts interrupts through vtd-ir while
processors change the same descriptor: the firmware image IMAGE tells whether a
bit was lost. Damaged states are refused. Prints TAP.
"""
import os
import sys
import time

from snapshots import Machine, check, disk, plan, save

HOPS = 6
LOADS = 10
SECTION = b"iommu-intel/virelay"
# From the end of the name: version, time, size of the block's state, the state
SIZE_OFFSET = len(SECTION) + 4 + 8
STATE_OFFSET = SIZE_OFFSET + 4


def started(machine):
    return machine.wait_for(lambda: "# case" in machine.text())


def passed(text):
    return "\nok 1 " in text and "\nok 2 " in text


def hops(folder, command):
    state = os.path.join(folder, "state")
    machine = Machine(folder, "hop", command)
    started(machine)
    text, done = "", 0
    for _ in range(HOPS):
        time.sleep(0.3)
        if machine.ended():
            break
        save(machine, state)
        text += machine.text()
        machine.quit()
        machine = Machine(folder, "hop",
                          command + ["-incoming", "file:" + state])
        machine.wait_for(machine.migration_ended)
        machine.say("cont")
        done += 1
    machine.wait_for(machine.ended)
    text += machine.text()
    machine.quit()
    check(f"no bit is lost in moves to another process, {done} times",
          done >= 2 and passed(text), text)


def loads(folder, command):
    machine = Machine(folder, "load", command + disk(folder))
    started(machine)
    said = ""
    for _ in range(LOADS):
        said += machine.monitor("savevm s")
        time.sleep(0.2)
        said += machine.monitor("loadvm s")
    machine.wait_for(machine.ended)
    text = said + machine.text()
    machine.quit()
    check(f"no bit is lost by savevm and loadvm, {LOADS} times",
          not said and passed(text), text)


def stream(folder, command):
    machine = Machine(folder, "stream", command)
    started(machine)
    path = os.path.join(folder, "good")
    save(machine, path)
    machine.quit()
    with open(path, "rb") as f:
        return f.read()


def refused(folder, command, data):
    """Why a stream is refused, or None"""
    path = os.path.join(folder, "bad")
    with open(path, "wb") as f:
        f.write(data)
    machine = Machine(folder, "bad", command + ["-incoming", "defer"])
    try:
        machine.say("migrate-incoming", uri="file:" + path)
        machine.wait_for(machine.migration_ended, 20)
    except (OSError, EOFError):
        pass
    code = machine.quit()
    with open(machine.errors, errors="replace", encoding="utf-8") as f:
        return f.read() if code == 1 else None


def damaged(folder, command):
    good = stream(folder, command)
    at = good.index(SECTION)
    size = int.from_bytes(good[at + SIZE_OFFSET:at + STATE_OFFSET], "big")
    wrong = []
    for n in [0, 1, size // 3, size // 2, size - 1]:
        bad = bytearray(good)
        bad[at + STATE_OFFSET + n] ^= 0x10
        said = refused(folder, command, bad)
        if not said or "damaged" not in said:
            wrong.append(f"byte {n}: {said}")
    for n in [0, size - 8, size + 8, 0x7fffffff, 0xffffffff]:
        bad = bytearray(good)
        bad[at + SIZE_OFFSET:at + STATE_OFFSET] = n.to_bytes(4, "big")
        if not refused(folder, command, bad):
            wrong.append(f"size {n}: loaded")
    check("a damaged state is refused", not wrong, "\n".join(wrong))
    other = [a.replace("eim=on", "eim=on,ir-variant=frcd=4") for a in command]
    said = refused(folder, other, good)
    check("...and one of another variant", said and "vtd-ir" in said, said)


def main(folder, image, *qemu):
    command = list(qemu) + ["-kernel", image]
    hops(folder, command)
    loads(folder, command)
    damaged(folder, command)
    plan()


main(*sys.argv[1:])
