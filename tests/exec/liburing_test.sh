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
    # shellcheck disable=SC2086  # a list of options
    cc $OPTIONS -o "$folder/$2" "$source/test/$2.c" "$WORK/helpers.o" -l:liburing.a -lpthread \
        2>"$folder/out" || { echo "compiling $2"; exit 0; }
    status=0
    (cd "$folder" && timeout -k 1 "$LIMIT" "$RINGPROOF" exec --profile v6_18 -- "./$2") \
        >"$folder/out" 2>&1 </dev/null || status=$?
    echo "$status $2"
    exit 0
fi

for have in KERNEL_RWF_T KERNEL_TIMESPEC OPEN_HOW STATX GLIBC_STATX UCONTEXT; do
    echo "#define CONFIG_HAVE_$have"
done >"$scratch/config-host.h"
OPTIONS="-w -O1 -D_GNU_SOURCE -D__SANE_USERSPACE_TYPES__ -DLIBURING_BUILD_TEST"
OPTIONS="$OPTIONS -include $scratch/config-host.h -I$source/test"
# shellcheck disable=SC2086
cc $OPTIONS -c -o "$scratch/helpers.o" "$source/test/helpers.c" 2>"$scratch/err" ||
    fail "helpers.c does not compile"

# The reasons: <name> <heading>. Where all are wanted, those that only take long are none.
awk -v all="${RINGPROOF_EXEC_ALL:-}" '
    /^# / { heading = substr($0, 3) }
    /^[a-z0-9]/ && !(all && heading ~ /^Time/) { print $1, heading }' \
    "$here/liburing-2.3.txt" >"$scratch/reasons"
LIMIT=30
[ -z "${RINGPROOF_EXEC_ALL:-}" ] || LIMIT=600

# Those that wait longest begin first, and somebody else computes while they wait.
for file in "$source"/test/cq-overflow.c "$source"/test/*.c; do
    name=$(basename "$file" .c)
    if [ "$name" = helpers ] || grep -q "^$name " "$scratch/reasons"; then continue; fi
    echo "$name"
done | awk '!seen[$0]++' >"$scratch/wanted"

WORK=$scratch
export WORK OPTIONS LIMIT
xargs -P 3 -n 1 sh "$0" --one <"$scratch/wanted" >"$scratch/results"
[ "$(wc -l <"$scratch/results")" = "$(wc -l <"$scratch/wanted")" ] || fail "not all were run"
# Some count milliseconds. Who failed while others computed is asked once more, alone.
grep -v '^0 ' "$scratch/results" >"$scratch/again" || true
while read -r _ name; do
    rm -rf "${scratch:?}/$name"
    sh "$0" --one "$name" </dev/null
done <"$scratch/again" >"$scratch/alone"
if grep -v '^0 ' "$scratch/alone" >"$scratch/out"; then
    while read -r _ name; do
        echo "$name:"
        tail -n 3 "$scratch/$name/out"
    done <"$scratch/out" >"$scratch/err"
    fail "these do not pass, and no reason is given"
fi
awk '
    function row(what, count) { printf "%-42s %4d %5.1f %%\n", what, count, 100 * count / NR }
    FILENAME ~ /results$/ { ++passed; next }
    { heading = $0; sub(/^[^ ]* /, "", heading); sub(/([.]|:.*)$/, "", heading) }
    !count[heading]++ { order[++headings] = heading }
    END {
        row("pass", passed)
        for (i = 1; i <= headings; ++i) row("do not: " order[i], count[order[i]])
        row("tests of liburing 2.3", NR)
    }' "$scratch/results" "$scratch/reasons"
