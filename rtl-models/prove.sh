#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One proof about RTL, with Yosys and an SMT solver.
#
#   prove.sh bmc|induction DEPTH TOP OUTDIR FILE.sv...
#
# The harness TOP states what it assumes, asserts and covers. No assertion may fail
# within DEPTH clocks from reset (bmc), or also not after any DEPTH clocks in
# which none failed, from any state (induction: a proof for all time). Every
# cover statement has to be reached within DEPTH clocks, or the proof would be
# about nothing.
#
# Leaves OUTDIR/TOP.smt2, OUTDIR/yosys.log and, of what failed,
# OUTDIR/counterexample.vcd.
#
# Exit code: 0 proved, 1 refuted or not proved, 2 usage, 3 a tool is missing or
# the RTL cannot be read.
set -u

usage() {
    echo "usage: $0 bmc|induction DEPTH TOP OUTDIR FILE.sv..." >&2
    exit 2
}

[ $# -ge 5 ] || usage
mode=$1 depth=$2 top=$3 out=$4
shift 4
case $mode in bmc | induction) ;; *) usage ;; esac
case $depth in '' | *[!0-9]*) usage ;; esac

for tool in yosys yosys-smtbmc z3; do
    if ! command -v "$tool" >/dev/null; then
        echo "prove: $tool is missing; install the packages yosys and z3" >&2
        exit 3
    fi
done

mkdir -p "$out"
if ! yosys -q -l "$out/yosys.log" -p "
    read_verilog -sv -formal -D FORMAL $*
    prep -flatten -top $top
    memory_nordff
    async2sync
    chformal -assume -early
    opt_clean
    check -assert
    setundef -undriven -anyseq
    opt -keepdc
    dffunmap
    write_smt2 -wires $out/$top.smt2" >/dev/null 2>&1; then
    grep -m 5 ERROR "$out/yosys.log" >&2
    echo "prove: yosys cannot read $top; see $out/yosys.log" >&2
    exit 3
fi

# The solver says "no" in these words; any other failure is not an answer.
smtbmc() { # LOG ARGUMENT...
    log=$1
    shift
    yosys-smtbmc --noprogress -s z3 --unroll "$@" "$out/$top.smt2" \
        >"$log" 2>&1 && return
    grep -qE 'Assert failed|Unreached cover' "$log" && return 1
    echo "prove: the solver did not answer about $top:" >&2
    tail -n 3 "$log" >&2
    exit 3
}

if ! smtbmc "$out/bmc.log" --presat -t "$depth" \
    --dump-vcd "$out/counterexample.vcd"; then
    grep 'Assert failed' "$out/bmc.log" >&2
    echo "prove: $top is refuted; see counterexample.vcd" >&2
    exit 1
fi
if grep -q 'yosys-smt2-cover' "$out/$top.smt2"; then
    if ! smtbmc "$out/cover.log" -c -t "$depth"; then
        grep -E 'Unreached cover' "$out/cover.log" >&2
        echo "prove: $top does not reach all that it covers" >&2
        exit 1
    fi
else
    echo "prove: $top covers nothing; a proof about nothing is none" >&2
    exit 3
fi
if [ "$mode" = induction ] \
    && ! smtbmc "$out/induction.log" -i -t "$depth" \
        --dump-vcd "$out/counterexample.vcd"; then
    grep -E 'Assert failed' "$out/induction.log" >&2
    echo "prove: $top holds for $depth clocks from reset, but is not" \
        "inductive; see counterexample.vcd" >&2
    exit 1
fi
exit 0
