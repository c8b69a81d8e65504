#!/bin/sh
# liburing's own tests, where the build found their source: .cmake/liburing_source.sh fetches it.
# liburing-2.3.txt says which cannot pass, and why.
set -eu
here=$(dirname "$0")
. "$here/../command/checks.sh"

source="${RINGPROOF_LIBURING_SOURCE:-}"
if [ ! -f "$source/test/helpers.c" ]; then
    echo "skipped: no source of liburing (.cmake/liburing_source.sh)"
    exit 77
fi

# One test, for xargs: <name>. Says its status and name.
if [ "${1:-}" = --one ]; then
    folder="$WORK/$2"
    mkdir "$folder"
    cc -w -O1 -D_GNU_SOURCE -D__SANE_USERSPACE_TYPES__ -DLIBURING_BUILD_TEST \
        -include "$WORK/config-host.h" -I"$source/test" -o "$folder/$2" \
        "$source/test/$2.c" "$source/test/helpers.c" -l:liburing.a -lpthread \
        2>"$folder/out" || { echo "compiling $2"; exit 0; }
    status=0
    (cd "$folder" && timeout -k 1 30 "$RINGPROOF" exec --profile v6_18 -- "./$2") \
        >"$folder/out" 2>&1 </dev/null || status=$?
    echo "$status $2"
    exit 0
fi

for have in KERNEL_RWF_T KERNEL_TIMESPEC OPEN_HOW STATX GLIBC_STATX UCONTEXT; do
    echo "#define CONFIG_HAVE_$have"
done >"$scratch/config-host.h"
list="$here/liburing-2.3.txt"
for file in "$source"/test/*.c; do
    name=$(basename "$file" .c)
    if [ "$name" = helpers ] || grep -q "^$name " "$list"; then continue; fi
    echo "$name"
done >"$scratch/wanted"

WORK=$scratch
export WORK
xargs -P 2 -n 1 sh "$0" --one <"$scratch/wanted" >"$scratch/results"
[ "$(wc -l <"$scratch/results")" = "$(wc -l <"$scratch/wanted")" ] || fail "not all were run"
if grep -v '^0 ' "$scratch/results" >"$scratch/out"; then
    while read -r _ name; do
        echo "$name:"
        tail -n 3 "$scratch/$name/out"
    done <"$scratch/out" >"$scratch/err"
    fail "these do not pass, and no reason is given"
fi
echo "$(wc -l <"$scratch/results") tests of liburing pass;" \
    "for $(grep -c '^[a-z0-9]' "$list") there is a reason why they do not"
