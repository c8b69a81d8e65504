#!/bin/sh
# `ringproof run`: the table, its twin, the seed, and every refusal.
set -eu
. "$(dirname "$0")/checks.sh"

expect 0 "$RINGPROOF" run --backend model --cases 300 --seed 7 --json "$scratch/a.json"
says out "seed 0x7"
says out "tail wraps"
says out "violations "
grep -q '"operations"' "$scratch/a.json" || fail "the JSON does not count operations"

# The same seed does the same, whatever the number of threads.
expect 0 "$RINGPROOF" run --backend model --cases 300 --seed 7 --jobs 3 --json "$scratch/b.json"
for file in a b; do grep -v '"seconds"' "$scratch/$file.json" >"$scratch/$file.same"; done
cmp "$scratch/a.same" "$scratch/b.same" || fail "two runs of one seed differ"
expect 0 "$RINGPROOF" run --backend model --cases 300 --seed 8 --json "$scratch/c.json"
grep -v '"seconds"' "$scratch/c.json" >"$scratch/c.same"
! cmp -s "$scratch/a.same" "$scratch/c.same" || fail "another seed makes no difference"

# A file's hash or any other text is a seed.
expect 0 "$RINGPROOF" run --backend model --cases 3 --seed 'some commit'
says out "seed 0x"

# A violation comes with lines to paste, which do what they say. 6.8 hands buffers out of order.
expect 1 "$RINGPROOF" run --backend model --profile v6_8 --cases 300 --seed 7 --out "$scratch/found"
says out "violation of I2"
for verb in replay shrink; do
    line=$(sed -n "s/^ *ringproof \($verb .*\)/\1/p" "$scratch/out" | head -n 1)
    echo "$line" | sed "s|small.trace|$scratch/small.trace|" >"$scratch/$verb"
done
expect 1 sh -c "\"$RINGPROOF\" $(cat "$scratch/replay")"
expect 0 sh -c "\"$RINGPROOF\" $(cat "$scratch/shrink")"
expect 1 "$RINGPROOF" replay --backend model "$scratch/small.trace"
says out "I2"

expect 2 "$RINGPROOF" run --backend windows
one_line
expect 2 "$RINGPROOF" run --cases 0
one_line
expect 2 "$RINGPROOF" run --cases 3 --seconds 3
one_line
expect 2 "$RINGPROOF" run --profile v0_1
one_line
says err "v0_1"
expect 3 "$RINGPROOF" run --cases 1 --out /proc/nowhere
one_line
says err "--out /proc/nowhere"
expect 3 "$RINGPROOF" run --cases 1 --json /proc/nowhere/file
one_line
expect 2 "$RINGPROOF"
one_line
expect 2 "$RINGPROOF" walk
one_line
expect 0 "$RINGPROOF" run --help
says out "Examples:"
expect 0 "$RINGPROOF" --version
