#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Translate SystemVerilog to one C++ file and one public header, for Meson.
#
#   verilate.sh VERILATOR PREFIX OUTDIR FLAGS -- FILE.sv...
#
# Writes OUTDIR/PREFIX.h and OUTDIR/PREFIX_all.cpp. What they include lies in
# OUTDIR/PREFIX.obj; it is written anew each time, since the names of
# Verilator's files follow from their contents.
set -eu

verilator=$1 prefix=$2 outdir=$3
shift 3

obj=$outdir/$prefix.obj
rm -rf "$obj"
mkdir -p "$obj"

flags=
while [ "$1" != -- ]; do
    flags="$flags $1"
    shift
done
shift

# --x-* fast: the block resets all of its state, so that no simulation can see
# another choice of X, and the code is shorter.
# shellcheck disable=SC2086 # flags are words
"$verilator" --cc --prefix "$prefix" --Mdir "$obj" -O3 \
    --x-assign fast --x-initial fast --noassert $flags "$@"

for cpp in "$obj"/*.cpp; do
    printf '#include "%s.obj/%s"\n' "$prefix" "$(basename "$cpp")"
done >"$outdir/${prefix}_all.cpp"
cp "$obj/$prefix.h" "$outdir/$prefix.h"
