#!/bin/sh
# Programs that are rough with rings, or end roughly. RINGPROOF_EXEC_SECONDS: for how long threads
# hammer on one ring; a minute of it was clean.
set -eu
here=$(dirname "$0")
. "$here/../command/checks.sh"

expect 0 "$RINGPROOF" exec -- "$PROGRAMS/garbage"
says out "nobody died"
expect 0 "$RINGPROOF" exec --profile v5_19 --report -- "$PROGRAMS/garbage"
says out "nobody died"

if [ ! -x "$PROGRAMS/hammer" ]; then
    echo "skipped: liburing is not installed"
    exit 77
fi
expect 0 "$RINGPROOF" exec -- "$PROGRAMS/hammer" "${RINGPROOF_EXEC_SECONDS:-1}"
says out "each was answered once"
expect 0 "$RINGPROOF" exec --seed 1 --faults delayed_work,punts,spurious_wakes --check \
    -- "$PROGRAMS/hammer" 1
says out "each was answered once"

# A program that dies takes everything with it, and its end is its own.
TMPDIR="$scratch/tmp"
export TMPDIR
mkdir "$TMPDIR"
for end in "SEGV 139" "KILL 137" "SYS 159"; do
    expect "${end#* }" "$RINGPROOF" exec --history "$scratch/history" \
        -- "$PROGRAMS/misuse" dies "${end% *}"
done
expect 139 "$RINGPROOF" exec --perfetto "$scratch/picture" -- "$PROGRAMS/misuse" dies SEGV
[ -z "$(ls -A "$TMPDIR")" ] || fail "files are left behind"
grep -q '"traceEvents"' "$scratch/picture" || fail "no picture of what there was"
