#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Lint the RTL: no warning of Verilator, with every warning on.
#
#   lint.sh FILE.sv...
#
# Exit code: 0 clean, 1 warnings, 2 usage, 3 no Verilator.
set -u

if [ $# -eq 0 ]; then
    echo "usage: $0 FILE.sv..." >&2
    exit 2
fi
if ! command -v verilator >/dev/null; then
    echo "lint: verilator is missing; install the package verilator" >&2
    exit 3
fi
if ! verilator --lint-only -Wall --top-module gicv3_redist "$@"; then
    echo "lint: warnings above" >&2
    exit 1
fi
echo "lint: $# files clean"
