#!/bin/sh
# The smoke run of the fuzz targets, for ctest.
#
#   smoke.sh build <source> <build>            configure and build preset fuzz in <build>, with
#                                              coverage for coverage.sh, which needs no other build
#   smoke.sh run   <source> <build> <target>   run one target for RINGPROOF_SMOKE_SECONDS (4)
#
# Status 77, skipped, when the compiler that brings the engine is not installed.
set -eu

verb=$1
source=$2
build=$3

if ! command -v clang++-19 >/dev/null 2>&1; then
    echo "skipped: clang++-19 is not installed (Debian package clang-19)"
    # A fixture that does not pass would turn the runs it serves from "Skipped" into "Not Run".
    [ "$verb" = build ] && exit 0
    exit 77
fi

if [ "$verb" = build ]; then
    cd "$source"
    # Nobody waits for these targets as long as for their compilation: no flags for speed.
    cmake --preset fuzz -B "$build" -DRINGPROOF_COVERAGE=ON -DRINGPROOF_PRECOMPILE=ON \
        "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0 -gline-tables-only -D_GLIBCXX_ASSERTIONS" \
        >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
    cmake --build "$build" --target fuzz/all >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
    tail -n 1 "$build.log"
    exit 0
fi

target=$4
seeds=$source/corpus/$target
if [ -z "$(ls -A "$seeds" 2>/dev/null)" ]; then
    echo "no seeds in corpus/$target: a fuzzer that starts from nothing proves little"
    exit 1
fi

# Findings stay in the build tree; new corpus entries are thrown away, the seeds are never touched.
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
artifacts=$build/artifacts/$target/
mkdir -p "$artifacts"
# Nothing is timed here: unoptimised, sanitized and beside other tests a behaviour takes its time.
set -- "-max_total_time=${RINGPROOF_SMOKE_SECONDS:-4}" -timeout=240 -rss_limit_mb=2048 \
    -print_final_stats=1 "-artifact_prefix=$artifacts"
if [ -f "$source/fuzz/$target.dict" ]; then
    set -- "$@" "-dict=$source/fuzz/$target.dict"
fi
LLVM_PROFILE_FILE=/dev/null "$build/fuzz/fuzz_$target" "$@" "$corpus" "$seeds"
