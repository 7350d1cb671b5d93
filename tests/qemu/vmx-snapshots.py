#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vmx-snapshots.py FOLDER IMAGE QEMU...

Saves and loads a machine whose processors are in VMX operation: the firmware
image IMAGE runs a guest that other processors post interrupts to, and its own
verdict tells whether one was lost. Prints TAP.
"""
import os
import random
import sys
import time

from snapshots import Machine, check, disk, plan, save

OPTIONS = b"VRLYFWOPTIONS01="
CASE = b"case=vmx.posted.stress-%s posts=%d\0"
HOPS = 6
LOADS = 10
BAD_STREAMS = 24
SECTION = b"cpu/vmx"
SECTION_SIZE = 1400


def patched(folder, image, how, posts):
    with open(image, "rb") as f:
        data = bytearray(f.read())
    at = data.index(OPTIONS) + len(OPTIONS)
    option = CASE % (how, posts)
    data[at:at + len(option)] = option
    path = os.path.join(folder, "image")
    with open(path, "wb") as f:
        f.write(data)
    return path


def started(machine):
    return machine.wait_for(lambda: "# case" in machine.text())


def hops(folder, image, qemu):
    """From process to process while the guest runs"""
    state = os.path.join(folder, "state")
    command = qemu + ["-kernel", patched(folder, image, b"halt", 900000)]
    machine = Machine(folder, "hop", command)
    started(machine)
    text, done = "", 0
    for _ in range(HOPS):
        time.sleep(0.1)
        if machine.ended():
            break
        save(machine, state)
        text += machine.text()
        machine.quit()
        machine = Machine(folder, "hop", command + ["-incoming",
                                                    "file:" + state])
        machine.wait_for(machine.migration_ended)
        machine.say("cont")
        done += 1
    machine.wait_for(machine.ended)
    text += machine.text()
    machine.quit()
    check(f"a guest that runs goes on in another process, {HOPS} times",
          done == HOPS and "\nok 1 " in text, text)


def loads(folder, image, qemu):
    """savevm, and back to it after the machine ran on"""
    machine = Machine(folder, "load", qemu + disk(folder) + [
        "-kernel", patched(folder, image, b"mask", 60000)])
    started(machine)
    time.sleep(0.3)
    for _ in range(LOADS):
        said = machine.monitor("savevm s")
        time.sleep(0.2)
        said += machine.monitor("loadvm s")
        if said:
            break
    machine.wait_for(machine.ended)
    text = said + machine.text()
    machine.quit()
    check(f"savevm and loadvm while a guest runs, {LOADS} times",
          not said and "\nok 1 " in text, text)


def stream(folder, image, qemu):
    machine = Machine(folder, "stream", qemu + [
        "-kernel", patched(folder, image, b"spin", 300000)])
    started(machine)
    time.sleep(0.3)
    path = os.path.join(folder, "good")
    save(machine, path)
    machine.quit()
    with open(path, "rb") as f:
        return f.read()


def sections(data):
    found, at = [], data.find(SECTION)
    while at >= 0:
        found.append(at + len(SECTION) + 4)
        at = data.find(SECTION, at + 1)
    return found


def spoil(data, places, choice):
    data = bytearray(data)
    for _ in range(choice.choice((1, 1, 2, 8, 64))):
        at = choice.choice(places) + choice.randrange(SECTION_SIZE)
        data[at] = choice.choice((data[at] ^ 1 << choice.randrange(8), 0, 255,
                                  choice.randrange(256)))
    return data


def load(folder, command, data):
    """What becomes of a stream: its status, the exit code, what was said"""
    path = os.path.join(folder, "bad")
    with open(path, "wb") as f:
        f.write(data)
    machine = Machine(folder, "bad", command + ["-incoming", "defer"])
    status = "?"
    try:
        machine.say("migrate-incoming", uri="file:" + path)
        machine.wait_for(machine.migration_ended, 20)
        status = machine.say("query-migrate").get("status")
        machine.say("cont")
        time.sleep(0.2)
    except (OSError, EOFError):
        pass
    code = machine.quit()
    with open(machine.errors, errors="replace", encoding="utf-8") as f:
        return status, code, f.read()


def bad_streams(folder, image, qemu):
    """A damaged stream is refused, or makes a guest that runs wild: neither
    brings QEMU down."""
    good = stream(folder, image, qemu)
    places = sections(good)
    command = qemu + ["-kernel", patched(folder, image, b"spin", 300000)]
    check("processors in VMX operation send a section each",
          len(places) >= 2, places)
    choice = random.Random(1)
    wrong, refused = [], 0
    for n in range(BAD_STREAMS):
        status, code, said = load(folder, command,
                                  spoil(good, places, choice))
        refused += code == 1
        if code not in (0, 1) or (code == 1 and "cpu" not in said):
            wrong.append(f"{n}: {status}, exit {code}: {said}")
    check(f"{BAD_STREAMS} damaged streams are refused or loaded", not wrong,
          "\n".join(wrong))
    check("...some are refused", refused > 0, refused)
    spoilt = bytearray(good)
    pointer = places[0] + 10 * 8 + 1
    spoilt[pointer:pointer + 8] = b"\0\0\0\0\0\0\0\1"
    status, code, said = load(folder, command, spoilt)
    check("...which says what is wrong",
          code == 1 and "VMX state of a processor cannot be loaded" in said,
          f"{status}, exit {code}: {said}")


def no_vmx(folder, image, qemu):
    """The processor that loads does not offer VMX."""
    good = stream(folder, image, qemu)
    other = [a + ",vmx=off" if a.startswith("max") else a for a in qemu]
    _, code, said = load(folder, other + [
        "-kernel", patched(folder, image, b"spin", 300000)], good)
    check("a processor without VMX refuses the stream",
          code == 1 and "does not offer VMX" in said, f"{code}: {said}")


def main(folder, image, *qemu):
    qemu = list(qemu)
    hops(folder, image, qemu)
    loads(folder, image, qemu)
    bad_streams(folder, image, qemu)
    no_vmx(folder, image, qemu)
    plan()


main(*sys.argv[1:])
