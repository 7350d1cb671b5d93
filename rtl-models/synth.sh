#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Synthesise the RTL to generic gates with Yosys, and print what it takes.
#
#   synth.sh TOP FILE.sv...
#
# Fails on what must not be in synchronous logic: latches, wires with several
# or no drivers, combinational loops (`check -assert`), and flip-flops without
# a common clock.
#
# Exit code: 0 good, 1 bad RTL, 2 usage, 3 no Yosys.
set -u

if [ $# -lt 2 ]; then
    echo "usage: $0 TOP FILE.sv..." >&2
    exit 2
fi
top=$1
shift
if ! command -v yosys >/dev/null; then
    echo "synth: yosys is missing; install the package yosys" >&2
    exit 3
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# select -assert-none: latches, and flip-flops that need more than a clock
# edge. They are looked for before optimisation can hide one.
if ! yosys -q -l "$log" -p "
    read_verilog -sv $*
    hierarchy -check -top $top
    proc
    opt
    check -assert
    select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$sr
    select -assert-none t:\$adff t:\$aldff t:\$dffsr
    tee -a $log stat
    synth -flatten -top $top
    check -assert
    select -assert-none t:\$_DLATCH* t:\$_SR_*
    tee -a $log stat" >/dev/null 2>&1; then
    grep -E 'ERROR|Warning' "$log" >&2
    echo "synth: failed" >&2
    exit 1
fi

# The last statistics are those of the flattened netlist.
awk '
    /Printing statistics/ { delete n; cells = 0 }
    /Number of cells:/ { cells = $4 }
    /^ +\$_/ { n[$1] = $2 }
    END {
        for (t in n) if (t ~ /DFF/) ff += n[t]
        printf "synth: %d cells, of which %d flip-flops\n", cells, ff
        for (t in n) printf "  %-12s %d\n", t, n[t] | "sort"
    }' "$log"
