#!/bin/sh
# `ringproof explore`: proofs, refutations, and what is no question.
set -eu
. "$(dirname "$0")/checks.sh"

expect 0 "$RINGPROOF" explore proof --protocol publish-in-order --entries 4
says out "PROVED: 4 entries, any number of publications, 141 states"
says out "C11"
says out "LKMM"

for size in 1 2 4; do
    expect 0 "$RINGPROOF" explore proof --entries "$size" --json "$scratch/proofs.json"
    [ "$(grep -c PROVED "$scratch/out")" = 20 ] || fail "not ten protocols under two models"
    [ "$(grep -c '"verdict": "proved"' "$scratch/proofs.json")" = 20 ] || fail "the JSON differs"
done
expect 0 "$RINGPROOF" explore proof --protocol submission
[ "$(grep -c PROVED "$scratch/out")" = 8 ] || fail "not four sizes under two models"

# A counterexample, with its diagram and a litmus test.
expect 1 "$RINGPROOF" explore proof --mutant tail-release --litmus "$scratch/tail.litmus"
says out "REFUTED: 1 entry"
says out "the application and the kernel race for entries[0]"
says out "o tail == 1 acquire <-- 2 (or 0)"
grep -q "atomic_store_explicit(tail, 1, memory_order_relaxed);" "$scratch/tail.litmus" ||
    fail "no litmus test"
expect 1 "$RINGPROOF" explore proof --mutant wake-up-fence --model lkmm --entries 2 --json -
says out '"verdict": "refuted"'

# Equivalent under one model, with the reason; the table of all is as it should be.
expect 0 "$RINGPROOF" explore proof --mutant cq-head-acquire --model lkmm
says out "PROVED"
says out "a branch on it"
expect 1 "$RINGPROOF" explore proof --mutant cq-head-acquire
expect 0 "$RINGPROOF" explore proof --mutant all
[ "$(grep -c PROVED "$scratch/out")" = 2 ] || fail "not two equivalents"

expect 0 "$RINGPROOF" explore proof --list
says out "sqpoll-wakeup"
says out "bytes-before-end"

# What is no question is said in one line.
for size in 0 3 32; do
    expect 2 "$RINGPROOF" explore proof --entries "$size"
    one_line
    says err "--entries $size: a ring has 1, 2, 4, 8 or 16"
done
expect 2 "$RINGPROOF" explore proof --entries many
one_line
expect 2 "$RINGPROOF" explore proof --protocol nonsense
one_line
says err "--protocol nonsense"
expect 2 "$RINGPROOF" explore proof --mutant nonsense
one_line
says err "--mutant nonsense"
expect 2 "$RINGPROOF" explore proof --mutant tail-release --protocol submission
one_line
says err "submission takes no such step"
expect 2 "$RINGPROOF" explore
one_line
expect 3 "$RINGPROOF" explore proof --mutant tail-release --litmus "$scratch/nowhere/it.litmus"
one_line
