#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Lint the RTL: no warning of Verilator, with every warning on.
#
#   lint.sh TOP FILE.sv...
#
# Exit code: 0 clean, 1 warnings, 2 usage, 3 no Verilator.
set -u

if [ $# -lt 2 ]; then
    echo "usage: $0 TOP FILE.sv..." >&2
    exit 2
fi
top=$1
shift
if ! command -v verilator >/dev/null; then
    echo "lint: verilator is missing; install the package verilator" >&2
    exit 3
fi
if ! verilator --lint-only -Wall --top-module "$top" "$@"; then
    echo "lint: warnings above" >&2
    exit 1
fi
echo "lint: $# files clean"
