# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine in QEMU that is saved and loaded, and TAP."""
import json
import os
import socket
import struct
import subprocess
import time

PATIENCE = 120


class Machine:
    def __init__(self, folder, name, command):
        self.console = os.path.join(folder, name + ".con")
        path = os.path.join(folder, "qmp")
        for p in (self.console, path):
            if os.path.exists(p):
                os.unlink(p)
        self.errors = os.path.join(folder, name + ".err")
        with open(self.errors, "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                command + ["-serial", "file:" + self.console,
                           "-qmp", f"unix:{path},server=on,wait=off"],
                stdin=subprocess.DEVNULL, stderr=errors)
        self.qmp = self.connect(path)
        self.qmp.readline()
        self.say("qmp_capabilities")

    def connect(self, path):
        end = time.time() + 20
        while True:
            s = socket.socket(socket.AF_UNIX)
            try:
                s.connect(path)
                return s.makefile("rw")
            except OSError:
                s.close()
                if time.time() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def say(self, command, **arguments):
        self.qmp.write(json.dumps({"execute": command,
                                   "arguments": arguments}) + "\n")
        self.qmp.flush()
        for line in self.qmp:
            answer = json.loads(line)
            if "return" in answer or "error" in answer:
                return answer.get("return", {})
        raise EOFError

    def monitor(self, line):
        return self.say("human-monitor-command", **{"command-line": line})

    def text(self):
        with open(self.console, errors="replace", encoding="utf-8") as f:
            return f.read()

    def ended(self):
        return "# end" in self.text() or self.process.poll() is not None

    def wait_for(self, condition, seconds=PATIENCE):
        end = time.time() + seconds
        while not condition() and time.time() < end:
            time.sleep(0.02)
        return condition()

    def migration_ended(self):
        return self.say("query-migrate").get("status") in (
            "completed", "failed")

    def quit(self):
        try:
            self.say("quit")
        except (OSError, EOFError):
            pass
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "hang"


count = 0


def check(name, good, why=""):
    global count
    count += 1
    print(f"{'' if good else 'not '}ok {count} - {name}")
    if not good and why:
        print("# " + str(why).strip().replace("\n", "\n# "))
    return good


def plan():
    print(f"1..{count}")


def disk(folder):
    """A qcow2 image without data, for snapshots"""
    cluster = 65536
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, 16, 1 << 30,
                         0, 2, 3 * cluster, cluster, 1, 0, 0)
    path = os.path.join(folder, "disk")
    with open(path, "wb") as f:
        f.write(header.ljust(cluster, b"\0"))
        f.write(struct.pack(">Q", 2 * cluster).ljust(cluster, b"\0"))
        f.write(struct.pack(">4H", 1, 1, 1, 1).ljust(cluster, b"\0"))
        f.write(bytes(cluster))
    return ["-drive", f"if=none,file={path},format=qcow2"]


def save(machine, path):
    machine.say("stop")
    machine.say("migrate", uri="file:" + path)
    machine.wait_for(machine.migration_ended)
