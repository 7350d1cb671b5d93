# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine with a virelay-irqgen, its registers, and the list of tests."""
import os
import re
import sys

from qtest import Machine, Pci, trace

RAM = {"x86": 0x100000, "arm64": 0x40100000}
MACHINE = {
    "x86": ["-M", "q35", "-m", "64", "-L", "/usr/share/seabios",
            "-L", "/usr/share/qemu"],
    "arm64": ["-M", "virt,gic-version=3,its=on,highmem=off,iommu=none",
              "-cpu", "cortex-a57", "-m", "64"],
}
ECAM = {"x86": None, "arm64": 0x3f000000}
# Not in use by the machines
BARS = {"x86": 0xe0000000, "arm64": 0x10000000}
UNMAPPED = {"x86": 0xd0000000, "arm64": 0x3000000000}
DEVFN = 3 << 3
PORT_DEVFN = 4 << 3
ROOT_PORT = "pcie-root-port,id=rp,addr=4,chassis=1"
KIND, KIND_MSG = 0x20, 0x21
SENT, PENDED, LOST = 0, 1, 2
TABLE_ENTRY = 16

folder, header, arch, qemu = sys.argv[1:5]
pattern = sys.argv[5] if len(sys.argv) > 5 else "."


def read_header(path):
    values = {"VR_IRQGEN_CHANNEL": lambda n: 0x400 + 0x80 * n}
    with open(path, encoding="utf-8") as f:
        for line in f:
            m = re.match(r"#define (VR_IRQGEN_\w+) ([^/\n]+)", line)
            if m:
                values[m[1]] = eval(m[2], {}, values)
    return {k.removeprefix("VR_IRQGEN_"): v for k, v in values.items()}


# The registers, without VR_IRQGEN_
R = read_header(header)


def same(got, want, what="value"):
    if got != want:
        if isinstance(got, int) and isinstance(want, int):
            got, want = hex(got), hex(want)
        raise AssertionError(f"{what} is {got}, wanted {want}")


class Rig:
    """A machine with one virelay-irqgen, in slot 3."""

    def __init__(self, options=(), extra=(), device="addr=3"):
        self.trace = os.path.join(folder, "trace")
        self.m = Machine(folder, [
            qemu, *MACHINE[arch], *extra, "-device",
            f"virelay-irqgen,id=gen,{device}",
            "-object", f"virelay-run,id=run,trace={self.trace}", *options])
        self.pci = Pci(self.m, ECAM[arch])
        self.ram = RAM[arch]
        self.regs = BARS[arch]
        self.table = BARS[arch] + 0x100000
        self.map()

    def map(self, bus=0, devfn=DEVFN):
        self.bus, self.devfn = bus, devfn
        self.pci.store(bus, devfn, 0x10, self.regs)
        self.pci.store(bus, devfn, 0x18, self.table)
        self.pci.store(bus, devfn, 4, 6, 2)

    def config(self, reg, size=4):
        return self.pci.load(self.bus, self.devfn, reg, size)

    def set_config(self, reg, value, size=4):
        self.pci.store(self.bus, self.devfn, reg, value, size)

    def get(self, name, size=4):
        return self.m.load(self.regs + R[name], size)

    def set(self, name, value, size=4):
        self.m.store(self.regs + R[name], value, size)

    def ch(self, n, name):
        size = 8 if name in WIDE else 4
        return self.m.load(self.regs + R["CHANNEL"](n) + R["CH_" + name], size)

    def set_ch(self, n, **values):
        for name, value in values.items():
            self.m.store(self.regs + R["CHANNEL"](n) + R["CH_" + name], value,
                         8 if name in WIDE else 4)

    def counts(self, n):
        return tuple(self.ch(n, c) for c in
                     ("SEQ", "FIRED", "MASKED", "DROPPED", "DMA_ERRORS"))

    def start(self, n, **values):
        self.set_ch(n, **values)
        self.set_ch(n, CTRL=R["CH_CTRL_START"])

    def clear(self, count, at=0):
        for i in range(count):
            self.m.store(self.ram + at + 4 * i, 0)

    def words(self, count, at=0):
        return [self.m.load(self.ram + at + 4 * i) for i in range(count)]

    def enable_msix(self, vectors):
        """Vector n writes 0x100 + n at RAM + 4 * n."""
        cap = self.pci.capability(self.bus, self.devfn, 0x11)
        for n in range(vectors):
            at = self.table + TABLE_ENTRY * n
            self.m.store(at, self.ram + 4 * n)
            self.m.store(at + 4, 0)
            self.m.store(at + 8, 0x100 + n)
            self.m.store(at + 12, 0)
        self.set_config(cap + 2, 0x8000, 2)
        same(self.get("MODE"), R["MODE_MSIX"], "MODE")

    def enable_msi(self, log_vectors):
        """All vectors write 0x100 + n at RAM."""
        cap = self.pci.capability(self.bus, self.devfn, 5)
        self.set_config(cap + 4, self.ram)
        self.set_config(cap + 8, 0)
        self.set_config(cap + 12, 0x100, 2)
        self.set_config(cap + 2, 1 | log_vectors << 4, 2)
        same(self.get("MODE"), R["MODE_MSI"], "MODE")
        return cap

    def fires(self):
        """(vector, sequence, channel, outcome, address) from the trace."""
        return [(i, *args) for _, _, i, args in trace(self.trace, KIND)]

    def end(self):
        same(self.m.quit(), 0, "QEMU's exit status")


WIDE = {"COUNT", "DELAY", "PERIOD", "DMA_ADDR", "MSG_ADDR", "SEQ", "FIRED",
        "MASKED", "DROPPED", "DMA_ERRORS", "LEFT"}
TESTS = []


def test(name, archs=("x86", "arm64")):
    def add(function):
        TESTS.append((name, archs, function))
        return function
    return add
