#!/bin/sh
# hooks_test.sh <libringproof_weak.a>, started by ctest: no call that a compiler makes of an access
# is missing from our runtime. What it lacks would come from the sanitizer's, or not link at all.
set -eu

archive=$1
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

nm --defined-only "$archive" 2>/dev/null | awk '{ print $3 }' | grep '^__tsan_' |
    sort -u >"$scratch/ours"

# look <name> <expected at least> <compiler> <flags...>
look() {
    name=$1 least=$2
    shift 2
    "$@" -std=c++20 -w -mcx16 -fsanitize=thread -c "$here/every_hook.cpp" -o "$scratch/object"
    nm -u "$scratch/object" | awk '{ print $2 }' | grep '^__tsan_' | sort -u >"$scratch/called"
    found=$(wc -l <"$scratch/called")
    missing=$(comm -13 "$scratch/ours" "$scratch/called")
    if [ -n "$missing" ] || [ "$found" -lt "$least" ]; then
        echo "$name: $found hooks, wanted at least $least; our runtime lacks: $missing"
        exit 1
    fi
    echo "$name: $found hooks, all there"
}

compilers=0
if command -v g++ >/dev/null; then
    compilers=$((compilers + 1))
    look "g++ -O0" 60 g++ -O0
    look "g++ -O2" 60 g++ -O2
    look "g++ -O2, volatile apart" 60 g++ -O2 --param tsan-distinguish-volatile=1
    # All that GCC could ever call, by its own list.
    strings "$(g++ -print-prog-name=cc1plus)" | grep -E '^__tsan_[a-z0-9_]+$' | sort -u \
        >"$scratch/listed"
    missing=$(comm -13 "$scratch/ours" "$scratch/listed")
    if [ -n "$missing" ] || [ ! -s "$scratch/listed" ]; then
        echo "g++'s own list has $(wc -l <"$scratch/listed"); our runtime lacks: $missing"
        exit 1
    fi
fi
if command -v clang++-19 >/dev/null; then
    compilers=$((compilers + 1))
    look "clang++-19 -O0" 60 clang++-19 -O0
    look "clang++-19 -O2" 60 clang++-19 -O2
    look "clang++-19 -O2, volatile and compound apart" 80 clang++-19 -O2 \
        -mllvm -tsan-distinguish-volatile -mllvm -tsan-compound-read-before-write
fi
if [ $compilers -eq 0 ]; then
    echo "skipped: neither g++ nor clang++-19 is here"
    exit 77
fi
