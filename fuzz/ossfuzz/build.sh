#!/bin/bash -eu
# Builds the fuzz targets the way OSS-Fuzz and ClusterFuzzLite ask for it. Compilers, flags and the
# engine are the environment's (CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE), and so are the places:
# the checkout is $SRC/ringproof, $WORK is for what may be thrown away, and $OUT gets
#
#   <target>                   linked with the engine; needs no library of the builder's image
#   <target>_seed_corpus.zip   corpus/<target>/
#   <target>.dict              where there is a fuzz/<target>.dict
#   <target>.options           how long inputs are, and what else the engine is told
#
# TARGETS="a b" builds these; without it, all but one: both_kernels needs the running kernel's
# io_uring, which the sandboxes of those services refuse, so it would only ever skip itself.

source=$(cd "$SRC/ringproof" && pwd -P)
build=$WORK/ringproof

targets=${TARGETS:-}
if [ -z "$targets" ]; then
    for seeds in "$source"/corpus/*/; do
        target=$(basename "$seeds")
        # Other folders of the corpus are read by people, not by a target.
        [ -f "$source/fuzz/$target.cpp" ] || continue
        [ "$target" = both_kernels ] || targets="$targets $target"
    done
fi

# Long enough for traces of about 64 operations, as fuzz/rates.sh measures them: longer inputs find
# little more and take longer each.
longest_input() {
    case $1 in
    behaviours | trace_text) echo 4096 ;;
    play_schedule) echo 800 ;;
    *) echo 386 ;;
    esac
}

# The images that run the targets have no libfmt: its headers alone do.
cmake -S "$source" -B "$build" -G Ninja -DRINGPROOF_DEVELOPER=OFF -DRINGPROOF_FUZZ=ON \
    -DRINGPROOF_INSTALL=OFF -DRINGPROOF_FMT=fmt::fmt-header-only \
    "-DRINGPROOF_FUZZING_ENGINE=$LIB_FUZZING_ENGINE"
# Unquoted on purpose: a list of names.
# shellcheck disable=SC2086
cmake --build "$build" --target $(printf 'fuzz_%s ' $targets)

for target in $targets; do
    cp "$build/fuzz/fuzz_$target" "$OUT/$target"
    rm -f "$OUT/${target}_seed_corpus.zip"
    find "$source/corpus/$target" -type f | sort |
        zip -q -j -X -@ "$OUT/${target}_seed_corpus.zip"
    {
        echo "[libfuzzer]"
        echo "max_len = $(longest_input "$target")"
        echo "timeout = 30"
        if [ -f "$source/fuzz/$target.dict" ]; then
            cp "$source/fuzz/$target.dict" "$OUT/$target.dict"
            echo "dict = $target.dict"
        fi
    } >"$OUT/$target.options"
done
