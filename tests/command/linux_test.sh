#!/bin/sh
# The running kernel: used where it is there, and its absence told and not passed over.
set -eu
. "$(dirname "$0")/checks.sh"

# A seccomp filter forbids io_uring, as most containers do.
expect 0 "$BLOCK_IO_URING" 1 "$RINGPROOF" run --cases 50 --seed 3 --json "$scratch/run.json"
says out "EPERM"
grep -q "skipped" "$scratch/run.json" || fail "the JSON does not say skipped"
expect 3 "$BLOCK_IO_URING" 1 "$RINGPROOF" run --backend linux --cases 50
one_line
says err "seccomp"
expect 3 "$BLOCK_IO_URING" 38 "$RINGPROOF" run --backend linux --cases 50
one_line
says err "no io_uring"

printf 'ringproof-trace 1\nopen pipe\ngroup entries=2 size=16\nread_multishot s0 g0\nfeed s0 40\n' \
    >"$scratch/pipe.trace"
expect 0 "$BLOCK_IO_URING" 1 "$RINGPROOF" replay "$scratch/pipe.trace"
says out "skipped Linux"
expect 3 "$BLOCK_IO_URING" 1 "$RINGPROOF" replay --backend linux "$scratch/pipe.trace"
one_line

needs_io_uring
expect 0 "$RINGPROOF" run --backend linux --cases 200 --seed 5
expect 0 "$RINGPROOF" run --backend both --cases 100 --seed 6
expect 0 "$RINGPROOF" replay "$scratch/pipe.trace"
says out "ok      Linux"
