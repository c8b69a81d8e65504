#!/bin/sh
# coverage.sh <build>: merges the profiles that `ctest --preset coverage` left and reports lines,
# functions and branches of lib/ and sim/. Runs the tests first when no profile is there.
set -eu

build=$1
source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$source"

if ! ls "$build"/profiles/*.profraw >/dev/null 2>&1; then
    # A failing test still covers what it covered; ctest has already said that it failed.
    ctest --preset coverage || echo "some tests failed; the report counts what they reached"
fi

llvm-profdata-19 merge -sparse "$build"/profiles/*.profraw -o "$build/coverage.profdata"

set --
for program in "$build"/tests/*_test "$build"/properties/*_test "$build"/fuzz/fuzz_* \
    "$build"/ringproof; do
    if [ -f "$program" ] && [ -x "$program" ]; then
        # llvm-cov takes the first program bare; a bare word after it is a source.
        [ $# = 0 ] && set -- "$program" || set -- "$@" "-object=$program"
    fi
done
llvm-cov-19 report "$@" "-instr-profile=$build/coverage.profdata" "$source/lib" "$source/sim"
llvm-cov-19 show "$@" "-instr-profile=$build/coverage.profdata" -format=html \
    "-output-dir=$build/coverage" "$source/lib" "$source/sim" >/dev/null
echo "pages: $build/coverage/index.html"
