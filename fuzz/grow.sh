#!/bin/sh
# grow.sh <target> [<seconds>]: lets a target of preset fuzz look for new inputs, two jobs for so
# many seconds (300), and puts into corpus/<target>/ the smallest set that reaches as much. Inputs
# with names of their own stay: they tell a story, or reach what no counter shows.
set -eu

target=$1
seconds=${2:-300}
source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
build=${RINGPROOF_FUZZ_BUILD:-$source/build/fuzz}
program=$build/fuzz/fuzz_$target
corpus=$source/corpus/$target
if [ ! -x "$program" ]; then
    echo "there is no $program: cmake --preset fuzz && cmake --build --preset fuzz" >&2
    exit 2
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/found" "$folder/least" "$build/artifacts/$target" "$corpus"
set -- -timeout=30 -rss_limit_mb=2048 "-artifact_prefix=$build/artifacts/$target/"
if [ -f "$source/fuzz/$target.dict" ]; then
    set -- "$@" "-dict=$source/fuzz/$target.dict"
fi
"$program" "$@" "-fork=2" "-max_total_time=$seconds" "$folder/found" "$corpus" \
    2>"$folder/log" || { tail -n 40 "$folder/log" >&2; exit 1; }
tail -n 1 "$folder/log"

# The engine names what it finds by 40 hexadecimal digits.
find "$corpus" -type f | grep -vE '/[0-9a-f]{40}$' | while read -r named; do
    cp "$named" "$folder/least/"
done
# Edges alone: how often each was passed would multiply the files without reaching more lines.
"$program" -set_cover_merge=1 -use_counters=0 "$folder/least" "$folder/found" "$corpus" \
    2>"$folder/log" ||
    { tail -n 40 "$folder/log" >&2; exit 1; }
before=$(find "$corpus" -type f | wc -l)
rm -rf "$corpus"
cp -r "$folder/least" "$corpus"
echo "corpus/$target: $before inputs before, $(find "$corpus" -type f | wc -l) now," \
    "$(du -sb "$corpus" | cut -f1) bytes"
