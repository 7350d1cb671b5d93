# SPDX-License-Identifier: GPL-2.0-or-later
"""Through a remapping unit."""
from rig import DEVFN, Rig, same, test

VTD = 0xfed90000
IR_TABLE = 0x200000


class Remapped(Rig):
    """q35 with intel-iommu, interrupt remapping on; no DMA translation."""

    def __init__(self):
        super().__init__(extra=["-machine", "kernel-irqchip=split", "-device",
                                "intel-iommu,intremap=on,eim=off"])
        self.m.store(VTD + 0xb8, IR_TABLE | 7, 8)
        self.m.store(VTD + 0x18, 1 << 24)
        self.m.store(VTD + 0x18, 1 << 25)
        same(self.m.load(VTD + 0x1c) >> 24, 3, "GSTS.IRES, IRTPS")

    def entry(self, index, sid):
        """Remaps to vector 0x40, and takes requests from @sid only."""
        at = IR_TABLE + 16 * index
        self.m.store(at, 1 | 0x40 << 16, 8)
        self.m.store(at + 8, sid | 1 << 18, 8)

    def request(self, index):
        self.set("MSG_ADDR", 0xfee00010 | (index & 0x7fff) << 5 |
                 (index >> 15) << 2, 8)
        self.set("MSG_DATA", 0)

    def fault(self):
        """(reason, source-id) of the fault recorded, or None; clears it."""
        high = self.m.load(VTD + 0x228, 8)
        if not high >> 63:
            return None
        self.m.store(VTD + 0x228, 1 << 63, 8)
        return (high >> 32 & 0xff, high & 0xffff)


@test("source-ids as told, for the remapping unit to check", archs=("x86",))
def requester():
    r = Remapped()
    r.entry(5, DEVFN)
    r.entry(6, 0x0123)
    r.request(5)
    same(r.fault(), None)
    same(r.get("MSG_ERRORS", 8), 0)
    r.request(6)
    same(r.fault(), (0x26, DEVFN))
    same(r.get("MSG_ERRORS", 8), 1)
    r.set("REQUESTER", 0x80000123)
    r.request(6)
    same(r.fault(), None)
    r.request(5)
    same(r.fault(), (0x26, 0x0123))
    r.request(7)
    same(r.fault(), (0x22, 0x0123))
    r.request(0x100)
    same(r.fault(), (0x21, 0x0123))
    r.set("REQUESTER", 0)
    # MSI-X and its source-id take the same way.
    r.enable_msix(1)
    r.m.store(r.table, 0xfee000d0)
    r.m.store(r.table + 8, 0)
    r.start(0, COUNT=1)
    same(r.fault(), (0x26, DEVFN))
    r.end()
