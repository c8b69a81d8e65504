#!/bin/sh
# The running kernel held against the model: more than 20,000 traces, a million operations, and
# nothing that the model cannot do.
set -eu
. "$(dirname "$0")/checks.sh"

needs_io_uring

# number <key>: its value in the comparison's JSON.
number() { sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" "$scratch/compared.json" | head -n 1; }

expect 0 "$RINGPROOF" run --backend both --cases 23000 --seed 1 --json "$scratch/run.json"
says out "held against the model as "
sed -n '/"compared"/,/"left_open"/p' "$scratch/run.json" >"$scratch/compared.json"
[ "$(number traces)" -ge 20000 ] || fail "only $(number traces) traces were compared"
[ "$(number operations)" -ge 1000000 ] || fail "only $(number operations) operations were compared"
[ "$(number forbidden)" = 0 ] || fail "$(number forbidden) traces are forbidden"
[ "$(number undecided)" -le 20 ] || fail "$(number undecided) traces are undecided"
sed -n '/held against/,$p' "$scratch/out"
