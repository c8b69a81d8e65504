#!/bin/sh
# The fuzzing column of `ringproof mutants`, a part of it: libFuzzer catches, from an empty corpus,
# what takes it a few seconds, and finds nothing in sound code. The target is built here,
# by clang; status 77, skipped, without it. All mutants: `ringproof mutants --detector fuzzing`.
set -eu
. "$(dirname "$0")/checks.sh"

source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(dirname "$RINGPROOF")/fuzz-mutants

if ! command -v clang++-19 >/dev/null 2>&1; then
    echo "skipped: clang++-19 is not installed (Debian package clang-19)"
    exit 77
fi
{
    cd "$source"
    cmake --preset mutants -B "$build"
    cmake --build "$build" --target fuzz_mutants
} >"$scratch/build.log" 2>&1 || { cat "$scratch/build.log"; exit 1; }

# One of each part; they take a few seconds at most. Sound code takes all the time that it gets.
expect 0 "$RINGPROOF" mutants --detector fuzzing --fuzzer "$build/fuzz_mutants" --seeds 1 \
    --mutant "${RINGPROOF_FUZZED_MUTANTS:-M*1}" --seconds "${RINGPROOF_MUTANT_SECONDS:-20}"
says out "all as they should be"
says out "canary"
tail -n 2 "$scratch/out"
