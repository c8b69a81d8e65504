#!/bin/sh
# A closed loop: behaviours as programs in C with plain system calls, run on the model that says
# what they have to see. By default some of each version; RINGPROOF_EXEC_ALL=1: all of all, which
# takes a quarter of an hour.
set -eu
here=$(dirname "$0")
. "$here/../command/checks.sh"

# What is not as on Linux, with the reason.
known_exceptions="
ERR-01-reset-after-end nobody can tell of a socket that was reset whether an end came before
MSH-15-poll-first-misses-the-end the end is told together with the data, so it is not missed
RNG-08-no-system-call looks 200 us after a write, when the attendant may not have come yet
RUN-01-by-itself looks 200 us after a write, when the attendant may not have come yet
USR-02-child-exits a child has none of its parent's rings
USR-02-child-submits a child has none of its parent's rings
USR-13-full-queue looks at flags right behind a write: one time in twenty the attendant is later
"

# One program, for xargs: <profile> <file>. Says its name and status.
if [ "${1:-}" = --one ]; then
    program="$WORK/$2-$(basename "$3" .trace)"
    "$RINGPROOF" emit-c --raw --profile "$2" -o "$program.c" "$3"
    cc -w -O0 -std=gnu11 -o "$program" "$program.c"
    status=0
    timeout 20 "$RINGPROOF" exec --profile "$2" -- "$program" >"$program.out" 2>&1 </dev/null ||
        status=$?
    rm -f "$program" "$program.c"
    echo "$status $2 $3"
    exit 0
fi

profiles=$("$RINGPROOF" profiles | awk '/^v[0-9]/ { print $1 }')
[ -n "$profiles" ] || fail "no profiles are told"
number=0
for file in "$here"/../../corpus/behaviours/*.trace; do
    name=$(basename "$file" .trace)
    number=$((number + 1))
    if echo "$known_exceptions" | grep -q "^$name "; then continue; fi
    place=0
    for profile in $profiles; do
        place=$((place + 1))
        if [ -n "${RINGPROOF_EXEC_ALL:-}" ] || [ $((number % 112)) = $((place * 8)) ]; then
            echo "$profile $file"
        fi
    done
done >"$scratch/wanted"

WORK=$scratch
export WORK
xargs -P 2 -n 2 sh "$0" --one <"$scratch/wanted" >"$scratch/results"
count=$(wc -l <"$scratch/wanted")
[ "$(wc -l <"$scratch/results")" = "$count" ] || fail "not all were run"
agree=$(grep -c '^0 ' "$scratch/results") || true
absent=$(grep -c '^77 ' "$scratch/results") || true
if grep -vE '^(0|77) ' "$scratch/results" >"$scratch/out"; then
    while read -r _ profile file; do
        cat "$scratch/$profile-$(basename "$file" .trace).out"
    done <"$scratch/out" >"$scratch/err"
    fail "of $count programs these do not see what the model says"
fi
[ "$agree" -gt $((count / 2)) ] || fail "only $agree of $count programs could be judged"
echo "of $count programs $agree agree, and $absent are of behaviours that the version does not have"
