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
# The loader would not load anything into one that gains privileges.
if [ "$(id -u)" = 0 ]; then
    cp "$PROGRAMS/raw_calls" "$scratch/setuid"
    chown 1 "$scratch/setuid"
    chmod u+s "$scratch/setuid"
    expect 3 "$RINGPROOF" exec -- "$scratch/setuid"
    one_line
    says err "gains privileges when it starts"
fi
# Where io_uring is refused, the model answers all the same; and it names once what it has not.
expect 42 "$BLOCK_IO_URING" 1 "$RINGPROOF" exec -- "$PROGRAMS/raw_calls"
says out "nop: completion 1, result 0, flags 0"
expect 0 "$RINGPROOF" exec --verbose -- "$PROGRAMS/garbage"
says err "ringproof: not modelled: request of opcode 30"
[ -z "$(sort "$scratch/err" | uniq -d)" ] || fail "something is named twice"

needs_io_uring
profile=host
same raw_calls
same ring_setup
# Older versions refuse what they do not know; all else is the same.
refused_by() {
    profile=$1
    shift
    expect 0 "$RINGPROOF" exec --profile "$profile" -- "$PROGRAMS/ring_setup"
    for flags in "$@"; do
        says out "$flags: refused, -22"
        sed -i "/^$flags/d" "$scratch/out" "$scratch/native"
    done
    diff "$scratch/native" "$scratch/out" || fail "ring_setup: not as natively under $profile"
}
refused_by v6_1 NO_MMAP NO_SQARRAY "all three"
refused_by v5_19 NO_MMAP NO_SQARRAY "all three" SINGLE_ISSUER DEFER_TASKRUN
profile=host
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
