#!/bin/sh
# Each program prints under `ringproof exec` what it prints natively, and ends with the same status.
set -eu
here=$(dirname "$0")
. "$here/../command/checks.sh"

# same <program> <argument>...
same() {
    program=$1
    shift
    native=0
    "$PROGRAMS/$program" "$@" >"$scratch/native" 2>"$scratch/err" </dev/null || native=$?
    expect "$native" "$RINGPROOF" exec --profile "$profile" -- "$PROGRAMS/$program" "$@"
    diff "$scratch/native" "$scratch/out" || fail "$program $*: not as natively"
}

# What needs no other kernel.
expect 3 "$RINGPROOF" exec -- "$PROGRAMS/static"
one_line
says err "is linked statically"
expect 3 "$RINGPROOF" exec -- /nowhere/at/all
one_line
says err "no such program"
expect 2 "$RINGPROOF" exec --profile v0_0 -- true
one_line
expect 2 "$RINGPROOF" exec
one_line
expect 0 "$RINGPROOF" exec -- sh -c 'exit 0'
expect 7 "$RINGPROOF" exec -- sh -c 'exit 7'

needs_io_uring
profile=host
same raw_calls
if [ -x "$PROGRAMS/multishot_echo" ]; then
    same multishot_echo
    same requests
    same without_entering
    same fork_and_threads
    for seed in 1 2 3 4 5; do
        expect 0 "$RINGPROOF" exec --seed "$seed" -- "$PROGRAMS/multishot_echo"
        says out "bytes 100500"
    done
    expect 0 "$RINGPROOF" exec -- "$PROGRAMS/nop_rate"
    echo "nop round trips a second: $(cat "$scratch/out")"
    expect 0 "$RINGPROOF" exec -- "$PROGRAMS/multishot_rate"
    echo "completions of a multishot receive a second: $(cat "$scratch/out")"
fi
