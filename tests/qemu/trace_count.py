#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""trace_count.py TRACE KIND [ID [ARG0]]: how many records match.

KIND, ID and ARG0 are numbers as in trace_schema.def.
"""
import struct
import sys

RECORD = struct.Struct("<QHBBI4Q")


def main(path, *wanted):
    with open(path, "rb") as f:
        data = f.read()
    if data[:8] != b"VRTRACE1":
        sys.exit(f"{path}: not a trace")
    start, size = struct.unpack_from("<HH", data, 8)
    if size != RECORD.size:
        sys.exit(f"{path}: records of {size} bytes, not {RECORD.size}")
    count = 0
    last = 0
    for offset in range(start, len(data) - size + 1, size):
        time, kind, _, _, number, arg0 = RECORD.unpack_from(data, offset)[:6]
        count += (kind, number, arg0)[:len(wanted)] == wanted
        last = max(last, time)
    print(count)


main(sys.argv[1], *(int(w, 0) for w in sys.argv[2:]))
