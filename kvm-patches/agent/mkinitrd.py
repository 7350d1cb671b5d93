#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes an initrd that holds one program as /init: mkinitrd.py INIT OUT...

The archive ("newc" cpio) has the folders that init mounts on, and
/dev/console so that init has a standard output before that. It needs no
privilege, and the same program gives the same bytes. It is not compressed: an
emulated CPU would have to unpack it, at each boot.
"""

import sys

S_IFCHR = 0o020000
S_IFDIR = 0o040000
S_IFREG = 0o100000
CONSOLE = (5, 1)


class Newc:
    """An archive in cpio's "newc" format (see cpio(5))."""

    def __init__(self):
        self.parts = []
        self.inode = 0

    def add(self, name, mode, data=b"", rdev=(0, 0), nlink=1):
        self.inode += 1
        path = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, nlink, 0, len(data), 0, 0,
                  rdev[0], rdev[1], len(path), 0)
        header = b"070701" + b"".join(b"%08x" % f for f in fields)
        self.parts += [pad(header + path), pad(data)]

    def bytes(self):
        self.inode = -1
        self.add("TRAILER!!!", 0)
        return b"".join(self.parts)


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def main():
    if len(sys.argv) < 3:
        print("usage: mkinitrd.py INIT OUT...", file=sys.stderr)
        return 2
    archive = Newc()
    for folder in ("dev", "proc", "sys"):
        archive.add(folder, S_IFDIR | 0o755, nlink=2)
    archive.add("dev/console", S_IFCHR | 0o600, rdev=CONSOLE)
    with open(sys.argv[1], "rb") as program:
        archive.add("init", S_IFREG | 0o755, program.read())
    for path in sys.argv[2:]:
        with open(path, "wb") as out:
            out.write(archive.bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
