#!/bin/sh
# `ringproof mutants`: the kill matrix. Every mutant is killed by each detector that is meant for
# it, or it stands in the catalogue why not; and no detector finds anything in sound code.
set -eu
. "$(dirname "$0")/checks.sh"

expect 0 "$RINGPROOF" mutants --help
says out "--detector"
expect 2 "$RINGPROOF" mutants --detector clairvoyance
one_line
expect 2 "$RINGPROOF" mutants --mutant 'Z*'
one_line
says err "no mutant fits"
expect 2 "$RINGPROOF" mutants --detector fuzzing --fuzzer "$scratch/nowhere"
one_line
expect 3 "$RINGPROOF" mutants --json "$scratch/nowhere/matrix.json"
one_line

# Missing orders have detectors of their own; compiled code takes Boost.Context.
weak="--detector proof"
[ ! -x "$(dirname "$RINGPROOF")/ringproof-explore-mutants" ] || weak="$weak --detector code"
# shellcheck disable=SC2086  # options
expect 0 "$RINGPROOF" mutants --detector behaviours --detector properties \
    --detector differential $weak --seeds 2 --seconds "${RINGPROOF_MUTANT_SECONDS:-6}" \
    --json "$scratch/matrix.json"
says out "all as they should be"
grep -q '"mutant": "canary"' "$scratch/matrix.json" || fail "no canary in the matrix"
for known in BUG-20 G04 M01 M11 M37 M43; do
    grep -q "\"mutant\": \"$known\"" "$scratch/matrix.json" || fail "$known is not in the matrix"
done
tail -n 2 "$scratch/out"
