#!/bin/sh
# `ringproof shrink`: a failing trace becomes a small one that still fails, and names its bug.
set -eu
. "$(dirname "$0")/checks.sh"

expect 1 "$RINGPROOF" run --backend model --profile v6_19 --cases 3000 --seed 3 --jobs 1 \
    --out "$scratch/found"
found=$(ls "$scratch"/found/*.trace | head -n 1)

expect 0 "$RINGPROOF" shrink "$found" --backend model -o "$scratch/small.trace"
says err "v7_3+BUG-"
grep -q "^# shrunk from $found" "$scratch/small.trace" || fail "the file does not tell its origin"
lines=$(grep -vc '^#' "$scratch/small.trace")
[ "$lines" -le 17 ] || fail "$lines lines are left"
expect 1 "$RINGPROOF" replay --backend model "$scratch/small.trace"

# What is small stays as it is, on standard output.
expect 0 "$RINGPROOF" shrink "$scratch/small.trace" --backend model
grep -v '^#' "$scratch/out" >"$scratch/again"
grep -v '^#' "$scratch/small.trace" | cmp - "$scratch/again" || fail "it was not minimal"

printf 'ringproof-trace 1\nopen pipe\n' >"$scratch/good.trace"
expect 2 "$RINGPROOF" shrink "$scratch/good.trace" --backend model
one_line
says err "good.trace: fails neither"
expect 2 "$RINGPROOF" shrink "$scratch/missing.trace"
one_line
printf 'ringproof-trace 1\nprofile v7_3+BUG-2\n' >"$scratch/bad.trace"
expect 2 "$RINGPROOF" shrink "$scratch/bad.trace"
one_line
says err "bad.trace:2:9: "
expect 3 "$RINGPROOF" shrink "$found" -o "$scratch/nowhere/small.trace"
one_line
expect 3 "$BLOCK_IO_URING" 1 "$RINGPROOF" shrink "$found" --backend linux
one_line
