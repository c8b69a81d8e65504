#!/bin/sh
# lint.sh <source> <build>: clang-tidy over every source that <build> compiles.
set -eu

cd "$1"
if ! command -v clang-tidy-19 >/dev/null 2>&1; then
    echo "skipped: clang-tidy-19 is not installed"
    exit 77
fi
if [ ! -f "$2/compile_commands.json" ]; then
    echo "no compile_commands.json in $2: configure with a preset"
    exit 1
fi
# Only what the build compiles, and nothing it generated.
sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$2/compile_commands.json" |
    grep -F "$PWD/" | grep -vF "$2/" | sort -u | tr '\n' '\0' |
    xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 --quiet -p "$2" --extra-arg=-Wno-ignored-gch
