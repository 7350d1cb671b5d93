# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages, steps and their logs, and what happens on Ctrl-C.

red='' dim='' plain=''
if [[ -t 2 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    red=$'\e[31m' dim=$'\e[2m' plain=$'\e[0m'
fi

quiet=${VIRELAY_QUIET:-0}
step_index=0
step_total=0
step_title=''
step_pid=''
ticker_pid=''

say() {
    ((quiet)) || printf '%s\n' "$*" >&2
}

# Exit 2: the command line is wrong. Exit 3: the environment is.
usage_error() {
    printf '%svirelay: %s%s\n' "$red" "$*" "$plain" >&2
    printf 'Type ./virelay --help for the commands and options.\n' >&2
    exit 2
}

die() { # MESSAGE [HINT...]
    printf '%svirelay: %s%s\n' "$red" "$1" "$plain" >&2
    shift
    (($# == 0)) || printf '  %s\n' "$@" >&2
    exit 3
}

elapsed() { # SECONDS
    if (($1 < 60)); then
        printf '%ds' "$1"
    else
        printf '%dm%02ds' $(($1 / 60)) $(($1 % 60))
    fi
}

step_line() { # TITLE
    local dots='..................................................'
    printf '[%2d/%d] %s %s' "$step_index" "$step_total" "$1" \
        "${dots:0:$((46 > ${#1} ? 46 - ${#1} : 3))}"
}

# "123/2792" out of ninja's last line in a log
progress_in() { # LOG
    tail -c 2000 "$1" 2>/dev/null | grep -a -o -E '^\[[0-9]+/[0-9]+\]' \
        | tail -1 | tr -d '[]'
}

ticker() { # TITLE LOG
    local start=$SECONDS progress
    while sleep 1; do
        progress=$(progress_in "$2" || true)
        printf '\r\e[K%s %s%s' "$(step_line "$1")" \
            "$(elapsed $((SECONDS - start)))" \
            "${progress:+  $dim$progress$plain}" >&2
    done
}

stop_ticker() {
    [[ -n $ticker_pid ]] || return 0
    kill -KILL -- "-$ticker_pid" 2>/dev/null || true
    wait "$ticker_pid" 2>/dev/null || true
    ticker_pid=''
    printf '\r\e[K' >&2
}

# The child is a process group of its own, so that all of it can be stopped.
run_step() { # LOG-NAME TITLE FUNCTION [ARGUMENT...]
    local log=$VIRELAY_BUILD/log/$1.log title=$2 start=$SECONDS status=0
    shift 2
    step_index=$((step_index + 1))
    step_title=$title
    mkdir -p "$VIRELAY_BUILD/log"
    set -m
    (
        trap - INT TERM HUP
        set -euo pipefail
        "$@"
    ) >"$log" 2>&1 </dev/null &
    local child=$!
    if ((!quiet)) && [[ -t 2 ]]; then
        printf '%s' "$(step_line "$title")" >&2
        ticker "$title" "$log" &
        ticker_pid=$!
    elif ((!quiet)); then
        printf '%s' "$(step_line "$title")" >&2
    fi
    step_pid=$child
    wait "$child" || status=$?
    step_pid=''
    set +m
    if [[ -n $ticker_pid ]]; then
        stop_ticker
        printf '%s' "$(step_line "$title")" >&2
    fi
    if ((status)); then
        ((quiet)) || printf ' %sfailed%s\n' "$red" "$plain" >&2
        step_failed "$title" "$log"
    fi
    say " $(elapsed $((SECONDS - start)))"
    step_title=''
}

step_failed() { # TITLE LOG
    printf '%s%s failed.%s The last lines of its log:\n\n' \
        "$red" "$1" "$plain" >&2
    tail -n 15 "$2" | sed 's/^/    /' >&2
    printf '\n  The whole log: %s\n' "$2" >&2
    if grep -q -a -i 'no space left on device' "$2"; then
        printf '  A disk is full: %s free for the build, %s for the cache.\n' \
            "$(free_mb "$VIRELAY_BUILD") MB" "$(free_mb "$VIRELAY_CACHE") MB" >&2
        printf '  Free some space, or use --build DIR and --cache DIR.\n' >&2
    fi
    printf '  Next: once the cause is gone, the same command goes on from here;' >&2
    printf '\n        ./virelay doctor tells what is there and what is not.\n' >&2
    exit 3
}

on_interrupt() { # SIGNAL
    trap '' INT TERM HUP
    disown -a # bash is not to report the child as killed
    if [[ -n $step_pid ]]; then
        kill -INT -- "-$step_pid" 2>/dev/null || true
        local tries
        for ((tries = 0; tries < 30; tries++)); do
            kill -0 -- "-$step_pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL -- "-$step_pid" 2>/dev/null || true
    fi
    stop_ticker
    printf '\nvirelay: interrupted%s.\n' "${step_title:+ in: $step_title}" >&2
    printf '  Nothing half-done counts as done: %s\n' \
        'the same command goes on from there.' >&2
    exit $((128 + $(kill -l "$1")))
}

# Free megabytes where a folder is, or will be
free_mb() { # DIR
    local dir=$1
    until [[ -d $dir ]]; do
        dir=$(dirname "$dir")
    done
    df --output=avail -BM "$dir" | tail -1 | tr -dc '0-9'
}
