# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the suites: TAP output and a scratch folder.
set -u
: "${VIRELAY_ROOT:?}" "${VIRELAY_BUILD:?}" "${VIRELAY_BIN:?}"
vr_count=0
vr_bad=0
scratch=$(mktemp -d "${VIRELAY_TEST_DIR:-$VIRELAY_BUILD}/scratch.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# check NAME COMMAND...: passes if the command succeeds.
check() {
    local name=$1
    shift
    vr_count=$((vr_count + 1))
    if "$@"; then
        echo "ok $vr_count - $name"
    else
        vr_bad=$((vr_bad + 1))
        echo "not ok $vr_count - $name"
    fi
}

# fails_with CODE PATTERN COMMAND...: the command must end with this exit code
# and print a line that matches the pattern.
fails_with() {
    local code=$1 pattern=$2 status
    shift 2
    timeout 120 "$@" >"$scratch/out" 2>&1 </dev/null
    status=$?
    if ! [[ $status =~ ^$code$ ]]; then
        echo "# exit $status, wanted $code: $*"
        sed 's/^/# /' "$scratch/out" | tail -n 20
        return 1
    fi
    grep -Eq -- "$pattern" "$scratch/out" && return 0
    echo "# no line matches '$pattern': $*"
    sed 's/^/# /' "$scratch/out" | tail -n 20
    return 1
}

finish() {
    echo "1..$vr_count"
    [ "$vr_bad" -eq 0 ]
    exit
}
