#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""irqgen FOLDER HEADER ARCH QEMU [PATTERN]

Tests virelay-irqgen without a guest: its messages are sent to RAM, where they
can be seen. HEADER is cosim/trace/irqgen.h, ARCH x86 or arm64; PATTERN chooses
tests by their names. Prints TAP.
"""
import re
import sys
import traceback

# Each adds its tests to the list.
import pci  # noqa: F401
import messages  # noqa: F401
import shots  # noqa: F401
import state  # noqa: F401
import bad_input  # noqa: F401
import remapped  # noqa: F401
from qtest import Machine
from rig import TESTS, arch, pattern


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
    tests = [t for t in TESTS if arch in t[1] and re.search(pattern, t[0])]
    print(f"1..{len(tests)}")
    bad = 0
    for i, (name, _, function) in enumerate(tests, 1):
        good = run(function)
        bad += not good
        print(f"{'' if good else 'not '}ok {i} - {arch}: {name}", flush=True)
    return 1 if bad else 0


sys.exit(main())
