#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""migrate.py DIR SOURCE-BACKEND TARGET-BACKEND QEMU...

Runs a machine, saves it to a file through the monitor, and goes on with it in
another QEMU. Prints the monitor's error if it cannot be saved (and ends with
1), else how many times the guest's clock ticked before and after. Ends with
the second QEMU's status.
"""
import os
import socket
import subprocess
import sys
import time

# What names the backend
PROPERTY = os.environ.get("MIGRATE_PROPERTY", "arm-gicv3.redist")


class Machine:
    def __init__(self, folder, name, command):
        self.monitor_path = os.path.join(folder, name + ".mon")
        self.console = os.path.join(folder, name + ".con")
        for path in (self.monitor_path, self.console):
            if os.path.exists(path):
                os.unlink(path)
        self.process = subprocess.Popen(command + [
            "-serial", "file:" + self.console,
            "-monitor", f"unix:{self.monitor_path},server=on,wait=off"])
        self.monitor = None

    def connect(self):
        deadline = time.time() + 20
        while self.monitor is None and self.process.poll() is None:
            s = socket.socket(socket.AF_UNIX)
            try:
                s.connect(self.monitor_path)
                self.monitor = s
                self.read_prompt()
            except OSError:
                if time.time() > deadline:
                    raise
                time.sleep(0.05)

    def read_prompt(self):
        text = b""
        while not text.endswith(b"(qemu) "):
            got = self.monitor.recv(4096)
            if not got:
                break
            text += got
        return text.decode(errors="replace")

    def say(self, command):
        self.monitor.sendall(command.encode() + b"\n")
        return self.read_prompt()

    def ticks(self):
        with open(self.console, errors="replace") as f:
            return f.read().count("tick")

    def wait_ticks(self, count):
        deadline = time.time() + 60
        while self.ticks() < count and time.time() < deadline:
            if self.process.poll() is not None:
                break
            time.sleep(0.05)

    def quit(self):
        if self.process.poll() is None:
            try:
                self.monitor.sendall(b"quit\n")
            except OSError:
                pass
        return self.process.wait()


def save(machine, state):
    """Whether the machine could be saved; says why not."""
    machine.say("stop")
    text = machine.say(f'migrate "exec:cat >{state}"')
    if "Error" in text:
        print(text[text.index("Error"):].splitlines()[0])
        return False
    while "completed" not in machine.say("info migrate"):
        time.sleep(0.05)
    return True


def go_on(machine):
    machine.connect()
    if machine.monitor is None:
        return
    while "inmigrate" in machine.say("info status"):
        time.sleep(0.05)
    machine.say("cont")
    machine.wait_ticks(5)


def main(folder, source, target, *qemu):
    state = os.path.join(folder, "state")
    a = Machine(folder, "a",
                [*qemu, "-global", f"{PROPERTY}={source}"])
    a.connect()
    a.wait_ticks(5)
    saved = save(a, state)
    before = a.ticks()
    a.quit()
    if not saved:
        return 1
    b = Machine(folder, "b",
                [*qemu, "-global", f"{PROPERTY}={target}",
                 "-incoming", f"exec:cat {state}"])
    try:
        go_on(b)
    except OSError:
        pass
    print(f"ticks before {before} after {b.ticks()}")
    return b.quit()


sys.exit(main(*sys.argv[1:]))
