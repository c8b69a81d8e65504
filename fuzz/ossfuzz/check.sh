#!/bin/sh
# check.sh <source> <scratch> libfuzzer|afl: builds two targets with build.sh in a scratch folder,
# as OSS-Fuzz calls it for that engine, and looks at what lands in $OUT. Status 77, skipped, without
# the engine. Two targets, one with a dictionary and one without, are enough to show the script.
set -eu

source=$1
SRC=$2/src
WORK=$2/work
OUT=$2/out
engine=$3
TARGETS="trace_text hostile_kernel"
afl=/usr/lib/afl
export SRC WORK OUT TARGETS

fail() {
    echo "FAILED: $*"
    exit 1
}

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 && continue
        echo "skipped: $tool is not installed (Debian packages clang-19, afl++, zip, unzip)"
        exit 77
    done
}

need clang++-19 zip unzip
# As OSS-Fuzz gives them, but for -O1 and -gline-tables-only: compiling is what takes the time here.
CFLAGS="-O0 -fno-omit-frame-pointer -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
case $engine in
libfuzzer)
    CC=clang-19 CXX=clang++-19
    CFLAGS="$CFLAGS -fsanitize=address -fsanitize-address-use-after-scope"
    CFLAGS="$CFLAGS -fsanitize=fuzzer-no-link"
    LIB_FUZZING_ENGINE=-fsanitize=fuzzer
    ;;
afl)
    need afl-clang-fast++ afl-showmap
    # Debian's AFL++ belongs to a clang that is too old for us; told another one, it has to do
    # without its own passes, which are built for the old.
    CC=afl-clang-fast CXX=afl-clang-fast++ LIB_FUZZING_ENGINE=$afl/libAFLDriver.a
    export AFL_CC=clang-19 AFL_CXX=clang++-19 AFL_LLVM_INSTRUMENT=LLVM-NATIVE AFL_QUIET=1
    # No cache of objects knows what these change.
    export CCACHE_NAMESPACE=afl-llvm-native-19
    ;;
*) fail "no engine is called $engine" ;;
esac
CXXFLAGS=$CFLAGS
export CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE

rm -rf "$SRC" "$OUT"
mkdir -p "$SRC" "$WORK" "$OUT"
ln -s "$source" "$SRC/ringproof"
# By way of the other service's script, which calls the one that matters.
bash "$source/.clusterfuzzlite/build.sh" >"$2/log" 2>&1 || { cat "$2/log"; exit 1; }

expected=
for target in $TARGETS; do
    expected="$expected $target $target.options ${target}_seed_corpus.zip"
done
expected="$expected trace_text.dict"
# shellcheck disable=SC2086
[ "$(ls "$OUT" | LC_ALL=C sort)" = "$(printf '%s\n' $expected | LC_ALL=C sort)" ] ||
    fail "in \$OUT: $(ls "$OUT" | tr '\n' ' ')"
cmp "$source/fuzz/trace_text.dict" "$OUT/trace_text.dict"
grep -qx 'dict = trace_text.dict' "$OUT/trace_text.options" || fail "trace_text.options has no dict"

# runs <target> <input>: the target takes it, under its engine.
runs() {
    if [ "$engine" = libfuzzer ]; then
        "$OUT/$1" "$2" >"$OUT.said" 2>&1 || { cat "$OUT.said"; fail "$1 $2"; }
        grep -q "^Executed $2" "$OUT.said" || fail "$1 did not execute $2"
        return
    fi
    "$OUT/$1" "$2" >"$OUT.said" 2>&1 || { cat "$OUT.said"; fail "$1 $2"; }
    afl-showmap -q -m none -o "$OUT.map" -- "$OUT/$1" <"$2" || fail "afl-showmap: $1 $2"
    edges=$(wc -l <"$OUT.map")
    # A target that is not instrumented shows an edge or none.
    [ "$edges" -gt 50 ] || fail "$1 shows only $edges edges"
    echo "$1: $edges edges"
}

for target in $TARGETS; do
    unpacked=$2/unpacked/$target
    rm -rf "$unpacked"
    mkdir -p "$unpacked"
    unzip -q "$OUT/${target}_seed_corpus.zip" -d "$unpacked"
    diff -r "$source/corpus/$target" "$unpacked" || fail "the zip of $target is not its corpus"
    grep -qx '\[libfuzzer\]' "$OUT/$target.options" || fail "$target.options has no section"
    grep -qE '^max_len = [0-9]+$' "$OUT/$target.options" || fail "$target.options has no max_len"
    ldd "$OUT/$target" >"$OUT.libraries"
    ! grep -E 'fmt|not found' "$OUT.libraries" || fail "$target needs libraries of the builder"
    runs "$target" "$(find "$unpacked" -type f | sort | head -n 1)"
done
