# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU machine without a guest, driven through the qtest protocol and QMP.

With -accel qtest no CPU runs: memory and ports are accessed from here, and
virtual time stands still but for clock_step.
"""
import json
import os
import socket
import struct
import subprocess

PATIENCE = 120


class Qmp:
    def __init__(self, stream):
        self.stream = stream
        self.events = []
        stream.readline()
        self.say("qmp_capabilities")

    def say(self, command, **arguments):
        """The answer's "return", or its "error" as {"error": text}."""
        self.stream.write(json.dumps({"execute": command,
                                      "arguments": arguments}) + "\n")
        self.stream.flush()
        for line in self.stream:
            answer = json.loads(line)
            if "error" in answer:
                return {"error": answer["error"]["desc"]}
            if "return" in answer:
                return answer["return"]
            self.events.append(answer.get("event"))
        raise EOFError("QEMU has gone")

    def wait(self, event):
        """Until @event has come; each one counts once."""
        while event not in self.events:
            answer = json.loads(self.stream.readline())
            self.events.append(answer.get("event"))
        self.events.remove(event)


class Machine:
    """@command: QEMU and its options, without -accel."""

    running = []

    @classmethod
    def end_all(cls):
        """Those that a test left behind."""
        for process in cls.running:
            if process.poll() is None:
                process.kill()
                process.wait()
        cls.running.clear()

    def __init__(self, folder, command, qtest=True):
        self.errors = os.path.join(folder, "stderr")
        names = ["qmp"] + (["qtest"] if qtest else [])
        listeners = {}
        for name in names:
            path = os.path.join(folder, name)
            if os.path.exists(path):
                os.unlink(path)
            listeners[name] = socket.socket(socket.AF_UNIX)
            listeners[name].settimeout(PATIENCE)
            listeners[name].bind(path)
            listeners[name].listen(1)
        command = command + ["-nodefaults", "-no-user-config",
                             "-display", "none"]
        for name in names:
            command += ["-chardev",
                        f"socket,id={name},path={os.path.join(folder, name)}"]
        command += ["-mon", "chardev=qmp,mode=control"]
        if qtest:
            command += ["-accel", "qtest", "-qtest", "chardev:qtest",
                        "-qtest-log", "/dev/null"]
        with open(self.errors, "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=errors,
                stderr=errors)
        self.running.append(self.process)
        streams = {}
        for name in names:
            streams[name] = self.accept(listeners[name])
        try:
            self.qmp = Qmp(streams["qmp"])
        except (EOFError, OSError):
            self.process.wait(PATIENCE)
            raise EOFError(self.stderr()) from None
        self.qtest = streams.get("qtest")

    def accept(self, listener):
        listener.settimeout(0.2)
        while True:
            try:
                s, _ = listener.accept()
                s.settimeout(PATIENCE)
                return s.makefile("rw", encoding="utf-8")
            except TimeoutError:
                if self.process.poll() is not None:
                    raise EOFError(self.stderr()) from None

    def stderr(self):
        with open(self.errors, errors="replace", encoding="utf-8") as f:
            return f.read()

    def quit(self):
        """QEMU's exit status."""
        if self.process.poll() is None:
            try:
                self.qmp.say("quit")
            except (EOFError, OSError, ValueError):
                pass
        return self.process.wait(PATIENCE)

    def do(self, line):
        self.qtest.write(line + "\n")
        self.qtest.flush()
        answer = self.qtest.readline().split()
        while answer and answer[0] == "IRQ":
            answer = self.qtest.readline().split()
        if not answer:
            raise EOFError("QEMU has gone")
        if answer[0] != "OK":
            raise ValueError(f"{line}: {' '.join(answer)}")
        return int(answer[1], 0) if len(answer) > 1 else 0

    def step(self, ns):
        """Virtual time after it; @ns is not 0."""
        return self.do(f"clock_step {ns}")

    def load(self, addr, size=4):
        return self.do(f"read{'bwlq'[size.bit_length() - 1]} 0x{addr:x}")

    def store(self, addr, value, size=4):
        self.do(f"write{'bwlq'[size.bit_length() - 1]} 0x{addr:x} 0x{value:x}")


class Pci:
    """The configuration space, by ports or in memory (@ecam)."""

    def __init__(self, machine, ecam=None):
        self.machine = machine
        self.ecam = ecam

    def where(self, bus, devfn, reg):
        if self.ecam is not None:
            return self.ecam + (bus << 20 | devfn << 12 | reg)
        self.machine.do(
            f"outl 0xcf8 0x{1 << 31 | bus << 16 | devfn << 8 | reg & 0xfc:x}")
        return 0xcfc + (reg & 3)

    def load(self, bus, devfn, reg, size=4):
        at = self.where(bus, devfn, reg)
        if self.ecam is not None:
            return self.machine.load(at, size)
        return self.machine.do(f"in{'bwl'[size.bit_length() - 1]} 0x{at:x}")

    def store(self, bus, devfn, reg, value, size=4):
        at = self.where(bus, devfn, reg)
        if self.ecam is not None:
            self.machine.store(at, value, size)
        else:
            self.machine.do(
                f"out{'bwl'[size.bit_length() - 1]} 0x{at:x} 0x{value:x}")

    def capability(self, bus, devfn, wanted):
        at = self.load(bus, devfn, 0x34, 1)
        while at:
            if self.load(bus, devfn, at, 1) == wanted:
                return at
            at = self.load(bus, devfn, at + 1, 1)
        return 0


TRACE_RECORD = struct.Struct("<QHBBI4Q")


def trace(path, kind):
    """(time, cpu, id, arg[0..3]) of a trace's records of a kind."""
    with open(path, "rb") as f:
        data = f.read()
    start, size = struct.unpack_from("<HH", data, 8)
    if data[:8] != b"VRTRACE1" or size != TRACE_RECORD.size:
        raise ValueError(f"{path} is no trace")
    found = []
    for offset in range(start, len(data) - size + 1, size):
        r = TRACE_RECORD.unpack_from(data, offset)
        if r[1] == kind:
            found.append((r[0], r[2], r[4], r[5:]))
    return found
